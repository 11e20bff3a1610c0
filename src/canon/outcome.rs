//! What became of a document at the other side, and what was wrong with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::Date;

/// What became of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// It was taken.
    Accepted,
    /// It was taken, and something is wrong with it.
    AcceptedWithErrors,
    /// A part of it was taken.
    PartiallyAccepted,
    /// It was not taken.
    Rejected,
    /// Something else; `outcomeCode` has the wire's code.
    Other,
}

/// Something that is wrong with a document, as the other side says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedError {
    /// What is wrong, as the wire's code.
    #[schemars(extend("x-x12" = "AK304, AK403, AK502, AK905, TED01, TA105", "x-edifact" = "0085, ERC 9321"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// What is wrong, in words.
    #[schemars(extend("x-x12" = "TED02, NTE02", "x-edifact" = "FTX 4440"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What it is wrong with, as the other side names it.
    #[schemars(extend("x-x12" = "TED06, AK402", "x-edifact" = "FTX"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The line it is in.
    #[schemars(extend("x-edifact" = "RFF+LI"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Tag of the segment.
    #[schemars(extend("x-x12" = "AK301, TED03", "x-edifact" = "UCS"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Position of the segment in its transaction set, ST or UNH being 1.
    #[schemars(range(min = 0), extend("x-x12" = "AK302, TED04", "x-edifact" = "0096"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_position: Option<i64>,
    /// The element, as in `PO103` or `PO103-2`.
    #[schemars(extend("x-x12" = "AK401, TED05", "x-edifact" = "0098, 0104"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<String>,
    /// The value that is wrong.
    #[schemars(extend("x-x12" = "AK404, TED07"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The numbers a message had on its envelopes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ControlNumbers {
    /// ISA13 or UNB 0020.
    #[schemars(extend("x-x12" = "TA101", "x-edifact" = "UCI 0020"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interchange: Option<String>,
    /// GS06 or UNG 0048.
    #[schemars(extend("x-x12" = "AK102, OTI08", "x-edifact" = "UCF 0048"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// ST02 or UNH 0062.
    #[schemars(extend("x-x12" = "AK202, OTI09", "x-edifact" = "UCM 0062"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
}

/// The document that is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubjectDocument {
    /// Our id of it, where the gateway knows it: its `meta.documentId`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_id: Option<String>,
    /// What it is, as `meta.documentType` says; of one that we do not know, the wire's transaction set.
    #[schemars(extend("x-x12" = "AK201, OTI10", "x-edifact" = "UCM S009 0065, DOC 1001"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_type: Option<String>,
    /// Its business number.
    #[schemars(extend("x-ubl" = "DocumentReference/ID", "x-x12" = "OTI03", "x-edifact" = "RFF 1154"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The day it was issued.
    #[schemars(extend("x-ubl" = "DocumentReference/IssueDate", "x-x12" = "OTI06", "x-edifact" = "DTM+171"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// The numbers on its envelopes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub control_numbers: Option<ControlNumbers>,
    /// Message-ID of the AS2 message that carried it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
}
