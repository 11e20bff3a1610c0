//! What an operator decides about the store, and what a test makes smaller.

use std::path::PathBuf;
use std::time::Duration;

const MIB: u64 = 1 << 20;

/// Where the store lies and how large its parts are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreSettings {
    /// The folder that holds everything; made when it is missing. One process owns it.
    pub folder: PathBuf,
    /// The name of this gateway (`instance` in edigate.toml). A store keeps the name it was made under.
    pub instance: String,
    /// Bytes of the ballast file, given up when the disk is full so that recovery and open work can finish.
    pub ballast_bytes: u64,
    /// Bytes of one journal segment, header included. Rounded up to 4 KiB and never below 64 KiB.
    pub segment_bytes: u64,
    /// Which index stands over the journal.
    pub index: IndexKind,
    /// Bytes of memory that the index may use as its cache.
    pub index_cache_bytes: u64,
    /// A snapshot is made when this many closed segments are not covered by the newest one.
    pub snapshot_after: usize,
    /// A payload file without a record is removed at a start when it is older than this. Zero by default: the lock
    /// says that nobody is at work while the store is being opened.
    pub orphan_grace: Duration,
    /// Below this share of free space a warning is due, in percent.
    pub free_soft_percent: u8,
    /// Below this share of free space nothing new is accepted, in percent.
    pub free_hard_percent: u8,
    /// How long a job waits after its lease was dropped without an outcome.
    pub dropped_lease_delay: Duration,
}

/// The index: it may vanish at any time and is then made from the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum IndexKind {
    /// On disk, for state that may outgrow memory.
    #[default]
    Sled,
    /// In memory, made anew at every start.
    Memory,
}

impl StoreSettings {
    /// The defaults for a store in `folder`.
    pub fn new(folder: impl Into<PathBuf>, instance: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            instance: instance.into(),
            ballast_bytes: 64 * MIB,
            segment_bytes: 64 * MIB,
            index: IndexKind::Sled,
            index_cache_bytes: 64 * MIB,
            snapshot_after: 4,
            orphan_grace: Duration::ZERO,
            free_soft_percent: 15,
            free_hard_percent: 10,
            dropped_lease_delay: Duration::from_secs(1),
        }
    }
}
