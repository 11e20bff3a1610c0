//! Open pieces of work.

use std::fmt;

use minicbor::{Decode, Encode};

use crate::base::{DocumentId, ExchangeId, RowId, Sha256, Timestamp};

/// What a job is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
pub enum Subject {
    /// An exchange.
    #[n(0)]
    Exchange(#[n(0)] ExchangeId),
    /// An outbox row.
    #[n(1)]
    Row(#[n(0)] RowId),
    /// The asynchronous receipt of an exchange.
    #[n(2)]
    Receipt(#[n(0)] ExchangeId),
    /// A document of the ERP's.
    #[n(3)]
    Document(#[n(0)] DocumentId),
    /// The documents that an exchange of ours carries.
    #[n(4)]
    Documents(#[n(0)] ExchangeId),
    /// The functional acknowledgement of an exchange of ours.
    #[n(5)]
    Acknowledgement(#[n(0)] ExchangeId),
}

/// As it is named in a log: `exchange 01…`.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exchange(id) => write!(f, "exchange {id}"),
            Self::Row(id) => write!(f, "event {id}"),
            Self::Receipt(id) => write!(f, "the receipt of exchange {id}"),
            Self::Document(id) => write!(f, "document {id}"),
            Self::Documents(id) => write!(f, "the documents of exchange {id}"),
            Self::Acknowledgement(id) => write!(f, "the functional acknowledgement of exchange {id}"),
        }
    }
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum JobKind {
    /// Make canonical documents of what a partner sent.
    #[n(0)]
    Translate,
    /// Hand a row to the ERP's side.
    #[n(1)]
    Publish,
    /// Open a message that was acknowledged before it was opened, and make its asynchronous receipt.
    #[n(2)]
    Open,
    /// Make the message of a payload that is to be sent.
    #[n(3)]
    Pack,
    /// Offer a packed message to the partner.
    #[n(4)]
    Deliver,
    /// Notice that a receipt has not come in time.
    #[n(5)]
    AwaitReceipt,
    /// Deliver an asynchronous receipt.
    #[n(6)]
    Dispatch,
    /// Make the message of a document of the ERP's.
    #[n(7)]
    Write,
    /// Put messages that wait into an interchange.
    #[n(8)]
    Assemble,
    /// Bring the documents of an exchange up to what became of it.
    #[n(9)]
    Conclude,
    /// Notice that a functional acknowledgement has not come in time.
    #[n(10)]
    AwaitAcknowledgement,
}

impl JobKind {
    /// Every kind, in the order of a message's way.
    pub const ALL: [Self; 11] = [
        Self::Open,
        Self::Translate,
        Self::Publish,
        Self::Write,
        Self::Assemble,
        Self::Pack,
        Self::Deliver,
        Self::AwaitReceipt,
        Self::Dispatch,
        Self::Conclude,
        Self::AwaitAcknowledgement,
    ];

    /// Whether an attempt is counted on disk before the work, so that work that kills the daemon ends parked.
    pub const fn counts_attempts(self) -> bool {
        match self {
            Self::Translate | Self::Open | Self::Write | Self::Assemble | Self::Pack => true,
            Self::Publish | Self::Deliver | Self::AwaitReceipt | Self::Dispatch => false,
            Self::Conclude | Self::AwaitAcknowledgement => false,
        }
    }

    /// The word in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Translate => "translate",
            Self::Publish => "publish",
            Self::Open => "open",
            Self::Pack => "pack",
            Self::Deliver => "deliver",
            Self::AwaitReceipt => "await-receipt",
            Self::Dispatch => "dispatch",
            Self::Write => "write",
            Self::Assemble => "assemble",
            Self::Conclude => "conclude",
            Self::AwaitAcknowledgement => "await-acknowledgement",
        }
    }
}

/// Jobs of one kind and one lane are done one after the other, in the order in which they were committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Lane(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

impl Lane {
    /// The lane of a name such as a partition key.
    pub fn of(name: &str) -> Self {
        let mut lane = [0; 16];
        for (byte, hashed) in lane.iter_mut().zip(Sha256::of(name.as_bytes()).as_bytes()) {
            *byte = *hashed;
        }
        Self(lane)
    }

    /// Its sixteen bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// One open piece of work. A subject has at most one.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Job {
    /// What it is about; the key.
    #[n(0)]
    pub subject: Subject,
    /// What is to be done.
    #[n(1)]
    pub kind: JobKind,
    /// Its lane.
    #[n(2)]
    pub lane: Lane,
    /// Its place in the lane. Zero in a change that adds the job: the store gives the next one as it commits.
    #[n(3)]
    pub position: u64,
    /// Not before.
    #[n(4)]
    pub due: Timestamp,
    /// Attempts begun.
    #[n(5)]
    pub attempts: u32,
}
