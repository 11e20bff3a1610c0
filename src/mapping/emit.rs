//! Emits: places that only the wire has. They are looked up like rules, and compared when a message is read.

use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::apply::{PendingEmit, Reading, Step};
use super::code::Meaning;
use super::compile::Compiler;
use super::convert;
use super::derive::Expression;
use super::file::{Entry, Node, Value};
use super::find::{self, Found, Visit};
use super::notes::{MAX_FINDINGS, location};
use super::program::{Condition, Emit, EmitValue, Of, PathStep, Reach};
use super::rule::{self, Test};
use super::scan::RuleFault;
use super::scope::Scope;
use super::trace::Purpose;
use crate::base::Diagnostic;
use crate::canon::Shape;
use crate::edi::Tag;
use crate::edi::guide::ElementType;

impl<'c> Compiler<'c> {
    /// The places that only the wire has.
    pub(super) fn emits(&mut self, entry: &Entry, scope: &Scope<'_>, own: &'c Shape) -> Vec<Emit> {
        let Some(table) = entry.node.table() else {
            self.faults.wrong_type(&entry.node, "emit", "a table of places and values, such as { FOB01 = \"'DF'\" }");
            return Vec::new();
        };
        table.entries.iter().filter_map(|entry| self.emit(entry, scope, own)).flatten().collect()
    }

    /// One emit for each value that may stand at the place.
    fn emit(&mut self, entry: &Entry, scope: &Scope<'_>, own: &'c Shape) -> Option<Vec<Emit>> {
        if matches!(entry.node.value, Value::Flag(false)) {
            return None;
        }
        let Some(text) = entry.node.text() else {
            self.faults.wrong_type(&entry.node, &entry.key, "a literal such as \"'08'\", or a path of the document");
            return None;
        };
        let place = rule::EmitPlace::parse(&entry.key);
        if place.is_ok_and(|one| scope.is_gone(&one.place, &entry.at.file)) {
            return None;
        }
        let (reach, conditions) = match emit_place(&entry.key, scope) {
            Ok(place) => place,
            Err(fault) => {
                let mut diagnostic = Diagnostic::error("unknown-place", fault.message);
                (diagnostic.expected, diagnostic.hint) = (fault.expected, fault.hint);
                self.faults.at(&entry.at, diagnostic);
                return None;
            }
        };
        for condition in &conditions {
            self.holdable(&entry.at, condition);
        }
        let parsed = self.faults.parsed(&entry.node, rule::Emit::parse(text))?;
        for value in &parsed {
            if let rule::Emit::Constant(text) = value {
                self.has_room(&entry.node.at, &reach, text);
            }
        }
        let values: Vec<_> = parsed.into_iter().map(|value| self.emit_value(&entry.node, value, own)).collect();
        let emit = |value: Option<EmitValue>| {
            let (reach, conditions) = (reach.clone(), conditions.clone());
            Some(Emit { reach, conditions, value: value?, at: entry.node.at.clone() })
        };
        values.into_iter().map(emit).collect()
    }

    fn emit_value(&mut self, node: &Node, emit: rule::Emit, own: &'c Shape) -> Option<EmitValue> {
        Some(match emit {
            rule::Emit::Constant(text) => EmitValue::Constant(text),
            rule::Emit::Count(path) => EmitValue::Over(Expression::Count(self.path(&node.at, &path, self.shape)?.0)),
            rule::Emit::Sum(path) => {
                let path = self.path(&node.at, &path, self.shape)?.0;
                EmitValue::Over(Expression::Sum { path, only: None })
            }
            rule::Emit::Segments(tag) => EmitValue::Segments(Tag::new(tag.as_bytes())),
            rule::Emit::Levels(codecs) => {
                let list = self.emit_list(node, &codecs)?;
                if list.is_none() {
                    let fault = Diagnostic::error("codec-arguments", "levels are written as a code");
                    self.faults.at(&node.at, fault.expecting("levels() | code(list)"));
                }
                EmitValue::Levels(list?)
            }
            rule::Emit::Member { outward, path, codecs } => {
                let shape = match outward.checked_sub(1) {
                    None => Some(own),
                    Some(further) => self.outer.iter().rev().nth(further).copied(),
                };
                let Some(shape) = shape else {
                    let message = format!("there are no {outward} items around this section");
                    self.faults.at(&node.at, Diagnostic::error("unknown-member", message));
                    return None;
                };
                let is_like_a_code = path.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                if is_like_a_code {
                    let fault = Diagnostic::error("unknown-member", format!("the document has no member '{path}'"));
                    self.faults.at(&node.at, fault.hinting(format!("a code has quotes of its own: \"'{path}'\"")));
                    return None;
                }
                let (steps, found) = self.path(&node.at, &path, shape)?;
                let array = steps.iter().any(|step| matches!(step, PathStep::Items(_)));
                if array || matches!(found, Shape::Object(_)) {
                    let what = if array { "an array" } else { "an object" };
                    let fault =
                        Diagnostic::error("type-clash", format!("'{path}' is {what}, an element has one value"));
                    self.faults.at(&node.at, fault.expecting("a member that is one value, or count(array)"));
                    return None;
                }
                let path = steps;
                let list = self.emit_list(node, &codecs)?;
                EmitValue::Member { outward, path, list }
            }
        })
    }
}

