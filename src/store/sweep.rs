//! Payloads that nothing names any more: their entries go from the index, their files from the spool.
//!
//! Only payloads of closed segments are looked at: a record that names a younger one may not be there yet. A file goes
//! behind the change that forgets it. *A crash* between the two leaves a file that no record names, which the next start
//! removes as an orphan.

use std::fs;
use std::sync::PoisonError;

use super::chain::Chain;
use super::codec::{Forgotten, Place};
use super::error::StoreError;
use super::forget::Forgetter;
use super::index::each_entry;
use super::key::{self, Space};
use super::layout::remove;
use super::marks::Marks;
use super::outbox::Outbox;
use super::references::every_reference;
use super::report::Released;
use super::shared::Shared;
use super::view::read_value;
use crate::base::{Sha256, Timestamp};

/// Forgets the payloads that no record names, and removes those that are files.
pub(crate) fn run(outbox: &Outbox, released: &mut Released) -> Result<(), StoreError> {
    let shared = &outbox.shared;
    let chain = Chain::read(&shared.layout, &shared.store)?;
    let Some(newest) = chain.links().iter().filter(|link| link.closed.is_some()).map(|link| link.head.number).max()
    else {
        return Ok(());
    };
    let mut payloads = 0;
    each_place(shared, |_sha256, _place| {
        payloads += 1;
        Ok(())
    })?;
    let mut marks = Marks::for_payloads(payloads, shared.clock.now().as_millis().cast_unsigned());
    every_reference(shared, |reference| {
        marks.mark(&reference.sha256);
        Ok(())
    })?;
    let mut forgetter = Forgetter::new(outbox, u64::MAX);
    let mut files: Vec<Sha256> = Vec::new();
    each_place(shared, |sha256, place| {
        if place.segment > newest || marks.has(&sha256) {
            return Ok(());
        }
        forgetter.put(Forgotten::Payload(sha256, place.segment), Timestamp::from_millis(i64::MAX))?;
        released.payloads += 1;
        released.payload_bytes += place.length;
        if place.offset.is_none() {
            files.push(sha256);
        }
        Ok(())
    })?;
    forgetter.flush()?;
    for sha256 in files {
        released.files += u64::from(remove_file(shared, &sha256)?);
    }
    Ok(())
}

/// Removes the file of a payload that was forgotten; false when the same bytes have come again meanwhile. The commit
/// thread waits so long, so that no change can name the file between the question and the removal.
fn remove_file(shared: &Shared, sha256: &Sha256) -> Result<bool, StoreError> {
    let _alone = shared.files.lock().unwrap_or_else(PoisonError::into_inner);
    let path = shared.layout.payload(sha256);
    if shared.place(sha256)?.is_some() || fs::symlink_metadata(&path).is_err() {
        return Ok(false);
    }
    remove(&path)?;
    Ok(true)
}

/// Where each payload lies.
pub(crate) fn each_place(
    shared: &Shared,
    mut each_one: impl FnMut(Sha256, Place) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    each_entry(shared.index.as_ref(), &Space::Payload.first(), &Space::Payload.end(), |key, value| {
        key::payload_of(&key).map_or(Ok(()), |sha256| each_one(sha256, read_value(&value)?))
    })
}
