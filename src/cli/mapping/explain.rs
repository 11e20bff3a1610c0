//! `edigate mapping explain`: for each member of a document where it is from, or where it goes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::finding::element_of;
use super::members::{self, Node, of_all, shown};
use super::messages::{self, Message, With};
use super::project::Trial;
use super::read::{coverage_record, percent, severities, unmapped};
use super::write::Texts;
use super::{documents, is_document};
use crate::base::Location;
use crate::canon::Derived;
use crate::cli::args::ExplainArguments;
use crate::cli::columns::{self, Column};
use crate::cli::edi::input::{Input, read_options};
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::edi::{Place, TransactionSet};
use crate::mapping::{Coverage, Origin, ReadOrigin, Written, alone};

/// Explains every message of a file, or every document.
pub(super) fn explain(arguments: &ExplainArguments, out: &mut Output) -> Result<Exit, Failure> {
    let trial = Trial::of(&arguments.files, &arguments.mapping, &arguments.partner)?;
    let input = Input::of(&arguments.file);
    if arguments.write || is_document(&arguments.file) {
        return documents_of(&trial, &input, arguments.json, out);
    }
    let with = With::tracing(&trial);
    let options = read_options(&arguments.charset);
    messages::each(&with, &input, &options, arguments.set, &mut |message| match arguments.json {
        true => out.line(&record_of_message(&trial, message).to_string()),
        false => message_in_lines(&trial, message).iter().try_for_each(|line| out.line(line)),
    })?;
    Ok(Exit::Clean)
}

/// A line of the explanation: a value, and one element that it is from or goes to.
struct Row {
    member: String,
    value: Option<String>,
    segment: Option<u64>,
    /// `PO104`; or in words why there is none.
    element: String,
    byte: Option<u64>,
    /// What stands there on the wire.
    wire: Option<String>,
    rule: Option<(String, u32)>,
}

impl Row {
    fn record(&self) -> Value {
        let rule = self.rule.as_ref().map(|(file, line)| json!({ "file": file, "line": line }));
        let (segment, byte) = (self.segment, self.byte);
        let (member, value, element, wire) = (&self.member, &self.value, &self.element, &self.wire);
        let mut record = json!({
            "member": member,
            "value": value,
            "segment": segment,
            "element": element,
            "byte": byte,
            "wire": wire,
            "rule": rule,
        });
        if let Value::Object(record) = &mut record {
            record.retain(|_, value| !value.is_null());
        }
        record
    }
}

/// What is shown of rows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Byte,
    Wire,
}

/// Rows under their titles. A member that has several is named once.
fn table(rows: &[Row], last: Last) -> Vec<String> {
    let title = if last == Last::Byte { "byte" } else { "wire" };
    let mut cells = vec![["member", "value", "segment", "element", title, "rule"].map(str::to_owned).to_vec()];
    let mut before: Option<&str> = None;
    for row in rows {
        let is_same = before == Some(row.member.as_str());
        before = Some(&row.member);
        let number = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
        let rule = row.rule.as_ref().map(|(file, line)| format!("{file}:{line}"));
        cells.push(vec![
            if is_same { String::new() } else { row.member.clone() },
            row.value.clone().filter(|_| !is_same).unwrap_or_default(),
            number(row.segment),
            row.element.clone(),
            if last == Last::Byte { number(row.byte) } else { row.wire.clone().unwrap_or_default() },
            rule.unwrap_or_default(),
        ]);
    }
    let fourth = if last == Last::Byte { Column::Number } else { Column::Text };
    columns::lines(&[Column::Text, Column::Text, Column::Number, Column::Text, fourth, Column::Text], &cells)
}

/// The rows of a message that was read, in the order of the document, and the members that no rule gave.
fn rows_of(trial: &Trial, message: &Message<'_>) -> (Vec<Row>, BTreeSet<String>) {
    let mut origins: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for origin in &message.read.origins {
        origins.entry(&origin.member).or_default().push(origin);
    }
    let (mut rows, mut given) = (Vec::new(), BTreeSet::new());
    for node in members::of(&message.read.document) {
        let Some(value) = node.value else { continue };
        // The items of a list of texts have one rule, and a place each.
        let (around, index) = match node.path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
            Some((around, index)) if !origins.contains_key(node.path.as_str()) => (around, index.parse::<usize>().ok()),
            _ => (node.path.as_str(), None),
        };
        let Some(found) = origins.get(around) else {
            given.insert(of_all(&node.path));
            continue;
        };
        for origin in found {
            let places = match index {
                Some(index) if origin.places.len() > 1 => origin.places.get(index..=index).unwrap_or_default(),
                _ => &origin.places,
            };
            let (file, line) = (trial.project.shown(&origin.rule.0), origin.rule.1);
            let row = |segment, element: String, byte| Row {
                member: node.path.clone(),
                value: Some(shown(value)),
                segment,
                element,
                byte,
                wire: None,
                rule: Some((file.clone(), line)),
            };
            if places.is_empty() {
                rows.push(row(None, "constant".to_owned(), None));
            }
            rows.extend(places.iter().map(|place| {
                let location = Location::from(place);
                row(location.segment_position, element_of(&location), Some(place.start))
            }));
        }
    }
    (rows, given)
}

