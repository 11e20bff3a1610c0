//! Segments as spans into the bytes of their transaction set. Nothing is copied for an element, and nothing allocated.

use std::borrow::Cow;
use std::fmt;

use super::charset::CharacterSet;
use super::delimiter::Delimiters;
use super::place::{Place, Tag};

/// The segments of one transaction set and the bytes they stand in.
///
/// `bytes` holds the set as sent, from the first byte of its first segment to its last terminator, less line ends
/// that wrapped inside segments. Only when there were any, `raw` holds the set as sent and `gaps` the way back.
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

#[derive(Clone, Copy)]
struct SegmentSpan {
    tag: Tag,
    start: u32,
    /// Behind the last byte before the terminator.
    end: u32,
    /// Index in `elements` behind this segment's last; the segment before says where its first is.
    elements_end: u32,
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
        if wrapped {
            self.push_unwrapped(segment);
        } else {
            self.bytes.extend_from_slice(segment);
            if let Some(raw) = &mut self.raw {
                raw.extend_from_slice(segment);
            }
        }
        let end = self.bytes.len();
        let elements = self.find_elements(start, end);
        self.push_filler(terminator);
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

    fn push_unwrapped(&mut self, segment: &[u8]) {
        let raw = self.raw.get_or_insert_with(|| self.bytes.clone());
        let mut removed = narrow(raw.len() - self.bytes.len());
        raw.extend_from_slice(segment);
        for piece in segment.split_inclusive(|byte| matches!(byte, b'\r' | b'\n')) {
            let kept = piece.strip_suffix(b"\n").or_else(|| piece.strip_suffix(b"\r")).unwrap_or(piece);
            self.bytes.extend_from_slice(kept);
            if kept.len() < piece.len() {
                removed += 1;
                self.gaps.push(Gap { at: narrow(self.bytes.len()), removed });
            }
        }
    }

    fn find_elements(&mut self, start: usize, end: usize) -> usize {
        let before = self.elements.len();
        let segment = self.bytes.get(start..end).unwrap_or_default();
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
        Some(Segment { table: self, span, index: narrow(index), elements_start: first })
    }

    /// The segment that was added last.
    pub(crate) fn last(&self) -> Option<Segment<'_>> {
        self.segment(self.segments.len().checked_sub(1)?)
    }

    /// All segments in order.
    pub(crate) fn segments(&self) -> impl ExactSizeIterator<Item = Segment<'_>> + Clone {
        let mut elements_start = 0;
        self.segments.iter().enumerate().map(move |(index, span)| {
            let segment = Segment { table: self, span: *span, index: narrow(index), elements_start };
            elements_start = span.elements_end;
            segment
        })
    }

    /// Offset in the file of a byte of the clean bytes.
    fn file_offset(&self, at: u32) -> u64 {
        let behind = self.gaps.partition_point(|gap| gap.at <= at);
        let removed = behind.checked_sub(1).and_then(|last| self.gaps.get(last)).map_or(0, |gap| gap.removed);
        self.offset + u64::from(at) + u64::from(removed)
    }

    fn slice(&self, start: u32, end: u32) -> &[u8] {
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
fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// One segment of a transaction set.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    table: &'a SegmentTable,
    span: SegmentSpan,
    index: u32,
    elements_start: u32,
}

impl<'a> Segment<'a> {
    /// The tag: `PO1`.
    pub fn tag(&self) -> Tag {
        self.span.tag
    }

    /// Position in the transaction set, ST being 1.
    pub fn position(&self) -> u32 {
        self.index + 1
    }

    /// The segment without its terminator.
    pub fn bytes(&self) -> &'a [u8] {
        self.table.slice(self.span.start, self.span.end)
    }

    /// How many elements were sent, empty ones and trailing separators counted.
    pub fn element_count(&self) -> usize {
        (self.span.elements_end - self.elements_start) as usize
    }

    /// Element `number`, from 1. One that was not sent is empty and stands at the end of the segment.
    pub fn element(&self, number: usize) -> Element<'a> {
        let (start, end) = self.element_span(number).unwrap_or((self.span.end, self.span.end));
        Element { segment: *self, number: narrow(number), repetition: 0, component: 0, start, end }
    }

    /// All elements that were sent.
    pub fn elements(&self) -> impl Iterator<Item = Element<'a>> + use<'a> {
        let segment = *self;
        (1..=segment.element_count()).map(move |number| segment.element(number))
    }

    /// The bytes of the elements that were sent, in order.
    pub(crate) fn element_bytes(&self) -> impl ExactSizeIterator<Item = &'a [u8]> + use<'a> {
        let starts = self.table.elements.get(self.elements_start as usize..self.span.elements_end as usize);
        let starts = starts.unwrap_or_default();
        let (table, end) = (self.table, self.span.end);
        starts.iter().enumerate().map(move |(index, start)| {
            // One byte of separator stands between an element and the next.
            table.slice(*start, starts.get(index + 1).map_or(end, |next| next - 1))
        })
    }

    /// What it is written with.
    pub(crate) fn delimiters(&self) -> &'a Delimiters {
        &self.table.delimiters
    }

    /// Where the segment stands in the file.
    pub fn place(&self) -> Place {
        Place {
            start: self.table.file_offset(self.span.start),
            end: self.table.file_offset(self.span.end),
            tag: Some(self.span.tag),
            segment_position: Some(self.position()),
            ..Place::default()
        }
    }

    /// The character set its text is read in.
    pub fn character_set(&self) -> CharacterSet {
        self.table.charset
    }

    /// Where `length` of its bytes from `at` on stand in the file, with the element they are in.
    pub(crate) fn place_of(&self, at: usize, length: usize) -> Place {
        let start = self.span.start + narrow(at);
        let element = self.elements().filter(|element| element.start <= start).last();
        Place {
            start: self.table.file_offset(start),
            end: self.table.file_offset(start + narrow(length)),
            element: element.map(|element| element.number),
            ..self.place()
        }
    }

    fn element_span(&self, number: usize) -> Option<(u32, u32)> {
        let elements = self.table.elements.get(self.elements_start as usize..self.span.elements_end as usize)?;
        let start = *elements.get(number.checked_sub(1)?)?;
        Some((start, elements.get(number).map_or(self.span.end, |next| next - 1)))
    }
}

