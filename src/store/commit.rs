//! The commit thread: it takes what waits as one batch, decides each change, makes all durable with one sync, brings
//! the index up to it and only then answers.
//!
//! Everybody in a batch is answered after its sync, `Seen` too: what was seen may have been a moment old. When the
//! sync fails, nobody gets a positive answer.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::codec::{self, Body};
use super::decide::{Verdict, decide, decide_forgetting, most_bytes};
use super::error::StoreError;
use super::forget::Going;
use super::index::Mark;
use super::journal::{Failure, Journal};
use super::key::{self, Overlay};
use super::lease::Hold;
use super::segment::{LONGEST_BODY, framed};
use super::shared::Shared;
use super::view::View;
use crate::base::Timestamp;
use crate::exchange::{Applied, Change, Job, JobKind, Subject};

/// Changes made durable by one sync.
const LONGEST_BATCH: usize = 512;
/// After so much silence a mark vouches for the last batch.
const IDLE: Duration = Duration::from_millis(5);

/// One change on its way to the disk.
pub(crate) struct Request {
    pub(crate) what: What,
    /// The job that must still be open for the change to be committed.
    pub(crate) job: Option<Holding>,
    /// A lease that ends with this change.
    pub(crate) hold: Option<Hold>,
    pub(crate) reply: oneshot::Sender<Result<Applied, StoreError>>,
    /// Bounds how many wait.
    pub(crate) permit: Option<OwnedSemaphorePermit>,
}

/// What is to be written.
pub(crate) enum What {
    /// What the domain decided.
    Change(Change),
    /// What retention lets go.
    Forget(Timestamp, Vec<Going>),
}

/// Names a job as it was when it was taken; closed and added anew it is another.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holding {
    subject: Subject,
    kind: JobKind,
    position: u64,
}

impl Holding {
    pub(crate) fn of(job: &Job) -> Self {
        Self { subject: job.subject, kind: job.kind, position: job.position }
    }

    fn check(self, view: &View<'_>) -> Result<(), StoreError> {
        let job: Option<Job> = view.read(&key::job(&self.subject))?;
        let same = job.is_some_and(|job| job.kind == self.kind && job.position == self.position);
        if same { Ok(()) } else { Err(StoreError::LeaseLost { subject: self.subject }) }
    }
}

/// The thread's state.
pub(crate) struct Committer {
    pub(crate) journal: Journal,
    pub(crate) shared: Arc<Shared>,
    pub(crate) requests: Receiver<Request>,
    /// A request that no longer fitted into the batch before.
    pub(crate) held_over: Option<Request>,
}

#[derive(Default)]
struct Batch {
    overlay: Overlay,
    bodies: Vec<Body>,
    members: Vec<Member>,
    /// The most bytes that the bodies may take, as it was guessed before they were written out.
    most: u64,
    /// The bytes that they do take.
    framed: u64,
}

