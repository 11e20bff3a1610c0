//! What a change becomes when it is committed: conditions checked, numbers given, consequences drawn.
//!
//! Only the commit thread decides, one change after the other, against the index and the earlier changes of the same
//! batch. What it decided stands in the record, so that replay decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::codec::{Consequence, Counted, Forgotten, Place, Record};
use super::error::StoreError;
use super::forget::{Going, steps_of_document, steps_of_exchange, touched};
use super::key::{self, LONGEST_VALUE, Overlay};
use super::schedule::Schedule;
use super::view::{View, read_value};
use crate::base::{DocumentId, ExchangeId, Timestamp};
use crate::exchange::{
    Answer, AuditRow, Change, CounterName, Document, Effect, Exchange, Expect, Payload, PayloadBody, Row, RowStage,
    Seen, Sent, Subject,
};

/// Jobs that one change may add: a position is a record's sequence and the job's number in it.
const JOBS_PER_CHANGE_BITS: u32 = 16;

/// What a change became.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is to be written, with these changes to the index.
    Commit(Box<Record>, Overlay),
    /// Its message had been answered before.
    Seen(Answer),
}

/// Decides `change`, which will be the record `sequence`.
pub(crate) fn decide(mut view: View<'_>, mut change: Change, sequence: u64) -> Result<Verdict, StoreError> {
    for expect in std::mem::take(&mut change.expect) {
        match expect {
            Expect::Unanswered(key, since) => {
                let answer: Option<Answer> = view.read(&key::answer(&key))?;
                if let Some(answer) = answer.filter(|answer| answer.at >= since) {
                    return Ok(Verdict::Seen(answer));
                }
            }
            Expect::Version { exchange, version } => expect_version(&view, exchange, version)?,
            Expect::DocumentVersion { document, version } => expect_document(&view, document, version)?,
            Expect::Unseen(key, since) => {
                let seen: Option<Seen> = view.read(&key::seen(&key))?;
                if let Some(seen) = seen.filter(|seen| seen.at >= since) {
                    return Err(StoreError::Repeated { seen: Box::new(seen) });
                }
            }
            Expect::Counter(name, value) => {
                if view.number(&key::counter(&name))? != value {
                    return Err(StoreError::CounterMoved { name });
                }
            }
        }
    }
    number_rows(&mut view, &mut change)?;
    chain_audit(&view, &mut change)?;
    number_jobs(&mut change, sequence);
    expect_payloads(&view, &change)?;
    let mut consequences = Vec::new();
    for word in words_left(&view, &change)? {
        push(&mut view, &mut consequences, Consequence::Forget(word));
    }
    let schedule = Schedule::read(&view, &change)?;
    count(&mut view, &change, &schedule, &mut consequences)?;
    schedule.conclude(&mut view, &mut consequences)?;
    let longest = view.own.values().flatten().map(Vec::len).max().unwrap_or(0);
    if longest > LONGEST_VALUE {
        let (bytes, limit) = (longest as u64, LONGEST_VALUE as u64);
        return Err(StoreError::TooLarge { what: "a value of the index", bytes, limit });
    }
    Ok(Verdict::Commit(Box::new(Record { change, consequences }), view.own))
}

/// Decides what retention lets go: a change without effects.
pub(crate) fn decide_forgetting(mut view: View<'_>, at: Timestamp, all: &[Going]) -> Result<Verdict, StoreError> {
    let mut counts = Counts::default();
    let mut consequences = Vec::new();
    for going in all {
        let forgotten = &going.what;
        let Some(counted) = forgettable(&view, going)? else { continue };
        counted.into_iter().for_each(|counted| counts.less(counted));
        for word in words_of(&view, forgotten)? {
            push(&mut view, &mut consequences, Consequence::Forget(word));
        }
        push(&mut view, &mut consequences, Consequence::Forget(*forgotten));
    }
    counts.conclude(&mut view, &mut consequences)?;
    Ok(Verdict::Commit(Box::new(Record { change: Change::new(at), consequences }), view.own))
}

/// The words by which a document was found, which go with it.
fn words_of(view: &View<'_>, forgotten: &Forgotten) -> Result<Vec<Forgotten>, StoreError> {
    let Forgotten::Document(id) = forgotten else { return Ok(Vec::new()) };
    let document: Option<Document> = view.read(&key::document(id))?;
    let words = document.map(|document| document.words()).unwrap_or_default();
    Ok(words.into_iter().map(|word| Forgotten::Word(word, *id)).collect())
}

/// The words by which a document was found until now: one that was read anew may have another number.
fn words_left(view: &View<'_>, change: &Change) -> Result<Vec<Forgotten>, StoreError> {
    let mut left = Vec::new();
    for effect in &change.effects {
        let Effect::Document(next) = effect else { continue };
        let before: Option<Document> = view.read(&key::document(&next.id))?;
        let (before, now) = (before.map(|before| before.words()).unwrap_or_default(), next.words());
        left.extend(before.into_iter().filter(|word| !now.contains(word)).map(|word| Forgotten::Word(word, next.id)));
    }
    Ok(left)
}