impl Compiler<'_> {
    /// The list of an emit's codec, where it has one.
    fn emit_list(&mut self, node: &Node, codecs: &[rule::Codec]) -> Option<Option<usize>> {
        match codecs {
            [] => Some(None),
            [codec] if codec.name == "code" => {
                let name = codec.arguments.first().and_then(|words| words.first()).cloned().unwrap_or_default();
                Some(Some(self.list_index(&node.spot_in(codec.at), &name)?))
            }
            [codec, ..] => {
                let fault = Diagnostic::error("codec-arguments", "an emit takes one codec only");
                self.faults.at(&node.spot_in(codec.at), fault.expecting("code(list)"));
                None
            }
        }
    }
}

/// Looks up where an emit writes. Its conditions speak of the same segment.
fn emit_place(text: &str, scope: &Scope<'_>) -> Result<(Reach, Vec<Condition>), RuleFault> {
    let rule::EmitPlace { place, conditions } = rule::EmitPlace::parse(text)?;
    if place.from == rule::From::Message {
        return Err(RuleFault::new(0, "an emit completes a segment of its own section")
            .expecting("a place without '/' at its start"));
    }
    let condition = |condition: rule::Condition| {
        if condition.place.segment != place.segment {
            let message = format!("'{}' is another segment than '{}'", condition.place.segment, place.segment);
            return Err(RuleFault::new(0, message).expecting(format!("an element of {}", place.segment)));
        }
        let same = rule::Place { from: place.from.clone(), loops: place.loops.clone(), ..condition.place };
        Ok(Condition { reach: scope.reach(&same)?, test: condition.test, of: Of::Own })
    };
    let conditions = conditions.into_iter().map(condition).collect::<Result<_, _>>()?;
    Ok((scope.reach(&place)?, conditions))
}

/// A place whose value is none of those that emits would write there.
struct Differing<'m, 'a> {
    emit: &'m Emit,
    found: Found<'a>,
    /// As much of the values as is told; nothing where there are more places than findings.
    expected: Vec<String>,
}

/// The most characters of a value that are told.
const MAX_SHOWN: usize = 40;

/// Emits for one place stand close to each other; so many are looked back for one of the same place.
const MAX_ALTERNATIVES: usize = 16;

impl<'m> Reading<'m, '_, '_> {
    /// Compares what stands at the places of `emit` with what would be written there. An equal value is used by that;
    /// another one stays unmapped, with a finding. Of several emits for one place, one that is equal is enough.
    pub(super) fn compare_emits(&mut self, document: &Json) {
        let mut differing: Vec<Differing<'_, '_>> = Vec::new();
        // What speaks of the whole document is worked out once, however many items have such an emit.
        let mut whole: Vec<(&Emit, Option<Json>)> = Vec::new();
        for PendingEmit { emit, here, item } in std::mem::take(&mut self.emits) {
            let mut seen = Vec::new();
            self.finder.segments(&emit.reach.route, here, &mut |segment| {
                if find::hold_of(&emit.conditions, &segment) {
                    seen.push(segment);
                }
                Visit::GoOn
            });
            for segment in seen {
                let Some(found) = find::value(&emit.reach.part, &segment) else { continue };
                if found.is_used(&self.coverage) {
                    self.compare_meaning(emit, &found, item, document);
                    continue;
                }
                let is_whole = matches!(emit.value, EmitValue::Over(_) | EmitValue::Segments(_));
                let expected = match whole.iter().find(|(known, _)| std::ptr::eq(*known, emit)) {
                    Some((_, expected)) => expected.clone(),
                    None => self.emitted(emit, item, document),
                };
                if is_whole && !whole.iter().any(|(known, _)| std::ptr::eq(*known, emit)) {
                    whole.push((emit, expected.clone()));
                }
                if expected.as_ref().is_some_and(|expected| self.is_equal(emit, &found, expected)) {
                    found.mark(&mut self.coverage);
                    find::mark_conditions(&emit.conditions, &segment, &mut self.coverage);
                    self.note_use(found.element, Purpose::Emit, item, "", Some(&emit.at));
                    continue;
                }
                let is_told = differing.len() < MAX_FINDINGS;
                let expected = expected.filter(|_| is_told).map(|value| match value.as_str() {
                    Some(text) => text.chars().take(MAX_SHOWN).collect(),
                    None => value.to_string().chars().take(MAX_SHOWN).collect::<String>(),
                });
                match differing.iter_mut().rev().take(MAX_ALTERNATIVES).find(|one| one.found.is_same(&found)) {
                    Some(one) => one.expected.extend(expected.filter(|other| !one.expected.contains(other))),
                    None => differing.push(Differing { emit, found, expected: expected.into_iter().collect() }),
                }
            }
        }
        for Differing { emit, found, expected } in differing {
            if found.is_used(&self.coverage) {
                continue;
            }
            let shown: String = found.text().chars().take(MAX_SHOWN).collect();
            let message = format!("'{shown}' stands there and no member of the document takes it");
            let mut finding = Diagnostic::info("emit-differs", message);
            finding.expected = (!expected.is_empty()).then(|| expected.join(" or "));
            self.notes.find(finding.at(location(Some(found.element.place()), Some(&emit.at), None)));
        }
    }

