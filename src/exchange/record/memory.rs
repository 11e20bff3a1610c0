//! What is remembered of messages that came and went, so that they are recognised.

use minicbor::{Decode, Encode};

use super::BlobRef;
use crate::base::{DocumentId, ExchangeId, PartnerId, Sha256, Timestamp};

/// What a partner was answered, so that a repeat gets the very same.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Answer {
    /// The exchange that was answered.
    #[n(0)]
    pub exchange: ExchangeId,
    /// SHA-256 of the MIC input: the same id with other content is another message.
    #[n(1)]
    pub content: Sha256,
    /// The answer's headers and body as they went out, as a payload. Absent when no receipt was asked for.
    #[n(2)]
    pub receipt: Option<BlobRef>,
    /// When it was given.
    #[n(3)]
    pub at: Timestamp,
}

/// A message that was sent: which exchange its receipt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sent {
    /// The exchange.
    #[n(0)]
    pub exchange: ExchangeId,
    /// When it was packed.
    #[n(1)]
    pub at: Timestamp,
}

/// Something that was seen, so that it is recognised when it comes again.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Seen {
    /// The exchange it was seen in.
    #[n(0)]
    pub exchange: Option<ExchangeId>,
    /// The document it is, or has become.
    #[n(1)]
    pub document: Option<DocumentId>,
    /// When.
    #[n(2)]
    pub at: Timestamp,
}

/// How far an asynchronous receipt of ours has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum DispatchStage {
    /// To be delivered.
    #[n(0)]
    Waiting,
    /// The partner's server has taken it.
    #[n(1)]
    Delivered,
    /// It was not taken, and is not offered again unless the message is repeated.
    #[n(2)]
    Failed,
}

/// An asynchronous receipt of ours on its way to the partner. The exchange it is for is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Dispatch {
    /// The exchange whose message it is for.
    #[n(0)]
    pub exchange: ExchangeId,
    /// Whose it is.
    #[n(1)]
    pub partner: PartnerId,
    /// How far it has come.
    #[n(2)]
    pub stage: DispatchStage,
    /// When it was first due.
    #[n(3)]
    pub since: Timestamp,
    /// When this record was last changed.
    #[n(4)]
    pub updated_at: Timestamp,
    /// The receipt: its header lines and its body.
    #[n(5)]
    pub receipt: BlobRef,
    /// Where it goes and how the attempts went, as JSON.
    #[n(6)]
    pub detail: BlobRef,
}
