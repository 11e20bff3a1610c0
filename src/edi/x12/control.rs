//! Trailers: counts and control numbers.

use std::collections::BTreeSet;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode};
use crate::edi::interchange::Trailer;
use crate::edi::place::Place;
use crate::edi::token::Segment;

/// A trailer as a segment gives it.
pub(super) fn trailer(segment: &Segment<'_>, place: Place) -> Trailer {
    let text = |number: usize| segment.element(number).text().into_owned();
    Trailer { count: text(1), control_number: text(2), place }
}

/// Holds a trailer against what was counted and against the control number of its header.
pub(super) fn check(
    segment: &Segment<'_>,
    trailer: &Trailer,
    counted: u64,
    what: &str,
    control_number: &str,
) -> Vec<Finding> {
    let tag = trailer.place.tag.unwrap_or_default();
    let at =
        |number: usize| Place { segment_position: trailer.place.segment_position, ..segment.element(number).place() };
    let mut findings = Vec::new();
    if trailer.count.parse() != Ok(counted) {
        let text = format!("{tag}01 says '{}' {what}, {counted} were counted", trailer.count);
        findings.push(
            Finding::new(Severity::Error, FindingCode::CountWrong, at(1), text)
                .expecting(counted.to_string())
                .quoting(&trailer.count),
        );
    }
    if let Some(severity) = difference(control_number, &trailer.control_number) {
        let text = format!("{tag}02 is '{}', the header's control number '{control_number}'", trailer.control_number);
        findings.push(
            Finding::new(severity, FindingCode::ControlNumberDiffers, at(2), text)
                .expecting(control_number)
                .quoting(&trailer.control_number),
        );
    }
    findings
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
pub(super) fn missing(tag: &str, of: &str, place: Place) -> Finding {
    let text = format!("{tag} is missing: {of} has no end");
    Finding::new(Severity::Error, FindingCode::TrailerMissing, place, text).expecting(tag)
}

/// Control numbers of one level, to tell those given twice.
#[derive(Default)]
pub(super) struct ControlNumbers(BTreeSet<[u8; Self::LENGTH]>);

impl ControlNumbers {
    /// The longest number that is looked at; the law has nine digits at most.
    const LENGTH: usize = 16;
    /// Numbers kept: about two megabytes. Beyond them a repeated number is not noticed.
    const KEPT: usize = 50_000;

    /// Takes note of a number; whether it was there before.
    pub(super) fn repeats(&mut self, number: &str) -> bool {
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

/// The finding for a control number given twice.
pub(super) fn repeated(number: &str, within: &str, place: Place) -> Finding {
    let text = format!("control number '{number}' comes twice in one {within}");
    Finding::new(Severity::Warning, FindingCode::ControlNumberRepeated, place, text).quoting(number)
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
