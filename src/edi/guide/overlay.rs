//! Overlays: what a partner asks of a message beyond its guide, or leaves out of it. A file of an overlay says only
//! what is otherwise; `edigate guide show` prints the outcome.
//!
//! ```toml
//! extends = "x12/004010/810"           # the guide that is amended
//! name    = "invoice of Acme Bearings" # a label of our own; left out, the guide's
//!
//! [dictionary.segments]                # what the release does not describe, in the form of a dictionary (load.rs)
//! ZA = "128 M, 127"                    # a segment named again is described anew; codes listed here are the partner's
//!
//! [[add]]                              # segments and loops that the guide does not have
//! into  = "IT1"                        # the loop they go into; left out, the set itself
//! after = "CTP"                        # the part they stand behind; left out, at the end
//! parts = ["ZA 5", "loop LM O 10"]     # as in a guide, and each loop has its table: [add.LM]
//! [add.LM]
//! parts = ["LM M", "LQ >1"]
//!
//! [parts]                              # by path: M, O or "not used", and how often at most
//! "CUR"     = "not used"
//! "REF"     = "M 3"
//! "IT1/PID" = "O 1"
//! "DTM#2"   = "M"                      # the second of two parts of one name
//!
//! [elements."REF"]                     # elements of the segment at a place; a loop's name is its first segment
//! "01" = { codes = { IA = "vendor number", DP = "department" } }   # these and no others
//! "02" = "M 1/20"                      # M, O or "not used", and the lengths: 1/20, ..20, 20
//! notes = "R0203"                      # syntax notes, in place of the guide's
//! [elements."*/N1"]                    # of N1 wherever it stands
//! "03"   = { use = "M", add = { X9 = "our number" }, remove = ["1"] }
//! "05-1" = { use = "O", length = "2/2", name = "kind" }            # a component
//! ```
//!
//! Everything is done in this order: dictionary, additions, parts, elements everywhere, elements of one place.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::table::{Faults, Located, Source, Table, Value, read};
use crate::base::{Diagnostic, Location, nearest};

use super::dictionary::{Dictionary, notes};
use super::element::{Authority, CodeList, ElementDef, ElementKind};
use super::key::GuideKey;
use super::load::{self, fault, max_of, requirement_of};
use super::segment::{LoopDef, Part, Requirement, SegmentDef};
use super::{Guide, Guides};

/// Reads an overlay and amends its guide. All faults of the file are told; an overlay that has any is none.
pub(super) fn overlay(name: &str, file: &Source, guides: &Guides, faults: &Faults) -> Option<Guide> {
    let own = Faults::new();
    let guide = read(file, &own, |table| amended(name, table, guides, &own)).flatten();
    let is_sound = !own.any_error();
    faults.extend(own.into_sorted());
    guide.filter(|_| is_sound)
}

fn amended(name: &str, table: &Table<'_>, guides: &Guides, faults: &Faults) -> Option<Guide> {
    table.require("extends", "the guide that is amended, such as \"x12/004010/810\"");
    let base = table.value("extends").and_then(|value| extended(&value, guides, faults));
    let label = table.string("name");
    let sections = (table.value("dictionary"), table.list("add"), table.value("parts"), table.value("elements"));
    let guide = Guide::clone(&*base?);
    let mut amending = Amending { guide, faults };
    amending.guide.key.overlay = Some(name.to_owned());
    if let Some(label) = label {
        amending.guide.name = label.value;
    }
    let (dictionary, additions, parts, elements) = sections;
    if let Some(table) = dictionary.and_then(|value| value.table()) {
        amending.dictionary(&table);
    }
    additions.iter().filter_map(Value::table).for_each(|table| amending.add(table));
    parts.and_then(|value| value.table()).into_iter().for_each(|table| amending.parts(table));
    elements.and_then(|value| value.table()).into_iter().for_each(|table| amending.elements(table));
    Some(amending.guide)
}

fn extended(value: &Value<'_>, guides: &Guides, faults: &Faults) -> Option<Arc<Guide>> {
    let text = value.string()?;
    let found = text.parse::<GuideKey>().ok().and_then(|key| guides.get(&key));
    if found.is_none() {
        let known: Vec<String> = guides.keys().map(ToString::to_string).collect();
        let fault = Diagnostic::error("unknown-guide", format!("there is no guide '{}'", text.value)).at(value.at());
        faults.add(match nearest(&text, known.iter().map(String::as_str)) {
            Some(near) => fault.hinting(format!("did you mean {near}?")),
            None => fault.expecting("one that 'edigate guide list' tells of"),
        });
    }
    found
}

struct Amending<'f> {
    guide: Guide,
    faults: &'f Faults,
}

