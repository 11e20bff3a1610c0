//! The attributes of an event, as headers in binary mode and as members in structured mode.

use serde_json::{Map, Value, json};

use super::Contract;
use crate::exchange::ContentMode;

/// Attributes that every event has (CloudEvents 1.0).
const REQUIRED: [&str; 4] = ["specversion", "id", "source", "type"];

/// What all messages of the gateway have in common.
pub(super) fn message_trait(contract: &Contract) -> Value {
    match contract.content_mode {
        ContentMode::Structured => json!({ "contentType": "application/cloudevents+json" }),
        ContentMode::Binary => {
            let named = |name: &str| format!("cloudEvents_{name}");
            let properties: Map<String, Value> =
                attributes(contract).into_iter().map(|(name, schema)| (named(name), schema)).collect();
            let required = REQUIRED.map(named);
            json!({ "headers": { "type": "object", "required": required, "properties": properties } })
        }
    }
}

/// An event in JSON, whatever its data is.
pub(super) fn schema(contract: &Contract) -> Value {
    let mut properties: Map<String, Value> =
        attributes(contract).into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect();
    properties.insert("datacontenttype".to_owned(), json!({ "const": "application/json" }));
    let mut required = REQUIRED.to_vec();
    required.extend(["datacontenttype", "data"]);
    json!({ "type": "object", "required": required, "properties": properties })
}

/// An event in JSON with data of this schema.
pub(super) fn with_data(data: Value) -> Value {
    json!({ "allOf": [reference("cloudEvent"), { "properties": { "data": data } }] })
}

/// A schema by name.
pub(super) fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}

fn attributes(contract: &Contract) -> Vec<(&'static str, Value)> {
    let text = |description: &str| json!({ "type": "string", "description": description });
    let mut attributes = vec![
        ("specversion", json!({ "const": "1.0" })),
        ("id", text("The same for every retransmission, new for a replay; also message_id.")),
        ("source", text("/edigate/<instance>/partners/<partner>")),
        ("type", text("dev.edigate.<name>.v1")),
        ("subject", text("<document-type>/<partner>/<number>")),
        ("time", json!({ "type": "string", "format": "date-time" })),
        ("dataschema", text("URI of the schema that the document or event keeps to.")),
        ("partitionkey", text("Messages of one key come in order.")),
        (
            "sequence",
            text(
                "Twenty digits. Documents and events about a partner are each counted without gaps, in the order in which they were written down, which is not that in which they come. Not in answers to reply_to.",
            ),
        ),
        ("correlationid", text("The business thread; also correlation_id.")),
        ("causationid", text("The command that caused it.")),
        ("edipartner", text("The partner's id.")),
        ("edidoctype", text("Type of the document.")),
        ("edidocid", text("The document's id, kept over replays.")),
        ("edidocnum", text("The document's business number.")),
        ("ediusage", json!({ "enum": ["production", "test"] })),
        ("edireplay", json!({ "type": "integer", "description": "How often the document was published before." })),
        ("edicontenthash", text("SHA-256 of the document without meta: equal for the same content.")),
    ];
    if contract.claim_check.is_some() {
        let description = "Where the document is fetched that does not go along: then, and only then, it is there.";
        attributes.push(("dataref", json!({ "type": "string", "format": "uri", "description": description })));
    }
    attributes
}
