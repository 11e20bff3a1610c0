//! The run-time check of a document against its shape: required members and types. It is what the published schema
//! says, without the cost of a JSON Schema engine; tests hold the two together.

use serde_json::{Map, Value};

use super::schema::{DocumentType, document_type};
use super::shape::{Kind, Member, Shape};
use super::text::{is_date, is_decimal, is_instant};
use crate::base::{Diagnostic, Location};

/// The most faults reported of one document; a document with more is no better known by more of them.
pub const MAX_FAULTS: usize = 100;

/// Checks `document` against a document type such as `order@1`. Unknown members are no fault: a later minor version
/// may have added them.
pub fn check(document: &Value, document_type_name: &str) -> Vec<Diagnostic> {
    let Some(known) = document_type(document_type_name) else {
        return vec![Diagnostic::error(
            "unknown-document",
            format!("this build knows no document type '{document_type_name}'"),
        )];
    };
    misfits(document, &known.shape, &DOCUMENT)
}

/// Everything that is wrong with a command that is to have this shape, and no member besides.
pub(super) fn command_faults(command: &Value, shape: &Shape) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    unknown(command, shape, &COMMAND, &mut String::new(), &mut faults);
    faults.extend(misfits(command, shape, &COMMAND));
    faults
}

/// What is checked, in the words of its faults.
struct Checked {
    /// What it is called.
    what: &'static str,
    /// Where its members are listed.
    members: &'static str,
}

const DOCUMENT: Checked = Checked {
    what: "document",
    members: "run 'edigate schema show' for the members there are; values of your own go into 'extensions'",
};
const COMMAND: Checked = Checked { what: "command", members: "run 'edigate asyncapi' for the members there are" };

fn misfits(value: &Value, shape: &Shape, checked: &'static Checked) -> Vec<Diagnostic> {
    let mut checker = Checker { checked, faults: Vec::new() };
    checker.value(value, shape, &mut String::new());
    checker.faults
}

/// Members of a document that its schema does not have. What the gateway is asked to send is held to the schema it knows:
/// a member that nobody reads would be lost in silence.
pub fn unknown_members(document: &Value, known: &DocumentType) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    unknown(document, &known.shape, &DOCUMENT, &mut String::new(), &mut faults);
    faults
}

fn unknown(value: &Value, shape: &Shape, checked: &Checked, path: &mut String, faults: &mut Vec<Diagnostic>) {
    if faults.len() >= MAX_FAULTS {
        return;
    }
    let length = path.len();
    match (shape, value) {
        (Shape::Object(members), Value::Object(found)) => {
            for (name, inner) in found {
                push_member(path, name);
                match members.iter().find(|member| member.name == *name) {
                    Some(member) => unknown(inner, &member.shape, checked, path, faults),
                    None => faults.push(unknown_member(path, name, members, checked)),
                }
                path.truncate(length);
            }
        }
        (Shape::Array { item, .. }, Value::Array(found)) => {
            for (index, inner) in found.iter().enumerate() {
                push_index(path, index);
                unknown(inner, item, checked, path, faults);
                path.truncate(length);
            }
        }
        _ => {}
    }
}

fn unknown_member(path: &str, name: &str, members: &[Member], checked: &Checked) -> Diagnostic {
    let near = members.iter().find(|member| member.name.eq_ignore_ascii_case(name)).map(|member| &member.name);
    let fault = Diagnostic::error("unknown-member", format!("the schema has no {path}"));
    let fault = fault.at(Location { member: Some(path.to_owned()), ..Location::default() });
    match near {
        Some(near) => fault.hinting(format!("did you mean '{near}'?")),
        None => fault.hinting(checked.members),
    }
}

struct Checker {
    checked: &'static Checked,
    faults: Vec<Diagnostic>,
}

