//! `meta`: what the gateway knows about a document, the same member in every document type.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::base::{Diagnostic, DocumentId, PartnerId, Severity, Timestamp};

/// What the gateway knows about a document: where it came from, how it was read, and what could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// Id of the document (ULID); kept over replays.
    #[schemars(with = "String", regex(pattern = "^[0-9A-HJKMNP-TV-Z]{26}$"))]
    pub document_id: DocumentId,
    /// Type of the document, such as `order`.
    #[schemars(length(min = 1))]
    pub document_type: String,
    /// Version of the schema the document follows.
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+$"))]
    pub schema_version: String,
    /// Which way the document goes, seen from us.
    pub direction: Direction,
    /// The partner's id: the name of its folder.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9-]{1,64}$"))]
    pub partner: PartnerId,
    /// Whether this is business or a test.
    pub usage: Usage,
    /// The message on the wire.
    pub source: Source,
    /// The mapping that read or writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<MappingUsed>,
    /// When the gateway received it from the partner.
    #[schemars(with = "Option<super::text::Instant>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_at: Option<Timestamp>,
    /// When the gateway accepted it from the ERP.
    #[schemars(with = "Option<super::text::Instant>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted_at: Option<Timestamp>,
    /// Set when the document was published again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
    /// Members the wire did not carry, and where their values are from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<Derived>,
    /// What was taken for granted, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// What was noticed while the document was read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// What stood on the wire and has no member here; capped.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unmapped: Vec<Unmapped>,
}

/// Which way a document goes, seen from us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Direction {
    /// From the partner to the ERP.
    Inbound,
    /// From the ERP to the partner.
    Outbound,
}

/// Whether a document is business or a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Usage {
    /// Business.
    Production,
    /// A test; it never reaches the production exchange.
    Test,
}

impl Usage {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Test => "test",
        }
    }
}

/// The message on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// `X12` or `EDIFACT`.
    pub standard: String,
    /// Release, such as `004010` or `D.96A`.
    pub version: String,
    /// Transaction set or message type, such as `850` or `ORDERS`.
    pub transaction_set: String,
    /// ISA13 or UNB 0020.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interchange_control_number: Option<String>,
    /// GS06 or UNG 0048.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_control_number: Option<String>,
    /// ST02 or UNH 0062.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction_control_number: Option<String>,
    /// The sender's id in the envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sender: Option<String>,
    /// The receiver's id in the envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receiver: Option<String>,
    /// Name of the file as the partner sent it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Message-ID of the AS2 message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as2_message_id: Option<String>,
}

/// The mapping that read or writes a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MappingUsed {
    /// Its file.
    pub file: String,
    /// The file's own version, if it states one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// SHA-256 over the file and all it extends.
    pub sha256: String,
}

/// Which repetition of a publication this is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// How many times the document was published before.
    pub count: u32,
    /// Id of the first event that carried it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Why it was published again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A member the wire did not carry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Derived {
    /// Path of the member; `[*]` stands for items of an array, of which some or all may have been filled.
    pub path: String,
    /// Where its value is from: a rule of the mapping, the partner's parties, the agreement.
    pub from: String,
}

/// What was noticed while a document was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How much it weighs.
    #[schemars(with = "FindingSeverity")]
    pub severity: Severity,
    /// A word that never changes, such as `code-unlisted`.
    pub code: String,
    /// What was noticed.
    pub message: String,
    /// Path of the member it concerns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The place on the wire, such as `PO103`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Position of the segment in its transaction set, ST or UNH being 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub segment_position: Option<u64>,
    /// File and line of the rule that noticed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// What was expected there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The next step to take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

#[derive(JsonSchema)]
#[serde(rename_all = "lowercase")]
#[expect(dead_code, reason = "only its schema is used: Severity belongs to base, which knows no schemas")]
enum FindingSeverity {
    /// Worth knowing.
    Info,
    /// It works, but somebody should look.
    Warning,
    /// It does not work.
    Error,
}

impl From<&Diagnostic> for Finding {
    fn from(diagnostic: &Diagnostic) -> Self {
        let at = &diagnostic.location;
        let place = at.segment.as_ref().map(|segment| {
            let element = at.element.map(|element| format!("{element:02}")).unwrap_or_default();
            let component = at.component.map(|component| format!("-{component}")).unwrap_or_default();
            format!("{segment}{element}{component}")
        });
        let rule = at.file.as_ref().map(|file| match at.line {
            Some(line) => format!("{file}:{line}"),
            None => file.clone(),
        });
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code.to_string(),
            message: diagnostic.message.clone(),
            path: at.member.clone(),
            place,
            segment_position: at.segment_position,
            rule,
            expected: diagnostic.expected.clone(),
            hint: diagnostic.hint.clone(),
        }
    }
}

/// An element that stood on the wire and that no rule of the mapping used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Unmapped {
    /// Its place, loops first: `PO1/REF02`.
    pub path: String,
    /// Position of the segment in its transaction set, ST or UNH being 1.
    pub segment_position: u64,
    /// Its value, cut if very long.
    pub value: String,
}

/// The whole document: `meta` first, then the business members in their order. A `business` value that is no object is
/// left out.
pub fn assemble(meta: &Meta, business: Value) -> Value {
    let mut document = Map::new();
    document.insert("meta".to_owned(), serde_json::to_value(meta).unwrap_or_default());
    if let Value::Object(members) = business {
        document.extend(members);
    }
    Value::Object(document)
}
