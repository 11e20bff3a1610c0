//! A transaction set, from ST to SE.

use std::io::Read;
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::control::{self, End};
use crate::edi::fault::{Bound, ReadFault};
use crate::edi::finding::{Finding, FindingCode, Findings, Level};
use crate::edi::interchange::{Trailer, TransactionSet};
use crate::edi::place::Place;
use crate::edi::run::Room;
use crate::edi::source::{Cut, Source};
use crate::edi::token::SegmentTable;

use super::envelope::{Envelope, ServiceTag};

const SE: End = End { level: Level::Set, tag: "SE", of: "the transaction set", counts: "segments" };

/// The set that is being read.
struct OpenSet {
    table: SegmentTable,
    findings: Findings,
    has_wrapped: bool,
}

impl Envelope {
    /// Reads the set whose ST is `cut`, until its SE, or until something comes that cannot be inside a set.
    pub(super) fn read_set<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<TransactionSet, ReadFault> {
        let offset = source.offset() + cut.filler as u64;
        let mut set = OpenSet {
            table: SegmentTable::new(self.head.delimiters, offset),
            findings: Findings::default(),
            has_wrapped: false,
        };
        set.table.reserve(self.usual_size);
        self.take_into(&mut set, source, limits, cut)?;
        let trailer = loop {
            self.take_run(&mut set, source, limits);
            let Some(cut) = self.next_cut(source, limits)? else { break None };
            let (_, segment, _) = source.parts(cut);
            match ServiceTag::of(segment, self.head.delimiters.element) {
                None => self.take_into(&mut set, source, limits, cut)?,
                Some(ServiceTag::Se) => {
                    self.take_into(&mut set, source, limits, cut)?;
                    break set.table.last().map(|segment| control::trailer(&segment, segment.place()));
                }
                // TA1 is a segment like any other here; the guide will not know it.
                Some(ServiceTag::Ta1) => self.take_into(&mut set, source, limits, cut)?,
                Some(ServiceTag::Gs | ServiceTag::St | ServiceTag::Ge | ServiceTag::Iea) => break None,
            }
        };
        self.usual_size = set.table.size();
        Ok(self.finish(set, trailer, source.offset()))
    }

    /// Moves plain segments out of the source into the set.
    fn take_run<R: Read>(&mut self, set: &mut OpenSet, source: &mut Source<R>, limits: &Limits) {
        let length = limits.transaction_set.min(u32::MAX as usize);
        let left = length.saturating_sub(set.table.raw().len()) as u64;
        let room = Room {
            segment: limits.segment,
            elements: limits.elements,
            segments: limits.segments.saturating_sub(self.segments()),
            bytes: left.min(self.head.place.start.saturating_add(limits.interchange).saturating_sub(source.offset())),
        };
        let taken = source.take_run(&mut set.table, room, ServiceTag::may_be);
        self.count_segments(taken);
    }

    /// Moves a segment out of the source into the set.
    fn take_into<R: Read>(
        &mut self,
        set: &mut OpenSet,
        source: &mut Source<R>,
        limits: &Limits,
        cut: Cut,
    ) -> Result<(), ReadFault> {
        let (filler, segment, terminator) = source.parts(cut);
        let is_first = set.table.len() == 0;
        // Places inside a set are kept in 32 bits.
        let limit = limits.transaction_set.min(u32::MAX as usize);
        let length = set.table.raw().len() + if is_first { cut.next - cut.filler } else { cut.next };
        if length > limit {
            let start = source.offset() + filler.len() as u64;
            let place = Place::bytes(start, start + segment.len() as u64);
            return Err(ReadFault::Bound { bound: Bound::TransactionSet, limit: limit as u64, place });
        }
        if !is_first {
            set.table.push_filler(filler);
        }
        if segment.is_empty() {
            set.note_empty(source.offset() + cut.filler as u64);
            set.table.push_filler(terminator);
        } else {
            let added = set.table.push_segment(segment, terminator);
            control::check_elements(&set.table, added.elements, limits)?;
            set.note(cut, added.wrapped);
            self.count_segments(1);
        }
        source.consume(cut.next);
        Ok(())
    }

    fn finish(&mut self, mut set: OpenSet, trailer: Option<Trailer>, end: u64) -> TransactionSet {
        self.encoding.settle(&mut set.table).into_iter().for_each(|finding| set.findings.push(finding));
        let text = |number: usize| {
            set.table.segment(0).map(|header| header.element(number).text().trim().to_owned()).unwrap_or_default()
        };
        let (id, control_number, implementation) = (text(1), text(2), text(3));
        let header = set.table.segment(0).map(|header| header.place()).unwrap_or_default();
        let trailing = set.table.last().filter(|_| trailer.is_some());
        for service in set.table.segment(0).into_iter().chain(trailing) {
            if service.tag() != service.tag().to_upper() {
                set.findings.push(control::lower_case(service.tag(), Level::Set, service.place()));
            }
        }
        match (&trailer, set.table.last()) {
            (Some(trailer), Some(segment)) => {
                let counted = set.table.len() as u64;
                control::check(&SE, &segment, trailer, counted, &control_number)
                    .into_iter()
                    .for_each(|finding| set.findings.push(finding));
            }
            _ => set.findings.push(control::missing(&SE, Place::bytes(end, end))),
        }
        match &mut self.group {
            Some(group) => {
                group.sets += 1;
                if group.set_numbers.repeats(&control_number) {
                    set.findings.push(control::repeated(&control_number, Level::Set, "functional group", header));
                }
            }
            None => {
                let text = "the transaction set stands outside of any functional group".to_owned();
                set.findings.push(control::misplaced(Severity::Error, Level::Set, header, text).expecting("GS"));
            }
        }
        let group = self.group.as_ref().map(|group| Arc::clone(&group.head));
        TransactionSet {
            interchange: Arc::clone(&self.head),
            id,
            release: group.as_ref().map(|group| group.version.clone()).unwrap_or_default(),
            agency: group.as_ref().map(|group| group.agency.clone()).unwrap_or_default(),
            group,
            control_number,
            implementation: Some(implementation).filter(|text| !text.is_empty()),
            trailer,
            findings: set.findings.into_vec(),
            table: set.table,
        }
    }
}

impl OpenSet {
    /// Takes note of what is wrong with the segment that was added last.
    fn note(&mut self, cut: Cut, wrapped: bool) {
        let first_wrap = wrapped && !self.has_wrapped;
        if cut.terminated && !first_wrap {
            return;
        }
        let Some(segment) = self.table.last() else { return };
        let place = segment.place();
        if !cut.terminated {
            self.findings.push(control::unterminated(Severity::Error, Level::Set, place));
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
