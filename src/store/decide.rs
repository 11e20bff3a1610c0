//! What a change becomes when it is committed: conditions checked, numbers given, consequences drawn.
//!
//! Only the commit thread decides, one change after the other, against the index and the earlier changes of the same
//! batch. What it decided stands in the record, so that replay decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::Decode;

use super::codec::{Consequence, Counted, Forgotten, Place, Record};
use super::error::StoreError;
use super::index::{Index, Order};
use super::key::{self, LONGEST_VALUE, Overlay};
use crate::base::{ExchangeId, Timestamp};
use crate::exchange::{
    Answer, Change, CounterName, Document, DocumentStage, Effect, Exchange, Expect, Job, JobKind, Lane, Payload,
    PayloadBody, Row, RowStage, Subject,
};

/// Jobs that one change may add: a position is a record's sequence and the job's number in it.
const JOBS_PER_CHANGE_BITS: u32 = 16;

/// The state a change is decided on: the index, the batch before it, and the change itself so far.
pub(crate) struct View<'a> {
    index: &'a dyn Index,
    batch: &'a Overlay,
    own: Overlay,
}

/// What a change became.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is to be written, with these changes to the index.
    Commit(Box<Record>, Overlay),
    /// Its message had been answered before.
    Seen(Answer),
}

impl<'a> View<'a> {
    pub(crate) fn new(index: &'a dyn Index, batch: &'a Overlay) -> Self {
        Self { index, batch, own: Overlay::new() }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        match self.own.get(key).or_else(|| self.batch.get(key)) {
            Some(value) => Ok(value.clone()),
            None => self.index.get(key),
        }
    }

    /// A record under its key.
    pub(crate) fn read<T: for<'b> Decode<'b, ()>>(&self, key: &[u8]) -> Result<Option<T>, StoreError> {
        self.get(key)?.map(|value| read_value(&value)).transpose()
    }

    fn number(&self, key: &[u8]) -> Result<u64, StoreError> {
        Ok(self.get(key)?.as_deref().and_then(key::number_of).unwrap_or(0))
    }

    /// The value of the first key in `from..to`.
    fn first(&self, from: &[u8], to: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        const PAGE: usize = 16;
        let range = || from.to_vec()..to.to_vec();
        let written = self.batch.range(range()).chain(self.own.range(range()));
        let overlaid: BTreeMap<&[u8], Option<&Vec<u8>>> =
            written.map(|(key, value)| (key.as_slice(), value.as_ref())).collect();
        let ahead = overlaid.iter().find_map(|(key, value)| value.map(|value| (*key, value)));
        let mut next = from.to_vec();
        loop {
            let end = ahead.map_or(to, |(key, _)| key);
            let entries = self.index.range(&next, end, Order::Ascending, PAGE)?;
            let full = entries.len() == PAGE;
            for (key, value) in entries {
                if !overlaid.contains_key(key.as_slice()) {
                    return Ok(Some(value));
                }
                next = key;
                next.push(0);
            }
            if !full {
                return Ok(ahead.map(|(_, value)| value.clone()));
            }
        }
    }

    /// The job that leads a lane.
    fn leader(&self, kind: JobKind, lane: &Lane) -> Result<Option<Job>, StoreError> {
        let Some(subject) = self.first(&key::queue(kind, lane, 0), &key::queue(kind, lane, u64::MAX))? else {
            return Ok(None);
        };
        self.read(&key::job(&read_value::<Subject>(&subject)?))
    }
}

/// A record out of its value.
pub(crate) fn read_value<T: for<'b> Decode<'b, ()>>(value: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(value).map_err(|error| StoreError::Index { what: format!("a value cannot be read ({error})") })
}

/// Decides `change`, which will be the record `sequence`.
pub(crate) fn decide(mut view: View<'_>, mut change: Change, sequence: u64) -> Result<Verdict, StoreError> {
    for expect in std::mem::take(&mut change.expect) {
        match expect {
            Expect::Unanswered(key) => {
                if let Some(answer) = view.read(&key::answer(&key))? {
                    return Ok(Verdict::Seen(answer));
                }
            }
            Expect::Version { exchange, version } => expect_version(&view, exchange, version)?,
        }
    }
    number_rows(&mut view, &mut change)?;
    number_jobs(&mut change, sequence);
    expect_payloads(&view, &change)?;
    let mut consequences = Vec::new();
    count(&mut view, &change, &mut consequences)?;
    schedule(&mut view, &change, &mut consequences)?;
    let longest = view.own.values().flatten().map(Vec::len).max().unwrap_or(0);
    if longest > LONGEST_VALUE {
        let (bytes, limit) = (longest as u64, LONGEST_VALUE as u64);
        return Err(StoreError::TooLarge { what: "a value of the index", bytes, limit });
    }
    Ok(Verdict::Commit(Box::new(Record { change, consequences }), view.own))
}

