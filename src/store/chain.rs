//! The segments as one journal: each names where its predecessor ends, `HEAD` names the newest.
//!
//! What does not fit together is refused: a segment missing, a head damaged, a journal that ends before `HEAD` or
//! before the index says. The store never goes on with less than it had acknowledged.

use std::fs::File;
use std::path::PathBuf;

use rustix::fs::{Advice, fadvise};

use super::codec::{self, Record};
use super::error::StoreError;
use super::identity::{Head, StoreId};
use super::journal::Tail;
use super::key::{self, Overlay};
use super::layout::Layout;
use super::segment::{End, Scanned, SegmentHead, SegmentReader};
use crate::exchange::BlobRef;

/// The segments, oldest first.
#[derive(Debug)]
pub(crate) struct Chain {
    links: Vec<Link>,
}

/// One segment of the chain.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) path: PathBuf,
    pub(crate) head: SegmentHead,
    /// Where it ends and with which sequence, when a successor has closed it.
    pub(crate) closed: Option<(End, u64)>,
}

/// One change as it stands in the journal.
pub(crate) struct Entry<'a> {
    pub(crate) sequence: u64,
    pub(crate) segment: u64,
    /// Where the record's body begins in the segment.
    pub(crate) body: u64,
    pub(crate) record: Record,
    pub(crate) payloads: &'a [(BlobRef, Option<u64>)],
}

impl Entry<'_> {
    /// What the change does to the index.
    pub(crate) fn fold(&self, into: &mut Overlay) {
        key::fold(&self.record, self.payloads, self.segment, self.body, into);
    }
}

impl Chain {
    /// Reads the heads of all segments and checks that they belong together.
    pub(crate) fn read(layout: &Layout, store: &StoreId) -> Result<Self, StoreError> {
        let mut links: Vec<Link> = Vec::new();
        for (number, path) in layout.list_segments()? {
            let head = SegmentHead::read(&path)?;
            if head.store != *store {
                return Err(StoreError::corrupt(&path, 0, "the segment belongs to another store"));
            }
            if head.number != number {
                return Err(StoreError::corrupt(&path, 0, format!("the segment says it is number {}", head.number)));
            }
            if let Some(before) = links.last_mut() {
                if before.head.number + 1 != number {
                    let missing = layout.segment(before.head.number + 1);
                    return Err(StoreError::corrupt(&missing, 0, "this segment of the journal is missing"));
                }
                before.closed = Some((head.predecessor, head.first.saturating_sub(1)));
            }
            links.push(Link { path, head, closed: None });
        }
        Ok(Self { links })
    }

    pub(crate) fn links(&self) -> &[Link] {
        &self.links
    }

    /// The first sequence that the journal still holds.
    pub(crate) fn first(&self) -> Option<u64> {
        self.links.first().map(|link| link.head.first)
    }

    /// Whether the journal goes on right behind `sequence`, so that a state as of `sequence` can be brought up.
    pub(crate) fn continues(&self, sequence: u64) -> bool {
        self.first().map_or(sequence == 0, |first| first <= sequence + 1)
    }

    /// Checks the newest segment against `HEAD`, which may be one segment behind and never ahead.
    pub(crate) fn check_head(&self, layout: &Layout, head: &Head) -> Result<(), StoreError> {
        let Some(newest) = self.links.last() else {
            if head.segment == 0 {
                return Ok(());
            }
            return Err(StoreError::corrupt(
                &layout.segment(head.segment),
                0,
                "HEAD names this segment and it is missing",
            ));
        };
        let (number, path) = (newest.head.number, &newest.path);
        let named = self.links.iter().find(|link| link.head.number == head.segment);
        if head.segment > number {
            Err(StoreError::corrupt(&layout.segment(head.segment), 0, "HEAD names this segment and it is missing"))
        } else if head.segment + 1 < number {
            let what =
                format!("HEAD names segment {} and the journal has {number}: HEAD is from another time", head.segment);
            Err(StoreError::corrupt(&layout.head(), 0, what))
        } else if named.is_some_and(|link| link.head.epoch != head.epoch) {
            Err(StoreError::corrupt(path, 0, "HEAD knows this segment by another epoch: the folder mixes two stores"))
        } else {
            Ok(())
        }
    }

    /// Makes what is read of the newest segment true of the disk: pages of a killed process are synced, pages whose
    /// sync had failed, which the kernel calls clean, are read from the disk again.
    pub(crate) fn settle(&self) -> Result<(), StoreError> {
        let Some(newest) = self.links.last() else { return Ok(()) };
        let failed = |error| StoreError::io("syncing", &newest.path, error);
        let file = File::options().read(true).write(true).open(&newest.path).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        fadvise(&file, 0, None, Advice::DontNeed).map_err(|error| failed(error.into()))
    }

    /// Hands out every change behind `after`, in order. The newest segment is always read whole, because only that
    /// tells a torn tail from damage; older ones are left alone when nothing of them is asked for.
    pub(crate) fn replay(
        &self,
        after: u64,
        mut each: impl FnMut(Entry<'_>) -> Result<(), StoreError>,
    ) -> Result<(Tail, Option<Scanned>), StoreError> {
        let mut tail = Tail::EMPTY;
        let mut newest = None;
        for link in &self.links {
            match link.closed {
                Some((_, last)) if last <= after => {}
                Some((end, last)) => {
                    let scanned = link.scan_closed(end, after, &mut each)?;
                    if scanned.last != last {
                        let what = format!("the segment ends with record {}, its successor says {last}", scanned.last);
                        return Err(StoreError::corrupt(&link.path, end.offset, what));
                    }
                }
                None => {
                    let scanned = link.scan_newest(after, &mut each)?;
                    tail = Tail { segment: link.head.number, last: scanned.last, end: scanned.end };
                    newest = Some(scanned);
                }
            }
        }
        Ok((tail, newest))
    }
}

impl Link {
    /// Reads a closed segment; hands out its changes behind `after`.
    pub(crate) fn scan_closed(
        &self,
        end: End,
        after: u64,
        each: &mut impl FnMut(Entry<'_>) -> Result<(), StoreError>,
    ) -> Result<Scanned, StoreError> {
        let mut reader = SegmentReader::open(&self.path, self.head.clone())?;
        reader.scan_closed(end, |frame, body| self.entry(after, frame.sequence, frame.body, body, each))
    }

    fn scan_newest(
        &self,
        after: u64,
        each: &mut impl FnMut(Entry<'_>) -> Result<(), StoreError>,
    ) -> Result<Scanned, StoreError> {
        let mut reader = SegmentReader::open(&self.path, self.head.clone())?;
        reader.scan_newest(|frame, body| self.entry(after, frame.sequence, frame.body, body, each))
    }

    fn entry(
        &self,
        after: u64,
        sequence: u64,
        place: u64,
        body: &[u8],
        each: &mut impl FnMut(Entry<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        if sequence <= after {
            return Ok(());
        }
        let (record, payloads) = codec::decode(body).ok_or_else(|| {
            StoreError::corrupt(&self.path, place, format!("record {sequence} is whole and cannot be understood"))
        })?;
        each(Entry { sequence, segment: self.head.number, body: place, record, payloads: &payloads })
    }
}
