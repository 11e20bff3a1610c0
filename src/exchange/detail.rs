//! The long part of an exchange's record: what an operator reads and what evidence needs, as a JSON payload.

use serde::{Deserialize, Serialize};

use super::record::BlobRef;
use crate::base::{Diagnostic, Sha256};

/// Everything about an AS2 message that is not needed to find it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Detail {
    /// AS2-From, unquoted.
    pub as2_from: String,
    /// AS2-To, unquoted.
    pub as2_to: String,
    /// Message-ID as received, brackets included.
    pub message_id: String,
    /// Subject, when there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Name of the payload, when the partner gave one. Data only: it is never used as a path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// Content type of the payload as the partner said it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// The peer's address.
    pub remote: String,
    /// The receipt asked for: `signed`, `unsigned`, `none`.
    pub receipt: String,
    /// The disposition that the receipt carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disposition: Option<String>,
    /// How the content was encrypted, when it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption: Option<String>,
    /// The digest of the signature, when there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// SHA-256 of the certificate that the signature was verified with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signer: Option<Sha256>,
    /// The message integrity check as it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mic: Option<String>,
    /// The message as it came: head and body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw: Option<BlobRef>,
    /// The business content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payload: Option<BlobRef>,
    /// The answer as it went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<BlobRef>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

impl Detail {
    /// The payload's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a detail holds only strings, numbers and lists")
    }

    /// Reads what [`Detail::to_json`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a payload.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}