struct Member {
    outcome: Result<Applied, StoreError>,
    hold: Option<Hold>,
    reply: oneshot::Sender<Result<Applied, StoreError>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Committer {
    /// Works until nobody can ask any more.
    pub(crate) fn run(mut self) {
        while let Some(first) = self.wait() {
            let shared = Arc::clone(&self.shared);
            let files = shared.files.lock().unwrap_or_else(PoisonError::into_inner);
            let batch = self.collect(first);
            self.commit(batch);
            drop(files);
            if self.journal.has_rolled() {
                self.shared.wake_housekeeping();
            }
        }
        if self.shared.failure().is_none() {
            self.journal.close();
        }
    }

    fn wait(&mut self) -> Option<Request> {
        if let Some(request) = self.held_over.take() {
            return Some(request);
        }
        if !self.journal.is_marked() {
            match self.requests.recv_timeout(IDLE) {
                Ok(request) => return Some(request),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => self.journal.mark(),
            }
        }
        self.requests.recv().ok()
    }

    /// Decides the first request and all that wait behind it and fit into the same segment.
    fn collect(&mut self, first: Request) -> Batch {
        let mut batch = Batch::default();
        let mut next = Some(first);
        while let Some(request) = next.take() {
            let most = match &request.what {
                What::Change(change) => most_bytes(change),
                What::Forget(_, going) => 1024 + 64 * going.len() as u64,
            };
            if !batch.members.is_empty() && batch.most + most > self.shared.capacity {
                self.held_over = Some(request);
                break;
            }
            batch.most += most;
            self.admit(&mut batch, request);
            if batch.members.len() < LONGEST_BATCH {
                next = self.requests.try_recv().ok();
            }
        }
        batch
    }

    fn admit(&self, batch: &mut Batch, request: Request) {
        let Request { what, job, hold, reply, permit } = request;
        let outcome = match self.shared.failure() {
            Some(failure) => Err(failure),
            None => self.decide(batch, what, job),
        };
        // An index that cannot be read does not mend itself; a restart makes it anew.
        let outcome = match outcome {
            Err(error @ StoreError::Index { .. }) => Err(self.shared.fail(&error)),
            outcome => outcome,
        };
        batch.members.push(Member { outcome, hold, reply, _permit: permit });
    }

    fn decide(&self, batch: &mut Batch, what: What, job: Option<Holding>) -> Result<Applied, StoreError> {
        let view = View::new(self.shared.index.as_ref(), &batch.overlay);
        job.map_or(Ok(()), |job| job.check(&view))?;
        let sequence = self.journal.next_sequence() + batch.bodies.len() as u64;
        let verdict = match what {
            What::Change(change) => {
                self.shared.expect_files(&change.payloads)?;
                decide(view, change, sequence)?
            }
            What::Forget(at, going) => decide_forgetting(view, at, &going)?,
        };
        let (record, changes) = match verdict {
            Verdict::Commit(record, changes) => (record, changes),
            Verdict::Seen(answer) => return Ok(Applied::Seen(answer)),
        };
        let body = codec::encode(*record);
        let room = self.shared.capacity.saturating_sub(batch.framed);
        let limit = framed(LONGEST_BODY).min(room);
        if framed(body.bytes.len()) > limit {
            return Err(StoreError::TooLarge { what: "a change", bytes: body.bytes.len() as u64, limit });
        }
        batch.framed += framed(body.bytes.len());
        batch.overlay.extend(changes);
        batch.bodies.push(body);
        Ok(Applied::Done)
    }

    fn commit(&mut self, mut batch: Batch) {
        let leads = batch.overlay.keys().any(|key| key::Space::Lead.holds(key));
        let ended: BTreeSet<Subject> = batch
            .members
            .iter()
            .filter_map(|member| member.hold.as_ref())
            .map(|hold| hold.subject)
            .filter(|subject| batch.overlay.contains_key(&key::job(subject)))
            .collect();
        if let Err(failure) = self.write(&mut batch) {
            for member in &mut batch.members {
                member.outcome = Err(failure.clone());
            }
        }
        for Member { outcome, hold, reply, _permit } in batch.members {
            // A change that left its job as it was has not ended it: dropping the hold delays the job.
            if let Some(hold) = hold
                && outcome.is_ok()
                && ended.contains(&hold.subject)
            {
                hold.settle();
            }
            // Whether anybody still waits for the answer does not matter: the change stands.
            drop(reply.send(outcome));
        }
        if leads {
            self.shared.leases.wake();
        }
    }

    /// Makes the batch durable, and then visible.
    fn write(&mut self, batch: &mut Batch) -> Result<(), StoreError> {
        if batch.bodies.is_empty() {
            return Ok(());
        }
        self.shared.index.takes()?;
        let bodies: Vec<&[u8]> = batch.bodies.iter().map(|body| body.bytes.as_slice()).collect();
        let written = self.journal.append(&bodies).map_err(|failure| match failure {
            Failure::NotTried(error) => error,
            Failure::Unknown(error) => self.shared.fail(&error),
        })?;
        for (body, written) in batch.bodies.iter().zip(written) {
            key::fold_payloads(&body.payloads, written.segment, written.body, &mut batch.overlay);
        }
        self.shared.note_counts(&batch.overlay);
        let mark = Mark { store: self.shared.store, applied: self.journal.last() };
        // The changes are durable but cannot be shown; a restart makes the index anew and shows them.
        self.shared
            .index
            .apply(std::mem::take(&mut batch.overlay), Some(mark))
            .map_err(|error| self.shared.fail(&error))
    }
}
