//! Jobs in their lanes: who takes a place, who leaves, and who leads now.

use std::collections::{BTreeMap, BTreeSet};

use super::codec::Consequence;
use super::decide::push;
use super::error::StoreError;
use super::key;
use super::view::{View, read_value};
use crate::exchange::{Change, Effect, Job, JobKind, Lane, Subject};

/// What a change does to jobs: each subject's job before it and after it.
pub(crate) struct Schedule {
    subjects: BTreeMap<Subject, (Option<Job>, Option<Job>)>,
}

impl Schedule {
    /// Reads the jobs that a change touches, before any of it is laid over the view.
    pub(crate) fn read(view: &View<'_>, change: &Change) -> Result<Self, StoreError> {
        let mut subjects = BTreeMap::new();
        for effect in &change.effects {
            let (subject, after) = match effect {
                Effect::Job(job) => (job.subject, Some(job.clone())),
                Effect::JobDone(subject) => (*subject, None),
                _ => continue,
            };
            match subjects.get_mut(&subject) {
                Some((_before, last)) => *last = after,
                None => drop(subjects.insert(subject, (view.read(&key::job(&subject))?, after))),
            }
        }
        Ok(Self { subjects })
    }

    /// How many more jobs are open afterwards.
    pub(crate) fn difference(&self) -> i64 {
        self.subjects.values().map(|(before, after)| i64::from(after.is_some()) - i64::from(before.is_some())).sum()
    }

    /// Lays the jobs over the view and draws the consequences for their lanes.
    pub(crate) fn conclude(&self, view: &mut View<'_>, into: &mut Vec<Consequence>) -> Result<(), StoreError> {
        let jobs = self.subjects.values().flat_map(|(before, after)| [before, after]).flatten();
        let lanes: BTreeSet<(JobKind, Lane)> = jobs.map(|job| (job.kind, job.lane)).collect();
        let leaders = lanes
            .into_iter()
            .map(|(kind, lane)| Ok((kind, lane, leader(view, kind, &lane)?)))
            .collect::<Result<Vec<_>, StoreError>>()?;
        self.requeue(view, into);
        for (kind, lane, led) in leaders {
            let leads = self.leader_now(view, kind, &lane, led.as_ref())?;
            let turn_of = |job: &Job| (job.due, job.position);
            let subject_of = |job: &Job| job.subject;
            if led.as_ref().map(subject_of) != leads.as_ref().map(subject_of) {
                push(view, into, Consequence::Leader(kind, lane, leads.as_ref().map(subject_of)));
            }
            if led.as_ref().map(turn_of) == leads.as_ref().map(turn_of) {
                continue;
            }
            if let Some(job) = led {
                push(view, into, Consequence::Unlead(kind, job.due, job.position));
            }
            if let Some(job) = leads {
                push(view, into, Consequence::Lead(kind, job.due, job.position, job.subject));
            }
        }
        Ok(())
    }

    /// Writes the jobs and moves them in and out of their places.
    fn requeue(&self, view: &mut View<'_>, into: &mut Vec<Consequence>) {
        for (subject, (before, after)) in &self.subjects {
            let effect = after.as_ref().map_or(Effect::JobDone(*subject), |job| Effect::Job(job.clone()));
            key::fold_effect(&effect, &mut view.own);
            if before.as_ref().map(place_of) == after.as_ref().map(place_of) {
                continue;
            }
            if let Some(job) = before {
                push(view, into, Consequence::Unqueue(job.kind, job.lane, job.position));
            }
            if let Some(job) = after {
                push(view, into, Consequence::Queue(job.kind, job.lane, job.position, *subject));
            }
        }
    }

    /// Who leads a lane afterwards. Unless the former leader has left, only the jobs of this change can have passed
    /// it. When it has, the lane is read from behind its place: before it nobody stood.
    fn leader_now(
        &self,
        view: &View<'_>,
        kind: JobKind,
        lane: &Lane,
        led: Option<&Job>,
    ) -> Result<Option<Job>, StoreError> {
        let touched = self.subjects.values().filter_map(|(_, after)| after.as_ref());
        let of_lane = touched.filter(|job| job.kind == kind && job.lane == *lane);
        let left = led.filter(|job| match self.subjects.get(&job.subject) {
            Some((_, after)) => after.as_ref().map(place_of) != Some(place_of(job)),
            None => false,
        });
        let other = match left {
            Some(job) => next_after(view, job)?,
            None => led.filter(|job| !self.subjects.contains_key(&job.subject)).cloned(),
        };
        Ok(of_lane.cloned().chain(other).min_by_key(|job| job.position))
    }
}

/// What makes a job the same job in its lane.
fn place_of(job: &Job) -> (JobKind, Lane, u64) {
    (job.kind, job.lane, job.position)
}

/// The job that leads a lane.
fn leader(view: &View<'_>, kind: JobKind, lane: &Lane) -> Result<Option<Job>, StoreError> {
    let subject: Option<Subject> = view.read(&key::leader(kind, lane))?;
    subject.map_or(Ok(None), |subject| view.read(&key::job(&subject)))
}

/// The first job behind another's place in its lane.
fn next_after(view: &View<'_>, job: &Job) -> Result<Option<Job>, StoreError> {
    let from = key::queue(job.kind, &job.lane, job.position.saturating_add(1));
    let Some(subject) = view.first(&from, &key::queue(job.kind, &job.lane, u64::MAX))? else { return Ok(None) };
    view.read(&key::job(&read_value::<Subject>(&subject)?))
}
