//! The published schemas against the Rust types, and the run-time check against a JSON Schema engine.

use serde_json::{Value, json};

use super::*;
use crate::base::Diagnostic;

#[test]
fn every_document_type_has_a_schema_with_its_uri_and_a_shape_that_starts_with_meta() {
    for known in document_types() {
        let schema = known.schema();
        assert_eq!(schema["$id"], schema_uri("urn:edigate:schema:", known.kind, known.version));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(known.shape.members()[0].name, "meta");
        assert!(!known.text.contains("\"null\""), "no member may be null");
        jsonschema::meta::validate(schema).unwrap();
    }
}

#[test]
fn an_enumeration_with_other_has_a_member_for_the_wires_code() {
    fn walk(shape: &Shape) {
        for member in shape.members() {
            if let Shape::Value(Kind::Word(words)) = &member.shape
                && words.iter().any(|word| word.eq_ignore_ascii_case("other"))
            {
                let code = format!("{}Code", member.name);
                assert_eq!(shape.member(&code).map(|code| &code.shape), Some(&Shape::Value(Kind::Text)), "{code}");
            }
            match &member.shape {
                Shape::Array { item, .. } => walk(item),
                other => walk(other),
            }
        }
    }
    document_types().iter().for_each(|known| walk(&known.shape));
}

fn small_order() -> Value {
    json!({
        "orderNumber": "1",
        "lines": [{
            "lineNumber": "10",
            "quantity": {"value": "5", "unit": "EA"},
            "schedules": [{"quantity": "5", "requestedDeliveryDate": "2026-11-16"}]
        }]
    })
}

/// Changes one value of a small order, checks it, and asks a JSON Schema engine for its opinion too.
fn check_order(pointer: &str, value: Value, expect: &[&str]) {
    let mut order = small_order();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = order.pointer_mut(parent).unwrap();
    match value {
        Value::Null => drop(parent.as_object_mut().unwrap().shift_remove(name)),
        value => parent[name] = value,
    }
    let faults: Vec<String> = check(&order, "order@1").iter().map(Diagnostic::to_string).collect();
    assert_eq!(faults, expect, "{pointer}");
    let schema = schema("order@1").unwrap();
    assert_eq!(jsonschema::is_valid(schema, &order), expect.is_empty(), "the engine and our check differ at {pointer}");
}

#[test]
fn the_check_finds_what_the_schema_forbids() {
    check_order("/orderDate", json!("2026-11-02"), &[]);
    check_order("/somethingNew", json!("from a later minor version"), &[]);
    check_order("/extensions", json!({"x-northwind-costcenter": "4711"}), &[]);
    check_order(
        "/orderNumber",
        Value::Null,
        &["orderNumber: error[required-missing]: the document has no orderNumber"],
    );
    check_order(
        "/orderNumber",
        json!(""),
        &["orderNumber: error[wrong-type]: orderNumber is \"\"; expected a text that is not empty"],
    );
    check_order(
        "/lines/0/quantity/value",
        json!(5),
        &[
            "lines[0].quantity.value: error[wrong-type]: lines[0].quantity.value is 5; expected a decimal in a string, such as \"12.50\"",
        ],
    );
    check_order(
        "/lines/0/schedules",
        json!([]),
        &["lines[0].schedules: error[too-few-items]: lines[0].schedules has 0 items; expected at least 1"],
    );
    check_order("/lines", json!({}), &["lines: error[wrong-type]: lines is an object; expected an array"]);
    check_order("/buyer", json!("Acme"), &["buyer: error[wrong-type]: buyer is \"Acme\"; expected an object"]);
    check_order(
        "/purpose",
        json!("new"),
        &[
            "purpose: error[wrong-type]: purpose is \"new\"; expected one of original, cancel, change, replace, confirm, duplicate, other",
        ],
    );
    check_order(
        "/acknowledgementRequired",
        json!("yes"),
        &["acknowledgementRequired: error[wrong-type]: acknowledgementRequired is \"yes\"; expected true or false"],
    );
}

#[test]
fn faults_are_capped() {
    let mut order = small_order();
    order["lines"] = Value::Array(vec![json!({}); MAX_FAULTS]);
    assert_eq!(check(&order, "order@1").len(), MAX_FAULTS);
}

#[test]
fn the_types_read_and_write_an_order_without_loss() {
    let order: Order = serde_json::from_value(small_order()).unwrap();
    assert_eq!(serde_json::to_value(&order).unwrap(), small_order());
}
