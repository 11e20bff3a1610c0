//! The published schemas: kept in `schemas/`, embedded, and read once.

use std::sync::{LazyLock, OnceLock};

use serde_json::Value;

use super::acknowledgement::Acknowledgement;
use super::application_advice::ApplicationAdvice;
use super::delivery_schedule::DeliverySchedule;
use super::generate::generate;
use super::inventory_report::InventoryReport;
use super::invoice::Invoice;
use super::order::Order;
use super::order_change::OrderChange;
use super::order_response::OrderResponse;
use super::raw::Raw;
use super::receiving_advice::ReceivingAdvice;
use super::remittance_advice::RemittanceAdvice;
use super::shape::Shape;
use super::shipment_notice::ShipmentNotice;

/// One document type in one schema major.
#[derive(Debug)]
pub struct DocumentType {
    /// As mapping files name it: `order@1`.
    pub name: &'static str,
    /// The type alone: `order`.
    pub kind: &'static str,
    /// The newest schema version of this major: `1.0`.
    pub version: &'static str,
    /// The member that numbers the document, if one does: `orderNumber`.
    pub number: Option<&'static str>,
    /// The published schema, as it stands in `schemas/`.
    pub text: &'static str,
    /// The schema, boiled down.
    pub shape: Shape,
    schema: OnceLock<Value>,
    generate: fn(&str, &str) -> Value,
}

/// What is embedded of a document type.
struct Embedded {
    name: &'static str,
    kind: &'static str,
    version: &'static str,
    number: Option<&'static str>,
    text: &'static str,
    generate: fn(&str, &str) -> Value,
}

macro_rules! embedded {
    ($kind:literal, $major:literal, $minor:literal, $document:ty, $number:expr) => {
        Embedded {
            name: concat!($kind, "@", $major),
            kind: $kind,
            version: concat!($major, ".", $minor),
            number: $number,
            text: include_str!(concat!("../../schemas/", $kind, "/", $major, ".", $minor, ".json")),
            generate: generate::<$document>,
        }
    };
}

/// Kind, major, newest minor, the Rust type, and the member that numbers it.
const EMBEDDED: &[Embedded] = &[
    embedded!("order", "1", "0", Order, Some("orderNumber")),
    embedded!("order-change", "1", "0", OrderChange, Some("changeNumber")),
    embedded!("order-response", "1", "0", OrderResponse, Some("responseNumber")),
    embedded!("shipment-notice", "1", "0", ShipmentNotice, Some("shipmentNumber")),
    embedded!("receiving-advice", "1", "0", ReceivingAdvice, Some("receiptNumber")),
    embedded!("invoice", "1", "0", Invoice, Some("invoiceNumber")),
    embedded!("remittance-advice", "1", "0", RemittanceAdvice, Some("paymentNumber")),
    embedded!("delivery-schedule", "1", "0", DeliverySchedule, Some("scheduleNumber")),
    embedded!("inventory-report", "1", "0", InventoryReport, Some("reportNumber")),
    embedded!("application-advice", "1", "0", ApplicationAdvice, Some("adviceNumber")),
    embedded!("acknowledgement", "1", "0", Acknowledgement, None),
    embedded!("raw", "1", "0", Raw, None),
];

/// Constants, in effect: read once from text that is part of the program.
static DOCUMENT_TYPES: LazyLock<Vec<DocumentType>> = LazyLock::new(|| EMBEDDED.iter().map(read).collect());

/// # Panics
/// When the embedded file is no schema of ours; a test reads every one of them.
fn read(embedded: &Embedded) -> DocumentType {
    let schema = parse(embedded.text);
    DocumentType {
        name: embedded.name,
        kind: embedded.kind,
        version: embedded.version,
        number: embedded.number,
        text: embedded.text,
        shape: Shape::of_schema(&schema).expect("an embedded schema has a shape: tests read every one"),
        schema: OnceLock::new(),
        generate: embedded.generate,
    }
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("an embedded schema is JSON: tests read every one")
}

impl DocumentType {
    /// The published schema. It is large, and read when first asked for.
    pub fn schema(&self) -> &Value {
        self.schema.get_or_init(|| parse(self.text))
    }

    /// What the document is, in a line.
    pub fn description(&self) -> &str {
        self.schema().get("description").and_then(Value::as_str).unwrap_or_default()
    }

    /// The schema as the Rust types of today make it. What is published stands in `schemas/`; a test compares the two.
    pub fn generate(&self) -> Value {
        (self.generate)(self.kind, self.version)
    }
}

/// Every document type this build knows.
pub fn document_types() -> &'static [DocumentType] {
    &DOCUMENT_TYPES
}

/// The document type that a mapping file names, such as `order@1`.
pub fn document_type(name: &str) -> Option<&'static DocumentType> {
    document_types().iter().find(|known| known.name == name)
}

/// The document type whose schema is asked for by major or by version: `order@1` or `order/1.0`.
pub fn document_type_at(name: &str) -> Option<&'static DocumentType> {
    let is_version = |known: &&DocumentType| name.split_once('/') == Some((known.kind, known.version));
    document_type(name).or_else(|| document_types().iter().find(is_version))
}

/// The published schema of a document type, such as `order@1`.
pub fn schema(name: &str) -> Option<&'static Value> {
    document_type(name).map(DocumentType::schema)
}

/// The shape of a document type, such as `order@1`.
pub fn shape(name: &str) -> Option<&'static Shape> {
    document_type(name).map(|known| &known.shape)
}

/// The URI of a schema version: `urn:edigate:schema:order:1.0` with the base `urn:edigate:schema:`.
pub fn schema_uri(base: &str, kind: &str, version: &str) -> String {
    let separator = if base.starts_with("urn:") { ":" } else { "/" };
    format!("{base}{kind}{separator}{version}")
}
