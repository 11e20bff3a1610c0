//! Reading everything: the journal from end to end, every payload, and the index against both.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::PoisonError;

use super::chain::Chain;
use super::codec::Place;
use super::error::StoreError;
use super::index::{Index, MemoryIndex, each_entry};
use super::key::{self, Overlay, Space};
use super::references::{each, each_reference, named_by_document, named_in_detail};
use super::report::Check;
use super::shared::Shared;
use super::snapshot;
use super::view::read_value;
use crate::base::Sha256;
use crate::exchange::{BlobRef, Document, Exchange};

/// Faults told; the rest is only counted.
const MOST_FAULTS: usize = 100;

/// Checks the whole store. What cannot be read is a fault in the answer and not an error.
pub(crate) fn run(shared: &Shared) -> Result<Check, StoreError> {
    let _alone = shared.housekeeping.lock().unwrap_or_else(PoisonError::into_inner);
    let mut check = Check::default();
    check_journal(shared, &mut check)?;
    check_leaders(shared, &mut check)?;
    let stored = check_payloads(shared, &mut check)?;
    let mut look = |reference: BlobRef| {
        if !stored.contains(&reference.sha256) {
            check.dangling += 1;
            fault(&mut check, format!("a record names the payload {} and it cannot be read", reference.sha256));
        }
        Ok(())
    };
    each_reference(shared, &mut look)?;
    each(shared, Space::Document, |document: Document| {
        named_by_document(shared, &document).unwrap_or_default().into_iter().try_for_each(&mut look)
    })?;
    each(shared, Space::Exchange, |exchange: Exchange| {
        // A detail that cannot be read was told above.
        named_in_detail(shared, &exchange).unwrap_or_default().into_iter().try_for_each(&mut look)
    })?;
    for (sha256, path) in shared.layout.list_payloads()? {
        if shared.place(&sha256)?.is_none_or(|place| place.offset.is_some()) {
            check.orphans += 1;
            fault(&mut check, format!("no record names {}", path.display()));
        }
    }
    Ok(check)
}

fn fault(check: &mut Check, what: String) {
    if check.faults.len() < MOST_FAULTS {
        check.faults.push(what);
    }
}

/// Folds the journal, from the oldest snapshot or its birth, and compares the outcome with the index.
fn check_journal(shared: &Shared, check: &mut Check) -> Result<(), StoreError> {
    let chain = Chain::read(&shared.layout, &shared.store)?;
    let folded = MemoryIndex::default();
    let mut from = 0;
    if !chain.continues(0) {
        let snapshots = shared.layout.list_snapshots()?;
        let Some((_, path)) = snapshots.iter().find(|(sequence, _)| chain.continues(*sequence)) else {
            return Err(snapshot::hole(&shared.layout, &chain, from));
        };
        let mut entries = Overlay::new();
        from = snapshot::read(path, &shared.store, |key, value| {
            entries.insert(key, Some(value));
            Ok(())
        })?;
        folded.apply(entries, None)?;
    }
    let replayed = chain.replay(from, |entry| {
        check.records += 1;
        let mut changes = Overlay::new();
        entry.fold(&mut changes);
        folded.apply(changes, None)
    });
    match replayed {
        Ok(_) => compare(shared.index.as_ref(), &folded, check),
        Err(error) => {
            fault(check, error.to_string());
            Ok(())
        }
    }
}

/// Everything but the mark, which sorts before all of it.
fn compare(index: &dyn Index, folded: &dyn Index, check: &mut Check) -> Result<(), StoreError> {
    let (from, to) = (b"a".as_slice(), b"z".as_slice());
    let mut expected = 0_u64;
    each_entry(folded, from, to, |key, value| {
        expected += 1;
        if index.get(&key)?.as_ref() != Some(&value) {
            fault(check, format!("the index differs from the journal at {}", key.escape_ascii()));
        }
        Ok(())
    })?;
    let mut found = 0_u64;
    each_entry(index, from, to, |_key, _value| {
        found += 1;
        Ok(())
    })?;
    if found != expected {
        fault(check, format!("the index has {found} entries, the journal gives {expected}"));
    }
    Ok(())
}

/// Every lane that has jobs is led by the first of them, and no other lane has a leader.
fn check_leaders(shared: &Shared, check: &mut Check) -> Result<(), StoreError> {
    let index = shared.index.as_ref();
    let mut first: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
    each_entry(index, &Space::Queue.first(), &Space::Queue.end(), |key, subject| {
        if let Some(leader) = key::leader_of_queue(&key) {
            first.entry(leader).or_insert(subject);
        }
        Ok(())
    })?;
    let mut leaders = 0;
    each_entry(index, &Space::Leader.first(), &Space::Leader.end(), |key, subject| {
        leaders += 1;
        if first.get(&key) != Some(&subject) {
            fault(check, format!("a lane is not led by its first job, at {}", key.escape_ascii()));
        }
        Ok(())
    })?;
    if leaders != first.len() {
        fault(check, format!("{} lanes have jobs and {leaders} have a leader", first.len()));
    }
    Ok(())
}

/// Reads every payload; returns those that are what they should be.
fn check_payloads(shared: &Shared, check: &mut Check) -> Result<BTreeSet<Sha256>, StoreError> {
    let mut stored = BTreeSet::new();
    each_entry(shared.index.as_ref(), &Space::Payload.first(), &Space::Payload.end(), |key, value| {
        let place: Place = read_value(&value)?;
        let Some(sha256) = key::payload_of(&key) else { return Ok(()) };
        let reference = BlobRef { sha256, length: place.length, encoding: place.encoding };
        match shared.open_payload(&reference) {
            Ok(_) => {
                check.payloads += 1;
                stored.insert(sha256);
            }
            Err(error) => fault(check, error.to_string()),
        }
        Ok(())
    })?;
    Ok(stored)
}
