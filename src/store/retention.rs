//! Letting go: records that are settled and old, then the segments and files that nothing needs any more.
//!
//! Forgetting is a change like any other, so replay forgets the same. A segment goes, oldest first, when all of it is
//! older than asked, the *older* snapshot covers it (should the newest be damaged, the older one and the journal must
//! still give the same state), and no record that stays names one of its payloads. The payloads are forgotten by a
//! change before the segment is removed. *A crash* between the two leaves a segment that nothing names, which the next
//! release removes, and files that no record names, which the next start removes as orphans.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::PoisonError;

use super::chain::{Chain, Link};
use super::codec::{Forgotten, Place};
use super::commit::What;
use super::error::StoreError;
use super::index::each_entry;
use super::key::{self, Space};
use super::layout::{remove, sync_folder};
use super::outbox::Outbox;
use super::report::Released;
use super::segment::End;
use super::shared::Shared;
use super::view::read_value;
use crate::base::{ExchangeId, Sha256, Timestamp};
use crate::exchange::{
    Answer, BlobRef, Detail, Dispatch, Document, DocumentDetail, Effect, Exchange, Row, RowStage, Seen, Sent, Subject,
};

/// Records forgotten in one change.
const FORGOTTEN_AT_ONCE: usize = 512;

/// Forgets what was settled before `before`, and frees what only that needed.
pub(crate) fn release(outbox: &Outbox, before: Timestamp) -> Result<Released, StoreError> {
    forget_all(outbox, settled_records(&outbox.shared, before)?)?;
    let shared = &outbox.shared;
    let _alone = shared.housekeeping.lock().unwrap_or_else(PoisonError::into_inner);
    let snapshots = shared.layout.list_snapshots()?;
    let covered = match snapshots.as_slice() {
        [.., (older, _), _newest] => *older,
        _ => return Ok(Released::default()),
    };
    let mut released = Released::default();
    for link in Chain::read(&shared.layout, &shared.store)?.links() {
        let Some((end, _)) = link.closed.filter(|(_, last)| *last <= covered) else { break };
        let Some(payloads) = payloads_to_go(shared, link, end, before)? else { break };
        forget_all(
            outbox,
            payloads.iter().map(|(sha256, place)| Forgotten::Payload(*sha256, place.segment)).collect(),
        )?;
        remove(&link.path)?;
        sync_folder(&shared.layout.journal())?;
        released.segments += 1;
        for (sha256, _) in payloads.iter().filter(|(_, place)| place.offset.is_none()) {
            // The same bytes may have come again meanwhile; then they were not forgotten.
            if shared.place(sha256)?.is_some() {
                continue;
            }
            remove(&shared.layout.payload(sha256))?;
            released.files += 1;
        }
    }
    Ok(released)
}

fn forget_all(outbox: &Outbox, forgotten: Vec<Forgotten>) -> Result<(), StoreError> {
    let mut rest = forgotten.as_slice();
    while !rest.is_empty() {
        let (now, later) = rest.split_at(rest.len().min(FORGOTTEN_AT_ONCE));
        outbox.forget(What::Forget(outbox.shared.clock.now(), now.to_vec()))?;
        rest = later;
    }
    Ok(())
}

/// Records that were settled before `before` and have no open job: an exchange, once all of its documents may go; a
/// document and its row, once published; an answer.
fn settled_records(shared: &Shared, before: Timestamp) -> Result<Vec<Forgotten>, StoreError> {
    let mut forgotten = Vec::new();
    let mut needed: BTreeSet<ExchangeId> = BTreeSet::new();
    let has_job = |subject| shared.index.get(&key::job(&subject)).map(|job| job.is_some());
    each(shared, Space::Row, |row: Row| {
        let published = row.stage == RowStage::Published && row.published_at.is_some_and(|at| at < before);
        if published && !has_job(Subject::Row(row.id))? {
            forgotten.push(Forgotten::Row(row.id));
        }
        Ok(())
    })?;
    each(shared, Space::Document, |document: Document| {
        let waits = match document.row {
            Some(row) => has_job(Subject::Row(row))?,
            None => false,
        };
        let works = waits || has_job(Subject::Document(document.id))?;
        if document.stage.is_settled() && document.updated_at.unwrap_or(document.created_at) < before && !works {
            forgotten.push(Forgotten::Document(document.id));
        } else {
            needed.extend(document.exchange);
        }
        Ok(())
    })?;
    each(shared, Space::Exchange, |exchange: Exchange| {
        let settled = exchange.stage.is_settled() && exchange.updated_at < before;
        let works = has_job(Subject::Exchange(exchange.id))? || has_job(Subject::Receipt(exchange.id))?;
        if settled && !needed.contains(&exchange.id) && !works {
            forgotten.push(Forgotten::Exchange(exchange.id));
        }
        Ok(())
    })?;
    each_entry(shared.index.as_ref(), &Space::Answer.first(), &Space::Answer.end(), |key, value| {
        let answer: Answer = read_value(&value)?;
        if let Some(key) = key::dedup_of(&key).filter(|_| answer.at < before) {
            forgotten.push(Forgotten::Answer(key));
        }
        Ok(())
    })?;
    each_entry(shared.index.as_ref(), &Space::Sent.first(), &Space::Sent.end(), |key, value| {
        let sent: Sent = read_value(&value)?;
        if let Some(key) = key::dedup_of(&key).filter(|_| sent.at < before) {
            forgotten.push(Forgotten::Sent(key));
        }
        Ok(())
    })?;
    each_entry(shared.index.as_ref(), &Space::Seen.first(), &Space::Seen.end(), |key, value| {
        let seen: Seen = read_value(&value)?;
        if let Some(key) = key::dedup_of(&key).filter(|_| seen.at < before) {
            forgotten.push(Forgotten::Seen(key));
        }
        Ok(())
    })?;
    each(shared, Space::Dispatch, |dispatch: Dispatch| {
        if dispatch.updated_at < before {
            forgotten.push(Forgotten::Dispatch(dispatch.exchange));
        }
        Ok(())
    })?;
    Ok(forgotten)
}

