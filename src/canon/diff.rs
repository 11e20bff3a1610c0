//! What differs between two versions of a schema, and whether a consumer of the older could stumble over it.
//!
//! A minor version may add optional members, and words where the older version says that more may come (`x-open`).
//! Anything else is a new major: what is looser for a reader is stricter for a writer, and documents go both ways.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::shape::{required, words};

/// How much a difference weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeWeight {
    /// What is said about a member, not what it may be.
    Wording,
    /// A minor version may have it.
    Additive,
    /// Only a new major may.
    Breaking,
}

impl ChangeWeight {
    /// The weight in a word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wording => "wording",
            Self::Additive => "additive",
            Self::Breaking => "breaking",
        }
    }
}

/// One difference between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    /// How much it weighs.
    pub weight: ChangeWeight,
    /// The member: from the document, or from the shared definition it stands in (`Party.name`). Empty for the document
    /// itself.
    pub path: String,
    /// What is different.
    pub what: String,
}

/// Compares two versions of a schema. Differences come in the order of the newer version; one in a definition that
/// several members share comes once.
pub fn compare_schemas(old: &Value, new: &Value) -> Vec<SchemaChange> {
    let mut comparison = Comparison { old, new, seen: HashSet::new(), changes: Vec::new() };
    comparison.compare(old, new, "");
    comparison.changes
}

struct Comparison<'a> {
    old: &'a Value,
    new: &'a Value,
    /// Pairs of references that were followed: schemas that refer to themselves end here.
    seen: HashSet<(&'a str, &'a str)>,
    changes: Vec<SchemaChange>,
}

/// Keywords that say something about a value without limiting it, or that are compared on their own.
fn is_compared_apart(keyword: &str) -> bool {
    matches!(
        keyword,
        "$schema" | "$id" | "$defs" | "$ref" | "title" | "description" | "properties" | "required" | "items"
    ) || keyword.starts_with("x-")
}

/// Says that a later minor version may have more words.
const OPEN: &str = "x-open";

impl<'a> Comparison<'a> {
    fn compare(&mut self, old: &'a Value, new: &'a Value, path: &str) {
        self.wording(old, new, path);
        self.references(old, new, path);
        self.words(old, new, path);
        self.limits(old, new, path);
        self.members(old, new, path);
        match (old.get("items"), new.get("items")) {
            (Some(old), Some(new)) => self.compare(old, new, &format!("{path}[]")),
            (None, None) => {}
            (_, _) => self.breaking(path, "says something else of its items"),
        }
    }

    fn wording(&mut self, old: &Value, new: &Value, path: &str) {
        let told = |keyword: &&str| *keyword == "description" || keyword.starts_with("x-") && *keyword != OPEN;
        for keyword in keywords(old, new).filter(told) {
            if old.get(keyword) != new.get(keyword) {
                self.note(ChangeWeight::Wording, path, format!("has another {keyword}"));
            }
        }
    }

    /// Each pair of references is followed once.
    fn references(&mut self, old: &'a Value, new: &'a Value, path: &str) {
        let reference = |schema: &'a Value| schema.get("$ref").and_then(Value::as_str);
        let target = |root: &'a Value, reference: &str| root.pointer(reference.strip_prefix('#')?);
        let (from, to) = match (reference(old), reference(new)) {
            (Some(from), Some(to)) => (from, to),
            (None, None) => return,
            (_, _) => return self.breaking(path, "has another type"),
        };
        if !self.seen.insert((from, to)) {
            return;
        }
        match (target(self.old, from), target(self.new, to)) {
            (Some(old), Some(new)) => self.compare(old, new, to.rsplit('/').next().unwrap_or(to)),
            (_, _) if from == to => {}
            (_, _) => self.breaking(path, format!("refers to {to}, and referred to {from}")),
        }
    }

