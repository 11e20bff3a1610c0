//! The store: the journal of changes is the truth, everything else can be made from it again.
//!
//! Signatures first; the formats on disk are described here when they stand.

mod ballast;
mod error;
mod lease;
mod outbox;
mod read;
mod settings;
mod spool;

pub use ballast::{Level, Space};
pub use error::StoreError;
pub use lease::Lease;
pub use outbox::{Check, Health, IndexRecovery, Outbox, Recovery, Released, Torn};
pub use read::{Counts, DocumentQuery, ExchangeQuery, Found, Page};
pub use settings::{IndexKind, StoreSettings};
pub use spool::{PayloadReader, Spool, Stage as SpoolStage, Staged, StagedReader};
