//! When two documents say the same, as law 1 has it. This looks at the published schema and at the mapping file, and at
//! nothing that the product uses to compare.

use std::collections::BTreeSet;

use edigate::canon;
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use crate::template::file;

/// What a document is compared by.
pub(crate) struct Equality {
    schema: &'static Value,
    unsent: Vec<Vec<String>>,
    /// What the mapping works out, before writing and after reading.
    derived: Vec<String>,
    is_hierarchy: bool,
}

impl Equality {
    /// For the documents of a shipped mapping.
    pub(crate) fn of(mapping: &str) -> Self {
        let (mut unsent, mut derived) = (Vec::new(), Vec::new());
        let mut next = Some(mapping.to_owned());
        let mut document = None;
        while let Some(name) = next.take() {
            let file: toml::Table = file(&name).unwrap().parse().unwrap();
            document = document.or(file.get("document").and_then(toml::Value::as_str).map(str::to_owned));
            let kind = document.as_deref().and_then(|document| document.split('@').next()).unwrap_or_default();
            let listed = file.get(kind).and_then(|section| section.get("unsent")).and_then(toml::Value::as_array);
            let paths = listed.into_iter().flatten().filter_map(toml::Value::as_str);
            unsent.extend(paths.map(|path| path.split('.').map(str::to_owned).collect()));
            let rules = file.get(kind).and_then(|section| section.get("derive")).and_then(toml::Value::as_table);
            derived.extend(rules.into_iter().flatten().map(|(path, _)| path.clone()));
            next = file.get("extends").and_then(toml::Value::as_str).map(str::to_owned);
        }
        let document = document.unwrap();
        let is_hierarchy = document.starts_with("shipment-notice");
        Self { schema: canon::schema(&document).unwrap(), unsent, derived, is_hierarchy }
    }

    /// What is different in a document that was read from what was written. `filled` are the members that reading filled
    /// in; they and those that the mapping derives count only where the written document has them.
    pub(crate) fn differences(&self, written: &Value, read: &Value, filled: &[String]) -> Vec<String> {
        let filled = filled.iter().map(|path| path.replace("[*]", ""));
        let derived: Vec<String> = filled.chain(self.derived.iter().cloned()).collect();
        let mut written = self.plain(written, self.schema, &mut Vec::new());
        let mut read = self.plain(read, self.schema, &mut Vec::new());
        let mut found = Vec::new();
        if self.is_hierarchy {
            for path in &derived {
                let steps: Vec<&str> = path.split('.').collect();
                if !everywhere(&written, &steps) {
                    without(&mut written, &steps);
                    without(&mut read, &steps);
                }
            }
            (written, read) = (as_sets(&written), as_sets(&read));
        }
        compare(Some(&written), Some(&read), &mut Vec::new(), &derived, &mut found);
        found
    }

    /// A document without what does not count, each value in one spelling.
    fn plain(&self, value: &Value, schema: &Value, path: &mut Vec<String>) -> Value {
        let schema = resolved(schema, self.schema);
        match value {
            Value::Object(members) => {
                let mut kept = Map::new();
                for (name, inner) in members {
                    path.push(name.clone());
                    let counts = *path != ["meta"] && !self.unsent.iter().any(|unsent| unsent == path);
                    if counts {
                        let plain = self.plain(inner, &schema["properties"][name.as_str()], path);
                        let is_empty = plain.as_object().is_some_and(Map::is_empty);
                        if !is_empty {
                            kept.insert(name.clone(), plain);
                        }
                    }
                    path.pop();
                }
                Value::Object(kept)
            }
            Value::Array(items) => {
                let mut items: Vec<Value> = items.iter().map(|item| self.plain(item, &schema["items"], path)).collect();
                let item = resolved(&schema["items"], self.schema);
                // Words are a set.
                if item.get("oneOf").is_some() || item.get("enum").is_some() {
                    items.sort_by_key(ToString::to_string);
                }
                Value::Array(items)
            }
            Value::String(text) => match schema["format"].as_str() {
                Some("decimal") => Value::from(text.parse::<Decimal>().unwrap().normalize().to_string()),
                Some("date-time") => Value::from(text.parse::<jiff::Timestamp>().unwrap().to_string()),
                _ => value.clone(),
            },
            _ => value.clone(),
        }
    }
}

fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    match schema["$ref"].as_str().and_then(|reference| root.pointer(reference.strip_prefix('#')?)) {
        Some(target) => target,
        None => schema,
    }
}