    fn words(&mut self, old: &Value, new: &Value, path: &str) {
        let (Some(before), Some(after)) = (words(old), words(new)) else { return };
        for word in before.iter().filter(|word| !after.contains(word)) {
            self.breaking(path, format!("has no word '{word}' any more"));
        }
        let weight = if is_open(old) { ChangeWeight::Additive } else { ChangeWeight::Breaking };
        for word in after.iter().filter(|word| !before.contains(word)) {
            self.note(weight, path, format!("has a new word '{word}'"));
        }
        match (is_open(old), is_open(new)) {
            (true, false) => self.breaking(path, "is not open to new words any more"),
            (false, true) => self.note(ChangeWeight::Additive, path, "is open to new words"),
            (_, _) => {}
        }
    }

    /// Everything else that a schema may say: type, format, pattern, the fewest and the most.
    fn limits(&mut self, old: &Value, new: &Value, path: &str) {
        let both_list_words = words(old).is_some() && words(new).is_some();
        let is_limit = |keyword: &&str| {
            let is_list = matches!(*keyword, "enum" | "oneOf");
            !(is_compared_apart(keyword) || both_list_words && is_list)
        };
        for keyword in keywords(old, new).filter(is_limit) {
            let (before, after) = (old.get(keyword), new.get(keyword));
            if before != after {
                let shown = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), Value::to_string);
                self.breaking(path, format!("{keyword} was {} and is {}", shown(before), shown(after)));
            }
        }
    }

    fn members(&mut self, old: &'a Value, new: &'a Value, path: &str) {
        let (must, must_now): (Vec<&str>, Vec<&str>) = (required(old).collect(), required(new).collect());
        let mut names: Vec<&str> = Vec::new();
        for name in member_names(new).chain(member_names(old)).chain(required(new)).chain(required(old)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let (must, must_now) = (must.contains(&name), must_now.contains(&name));
            match (member(old, name), member(new, name)) {
                (None, Some(_)) if must_now => self.breaking(&path, "is new and must be there"),
                (None, Some(_)) => self.note(ChangeWeight::Additive, &path, "is new"),
                (Some(_), None) => self.breaking(&path, "is gone"),
                (old, new) => {
                    match (must, must_now) {
                        (false, true) => self.breaking(&path, "must now be there"),
                        (true, false) => self.breaking(&path, "need not be there any more"),
                        (_, _) => {}
                    }
                    if let (Some(old), Some(new)) = (old, new) {
                        self.compare(old, new, &path);
                    }
                }
            }
        }
    }

    fn breaking(&mut self, path: &str, what: impl Into<String>) {
        self.note(ChangeWeight::Breaking, path, what);
    }

    fn note(&mut self, weight: ChangeWeight, path: &str, what: impl Into<String>) {
        self.changes.push(SchemaChange { weight, path: path.to_owned(), what: what.into() });
    }
}

/// The keywords of either, those of the newer first.
fn keywords<'s>(old: &'s Value, new: &'s Value) -> impl Iterator<Item = &'s str> {
    let of = |schema: &'s Value| schema.as_object().into_iter().flat_map(Map::keys).map(String::as_str);
    of(new).chain(of(old).filter(|keyword| new.get(keyword).is_none()))
}

fn member_names(schema: &Value) -> impl Iterator<Item = &str> {
    schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).map(String::as_str)
}

fn member<'s>(schema: &'s Value, name: &str) -> Option<&'s Value> {
    schema.get("properties")?.get(name)
}

