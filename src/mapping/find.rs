//! Finds segments and values in the tree of a message.

use std::borrow::Cow;

use super::coverage::Coverage;
use super::program::{Condition, Instances, Part, Reach, Route, Start, Sub, Target};
use super::rule::Test;
use crate::edi::{Element, Instance, Segment, Tag};

/// The instance a rule is applied to: a loop, or a segment that counts as a loop of one.
#[derive(Clone, Copy, Debug)]
pub(super) enum Here<'t, 'a> {
    Loop(Instance<'t, 'a>),
    Segment(Instance<'t, 'a>, Segment<'a>),
}

impl<'t, 'a> Here<'t, 'a> {
    fn outer(self) -> Self {
        match self {
            Self::Loop(instance) => Self::Loop(instance.parent().unwrap_or(instance)),
            Self::Segment(instance, _) => Self::Loop(instance),
        }
    }

    fn start(self, start: Start) -> Self {
        match start {
            Start::Out(steps) => (0..steps).fold(self, |here, _| here.outer()),
            Start::Message => {
                let mut instance = match self {
                    Self::Loop(instance) | Self::Segment(instance, _) => instance,
                };
                while let Some(parent) = instance.parent() {
                    instance = parent;
                }
                Self::Loop(instance)
            }
        }
    }

    /// The first segment: where the instance stands.
    pub(super) fn first(self) -> Option<Segment<'a>> {
        match self {
            Self::Loop(instance) => instance.first(),
            Self::Segment(_, segment) => Some(segment),
        }
    }

    /// Position of the first segment, for the order of the wire.
    pub(super) fn position(self) -> u32 {
        self.first().map_or(0, |segment| segment.position())
    }
}

/// Whether the visitor has seen enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Visit {
    GoOn,
    Stop,
}

/// Visits every segment that a route leads to: those that stand directly at its end, in the order of the wire, then the
/// first segments of the loops there.
pub(super) fn segments<'t, 'a>(
    route: &Route,
    here: Here<'t, 'a>,
    visit: &mut dyn FnMut(Segment<'a>) -> Visit,
) -> Visit {
    loops(here.start(route.start), &route.loops, &mut |end| match end {
        Here::Segment(_, segment) if segment.tag() == route.tag => visit(segment),
        Here::Segment(..) => Visit::GoOn,
        Here::Loop(instance) => {
            for segment in instance.segments().filter(|segment| segment.tag() == route.tag) {
                if visit(segment) == Visit::Stop {
                    return Visit::Stop;
                }
            }
            for child in instance.loops() {
                if let Some(first) = child.first()
                    && first.tag() == route.tag
                    && visit(first) == Visit::Stop
                {
                    return Visit::Stop;
                }
            }
            Visit::GoOn
        }
    })
}

/// Goes into loops by name and visits every instance at the end.
fn loops<'t, 'a>(here: Here<'t, 'a>, names: &[String], visit: &mut dyn FnMut(Here<'t, 'a>) -> Visit) -> Visit {
    let Some((name, rest)) = names.split_first() else { return visit(here) };
    let Here::Loop(instance) = here else { return Visit::GoOn };
    for child in instance.loops().filter(|child| child.name() == name) {
        if loops(Here::Loop(child), rest, visit) == Visit::Stop {
            return Visit::Stop;
        }
    }
    Visit::GoOn
}

/// Visits every instance of a target.
pub(super) fn instances<'t, 'a>(
    target: &Target,
    here: Here<'t, 'a>,
    visit: &mut dyn FnMut(Here<'t, 'a>) -> Visit,
) -> Visit {
    match target {
        Target::This => visit(here),
        Target::Loops { start, loops: names, name } => loops(here.start(*start), names, &mut |end| {
            let Here::Loop(instance) = end else { return Visit::GoOn };
            for child in instance.loops().filter(|child| child.name() == name) {
                if visit(Here::Loop(child)) == Visit::Stop {
                    return Visit::Stop;
                }
            }
            Visit::GoOn
        }),
        Target::Segments(route) => loops(here.start(route.start), &route.loops, &mut |end| {
            let Here::Loop(instance) = end else { return Visit::GoOn };
            for segment in instance.segments().filter(|segment| segment.tag() == route.tag) {
                if visit(Here::Segment(instance, segment)) == Visit::Stop {
                    return Visit::Stop;
                }
            }
            Visit::GoOn
        }),
    }
}

/// A value on the wire and the elements that make it: a qualifier goes with its value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub element: Element<'a>,
    number: usize,
    sub: Sub,
    qualifier: Option<usize>,
}

impl<'a> Found<'a> {
    pub(super) fn text(&self) -> Cow<'a, str> {
        self.element.text()
    }

    pub(super) fn mark(&self, coverage: &mut Coverage) {
        let segment = self.element.segment();
        coverage.mark(&segment, self.number, self.sub);
        if let Some(qualifier) = self.qualifier {
            coverage.mark(&segment, qualifier, Sub::default());
        }
    }

    /// Whether both are the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let place = |found: &Self| (found.element.segment().position(), found.number, found.sub);
        place(self) == place(other)
    }

    pub(super) fn is_used(&self, coverage: &Coverage) -> bool {
        coverage.is_used(&self.element.segment(), self.number, self.sub)
    }
}

