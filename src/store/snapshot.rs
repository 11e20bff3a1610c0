//! Snapshots: the index as of a sequence, in a file of its own, so that the journal need not be read from its birth.
//!
//! `EDGSNAP1`, format (u32), zero (u32), store id, sequence (u64), CRC32C; then entries in the order of their keys:
//! length of the key (u32), length of the value (u32), key, value, CRC32C chained over everything before; then
//! 0xffffffff, number of entries (u64), the chained CRC32C once more.
//!
//! A snapshot is merged from the one before it and from closed segments, never from the index, which may be wrong.
//! It is written under a name ending in `.tmp`, synced, renamed, and read back before anything older is removed. Two
//! are kept: should the newest be damaged, the older one and the journal give the same state.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use super::chain::Chain;
use super::error::StoreError;
use super::fields::{FieldReader, FieldWriter};
use super::identity::{FORMAT, StoreId};
use super::key::{self, LONGEST_VALUE, Overlay, Space};
use super::layout::{Layout, remove, rename_durably};
use super::view::read_value;
use crate::exchange::{Document, Effect};

const MAGIC: &[u8; 8] = b"EDGSNAP1";
/// Bytes of the head, its CRC32C included.
const HEAD: usize = 8 + 4 + 4 + 16 + 8 + 4;
const END: u32 = u32::MAX;
const BUFFER: usize = 1 << 20;
/// Longer than any key.
const LONGEST_KEY: usize = 4096;
/// How many are kept.
const KEPT: usize = 2;

/// Folds the closed segments into a new snapshot. `None` when there is nothing new in them.
pub(crate) fn make(layout: &Layout, store: &StoreId) -> Result<Option<u64>, StoreError> {
    let chain = Chain::read(layout, store)?;
    let base = newest_usable(layout, store)?.0;
    let from = base.as_ref().map_or(0, |base| base.0);
    if !chain.continues(from) {
        return Err(hole(layout, &chain, from));
    }
    let mut changes = Overlay::new();
    let mut to = from;
    for link in chain.links() {
        let Some((end, last)) = link.closed.filter(|(_, last)| *last > from) else { continue };
        link.scan_closed(end, from, &mut |entry| {
            entry.fold(&mut changes);
            Ok(())
        })?;
        to = last;
    }
    if to == from {
        return Ok(None);
    }
    let temporary = layout.snapshots().join("snapshot.tmp");
    let written = write_merged(&temporary, store, to, base.as_ref().map(|base| base.1.as_path()), changes);
    if written.is_err() {
        remove(&temporary)?;
    }
    written?;
    let path = layout.snapshot(to);
    rename_durably(&temporary, &path)?;
    read(&path, store, |_key, _value| Ok(()))?;
    let all = layout.list_snapshots()?;
    for (_, old) in all.iter().rev().skip(KEPT) {
        remove(old)?;
    }
    Ok(Some(to))
}

/// The newest snapshot that reads well, and those that do not.
pub(crate) type Usable = (Option<(u64, PathBuf)>, Vec<PathBuf>);

/// Finds the newest snapshot that reads well, and says which do not.
pub(crate) fn newest_usable(layout: &Layout, store: &StoreId) -> Result<Usable, StoreError> {
    let mut damaged = Vec::new();
    for (sequence, path) in layout.list_snapshots()?.into_iter().rev() {
        match read(&path, store, |_key, _value| Ok(())) {
            Ok(found) if found == sequence => return Ok((Some((sequence, path)), damaged)),
            Ok(_) | Err(StoreError::Corrupt { .. }) => damaged.push(path),
            Err(error) => return Err(error),
        }
    }
    Ok((None, damaged))
}

/// The error of a journal that begins too late.
pub(crate) fn hole(layout: &Layout, chain: &Chain, from: u64) -> StoreError {
    let first = chain.first().unwrap_or(0);
    let what = format!("the journal begins with record {first}, and no readable snapshot reaches beyond {from}");
    StoreError::corrupt(&layout.journal(), 0, what)
}