impl Amending<'_> {
    fn fault(&self, text: impl Into<String>, at: Location) {
        self.faults.add(fault(text).at(at));
    }

    fn dictionary(&mut self, table: &Table<'_>) {
        let amended = self.guide.dictionary.amended(self.faults, |written| written.amend(table, Authority::Partner));
        let tags: Vec<_> = tags(&self.guide.root);
        for tag in tags {
            if let Some(definition) = amended.segment(tag) {
                self.guide.segments.insert(tag, Arc::clone(definition));
            }
        }
        self.guide.dictionary = amended;
    }

    fn add(&mut self, table: Table<'_>) {
        let (into, after) = (table.string("into"), table.string("after"));
        let at = table.at();
        let dictionary: Dictionary = self.guide.dictionary.clone();
        let name = into.as_ref().map_or_else(|| self.guide.key.set.clone(), |into| into.value.clone());
        let (parts, segments) = load::addition(&name, table, &dictionary, self.faults);
        let parent = match &into {
            None => Ok(&mut self.guide.root),
            Some(path) => match find(&mut self.guide.root, path) {
                Ok(Part::Loop(child)) => Ok(child),
                Ok(Part::Segment(_)) => Err(fault(format!("{} is a segment, not a loop", path.value))),
                Err(fault) => Err(fault),
            }
            .map_err(|fault| fault.at(path.at.clone())),
        };
        let parent = match parent {
            Ok(parent) => parent,
            Err(fault) => return self.faults.add(fault),
        };
        let position = match &after {
            None => Ok(parent.parts.len()),
            Some(after) => position(&parent.parts, &parent.name, after)
                .map(|position| position + 1)
                .map_err(|fault| fault.at(after.at.clone())),
        };
        let twice = parts.iter().find(|part| matches!(part, Part::Loop(_)) && parent.child(part.name()).is_some());
        match (position, twice) {
            (Err(fault), _) => self.faults.add(fault),
            (Ok(_), Some(twice)) => {
                let text = format!("{} has a loop {} already", parent.name, twice.name());
                self.fault(text, at);
            }
            (Ok(position), None) => {
                parent.parts.splice(position..position, parts);
                self.guide.segments.extend(segments);
            }
        }
    }

    fn parts(&mut self, mut table: Table<'_>) {
        for (path, value) in table.entries() {
            let Some(text) = value.string() else { continue };
            let Some((requirement, max)) = usage(&text, max_of) else {
                self.fault(format!("'{}' is not written 'M', 'O 5' or 'not used'", text.value), text.at);
                continue;
            };
            if starts_its_loop(&self.guide.root, &path) && requirement != Some(Requirement::Mandatory) {
                let fault = fault(format!("{} starts its loop and stays mandatory", path.value)).at(path.at);
                self.faults.add(fault.hinting("write the loop's own path instead"));
                continue;
            }
            match find(&mut self.guide.root, &path) {
                Ok(part) => {
                    let (to_requirement, to_max) = match part {
                        Part::Segment(segment) => (&mut segment.requirement, &mut segment.max),
                        Part::Loop(child) => (&mut child.requirement, &mut child.max),
                    };
                    *to_requirement = requirement.unwrap_or(*to_requirement);
                    *to_max = max.unwrap_or(*to_max);
                }
                Err(fault) => self.faults.add(fault.at(path.at)),
            }
        }
    }

    fn elements(&mut self, mut table: Table<'_>) {
        let (everywhere, places): (Vec<_>, Vec<_>) =
            table.entries().into_iter().partition(|(path, _)| path.starts_with("*/"));
        for (path, value) in everywhere.into_iter().chain(places) {
            let Some(mut table) = value.table() else { continue };
            let entries = table.entries();
            let described = match self.described(&path) {
                Ok(described) => described,
                Err(fault) => {
                    self.faults.add(fault.at(path.at));
                    continue;
                }
            };
            let mut definition = SegmentDef::clone(&described);
            for (element, value) in entries {
                amend_segment(&mut definition, &element, &value, self.faults);
            }
            self.put(&path, Arc::new(definition));
        }
    }

    /// The definition of the segment at a path.
    fn described(&mut self, path: &Located<String>) -> Result<Arc<SegmentDef>, Diagnostic> {
        let (tag, own) = match path.strip_prefix("*/") {
            Some(tag) => (crate::edi::Tag::new(tag.as_bytes()), None),
            None => match segment_at(&mut self.guide.root, path)? {
                Some(segment) => (segment.tag, segment.definition.clone()),
                None => return Err(fault(format!("{} has no segment to start it", path.value))),
            },
        };
        own.or_else(|| self.guide.segments.get(&tag).cloned()).ok_or_else(|| {
            let text = format!("the elements of {tag} are not described in {}", self.guide.key());
            fault(text).hinting(format!("describe it in [dictionary.segments]: {tag} = \"…\""))
        })
    }

    fn put(&mut self, path: &Located<String>, definition: Arc<SegmentDef>) {
        if path.starts_with("*/") {
            self.guide.segments.insert(definition.tag, definition);
        } else if let Ok(Some(segment)) = segment_at(&mut self.guide.root, path) {
            segment.definition = Some(definition);
        }
    }
}

