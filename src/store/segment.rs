//! One file of the journal: a head, then records.
//!
//! *Head*, 4 KiB: `EDGJRNL1`, format (u32), zero (u32), store id (16 bytes), number, generation, random epoch, first
//! sequence, size of the file, where the predecessor's last record ends (each u64), that record's CRC32C (u32),
//! zeros, CRC32C. By naming the predecessor's end the head closes it: all below must be there, all above is nothing.
//!
//! *Record*, at a multiple of eight bytes, the first of a batch at a multiple of 4 KiB: `GDER`, length of the body
//! (u32), sequence (u64), `synced` (u64: the highest sequence known durable when this was written), kind (u8: 0 mark,
//! 1 change), version (u8), zero (u16), CRC32C over epoch, the 28 bytes before it and the body (u32), the body.
//! Bodies have at most 1 MiB.
//!
//! *A crash* leaves a prefix of the records and then anything: blocks of the last batch in any number and order. The
//! file is filled with zeros before its first record, so that its size and its blocks are durable already.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::error::StoreError;
use super::fields::{FieldReader, FieldWriter};
use super::identity::{FORMAT, StoreId};

/// A batch begins on a block of its own, so a block that was synced is never written again.
pub(crate) const BLOCK: u64 = 4096;
/// Bytes of a segment's head.
pub(crate) const SEGMENT_HEAD: u64 = BLOCK;
/// Bytes of a record's head.
pub(crate) const RECORD_HEAD: usize = 32;
/// Bytes of a record's body: what a step changes, with payloads of up to 64 KiB.
pub(crate) const LONGEST_BODY: usize = 1 << 20;
/// The newest version of a record's body that this binary reads.
pub(crate) const RECORD_VERSION: u8 = 1;
const SEGMENT_MAGIC: &[u8; 8] = b"EDGJRNL1";
const RECORD_MAGIC: [u8; 4] = *b"GDER";
/// Read at once; holds the longest record.
const WINDOW: usize = 4 << 20;
/// Bytes looked through at once behind the last record.
const STRIDE: usize = 64 << 10;

/// The next multiple of `to`.
pub(crate) const fn align(offset: u64, to: u64) -> u64 {
    offset.div_ceil(to) * to
}

/// Where a segment's records end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct End {
    pub(crate) offset: u64,
    pub(crate) crc: u32,
}

/// What stands at the beginning of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHead {
    pub(crate) store: StoreId,
    pub(crate) number: u64,
    pub(crate) generation: u64,
    pub(crate) epoch: u64,
    pub(crate) first: u64,
    pub(crate) size: u64,
    pub(crate) predecessor: End,
}

impl SegmentHead {
    pub(crate) fn encode(&self) -> Vec<u8> {
        FieldWriter::default()
            .bytes(SEGMENT_MAGIC)
            .u32(FORMAT)
            .u32(0)
            .bytes(&self.store)
            .u64(self.number)
            .u64(self.generation)
            .u64(self.epoch)
            .u64(self.first)
            .u64(self.size)
            .u64(self.predecessor.offset)
            .u32(self.predecessor.crc)
            .sealed(SEGMENT_HEAD as usize - 4)
    }

    /// Reads the head of the segment at `path`.
    pub(crate) fn read(path: &Path) -> Result<Self, StoreError> {
        let mut bytes = [0; SEGMENT_HEAD as usize];
        let file = File::open(path).map_err(|error| StoreError::io("opening", path, error))?;
        match file.read_exact_at(&mut bytes, 0) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(StoreError::corrupt(path, 0, "the segment has no head"));
            }
            read => read.map_err(|error| StoreError::io("reading", path, error))?,
        }
        let mut fields = FieldReader::unsealed(&bytes)
            .ok_or_else(|| StoreError::corrupt(path, 0, "the checksum of the segment's head is wrong"))?;
        if fields.array::<8>().as_ref() != Some(SEGMENT_MAGIC) {
            return Err(StoreError::corrupt(path, 0, "it is no journal segment of edigate"));
        }
        let (format, _zero) = (fields.u32().unwrap_or(0), fields.u32());
        if format > FORMAT {
            return Err(StoreError::Newer { file: path.to_owned(), found: format, known: FORMAT });
        }
        Self::decode(&mut fields).ok_or_else(|| StoreError::corrupt(path, 0, "the segment's head is too short"))
    }

    fn decode(fields: &mut FieldReader<'_>) -> Option<Self> {
        Some(Self {
            store: fields.array()?,
            number: fields.u64()?,
            generation: fields.u64()?,
            epoch: fields.u64()?,
            first: fields.u64()?,
            size: fields.u64()?,
            predecessor: End { offset: fields.u64()?, crc: fields.u32()? },
        })
    }
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    /// Nothing but its `synced`: it vouches for the batch before it.
    Mark,
    /// A change that was committed.
    Change,
}

