//! Jobs handed out one at a time.
//!
//! Leases live in memory only: after a restart every open job is free again. The index knows the jobs that lead
//! their lanes by the time they are due (keys `t`), so nothing is held here but what is in somebody's hands and what
//! was dropped a moment ago.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::commit::Holding;
use super::error::StoreError;
use super::index::{Index, Order};
use super::key;
use super::outbox::Outbox;
use super::view::read_value;
use crate::base::{Clock, Timestamp};
use crate::exchange::{Applied, Change, Job, JobKind, Subject};

/// Leaders looked at in one step of the search for a claimable one.
const PAGE: usize = 64;
/// The longest wait for a due time in one go, so that a clock that was set forward is noticed.
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// Waits are rounded up to this, so that a job due in less than a millisecond does not spin.
const SHORTEST_WAIT: Duration = Duration::from_millis(1);

/// A job in hand. Dropped without [`Lease::finish`], the job comes due again after a short delay.
#[must_use = "a dropped lease is a job not done"]
#[derive(Debug)]
pub struct Lease {
    job: Job,
    hold: Hold,
    outbox: Arc<Outbox>,
}

impl Lease {
    pub(crate) fn new(job: Job, hold: Hold, outbox: Arc<Outbox>) -> Self {
        Self { job, hold, outbox }
    }

    /// The job, its attempts counted with this one where its kind counts them.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Writes the outcome, provided the job is still held. The change must close the job or write it anew; one that
    /// does neither leaves the job to come due again after the delay of a dropped lease.
    pub async fn finish(self, change: Change) -> Result<Applied, StoreError> {
        let holding = Holding::of(&self.job);
        self.outbox.finish(change, holding, self.hold).await
    }
}

/// Who holds what. Shared by the outbox, the commit thread and every lease.
pub(crate) struct Leases {
    table: Mutex<Table>,
    changed: Notify,
    clock: Arc<dyn Clock>,
    delay: Duration,
}

#[derive(Debug, Default)]
struct Table {
    /// Numbers leases, so that an old one is not taken for the present one.
    epoch: u64,
    held: HashMap<Subject, u64>,
    /// Dropped leases, until the job may be claimed again.
    delayed: BTreeMap<Subject, Timestamp>,
}

/// The hold on a job that a lease has. Dropped unsettled, the job is delayed and then free.
#[derive(Debug)]
pub(crate) struct Hold {
    leases: Arc<Leases>,
    pub(crate) subject: Subject,
    epoch: u64,
    settled: bool,
}

impl std::fmt::Debug for Leases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leases").field("held", &self.table().held.len()).finish_non_exhaustive()
    }
}

impl Leases {
    pub(crate) fn new(clock: Arc<dyn Clock>, delay: Duration) -> Arc<Self> {
        Arc::new(Self { table: Mutex::default(), changed: Notify::new(), clock, delay })
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the first free leader of `kind` that is due.
    pub(crate) fn take(self: &Arc<Self>, index: &dyn Index, kind: JobKind) -> Result<Option<(Job, Hold)>, StoreError> {
        let now = self.clock.now();
        let mut table = self.table();
        table.delayed.retain(|_, until| *until > now);
        let free = self.first_leader(index, kind, |due, subject| {
            due > now || !(table.held.contains_key(subject) || table.delayed.contains_key(subject))
        })?;
        let Some((due, subject)) = free.filter(|(due, _)| *due <= now) else { return Ok(None) };
        // The job is read after its lead: a change in between may have closed or moved it, and then it is not free.
        let job = index.get(&key::job(&subject))?.map(|value| read_value::<Job>(&value)).transpose()?;
        let Some(job) = job.filter(|job| job.kind == kind && job.due == due) else { return Ok(None) };
        table.epoch += 1;
        let epoch = table.epoch;
        table.held.insert(subject, epoch);
        Ok(Some((job, Hold { leases: Arc::clone(self), subject, epoch, settled: false })))
    }

    /// When the soonest free leader of `kind` may be claimed.
    fn next_due(&self, index: &dyn Index, kind: JobKind) -> Result<Option<Timestamp>, StoreError> {
        let table = self.table();
        let now = self.clock.now();
        let free = self.first_leader(index, kind, |_, subject| {
            !table.held.contains_key(subject) && table.delayed.get(subject).is_none_or(|until| *until <= now)
        })?;
        let delayed = table.delayed.values().copied().filter(|until| *until > now).min();
        Ok(free.map(|(due, _)| due).into_iter().chain(delayed).min())
    }

    fn first_leader(
        &self,
        index: &dyn Index,
        kind: JobKind,
        wanted: impl Fn(Timestamp, &Subject) -> bool,
    ) -> Result<Option<(Timestamp, Subject)>, StoreError> {
        let (mut next, end) = key::leads(kind);
        loop {
            let entries = index.range(&next, &end, Order::Ascending, PAGE)?;
            let full = entries.len() == PAGE;
            for (key, value) in entries {
                let (due, subject) = (key::due_of_lead(&key), read_value::<Subject>(&value)?);
                if let Some(due) = due.filter(|due| wanted(*due, &subject)) {
                    return Ok(Some((due, subject)));
                }
                next = key;
                next.push(0);
            }
            if !full {
                return Ok(None);
            }
        }
    }

    /// Ready when a job of `kind` may be claimable, or when the index cannot tell.
    pub(crate) async fn work(&self, index: &dyn Index, kind: JobKind) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Enrolled before looking, so that a change between the look and the wait is not missed.
            changed.as_mut().enable();
            let wait = match self.next_due(index, kind) {
                Ok(Some(due)) if due <= self.clock.now() => return,
                Ok(Some(due)) => due.since(self.clock.now()).clamp(SHORTEST_WAIT, LONGEST_WAIT),
                Ok(None) => LONGEST_WAIT,
                Err(_) => return,
            };
            // Either outcome means the same: look again.
            drop(tokio::time::timeout(wait, changed).await);
        }
    }

    /// Wakes everybody who waits for work.
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }
}

impl Hold {
    /// The outcome is written: the job, if there still is one, is free at once.
    pub(crate) fn settle(mut self) {
        self.settled = true;
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut table = self.leases.table();
        if table.held.get(&self.subject) == Some(&self.epoch) {
            table.held.remove(&self.subject);
            if !self.settled {
                let until = self.leases.clock.now().after(self.leases.delay);
                table.delayed.insert(self.subject, until);
            }
        }
        drop(table);
        self.leases.wake();
    }
}
