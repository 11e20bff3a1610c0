//! What a file is, seen from its bytes: where the next interchange begins and of which standard it is.

use std::io::{self, Read};

use super::charset;
use super::delimiter::is_filler;
use super::interchange::Standard;
use super::source::Source;

/// Bytes that tell the start of an interchange: a tag and a separator; or UNA, six characters, perhaps a line end, and UNB.
pub(crate) const HEADER_START: usize = 15;

/// How far to look for an interchange behind bytes that belong to nothing, such as the head of a mail.
const SEARCHED: usize = 1024;

/// How far behind the start of a UNA its UNB may stand.
const ADVICE: usize = 80;

/// What comes next between two interchanges.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// An interchange.
    Interchange(Standard),
    /// So many bytes that belong to nothing, then an interchange.
    Leading(usize),
    /// Something else, and why it cannot be read.
    Other(String),
    /// The end of the file.
    End,
}

/// Skips filler and byte order marks, then tells what is there.
pub(crate) fn next_start<R: Read>(source: &mut Source<R>) -> io::Result<Start> {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    loop {
        let head = source.peek(HEADER_START)?;
        let skipped = match head.iter().position(|byte| !is_filler(*byte)) {
            None if head.is_empty() => return Ok(Start::End),
            None => head.len(),
            Some(0) if head.starts_with(BOM) => BOM.len(),
            Some(0) => break,
            Some(count) => count,
        };
        source.consume(skipped);
    }
    let head = source.look(SEARCHED + ADVICE + HEADER_START)?;
    if let Some(standard) = standard_of(head) {
        return Ok(Start::Interchange(standard));
    }
    Ok(match leading(head) {
        Some(count) => Start::Leading(count),
        None => Start::Other(explain(head)),
    })
}

fn begins_with(head: &[u8], tag: &[u8; 3]) -> bool {
    match head {
        [first, second, third, separator, ..] => {
            tag.eq_ignore_ascii_case(&[*first, *second, *third])
                && !separator.is_ascii_alphanumeric()
                && !separator.is_ascii_whitespace()
        }
        _ => false,
    }
}

/// The standard of the interchange that seems to begin here: a tag, then a separator, which is neither letter nor digit
/// nor blank.
pub(crate) fn standard_of(head: &[u8]) -> Option<Standard> {
    if begins_with(head, b"ISA") {
        Some(Standard::X12)
    } else if begins_with(head, b"UNA") || begins_with(head, b"UNB") || is_odd_una(head) {
        Some(Standard::Edifact)
    } else {
        None
    }
}

/// Whether a UNA begins here whose characters are blank, left out or no separators: then a UNB follows at once.
fn is_odd_una(head: &[u8]) -> bool {
    let Some((b"UNA", rest)) = head.split_at_checked(3) else { return false };
    let rest = rest.get(..rest.len().min(HEADER_START - 3)).unwrap_or_default();
    (0..rest.len()).any(|at| rest.get(at..).is_some_and(|rest| begins_with(rest, b"UNB")))
}

/// Passes over a UNA, up to its UNB: a search for the next interchange begins behind both.
pub(crate) fn pass_advice<R: Read>(source: &mut Source<R>) -> io::Result<()> {
    let head = source.look(ADVICE + HEADER_START)?;
    if let Some(header) = header_behind(head).filter(|_| has_tag(head, b"UNA")) {
        source.consume(header);
    }
    Ok(())
}

/// Passes over bytes up to where the next interchange may begin, at least one byte further on. `None` at the end of the
/// file.
pub(crate) fn seek<R: Read>(source: &mut Source<R>) -> io::Result<Option<Standard>> {
    loop {
        let head = source.look(SEARCHED + ADVICE + HEADER_START)?;
        let found = leading(head);
        let standard = found.and_then(|count| head.get(count..)).and_then(standard_of);
        let is_end = head.len() <= SEARCHED;
        let passed = found.unwrap_or(SEARCHED.min(head.len()));
        source.consume(passed);
        if found.is_some() || is_end {
            return Ok(standard);
        }
    }
}

/// Bytes before the first interchange that begins where a segment may: not in the middle of a word.
fn leading(head: &[u8]) -> Option<usize> {
    (1..=SEARCHED.min(head.len())).find(|at| {
        let before = at.checked_sub(1).and_then(|before| head.get(before));
        before.is_some_and(|byte| !byte.is_ascii_alphanumeric()) && head.get(*at..).is_some_and(is_likely)
    })
}

