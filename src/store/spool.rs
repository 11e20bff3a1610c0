//! Bodies: staged while they arrive, kept under their SHA-256.
//!
//! A body of up to 64 KiB stays in memory and will ride in the journal record that names it. A longer one goes to
//! `spool/tmp/` and, when it is kept, is synced and renamed to `spool/ab/ab…`, its SHA-256 in hexadecimal, and the
//! folder synced, all before the journal names it. The files hold the bytes as they are: `sha256sum` verifies them.
//!
//! *A crash* leaves files in `spool/tmp/`, which the next start sweeps, and kept files that no record names, which
//! the next start removes as orphans. It never leaves a record without its file.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::StoreError;
use super::layout::{Layout, remove, rename_durably};
use crate::base::{Sha256, Sha256Hasher};
use crate::exchange::{BlobRef, Encoding, Payload, PayloadBody};

/// Payloads up to this length ride in the journal; longer ones are files.
pub(crate) const LONGEST_INLINE: u64 = 64 << 10;

/// Where bodies are staged and large payloads lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {
    layout: Layout,
    staged: Arc<AtomicU64>,
}

impl Spool {
    pub(crate) fn new(layout: Layout) -> Self {
        Self { layout, staged: Arc::default() }
    }

    /// Begins a body of at most `limit` bytes. Up to 64 KiB stay in memory, more goes to a temporary file.
    pub fn stage(&self, limit: u64) -> Stage {
        Stage { spool: self.clone(), limit, length: 0, hasher: Sha256Hasher::default(), held: Held::Memory(Vec::new()) }
    }

    /// A temporary file of a name that nothing else has: the folder is swept at every start.
    fn temporary(&self) -> Result<(File, Temporary), StoreError> {
        let number = self.staged.fetch_add(1, Ordering::Relaxed);
        let path = self.layout.staging().join(format!("body-{number:010}"));
        let file = File::create_new(&path).map_err(|error| StoreError::io("staging", &path, error))?;
        Ok((file, Temporary { path }))
    }
}

/// A file that is removed when it is not kept.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A file that stays behind is swept at the next start.
        remove(&self.path).unwrap_or_default();
    }
}

#[derive(Debug)]
enum Held {
    Memory(Vec<u8>),
    File(File, Temporary),
}

/// A body while it arrives. Dropped, it leaves nothing behind. It blocks: write it on a thread that may.
#[derive(Debug)]
pub struct Stage {
    spool: Spool,
    limit: u64,
    length: u64,
    hasher: Sha256Hasher,
    held: Held,
}

impl Stage {
    /// Takes in the next bytes; past the limit it is [`StoreError::OverLimit`].
    pub fn put(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        let length = self.length.saturating_add(bytes.len() as u64);
        if length > self.limit {
            return Err(StoreError::OverLimit { limit: self.limit });
        }
        if length > LONGEST_INLINE
            && let Held::Memory(begun) = &self.held
        {
            let (mut file, temporary) = self.spool.temporary()?;
            file.write_all(begun).map_err(|error| StoreError::io("staging", &temporary.path, error))?;
            self.held = Held::File(file, temporary);
        }
        match &mut self.held {
            Held::Memory(held) => held.extend_from_slice(bytes),
            Held::File(file, temporary) => {
                file.write_all(bytes).map_err(|error| StoreError::io("staging", &temporary.path, error))?;
            }
        }
        self.hasher.update(bytes);
        self.length = length;
        Ok(())
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Ends the body.
    pub fn finish(self) -> Result<Staged, StoreError> {
        let reference = BlobRef { sha256: self.hasher.finish(), length: self.length, encoding: Encoding::Plain };
        Ok(Staged { spool: self.spool, reference, held: self.held })
    }
}

/// Errors carry the [`StoreError`] inside; [`StoreError::from_io`] takes it out again.
impl Write for Stage {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.put(bytes).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body that has arrived whole but is not durable yet. Dropped, it is removed.
#[must_use = "a staged body is gone unless it is kept"]
#[derive(Debug)]
pub struct Staged {
    spool: Spool,
    reference: BlobRef,
    held: Held,
}

impl Staged {
    /// Its hash.
    pub fn sha256(&self) -> Sha256 {
        self.reference.sha256
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        self.reference.length
    }

