//! What a rule can see of a message: looks up the places and loops that rules name in the guide.

use std::sync::Arc;

use super::hierarchy::instance_loop;
use super::nearest::did_you_mean;
use super::program::{Cell, PairCells, Part, Reach, Route, Start, Sub, Target};
use super::rule;
use super::scan::RuleFault;
use crate::base::times;
use crate::edi::guide::{ElementDef, ElementKind, ElementType, Guide, LoopDef, SegmentDef};
use crate::edi::{Tag, guide};

/// The instance a rule is applied to, and all around it, as the guide describes them.
#[derive(Clone)]
pub(super) struct Scope<'g> {
    guide: &'g Guide,
    /// The message first, the instance last.
    levels: Vec<Level<'g>>,
    /// How many of the levels the last `each` or `in` entered: paths may start at any of these.
    entered: usize,
    /// The tree that the instance is a level of.
    tree: Option<Arc<TreeScope<'g>>>,
}

/// What a rule inside a hierarchy can name.
struct TreeScope<'g> {
    /// The loop whose instances are the levels.
    definition: &'g LoopDef,
    /// The levels, the outermost first.
    names: Vec<String>,
    /// The levels that the section at work is about.
    own: Vec<String>,
    /// Levels that a file takes out, and that file: what the files it extends say of them means nothing.
    gone: Vec<(String, Arc<str>)>,
}

#[derive(Clone, Copy)]
enum Level<'g> {
    Loop(&'g LoopDef),
    Segment(Tag),
}

impl<'g> Level<'g> {
    fn is_named(&self, name: &str) -> bool {
        match self {
            Self::Loop(definition) => definition.name == name,
            Self::Segment(tag) => *tag == name,
        }
    }
}

fn tag_of(name: &str) -> Tag {
    Tag::new(name.as_bytes())
}

impl<'g> Scope<'g> {
    pub(super) fn message(guide: &'g Guide) -> Self {
        Self { guide, levels: vec![Level::Loop(guide.root())], entered: 0, tree: None }
    }

    /// What can be seen from an instance of a level; `inner` is the loop inside it that the level is in truth.
    pub(super) fn level(
        guide: &'g Guide,
        definition: &'g LoopDef,
        inner: Option<&'g LoopDef>,
        own: &[String],
        (names, gone): (&[&str], &[(String, Arc<str>)]),
    ) -> Self {
        let mut levels = vec![Level::Loop(guide.root()), Level::Loop(definition)];
        levels.extend(inner.map(Level::Loop));
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let tree = TreeScope { definition, names, own: own.to_vec(), gone: gone.to_vec() };
        Self { guide, levels, entered: 1, tree: Some(Arc::new(tree)) }
    }

    /// Whether a place stands at a level that another file than this takes out.
    pub(super) fn is_gone(&self, place: &rule::Place, file: &str) -> bool {
        let rule::From::Level(level) = &place.from else { return false };
        let is_it = |(gone, by): &(String, Arc<str>)| gone == level && **by != *file;
        self.tree.as_ref().is_some_and(|tree| tree.gone.iter().any(is_it))
    }

    /// Whether this is the inside of a level.
    pub(super) fn is_in_tree(&self) -> bool {
        self.tree.is_some()
    }

    /// Where instances of `place` are, and what can be seen from one.
    pub(super) fn enter(&self, place: &rule::Place) -> Result<(Target, Self), RuleFault> {
        let here = place.from == rule::From::Here;
        let is_own_level = self.tree.as_ref().is_some_and(|tree| tree.own.contains(&place.segment));
        if here && place.loops.is_empty() && is_own_level {
            return Ok((Target::This, self.clone()));
        }
        if here && place.loops.is_empty() && self.levels.last().is_some_and(|level| level.is_named(&place.segment)) {
            return Ok((Target::This, Self { entered: 0, ..self.clone() }));
        }
        let (start, mut levels) = self.start(place)?;
        if place.loops.is_empty() && begins_with(&levels, &place.segment) {
            let target = if here { Target::This } else { Target::Around(start) };
            return Ok((target, Self { guide: self.guide, levels, entered: 0, tree: self.tree.clone() }));
        }
        let outside = levels.len();
        let definition = self.walk(&mut levels, &place.loops, place.at)?;
        let Some(definition) = definition else {
            return Err(RuleFault::new(place.at, "there are no loops inside a segment"));
        };
        let target = if let Some(child) = definition.child(&place.segment) {
            levels.push(Level::Loop(child));
            Target::Loops { start, loops: place.loops.clone(), name: place.segment.clone() }
        } else if definition.segment(&place.segment).is_some() {
            let tag = tag_of(&place.segment);
            levels.push(Level::Segment(tag));
            Target::Segments(Route { start, loops: place.loops.clone(), tag })
        } else {
            return Err(self.out_of_reach(place, definition));
        };
        let entered = levels.len() - outside;
        Ok((target, Self { guide: self.guide, levels, entered, tree: self.tree.clone() }))
    }

