//! Transport messages.

use minicbor::{Decode, Encode};

use super::BlobRef;
use crate::base::{ExchangeId, PartnerId, Timestamp};
use crate::exchange::Stage;

/// One transport message and what has come of it. Its id is the key.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Exchange {
    /// Its id.
    #[n(0)]
    pub id: ExchangeId,
    /// Counts the changes of this record; a change names the version it was decided on.
    #[n(1)]
    pub version: u32,
    /// How far it has come.
    #[n(2)]
    pub stage: Stage,
    /// Whose it is.
    #[n(3)]
    pub partner: PartnerId,
    /// When its last byte arrived.
    #[n(4)]
    pub received_at: Timestamp,
    /// When this record was last changed.
    #[n(5)]
    pub updated_at: Timestamp,
    /// Transaction sets dealt with so far, so that a translation goes on where a crash stopped it.
    #[n(6)]
    pub sets_done: u64,
    /// Documents that came out of it.
    #[n(7)]
    pub documents: u64,
    /// Transaction sets that were parked.
    #[n(8)]
    pub parked: u64,
    /// The rest, as a JSON payload: names, Message-ID, layers, MIC, references to the raw bytes and the receipt.
    #[n(9)]
    pub detail: BlobRef,
}
