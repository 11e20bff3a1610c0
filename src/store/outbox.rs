//! The store as everybody else sees it.

use std::fmt;
use std::fs::{self, File};
use std::future::Future;
use std::io::Read;
use std::sync::mpsc::{self, Sender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::ballast::Space;
use super::commit::{Committer, Holding, Request, What};
use super::disk::{Disk, RealDisk};
use super::error::StoreError;
use super::housekeeping::{self, Complaint};
use super::journal::Journal;
use super::layout::Layout;
use super::lease::{Hold, Lease, Leases};
use super::recover;
use super::report::{Check, Health, Recovery, Released};
use super::retention::Retention;
use super::settings::StoreSettings;
use super::shared::Shared;
use super::spool::{LONGEST_INLINE, PayloadReader, Spool};
use super::{check, retention};
use crate::base::{Clock, Entropy, Sha256};
use crate::exchange::{Applied, BlobRef, Change, Effect, JobKind, Payload, PayloadBody};

/// Changes that may wait for the commit thread; more callers wait before they hand theirs over.
const WAITING: usize = 1024;

/// The store.
pub struct Outbox {
    pub(crate) shared: Arc<Shared>,
    commits: Arc<Commits>,
    spool: Spool,
    threads: Mutex<Vec<JoinHandle<()>>>,
    complaint: Complaint,
    _lock: File,
}

/// The way to the commit thread.
struct Commits {
    layout: Layout,
    sender: RwLock<Option<Sender<Request>>>,
    permits: Arc<Semaphore>,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("folder", &self.shared.layout.root()).finish_non_exhaustive()
    }
}

