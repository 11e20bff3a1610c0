//! The index over the journal: fast to ask, free to vanish.
//!
//! It is never what proves that something happened. It stands behind [`Index`], so that another one can stand there;
//! sled is the one on disk, a map in memory the other, and every test of the store runs on both.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::fs;
use std::ops::Bound;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use super::error::StoreError;
use super::fields::{FieldReader, FieldWriter};
use super::identity::StoreId;
use super::key::{LAYOUT, Overlay};

/// Keys and values, sorted by key.
pub(crate) type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// Which way a range is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Ascending,
    Descending,
}

/// A sorted map from keys to values.
pub(crate) trait Index: Send + Sync + Debug {
    /// Makes the changes all at once for every reader. `mark` is remembered with them.
    fn apply(&self, changes: Overlay, mark: Option<Mark>) -> Result<(), StoreError>;

    /// Whether changes can be made now. Asked before they become durable: afterwards it would be too late to refuse.
    fn takes(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The value of a key.
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` entries with `from <= key < to`.
    fn range(&self, from: &[u8], to: &[u8], order: Order, limit: usize) -> Result<Entries, StoreError>;

    /// The mark applied last.
    fn mark(&self) -> Result<Option<Mark>, StoreError>;

    /// Hands everything to the operating system. What is not written can be made from the journal again.
    fn flush(&self) -> Result<(), StoreError>;
}

/// Whose index it is and how far it has come. Absent while an index is being made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) store: StoreId,
    /// The highest sequence of the journal that is in the index.
    pub(crate) applied: u64,
}

/// The mark's key in an index on disk; it sorts before every other.
const MARK_KEY: &[u8] = b"!";

impl Mark {
    fn encode(&self) -> Vec<u8> {
        FieldWriter::default().u32(LAYOUT).bytes(&self.store).u64(self.applied).done()
    }

    /// `None` when it was written in another layout.
    fn decode(bytes: &[u8]) -> Option<Self> {
        let mut fields = FieldReader::new(bytes);
        (fields.u32()? == LAYOUT).then_some(())?;
        Some(Self { store: fields.array()?, applied: fields.u64()? })
    }
}

/// The index in memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryIndex {
    held: RwLock<Held>,
}

#[derive(Debug, Default)]
struct Held {
    entries: BTreeMap<Vec<u8>, Vec<u8>>,
    mark: Option<Mark>,
}

impl Index for MemoryIndex {
    fn apply(&self, changes: Overlay, mark: Option<Mark>) -> Result<(), StoreError> {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes {
            match value {
                Some(value) => held.entries.insert(key, value),
                None => held.entries.remove(&key),
            };
        }
        held.mark = mark.or(held.mark);
        Ok(())
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.held.read().unwrap_or_else(PoisonError::into_inner).entries.get(key).cloned())
    }

    fn range(&self, from: &[u8], to: &[u8], order: Order, limit: usize) -> Result<Entries, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let range = held.entries.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to)));
        let copied = |(key, value): (&Vec<u8>, &Vec<u8>)| (key.clone(), value.clone());
        Ok(match order {
            Order::Ascending => range.take(limit).map(copied).collect(),
            Order::Descending => range.rev().take(limit).map(copied).collect(),
        })
    }

    fn mark(&self) -> Result<Option<Mark>, StoreError> {
        Ok(self.held.read().unwrap_or_else(PoisonError::into_inner).mark)
    }

    fn flush(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// The index on disk. sled may panic on what a power cut left of its files, when it is opened or later when it comes
/// upon a page of them, so every call is fenced; and a failure is remembered beside the folder, so that the next start
/// does not trust what opens without a word.
#[derive(Debug)]
pub(crate) struct SledIndex {
    db: sled::Db,
    failed: PathBuf,
}

impl SledIndex {
    pub(crate) fn open(folder: &Path, cache_bytes: u64) -> Result<Self, StoreError> {
        let config = sled::Config::new().path(folder).cache_capacity(cache_bytes);
        fenced(|| config.open()).map(|db| Self { db, failed: Self::failure_of(folder) })
    }

    /// The file that says of the index in `folder` that it has failed.
    pub(crate) fn failure_of(folder: &Path) -> PathBuf {
        folder.with_extension("failed")
    }

    fn fenced<T>(&self, call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
        let outcome = fenced(call);
        if outcome.is_err() {
            // Where even this cannot be written, the next start finds out for itself.
            drop(fs::write(&self.failed, b""));
        }
        outcome
    }
}

impl Index for SledIndex {
    fn apply(&self, changes: Overlay, mark: Option<Mark>) -> Result<(), StoreError> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        if let Some(mark) = mark {
            batch.insert(MARK_KEY, mark.encode());
        }
        self.fenced(|| self.db.apply_batch(batch))
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.fenced(|| Ok(self.db.get(key)?.map(|value| value.to_vec())))
    }

    fn range(&self, from: &[u8], to: &[u8], order: Order, limit: usize) -> Result<Entries, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        self.fenced(|| {
            let range = self.db.range(from..to);
            let copied = |entry: sled::Result<(sled::IVec, sled::IVec)>| {
                entry.map(|(key, value)| (key.to_vec(), value.to_vec()))
            };
            match order {
                Order::Ascending => range.take(limit).map(copied).collect(),
                Order::Descending => range.rev().take(limit).map(copied).collect(),
            }
        })
    }

    fn mark(&self) -> Result<Option<Mark>, StoreError> {
        Ok(self.get(MARK_KEY)?.as_deref().and_then(Mark::decode))
    }

    fn flush(&self) -> Result<(), StoreError> {
        self.fenced(|| self.db.flush().map(|_bytes| ()))
    }
}

fn fenced<T>(call: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => result.map_err(|error| StoreError::Index { what: error.to_string() }),
        Err(_panic) => Err(StoreError::Index { what: "sled panicked".to_owned() }),
    }
}

/// Every entry of an index from `from` to before `to`, read in pages so that no reader holds it up.
pub(crate) fn each_entry(
    index: &dyn Index,
    from: &[u8],
    to: &[u8],
    mut each: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    const PAGE: usize = 512;
    let mut next = from.to_vec();
    loop {
        let entries = index.range(&next, to, Order::Ascending, PAGE)?;
        let full = entries.len() == PAGE;
        for (key, value) in entries {
            next.clone_from(&key);
            next.push(0);
            each(key, value)?;
        }
        if !full {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_fenced_and_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        let index = SledIndex::open(&path, 1 << 20).unwrap();
        assert!(!SledIndex::failure_of(&path).exists());
        let failed = index.fenced(|| -> sled::Result<()> { panic!("a page is not what it was") });
        assert!(matches!(failed, Err(StoreError::Index { .. })));
        assert!(SledIndex::failure_of(&path).exists());
    }
}
