//! Segments, elements, repetitions and components of a transaction set, as sent and as text.

use std::borrow::Cow;
use std::fmt;

use super::charset::CharacterSet;
use super::delimiter::Delimiters;
use super::place::{Place, Tag};
use super::table::{SegmentSpan, SegmentTable, narrow};

/// One segment of a transaction set.
#[derive(Clone, Copy)]
pub struct Segment<'a> {
    table: &'a SegmentTable,
    span: SegmentSpan,
    index: u32,
    elements_start: u32,
}

impl<'a> Segment<'a> {
    /// The segment at `span`, whose elements begin at `elements_start` in the table.
    pub(crate) fn new(table: &'a SegmentTable, span: SegmentSpan, index: u32, elements_start: u32) -> Self {
        Self { table, span, index, elements_start }
    }

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
        let starts = self.table.element_starts(self.elements_start, self.span.elements_end);
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
        let elements = self.table.element_starts(self.elements_start, self.span.elements_end);
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

    /// Whether its text is this one.
    pub fn says(&self, text: &str) -> bool {
        let bytes = self.bytes();
        // Letters and digits stand on the wire as they are; a longer spelling may have blanks or release characters.
        bytes == text.as_bytes() || ((bytes.len() > text.len() || !text.is_ascii()) && self.text() == text)
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

    /// All repetitions in one pass, as [`Self::repetition`] has each: asking for one by its number looks at those before.
    pub fn repetitions(&self) -> impl Iterator<Item = Self> + use<'a> {
        let whole = *self;
        let parts = self.parts(self.segment.table.delimiters.repetition);
        parts.map(move |(number, start, end)| Self { repetition: number, start, end, ..whole })
    }

    /// All components in one pass, as [`Self::component`] has each.
    pub fn components(&self) -> impl Iterator<Item = Self> + use<'a> {
        let whole = *self;
        let parts = self.parts(self.segment.table.delimiters.component);
        parts.map(move |(number, start, end)| Self { component: number, start, end, ..whole })
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

    /// What stands between separators: the number of each part, where it starts and where it ends. An empty element has
    /// none.
    fn parts(&self, separator: Option<u8>) -> impl Iterator<Item = (u32, u32, u32)> + use<'a> {
        let (first, end) = (self.start, self.end);
        let delimiters = &self.segment.table.delimiters;
        let bytes = self.bytes();
        let positions = separator.into_iter().flat_map(move |separator| delimiters.positions(separator, bytes));
        let ends = positions.map(move |at| first + narrow(at)).chain((!bytes.is_empty()).then_some(end));
        let mut next = first;
        (1..).zip(ends).map(move |(number, end)| (number, std::mem::replace(&mut next, end + 1), end))
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
