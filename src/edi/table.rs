//! The segments of a transaction set as spans into its bytes. Nothing is copied for an element, and nothing allocated.

use std::fmt;

use super::charset::CharacterSet;
use super::delimiter::Delimiters;
use super::place::Tag;
use super::token::Segment;
use super::wide;

/// The segments of one transaction set and the bytes they stand in.
///
/// `bytes` holds the set as sent, from the first byte of its first segment to its last terminator, less line ends
/// that wrapped inside segments, and with one byte for each delimiter. Only when that makes a difference, `raw` holds the set as sent and `gaps` the way back.
#[derive(Clone)]
pub(crate) struct SegmentTable {
    pub(crate) delimiters: Delimiters,
    /// How bytes become text.
    pub(crate) charset: CharacterSet,
    offset: u64,
    bytes: Vec<u8>,
    raw: Option<Vec<u8>>,
    gaps: Vec<Gap>,
    segments: Vec<SegmentSpan>,
    elements: Vec<u32>,
}

/// How much a table holds.
#[derive(Clone, Copy, Default)]
pub(crate) struct TableSize {
    bytes: usize,
    segments: usize,
    elements: usize,
}

impl TableSize {
    /// Room made beforehand at most: about what a set of 64 KiB takes. A longer one grows by itself.
    const MOST_BYTES: usize = 64 << 10;
    const MOST_SEGMENTS: usize = 4 << 10;
    const MOST_ELEMENTS: usize = 16 << 10;
}

/// From `at` in the clean bytes on, the file is `removed` bytes ahead.
#[derive(Clone, Copy)]
struct Gap {
    at: u32,
    removed: u32,
}

/// Where a segment stands in the bytes of its table.
#[derive(Clone, Copy)]
pub(crate) struct SegmentSpan {
    pub(crate) tag: Tag,
    pub(crate) start: u32,
    /// Behind the last byte before the terminator.
    pub(crate) end: u32,
    /// Index in `elements` behind this segment's last; the segment before says where its first is.
    pub(crate) elements_end: u32,
}

/// What became of a segment that was added.
pub(crate) struct Added {
    /// Elements of the segment, its tag not counted.
    pub(crate) elements: usize,
    /// Line ends inside it were dropped.
    pub(crate) wrapped: bool,
    /// Its last character is a release character with nothing behind it.
    pub(crate) dangling_release: bool,
}

impl SegmentTable {
    /// An empty table for segments that begin at `offset` of the file.
    pub(crate) fn new(delimiters: Delimiters, offset: u64) -> Self {
        Self {
            delimiters,
            charset: CharacterSet::Auto,
            offset,
            bytes: Vec::new(),
            raw: None,
            gaps: Vec::new(),
            segments: Vec::new(),
            elements: Vec::new(),
        }
    }

    /// The room that a table like this one takes.
    pub(crate) fn size(&self) -> TableSize {
        TableSize { bytes: self.bytes.len(), segments: self.segments.len(), elements: self.elements.len() }
    }

    /// Makes room beforehand, as much as the last set took: sets of one interchange are alike.
    pub(crate) fn reserve(&mut self, size: TableSize) {
        self.bytes.reserve(size.bytes.min(TableSize::MOST_BYTES));
        self.segments.reserve(size.segments.min(TableSize::MOST_SEGMENTS));
        self.elements.reserve(size.elements.min(TableSize::MOST_ELEMENTS));
    }

    /// Adds the bytes between two segments.
    pub(crate) fn push_filler(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        if let Some(raw) = &mut self.raw {
            raw.extend_from_slice(bytes);
        }
    }

    /// Adds a segment, its terminator apart. The caller bounds the sum of all bytes below 4 GiB.
    pub(crate) fn push_segment(&mut self, segment: &[u8], terminator: &[u8]) -> Added {
        let start = self.bytes.len();
        let wrapped = self.delimiters.drops_line_ends() && memchr::memchr2(b'\r', b'\n', segment).is_some();
        if wrapped || self.delimiters.wide.is_some() {
            self.push_cleaned(segment, wrapped);
        } else {
            self.push_filler(segment);
        }
        let end = self.bytes.len();
        let elements = self.find_elements(start, end, end);
        self.push_terminator(terminator);
        let dangling_release = self.delimiters.ends_released(segment);
        Added { elements, wrapped, dangling_release }
    }

