//! Two shipment notices say the same when only the order of their lines and units differs, and the ids that tie them
//! together. This brings one into the order and under the names of the other.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Hierarchy, Keyed, at};

/// Units nest so deep at most.
const MAX_DEPTH: usize = 32;

/// `read` with its lines and units in the order of `written`, and named as there. What has no counterpart stands behind.
pub(in crate::mapping) fn aligned(read: &Value, written: &Value, hierarchy: &Hierarchy) -> Value {
    let mut read = read.clone();
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut names = BTreeMap::new();
    let lines = lines_aligned(list(&read, "lines"), &list(written, "lines"), hierarchy, &mut names);
    let units = units_aligned(list(&read, "handlingUnits"), &list(written, "handlingUnits"), &names);
    if let Value::Object(members) = &mut read {
        for (name, items) in [("lines", lines), ("handlingUnits", units)] {
            if let Some(value) = members.get_mut(name) {
                *value = Value::Array(items);
            }
        }
    }
    read
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Decimals compare by value, so they are written in one way.
fn plain(value: &Value) -> Value {
    match value {
        Value::String(text) if text.contains('.') => text
            .parse::<rust_decimal::Decimal>()
            .map_or(value.clone(), |number| Value::from(number.normalize().to_string())),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
        other => other.clone(),
    }
}

fn without(value: &Value, names: &[&str]) -> String {
    match plain(value) {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(name, _)| !names.contains(&name.as_str()));
            // In one order of names, whatever order the documents have.
            let kept: BTreeMap<String, Value> = kept.collect();
            Value::Object(kept.into_iter().collect::<Map<_, _>>()).to_string()
        }
        other => other.to_string(),
    }
}

/// Takes the first of `rest` that is as `wanted` by the first of these tests that any passes.
fn take(rest: &mut Vec<Value>, tests: &[&dyn Fn(&Value) -> bool]) -> Option<Value> {
    let found = tests.iter().find_map(|test| rest.iter().position(test));
    found.map(|index| rest.remove(index))
}

fn rename(value: &mut Value, member: &str, name: &str) {
    if let Some(found) = value.get_mut(member) {
        *found = Value::from(name);
    }
}

fn lines_aligned(
    mut rest: Vec<Value>,
    written: &[Value],
    hierarchy: &Hierarchy,
    names: &mut BTreeMap<String, String>,
) -> Vec<Value> {
    let key = |line: &Value| {
        let parts = hierarchy.lines.key.iter().map(|path| at(line, path).map(|value| without(value, &[])));
        parts.collect::<Vec<_>>()
    };
    let mut ordered = Vec::new();
    for line in written {
        let whole = without(line, &["lineId"]);
        let wanted = key(line);
        let is_whole = |other: &Value| without(other, &["lineId"]) == whole;
        let has_key = |other: &Value| key(other) == wanted;
        if let Some(mut found) = take(&mut rest, &[&is_whole, &has_key, &|_| true]) {
            names.insert(text(&found, "lineId").to_owned(), text(line, "lineId").to_owned());
            rename(&mut found, "lineId", text(line, "lineId"));
            hierarchy.lines.arrays.iter().for_each(|keyed| keyed_aligned(&mut found, line, keyed));
            ordered.push(found);
        }
    }
    ordered.append(&mut rest);
    ordered
}

/// Items that levels merge by a key stand in the order in which the levels come: they are put as the written line has them.
fn keyed_aligned(found: &mut Value, written: &Value, keyed: &Keyed) {
    let Some(Value::Array(items)) = found.get_mut(&keyed.name) else { return };
    let key = |item: &Value| {
        let parts = keyed.key.iter().map(|path| at(item, path).map(|value| without(value, &[])));
        parts.collect::<Vec<_>>()
    };
    let order: Vec<_> = written.get(&keyed.name).and_then(Value::as_array).into_iter().flatten().map(key).collect();
    let place = |item: &Value| order.iter().position(|known| *known == key(item)).unwrap_or(usize::MAX);
    items.sort_by_key(place);
}

fn units_aligned(read: Vec<Value>, written: &[Value], lines: &BTreeMap<String, String>) -> Vec<Value> {
    let mut rest: Vec<Value> = read.into_iter().map(|unit| with_names(unit, lines)).collect();
    let mut sorted: Vec<Value> = written.to_vec();
    sorted.iter_mut().for_each(sort_contents);
    // From a unit's place in the written document to the one that was read.
    let mut found: BTreeMap<usize, Value> = BTreeMap::new();
    let mut open: Vec<(String, String, usize)> = vec![(String::new(), String::new(), 0)];
    while let Some((parent, read_parent, depth)) = open.pop() {
        if depth > MAX_DEPTH {
            break;
        }
        let inside = sorted.iter().zip(written).enumerate().filter(|(_, (unit, _))| text(unit, "parentId") == parent);
        for (index, (unit, as_written)) in inside {
            let inside = |other: &Value| text(other, "parentId") == read_parent;
            let whole = without(unit, &["id", "parentId"]);
            let is_whole = |other: &Value| inside(other) && without(other, &["id", "parentId"]) == whole;
            let sscc = text(unit, "sscc");
            let has_number = |other: &Value| inside(other) && !sscc.is_empty() && text(other, "sscc") == sscc;
            let has_type = |other: &Value| inside(other) && text(other, "type") == text(unit, "type");
            if let Some(mut taken) = take(&mut rest, &[&is_whole, &has_number, &has_type, &inside]) {
                open.push((text(unit, "id").to_owned(), text(&taken, "id").to_owned(), depth + 1));
                rename(&mut taken, "id", text(unit, "id"));
                rename(&mut taken, "parentId", &parent);
                put_contents(&mut taken, unit, as_written);
                found.insert(index, taken);
            }
        }
    }
    found.into_values().chain(rest).collect()
}

/// A unit whose contents name lines as the written document does.
fn with_names(mut unit: Value, lines: &BTreeMap<String, String>) -> Value {
    if let Some(Value::Array(contents)) = unit.get_mut("contents") {
        for entry in contents.iter_mut() {
            if let Some(name) = lines.get(text(entry, "lineId")).cloned() {
                rename(entry, "lineId", &name);
            }
        }
    }
    sort_contents(&mut unit);
    unit
}

fn sort_contents(unit: &mut Value) {
    if let Some(Value::Array(contents)) = unit.get_mut("contents") {
        contents.sort_by_cached_key(|entry| without(entry, &[]));
    }
}

/// Contents that say the same stand as in the written document.
fn put_contents(taken: &mut Value, sorted: &Value, as_written: &Value) {
    let (Some(own), Some(other)) = (taken.get("contents"), sorted.get("contents")) else { return };
    if without(own, &[]) == without(other, &[])
        && let (Some(own), Some(other)) = (taken.get_mut("contents"), as_written.get("contents"))
    {
        own.clone_from(other);
    }
}
