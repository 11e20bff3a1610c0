//! How a document is addressed to the ERP: routing key, properties and CloudEvents attributes of one outbox row.
//!
//! A publication is decided once, with the row that carries it, and stored as JSON beside it. Every retransmission
//! says the same words, so a consumer recognises it by its `id`. Only the sequence is not in it: the store gives it as
//! the row is committed.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::carriage::Body;
use super::record::Row;
use crate::base::{DocumentId, PartnerId, RowId, Sha256, Timestamp};
use crate::canon::Usage;

/// Which of the gateway's exchanges a publication goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Documents meant in earnest.
    Documents,
    /// Documents marked as a test, on an exchange of their own: a careless `#` binding must never post a test order.
    Test,
    /// Events about documents, partners and the gateway.
    Events,
    /// The queue of whoever asked for something and wants the answers: the routing key is its name.
    Reply,
}

impl Channel {
    /// Where documents of this usage go.
    const fn of(usage: Usage) -> Self {
        match usage {
            Usage::Production => Self::Documents,
            Usage::Test => Self::Test,
        }
    }
}

/// One event for the ERP, without its body and its sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publication {
    /// Where it goes.
    pub channel: Channel,
    /// `<document-type>.v<major>.<partner>.<site>` of a document, `<category>.<event>.<document-type>.<partner>` of an
    /// event; at most 255 bytes (AMQP 0-9-1, a short string).
    pub routing_key: String,
    /// The outbox row: `message_id` and `cloudEvents_id`. The same for every retransmission, new for a replay.
    pub id: RowId,
    /// `/edigate/<instance>/partners/<partner>`.
    pub source: String,
    /// `dev.edigate.order.received.v1`, `dev.edigate.document.delivered.v1`.
    pub kind: String,
    /// `order/<partner>/<number>`.
    pub subject: String,
    /// When it happened: when the last byte arrived.
    pub time: Timestamp,
    /// URI of the schema that the body keeps to.
    pub dataschema: String,
    /// `<partner>|order|<number>`. Publications of one key reach the broker in the order of their rows.
    pub partition_key: String,
    /// The business thread it belongs to: for an order, its own partition key.
    pub correlation_id: String,
    /// Id of the event or command that caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation_id: Option<String>,
    /// Whose document it is.
    pub partner: PartnerId,
    /// The document that is the body; none when an event is.
    #[serde(flatten)]
    pub about: Option<PublishedDocument>,
}

/// The document that a publication carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PublishedDocument {
    /// `order`.
    pub document_type: String,
    /// The document's own id, kept over replays.
    pub document_id: DocumentId,
    /// The business number, such as the order number, at most 255 bytes of it; empty when the document has none.
    pub document_number: String,
    /// Whether it is meant in earnest.
    pub usage: Usage,
    /// How often an operator has replayed the document.
    pub replay: u32,
    /// The content without `meta`: equal for the same content sent again, different for a correction.
    pub content_hash: Sha256,
}

/// The plain facts of a document that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedDocument<'a> {
    /// The row that will carry it.
    pub row: RowId,
    /// Name of this gateway's store (`instance` in edigate.toml).
    pub instance: &'a str,
    /// Whose document it is.
    pub partner: &'a PartnerId,
    /// Canonical type: `order`, `order-response`.
    pub document_type: &'a str,
    /// Major version of the canonical type.
    pub major: u32,
    /// Its id.
    pub document_id: DocumentId,
    /// Its business number; empty when it has none.
    pub document_number: &'a str,
    /// Number of the order it belongs to; for an order the same as `document_number`. `None` when there is none.
    pub order_number: Option<&'a str>,
    /// Our id of the ship-to or plant, when it is known.
    pub site: Option<&'a str>,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// URI of the schema its body keeps to.
    pub dataschema: &'a str,
    /// Whether it is meant in earnest.
    pub usage: Usage,
    /// How often it has been replayed.
    pub replay: u32,
    /// From [`content_hash`].
    pub content_hash: Sha256,
}

impl Publication {
    /// The publication of a document that a partner sent: `dev.edigate.<type>.received.v<major>`.
    pub fn received(document: &ReceivedDocument<'_>) -> Self {
        let ReceivedDocument { partner, document_type, major, .. } = *document;
        let partition_key = partition_key(
            partner,
            document_type,
            document.document_id,
            document.document_number,
            document.order_number,
        );
        Self {
            channel: Channel::of(document.usage),
            routing_key: routing_key(document_type, major, partner, document.site),
            id: document.row,
            source: format!("/edigate/{}/partners/{partner}", document.instance),
            kind: format!("dev.edigate.{document_type}.received.v{major}"),
            subject: format!("{document_type}/{partner}/{}", own_key(document.document_id, document.document_number)),
            time: document.received_at,
            dataschema: document.dataschema.to_owned(),
            correlation_id: partition_key.clone(),
            partition_key,
            causation_id: None,
            partner: partner.clone(),
            about: Some(PublishedDocument {
                document_type: document_type.to_owned(),
                document_id: document.document_id,
                document_number: cut(document.document_number).to_owned(),
                usage: document.usage,
                replay: document.replay,
                content_hash: document.content_hash,
            }),
        }
    }
}

