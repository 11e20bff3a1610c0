//! What the elements of a segment hold.

use std::borrow::Cow;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Findings, capped};
use crate::edi::guide::{ElementDef, ElementKind, ElementType, Requirement, SegmentDef};
use crate::edi::place::Place;
use crate::edi::token::{Element, Segment};

/// Checks the elements of segment after segment.
#[derive(Default)]
pub(super) struct ElementChecks {
    /// Trailing separators are told once: who writes them writes them everywhere.
    has_trailing: bool,
}

impl ElementChecks {
    /// Checks one segment against its definition.
    pub(super) fn check(&mut self, segment: &Segment<'_>, definition: &SegmentDef, findings: &mut Findings) {
        let count = segment.element_count();
        for (number, definition) in (1..).zip(&definition.elements) {
            let element = segment.element(number);
            if element.is_empty() {
                mandatory(&element, definition, findings);
            } else {
                whole_element(&element, definition, findings);
            }
        }
        self.surplus(segment, definition.elements.len(), count, findings);
    }

    fn surplus(&mut self, segment: &Segment<'_>, defined: usize, count: usize, findings: &mut Findings) {
        if let Some(first) = (defined + 1..=count).map(|number| segment.element(number)).find(|one| !one.is_empty()) {
            let text = format!("{} has {defined} elements, {count} were sent", segment.tag());
            findings.push(fault(Severity::Warning, FindingCode::TooManyElements, &first, text));
        }
        let last = segment.element(count);
        if count > 0 && last.bytes().is_empty() && !self.has_trailing {
            self.has_trailing = true;
            let text = format!("{} ends with a separator; it and those further on are passed over", segment.tag());
            findings.push(Finding::new(Severity::Info, FindingCode::TrailingSeparators, last.place(), text));
        }
    }
}

fn mandatory(element: &Element<'_>, definition: &ElementDef, findings: &mut Findings) {
    if definition.requirement == Requirement::Mandatory {
        let place = element.place();
        let text = format!("the mandatory element {} is empty", name(&place));
        findings.push(Finding::new(Severity::Error, FindingCode::MissingElement, place, text));
    }
}

fn whole_element(element: &Element<'_>, definition: &ElementDef, findings: &mut Findings) {
    if definition.repeats == 1 && element.segment().repetition_separator().is_none() {
        return one(element, definition, findings);
    }
    let sent = element.repetition_count();
    if sent > definition.repeats as usize {
        let text = format!("{} comes {sent} times", name(&element.place()));
        let finding = fault(Severity::Warning, FindingCode::TooManyRepetitions, element, text);
        findings.push(finding.expecting(format!("at most {}", definition.repeats)));
        if definition.repeats == 1 {
            return;
        }
    }
    if sent == 1 {
        return one(element, definition, findings);
    }
    (1..=sent).map(|number| element.repetition(number)).for_each(|each| one(&each, definition, findings));
}

fn one(element: &Element<'_>, definition: &ElementDef, findings: &mut Findings) {
    match &definition.kind {
        ElementKind::Simple { value, min, max } => simple(element, *value, *min, *max, findings),
        ElementKind::Composite { components, .. } => composite(element, components, findings),
    }
}

fn composite(element: &Element<'_>, components: &[ElementDef], findings: &mut Findings) {
    for (number, definition) in (1..).zip(components) {
        let component = element.component(number);
        match (&definition.kind, component.is_empty()) {
            (_, true) => mandatory(&component, definition, findings),
            (ElementKind::Simple { value, min, max }, false) => simple(&component, *value, *min, *max, findings),
            (ElementKind::Composite { .. }, false) => {}
        }
    }
    let sent = element.component_count();
    if sent > components.len() {
        let text = format!("{} has {} components, {sent} were sent", name(&element.place()), components.len());
        findings.push(fault(Severity::Warning, FindingCode::TooManyComponents, element, text));
    }
}

/// A value that is not of its type is told as that and not measured.
fn simple(element: &Element<'_>, value: ElementType, min: u32, max: u32, findings: &mut Findings) {
    let bytes = element.bytes();
    let trimmed = bytes.trim_ascii();
    let wrong = |code, what: &str, expected: &str| {
        let text = format!("{} '{}' is no {what}", name(&element.place()), capped(&element.text()));
        Some(fault(Severity::Error, code, element, text).expecting(expected))
    };
    let finding = match value {
        ElementType::N(_) if !is_number(trimmed, Point::Refused) => {
            wrong(FindingCode::NotANumber, "whole number", "digits, perhaps a minus sign")
        }
        ElementType::R if !is_number(trimmed, Point::Allowed) => {
            wrong(FindingCode::NotANumber, "number", "digits, perhaps a decimal point and a minus sign")
        }
        ElementType::Dt if !is_date(trimmed, min) => {
            wrong(FindingCode::NotADate, "date", if min <= 6 { "YYMMDD or CCYYMMDD" } else { "CCYYMMDD" })
        }
        ElementType::Tm if !is_time(trimmed) => wrong(FindingCode::NotATime, "time", "HHMM, HHMMSS or HHMMSSDD"),
        ElementType::Numeric if !is_number(trimmed, Point::Allowed) => {
            wrong(FindingCode::NotANumber, "number", "digits, perhaps a decimal mark and a minus sign")
        }
        ElementType::N(_) | ElementType::R | ElementType::Numeric => {
            length(element, digits(trimmed), digits(trimmed), min, max)
        }
        ElementType::Dt | ElementType::Tm | ElementType::B => None,
        ElementType::An | ElementType::Id | ElementType::Alpha => {
            length(element, characters(bytes), characters(bytes.trim_ascii_end()), min, max)
        }
    };
    if let Some(finding) = finding {
        findings.push(finding);
    }
}

