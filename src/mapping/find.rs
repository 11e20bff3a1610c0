//! Finds segments and values in the tree of a message.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::coverage::Coverage;
use super::hierarchy::TreeIndex;
use super::program::{Cell, Condition, Emit, Instances, Of, Part, Reach, Route, Start, Target};
use super::rule::Test;
use crate::edi::{Element, Instance, InstancePart, Segment, Tag, Tree};

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

    /// The instance, or the one that the segment stands in.
    fn instance(self) -> Instance<'t, 'a> {
        match self {
            Self::Loop(instance) | Self::Segment(instance, _) => instance,
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

/// Looks into the tree. The message itself may have very many parts, and every rule of every line may ask for something
/// up there: its parts are sorted once, so that a look-up costs what it finds and not what there is.
pub(super) struct Finder<'t, 'a> {
    /// The levels of the message, where its mapping has some.
    pub levels: TreeIndex,
    /// The instances of the levels by their numbers.
    of_levels: BTreeMap<u32, Instance<'t, 'a>>,
    segments: BTreeMap<Tag, Vec<Segment<'a>>>,
    loops: BTreeMap<&'a str, Vec<Instance<'t, 'a>>>,
    memo: Memo<'a>,
}

/// Answers that do not change from one instance to the next. Rules are known by their address, which is theirs as long
/// as the program lives.
#[derive(Default)]
struct Memo<'a> {
    /// What the sources found that look further out than the rule's own instance, for the last such instance.
    sources: Vec<(usize, u32, Option<Segment<'a>>)>,
    /// Whether a condition holds that speaks of an instance further out, for the last such instance.
    held: Vec<(usize, u32, bool)>,
    /// Conditions whose places were marked, with the last instance further out.
    marked: Vec<(usize, u32)>,
    /// Emits further out that wait to be compared.
    emitted: Vec<(usize, u32)>,
}

fn address<T>(rule: &T) -> usize {
    std::ptr::from_ref(rule).addr()
}

impl<'t, 'a> Finder<'t, 'a> {
    pub(super) fn new(tree: &'t Tree<'a>, levels: TreeIndex) -> Self {
        let (mut segments, mut loops) = (BTreeMap::new(), BTreeMap::new());
        for part in tree.root().parts() {
            match part {
                InstancePart::Segment(segment) => segments.entry(segment.tag()).or_insert_with(Vec::new).push(segment),
                InstancePart::Loop(child) => loops.entry(child.name()).or_insert_with(Vec::new).push(child),
            }
        }
        let mut of_levels = BTreeMap::new();
        if !levels.is_empty() {
            let children = tree.root().loops().flat_map(|child| std::iter::once(child).chain(child.loops()));
            of_levels.extend(children.filter(|child| levels.has(child.number())).map(|child| (child.number(), child)));
        }
        Self { levels, of_levels, segments, loops, memo: Memo::default() }
    }

    /// Where a route starts; nothing where no level of the name is above.
    fn start(&self, here: Here<'t, 'a>, start: Start) -> Option<Here<'t, 'a>> {
        match start {
            Start::Out(steps) => Some((0..steps).fold(here, |here, _| here.outer())),
            Start::Message => {
                let root = std::iter::successors(Some(here.instance()), Instance::parent).last();
                root.map(Here::Loop)
            }
            Start::Level(level) => {
                let mut around = std::iter::successors(Some(here.instance()), Instance::parent);
                let own = around.find(|instance| self.levels.has(instance.number()))?;
                let found = self.levels.nearest(own.number(), level)?;
                self.of_levels.get(&found).copied().map(Here::Loop)
            }
        }
    }

    /// The instance of a level.
    pub(super) fn level(&self, instance: u32) -> Option<Here<'t, 'a>> {
        self.of_levels.get(&instance).copied().map(Here::Loop)
    }

    /// The number of the instance that a route starts from, when it is further out than the rule's own.
    fn further_out(&self, route: &Route, here: Here<'t, 'a>) -> Option<u32> {
        match (route.start, self.start(here, route.start)) {
            (Start::Out(1..) | Start::Level(_), Some(Here::Loop(instance))) => Some(instance.number()),
            _ => None,
        }
    }

    /// Visits every segment that a route leads to: those that stand directly at its end, in the order of the wire, then
    /// the first segments of the loops there.
    pub(super) fn segments(
        &self,
        route: &Route,
        here: Here<'t, 'a>,
        visit: &mut dyn FnMut(Segment<'a>) -> Visit,
    ) -> Visit {
        let Some(start) = self.start(here, route.start) else { return Visit::GoOn };
        self.visit_loops(start, &route.loops, &mut |end| match end {
            Here::Segment(_, segment) if segment.tag() == route.tag => visit(segment),
            Here::Segment(..) => Visit::GoOn,
            Here::Loop(instance) => match self.direct(instance, route.tag, visit) {
                Visit::Stop => Visit::Stop,
                Visit::GoOn => self.starts(instance, route.tag, visit),
            },
        })
    }

    /// Segments that stand directly in an instance.
    fn direct(&self, instance: Instance<'t, 'a>, tag: Tag, visit: &mut dyn FnMut(Segment<'a>) -> Visit) -> Visit {
        if instance.number() == 0 {
            return all(self.segments.get(&tag).into_iter().flatten().copied(), visit);
        }
        all(instance.segments().filter(|segment| segment.tag() == tag), visit)
    }

    /// First segments of the loops in an instance.
    fn starts(&self, instance: Instance<'t, 'a>, tag: Tag, visit: &mut dyn FnMut(Segment<'a>) -> Visit) -> Visit {
        let first = |child: Instance<'t, 'a>| child.first().filter(|first| first.tag() == tag);
        if instance.number() != 0 {
            return all(instance.loops().filter_map(first), visit);
        }
        let starts_so = |group: &&Vec<Instance<'t, 'a>>| group.first().is_some_and(|child| first(*child).is_some());
        let mut groups = self.loops.values().filter(starts_so);
        match (groups.next(), groups.next()) {
            (Some(only), None) => all(only.iter().copied().filter_map(first), visit),
            (None, _) => Visit::GoOn,
            // Several loops that begin alike: the order of the wire is between them.
            (Some(_), Some(_)) => all(instance.loops().filter_map(first), visit),
        }
    }

    /// Loops of a name in an instance.
    fn children(
        &self,
        instance: Instance<'t, 'a>,
        name: &str,
        visit: &mut dyn FnMut(Instance<'t, 'a>) -> Visit,
    ) -> Visit {
        if instance.number() == 0 {
            return all(self.loops.get(name).into_iter().flatten().copied(), visit);
        }
        all(instance.loops().filter(|child| child.name() == name), visit)
    }

    /// Goes into loops by name and visits every instance at the end.
    fn visit_loops(&self, here: Here<'t, 'a>, names: &[String], visit: &mut dyn FnMut(Here<'t, 'a>) -> Visit) -> Visit {
        let Some((name, rest)) = names.split_first() else { return visit(here) };
        let Here::Loop(instance) = here else { return Visit::GoOn };
        self.children(instance, name, &mut |child| self.visit_loops(Here::Loop(child), rest, visit))
    }

    /// Visits every instance of a target.
    pub(super) fn instances(
        &self,
        target: &Target,
        here: Here<'t, 'a>,
        visit: &mut dyn FnMut(Here<'t, 'a>) -> Visit,
    ) -> Visit {
        let (start, loops) = match target {
            Target::This => return visit(here),
            Target::Around(start) => return self.start(here, *start).map_or(Visit::GoOn, visit),
            Target::Loops { start, loops, .. } | Target::Segments(Route { start, loops, .. }) => (*start, loops),
        };
        let Some(start) = self.start(here, start) else { return Visit::GoOn };
        self.visit_loops(start, loops, &mut |end| {
            let Here::Loop(instance) = end else { return Visit::GoOn };
            match target {
                Target::This | Target::Around(_) => Visit::GoOn,
                Target::Loops { name, .. } => self.children(instance, name, &mut |child| visit(Here::Loop(child))),
                Target::Segments(route) => {
                    self.direct(instance, route.tag, &mut |segment| visit(Here::Segment(instance, segment)))
                }
            }
        })
    }

    /// The instances that `each` and `in` mean, in the order of the wire; `enough` says how many are wanted.
    pub(super) fn meant(&mut self, instances: &Instances, here: Here<'t, 'a>, enough: usize) -> Vec<Here<'t, 'a>> {
        let mut found = Vec::new();
        let mut memo = std::mem::take(&mut self.memo);
        self.instances(&instances.target, here, &mut |here| {
            if self.is_meant(instances, here, &mut memo) {
                found.push(here);
            }
            if found.len() < enough { Visit::GoOn } else { Visit::Stop }
        });
        self.memo = memo;
        found
    }

    /// Whether an instance is meant. Its conditions speak of any segment in its scope.
    fn is_meant(&self, instances: &Instances, here: Here<'t, 'a>, memo: &mut Memo<'a>) -> bool {
        let mut holds = |all: &Vec<Condition>| all.iter().all(|one| self.holds_in(one, here, memo));
        instances.alternatives.is_empty() || instances.alternatives.iter().any(&mut holds)
    }

    fn holds_in(&self, condition: &Condition, here: Here<'t, 'a>, memo: &mut Memo<'a>) -> bool {
        let Some(around) = self.further_out(&condition.reach.route, here) else {
            return self.is_met(condition, here, &mut |_| {});
        };
        let key = address(condition);
        let known = memo.held.iter().position(|(known, ..)| *known == key);
        if let Some((_, number, held)) = known.and_then(|index| memo.held.get(index))
            && *number == around
        {
            return *held;
        }
        let held = self.is_met(condition, here, &mut |_| {});
        match known.and_then(|index| memo.held.get_mut(index)) {
            Some(entry) => *entry = (key, around, held),
            None => memo.held.push((key, around, held)),
        }
        held
    }

    fn is_met(&self, condition: &Condition, here: Here<'t, 'a>, matched: &mut dyn FnMut(Found<'a>)) -> bool {
        if let Part::Whole { loop_name } = &condition.reach.part {
            let is_there = self.is_present(&condition.reach.route, loop_name.as_deref(), here);
            return is_there == (condition.test == Test::Present);
        }
        let mut holds = false;
        self.segments(&condition.reach.route, here, &mut |segment| {
            let Some(found) = value(&condition.reach.part, &segment) else { return Visit::GoOn };
            holds = match &condition.test {
                Test::Present | Test::Absent | Test::NotNamed => true,
                Test::OneOf(values) | Test::NoneOf(values) => one_of(values, &found),
            };
            if holds {
                matched(found);
                return Visit::Stop;
            }
            Visit::GoOn
        });
        holds != matches!(condition.test, Test::Absent | Test::NoneOf(_))
    }

    /// Whether a segment is there; of a loop's name, that loop and no other that begins alike.
    fn is_present(&self, route: &Route, loop_name: Option<&str>, here: Here<'t, 'a>) -> bool {
        let Some(name) = loop_name else {
            return self.segments(route, here, &mut |_| Visit::Stop) == Visit::Stop;
        };
        let Some(start) = self.start(here, route.start) else { return false };
        self.visit_loops(start, &route.loops, &mut |end| match end {
            Here::Loop(instance) => match self.direct(instance, route.tag, &mut |_| Visit::Stop) {
                Visit::Stop => Visit::Stop,
                Visit::GoOn => self.children(instance, name, &mut |_| Visit::Stop),
            },
            Here::Segment(..) => Visit::GoOn,
        }) == Visit::Stop
    }

    /// Tells what the conditions of an instance compared, as their values are known by the rule, with the value that each
    /// condition writes.
    pub(super) fn compared<'m>(
        &mut self,
        instances: &'m Instances,
        here: Here<'t, 'a>,
        tell: &mut dyn FnMut(&'m str, Found<'a>),
    ) {
        let mut memo = std::mem::take(&mut self.memo);
        let mut alternatives = instances.alternatives.iter();
        let held = alternatives.find(|all| all.iter().all(|one| self.holds_in(one, here, &mut memo)));
        for condition in held.into_iter().flatten() {
            let Test::OneOf(values) = &condition.test else { continue };
            let written = values.first().map_or("", String::as_str);
            let around = self.further_out(&condition.reach.route, here).map(|around| (address(condition), around));
            if around.is_none_or(|around| is_new(&mut memo.marked, around)) {
                self.is_met(condition, here, &mut |found| tell(written, found));
            }
        }
        self.memo = memo;
    }

    /// The first segment a source leads to that has its value and meets all conditions.
    pub(super) fn source(
        &mut self,
        reach: &Reach,
        conditions: &[Condition],
        here: Here<'t, 'a>,
    ) -> Option<Segment<'a>> {
        let around = match reach.route.start {
            Start::Message => Some(0),
            Start::Out(_) | Start::Level(_) => self.further_out(&reach.route, here),
        };
        let Some(around) = around else { return self.first(reach, conditions, here) };
        let key = address(reach);
        let known = self.memo.sources.iter().position(|(known, ..)| *known == key);
        if let Some((_, number, found)) = known.and_then(|index| self.memo.sources.get(index))
            && *number == around
        {
            return *found;
        }
        let found = self.first(reach, conditions, here);
        match known.and_then(|index| self.memo.sources.get_mut(index)) {
            Some(entry) => *entry = (key, around, found),
            None => self.memo.sources.push((key, around, found)),
        }
        found
    }

    fn first(&self, reach: &Reach, conditions: &[Condition], here: Here<'t, 'a>) -> Option<Segment<'a>> {
        let mut found = None;
        let mut look = |segment: Segment<'a>| {
            let fits = value(&reach.part, &segment).is_some() && hold_of(conditions, &segment);
            if fits {
                found = Some(segment);
                return Visit::Stop;
            }
            Visit::GoOn
        };
        if conditions.iter().all(|condition| condition.of == Of::Own) {
            self.segments(&reach.route, here, &mut look);
            return found;
        }
        let beside = |end| {
            let mut others = conditions.iter().filter(|condition| condition.of == Of::Beside);
            others.all(|condition| self.is_met(condition, end, &mut |_| {}))
        };
        let inside = Route { start: Start::Out(0), loops: Vec::new(), tag: reach.route.tag };
        let start = self.start(here, reach.route.start)?;
        self.visit_loops(start, &reach.route.loops, &mut |end| match beside(end) {
            true => self.segments(&inside, end, &mut look),
            false => Visit::GoOn,
        });
        found
    }

    /// Whether an emit is to be compared for this instance. One that speaks of an instance further out is compared once
    /// for all that stand in there.
    pub(super) fn wants(&mut self, emit: &Emit, here: Here<'t, 'a>) -> bool {
        let around = self.further_out(&emit.reach.route, here);
        around.is_none_or(|around| is_new(&mut self.memo.emitted, (address(emit), around)))
    }

    /// Forgets which emits wait: some of them were dropped.
    pub(super) fn forget_emits(&mut self) {
        self.memo.emitted.clear();
    }
}

/// Visits all of something until the visitor has seen enough.
fn all<T>(items: impl Iterator<Item = T>, visit: &mut dyn FnMut(T) -> Visit) -> Visit {
    for item in items {
        if visit(item) == Visit::Stop {
            return Visit::Stop;
        }
    }
    Visit::GoOn
}

/// Whether a rule was not seen with this instance last; it is from now on.
fn is_new(seen: &mut Vec<(usize, u32)>, (key, around): (usize, u32)) -> bool {
    match seen.iter_mut().find(|(known, _)| *known == key) {
        Some((_, last)) if *last == around => false,
        Some((_, last)) => {
            *last = around;
            true
        }
        None => {
            seen.push((key, around));
            true
        }
    }
}

/// A value on the wire and what goes with it: a qualifier, or the code that says how a date is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found<'a> {
    pub element: Element<'a>,
    cell: Cell,
    also: Option<Cell>,
}

impl<'a> Found<'a> {
    pub(super) fn text(&self) -> Cow<'a, str> {
        self.element.text()
    }

    /// What stands beside the value and says what it is.
    pub(super) fn beside(&self) -> Option<Element<'a>> {
        self.also.map(|also| at_cell(&self.element.segment(), also))
    }

    /// The same value with another cell that it uses up.
    pub(super) fn with(self, also: Option<Cell>) -> Self {
        Self { also: self.also.or(also), ..self }
    }

    pub(super) fn mark(&self, coverage: &mut Coverage) {
        let segment = self.element.segment();
        coverage.mark(&segment, self.cell);
        if let Some(also) = self.also {
            coverage.mark(&segment, also);
        }
    }

    /// Whether both are the same place.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let place = |found: &Self| (found.element.segment().position(), found.cell);
        place(self) == place(other)
    }

    pub(super) fn is_used(&self, coverage: &Coverage) -> bool {
        coverage.is_used(&self.element.segment(), self.cell)
    }
}