/// The value of a part of a segment, if there is one.
pub(super) fn value<'a>(part: &Part, segment: &Segment<'a>) -> Option<Found<'a>> {
    match part {
        Part::Whole { .. } => None,
        Part::Element { number, sub } => {
            let mut element = segment.element(*number);
            if sub.repetition > 0 {
                element = element.repetition(sub.repetition);
            }
            if sub.component > 0 {
                element = element.component(sub.component);
            }
            let found = Found { element, number: *number, sub: *sub, qualifier: None };
            (!element.is_empty()).then_some(found)
        }
        Part::Pair { qualifier, pairs } => pairs.iter().find_map(|pair| {
            let element = segment.element(pair.value);
            let fits = !element.is_empty() && segment.element(pair.qualifier).text() == *qualifier;
            let found = Found { element, number: pair.value, sub: Sub::default(), qualifier: Some(pair.qualifier) };
            fits.then_some(found)
        }),
    }
}

/// The first segment a reach leads to that has its value and meets all conditions.
pub(super) fn first<'a>(reach: &Reach, conditions: &[Condition], here: Here<'_, 'a>) -> Option<Segment<'a>> {
    let mut found = None;
    segments(&reach.route, here, &mut |segment| {
        let fits = value(&reach.part, &segment).is_some() && conditions.iter().all(|one| holds_of(one, &segment));
        if fits {
            found = Some(segment);
            return Visit::Stop;
        }
        Visit::GoOn
    });
    found
}

/// Whether a condition of a place holds of its segment.
fn holds_of(condition: &Condition, segment: &Segment<'_>) -> bool {
    let found = value(&condition.reach.part, segment);
    match &condition.test {
        Test::Present => found.is_some(),
        Test::Absent => found.is_none(),
        Test::OneOf(values) => found.is_some_and(|found| one_of(values, &found)),
    }
}

fn one_of(values: &[String], found: &Found<'_>) -> bool {
    let text = found.text();
    values.iter().any(|value| *value == text)
}

/// Marks what a condition of a place compared: its value is known by the rule.
pub(super) fn mark_conditions(conditions: &[Condition], segment: &Segment<'_>, coverage: &mut Coverage) {
    for condition in conditions.iter().filter(|condition| matches!(condition.test, Test::OneOf(_))) {
        if let Some(found) = value(&condition.reach.part, segment) {
            found.mark(coverage);
        }
    }
}

/// Whether an instance is one of those that `each` or `in` mean. Its conditions speak of any segment in its scope.
pub(super) fn is_meant(instances: &Instances, here: Here<'_, '_>) -> bool {
    let holds = |all: &Vec<Condition>| all.iter().all(|one| holds_in(one, here, &mut |_| {}));
    instances.alternatives.is_empty() || instances.alternatives.iter().any(holds)
}

/// Marks what the conditions of an instance compared.
pub(super) fn mark_instance(instances: &Instances, here: Here<'_, '_>, coverage: &mut Coverage) {
    let holds = |all: &&Vec<Condition>| all.iter().all(|one| holds_in(one, here, &mut |_| {}));
    for condition in instances.alternatives.iter().find(holds).into_iter().flatten() {
        if matches!(condition.test, Test::OneOf(_)) {
            holds_in(condition, here, &mut |found| found.mark(coverage));
        }
    }
}

fn holds_in(condition: &Condition, here: Here<'_, '_>, matched: &mut dyn FnMut(Found<'_>)) -> bool {
    if let Part::Whole { loop_name } = &condition.reach.part {
        let is_there = is_present(&condition.reach.route, loop_name.as_deref(), here);
        return is_there == (condition.test == Test::Present);
    }
    let mut holds = false;
    segments(&condition.reach.route, here, &mut |segment| {
        let Some(found) = value(&condition.reach.part, &segment) else { return Visit::GoOn };
        holds = match &condition.test {
            Test::Present | Test::Absent => true,
            Test::OneOf(values) => one_of(values, &found),
        };
        if holds {
            matched(found);
            return Visit::Stop;
        }
        Visit::GoOn
    });
    holds != (condition.test == Test::Absent)
}

/// Whether a segment, or a loop of this name, is there.
fn is_present(route: &Route, loop_name: Option<&str>, here: Here<'_, '_>) -> bool {
    if segments(route, here, &mut |_| Visit::Stop) == Visit::Stop {
        return true;
    }
    let Some(name) = loop_name else { return false };
    let target = Target::Loops { start: route.start, loops: route.loops.clone(), name: name.to_owned() };
    instances(&target, here, &mut |_| Visit::Stop) == Visit::Stop
}

/// How many segments of a tag the message has: what `segments(HL)` in an `emit` counts.
pub(super) fn count_segments(tree: &crate::edi::Tree<'_>, tag: Tag) -> usize {
    tree.set().segments().filter(|segment| segment.tag() == tag).count()
}
