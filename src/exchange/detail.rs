//! The long part of an exchange's record: what an operator reads and what evidence needs, as a JSON payload.

use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::change::Payload;
use super::record::{BlobRef, DedupKey};
use super::sent::SentInterchange;
use super::stage::Stage;
use crate::as2::{As2Name, MessageId, MicCandidates, ReceiptWanted, http_date};
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
    /// SHA-256 of the certificate of ours that it was encrypted for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_with: Option<Sha256>,
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
    /// The entity that the MIC covers, where the bytes on the wire do not show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inner: Option<KeptEntity>,
    /// The certificates by which a partner's message was verified and our receipt signed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateUsed>,
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
    /// The interchange that was made of documents of the ERP's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interchange: Option<SentInterchange>,
    /// How the attempts to deliver went, the latest ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// Attempts in all.
    #[serde(skip_serializing_if = "is_zero")]
    pub attempts_made: u32,
    /// Whether it has been under way for so long that the ERP was told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub delayed: bool,
    /// The receipt that settled it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<SettledBy>,
    /// That a person had it offered again, the last time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resent: Option<Resent>,
    /// What was wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

/// A message of ours as it goes out, again and again the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PackedMessage {
    /// When it was packed: the Date it carried first.
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

    /// The same message under another Message-ID, dated `at`: the MIC does not cover these (RFC 4130, section 7.3.1).
    #[must_use]
    pub fn renamed(mut self, message_id: &MessageId, at: Timestamp) -> Self {
        for (name, value) in &mut self.headers {
            if name.eq_ignore_ascii_case("Message-ID") {
                message_id.as_str().clone_into(value);
            } else if name.eq_ignore_ascii_case("Date") {
                *value = http_date(at);
            }
        }
        self
    }

    /// By what a receipt names it under this Message-ID; `None` when its own names cannot be read.
    pub fn key(&self, message_id: &MessageId) -> Option<DedupKey> {
        let name = |header| As2Name::from_header(self.header(header)?.as_bytes()).ok();
        Some(DedupKey::sent(name("AS2-From")?.as_str(), name("AS2-To")?.as_str(), message_id.as_str()))
    }

    /// The value of one of its header lines.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// An entity that was inside an envelope or inside compression, kept so that nobody needs a private key to see what was
/// signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeptEntity {
    /// Its bytes.
    pub content: KeptContent,
    /// The detached signature over them, as CMS, where there is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub signature: Option<BlobRef>,
}

/// Where the bytes of an entity are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum KeptContent {
    /// These, and behind them the payload as it is.
    HeadOfPayload(BlobRef),
    /// These.
    Whole(BlobRef),
}

impl KeptEntity {
    fn references(self) -> impl Iterator<Item = BlobRef> {
        let (KeptContent::HeadOfPayload(content) | KeptContent::Whole(content)) = self.content;
        [content].into_iter().chain(self.signature)
    }
}

/// What is kept with a message, beside its bytes, so that others can verify it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The entity that the MIC covers, where the bytes on the wire do not show it.
    pub inner: Option<KeptEntity>,
    /// The certificates used.
    pub certificates: Vec<CertificateUsed>,
    /// What the two name.
    pub payloads: Vec<Payload>,
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
    /// The Message-ID it was made under, where each attempt has its own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id: Option<String>,
}

/// The receipt that settled a message of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SettledBy {
    /// When it arrived.
    pub at: Timestamp,
    /// Its head and body as they came.
    pub receipt: BlobRef,
    /// The Message-ID it names, where the message has gone out under others since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub message_id: Option<String>,
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

/// That a person had a message offered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resent {
    /// How often by now.
    pub times: u32,
    /// When, the last time.
    pub at: Timestamp,
    /// How far the message had come by then.
    pub from: Stage,
    /// Why.
    pub reason: String,
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
        let inner = self.inner.into_iter().flat_map(KeptEntity::references);
        let used = self.certificates.iter().map(|used| used.certificate);
        let own = [self.raw, self.payload, self.answer].into_iter().flatten();
        let attached = self.attachments.iter().map(|attachment| attachment.content);
        let sets = self.interchange.iter().flat_map(|interchange| &interchange.groups).flat_map(|group| &group.sets);
        let acknowledged = sets.filter_map(|set| set.acknowledgement);
        own.chain(attached).chain(inner).chain(used).chain(packed).chain(settled).chain(acknowledged).collect()
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
