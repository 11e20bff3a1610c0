//! What happens to a document when it is read: members are derived, parties get our ids, emits are compared, and the
//! whole is held against its schema.

use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

use super::apply::{Item, PendingEmit, Reading, Step};
use super::context::PartyEntry;
use super::derive::{Derivation, NoValue, minor_digits, round};
use super::find::{self, Found, Visit};
use super::notes::location;
use super::program::{Emit, EmitValue, PathStep, path_text};
use crate::base::Diagnostic;
use crate::canon::{DocumentType, Kind, Shape, check, push_index, push_member};
use crate::edi::guide::ElementType;

/// A party of the agreement as an object of the document.
pub(super) fn party_object(party: &PartyEntry) -> Value {
    let mut object = Map::new();
    object.insert("id".to_owned(), Value::from(party.id.as_str()));
    if let Some(name) = &party.name {
        object.insert("name".to_owned(), Value::from(name.as_str()));
    }
    object.insert("identifiers".to_owned(), json!([{"scheme": party.scheme, "value": party.value}]));
    Value::Object(object)
}

impl<'m> Reading<'m, '_, '_> {
    /// Evaluates the derivations, in the order of their dependencies.
    pub(super) fn derive(&mut self, document: &mut Value, shape: &Shape) {
        let currency = document.get("currency").and_then(Value::as_str).unwrap_or_default();
        let digits = minor_digits(currency);
        for derivation in &self.program.derive {
            let target = derivation.target.as_slice();
            let length =
                target.iter().rposition(|step| matches!(step, PathStep::Items(_))).map_or(0, |index| index + 1);
            let (to_item, to_member) = target.split_at_checked(length).unwrap_or_default();
            let mut walk = Walk { reading: self, derivation, digits, to_member, path: String::new() };
            walk.items(document, to_item, shape, 1);
        }
    }

    /// Gives parties our ids: by any identifier, else by the exact name, and only if one party fits.
    pub(super) fn identify(&mut self, document: &mut Value) {
        if self.context.parties.is_empty() {
            return;
        }
        let program = self.program;
        for path in &program.parties {
            let mut found = false;
            visit(document, path, &mut |party| {
                let Value::Object(members) = party else { return };
                if members.contains_key("id") {
                    return;
                }
                if let Some(id) = id_of(members, self.context.parties) {
                    members.shift_insert(0, "id".to_owned(), Value::from(id));
                    found = true;
                }
            });
            if found {
                self.notes.derive(format!("{}.id", path_text(path)), "parties");
            }
        }
    }

    /// Compares what stands at the places of `emit` with what would be written there. An equal value is used by that;
    /// another one stays unmapped, with a finding. Of several emits for one place, one that is equal is enough.
    pub(super) fn compare_emits(&mut self, document: &Value) {
        let mut differing = Vec::new();
        for PendingEmit { emit, here, item } in std::mem::take(&mut self.emits) {
            find::segments(&emit.reach.route, here, &mut |segment| {
                let Some(found) = find::value(&emit.reach.part, &segment) else { return Visit::GoOn };
                if found.is_used(&self.coverage) {
                    return Visit::GoOn;
                }
                match self.emitted(emit, item, document) {
                    Some(expected) if self.is_equal(emit, &found, &expected) => found.mark(&mut self.coverage),
                    expected => differing.push((emit, found, expected)),
                }
                Visit::GoOn
            });
        }
        for (emit, found, expected) in differing {
            if found.is_used(&self.coverage) {
                continue;
            }
            let shown: String = found.text().chars().take(40).collect();
            let message = format!("'{shown}' stands there and no member of the document takes it");
            let mut finding = Diagnostic::info("emit-differs", message);
            finding.expected = expected.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            self.notes.find(finding.at(location(Some(found.element.place()), Some(&emit.at), None)));
        }
    }