fn is_open(schema: &Value) -> bool {
    schema.get(OPEN) == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn party() -> Value {
        json!({
            "title": "party 1.0",
            "properties": {
                "number": {"type": "string", "minLength": 1},
                "kind": {"$ref": "#/$defs/Kind"},
                "name": {"$ref": "#/$defs/Name"},
                "others": {"type": "array", "items": {"$ref": "#/$defs/Name"}}
            },
            "required": ["number"],
            "$defs": {
                "Kind": {"oneOf": [{"const": "buyer", "description": "Buys."}, {"const": "other"}]},
                "Name": {
                    "description": "A name.",
                    "type": "object",
                    "properties": {"text": {"type": "string"}, "of": {"$ref": "#/$defs/Name"}}
                }
            }
        })
    }

    /// Sets one value of the schema, or takes it out, and tells what is different then.
    fn check(pointer: &str, value: Value, expect: &[&str]) {
        let (old, mut new) = (party(), party());
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = new.pointer_mut(parent).unwrap();
        match value {
            Value::Null => drop(parent.as_object_mut().unwrap().shift_remove(name)),
            value => parent[name] = value,
        }
        let told: Vec<String> = compare_schemas(&old, &new)
            .iter()
            .map(|change| format!("{} {} {}", change.weight.as_str(), change.path, change.what))
            .collect();
        assert_eq!(told, expect, "{pointer}");
    }

    #[test]
    fn what_a_consumer_of_the_older_version_ignores_is_additive() {
        check("/title", json!("party 1.1"), &[]);
        check("/properties/city", json!({"type": "string"}), &["additive city is new"]);
        check("/$defs/Name/properties/short", json!({"type": "string"}), &["additive Name.short is new"]);
        check("/$defs/Name/description", json!("The name."), &["wording Name has another description"]);
        check("/properties/number/x-x12", json!("BEG03"), &["wording number has another x-x12"]);
        check("/$defs/Kind/x-open", json!(true), &["additive Kind is open to new words"]);
        check("/$defs/Unused", json!({"type": "string"}), &[]);
    }

    #[test]
    fn everything_else_is_breaking() {
        check("/properties/name", Value::Null, &["breaking name is gone"]);
        check("/required", json!(["number", "name"]), &["breaking name must now be there"]);
        check("/required", json!([]), &["breaking number need not be there any more"]);
        check("/properties/number/type", json!("integer"), &["breaking number type was \"string\" and is \"integer\""]);
        check("/properties/number/minLength", Value::Null, &["breaking number minLength was 1 and is nothing"]);
        check("/properties/others/minItems", json!(1), &["breaking others minItems was nothing and is 1"]);
        check("/properties/others/items", Value::Null, &["breaking others says something else of its items"]);
        check("/properties/name/required", json!(["text"]), &["breaking name.text must now be there"]);
        check(
            "/properties/name",
            json!({"type": "string"}),
            &["breaking name has another type", "breaking name type was nothing and is \"string\""],
        );
        check(
            "/$defs/Kind/oneOf",
            json!([{"const": "buyer"}, {"const": "seller"}]),
            &["breaking Kind has no word 'other' any more", "breaking Kind has a new word 'seller'"],
        );
        check(
            "/properties/kind/$ref",
            json!("#/$defs/Sort"),
            &["breaking kind refers to #/$defs/Sort, and referred to #/$defs/Kind"],
        );
    }

    #[test]
    fn a_new_member_that_must_be_there_is_breaking() {
        let mut new = party();
        new["properties"]["city"] = json!({"type": "string"});
        new["required"] = json!(["number", "city"]);
        let changes = compare_schemas(&party(), &new);
        let expected = SchemaChange {
            weight: ChangeWeight::Breaking,
            path: "city".to_owned(),
            what: "is new and must be there".to_owned(),
        };
        assert_eq!(changes, [expected]);
    }

    #[test]
    fn a_new_word_is_additive_where_the_older_version_said_that_more_may_come() {
        let mut old = party();
        old["$defs"]["Kind"]["x-open"] = json!(true);
        let mut new = old.clone();
        new["$defs"]["Kind"]["oneOf"].as_array_mut().unwrap().push(json!({"const": "seller"}));
        assert_eq!(
            compare_schemas(&old, &new).iter().map(|change| change.weight).collect::<Vec<_>>(),
            [ChangeWeight::Additive]
        );
        assert_eq!(
            compare_schemas(&new, &old).iter().map(|change| change.weight).collect::<Vec<_>>(),
            [ChangeWeight::Breaking]
        );
    }

    #[test]
    fn a_schema_does_not_differ_from_itself() {
        for known in crate::canon::document_types() {
            assert_eq!(compare_schemas(known.schema(), known.schema()), []);
        }
    }
}
