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

/// The tree of a transaction set by a guide, and what does not fit. Every segment is in the tree.
pub fn structure<'a>(set: &'a TransactionSet, guide: &'a Guide) -> (Tree<'a>, Vec<Finding>) {
    let root = Frame { definition: guide.root(), node: 0, cursor: 0, count: 0 };
    let mut walk = Walk {
        guide,
        tree: Tree::new(set, guide.root()),
        stack: vec![root],
        elements: ElementChecks::default(),
        findings: Findings::default(),
    };
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
    (walk.tree, walk.findings.into_vec())
}

struct Walk<'a> {
    guide: &'a Guide,
    tree: Tree<'a>,
    /// Open instances, the root first. It is never empty.
    stack: Vec<Frame<'a>>,
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
    /// How often it came.
    count: u32,
}

impl<'a> Frame<'a> {
    /// The part at the cursor or behind it that takes the segment and is not full.
    fn forward(&self, segment: &Segment<'_>) -> Option<usize> {
        let parts = self.definition.parts.iter().enumerate().skip(self.cursor);
        let is_full = |index: usize, part: &Part| index == self.cursor && !part.max().allows(self.count + 1);
        parts.into_iter().find(|(index, part)| part.takes(segment) && !is_full(*index, part)).map(|(index, _)| index)
    }

    /// The part at the cursor, when it takes the segment but is full.
    fn full(&self, segment: &Segment<'_>) -> Option<usize> {
        self.definition.parts.get(self.cursor).filter(|part| part.takes(segment)).map(|_| self.cursor)
    }

    /// A part before the cursor that takes the segment.
    fn behind(&self, segment: &Segment<'_>) -> Option<usize> {
        self.definition.parts.iter().take(self.cursor).rposition(|part| part.takes(segment))
    }

    fn part(&self, index: usize) -> Option<&'a Part> {
        self.definition.parts.get(index)
    }
}

/// Where a segment was put, and what is wrong with that.
type Settled = (usize, usize, Option<FindingCode>);

impl<'a> Walk<'a> {
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
        if let Some(found) = inner_first().find_map(|(depth, frame)| Some((depth, frame.forward(segment)?, None))) {
            return Some(found);
        }
        let full = |(depth, frame): (usize, &Frame<'a>)| {
            let index = frame.full(segment)?;
            let code = match frame.part(index)? {
                Part::Segment(_) => FindingCode::TooManySegments,
                Part::Loop(_) => FindingCode::TooManyLoops,
            };
            Some((depth, index, Some(code)))
        };
        inner_first().find_map(full).or_else(|| {
            let behind = |(depth, frame): (usize, &Frame<'a>)| {
                Some((depth, frame.behind(segment)?, Some(FindingCode::OutOfSequence)))
            };
            inner_first().find_map(behind)
        })
    }

    fn settle(&mut self, segment: &Segment<'a>, depth: usize, index: usize, fault: Option<FindingCode>) {
        self.leave(depth, &segment.place());
        let Some(mut frame) = self.stack.pop() else { return };
        let Some(part) = frame.part(index) else { return };
        if fault == Some(FindingCode::OutOfSequence) {
            let text = format!("{} comes too late in {}", segment.tag(), frame.definition.name);
            self.findings.push(Finding::new(Severity::Warning, FindingCode::OutOfSequence, segment.place(), text));
        } else {
            self.advance(&mut frame, index, &segment.place());
        }
        if let (Some(code @ (FindingCode::TooManySegments | FindingCode::TooManyLoops)), Max::Times(max)) =
            (fault, part.max())
        {
            let text = format!("{} comes more often than {max} times in {}", part.name(), frame.definition.name);
            self.findings
                .push(Finding::new(Severity::Warning, code, segment.place(), text).expecting(format!("at most {max}")));
        }
        self.stack.push(frame);
        match part {
            Part::Segment(_) => self.tree.add(frame.node, segment),
            Part::Loop(definition) => {
                let node = self.tree.open(frame.node, definition);
                self.tree.add(node, segment);
                self.stack.push(Frame { definition, node, cursor: 0, count: 1 });
            }
        }
    }

    /// Moves the cursor; mandatory parts that it passes are missing.
    fn advance(&mut self, frame: &mut Frame<'a>, index: usize, place: &Place) {
        if index == frame.cursor {
            frame.count += 1;
            return;
        }
        self.missing(frame, index, place);
        (frame.cursor, frame.count) = (index, 1);
    }

    fn missing(&mut self, frame: &Frame<'a>, until: usize, place: &Place) {
        let passed = frame.definition.parts.iter().enumerate().take(until).skip(frame.cursor);
        for (index, part) in passed {
            let came = index == frame.cursor && frame.count > 0;
            if part.requirement() == Requirement::Mandatory && !came {
                self.findings.push(missing(part, frame.definition, place));
            }
        }
    }

    /// Closes the instances above `depth`.
    fn leave(&mut self, depth: usize, place: &Place) {
        while self.stack.len() > depth + 1 {
            let Some(frame) = self.stack.pop() else { return };
            self.missing(&frame, frame.definition.parts.len(), place);
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
