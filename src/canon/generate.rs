//! From the Rust types to the schemas as they are published.

use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::schema::schema_uri;

/// Generates the schema of one version of a document from its Rust type.
pub(super) fn generate<T: JsonSchema>(kind: &str, version: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), Value::String(schema_uri("urn:edigate:schema:", kind, version)));
    schema.insert("title".to_owned(), Value::String(format!("{kind} {version}")));
    RecursiveTransform(without_null).transform(&mut schema);
    RecursiveTransform(never_empty).transform(&mut schema);
    RecursiveTransform(familiar_order).transform(&mut schema);
    schema.to_value()
}

/// Puts the keywords a reader looks for first.
fn familiar_order(schema: &mut Schema) {
    const FIRST: [&str; 11] =
        ["$schema", "$id", "title", "description", "type", "format", "$ref", "const", "minLength", "items", "minItems"];
    let Some(object) = schema.as_object_mut() else { return };
    let mut ordered = Map::new();
    for keyword in FIRST {
        if let Some((keyword, value)) = object.shift_remove_entry(keyword) {
            ordered.insert(keyword, value);
        }
    }
    ordered.append(object);
    *object = ordered;
}

/// A member without a value is absent, never `null` (rule 14 of the canonical model), so no schema may allow `null`.
fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(variants)) = object.get_mut("anyOf") else { return };
    variants.retain(|variant| variant.get("type").is_none_or(|name| name != "null"));
    if let [Value::Object(only)] = variants.as_slice() {
        let only = only.clone();
        object.shift_remove("anyOf");
        object.extend(only);
    }
}

/// Absent is not empty (rule 14): a text that is there says something, and an array that may be absent is when it would
/// be empty.
fn never_empty(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let is = |name: &str, value: &Map<String, Value>| value.get("type").and_then(Value::as_str) == Some(name);
    if is("string", object)
        && !["format", "pattern", "const", "enum", "minLength"].iter().any(|word| object.contains_key(*word))
    {
        object.insert("minLength".to_owned(), Value::from(1));
    }
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(members)) = object.get_mut("properties") else { return };
    for (name, member) in members {
        let Some(member) = member.as_object_mut() else { continue };
        if is("array", member) && !required.iter().any(|required| required == name) {
            member.insert("minItems".to_owned(), Value::from(1));
        }
    }
}

/// The schema of `extensions`: keys that say whose they are, texts for values.
pub(super) fn extensions(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "propertyNames": { "pattern": "^x-[a-z0-9]+(-[a-zA-Z0-9]+)+$" },
        "minProperties": 1,
    })
}
