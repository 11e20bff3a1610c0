//! Fits the segments of a transaction set into the loops of a guide.
//!
//! X12 and EDIFACT are read from left to right: a segment belongs to the innermost loop in which it, or a loop that it
//! starts, stands at the place reached or further on. What fits nowhere so is put where it makes most sense, with a
//! finding; no segment is ever left out.

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Findings};
use crate::edi::guide::{Guide, LoopDef, Max, Part, Requirement};
use crate::edi::interchange::TransactionSet;
use crate::edi::place::{Place, Tag};
use crate::edi::token::Segment;
use crate::edi::tree::Tree;

use super::element::ElementChecks;
use super::plausible;

/// The tree of a transaction set by a guide, and what does not fit. Every segment is in the tree.
pub fn structure<'a>(set: &'a TransactionSet, guide: &'a Guide) -> (Tree<'a>, Vec<Finding>) {
    let mut walk = Walk::new(set, guide);
    let last = set.segment_count();
    for segment in set.segments() {
        let position = segment.position() as usize;
        // ST and SE belong to the envelope; SE was checked when it was read.
        if position == 1 {
            walk.tree.add(0, &segment);
        } else if position == last && set.trailer.is_some() {
            walk.leave(0, &segment.place());
            walk.finish(&segment.place());
            walk.tree.add(0, &segment);
            walk.tree.close(0);
        } else {
            walk.take(&segment);
        }
    }
    if set.trailer.is_none() {
        let place = set.place();
        let end = Place { start: place.end, segment_position: u32::try_from(last + 1).ok(), ..place };
        walk.leave(0, &end);
        walk.finish(&end);
        walk.tree.close(0);
    }
    plausible::check(set, &mut walk.findings);
    (walk.tree, walk.findings.into_vec())
}

struct Walk<'a> {
    guide: &'a Guide,
    tree: Tree<'a>,
    /// Open instances, the root first. It is never empty.
    stack: Vec<Frame<'a>>,
    /// How often each part came, frame behind frame.
    counts: Vec<u32>,
    elements: ElementChecks,
    findings: Findings,
}

/// An open instance and how far its loop was read.
#[derive(Clone, Copy)]
struct Frame<'a> {
    definition: &'a LoopDef,
    node: u32,
    /// The part reached.
    cursor: usize,
    /// Where its counts begin.
    counts: usize,
}

impl<'a> Frame<'a> {
    /// The part at the cursor or behind it that takes the segment and is not full. Of parts side by side that begin
    /// alike, in whatever order they come, one that names the segment's qualifier goes first.
    fn forward(&self, segment: &Segment<'_>, counts: &[u32]) -> Option<usize> {
        let takes = |index: &usize| {
            self.part(*index)
                .is_some_and(|part| part.takes(segment) && part.max().allows(self.count(counts, *index) + 1))
        };
        let first = (self.run_start(self.cursor)..self.definition.parts.len()).find(takes)?;
        let in_run = (first..self.definition.parts.len()).take_while(|index| self.run_start(*index) <= first);
        let is_named = |index: &usize| matches!(self.part(*index), Some(Part::Loop(child)) if child.when.is_some());
        Some(in_run.filter(takes).find(is_named).unwrap_or(first))
    }

    /// The part at the cursor, when it takes the segment but is full. The segment that starts a loop is full from the
    /// beginning: it starts another instance.
    fn full(&self, segment: &Segment<'_>) -> Option<usize> {
        let run = self.run_start(self.cursor).max(self.starters())..=self.cursor;
        run.into_iter().find(|index| self.part(*index).is_some_and(|part| part.takes(segment)))
    }

    /// A part before the cursor that takes the segment.
    fn behind(&self, segment: &Segment<'_>) -> Option<usize> {
        let takes = |index: &usize| self.part(*index).is_some_and(|part| part.takes(segment));
        (self.starters()..self.cursor).rev().find(takes)
    }

    /// How many parts start the instance: one, and none for the root.
    fn starters(&self) -> usize {
        usize::from(self.node != 0)
    }

    /// The first of the loops side by side that begin like the one at `index`; `index` itself for a segment.
    fn run_start(&self, index: usize) -> usize {
        let first = |index: usize| match self.part(index)? {
            Part::Loop(child) => child.first().map(|first| first.tag),
            Part::Segment(_) => None,
        };
        let Some(tag) = first(index) else { return index };
        (0..index).rev().take_while(|before| first(*before) == Some(tag)).last().unwrap_or(index)
    }

    fn part(&self, index: usize) -> Option<&'a Part> {
        self.definition.parts.get(index)
    }

    fn count(&self, counts: &[u32], index: usize) -> u32 {
        counts.get(self.counts + index).copied().unwrap_or(0)
    }
}

/// Where a segment was put, and what is wrong with that.
type Settled = (usize, usize, Option<FindingCode>);

impl<'a> Walk<'a> {
    fn new(set: &'a TransactionSet, guide: &'a Guide) -> Self {
        let mut walk = Self {
            guide,
            tree: Tree::new(set, guide.root()),
            stack: Vec::new(),
            counts: Vec::new(),
            elements: ElementChecks::default(),
            findings: Findings::default(),
        };
        walk.enter(guide.root(), 0);
        walk
    }

    fn enter(&mut self, definition: &'a LoopDef, node: u32) {
        let counts = self.counts.len();
        self.counts.resize(counts + definition.parts.len(), 0);
        self.stack.push(Frame { definition, node, cursor: 0, counts });
    }

