//! A guide as tables of numbers, made once: what is looked up for every segment and every element of a document.

use std::sync::{Arc, OnceLock};

use crate::edi::place::Tag;

use super::Guide;
use super::element::{CodeList, ElementDef, ElementKind, ElementType};
use super::segment::{LoopDef, Max, NoteRule, Part, Requirement, SegmentDef, SyntaxNote};

/// Says that there is none: of a part, a loop, a tag or a segment's elements.
pub(crate) const NONE: u32 = u32::MAX;

/// The tables of one guide.
#[derive(Debug)]
pub(crate) struct Plan {
    tags: Tags,
    loops: Vec<LoopPlan>,
    /// For each loop and each tag the first part of the loop that begins with the tag.
    firsts: Vec<u32>,
    /// What segments hold: first by tag, then those that hold something else at one place.
    sequences: Vec<Option<Sequence>>,
}

/// The parts of a loop.
#[derive(Debug)]
pub(crate) struct LoopPlan {
    /// In the order of the guide.
    pub(crate) parts: Vec<PartPlan>,
    /// Those that must be there.
    pub(crate) mandatory: Vec<u32>,
}

/// A segment or a loop inside a loop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PartPlan {
    /// Tag that it begins with.
    tag: u32,
    /// The next part of the loop that begins with the same tag.
    pub(crate) next_alike: u32,
    /// The first of the loops side by side that begin alike; the part itself where there is but one.
    pub(crate) run_start: u32,
    /// Behind the last of them.
    pub(crate) run_end: u32,
    /// How often it may come; as good as ever where there is no bound.
    pub(crate) max: u32,
    /// The loop; none for a segment.
    pub(crate) child: u32,
    /// What the segment, or the first one of the loop, holds.
    pub(crate) sequence: u32,
    is_mandatory: bool,
    /// Whether it must not be there.
    pub(crate) is_not_used: bool,
    /// Whether it is a loop that names its qualifier.
    pub(crate) is_named: bool,
}

/// The elements of a segment, or the components of a composite.
#[derive(Debug, Default)]
pub(crate) struct Sequence {
    pub(crate) items: Vec<Item>,
    /// Those that must be there, a bit for each, the first one lowest.
    pub(crate) mandatory: u64,
    pub(crate) notes: Vec<Note>,
    /// Positions, from 1, of a date (2380) and of the code that says how it is written (2379).
    pub(crate) dated: Option<(usize, usize)>,
}

/// An element or a component.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) holds: Holds,
    pub(crate) min: usize,
    pub(crate) max: usize,
}

/// What an item holds.
#[derive(Debug)]
pub(crate) enum Holds {
    /// AN, ID, an: any text.
    Text,
    /// A text of a whole list.
    Code(Vec<u64>),
    /// a: letters and blanks.
    Letters,
    /// N: digits and a sign.
    Whole,
    /// R: a decimal point beside them.
    Decimal,
    /// n: a decimal mark beside them.
    Numeric,
    /// DT.
    Date,
    /// TM.
    Time,
    /// B.
    Bytes,
    /// Components.
    Composite(Sequence),
    /// Something that is looked at closely each time.
    Involved,
}

/// A syntax note over bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Note {
    rule: NoteRule,
    first: u64,
    all: u64,
}

impl Note {
    /// A note that nothing can keep.
    const BROKEN: Self = Self { rule: NoteRule::Required, first: 0, all: 0 };

    /// Whether what is there keeps to it.
    pub(crate) fn holds(self, present: u64) -> bool {
        let found = present & self.all;
        match self.rule {
            NoteRule::Paired => found == 0 || found == self.all,
            NoteRule::Required => found != 0,
            NoteRule::Exclusive => found.count_ones() <= 1,
            NoteRule::Conditional => found & self.first == 0 || found == self.all,
            NoteRule::List => found & self.first == 0 || found != self.first,
        }
    }
}

impl Plan {
    /// The number of a tag; none for one that the guide does not have.
    pub(crate) fn tag(&self, tag: Tag) -> Option<u32> {
        self.tags.get(tag)
    }

    /// A loop; the root is loop 0.
    pub(crate) fn one_loop(&self, number: u32) -> Option<&LoopPlan> {
        self.loops.get(number as usize)
    }

    /// The first part of a loop that begins with a tag.
    pub(crate) fn first(&self, number: u32, tag: u32) -> u32 {
        self.firsts.get(number as usize * self.tags.count + tag as usize).copied().unwrap_or(NONE)
    }