fn tags(definition: &LoopDef) -> Vec<crate::edi::Tag> {
    let below = definition.loops().flat_map(tags);
    definition.segments().map(|segment| segment.tag).chain(below).collect()
}

/// `M 5`, `O`, `not used`: a requirement, and what `rest` reads, each if it is there.
fn usage<T>(text: &str, rest: impl Fn(&str) -> Option<T>) -> Option<(Option<Requirement>, Option<T>)> {
    if text == "not used" {
        return Some((Some(Requirement::NotUsed), None));
    }
    let (mut requirement, mut other) = (None, None);
    for word in text.split_whitespace() {
        match requirement_of(word) {
            Some(given) if requirement.is_none() => requirement = Some(given),
            None if other.is_none() => other = Some(rest(word)?),
            _ => return None,
        }
    }
    (requirement.is_some() || other.is_some()).then_some((requirement, other))
}

/// Where the part that `wanted` names stands among `parts`. `DTM#2` is the second called DTM.
fn position(parts: &[Part], inside: &str, wanted: &str) -> Result<usize, Diagnostic> {
    let (name, number) = match wanted.split_once('#') {
        // A number that is none leads nowhere, as 0 does.
        Some((name, number)) => (name, Some(number.parse::<usize>().unwrap_or(0))),
        None => (wanted, None),
    };
    let places: Vec<usize> =
        parts.iter().enumerate().filter(|(_, part)| part.name() == name).map(|(index, _)| index).collect();
    let found = match (places.as_slice(), number) {
        ([only], None) => Some(*only),
        ([_, _, ..], None) => {
            let text = format!("{inside} has {} parts called {name}", places.len());
            return Err(fault(text).hinting(format!("write {name}#1 for the first of them")));
        }
        (_, number) => number.and_then(|number| places.get(number.checked_sub(1)?)).copied(),
    };
    found.ok_or_else(|| {
        let fault = fault(format!("{inside} has no part {wanted}"));
        match nearest(name, parts.iter().map(Part::name).filter(|known| *known != name)) {
            Some(near) => fault.hinting(format!("did you mean {near}?")),
            None => fault.hinting("'edigate guide show' tells which there are"),
        }
    })
}

/// The part at a path: `IT1/PID`.
fn find<'g>(root: &'g mut LoopDef, path: &str) -> Result<&'g mut Part, Diagnostic> {
    let (parents, last) = path.rsplit_once('/').map_or(("", path), |(parents, last)| (parents, last));
    let mut inside = root;
    for name in parents.split('/').filter(|name| !name.is_empty()) {
        let index = position(&inside.parts, &inside.name, name)?;
        inside = match inside.parts.get_mut(index) {
            Some(Part::Loop(child)) => child,
            _ => return Err(fault(format!("{name} is a segment, not a loop"))),
        };
    }
    let index = position(&inside.parts, &inside.name, last)?;
    inside.parts.get_mut(index).ok_or_else(|| fault(format!("there is no part {path}")))
}

/// The segment at a path; the first one of a loop.
fn segment_at<'g>(root: &'g mut LoopDef, path: &str) -> Result<Option<&'g mut super::SegmentUse>, Diagnostic> {
    Ok(match find(root, path)? {
        Part::Segment(segment) => Some(segment),
        Part::Loop(child) => match child.parts.first_mut() {
            Some(Part::Segment(first)) => Some(first),
            _ => None,
        },
    })
}

/// Whether a path leads to the segment that starts a loop.
fn starts_its_loop(root: &LoopDef, path: &str) -> bool {
    let Some((parents, last)) = path.rsplit_once('/') else { return false };
    let parent = parents.split('/').try_fold(root, |inside, name| inside.child(name));
    let first = parent.and_then(LoopDef::first);
    first.is_some_and(|first| first.tag == *last.trim_end_matches("#1"))
}

/// One entry of a table of elements: `"02" = "M 1/20"`.
fn amend_segment(definition: &mut SegmentDef, name: &Located<String>, value: &Value<'_>, faults: &Faults) {
    let told = |text: String, at: Location| faults.add(fault(text).at(at));
    if name.value == "notes" {
        if let Some(text) = value.string() {
            match notes(&text, definition.elements.len()) {
                Ok(notes) => definition.notes = notes,
                Err(text) => told(text, value.at()),
            }
        }
        return;
    }
    let (number, component) = match name.split_once('-') {
        Some((number, component)) => (number, Some(component)),
        None => (name.as_str(), None),
    };
    let index = |text: &str| text.parse::<usize>().ok()?.checked_sub(1);
    let element = index(number).and_then(|index| definition.elements.get_mut(index));
    let element = match (element, component) {
        (element, None) => element,
        (Some(ElementDef { kind: ElementKind::Composite { components, .. }, .. }), Some(component)) => {
            index(component).and_then(|index| components.get_mut(index))
        }
        (_, Some(_)) => None,
    };
    match element {
        Some(element) => amend_element(element, value, faults),
        None => told(format!("{} has no element {}", definition.tag, name.value), name.at.clone()),
    }
}