/// Decides what retention lets go: a change without effects.
pub(crate) fn decide_forgetting(mut view: View<'_>, at: Timestamp, what: &[Forgotten]) -> Result<Verdict, StoreError> {
    let mut counts = Counts::default();
    let mut consequences = Vec::new();
    for forgotten in what {
        let Some(counted) = forgettable(&view, forgotten)? else { continue };
        counted.into_iter().for_each(|counted| counts.less(counted));
        push(&mut view, &mut consequences, Consequence::Forget(*forgotten));
    }
    counts.conclude(&mut view, &mut consequences)?;
    Ok(Verdict::Commit(Box::new(Record { change: Change::new(at), consequences }), view.own))
}

/// Whether a record may still go: it may have come back to life since retention looked. Says as what it was counted.
fn forgettable(view: &View<'_>, forgotten: &Forgotten) -> Result<Option<Option<Counted>>, StoreError> {
    let Some(value) = view.get(&key::forgotten_key(forgotten))? else { return Ok(None) };
    let idle = |subject| view.get(&key::job(&subject)).map(|job| job.is_none());
    let (goes, counted) = match forgotten {
        Forgotten::Exchange(id) => {
            (idle(Subject::Exchange(*id))?, Some(Counted::Exchange(read_value::<Exchange>(&value)?.stage)))
        }
        Forgotten::Document(_) => {
            let document: Document = read_value(&value)?;
            let idle = document.row.map_or(Ok(true), |row| idle(Subject::Row(row)))?;
            (idle && document.stage == DocumentStage::Published, Some(Counted::Document(document.stage)))
        }
        Forgotten::Row(id) => {
            let row: Row = read_value(&value)?;
            (idle(Subject::Row(*id))? && row.stage == RowStage::Published, Some(Counted::Row(row.stage)))
        }
        Forgotten::Answer(_) => (true, None),
        Forgotten::Payload(_, segment) => (read_value::<Place>(&value)?.segment == *segment, None),
    };
    Ok(goes.then_some(counted))
}

fn push(view: &mut View<'_>, consequences: &mut Vec<Consequence>, consequence: Consequence) {
    key::fold_consequence(&consequence, &mut view.own);
    consequences.push(consequence);
}

fn expect_version(view: &View<'_>, exchange: ExchangeId, expected: u32) -> Result<(), StoreError> {
    let found = view.read::<Exchange>(&key::exchange(&exchange))?.map(|record| record.version);
    if found == Some(expected) { Ok(()) } else { Err(StoreError::Conflict { exchange, expected, found }) }
}

/// Gives rows without a sequence the partner's next, and writes the counters down as absolute values.
fn number_rows(view: &mut View<'_>, change: &mut Change) -> Result<(), StoreError> {
    let mut counters = BTreeMap::new();
    for effect in &mut change.effects {
        if let Effect::Row(row) = effect
            && row.sequence == 0
        {
            let name = CounterName::sequence(&row.partner);
            let last = match counters.get(&name) {
                Some(last) => *last,
                None => view.number(&key::counter(&name))?,
            };
            row.sequence = last + 1;
            counters.insert(name, row.sequence);
        }
    }
    change.effects.extend(counters.into_iter().map(|(name, last)| Effect::Counter(name, last)));
    Ok(())
}

/// Gives jobs without a position the next: positions grow with the journal, so no counter is needed.
fn number_jobs(change: &mut Change, sequence: u64) {
    let mut next = sequence << JOBS_PER_CHANGE_BITS;
    for effect in &mut change.effects {
        if let Effect::Job(job) = effect
            && job.position == 0
        {
            job.position = next;
            next += 1;
        }
    }
}

/// Every payload that a record names comes with the change or is stored already.
fn expect_payloads(view: &View<'_>, change: &Change) -> Result<(), StoreError> {
    let carried: BTreeSet<_> = change.payloads.iter().map(|payload| payload.reference.sha256).collect();
    for reference in change.effects.iter().flat_map(key::blobs) {
        let sha256 = reference.sha256;
        if !carried.contains(&sha256) && view.read::<Place>(&key::payload(&sha256))?.is_none() {
            return Err(StoreError::NoPayload { sha256 });
        }
    }
    Ok(())
}

/// Records by stage, as they change.
#[derive(Default)]
struct Counts(BTreeMap<Counted, i64>);

impl Counts {
    fn more(&mut self, counted: Counted) {
        *self.0.entry(counted).or_default() += 1;
    }

    fn less(&mut self, counted: Counted) {
        *self.0.entry(counted).or_default() -= 1;
    }

    fn conclude(self, view: &mut View<'_>, consequences: &mut Vec<Consequence>) -> Result<(), StoreError> {
        for (counted, difference) in self.0.into_iter().filter(|(_, difference)| *difference != 0) {
            let before = view.number(&key::count(counted))?;
            push(view, consequences, Consequence::Count(counted, before.saturating_add_signed(difference)));
        }
        Ok(())
    }
}

