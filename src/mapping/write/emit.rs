//! What only the wire has: emits complete segments that other rules write, and count.

use serde_json::{Map, Value};

use super::Writing;
use super::draft::{SegmentNumber, Written};
use super::place::Here;
use super::value::text_of;
use super::want::{Want, condition_want};
use crate::canon::Kind;
use crate::edi::guide::{ElementType, Part as GuidePart, Requirement};
use crate::mapping::program::{Condition, Emit, EmitValue, Part, Reach};
use crate::mapping::rule::Test;

impl<'m, 'd> Writing<'m, 'd> {
    /// Puts a value that no member owns into every segment of its place that lacks one.
    pub(super) fn emit(&mut self, emit: &'m Emit, around: &'d Map<String, Value>, here: Here) {
        let Part::Element(cell) = &emit.reach.part else { return };
        let Some(text) = self.emitted(emit, around) else { return };
        let by = Written { text, spot: Some(emit.at.clone()), ..Written::default() };
        let known = self.existing(&emit.reach.route, here);
        let is_there = known.iter().any(|segment| self.meets(*segment, &emit.conditions));
        if !is_there && self.is_made(emit, here, &known) {
            let mut wants: Vec<Want> = emit.conditions.iter().filter_map(|one| condition_want(one, &by)).collect();
            wants.push(Want::Value(*cell, by));
            // A place without room was told by the rules that filled it.
            self.put_all(&emit.reach.route, &wants, here).ok();
            return;
        }
        // A rule's condition that allows several values has put its first there, for want of another. An emit that says
        // when, or whose value is a member, knows better.
        let knows = !emit.conditions.is_empty() || matches!(emit.value, EmitValue::Member { .. });
        for segment in known {
            let is_free = self.draft.cell(segment, *cell).is_none_or(|found| knows && found.others.contains(&by.text));
            if is_free && self.meets(segment, &emit.conditions) {
                self.draft.put(segment, *cell, by.clone());
            }
        }
    }

    fn emitted(&mut self, emit: &'m Emit, around: &'d Map<String, Value>) -> Option<String> {
        let typed = |writing: &Self, text: &str, kind: &Kind| writing.by_type(text, kind, &emit.reach).ok()?.text;
        match &emit.value {
            EmitValue::Constant(text) => Some(text.clone()),
            EmitValue::Segments(tag) => {
                Some(self.draft.count(*tag)).filter(|count| *count > 0).map(|count| count.to_string())
            }
            EmitValue::Levels(list) => {
                let list = self.program.lists.get(*list)?;
                list.code_of(&self.levels).map(str::to_owned)
            }
            EmitValue::Over(expression) => {
                let value = expression.evaluate(self.items.first()?, 1).ok()?;
                typed(self, &value.to_string(), &Kind::Decimal)
            }
            EmitValue::Member { outward, path, list } => {
                let mut steps = path.iter();
                let mut value = match outward.checked_sub(1) {
                    None => around.get(steps.next()?.name())?,
                    // The innermost item is the one around the section at work.
                    Some(further) => *self.items.iter().rev().nth(further + 1)?,
                };
                for step in steps {
                    value = value.get(step.name())?;
                }
                let text = text_of(value).ok()?;
                self.spot = Some(emit.at.clone());
                match list {
                    Some(list) => self.code_of(*list, &text, &Kind::Text, None),
                    None => typed(self, &text, &kind_at(&emit.reach, &text)),
                }
            }
        }
    }

    /// Whether the emit makes the segment that it is for: what counts does, where equalities say what else is in it, and
    /// what stands in a segment that the guide wants.
    fn is_made(&self, emit: &Emit, here: Here, known: &[SegmentNumber]) -> bool {
        let counts = matches!(emit.value, EmitValue::Over(_) | EmitValue::Segments(_));
        let is_equality = |condition: &Condition| matches!(condition.test, Test::OneOf(_));
        let is_wanted = || emit.conditions.is_empty() && known.is_empty() && self.is_mandatory(emit, here);
        (counts && emit.conditions.iter().all(is_equality)) || is_wanted()
    }

    /// Whether the guide wants the segment wherever the instance is.
    fn is_mandatory(&self, emit: &Emit, here: Here) -> bool {
        let Here::Loop(number) = here else { return false };
        let route = &emit.reach.route;
        let here_itself = route.loops.is_empty() && route.start == crate::mapping::program::Start::Out(0);
        here_itself
            && self.draft.definition(number).parts.iter().any(|part| {
                matches!(part, GuidePart::Segment(used) if used.tag == route.tag && used.requirement == Requirement::Mandatory)
            })
    }
}

/// What a text is at a place: emits compare by value, so a number is one and a day is one.
fn kind_at(reach: &Reach, text: &str) -> Kind {
    match reach.element_type {
        _ if reach.format.is_some() && text.contains('T') => Kind::Instant,
        ElementType::Dt => Kind::Date,
        _ if reach.format.is_some() => Kind::Date,
        ElementType::N(_) | ElementType::R | ElementType::Numeric => Kind::Decimal,
        _ => Kind::Text,
    }
}
