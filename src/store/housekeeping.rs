//! The housekeeper: a thread that makes a snapshot when enough closed segments lie behind.

use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use super::chain::Chain;
use super::error::StoreError;
use super::shared::Shared;
use super::snapshot;

/// What the housekeeper could not do last, for the operator to see. It tries again at the next segment.
pub(crate) type Complaint = Arc<Mutex<Option<StoreError>>>;

/// Looks after the snapshots until the outbox is closed.
pub(crate) fn run(shared: &Shared, signals: &Receiver<()>, snapshot_after: usize, complaint: &Complaint) {
    while signals.recv().is_ok() {
        let failed = look(shared, snapshot_after).err();
        *complaint.lock().unwrap_or_else(PoisonError::into_inner) = failed;
    }
}

fn look(shared: &Shared, snapshot_after: usize) -> Result<(), StoreError> {
    let due = {
        let _alone = shared.housekeeping.lock().unwrap_or_else(PoisonError::into_inner);
        let covered = shared.layout.list_snapshots()?.last().map_or(0, |(sequence, _)| *sequence);
        let chain = Chain::read(&shared.layout, &shared.store)?;
        let open = |last: u64| last > covered;
        chain.links().iter().filter_map(|link| link.closed).filter(|(_, last)| open(*last)).count() >= snapshot_after
    };
    if due { make_snapshot(shared).map(|_sequence| ()) } else { Ok(()) }
}

/// Folds the closed segments into a snapshot; one at a time.
pub(crate) fn make_snapshot(shared: &Shared) -> Result<Option<u64>, StoreError> {
    let _alone = shared.housekeeping.lock().unwrap_or_else(PoisonError::into_inner);
    snapshot::make(&shared.layout, &shared.store)
}