/// Blanks count for the shortest length, which they may fill, and not for the longest.
fn length(element: &Element<'_>, padded: usize, bare: usize, min: u32, max: u32) -> Option<Finding> {
    let (code, found, expected) = if bare > max as usize {
        (FindingCode::TooLong, bare, format!("at most {max}"))
    } else if padded < min as usize {
        (FindingCode::TooShort, padded, format!("at least {min}"))
    } else {
        return None;
    };
    let text = format!("{} has {found} characters", name(&element.place()));
    Some(fault(Severity::Warning, code, element, text).expecting(expected))
}

fn fault(severity: Severity, code: FindingCode, element: &Element<'_>, text: String) -> Finding {
    Finding::new(severity, code, element.place(), text).quoting(&element.text())
}

/// `BEG03`, `REF04-2`.
fn name(place: &Place) -> String {
    let tag = place.tag.unwrap_or_default();
    let element = place.element.unwrap_or_default();
    let component = place.component.map(|component| Cow::from(format!("-{component}"))).unwrap_or_default();
    format!("{tag}{element:02}{component}")
}

fn characters(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { crate::edi::decode(bytes).chars().count() }
}

/// Sign and decimal point have no length (X12.6, "decimal" and "numeric").
fn digits(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| byte.is_ascii_digit()).count()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Point {
    Allowed,
    Refused,
}

fn is_number(bytes: &[u8], point: Point) -> bool {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let (mut points, mut digits) = (0, 0);
    for byte in unsigned {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' if point == Point::Allowed => points += 1,
            _ => return false,
        }
    }
    digits > 0 && points <= 1
}

/// CCYYMMDD; YYMMDD where the element may be six wide, the century not told.
fn is_date(bytes: &[u8], min: u32) -> bool {
    match (bytes.len(), number(bytes)) {
        (8, Some(date)) => is_day(date),
        (6, Some(date)) if min <= 6 => is_day(20_000_000 + date),
        _ => false,
    }
}

fn is_day(date: u32) -> bool {
    let year = i16::try_from(date / 10_000).unwrap_or(0);
    let two = |digits: u32| i8::try_from(digits % 100).unwrap_or(0);
    jiff::civil::Date::new(year, two(date / 100), two(date)).is_ok() && year > 0
}

/// HHMM, then seconds, then tenths or hundredths.
fn is_time(bytes: &[u8]) -> bool {
    let (whole, fraction) = bytes.split_at_checked(6).unwrap_or((bytes, b""));
    let is_fraction = fraction.len() <= 2 && fraction.iter().all(u8::is_ascii_digit);
    let is_minute = |time: u32| time / 100 < 24 && time % 100 < 60;
    match (whole.len(), number(whole)) {
        (4, Some(time)) => is_minute(time),
        (6, Some(time)) => is_minute(time / 100) && time % 100 < 60 && is_fraction,
        _ => false,
    }
}

/// At most eight digits as a number.
fn number(bytes: &[u8]) -> Option<u32> {
    let add = |sum: u32, byte: &u8| byte.is_ascii_digit().then(|| sum * 10 + u32::from(byte - b'0'));
    if bytes.len() > 8 { None } else { bytes.iter().try_fold(0, add) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        let check = |text: &str, whole: bool, decimal: bool| {
            let bytes = text.as_bytes();
            assert_eq!(
                (is_number(bytes, Point::Refused), is_number(bytes, Point::Allowed)),
                (whole, decimal),
                "{text}"
            );
        };
        check("12", true, true);
        check("-12", true, true);
        check(".82", false, true);
        check("2.", false, true);
        check("-.5", false, true);
        check("", false, false);
        check("-", false, false);
        check(".", false, false);
        check("1.2.3", false, false);
        check("1,5", false, false);
        check("1E3", false, false);
        check("+1", false, false);
    }

    #[test]
    fn dates_and_times() {
        let date = |text: &str, min: u32| is_date(text.as_bytes(), min);
        assert!(date("20261116", 8) && date("20240229", 8) && date("261116", 6) && date("20261116", 6));
        assert!(!date("261116", 8) && !date("20230229", 8) && !date("00000000", 8) && !date("2026111", 6));
        assert!(!date("2026-1-1", 8) && !date("", 6));
        let time = |text: &str| is_time(text.as_bytes());
        assert!(time("0000") && time("2359") && time("235959") && time("2359591") && time("23595999"));
        assert!(
            !time("2400") && !time("12") && !time("12345") && !time("126000") && !time("235959999") && !time("ab00")
        );
    }
}
