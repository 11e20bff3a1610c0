//! Which records are let go: those that are settled, as old as their kind asks, and needed by nothing that stays.
//!
//! | record | goes when |
//! |---|---|
//! | document | it is settled, no step of it or of its interchange is open, and for a size nobody may ask after it |
//! | outbox row | it is published, and its document is gone or, but for no size, was published again since |
//! | exchange | it is settled, no step is open, and all of its documents are gone |
//! | sent, dispatch | their exchange is gone |
//! | answer | its exchange is gone, and no partner's window reaches back to it |
//! | seen | no window reaches back to it, and its exchange is not under way |
//! | audit | it is as old; the newest always stays |
//!
//! Counters and certificate uses are never let go. Looking takes long and the world goes on meanwhile, so the commit
//! thread asks the same once more (`decide.rs`).

use std::collections::{BTreeMap, BTreeSet};

use super::codec::Forgotten;
use super::commit::What;
use super::error::StoreError;
use super::index::each_entry;
use super::key::{self, Space};
use super::outbox::Outbox;
use super::references::{detail_of, each};
use super::retention::Cutoffs;
use super::shared::Shared;
use super::view::read_value;
use crate::base::{DocumentId, ExchangeId, Timestamp};
use crate::exchange::{
    Answer, AuditRow, CounterName, DedupKey, Dispatch, Document, DocumentStage, Exchange, Row, RowStage, Seen, Sent,
    Subject,
};

/// Records forgotten in one change.
const AT_ONCE: usize = 512;
/// Records forgotten in one round; the rest goes in the next.
pub(crate) const RECORDS_AT_MOST: u64 = 200_000;

/// What is to be let go, and since when it must not have changed for that.
#[derive(Clone, Debug)]
pub(crate) struct Going {
    pub(crate) what: Forgotten,
    pub(crate) before: Timestamp,
    /// Documents of an exchange, which must be gone before it.
    pub(crate) behind: Vec<DocumentId>,
}

/// The steps that may be open for an exchange.
pub(crate) const fn steps_of_exchange(id: ExchangeId) -> [Subject; 4] {
    [Subject::Exchange(id), Subject::Receipt(id), Subject::Documents(id), Subject::Acknowledgement(id)]
}

/// The steps that may be open for a document: its own, its publication, and those of the interchange that carries it.
pub(crate) fn steps_of_document(document: &Document) -> Vec<Subject> {
    let interchange = document.exchange.filter(|_| document.outbound).map(steps_of_exchange);
    let row = document.row.map(Subject::Row);
    [Subject::Document(document.id)].into_iter().chain(row).chain(interchange.into_iter().flatten()).collect()
}

/// When a document changed last.
pub(crate) fn touched(document: &Document) -> Timestamp {
    document.updated_at.unwrap_or(document.created_at)
}

/// Has decisions written, many in one change.
pub(crate) struct Forgetter<'a> {
    outbox: &'a Outbox,
    pending: Vec<Going>,
    /// How many there were.
    pub(crate) forgotten: u64,
    most: u64,
    /// Whether something was left for the next round.
    pub(crate) is_more: bool,
}

impl<'a> Forgetter<'a> {
    pub(crate) fn new(outbox: &'a Outbox, most: u64) -> Self {
        Self { outbox, pending: Vec::new(), forgotten: 0, most, is_more: false }
    }

    /// Lets one go; false when this round has let go enough.
    pub(crate) fn put(&mut self, what: Forgotten, before: Timestamp) -> Result<bool, StoreError> {
        self.put_behind(what, before, Vec::new())
    }

    fn put_behind(&mut self, what: Forgotten, before: Timestamp, behind: Vec<DocumentId>) -> Result<bool, StoreError> {
        if self.forgotten >= self.most {
            self.is_more = true;
            return Ok(false);
        }
        self.forgotten += 1;
        self.pending.push(Going { what, before, behind });
        if self.pending.len() >= AT_ONCE {
            self.flush()?;
        }
        Ok(true)
    }

    /// Makes durable what was put.
    pub(crate) fn flush(&mut self) -> Result<(), StoreError> {
        if !self.pending.is_empty() {
            self.outbox.forget(What::Forget(self.outbox.shared.clock.now(), std::mem::take(&mut self.pending)))?;
        }
        Ok(())
    }
}

/// Forgets the records that may go. Says how many, and whether more are left.
pub(crate) fn records(outbox: &Outbox, cutoffs: &Cutoffs) -> Result<(u64, bool), StoreError> {
    let shared = &outbox.shared;
    let mut forgetter = Forgetter::new(outbox, RECORDS_AT_MOST);
    let kin = documents(shared, cutoffs, &mut forgetter)?;
    rows(shared, cutoffs, &mut forgetter)?;
    exchanges(shared, cutoffs, kin, &mut forgetter)?;
    memories(shared, cutoffs, &mut forgetter)?;
    audit(shared, cutoffs, &mut forgetter)?;
    Ok((forgetter.forgotten, forgetter.is_more))
}

/// What exchanges have to do with documents.
#[derive(Default)]
struct Kin {
    /// Those whose documents stay.
    needed: BTreeSet<ExchangeId>,
    /// Documents that go, by their exchange. One of them may still come back to life, and then its exchange stays.
    going: BTreeMap<ExchangeId, Vec<DocumentId>>,
}

fn documents(shared: &Shared, cutoffs: &Cutoffs, forgetter: &mut Forgetter<'_>) -> Result<Kin, StoreError> {
    let mut kin = Kin::default();
    each(shared, Space::Document, |document: Document| {
        let goes = touched(&document) < cutoffs.documents
            && is_free(shared, &document)?
            && (touched(&document) < cutoffs.documents_by_age || !may_be_asked_after(shared, &document)?)
            && forgetter.put(Forgotten::Document(document.id), cutoffs.documents)?;
        match document.exchange {
            Some(exchange) if goes => kin.going.entry(exchange).or_default().push(document.id),
            exchange => kin.needed.extend(exchange),
        }
        Ok(())
    })?;
    forgetter.flush()?;
    Ok(kin)
}