/// Reads a snapshot and hands out its entries; returns its sequence.
pub(crate) fn read(
    path: &Path,
    store: &StoreId,
    mut each: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let mut words = BTreeSet::new();
    let sequence = read_written(path, store, &mut words, &mut each)?;
    words.into_iter().try_for_each(|word| each(word, Vec::new()))?;
    Ok(sequence)
}

/// The same without the words by which documents are found, in the order of the keys. Where the snapshot is older than
/// they are they are added to `words`.
fn read_written(
    path: &Path,
    store: &StoreId,
    words: &mut BTreeSet<Vec<u8>>,
    mut each: impl FnMut(Vec<u8>, Vec<u8>) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let mut reader = SnapshotReader::open(path, store)?;
    while let Some((key, value)) = reader.next()? {
        if reader.format >= WORDS_SINCE || !Space::Document.holds(&key) {
            each(key, value)?;
            continue;
        }
        let document: Document = read_value(&value)?;
        let mut written = Overlay::new();
        key::fold_effect(&Effect::Document(document), &mut written);
        for (written, value) in written {
            if written == key {
                each(written, value.unwrap_or_default())?;
            } else {
                words.insert(written);
            }
        }
    }
    Ok(reader.sequence)
}

/// The first format in which documents are found by their numbers.
const WORDS_SINCE: u32 = 4;

/// A key and its value.
type Entry = (Vec<u8>, Vec<u8>);

struct SnapshotReader {
    format: u32,
    path: PathBuf,
    file: BufReader<File>,
    sequence: u64,
    offset: u64,
    entries: u64,
    crc: u32,
}

impl SnapshotReader {
    fn open(path: &Path, store: &StoreId) -> Result<Self, StoreError> {
        let file = File::open(path).map_err(|error| StoreError::io("opening", path, error))?;
        let file = BufReader::with_capacity(BUFFER, file);
        let mut reader = Self { format: 0, path: path.to_owned(), file, sequence: 0, offset: 0, entries: 0, crc: 0 };
        let head = reader.take(HEAD)?;
        let mut fields =
            FieldReader::unsealed(&head).ok_or_else(|| reader.corrupt("the checksum of its head is wrong"))?;
        if fields.array::<8>().as_ref() != Some(MAGIC) {
            return Err(reader.corrupt("it is no snapshot of edigate"));
        }
        let (format, _zero) = (fields.u32().unwrap_or(0), fields.u32());
        if format > FORMAT {
            return Err(StoreError::Newer { file: path.to_owned(), found: format, known: FORMAT });
        }
        if fields.array().as_ref() != Some(store) {
            return Err(reader.corrupt("it belongs to another store"));
        }
        reader.format = format;
        reader.sequence = fields.u64().unwrap_or(0);
        reader.crc = crc32c::crc32c(&head);
        Ok(reader)
    }

    /// The next entry; `None` behind the last one, once the number of entries has been found right.
    fn next(&mut self) -> Result<Option<Entry>, StoreError> {
        let first = self.take(4)?;
        if first == END.to_le_bytes() {
            return self.end();
        }
        let second = self.take(4)?;
        let lengths = [first, second].concat();
        let mut fields = FieldReader::new(&lengths);
        let key_length = fields.u32().and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
        let value_length = fields.u32().and_then(|length| usize::try_from(length).ok()).unwrap_or(usize::MAX);
        if key_length > LONGEST_KEY || value_length > LONGEST_VALUE {
            return Err(self.corrupt("an entry has an impossible length"));
        }
        let mut key = self.take(key_length)?;
        let value = self.take(value_length)?;
        self.crc = entry_crc(self.crc, &lengths, &key, &value);
        let expected = self.take(4)?;
        if expected != self.crc.to_le_bytes() {
            return Err(self.corrupt("the checksum of an entry is wrong"));
        }
        self.entries += 1;
        key.shrink_to_fit();
        Ok(Some((key, value)))
    }