impl RecordKind {
    const fn code(self) -> u8 {
        match self {
            Self::Mark => 0,
            Self::Change => 1,
        }
    }

    const fn of(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Mark),
            1 => Some(Self::Change),
            _ => None,
        }
    }
}

/// Bytes that a body of `length` takes in a segment.
pub(crate) const fn framed(length: usize) -> u64 {
    align((RECORD_HEAD + length) as u64, 8)
}

/// Appends a record to `out`, padded to a multiple of eight, and returns its CRC32C.
pub(crate) fn frame(out: &mut Vec<u8>, epoch: u64, sequence: u64, synced: u64, kind: RecordKind, body: &[u8]) -> u32 {
    let head = FieldWriter::default()
        .bytes(&RECORD_MAGIC)
        .u32(u32::try_from(body.len()).unwrap_or(u32::MAX))
        .u64(sequence)
        .u64(synced)
        .bytes(&[kind.code(), RECORD_VERSION, 0, 0])
        .done();
    let crc = record_crc(epoch, &head, body);
    out.extend_from_slice(&head);
    out.extend_from_slice(&crc.to_le_bytes());
    out.extend_from_slice(body);
    out.resize(align(out.len() as u64, 8) as usize, 0);
    crc
}

fn record_crc(epoch: u64, head: &[u8], body: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&epoch.to_le_bytes());
    crc32c::crc32c_append(crc32c::crc32c_append(crc, head), body)
}

/// A record found whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) sequence: u64,
    synced: u64,
    kind: u8,
    version: u8,
    /// Where the body begins in the file.
    pub(crate) body: u64,
    length: usize,
    end: End,
}

/// A segment read from one end to the other.
pub(crate) struct SegmentReader {
    path: PathBuf,
    head: SegmentHead,
    window: Window,
}

/// How a scan of a segment ended.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scanned {
    /// The last sequence in the segment; one below its first when it has none.
    pub(crate) last: u64,
    pub(crate) end: End,
    /// Something stands behind the end: a batch that was not finished.
    pub(crate) torn: bool,
    /// Whole records behind the end.
    pub(crate) dropped: u64,
}

impl SegmentReader {
    pub(crate) fn open(path: &Path, head: SegmentHead) -> Result<Self, StoreError> {
        let window = Window::open(path).map_err(|error| StoreError::io("opening", path, error))?;
        Ok(Self { path: path.to_owned(), head, window })
    }

    /// Reads a segment that its successor has closed at `end`: every record up to there must be there, and nothing
    /// behind it counts.
    pub(crate) fn scan_closed(
        &mut self,
        end: End,
        each: impl FnMut(&Frame, &[u8]) -> Result<(), StoreError>,
    ) -> Result<Scanned, StoreError> {
        if self.window.length < end.offset {
            return Err(self.corrupt(self.window.length, "the segment is shorter than its successor says"));
        }
        let (last, found) = self.records(end.offset, each)?;
        if found != end {
            let missing = last + 1;
            return Err(self.corrupt(found.offset, format!("record {missing} of a closed segment is damaged")));
        }
        Ok(Scanned { last, end, torn: false, dropped: 0 })
    }

    /// Reads the newest segment. A bad record is a torn tail, unless a later one knows that it was durable.
    pub(crate) fn scan_newest(
        &mut self,
        each: impl FnMut(&Frame, &[u8]) -> Result<(), StoreError>,
    ) -> Result<Scanned, StoreError> {
        if self.window.length < self.head.size {
            return Err(self.corrupt(self.window.length, "the newest segment is shorter than it was made"));
        }
        let (last, end) = self.records(self.window.length, each)?;
        let (torn, dropped) = self.behind(end.offset, last + 1)?;
        Ok(Scanned { last, end, torn, dropped })
    }

    /// Every record below `limit` in sequence; stops at the first that is not there.
    fn records(
        &mut self,
        limit: u64,
        mut each: impl FnMut(&Frame, &[u8]) -> Result<(), StoreError>,
    ) -> Result<(u64, End), StoreError> {
        let mut last = self.head.first.saturating_sub(1);
        let mut end = End { offset: SEGMENT_HEAD, crc: self.head.predecessor.crc };
        while let Some(frame) = self.next_record(end.offset, limit, last + 1)? {
            if frame.version > RECORD_VERSION || RecordKind::of(frame.kind).is_none() {
                let (found, known) = (u32::from(frame.version), u32::from(RECORD_VERSION));
                return Err(StoreError::Newer { file: self.path.clone(), found, known });
            }
            if RecordKind::of(frame.kind) == Some(RecordKind::Change) {
                let body = self.window.slice(frame.body, frame.length);
                each(&frame, body.map_err(|error| StoreError::io("reading", &self.path, error))?.unwrap_or(&[]))?;
            }
            last = frame.sequence;
            end = frame.end;
        }
        Ok((last, end))
    }