    fn start(&self, place: &rule::Place) -> Result<(Start, Vec<Level<'g>>), RuleFault> {
        match &place.from {
            rule::From::Here => Ok((Start::Out(0), self.levels.clone())),
            rule::From::Message => Ok((Start::Message, vec![Level::Loop(self.guide.root())])),
            rule::From::Level(level) => self.start_at(level, place.at),
        }
    }

    /// The nearest enclosing level of a name, or loop.
    fn start_at(&self, level: &str, at: usize) -> Result<(Start, Vec<Level<'g>>), RuleFault> {
        let is_level = self.tree.as_ref().is_some_and(|tree| tree.names.iter().any(|name| name == level));
        let around = self.levels.iter().rposition(|around| matches!(around, Level::Loop(_)) && around.is_named(level));
        if let (false, Some(around)) = (is_level, around) {
            let levels = self.levels.get(..=around).unwrap_or_default().to_vec();
            return Ok((Start::Out(self.levels.len() - levels.len()), levels));
        }
        let fault = RuleFault::new(at, format!("there is no level '{level}'"));
        let Some(tree) = &self.tree else {
            return Err(fault.expecting("a loop around this one; the section has no tree of levels"));
        };
        let Some(index) = tree.names.iter().position(|name| name == level) else {
            return Err(fault.expecting(format!("one of {}", tree.names.join(", "))));
        };
        let inner = instance_loop(tree.definition, level);
        Ok((Start::Level(index), vec![Level::Loop(self.guide.root()), Level::Loop(inner)]))
    }

