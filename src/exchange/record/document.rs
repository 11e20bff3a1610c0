//! Business documents, both ways.

use minicbor::{Decode, Encode};

use super::{BlobRef, Lane};
use crate::base::{DocumentId, ExchangeId, PartnerId, RowId, Timestamp};
use crate::canon::Direction;

/// How far a document has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DocumentStage {
    /// In the outbox, not yet confirmed by the ERP's side.
    #[n(0)]
    Waiting,
    /// Confirmed by the broker, or safe in the directory sink.
    #[n(1)]
    Published,
    /// It could not be parsed, mapped or routed; it waits whole, with its diagnostics.
    #[n(2)]
    Parked,
    /// Taken from the ERP; a message is to be made of it.
    #[n(3)]
    Accepted,
    /// Its message is made and waits for an interchange.
    #[n(4)]
    Collected,
    /// It is in an interchange, which is on its way to the partner.
    #[n(5)]
    Sending,
    /// The partner has the interchange; its functional acknowledgement is still owed.
    #[n(6)]
    Delivered,
    /// The functional acknowledgement accepts it; the receipt of the message that carried it is still owed.
    #[n(7)]
    Acknowledged,
    /// Everything that was to come of it has come.
    #[n(8)]
    Closed,
    /// The partner's functional acknowledgement rejects it. A person must look.
    #[n(9)]
    Rejected,
    /// It was not delivered, and is not tried again by itself.
    #[n(10)]
    Failed,
    /// The ERP asked for something that cannot be done; it was told so.
    #[n(11)]
    Refused,
    /// The ERP took it back before it was sent.
    #[n(12)]
    Withdrawn,
}

impl DocumentStage {
    /// Every stage, in the order of a list for operators.
    pub const ALL: [Self; 13] = [
        Self::Waiting,
        Self::Published,
        Self::Parked,
        Self::Accepted,
        Self::Collected,
        Self::Sending,
        Self::Delivered,
        Self::Acknowledged,
        Self::Closed,
        Self::Rejected,
        Self::Failed,
        Self::Refused,
        Self::Withdrawn,
    ];

    /// The word in answers and on command lines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Published => "published",
            Self::Parked => "parked",
            Self::Accepted => "accepted",
            Self::Collected => "collected",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Closed => "closed",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Whether nothing more is to happen by itself and no person is waited for, so that retention may let it go.
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Published | Self::Closed | Self::Failed | Self::Refused | Self::Withdrawn => true,
            Self::Waiting
            | Self::Parked
            | Self::Accepted
            | Self::Collected
            | Self::Sending
            | Self::Delivered
            | Self::Acknowledged
            | Self::Rejected => false,
        }
    }
}

/// One business document. Its id is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Document {
    /// Its id, kept over replays.
    #[n(0)]
    pub id: DocumentId,
    /// The exchange it came in, or is sent in.
    #[n(1)]
    pub exchange: Option<ExchangeId>,
    /// Whose it is.
    #[n(2)]
    pub partner: PartnerId,
    /// Canonical type such as `order`, or the transaction set such as `850` while nothing better is known.
    #[n(3)]
    pub kind: String,
    /// The business number such as an order number, cut at [`Document::NUMBER_BYTES`]; empty when unknown.
    #[n(4)]
    pub number: String,
    /// How far it has come.
    #[n(5)]
    pub stage: DocumentStage,
    /// When it was made.
    #[n(6)]
    pub created_at: Timestamp,
    /// The outbox row that carries it.
    #[n(7)]
    pub row: Option<RowId>,
    /// The canonical document; of what was parked on its way in, the transaction set as it arrived.
    #[n(8)]
    pub content: BlobRef,
    /// The rest, as a JSON payload: see [`DocumentDetail`](crate::exchange::DocumentDetail).
    #[n(9)]
    pub detail: Option<BlobRef>,
    /// Counts the changes of this record; a change names the version it was decided on.
    #[n(10)]
    #[cbor(default)]
    pub version: u32,
    /// Whether it goes from the ERP to the partner.
    #[n(11)]
    #[cbor(default)]
    pub outbound: bool,
    /// The order it belongs to, by which everything about that order is found.
    #[n(12)]
    pub order: Option<Lane>,
    /// When this record was last changed; in records of older versions, when it was made.
    #[n(13)]
    pub updated_at: Option<Timestamp>,
}

impl Document {
    /// Bytes of the business number that the record keeps.
    pub const NUMBER_BYTES: usize = 35;
    /// Bytes of the type that the record keeps.
    pub const KIND_BYTES: usize = 20;

    /// The words it is found by: its own number, and the number of its order.
    pub fn words(&self) -> Vec<Lane> {
        let own = (!self.number.is_empty()).then(|| Lane::of(&self.number));
        let order = self.order.filter(|order| Some(*order) != own);
        own.into_iter().chain(order).collect()
    }

    /// Which way it goes.
    pub const fn direction(&self) -> Direction {
        if self.outbound { Direction::Outbound } else { Direction::Inbound }
    }
}
