//! What a receipt means for the message it is for.

use crate::smime::Mic;

use super::candidates::{MicCandidates, MicDeviation};
use super::{Disposition, Mdn, MessageId, ReceiptSignature};

/// The receipt asked for with a message of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptWanted {
    /// None.
    None,
    /// Without a signature.
    Unsigned,
    /// Signed.
    Signed,
}

/// What a receipt settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Delivered: the partner has the message, and it is the one we sent.
    Accepted,
    /// Delivered, with a remark of the partner's (RFC 4130, section 7.5.5).
    Warned(String),
    /// Delivered; the receipt shows a MIC that this product makes in a way of its own.
    Deviating {
        /// In which.
        deviation: MicDeviation,
        /// A remark of the partner's.
        warning: Option<String>,
    },
    /// Not delivered.
    Refused(Disposition),
    /// The partner processed a message that is not the one we sent, or does not say which. An alarm: sending again is
    /// no remedy.
    MicMismatch {
        /// The MIC the receipt shows, if any.
        received: Option<Mic>,
    },
    /// Positive, but not signed although that was asked: the delivery cannot be proved.
    Unproven,
    /// A receipt for another message.
    OtherMessage,
}

impl Mdn {
    /// What this receipt says about the message we sent with this id, these MICs and this wish for a receipt. A
    /// deviation that is `pinned` is this partner's known way, and no longer told.
    pub fn settle(
        &self,
        message_id: &MessageId,
        mics: &MicCandidates,
        wanted: ReceiptWanted,
        pinned: Option<MicDeviation>,
    ) -> Settlement {
        if !self.original_message_id.as_ref().is_some_and(|id| id.names_same_message(message_id)) {
            return Settlement::OtherMessage;
        }
        let warning = match &self.disposition {
            Disposition::Processed => None,
            Disposition::Warning(text) => Some(text.clone()),
            refused @ (Disposition::Error(_) | Disposition::Failed(_) | Disposition::Other(_)) => {
                return Settlement::Refused(refused.clone());
            }
        };
        if wanted == ReceiptWanted::Signed && self.signature == ReceiptSignature::Unsigned {
            return Settlement::Unproven;
        }
        let deviation = match &self.mic {
            Some(received) => match mics.find(received) {
                Some(deviation) => deviation.filter(|deviation| Some(*deviation) != pinned),
                None => return Settlement::MicMismatch { received: Some(received.clone()) },
            },
            // Only a signed receipt must show a MIC (RFC 4130, section 7.3.1).
            None if wanted == ReceiptWanted::Signed => return Settlement::MicMismatch { received: None },
            None => None,
        };
        match (deviation, warning) {
            (Some(deviation), warning) => Settlement::Deviating { deviation, warning },
            (None, Some(text)) => Settlement::Warned(text),
            (None, None) => Settlement::Accepted,
        }
    }
}
