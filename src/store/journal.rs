//! Writing the journal: batches, marks, and new segments.
//!
//! After one failed write or sync a segment is never written again: the kernel may have dropped its pages and called
//! them clean. A new segment is opened, which closes the old one before the failed batch, and the batch is tried
//! there once. When that fails too nothing more is written, and a restart decides what was durable.

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ballast::{Ballast, HEAD_ROOM};
use super::disk::{Disk, SegmentFile};
use super::error::StoreError;
use super::identity::{Head, StoreId};
use super::layout::{Layout, rename_durably};
use super::prepare::{Preparer, prepare};
use super::segment::{BLOCK, End, RECORD_HEAD, RecordKind, SEGMENT_HEAD, SegmentHead, align, frame, framed};
use crate::base::Entropy;

/// Room kept free at a segment's end for a mark on a block of its own.
const MARK_ROOM: u64 = 2 * BLOCK;

/// What all segments of one start have in common.
#[derive(Clone)]
pub(crate) struct Writing {
    pub(crate) layout: Layout,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) ballast: Arc<Ballast>,
    pub(crate) store: StoreId,
    pub(crate) generation: u64,
    pub(crate) segment_bytes: u64,
}

/// Where the journal ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tail {
    /// Number of the newest segment, zero when there is none.
    pub(crate) segment: u64,
    /// The last sequence.
    pub(crate) last: u64,
    pub(crate) end: End,
}

impl Tail {
    /// Of a journal that has no segment yet.
    pub(crate) const EMPTY: Self = Self { segment: 0, last: 0, end: End { offset: 0, crc: 0 } };
}

/// Where a body was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) segment: u64,
    /// Where the body begins in the segment.
    pub(crate) body: u64,
}

/// Why a batch was not written.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Nothing was written; the next batch may fare better.
    NotTried(StoreError),
    /// What is on disk is not known; nothing more may be written.
    Unknown(StoreError),
}

/// The journal, open for writing.
pub(crate) struct Journal {
    writing: Writing,
    preparer: Preparer,
    file: Box<dyn SegmentFile>,
    path: PathBuf,
    number: u64,
    /// Bytes of the segment; fewer than configured when the disk was full as it was made.
    size: u64,
    epoch: u64,
    end: End,
    last: u64,
    /// The last sequence that is durable, and where it ends: a mark may stand behind it.
    synced: u64,
    synced_end: End,
    marked: bool,
    /// The segment may not be written any more.
    spoilt: bool,
    rolled: bool,
}

impl Journal {
    /// Opens a new segment behind `tail`, so that a torn tail can never be read again.
    pub(crate) fn open(writing: Writing, tail: Tail) -> Result<Self, StoreError> {
        let number = tail.segment + 1;
        let prepared = prepare(&writing.layout, number, writing.segment_bytes, &writing.ballast)?;
        let Begun { file, epoch, path, size } = begin(&writing, &prepared, tail)?;
        let preparer =
            Preparer::start(writing.layout.clone(), writing.segment_bytes, Arc::clone(&writing.ballast), number)
                .map_err(|error| StoreError::io("starting the thread for", &path, error))?;
        let end = End { offset: SEGMENT_HEAD, crc: tail.end.crc };
        let journal = Self {
            writing,
            preparer,
            file,
            path,
            number,
            size,
            epoch,
            end,
            last: tail.last,
            synced: tail.last,
            synced_end: end,
            marked: true,
            spoilt: false,
            rolled: false,
        };
        journal.trim(tail);
        Ok(journal)
    }

