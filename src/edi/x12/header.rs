//! The ISA: delimiters out of the data, and the head of the interchange.
//!
//! The law makes the ISA 106 characters long, so that its delimiters stand at fixed places. Real ones are shorter and
//! longer; counting sixteen separators reads them all.

use crate::base::{Severity, counted};
use crate::edi::charset::CharacterSet;
use crate::edi::delimiter::{Delimiters, is_filler};
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{InterchangeHead, Particulars, Party, Standard, Usage};
use crate::edi::place::Place;
use crate::edi::wide;

use super::looked::Looked;
use super::values;

/// Bytes to look at: the ISA and what follows, to tell a missing ISA16 from a terminator.
pub(super) const LOOKED_AT: usize = 1024;

/// The longest ISA that is read, counted to its sixteenth separator; the longest seen in the wild had 121 characters.
const LONGEST: usize = 256;

/// Bytes of an ISA that keeps to the law, its terminator counted.
const LAWFUL: usize = 106;

/// Widths of the sixteen elements (X12.5).
const WIDTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// Segments that may follow the ISA.
const FOLLOWERS: [&[u8]; 3] = [b"GS", b"TA1", b"IEA"];

/// The head of an interchange and the bytes it takes, terminator included.
pub(super) struct Header {
    pub(super) head: InterchangeHead,
    pub(super) length: usize,
}

/// What keeps an ISA from being read.
enum Fault {
    /// Nothing that can be mended here.
    Broken(Broken),
    /// A delimiter is this character of several bytes.
    Wide(char),
}

/// What is wrong with an ISA that cannot be read.
struct Broken {
    code: FindingCode,
    element: Option<u32>,
    text: String,
}