    /// What a segment holds; none when nobody said so.
    pub(crate) fn sequence(&self, number: u32) -> Option<&Sequence> {
        self.sequences.get(number as usize)?.as_ref()
    }

    fn new(guide: &Guide) -> Self {
        let mut found = Vec::new();
        collect(&guide.root, &mut found);
        found.extend(guide.segments().map(|segment| segment.tag));
        let tags = Tags::new(found);
        let mut sequences = Vec::new();
        sequences.resize_with(tags.count, || None);
        let mut plan = Self { tags, loops: Vec::new(), firsts: Vec::new(), sequences };
        for segment in guide.segments() {
            let number = plan.tags.get(segment.tag).unwrap_or(NONE);
            if let Some(sequence) = plan.sequences.get_mut(number as usize) {
                *sequence = Some(of_segment(segment));
            }
        }
        plan.add_loop(&guide.root);
        plan
    }

    /// Adds a loop and those inside; its number is given back.
    fn add_loop(&mut self, definition: &LoopDef) -> u32 {
        let number = narrow(self.loops.len());
        self.loops.push(LoopPlan { parts: Vec::new(), mandatory: Vec::new() });
        self.firsts.resize((number as usize + 1) * self.tags.count, NONE);
        let mut parts: Vec<PartPlan> = definition.parts.iter().map(|part| self.part(part)).collect();
        mark_runs(&mut parts);
        for (index, part) in parts.iter_mut().enumerate().rev() {
            let first = self.firsts.get_mut(number as usize * self.tags.count + part.tag as usize);
            if let (Some(first), true) = (first, part.tag != NONE) {
                part.next_alike = *first;
                *first = narrow(index);
            }
        }
        let mandatory = (0..).zip(&parts).filter(|(_, part)| part.is_mandatory).map(|(index, _)| index).collect();
        if let Some(one) = self.loops.get_mut(number as usize) {
            *one = LoopPlan { parts, mandatory };
        }
        number
    }

    fn part(&mut self, part: &Part) -> PartPlan {
        let (child, first) = match part {
            Part::Segment(segment) => (NONE, Some(segment)),
            Part::Loop(definition) => (self.add_loop(definition), definition.first()),
        };
        let tag = first.and_then(|first| self.tags.get(first.tag)).unwrap_or(NONE);
        let special = first.and_then(|first| first.definition.as_ref());
        let sequence = special.map_or(tag, |definition| self.special(definition));
        PartPlan {
            tag,
            next_alike: NONE,
            run_start: 0,
            run_end: 0,
            max: match part.max() {
                Max::Times(max) => max,
                Max::Unbounded => u32::MAX,
            },
            child,
            sequence,
            is_mandatory: part.requirement() == Requirement::Mandatory,
            is_not_used: part.requirement() == Requirement::NotUsed,
            is_named: matches!(part, Part::Loop(definition) if definition.when.is_some()),
        }
    }

    fn special(&mut self, definition: &Arc<SegmentDef>) -> u32 {
        self.sequences.push(Some(of_segment(definition)));
        narrow(self.sequences.len() - 1)
    }
}

/// Loops side by side that begin alike are a run: they may come in whatever order.
fn mark_runs(parts: &mut [PartPlan]) {
    let is_loop = |part: &PartPlan| part.child != NONE;
    let mut rest = parts;
    let mut start = 0;
    while let Some(first) = rest.first().copied() {
        let alike = rest.iter().take_while(|part| is_loop(&first) && is_loop(part) && part.tag == first.tag).count();
        let (run, behind) = rest.split_at_mut(alike.max(1));
        let end = start + narrow(run.len());
        run.iter_mut().for_each(|part| (part.run_start, part.run_end) = (start, end));
        (start, rest) = (end, behind);
    }
}

fn collect(definition: &LoopDef, tags: &mut Vec<Tag>) {
    tags.extend(definition.segments().map(|segment| segment.tag));
    definition.loops().for_each(|child| collect(child, tags));
}

fn of_segment(definition: &SegmentDef) -> Sequence {
    sequence(&definition.elements, &definition.notes)
}

/// Bits for so many items. No segment of either standard has more; one that has is looked at closely each time.
const ITEMS: usize = 64;

