//! The store as everybody else sees it.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::ballast::Space;
use super::error::StoreError;
use super::lease::Lease;
use super::read::{Counts, DocumentQuery, ExchangeQuery, Found, Page};
use super::settings::StoreSettings;
use super::spool::{PayloadReader, Spool};
use crate::base::{Clock, DocumentId, Entropy, ExchangeId, RowId, Timestamp};
use crate::exchange::{Answer, Applied, BlobRef, Change, DedupKey, Document, Exchange, Job, JobKind, Row, Subject};

/// The store.
#[derive(Debug)]
pub struct Outbox {}

impl Outbox {
    /// Opens the store in `settings.folder`, making it when it is missing, and recovers what a crash left. Blocks.
    pub fn open(
        _settings: &StoreSettings,
        _clock: Arc<dyn Clock>,
        _entropy: Arc<dyn Entropy>,
    ) -> Result<(Arc<Self>, Recovery), StoreError> {
        unimplemented!()
    }

    /// Writes a change whole or not at all; ready when it is durable. Cancelling the future does not undo the change.
    pub fn apply(&self, _change: Change) -> impl Future<Output = Result<Applied, StoreError>> + Send + use<> {
        async { unimplemented!() }
    }

    /// [`Outbox::apply`] for threads that may block. Panics inside an async task.
    pub fn apply_blocking(&self, _change: Change) -> Result<Applied, StoreError> {
        unimplemented!()
    }

    /// Where bodies are staged.
    pub fn spool(&self) -> &Spool {
        unimplemented!()
    }

    /// A payload, its hash verified.
    pub fn payload(&self, _reference: &BlobRef) -> Result<Vec<u8>, StoreError> {
        unimplemented!()
    }

    /// A payload of any size, its hash verified before the first byte.
    pub fn payload_reader(&self, _reference: &BlobRef) -> Result<PayloadReader, StoreError> {
        unimplemented!()
    }

    /// The oldest job of `kind` that is due, leads its lane and is not in anybody's hands.
    pub async fn claim(self: &Arc<Self>, _kind: JobKind) -> Result<Option<Lease>, StoreError> {
        unimplemented!()
    }

    /// Ready when a job of `kind` may be claimable; there may turn out to be none.
    pub async fn work(&self, _kind: JobKind) {
        unimplemented!()
    }

    /// An exchange.
    pub fn exchange(&self, _id: ExchangeId) -> Result<Option<Exchange>, StoreError> {
        unimplemented!()
    }

    /// A document.
    pub fn document(&self, _id: DocumentId) -> Result<Option<Document>, StoreError> {
        unimplemented!()
    }

    /// An outbox row.
    pub fn row(&self, _id: RowId) -> Result<Option<Row>, StoreError> {
        unimplemented!()
    }

    /// The open job of a subject.
    pub fn job(&self, _subject: Subject) -> Result<Option<Job>, StoreError> {
        unimplemented!()
    }

    /// What a message was answered. A hint before the work; [`Outbox::apply`] decides.
    pub fn answer_to(&self, _key: &DedupKey) -> Result<Option<Answer>, StoreError> {
        unimplemented!()
    }

    /// Documents, newest first.
    pub fn documents(&self, _query: &DocumentQuery) -> Result<Page<Document, DocumentId>, StoreError> {
        unimplemented!()
    }

    /// Exchanges, newest first.
    pub fn exchanges(&self, _query: &ExchangeQuery) -> Result<Page<Exchange, ExchangeId>, StoreError> {
        unimplemented!()
    }

    /// The document whose id begins with `prefix` (six characters or more).
    pub fn find_document(&self, _prefix: &str) -> Result<Found<DocumentId>, StoreError> {
        unimplemented!()
    }

    /// The exchange whose id begins with `prefix` (six characters or more).
    pub fn find_exchange(&self, _prefix: &str) -> Result<Found<ExchangeId>, StoreError> {
        unimplemented!()
    }

    /// How many records stand at each stage. Kept as changes are committed, so asking costs nothing.
    pub fn counts(&self) -> Counts {
        unimplemented!()
    }

    /// Free space; makes the ballast again when there is room for it.
    pub fn space(&self) -> Result<Space, StoreError> {
        unimplemented!()
    }

    /// Whether the store still writes.
    pub fn health(&self) -> Health {
        unimplemented!()
    }

    /// Makes a snapshot of all closed segments now. Blocks.
    pub fn snapshot_now(&self) -> Result<Option<u64>, StoreError> {
        unimplemented!()
    }

    /// Lets go what lies before `before` and nothing open needs. Blocks.
    pub fn release(&self, _before: Timestamp) -> Result<Released, StoreError> {
        unimplemented!()
    }

    /// Reads everything and compares. Blocks, for long.
    pub fn check(&self) -> Result<Check, StoreError> {
        unimplemented!()
    }

    /// Ends the work in hand, vouches for the last batch and gives the folder free. Everything after is
    /// [`StoreError::Closed`]. Blocks.
    pub fn close(&self) {
        unimplemented!()
    }
}

/// Whether the store writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does.
    Writing,
    /// A write has failed; a restart decides what was durable.
    ReadOnly {
        /// The first failure.
        why: String,
    },
}

/// What opening the store found and did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// The store was made just now.
    pub created: bool,
    /// How often the store has been opened, this time included.
    pub generation: u64,
    /// Number of the last record that was found durable.
    pub last_sequence: u64,
    /// Records read from the journal.
    pub replayed: u64,
    /// What stood behind the last durable record, when anything did: a batch nobody was answered for.
    pub torn: Option<Torn>,
    /// What became of the index.
    pub index: IndexRecovery,
    /// Snapshots that could not be read; an older one or the journal stood in. Worth an alarm.
    pub damaged_snapshots: Vec<PathBuf>,
    /// Temporary files of bodies that never arrived whole.
    pub staged_removed: u64,
    /// Payload files that no record names.
    pub orphans_removed: u64,
    /// How long it took.
    pub took: Duration,
}

/// An unfinished batch at the end of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    /// The segment.
    pub segment: PathBuf,
    /// Where the last durable record ends.
    pub offset: u64,
    /// Whole records behind the gap; never acknowledged, and dropped.
    pub dropped: u64,
}

/// What opening did with the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexRecovery {
    /// It held everything.
    Current,
    /// It was behind by so many records.
    CaughtUp(u64),
    /// It was made anew.
    Rebuilt {
        /// Why.
        why: String,
    },
}

/// What was let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Released {
    /// Journal segments.
    pub segments: u64,
    /// Payload files.
    pub files: u64,
}

/// What a check of everything found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Check {
    /// Records read.
    pub records: u64,
    /// Payloads read and verified.
    pub payloads: u64,
    /// Payload files that no record names.
    pub orphans: u64,
    /// Payloads that a record names and that are not there.
    pub dangling: u64,
    /// Everything that is not as it should be, in words.
    pub faults: Vec<String>,
}
