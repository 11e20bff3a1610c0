//! A message being made: instances of loops and their segments, which fill in any order and come out in the guide's.
//!
//! Whatever is put in can be taken back: [`Draft::mark`] remembers how far things are, [`Draft::rewind`] goes back there.

use std::collections::BTreeMap;

use crate::edi::guide::{Guide, LoopDef, Max, Part, Requirement, SegmentUse};
use crate::edi::{OutgoingElement, OutgoingSegment, Tag};
use crate::mapping::file::Spot;
use crate::mapping::program::{Cell, Sub};

/// Number of an instance of a loop; the message itself is 0.
pub(super) type LoopNumber = usize;
/// Number of a segment.
pub(super) type SegmentNumber = usize;

/// A message being made.
#[derive(Debug)]
pub(super) struct Draft<'g> {
    guide: &'g Guide,
    loops: Vec<LoopInstance<'g>>,
    segments: Vec<DraftSegment>,
    /// Instances that are levels of a hierarchy: which level, and the instance above.
    levels: BTreeMap<LoopNumber, (usize, Option<LoopNumber>)>,
    top: Top<'g>,
    log: Vec<Done>,
}

/// What stands directly in the message, which may be very much, in the order in which it was made.
#[derive(Debug, Default)]
struct Top<'g> {
    segments: BTreeMap<Tag, Vec<SegmentNumber>>,
    /// The segments that start loops.
    firsts: BTreeMap<Tag, Vec<SegmentNumber>>,
    loops: BTreeMap<&'g str, Vec<LoopNumber>>,
}

#[derive(Debug)]
struct LoopInstance<'g> {
    definition: &'g LoopDef,
    parent: LoopNumber,
    /// Index of the loop among the parent's parts.
    part: usize,
    segments: Vec<SegmentNumber>,
    loops: Vec<LoopNumber>,
    /// How many segments or loops there are of those of its parts that have some.
    counts: Vec<(usize, usize)>,
    /// Made for an item of an array: another member does not share it.
    is_item: bool,
}

impl LoopInstance<'_> {
    /// One more, or one less, of a part.
    fn count(&mut self, part: usize, change: fn(usize, usize) -> usize) {
        match self.counts.iter_mut().find(|(known, _)| *known == part) {
            Some((_, count)) => *count = change(*count, 1),
            None => self.counts.push((part, change(0, 1))),
        }
    }
}

#[derive(Debug)]
struct DraftSegment {
    tag: Tag,
    owner: LoopNumber,
    /// Index among the owner's parts.
    part: usize,
    cells: Vec<(Cell, Written)>,
    is_item: bool,
}

/// A value on its way to the wire, and who put it there.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pub text: String,
    /// What a rule may put in its place: the other values that its condition allows.
    pub others: Vec<String>,
    /// The rule; nothing for what the engine writes by itself.
    pub spot: Option<Spot>,
    /// The canonical member, empty for what only the wire has.
    pub member: String,
}

/// What can be taken back.
#[derive(Debug)]
enum Done {
    Loop,
    Segment,
    Cell(SegmentNumber),
}

/// How far a draft was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark(usize);

/// The segment of a finished message, and for each of its cells who wrote it.
#[derive(Debug)]
pub(super) struct Finished {
    pub segment: OutgoingSegment,
    pub cells: Vec<(Cell, Written)>,
}

impl<'g> Draft<'g> {
    pub(super) fn new(guide: &'g Guide) -> Self {
        let root = LoopInstance {
            definition: guide.root(),
            parent: 0,
            part: 0,
            segments: Vec::new(),
            loops: Vec::new(),
            counts: Vec::new(),
            is_item: false,
        };
        let (levels, top) = (BTreeMap::new(), Top::default());
        Self { guide, loops: vec![root], segments: Vec::new(), levels, top, log: Vec::new() }
    }

    pub(super) fn guide(&self) -> &'g Guide {
        self.guide
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Takes back everything since `mark`.
    pub(super) fn rewind(&mut self, mark: Mark) {
        while self.log.len() > mark.0 {
            match self.log.pop() {
                Some(Done::Cell(segment)) => {
                    if let Some(segment) = self.segments.get_mut(segment) {
                        segment.cells.pop();
                    }
                }
                Some(Done::Segment) => self.take_segment(),
                Some(Done::Loop) => self.take_loop(),
                None => return,
            }
        }
    }