impl Checker {
    /// Walks a value; `path` is extended and cut back, so that a document without faults allocates next to nothing.
    fn value(&mut self, value: &Value, shape: &Shape, path: &mut String) {
        if self.faults.len() >= MAX_FAULTS {
            return;
        }
        match (shape, value) {
            (Shape::Object(members), Value::Object(found)) => {
                let is_ordered = are_ordered(members, found);
                let mut next = found.iter().peekable();
                for member in members {
                    let inner = match is_ordered {
                        true => next.next_if(|(name, _)| **name == member.name).map(|(_, inner)| inner),
                        false => found.get(&member.name),
                    };
                    if inner.is_none() && !member.required {
                        continue;
                    }
                    let length = path.len();
                    push_member(path, &member.name);
                    match inner {
                        Some(inner) => self.value(inner, &member.shape, path),
                        None => self.missing(path),
                    }
                    path.truncate(length);
                }
            }
            (Shape::Array { item, min, max }, Value::Array(found)) => {
                if found.len() < *min {
                    self.too_few(path, *min, found.len());
                }
                if let Some(max) = max.filter(|max| found.len() > *max) {
                    return self.too_many(path, max, found.len());
                }
                for (index, inner) in found.iter().enumerate() {
                    let length = path.len();
                    push_index(path, index);
                    self.value(inner, item, path);
                    path.truncate(length);
                }
            }
            (Shape::Open, Value::Object(found)) => {
                if found.is_empty() {
                    self.too_few(path, 1, 0);
                }
            }
            (Shape::Value(kind), value) => {
                if !fits(value, kind) {
                    self.wrong(path, value, kind_in_words(kind));
                }
            }
            (Shape::Object(_) | Shape::Open, _) => self.wrong(path, value, "an object".to_owned()),
            (Shape::Array { .. }, _) => self.wrong(path, value, "an array".to_owned()),
        }
    }

    fn missing(&mut self, path: &str) {
        self.fault(Diagnostic::error("required-missing", format!("the {} has no {path}", self.checked.what)), path);
    }

    fn too_few(&mut self, path: &str, min: usize, found: usize) {
        let fault = Diagnostic::error("too-few-items", format!("{path} has {found} items"));
        self.fault(fault.expecting(format!("at least {min}")), path);
    }

    fn too_many(&mut self, path: &str, max: usize, found: usize) {
        let fault = Diagnostic::error("too-many-items", format!("{path} has {found} items"));
        self.fault(fault.expecting(format!("at most {max}")), path);
    }

    fn wrong(&mut self, path: &str, value: &Value, expected: String) {
        let shown = match value {
            Value::Object(_) => "an object".to_owned(),
            Value::Array(_) => "an array".to_owned(),
            other => other.to_string().chars().take(60).collect(),
        };
        self.fault(Diagnostic::error("wrong-type", format!("{path} is {shown}")).expecting(expected), path);
    }

    fn fault(&mut self, fault: Diagnostic, path: &str) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(fault.at(Location { member: Some(path.to_owned()), ..Location::default() }));
        }
    }
}

/// Whether all members of an object are known and stand in the order of the schema, as in what mappings make: then they
/// are found by walking along.
fn are_ordered(members: &[Member], found: &Map<String, Value>) -> bool {
    let mut next = found.keys().peekable();
    for member in members {
        next.next_if(|name| **name == member.name);
    }
    next.peek().is_none()
}

/// Appends `.name`, or `name` at the document's root.
pub(crate) fn push_member(path: &mut String, name: &str) {
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(name);
}

/// Appends `[index]`, from 0 as in JSON tools.
pub(crate) fn push_index(path: &mut String, index: usize) {
    path.push('[');
    path.push_str(&index.to_string());
    path.push(']');
}

/// Whether a value is of this kind.
pub(crate) fn fits(value: &Value, kind: &Kind) -> bool {
    match (kind, value) {
        (Kind::Text, Value::String(text)) => !text.is_empty(),
        (Kind::Decimal, Value::String(text)) => is_decimal(text),
        (Kind::Date, Value::String(text)) => is_date(text),
        (Kind::Instant, Value::String(text)) => is_instant(text),
        (Kind::Word(words), Value::String(text)) => words.contains(text),
        (Kind::Integer, Value::Number(number)) => number.is_i64() || number.is_u64(),
        (Kind::Boolean, Value::Bool(_)) => true,
        _ => false,
    }
}

fn kind_in_words(kind: &Kind) -> String {
    match kind {
        Kind::Text => "a text that is not empty".to_owned(),
        Kind::Decimal => "a decimal in a string, such as \"12.50\"".to_owned(),
        Kind::Date => "a day, YYYY-MM-DD".to_owned(),
        Kind::Instant => "an instant with its offset, RFC 3339".to_owned(),
        Kind::Integer => "an integer".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Word(words) => format!("one of {}", words.join(", ")),
    }
}
