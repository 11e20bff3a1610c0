//! `event@1`: what happened to a document or in an exchange with a partner, as the ERP is told. The body of everything
//! on the exchange of events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::meta::{Direction, Finding, Usage};
use super::outcome::{ControlNumbers, ReportedError};
use crate::base::{DocumentId, ExchangeId, PartnerId, Timestamp};

/// What happened, with enough to act by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// What happened, such as `document.delivered`: the event's type without `dev.edigate.` and version.
    pub event: String,
    /// The same in a sentence for people.
    pub text: String,
    /// When.
    #[schemars(with = "super::text::Instant")]
    pub at: Timestamp,
    /// Whose document it is: the partner's id.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<PartnerId>,
    /// Whether nothing more is told of what the ERP asked for, unless a person has it tried again.
    #[serde(rename = "final", default, skip_serializing_if = "std::ops::Not::not")]
    pub is_final: bool,
    /// The document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<EventDocument>,
    /// What the ERP had asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<EventCommand>,
    /// The message it is on the wire, and its numbers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<EventMessage>,
    /// By which document the partner acknowledged: `TA1`, `997`, `999`, `CONTRL`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged_by: Option<String>,
    /// What is wrong, as the partner says, traced back to the rule that wrote it and to the member it is from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TracedError>,
    /// What is wrong, as the gateway finds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// The document that this one repeats.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<DocumentId>,
    /// Why somebody did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The document that something happened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventDocument {
    /// Its id, kept over replays.
    #[schemars(with = "String", regex(pattern = "^[0-9A-HJKMNP-TV-Z]{26}$"))]
    pub document_id: DocumentId,
    /// Its type, such as `order`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its business number, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The order it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// Which way it goes, seen from us.
    pub direction: Direction,
    /// Whether it is business or a test.
    pub usage: Usage,
    /// How far it has come.
    pub stage: String,
}

/// What the ERP had asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventCommand {
    /// The command's id: its `message_id`, or what else it was recognised by.
    pub id: String,
    /// Its verb: `send`, `posted`, `refused`, `cancel`.
    pub verb: String,
}

/// The message that a document is on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventMessage {
    /// `X12` or `EDIFACT`.
    pub standard: String,
    /// Release, such as `004010` or `D.96A`.
    pub version: String,
    /// Transaction set or message type, such as `850` or `ORDERS`.
    pub transaction_set: String,
    /// The numbers on its envelopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub control_numbers: Option<ControlNumbers>,
    /// The exchange that carries it.
    #[schemars(with = "Option<String>")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exchange_id: Option<ExchangeId>,
    /// Message-ID of the AS2 message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}

/// An error that a partner reports, and where it is from on our side.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TracedError {
    /// The error as it was reported.
    #[serde(flatten)]
    pub reported: ReportedError,
    /// The member of the canonical document whose value it is about: `lines[1].price.amount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// File and line of the rule that wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// The schema of version 1.0, as it is published.
pub const SCHEMA: &str = include_str!("../../schemas/event/1.0.json");

/// The schema as the Rust types of today make it; a test compares the two.
pub fn generate() -> serde_json::Value {
    super::generate::generate::<Event>("event", "1.0")
}
