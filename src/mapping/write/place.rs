//! Finds the segment a value goes to. Rules of one instance share a segment unless they contradict.

use super::Writing;
use super::draft::{LoopNumber, SegmentNumber, Written};
use super::want::{Presence, Want, Wire, condition_want, place_want, value_wants};
use crate::mapping::file::Spot;
use crate::mapping::program::{Cell, Condition, Of, PairCells, Part, Reach, Route, Start};
use crate::mapping::rule::Test;

/// The instance a rule is applied to: a loop, or a segment that counts as a loop of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Here {
    Loop(LoopNumber),
    Segment(SegmentNumber),
}

/// Why a value cannot be put anywhere.
#[derive(Clone, Debug)]
pub(super) enum Clash {
    /// Another rule wants something else there.
    Taken(Box<Taken>),
    /// The rule would not read the value there: this place is there, or is not.
    Unmet(String, Presence),
    /// The guide allows no more of this segment or loop.
    Full(String),
    /// It is a place that writing only looks at.
    ReadOnly,
}

/// What stands where a value should go.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    pub place: String,
    pub text: String,
    pub wanted: String,
    pub member: String,
    pub spot: Option<Spot>,
}

impl Writing<'_, '_> {
    /// Where a route starts.
    pub(super) fn start(&self, here: Here, start: Start) -> Option<Here> {
        match start {
            Start::Message => None,
            Start::Level(level) => {
                let number = match here {
                    Here::Loop(number) => number,
                    Here::Segment(segment) => self.draft.owner(segment),
                };
                self.draft.nearest_level(number, level).map(Here::Loop)
            }
            Start::Out(steps) => Some((0..steps).fold(here, |here, _| match here {
                Here::Loop(number) => Here::Loop(self.draft.parent(number)),
                Here::Segment(segment) => Here::Loop(self.draft.owner(segment)),
            })),
        }
    }

    /// Every instance at the end of a path of loops.
    pub(super) fn ends(&self, from: LoopNumber, loops: &[String]) -> Vec<LoopNumber> {
        let mut ends = vec![from];
        for name in loops {
            let mut inside = Vec::new();
            for end in ends {
                match end {
                    0 => inside.extend(self.draft.loops_at_the_top(name)),
                    _ => inside.extend(self.draft.loops_in(end).iter().filter(|child| self.is_named(**child, name))),
                }
            }
            ends = inside;
        }
        ends
    }

    fn is_named(&self, number: LoopNumber, name: &str) -> bool {
        self.draft.definition(number).name == name
    }

    /// The segments a route leads to, in the order in which reading looks at them.
    pub(super) fn existing(&self, route: &Route, here: Here) -> Vec<SegmentNumber> {
        let is_meant = |segment: &SegmentNumber| self.draft.tag(*segment) == Some(route.tag);
        match self.start(here, route.start) {
            None => Vec::new(),
            Some(Here::Segment(segment)) => Some(segment).filter(is_meant).into_iter().collect(),
            Some(Here::Loop(number)) => self.reached(number, route),
        }
    }

    /// The segments at the end of a route that starts in a loop.
    fn reached(&self, number: LoopNumber, route: &Route) -> Vec<SegmentNumber> {
        let is_meant = |segment: &SegmentNumber| self.draft.tag(*segment) == Some(route.tag);
        let mut found = Vec::new();
        for end in self.ends(number, &route.loops) {
            if end == 0 {
                found.extend(self.draft.segments_at_the_top(route.tag));
                continue;
            }
            found.extend(self.draft.segments_in(end).iter().copied().filter(is_meant));
            let firsts = self.draft.loops_in(end).iter().filter_map(|child| self.draft.first_of(*child));
            found.extend(firsts.filter(is_meant));
        }
        found
    }

