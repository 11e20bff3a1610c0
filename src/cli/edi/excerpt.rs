//! A segment as it was sent, on one line, with a mark under what is wrong with it.

use std::ops::Range;

use crate::edi::{CharacterSet, Delimiters, Element, Place, Segment, TransactionSet};

/// Characters of a segment that are shown.
const WIDTH: usize = 100;

/// A segment on one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct Excerpt {
    /// Position of the segment in its set; none in an envelope.
    pub(in crate::cli) position: Option<u32>,
    /// The segment, or the part of it around the mark.
    pub(in crate::cli) text: String,
    /// What is marked, in characters of `text`. An empty mark stands before a character.
    pub(in crate::cli) mark: Range<usize>,
}

impl Excerpt {
    /// The segment of a set that a place is in; none when it is in no segment.
    pub(in crate::cli) fn of_set(set: &TransactionSet, place: &Place) -> Option<Self> {
        let segment = segment_at(set, place)?;
        let mark = mark(&segment, place);
        let excerpt = Self::of_bytes(segment.bytes(), mark, set.delimiters(), set.character_set());
        Some(Self { position: Some(segment.position()), ..excerpt })
    }

    /// Bytes of which some are marked.
    pub(super) fn of_bytes(
        bytes: &[u8],
        mark: Range<usize>,
        delimiters: &Delimiters,
        characters: CharacterSet,
    ) -> Self {
        let start = mark.start.min(bytes.len());
        let end = mark.end.clamp(start, bytes.len());
        let part = |range: Range<usize>| visible(&characters.decode(bytes.get(range).unwrap_or_default()), delimiters);
        let (before, marked, after) = (part(0..start), part(start..end), part(end..bytes.len()));
        let mark = before.chars().count()..before.chars().count() + marked.chars().count();
        let (text, mark) = cut(&format!("{before}{marked}{after}"), mark);
        Self { position: None, text, mark }
    }
}

/// The segment a place names, or else the last one that begins before it.
fn segment_at<'a>(set: &'a TransactionSet, place: &Place) -> Option<Segment<'a>> {
    match place.segment_position {
        Some(position) => set.segment(position as usize),
        None => set.segments().take_while(|segment| segment.place().start <= place.start).last(),
    }
}

/// The bytes of a segment that a place is about.
fn mark(segment: &Segment<'_>, place: &Place) -> Range<usize> {
    let elements: usize = segment.elements().map(|element| element.bytes().len() + 1).sum();
    let tag = segment.bytes().len().saturating_sub(elements);
    let Some(number) = place.element else {
        // What is missing should have stood before the segment.
        return if place.end > place.start { 0..tag } else { 0..0 };
    };
    let mut start = tag
        + 1
        + segment.elements().take_while(|one| one.number() < number).map(|one| one.bytes().len() + 1).sum::<usize>();
    let mut part = segment.element(number as usize);
    if let Some(repetition) = place.repetition {
        start += skipped(repetition, |number| part.repetition(number));
        part = part.repetition(repetition as usize);
    }
    if let Some(component) = place.component {
        start += skipped(component, |number| part.component(number));
        part = part.component(component as usize);
    }
    start..start + part.bytes().len()
}

/// Bytes before part `number` of something, separators included.
fn skipped<'a>(number: u32, part: impl Fn(usize) -> Element<'a>) -> usize {
    (1..number as usize).map(|before| part(before).bytes().len() + 1).sum()
}

/// A text in which every character takes one place and does nothing: controls have pictures of their own (U+2400 and
/// following), and a delimiter of several bytes is what was sent.
pub(super) fn visible(text: &str, delimiters: &Delimiters) -> String {
    let sent = |character: char| match u8::try_from(character) {
        Ok(byte) if character.is_ascii_control() && delimiters.contains(byte) => delimiters.sent(byte),
        _ => character,
    };
    text.chars().map(|character| picture(sent(character))).collect()
}

/// What is shown for a character.
pub(super) fn picture(character: char) -> char {
    match character {
        '\u{7f}' => '␡',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(character)).unwrap_or('\u{fffd}'),
        // Marks that turn the direction of text, or that nobody sees, would make a line say what it does not.
        '\u{80}'..='\u{9f}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '\u{fffd}',
        other => other,
    }
}