    /// The sequence that the next record gets.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.last + 1
    }

    /// The last sequence written.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// Whether the last batch is vouched for.
    pub(crate) fn is_marked(&self) -> bool {
        self.marked
    }

    /// Whether segments have been closed since this was asked last.
    pub(crate) fn has_rolled(&mut self) -> bool {
        std::mem::take(&mut self.rolled)
    }

    /// The longest batch, framed, that a segment of `segment_bytes` takes.
    pub(crate) const fn capacity(segment_bytes: u64) -> u64 {
        segment_bytes - SEGMENT_HEAD - MARK_ROOM
    }

    /// Writes a batch and makes it durable. All of it or, to every reader of the journal, nothing.
    pub(crate) fn append(&mut self, bodies: &[&[u8]]) -> Result<Vec<Written>, Failure> {
        let need: u64 = bodies.iter().map(|body| framed(body.len())).sum();
        if self.spoilt || !self.has_room(need) {
            self.roll()?;
        }
        if !self.has_room(need) {
            return Err(Failure::NotTried(StoreError::Full { file: self.path.clone() }));
        }
        let Err(first) = self.write(bodies) else { return Ok(self.places(bodies)) };
        let spoilt = self.path.clone();
        self.spoilt = true;
        let unknown = |failure| match failure {
            Failure::NotTried(error) | Failure::Unknown(error) => Failure::Unknown(error),
        };
        self.roll().map_err(unknown)?;
        match self.write(bodies) {
            Ok(()) => Ok(self.places(bodies)),
            Err(_second) => {
                self.spoilt = true;
                Err(Failure::Unknown(StoreError::io("writing and syncing", &spoilt, first)))
            }
        }
    }

    fn has_room(&self, need: u64) -> bool {
        align(self.end.offset, BLOCK) + need + MARK_ROOM <= self.size
    }

    fn write(&mut self, bodies: &[&[u8]]) -> std::io::Result<()> {
        let start = align(self.end.offset, BLOCK);
        let length: u64 = bodies.iter().map(|body| framed(body.len())).sum();
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        let (mut sequence, mut crc) = (self.last, self.end.crc);
        for body in bodies {
            sequence += 1;
            crc = frame(&mut bytes, self.epoch, sequence, self.synced, RecordKind::Change, body);
        }
        self.file.write_all_at(&bytes, start)?;
        self.file.sync_data()?;
        self.end = End { offset: start + bytes.len() as u64, crc };
        self.last = sequence;
        self.synced = sequence;
        self.synced_end = self.end;
        self.marked = false;
        Ok(())
    }

    /// Where the bodies of the batch written last begin.
    fn places(&self, bodies: &[&[u8]]) -> Vec<Written> {
        let length: u64 = bodies.iter().map(|body| framed(body.len())).sum();
        let mut next = self.end.offset - length;
        let place = |body: &&[u8]| {
            let written = Written { segment: self.number, body: next + RECORD_HEAD as u64 };
            next += framed(body.len());
            written
        };
        bodies.iter().map(place).collect()
    }

    /// Writes an empty record whose `synced` vouches for the last batch. It is not synced, nobody waits for it, and
    /// `synced` does not move: should it be lost with the batch after it, that batch was answered to nobody.
    pub(crate) fn mark(&mut self) {
        let start = align(self.end.offset, BLOCK);
        if self.marked || self.spoilt || start + MARK_ROOM > self.size {
            self.marked = true;
            return;
        }
        let mut bytes = Vec::new();
        let crc = frame(&mut bytes, self.epoch, self.last + 1, self.synced, RecordKind::Mark, &[]);
        self.marked = true;
        if self.file.write_all_at(&bytes, start).is_err() {
            self.spoilt = true;
            return;
        }
        self.last += 1;
        self.end = End { offset: start + bytes.len() as u64, crc };
    }

    /// Vouches for the last batch, durably, before an orderly end.
    pub(crate) fn close(&mut self) {
        self.mark();
        if !self.spoilt && self.file.sync_data().is_err() {
            self.spoilt = true;
        }
    }

    /// Closes the segment by opening the next. It ends with its last batch: a mark behind that is not durable, and the
    /// next segment may not vouch for it.
    fn roll(&mut self) -> Result<(), Failure> {
        let tail = Tail { segment: self.number, last: self.synced, end: self.synced_end };
        let prepared = self.preparer.take(self.number + 1).map_err(Failure::NotTried)?;
        // What cannot be written from here on would end all writing.
        if !self.writing.ballast.has_room(HEAD_ROOM) {
            return Err(Failure::NotTried(StoreError::Full { file: self.writing.layout.head() }));
        }
        // From here the new segment may be on disk and close the old one, so a failure may not be passed over.
        let begun = begin(&self.writing, &prepared, tail).map_err(Failure::Unknown);
        if begun.is_err() {
            self.spoilt = true;
        }
        let Begun { file, epoch, path, size } = begun?;
        (self.file, self.epoch, self.path, self.size) = (file, epoch, path, size);
        self.number += 1;
        self.end = End { offset: SEGMENT_HEAD, crc: tail.end.crc };
        self.last = tail.last;
        self.synced_end = self.end;
        self.spoilt = false;
        self.rolled = true;
        self.trim(tail);
        self.preparer.ask(self.number + 1);
        Ok(())
    }

    /// Gives back the zeros behind the end of a closed segment. Its successor says where it ends, so it does not
    /// matter whether this succeeds or survives a crash.
    fn trim(&self, closed: Tail) {
        if closed.segment > 0
            && let Ok(file) = OpenOptions::new().write(true).open(self.writing.layout.segment(closed.segment))
            && file.metadata().is_ok_and(|meta| meta.len() > closed.end.offset)
        {
            file.set_len(closed.end.offset).unwrap_or_default();
        }
    }
}

/// A segment in place.
struct Begun {
    file: Box<dyn SegmentFile>,
    epoch: u64,
    path: PathBuf,
    size: u64,
}

/// Puts the segment behind `tail` in place: head, sync, name, folder, and only then `HEAD`.
fn begin(writing: &Writing, prepared: &Path, tail: Tail) -> Result<Begun, StoreError> {
    let epoch = u64::from_le_bytes(writing.entropy.bytes());
    let number = tail.segment + 1;
    let path = writing.layout.segment(number);
    let failed = |error| StoreError::io("beginning", &path, error);
    let size = std::fs::metadata(prepared).map_err(failed)?.len();
    let head = SegmentHead {
        store: writing.store,
        number,
        generation: writing.generation,
        epoch,
        first: tail.last + 1,
        size,
        predecessor: tail.end,
    };
    let file = writing.disk.open_segment(prepared).map_err(failed)?;
    file.write_all_at(&head.encode(), 0).map_err(failed)?;
    file.sync_data().map_err(failed)?;
    rename_durably(prepared, &path)?;
    let head = Head { store: writing.store, generation: writing.generation, segment: number, epoch };
    head.write(&writing.layout.head())?;
    Ok(Begun { file, epoch, path, size })
}
