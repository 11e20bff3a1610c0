//! What must be on the wire for a rule to find anything: most rules of a shipped mapping look for what most messages do
//! not have, and one look at a set of tags passes over them.

use super::hierarchy::Hierarchy;
use super::program::{
    Codec, Emit, Instances, ListPlace, Reach, Route, Rule, Section, Source, Spread, Start, Target, Work,
};
use crate::edi::guide::{Guide, LoopDef};
use crate::edi::{Instance, InstancePart, Tag, Tree};

/// A set of segment tags. Tags share its bits: one that is not in it is surely absent, one that is in it may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tags(u128);

impl Tags {
    pub(super) fn of(tag: Tag) -> Self {
        // The bits of a product that depend on all letters (multiplicative hashing).
        Self(1 << (tag.key().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 57))
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The tags of the whole message and those in each instance of it.
#[derive(Debug)]
pub(super) struct TagsBelow {
    /// By the number of the instance.
    tags: Vec<Tags>,
}

impl TagsBelow {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let mut below = Self { tags: Vec::with_capacity(tree.set().segment_count() * 2) };
        below.collect(tree.root());
        below
    }

    /// Loops nest as deep as the guide's, which is bounded where guides are read.
    fn collect(&mut self, instance: Instance<'_, '_>) -> Tags {
        let mut own = Tags::default();
        for part in instance.parts() {
            own.add(match part {
                InstancePart::Segment(segment) => Tags::of(segment.tag()),
                InstancePart::Loop(child) => self.collect(child),
            });
        }
        let number = instance.number() as usize;
        if self.tags.len() <= number {
            self.tags.resize(number + 1, Tags::default());
        }
        if let Some(tags) = self.tags.get_mut(number) {
            *tags = own;
        }
        own
    }

    pub(super) fn in_instance(&self, number: u32) -> Tags {
        self.tags.get(number as usize).copied().unwrap_or_default()
    }

    /// Whether a rule may find something in an instance with these tags.
    pub(super) fn may_meet(&self, needs: Needs, here: Tags) -> bool {
        needs.is_nothing || needs.here.meets(here) || needs.around.meets(self.in_instance(0))
    }
}

/// What a rule looks for: any of these will do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Needs {
    /// In its instance.
    here: Tags,
    /// In instances around it, or in the whole message.
    around: Tags,
    /// It has a value without anything on the wire.
    is_nothing: bool,
}

impl Needs {
    const NOTHING: Self = Self { here: Tags(0), around: Tags(0), is_nothing: true };

    fn either(mut self, other: Self) -> Self {
        self.here.add(other.here);
        self.around.add(other.around);
        self.is_nothing |= other.is_nothing;
        self
    }

    fn any(all: impl Iterator<Item = Self>) -> Self {
        all.fold(Self::default(), Self::either)
    }

    fn at(start: Start, tags: Tags) -> Self {
        match start {
            Start::Out(0) => Self { here: tags, ..Self::default() },
            Start::Out(_) | Start::Message | Start::Level(_) => Self { around: tags, ..Self::default() },
        }
    }

    fn of_route(route: &Route) -> Self {
        Self::at(route.start, Tags::of(route.tag))
    }

    fn of_reach(reach: &Reach) -> Self {
        Self::of_route(&reach.route)
    }

    fn of_sources(sources: &[Source]) -> Self {
        Self::any(sources.iter().map(|source| match source {
            Source::Constant(_) => Self::NOTHING,
            Source::Places { reaches, .. } => reaches.first().map_or(Self::NOTHING, Self::of_reach),
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
        Self::any(places.iter().map(|place| Self::of_reach(&place.reach)))
    }

    fn of_spread(spread: &Spread) -> Self {
        Self::of_sources(&spread.sources).either(Self::of_codecs(&spread.codecs))
    }

    fn of_instances(instances: &Instances, guide: &Guide) -> Self {
        match &instances.target {
            Target::This | Target::Around(_) => Self::NOTHING,
            Target::Segments(route) => Self::of_route(route),
            Target::Loops { start, name, .. } => {
                let mut tags = Tags::default();
                first_tags(guide.root(), name, &mut tags);
                Self::at(*start, tags)
            }
        }
    }
}

/// The tags that loops of a name begin with.
fn first_tags(definition: &LoopDef, name: &str, tags: &mut Tags) {
    for child in definition.loops() {
        if let (true, Some(first)) = (child.name == name, child.first()) {
            tags.add(Tags::of(first.tag));
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
    for Emit { reach, needs, .. } in &mut section.emit {
        *needs = Needs::of_reach(reach);
    }
    let spread = section.spread.iter().map(Needs::of_spread);
    Needs::any(section.members.iter().map(|member| member.needs).chain(spread))
}
