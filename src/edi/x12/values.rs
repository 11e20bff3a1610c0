//! What the elements of ISA, GS and ST hold. Odd values are told and keep nothing from being read: partners agree on
//! stranger things, and only a set that says neither what nor which it is cannot be answered.

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::place::Place;
use crate::edi::token::Segment;
use crate::edi::validate::value::{is_date, is_time};

/// What an element of a header must be.
#[derive(Clone, Copy)]
enum Form {
    /// Not empty.
    There,
    /// Six digits, or where it may be six or eight, a day.
    Date(usize),
    /// Hours and minutes, perhaps more.
    Time,
    /// Digits.
    Number,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// An element: its number, its number in the dictionary, what it is called and its form.
type Rule = (u32, &'static str, &'static str, Form);

/// X12.5, segment ISA. Qualifiers are not looked at: new ones are agreed on every day.
const ISA: [Rule; 8] = [
    (6, "I06", "the sender", Form::There),
    (8, "I07", "the receiver", Form::There),
    (9, "I08", "the date", Form::Date(6)),
    (10, "I09", "the time", Form::Time),
    (12, "I11", "the version", Form::Number),
    (13, "I12", "the control number", Form::Number),
    (14, "I13", "the request for a TA1", Form::OneOf(&["0", "1"])),
    (15, "I14", "the usage", Form::OneOf(&["P", "T", "I"])),
];

/// X12.6, segment GS. Before 004010 the date has six digits.
const GS: [Rule; 5] = [
    (1, "479", "the kind of the group", Form::There),
    (4, "373", "the date", Form::Date(8)),
    (5, "337", "the time", Form::Time),
    (6, "28", "the control number", Form::Number),
    (8, "480", "the release", Form::There),
];

/// X12.6, segment ST.
const ST: [Rule; 2] = [(1, "143", "the transaction set", Form::There), (2, "329", "the control number", Form::There)];

/// What is odd in an ISA, of which `text` gives the values without blanks around them, and `place` where they stand.
pub(super) fn of_isa(text: impl Fn(usize) -> String, place: impl Fn(usize) -> Place) -> Vec<Finding> {
    let check = |rule: &Rule| fault("ISA", rule, &text(rule.0 as usize), place(rule.0 as usize));
    ISA.iter().filter_map(check).map(|finding| finding.about(Level::Interchange)).collect()
}

/// What is odd in a GS.
pub(super) fn of_gs(segment: &Segment<'_>) -> Vec<Finding> {
    let at = |place: Place| Place { segment_position: None, ..place };
    let check = |rule: &Rule| {
        let element = segment.element(rule.0 as usize);
        fault("GS", rule, element.text().trim(), at(element.place()))
    };
    GS.iter().filter_map(check).map(|finding| finding.about(Level::Group)).collect()
}

/// What an ST lacks. Without a number no acknowledgement can name the set.
pub(super) fn of_st(segment: &Segment<'_>) -> Vec<Finding> {
    let check = |rule: &Rule| {
        let element = segment.element(rule.0 as usize);
        fault("ST", rule, element.text().trim(), element.place())
    };
    let lacks = ST.iter().filter_map(check).map(|finding| finding.about(Level::Set));
    lacks.map(|finding| Finding { severity: Severity::Error, ..finding }).collect()
}

fn fault(tag: &str, rule: &Rule, text: &str, place: Place) -> Option<Finding> {
    let (number, id, name, form) = *rule;
    let (code, expected) = match form {
        _ if text.is_empty() => (FindingCode::MissingElement, String::new()),
        Form::There => return None,
        Form::Date(width) if text.len() <= width && is_date(text.as_bytes(), 6) => return None,
        Form::Date(6) => (FindingCode::NotADate, "YYMMDD".to_owned()),
        Form::Date(_) => (FindingCode::NotADate, "CCYYMMDD".to_owned()),
        Form::Time if is_time(text.as_bytes()) => return None,
        Form::Time => (FindingCode::NotATime, "HHMM".to_owned()),
        Form::Number if text.bytes().all(|byte| byte.is_ascii_digit()) => return None,
        Form::Number => (FindingCode::NotANumber, "digits".to_owned()),
        Form::OneOf(codes) if codes.contains(&text) => return None,
        Form::OneOf(codes) => (FindingCode::CodeUnknown, codes.join(", ")),
    };
    let words = match code {
        FindingCode::MissingElement => format!("{tag}{number:02}, {name}, is empty"),
        FindingCode::NotADate => format!("{tag}{number:02}, {name}, is no date"),
        FindingCode::NotATime => format!("{tag}{number:02}, {name}, is no time"),
        FindingCode::NotANumber => format!("{tag}{number:02}, {name}, is no number"),
        _ => format!("{tag}{number:02}, {name}, is none of its codes"),
    };
    let finding = Finding::new(Severity::Warning, code, Place { element: Some(number), ..place }, words).quoting(text);
    let finding = if expected.is_empty() { finding } else { finding.expecting(expected) };
    Some(Finding { data_element: Some(id.into()), ..finding })
}
