//! What the store tells of itself.

use std::path::PathBuf;
use std::time::Duration;

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

/// What one round of retention let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Released {
    /// Records that were old enough.
    pub records: u64,
    /// Records that went before their time, for the size's sake.
    pub before_time: u64,
    /// Payloads that nothing named any more, and their bytes.
    pub payloads: u64,
    /// Bytes of these payloads.
    pub payload_bytes: u64,
    /// Those of them that were files.
    pub files: u64,
    /// Journal segments.
    pub segments: u64,
    /// Bytes of these segments.
    pub segment_bytes: u64,
    /// Bytes that were still needed of these segments and were written anew.
    pub carried: u64,
    /// There is more to do than one round does.
    pub is_more: bool,
    /// Bytes by which the folder is still above its size.
    pub over: u64,
    /// It is above its size, and nothing more may go.
    pub is_helpless: bool,
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
