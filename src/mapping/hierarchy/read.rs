//! From the tree to lines and handling units.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::merge::{self, Differing};
use super::{Form, Hierarchy, Items, Role, TreeIndex, at};
use crate::base::Diagnostic;
use crate::mapping::apply::{At, Item, Reading, Slots, Step, set};
use crate::mapping::find::Here;
use crate::mapping::notes::location;
use crate::mapping::program::{Cell, PathStep, Sub};
use crate::mapping::trace::Purpose;

/// A handling unit as it grows.
struct Unit {
    members: Map<String, Value>,
    contents: Vec<Content>,
}

/// How much of a line a unit holds.
struct Content {
    line: usize,
    quantity: Value,
    lot: Option<Value>,
    serials: Option<Value>,
}

/// What was made of the levels so far.
#[derive(Default)]
struct Made {
    /// Lines as they grow, level by level.
    lines: Vec<Value>,
    line_of_key: BTreeMap<String, usize>,
    units: Vec<Unit>,
    /// For each node the unit that it is.
    unit_of_node: BTreeMap<usize, usize>,
    unit_of_key: BTreeMap<String, usize>,
    /// Ids are a letter of the type and a counter for each letter.
    counters: BTreeMap<char, usize>,
    has_shipment: bool,
}

impl<'m, 't, 'a> Reading<'m, 't, 'a> {
    /// Fills a document from the levels of its message.
    pub(in crate::mapping) fn hierarchy(&mut self, hierarchy: &'m Hierarchy, names: &'m [String], slots: &mut Slots) {
        let mut made = Made::default();
        for number in 0..self.finder.levels.nodes().len() {
            if self.is_full() {
                break;
            }
            let Some(node) = self.finder.levels.nodes().get(number).copied() else { continue };
            let Some(here) = self.finder.level(node.instance) else { continue };
            self.own(here);
            match node.level.and_then(|level| hierarchy.role(level)) {
                Some(Role::Shipment) if std::mem::replace(&mut made.has_shipment, true) => self.second_shipment(here),
                Some(Role::Shipment) => {
                    if let Some(section) = &hierarchy.shipment {
                        self.fill(section, At { here, item: 0, section }, slots);
                    }
                }
                Some(Role::Unit(kind)) => self.unit(hierarchy, kind.as_deref(), number, here, &mut made),
                Some(Role::Line) => self.line(&hierarchy.lines, number, here, &mut made),
                Some(Role::Order) => {}
                None if hierarchy.form == Form::Packed => {}
                None => self.unknown_level(here),
            }
        }
        let slot = |name: &str| names.iter().position(|known| known == name);
        if let (Some(slot), false) = (slot("handlingUnits"), made.units.is_empty()) {
            let units = made.units.into_iter().map(|unit| finished(unit, &made.lines));
            set(slots, slot, Some(units.collect()));
        }
        if let Some(slot) = slot("lines") {
            set(slots, slot, Some(Value::Array(made.lines)));
        }
    }

    /// The numbers and codes that make the tree are the engine's.
    fn own(&mut self, here: Here<'t, 'a>) {
        let Here::Loop(instance) = here else { return };
        let is_level = instance.definition().is_some_and(|definition| definition.hierarchy.is_some());
        if let (Some(first), true) = (instance.first(), is_level) {
            for number in 1..=first.element_count() {
                self.coverage.mark(&first, Cell { number, sub: Sub::default() });
                self.note_use(first.element(number), Purpose::Level, 0, "", None);
            }
        }
    }

    fn unknown_level(&mut self, here: Here<'t, 'a>) {
        let Some(first) = here.first() else { return };
        let level = first.element(3);
        let message = format!("the mapping has no level '{}'", level.text());
        let finding = Diagnostic::warning("level-unknown", message);
        let hint =
            "add it to 'levels' in the partner's mapping; what stands at it is not read, what stands below it is";
        self.notes.find(finding.hinting(hint).at(location(Some(level.place()), None, None)));
    }

    fn second_shipment(&mut self, here: Here<'t, 'a>) {
        let finding = Diagnostic::warning("level-twice", "the message has a second level for the shipment");
        let hint = "ask the partner to send a message for each shipment; what stands at this level is not read";
        self.notes.find(finding.hinting(hint).at(location(here.first().map(|first| first.place()), None, None)));
    }