    fn take(&mut self, segment: &Segment<'a>) {
        match self.find(segment) {
            Some((depth, index, fault)) => self.settle(segment, depth, index, fault),
            None => self.stray(segment),
        }
        if let Some(definition) = self.guide.described(segment.tag()) {
            self.elements.check(segment, definition, &mut self.findings);
        }
    }

    fn find(&self, segment: &Segment<'_>) -> Option<Settled> {
        let inner_first = || self.stack.iter().enumerate().rev();
        let forward = |(depth, frame): (usize, &Frame<'a>)| Some((depth, frame.forward(segment, &self.counts)?, None));
        let full = |(depth, frame): (usize, &Frame<'a>)| {
            let index = frame.full(segment)?;
            let code = match frame.part(index)? {
                Part::Segment(_) => FindingCode::TooManySegments,
                Part::Loop(_) => FindingCode::TooManyLoops,
            };
            Some((depth, index, Some(code)))
        };
        let behind = |(depth, frame): (usize, &Frame<'a>)| {
            Some((depth, frame.behind(segment)?, Some(FindingCode::OutOfSequence)))
        };
        inner_first()
            .find_map(forward)
            .or_else(|| inner_first().find_map(full))
            .or_else(|| inner_first().find_map(behind))
    }

    fn settle(&mut self, segment: &Segment<'a>, depth: usize, index: usize, fault: Option<FindingCode>) {
        let place = segment.place();
        self.leave(depth, &place);
        let Some(frame) = self.stack.last().copied() else { return };
        let Some(part) = frame.part(index) else { return };
        if index > frame.cursor {
            self.missing(&frame, frame.run_start(index), &place);
            if let Some(top) = self.stack.last_mut() {
                top.cursor = index;
            }
        }
        if let Some(count) = self.counts.get_mut(frame.counts + index) {
            *count = count.saturating_add(1);
        }
        if let Some(code) = fault {
            self.findings.push(misfit(code, part, &frame, segment.tag(), place));
        }
        match part {
            Part::Segment(_) => self.tree.add(frame.node, segment),
            Part::Loop(definition) => {
                let node = self.tree.open(frame.node, definition);
                self.tree.add(node, segment);
                self.enter(definition, node);
                self.started();
            }
        }
    }

    /// The segment that starts an instance is there.
    fn started(&mut self) {
        if let Some(count) = self.stack.last().and_then(|frame| self.counts.get_mut(frame.counts)) {
            *count = 1;
        }
    }

    /// Mandatory parts from the run of the cursor until `until` that never came are missing.
    fn missing(&mut self, frame: &Frame<'a>, until: usize, place: &Place) {
        for index in frame.run_start(frame.cursor)..until {
            let Some(part) = frame.part(index) else { return };
            if part.requirement() == Requirement::Mandatory && frame.count(&self.counts, index) == 0 {
                self.findings.push(missing(part, frame.definition, place));
            }
        }
    }

    /// Closes the instances above `depth`.
    fn leave(&mut self, depth: usize, place: &Place) {
        while self.stack.len() > depth + 1 {
            let Some(frame) = self.stack.pop() else { return };
            self.missing(&frame, frame.definition.parts.len(), place);
            self.counts.truncate(frame.counts);
            self.tree.close(frame.node);
        }
    }

    /// What the root still lacks at its end.
    fn finish(&mut self, place: &Place) {
        if let Some(root) = self.stack.first().copied() {
            self.missing(&root, root.definition.parts.len(), place);
        }
    }

    /// A segment that no open loop takes stays in the innermost one.
    fn stray(&mut self, segment: &Segment<'a>) {
        let Some(frame) = self.stack.last() else { return };
        let (tag, place, name) = (segment.tag(), segment.place(), &frame.definition.name);
        let finding = if self.guide.root().knows(tag) {
            let text = format!("{tag} has no place in {name} nor in the loops around it");
            Finding::new(Severity::Error, FindingCode::UnexpectedSegment, place, text)
        } else {
            let text = format!("{} has no segment {tag}", self.guide.key());
            Finding::new(Severity::Warning, FindingCode::UnknownSegment, place, text)
        };
        self.findings.push(finding.quoting(tag.as_str()));
        self.tree.add(frame.node, segment);
    }
}

/// A segment that was put where it may not stand.
fn misfit(code: FindingCode, part: &Part, frame: &Frame<'_>, tag: Tag, place: Place) -> Finding {
    let inside = &frame.definition.name;
    match part.max() {
        Max::Times(max) if code != FindingCode::OutOfSequence => {
            let text = format!("{} comes more often than {max} times in {inside}", part.name());
            Finding::new(Severity::Warning, code, place, text).expecting(format!("at most {max}"))
        }
        Max::Times(_) | Max::Unbounded => {
            Finding::new(Severity::Warning, code, place, format!("{tag} comes too late in {inside}"))
        }
    }
}

/// A part that is missing is told at the place where it should have stood: before the segment that came instead.
fn missing(part: &Part, inside: &LoopDef, place: &Place) -> Finding {
    let tag = match part {
        Part::Segment(segment) => segment.tag,
        Part::Loop(child) => child.first().map(|first| first.tag).unwrap_or(Tag::default()),
    };
    let place = Place { tag: Some(tag), end: place.start, element: None, ..*place };
    let what = match part {
        Part::Segment(_) => "segment",
        Part::Loop(_) => "loop",
    };
    let text = format!("the mandatory {what} {} of {} is missing", part.name(), inside.name);
    Finding::new(Severity::Error, FindingCode::MissingSegment, place, text).expecting(tag.as_str())
}
