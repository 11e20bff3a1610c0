//! AsyncAPI 3.0 with AMQP bindings 0.3.0.

use serde_json::{Map, Value, json};

use super::{Contract, cloud_event};
use crate::canon::verdict::command_schemas;
use crate::canon::{self, DocumentType};
use crate::exchange::{ContentMode, EventName};

/// The contract as an AsyncAPI document; `version` is the gateway's.
pub fn asyncapi(contract: &Contract, version: &str) -> Value {
    let names = &contract.names;
    let mut messages = Map::new();
    let mut schemas = Map::new();
    for known in canon::document_types() {
        schemas.insert(known.kind.to_owned(), known.schema().clone());
        messages.insert(format!("{}.received", known.kind), document(contract, known));
        messages.insert(format!("send.{}", known.kind), command(known));
    }
    let schema = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    schemas.insert("event".to_owned(), schema(canon::event::SCHEMA));
    if contract.claim_check.is_some() {
        schemas.insert("claim".to_owned(), schema(canon::claim::SCHEMA));
    }
    if contract.content_mode == ContentMode::Structured {
        schemas.insert("cloudEvent".to_owned(), cloud_event::schema(contract));
    }
    for name in EventName::ALL {
        messages.insert(name.as_str().to_owned(), self::event(contract, name));
    }
    for known in command_schemas() {
        schemas.insert(known.verb.to_owned(), schema(known.text));
        let payload = cloud_event::reference(known.verb);
        messages.insert(known.verb.to_owned(), message(known.verb, &payload, "the ERP's word on a document").into());
    }
    let received = |known: &DocumentType| format!("{}.received", known.kind);
    let documents: Vec<String> = canon::document_types().iter().map(received).collect();
    let events: Vec<String> = EventName::ALL.map(|name| name.as_str().to_owned()).to_vec();
    let sent = canon::document_types().iter().map(|known| format!("send.{}", known.kind));
    let commands: Vec<String> = sent.chain(command_schemas().iter().map(|known| known.verb.to_owned())).collect();
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "edigate, ERP side",
            "version": version,
            "description": description(contract),
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
        "components": { "messages": messages, "schemas": schemas, "messageTraits": { "cloudEvent": cloud_event::message_trait(contract) } },
    })
}

fn description(contract: &Contract) -> String {
    let mode = match contract.content_mode {
        ContentMode::Binary => "binary",
        ContentMode::Structured => "structured",
    };
    let mut text = format!(
        "Canonical documents and events out, commands in: CloudEvents 1.0 in {mode} mode over AMQP 0-9-1. \
         Commands are plain JSON."
    );
    if let Some(claim_check) = &contract.claim_check {
        text.push_str(&format!(
            " A document of more than {} bytes does not go along: dataref is the URL at which it is fetched, by GET and \
             with the listener's bearer token or a client certificate; the body then says the same (schema claim).",
            claim_check.above
        ));
    }
    text
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

fn document(contract: &Contract, known: &DocumentType) -> Value {
    let data = match contract.claim_check {
        None => cloud_event::reference(known.kind),
        Some(_) => json!({ "oneOf": [cloud_event::reference(known.kind), cloud_event::reference("claim")] }),
    };
    let name = format!("{}.received", known.kind);
    let mut message = published(contract, &name, data, known.description());
    message.insert("x-cloudevents-type".to_owned(), json!(format!("dev.edigate.{name}.v1")));
    message.into()
}

fn command(known: &DocumentType) -> Value {
    message(&format!("send.{}", known.kind), &cloud_event::reference(known.kind), known.description()).into()
}

fn event(contract: &Contract, name: EventName) -> Value {
    let mut message = published(contract, name.as_str(), cloud_event::reference("event"), name.description());
    message.insert("x-cloudevents-type".to_owned(), json!(format!("dev.edigate.{}.v1", name.as_str())));
    message.insert("x-final".to_owned(), json!(name.is_final()));
    message.into()
}

/// What the gateway publishes: an event with `data`.
fn published(contract: &Contract, name: &str, data: Value, summary: &str) -> Map<String, Value> {
    let (payload, content_type) = match contract.content_mode {
        ContentMode::Binary => (data, "application/json"),
        ContentMode::Structured => (cloud_event::with_data(data), "application/cloudevents+json"),
    };
    let mut message = message(name, &payload, summary);
    message.insert("contentType".to_owned(), json!(content_type));
    message.insert("traits".to_owned(), json!([{ "$ref": "#/components/messageTraits/cloudEvent" }]));
    message
}

fn message(name: &str, payload: &Value, summary: &str) -> Map<String, Value> {
    let format = "application/schema+json;version=draft-2020-12";
    Map::from_iter([
        ("name".to_owned(), json!(name)),
        ("summary".to_owned(), json!(summary)),
        ("contentType".to_owned(), json!("application/json")),
        ("payload".to_owned(), json!({ "schemaFormat": format, "schema": payload })),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::ClaimCheck;
    use crate::exchange::contract::Names;

    #[test]
    fn the_mode_and_the_claim_check_are_in_what_is_printed() {
        let check = |content_mode: ContentMode, above: Option<u64>, payload: Value, header: Option<&str>| {
            let [documents, test, events, commands] = ["d", "t", "e", "c"].map(str::to_owned);
            let url = "https://edigate.example/v1/documents/".to_owned();
            let claim_check = above.map(|above| ClaimCheck { above, url });
            let names = Names { documents, test, events, commands };
            let printed = asyncapi(&Contract { names, content_mode, claim_check }, "1");
            let message = &printed["components"]["messages"]["order.received"];
            assert_eq!(message["payload"]["schema"], payload);
            let headers = &printed["components"]["messageTraits"]["cloudEvent"]["headers"]["properties"];
            assert_eq!(headers.get("cloudEvents_dataref").and_then(|header| header["format"].as_str()), header);
            for name in ["claim", "cloudEvent"] {
                let is_named = payload.to_string().contains(&format!("schemas/{name}\""));
                assert_eq!(printed["components"]["schemas"].get(name).is_some(), is_named, "{name}");
            }
            let event = &printed["components"]["messages"]["document.sent"]["payload"]["schema"];
            assert!(!event.to_string().contains("claim"), "events always go along: {event}");
            assert_eq!(printed["components"]["messages"]["send.order"]["contentType"], "application/json");
            let description = printed["info"]["description"].as_str().unwrap();
            let mode = if content_mode == ContentMode::Binary { "in binary mode" } else { "in structured mode" };
            assert!(description.contains(mode), "{description}");
            let bound = above.map(|above| format!("more than {above} bytes"));
            assert!(bound.is_none_or(|bound| description.contains(&bound)), "{description}");
            assert_eq!(description.contains("dataref"), above.is_some(), "{description}");
        };
        let (order, claim) = (cloud_event::reference("order"), cloud_event::reference("claim"));
        let either = json!({ "oneOf": [order, claim] });
        check(ContentMode::Binary, None, order.clone(), None);
        check(ContentMode::Binary, Some(1 << 20), either.clone(), Some("uri"));
        check(ContentMode::Structured, None, cloud_event::with_data(order), None);
        check(ContentMode::Structured, Some(5), cloud_event::with_data(either), None);
    }
}
