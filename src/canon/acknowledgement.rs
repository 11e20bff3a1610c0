//! `acknowledgement@1`: what a partner's gateway says of a message of ours. MDN, X12 TA1, 997 and 999, EDIFACT CONTRL.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::meta::Meta;
use super::outcome::{Outcome, ReportedError, SubjectDocument};
use super::text::Instant;

/// What a partner's gateway says of a message of ours, in one form for MDN, TA1, 997, 999 and CONTRL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-x12" = "TA1, 997, 999", "x-edifact" = "CONTRL"))]
pub struct Acknowledgement {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// How deep the partner has looked.
    pub kind: Kind,
    /// What became of the message.
    #[schemars(extend("x-x12" = "TA104, AK501, AK901", "x-edifact" = "0083"))]
    pub outcome: Outcome,
    /// The wire's code of an outcome that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome_code: Option<String>,
    /// The message it is about.
    pub acknowledges: SubjectDocument,
    /// When the partner says so, where it says when.
    #[schemars(extend("x-x12" = "TA102, TA103", "x-edifact" = "UNB S004"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledged_at: Option<Instant>,
    /// How many transaction sets came and were taken, where a functional group is acknowledged.
    #[schemars(extend("x-x12" = "AK9"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// What is wrong.
    #[schemars(extend("x-x12" = "AK3, AK4, AK5", "x-edifact" = "UCS, UCD"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ReportedError>,
    /// What the partner says in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}

/// How deep a partner has looked before it acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// It has the bytes, and their signature is right: MDN.
    Receipt,
    /// It could read the envelopes: TA1, CONTRL.
    Interchange,
    /// It could read the content by its guide: 997, 999, CONTRL.
    Functional,
}

/// Transaction sets of a functional group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// How many our trailer said there are.
    #[schemars(range(min = 0), extend("x-x12" = "AK902"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub included: Option<i64>,
    /// How many came.
    #[schemars(range(min = 0), extend("x-x12" = "AK903"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<i64>,
    /// How many were taken.
    #[schemars(range(min = 0), extend("x-x12" = "AK904"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<i64>,
}