    /// Goes into loops by name. `None` when the innermost level is a segment, which holds none.
    fn walk(&self, levels: &mut Vec<Level<'g>>, loops: &[String], at: usize) -> Result<Option<&'g LoopDef>, RuleFault> {
        for name in loops {
            let Some(Level::Loop(definition)) = levels.last().copied() else { return Ok(None) };
            let Some(child) = definition.child(name) else {
                let fault = RuleFault::new(at, format!("{} has no loop '{name}'", self.named(definition)));
                let known: Vec<&str> = definition.loops().map(|child| child.name.as_str()).collect();
                return Err(match known.as_slice() {
                    [] => fault,
                    known => fault.expecting(format!("one of {}", known.join(", "))),
                });
            };
            levels.push(Level::Loop(child));
        }
        Ok(match levels.last() {
            Some(Level::Loop(definition)) => Some(definition),
            Some(Level::Segment(_)) | None => None,
        })
    }

    /// Where a place is.
    pub(super) fn reach(&self, place: &rule::Place) -> Result<Reach, RuleFault> {
        let (mut start, mut levels) = self.start(place)?;
        let mut loops = place.loops.as_slice();
        if place.from == rule::From::Here && !loops.is_empty() {
            let shared = self.shared(loops);
            if shared > 0 {
                let entered = self.entered.max(1);
                let keep = self.levels.len() - entered + shared;
                start = Start::Out(self.levels.len() - keep);
                levels.truncate(keep);
                loops = loops.get(shared..).unwrap_or_default();
            }
        }
        let definition = self.walk(&mut levels, loops, place.at)?;
        let tag = tag_of(&place.segment);
        let loop_name = match (definition, levels.last()) {
            (Some(definition), _) => {
                let child = definition.child(&place.segment);
                let starts_a_child =
                    definition.loops().any(|child| child.first().is_some_and(|first| first.tag == tag));
                let is_whole_loop = place.part == rule::Part::Whole && child.is_some();
                if definition.segment(&place.segment).is_none() && !starts_a_child && !is_whole_loop {
                    return Err(self.out_of_reach(place, definition));
                }
                child.map(|child| child.name.clone())
            }
            (None, Some(Level::Segment(own))) if *own == tag && loops.is_empty() => None,
            (None, _) => {
                let own = self.levels.last().map_or("", |level| match level {
                    Level::Segment(own) => own.as_str(),
                    Level::Loop(definition) => &definition.name,
                });
                let fault = RuleFault::new(place.at, format!("'{}' stands outside this {own}", place.segment));
                return Err(fault.expecting(format!("an element of {own}; inside one segment there is nothing else")));
            }
        };
        let Looked { part, element_type, longest, format } = self.part(place, loop_name)?;
        Ok(Reach { route: Route { start, loops: loops.to_vec(), tag }, part, element_type, longest, format })
    }

    /// How many loops at the start of a path are those that the last `each` or `in` entered.
    fn shared(&self, loops: &[String]) -> usize {
        let entered = self.entered.max(1);
        let inner = self.levels.get(self.levels.len().saturating_sub(entered)..).unwrap_or_default();
        let innermost_has = match (self.levels.last(), loops.first()) {
            (Some(Level::Loop(definition)), Some(name)) => definition.child(name).is_some(),
            _ => false,
        };
        if innermost_has {
            return 0;
        }
        inner.iter().zip(loops).take_while(|(level, name)| level.is_named(name)).count()
    }

    fn part(&self, place: &rule::Place, loop_name: Option<String>) -> Result<Looked, RuleFault> {
        let segment = self.guide.segment(&place.segment);
        let plain = |part, element_type| Looked { part, element_type, longest: None, format: None };
        match &place.part {
            rule::Part::Whole => Ok(plain(Part::Whole { loop_name }, ElementType::An)),
            rule::Part::Pair(qualifier) => {
                let pairs = segment.map(pairs_of).unwrap_or_default();
                let Some(first) = pairs.first() else {
                    let fault = RuleFault::new(place.at, format!("'{}' has no qualifier pairs", place.segment));
                    return Err(fault.expecting(format!("an element, such as {}01", place.segment)));
                };
                let value = segment.and_then(|segment| segment.element(first.value.number));
                let value = value.and_then(|element| element.component(first.value.sub.component.max(1)));
                let value = value.and_then(ElementDef::value_type).unwrap_or(ElementType::An);
                Ok(plain(Part::Pair { qualifier: qualifier.clone(), pairs: pairs.into() }, value))
            }
            rule::Part::Element { element, component, repetition } => {
                let number = *element as usize;
                let asked = (component.map_or(0, |c| c as usize), repetition.map_or(0, |r| r as usize));
                match segment {
                    Some(segment) => element_part(segment, number, asked, place.at),
                    // A segment the guide names but does not describe: nothing is known of its elements.
                    None => {
                        let sub = Sub { component: asked.0, repetition: asked.1 };
                        Ok(plain(Part::Element(Cell { number, sub }), ElementType::An))
                    }
                }
            }
        }
    }

    fn named(&self, definition: &LoopDef) -> String {
        if std::ptr::eq(definition, self.guide.root()) {
            return self.guide.key().to_string();
        }
        format!("loop {}", definition.name)
    }

    /// Says where the segment does stand, if the message has it.
    fn out_of_reach(&self, place: &rule::Place, from: &LoopDef) -> RuleFault {
        let name = place.segment.as_str();
        let message = match way_to(from, tag_of(name), 0) {
            Some(way) => {
                let text = format!("'{name}' does not stand directly in {}", self.named(from));
                return RuleFault::new(place.at, text).expecting(format!("the path to it, {way}"));
            }
            None if way_to(self.guide.root(), tag_of(name), 0).is_some() => {
                format!("'{name}' does not stand in {}", self.named(from))
            }
            None => format!("{} has no segment or loop '{name}'", self.guide.key()),
        };
        let mut known: Vec<String> = Vec::new();
        names(from, &mut known);
        RuleFault { hint: did_you_mean(name, known.iter().map(String::as_str)), ..RuleFault::new(place.at, message) }
    }
}

/// Whether the innermost loop is one that this segment begins: that very instance is meant. The message is none.
fn begins_with(levels: &[Level<'_>], segment: &str) -> bool {
    let [_, .., Level::Loop(innermost)] = levels else { return false };
    innermost.first().is_some_and(|first| first.tag == tag_of(segment)) && innermost.child(segment).is_none()
}

fn element_part(
    segment: &SegmentDef,
    number: usize,
    (component, repetition): (usize, usize),
    at: usize,
) -> Result<Looked, RuleFault> {
    let tag = segment.tag;
    let Some(element) = segment.element(number) else {
        let fault = RuleFault::new(at, format!("'{tag}{number:02}' is not in the guide"));
        return Err(fault.expecting(format!("{tag}01 to {tag}{:02}", segment.elements.len())));
    };
    if repetition > element.repeats as usize {
        let fault = RuleFault::new(at, format!("'{tag}{number:02}' comes at most {}", times(element.repeats)));
        return Err(fault);
    }
    // An element that may repeat is read at its first repetition unless the rule names another.
    let repetition = if element.repeats > 1 { repetition.max(1) } else { 0 };
    let cell = |component| Cell { number, sub: Sub { repetition, component } };
    match &element.kind {
        ElementKind::Simple { value, .. } if component <= 1 => {
            let longest = element.component(1).and_then(ElementDef::max_length);
            Ok(Looked { part: Part::Element(cell(0)), element_type: *value, longest, format: None })
        }
        ElementKind::Simple { .. } => {
            Err(RuleFault::new(at, format!("'{tag}{number:02}' has no components")).expecting("the element alone"))
        }
        ElementKind::Composite { components, .. } => {
            let component = component.max(1);
            let Some(definition) = components.get(component - 1) else {
                let fault = RuleFault::new(at, format!("'{tag}{number:02}' has {} components", components.len()));
                return Err(fault.expecting(format!("a component from 1 to {}", components.len())));
            };
            let element_type = definition.value_type().unwrap_or(ElementType::An);
            let says_how = components.get(component).is_some_and(|next| next.id == DATE_FORMAT);
            let format = (definition.id == DATE && says_how).then(|| cell(component + 1));
            let longest = definition.max_length();
            Ok(Looked { part: Part::Element(cell(component)), element_type, longest, format })
        }
    }
}

/// A part of a segment that was looked up.
struct Looked {
    part: Part,
    element_type: ElementType,
    longest: Option<u32>,
    format: Option<Cell>,
}

/// EDIFACT's date, time or period, and the code beside it that says how it is written.
const DATE: &str = "2380";
const DATE_FORMAT: &str = "2379";
/// EDIFACT's item number identification: the number, and its type.
const ITEM_NUMBER: &str = "C212";

/// The qualifier pairs of a segment, from the left: those the guide marks, and EDIFACT's item numbers.
fn pairs_of(segment: &SegmentDef) -> Vec<PairCells> {
    let simple = |number| Cell { number, sub: Sub::default() };
    if !segment.pairs.is_empty() {
        let pair = |pair: &guide::Pair| PairCells { qualifier: simple(pair.qualifier), value: simple(pair.value) };
        return segment.pairs.iter().map(pair).collect();
    }
    let numbers = (1..).zip(&segment.elements).filter(|(_, element)| element.id == ITEM_NUMBER);
    let component = |number, component| Cell { number, sub: Sub { repetition: 0, component } };
    numbers.map(|(number, _)| PairCells { qualifier: component(number, 2), value: component(number, 1) }).collect()
}

/// Guides nest a few loops; a path longer than this is none.
const MAX_DEPTH: usize = 32;

/// The path from a loop to the first segment of this tag below it.
fn way_to(from: &LoopDef, tag: Tag, depth: usize) -> Option<String> {
    if depth > MAX_DEPTH {
        return None;
    }
    from.parts.iter().find_map(|part| match part {
        guide::Part::Segment(segment) => (segment.tag == tag).then(|| tag.to_string()),
        guide::Part::Loop(child) => way_to(child, tag, depth + 1).map(|way| format!("{}/{way}", child.name)),
    })
}

fn names(from: &LoopDef, into: &mut Vec<String>) {
    into.extend(from.parts.iter().map(|part| part.name().to_owned()));
}

/// The hint for a message that no guide describes.
pub(super) fn unknown_guide_hint<'k>(name: &str, known: impl Iterator<Item = String> + 'k) -> String {
    let known: Vec<String> = known.collect();
    did_you_mean(name, known.iter().map(String::as_str))
        .unwrap_or_else(|| format!("there are guides for {}", known.join(", ")))
}