/// At most [`WIDTH`] characters around the mark.
fn cut(text: &str, mark: Range<usize>) -> (String, Range<usize>) {
    let length = text.chars().count();
    if length <= WIDTH {
        return (text.to_owned(), mark);
    }
    let before = WIDTH.saturating_sub(mark.len().min(WIDTH / 2)) / 2;
    let start = mark.start.saturating_sub(before).min(length - WIDTH);
    let end = start + WIDTH;
    let head = if start > 0 { "…" } else { "" };
    let tail = if end < length { "…" } else { "" };
    let shown: String = text.chars().skip(start).take(WIDTH).collect();
    let moved = |at: usize| at.clamp(start, end) - start + head.chars().count();
    (format!("{head}{shown}{tail}"), moved(mark.start)..moved(mark.end))
}

#[cfg(test)]
mod tests {
    use crate::edi::{Piece, ReadOptions, Reader};

    use super::*;

    fn set(file: &str) -> TransactionSet {
        let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
        loop {
            if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
                return *set;
            }
        }
    }

    /// The segment as it is shown, and the mark below it.
    fn lines(excerpt: &Excerpt) -> String {
        format!("{}\n{}{}", excerpt.text, " ".repeat(excerpt.mark.start), "^".repeat(excerpt.mark.len().max(1)))
    }

    #[test]
    fn what_is_marked_is_what_the_place_says() {
        let set = set("UNA:+.?*'UNB+UNOC:4+A+B+20261102:0815+1'UNH+1+ORDERS:D:96A:UN'\
            NAD+BY+1?:2:äö:9*3::8+x'UNT+3+1'UNZ+1+1'");
        let check = |element: u32, repetition: Option<u32>, component: Option<u32>, expect: &str| {
            let place = Place {
                segment_position: Some(2),
                element: Some(element),
                repetition,
                component,
                start: 1,
                end: 2,
                ..Place::default()
            };
            let found = lines(&Excerpt::of_set(&set, &place).unwrap());
            assert_eq!(found, format!("NAD+BY+1?:2:äö:9*3::8+x\n{expect}"));
        };
        check(1, None, None, "    ^^");
        check(2, None, None, "       ^^^^^^^^^^^^^^");
        check(2, Some(1), Some(2), "            ^^");
        check(2, Some(2), None, "                 ^^^^");
        check(2, Some(2), Some(3), "                    ^");
        check(3, None, None, "                      ^");
        check(7, None, None, "                       ^");
    }

    #[test]
    fn a_segment_is_marked_by_its_tag_and_a_missing_one_where_it_should_stand() {
        let set = set("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'BGM+220'UNT+3+1'UNZ+1+1'");
        let place = set.segment(2).unwrap().place();
        assert_eq!(lines(&Excerpt::of_set(&set, &place).unwrap()), "BGM+220\n^^^");
        let missing = Place { end: place.start, ..place };
        assert_eq!(Excerpt::of_set(&set, &missing).unwrap().mark, 0..0);
        let by_byte = Place::bytes(place.start, place.end);
        assert_eq!(Excerpt::of_set(&set, &by_byte).unwrap().position, Some(2));
        let behind = Place { segment_position: Some(9), ..place };
        assert_eq!(Excerpt::of_set(&set, &behind), None);
    }

    #[test]
    fn long_segments_are_cut_around_the_mark_and_controls_are_seen() {
        let delimiters = *set("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+ORDERS:D:96A:UN'UNT+3+1'UNZ+1+1'").delimiters();
        let check = |at: usize, length: usize| {
            let mut bytes = vec![b'-'; 300];
            bytes[at..at + length].fill(b'x');
            let excerpt = Excerpt::of_bytes(&bytes, at..at + length, &delimiters, CharacterSet::Auto);
            let marked: String = excerpt.text.chars().skip(excerpt.mark.start).take(excerpt.mark.len()).collect();
            assert!(marked.chars().all(|c| c == 'x') && !marked.is_empty(), "{at}: {}", lines(&excerpt));
            assert!(excerpt.text.chars().count() <= WIDTH + 2);
            (excerpt.text.starts_with('…'), excerpt.text.ends_with('…'))
        };
        assert_eq!(check(0, 2), (false, true));
        assert_eq!(check(150, 2), (true, true));
        assert_eq!(check(298, 2), (true, false));
        assert_eq!(check(10, 250), (false, true));
        let shown = Excerpt::of_bytes(b"A\x1dB\r\n\x7f\xe2\x80\xaeC", 3..5, &delimiters, CharacterSet::Auto);
        assert_eq!(lines(&shown), "A␝B␍␊␡\u{fffd}C\n   ^^");
    }
}
