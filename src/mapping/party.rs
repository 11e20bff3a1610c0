//! Parties: our own ids for those on the wire, and those of the agreement for those the wire lacks.

use serde_json::{Map, Value, json};

use super::apply::Reading;
use super::context::PartyEntry;
use super::notes::Notes;
use super::program::{PathStep, Program, path_text};
use crate::canon::Shape;

/// A party of the agreement as an object of the document.
pub(super) fn party_object(party: &PartyEntry) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), Value::from(party.id.as_str()));
    if let Some(name) = &party.name {
        object.insert("name".to_owned(), Value::from(name.as_str()));
    }
    object.insert("identifiers".to_owned(), json!([{"scheme": party.scheme, "value": party.value}]));
    Value::Object(object)
}

/// Objects that look like a party get their ids from the partner's `[parties]`.
pub(super) fn find_parties(shape: &Shape, path: &mut Vec<PathStep>, parties: &mut Vec<Vec<PathStep>>) {
    if shape.member("id").is_some() && shape.member("identifiers").is_some() {
        parties.push(path.clone());
    }
    for member in shape.members() {
        let (step, inner) = match &member.shape {
            Shape::Array { item, .. } => (PathStep::Items(member.name.clone()), &**item),
            inner => (PathStep::Member(member.name.clone()), inner),
        };
        path.push(step);
        find_parties(inner, path, parties);
        path.pop();
    }
}

/// Gives parties that have nothing but an id of ours the name and the identifier that the partner knows them by.
pub(super) fn name_parties(program: &Program, parties: &[PartyEntry], document: &mut Value, notes: &mut Notes) {
    for path in &program.parties {
        let mut found = false;
        visit(document, path, &mut |party| {
            let Value::Object(members) = party else { return };
            let id = members.get("id").and_then(Value::as_str);
            let known = id.and_then(|id| parties.iter().find(|party| party.id == id));
            let is_bare = !members.contains_key("name") && !members.contains_key("identifiers");
            if let (true, Some(Value::Object(given))) = (is_bare, known.map(party_object)) {
                given.into_iter().for_each(|(name, value)| {
                    members.entry(name).or_insert(value);
                });
                found = true;
            }
        });
        if found {
            notes.derive(path_text(path), "parties");
        }
    }
}

impl Reading<'_, '_, '_> {
    /// Gives parties our ids: by any identifier, else by the exact name, and only if one party fits.
    pub(super) fn identify(&mut self, document: &mut Value) {
        if self.context.parties.is_empty() {
            return;
        }
        let program = self.program;
        for path in &program.parties {
            let mut found = false;
            visit(document, path, &mut |party| {
                let Value::Object(members) = party else { return };
                if members.contains_key("id") {
                    return;
                }
                if let Some(id) = id_of(members, self.context.parties) {
                    members.shift_insert(0, "id".to_owned(), Value::from(id));
                    found = true;
                }
            });
            if found {
                self.notes.derive(format!("{}.id", path_text(path)), "parties");
            }
        }
    }
}

/// Visits every value at the end of a path.
fn visit(value: &mut Value, path: &[PathStep], seen: &mut dyn FnMut(&mut Value)) {
    let Some((step, rest)) = path.split_first() else { return seen(value) };
    match (step, value.get_mut(step.name())) {
        (PathStep::Items(_), Some(Value::Array(items))) => items.iter_mut().for_each(|item| visit(item, rest, seen)),
        (PathStep::Member(_), Some(inner)) => visit(inner, rest, seen),
        _ => {}
    }
}

fn id_of(members: &Map<String, Value>, parties: &[PartyEntry]) -> Option<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let identifiers = members.get("identifiers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_identified = |party: &&PartyEntry| {
        identifiers.iter().any(|identifier| {
            text(identifier, "scheme").as_deref() == Some(&party.scheme)
                && text(identifier, "value").as_deref() == Some(&party.value)
        })
    };
    let mut ids: Vec<&str> = parties.iter().filter(is_identified).map(|party| party.id.as_str()).collect();
    if ids.is_empty() {
        let name = members.get("name").and_then(Value::as_str)?;
        ids =
            parties.iter().filter(|party| party.name.as_deref() == Some(name)).map(|party| party.id.as_str()).collect();
    }
    ids.dedup();
    match ids.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}
