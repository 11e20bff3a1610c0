//! AsyncAPI 3.0 with AMQP bindings 0.3.0.

use serde_json::{Map, Value, json};

use super::Names;
use crate::canon::{self, DocumentType};
use crate::exchange::{EventName, Verb};

/// The contract as an AsyncAPI document; `version` is the gateway's.
pub fn asyncapi(names: &Names, version: &str) -> Value {
    let mut messages = Map::new();
    let mut schemas = Map::new();
    for known in canon::document_types() {
        schemas.insert(known.kind.to_owned(), known.schema().clone());
        messages.insert(format!("{}.received", known.kind), document(known));
        messages.insert(format!("send.{}", known.kind), command(known));
    }
    let event: Value = serde_json::from_str(canon::event::SCHEMA).unwrap_or_default();
    schemas.insert("event".to_owned(), event);
    for name in EventName::ALL {
        messages.insert(name.as_str().to_owned(), self::event(name));
    }
    for verb in [Verb::Posted, Verb::Refused, Verb::Cancel] {
        let (schema, payload) = about_document(verb);
        schemas.insert(schema.to_owned(), payload);
        messages
            .insert(verb.as_str().to_owned(), message(verb.as_str(), schema, "the ERP's word on a document", false));
    }
    let received = |known: &DocumentType| format!("{}.received", known.kind);
    let documents: Vec<String> = canon::document_types().iter().map(received).collect();
    let events: Vec<String> = EventName::ALL.map(|name| name.as_str().to_owned()).to_vec();
    let sent = canon::document_types().iter().map(|known| format!("send.{}", known.kind));
    let commands: Vec<String> =
        sent.chain([Verb::Posted, Verb::Refused, Verb::Cancel].map(|verb| verb.as_str().to_owned())).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "edigate, ERP side",
            "version": version,
            "description": "Canonical documents and events out, commands in: CloudEvents 1.0 in binary mode over AMQP 0-9-1.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "documents": channel(&names.documents, "{documentType}.v{major}.{partner}.{site}", "Documents of partners that are meant.", &documents),
            "documentsTest": channel(&names.test, "{documentType}.v{major}.{partner}.{site}", "Documents of partners that are tried.", &documents),
            "events": channel(&names.events, "{category}.{event}.{documentType}.{partner}", "What happened.", &events),
            "commands": channel(&names.commands, "{verb}.{documentType}.v{major}.{partner}", "What the ERP asks for.", &commands),
        },
        "operations": {
            "receiveDocuments": operation("receive", "documents"),
            "receiveTestDocuments": operation("receive", "documentsTest"),
            "receiveEvents": operation("receive", "events"),
            "sendCommands": operation("send", "commands"),
        },
        "components": { "messages": messages, "schemas": schemas, "messageTraits": { "cloudEvent": trait_of_events() } },
    })
}

fn channel(exchange: &str, address: &str, description: &str, messages: &[String]) -> Value {
    let reference = |name: &String| (name.clone(), json!({ "$ref": format!("#/components/messages/{name}") }));
    let words = address
        .split('.')
        .filter_map(|word| word.strip_prefix("v").unwrap_or(word).strip_prefix('{')?.strip_suffix('}'));
    let parameters: Map<String, Value> =
        words.map(|word| (word.to_owned(), json!({ "description": parameter(word) }))).collect();
    json!({
        "address": address,
        "description": description,
        "messages": messages.iter().map(reference).collect::<Map<String, Value>>(),
        "parameters": parameters,
        "bindings": { "amqp": {
            "is": "routingKey",
            "exchange": { "name": exchange, "type": "topic", "durable": true, "autoDelete": false, "vhost": "/" },
            "bindingVersion": "0.3.0",
        }},
    })
}

fn parameter(word: &str) -> &'static str {
    match word {
        "documentType" => "Type of the document, such as order; a dash where there is none.",
        "major" => "Major version of the document's schema.",
        "partner" => "The partner's id: the name of its folder; a dash where there is none.",
        "site" => "Our id of the plant the document is for; a dash when it is not known.",
        "category" => "Category of the event: document, ack, command.",
        "event" => "The event's word, such as delivered.",
        "verb" => "What is asked for: send, posted, refused, cancel.",
        _ => "",
    }
}