    /// Begins to add plain segments out of a window: those from `origin` on, the first of their separators having the
    /// number `separator` on its tape.
    pub(crate) fn fill(&mut self, origin: usize, separator: usize) -> Filling<'_> {
        let bytes = narrow(self.bytes.len()).wrapping_sub(narrow(origin));
        let elements = narrow(self.elements.len()).wrapping_sub(narrow(separator));
        Filling { table: self, bytes, elements }
    }

    /// Adds a segment with binary data: it is split before `data` only, and nothing is left out of it.
    pub(crate) fn push_binary(&mut self, segment: &[u8], data: usize, terminator: &[u8]) -> Added {
        let start = self.bytes.len();
        self.push_filler(segment);
        let elements = self.find_elements(start, start + data, self.bytes.len());
        self.push_terminator(terminator);
        Added { elements, wrapped: false, dangling_release: false }
    }

    /// Adds a terminator that ends no segment, or has ended one.
    pub(crate) fn push_terminator(&mut self, terminator: &[u8]) {
        match self.delimiters.wide {
            Some(_) => self.push_cleaned(terminator, false),
            None => self.push_filler(terminator),
        }
    }

    /// Adds bytes with stand-ins for delimiters of several bytes, and perhaps without line ends, and takes note of where
    /// the file is ahead from then on.
    fn push_cleaned(&mut self, bytes: &[u8], without_line_ends: bool) {
        let raw = self.raw.get_or_insert_with(|| self.bytes.clone());
        let mut removed = narrow(raw.len() - self.bytes.len());
        raw.extend_from_slice(bytes);
        let stand_ins = self.delimiters.stand_ins();
        let mut rest = bytes;
        while let Some((byte, length)) = wide::first(rest, &stand_ins) {
            let is_left_out = without_line_ends && matches!(byte, b'\r' | b'\n');
            if !is_left_out {
                self.bytes.push(byte);
            }
            let gap = narrow(length - usize::from(!is_left_out));
            if gap > 0 {
                removed += gap;
                self.gaps.push(Gap { at: narrow(self.bytes.len()), removed });
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    /// Takes note of the segment from `start` to `end`, split up to `split_end`.
    fn find_elements(&mut self, start: usize, split_end: usize, end: usize) -> usize {
        let before = self.elements.len();
        let segment = self.bytes.get(start..split_end).unwrap_or_default();
        for separator in self.delimiters.positions(self.delimiters.element, segment) {
            self.elements.push(narrow(start + separator + 1));
        }
        let tag_end = self.elements.get(before).map_or(end, |first| *first as usize - 1);
        let tag = self.bytes.get(start..tag_end).unwrap_or_default().trim_ascii_end();
        self.segments.push(SegmentSpan {
            tag: Tag::new(tag),
            start: narrow(start),
            end: narrow(end),
            elements_end: narrow(self.elements.len()),
        });
        self.elements.len() - before
    }

    /// All bytes, as their segments have them.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there are no bytes beyond ASCII.
    pub(crate) fn is_ascii(&self) -> bool {
        self.bytes.is_ascii()
    }

    /// How many segments there are.
    pub(crate) fn len(&self) -> usize {
        self.segments.len()
    }

    /// Bytes held as sent.
    pub(crate) fn raw(&self) -> &[u8] {
        self.raw.as_deref().unwrap_or(&self.bytes)
    }

    /// The segment at an index from 0.
    pub(crate) fn segment(&self, index: usize) -> Option<Segment<'_>> {
        let span = *self.segments.get(index)?;
        let first = match index.checked_sub(1) {
            None => 0,
            Some(before) => self.segments.get(before)?.elements_end,
        };
        Some(Segment::new(self, span, narrow(index), first))
    }

    /// The segment that was added last.
    pub(crate) fn last(&self) -> Option<Segment<'_>> {
        self.segment(self.segments.len().checked_sub(1)?)
    }

    /// All segments in order.
    pub(crate) fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> + Clone {
        let mut elements_start = 0;
        self.segments.iter().enumerate().map(move |(index, span)| {
            let segment = Segment::new(self, *span, narrow(index), elements_start);
            elements_start = span.elements_end;
            segment
        })
    }

    /// Where the elements of a segment begin: behind their separators, one before each.
    pub(crate) fn element_starts(&self, from: u32, to: u32) -> &[u32] {
        self.elements.get(from as usize..to as usize).unwrap_or_default()
    }

    /// Offset in the file of a byte of the clean bytes.
    pub(crate) fn file_offset(&self, at: u32) -> u64 {
        let behind = self.gaps.partition_point(|gap| gap.at <= at);
        let removed = behind.checked_sub(1).and_then(|last| self.gaps.get(last)).map_or(0, |gap| gap.removed);
        self.offset + u64::from(at) + u64::from(removed)
    }

    /// Some of the clean bytes.
    pub(crate) fn slice(&self, start: u32, end: u32) -> &[u8] {
        self.bytes.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// A table that takes plain segments out of a window. Positions in the window become positions in the table by adding.
pub(crate) struct Filling<'t> {
    table: &'t mut SegmentTable,
    bytes: u32,
    elements: u32,
}

impl Filling<'_> {
    /// Takes the next segment, of which the tape has the separators before number `separators`.
    #[inline]
    pub(crate) fn segment(&mut self, tag: Tag, start: usize, end: usize, separators: usize) {
        self.table.segments.push(SegmentSpan {
            tag,
            start: narrow(start).wrapping_add(self.bytes),
            end: narrow(end).wrapping_add(self.bytes),
            elements_end: narrow(separators).wrapping_add(self.elements),
        });
    }

    /// Takes the bytes of all these segments, filler and terminators too, and where their separators stand.
    pub(crate) fn finish(self, bytes: &[u8], separators: &[u32]) {
        let behind = self.bytes.wrapping_add(1);
        self.table.elements.extend(separators.iter().map(|at| at.wrapping_add(behind)));
        self.table.push_filler(bytes);
    }
}

impl fmt::Debug for SegmentTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} segments in {} bytes at {}", self.segments.len(), self.raw().len(), self.offset)
    }
}

/// An index into a table. A transaction set is bounded below 4 GiB, so all of them fit.
pub(crate) fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