    /// The record `sequence`: right behind the last one, or at the next block where a batch begins.
    fn next_record(&mut self, offset: u64, limit: u64, sequence: u64) -> Result<Option<Frame>, StoreError> {
        for place in [offset, align(offset, BLOCK)] {
            if place >= limit {
                break;
            }
            if let Some(frame) = self.record_at(place)?
                && frame.sequence == sequence
                && frame.end.offset <= align(limit, 8)
            {
                return Ok(Some(frame));
            }
        }
        Ok(None)
    }

    /// Looks through everything behind the last record. Returns whether anything stands there and how many whole
    /// records; a record that knows `missing` to have been durable is proof of damage.
    fn behind(&mut self, end: u64, missing: u64) -> Result<(bool, u64), StoreError> {
        let (mut torn, mut dropped, mut place) = (false, 0, end);
        while place < self.window.length {
            let stride = STRIDE.min(usize::try_from(self.window.length - place).unwrap_or(STRIDE));
            let bytes = self.window.slice(place, stride);
            let bytes = bytes.map_err(|error| StoreError::io("reading", &self.path, error))?.unwrap_or(&[]);
            torn |= bytes.iter().any(|byte| *byte != 0);
            let candidates: Vec<u64> = memchr::memmem::find_iter(bytes, &RECORD_MAGIC)
                .filter(|found| found % 8 == 0)
                .map(|found| place + found as u64)
                .collect();
            for candidate in candidates {
                if let Some(frame) = self.record_at(candidate)? {
                    if frame.synced >= missing {
                        let knows = frame.sequence;
                        let what = format!("record {missing} was durable, record {knows} says so, and it is damaged");
                        return Err(self.corrupt(end, what));
                    }
                    dropped += 1;
                }
            }
            place += stride as u64;
        }
        Ok((torn, dropped))
    }

    /// The record that begins at `place`, when there is a whole one.
    fn record_at(&mut self, place: u64) -> Result<Option<Frame>, StoreError> {
        let failed = |error| StoreError::io("reading", &self.path, error);
        let Some(head) = self.window.slice(place, RECORD_HEAD).map_err(failed)? else { return Ok(None) };
        let Some((frame, crc)) = parse_record_head(head, place) else { return Ok(None) };
        let Some(whole) = self.window.slice(place, RECORD_HEAD + frame.length).map_err(failed)? else {
            return Ok(None);
        };
        let (head, body) = whole.split_at(RECORD_HEAD);
        let (signed, _crc) = head.split_at(RECORD_HEAD - 4);
        Ok((record_crc(self.head.epoch, signed, body) == crc).then_some(frame))
    }

    fn corrupt(&self, offset: u64, what: impl Into<String>) -> StoreError {
        StoreError::corrupt(&self.path, offset, what)
    }
}

fn parse_record_head(head: &[u8], place: u64) -> Option<(Frame, u32)> {
    let mut fields = FieldReader::new(head);
    if fields.array::<4>()? != RECORD_MAGIC {
        return None;
    }
    let length = usize::try_from(fields.u32()?).ok().filter(|length| *length <= LONGEST_BODY)?;
    let (sequence, synced) = (fields.u64()?, fields.u64()?);
    let (kind, version) = (fields.u8()?, fields.u8()?);
    fields.bytes(2)?;
    let crc = fields.u32()?;
    let end = End { offset: place + framed(length), crc };
    Some((Frame { sequence, synced, kind, version, body: place + RECORD_HEAD as u64, length, end }, crc))
}

/// A piece of a file in memory, moved along as it is read.
struct Window {
    file: File,
    length: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok(Self { file, length, start: 0, bytes: Vec::new() })
    }

    /// `length` bytes at `offset`; `None` when the file ends before.
    fn slice(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        if offset.saturating_add(length as u64) > self.length {
            return Ok(None);
        }
        let held = offset.checked_sub(self.start).is_some_and(|skip| skip + length as u64 <= self.bytes.len() as u64);
        if !held {
            let size = (WINDOW as u64).min(self.length - offset).max(length as u64);
            self.bytes.resize(usize::try_from(size).unwrap_or(WINDOW), 0);
            self.start = offset;
            if let Err(error) = self.file.read_exact_at(&mut self.bytes, offset) {
                self.bytes.clear();
                return Err(error);
            }
        }
        let skip = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        Ok(self.bytes.get(skip..skip.saturating_add(length)))
    }
}
