//! The long part of a document's record: what an operator reads of its way, and what its next steps need.

use serde::{Deserialize, Serialize};

use super::bounds::cut;
use super::record::BlobRef;
use crate::base::{Diagnostic, ExchangeId, Timestamp};
use crate::canon::event::{EventCommand, TracedError};
use crate::canon::{ControlNumbers, MappingUsed, Usage};
use crate::edi::Standard;
use crate::partner::MessageName;

/// Everything about a document that is not needed to find it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct DocumentDetail {
    /// What was wrong or noticed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The order it belongs to, whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_number: Option<String>,
    /// Whether it is business or a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The transaction set that it is or was on the wire.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<WireMessage>,
    /// The mapping that read or wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mapping: Option<MappingUsed>,
    /// What the ERP asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// What the partner's functional acknowledgement says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<SetAcknowledgement>,
    /// What the ERP says of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<ErpVerdict>,
    /// The events that were told of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
    /// How often it was published again.
    #[serde(skip_serializing_if = "is_zero")]
    pub replays: u32,
    /// What happened to it, in order: the first steps and the latest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<StepTaken>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// A transaction set on the wire.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct WireMessage {
    /// `x12` or `edifact`.
    pub standard: String,
    /// Release, such as `004010` or `D.96A`.
    pub release: String,
    /// Transaction set or message type, such as `850` or `ORDERS`.
    pub set: String,
    /// The numbers on its envelopes, once it has any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<ControlNumbers>,
    /// Of one that came: its place among the transaction sets of its exchange, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ordinal: Option<u64>,
    /// Of one of ours, the message in an interchange whose numbers mean nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<BlobRef>,
    /// Which member and rule wrote what, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<BlobRef>,
}

impl WireMessage {
    /// Its name, as agreements name it.
    pub fn name(&self) -> Option<MessageName> {
        let standard = [Standard::X12, Standard::Edifact].into_iter().find(|known| known.as_str() == self.standard)?;
        Some(MessageName::new(standard, &self.release, &self.set))
    }
}

/// What the ERP asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Asked {
    /// The command.
    pub command: EventCommand,
    /// The queue that wants the answers too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// What the answers there carry, so that they are recognised.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation_id: Option<String>,
}

/// What a partner's functional acknowledgement says of a transaction set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SetAcknowledgement {
    /// `accepted`, `accepted-with-errors`, `rejected`, …
    pub verdict: String,
    /// The code as sent (AK501, 0083).
    pub code: String,
    /// By which document: `TA1`, `997`, `999`, `CONTRL`.
    pub by: String,
    /// When it arrived.
    pub at: Timestamp,
    /// The exchange that it came in.
    pub exchange: ExchangeId,
    /// What is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<TracedError>,
}

/// What the ERP says of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ErpVerdict {
    /// Whether it was posted.
    pub posted: bool,
    /// When it was said.
    pub at: Timestamp,
    /// The ERP's own number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Why it was refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<RefusalReason>,
}

/// Why the ERP refuses a document.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RefusalReason {
    /// A code of the ERP's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// In words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The member it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// Something that happened to a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepTaken {
    /// When.
    pub at: Timestamp,
    /// What, in a word that never changes.
    pub what: String,
    /// And in a sentence.
    pub text: String,
}

/// Steps that one document keeps.
const STEPS: usize = 40;
/// Bytes of a step's sentence.
const STEP_TEXT: usize = 200;
impl DocumentDetail {
    /// Bytes of the message that was made of the document; 0 before.
    pub fn message_bytes(&self) -> u64 {
        self.message.as_ref().and_then(|message| message.text).map_or(0, |text| text.length)
    }

    /// The payload's bytes.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a detail holds only strings, numbers and lists")
    }

    /// Reads what [`DocumentDetail::to_json`] wrote, or the list of diagnostics alone that stood here first.
    ///
    /// # Errors
    /// When the bytes are neither.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        if bytes.first() == Some(&b'[') {
            return Ok(Self { diagnostics: serde_json::from_slice(bytes)?, ..Self::default() });
        }
        serde_json::from_slice(bytes)
    }

    /// Notes a step. When there are too many, those in the middle go.
    pub fn note(&mut self, at: Timestamp, what: &str, text: &str) {
        if self.steps.len() >= STEPS {
            self.steps.remove(STEPS / 2);
        }
        let text = cut(text.replace(char::is_control, " "), STEP_TEXT);
        self.steps.push(StepTaken { at, what: what.to_owned(), text });
    }

    /// The payloads that it names.
    pub fn references(&self) -> Vec<BlobRef> {
        self.message.iter().flat_map(|message| [message.text, message.origins]).flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_diagnostics_alone_is_read_too() {
        let old = serde_json::to_vec(&[Diagnostic::error("unmapped", "no mapping")]).unwrap();
        let detail = DocumentDetail::from_json(&old).unwrap();
        assert_eq!(detail.diagnostics.len(), 1);
        assert_eq!(DocumentDetail::from_json(&detail.to_json()).unwrap(), detail);
    }

    #[test]
    fn of_many_steps_the_first_and_the_latest_are_kept() {
        let mut detail = DocumentDetail::default();
        for number in 0..100 {
            detail.note(Timestamp::from_millis(number), "tried", &number.to_string());
        }
        let kept: Vec<_> = detail.steps.iter().map(|step| step.at.as_millis()).collect();
        assert_eq!(kept.len(), STEPS);
        assert_eq!((kept.first(), kept.last()), (Some(&0), Some(&99)));
    }
}
