//! What is wrong with the elements of a segment, said in full. Called only for segments that are not
//! [plainly](super::plain) as they should be.

use std::borrow::Cow;

use crate::base::{Severity, agreeing, counted, times};
use crate::edi::finding::{Finding, FindingCode, Findings, capped};
use crate::edi::guide::{Authority, CodeList, ElementDef, ElementKind, ElementType, Requirement, SegmentDef};
use crate::edi::interchange::{Standard, TransactionSet};
use crate::edi::place::Place;
use crate::edi::token::{Element, Segment};

use super::note;
use super::period;
use super::value::{Mark, digits, is_date, is_number, is_time};

/// YYMMDD.
const SHORT_DATE: u32 = 6;

/// The release from which element 373 (dates) has eight digits; before, it had six.
const LONG_DATES_SINCE: &str = "004010";

/// Checks the elements of segment after segment.
#[derive(Default)]
pub(super) struct ElementChecks {
    /// Separators behind the last element are told once: who writes them writes them everywhere.
    has_trailing: bool,
    /// Those behind the last component likewise.
    has_trailing_components: bool,
    /// Whether dates may have six digits whatever the guide says.
    has_short_dates: bool,
    /// Where a control character stands that was told when the set was read: its character set does not have it.
    foreign: Option<u64>,
}

/// What the checks of one segment share.
struct Check<'c> {
    told: &'c mut ElementChecks,
    findings: &'c mut Findings,
}

impl ElementChecks {
    /// For the segments of a set. One of an old release may be read with the guide of a newer one: its dates are as
    /// they were.
    pub(super) fn new(set: &TransactionSet) -> Self {
        let is_old = set.release.get(..6).is_some_and(|release| release < LONG_DATES_SINCE);
        // What cannot be shown is not quoted: it is a control character.
        let is_control = |one: &&Finding| one.code == FindingCode::InvalidCharacter && one.offending.is_none();
        let foreign = set.findings.iter().find(is_control);
        Self {
            has_short_dates: is_old && set.interchange.standard == Standard::X12,
            foreign: foreign.map(|finding| finding.place.start),
            ..Self::default()
        }
    }

    /// Whether separators behind the last element were told.
    pub(super) fn has_trailing(&self) -> bool {
        self.has_trailing
    }

    /// Checks one segment against its definition.
    pub(super) fn check(&mut self, segment: &Segment<'_>, definition: &SegmentDef, findings: &mut Findings) {
        let mut check = Check { told: self, findings };
        for (number, definition) in (1..).zip(&definition.elements) {
            check.element(&segment.element(number), definition);
        }
        check.surplus(segment, definition.elements.len());
        note::check(&definition.notes, &definition.elements, &|number| segment.element(number), check.findings);
    }
}

