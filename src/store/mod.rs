//! The store: the journal of changes is the truth, everything else can be made from it again.
//!
//! ```text
//! folder/
//!   lock       held by the one process that owns the folder
//!   STORE      whose folder it is: store id, format, instance           identity.rs
//!   HEAD       the newest segment and the generation                    identity.rs
//!   ballast    given up when the disk is full                           ballast.rs
//!   journal/   segment-0000000001 …: every change, with its payloads    segment.rs, codec.rs
//!   snapshot/  snapshot-<sequence>: the state as of a sequence          snapshot.rs
//!   spool/     tmp/ bodies that arrive; ab/ab…: payloads above 64 KiB   spool.rs
//!   index/     sled; may be deleted whenever edigate does not run       index.rs, key.rs
//!   index.failed   empty; the index has failed and the next start makes it anew
//! ```
//!
//! A [`Change`](crate::exchange::Change) is decided by the commit thread (`decide.rs`, `commit.rs`) against the index
//! and the changes before it in the same batch, appended to the journal (`journal.rs`), synced, applied to the index
//! and only then answered. Opening (`recover.rs`, `chain.rs`) reads the journal, tells a torn tail from damage, brings
//! the index up to it or makes it anew, and refuses rather than go on with less than had been acknowledged.
//!
//! Retention (`retention.rs`) forgets records by changes, and gives back the journal's beginning once what is still needed of
//! it was carried into its newest segment.
//!
//! sled is named in `index.rs` and `settings.rs` and nowhere else.

mod audit;
mod ballast;
mod buffer;
mod chain;
mod check;
mod codec;
mod commit;
mod compaction;
mod decide;
mod disk;
mod error;
mod fields;
mod forget;
mod housekeeping;
mod identity;
mod index;
mod journal;
mod key;
mod layout;
mod lease;
mod marks;
mod outbox;
mod prepare;
mod pressure;
mod read;
mod recover;
mod references;
mod report;
mod retention;
mod schedule;
mod segment;
mod settings;
mod shared;
mod snapshot;
mod spool;
mod sweep;
mod view;
#[cfg(test)]
mod tests;

pub use audit::{AuditCheck, AuditQuery};
pub use ballast::{Level, Space};
pub use error::StoreError;
pub use lease::Lease;
pub use outbox::Outbox;
pub use read::{Counts, DocumentQuery, ExchangeQuery, Found, Page};
pub use report::{Check, Health, IndexRecovery, Recovery, Released, Torn};
pub use retention::Retention;
pub use settings::{IndexKind, StoreSettings};
pub use spool::{PayloadReader, Spool, Stage as SpoolStage, Staged, StagedReader};