    /// What an emit would write, as a value of the document.
    fn emitted(&self, emit: &Emit, item: usize, document: &Value) -> Option<Value> {
        match &emit.value {
            EmitValue::Constant(text) => Some(Value::from(text.as_str())),
            EmitValue::Segments(tag) => Some(Value::from(find::count_segments(self.tree, *tag))),
            EmitValue::Count(path) => evaluated(super::derive::Expression::Count(path.clone()), document),
            EmitValue::Sum(path) => {
                evaluated(super::derive::Expression::Sum { path: path.clone(), only: None }, document)
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

    fn value_of<'d>(&self, item: usize, document: &'d Value) -> Option<&'d Value> {
        let found = self.items.get(item)?;
        match found.step {
            Step::Root => Some(document),
            Step::Table(name) | Step::Member(name) => self.value_of(found.parent, document)?.get(name),
            Step::Index(name, index) => self.value_of(found.parent, document)?.get(name)?.get(index),
        }
    }

    fn is_equal(&self, emit: &Emit, found: &Found<'_>, expected: &Value) -> bool {
        let text = found.text();
        if let EmitValue::Member { list: Some(list), .. } = &emit.value {
            let entry = self.program.lists.get(*list).and_then(|list| list.find(&text));
            return match entry.map(|(_, entry)| &entry.meaning) {
                Some(super::code::Meaning::Word(word)) => expected.as_str() == Some(word),
                Some(super::code::Meaning::Members(_)) => false,
                // A code that no list has is what the member carries too.
                None => expected.as_str() == Some(&*text),
            };
        }
        match expected {
            Value::String(expected) if *expected == *text => true,
            Value::String(expected) => same_value(&text, emit.reach.element_type, expected),
            Value::Number(expected) => same_value(&text, emit.reach.element_type, &expected.to_string()),
            _ => false,
        }
    }

    /// Holds the document against its schema, and says for each fault which rule should have given the member, and
    /// where on the wire the object around it stands.
    pub(super) fn check(&mut self, document: &Value, known: &DocumentType) {
        for mut fault in check(document, known.name) {
            let path = fault.location.member.clone().unwrap_or_default();
            let around = path.rsplit_once('.').map_or("", |(around, _)| around);
            let place =
                (1..self.items.len()).find(|item| self.path(*item, "") == around).and_then(|item| self.place(item));
            let generic = without_indices(&path);
            let own =
                self.program.spots.iter().find(|(known, _)| *known == generic || format!("{generic}[*]") == *known);
            let spot = own.map(|(_, spot)| spot);
            fault.location = location(place, spot, Some(path));
            if fault.hint.is_none() {
                fault.hint = Some("ask the partner to send it, or give a rule that finds it".to_owned());
            }
            self.notes.find(fault);
        }
    }

    fn place(&self, item: usize) -> Option<crate::edi::Place> {
        self.items.get(item).and_then(|Item { place, .. }| *place)
    }
}

fn evaluated(expression: super::derive::Expression, document: &Value) -> Option<Value> {
    expression.evaluate(document, 1).ok().map(|value| Value::from(value.to_string()))
}

/// Whether a wire value and a member are the same number, or the same day.
fn same_value(text: &str, element_type: ElementType, expected: &str) -> bool {
    if element_type == ElementType::Dt {
        return super::convert::day(text, None).is_ok_and(|day| day.date.to_string() == expected);
    }
    let wire = super::convert::decimal(text, element_type).ok().and_then(|text| text.parse::<Decimal>().ok());
    wire.is_some() && wire == expected.parse().ok()
}

fn without_indices(path: &str) -> String {
    let mut generic = String::with_capacity(path.len());
    let mut inside = false;
    for next in path.chars() {
        match next {
            '[' => {
                inside = true;
                generic.push_str("[*]");
            }
            ']' => inside = false,
            next if !inside => generic.push(next),
            _ => {}
        }
    }
    generic
}

/// Visits every value at the end of a path.
fn visit(value: &mut Value, path: &[PathStep], seen: &mut dyn FnMut(&mut Value)) {
    let Some((step, rest)) = path.split_first() else { return seen(value) };
    match (step, value.get_mut(step.name())) {
        (PathStep::Items(_), Some(Value::Array(items))) => items.iter_mut().for_each(|item| visit(item, rest, seen)),
        (PathStep::Member(_), Some(inner)) => visit(inner, rest, seen),
        _ => {}
    }
}

fn id_of(members: &Map<String, Value>, parties: &[PartyEntry]) -> Option<String> {
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let identifiers = members.get("identifiers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_identified = |party: &&PartyEntry| {
        identifiers.iter().any(|identifier| {
            text(identifier, "scheme").as_deref() == Some(&party.scheme)
                && text(identifier, "value").as_deref() == Some(&party.value)
        })
    };
    let mut ids: Vec<&str> = parties.iter().filter(is_identified).map(|party| party.id.as_str()).collect();
    if ids.is_empty() {
        let name = members.get("name").and_then(Value::as_str)?;
        ids =
            parties.iter().filter(|party| party.name.as_deref() == Some(name)).map(|party| party.id.as_str()).collect();
    }
    ids.dedup();
    match ids.as_slice() {
        [only] => Some((*only).to_owned()),
        _ => None,
    }
}

/// A derivation on its way through the document.
struct Walk<'w, 'm, 't, 'a> {
    reading: &'w mut Reading<'m, 't, 'a>,
    derivation: &'m Derivation,
    digits: u32,
    to_member: &'m [PathStep],
    path: String,
}

impl Walk<'_, '_, '_, '_> {
    /// Goes to every item on the way.
    fn items(&mut self, value: &mut Value, steps: &[PathStep], shape: &Shape, position: usize) {
        let Some((step, rest)) = steps.split_first() else { return self.item(value, shape, position) };
        let Some(member) = shape.member(step.name()) else { return };
        let length = self.path.len();
        push_member(&mut self.path, step.name());
        match (&member.shape, value.get_mut(step.name())) {
            (Shape::Array { item, .. }, Some(Value::Array(items))) => {
                for (index, inner) in items.iter_mut().enumerate() {
                    let length = self.path.len();
                    push_index(&mut self.path, index);
                    self.items(inner, rest, item, index + 1);
                    self.path.truncate(length);
                }
            }
            (Shape::Array { .. }, _) => {}
            (inner, Some(found)) => self.items(found, rest, inner, position),
            (_, None) => {}
        }
        self.path.truncate(length);
    }

