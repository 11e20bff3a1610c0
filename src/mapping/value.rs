//! Values: finds the source of a rule, and gives members what codecs make of it.

use std::borrow::Cow;
use std::ops::Deref;

use serde_json::Value;

use super::apply::{At, PendingOrigin, Reading, Slots, set};
use super::convert::Unfit;
use super::expression::ValueExpression;
use super::file::Spot;
use super::find::{self, Found, Here};
use super::notes::location;
use super::program::{Codec, Condition, Expressions, Reach, Rule, Source, Spread};
use super::stage::{Stage, Stand, part_of_value, place_name, shown};
use super::trace::{StepBy, codec_text};
use crate::base::Diagnostic;
use crate::canon::Kind;
use crate::edi::Segment;
use crate::edi::guide::ElementType;

impl<'m, 't, 'a> Reading<'m, 't, 'a> {
    /// Gives one member its value.
    pub(super) fn value(&mut self, rule: &'m Rule, slot: usize, at: At<'m, 't, 'a>, slots: &mut Slots) {
        self.follow(&rule.sources, &rule.at, std::iter::once(slot), at);
        self.give(rule, slot, at, slots);
        self.followed();
    }

    fn give(&mut self, rule: &'m Rule, slot: usize, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let Some(Sourced { stage, read, codecs, default }) = self.sourced(&rule.sources, &rule.codecs, at.here) else {
            return;
        };
        let place = read.as_ref().map_or(Stand::Nowhere, Read::stand);
        self.stood_in(default);
        let converted = match &rule.expressions {
            Some(Expressions { read: Some(expression), .. }) => {
                match self.expressed(expression, codecs, stage, rule, place) {
                    Ok(Some(value)) => Ok(Stage::Ready(value)),
                    Ok(None) => return,
                    Err(unfit) => Err(unfit),
                }
            }
            // A rule that only writes.
            Some(Expressions { read: None, .. }) => return,
            None => self.convert(codecs, stage, &rule.kind, place),
        };
        match converted {
            Ok(Stage::Ready(value)) => {
                self.trace(read.as_ref(), slot, &rule.at, at);
                self.mark(read);
                self.tell_default(default, slot, at);
                set(slots, slot, Some(value));
            }
            Ok(Stage::Other(code)) => {
                let Some(value) = unlisted_value(rule, &code) else { return };
                self.trace(read.as_ref(), slot, &rule.at, at);
                self.mark(read);
                self.tell_default(default, slot, at);
                set(slots, slot, Some(value));
                if let (Some(code_slot), None) = (rule.code_slot, default) {
                    set(slots, code_slot, Some(Value::from(code)));
                }
            }
            Ok(Stage::Unlisted(code)) => {
                self.unlisted(&code, &rule.at, slot, place, at);
                let Some(value) = unlisted_value(rule, &code) else { return };
                self.trace(read.as_ref(), slot, &rule.at, at);
                self.mark(read);
                set(slots, slot, Some(value));
                if let Some(code_slot) = rule.code_slot {
                    set(slots, code_slot, Some(Value::from(code)));
                }
            }
            // Nothing but `Ready`, `Other` and `Unlisted` comes out of a rule that compiled.
            Ok(Stage::Wire(..) | Stage::Several(_) | Stage::Period(..)) => {}
            Err(unfit) => self.unfit(unfit, &rule.at, slot, place, at),
        }
    }

    /// A value through the expression of its rule.
    fn expressed(
        &mut self,
        expression: &ValueExpression,
        codecs: &[Codec],
        stage: Stage<'a>,
        rule: &Rule,
        place: Stand<'a>,
    ) -> Result<Option<Value>, Unfit> {
        let Stage::Ready(Value::String(text)) = self.convert(codecs, stage, &Kind::Text, place)? else {
            return Ok(None);
        };
        let evaluated = expression.evaluate(&text);
        if let Ok(value) = &evaluated {
            self.step_done(StepBy::Expression, || value.clone().unwrap_or_else(|| "none".to_owned()));
        }
        match evaluated {
            Ok(Some(text)) => self.by_type(&text, ElementType::An, &rule.kind, place).map(Some),
            Ok(None) => Ok(None),
            Err(why) => {
                let finding = Diagnostic::warning("expression-failed", format!("the expression has no value: {why}"));
                self.notes.find(finding.at(location(place.place(), Some(&rule.at), None)));
                Err(Unfit {
                    code: "expression-failed",
                    expected: "a value for which the expression of the rule has one",
                })
            }
        }
    }

    /// Gives the members that one code stands for their values.
    pub(super) fn spread(&mut self, spread: &'m Spread, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let filled = spread.entries.iter().flatten().flatten().map(|(slot, _)| *slot);
        self.follow(&spread.sources, &spread.at, filled, at);
        self.spread_to(spread, at, slots);
        self.followed();
    }

    fn spread_to(&mut self, spread: &'m Spread, at: At<'m, 't, 'a>, slots: &mut Slots) {
        let Some(Sourced { stage, read, codecs, default }) = self.sourced(&spread.sources, &spread.codecs, at.here)
        else {
            return;
        };
        let place = read.as_ref().map_or(Stand::Nowhere, Read::stand);
        let told = spread.unlisted.as_ref().map_or(0, |(slot, ..)| *slot);
        self.stood_in(default);
        let code = match self.convert(codecs, stage, &Kind::Text, place) {
            Ok(Stage::Ready(Value::String(code))) => code,
            Ok(_) => return,
            Err(unfit) => return self.unfit(unfit, &spread.at, told, place, at),
        };
        let entry = self.program.lists.get(spread.list).and_then(|list| list.find(&code));
        if let Some(members) = entry.and_then(|(index, _)| spread.entries.get(index)?.first()) {
            for (slot, value) in members {
                if self.is_followed() {
                    let list = codec_text(&Codec::Code(spread.list), self.program);
                    self.step_done(StepBy::Codec(list), || named(at.section, *slot, value));
                }
                self.trace(read.as_ref(), *slot, &spread.at, at);
            }
            // A code may say that nothing is to be said.
            if let (Some(read), true) = (&read, members.is_empty()) {
                self.use_found(&read.found, at.item, "", &spread.at);
            }
            self.mark(read);
            for (slot, value) in members {
                self.tell_default(default, *slot, at);
                set(slots, *slot, Some(value.clone()));
            }
            return;
        }
        self.unlisted(&code, &spread.at, told, place, at);
        if let Some((slot, word, code_slot)) = &spread.unlisted {
            self.trace(read.as_ref(), *slot, &spread.at, at);
            self.mark(read);
            set(slots, *slot, Some(Value::from(word.as_str())));
            set(slots, *code_slot, Some(Value::from(code)));
        }
    }

    /// The first source that has a value; where none has, the default that the codecs give.
    fn sourced(&mut self, sources: &'m [Source], codecs: &'m [Codec], here: Here<'t, 'a>) -> Option<Sourced<'m, 'a>> {
        let constant = |text: &'m str| Stage::Wire(Cow::Owned(text.to_owned()), ElementType::An);
        for source in sources {
            match source {
                Source::Constant(text) => {
                    return Some(Sourced { stage: constant(text), read: None, codecs, default: None });
                }
                Source::Places { reaches, conditions } => {
                    if let Some(segment) = reaches.first().and_then(|reach| self.finder.source(reach, conditions, here))
                    {
                        let (stage, found) = self.staged(reaches, &segment, here);
                        let read = Some(Read { segment, found, conditions });
                        return Some(Sourced { stage, read, codecs, default: None });
                    }
                }
            }
        }
        codecs.iter().enumerate().find_map(|(index, codec)| match codec {
            Codec::Default { value, .. } => {
                let codecs = codecs.get(index + 1..).unwrap_or_default();
                Some(Sourced { stage: constant(value), read: None, codecs, default: Some(value) })
            }
            _ => None,
        })
    }

    /// What the places of a value say: in the segment that was found, or in one of their own.
    fn staged(&mut self, reaches: &[Reach], segment: &Segment<'a>, here: Here<'t, 'a>) -> (Stage<'a>, FoundAll<'a>) {
        let value =
            |reach: &Reach, own: &Segment<'a>| find::value(&reach.part, own).map(|found| found.with(reach.format));
        if let [reach] = reaches
            && let Some(found) = value(reach, segment)
        {
            let stage = match reach.format {
                Some(format) => Stage::Period(found.text(), find::at_cell(segment, format).text()),
                None => Stage::Wire(found.text(), reach.element_type),
            };
            return (stage, FoundAll::One(found));
        }
        let route = reaches.first().map(|reach| &reach.route);
        let mut values = Vec::new();
        for reach in reaches {
            let own = if Some(&reach.route) == route { Some(*segment) } else { self.finder.source(reach, &[], here) };
            values.push((own.and_then(|own| value(reach, &own)), reach));
        }
        let parts = values.iter().map(|(found, reach)| Some(part_of_value(&(*found)?, reach)));
        let stage = Stage::Several(parts.collect());
        (stage, FoundAll::Several(values.into_iter().filter_map(|(found, _)| found).collect()))
    }

    /// Takes note of where a member is from.
    fn trace(&mut self, read: Option<&Read<'m, 'a>>, slot: usize, rule: &'m Spot, at: At<'m, 't, 'a>) {
        if self.context.trace {
            let places = read.map(|read| read.found.iter().map(|found| found.element.place()).collect());
            let name = at.section.names.get(slot).map_or("", String::as_str);
            self.origins.push(PendingOrigin { item: at.item, name, places: places.unwrap_or_default(), rule });
            if let Some(read) = read {
                self.use_found(&read.found, at.item, name, rule);
                self.use_conditions(read.conditions, &read.segment, at.item, name, rule);
            }
        }
    }

    fn mark(&mut self, read: Option<Read<'m, 'a>>) {
        let Some(read) = read else { return };
        read.found.iter().for_each(|found| found.mark(&mut self.coverage));
        find::mark_conditions(read.conditions, &read.segment, &mut self.coverage);
    }

    fn tell_default(&mut self, default: Option<&str>, slot: usize, at: At<'m, 't, 'a>) {
        if let Some(value) = default {
            let name = at.section.names.get(slot).map_or("", String::as_str);
            self.notes.derive(self.path_of_all(at.item, name), format!("default({value})"));
        }
    }

    fn unlisted(&mut self, code: &str, spot: &Spot, slot: usize, place: Stand<'a>, at: At<'m, 't, 'a>) {
        let name = at.section.names.get(slot).map_or("", String::as_str);
        let shown: String = code.chars().take(40).collect();
        let mut finding =
            Diagnostic::warning("code-unlisted", format!("the code '{shown}' is in no list of the mapping"));
        finding.severity = self.context.unlisted.severity();
        let member = self.path(at.item, name);
        let hint = "ask the partner what it means and add it to the list in the partner's mapping";
        self.notes.find(finding.hinting(hint).at(location(place.place(), Some(spot), Some(member))));
    }

    fn unfit(&mut self, unfit: Unfit, spot: &Spot, slot: usize, place: Stand<'a>, at: At<'m, 't, 'a>) {
        self.step_failed(unfit.code);
        let name = at.section.names.get(slot).map_or("", String::as_str);
        let member = self.path(at.item, name);
        let message = format!("{} cannot be read as {member}", place_name(place));
        let finding = Diagnostic::error(unfit.code, message).expecting(unfit.expected);
        let hint = "ask the partner to send it right, or change the rule in the partner's mapping";
        self.notes.find(finding.hinting(hint).at(location(place.place(), Some(spot), Some(member))));
    }
}

