//! docs/documents.md: every member of every document, made of the schemas.

use std::collections::BTreeMap;
use std::fmt::Write;

use edigate::canon::{self, DocumentType};
use serde_json::Value;

use super::assert_generated;

#[test]
fn the_reference_says_what_the_schemas_say() {
    assert_generated("docs/documents.md", &reference());
}

const INTRODUCTION: &str = "\
# Canonical documents, member by member

Made of the schemas in [schemas/](../schemas/README.md) by `tests/schemas`; what is written here by hand is lost. How documents
travel and what `meta` is good for stands in [erp.md](erp.md).

- A member in **bold** must be there; any other is absent when it has no value, never empty and never `null`.
- A *decimal* is a string (`\"2.4500\"`), a *date* `YYYY-MM-DD`, an *instant* RFC 3339 with its offset.
- A member whose words include `other` has a `…Code` member beside it, which then holds the code that was sent.
- X12: segment and element, `DTM02 (DTM01=002)` with a qualifier, `235=BP` as a pair of qualifier and value; a bare number is an
  element of the dictionary. EDIFACT: segment with qualifier (`DTM+2`), composite or element. Both are the usual places; a
  partner's mapping may have others. UBL: the name that means the same there.
";

/// A document, and its schema as the types make it: what stands in schemas/ may be about to be written anew.
struct Document {
    known: &'static DocumentType,
    schema: Value,
}

impl Document {
    fn definitions(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.schema.get("$defs").and_then(Value::as_object).into_iter().flatten()
    }
}

fn reference() -> String {
    let generated = |known: &'static DocumentType| Document { known, schema: known.generate() };
    let documents: Vec<Document> = canon::document_types().iter().map(generated).collect();
    let shared = shared_definitions(&documents);
    let mut text = INTRODUCTION.to_owned();
    for Document { known, schema } in &documents {
        write!(text, "\n- [{}](#{}): {}", known.name, anchor(known.name), described(schema)).unwrap();
    }
    text.push_str("\n- [Shared](#shared): what several documents have in the same form.\n");
    for one in &documents {
        document(&mut text, one, &shared);
    }
    text.push_str("\n## Shared\n\nWhat several documents have in the same form.\n");
    for (name, definition) in &shared {
        self::definition(&mut text, name, definition, &|name| name.to_owned());
    }
    text
}

/// Definitions that two documents or more have, word for word.
fn shared_definitions(documents: &[Document]) -> BTreeMap<String, Value> {
    let mut all: Vec<(&String, &Value)> = Vec::new();
    let mut shared = BTreeMap::new();
    for (name, definition) in documents.iter().flat_map(Document::definitions) {
        if all.contains(&(name, definition)) {
            shared.insert(name.clone(), definition.clone());
        }
        all.push((name, definition));
    }
    shared
}

fn document(text: &mut String, document: &Document, shared: &BTreeMap<String, Value>) {
    let Document { known, schema } = document;
    let is_shared = |name: &str, definition: &Value| shared.get(name) == Some(definition);
    let heading = |name: &str| match schema["$defs"].get(name) {
        Some(definition) if !is_shared(name, definition) => format!("{} {name}", known.name),
        _ => name.to_owned(),
    };
    write!(text, "\n## {}\n\n{}\n", known.name, described(schema)).unwrap();
    let said = [("X12", "x-x12"), ("EDIFACT", "x-edifact"), ("UBL", "x-ubl")];
    let said = said.iter().filter_map(|(label, keyword)| Some(format!("{label} {}", schema.get(*keyword)?.as_str()?)));
    let said = said.collect::<Vec<_>>().join(" · ");
    if !said.is_empty() {
        writeln!(text, "{said}.").unwrap();
    }
    members(text, schema, &heading);
    for (name, definition) in document.definitions().filter(|(name, definition)| !is_shared(name, definition)) {
        self::definition(text, name, definition, &heading);
    }
}

fn definition(text: &mut String, name: &str, definition: &Value, heading: &dyn Fn(&str) -> String) {
    if definition.get("format").is_some() {
        return;
    }
    write!(text, "\n### {}\n\n{}\n", heading(name), described(definition)).unwrap();
    if let Some(words) = definition.get("oneOf").and_then(Value::as_array) {
        text.push('\n');
        for word in words {
            writeln!(text, "- `{}`: {}", word["const"].as_str().unwrap(), described(word)).unwrap();
        }
    }
    members(text, definition, heading);
}

fn members(text: &mut String, schema: &Value, heading: &dyn Fn(&str) -> String) {
    let Some(members) = schema.get("properties").and_then(Value::as_object) else { return };
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let keywords: Vec<(&str, &str)> = [("X12", "x-x12"), ("EDIFACT", "x-edifact"), ("UBL", "x-ubl")]
        .into_iter()
        .filter(|(_, keyword)| members.values().any(|member| member.get(*keyword).is_some()))
        .collect();
    let labels: String = keywords.iter().map(|(label, _)| format!(" {label} |")).collect();
    write!(text, "\n| member | type | |{labels}\n|---|---|---|{}\n", "---|".repeat(keywords.len())).unwrap();
    for (name, member) in members {
        let name = if required.contains(&name.as_str()) { format!("**`{name}`**") } else { format!("`{name}`") };
        let places: String = keywords.iter().map(|(_, keyword)| format!(" {} |", text_of(member, keyword))).collect();
        writeln!(text, "| {name} | {} | {} |{places}", kind(member, heading), described(member)).unwrap();
    }
}

fn kind(member: &Value, heading: &dyn Fn(&str) -> String) -> String {
    if let Some(reference) = member.get("$ref").and_then(Value::as_str) {
        let name = reference.rsplit('/').next().unwrap();
        let kind = match name {
            "Decimal" | "Date" | "Instant" => name.to_lowercase(),
            _ => format!("[{name}](#{})", anchor(&heading(name))),
        };
        let must = member.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let must = must.map(|name| format!(", with `{name}`")).collect::<String>();
        return format!("{kind}{must}");
    }
    match text_of(member, "type") {
        "array" => format!("list of {}", kind(&member["items"], heading)),
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        other => other.to_owned(),
    }
}

fn described(schema: &Value) -> String {
    text_of(schema, "description").replace('\n', " ").replace('|', "\\|")
}

fn text_of<'s>(schema: &'s Value, keyword: &str) -> &'s str {
    schema.get(keyword).and_then(Value::as_str).unwrap_or_default()
}

/// As the common renderers of Markdown make it of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}