/// Whether an interchange begins here, in the middle of bytes that are none: a UNA must have its UNB.
fn is_likely(head: &[u8]) -> bool {
    standard_of(head).is_some() && (!has_tag(head, b"UNA") || header_behind(head).is_some())
}

fn has_tag(head: &[u8], tag: &[u8]) -> bool {
    head.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag))
}

/// Where behind a UNA its UNB stands.
fn header_behind(head: &[u8]) -> Option<usize> {
    (3..ADVICE.min(head.len())).find(|at| head.get(*at..).is_some_and(|rest| begins_with(rest, b"UNB")))
}

/// What stands here instead of an interchange, in words.
pub(crate) fn explain(head: &[u8]) -> String {
    for tag in ["GS", "ST", "UNH", "UNG"] {
        let rest = head.strip_prefix(tag.as_bytes()).and_then(<[u8]>::first);
        if rest.is_some_and(|separator| !separator.is_ascii_alphanumeric()) {
            return format!("it begins with {tag}, without the interchange around it");
        }
    }
    let text = charset::decode(head);
    let shown: String = text.chars().take(20).map(|shown| if shown.is_control() { '.' } else { shown }).collect();
    format!("it begins with '{shown}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_where_an_interchange_begins() {
        let check = |bytes: &[u8], offset: u64, start: Start| {
            let mut source = Source::new(bytes);
            assert_eq!(next_start(&mut source).unwrap(), start, "{}", charset::decode(bytes));
            assert_eq!(source.offset(), offset);
        };
        check(b"", 0, Start::End);
        check(b" \r\n\x1a\0", 5, Start::End);
        check(b"ISA*00*", 0, Start::Interchange(Standard::X12));
        check(b"isa|00|", 0, Start::Interchange(Standard::X12));
        check(b"\xef\xbb\xbf\r\n ISA*00*", 6, Start::Interchange(Standard::X12));
        check(b"UNA:+.? 'UNB+", 0, Start::Interchange(Standard::Edifact));
        check(b"UNB+UNOC", 0, Start::Interchange(Standard::Edifact));
        check(b"UNA      UNB+UNOC", 0, Start::Interchange(Standard::Edifact));
        check(b"UNAUNB+UNOC", 0, Start::Interchange(Standard::Edifact));
        check(b"UNA went to the UNB+", 0, Start::Leading(16));
        check(b"From: x\n\nISA*00*", 0, Start::Leading(9));
        check(b"\xc2\xa0ISA*00*", 0, Start::Leading(2));
        check(b"VISA*00*", 0, Start::Other("it begins with 'VISA*00*'".into()));
        check(b"ISA 00", 0, Start::Other("it begins with 'ISA 00'".into()));
        check(b"ST*850*1~", 0, Start::Other("it begins with ST, without the interchange around it".into()));
        check(b"\xff\xfeI\0S\0A\0*\0", 0, Start::Interchange(Standard::X12));
        check(b"{\"order\": 1}\n and a long text", 0, Start::Other("it begins with '{\"order\": 1}. and a '".into()));
    }

    #[test]
    fn seeks_as_far_as_the_file_goes() {
        let check = |before: &str, rest: &[u8], standard: Option<Standard>| {
            let bytes = [before.as_bytes(), rest].concat();
            let mut source = Source::new(bytes.as_slice());
            assert_eq!(seek(&mut source).unwrap(), standard);
            assert_eq!(source.offset() as usize, if standard.is_some() { before.len() } else { bytes.len() });
        };
        check("ISA*broken~", b"ISA*00*", Some(Standard::X12));
        check("ISA*broken~", b"VISA*00*", None);
        check("ISA*broken~", b"", None);
        for count in [SEARCHED - 1, SEARCHED, SEARCHED + 1, SEARCHED + HEADER_START, 5 * SEARCHED] {
            check(&"-".repeat(count), b"UNA:+.? 'UNB+UNOC", Some(Standard::Edifact));
            check(&"-".repeat(count), b"UNA, it says", None);
        }
    }

    #[test]
    fn searches_so_far_and_no_further() {
        let at = |count: usize| {
            let bytes = ["-".repeat(count).as_bytes(), b"ISA*00*"].concat();
            next_start(&mut Source::new(bytes.as_slice())).unwrap()
        };
        assert_eq!(at(SEARCHED), Start::Leading(SEARCHED));
        assert!(matches!(at(SEARCHED + 1), Start::Other(_)));
    }
}
