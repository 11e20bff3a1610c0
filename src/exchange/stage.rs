//! How far an exchange has come, on its way in or out.

use minicbor::{Decode, Encode};

use crate::canon::Direction;

/// How far an exchange has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// On disk and acknowledged with a receipt; a translation is due.
    #[n(0)]
    Received,
    /// Every transaction set has become a document or was parked.
    #[n(1)]
    Translated,
    /// Nothing could be made of it; it waits whole, with its diagnostics.
    #[n(2)]
    Parked,
    /// The partner was told that it failed; nothing of it was kept but this.
    #[n(3)]
    Refused,
    /// On disk as it came, acknowledged by HTTP alone: its asynchronous receipt is due once it has been opened.
    #[n(4)]
    Staged,
    /// The same message as another exchange's, come again: that one's receipt is given again.
    #[n(5)]
    Repeated,
    /// To be sent: its payload is on disk and waits to be packed.
    #[n(6)]
    Submitted,
    /// Packed: its bytes and its Message-ID are settled, and it is offered to the partner until it takes it.
    #[n(7)]
    Sending,
    /// The partner has taken it and owes the receipt.
    #[n(8)]
    AwaitingReceipt,
    /// The receipt did not come in time. It still counts when it comes.
    #[n(9)]
    Overdue,
    /// The receipt says that it was processed, verifies and shows what was sent; or none was asked for.
    #[n(10)]
    Delivered,
    /// The partner says that it was processed and does not prove it: the receipt is not signed as was asked.
    #[n(11)]
    Unproven,
    /// The partner says that it processed something else than what was sent: its MIC differs. A person must look.
    #[n(12)]
    Disputed,
    /// It was not delivered, and is not tried again.
    #[n(13)]
    Failed,
}

impl Stage {
    /// Every stage, in the order of a list for operators.
    pub const ALL: [Self; 14] = [
        Self::Staged,
        Self::Received,
        Self::Translated,
        Self::Parked,
        Self::Refused,
        Self::Repeated,
        Self::Submitted,
        Self::Sending,
        Self::AwaitingReceipt,
        Self::Overdue,
        Self::Delivered,
        Self::Unproven,
        Self::Disputed,
        Self::Failed,
    ];

    /// The word in answers and on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Received => "received",
            Self::Translated => "translated",
            Self::Parked => "parked",
            Self::Refused => "refused",
            Self::Repeated => "repeated",
            Self::Submitted => "submitted",
            Self::Sending => "sending",
            Self::AwaitingReceipt => "awaiting-receipt",
            Self::Overdue => "overdue",
            Self::Delivered => "delivered",
            Self::Unproven => "unproven",
            Self::Disputed => "disputed",
            Self::Failed => "failed",
        }
    }

    /// Which way the message goes.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Staged | Self::Received | Self::Translated | Self::Parked | Self::Refused | Self::Repeated => {
                Direction::Inbound
            }
            Self::Submitted
            | Self::Sending
            | Self::AwaitingReceipt
            | Self::Overdue
            | Self::Delivered
            | Self::Unproven
            | Self::Disputed
            | Self::Failed => Direction::Outbound,
        }
    }

    /// Whether nothing more is to happen by itself and no person is waited for, so that retention may let it go.
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Translated
            | Self::Refused
            | Self::Repeated
            | Self::Delivered
            | Self::Unproven
            | Self::Disputed
            | Self::Failed
            | Self::Overdue => true,
            Self::Staged | Self::Received | Self::Parked | Self::Submitted | Self::Sending | Self::AwaitingReceipt => {
                false
            }
        }
    }

    /// Whether a receipt for it may still change what is known of it.
    pub const fn awaits_receipt(self) -> bool {
        matches!(self, Self::Sending | Self::AwaitingReceipt | Self::Overdue)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_its_word() {
        for stage in Stage::ALL {
            assert_eq!(serde_json::to_value(stage).unwrap(), stage.as_str());
        }
    }
}
