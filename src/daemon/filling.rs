//! Messages that are collected for one interchange: how many there are, how large they are, and who wakes them.

use std::time::Duration;

use super::commands;
use super::ports::Ports;
use crate::base::Timestamp;
use crate::exchange::{Job, JobKind, Lane, Subject};
use crate::partner::Batch;
use crate::store::StoreError;

/// What waits in a lane for an interchange.
pub(super) struct Filling {
    every: Duration,
    count: usize,
    size: u64,
    waiting: usize,
    bytes: u64,
    /// The first in the lane: once it is due, all go with it.
    leader: Option<Job>,
}

impl Filling {
    /// What waits in the store; `None` where nothing is to wait.
    pub(super) fn of(ports: &Ports, batch: Batch, lane: &Lane) -> Result<Option<Self>, StoreError> {
        let Batch::Collect { every, count, size } = batch else { return Ok(None) };
        let jobs = ports.outbox.jobs_of(JobKind::Assemble, lane, count)?;
        let mut bytes = 0_u64;
        for job in &jobs {
            bytes = bytes.saturating_add(message_bytes(ports, job)?);
        }
        Ok(Some(Self { every, count, size, waiting: jobs.len(), bytes, leader: jobs.into_iter().next() }))
    }

    /// One more message. True when an interchange is full with it.
    pub(super) fn add(&mut self, bytes: u64) -> bool {
        self.waiting += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self.waiting >= self.count || self.bytes >= self.size
    }

    /// The next message begins another interchange. Says who led this one, where that is in the store.
    pub(super) fn begin_anew(&mut self) -> Option<Job> {
        (self.waiting, self.bytes) = (0, 0);
        self.leader.take()
    }

    /// When an interchange is made of what waits, though it is not full.
    pub(super) fn due(&self, now: Timestamp) -> Timestamp {
        now.after(self.every)
    }
}

/// Bytes of the message of a document that waits.
fn message_bytes(ports: &Ports, job: &Job) -> Result<u64, StoreError> {
    let Subject::Document(id) = job.subject else { return Ok(0) };
    let detail = commands::load(ports, id)?.map(|(_, detail)| detail);
    Ok(detail.map_or(0, |detail| detail.message_bytes()))
}
