//! What a person asks of a mapping that read a message: which rule used an element, and what a rule did step by step.
//! Nothing is noted unless that was asked.

use std::sync::Arc;

use super::apply::{At, Reading};
use super::context::ReadOrigin;
use super::file::Spot;
use super::fill::without_indices;
use super::find::{self, Found, Here, Visit};
use super::program::{Codec, Condition, DateFormat, Part, Program, Reach, Source, Sub};
use super::rule::Test;
use crate::edi::{Element, Place, Segment};

/// The most segments told of one source of a rule. Who looks into a rule looks at one line of the document.
const MAX_LOOKED: usize = 12;

/// The most rules that are followed for one question.
const MAX_ATTEMPTS: usize = 1000;

/// Where a rule is written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RulePlace {
    /// The file, as the operator knows it.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

impl From<&Spot> for RulePlace {
    fn from(spot: &Spot) -> Self {
        Self { file: Arc::clone(&spot.file), line: spot.line, column: spot.column }
    }
}

/// An element that a rule used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The element, or the part of it.
    pub place: Place,
    /// What it was used for.
    pub purpose: Purpose,
    /// The member, or the object, that it was used for: `lines[0].price.amount`.
    pub member: String,
    /// The rule; nothing for what the engine reads by itself.
    pub rule: Option<RulePlace>,
}

/// What an element was used for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is the member's value, or a part of it.
    Value,
    /// It stands beside a value and says what that is: a qualifier, or how a date is written.
    Beside,
    /// A condition compared it; of several values that it may have this is the one that is written.
    Condition(String),
    /// It is what the rule would write there.
    Emit,
    /// It places a level in the tree.
    Level,
}

/// How one rule was applied to one object of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The member: `lines[0].price.amount`.
    pub member: String,
    /// The rule.
    pub rule: RulePlace,
    /// Its sources as they were tried, up to the one that gave the value.
    pub tried: Vec<Tried>,
    /// What became of the value, step by step.
    pub steps: Vec<Step>,
    /// Why no value came of it, if none did.
    pub fault: Option<&'static str>,
}

/// A source that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The segments that were looked at, in that order; none of a constant.
    pub looked: Vec<Looked>,
    /// Whether the source gave the value.
    pub taken: bool,
}

/// A segment that a source looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// The segment.
    pub segment: Place,
    /// What was found in it.
    pub verdict: Verdict,
}

/// What a source found in a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Its values, each with its place.
    Taken(Vec<(Place, String)>),
    /// The element is empty.
    Empty,
    /// A condition does not hold; what stands there instead, if anything does.
    Unmet {
        /// The element that the condition is about.
        element: Place,
        /// What stands there.
        found: Option<String>,
    },
}

/// A step on the way from the wire to the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What was done.
    pub by: StepBy,
    /// What came of it.
    pub result: String,
}

/// What was done in a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepBy {
    /// The default stood in for a value that was not there.
    Default,
    /// A codec of the rule: `code(unit)`.
    Codec(String),
    /// The rule's `read` expression.
    Expression,
    /// The element's type and the member's, by themselves.
    Type,
}

/// An element that was used, as long as the document is being made.
pub(super) struct PendingUse<'m> {
    place: Place,
    purpose: Purpose,
    item: usize,
    name: &'m str,
    rule: Option<&'m Spot>,
}

/// What is followed.
#[derive(Default)]
pub(super) struct Follow {
    /// The member, or an object above it.
    member: String,
    /// The rule at work, if it is one of those.
    current: Option<Attempt>,
    done: Vec<Attempt>,
}

impl Follow {
    pub(super) fn of(member: &str) -> Self {
        Self { member: member.to_owned(), current: None, done: Vec::new() }
    }

    pub(super) fn finish(self) -> Vec<Attempt> {
        self.done
    }

