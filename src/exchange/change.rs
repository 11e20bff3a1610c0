//! What one step changes. The domain returns it, the journal holds it, the index applies it: one type all the way.

use minicbor::{Decode, Encode};

use super::certificate_use::CertificateUse;
use super::record::{
    Answer, AuditRow, BlobRef, CounterName, DedupKey, Dispatch, Document, Exchange, Job, Row, Seen, Sent, Subject,
};
use crate::base::{DocumentId, ExchangeId, Timestamp};

/// A step's outcome, to be written whole or not at all.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Change {
    /// When it was decided.
    #[n(0)]
    pub at: Timestamp,
    /// What must still be so when it is committed; decided then, and not again in replay.
    #[cbor(skip)]
    pub expect: Vec<Expect>,
    /// The records it writes and removes, in order.
    #[n(1)]
    pub effects: Vec<Effect>,
    /// The payloads its records name, which become durable with it.
    #[n(2)]
    pub payloads: Vec<Payload>,
}

impl Change {
    /// A change that does nothing yet.
    pub fn new(at: Timestamp) -> Self {
        Self { at, expect: Vec::new(), effects: Vec::new(), payloads: Vec::new() }
    }

    /// Makes what another change does a part of this one.
    pub fn join(&mut self, other: Self) {
        self.expect.extend(other.expect);
        self.effects.extend(other.effects);
        self.payloads.extend(other.payloads);
    }

    /// Adds a payload that rides in the change itself, and names it.
    pub fn carry(&mut self, content: Vec<u8>) -> BlobRef {
        let reference = BlobRef::of(&content);
        self.payloads.push(Payload { reference, body: PayloadBody::Inline(content) });
        reference
    }
}

/// A condition under which a change may be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expect {
    /// Nobody has answered this message since then; otherwise the outcome is [`Applied::Seen`]. An older answer is
    /// forgotten: the same id is another message by now.
    Unanswered(DedupKey, Timestamp),
    /// The exchange still has this version.
    Version {
        /// Which exchange.
        exchange: ExchangeId,
        /// The version it was read at.
        version: u32,
    },
    /// The document still has this version.
    DocumentVersion {
        /// Which document.
        document: DocumentId,
        /// The version it was read at.
        version: u32,
    },
    /// Nothing of this key was seen since then; otherwise nothing is changed.
    Unseen(DedupKey, Timestamp),
    /// The counter still has this value: a number is given once.
    Counter(CounterName, u64),
}

/// One record written or removed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Effect {
    /// Writes an exchange.
    #[n(0)]
    Exchange(#[n(0)] Exchange),
    /// Writes a document.
    #[n(1)]
    Document(#[n(0)] Document),
    /// Writes an outbox row; a sequence of zero is replaced by the partner's next.
    #[n(2)]
    Row(#[n(0)] Row),
    /// Remembers what a message was answered.
    #[n(3)]
    Answer(#[n(0)] DedupKey, #[n(1)] Answer),
    /// Adds a job, or writes it anew; a position of zero is replaced by the next.
    #[n(4)]
    Job(#[n(0)] Job),
    /// Closes a subject's job.
    #[n(5)]
    JobDone(#[n(0)] Subject),
    /// Sets a counter, as an absolute value.
    #[n(6)]
    Counter(#[n(0)] CounterName, #[n(1)] u64),
    /// Remembers which exchange a message of ours is, for its receipt.
    #[n(7)]
    Sent(#[n(0)] DedupKey, #[n(1)] Sent),
    /// Writes how far an asynchronous receipt of ours has come.
    #[n(8)]
    Dispatch(#[n(0)] Dispatch),
    /// Writes down that a partner uses a certificate.
    #[n(9)]
    CertificateUse(#[n(0)] CertificateUse),
    /// Remembers that something was seen.
    #[n(10)]
    Seen(#[n(0)] DedupKey, #[n(1)] Seen),
    /// Writes down what an operator did; a number of zero is replaced by the next.
    #[n(11)]
    Audit(#[n(0)] AuditRow),
}

/// Bytes that must be on disk when the change is.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Payload {
    /// Its name.
    #[n(0)]
    pub reference: BlobRef,
    /// The bytes, or where they are.
    #[n(1)]
    pub body: PayloadBody,
}

/// Where a payload's bytes are while its change is being written.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PayloadBody {
    /// Here: they go into the journal with the record. For up to 64 KiB.
    #[n(0)]
    Inline(#[cbor(n(0), with = "minicbor::bytes")] Vec<u8>),
    /// In the spool, durable already under their hash.
    #[n(1)]
    Kept,
}

/// How a commit went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// The change is durable.
    Done,
    /// The message had been answered before; nothing was changed.
    Seen(Answer),
}