    /// Takes back the last segment.
    fn take_segment(&mut self) {
        let Some(segment) = self.segments.pop() else { return };
        let Some(owner) = self.loops.get_mut(segment.owner) else { return };
        owner.segments.pop();
        owner.count(segment.part, usize::saturating_sub);
        let at_the_top = match segment.owner {
            0 => &mut self.top.segments,
            _ if owner.parent == 0 && owner.segments.is_empty() => &mut self.top.firsts,
            _ => return,
        };
        at_the_top.entry(segment.tag).or_default().pop();
    }

    /// Takes back the last loop.
    fn take_loop(&mut self) {
        let Some(instance) = self.loops.pop() else { return };
        let Some(parent) = self.loops.get_mut(instance.parent) else { return };
        parent.loops.pop();
        parent.count(instance.part, usize::saturating_sub);
        if instance.parent == 0 {
            self.top.loops.entry(&instance.definition.name).or_default().pop();
        }
    }

    /// Whether a loop was there before `mark`.
    pub(super) fn was_there(&self, mark: Mark, number: LoopNumber) -> bool {
        let done = self.log.get(mark.0..).unwrap_or_default();
        number < self.loops.len() - done.iter().filter(|one| matches!(one, Done::Loop)).count()
    }

    /// The segments in which something was put since `mark`.
    pub(super) fn filled_since(&self, mark: Mark) -> impl Iterator<Item = SegmentNumber> {
        let done = self.log.get(mark.0..).unwrap_or_default();
        done.iter().filter_map(|one| if let Done::Cell(segment) = one { Some(*segment) } else { None })
    }

    /// Whether a segment stands in a loop, or in one inside it.
    pub(super) fn is_within(&self, segment: SegmentNumber, number: LoopNumber) -> bool {
        let mut owner = self.owner(segment);
        while owner != number && owner != 0 {
            owner = self.parent(owner);
        }
        owner == number
    }

    /// Says that an instance is a level of the hierarchy.
    pub(super) fn set_level(&mut self, number: LoopNumber, level: usize, above: Option<LoopNumber>) {
        self.levels.insert(number, (level, above));
    }

    /// The instance of the nearest level of this index at or above an instance.
    pub(super) fn nearest_level(&self, number: LoopNumber, level: usize) -> Option<LoopNumber> {
        let mut around = std::iter::successors(Some(number), |number| (*number != 0).then(|| self.parent(*number)));
        let own = around.find(|number| self.levels.contains_key(number));
        let above = |number: &LoopNumber| self.levels.get(number).and_then(|(_, above)| *above);
        std::iter::successors(own, above)
            .find(|number| self.levels.get(number).is_some_and(|(known, _)| *known == level))
    }