/// Writes the records into the view and counts them by stage. Jobs are left to [`schedule`].
fn count(view: &mut View<'_>, change: &Change, consequences: &mut Vec<Consequence>) -> Result<(), StoreError> {
    let mut counts = Counts::default();
    let stored: Vec<_> = change.payloads.iter().map(|payload| (payload.reference, None)).collect();
    key::fold_payloads(&stored, 0, 0, &mut view.own);
    for effect in &change.effects {
        let (before, after) = match effect {
            Effect::Exchange(after) => (
                view.read(&key::exchange(&after.id))?.map(|before: Exchange| Counted::Exchange(before.stage)),
                Counted::Exchange(after.stage),
            ),
            Effect::Document(after) => (
                view.read(&key::document(&after.id))?.map(|before: Document| Counted::Document(before.stage)),
                Counted::Document(after.stage),
            ),
            Effect::Row(after) => (
                view.read(&key::row(&after.id))?.map(|before: Row| Counted::Row(before.stage)),
                Counted::Row(after.stage),
            ),
            Effect::Answer(..) | Effect::Counter(..) => {
                key::fold_effect(effect, &mut view.own);
                continue;
            }
            Effect::Job(_) | Effect::JobDone(_) => continue,
        };
        before.into_iter().for_each(|before| counts.less(before));
        counts.more(after);
        key::fold_effect(effect, &mut view.own);
    }
    let mut jobs: BTreeMap<Subject, bool> = BTreeMap::new();
    for (subject, open) in change.effects.iter().filter_map(touched_job) {
        jobs.insert(subject, open);
    }
    for (subject, open) in jobs {
        match (view.get(&key::job(&subject))?.is_some(), open) {
            (false, true) => counts.more(Counted::Jobs),
            (true, false) => counts.less(Counted::Jobs),
            _ => {}
        }
    }
    counts.conclude(view, consequences)
}

/// Whose job an effect touches, and whether it is open afterwards.
fn touched_job(effect: &Effect) -> Option<(Subject, bool)> {
    match effect {
        Effect::Job(job) => Some((job.subject, true)),
        Effect::JobDone(subject) => Some((*subject, false)),
        _ => None,
    }
}

/// Moves jobs in and out of their lanes and says who leads them now.
fn schedule(view: &mut View<'_>, change: &Change, consequences: &mut Vec<Consequence>) -> Result<(), StoreError> {
    let mut before: BTreeMap<Subject, Option<Job>> = BTreeMap::new();
    let mut after: BTreeMap<Subject, Option<&Job>> = BTreeMap::new();
    for effect in &change.effects {
        let (subject, job) = match effect {
            Effect::Job(job) => (job.subject, Some(job)),
            Effect::JobDone(subject) => (*subject, None),
            _ => continue,
        };
        before.insert(subject, view.read(&key::job(&subject))?);
        after.insert(subject, job);
    }
    let lane_of = |job: &Job| (job.kind, job.lane);
    let lanes: BTreeSet<(JobKind, Lane)> =
        before.values().flatten().map(lane_of).chain(after.values().flatten().map(|job| lane_of(job))).collect();
    let leaders: Vec<_> = lanes
        .iter()
        .map(|(kind, lane)| Ok(((*kind, *lane), view.leader(*kind, lane)?)))
        .collect::<Result<_, StoreError>>()?;

    change.effects.iter().filter(|effect| touched_job(effect).is_some()).for_each(|effect| {
        key::fold_effect(effect, &mut view.own);
    });
    let place_of = |job: &Job| (job.kind, job.lane, job.position);
    for (subject, job) in &before {
        let now = after.get(subject).copied().flatten();
        if job.as_ref().map(place_of) == now.map(place_of) {
            continue;
        }
        if let Some(job) = job {
            push(view, consequences, Consequence::Unqueue(job.kind, job.lane, job.position));
        }
        if let Some(job) = now {
            push(view, consequences, Consequence::Queue(job.kind, job.lane, job.position, *subject));
        }
    }
    for ((kind, lane), led) in leaders {
        let leads = view.leader(kind, &lane)?;
        let turn_of = |job: &Job| (job.due, job.position);
        if led.as_ref().map(turn_of) == leads.as_ref().map(turn_of) {
            continue;
        }
        if let Some(job) = led {
            push(view, consequences, Consequence::Unlead(kind, job.due, job.position));
        }
        if let Some(job) = leads {
            push(view, consequences, Consequence::Lead(kind, job.due, job.position, job.subject));
        }
    }
    Ok(())
}

/// The most bytes that a change can take in the journal; what it really takes is known once it is decided.
pub(crate) fn most_bytes(change: &Change) -> u64 {
    const EFFECT: u64 = 2 * LONGEST_VALUE as u64 + 512;
    const PAYLOAD: u64 = 128;
    let inline = |payload: &Payload| match &payload.body {
        PayloadBody::Inline(bytes) => bytes.len() as u64,
        PayloadBody::Kept => 0,
    };
    let payloads: u64 = change.payloads.iter().map(|payload| PAYLOAD + inline(payload)).sum();
    1024 + EFFECT * change.effects.len() as u64 + payloads
}
