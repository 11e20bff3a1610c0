//! Fits the segments of a transaction set into the loops of a guide.
//!
//! X12 and EDIFACT are read from left to right: a segment belongs to the innermost loop in which it, or a loop that it
//! starts, stands at the place reached or further on. What fits nowhere so is put where it makes most sense, with a
//! finding; no segment is ever left out.

use crate::edi::finding::{Finding, FindingCode, Findings};
use crate::edi::guide::{Guide, LoopDef, LoopPlan, NONE, Part, PartPlan, Plan, Requirement, Sequence};
use crate::edi::interchange::TransactionSet;
use crate::edi::place::Place;
use crate::edi::token::Segment;
use crate::edi::tree::Tree;

use super::element::ElementChecks;
use super::hierarchy::Instances;
use super::plain::{Plain, Trailing};
use super::{group, misfit, plausible};

/// The tree of a transaction set by a guide, and what does not fit. Every segment is in the tree.
pub fn structure<'a>(set: &'a TransactionSet, guide: &'a Guide) -> (Tree<'a>, Vec<Finding>) {
    let mut walk = Walk::new(set, guide);
    walk.findings.extend(group::check(set));
    let last = set.segment_count();
    for segment in set.segments() {
        let position = segment.position() as usize;
        // Header and trailer belong to the envelope; they were checked when they were read.
        if position == 1 {
            walk.tree.add(0, &segment);
        } else if position == last && set.trailer.is_some() {
            walk.finish(Reached::Segment(&segment));
            walk.tree.add(0, &segment);
            walk.tree.close(0);
        } else {
            walk.take(&segment);
        }
    }
    if set.trailer.is_none() {
        let place = set.place();
        let end = Place { start: place.end, segment_position: u32::try_from(last + 1).ok(), ..place };
        walk.finish(Reached::End(end));
        walk.tree.close(0);
    }
    plausible::check(set, &mut walk.findings);
    (walk.tree, walk.findings.into_vec())
}

struct Walk<'a> {
    guide: &'a Guide,
    plan: &'a Plan,
    tree: Tree<'a>,
    /// Open instances, the root first. It is never empty.
    stack: Vec<Frame<'a>>,
    /// How often each part came, frame behind frame.
    counts: Vec<u32>,
    plain: Plain,
    elements: ElementChecks,
    /// The hierarchies, by the loop whose instances they are.
    hierarchies: Vec<(u32, Instances<'a>)>,
    findings: Findings,
}

/// How far the walk has come: what is missing is missing before it.
#[derive(Clone, Copy)]
enum Reached<'s, 'a> {
    Segment(&'s Segment<'a>),
    End(Place),
}

impl Reached<'_, '_> {
    fn place(self) -> Place {
        match self {
            Self::Segment(segment) => segment.place(),
            Self::End(place) => place,
        }
    }
}

/// An open instance and how far its loop was read.
#[derive(Clone, Copy)]
struct Frame<'a> {
    definition: &'a LoopDef,
    plan: &'a LoopPlan,
    /// Number of the loop in the plan.
    number: u32,
    node: u32,
    /// The part reached.
    cursor: u32,
    /// Where its counts begin.
    counts: usize,
}

impl<'a> Frame<'a> {
    /// The part at the cursor or behind it that takes the segment and is not full. Of parts side by side that begin
    /// alike, in whatever order they come, one that names the segment's qualifier goes first.
    fn forward(&self, segment: &Segment<'_>, first: u32, counts: &[u32]) -> Option<u32> {
        let from = self.run_start(self.cursor);
        let takes = |index: u32, part: &PartPlan| {
            index >= from && self.count(counts, index) < part.max && self.takes(index, part, segment)
        };
        let (found, run_end) =
            self.alike(first).find(|(index, part)| takes(*index, part)).map(|(index, part)| (index, part.run_end))?;
        if found != first && self.passes_over(first, found, counts) {
            return None;
        }
        if run_end == found + 1 {
            return Some(found);
        }
        let mut named =
            (found..run_end).filter(|index| self.plan(*index).is_some_and(|part| part.is_named && takes(*index, part)));
        Some(named.next().unwrap_or(found))
    }

    /// Whether a part before `found` that begins alike is full, and something that must stand between the two has not
    /// come: then the segment is one too many there, not the first one further on. A sixth tax in the head of an INVOIC
    /// is no total as long as no UNS parts them.
    fn passes_over(&self, first: u32, found: u32, counts: &[u32]) -> bool {
        let mut before = self.alike(first).take_while(|(index, _)| *index < found);
        let is_full = before.any(|(index, part)| index >= self.starters() && self.count(counts, index) >= part.max);
        let is_owed = |index: u32| {
            let is_mandatory = self.part(index).is_some_and(|part| part.requirement() == Requirement::Mandatory);
            is_mandatory && self.count(counts, index) == 0
        };
        is_full && (self.cursor + 1..found).any(is_owed)
    }