    /// A rule allows several codes at the place, and a member elsewhere says which: a code with another meaning was read
    /// as if it had that one.
    fn compare_meaning(&mut self, emit: &Emit, found: &Found<'_>, item: usize, document: &Json) {
        let EmitValue::Member { list: Some(list), .. } = &emit.value else { return };
        let allows = |condition: &Condition| matches!(condition.test, Test::OneOf(_)) && condition.reach == emit.reach;
        if !emit.conditions.iter().any(allows) {
            return;
        }
        let text = found.text();
        let entry = self.program.lists.get(*list).and_then(|list| list.find(&text));
        let Some(Meaning::Word(word)) = entry.map(|(_, entry)| &entry.meaning) else { return };
        let Some(expected) = self.emitted(emit, item, document).filter(|expected| expected.as_str() != Some(word))
        else {
            return;
        };
        let EmitValue::Member { path, .. } = &emit.value else { return };
        let member = path.iter().map(|step| step.name()).collect::<Vec<_>>().join(".");
        let expected = expected.as_str().map_or_else(|| expected.to_string(), str::to_owned);
        let message = format!("'{text}' means {word}, and {member} of the document is {expected}");
        let finding = Diagnostic::error("meaning-differs", message).expecting(expected);
        let finding =
            finding.hinting("give the code its meaning in the partner's mapping, or ask the partner for one meaning");
        self.notes.find(finding.at(location(Some(found.element.place()), Some(&emit.at), None)));
    }

    /// What an emit would write, as a value of the document.
    fn emitted(&self, emit: &Emit, item: usize, document: &Json) -> Option<Json> {
        match &emit.value {
            EmitValue::Constant(text) => Some(Json::from(text.as_str())),
            EmitValue::Segments(tag) => Some(Json::from(find::count_segments(self.tree, *tag))),
            // Which levels there are says the tree itself; another way to say it is no difference.
            EmitValue::Levels(_) => None,
            EmitValue::Over(expression) => {
                expression.evaluate(document, 1).ok().map(|value| Json::from(value.to_string()))
            }
            EmitValue::Member { outward, path, .. } => {
                let item = self.outward(item, *outward)?;
                let mut value = self.value_of(item, document)?;
                for step in path {
                    value = value.get(step.name())?;
                }
                Some(value.clone())
            }
        }
    }

    /// The item so many steps out; tables of rules inside an item are part of it.
    fn outward(&self, item: usize, steps: usize) -> Option<usize> {
        let mut item = item;
        for _ in 0..steps {
            while let Step::Table(_) = self.items.get(item)?.step {
                item = self.items.get(item)?.parent;
            }
            item = self.items.get(item)?.parent;
            while let Step::Table(_) = self.items.get(item)?.step {
                item = self.items.get(item)?.parent;
            }
        }
        Some(item)
    }

    fn value_of<'d>(&self, item: usize, document: &'d Json) -> Option<&'d Json> {
        let found = self.items.get(item)?;
        match found.step {
            Step::Root => Some(document),
            Step::Table(name) | Step::Member(name) => self.value_of(found.parent, document)?.get(name),
            Step::Index(name, index) => self.value_of(found.parent, document)?.get(name)?.get(index),
        }
    }

    fn is_equal(&self, emit: &Emit, found: &Found<'_>, expected: &Json) -> bool {
        let text = found.text();
        if let EmitValue::Member { list: Some(list), .. } = &emit.value {
            let entry = self.program.lists.get(*list).and_then(|list| list.find(&text));
            return match entry.map(|(_, entry)| &entry.meaning) {
                Some(Meaning::Word(word)) => expected.as_str() == Some(word),
                Some(Meaning::Members(_)) => false,
                // A code that no list has is what the member carries too.
                None => expected.as_str() == Some(&*text),
            };
        }
        match expected {
            Json::String(expected) if *expected == *text => true,
            Json::String(expected) => same_value(&text, emit.reach.element_type, expected),
            Json::Number(expected) => same_value(&text, emit.reach.element_type, &expected.to_string()),
            _ => false,
        }
    }
}

/// Whether a wire value and a member are the same number, or the same day.
fn same_value(text: &str, element_type: ElementType, expected: &str) -> bool {
    if element_type == ElementType::Dt {
        return convert::day(text, None).is_ok_and(|day| day.date.to_string() == expected);
    }
    let wire = convert::decimal(text, element_type).ok().and_then(|text| text.parse::<Decimal>().ok());
    wire.is_some() && wire == expected.parse().ok()
}