    /// Whether a place of the whole message has these values already, where a rule reads them for every item.
    pub(super) fn stands_at_the_top(&self, reaches: &[Reach], conditions: &[Condition], texts: &[Wire]) -> bool {
        let Some(route) = reaches.first().map(|reach| &reach.route) else { return false };
        let by = Written::default();
        let mut wants: Vec<Want> = conditions.iter().filter_map(|condition| place_want(condition, &by)).collect();
        wants.extend(reaches.iter().zip(texts).flat_map(|(reach, wire)| value_wants(reach, wire, &by)));
        self.reached(0, route).into_iter().any(|segment| self.fit(segment, &wants).is_ok_and(|cells| cells.is_empty()))
    }

    /// Whether a source finds a value in what is written so far.
    pub(super) fn finds(&self, reaches: &[Reach], conditions: &[Condition], here: Here) -> bool {
        let Some(reach) = reaches.first() else { return false };
        let known = self.existing(&reach.route, here);
        known.into_iter().any(|segment| self.has(segment, &reach.part, &[]) && self.meets(segment, conditions))
    }

    /// Whether conditions hold of a segment as it is.
    pub(super) fn meets(&self, segment: SegmentNumber, conditions: &[Condition]) -> bool {
        let by = Written::default();
        let wants: Vec<Want> = conditions.iter().filter_map(|condition| place_want(condition, &by)).collect();
        self.fit(segment, &wants).is_ok_and(|cells| cells.is_empty())
    }

    /// Puts a value, with what the conditions of its rule say, into the segment that can take it.
    pub(super) fn place(
        &mut self,
        reaches: &[Reach],
        conditions: &[Condition],
        texts: &[Wire],
        here: Here,
        by: &Written,
    ) -> Result<(), Clash> {
        let Some(route) = reaches.first().map(|reach| &reach.route) else { return Ok(()) };
        if route.start == Start::Message {
            return Err(Clash::ReadOnly);
        }
        let mut wants: Vec<Want> = conditions.iter().filter_map(|condition| place_want(condition, by)).collect();
        let mut apart = Vec::new();
        for (reach, wire) in reaches.iter().zip(texts) {
            match reach.route == *route {
                true => wants.extend(value_wants(reach, wire, by)),
                false => apart.push((&reach.route, value_wants(reach, wire, by))),
            }
        }
        for (route, wants) in apart {
            self.put_all(route, &wants, here)?;
        }
        let beside: Vec<&Condition> = conditions.iter().filter(|condition| condition.of == Of::Beside).collect();
        if beside.is_empty() {
            self.put_all(route, &wants, here)
        } else {
            self.put_beside(route, &beside, &wants, here, by)
        }
    }

    /// Puts all wants into one segment of a loop in which these conditions hold, a new loop where there is none.
    fn put_beside(
        &mut self,
        route: &Route,
        beside: &[&Condition],
        wants: &[Want],
        here: Here,
        by: &Written,
    ) -> Result<(), Clash> {
        let Some(Here::Loop(from)) = self.start(here, route.start) else { return Err(Clash::ReadOnly) };
        let inside = Route { start: Start::Out(0), loops: Vec::new(), tag: route.tag };
        let holds = |end: &LoopNumber| beside.iter().all(|condition| self.is_met(condition, Here::Loop(*end)));
        // A loop is the rule's own by what is beside the place; by what is not there any may be.
        let is_own = beside.iter().any(|condition| matches!(condition.test, Test::OneOf(_)));
        let ends: Vec<LoopNumber> = self.ends(from, &route.loops).into_iter().filter(holds).collect();
        for end in ends {
            let put = self.put_all(&inside, wants, Here::Loop(end));
            if put.is_ok() || is_own {
                return put;
            }
        }
        let mark = self.draft.mark();
        let end = route.loops.split_last().and_then(|(last, way)| {
            let around = self.walk(from, way)?;
            self.draft.open_loop(around, |child| child.name == *last, false)
        });
        let Some(end) = end else {
            self.draft.rewind(mark);
            return Err(Clash::Full(route_name(route)));
        };
        let mut others = beside.iter().filter_map(|one| Some((&one.reach.route, condition_want(one, by)?)));
        let made = others.try_for_each(|(route, want)| self.put_all(route, &[want], Here::Loop(end)));
        let made = made.and_then(|()| self.put_all(&inside, wants, Here::Loop(end)));
        // What must be there, or must not, is nothing that a new loop could be given.
        let unmet = beside.iter().find(|condition| !self.is_met(condition, Here::Loop(end)));
        let made = made.and_then(|()| match unmet {
            None => Ok(()),
            Some(condition) => {
                let Route { tag, .. } = &condition.reach.route;
                let presence = match condition.test {
                    Test::Absent | Test::NoneOf(_) => Presence::NotThere,
                    Test::OneOf(_) | Test::Present | Test::NotNamed => Presence::There,
                };
                Err(Clash::Unmet(part_name(tag.as_str(), &condition.reach.part), presence))
            }
        });
        if made.is_err() {
            self.draft.rewind(mark);
        }
        made
    }