/// Seen from who writes against the contract.
fn operation(action: &str, channel: &str) -> Value {
    json!({
        "action": action,
        "channel": { "$ref": format!("#/channels/{channel}") },
        "bindings": { "amqp": { "deliveryMode": 2, "ack": action == "receive", "mandatory": action == "send", "bindingVersion": "0.3.0" }},
    })
}

fn document(known: &DocumentType) -> Value {
    let mut message = message(&format!("{}.received", known.kind), known.kind, known.description(), true);
    if let Some(members) = message.as_object_mut() {
        members.insert("x-cloudevents-type".to_owned(), json!(format!("dev.edigate.{}.received.v1", known.kind)));
    }
    message
}

fn command(known: &DocumentType) -> Value {
    message(&format!("send.{}", known.kind), known.kind, known.description(), false)
}

fn event(name: EventName) -> Value {
    let mut message = message(name.as_str(), "event", name.description(), true);
    if let Some(members) = message.as_object_mut() {
        members.insert("x-cloudevents-type".to_owned(), json!(format!("dev.edigate.{}.v1", name.as_str())));
        members.insert("x-final".to_owned(), json!(name.is_final()));
    }
    message
}

fn message(name: &str, schema: &str, summary: &str, is_cloud_event: bool) -> Value {
    let mut message = json!({
        "name": name,
        "summary": summary,
        "contentType": "application/json",
        "payload": {
            "schemaFormat": "application/schema+json;version=draft-2020-12",
            "schema": { "$ref": format!("#/components/schemas/{schema}") },
        },
    });
    if let Some(members) = message.as_object_mut()
        && is_cloud_event
    {
        members.insert("traits".to_owned(), json!([{ "$ref": "#/components/messageTraits/cloudEvent" }]));
    }
    message
}

/// The headers of what the gateway publishes.
fn trait_of_events() -> Value {
    let text = |description: &str| json!({ "type": "string", "description": description });
    json!({
        "headers": {
            "type": "object",
            "required": ["cloudEvents_specversion", "cloudEvents_id", "cloudEvents_source", "cloudEvents_type"],
            "properties": {
                "cloudEvents_specversion": { "const": "1.0" },
                "cloudEvents_id": text("The same for every retransmission, new for a replay; also message_id."),
                "cloudEvents_source": text("/edigate/<instance>/partners/<partner>"),
                "cloudEvents_type": text("dev.edigate.<name>.v1"),
                "cloudEvents_subject": text("<document-type>/<partner>/<number>"),
                "cloudEvents_time": { "type": "string", "format": "date-time" },
                "cloudEvents_dataschema": text("URI of the schema that the body keeps to."),
                "cloudEvents_partitionkey": text("Messages of one key come in order."),
                "cloudEvents_sequence": text("Twenty digits, growing with each message about a partner."),
                "cloudEvents_correlationid": text("The business thread; also correlation_id."),
                "cloudEvents_causationid": text("The command that caused it."),
                "cloudEvents_edipartner": text("The partner's id."),
                "cloudEvents_edidoctype": text("Type of the document."),
                "cloudEvents_edidocid": text("The document's id, kept over replays."),
                "cloudEvents_edidocnum": text("The document's business number."),
                "cloudEvents_ediusage": { "enum": ["production", "test"] },
                "cloudEvents_edireplay": { "type": "integer", "description": "How often the document was published before." },
                "cloudEvents_edicontenthash": text("SHA-256 of the document without meta: equal for the same content."),
            },
        },
    })
}

/// The name and the schema of a command about a document.
fn about_document(verb: Verb) -> (&'static str, Value) {
    let id = json!({ "type": "string", "description": "The document's id, meta.documentId." });
    let text = |description: &str| json!({ "type": "string", "description": description });
    match verb {
        Verb::Posted => (
            "posted",
            json!({ "type": "object", "required": ["documentId"], "properties": {
                "documentId": id, "erpReference": text("The ERP's own number for it."),
            }}),
        ),
        Verb::Refused => (
            "refused",
            json!({ "type": "object", "required": ["documentId", "errors"], "properties": {
                "documentId": id,
                "errors": { "type": "array", "items": { "type": "object", "properties": {
                    "code": text("A code of the ERP's."), "text": text("In words."), "path": text("The member it is about."),
                }}},
            }}),
        ),
        Verb::Cancel | Verb::Send => (
            "cancel",
            json!({ "type": "object", "required": ["documentId"], "properties": {
                "documentId": id, "reason": text("Why."),
            }}),
        ),
    }
}