/// What a walk over the sixteen separators found.
#[derive(Default)]
struct Walk {
    separator: u8,
    elements: Vec<Span>,
    /// Behind the last separator that was found.
    end: usize,
    /// What its texts are read in.
    charset: CharacterSet,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// Reads the ISA at the start of `bytes`, which stand at `offset` of the file, in a character set; or gives what can be told of one that
/// cannot be read, with the reason among its findings.
pub(super) fn read(bytes: &[u8], offset: u64, charset: CharacterSet) -> Result<Header, Box<InterchangeHead>> {
    let mut looked = Looked::new(bytes);
    loop {
        let walk = Walk { charset, ..walk(&looked.bytes) };
        match read_plain(&looked, &walk, offset) {
            Ok(header) => return Ok(header),
            Err(Fault::Wide(character)) => match looked.standing_in(bytes, character) {
                Ok(more) => looked = more,
                Err(looked) => {
                    let text = format!("no byte is free to stand for its delimiter '{character}'");
                    let broken = Broken { code: FindingCode::HeaderUnreadable, element: None, text };
                    return Err(unreadable(&looked, &walk, offset, broken));
                }
            },
            Err(Fault::Broken(broken)) => return Err(unreadable(&looked, &walk, offset, broken)),
        }
    }
}

fn read_plain(looked: &Looked<'_>, walk: &Walk, offset: u64) -> Result<Header, Fault> {
    let bytes = looked.bytes.as_ref();
    if let Some(character) = bytes.get(3..).and_then(wide::long_character) {
        return Err(Fault::Wide(character));
    }
    if walk.elements.len() < WIDTHS.len() - 1 {
        let text = match bytes.get(3) {
            Some(_) => format!("it has {} of 16 elements within {LONGEST} bytes", walk.elements.len() + 1),
            None => "it ends after its tag".to_owned(),
        };
        return Err(Fault::Broken(Broken { code: FindingCode::HeaderUnreadable, element: None, text }));
    }
    let tail = tail(bytes, walk)?;
    let text = |number: usize| element_text(bytes, walk, number);
    let (element_11, version) = (text(11), text(12));
    if let Some(character) = wide_repetition(&element_11, &version) {
        return Err(Fault::Wide(character));
    }
    let delimiters = Delimiters {
        element: walk.separator,
        component: tail.component,
        repetition: repetition(&element_11, &version, walk.separator, &tail),
        release: None,
        terminator: tail.terminator,
        wide: None,
    };
    let delimiters = Delimiters { wide: looked.wide(&delimiters), ..delimiters };
    check_distinct(&delimiters)?;
    let place = looked.place(offset, 0, tail.terminator_at);
    let findings = findings(looked, walk, &tail, &delimiters, place);
    let length = looked.position(tail.next);
    Ok(Header { head: head(bytes, walk, delimiters, place, findings), length })
}

/// The head as far as it can be read, with what is wrong with it.
fn unreadable(looked: &Looked<'_>, walk: &Walk, offset: u64, broken: Broken) -> Box<InterchangeHead> {
    let delimiters = Delimiters {
        element: walk.separator,
        component: None,
        repetition: None,
        release: None,
        terminator: b'~',
        wide: None,
    };
    let seen = looked.bytes.len().min(walk.end.max(LAWFUL));
    let place = looked.place(offset, 0, seen);
    let text = format!("the ISA cannot be read: {}", broken.text);
    let finding = Finding::new(Severity::Error, broken.code, Place { element: broken.element, ..place }, text)
        .about(Level::Interchange)
        .expecting("ISA with 16 elements and four different delimiters");
    Box::new(head(&looked.bytes, walk, delimiters, place, vec![finding]))
}

fn head(bytes: &[u8], walk: &Walk, delimiters: Delimiters, place: Place, findings: Vec<Finding>) -> InterchangeHead {
    let text = |number: usize| element_text(bytes, walk, number).trim().to_owned();
    InterchangeHead {
        standard: Standard::X12,
        sender: Party { qualifier: text(5), id: text(6) },
        receiver: Party { qualifier: text(7), id: text(8) },
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: text(9),
        time: text(10),
        syntax: String::new(),
        version: text(12),
        control_number: text(13),
        acknowledgement_asked: text(14) == "1",
        usage: usage(&text(15)),
        character_set: CharacterSet::Auto,
        particulars: Particulars {
            authorization_qualifier: text(1),
            authorization: text(2),
            security_qualifier: text(3),
            security: text(4),
            ..Particulars::default()
        },
        delimiters,
        decimal_mark: b'.',
        place,
        findings,
    }
}

/// Counts separators. Line ends inside an ISA are wrapping unless they are the separator.
fn walk(bytes: &[u8]) -> Walk {
    let Some(separator) = bytes.get(3).copied() else { return Walk::default() };
    let elements = Vec::with_capacity(WIDTHS.len());
    let mut walk = Walk { separator, elements, end: 4, ..Walk::default() };
    for at in memchr::memchr_iter(separator, bytes).skip(1).take_while(|at| *at <= LONGEST).take(WIDTHS.len() - 1) {
        walk.elements.push(Span { start: walk.end, end: at });
        walk.end = at + 1;
    }
    walk
}

/// What stands behind the sixteenth separator.
struct Tail {
    component: Option<u8>,
    terminator: u8,
    terminator_at: usize,
    /// Behind the terminator.
    next: usize,
}

fn tail(bytes: &[u8], walk: &Walk) -> Result<Tail, Fault> {
    let rest = bytes.get(walk.end..).unwrap_or_default();
    if let Some(character) = wide::long_character(rest) {
        return Err(Fault::Wide(character));
    }
    let (first, second) = match rest {
        [first, second, ..] => (*first, *second),
        _ => {
            let text = "it ends before its terminator".to_owned();
            return Err(Fault::Broken(Broken { code: FindingCode::HeaderUnreadable, element: None, text }));
        }
    };
    if is_terminator(rest, walk.separator) {
        return Ok(Tail { component: None, ..terminator(first, rest, walk.end) });
    }
    if let Some(character) = rest.get(1..).and_then(wide::long_character) {
        return Err(Fault::Wide(character));
    }
    let rest = rest.get(1..).unwrap_or_default();
    Ok(Tail { component: Some(first), ..terminator(second, rest, walk.end + 1) })
}

/// The terminator at the start of `rest`. A carriage return and a line feed are a pair: the line feed counts, and the
/// carriage return before it is passed over here and before every other one, whether it is there or not.
fn terminator(first: u8, rest: &[u8], at: usize) -> Tail {
    match rest {
        [b'\r', b'\n', ..] => Tail { component: None, terminator: b'\n', terminator_at: at, next: at + 2 },
        _ => Tail { component: None, terminator: first, terminator_at: at, next: at + 1 },
    }
}

/// Whether a segment that may follow the ISA stands here, filler passed over.
fn follows(rest: &[u8], separator: u8) -> bool {
    let filler = rest.iter().take_while(|byte| is_filler(**byte)).count();
    let next = rest.get(filler..).unwrap_or_default();
    FOLLOWERS.iter().any(|tag| next.strip_prefix(*tag).and_then(<[u8]>::first) == Some(&separator))
}

/// Whether the first byte behind the sixteenth separator is the terminator, so that ISA16 is missing: a line end, or a
/// byte that the next segment follows. `>` and a line end may be a component separator and a terminator, or a terminator
/// and a line end: what ends the next segment decides.
fn is_terminator(rest: &[u8], separator: u8) -> bool {
    let Some((first, rest)) = rest.split_first() else { return false };
    if matches!(first, b'\r' | b'\n') {
        return true;
    }
    let filler = rest.iter().take_while(|byte| is_filler(**byte)).count();
    let next = rest.get(filler..).unwrap_or_default();
    let is_follower = follows(rest, separator);
    if filler == 0 || !is_follower {
        return is_follower;
    }
    let stop = memchr::memchr3(*first, b'\r', b'\n', next);
    stop.and_then(|stop| next.get(stop)) == Some(first)
}

fn element_text(bytes: &[u8], walk: &Walk, number: usize) -> String {
    let span = number.checked_sub(1).and_then(|index| walk.elements.get(index));
    let element = span.and_then(|span| bytes.get(span.start..span.end)).unwrap_or_default();
    let mut text = walk.charset.decode(element).into_owned();
    text.retain(|shown| shown != '\r' && shown != '\n');
    text
}

/// ISA11 is the repetition separator from version 00402 on, if it can be one; before, and in files that did not follow
/// the change, it holds the letter `U`.
fn repetition(element: &str, version: &str, separator: u8, tail: &Tail) -> Option<u8> {
    let &[byte] = element.as_bytes() else { return None };
    let others = [Some(separator), tail.component, Some(tail.terminator)];
    let is_separator = !byte.is_ascii_alphanumeric() && !byte.is_ascii_whitespace() && !others.contains(&Some(byte));
    (version.trim() >= "00402" && is_separator).then_some(byte)
}

/// A repetition separator of several bytes, where there may be one.
fn wide_repetition(element: &str, version: &str) -> Option<char> {
    let mut characters = element.chars();
    let first = characters.next().filter(|first| first.len_utf8() > 1 && !first.is_alphanumeric())?;
    (version.trim() >= "00402" && characters.next().is_none()).then_some(first)
}

fn check_distinct(delimiters: &Delimiters) -> Result<(), Fault> {
    let Delimiters { element, component, terminator, .. } = *delimiters;
    let broken = |code, element, text: &str| Err(Fault::Broken(Broken { code, element, text: text.to_owned() }));
    let is_data = |byte: u8| byte.is_ascii_alphanumeric() || byte == b' ';
    if component.is_some_and(is_data) {
        let text = "its component separator would be a letter, a digit or a blank; an element may be missing";
        return broken(FindingCode::ComponentSeparator, Some(16), text);
    }
    if is_data(terminator) {
        let text = "its terminator would be a letter, a digit or a blank; an element may be missing";
        return broken(FindingCode::SegmentTerminator, None, text);
    }
    if component == Some(element) || component == Some(terminator) {
        let text = "its component separator is another delimiter too";
        return broken(FindingCode::ComponentSeparator, Some(16), text);
    }
    if element == terminator {
        return broken(FindingCode::SegmentTerminator, None, "its terminator is its element separator too");
    }
    Ok(())
}

fn usage(text: &str) -> Usage {
    match text.trim() {
        "P" => Usage::Production,
        "T" => Usage::Test,
        "I" => Usage::Information,
        _ => Usage::Unknown,
    }
}

fn findings(looked: &Looked<'_>, walk: &Walk, tail: &Tail, delimiters: &Delimiters, place: Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    let bytes = looked.bytes.as_ref();
    let note =
        |severity, code, place, text: String| Finding::new(severity, code, place, text).about(Level::Interchange);
    let warn = |code, place, text: String| note(Severity::Warning, code, place, text);
    let sent: Vec<String> =
        delimiters.stand_ins().iter().flatten().map(|stand_in| format!("'{}'", stand_in.character)).collect();
    if !sent.is_empty() {
        let text = format!("the delimiter {} takes more than one byte", sent.join(" and "));
        findings.push(note(Severity::Info, FindingCode::WideCharacters, place, text));
    }
    if !bytes.starts_with(b"ISA") {
        findings.push(warn(FindingCode::LowerCaseTag, place, "the tag ISA is not in upper case".to_owned()));
    }
    let header = bytes.get(..tail.terminator_at).unwrap_or_default();
    if memchr::memchr2(b'\r', b'\n', header).is_some() {
        findings.push(warn(FindingCode::WrappedLines, place, "the ISA holds line ends".to_owned()));
    }
    for (index, (span, width)) in walk.elements.iter().zip(WIDTHS).enumerate() {
        let text = element_text(bytes, walk, index + 1);
        let found = text.chars().count();
        if found != width {
            let element = u32::try_from(index + 1).ok();
            let place = Place { element, ..looked.place(place.start, span.start, span.end) };
            let words = format!("ISA{:02} is {} wide", index + 1, counted(found, "character"));
            let finding = warn(FindingCode::IsaWidth, place, words).expecting(format!("{width}"));
            // Authorization and password (ISA02, ISA04) are not told further.
            findings.push(if matches!(element, Some(2 | 4)) { finding } else { finding.quoting(&text) });
        }
    }
    let text = |number: usize| element_text(bytes, walk, number).trim().to_owned();
    let at = |number: usize| {
        let span = number.checked_sub(1).and_then(|index| walk.elements.get(index));
        span.map_or(place, |span| looked.place(place.start, span.start, span.end))
    };
    findings.extend(values::of_isa(text, at));
    // Wherever X12 is spoken, `*` parts elements and `~` or a line end ends segments; others are allowed (X12.5).
    if sent.is_empty() && (walk.separator != b'*' || !matches!(tail.terminator, b'~' | b'\r' | b'\n')) {
        let shown = |byte: u8| byte.escape_ascii().to_string();
        let (separator, terminator) = (shown(walk.separator), shown(tail.terminator));
        let words = format!("elements are parted by '{separator}' and segments ended by '{terminator}'");
        findings.push(note(Severity::Info, FindingCode::UncustomaryDelimiters, place, words));
    }
    if tail.component.is_none() {
        let place = Place { element: Some(16), ..looked.place(place.start, walk.end, walk.end) };
        let words = "ISA16, the component separator, is missing";
        findings.push(warn(FindingCode::ComponentSeparatorMissing, place, words.to_owned()));
    }
    findings
}
