//! The ISA: delimiters out of the data, and the head of the interchange.
//!
//! The law makes the ISA 106 characters long, so that its delimiters stand at fixed places. Real ones are shorter and
//! longer; counting sixteen separators reads them all.

use crate::base::Severity;
use crate::edi::charset::{self, CharacterSet};
use crate::edi::delimiter::{Delimiters, is_filler};
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{InterchangeHead, Particulars, Party, Standard, Usage};
use crate::edi::place::{Place, Tag};

/// Bytes to look at: the ISA and what follows, to tell a missing ISA16 from a terminator.
pub(super) const LOOKED_AT: usize = 1024;

/// The longest ISA that is read, counted to its sixteenth separator; the longest seen in the wild had 121 characters.
const LONGEST: usize = 256;

/// Widths of the sixteen elements (X12.5).
const WIDTHS: [usize; 16] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1];

/// Segments that may follow the ISA.
const FOLLOWERS: [&[u8]; 3] = [b"GS", b"TA1", b"IEA"];

/// The head of an interchange and the bytes it takes, terminator included.
pub(super) struct Header {
    pub(super) head: InterchangeHead,
    pub(super) length: usize,
}

/// What a walk over the sixteen separators found.
struct Walk {
    separator: u8,
    elements: Vec<Span>,
    /// Behind the sixteenth separator.
    end: usize,
}

#[derive(Clone, Copy)]
struct Span {
    start: usize,
    end: usize,
}

/// Reads the ISA at the start of `bytes`, which stand at `offset` of the file. The fault is in words.
pub(super) fn read(bytes: &[u8], offset: u64) -> Result<Header, String> {
    let walk = walk(bytes)?;
    let tail = tail(bytes, &walk)?;
    let text = |number: usize| element_text(bytes, &walk, number);
    let delimiters = Delimiters {
        element: walk.separator,
        component: tail.component,
        repetition: repetition(&text(11), &text(12), walk.separator, &tail),
        release: None,
        terminator: tail.terminator,
        wide: None,
    };
    check_distinct(&delimiters)?;
    let place = Place {
        start: offset,
        end: offset + tail.terminator_at as u64,
        tag: Some(Tag::new(b"ISA")),
        ..Place::default()
    };
    let trimmed = |number: usize| text(number).trim().to_owned();
    let head = InterchangeHead {
        standard: Standard::X12,
        sender: Party { qualifier: trimmed(5), id: trimmed(6) },
        receiver: Party { qualifier: trimmed(7), id: trimmed(8) },
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: trimmed(9),
        time: trimmed(10),
        syntax: String::new(),
        version: trimmed(12),
        control_number: trimmed(13),
        acknowledgement_asked: trimmed(14) == "1",
        usage: usage(&text(15)),
        character_set: CharacterSet::Auto,
        particulars: Particulars {
            authorization_qualifier: trimmed(1),
            authorization: trimmed(2),
            security_qualifier: trimmed(3),
            security: trimmed(4),
            ..Particulars::default()
        },
        delimiters,
        decimal_mark: b'.',
        place,
        findings: findings(bytes, &walk, &tail, place),
    };
    Ok(Header { head, length: tail.terminator_at + 1 })
}

/// Counts separators. Line ends inside an ISA are wrapping unless they are the separator.
fn walk(bytes: &[u8]) -> Result<Walk, String> {
    let separator = *bytes.get(3).ok_or("it ends after its tag")?;
    single_byte(bytes.get(3..).unwrap_or_default(), "element separator")?;
    let mut elements = Vec::with_capacity(WIDTHS.len());
    let mut start = 4;
    for at in memchr::memchr_iter(separator, bytes).skip(1).take_while(|at| *at <= LONGEST) {
        elements.push(Span { start, end: at });
        start = at + 1;
        if elements.len() == WIDTHS.len() - 1 {
            return Ok(Walk { separator, elements, end: start });
        }
    }
    Err(format!("it has {} of 16 elements within {LONGEST} bytes", elements.len() + 1))
}

/// What stands behind the sixteenth separator.
struct Tail {
    component: Option<u8>,
    terminator: u8,
    terminator_at: usize,
}