    /// Puts all wants into one segment at the end of a route, a new one where none can take them.
    pub(super) fn put_all(&mut self, route: &Route, wants: &[Want], here: Here) -> Result<(), Clash> {
        let mut clash = None;
        for segment in self.existing(route, here) {
            match self.fit(segment, wants) {
                Ok(cells) => {
                    cells.into_iter().for_each(|(cell, written)| self.draft.put(segment, cell, written));
                    return Ok(());
                }
                // The segment is the rule's own by its conditions: another would be read second.
                Err(NoFit { clash, is_final: true }) => return Err(clash),
                Err(no_fit) => {
                    clash.get_or_insert(no_fit.clash);
                }
            }
        }
        let may_repeat = clash.is_none() || wants.iter().any(|want| !matches!(want, Want::Value(..)));
        let own_segment = match here {
            Here::Segment(_) => route.start == Start::Out(0),
            Here::Loop(number) => {
                route.start == Start::Out(0)
                    && route.loops.is_empty()
                    && self.draft.first_of(number).and_then(|first| self.draft.tag(first)) == Some(route.tag)
            }
        };
        if !may_repeat || own_segment {
            return Err(clash.unwrap_or(Clash::ReadOnly));
        }
        self.put_in_new(route, wants, here)
    }

    /// Puts all wants into a new segment at the end of a route.
    pub(super) fn put_in_new(&mut self, route: &Route, wants: &[Want], here: Here) -> Result<(), Clash> {
        let mark = self.draft.mark();
        let Some(segment) = self.open(route, here, wants) else {
            self.draft.rewind(mark);
            return Err(Clash::Full(route_name(route)));
        };
        match self.fit(segment, wants) {
            Ok(cells) => {
                cells.into_iter().for_each(|(cell, written)| self.draft.put(segment, cell, written));
                Ok(())
            }
            Err(no_fit) => {
                self.draft.rewind(mark);
                Err(no_fit.clash)
            }
        }
    }

    /// The cells that are still to be filled for all wants to hold, or what stands in the way.
    fn fit(&self, segment: SegmentNumber, wants: &[Want]) -> Result<Vec<(Cell, Written)>, NoFit> {
        let mut cells: Vec<(Cell, Written)> = Vec::new();
        let mut met = 0;
        for want in wants {
            match want {
                Want::Condition(cell, values, written) => match self.draft.cell(segment, *cell) {
                    None => cells.push((*cell, written.clone())),
                    Some(found) if values.contains(&found.text) => met += 1,
                    Some(found) => return Err(self.no_fit(segment, *cell, found, written, false)),
                },
                Want::Value(cell, written) => match standing(&cells, *cell).or(self.draft.cell(segment, *cell)) {
                    None => cells.push((*cell, written.clone())),
                    Some(found) if found.text == written.text => {}
                    // A condition put its first value there; this is another that it allows.
                    Some(found) if found.others.contains(&written.text) => cells.push((*cell, written.clone())),
                    Some(found) => {
                        let conditions = wants.iter().filter(|want| matches!(want, Want::Condition(..))).count();
                        let is_own = conditions > 0 && met == conditions;
                        return Err(self.no_fit(segment, *cell, found, written, is_own));
                    }
                },
                Want::Pair(pairs, qualifier, written) => {
                    self.fit_pair(segment, pairs, qualifier, written, &mut cells)?
                }
                Want::Except(cell, values) => {
                    let there = standing(&cells, *cell).or(self.draft.cell(segment, *cell));
                    if let Some(found) = there.filter(|found| values.contains(&found.text)) {
                        return Err(self.no_fit(segment, *cell, found, &Written::default(), false));
                    }
                }
                Want::Guard(..) => {}
            }
        }
        for want in wants {
            let Want::Guard(part, presence) = want else { continue };
            if self.has(segment, part, &cells) != (*presence == Presence::There) {
                let clash = Clash::Unmet(self.name_of(segment, part), *presence);
                return Err(NoFit { clash, is_final: false });
            }
        }
        Ok(cells)
    }

