//! Which payloads are still named: by records, and by the details that records name.

use std::io::Read;

use super::error::StoreError;
use super::index::each_entry;
use super::key::{self, Space};
use super::shared::Shared;
use super::view::read_value;
use crate::exchange::{Answer, AuditRow, BlobRef, Detail, Dispatch, Document, DocumentDetail, Effect, Exchange, Row};

/// Every payload that is named, by a record or by a detail; one that is named twice comes twice.
pub(crate) fn every_reference(
    shared: &Shared,
    mut each_one: impl FnMut(BlobRef) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_reference(shared, &mut each_one)?;
    each(shared, Space::Document, |document: Document| {
        named_by_document(shared, &document)?.into_iter().try_for_each(&mut each_one)
    })?;
    each(shared, Space::Exchange, |exchange: Exchange| {
        named_in_detail(shared, &exchange)?.into_iter().try_for_each(&mut each_one)
    })
}

/// Every payload that a record names itself; what details name comes from [`named_in_detail`] and
/// [`named_by_document`].
pub(crate) fn each_reference(
    shared: &Shared,
    mut each_one: impl FnMut(BlobRef) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut of = |effect: Effect| key::blobs(&effect).into_iter().try_for_each(&mut each_one);
    each(shared, Space::Exchange, |record: Exchange| of(Effect::Exchange(record)))?;
    each(shared, Space::Document, |record: Document| of(Effect::Document(record)))?;
    each(shared, Space::Row, |record: Row| of(Effect::Row(record)))?;
    each(shared, Space::Dispatch, |record: Dispatch| of(Effect::Dispatch(record)))?;
    each(shared, Space::Audit, |record: AuditRow| of(Effect::Audit(record)))?;
    each_entry(shared.index.as_ref(), &Space::Answer.first(), &Space::Answer.end(), |_key, value| {
        let answer: Answer = read_value(&value)?;
        answer.receipt.map_or(Ok(()), &mut each_one)
    })
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
    Ok(detail_of(shared, document)?.references())
}

/// A document's detail; an empty one when it has none, or one of no layout that is known.
pub(crate) fn detail_of(shared: &Shared, document: &Document) -> Result<DocumentDetail, StoreError> {
    let Some(detail) = &document.detail else { return Ok(DocumentDetail::default()) };
    Ok(DocumentDetail::from_json(&read_detail(shared, detail)?).unwrap_or_default())
}

fn read_detail(shared: &Shared, reference: &BlobRef) -> Result<Vec<u8>, StoreError> {
    let path = shared.layout.payload(&reference.sha256);
    let mut bytes = Vec::new();
    let mut detail = shared.open_payload(reference)?;
    detail.read_to_end(&mut bytes).map_err(|error| StoreError::io("reading", &path, error))?;
    Ok(bytes)
}

/// Every record of a space.
pub(crate) fn each<T: for<'b> minicbor::Decode<'b, ()>>(
    shared: &Shared,
    space: Space,
    mut each_one: impl FnMut(T) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_entry(shared.index.as_ref(), &space.first(), &space.end(), |_key, value| each_one(read_value(&value)?))
}