/// The payloads that lie in a segment, when it may go; `None` when it may not.
fn payloads_to_go(
    shared: &Shared,
    link: &Link,
    end: End,
    before: Timestamp,
) -> Result<Option<Vec<(Sha256, Place)>>, StoreError> {
    let (mut old, mut named) = (true, BTreeSet::new());
    link.scan_closed(end, 0, &mut |entry| {
        old &= entry.record.change.at < before;
        named.extend(entry.payloads.iter().map(|(reference, _)| reference.sha256));
        Ok(())
    })?;
    if !old {
        return Ok(None);
    }
    let mut payloads = Vec::new();
    for sha256 in named {
        if let Some(place) = shared.place(&sha256)?.filter(|place| place.segment == link.head.number) {
            payloads.push((sha256, place));
        }
    }
    let here: BTreeSet<Sha256> = payloads.iter().map(|(sha256, _)| *sha256).collect();
    let mut needed = false;
    each_reference(shared, |reference| {
        needed |= here.contains(&reference.sha256);
        Ok(())
    })?;
    each(shared, Space::Document, |document: Document| {
        needed |= named_by_document(shared, &document)?.iter().any(|reference| here.contains(&reference.sha256));
        Ok(())
    })?;
    each(shared, Space::Exchange, |exchange: Exchange| {
        needed |= named_in_detail(shared, &exchange)?.iter().any(|reference| here.contains(&reference.sha256));
        Ok(())
    })?;
    Ok((!needed).then_some(payloads))
}

/// The payloads that an exchange's detail names: the message as it came, its content and its answer. A detail is itself
/// a payload, and is rewritten when the exchange is parked: what it names may lie in a much older segment.
pub(crate) fn named_in_detail(shared: &Shared, exchange: &Exchange) -> Result<Vec<BlobRef>, StoreError> {
    let bytes = read_detail(shared, &exchange.detail)?;
    // Of no layout that names payloads.
    let Ok(detail) = Detail::from_json(&bytes) else { return Ok(Vec::new()) };
    Ok(detail.references())
}

/// The payloads that a document's detail names.
pub(crate) fn named_by_document(shared: &Shared, document: &Document) -> Result<Vec<BlobRef>, StoreError> {
    let Some(detail) = &document.detail else { return Ok(Vec::new()) };
    let bytes = read_detail(shared, detail)?;
    Ok(DocumentDetail::from_json(&bytes).map(|detail| detail.references()).unwrap_or_default())
}

fn read_detail(shared: &Shared, reference: &BlobRef) -> Result<Vec<u8>, StoreError> {
    let path = shared.layout.payload(&reference.sha256);
    let mut bytes = Vec::new();
    let mut detail = shared.open_payload(reference)?;
    detail.read_to_end(&mut bytes).map_err(|error| StoreError::io("reading", &path, error))?;
    Ok(bytes)
}

/// Every payload that a record names itself; what an exchange's detail names comes from [`named_in_detail`].
pub(crate) fn each_reference(
    shared: &Shared,
    mut each_one: impl FnMut(BlobRef) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut of = |effect: Effect| key::blobs(&effect).into_iter().try_for_each(&mut each_one);
    each(shared, Space::Exchange, |record| of(Effect::Exchange(record)))?;
    each(shared, Space::Document, |record| of(Effect::Document(record)))?;
    each(shared, Space::Row, |record| of(Effect::Row(record)))?;
    each(shared, Space::Dispatch, |record| of(Effect::Dispatch(record)))?;
    each_entry(shared.index.as_ref(), &Space::Answer.first(), &Space::Answer.end(), |_key, value| {
        let answer: Answer = read_value(&value)?;
        answer.receipt.map_or(Ok(()), &mut each_one)
    })
}

pub(crate) fn each<T: for<'b> minicbor::Decode<'b, ()>>(
    shared: &Shared,
    space: Space,
    mut each_one: impl FnMut(T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_entry(shared.index.as_ref(), &space.first(), &space.end(), |_key, value| each_one(read_value(&value)?))
}