    /// Whether a path is followed. One that was asked for without indices means the members of all items.
    fn is_about(&self, path: &str) -> bool {
        let of_all;
        let path = if self.member.contains('[') {
            path
        } else {
            of_all = without_indices(path).replace("[*]", "");
            &of_all
        };
        path.strip_prefix(self.member.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl<'m, 't, 'a> Reading<'m, 't, 'a> {
    /// Takes note of the elements behind a value.
    pub(super) fn use_found(&mut self, found: &[Found<'a>], item: usize, name: &'m str, rule: &'m Spot) {
        if !self.context.trace {
            return;
        }
        for one in found {
            self.note_use(one.element, Purpose::Value, item, name, Some(rule));
            if let Some(beside) = one.beside() {
                self.note_use(beside, Purpose::Beside, item, name, Some(rule));
            }
        }
    }

    /// Takes note of the elements that the conditions of a place compared.
    pub(super) fn use_conditions(
        &mut self,
        conditions: &'m [Condition],
        segment: &Segment<'a>,
        item: usize,
        name: &'m str,
        rule: &'m Spot,
    ) {
        if !self.context.trace {
            return;
        }
        for condition in conditions {
            if let (Test::OneOf(values), Some(found)) = (&condition.test, find::value(&condition.reach.part, segment)) {
                let written = values.first().cloned().unwrap_or_default();
                self.note_use(found.element, Purpose::Condition(written), item, name, Some(rule));
            }
        }
    }

    /// Takes note of an element that was used.
    pub(super) fn note_use(
        &mut self,
        element: Element<'a>,
        purpose: Purpose,
        item: usize,
        name: &'m str,
        rule: Option<&'m Spot>,
    ) {
        if self.context.trace {
            self.uses.push(PendingUse { place: element.place(), purpose, item, name, rule });
        }
    }

    /// The elements that were used, in the order of the wire.
    pub(super) fn used(&self) -> Vec<Use> {
        let used = |one: &PendingUse<'m>| Use {
            place: one.place,
            purpose: one.purpose.clone(),
            member: self.path(one.item, one.name),
            rule: one.rule.map(RulePlace::from),
        };
        let mut uses: Vec<Use> = self.uses.iter().map(used).collect();
        uses.sort_by_key(|one| (one.place.segment_position, one.place.element, one.place.component));
        uses
    }

    /// Where each member is from.
    pub(super) fn traced(&self) -> Vec<ReadOrigin> {
        let origins = self.origins.iter().map(|one| ReadOrigin {
            member: self.path(one.item, one.name),
            places: one.places.clone(),
            rule: (Arc::clone(&one.rule.file), one.rule.line),
        });
        origins.collect()
    }

    /// Begins to follow a rule, if its member is one that is followed.
    pub(super) fn follow(
        &mut self,
        sources: &'m [Source],
        rule: &'m Spot,
        slots: impl Iterator<Item = usize>,
        at: At<'m, 't, 'a>,
    ) {
        let Some(follow) = self.follow.as_ref().filter(|follow| follow.done.len() < MAX_ATTEMPTS) else { return };
        let named = |slot| self.path(at.item, at.section.names.get(slot).map_or("", String::as_str));
        let Some(member) = slots.map(named).find(|member| follow.is_about(member)) else { return };
        let mut tried = Vec::new();
        for source in sources {
            let one = self.tried(source, at.here);
            let is_taken = one.taken;
            tried.push(one);
            if is_taken {
                break;
            }
        }
        let attempt = Attempt { member, rule: rule.into(), tried, steps: Vec::new(), fault: None };
        if let Some(follow) = &mut self.follow {
            follow.current = Some(attempt);
        }
    }

    /// Whether a rule that is followed is at work.
    pub(super) fn is_followed(&self) -> bool {
        self.follow.as_ref().is_some_and(|follow| follow.current.is_some())
    }

    /// Takes note of a step of the rule that is followed.
    pub(super) fn step_done(&mut self, by: StepBy, result: impl FnOnce() -> String) {
        if let Some(attempt) = self.follow.as_mut().and_then(|follow| follow.current.as_mut()) {
            attempt.steps.push(Step { by, result: result() });
        }
    }

    /// Takes note of why the rule that is followed gives no value.
    pub(super) fn step_failed(&mut self, why: &'static str) {
        if let Some(attempt) = self.follow.as_mut().and_then(|follow| follow.current.as_mut()) {
            attempt.fault = Some(why);
        }
    }

    /// Ends following a rule.
    pub(super) fn followed(&mut self) {
        if let Some(follow) = &mut self.follow {
            follow.done.extend(follow.current.take());
        }
    }

    /// What a source finds, segment by segment.
    fn tried(&self, source: &Source, here: Here<'t, 'a>) -> Tried {
        let Source::Places { reaches, conditions } = source else {
            return Tried { looked: Vec::new(), taken: true };
        };
        let Some(first) = reaches.first() else { return Tried { looked: Vec::new(), taken: false } };
        let mut looked = Vec::new();
        self.finder.segments(&first.route, here, &mut |segment| {
            let verdict = verdict(reaches, conditions, &segment);
            looked.push(Looked { segment: segment.place(), verdict });
            let is_last = matches!(looked.last(), Some(Looked { verdict: Verdict::Taken(_), .. }));
            if is_last || looked.len() >= MAX_LOOKED { Visit::Stop } else { Visit::GoOn }
        });
        let taken = matches!(looked.last(), Some(Looked { verdict: Verdict::Taken(_), .. }));
        Tried { looked, taken }
    }
}

/// A codec as a rule writes it, less what only writing needs.
pub(super) fn codec_text(codec: &Codec, program: &Program) -> String {
    match codec {
        Codec::Code(list) => format!("code({})", program.lists.get(*list).map_or("", |list| list.name.as_str())),
        Codec::Lookup(table) => {
            let name = program.tables.get(*table).map_or("", |table| table.name.as_str());
            format!("lookup({})", name.trim_end_matches(".csv"))
        }
        Codec::Flag { yes, no } => format!("flag({}, {})", yes.join(" "), no.join(" ")),
        Codec::Date(DateFormat::Long) => "date(CCYYMMDD)".to_owned(),
        Codec::Date(DateFormat::Short) => "date(YYMMDD)".to_owned(),
        Codec::Date(DateFormat::Iso) => "date(YYYY-MM-DD)".to_owned(),
        Codec::Instant => "instant".to_owned(),
        Codec::From => "from".to_owned(),
        Codec::Until => "until".to_owned(),
        Codec::Lines => "lines".to_owned(),
        Codec::Implied(digits) => format!("implied({digits})"),
        Codec::Default { value, .. } => format!("default({value})"),
        Codec::Text => "text".to_owned(),
        Codec::Gtin => "gtin".to_owned(),
        Codec::Sscc { .. } => "sscc".to_owned(),
        Codec::Trim => "trim".to_owned(),
        Codec::Upper => "upper".to_owned(),
        Codec::Pad { width, filler: '0' } => format!("strip-zeros({width})"),
        Codec::Pad { width, filler } => format!("pad({width}, {filler})"),
    }
}

fn verdict(reaches: &[Reach], conditions: &[Condition], segment: &Segment<'_>) -> Verdict {
    let route = reaches.first().map(|reach| &reach.route);
    let own = reaches.iter().filter(|reach| Some(&reach.route) == route);
    let values = own.filter_map(|reach| find::value(&reach.part, segment));
    let values: Vec<(Place, String)> = values.map(|found| (found.element.place(), found.text().into_owned())).collect();
    let is_there = reaches.first().is_some_and(|reach| find::value(&reach.part, segment).is_some());
    let unmet = conditions.iter().find(|condition| !find::hold_of(std::slice::from_ref(*condition), segment));
    match unmet {
        Some(condition) => {
            let found = find::value(&condition.reach.part, segment);
            let element = found.map(|found| found.element.place());
            let element = element.unwrap_or_else(|| place_of(&condition.reach.part, segment));
            Verdict::Unmet { element, found: found.map(|found| found.text().into_owned()) }
        }
        None if is_there => Verdict::Taken(values),
        None => Verdict::Empty,
    }
}

/// Where a part of a segment would stand.
fn place_of(part: &Part, segment: &Segment<'_>) -> Place {
    match part {
        Part::Element(cell) => {
            let component = (cell.sub.component > 0).then(|| u32::try_from(cell.sub.component).unwrap_or_default());
            let Sub { repetition, .. } = cell.sub;
            let element = segment.element(cell.number);
            let element = if repetition > 0 { element.repetition(repetition) } else { element };
            Place { component, ..element.place() }
        }
        Part::Whole { .. } | Part::Pair { .. } => segment.place(),
    }
}

#[cfg(test)]
mod tests;
