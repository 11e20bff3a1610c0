//! What both dialects say of their envelopes: trailers, counts, control numbers.

use std::collections::BTreeSet;

use crate::base::{Limits, Severity, agreeing, counted, plural};

use super::fault::{Bound, ReadFault};
use super::finding::{Finding, FindingCode, Level, capped};
use super::interchange::{InterchangeHead, Trailer};
use super::place::{Place, Tag};
use super::table::SegmentTable;
use super::token::Segment;

/// A level of an envelope and how it ends.
pub(crate) struct End {
    pub(crate) level: Level,
    /// Tag of the trailer.
    pub(crate) tag: &'static str,
    /// What it ends, in words.
    pub(crate) of: &'static str,
    /// What it counts, in words: one of them.
    pub(crate) counts: &'static str,
}

/// Elements of a trailer: a count and a control number (X12.5, X12.6: IEA, GE, SE; ISO 9735-1: UNZ, UNE, UNT).
const ELEMENTS: usize = 2;

/// A trailer as a segment gives it.
pub(crate) fn trailer(segment: &Segment<'_>, place: Place) -> Trailer {
    let text = |number: usize| segment.element(number).text().into_owned();
    Trailer { count: text(1), control_number: text(2), place }
}

/// Holds a trailer against what was counted and against the control number of its header.
pub(crate) fn check(
    end: &End,
    segment: &Segment<'_>,
    trailer: &Trailer,
    counted: u64,
    control_number: &str,
) -> Vec<Finding> {
    let tag = end.tag;
    let at =
        |number: usize| Place { segment_position: trailer.place.segment_position, ..segment.element(number).place() };
    let mut findings: Vec<Finding> = surplus(segment, ELEMENTS, end.level).into_iter().collect();
    let said = trailer.count.parse();
    if said != Ok(counted) {
        let (what, were) = (plural(said.unwrap_or(0), end.counts), agreeing(counted, "was", "were"));
        let text = format!("{tag}01 says '{}' {what}, {counted} {were} counted", capped(&trailer.count));
        findings.push(
            Finding::new(Severity::Error, FindingCode::CountWrong, at(1), text)
                .about(end.level)
                .expecting(counted.to_string())
                .quoting(&trailer.count),
        );
    }
    if let Some(severity) = difference(control_number, &trailer.control_number) {
        let (sent, number) = (capped(&trailer.control_number), capped(control_number));
        let text = format!("{tag}02 is '{sent}', the header's control number '{number}'");
        findings.push(
            Finding::new(severity, FindingCode::ControlNumberDiffers, at(2), text)
                .about(end.level)
                .expecting(number)
                .quoting(&trailer.control_number),
        );
    }
    findings
}

/// What stands in a segment of the envelope behind the elements it has: one finding, for the first that holds something,
/// else for separators behind the last.
pub(crate) fn surplus(segment: &Segment<'_>, defined: usize, level: Level) -> Option<Finding> {
    let count = segment.element_count();
    let mut surplus = (defined + 1..=count).map(|number| segment.element(number));
    let tag = segment.tag();
    let finding = match surplus.find(|element| !element.is_empty()) {
        Some(first) => {
            let text = format!("{tag} has {}, {count} were sent", counted(defined, "element"));
            let finding = Finding::new(Severity::Warning, FindingCode::TooManyElements, first.place(), text);
            finding.quoting(&first.text())
        }
        None if count > defined => {
            let text = format!("{tag} ends with a separator");
            let place = segment.element(count).place();
            Finding::new(Severity::Info, FindingCode::TrailingSeparators, place, text)
        }
        None => return None,
    };
    let place = match level {
        Level::Set => finding.place,
        _ => Place { segment_position: None, ..finding.place },
    };
    Some(Finding { place, ..finding }.about(level))
}

/// Numbers that differ only in leading zeros are the same number, written carelessly.
fn difference(header: &str, trailer: &str) -> Option<Severity> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let same = |one: &str, other: &str| one.trim_start_matches('0') == other.trim_start_matches('0');
    match header == trailer {
        true => None,
        false if is_number(header) && is_number(trailer) && same(header, trailer) => Some(Severity::Warning),
        false => Some(Severity::Error),
    }
}

/// The finding for a trailer that never came.
pub(crate) fn missing(end: &End, place: Place) -> Finding {
    let text = format!("{} is missing: {} has no end", end.tag, end.of);
    Finding::new(Severity::Error, FindingCode::TrailerMissing, place, text).about(end.level).expecting(end.tag)
}

/// The finding for a trailer that is the last thing in the file and lacks its terminator.
pub(crate) fn unterminated(severity: Severity, level: Level, place: Place) -> Finding {
    let tag = place.tag.unwrap_or_default();
    let text = format!("the file ends in {tag}, before a terminator");
    Finding::new(severity, FindingCode::TerminatorMissing, place, text).about(level)
}

/// The finding for an envelope segment that is not in upper case.
pub(crate) fn lower_case(tag: Tag, level: Level, place: Place) -> Finding {
    let text = format!("the tag '{tag}' is not in upper case");
    Finding::new(Severity::Warning, FindingCode::LowerCaseTag, place, text)
        .about(level)
        .expecting(tag.to_upper().as_str())
}

