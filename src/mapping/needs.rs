//! What must be on the wire for a rule to find anything: most rules of a shipped mapping look for what most messages do
//! not have, and one look at a few bits passes over them.

use super::hierarchy::Hierarchy;
use super::program::{
    Codec, Condition, Emit, Instances, ListPlace, Of, Part, Reach, Rule, Section, Source, Spread, Start, Target, Work,
};
use super::rule::Test;
use crate::edi::guide::{Guide, LoopDef};
use crate::edi::{Delimiters, Instance, InstancePart, Segment, Tag, Tree};

/// The longest value that is marked: qualifiers and most codes are no longer.
const SHORT: usize = 3;

/// Which segments are there, and which short values in them. Marks share bits: what has none is surely absent, what has one
/// may be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    tags: u128,
    values: u128,
}

impl Marks {
    fn of_tag(tag: Tag) -> Self {
        Self { tags: 1 << bit(tag.key()), values: 0 }
    }

    /// A value in a segment with this tag; `None` when it is too long to be marked.
    fn of_value(tag: Tag, value: &[u8]) -> Option<Self> {
        let letters = value.iter().fold(1_u64, |letters, byte| (letters << 8) | u64::from(*byte));
        let is_short = (1..=SHORT).contains(&value.len());
        is_short.then(|| Self { tags: 0, values: 1 << bit(tag.key() ^ (letters << 32)) })
    }

    /// A segment and its values, components and repetitions each by itself.
    fn of_segment(segment: &Segment<'_>) -> Self {
        let tag = segment.tag();
        let mut marks = Self::of_tag(tag);
        let Delimiters { element, component, repetition, release, wide, .. } = segment.delimiters();
        let bytes = segment.bytes();
        let is_plain = wide.is_none() && release.is_none_or(|release| !bytes.contains(&release)) && bytes.is_ascii();
        if !is_plain {
            return Self { values: u128::MAX, ..marks };
        }
        let separates = |byte: &u8| byte == element || Some(*byte) == *component || Some(*byte) == *repetition;
        for value in bytes.split(separates).skip(1) {
            if let Some(mark) = Self::of_value(tag, value.trim_ascii_end()) {
                marks.add(mark);
            }
        }
        marks
    }

    fn add(&mut self, other: Self) {
        self.tags |= other.tags;
        self.values |= other.values;
    }

    fn meets(self, other: Self) -> bool {
        self.tags & other.tags != 0 || self.values & other.values != 0
    }
}

/// One of 128, from all bits of a key (multiplicative hashing).
fn bit(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57
}

/// The marks of each segment, and of each instance with all that is in it.
#[derive(Debug)]
pub(super) struct Marked {
    /// By the number of the instance.
    instances: Vec<Marks>,
    /// By the position of the segment.
    segments: Vec<Marks>,
}

impl Marked {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let count = tree.set().segment_count();
        let mut marked = Self { instances: Vec::with_capacity(count * 2), segments: vec![Marks::default(); count + 1] };
        marked.collect(tree.root());
        marked
    }

    /// Loops nest as deep as the guide's, which is bounded where guides are read.
    fn collect(&mut self, instance: Instance<'_, '_>) -> Marks {
        let mut own = Marks::default();
        for part in instance.parts() {
            own.add(match part {
                InstancePart::Segment(segment) => {
                    let marks = Marks::of_segment(&segment);
                    if let Some(slot) = self.segments.get_mut(segment.position() as usize) {
                        *slot = marks;
                    }
                    marks
                }
                InstancePart::Loop(child) => self.collect(child),
            });
        }
        let number = instance.number() as usize;
        if self.instances.len() <= number {
            self.instances.resize(number + 1, Marks::default());
        }
        if let Some(marks) = self.instances.get_mut(number) {
            *marks = own;
        }
        own
    }

    pub(super) fn instance(&self, number: u32) -> Marks {
        self.instances.get(number as usize).copied().unwrap_or_default()
    }

    pub(super) fn segment(&self, position: u32) -> Marks {
        self.segments.get(position as usize).copied().unwrap_or_default()
    }

    /// Whether a rule may find something in an instance with these marks.
    pub(super) fn may_meet(&self, needs: Needs, here: Marks) -> bool {
        needs.is_nothing || needs.here.meets(here) || needs.around.meets(self.instance(0))
    }
}

/// What a rule looks for: any of these will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// In its instance.
    here: Marks,
    /// In instances around it, or in the whole message.
    around: Marks,
    /// It has a value without anything on the wire.
    is_nothing: bool,
}

impl Needs {
    const NOTHING: Self =
        Self { here: Marks { tags: 0, values: 0 }, around: Marks { tags: 0, values: 0 }, is_nothing: true };

    fn either(mut self, other: Self) -> Self {
        self.here.add(other.here);
        self.around.add(other.around);
        self.is_nothing |= other.is_nothing;
        self
    }