impl Check<'_> {
    fn surplus(&mut self, segment: &Segment<'_>, defined: usize) {
        let count = segment.element_count();
        if let Some(first) = (defined + 1..=count).map(|number| segment.element(number)).find(|one| !one.is_empty()) {
            let (elements, were) = (counted(defined, "element"), agreeing(count, "was", "were"));
            let text = format!("{} has {elements}, {count} {were} sent", segment.tag());
            let finding = Finding::new(Severity::Warning, FindingCode::TooManyElements, first.place(), text);
            self.findings.push(finding.quoting(&first.text()));
        }
        let last = segment.element(count);
        if count > 0 && last.bytes().is_empty() && !self.told.has_trailing {
            self.told.has_trailing = true;
            let text = format!("{} ends with a separator; it and those further on are passed over", segment.tag());
            self.findings.push(Finding::new(Severity::Info, FindingCode::TrailingSeparators, last.place(), text));
        }
    }

    fn element(&mut self, element: &Element<'_>, definition: &ElementDef) {
        if is_absent(element, definition) {
            self.absent(element, definition);
        } else if definition.requirement == Requirement::NotUsed {
            self.not_used(element, definition);
        } else {
            self.repetitions(element, definition);
        }
    }

    fn absent(&mut self, element: &Element<'_>, definition: &ElementDef) {
        if definition.requirement == Requirement::Mandatory {
            let text = format!("the mandatory element {} is empty", name(&element.place()));
            self.findings.push(fault(Severity::Error, FindingCode::MissingElement, element, definition, text));
        } else if !element.is_empty() {
            self.trailing_components(element);
        }
    }

    /// A partner's guide says so: what it forbids by name is an error.
    fn not_used(&mut self, element: &Element<'_>, definition: &ElementDef) {
        let text = format!("the guide does not use {}", name(&element.place()));
        let finding = fault(Severity::Error, FindingCode::NotUsedElement, element, definition, text);
        self.findings.push(finding.quoting(&element.text()).by(Authority::Partner));
    }

    fn repetitions(&mut self, element: &Element<'_>, definition: &ElementDef) {
        let delimiters = element.segment().delimiters();
        if delimiters.repetition.is_none_or(|repetition| memchr::memchr(repetition, element.bytes()).is_none()) {
            return self.one(element, definition);
        }
        let sent = element.repetition_count();
        if sent > definition.repeats as usize {
            let text = format!("{} comes {}", name(&element.place()), times(sent));
            let finding = fault(Severity::Warning, FindingCode::TooManyRepetitions, element, definition, text);
            let finding = finding.quoting(&element.text());
            self.findings.push(finding.expecting(format!("at most {}", definition.repeats)));
            if definition.repeats == 1 {
                return;
            }
        }
        if sent == 1 {
            return self.one(element, definition);
        }
        let repetitions = (1..=sent).map(|number| element.repetition(number));
        repetitions.filter(|one| !is_absent(one, definition)).for_each(|one| self.one(&one, definition));
    }

    fn one(&mut self, element: &Element<'_>, definition: &ElementDef) {
        match &definition.kind {
            ElementKind::Composite { components, notes } => {
                let component = |number: usize| element.component(number);
                for (number, definition) in (1..).zip(components) {
                    self.component(&component(number), definition);
                }
                self.surplus_components(element, components.len(), definition);
                note::check(notes, components, &component, self.findings);
                self.period(element, components);
            }
            ElementKind::Simple { .. } if element.component_count() > 1 => {
                self.surplus_components(element, 1, definition);
            }
            ElementKind::Simple { value, min, max } => self.simple(element, definition, *value, *min, *max),
        }
    }

    /// What is wrong with a value and was not told when the set was read.
    fn simple(&mut self, element: &Element<'_>, definition: &ElementDef, value: ElementType, min: u32, max: u32) {
        let least = self.least(value, min);
        let finding = simple(element, definition, value, least, max as usize).filter(|finding| !self.is_told(finding));
        self.findings.extend(finding);
    }

    fn is_told(&self, finding: &Finding) -> bool {
        let is_at = |at: u64| (finding.place.start..finding.place.end).contains(&at);
        finding.code == FindingCode::InvalidCharacter && self.told.foreign.is_some_and(is_at)
    }

    /// The shortest that a value may be.
    fn least(&self, value: ElementType, min: u32) -> usize {
        let is_short = self.told.has_short_dates && value == ElementType::Dt;
        (if is_short { min.min(SHORT_DATE) } else { min }) as usize
    }

    fn component(&mut self, component: &Element<'_>, definition: &ElementDef) {
        match &definition.kind {
            _ if component.is_empty() => self.absent(component, definition),
            _ if definition.requirement == Requirement::NotUsed => self.not_used(component, definition),
            ElementKind::Simple { value, min, max } => self.simple(component, definition, *value, *min, *max),
            // No standard has a composite inside a composite.
            ElementKind::Composite { .. } => {}
        }
    }

    fn surplus_components(&mut self, element: &Element<'_>, defined: usize, definition: &ElementDef) {
        let sent = element.component_count();
        let last = (1..=sent).rev().find(|number| !element.component(*number).is_empty()).unwrap_or(0);
        if last > defined {
            let text = format!("{} has {}, {sent} were sent", name(&element.place()), counted(defined, "component"));
            let finding = fault(Severity::Warning, FindingCode::TooManyComponents, element, definition, text);
            self.findings.push(finding.quoting(&element.text()));
        }
        if sent > last && element.component(sent).bytes().is_empty() {
            self.trailing_components(element);
        }
    }

    fn trailing_components(&mut self, element: &Element<'_>) {
        if !self.told.has_trailing_components {
            self.told.has_trailing_components = true;
            let name = name(&element.place());
            let text = format!("{name} ends with a component separator; it and those further on are passed over");
            self.findings.push(Finding::new(Severity::Info, FindingCode::TrailingSeparators, element.place(), text));
        }
    }

    /// A date, time or period (2380) must be written as the code beside it says (2379).
    fn period(&mut self, element: &Element<'_>, components: &[ElementDef]) {
        let find = |id: &str| (1..).zip(components).find(|(_, definition)| definition.id == id);
        let (Some((value_at, definition)), Some((code_at, _))) = (find("2380"), find("2379")) else { return };
        let (value, code) = (element.component(value_at), element.component(code_at).text());
        if value.is_empty() || period::fits(code.as_bytes(), value.text().as_bytes()) {
            return;
        }
        let code_of_finding = if code.starts_with('4') { FindingCode::NotATime } else { FindingCode::NotADate };
        let text = format!("{} '{}' is not written as 2379 '{code}' says", name(&value.place()), shown(&value));
        let finding = fault(Severity::Error, code_of_finding, &value, definition, text).quoting(&value.text());
        self.findings.push(finding.expecting(period::written(&code).unwrap_or_default()));
    }
}