    /// The part at the cursor, when it takes the segment but is full. The segment that starts a loop is full from the
    /// beginning: it starts another instance.
    fn full(&self, segment: &Segment<'_>, first: u32) -> Option<u32> {
        let run = self.run_start(self.cursor).max(self.starters())..=self.cursor;
        let mut full =
            self.alike(first).filter(|(index, part)| run.contains(index) && self.takes(*index, part, segment));
        full.next().map(|(index, _)| index)
    }

    /// A part before the cursor that takes the segment, the last of them.
    fn behind(&self, segment: &Segment<'_>, first: u32) -> Option<u32> {
        let before = self.starters()..self.cursor;
        let behind =
            self.alike(first).filter(|(index, part)| before.contains(index) && self.takes(*index, part, segment));
        behind.last().map(|(index, _)| index)
    }

    /// The parts that begin with the same tag, from the first one on.
    fn alike(&self, first: u32) -> impl Iterator<Item = (u32, &'a PartPlan)> + use<'a> {
        let plan = self.plan;
        let mut next = first;
        std::iter::from_fn(move || {
            let index = next;
            let part = plan.parts.get(index as usize)?;
            next = part.next_alike;
            Some((index, part))
        })
    }

    /// Whether a part of the right tag takes the segment.
    fn takes(&self, index: u32, plan: &PartPlan, segment: &Segment<'_>) -> bool {
        !plan.is_named || self.part(index).is_some_and(|part| part.takes(segment))
    }

    /// How many parts start the instance: one, and none for the root.
    fn starters(&self) -> u32 {
        u32::from(self.node != 0)
    }

    /// The first of the loops side by side that begin like the one at `index`; `index` itself for a segment.
    fn run_start(&self, index: u32) -> u32 {
        self.plan(index).map_or(index, |part| part.run_start)
    }

    fn part(&self, index: u32) -> Option<&'a Part> {
        self.definition.parts.get(index as usize)
    }

    fn plan(&self, index: u32) -> Option<&'a PartPlan> {
        self.plan.parts.get(index as usize)
    }

    fn count(&self, counts: &[u32], index: u32) -> u32 {
        counts.get(self.counts + index as usize).copied().unwrap_or(0)
    }

    fn loop_name(&self) -> Option<&'a str> {
        (self.node != 0).then_some(self.definition.name.as_str())
    }
}

/// Where a segment was put, and what is wrong with that.
#[derive(Clone, Copy)]
struct Settled {
    depth: usize,
    index: u32,
    fault: Option<FindingCode>,
}

impl<'a> Walk<'a> {
    fn new(set: &'a TransactionSet, guide: &'a Guide) -> Self {
        let mut walk = Self {
            guide,
            plan: guide.plan(),
            tree: Tree::new(set, guide.root()),
            stack: Vec::with_capacity(8),
            counts: Vec::with_capacity(128),
            plain: Plain::new(set),
            elements: ElementChecks::new(set),
            hierarchies: Vec::new(),
            findings: Findings::default(),
        };
        walk.enter(guide.root(), 0, 0);
        walk
    }

    fn enter(&mut self, definition: &'a LoopDef, number: u32, node: u32) {
        let counts = self.counts.len();
        let Some(plan) = self.plan.one_loop(number) else { return };
        self.counts.resize(counts + plan.parts.len(), 0);
        self.stack.push(Frame { definition, plan, number, node, cursor: 0, counts });
    }

    fn take(&mut self, segment: &Segment<'a>) {
        let tag = self.plan.tag(segment.tag());
        let part = match tag.and_then(|tag| self.find(segment, tag)) {
            Some(settled) => self.settle(segment, settled),
            None => {
                self.stray(segment);
                None
            }
        };
        let sequence = part.map(|(plan, _)| plan.sequence).or(tag);
        if let Some(sequence) = sequence.and_then(|number| self.plan.sequence(number)) {
            self.check_elements(segment, sequence, part.map(|(_, part)| part));
        }
    }

    /// Checks the elements of a segment that was put at a part, or nowhere.
    fn check_elements(&mut self, segment: &Segment<'a>, sequence: &Sequence, part: Option<&'a Part>) {
        let trailing = if self.elements.has_trailing() { Trailing::Told } else { Trailing::Untold };
        if self.plain.segment(segment, sequence, trailing) {
            return;
        }
        let special = match part {
            Some(Part::Segment(segment)) => segment.definition.as_deref(),
            Some(Part::Loop(child)) => child.first().and_then(|first| first.definition.as_deref()),
            None => None,
        };
        let Some(definition) = special.or_else(|| self.guide.described(segment.tag())) else { return };
        let before = self.findings.len();
        self.elements.check(segment, definition, &mut self.findings);
        self.name_loop(before);
    }

    /// Says of the findings since `before` in which loop they are.
    fn name_loop(&mut self, before: usize) {
        if let Some(name) = self.stack.last().and_then(|frame| frame.loop_name()) {
            self.findings.inside(before, name);
        }
    }