    pub(super) fn definition(&self, number: LoopNumber) -> &'g LoopDef {
        self.loops.get(number).map_or_else(|| self.guide.root(), |instance| instance.definition)
    }

    pub(super) fn parent(&self, number: LoopNumber) -> LoopNumber {
        self.loops.get(number).map_or(0, |instance| instance.parent)
    }

    /// The instances that stand directly in one.
    pub(super) fn loops_in(&self, number: LoopNumber) -> &[LoopNumber] {
        self.loops.get(number).map(|instance| instance.loops.as_slice()).unwrap_or_default()
    }

    /// The segments that stand directly in an instance.
    pub(super) fn segments_in(&self, number: LoopNumber) -> &[SegmentNumber] {
        self.loops.get(number).map(|instance| instance.segments.as_slice()).unwrap_or_default()
    }

    /// The segments of a tag that stand directly in the message, then those that start its loops.
    pub(super) fn segments_at_the_top(&self, tag: Tag) -> impl Iterator<Item = SegmentNumber> {
        let Top { segments, firsts, .. } = &self.top;
        [segments, firsts].into_iter().filter_map(move |known| known.get(&tag)).flatten().copied()
    }

    /// The loops of a name that stand directly in the message.
    pub(super) fn loops_at_the_top(&self, name: &str) -> &[LoopNumber] {
        self.top.loops.get(name).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn tag(&self, segment: SegmentNumber) -> Option<Tag> {
        self.segments.get(segment).map(|segment| segment.tag)
    }

    pub(super) fn owner(&self, segment: SegmentNumber) -> LoopNumber {
        self.segments.get(segment).map_or(0, |segment| segment.owner)
    }

    /// The segment that starts an instance; the message has none that is sure to be there.
    pub(super) fn first_of(&self, number: LoopNumber) -> Option<SegmentNumber> {
        let first = *self.segments_in(number).first()?;
        (number != 0).then_some(first)
    }

    pub(super) fn cell(&self, segment: SegmentNumber, cell: Cell) -> Option<&Written> {
        let cells = &self.segments.get(segment)?.cells;
        // What stands in for another value was put in later.
        cells.iter().rev().find(|(known, _)| is_same_cell(*known, cell)).map(|(_, written)| written)
    }

    pub(super) fn is_item_loop(&self, number: LoopNumber) -> bool {
        self.loops.get(number).is_some_and(|instance| instance.is_item)
    }

    pub(super) fn is_item_segment(&self, segment: SegmentNumber) -> bool {
        self.segments.get(segment).is_some_and(|segment| segment.is_item)
    }

    /// Fills a cell that is empty, or whose value another may stand in for.
    pub(super) fn put(&mut self, segment: SegmentNumber, cell: Cell, written: Written) {
        if let Some(found) = self.segments.get_mut(segment) {
            found.cells.push((cell, written));
            self.log.push(Done::Cell(segment));
        }
    }

    /// A new instance of a loop in `parent`, with an empty first segment; nothing where the guide allows no more.
    pub(super) fn open_loop(
        &mut self,
        parent: LoopNumber,
        fits: impl Fn(&LoopDef) -> bool,
        is_item: bool,
    ) -> Option<LoopNumber> {
        let definition = self.definition(parent);
        let is_meant = |part: &&'g Part| matches!(part, Part::Loop(child) if fits(child));
        let mut found = None;
        for (part, candidate) in definition.parts.iter().enumerate().filter(|(_, part)| is_meant(part)) {
            let Part::Loop(child) = candidate else { continue };
            if has_room(child.max, child.requirement, self.count_of(parent, part)) {
                found = Some((part, child));
                break;
            }
        }
        let (part, child) = found?;
        let number = self.loops.len();
        self.loops.push(LoopInstance {
            definition: child,
            parent,
            part,
            segments: Vec::new(),
            loops: Vec::new(),
            counts: Vec::new(),
            is_item,
        });
        let around = self.loops.get_mut(parent)?;
        around.loops.push(number);
        around.count(part, usize::saturating_add);
        if parent == 0 {
            self.top.loops.entry(&child.name).or_default().push(number);
        }
        self.log.push(Done::Loop);
        if let Some(first) = child.first() {
            self.add(number, 0, first.tag, false);
        }
        Some(number)
    }

    /// A new segment that stands directly in an instance; nothing where the guide allows no more.
    pub(super) fn open_segment(&mut self, owner: LoopNumber, tag: Tag, is_item: bool) -> Option<SegmentNumber> {
        let definition = self.definition(owner);
        let part = definition.parts.iter().enumerate().position(|(index, part)| match part {
            Part::Segment(SegmentUse { tag: known, max, requirement, .. }) if *known == tag => {
                has_room(*max, *requirement, self.count_of(owner, index))
            }
            _ => false,
        })?;
        Some(self.add(owner, part, tag, is_item))
    }

    /// The segment of which the guide has no more than one in an instance, where it is there.
    pub(super) fn only_segment(&self, owner: LoopNumber, tag: Tag) -> Option<SegmentNumber> {
        let is_single = |part: &Part| matches!(part, Part::Segment(one) if one.tag == tag && one.max == Max::Times(1));
        let part = self.definition(owner).parts.iter().position(is_single)?;
        let here = |number: &&SegmentNumber| self.segments.get(**number).is_some_and(|segment| segment.part == part);
        self.segments_in(owner).iter().find(here).copied()
    }

    /// How many segments or loops an instance has at a part of its loop.
    pub(super) fn count_of(&self, owner: LoopNumber, part: usize) -> usize {
        let counts = self.loops.get(owner).map(|instance| instance.counts.as_slice()).unwrap_or_default();
        counts.iter().find(|(known, _)| *known == part).map_or(0, |(_, count)| *count)
    }

    /// How many segments of a tag there are.
    pub(super) fn count(&self, tag: Tag) -> usize {
        self.segments.iter().filter(|segment| segment.tag == tag).count()
    }

    /// A new segment at a part of its owner's loop.
    pub(super) fn add(&mut self, owner: LoopNumber, part: usize, tag: Tag, is_item: bool) -> SegmentNumber {
        let number = self.segments.len();
        self.segments.push(DraftSegment { tag, owner, part, cells: Vec::new(), is_item });
        if let Some(instance) = self.loops.get_mut(owner) {
            let is_first = instance.segments.is_empty();
            instance.segments.push(number);
            instance.count(part, usize::saturating_add);
            match owner {
                0 => self.top.segments.entry(tag).or_default().push(number),
                _ if instance.parent == 0 && is_first => self.top.firsts.entry(tag).or_default().push(number),
                _ => {}
            }
        }
        self.log.push(Done::Segment);
        number
    }

    /// The message in the order of the guide. Instances and segments in which nothing was written are not there.
    pub(super) fn finish(self) -> Vec<Finished> {
        let mut segments: Vec<Option<DraftSegment>> = self.segments.into_iter().map(Some).collect();
        let mut finished = Vec::new();
        flatten(&self.loops, 0, &mut segments, &mut finished);
        finished
    }
}