fn compare(
    written: Option<&Value>,
    read: Option<&Value>,
    path: &mut Vec<String>,
    derived: &[String],
    found: &mut Vec<String>,
) {
    match (written, read) {
        (Some(Value::Object(written)), Some(Value::Object(read))) => {
            let names: BTreeSet<&String> = written.keys().chain(read.keys()).collect();
            for name in names {
                path.push(name.clone());
                compare(written.get(name), read.get(name), path, derived, found);
                path.pop();
            }
        }
        (Some(Value::Array(written)), Some(Value::Array(read))) => {
            for index in 0..written.len().max(read.len()) {
                path.push(format!("[{index}]"));
                compare(written.get(index), read.get(index), path, derived, found);
                path.pop();
            }
        }
        (None, Some(read)) => {
            let generic = generic(path);
            let is_derived = |path: &String| derived.contains(path);
            match read {
                Value::Object(members) if !is_derived(&generic) => {
                    for (name, value) in members {
                        path.push(name.clone());
                        compare(None, Some(value), path, derived, found);
                        path.pop();
                    }
                }
                _ if is_derived(&generic) => {}
                _ => found.push(format!("{} is read as {read}, and was not there", path.join("."))),
            }
        }
        (Some(Value::Array(written)), None) if written.is_empty() => {}
        (written, read) if written == read => {}
        (written, read) => {
            let shown = |value: Option<&Value>| value.map_or("nothing".to_owned(), ToString::to_string);
            found.push(format!("{} was {} and is read as {}", path.join("."), shown(written), shown(read)));
        }
    }
}

/// `lines.price.basis` of any line.
fn generic(path: &[String]) -> String {
    path.iter().filter(|step| !step.starts_with('[')).map(String::as_str).collect::<Vec<_>>().join(".")
}

fn everywhere(value: &Value, path: &[&str]) -> bool {
    match (value, path.split_first()) {
        (_, None) => true,
        (Value::Array(items), _) => items.iter().all(|item| everywhere(item, path)),
        (value, Some((name, rest))) => value.get(*name).is_some_and(|inner| everywhere(inner, rest)),
    }
}

fn without(value: &mut Value, path: &[&str]) {
    match (value, path) {
        (Value::Array(items), _) => items.iter_mut().for_each(|item| without(item, path)),
        (Value::Object(members), [last]) => drop(members.shift_remove(*last)),
        (Value::Object(members), [name, rest @ ..]) => {
            if let Some(inner) = members.get_mut(*name) {
                without(inner, rest);
            }
        }
        _ => {}
    }
}

/// A shipment notice whose lines and units are sets: ids stand for what they name.
fn as_sets(document: &Value) -> Value {
    let list = |name: &str| document[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
    let bare = |value: &Value, names: &[&str]| {
        let mut value = value.clone();
        names.iter().for_each(|name| without(&mut value, &[name]));
        sorted(&value)
    };
    let mut read = list("lines");
    // Lots come in the order of the levels that name them.
    for lots in read.iter_mut().filter_map(|line| line.get_mut("lots")?.as_array_mut()) {
        lots.sort_by_key(ToString::to_string);
    }
    let lines: Vec<(String, Value)> = read.iter().map(|line| (text(line, "lineId"), bare(line, &["lineId"]))).collect();
    let units = list("handlingUnits");
    fn tree(units: &[Value], parent: &str, lines: &[(String, Value)], depth: usize) -> Vec<Value> {
        assert!(depth < 8, "units stand in a circle");
        let text = |value: &Value, name: &str| value[name].as_str().unwrap_or_default().to_owned();
        let mut inside: Vec<Value> = Vec::new();
        for unit in units.iter().filter(|unit| text(unit, "parentId") == parent) {
            let mut own = unit.clone();
            ["id", "parentId", "contents"].iter().for_each(|name| without(&mut own, &[name]));
            let contents = unit["contents"].as_array().cloned().unwrap_or_default().into_iter().map(|entry| {
                let line = lines.iter().find(|(id, _)| *id == text(&entry, "lineId")).map(|(_, line)| line.clone());
                let mut entry = entry;
                without(&mut entry, &["lineId"]);
                json!({"line": line, "entry": entry})
            });
            let mut contents: Vec<Value> = contents.collect();
            contents.sort_by_key(ToString::to_string);
            let below = tree(units, &text(unit, "id"), lines, depth + 1);
            inside.push(sorted(&json!({"unit": own, "contents": contents, "inside": below})));
        }
        inside.sort_by_key(ToString::to_string);
        inside
    }
    let mut all: Vec<Value> = lines.iter().map(|(_, line)| line.clone()).collect();
    all.sort_by_key(ToString::to_string);
    let mut rest = document.clone();
    without(&mut rest, &["lines"]);
    without(&mut rest, &["handlingUnits"]);
    rest["lines"] = Value::from(all);
    let units = tree(&units, "", &lines, 0);
    if !units.is_empty() {
        rest["units"] = Value::from(units);
    }
    rest
}

/// Members in the order of their names.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            Value::Object(members.into_iter().map(|(name, value)| (name.clone(), sorted(value))).collect())
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}