impl Outbox {
    /// Opens the store in `settings.folder`, making it when it is missing, and recovers what a crash left. Blocks.
    ///
    /// # Errors
    /// [`StoreError::Locked`], [`StoreError::Newer`], [`StoreError::ForeignInstance`]; [`StoreError::Corrupt`] when
    /// something is gone that had been acknowledged; whatever the operating system says.
    pub fn open(
        settings: &StoreSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<(Arc<Self>, Recovery), StoreError> {
        Self::open_on(settings, clock, entropy, Arc::new(RealDisk))
    }

    pub(crate) fn open_on(
        settings: &StoreSettings,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        disk: Arc<dyn Disk>,
    ) -> Result<(Arc<Self>, Recovery), StoreError> {
        let begun = Instant::now();
        let opened = recover::open(settings, clock.as_ref(), entropy, disk)?;
        let recover::Opened { layout, lock, identity, index, journal, ballast, mut recovery } = opened;
        let leases = Leases::new(Arc::clone(&clock), settings.dropped_lease_delay);
        let capacity = Journal::capacity(recover::segment_bytes(settings));
        let (housekeeper, signals) = sync_channel(1);
        let shared = Arc::new(Shared::new(
            layout.clone(),
            identity.store,
            clock,
            index,
            leases,
            ballast,
            capacity,
            housekeeper,
        )?);
        let (sender, requests) = mpsc::channel();
        let committer = Committer { journal, shared: Arc::clone(&shared), requests, held_over: None };
        let complaint = Complaint::default();
        let threads = start_threads(committer, &shared, signals, settings.snapshot_after, &complaint)?;
        shared.wake_housekeeping();
        recovery.took = begun.elapsed();
        let permits = Arc::new(Semaphore::new(WAITING));
        let commits = Arc::new(Commits { layout: layout.clone(), sender: RwLock::new(Some(sender)), permits });
        let spool = Spool::new(layout);
        let outbox = Self { shared, commits, spool, threads: Mutex::new(threads), complaint, _lock: lock };
        Ok((Arc::new(outbox), recovery))
    }

    /// Writes a change whole or not at all; ready when it is durable. Dropping the future does not undo the change.
    pub fn apply(&self, change: Change) -> impl Future<Output = Result<Applied, StoreError>> + Send + use<> {
        let commits = Arc::clone(&self.commits);
        async move { commits.submit(change, None, None).await }
    }

    /// [`Outbox::apply`] for threads that may block. Panics inside an async task.
    pub fn apply_blocking(&self, change: Change) -> Result<Applied, StoreError> {
        self.commits.validate(&change)?;
        self.commits.send(What::Change(change), None, None, None)?.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Writes the outcome of a job in hand.
    pub(crate) async fn finish(&self, change: Change, job: Holding, hold: Hold) -> Result<Applied, StoreError> {
        self.commits.submit(change, Some(job), Some(hold)).await
    }

    /// Has retention's decisions written. Blocks.
    pub(crate) fn forget(&self, what: What) -> Result<Applied, StoreError> {
        self.commits.send(what, None, None, None)?.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Where bodies are staged.
    pub fn spool(&self) -> &Spool {
        &self.spool
    }

    /// A payload, its hash verified.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`], with file and place, when it is not what its hash says or its file is missing;
    /// [`StoreError::NoPayload`] when it was never stored or retention has let it go.
    pub fn payload(&self, reference: &BlobRef) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::with_capacity(usize::try_from(reference.length).unwrap_or(0));
        let path = self.shared.layout.payload(&reference.sha256);
        let mut reader = self.shared.open_payload(reference)?;
        reader.read_to_end(&mut bytes).map_err(|error| StoreError::io("reading", &path, error))?;
        // A file was verified before it was read; what has been read is what is given out.
        if Sha256::of(&bytes) == reference.sha256 {
            Ok(bytes)
        } else {
            Err(StoreError::corrupt(&path, 0, "the payload changed while it was read"))
        }
    }

    /// A payload of any size, its hash verified before the first byte is given out. Errors as [`Outbox::payload`].
    pub fn payload_reader(&self, reference: &BlobRef) -> Result<PayloadReader, StoreError> {
        self.shared.open_payload(reference)
    }

    /// The oldest job of `kind` that is due, leads its lane and is in nobody's hands. Where the kind counts attempts,
    /// this one is on disk before the job is handed out.
    pub async fn claim(self: &Arc<Self>, kind: JobKind) -> Result<Option<Lease>, StoreError> {
        if let Some(failure) = self.shared.failure() {
            return Err(failure);
        }
        let Some((mut job, hold)) = self.shared.leases.take(self.shared.index.as_ref(), kind)? else {
            return Ok(None);
        };
        if kind.counts_attempts() {
            job.attempts = job.attempts.saturating_add(1);
            let mut change = Change::new(self.shared.clock.now());
            change.effects.push(Effect::Job(job.clone()));
            self.commits.submit(change, Some(Holding::of(&job)), None).await?;
        }
        Ok(Some(Lease::new(job, hold, Arc::clone(self))))
    }

    /// Ready when a job of `kind` may be claimable; there may turn out to be none.
    pub async fn work(&self, kind: JobKind) {
        self.shared.leases.work(self.shared.index.as_ref(), kind).await;
    }

    /// Free space; makes the ballast again when there is room for it.
    pub fn space(&self) -> Result<Space, StoreError> {
        self.shared.ballast.space()
    }

    /// Whether the store still writes.
    pub fn health(&self) -> Health {
        match self.shared.failure() {
            None if self.has_ended_early() => Health::ReadOnly { why: "the thread that writes has ended".to_owned() },
            None => Health::Writing,
            Some(StoreError::ReadOnly { why }) => Health::ReadOnly { why },
            Some(other) => Health::ReadOnly { why: other.to_string() },
        }
    }

    /// Whether the commit thread, which stands first, is gone before the store was closed: a fault of ours.
    fn has_ended_early(&self) -> bool {
        let threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.first().is_some_and(JoinHandle::is_finished)
    }

    /// Why the last snapshot in the background failed, when it did. It is tried again at the next segment.
    pub fn snapshot_fault(&self) -> Option<StoreError> {
        self.complaint.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes a snapshot of all closed segments now; `None` when it would hold nothing new. Blocks.
    pub fn snapshot_now(&self) -> Result<Option<u64>, StoreError> {
        housekeeping::make_snapshot(&self.shared)
    }

    /// One round of letting go: records that may go, payloads that nothing names any more, journal segments once what is
    /// still needed of them was carried on. Blocks, for long in a large store.
    pub fn release(&self, retention: &Retention) -> Result<Released, StoreError> {
        retention::release(self, retention)
    }

    /// Bytes of the folder.
    pub fn size(&self) -> Result<u64, StoreError> {
        self.shared.layout.size()
    }

    /// Reads everything and compares. Blocks, for long; call it while nothing is being written.
    pub fn check(&self) -> Result<Check, StoreError> {
        check::run(&self.shared)
    }

    /// Ends the work in hand and vouches for the last batch; every change after it is [`StoreError::Closed`]. Blocks.
    /// The folder is free for another process once the last handle is gone.
    pub fn close(&self) {
        drop(self.commits.sender.write().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.dismiss_housekeeper();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            thread.join().unwrap_or_default();
        }
        // The index can be made again; that it could not be flushed only costs time at the next start.
        self.shared.index.flush().unwrap_or_default();
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.close();
    }
}

impl Commits {
    async fn submit(&self, change: Change, job: Option<Holding>, hold: Option<Hold>) -> Result<Applied, StoreError> {
        self.validate(&change)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_closed| StoreError::Closed)?;
        let answer = self.send(What::Change(change), job, hold, Some(permit))?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    fn send(
        &self,
        what: What,
        job: Option<Holding>,
        hold: Option<Hold>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<oneshot::Receiver<Result<Applied, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let sender = self.sender.read().unwrap_or_else(PoisonError::into_inner);
        let sender = sender.as_ref().ok_or(StoreError::Closed)?;
        sender.send(Request { what, job, hold, reply, permit }).map_err(|_closed| StoreError::Closed)?;
        Ok(answer)
    }

    /// Checks the payloads in the caller's time: each is what its name says, and a kept one is really there.
    fn validate(&self, change: &Change) -> Result<(), StoreError> {
        change.payloads.iter().try_for_each(|payload| self.validate_payload(payload))
    }

    fn validate_payload(&self, Payload { reference, body }: &Payload) -> Result<(), StoreError> {
        let sha256 = reference.sha256;
        let there = match body {
            PayloadBody::Inline(bytes) if bytes.len() as u64 > LONGEST_INLINE => {
                let (bytes, limit) = (bytes.len() as u64, LONGEST_INLINE);
                return Err(StoreError::TooLarge { what: "a payload in a change", bytes, limit });
            }
            PayloadBody::Inline(bytes) => bytes.len() as u64 == reference.length && Sha256::of(bytes) == sha256,
            PayloadBody::Kept => {
                fs::metadata(self.layout.payload(&sha256)).is_ok_and(|file| file.len() == reference.length)
            }
        };
        if there { Ok(()) } else { Err(StoreError::NoPayload { sha256 }) }
    }
}

fn start_threads(
    committer: Committer,
    shared: &Arc<Shared>,
    signals: mpsc::Receiver<()>,
    snapshot_after: usize,
    complaint: &Complaint,
) -> Result<Vec<JoinHandle<()>>, StoreError> {
    let failed = |error| StoreError::io("starting a thread for", shared.layout.root(), error);
    let (shared_too, complaint) = (Arc::clone(shared), Arc::clone(complaint));
    let committing =
        thread::Builder::new().name("store-commit".to_owned()).spawn(move || committer.run()).map_err(failed)?;
    let keeping = thread::Builder::new()
        .name("store-keep".to_owned())
        .spawn(move || housekeeping::run(&shared_too, &signals, snapshot_after, &complaint))
        .map_err(failed)?;
    Ok(vec![committing, keeping])
}