fn sequence(definitions: &[ElementDef], notes: &[SyntaxNote]) -> Sequence {
    let bit = |number: usize| number.checked_sub(1).and_then(|index| 1_u64.checked_shl(narrow(index))).unwrap_or(0);
    let mandatory = |(number, definition): (usize, &ElementDef)| match definition.requirement {
        Requirement::Mandatory => bit(number),
        Requirement::Optional | Requirement::NotUsed => 0,
    };
    let note = |note: &SyntaxNote| Note {
        rule: note.rule,
        first: note.elements.first().map_or(0, |first| bit(*first)),
        all: note.elements.iter().fold(0, |all, number| all | bit(*number)),
    };
    let mut notes: Vec<Note> = notes.iter().map(note).collect();
    if definitions.len() > ITEMS {
        notes.push(Note::BROKEN);
    }
    let position = |id: &str| definitions.iter().position(|definition| definition.id == id).map(|index| index + 1);
    Sequence {
        items: definitions.iter().take(ITEMS).map(item).collect(),
        mandatory: (1..).zip(definitions).map(mandatory).fold(0, |all, one| all | one),
        notes,
        dated: position("2380").zip(position("2379")),
    }
}

fn item(definition: &ElementDef) -> Item {
    let is_special = definition.requirement == Requirement::NotUsed;
    let (holds, min, max) = match &definition.kind {
        _ if is_special => (Holds::Involved, 0, 0),
        ElementKind::Composite { components, notes } => (Holds::Composite(sequence(components, notes)), 0, 0),
        ElementKind::Simple { value, min, max } => (value_of(*value, definition.codes.as_deref()), *min, *max),
    };
    Item { holds, min: min as usize, max: max as usize }
}

fn value_of(value: ElementType, codes: Option<&CodeList>) -> Holds {
    match (value, codes.filter(|codes| codes.whole)) {
        (ElementType::An | ElementType::Id, Some(codes)) => code_list(codes).map_or(Holds::Involved, Holds::Code),
        (_, Some(_)) => Holds::Involved,
        (ElementType::An | ElementType::Id, None) => Holds::Text,
        (ElementType::Alpha, None) => Holds::Letters,
        (ElementType::N(_), None) => Holds::Whole,
        (ElementType::R, None) => Holds::Decimal,
        (ElementType::Numeric, None) => Holds::Numeric,
        (ElementType::Dt, None) => Holds::Date,
        (ElementType::Tm, None) => Holds::Time,
        (ElementType::B, None) => Holds::Bytes,
    }
}

/// A list of codes as numbers in order; none when one of them is longer than eight bytes.
fn code_list(codes: &CodeList) -> Option<Vec<u64>> {
    let mut keys: Vec<u64> = codes.codes.keys().map(|code| code_key(code.as_bytes())).collect::<Option<_>>()?;
    keys.sort_unstable();
    Some(keys)
}

/// Up to eight bytes as a number.
pub(crate) fn code_key(bytes: &[u8]) -> Option<u64> {
    let mut key = [0; 8];
    key.get_mut(..bytes.len())?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(key))
}

/// The tags of a guide, numbered. A table with one slot in four taken at most: a look-up ends at once.
#[derive(Debug)]
struct Tags {
    slots: Vec<(u64, u32)>,
    count: usize,
}

impl Tags {
    fn new(mut tags: Vec<Tag>) -> Self {
        tags.sort_unstable();
        tags.dedup();
        let mut table = Self { slots: vec![(0, NONE); (tags.len() * 4).next_power_of_two()], count: tags.len() };
        for (number, tag) in (0..).zip(&tags) {
            let mut slot = table.home(tag.key());
            while table.slots.get(slot).is_some_and(|(_, taken)| *taken != NONE) {
                slot = (slot + 1) & (table.slots.len() - 1);
            }
            if let Some(free) = table.slots.get_mut(slot) {
                *free = (tag.key(), number);
            }
        }
        table
    }

    fn get(&self, tag: Tag) -> Option<u32> {
        let key = tag.key();
        let mut slot = self.home(key);
        // A free slot ends it, and three in four are free.
        loop {
            match *self.slots.get(slot)? {
                (_, NONE) => return None,
                (found, number) if found == key => return Some(number),
                _ => slot = (slot + 1) & (self.slots.len() - 1),
            }
        }
    }

    fn home(&self, key: u64) -> usize {
        // Fibonacci hashing: the high bits of the product depend on all bytes of the tag.
        let mixed = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        usize::try_from(mixed).unwrap_or(0) & (self.slots.len() - 1)
    }
}

fn narrow(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}

/// The plan of a guide, made when it is first asked for. A copy of the guide, which may be changed, makes its own.
#[derive(Debug, Default)]
pub(super) struct Planned(OnceLock<Plan>);

impl Clone for Planned {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Guide {
    pub(crate) fn plan(&self) -> &Plan {
        self.planned.0.get_or_init(|| Plan::new(self))
    }
}