    fn fit_pair(
        &self,
        segment: SegmentNumber,
        pairs: &[PairCells],
        qualifier: &str,
        written: &Written,
        cells: &mut Vec<(Cell, Written)>,
    ) -> Result<(), NoFit> {
        let mut last = None;
        let one_only = !self.program.packs_pia && self.draft.tag(segment).is_some_and(|tag| tag == "PIA");
        for pair in pairs {
            let there = self.draft.cell(segment, pair.qualifier);
            match (there, self.draft.cell(segment, pair.value)) {
                (None, None) => {
                    let said = Written { text: qualifier.to_owned(), ..written.clone() };
                    cells.push((pair.qualifier, said));
                    cells.push((pair.value, written.clone()));
                    return Ok(());
                }
                (Some(known), Some(found)) if known.text == qualifier => {
                    let is_same = found.text == written.text;
                    return if is_same { Ok(()) } else { Err(self.no_fit(segment, pair.value, found, written, true)) };
                }
                (_, found) => last = found.map(|found| (pair.value, found)),
            }
            if one_only {
                break;
            }
        }
        match last {
            Some((cell, found)) => Err(self.no_fit(segment, cell, found, written, false)),
            None => Err(NoFit { clash: Clash::Taken(Box::new(Taken::nothing(written))), is_final: false }),
        }
    }

    fn no_fit(&self, segment: SegmentNumber, cell: Cell, found: &Written, wanted: &Written, is_final: bool) -> NoFit {
        let tag = self.draft.tag(segment).map(|tag| tag.to_string()).unwrap_or_default();
        let component = if cell.sub.component > 0 { format!("-{}", cell.sub.component) } else { String::new() };
        let taken = Taken {
            place: format!("{tag}{:02}{component}", cell.number),
            text: found.text.clone(),
            wanted: wanted.text.clone(),
            member: found.member.clone(),
            spot: found.spot.clone(),
        };
        NoFit { clash: Clash::Taken(Box::new(taken)), is_final }
    }

    /// Whether a part of a segment has a value, counting those that are about to be put there.
    fn has(&self, segment: SegmentNumber, part: &Part, cells: &[(Cell, Written)]) -> bool {
        let there = |cell: Cell| standing(cells, cell).or(self.draft.cell(segment, cell));
        match part {
            Part::Whole { .. } => true,
            Part::Element(cell) => there(*cell).is_some(),
            Part::Pair { qualifier, pairs } => pairs.iter().any(|pair| {
                there(pair.qualifier).is_some_and(|known| known.text == *qualifier) && there(pair.value).is_some()
            }),
        }
    }

    fn name_of(&self, segment: SegmentNumber, part: &Part) -> String {
        let tag = self.draft.tag(segment).map(|tag| tag.to_string()).unwrap_or_default();
        part_name(&tag, part)
    }

    /// A new segment at the end of a route. Loops on the way are made where none is there.
    fn open(&mut self, route: &Route, here: Here, wants: &[Want]) -> Option<SegmentNumber> {
        let Here::Loop(from) = self.start(here, route.start)? else { return None };
        let end = self.walk(from, &route.loops)?;
        if self.draft.definition(end).segment(route.tag.as_str()).is_some() {
            return self.draft.open_segment(end, route.tag, false);
        }
        let starts_so = |child: &crate::edi::guide::LoopDef| {
            child.first().is_some_and(|first| first.tag == route.tag)
                && child.when.as_ref().is_none_or(|when| is_wanted(wants, when.element, &when.values))
        };
        let child = self.draft.open_loop(end, starts_so, false)?;
        self.draft.first_of(child)
    }