    fn unit(&mut self, hierarchy: &'m Hierarchy, kind: Option<&str>, node: usize, here: Here<'t, 'a>, made: &mut Made) {
        let Some(items) = &hierarchy.units else { return };
        let section = &items.section;
        let step = Step::Index("handlingUnits", made.units.len());
        let item = self.item(step, here);
        let mut slots: Slots = vec![None; section.names.len()];
        self.fill(section, At { here, item, section }, &mut slots);
        let mut members = self.gathered(section, slots);
        let key = key_of(&Value::Object(members.clone()), &items.key).filter(|_| !items.key.is_empty());
        let around = self.finder.levels.above(node).find_map(|node| made.unit_of_node.get(&node));
        let around = around.and_then(|unit| made.units.get(*unit)).and_then(|unit| unit.members.get("id")).cloned();
        if let Some(known) = key.as_ref().and_then(|key| made.unit_of_key.get(key)).copied() {
            made.unit_of_node.insert(node, known);
            // Where it stands is part of what a level says; in nothing is a place, too.
            members.insert("parentId".to_owned(), around.unwrap_or_default());
            members.shift_remove("type");
            self.merge_unit(known, members, item, here, made);
            return;
        }
        let kind = kind.map(str::to_owned).or_else(|| members.get("type").and_then(Value::as_str).map(str::to_owned));
        let kind = kind.unwrap_or_else(|| "other".to_owned());
        let letter = kind.chars().next().unwrap_or('o').to_ascii_uppercase();
        let counter = made.counters.entry(letter).or_insert(0);
        *counter += 1;
        let mut ordered = Map::new();
        ordered.insert("id".to_owned(), Value::from(format!("{letter}{counter}")));
        ordered.extend(around.map(|id| ("parentId".to_owned(), id)));
        ordered.insert("type".to_owned(), Value::from(kind));
        members.shift_remove("type");
        ordered.append(&mut members);
        made.unit_of_node.insert(node, made.units.len());
        made.unit_of_key.extend(key.map(|key| (key, made.units.len())));
        made.units.push(Unit { members: ordered, contents: Vec::new() });
    }

    /// A level that is a unit which is there already.
    fn merge_unit(
        &mut self,
        known: usize,
        level: Map<String, Value>,
        item: usize,
        here: Here<'t, 'a>,
        made: &mut Made,
    ) {
        if let Some(step) = self.items.get_mut(item) {
            step.step = Step::Index("handlingUnits", known);
        }
        let Some(unit) = made.units.get_mut(known) else { return };
        let place = here.first().map(|segment| segment.place());
        let is_in_nothing = !unit.members.contains_key("parentId");
        unit.members.entry("parentId").or_insert(Value::Null);
        let differing = merge::merge_unit(&mut unit.members, level);
        if is_in_nothing {
            unit.members.shift_remove("parentId");
        }
        for Differing { path, kept, other } in differing {
            let message = format!("levels of one unit say '{kept}' and '{other}' for {path}: the first is taken");
            let member = Some(format!("handlingUnits[{known}].{path}"));
            let hint = "ask the partner which holds, or add the member to the units' 'key' in the mapping";
            let finding = Diagnostic::warning("unit-merge", message).hinting(hint);
            self.notes.find(finding.at(location(place, None, member)));
        }
    }

    fn line(&mut self, items: &'m Items, node: usize, here: Here<'t, 'a>, made: &mut Made) {
        let section = &items.section;
        let item = self.item(Step::Index("lines", made.lines.len()), here);
        let mut slots: Slots = vec![None; section.names.len()];
        self.fill(section, At { here, item, section }, &mut slots);
        let mut value = Value::Object(self.gathered(section, slots));
        let quantity = items.sum.first().and_then(|path| at(&value, path)).cloned();
        let key = key_of(&value, &items.key).unwrap_or_else(|| format!("\u{0}{node}"));
        let known = made.line_of_key.get(&key).copied();
        if let Some(quantity) = &quantity {
            self.lots_are_sound(&mut value, quantity, known.unwrap_or(made.lines.len()), here);
        }
        let parts = quantity.map(|quantity| parts_of(&value, quantity)).unwrap_or_default();
        let serials = value.get("serialNumbers").cloned();
        let line = match known {
            Some(known) => {
                self.merge(items, known, value, item, here, made);
                known
            }
            None => {
                let number = made.lines.len();
                let mut members = Map::new();
                members.insert("lineId".to_owned(), Value::from((number + 1).to_string()));
                if let Value::Object(mut own) = value {
                    members.append(&mut own);
                }
                made.line_of_key.insert(key, number);
                made.lines.push(Value::Object(members));
                number
            }
        };
        let around = self.finder.levels.above(node).find_map(|node| made.unit_of_node.get(&node).copied());
        if let Some(unit) = around.and_then(|unit| made.units.get_mut(unit)) {
            // Which numbers are of which lot is not said.
            let serials = serials.filter(|_| parts.len() == 1);
            let content = |(quantity, lot)| Content { line, quantity, lot, serials: serials.clone() };
            unit.contents.extend(parts.into_iter().map(content));
        }
    }

