//! Jobs handed out one at a time.

use super::error::StoreError;
use crate::exchange::{Applied, Change, Job};

/// A job in hand. Dropped without [`Lease::finish`], the job comes due again after a short delay.
#[must_use = "a dropped lease is a job not done"]
#[derive(Debug)]
pub struct Lease {
    job: Job,
}

impl Lease {
    /// The job, its attempts counted with this one.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// Writes the outcome, provided the job is still held. The change must close the job or write it anew.
    pub async fn finish(self, _change: Change) -> Result<Applied, StoreError> {
        unimplemented!()
    }
}
