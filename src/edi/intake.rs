//! Segments of one interchange, taken out of the source within the bounds.

use std::io::Read;

use crate::base::{Limits, Severity};

use super::control;
use super::delimiter::Delimiters;
use super::fault::{Bound, ReadFault};
use super::finding::{Finding, FindingCode, Findings, Level, capped};
use super::interchange::Standard;
use super::place::Place;
use super::run::{Room, Untold};
use super::source::{Cut, Data, Next, Source};
use super::table::{Added, SegmentTable, TableSize};
use super::token::Segment;
use super::{edifact, x12};

/// The segments of an interchange that is open.
pub(crate) struct Intake {
    delimiters: Delimiters,
    /// Where the interchange begins.
    start: u64,
    /// Segments so far; the header is one.
    count: u64,
    /// Room that the last set took.
    usual_size: TableSize,
    /// What was not told yet of segments of the envelope.
    untold: Untold,
}

impl Intake {
    /// The header of the interchange, which begins at `start`, was read.
    pub(crate) fn new(delimiters: Delimiters, start: u64) -> Self {
        Self { delimiters, start, count: 1, usual_size: TableSize::default(), untold: Untold::ALL }
    }

    /// The next segment, not consumed yet. `None` when the file ends or another interchange begins.
    pub(crate) fn next_cut<R: Read>(&self, source: &mut Source<R>, limits: &Limits) -> Result<Option<Cut>, ReadFault> {
        let begins = |standard, bytes: &[u8]| match standard {
            Standard::X12 => x12::Envelope::begins_inside(bytes, &self.delimiters),
            Standard::Edifact => edifact::Envelope::begins_inside(bytes),
        };
        let next = source.next_segment(&self.delimiters, limits.segment, begins)?;
        let Next::Segment(cut) = next else { return Ok(None) };
        let end = source.offset() + cut.next as u64;
        let place = Place::bytes(source.offset() + cut.filler as u64, source.offset() + cut.end as u64);
        if end - self.start > limits.interchange {
            return Err(ReadFault::Bound { bound: Bound::Interchange, limit: limits.interchange, place });
        }
        if self.count >= limits.segments {
            return Err(ReadFault::Bound { bound: Bound::Segments, limit: limits.segments, place });
        }
        Ok(Some(cut))
    }

    /// Takes a segment of the envelope out of the source, with what is to be said of blanks around it; nothing is in the
    /// table when it was empty.
    pub(crate) fn take<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<(SegmentTable, Vec<Finding>), ReadFault> {
        let (filler, segment, terminator) = source.parts(cut);
        let mut table = SegmentTable::new(self.delimiters, source.offset() + filler.len() as u64);
        let mut findings = Vec::new();
        if !segment.is_empty() {
            let added = push(&mut table, segment, terminator, cut.data);
            control::check_elements(&table, added.elements, limits)?;
            self.count += 1;
            findings = self.untold.tell(table.last(), filler, cut.data);
        }
        source.consume(cut.next);
        Ok((table, findings))
    }
}

/// The transaction set that is being read.
pub(crate) struct OpenSet {
    pub(crate) table: SegmentTable,
    pub(crate) findings: Findings,
    has_wrapped: bool,
    untold: Untold,
}

impl OpenSet {
    /// A set whose header begins at `offset` of the file.
    pub(crate) fn new(intake: &Intake, offset: u64) -> Self {
        let mut table = SegmentTable::new(intake.delimiters, offset);
        table.reserve(intake.usual_size);
        Self { table, findings: Findings::default(), has_wrapped: false, untold: Untold::ALL }
    }

