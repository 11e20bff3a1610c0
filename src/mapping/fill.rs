//! What happens to a document when all rules were applied: members are derived, and the whole is held against its schema.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::apply::{Item, Reading};
use super::derive::{Derivation, NoValue, minor_digits, round};
use super::file::Spot;
use super::notes::{Notes, location};
use super::program::{PathStep, Program, path_text};
use crate::base::Diagnostic;
use crate::canon::{DocumentType, Kind, Shape, check, push_index, push_member};

/// Evaluates the derivations, in the order of their dependencies.
pub(super) fn derive(program: &Program, document: &mut Value, shape: &Shape, notes: &mut Notes) {
    let currency = document.get("currency").and_then(Value::as_str).unwrap_or_default();
    let digits = minor_digits(currency);
    for derivation in &program.derive {
        let target = derivation.target.as_slice();
        let length = target.iter().rposition(|step| matches!(step, PathStep::Items(_))).map_or(0, |index| index + 1);
        let (to_item, to_member) = target.split_at_checked(length).unwrap_or_default();
        let mut walk = Walk { notes, derivation, digits, to_member, path: String::new(), is_told: false };
        walk.items(document, to_item, shape, 1);
    }
}

/// The rule that a path of one document stands for.
pub(super) fn spot_of<'p>(program: &'p Program, path: &str) -> Option<&'p Spot> {
    let generic = without_indices(path);
    let is_meant = |known: &str| known.strip_prefix(generic.as_str()).is_some_and(|rest| matches!(rest, "" | "[*]"));
    let own = program.spots.iter().find(|(known, _)| is_meant(known));
    own.map(|(_, spot)| spot)
}

impl Reading<'_, '_, '_> {
    /// Holds the document against its schema, and says for each fault which rule should have given the member, and
    /// where on the wire the object around it stands.
    pub(super) fn check(&mut self, document: &Value, known: &DocumentType) {
        let faults = check(document, known.name);
        let places: BTreeMap<String, usize> = match faults.is_empty() {
            true => BTreeMap::new(),
            false => (1..self.items.len()).map(|item| (self.path(item, ""), item)).collect(),
        };
        for mut fault in faults {
            let path = fault.location.member.clone().unwrap_or_default();
            let around = path.rsplit_once('.').map_or("", |(around, _)| around);
            let place = places.get(around).and_then(|item| self.place(*item));
            fault.location = location(place, spot_of(self.program, &path), Some(path));
            if fault.hint.is_none() {
                fault.hint = Some("ask the partner to send it, or give a rule that finds it".to_owned());
            }
            self.notes.find(fault);
        }
    }

    fn place(&self, item: usize) -> Option<crate::edi::Place> {
        self.items.get(item).and_then(|Item { first, .. }| first.map(|segment| segment.place()))
    }
}

/// The path of all such members: `lines[*].price` of `lines[2].price`.
pub(super) fn without_indices(path: &str) -> String {
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

/// A derivation on its way through the document.
struct Walk<'w> {
    notes: &'w mut Notes,
    derivation: &'w Derivation,
    digits: u32,
    to_member: &'w [PathStep],
    path: String,
    /// That the member was derived is told once for all items.
    is_told: bool,
}

impl Walk<'_> {
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
                    if !std::mem::replace(&mut self.is_told, true) {
                        let path = path_text(&self.derivation.target);
                        self.notes.derive(path, self.derivation.text.as_str());
                    }
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
        self.notes.find(finding.at(location(None, Some(&self.derivation.at), Some(member))));
    }
}

/// Puts a member where the schema has it.
fn insert(holder: &mut Value, shape: &Shape, name: &str, value: Value) {
    let Value::Object(members) = holder else { return };
    let before = shape.members().iter().take_while(|member| member.name != name);
    let index = before.filter(|member| members.contains_key(&member.name)).count();
    members.shift_insert(index, name.to_owned(), value);
}