fn amend_element(element: &mut ElementDef, value: &Value<'_>, faults: &Faults) {
    let lengths = |word: &str| lengths(word);
    if value.as_text().is_some() {
        let expected = "\"M\", \"O 1/20\", \"not used\", or a table { use, length, codes, add, remove, name }";
        let read = value.parsed(expected, |text| usage(text, lengths));
        if let Some((requirement, lengths)) = read {
            element.requirement = requirement.unwrap_or(element.requirement);
            set_lengths(element, lengths, value, faults);
        }
        return;
    }
    let Some(table) = value.table() else { return };
    let words = [("M", Requirement::Mandatory), ("O", Requirement::Optional), ("not used", Requirement::NotUsed)];
    element.requirement = table.one_of("use", &words).unwrap_or(element.requirement);
    if let Some(name) = table.string("name") {
        element.name = name.value;
    }
    if let Some(value) = table.value("length") {
        let read = value.parsed("lengths such as \"1/20\", \"..20\" or \"20\"", lengths);
        set_lengths(element, read, &value, faults);
    }
    let (codes, add, remove) = (table.value("codes"), table.value("add"), table.strings("remove"));
    if (codes.is_some() || add.is_some() || !remove.is_empty()) && element.value_type().is_none() {
        faults.add(fault(format!("{} is a composite: codes belong to its components", element.id)).at(value.at()));
        return;
    }
    if let Some(value) = codes {
        let codes = listed(&value, element.codes.as_deref());
        element.codes = Some(Arc::new(CodeList { whole: true, authority: Authority::Partner, codes }));
    }
    if let Some(value) = add {
        let mut list = element.codes.as_deref().cloned().unwrap_or_default();
        list.codes.extend(listed(&value, None));
        element.codes = Some(Arc::new(list));
    }
    for code in remove {
        remove_code(element, &code, faults);
    }
}

/// A code can be taken out of a list that is whole; of another it is not known what would be left.
fn remove_code(element: &mut ElementDef, code: &Located<String>, faults: &Faults) {
    let list = element.codes.as_deref().filter(|list| list.whole);
    let Some(list) = list else {
        let text = format!("not all codes of {} are known, so none can be taken away", element.id);
        faults.add(fault(text).at(code.at.clone()).hinting("list those that are used: codes = [ … ]"));
        return;
    };
    let mut list = CodeList { authority: Authority::Partner, ..list.clone() };
    if list.codes.remove(&code.value).is_none() {
        let text = format!("{} has no code '{}'", element.id, code.value);
        faults.add(fault(text).at(code.at.clone()));
        return;
    }
    element.codes = Some(Arc::new(list));
}

/// Codes with their labels, or a list of them whose labels are those that are known.
fn listed(value: &Value<'_>, known: Option<&CodeList>) -> BTreeMap<String, String> {
    if value.is_table() {
        let mut table = value.table();
        let entries = table.iter_mut().flat_map(Table::entries);
        return entries.filter_map(|(code, label)| Some((code.value, label.string()?.value))).collect();
    }
    let codes = value.list();
    let label = |code: &str| known.and_then(|known| known.codes.get(code)).cloned().unwrap_or_default();
    codes.iter().filter_map(Value::string).map(|code| (code.value.clone(), label(&code))).collect()
}

fn set_lengths(element: &mut ElementDef, lengths: Option<(u32, u32)>, value: &Value<'_>, faults: &Faults) {
    match (&mut element.kind, lengths) {
        (_, None) => {}
        (ElementKind::Simple { min, max, .. }, Some(lengths)) => (*min, *max) = lengths,
        (ElementKind::Composite { .. }, Some(_)) => {
            let text = format!("{} is a composite: lengths belong to its components", element.id);
            faults.add(fault(text).at(value.at()));
        }
    }
}

/// `1/20`, `..20`, `20`.
fn lengths(word: &str) -> Option<(u32, u32)> {
    let (min, max) = match (word.split_once('/'), word.strip_prefix("..")) {
        (Some((min, max)), _) => (min.parse().ok()?, max.parse().ok()?),
        (None, Some(max)) => (1, max.parse().ok()?),
        (None, None) => (word.parse().ok()?, word.parse().ok()?),
    };
    (min > 0 && min <= max).then_some((min, max))
}

#[cfg(test)]
mod tests;
