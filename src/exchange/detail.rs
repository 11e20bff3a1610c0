//! The long part of an exchange's record: what an operator reads and what evidence needs, as a JSON payload.

use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::record::BlobRef;
use crate::as2::{MicCandidates, ReceiptWanted};
use crate::base::{Diagnostic, ExchangeId, Sha256, Timestamp};

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
    /// Whether it was compressed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub compressed: bool,
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
    /// The other parts of the message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// The answer as it went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<BlobRef>,
    /// Where the asynchronous receipt is to go, as the partner asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt_to: Option<String>,
    /// The exchange that this message repeats.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeats: Option<ExchangeId>,
    /// The exchange whose payload is sent once more, as a new message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resubmission_of: Option<ExchangeId>,
    /// The message that was packed, and is sent with each attempt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub packed: Option<PackedMessage>,
    /// How the attempts to deliver went, the latest ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Attempts in all.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempts_made: u32,
    /// The receipt that settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// A message of ours as it goes out, again and again the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackedMessage {
    /// When it was packed: the Date it carries.
    pub at: Timestamp,
    /// Its header lines, in order.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: BlobRef,
    /// The MICs that its receipt may show.
    pub mics: MicCandidates,
    /// The certificates that it was signed with and encrypted for.
    pub certificates: Vec<CertificateUsed>,
}

impl PackedMessage {
    /// The receipt it asks for: what it said when it was packed, not what the partner file says by now.
    pub fn receipt_wanted(&self) -> ReceiptWanted {
        match (self.header("Disposition-Notification-To"), self.header("Disposition-Notification-Options")) {
            (None, _) => ReceiptWanted::None,
            (Some(_), None) => ReceiptWanted::Unsigned,
            (Some(_), Some(_)) => ReceiptWanted::Signed,
        }
    }

    /// The value of one of its header lines.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// A certificate as it was when it was used: evidence outlives the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CertificateUsed {
    /// What it was used for.
    pub role: CertificateRole,
    /// SHA-256 of its DER form.
    pub fingerprint: Sha256,
    /// The certificate in PEM.
    pub certificate: BlobRef,
}

/// What a certificate was used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateRole {
    /// We signed with it.
    Signed,
    /// We encrypted for it.
    EncryptedFor,
    /// The partner's signature verified under it.
    Verified,
}

/// One attempt to hand something to a partner's server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The status it was answered with, where there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How it went, in words for an operator.
    pub outcome: String,
}

/// The receipt that settled a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettledBy {
    /// When it arrived.
    pub at: Timestamp,
    /// Its head and body as they came.
    pub receipt: BlobRef,
    /// Its disposition.
    pub disposition: String,
    /// The MIC it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mic: Option<String>,
    /// The certificate its signature verified under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateUsed>,
    /// How its MIC was made, where that is not as RFC 4130 has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deviation: Option<String>,
    /// Its sentence for people, cut.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub text: String,
}

/// Attempts that a detail tells one by one: a schedule's beginning matters less than its end.
const ATTEMPTS: usize = 20;

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Detail {
    /// The payload's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a detail holds only strings, numbers and lists")
    }

    /// Writes an attempt down.
    pub fn note_attempt(&mut self, attempt: Attempt) {
        note_attempt(&mut self.attempts, attempt);
        self.attempts_made = self.attempts_made.saturating_add(1);
    }

    /// Every payload that it names.
    pub fn references(&self) -> Vec<BlobRef> {
        let packed = self
            .packed
            .iter()
            .flat_map(|packed| packed.certificates.iter().map(|used| used.certificate).chain([packed.body]));
        let settled = self
            .settled_by
            .iter()
            .flat_map(|by| by.certificate.iter().map(|used| used.certificate).chain([by.receipt]));
        let attached = self.attachments.iter().map(|attachment| attachment.content);
        let own = [self.raw, self.payload, self.answer].into_iter().flatten();
        own.chain(attached).chain(packed).chain(settled).collect()
    }

    /// Reads what [`Detail::to_json`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a payload.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// Adds an attempt to a list that keeps the latest.
pub(super) fn note_attempt(attempts: &mut Vec<Attempt>, attempt: Attempt) {
    if attempts.len() >= ATTEMPTS {
        attempts.remove(0);
    }
    attempts.push(attempt);
}