    /// Fills or compares the member of one item.
    fn item(&mut self, item: &mut Value, shape: &Shape, position: usize) {
        let value = match self.derivation.expression.evaluate(item, position) {
            Ok(value) => self.in_form(value),
            Err(NoValue::Absent) => return,
            Err(NoValue::Arithmetic(why)) => return self.cannot(why),
        };
        let Some((last, way)) = self.to_member.split_last() else { return };
        let (mut holder, mut shape) = (item, shape);
        for step in way {
            // Objects on the way are made at the top of the document only: `totals` is, a line's `price` is not.
            let is_top = self.derivation.target.len() == self.to_member.len();
            let Some(member) = shape.member(step.name()) else { return };
            if holder.get(step.name()).is_none() && is_top {
                insert(holder, shape, step.name(), Value::Object(Map::new()));
            }
            let Some(inner) = holder.get_mut(step.name()) else { return };
            (holder, shape) = (inner, &member.shape);
        }
        match holder.get(last.name()) {
            Some(found) => {
                let found = found.clone();
                self.compare(&found, value);
            }
            None => {
                if let Some(made) = self.made(value) {
                    insert(holder, shape, last.name(), made);
                    self.reading.notes.derive(path_text(&self.derivation.target), self.derivation.text.as_str());
                }
            }
        }
    }

    /// Amounts take the digits of the currency's smaller unit, unless the expression rounds.
    fn in_form(&self, value: Decimal) -> Decimal {
        let is_amount = self.derivation.kind == Kind::Decimal
            && self.derivation.target.last().is_some_and(|step| step.name().to_lowercase().ends_with("amount"));
        if is_amount && !self.derivation.expression.is_rounded() { round(value, self.digits) } else { value }
    }

    fn made(&self, value: Decimal) -> Option<Value> {
        match self.derivation.kind {
            Kind::Integer => {
                let whole = value.normalize();
                (whole.scale() == 0).then(|| i64::try_from(whole).ok()).flatten().map(Value::from)
            }
            _ => Some(Value::from(value.to_string())),
        }
    }

    /// A value that was sent stays; that it differs is told. A position is never compared.
    fn compare(&mut self, found: &Value, value: Decimal) {
        if self.derivation.expression == super::derive::Expression::Position {
            return;
        }
        let sent = match found {
            Value::String(text) => text.parse::<Decimal>().ok(),
            Value::Number(number) => number.as_i64().map(Decimal::from),
            _ => None,
        };
        if sent == Some(value) {
            return;
        }
        let shown = found.as_str().map_or_else(|| found.to_string(), str::to_owned);
        let message = format!("{shown} was sent and {} gives {value}", self.derivation.text);
        self.tell(Diagnostic::warning("derive-differs", message).expecting(value.to_string()));
    }

    fn cannot(&mut self, why: &str) {
        self.tell(Diagnostic::warning("derive-failed", format!("{} has no value: {why}", self.derivation.text)));
    }

    fn tell(&mut self, finding: Diagnostic) {
        let mut member = self.path.clone();
        self.to_member.iter().for_each(|step| push_member(&mut member, step.name()));
        self.reading.notes.find(finding.at(location(None, Some(&self.derivation.at), Some(member))));
    }
}

/// Puts a member where the schema has it.
fn insert(holder: &mut Value, shape: &Shape, name: &str, value: Value) {
    let Value::Object(members) = holder else { return };
    let before = shape.members().iter().take_while(|member| member.name != name);
    let index = before.filter(|member| members.contains_key(&member.name)).count();
    members.shift_insert(index, name.to_owned(), value);
}