fn tail(bytes: &[u8], walk: &Walk) -> Result<Tail, String> {
    let rest = bytes.get(walk.end..).unwrap_or_default();
    single_byte(rest, "component separator")?;
    let (first, second) = match rest {
        [first, second, ..] => (*first, *second),
        _ => return Err("it ends before its terminator".to_owned()),
    };
    if is_terminator(rest, walk.separator) {
        return Ok(Tail { component: None, terminator: first, terminator_at: walk.end });
    }
    single_byte(rest.get(1..).unwrap_or_default(), "segment terminator")?;
    Ok(Tail { component: Some(first), terminator: second, terminator_at: walk.end + 1 })
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
    let is_follower = FOLLOWERS.iter().any(|tag| next.strip_prefix(*tag).and_then(<[u8]>::first) == Some(&separator));
    if filler == 0 || !is_follower {
        return is_follower;
    }
    let stop = memchr::memchr3(*first, b'\r', b'\n', next);
    stop.and_then(|stop| next.get(stop)) == Some(first)
}

fn element_text(bytes: &[u8], walk: &Walk, number: usize) -> String {
    let span = number.checked_sub(1).and_then(|index| walk.elements.get(index));
    let element = span.and_then(|span| bytes.get(span.start..span.end)).unwrap_or_default();
    let mut text = charset::decode(element).into_owned();
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

fn check_distinct(delimiters: &Delimiters) -> Result<(), String> {
    let Delimiters { element, component, terminator, .. } = *delimiters;
    for (byte, name) in
        [(Some(element), "element separator"), (component, "component separator"), (Some(terminator), "terminator")]
    {
        if byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b' ') {
            return Err(format!("its {name} would be a letter, a digit or a blank; an element may be missing"));
        }
    }
    if element == terminator || component == Some(element) || component == Some(terminator) {
        return Err("its delimiters are not different from one another".to_owned());
    }
    Ok(())
}

/// A delimiter is one byte. One that is a longer character in UTF-8 would be cut.
fn single_byte(bytes: &[u8], name: &str) -> Result<(), String> {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return Ok(()),
    };
    match bytes.get(..length).map(std::str::from_utf8) {
        Some(Ok(text)) => Err(format!("its {name} '{text}' is no single byte")),
        Some(Err(_)) | None => Ok(()),
    }
}

fn usage(text: &str) -> Usage {
    match text.trim() {
        "P" => Usage::Production,
        "T" => Usage::Test,
        "I" => Usage::Information,
        _ => Usage::Unknown,
    }
}

fn findings(bytes: &[u8], walk: &Walk, tail: &Tail, place: Place) -> Vec<Finding> {
    let mut findings = Vec::new();
    let warn = |code, place, text: String| Finding::new(Severity::Warning, code, place, text).about(Level::Interchange);
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
            let place = Place {
                start: place.start + span.start as u64,
                end: place.start + span.end as u64,
                element: u32::try_from(index + 1).ok(),
                ..place
            };
            let words = format!("ISA{:02} is {found} characters wide", index + 1);
            findings.push(warn(FindingCode::IsaWidth, place, words).expecting(format!("{width}")).quoting(&text));
        }
    }
    // Wherever X12 is spoken, `*` parts elements and `~` or a line end ends segments; others are allowed (X12.5).
    if walk.separator != b'*' || !matches!(tail.terminator, b'~' | b'\r' | b'\n') {
        let shown = |byte: u8| byte.escape_ascii().to_string();
        let words = format!(
            "elements are parted by '{}' and segments ended by '{}'",
            shown(walk.separator),
            shown(tail.terminator)
        );
        findings.push(Finding::new(Severity::Info, FindingCode::UncustomaryDelimiters, place, words));
    }
    if tail.component.is_none() {
        let start = place.start + walk.end as u64;
        let place = Place { start, end: start, element: Some(16), ..place };
        let words = "ISA16, the component separator, is missing";
        findings.push(warn(FindingCode::ComponentSeparatorMissing, place, words.to_owned()));
    }
    findings
}