impl fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.table.charset.decode(self.bytes()))
    }
}

/// An element, one repetition of it, or one component of it.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    segment: Segment<'a>,
    number: u32,
    /// 0 where the whole element is meant.
    repetition: u32,
    /// 0 where the whole element or repetition is meant.
    component: u32,
    start: u32,
    end: u32,
}

impl<'a> Element<'a> {
    /// The bytes as sent, repetition and component separators and release characters included.
    pub fn bytes(&self) -> &'a [u8] {
        self.segment.table.slice(self.start, self.end)
    }

    /// The text, without release characters, and without trailing blanks: they mean nothing (X12.6, "string"; ISO
    /// 9735-1, suppression of characters), and fixed-width writers leave them.
    pub fn text(&self) -> Cow<'a, str> {
        let table = self.segment.table;
        match table.delimiters.unreleased(self.bytes()) {
            Cow::Borrowed(bytes) => table.charset.decode(bytes.trim_ascii_end()),
            Cow::Owned(bytes) => Cow::Owned(table.charset.decode(bytes.trim_ascii_end()).into_owned()),
        }
    }

    /// Whether nothing, or nothing but blanks, was sent.
    pub fn is_empty(&self) -> bool {
        self.bytes().trim_ascii_end().is_empty()
    }

    /// Number of the element in its segment, from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The segment it stands in.
    pub fn segment(&self) -> Segment<'a> {
        self.segment
    }

    /// Repetition `number`, from 1; empty when there are not so many. An interchange without a repetition separator
    /// has one repetition of every element.
    pub fn repetition(&self, number: usize) -> Self {
        let (start, end) = self.part(self.segment.table.delimiters.repetition, number);
        Self { repetition: narrow(number), start, end, ..*self }
    }

    /// How many repetitions were sent: 1 for an element that is sent once, 0 for an empty one.
    pub fn repetition_count(&self) -> usize {
        self.count(self.segment.table.delimiters.repetition)
    }

    /// Component `number`, from 1; empty when there are not so many. The first component of a simple element is the
    /// element.
    pub fn component(&self, number: usize) -> Self {
        let (start, end) = self.part(self.segment.table.delimiters.component, number);
        Self { component: narrow(number), start, end, ..*self }
    }

    /// How many components were sent: 1 for a simple element, 0 for an empty one.
    pub fn component_count(&self) -> usize {
        self.count(self.segment.table.delimiters.component)
    }

    /// Where it stands in the file.
    pub fn place(&self) -> Place {
        let some = |number: u32| (number > 0).then_some(number);
        Place {
            start: self.segment.table.file_offset(self.start),
            end: self.segment.table.file_offset(self.end),
            element: some(self.number),
            repetition: some(self.repetition),
            component: some(self.component),
            ..self.segment.place()
        }
    }

    fn part(&self, separator: Option<u8>, number: usize) -> (u32, u32) {
        let absent = (self.end, self.end);
        let Some(skipped) = number.checked_sub(1) else { return absent };
        let Some(separator) = separator else {
            return if skipped == 0 { (self.start, self.end) } else { absent };
        };
        let mut separators = self.segment.table.delimiters.positions(separator, self.bytes());
        let start = match skipped.checked_sub(1) {
            None => 0,
            Some(before) => match separators.nth(before) {
                Some(at) => at + 1,
                None => return absent,
            },
        };
        let end = separators.next().map_or(self.end, |at| self.start + narrow(at));
        (self.start + narrow(start), end)
    }

    fn count(&self, separator: Option<u8>) -> usize {
        if self.bytes().is_empty() {
            return 0;
        }
        let positions = |separator| self.segment.table.delimiters.positions(separator, self.bytes()).count();
        1 + separator.map_or(0, positions)
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}