/// A member and its value, for people.
fn named(section: &super::program::Section, slot: usize, value: &Value) -> String {
    format!("{} = {}", section.names.get(slot).map_or("", String::as_str), shown(value))
}

/// What a rule starts from.
struct Sourced<'m, 'a> {
    stage: Stage<'a>,
    /// Nothing for a constant.
    read: Option<Read<'m, 'a>>,
    /// The codecs that are left.
    codecs: &'m [Codec],
    /// The default that stands in for a value.
    default: Option<&'m str>,
}

/// A value that was read, and what made it.
struct Read<'m, 'a> {
    segment: Segment<'a>,
    found: FoundAll<'a>,
    conditions: &'m [Condition],
}

/// The elements that made a value; nearly always there is one.
enum FoundAll<'a> {
    One(Found<'a>),
    Several(Vec<Found<'a>>),
}

impl<'a> Deref for FoundAll<'a> {
    type Target = [Found<'a>];

    fn deref(&self) -> &Self::Target {
        match self {
            Self::One(found) => std::slice::from_ref(found),
            Self::Several(found) => found,
        }
    }
}

impl<'a> Read<'_, 'a> {
    fn stand(&self) -> Stand<'a> {
        self.found.first().map_or(Stand::Segment(self.segment), |found| Stand::Element(found.element))
    }
}

/// What a member becomes when no word stands for the code: `other`, or the code itself where codes are plain text.
fn unlisted_value(rule: &Rule, code: &str) -> Option<Value> {
    match &rule.kind {
        Kind::Text => Some(Value::from(code)),
        Kind::Word(words) if rule.code_slot.is_some() => {
            words.iter().find(|word| word.eq_ignore_ascii_case("other")).map(|word| Value::from(word.as_str()))
        }
        _ => None,
    }
}
