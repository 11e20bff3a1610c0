//! What only the wire has: emits complete segments that other rules write, and count.

use serde_json::{Map, Value};

use super::Writing;
use super::draft::Written;
use super::place::{Here, Want};
use super::value::text_of;
use crate::canon::Kind;
use crate::edi::guide::{ElementType, Part as GuidePart, Requirement};
use crate::mapping::program::{Emit, EmitValue, Part, Reach};

impl<'m, 'd> Writing<'m, 'd> {
    /// Puts a value that no member owns into every segment of its place that lacks one.
    pub(super) fn emit(&mut self, emit: &'m Emit, around: &'d Map<String, Value>, here: Here) {
        let Part::Element(cell) = &emit.reach.part else { return };
        let Some(text) = self.emitted(emit, around) else { return };
        let by = Written { text, spot: Some(emit.at.clone()), ..Written::default() };
        let known = self.existing(&emit.reach.route, here);
        let may_be_made = emit.conditions.is_empty();
        let counts = matches!(emit.value, EmitValue::Over(_) | EmitValue::Segments(_));
        if known.is_empty() && may_be_made && (counts || self.is_mandatory(emit, here)) {
            // A place without room was told by the rules that filled it.
            self.put_all(&emit.reach.route, &[Want::Value(*cell, by)], here).ok();
            return;
        }
        for segment in known {
            if self.draft.cell(segment, *cell).is_none() && self.meets(segment, &emit.conditions) {
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
