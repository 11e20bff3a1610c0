//! Letting go: records that are settled and old, payloads that nothing names any more, the segments they lay in.
//!
//! Forgetting is a change like any other, so replay forgets the same. One round is: records (`forget.rs`), payloads
//! (`sweep.rs`), segments (`compaction.rs`); a store that is to stay below a size lets settled things go before their
//! time first (`pressure.rs`). Each part leaves a store that is whole, so a round may be cut off anywhere.

use std::sync::atomic::Ordering;

use super::compaction::{self, Thrift};
use super::error::StoreError;
use super::outbox::Outbox;
use super::report::Released;
use super::{forget, housekeeping, pressure, sweep};
use crate::base::Timestamp;
use crate::exchange::Stage;

/// What may be let go: what was settled before these instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Documents and outbox rows.
    pub documents: Timestamp,
    /// Messages that were accepted or sent, with their bytes and what proves them.
    pub exchanges: Timestamp,
    /// Messages that were refused, and repeats.
    pub unaccepted: Timestamp,
    /// Keys by which something is recognised when it comes again.
    pub keys: Timestamp,
    /// What operators did.
    pub audit: Timestamp,
    /// Bytes that the folder is to stay below; documents and messages that nobody waits for go before their time for that,
    /// the oldest first.
    pub bytes: Option<u64>,
}

impl Retention {
    /// The same instant for everything, and no size.
    pub const fn before(instant: Timestamp) -> Self {
        Self { documents: instant, exchanges: instant, unaccepted: instant, keys: instant, audit: instant, bytes: None }
    }
}

/// The instants of one round.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cutoffs {
    pub(crate) documents: Timestamp,
    /// Of documents that never go before their time.
    pub(crate) documents_by_age: Timestamp,
    pub(crate) exchanges: Timestamp,
    pub(crate) unaccepted: Timestamp,
    /// Of messages that never go before their time.
    pub(crate) exchanges_by_age: Timestamp,
    pub(crate) keys: Timestamp,
    pub(crate) audit: Timestamp,
}

impl Cutoffs {
    fn of_age(retention: &Retention) -> Self {
        let Retention { documents, exchanges, unaccepted, keys, audit, bytes: _ } = *retention;
        Self { documents, documents_by_age: documents, exchanges, unaccepted, exchanges_by_age: exchanges, keys, audit }
    }

    /// Before what an exchange at this stage must have changed last.
    pub(crate) const fn of(&self, stage: Stage) -> Timestamp {
        match stage {
            Stage::Refused | Stage::Repeated => self.unaccepted,
            stage if waits_for_somebody(stage) => self.exchanges_by_age,
            _ => self.exchanges,
        }
    }
}

/// Whether a receipt may still come, or a person is to look into it or to send it again.
pub(crate) const fn waits_for_somebody(stage: Stage) -> bool {
    matches!(stage, Stage::Overdue | Stage::Disputed | Stage::Failed)
}

/// Lets go what may go, one round of it.
pub(crate) fn release(outbox: &Outbox, retention: &Retention) -> Result<Released, StoreError> {
    let mut released = Released::default();
    let mut cutoffs = Cutoffs::of_age(retention);
    (released.records, released.is_more) = forget::records(outbox, &cutoffs)?;
    // To sweep, every detail is read: not at each start for nothing, and not once for each part of what is let go.
    let is_first = !outbox.shared.has_released.swap(true, Ordering::Relaxed);
    if !released.is_more && (released.records > 0 || !is_first) {
        sweep::run(outbox, &mut released)?;
    }
    let mut thrift = Thrift::Ample;
    if let Some(excess) = pressure::excess(&outbox.shared, retention)? {
        thrift = Thrift::Tight;
        let goes = pressure::tighten(&outbox.shared, &mut cutoffs, excess)?;
        released.is_helpless = excess.missing > 0 && !goes;
        if goes {
            let (records, is_more) = forget::records(outbox, &cutoffs)?;
            released.before_time = records;
            released.is_more |= is_more;
            sweep::run(outbox, &mut released)?;
        }
        // What was let go is on disk until the older snapshot covers its segment.
        housekeeping::make_snapshot(&outbox.shared)?;
    }
    compaction::run(outbox, thrift, &mut released)?;
    released.over = pressure::excess(&outbox.shared, retention)?.map_or(0, |excess| excess.bytes);
    Ok(released)
}