/// The derived members, and those that the engine counts.
fn not_on_the_wire(given: &BTreeSet<String>, derived: &[Derived]) -> Vec<Derived> {
    let is_told = |path: &str| {
        let inside = |one: &Derived| {
            path.strip_prefix(&one.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        derived.iter().any(inside)
    };
    let others = given.iter().filter(|path| !is_told(path));
    let others = others.map(|path| Derived { path: path.clone(), from: "the levels of the message".to_owned() });
    derived.iter().cloned().chain(others).collect()
}

fn message_in_lines(trial: &Trial, message: &Message<'_>) -> Vec<String> {
    let (rows, given) = rows_of(trial, message);
    let file = trial.project.shown(trial.mapping.file());
    let mut lines = vec![format!("{}, read by {file}", message.title()), String::new()];
    lines.extend(table(&rows, Last::Byte));
    let derived = not_on_the_wire(&given, &message.read.derived);
    if !derived.is_empty() {
        lines.extend([String::new(), "not on the wire".to_owned()]);
        let rows: Vec<_> = derived.iter().map(|one| vec![format!("  {}", one.path), one.from.clone()]).collect();
        lines.extend(columns::lines(&[Column::Text, Column::Text], &rows));
    }
    if !message.read.unmapped.is_empty() {
        lines.extend([String::new(), "unmapped".to_owned()]);
        lines.extend(unmapped(&message.read.unmapped).into_iter().map(|line| format!("  {line}")));
    }
    let Coverage { elements, unmapped } = message.read.coverage;
    let (used, percent) = (elements - unmapped, percent(message.read.coverage));
    let findings = severities(&message.findings);
    lines.extend([String::new(), format!("{used} of {elements} elements used ({percent}); {findings}")]);
    lines
}

fn record_of_message(trial: &Trial, message: &Message<'_>) -> Value {
    let (rows, given) = rows_of(trial, message);
    json!({
        "type": "explanation",
        "set": message.number,
        "transactionSet": message.set.id,
        "controlNumber": message.set.control_number,
        "mapping": trial.mapping.used(),
        "members": rows.iter().map(Row::record).collect::<Vec<_>>(),
        "derived": not_on_the_wire(&given, &message.read.derived),
        "unmapped": message.read.unmapped,
        "coverage": coverage_record(message.read.coverage),
    })
}

/// What is known of a document that was written.
struct Explained {
    rows: Vec<Row>,
    /// What only the wire has.
    wire_only: Vec<Row>,
    /// Members that are not on the wire, and why.
    left: Vec<(String, String)>,
}

fn documents_of(trial: &Trial, input: &Input, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let standard = alone(trial.mapping.message(), Vec::new()).head.standard;
    for (number, document) in (1..).zip(documents::read(input)?) {
        let written = trial.mapping.write(&document, &trial.terms.context(standard));
        let Explained { rows, wire_only, left } = explained(trial, &document, &written);
        if json {
            let left = left.iter().map(|(member, why)| json!({ "member": member, "why": why }));
            let record = json!({
                "type": "explanation",
                "document": number,
                "mapping": trial.mapping.used(),
                "members": rows.iter().map(Row::record).collect::<Vec<_>>(),
                "wireOnly": wire_only.iter().map(Row::record).collect::<Vec<_>>(),
                "notWritten": left.collect::<Vec<_>>(),
            });
            out.line(&record.to_string())?;
            continue;
        }
        let file = trial.project.shown(trial.mapping.file());
        out.line(&format!("document {number}, written as {} by {file}\n", trial.mapping.message()))?;
        table(&rows, Last::Wire).iter().try_for_each(|line| out.line(line))?;
        if !wire_only.is_empty() {
            out.line("\nonly on the wire")?;
            table(&wire_only, Last::Wire).iter().skip(1).try_for_each(|line| out.line(line))?;
        }
        if !left.is_empty() {
            out.line("\nnot written")?;
            let rows: Vec<_> = left.iter().map(|(member, why)| vec![format!("  {member}"), why.clone()]).collect();
            columns::lines(&[Column::Text, Column::Text], &rows).iter().try_for_each(|line| out.line(line))?;
        }
        out.line(&format!("\n{}", severities(&written.findings)))?;
    }
    Ok(Exit::Clean)
}

fn explained(trial: &Trial, document: &Value, written: &Written) -> Explained {
    let row = |origin: &Origin, member: &str, value: Option<&Value>| {
        let segment = written.segments.get(origin.segment);
        let tag = segment.map(|segment| segment.tag.as_str()).unwrap_or_default();
        let element = segment.and_then(|segment| segment.elements.get(origin.element.checked_sub(1)?));
        let is_composite = element.is_some_and(|element| element.0.iter().any(|components| components.len() > 1));
        let component = if is_composite { format!("-{}", origin.component) } else { String::new() };
        let rule = origin.rule.as_ref().map(|(file, line)| (trial.project.shown(file), *line));
        Row {
            member: member.to_owned(),
            value: value.map(shown),
            // The header stands before what was written, and the first segment is 1.
            segment: u64::try_from(origin.segment + 2).ok(),
            element: format!("{tag}{:02}{component}", origin.element),
            byte: None,
            wire: element.map(|element| element.component(origin.component).to_owned()),
            rule,
        }
    };
    let back = Back::of(trial, written);
    let (mut rows, mut left) = (Vec::new(), Vec::new());
    for node in members::of(document) {
        let own = origins_of(&node, &written.origins);
        rows.extend(own.iter().map(|origin| row(origin, &node.path, node.value)));
        let Some(value) = node.value.filter(|_| own.is_empty()) else { continue };
        // What another member put there already is not written twice, and a constant is told by its block.
        match back.rows(trial, &node.path, value) {
            found if found.is_empty() => left.push((node.path.clone(), why_not(trial, &node.path, written))),
            found => rows.extend(found),
        }
    }
    let only = written.origins.iter().filter(|origin| origin.member.is_empty());
    let wire_only = only.map(|origin| row(origin, "-", None)).collect();
    Explained { rows, wire_only, left: grouped(left) }
}

/// What was written for a member. The items of a list of texts are one value to their rule, each with a place.
fn origins_of<'o>(node: &Node<'_>, origins: &'o [Origin]) -> Vec<&'o Origin> {
    let of = |member: &str| -> Vec<&'o Origin> {
        origins.iter().filter(|origin| !member.is_empty() && origin.member == member).collect()
    };
    match node.path.strip_suffix(']').and_then(|path| path.rsplit_once('[')) {
        Some((list, index)) if node.value.is_some() => {
            let nth = index.parse().ok().and_then(|index: usize| of(list).get(index).copied());
            nth.into_iter().collect()
        }
        // The places of a list are told with its items.
        _ if node.is_list => Vec::new(),
        _ => of(&node.path),
    }
}

/// The message as its reader has it.
struct Back {
    set: Option<Box<TransactionSet>>,
    origins: Vec<ReadOrigin>,
}

impl Back {
    fn of(trial: &Trial, written: &Written) -> Self {
        let texts = Texts::of(trial.mapping.message(), written.segments.clone());
        let set = texts.ok().and_then(|texts| texts.set());
        let read = set.as_deref().and_then(|set| messages::read(&With::tracing(trial), set));
        Self { origins: read.map(|(_, read, _)| read.origins).unwrap_or_default(), set }
    }

    /// Where reading finds a member.
    fn rows(&self, trial: &Trial, path: &str, value: &Value) -> Vec<Row> {
        let found = self.origins.iter().filter(|origin| origin.member == path);
        let rows = found.flat_map(|origin| {
            let row = |place: Option<&Place>| {
                let location = place.map(Location::from).unwrap_or_default();
                Row {
                    member: path.to_owned(),
                    value: Some(shown(value)),
                    segment: location.segment_position,
                    element: place.map_or_else(|| "constant".to_owned(), |_| element_of(&location)),
                    byte: None,
                    wire: place.and_then(|place| self.text(place)),
                    rule: Some((trial.project.shown(&origin.rule.0), origin.rule.1)),
                }
            };
            let is_constant = origin.places.is_empty();
            origin.places.iter().map(Some).chain(is_constant.then_some(None)).map(row).collect::<Vec<_>>()
        });
        rows.collect()
    }

    fn text(&self, place: &Place) -> Option<String> {
        let element = self.set.as_ref()?.segment(place.segment_position? as usize)?.element(place.element? as usize);
        let element = place.component.map_or(element, |component| element.component(component as usize));
        Some(element.text().into_owned())
    }
}

fn why_not(trial: &Trial, path: &str, written: &Written) -> String {
    if let Some(why) = trial.mapping.leaves_out(path) {
        return why.to_owned();
    }
    let of_this = |member: &String| {
        path.strip_prefix(member.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    };
    let finding = written.findings.iter().find(|finding| finding.location.member.as_ref().is_some_and(of_this));
    finding.map_or_else(|| "nothing says it on the wire".to_owned(), |finding| finding.message.clone())
}

/// Members of all items that are left out for one reason, once.
fn grouped(left: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut seen = Vec::new();
    for (path, why) in left {
        let entry = (of_all(&path), why);
        if !seen.contains(&entry) {
            seen.push(entry);
        }
    }
    seen
}