/// What stands in a cell of a segment; empty where nothing does.
pub(super) fn at_cell<'a>(segment: &Segment<'a>, cell: Cell) -> Element<'a> {
    let mut element = segment.element(cell.number);
    if cell.sub.repetition > 0 {
        element = element.repetition(cell.sub.repetition);
    }
    if cell.sub.component > 0 {
        element = element.component(cell.sub.component);
    }
    element
}

/// The value of a part of a segment, if there is one.
pub(super) fn value<'a>(part: &Part, segment: &Segment<'a>) -> Option<Found<'a>> {
    match part {
        Part::Whole { .. } => None,
        Part::Element(cell) => {
            let element = at_cell(segment, *cell);
            (!element.is_empty()).then_some(Found { element, cell: *cell, also: None })
        }
        Part::Pair { qualifier, pairs } => {
            let sent = pairs.iter().filter(|pair| pair.value.number <= segment.element_count());
            let mut of_qualifier = sent.filter(|pair| at_cell(segment, pair.qualifier).says(qualifier));
            of_qualifier.find_map(|pair| {
                let element = at_cell(segment, pair.value);
                (!element.is_empty()).then_some(Found { element, cell: pair.value, also: Some(pair.qualifier) })
            })
        }
    }
}

/// Whether the conditions of a place hold of its segment; those of segments beside it are not asked.
pub(super) fn hold_of(conditions: &[Condition], segment: &Segment<'_>) -> bool {
    conditions.iter().filter(|condition| condition.of == Of::Own).all(|condition| holds_of(condition, segment))
}

