//! Events for the ERP.

use minicbor::{Decode, Encode};

use super::{BlobRef, Lane};
use crate::base::{DocumentId, PartnerId, RowId, Timestamp};

/// How far an outbox row has come.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode, serde::Serialize, serde::Deserialize,
)]
#[cbor(index_only)]
#[serde(rename_all = "kebab-case")]
pub enum RowStage {
    /// To be published.
    #[n(0)]
    Waiting,
    /// Confirmed.
    #[n(1)]
    Published,
}

/// One message for the ERP, a document or an event, and how it is addressed. Its id is the key, and the event's id.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Row {
    /// Its id, the same for every retransmission.
    #[n(0)]
    pub id: RowId,
    /// Counted per partner, documents and events apart. Zero in a change: the store gives the next one as it commits.
    /// [`Row::UNCOUNTED`] where it is neither.
    #[n(1)]
    pub sequence: u64,
    /// Whose it is.
    #[n(2)]
    pub partner: PartnerId,
    /// The document it carries; an event carries none.
    #[n(3)]
    pub document: Option<DocumentId>,
    /// Rows of one lane are published in the order in which they were committed.
    #[n(4)]
    pub lane: Lane,
    /// How far it has come.
    #[n(5)]
    pub stage: RowStage,
    /// When it was confirmed.
    #[n(6)]
    pub published_at: Option<Timestamp>,
    /// Routing key, properties and headers as a JSON payload.
    #[n(7)]
    pub envelope: BlobRef,
    /// The body.
    #[n(8)]
    pub body: BlobRef,
}

impl Row {
    /// The sequence of a copy for whoever asked: were it counted, whoever reads the events would miss one.
    pub const UNCOUNTED: u64 = u64::MAX;
}