/// Loops nest as deep as the guide's, which is bounded where guides are read.
fn flatten(
    loops: &[LoopInstance<'_>],
    number: LoopNumber,
    segments: &mut [Option<DraftSegment>],
    finished: &mut Vec<Finished>,
) {
    let Some(instance) = loops.get(number) else { return };
    let start = finished.len();
    for (index, part) in instance.definition.parts.iter().enumerate() {
        match part {
            Part::Segment(_) => {
                let here = |number: &&SegmentNumber| {
                    segments.get(**number).and_then(Option::as_ref).is_some_and(|segment| segment.part == index)
                };
                let numbers: Vec<SegmentNumber> = instance.segments.iter().filter(here).copied().collect();
                let taken = numbers.into_iter().filter_map(|number| segments.get_mut(number)?.take());
                let starts = index == 0 && number != 0;
                finished.extend(taken.filter(|segment| starts || !segment.cells.is_empty()).map(finish_segment));
            }
            Part::Loop(_) => {
                let children =
                    instance.loops.iter().filter(|child| loops.get(**child).is_some_and(|child| child.part == index));
                children.for_each(|child| flatten(loops, *child, segments, finished));
            }
        }
    }
    let is_empty = finished.iter().skip(start).all(|segment| segment.cells.is_empty());
    if number != 0 && is_empty {
        finished.truncate(start);
    }
}

fn finish_segment(mut segment: DraftSegment) -> Finished {
    let last: Vec<(Cell, Written)> = std::mem::take(&mut segment.cells);
    for (cell, written) in last {
        segment.cells.retain(|(known, _)| !is_same_cell(*known, cell));
        segment.cells.push((cell, written));
    }
    let mut elements: Vec<OutgoingElement> = Vec::new();
    for (Cell { number, sub }, written) in &segment.cells {
        if elements.len() < *number {
            elements.resize(*number, OutgoingElement::default());
        }
        let Some(element) = number.checked_sub(1).and_then(|index| elements.get_mut(index)) else { continue };
        let (repetition, component) = (sub.repetition.max(1), sub.component.max(1));
        if element.0.len() < repetition {
            element.0.resize(repetition, Vec::new());
        }
        let Some(components) = element.0.get_mut(repetition - 1) else { continue };
        if components.len() < component {
            components.resize(component, String::new());
        }
        if let Some(place) = components.get_mut(component - 1) {
            place.clone_from(&written.text);
        }
    }
    Finished { segment: OutgoingSegment { tag: segment.tag, elements }, cells: segment.cells }
}

fn has_room(max: Max, requirement: Requirement, count: usize) -> bool {
    requirement != Requirement::NotUsed && max.allows(u32::try_from(count + 1).unwrap_or(u32::MAX))
}

/// An element without repetitions or components is its first.
fn is_same_cell(one: Cell, other: Cell) -> bool {
    let place =
        |Cell { number, sub: Sub { repetition, component } }: Cell| (number, repetition.max(1), component.max(1));
    place(one) == place(other)
}