    fn end(&mut self) -> Result<Option<Entry>, StoreError> {
        let trailer = self.take(12)?;
        if trailer != FieldWriter::default().u64(self.entries).u32(self.crc).done() {
            return Err(self.corrupt("its last lines do not fit what was read"));
        }
        Ok(None)
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, StoreError> {
        let mut bytes = vec![0; length];
        match self.file.read_exact(&mut bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Err(self.corrupt("it is cut short")),
            Err(error) => Err(StoreError::io("reading", &self.path, error)),
            Ok(()) => {
                self.offset += length as u64;
                Ok(bytes)
            }
        }
    }

    fn corrupt(&self, what: &str) -> StoreError {
        StoreError::corrupt(&self.path, self.offset, what)
    }
}

fn entry_crc(crc: u32, lengths: &[u8], key: &[u8], value: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c_append(crc32c::crc32c_append(crc, lengths), key), value)
}

struct SnapshotWriter {
    path: PathBuf,
    file: BufWriter<File>,
    entries: u64,
    crc: u32,
}

impl SnapshotWriter {
    fn create(path: &Path, store: &StoreId, sequence: u64) -> Result<Self, StoreError> {
        let file = File::create(path).map_err(|error| StoreError::io("creating", path, error))?;
        let head = FieldWriter::default().bytes(MAGIC).u32(FORMAT).u32(0).bytes(store).u64(sequence).sealed(0);
        let file = BufWriter::with_capacity(BUFFER, file);
        let mut writer = Self { path: path.to_owned(), file, entries: 0, crc: crc32c::crc32c(&head) };
        writer.put_bytes(&head)?;
        Ok(writer)
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StoreError> {
        let lengths = FieldWriter::default()
            .u32(u32::try_from(key.len()).unwrap_or(u32::MAX))
            .u32(u32::try_from(value.len()).unwrap_or(u32::MAX))
            .done();
        self.crc = entry_crc(self.crc, &lengths, key, value);
        self.entries += 1;
        let crc = self.crc.to_le_bytes();
        [lengths.as_slice(), key, value, crc.as_slice()].iter().try_for_each(|bytes| self.put_bytes(bytes))
    }

    fn finish(mut self) -> Result<(), StoreError> {
        let trailer = FieldWriter::default().u32(END).u64(self.entries).u32(self.crc).done();
        self.put_bytes(&trailer)?;
        let failed = |error| StoreError::io("writing", &self.path, error);
        let file = self.file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)
    }

    fn put_bytes(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.file.write_all(bytes).map_err(|error| StoreError::io("writing", &self.path, error))
    }
}

/// Writes `base` with `changes` laid over it, both in the order of their keys.
fn write_merged(
    path: &Path,
    store: &StoreId,
    sequence: u64,
    base: Option<&Path>,
    changes: Overlay,
) -> Result<(), StoreError> {
    let mut writer = SnapshotWriter::create(path, store, sequence)?;
    let mut changes = changes;
    let mut words = BTreeSet::new();
    if let Some(base) = base {
        read_written(base, store, &mut words, |_key, _value| Ok(()))?;
    }
    for word in std::mem::take(&mut words) {
        changes.entry(word).or_insert_with(|| Some(Vec::new()));
    }
    let mut changes = changes.into_iter().peekable();
    if let Some(base) = base {
        read_written(base, store, &mut words, |key, value| {
            while let Some((new, changed)) = changes.next_if(|(new, _)| *new < key) {
                changed.map_or(Ok(()), |changed| writer.put(&new, &changed))?;
            }
            match changes.next_if(|(new, _)| *new == key) {
                Some((_, changed)) => changed.map_or(Ok(()), |changed| writer.put(&key, &changed)),
                None => writer.put(&key, &value),
            }
        })?;
    }
    for (new, changed) in changes {
        changed.map_or(Ok(()), |changed| writer.put(&new, &changed))?;
    }
    writer.finish()
}
