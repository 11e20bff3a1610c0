//! The published schemas are what the Rust types say, and documents as they are written fit both.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::print_stderr, reason = "a test")]

mod editor;
mod promises;
mod reference;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use edigate::canon::{self, DocumentType};
use serde_json::{Value, json};

/// Set this variable to write the schemas anew after a change of the types; then look at the difference. What
/// schemas/published.toml lists never changes: a change of that is a new version.
const UPDATE: &str = "EDIGATE_UPDATE_SCHEMAS";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A file of the project is what the types make today.
fn assert_generated(path: &str, generated: &str) {
    let file = project(path);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&file, generated).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == generated, "{path} has drifted; run this test again with {UPDATE}=1");
}

#[test]
fn no_schema_has_drifted_from_its_types() {
    for known in canon::document_types() {
        let path = format!("schemas/{}/{}.json", known.kind, known.version);
        assert_generated(&path, &format!("{:#}\n", known.generate()));
    }
    assert_generated("schemas/event/1.0.json", &format!("{:#}\n", canon::event::generate()));
    assert_generated("schemas/claim/1.0.json", &format!("{:#}\n", canon::claim::generate()));
    for known in canon::verdict::command_schemas() {
        assert_generated(&format!("schemas/{}/1.0.json", known.verb), &format!("{:#}\n", known.generate()));
    }
}

/// A document fits the published schema, our own check agrees, and the Rust type holds all of it.
fn assert_fits(known: &DocumentType, document: &Value) {
    let validator = jsonschema::validator_for(known.schema()).unwrap();
    let faults: Vec<String> =
        validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new(), "{}", known.name);
    assert_eq!(canon::check(document, known.name), []);
    let again = through_the_type(known.kind, document);
    for (name, value) in document.as_object().unwrap().iter().filter(|(name, _)| *name != "meta") {
        assert_eq!(again.get(name), Some(value), "{} {name}", known.name);
    }
}

fn through_the_type(kind: &str, document: &Value) -> Value {
    fn through<T: serde::de::DeserializeOwned + serde::Serialize>(document: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(document.clone()).unwrap()).unwrap()
    }
    match kind {
        "order" => through::<canon::Order>(document),
        "order-change" => through::<canon::OrderChange>(document),
        "order-response" => through::<canon::OrderResponse>(document),
        "shipment-notice" => through::<canon::ShipmentNotice>(document),
        "receiving-advice" => through::<canon::ReceivingAdvice>(document),
        "invoice" => through::<canon::Invoice>(document),
        "remittance-advice" => through::<canon::RemittanceAdvice>(document),
        "delivery-schedule" => through::<canon::DeliverySchedule>(document),
        "inventory-report" => through::<canon::InventoryReport>(document),
        "application-advice" => through::<canon::ApplicationAdvice>(document),
        "acknowledgement" => through::<canon::Acknowledgement>(document),
        "raw" => through::<canon::Raw>(document),
        other => panic!("{other} has no type here"),
    }
}

/// One document of each kind, made up so that together they have every member there is.
fn full_examples() -> Vec<(&'static DocumentType, Value)> {
    let example = |known: &'static DocumentType| {
        let text = std::fs::read_to_string(project(&format!("tests/fixtures/canon/{}.json", known.kind))).unwrap();
        (known, serde_json::from_str(&text).unwrap())
    };
    canon::document_types().iter().map(example).collect()
}

#[test]
fn the_full_examples_fit_their_schemas() {
    for (known, document) in full_examples() {
        assert_fits(known, &document);
    }
}

/// Definitions that documents share count together; two that only have the name in common do not. `meta` is the same
/// everywhere, and the order has all of it.
#[test]
fn the_full_examples_leave_no_member_out() {
    let mut seen = BTreeMap::new();
    for (known, document) in full_examples() {
        note_members(known.schema(), known.schema(), Some(&document), known.kind, &mut seen);
    }
    seen.retain(|member, seen| !*seen && !member.ends_with(".meta"));
    let left_out: Vec<&String> = seen.keys().collect();
    assert_eq!(left_out, Vec::<&String>::new());
}

/// Notes each member of a schema, and whether the document has it.
fn note_members(schema: &Value, root: &Value, found: Option<&Value>, place: &str, seen: &mut BTreeMap<String, bool>) {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        let target = root.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        let name = reference.rsplit('/').next().unwrap();
        let members = target.get("properties").map(Value::to_string).unwrap_or_default();
        let place = format!("{name} {:08x}", crc32c::crc32c(members.as_bytes()));
        return note_members(target, root, found, &place, seen);
    }
    if let Some(items) = schema.get("items") {
        note_members(items, root, None, place, seen);
        for item in found.and_then(Value::as_array).into_iter().flatten() {
            note_members(items, root, Some(item), place, seen);
        }
    }
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let found = found.and_then(|found| found.get(name));
        *seen.entry(format!("{place}.{name}")).or_default() |= found.is_some();
        note_members(member, root, found, &format!("{place}.{name}"), seen);
    }
}

/// The run-time check walks what the schema says. Whatever is taken out of an example, emptied, or put there instead,
/// the check and a JSON Schema engine agree on whether it is still a document.
#[test]
fn the_check_and_the_engine_agree_on_every_broken_example() {
    for (known, document) in full_examples() {
        let validator = jsonschema::options().should_validate_formats(true).build(known.schema()).unwrap();
        let mut places = Vec::new();
        collect_places(&document, String::new(), &mut places);
        for place in places {
            for with in [None, Some(json!("")), Some(json!(5)), Some(json!([])), Some(json!({})), Some(json!(true))] {
                let broken = broken(&document, &place, with.clone());
                let engine = validator.is_valid(&broken);
                let ours = canon::check(&broken, known.name).is_empty();
                assert_eq!(ours, engine, "{} at {place} with {with:?}", known.name);
            }
        }
    }
}

/// Pointers to every value below `value`, but for those in `extensions`, which are the partner's own.
fn collect_places(value: &Value, at: String, places: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, inner)| (name.clone(), inner)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(index, inner)| (index.to_string(), inner)).collect(),
        _ => Vec::new(),
    };
    for (name, inner) in inner {
        let place = format!("{at}/{name}");
        places.push(place.clone());
        if name != "extensions" {
            collect_places(inner, place, places);
        }
    }
}

fn broken(document: &Value, place: &str, with: Option<Value>) -> Value {
    let mut broken = document.clone();
    let (parent, name) = place.rsplit_once('/').unwrap();
    match (broken.pointer_mut(parent).unwrap(), with) {
        (Value::Object(members), None) => drop(members.shift_remove(name)),
        (Value::Array(items), None) => drop(items.remove(name.parse().unwrap())),
        (_, with) => *broken.pointer_mut(place).unwrap() = with.unwrap(),
    }
    broken
}

/// The story's documents beside the project, as they stand.
#[test]
fn the_examples_beside_the_project_fit_their_schemas() {
    let shared = std::env::var_os("EDIGATE_SHARED").map_or_else(|| project("../shared"), PathBuf::from);
    if !shared.is_dir() {
        eprintln!("SKIPPED: there is no {}; set EDIGATE_SHARED to the folder with examples", shared.display());
        return;
    }
    for kind in ["order", "order-response", "shipment-notice", "invoice"] {
        let known = canon::document_type(&format!("{kind}@1")).unwrap();
        let text = std::fs::read_to_string(shared.join(format!("examples/{kind}.json"))).unwrap();
        assert_fits(known, &serde_json::from_str(&text).unwrap());
    }
}