/// What is wrong with a value. One that is not of its type is told as that and not measured, one that is too long or
/// short is not looked up.
fn simple(
    element: &Element<'_>,
    definition: &ElementDef,
    value: ElementType,
    min: usize,
    max: usize,
) -> Option<Finding> {
    let delimiters = element.segment().delimiters();
    let sent = delimiters.unreleased(element.bytes());
    let trimmed = sent.trim_ascii();
    let wrong = |code, what: &str, expected: &str| {
        let text = format!("{} '{}' is no {what}", name(&element.place()), shown(element));
        let finding = fault(Severity::Error, code, element, definition, text).quoting(&element.text());
        Some(finding.expecting(expected))
    };
    let number = |mark: Mark, what: &str, expected: &str| match is_number(trimmed, mark) {
        true => length(element, definition, digits(trimmed), digits(trimmed), min, max),
        false => wrong(FindingCode::NotANumber, what, expected),
    };
    let finding = match value {
        ElementType::N(_) => number(Mark::None, "whole number", "digits, perhaps a minus sign"),
        ElementType::R => number(Mark::Point, "number", "digits, perhaps a decimal point and a minus sign"),
        ElementType::Numeric => number(Mark::Either, "number", "digits, perhaps a decimal mark and a minus sign"),
        ElementType::Dt if !is_date(trimmed, min) => {
            wrong(FindingCode::NotADate, "date", if min <= 6 { "YYMMDD or CCYYMMDD" } else { "CCYYMMDD" })
        }
        ElementType::Tm if !is_time(trimmed) => wrong(FindingCode::NotATime, "time", "HHMM, HHMMSS or HHMMSSDD"),
        ElementType::Dt | ElementType::Tm | ElementType::B => None,
        ElementType::An | ElementType::Id | ElementType::Alpha => {
            let (padded, bare) = (characters(&sent), characters(sent.trim_ascii_end()));
            foreign(element, definition, value).or_else(|| length(element, definition, padded, bare, min, max))
        }
    };
    finding.or_else(|| unlisted(element, definition))
}