    /// Moves a segment out of the source into the set.
    pub(crate) fn take<R: Read>(
        &mut self,
        intake: &mut Intake,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<(), ReadFault> {
        let (filler, segment, terminator) = source.parts(cut);
        let is_first = self.table.len() == 0;
        // Places inside a set are kept in 32 bits.
        let limit = limits.transaction_set.min(u32::MAX as usize);
        let length = self.table.raw().len() + if is_first { cut.next - cut.filler } else { cut.next };
        if length > limit {
            let start = source.offset() + filler.len() as u64;
            let place = Place::bytes(start, start + segment.len() as u64);
            return Err(ReadFault::Bound { bound: Bound::TransactionSet, limit: limit as u64, place });
        }
        if !is_first {
            self.table.push_filler(filler);
        }
        if segment.is_empty() {
            self.note_empty(source.offset() + cut.filler as u64);
            self.table.push_terminator(terminator);
        } else {
            let added = push(&mut self.table, segment, terminator, cut.data);
            control::check_elements(&self.table, added.elements, limits)?;
            self.note(cut, &added);
            self.findings.extend(self.untold.tell(self.table.last(), filler, cut.data));
            intake.count += 1;
        }
        source.consume(cut.next);
        Ok(())
    }

    /// Moves plain segments out of the source into the set, many at once. `may_be_envelope` may say yes too often.
    pub(crate) fn take_run<R: Read>(
        &mut self,
        intake: &mut Intake,
        source: &mut Source<R>,
        limits: &Limits,
        may_be_envelope: impl Fn(&[u8]) -> bool + Copy,
    ) {
        let length = limits.transaction_set.min(u32::MAX as usize);
        let left = length.saturating_sub(self.table.raw().len()) as u64;
        let room = Room {
            segment: limits.segment,
            elements: limits.elements,
            segments: limits.segments.saturating_sub(intake.count),
            bytes: left.min(intake.start.saturating_add(limits.interchange).saturating_sub(source.offset())),
        };
        intake.count += source.take_run(&mut self.table, room, self.untold, may_be_envelope);
    }

    /// Nothing more comes: the next set is taken to be as large.
    pub(crate) fn finish(&self, intake: &mut Intake) {
        intake.usual_size = self.table.size();
    }

    /// Takes note of what is wrong with the segment that was added last.
    fn note(&mut self, cut: Cut, added: &Added) {
        let first_wrap = added.wrapped && !self.has_wrapped;
        if cut.terminated && !first_wrap && cut.data != Data::WrongLength {
            return;
        }
        let Some(segment) = self.table.last() else { return };
        let place = segment.place();
        if !cut.terminated {
            self.findings.push(control::unterminated(Severity::Error, Level::Set, place));
        }
        if added.dangling_release {
            let text = "the segment ends in a release character that releases nothing";
            self.findings.push(Finding::new(Severity::Error, FindingCode::ReleaseCharacter, place, text));
        }
        if cut.data == Data::WrongLength {
            self.findings.push(wrong_length(&segment));
        }
        if first_wrap {
            self.has_wrapped = true;
            let text = "line ends inside segments are left out, here and further on";
            self.findings.push(Finding::new(Severity::Info, FindingCode::WrappedLines, place, text));
        }
    }

    /// A second line end is customary where a line end is the terminator; any other empty segment is a slip.
    fn note_empty(&mut self, offset: u64) {
        if self.table.delimiters.drops_line_ends() {
            let place = Place::bytes(offset, offset + 1);
            let text = "there is nothing between two terminators";
            self.findings.push(Finding::new(Severity::Warning, FindingCode::EmptySegment, place, text));
        }
    }
}

impl Untold {
    /// Says of a segment, behind its filler, what was not told yet. Binary data may end as it likes.
    fn tell(&mut self, segment: Option<Segment<'_>>, filler: &[u8], data: Data) -> Vec<Finding> {
        let Some(segment) = segment else { return Vec::new() };
        let (bytes, is_text) = (segment.bytes(), !matches!(data, Data::From(_)));
        let tag = segment.tag();
        let note = |code, place, text| Finding::new(Severity::Info, code, place, text);
        let mut findings = Vec::new();
        if self.is_indented(filler) {
            self.leading_blanks = false;
            let text = format!("blanks stand before the tag {tag}; they are passed over, here and further on");
            findings.push(note(FindingCode::LeadingBlanks, segment.place(), text));
        }
        if is_text && self.is_padded(bytes) {
            self.trailing_blanks = false;
            let text =
                format!("blanks stand before the terminator of {tag}; they are passed over, here and further on");
            let blanks = bytes.len() - bytes.trim_ascii_end().len();
            let place = segment.place_of(bytes.len() - blanks, blanks);
            findings.push(note(FindingCode::TrailingBlanks, place, text));
        }
        let needless =
            if is_text && self.needless_release { segment.delimiters().needless_release(bytes) } else { None };
        if let Some(at) = needless {
            self.needless_release = false;
            let text =
                "a release character stands before a character that needs none; it is left out, here and further on";
            findings.push(note(FindingCode::ReleaseCharacter, segment.place_of(at, 2), text.to_owned()));
        }
        findings
    }
}

/// The finding for binary data (X12: BIN01, BDS02; 784) that is not as long as it is said to be.
fn wrong_length(segment: &Segment<'_>) -> Finding {
    let tag = segment.tag();
    let length = segment.element(if tag.to_upper() == "BDS" { 2 } else { 1 });
    let said = length.text();
    let text = format!(
        "{tag}{:02} says '{}' bytes, and behind so many no terminator stands; the segment is read up to the next one",
        length.number(),
        capped(&said)
    );
    let finding = Finding::new(Severity::Error, FindingCode::BinaryLength, length.place(), text).quoting(&said);
    Finding { data_element: Some("784".into()), ..finding }
}

fn push(table: &mut SegmentTable, segment: &[u8], terminator: &[u8], data: Data) -> Added {
    match data {
        Data::From(start) => table.push_binary(segment, start, terminator),
        Data::None | Data::WrongLength => table.push_segment(segment, terminator),
    }
}
