//! What a receipt means for the message it is for.

use crate::smime::Mic;

use super::{Disposition, Mdn, MessageId, ReceiptSignature, ReceiptWanted};

/// What a receipt settles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Delivered: the partner has the message, and it is the one we sent.
    Accepted,
    /// Delivered, with a remark of the partner's (RFC 4130, section 7.5.5).
    Warned(String),
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
    /// What this receipt says about the message we sent with this id, MIC and wish for a receipt.
    pub fn settle(&self, message_id: &MessageId, mic: &Mic, wanted: ReceiptWanted) -> Settlement {
        if !self.original_message_id.as_ref().is_some_and(|id| id.names_same_message(message_id)) {
            return Settlement::OtherMessage;
        }
        let warning = match &self.disposition {
            Disposition::Processed => None,
            Disposition::Warning(text) => Some(text),
            refused @ (Disposition::Error(_) | Disposition::Failed(_) | Disposition::Other(_)) => {
                return Settlement::Refused(refused.clone());
            }
        };
        if wanted == ReceiptWanted::Signed && self.signature == ReceiptSignature::Unsigned {
            return Settlement::Unproven;
        }
        match &self.mic {
            Some(received) if !same_content(received, mic) => {
                return Settlement::MicMismatch { received: Some(received.clone()) };
            }
            // Only a signed receipt must show a MIC (RFC 4130, section 7.3.1).
            None if wanted == ReceiptWanted::Signed => return Settlement::MicMismatch { received: None },
            Some(_) | None => {}
        }
        warning.map_or(Settlement::Accepted, |text| Settlement::Warned(text.clone()))
    }
}

/// Compares the digests, however they were spelled, in constant time.
fn same_content(received: &Mic, sent: &Mic) -> bool {
    let (received, sent) = (received.digest(), sent.digest());
    // memcmp::eq wants equal lengths, which one algorithm gives.
    received.algorithm() == sent.algorithm() && openssl::memcmp::eq(received.as_bytes(), sent.as_bytes())
}