/// A character that the type of the value does not have: letters and blanks where there are but letters, and nowhere
/// what cannot be seen (X12.6, "extended character set"; ISO 9735-1, annex A).
fn foreign(element: &Element<'_>, definition: &ElementDef, value: ElementType) -> Option<Finding> {
    let text = element.text();
    let is_foreign = |character: &char| {
        character.is_control()
            || value == ElementType::Alpha && !character.is_alphabetic() && !character.is_whitespace()
    };
    let found = text.chars().find(is_foreign)?;
    let name = name(&element.place());
    let what = match found {
        found if found.is_control() => format!("{name} holds the control character U+{:04X}", u32::from(found)),
        found => format!("{name} holds '{found}', which is no letter"),
    };
    let finding = fault(Severity::Warning, FindingCode::InvalidCharacter, element, definition, what);
    Some(finding.quoting(&text))
}

/// Blanks count for the shortest length, which they may fill, and not for the longest.
fn length(
    element: &Element<'_>,
    definition: &ElementDef,
    padded: usize,
    bare: usize,
    min: usize,
    max: usize,
) -> Option<Finding> {
    let (code, found, expected) = if bare > max {
        (FindingCode::TooLong, bare, format!("at most {max}"))
    } else if padded < min {
        (FindingCode::TooShort, padded, format!("at least {min}"))
    } else {
        return None;
    };
    let text = format!("{} has {}", name(&element.place()), counted(found, "character"));
    let finding = fault(Severity::Warning, code, element, definition, text);
    Some(finding.quoting(&element.text()).expecting(expected))
}

/// A code that a whole list does not have. The standard's lists grow from release to release, so that it is but a
/// warning; a partner's list is what was agreed on.
fn unlisted(element: &Element<'_>, definition: &ElementDef) -> Option<Finding> {
    let list = definition.codes.as_ref().filter(|list| list.whole)?;
    let text = element.text();
    if list.codes.contains_key(text.as_ref()) {
        return None;
    }
    let severity = match list.authority {
        Authority::Standard => Severity::Warning,
        Authority::Partner => Severity::Error,
    };
    let what = format!("{} '{}' is none of its codes", name(&element.place()), shown(element));
    let finding = fault(severity, FindingCode::CodeUnknown, element, definition, what);
    Some(finding.quoting(&text).expecting(some_codes(list)).by(list.authority))
}

/// Codes told to people; who wants more of them opens the guide.
const CODES_TOLD: usize = 12;

fn some_codes(list: &CodeList) -> String {
    let told: Vec<&str> = list.codes.keys().take(CODES_TOLD).map(String::as_str).collect();
    let more = if list.codes.len() > CODES_TOLD { " or another of the list" } else { "" };
    format!("{}{more}", told.join(", "))
}

/// A composite of nothing but separators is as good as none.
pub(super) fn is_absent(element: &Element<'_>, definition: &ElementDef) -> bool {
    let component = match definition.kind {
        ElementKind::Composite { .. } => element.segment().delimiters().component,
        ElementKind::Simple { .. } => None,
    };
    element.is_empty() || element.bytes().iter().all(|byte| *byte == b' ' || Some(*byte) == component)
}

/// A finding about an element, with its number in the dictionary. Composites have none that AK402 could hold.
pub(super) fn fault(
    severity: Severity,
    code: FindingCode,
    element: &Element<'_>,
    definition: &ElementDef,
    text: String,
) -> Finding {
    let number = match definition.kind {
        ElementKind::Simple { .. } => Some(definition.id.as_str().into()),
        ElementKind::Composite { .. } => None,
    };
    Finding { data_element: number, ..Finding::new(severity, code, element.place(), text) }
}

/// `BEG03`, `REF04-2`.
pub(super) fn name(place: &Place) -> String {
    let tag = place.tag.unwrap_or_default();
    let element = place.element.unwrap_or_default();
    let component = place.component.map(|component| Cow::from(format!("-{component}"))).unwrap_or_default();
    format!("{tag}{element:02}{component}")
}

/// The text of an element as it may be put before a person: a terminal obeys control characters.
fn shown(element: &Element<'_>) -> String {
    let seen = |character: char| if character.is_control() { char::REPLACEMENT_CHARACTER } else { character };
    capped(&element.text()).chars().map(seen).collect()
}

fn characters(bytes: &[u8]) -> usize {
    if bytes.is_ascii() { bytes.len() } else { crate::edi::decode(bytes).chars().count() }
}