    fn any(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), Self::either)
    }

    fn at(start: Start, marks: Marks) -> Self {
        match start {
            Start::Out(0) => Self { here: marks, ..Self::default() },
            Start::Out(_) | Start::Message | Start::Level(_) => Self { around: marks, ..Self::default() },
        }
    }

    /// The place's own qualifier, else the values that a condition of it wants, else its segment.
    fn of_place(reach: &Reach, conditions: &[Condition]) -> Self {
        let own = |condition: &&Condition| condition.of == Of::Own;
        let of_conditions = || conditions.iter().filter(own).find_map(wanted_values);
        let marks = qualifier(reach).or_else(of_conditions);
        Self::at(reach.route.start, marks.unwrap_or_else(|| Marks::of_tag(reach.route.tag)))
    }

    fn of_sources(sources: &[Source]) -> Self {
        Self::any(sources.iter().map(|source| match source {
            Source::Constant(_) => Self::NOTHING,
            Source::Places { reaches, conditions } => {
                reaches.first().map_or(Self::NOTHING, |reach| Self::of_place(reach, conditions))
            }
        }))
    }

    fn of_codecs(codecs: &[Codec]) -> Self {
        let is_nothing = codecs.iter().any(|codec| matches!(codec, Codec::Default { .. }));
        Self { is_nothing, ..Self::default() }
    }

    fn of_rule(rule: &Rule) -> Self {
        Self::of_sources(&rule.sources).either(Self::of_codecs(&rule.codecs))
    }

    fn of_list(places: &[ListPlace]) -> Self {
        Self::any(places.iter().map(|place| Self::of_place(&place.reach, &place.conditions)))
    }

    fn of_spread(spread: &Spread) -> Self {
        Self::of_sources(&spread.sources).either(Self::of_codecs(&spread.codecs))
    }

    /// What every instance that is meant has, by the conditions of each alternative, else by what it begins with.
    fn of_instances(instances: &Instances, guide: &Guide) -> Self {
        let (start, begins) = match &instances.target {
            Target::This => (Start::Out(0), None),
            Target::Around(start) => (*start, None),
            Target::Segments(route) => (route.start, Some(Marks::of_tag(route.tag))),
            Target::Loops { start, name, .. } => {
                let mut tags = Marks::default();
                first_tags(guide.root(), name, &mut tags);
                (*start, Some(tags))
            }
        };
        let inside = |condition: &&Condition| condition.reach.route.start == Start::Out(0);
        let of_alternative = |all: &Vec<Condition>| all.iter().filter(inside).find_map(wanted_values);
        let marks: Option<Vec<Marks>> = instances.alternatives.iter().map(of_alternative).collect();
        match marks.filter(|marks| !marks.is_empty()) {
            Some(marks) => Self::any(marks.into_iter().map(|marks| Self::at(start, marks))),
            None => begins.map_or(Self::NOTHING, |tags| Self::at(start, tags)),
        }
    }
}

/// The mark of the qualifier that a place names.
fn qualifier(reach: &Reach) -> Option<Marks> {
    match &reach.part {
        Part::Pair { qualifier, .. } => Marks::of_value(reach.route.tag, qualifier.as_bytes()),
        Part::Element(_) | Part::Whole { .. } => None,
    }
}

/// The marks of the values that a condition wants, one of which must be there.
fn wanted_values(Condition { reach, test, .. }: &Condition) -> Option<Marks> {
    match test {
        Test::OneOf(values) => {
            let mut any = Marks::default();
            for value in values {
                any.add(Marks::of_value(reach.route.tag, value.as_bytes())?);
            }
            Some(any)
        }
        Test::Present => qualifier(reach),
        Test::Absent | Test::NoneOf(_) | Test::NotNamed => None,
    }
}

/// The tags that loops of a name begin with.
fn first_tags(definition: &LoopDef, name: &str, tags: &mut Marks) {
    for child in definition.loops() {
        if let (true, Some(first)) = (child.name == name, child.first()) {
            tags.add(Marks::of_tag(first.tag));
        }
        first_tags(child, name, tags);
    }
}

/// Works out what every rule of a program looks for.
pub(super) fn settle(root: &mut Section, hierarchy: Option<&mut Hierarchy>, guide: &Guide) {
    of_section(root, guide);
    if let Some(Hierarchy { shipment, units, lines, .. }) = hierarchy {
        let units = units.as_mut().map(|units| &mut units.section);
        for section in shipment.iter_mut().chain(units).chain([&mut lines.section]) {
            of_section(section, guide);
        }
    }
}

fn of_section(section: &mut Section, guide: &Guide) -> Needs {
    for member in &mut section.members {
        member.needs = match &mut member.work {
            Work::Value(rule) | Work::Split { rule, .. } => Needs::of_rule(rule),
            Work::List { places, .. } => Needs::of_list(places),
            Work::Object(inner) => of_section(inner, guide),
            Work::One { instances, section, default } => {
                of_section(section, guide);
                if default.is_some() { Needs::NOTHING } else { Needs::of_instances(instances, guide) }
            }
            Work::Each { blocks, required } => {
                let of_block = |(instances, section): &mut (Instances, Section)| {
                    of_section(section, guide);
                    Needs::of_instances(instances, guide)
                };
                let any = Needs::any(blocks.iter_mut().map(of_block));
                if *required { Needs::NOTHING } else { any }
            }
        };
    }
    for Emit { reach, conditions, needs, .. } in &mut section.emit {
        *needs = Needs::of_place(reach, conditions);
    }
    let spread = section.spread.iter().map(Needs::of_spread);
    Needs::any(section.members.iter().map(|member| member.needs).chain(spread))
}
