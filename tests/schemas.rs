//! The published schemas are what the Rust types say, and documents as they are written fit both.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test")]

use std::path::{Path, PathBuf};

use edigate::canon::{self, DocumentType, Invoice, Order, OrderResponse, ShipmentNotice};
use serde_json::Value;

/// Set this variable to write the schemas anew after a change of the types; then look at the difference. A released
/// version never changes; afterwards a change is a new version.
const UPDATE: &str = "EDIGATE_UPDATE_SCHEMAS";

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

#[test]
fn no_published_schema_has_drifted_from_its_types() {
    for known in canon::document_types() {
        let generated = format!("{:#}\n", known.generate());
        let path = project(&format!("schemas/{}/{}.json", known.kind, known.version));
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&path, &generated).unwrap();
        }
        let published = std::fs::read_to_string(&path).unwrap();
        assert!(published == generated, "{} has drifted; run this test again with {UPDATE}=1", path.display());
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
        "order" => through::<Order>(document),
        "order-response" => through::<OrderResponse>(document),
        "shipment-notice" => through::<ShipmentNotice>(document),
        "invoice" => through::<Invoice>(document),
        other => panic!("{other} has no type here"),
    }
}

/// The story's documents beside the project, as they stand but for the hashes in `meta`, which are cut there.
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
