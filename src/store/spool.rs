//! Bodies: staged while they arrive, kept under their SHA-256.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::error::StoreError;
use crate::base::Sha256;
use crate::exchange::{BlobRef, Payload};

/// Where bodies are staged and large payloads lie. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Spool {}

impl Spool {
    /// Begins a body of at most `limit` bytes. Up to 64 KiB stay in memory, more goes to a temporary file.
    pub fn stage(&self, _limit: u64) -> Stage {
        unimplemented!()
    }
}

/// A body while it arrives. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Stage {}

impl Stage {
    /// Takes in the next bytes; past the limit it is [`StoreError::OverLimit`].
    pub fn put(&mut self, _bytes: &[u8]) -> Result<(), StoreError> {
        unimplemented!()
    }

    /// Bytes so far.
    pub fn length(&self) -> u64 {
        unimplemented!()
    }

    /// Ends the body.
    pub fn finish(self) -> Result<Staged, StoreError> {
        unimplemented!()
    }
}

/// Errors carry the [`StoreError`] inside; [`StoreError::from_io`] takes it out again.
impl Write for Stage {
    fn write(&mut self, _bytes: &[u8]) -> io::Result<usize> {
        unimplemented!()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A body that has arrived whole but is not durable yet. Dropped, it is removed.
#[must_use]
#[derive(Debug)]
pub struct Staged {}

impl Staged {
    /// Its hash.
    pub fn sha256(&self) -> Sha256 {
        unimplemented!()
    }

    /// Its length in bytes.
    pub fn length(&self) -> u64 {
        unimplemented!()
    }

    /// Its name in records.
    pub fn reference(&self) -> BlobRef {
        unimplemented!()
    }

    /// Reads it from the beginning; may be called more than once.
    pub fn reader(&self) -> Result<StagedReader<'_>, StoreError> {
        unimplemented!()
    }

    /// Makes it a payload: in memory it will ride in the journal record; a file is synced and put under its hash.
    pub fn keep(self) -> Result<Payload, StoreError> {
        unimplemented!()
    }
}

/// Reads a staged body.
#[derive(Debug)]
pub struct StagedReader<'a> {
    _staged: &'a Staged,
}

impl Read for StagedReader<'_> {
    fn read(&mut self, _out: &mut [u8]) -> io::Result<usize> {
        unimplemented!()
    }
}

impl Seek for StagedReader<'_> {
    fn seek(&mut self, _to: SeekFrom) -> io::Result<u64> {
        unimplemented!()
    }
}

/// Reads a payload whose hash has been verified before the first byte is given out.
#[derive(Debug)]
pub struct PayloadReader {}

impl Read for PayloadReader {
    fn read(&mut self, _out: &mut [u8]) -> io::Result<usize> {
        unimplemented!()
    }
}

impl Seek for PayloadReader {
    fn seek(&mut self, _to: SeekFrom) -> io::Result<u64> {
        unimplemented!()
    }
}