/// Findings about a segment of the envelope, told at its level.
pub(crate) fn at_level(findings: Vec<Finding>, level: Level) -> impl Iterator<Item = Finding> {
    findings.into_iter().map(move |finding| {
        let place = Place { segment_position: None, ..finding.place };
        Finding { place, ..finding }.about(level)
    })
}

/// The finding for a segment where it may not stand.
pub(crate) fn misplaced(severity: Severity, level: Level, place: Place, text: String) -> Finding {
    Finding::new(severity, FindingCode::MisplacedEnvelope, place, text).about(level)
}

/// The finding for an envelope with nothing inside.
pub(crate) fn empty(level: Level, text: &'static str, place: Place) -> Finding {
    Finding::new(Severity::Warning, FindingCode::EmptyEnvelope, place, text).about(level)
}

/// A segment with more elements than the limit ends the reading: its delimiters are not what they seem.
pub(crate) fn check_elements(table: &SegmentTable, elements: usize, limits: &Limits) -> Result<(), ReadFault> {
    if elements <= limits.elements {
        return Ok(());
    }
    let place = table.last().map(|segment| segment.place()).unwrap_or_default();
    Err(ReadFault::Bound { bound: Bound::Elements, limit: limits.elements as u64, place })
}

/// Control numbers of one level, to tell those given twice.
#[derive(Default)]
pub(crate) struct ControlNumbers(BTreeSet<[u8; Self::LENGTH]>);

impl ControlNumbers {
    /// The longest number that is looked at; the law has nine digits at most.
    const LENGTH: usize = 16;
    /// Numbers kept: about two megabytes. Beyond them a repeated number is not noticed.
    const KEPT: usize = 50_000;

    /// Takes note of a number; whether it was there before.
    pub(crate) fn repeats(&mut self, number: &str) -> bool {
        let mut key = [0; Self::LENGTH];
        if number.len() > key.len() || number.is_empty() {
            return false;
        }
        key.iter_mut().zip(number.bytes()).for_each(|(to, from)| *to = from);
        if self.0.len() >= Self::KEPT {
            return self.0.contains(&key);
        }
        !self.0.insert(key)
    }
}

/// Control numbers of the interchanges of a file, with their parties.
#[derive(Default)]
pub(crate) struct InterchangeNumbers(BTreeSet<Box<str>>);

impl InterchangeNumbers {
    /// Interchanges kept: about six megabytes at their longest. Beyond them a repeated one is not noticed.
    const KEPT: usize = 20_000;
    /// Bytes of a key; the law has 4 + 35 for a party and 14 for a number at most.
    const LENGTH: usize = 256;

    /// Takes note of an interchange; the finding, when the same sender has sent it to the same receiver before in this
    /// file.
    pub(crate) fn note(&mut self, head: &InterchangeHead) -> Option<Finding> {
        let InterchangeHead { standard, sender, receiver, control_number, .. } = head;
        let parties = [&sender.qualifier, &sender.id, &receiver.qualifier, &receiver.id];
        let key = format!("{standard}\0{}\0{control_number}", parties.map(String::as_str).join("\0"));
        if control_number.is_empty() || key.len() > Self::LENGTH {
            return None;
        }
        let is_full = self.0.len() >= Self::KEPT;
        let repeats = if is_full { self.0.contains(key.as_str()) } else { !self.0.insert(key.into()) };
        repeats.then(|| Finding {
            severity: Severity::Error,
            ..repeated(
                control_number,
                Level::Interchange,
                "file, from the same sender to the same receiver",
                head.place,
            )
        })
    }
}

/// The finding for a control number given twice.
pub(crate) fn repeated(number: &str, level: Level, within: &str, place: Place) -> Finding {
    let text = format!("control number '{}' comes twice in one {within}", capped(number));
    Finding::new(Severity::Warning, FindingCode::ControlNumberRepeated, place, text).about(level).quoting(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_numbers_are_compared_as_text_then_as_numbers() {
        let check = |header: &str, trailer: &str, expect: Option<Severity>| {
            assert_eq!(difference(header, trailer), expect, "{header} {trailer}");
        };
        check("0001", "0001", None);
        check("0001", "1", Some(Severity::Warning));
        check("000", "0", Some(Severity::Warning));
        check("0001", "0002", Some(Severity::Error));
        check("0001", "", Some(Severity::Error));
        check("AB1", "ab1", Some(Severity::Error));
    }

    #[test]
    fn one_number_past_those_kept_is_not_noticed() {
        let mut numbers = ControlNumbers::default();
        (0..ControlNumbers::KEPT).for_each(|number| assert!(!numbers.repeats(&number.to_string())));
        assert!(numbers.repeats("7"));
        assert!(!numbers.repeats("999999"));
        assert!(!numbers.repeats("999999"));
        assert!(!numbers.repeats(&"1".repeat(17)));
        assert!(!numbers.repeats(&"1".repeat(17)));
    }
}