    /// Lots of one level are parts of it. Where they are more than the level, their quantities are those of something
    /// else, of the level itself most often.
    fn lots_are_sound(&mut self, value: &mut Value, quantity: &Value, line: usize, here: Here<'t, 'a>) {
        let Some(Value::Array(lots)) = value.get_mut("lots") else { return };
        let told = total(lots.iter().filter_map(|lot| decimal(lot.get("quantity")?)));
        let most = decimal(quantity).unwrap_or_default();
        if lots.len() < 2 || told.is_some_and(|told| told <= most) {
            return;
        }
        let told = told.map_or_else(|| "more than can be added up".to_owned(), |told| told.to_string());
        lots.iter_mut().filter_map(Value::as_object_mut).for_each(|lot| drop(lot.shift_remove("quantity")));
        let message = format!("the lots of a level hold {told} and the level {most}: their quantities are left out");
        let finding = Diagnostic::warning("lots-exceed", message);
        let at = location(here.first().map(|first| first.place()), None, Some(format!("lines[{line}].lots")));
        self.notes.find(finding.hinting("ask the partner for the quantity of each lot").at(at));
    }

    fn merge(&mut self, items: &Items, known: usize, value: Value, item: usize, here: Here<'t, 'a>, made: &mut Made) {
        let Some(line) = made.lines.get_mut(known) else { return };
        // The level is part of a line that is there; what was noted of it belongs to that.
        if let Some(step) = self.items.get_mut(item) {
            step.step = Step::Index("lines", known);
        }
        let place = here.first().map(|segment| segment.place());
        for Differing { path, kept, other } in merge::merge(line, value, items) {
            let message = format!("levels of one line say '{kept}' and '{other}' for {path}: the first is taken");
            let finding = Diagnostic::warning("line-merge", message);
            let member = Some(format!("lines[{known}].{path}"));
            let hint = "ask the partner which holds, or add the member to the line's 'key' in the mapping";
            self.notes.find(finding.hinting(hint).at(location(place, None, member)));
        }
    }

    fn item(&mut self, step: Step<'m>, here: Here<'t, 'a>) -> usize {
        self.items.push(Item { parent: 0, step, first: here.first() });
        self.items.len() - 1
    }
}

/// The quantity of a level, for each of its lots where it tells them apart.
fn parts_of(value: &Value, quantity: Value) -> Vec<(Value, Option<Value>)> {
    let lots = value.get("lots").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let part = |lot: &Value| Some((lot.get("quantity")?.clone(), Some(lot.get("lotNumber")?.clone())));
    match lots {
        [] => vec![(quantity, None)],
        [only] => vec![(quantity, only.get("lotNumber").cloned())],
        several => {
            let parts: Option<Vec<_>> = several.iter().map(part).collect();
            let told = |parts: &Vec<(Value, _)>| total(parts.iter().filter_map(|(part, _)| decimal(part)));
            let is_whole = |parts: &Vec<_>| told(parts).is_some_and(|told| Some(told) == decimal(&quantity));
            parts.filter(is_whole).unwrap_or_else(|| vec![(quantity.clone(), None)])
        }
    }
}

/// The sum of decimals; nothing where that has more digits than fit.
fn total(mut numbers: impl Iterator<Item = Decimal>) -> Option<Decimal> {
    numbers.try_fold(Decimal::ZERO, Decimal::checked_add)
}

fn decimal(value: &Value) -> Option<Decimal> {
    value.as_str()?.parse().ok()
}

/// Members at the paths of a key, as one text; nothing where none of them is there.
fn key_of(value: &Value, key: &[Vec<PathStep>]) -> Option<String> {
    let parts: Vec<Option<&Value>> = key.iter().map(|path| at(value, path)).collect();
    parts.iter().any(Option::is_some).then(|| {
        let shown = |part: &Option<&Value>| part.map_or_else(String::new, Value::to_string);
        parts.iter().map(shown).collect::<Vec<_>>().join("\u{1}")
    })
}

/// A unit with its contents. A lot is said where the line has several, and serial numbers where the line has more.
fn finished(unit: Unit, lines: &[Value]) -> Value {
    let mut members = unit.members;
    let of_line = |content: &Content, name: &str| lines.get(content.line).and_then(|line| line.get(name)).cloned();
    let contents = unit.contents.into_iter().map(|content| {
        let several = of_line(&content, "lots").is_some_and(|lots| lots.as_array().is_some_and(|lots| lots.len() > 1));
        let all = of_line(&content, "serialNumbers");
        let mut entry = Map::new();
        entry.insert("lineId".to_owned(), Value::from((content.line + 1).to_string()));
        entry.insert("quantity".to_owned(), content.quantity);
        if let Some(lot) = content.lot.filter(|_| several) {
            entry.insert("lotNumber".to_owned(), lot);
        }
        if let Some(serials) = content.serials.filter(|serials| Some(serials) != all.as_ref()) {
            entry.insert("serialNumbers".to_owned(), serials);
        }
        Value::Object(entry)
    });
    let contents: Vec<Value> = contents.collect();
    if !contents.is_empty() {
        members.insert("contents".to_owned(), Value::Array(contents));
    }
    Value::Object(members)
}

impl TreeIndex {
    /// The index of a message, when its mapping has levels.
    pub(in crate::mapping) fn of(tree: &crate::edi::Tree<'_>, hierarchy: Option<&Hierarchy>) -> Self {
        hierarchy.map(|hierarchy| Self::new(tree, hierarchy)).unwrap_or_default()
    }
}