fn holds_of(condition: &Condition, segment: &Segment<'_>) -> bool {
    let found = value(&condition.reach.part, segment);
    match &condition.test {
        Test::Present => found.is_some(),
        Test::Absent => found.is_none(),
        Test::OneOf(values) => found.is_some_and(|found| one_of(values, &found)),
        Test::NoneOf(values) => found.is_none_or(|found| !one_of(values, &found)),
        Test::NotNamed => true,
    }
}

fn one_of(values: &[String], found: &Found<'_>) -> bool {
    values.iter().any(|value| found.element.says(value))
}

/// Marks what a condition of a place compared: its value is known by the rule.
pub(super) fn mark_conditions(conditions: &[Condition], segment: &Segment<'_>, coverage: &mut Coverage) {
    let compares = |condition: &&Condition| condition.of == Of::Own && matches!(condition.test, Test::OneOf(_));
    for condition in conditions.iter().filter(compares) {
        if let Some(found) = value(&condition.reach.part, segment) {
            found.mark(coverage);
        }
    }
}

/// How many segments of a tag the message has: what `segments(HL)` in an `emit` counts.
pub(super) fn count_segments(tree: &Tree<'_>, tag: Tag) -> usize {
    tree.set().segments().filter(|segment| segment.tag() == tag).count()
}
