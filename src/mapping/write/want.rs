//! What rules and their conditions want of a segment.

use super::draft::Written;
use crate::mapping::program::{Cell, Condition, Of, PairCells, Part, Reach};
use crate::mapping::rule::Test;

/// What is to stand in a segment.
#[derive(Clone, Debug)]
pub(super) enum Want {
    /// A value of a rule.
    Value(Cell, Written),
    /// A condition: one of these values, the first if none is there.
    Condition(Cell, Vec<String>, Written),
    /// A value with its qualifier, in the first pair of the segment that is free.
    Pair(Vec<PairCells>, String, Written),
    /// Nothing to write: what must stand in the segment, or must not, for the rule to read it there.
    Guard(Part, Presence),
    /// Nothing to write: what must not stand in the segment.
    Except(Cell, Vec<String>),
}

/// Whether something is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    There,
    NotThere,
}

/// A value as it stands on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wire {
    /// Nothing is written of a place without a value.
    pub text: Option<String>,
    /// The code beside a date that says how it is written.
    pub format: Option<&'static str>,
}

pub(super) fn value_wants(reach: &Reach, wire: &Wire, by: &Written) -> Vec<Want> {
    let Some(text) = &wire.text else { return Vec::new() };
    let written = Written { text: text.clone(), ..by.clone() };
    let format = reach
        .format
        .zip(wire.format)
        .map(|(cell, code)| Want::Value(cell, Written { text: code.to_owned(), ..by.clone() }));
    let value = match &reach.part {
        Part::Whole { .. } => return Vec::new(),
        Part::Element(cell) => Want::Value(*cell, written),
        Part::Pair { qualifier, pairs } => Want::Pair(pairs.to_vec(), qualifier.clone(), written),
    };
    std::iter::once(value).chain(format).collect()
}

/// What a condition of a place wants of its segment.
pub(super) fn place_want(condition: &Condition, by: &Written) -> Option<Want> {
    if condition.of == Of::Beside {
        return None;
    }
    let guard = |presence| Some(Want::Guard(condition.reach.part.clone(), presence));
    match condition.test {
        Test::OneOf(_) => condition_want(condition, by),
        Test::NoneOf(ref values) => match condition.reach.part {
            Part::Element(cell) => Some(Want::Except(cell, values.clone())),
            Part::Whole { .. } | Part::Pair { .. } => None,
        },
        Test::NotNamed => None,
        Test::Present => guard(Presence::There),
        Test::Absent => guard(Presence::NotThere),
    }
}

/// What an equality writes.
pub(super) fn condition_want(condition: &Condition, by: &Written) -> Option<Want> {
    let Test::OneOf(values) = &condition.test else { return None };
    let Part::Element(cell) = &condition.reach.part else { return None };
    let (first, others) = values.split_first()?;
    let written = Written { text: first.clone(), others: others.to_vec(), ..by.clone() };
    Some(Want::Condition(*cell, values.clone(), written))
}
