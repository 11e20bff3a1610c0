//! What can go wrong with the store, in words for an operator. None of it is ever a partner's fault.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::base::Sha256;
use crate::exchange::{CounterName, Seen, Subject};

/// Why the store refused or failed. The text says what to do next. Clone, because one failed sync answers a batch.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// Another process owns the folder.
    Locked {
        /// The folder.
        folder: PathBuf,
    },
    /// A newer edigate wrote this.
    Newer {
        /// The file.
        file: PathBuf,
        /// The version it was written in.
        found: u32,
        /// The newest version this binary knows.
        known: u32,
    },
    /// The folder belongs to a gateway of another name.
    ForeignInstance {
        /// The folder.
        folder: PathBuf,
        /// The name in the folder.
        found: String,
        /// The name that was configured.
        configured: String,
    },
    /// Something that was durable has changed or is gone. The store refuses rather than go on with less.
    Corrupt {
        /// The file.
        file: PathBuf,
        /// Where in it, in bytes.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// The disk is full; nothing was changed.
    Full {
        /// The file that could not grow.
        file: PathBuf,
    },
    /// The machine failed to do something with a file.
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        file: PathBuf,
        /// What the operating system said.
        source: Arc<io::Error>,
    },
    /// Writing has failed; nothing is written any more until a restart, which decides what was durable.
    ReadOnly {
        /// The first failure.
        why: String,
    },
    /// The exchange or document has moved on since it was read; read it again and decide anew.
    Conflict {
        /// Which.
        subject: Subject,
        /// The version the change was decided on.
        expected: u32,
        /// The version it has, when it exists.
        found: Option<u32>,
    },
    /// The same was seen before.
    Repeated {
        /// What is remembered of it.
        seen: Box<Seen>,
    },
    /// Somebody else was given the number meanwhile; take the next one.
    CounterMoved {
        /// The counter.
        name: CounterName,
    },
    /// The job of this lease is no longer the caller's.
    LeaseLost {
        /// Whose job.
        subject: Subject,
    },
    /// A record, a value or a payload is larger than its bound: a fault of ours.
    TooLarge {
        /// What is too large.
        what: &'static str,
        /// Its size in bytes.
        bytes: u64,
        /// The bound in bytes.
        limit: u64,
    },
    /// A body being staged went over the limit given for it.
    OverLimit {
        /// The limit in bytes.
        limit: u64,
    },
    /// A record names a payload that is not stored: a fault of ours, or retention has let it go.
    NoPayload {
        /// Its hash.
        sha256: Sha256,
    },
    /// The index failed. The journal holds everything; a restart makes the index anew.
    Index {
        /// What it said.
        what: String,
    },
    /// The store has been closed.
    Closed,
}

impl StoreError {
    /// A failure of the operating system, told apart by whether the disk is full.
    pub(crate) fn io(doing: &'static str, file: &Path, source: io::Error) -> Self {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { file: file.to_owned() },
            _ => Self::Io { doing, file: file.to_owned(), source: Arc::new(source) },
        }
    }

    /// Something durable that is not as it was written.
    pub(crate) fn corrupt(file: &Path, offset: u64, what: impl Into<String>) -> Self {
        Self::Corrupt { file: file.to_owned(), offset, what: what.into() }
    }

    /// Whether the machine held up the work, and the same work may succeed once a person has looked after it: nothing
    /// is wrong with what was asked for.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Full { .. } | Self::Io { .. } | Self::ReadOnly { .. } | Self::Closed => true,
            Self::Locked { .. } | Self::Newer { .. } | Self::ForeignInstance { .. } => false,
            Self::Conflict { .. } | Self::CounterMoved { .. } | Self::Repeated { .. } | Self::LeaseLost { .. } => false,
            // Ours to mend, or gone: work that meets it again and again is parked.
            Self::Corrupt { .. } | Self::TooLarge { .. } | Self::OverLimit { .. } => false,
            Self::NoPayload { .. } | Self::Index { .. } => false,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { folder } => {
                write!(f, "{} is in use by another edigate; stop it, or give this one another folder", folder.display())
            }
            Self::Newer { file, found, known } => write!(
                f,
                "{} was written by a newer edigate (format {found}, this one reads up to {known}); start the newer \
                 edigate again, or restore a backup made by this one",
                file.display()
            ),
            Self::ForeignInstance { folder, found, configured } => write!(
                f,
                "{} belongs to the instance '{found}', not to '{configured}'; set instance = \"{found}\" or give this \
                 instance a folder of its own",
                folder.display()
            ),
            Self::Corrupt { file, offset, what } => write!(
                f,
                "{} is damaged at byte {offset}: {what}; keep the whole folder as it is, check the disk, and restore \
                 this file from a backup",
                file.display()
            ),
            Self::Full { file } => {
                write!(f, "the disk is full: {} cannot grow; make room, nothing was lost", file.display())
            }
            Self::Io { doing, file, source } => {
                write!(f, "{doing} {} failed: {source}; check the disk and its permissions", file.display())
            }
            Self::ReadOnly { why } => write!(
                f,
                "the store only reads since a write failed ({why}); check the disk, then restart edigate: what was \
                 acknowledged is safe, what was not is decided by the restart"
            ),
            Self::Conflict { subject, expected, found: Some(found) } => {
                write!(f, "{subject} is at version {found}, not {expected}; read it again and decide anew")
            }
            Self::Conflict { subject, expected, found: None } => {
                write!(f, "{subject} does not exist, version {expected} was expected; read it again")
            }
            Self::Repeated { seen } => write!(f, "the same was seen before, at {}", seen.at),
            Self::CounterMoved { name } => {
                write!(f, "the number of {} was given to somebody else; take the next one", name.as_str())
            }
            Self::LeaseLost { subject } => {
                write!(f, "the job of {subject} is no longer held by this worker; let its new holder finish it")
            }
            Self::TooLarge { what, bytes, limit } => {
                write!(f, "{what} has {bytes} bytes and may have {limit}; report this, it is a fault of edigate")
            }
            Self::OverLimit { limit } => {
                write!(f, "the body is larger than {limit} bytes; raise the limit or refuse it")
            }
            Self::NoPayload { sha256 } => write!(
                f,
                "the payload {sha256} is not stored; it was let go by retention, or this is a fault of edigate to report"
            ),
            Self::Index { what } => {
                write!(f, "the index failed: {what}; restart edigate, it makes the index anew from the journal")
            }
            Self::Closed => f.write_str("the store is closed; start edigate again"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A store's error that travelled through `std::io` (a [`Stage`](super::SpoolStage) written through `io::Write`).
impl StoreError {
    /// Takes the store's error out of an `io::Error`, when there is one inside.
    pub fn from_io(error: &io::Error) -> Option<&Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref())
    }
}