    fn find(&self, segment: &Segment<'_>, tag: u32) -> Option<Settled> {
        let frames = || {
            let inner_first = self.stack.iter().enumerate().rev();
            inner_first.filter_map(|(depth, frame)| {
                let first = self.plan.first(frame.number, tag);
                (first != NONE).then_some((depth, frame, first))
            })
        };
        let forward = frames().find_map(|(depth, frame, first)| {
            Some(Settled { depth, index: frame.forward(segment, first, &self.counts)?, fault: None })
        });
        forward
            .or_else(|| {
                frames().find_map(|(depth, frame, first)| {
                    let index = frame.full(segment, first)?;
                    let is_loop = frame.plan(index)?.child != NONE;
                    let fault = if is_loop { FindingCode::TooManyLoops } else { FindingCode::TooManySegments };
                    Some(Settled { depth, index, fault: Some(fault) })
                })
            })
            .or_else(|| {
                frames().find_map(|(depth, frame, first)| {
                    let index = frame.behind(segment, first)?;
                    Some(Settled { depth, index, fault: Some(FindingCode::OutOfSequence) })
                })
            })
    }

    /// Puts a segment where it was found to belong, and says which part that is.
    fn settle(&mut self, segment: &Segment<'a>, settled: Settled) -> Option<(&'a PartPlan, &'a Part)> {
        let Settled { depth, index, fault } = settled;
        self.leave(depth, Reached::Segment(segment));
        let frame = *self.stack.last()?;
        let (plan, part) = (frame.plan(index)?, frame.part(index)?);
        if index > frame.cursor {
            self.missing(&frame, plan.run_start, Reached::Segment(segment));
            if let Some(top) = self.stack.last_mut() {
                top.cursor = index;
            }
        }
        if let Some(count) = self.counts.get_mut(frame.counts + index as usize) {
            *count = count.saturating_add(1);
        }
        if fault.is_some() || plan.is_not_used {
            let before = self.findings.len();
            self.findings.extend(fault.map(|code| misfit::misplaced(code, part, frame.definition, segment)));
            let not_used = plan.is_not_used.then(|| misfit::not_used(part, frame.definition, segment));
            self.findings.extend(not_used);
            self.name_loop(before);
        }
        match part {
            Part::Segment(_) => self.tree.add(frame.node, segment),
            Part::Loop(definition) => {
                let node = self.tree.open(frame.node, definition);
                self.tree.add(node, segment);
                self.enter(definition, plan.child, node);
                self.started(segment, definition, plan.child);
            }
        }
        Some((plan, part))
    }

    /// The segment that starts an instance is there.
    fn started(&mut self, segment: &Segment<'a>, definition: &LoopDef, number: u32) {
        if let Some(count) = self.stack.last().and_then(|frame| self.counts.get_mut(frame.counts)) {
            *count = 1;
        }
        if definition.hierarchy.is_none() {
            return;
        }
        let before = self.findings.len();
        if !self.hierarchies.iter().any(|(known, _)| *known == number) {
            self.hierarchies.push((number, Instances::default()));
        }
        if let Some((_, instances)) = self.hierarchies.iter_mut().find(|(known, _)| *known == number) {
            instances.add(segment, definition, &mut self.findings);
        }
        self.findings.inside(before, &definition.name);
    }

    /// Mandatory parts from the run of the cursor until `until` that never came are missing.
    fn missing(&mut self, frame: &Frame<'a>, until: u32, reached: Reached<'_, 'a>) {
        let from = frame.run_start(frame.cursor);
        for index in frame.plan.mandatory.iter().copied().filter(|index| (from..until).contains(index)) {
            if frame.count(&self.counts, index) > 0 {
                continue;
            }
            let Some(part) = frame.part(index) else { return };
            let before = self.findings.len();
            self.findings.push(misfit::missing(part, frame.definition, &reached.place()));
            if let Some(name) = frame.loop_name() {
                self.findings.inside(before, name);
            }
        }
    }

    /// Closes the instances above `depth`.
    fn leave(&mut self, depth: usize, reached: Reached<'_, 'a>) {
        while self.stack.len() > depth + 1 {
            let Some(frame) = self.stack.pop() else { return };
            self.missing(&frame, u32::MAX, reached);
            self.counts.truncate(frame.counts);
            self.tree.close(frame.node);
        }
    }

    /// Closes what is open but the root, and says what the root still lacks.
    fn finish(&mut self, reached: Reached<'_, 'a>) {
        self.leave(0, reached);
        if let Some(root) = self.stack.first().copied() {
            self.missing(&root, u32::MAX, reached);
        }
    }

    /// A segment that no open loop takes stays in the innermost one.
    fn stray(&mut self, segment: &Segment<'a>) {
        let Some(frame) = self.stack.last().copied() else { return };
        let before = self.findings.len();
        self.findings.push(misfit::stray(self.guide, frame.definition, segment));
        self.name_loop(before);
        self.tree.add(frame.node, segment);
    }
}