/// Whether a document may go as far as it itself and its steps are concerned.
pub(crate) fn is_free(shared: &Shared, document: &Document) -> Result<bool, StoreError> {
    Ok(document.stage.is_settled() && are_idle(shared, steps_of_document(document))?)
}

/// Whether somebody may still want a settled document, so that no size lets it go before its time: a person who is to send
/// again what failed, or an ERP that has not said what became of a document. So long it may come and fetch it, too.
pub(crate) fn may_be_asked_after(shared: &Shared, document: &Document) -> Result<bool, StoreError> {
    Ok(match document.stage {
        DocumentStage::Failed => true,
        DocumentStage::Published => detail_of(shared, document)?.verdict.is_none(),
        _ => false,
    })
}

/// Whether none of these has an open step.
pub(crate) fn are_idle(shared: &Shared, steps: impl IntoIterator<Item = Subject>) -> Result<bool, StoreError> {
    for subject in steps {
        if shared.index.get(&key::job(&subject))?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn rows(shared: &Shared, cutoffs: &Cutoffs, forgetter: &mut Forgetter<'_>) -> Result<(), StoreError> {
    each(shared, Space::Row, |row: Row| {
        let is_old = |before| row.stage == RowStage::Published && row.published_at.is_some_and(|at| at < before);
        if !is_old(cutoffs.documents) {
            return Ok(());
        }
        let before = match document_of(shared, &row)? {
            None => cutoffs.documents,
            // It is published again as it was addressed then.
            Some(document) if document.row == Some(row.id) => return Ok(()),
            Some(_published_again) => cutoffs.documents_by_age,
        };
        if is_old(before) && are_idle(shared, [Subject::Row(row.id)])? {
            forgetter.put(Forgotten::Row(row.id), before)?;
        }
        Ok(())
    })?;
    forgetter.flush()
}

fn document_of(shared: &Shared, row: &Row) -> Result<Option<Document>, StoreError> {
    let Some(id) = row.document else { return Ok(None) };
    shared.index.get(&key::document(&id))?.map(|value| read_value(&value)).transpose()
}

fn exchanges(
    shared: &Shared,
    cutoffs: &Cutoffs,
    mut kin: Kin,
    forgetter: &mut Forgetter<'_>,
) -> Result<(), StoreError> {
    each(shared, Space::Exchange, |exchange: Exchange| {
        let before = cutoffs.of(exchange.stage);
        let is_old = exchange.stage.is_settled() && exchange.updated_at < before;
        if is_old && !kin.needed.contains(&exchange.id) && are_idle(shared, steps_of_exchange(exchange.id))? {
            let documents = kin.going.remove(&exchange.id).unwrap_or_default();
            forgetter.put_behind(Forgotten::Exchange(exchange.id), before, documents)?;
        }
        Ok(())
    })?;
    forgetter.flush()
}

/// What is remembered so that it is recognised.
fn memories(shared: &Shared, cutoffs: &Cutoffs, forgetter: &mut Forgetter<'_>) -> Result<(), StoreError> {
    let exchange = |id: &ExchangeId| shared.index.get(&key::exchange(id));
    each_memory(shared, Space::Answer, |key, answer: Answer| {
        if answer.at < cutoffs.keys && exchange(&answer.exchange)?.is_none() {
            forgetter.put(Forgotten::Answer(key), cutoffs.keys)?;
        }
        Ok(())
    })?;
    each_memory(shared, Space::Sent, |key, sent: Sent| {
        if exchange(&sent.exchange)?.is_none() {
            forgetter.put(Forgotten::Sent(key), cutoffs.keys)?;
        }
        Ok(())
    })?;
    each_memory(shared, Space::Seen, |key, seen: Seen| {
        let under_way = match seen.exchange {
            Some(id) => match exchange(&id)? {
                Some(value) => !read_value::<Exchange>(&value)?.stage.is_settled(),
                None => false,
            },
            None => false,
        };
        if seen.at < cutoffs.keys && !under_way {
            forgetter.put(Forgotten::Seen(key), cutoffs.keys)?;
        }
        Ok(())
    })?;
    each(shared, Space::Dispatch, |dispatch: Dispatch| {
        if exchange(&dispatch.exchange)?.is_none() {
            forgetter.put(Forgotten::Dispatch(dispatch.exchange), cutoffs.keys)?;
        }
        Ok(())
    })?;
    forgetter.flush()
}

fn each_memory<T: for<'b> minicbor::Decode<'b, ()>>(
    shared: &Shared,
    space: Space,
    mut each_one: impl FnMut(DedupKey, T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_entry(shared.index.as_ref(), &space.first(), &space.end(), |key, value| {
        key::dedup_of(&key).map_or(Ok(()), |key| each_one(key, read_value(&value)?))
    })
}

/// The oldest rows, without a gap; the newest stays, as the next one names it.
fn audit(shared: &Shared, cutoffs: &Cutoffs, forgetter: &mut Forgetter<'_>) -> Result<(), StoreError> {
    let newest = shared.index.get(&key::counter(&CounterName::audit()))?;
    let newest = newest.as_deref().and_then(key::number_of).unwrap_or(0);
    let mut goes_on = true;
    each(shared, Space::Audit, |row: AuditRow| {
        goes_on = goes_on
            && row.at < cutoffs.audit
            && row.number < newest
            && forgetter.put(Forgotten::Audit(row.number), cutoffs.audit)?;
        Ok(())
    })?;
    forgetter.flush()
}