impl Publication {
    /// The whole as one CloudEvent in JSON (CloudEvents 1.0, JSON format): its attributes, and the body as `data`, byte for
    /// byte.
    pub fn structured(&self, sequence: u64, body: Body) -> Vec<u8> {
        let mut event = Map::new();
        let mut put = |name: &str, text: String| {
            if !text.is_empty() {
                event.insert(name.to_owned(), Value::String(text));
            }
        };
        for (name, text) in self.attributes(sequence) {
            put(name, text);
        }
        put("dataref", body.dataref().unwrap_or_default().to_owned());
        put("datacontenttype", "application/json".to_owned());
        if let Some(about) = &self.about {
            event.insert("edireplay".to_owned(), Value::from(about.replay));
        }
        let mut data = body.into_json();
        if serde_json::from_slice::<serde::de::IgnoredAny>(&data).is_err() {
            data = Value::String(String::from_utf8_lossy(&data).into()).to_string().into_bytes();
        }
        let mut json = serde_json::to_vec(&event).expect("a map of texts and numbers is JSON");
        // There are always attributes, so what the last member is followed by is the end of the object.
        json.pop();
        json.extend_from_slice(b",\"data\":");
        json.append(&mut data);
        json.push(b'}');
        json
    }

    /// The attributes that are texts (CloudEvents 1.0), in order; what is not known is empty.
    pub fn attributes(&self, sequence: u64) -> Vec<(&'static str, String)> {
        let sequence = if sequence == Row::UNCOUNTED { String::new() } else { format!("{sequence:020}") };
        let mut attributes = vec![
            ("specversion", "1.0".to_owned()),
            ("id", self.id.to_string()),
            ("source", self.source.clone()),
            ("type", self.kind.clone()),
            ("subject", self.subject.clone()),
            ("time", self.time.to_string()),
            ("dataschema", self.dataschema.clone()),
            ("partitionkey", self.partition_key.clone()),
            ("sequence", sequence),
            ("correlationid", self.correlation_id.clone()),
            ("causationid", self.causation_id.clone().unwrap_or_default()),
            ("edipartner", self.partner.to_string()),
        ];
        if let Some(document) = &self.about {
            attributes.extend([
                ("edidoctype", document.document_type.clone()),
                ("edidocid", document.document_id.to_string()),
                ("edidocnum", document.document_number.clone()),
                ("ediusage", document.usage.as_str().to_owned()),
                ("edicontenthash", document.content_hash.to_string()),
            ]);
        }
        attributes
    }
}

/// Bytes of one word of a routing key. Four words and their dots stay below the 255 bytes of a short string.
const WORD_BYTES: usize = 64;

/// Bytes of a business number inside a key. Keys travel as short strings of 255 bytes.
const KEY_NUMBER_BYTES: usize = 120;

fn routing_key(document_type: &str, major: u32, partner: &PartnerId, site: Option<&str>) -> String {
    let word = routing_word;
    format!("{}.v{major}.{}.{}", word(document_type), word(partner.as_str()), word(site.unwrap_or_default()))
}

/// `text` as one word of a routing key: `[a-z0-9-]` only, every other character a `-`, and `-` when nothing is left.
pub(super) fn routing_word(text: &str) -> String {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let word: String =
        text.trim().chars().map(|c| c.to_ascii_lowercase()).map(|c| if fits(c) { c } else { '-' }).collect();
    // Only ASCII is left, so bytes are characters.
    let cut: String = word.chars().take(WORD_BYTES).collect();
    if cut.is_empty() { "-".to_owned() } else { cut }
}

/// Documents of one order share its key; a document without an order has a key of its own.
pub(super) fn partition_key(
    partner: &PartnerId,
    document_type: &str,
    id: DocumentId,
    number: &str,
    order_number: Option<&str>,
) -> String {
    match order_number.map(str::trim).filter(|number| !number.is_empty()) {
        Some(number) => format!("{partner}|order|{}", bounded(number)),
        None => format!("{partner}|{document_type}|{}", own_key(id, number)),
    }
}

/// The business number, or the document's id when it has none.
fn own_key(id: DocumentId, number: &str) -> String {
    match number.trim() {
        "" => id.to_string(),
        number => bounded(number),
    }
}

/// `number` itself, or its hash when it is too long for a key: cutting it would let two numbers run into one.
fn bounded(number: &str) -> String {
    if number.len() <= KEY_NUMBER_BYTES { number.to_owned() } else { Sha256::of(number.as_bytes()).to_string() }
}

/// Bytes of a business number that an event tells; the body has all of it. The longest in use have a few dozen, and
/// headers must fit one frame with the rest (AMQP 0-9-1, `frame-max`).
const NUMBER_BYTES: usize = 255;

fn cut(number: &str) -> &str {
    number.get(..number.floor_char_boundary(NUMBER_BYTES)).unwrap_or(number)
}

/// SHA-256 of a canonical document without its `meta` member, in the form of RFC 8785: members sorted by the UTF-16
/// units of their names, no white space. The order in which a mapping happened to write members does not count.
pub fn content_hash(document: &Value) -> Sha256 {
    let mut text = String::new();
    match document {
        Value::Object(members) => write_object(members, &["meta"], &mut text),
        other => write_canonical(other, &mut text),
    }
    Sha256::of(text.as_bytes())
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(members) => write_object(members, &[], out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        // Decimals are strings in canonical documents, so every number is an integer, written alike everywhere.
        scalar => out.push_str(&scalar.to_string()),
    }
}

fn write_object(members: &Map<String, Value>, without: &[&str], out: &mut String) {
    let mut sorted: Vec<(&String, &Value)> =
        members.iter().filter(|(name, _)| !without.contains(&name.as_str())).collect();
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    out.push('{');
    for (index, (name, value)) in sorted.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&Value::String(name.clone()).to_string());
        out.push(':');
        write_canonical(value, out);
    }
    out.push('}');
}

#[cfg(test)]
#[path = "publication/tests.rs"]
mod tests;