    /// The first instance at the end of a path of loops, made where none is there.
    pub(super) fn walk(&mut self, from: LoopNumber, loops: &[String]) -> Option<LoopNumber> {
        let mut end = from;
        for name in loops {
            let known = self.ends(end, std::slice::from_ref(name)).first().copied();
            end = match known {
                Some(known) => known,
                None => self.draft.open_loop(end, |child| child.name == *name, false)?,
            };
        }
        Some(end)
    }

    /// Whether a segment is there, or a loop of this name: no other that begins alike.
    fn is_present(&self, route: &Route, name: &str, here: Here) -> bool {
        let Some(Here::Loop(from)) = self.start(here, route.start) else { return false };
        self.ends(from, &route.loops).into_iter().any(|end| {
            let is_meant = |segment: &SegmentNumber| self.draft.tag(*segment) == Some(route.tag);
            self.draft.segments_in(end).iter().any(is_meant)
                || self.draft.loops_in(end).iter().any(|child| self.draft.definition(*child).name == name)
        })
    }

    pub(super) fn is_met(&self, condition: &Condition, here: Here) -> bool {
        if let Part::Whole { loop_name: Some(name) } = &condition.reach.part {
            return self.is_present(&condition.reach.route, name, here) == (condition.test == Test::Present);
        }
        let mut found = self.existing(&condition.reach.route, here).into_iter();
        let value = |segment: SegmentNumber| match &condition.reach.part {
            Part::Whole { .. } => Some(String::new()),
            Part::Element(cell) => self.draft.cell(segment, *cell).map(|written| written.text.clone()),
            Part::Pair { qualifier, pairs } => pairs.iter().find_map(|pair| {
                let known = self.draft.cell(segment, pair.qualifier)?;
                (known.text == *qualifier)
                    .then(|| self.draft.cell(segment, pair.value).map(|found| found.text.clone()))?
            }),
        };
        match &condition.test {
            Test::Present | Test::NotNamed => found.any(|segment| value(segment).is_some()),
            Test::Absent => found.all(|segment| value(segment).is_none()),
            Test::OneOf(values) => found.any(|segment| value(segment).is_some_and(|text| values.contains(&text))),
            Test::NoneOf(values) => found.all(|segment| value(segment).is_none_or(|text| !values.contains(&text))),
        }
    }
}

fn part_name(tag: &str, part: &Part) -> String {
    match part {
        Part::Whole { .. } => tag.to_owned(),
        Part::Element(cell) => format!("{tag}{:02}", cell.number),
        Part::Pair { qualifier, .. } => format!("{tag}[{qualifier}]"),
    }
}

/// What the wants before have put into a cell.
fn standing(cells: &[(Cell, Written)], cell: Cell) -> Option<&Written> {
    cells.iter().rev().find(|(known, _)| *known == cell).map(|(_, written)| written)
}

/// What stands in the way in one segment.
struct NoFit {
    clash: Clash,
    /// The segment meets all conditions of the rule: no other one will do.
    is_final: bool,
}

impl Taken {
    fn nothing(wanted: &Written) -> Self {
        let (text, wanted) = (String::new(), wanted.text.clone());
        Self { place: String::new(), text, wanted, member: String::new(), spot: None }
    }
}

/// Whether what tells apart loops that begin alike is wanted, or at least not forbidden.
fn is_wanted(wants: &[Want], element: usize, values: &[String]) -> bool {
    wants.iter().all(|want| match want {
        Want::Condition(cell, _, written) | Want::Value(cell, written)
            if cell.number == element && cell.sub.component <= 1 =>
        {
            values.contains(&written.text)
        }
        _ => true,
    })
}

pub(super) fn route_name(route: &Route) -> String {
    route.loops.iter().map(String::as_str).chain([route.tag.as_str()]).collect::<Vec<_>>().join("/")
}