    /// Its name in records.
    pub fn reference(&self) -> BlobRef {
        self.reference
    }

    /// Reads it from the beginning; may be called more than once.
    pub fn reader(&self) -> Result<StagedReader<'_>, StoreError> {
        Ok(StagedReader(match &self.held {
            Held::Memory(bytes) => Source::Memory(Cursor::new(bytes.as_slice())),
            Held::File(_, Temporary { path }) => {
                Source::File(File::open(path).map_err(|error| StoreError::io("reading", path, error))?)
            }
        }))
    }

    /// Makes it a payload: in memory it will ride in the journal record; a file is synced and put under its hash, in
    /// place of one that may be there already.
    pub fn keep(self) -> Result<Payload, StoreError> {
        let reference = self.reference;
        let body = match self.held {
            Held::Memory(bytes) => PayloadBody::Inline(bytes),
            Held::File(file, temporary) => {
                file.sync_all().map_err(|error| StoreError::io("syncing", &temporary.path, error))?;
                self.spool.layout.make_payload_folder(&reference.sha256)?;
                rename_durably(&temporary.path, &self.spool.layout.payload(&reference.sha256))?;
                PayloadBody::Kept
            }
        };
        Ok(Payload { reference, body })
    }

    /// The same, as a file however short it is: for bodies of which many belong to one record.
    pub fn keep_apart(mut self) -> Result<Payload, StoreError> {
        if let Held::Memory(bytes) = &self.held {
            let (mut file, temporary) = self.spool.temporary()?;
            file.write_all(bytes).map_err(|error| StoreError::io("staging", &temporary.path, error))?;
            self.held = Held::File(file, temporary);
        }
        self.keep()
    }
}

/// Reads a staged body.
#[derive(Debug)]
pub struct StagedReader<'a>(Source<&'a [u8]>);

/// Reads a payload whose hash was verified before the first byte is given out: a payload in the journal is read into
/// memory (64 KiB at most), a file is read through once and then from its beginning.
#[derive(Debug)]
pub struct PayloadReader(Source<Vec<u8>>);

impl PayloadReader {
    pub(crate) fn memory(bytes: Vec<u8>) -> Self {
        Self(Source::Memory(Cursor::new(bytes)))
    }

    /// Opens a file of the spool and verifies it; `None` when there is none.
    pub(crate) fn file(path: &Path, reference: &BlobRef) -> Result<Option<Self>, StoreError> {
        let mut file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| StoreError::io("opening", path, error))?,
        };
        let failed = |error| StoreError::io("reading", path, error);
        let mut hasher = Sha256Hasher::default();
        let mut buffer = vec![0; 256 << 10];
        let mut length = 0;
        loop {
            let read = file.read(&mut buffer).map_err(failed)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            hasher.update(bytes);
            length += read as u64;
        }
        if length != reference.length || hasher.finish() != reference.sha256 {
            return Err(StoreError::corrupt(path, 0, "the payload is not what its SHA-256 says"));
        }
        file.rewind().map_err(failed)?;
        Ok(Some(Self(Source::File(file))))
    }
}

#[derive(Debug)]
enum Source<B> {
    Memory(Cursor<B>),
    File(File),
}

impl<B: AsRef<[u8]>> Read for Source<B> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Memory(bytes) => bytes.read(out),
            Self::File(file) => file.read(out),
        }
    }
}

impl<B: AsRef<[u8]>> Seek for Source<B> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::Memory(bytes) => bytes.seek(to),
            Self::File(file) => file.seek(to),
        }
    }
}

impl Read for StagedReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for StagedReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Read for PayloadReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.0.read(out)
    }
}

impl Seek for PayloadReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
