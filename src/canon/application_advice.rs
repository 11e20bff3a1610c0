//! `application-advice@1`: what an application says of a document. X12 824, EDIFACT APERAK.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::meta::Meta;
use super::outcome::{Outcome, ReportedError, SubjectDocument};
use super::party::{Parties, Party};
use super::reference::{Note, OrderReference, Purpose, References};
use super::text::{Date, Instant};

/// What an application says of a document: that it took it, or what is wrong with its content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(extend("x-ubl" = "ApplicationResponse", "x-x12" = "824", "x-edifact" = "APERAK"))]
pub struct ApplicationAdvice {
    /// What the gateway knows about this document. Always there in what it publishes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    /// The sender's number for the advice.
    #[schemars(extend("x-ubl" = "ID", "x-x12" = "BGN02", "x-edifact" = "BGM 1004"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice_number: Option<String>,
    /// The day the advice was issued.
    #[schemars(extend("x-ubl" = "IssueDate", "x-x12" = "BGN03", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice_date: Option<Date>,
    /// The same with its time of day, where the wire says one.
    #[schemars(extend("x-ubl" = "IssueDate, IssueTime", "x-x12" = "BGN03, BGN04", "x-edifact" = "DTM+137"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_at: Option<Instant>,
    /// What this message does to the advice.
    #[schemars(extend("x-x12" = "BGN01", "x-edifact" = "BGM 1225"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The wire's code of a purpose that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose_code: Option<String>,
    /// The document it is about.
    #[schemars(extend("x-ubl" = "DocumentResponse/DocumentReference", "x-x12" = "OTI", "x-edifact" = "RFF"))]
    pub about: SubjectDocument,
    /// What became of the document.
    #[schemars(extend("x-ubl" = "DocumentResponse/Response/ResponseCode", "x-x12" = "OTI01", "x-edifact" = "BGM 1001, 4343"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// The wire's code of an outcome that is `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome_code: Option<String>,
    /// The order, where one is named.
    #[schemars(extend("x-ubl" = "OrderReference", "x-x12" = "REF02 (REF01=PO)", "x-edifact" = "RFF+ON"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_reference: Option<OrderReference>,
    /// Who says so.
    #[schemars(extend("x-ubl" = "SenderParty", "x-x12" = "N1*FR", "x-edifact" = "NAD+MS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<Party>,
    /// Who is told.
    #[schemars(extend("x-ubl" = "ReceiverParty", "x-x12" = "N1*TO", "x-edifact" = "NAD+MR"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<Party>,
    /// Who takes part.
    #[serde(flatten)]
    pub parties: Parties,
    /// Other papers that belong to it.
    #[schemars(extend("x-ubl" = "AdditionalDocumentReference", "x-x12" = "REF", "x-edifact" = "RFF"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub references: Option<References>,
    /// What is wrong.
    #[schemars(extend("x-ubl" = "LineResponse/Response/Status", "x-x12" = "TED", "x-edifact" = "ERC, FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ReportedError>,
    /// Notes on the whole advice.
    #[schemars(extend("x-ubl" = "Note", "x-x12" = "NTE02", "x-edifact" = "FTX"))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Values only this partner has. Keys are `x-<owner>-<name>`.
    #[schemars(schema_with = "super::generate::extensions")]
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extensions: Map<String, Value>,
}