/// Whether a record may still go: it may have come back to life since retention looked. Says as what it was counted.
fn forgettable(view: &View<'_>, going: &Going) -> Result<Option<Option<Counted>>, StoreError> {
    let Going { what, before, behind } = going;
    let before = *before;
    let Some(value) = view.get(&key::forgotten_key(what))? else { return Ok(None) };
    let is_gone = |exchange| view.get(&key::exchange(&exchange)).map(|exchange| exchange.is_none());
    let (goes, counted) = match what {
        Forgotten::Exchange(id) => {
            let exchange: Exchange = read_value(&value)?;
            let goes = exchange.stage.is_settled()
                && exchange.updated_at < before
                && are_idle(view, steps_of_exchange(*id).to_vec())?
                && are_gone(view, behind)?;
            (goes, Some(Counted::Exchange(exchange.stage)))
        }
        Forgotten::Document(_) => {
            let document: Document = read_value(&value)?;
            let goes = document.stage.is_settled()
                && touched(&document) < before
                && are_idle(view, steps_of_document(&document))?;
            (goes, Some(Counted::Document(document.stage)))
        }
        Forgotten::Row(id) => {
            let row: Row = read_value(&value)?;
            let is_old = row.stage == RowStage::Published && row.published_at.is_some_and(|at| at < before);
            (is_old && are_idle(view, vec![Subject::Row(*id)])?, Some(Counted::Row(row.stage)))
        }
        Forgotten::Answer(_) => (read_value::<Answer>(&value)?.at < before, None),
        Forgotten::Sent(_) => (is_gone(read_value::<Sent>(&value)?.exchange)?, None),
        Forgotten::Dispatch(id) => (is_gone(*id)? && are_idle(view, vec![Subject::Receipt(*id)])?, None),
        Forgotten::Seen(_) => (read_value::<Seen>(&value)?.at < before, None),
        Forgotten::Word(..) => (true, None),
        Forgotten::Audit(number) => {
            let newest = view.number(&key::counter(&CounterName::audit()))?;
            (read_value::<AuditRow>(&value)?.at < before && *number < newest, None)
        }
        Forgotten::Payload(_, segment) => (read_value::<Place>(&value)?.segment == *segment, None),
    };
    Ok(goes.then_some(counted))
}

fn are_gone(view: &View<'_>, documents: &[DocumentId]) -> Result<bool, StoreError> {
    for id in documents {
        if view.get(&key::document(id))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn are_idle(view: &View<'_>, steps: Vec<Subject>) -> Result<bool, StoreError> {
    for subject in steps {
        if view.get(&key::job(&subject))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Draws a consequence.
pub(crate) fn push(view: &mut View<'_>, consequences: &mut Vec<Consequence>, consequence: Consequence) {
    key::fold_consequence(&consequence, &mut view.own);
    consequences.push(consequence);
}

fn expect_version(view: &View<'_>, exchange: ExchangeId, expected: u32) -> Result<(), StoreError> {
    let found = view.read::<Exchange>(&key::exchange(&exchange))?.map(|record| record.version);
    expect_same(Subject::Exchange(exchange), expected, found)
}

fn expect_document(view: &View<'_>, document: DocumentId, expected: u32) -> Result<(), StoreError> {
    let found = view.read::<Document>(&key::document(&document))?.map(|record| record.version);
    expect_same(Subject::Document(document), expected, found)
}

fn expect_same(subject: Subject, expected: u32, found: Option<u32>) -> Result<(), StoreError> {
    if found == Some(expected) { Ok(()) } else { Err(StoreError::Conflict { subject, expected, found }) }
}

/// Gives rows without a sequence the partner's next, and writes the counters down as absolute values.
fn number_rows(view: &mut View<'_>, change: &mut Change) -> Result<(), StoreError> {
    let mut counters = BTreeMap::new();
    for effect in &mut change.effects {
        if let Effect::Row(row) = effect
            && row.sequence == 0
        {
            // Documents and events go to exchanges of their own, and each is counted there.
            let name = match row.document {
                Some(_) => CounterName::sequence(&row.partner),
                None => CounterName::event_sequence(&row.partner),
            };
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

/// Gives audit rows without a number the next, and the hash of the row before.
fn chain_audit(view: &View<'_>, change: &mut Change) -> Result<(), StoreError> {
    let rows = change.effects.iter_mut().filter_map(|effect| match effect {
        Effect::Audit(row) if row.number == 0 => Some(row),
        _ => None,
    });
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    let name = CounterName::audit();
    let mut last = view.number(&key::counter(&name))?;
    let mut before = view.read::<AuditRow>(&key::audit(last))?.map(|row| row.hash());
    for row in rows {
        last += 1;
        row.number = last;
        row.before = before.unwrap_or(AuditRow::FIRST);
        before = Some(row.hash());
    }
    change.effects.push(Effect::Counter(name, last));
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

/// Writes the records into the view and counts them by stage. Jobs are left to [`Schedule`].
fn count(
    view: &mut View<'_>,
    change: &Change,
    schedule: &Schedule,
    consequences: &mut Vec<Consequence>,
) -> Result<(), StoreError> {
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
            Effect::Answer(..)
            | Effect::Counter(..)
            | Effect::Sent(..)
            | Effect::Dispatch(_)
            | Effect::CertificateUse(_)
            | Effect::Audit(_)
            | Effect::Seen(..) => {
                key::fold_effect(effect, &mut view.own);
                continue;
            }
            Effect::Job(_) | Effect::JobDone(_) => continue,
        };
        before.into_iter().for_each(|before| counts.less(before));
        counts.more(after);
        key::fold_effect(effect, &mut view.own);
    }
    *counts.0.entry(Counted::Jobs).or_default() += schedule.difference();
    counts.conclude(view, consequences)
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
