//! From lines and handling units to the tree that says the same: which levels there are, and what each holds.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use serde_json::Value;

use super::{Form, Hierarchy, OWN_NUMBER, Role, at};
use crate::base::Diagnostic;
use crate::mapping::program::PathStep;

/// Units nest so deep at most; a circle of parents ends there.
const MAX_DEPTH: usize = 32;

/// A level to be written.
#[derive(Debug)]
pub(in crate::mapping) struct Node {
    /// Index of the level in the hierarchy.
    pub level: usize,
    /// The node it stands below.
    pub parent: Option<usize>,
    pub holds: Holds,
}

/// What a level is about.
#[derive(Debug)]
pub(in crate::mapping) enum Holds {
    Shipment,
    Order,
    /// The unit at this place of `handlingUnits`.
    Unit {
        index: usize,
        unit: Value,
        is_first: bool,
    },
    /// The line at this place of `lines`, with the part of it that is here.
    Line {
        index: usize,
        line: Value,
        is_first: bool,
    },
}

/// The levels in the order in which they are written, and what cannot be said by them.
#[derive(Debug, Default)]
pub(in crate::mapping) struct Plan {
    pub nodes: Vec<Node>,
    /// What is wrong, and the member it is about.
    pub findings: Vec<(String, Diagnostic)>,
}

impl Plan {
    pub(in crate::mapping) fn new(document: &Value, hierarchy: &Hierarchy) -> Self {
        let list = |name: &str| document.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let (lines, units) = (list("lines"), list("handlingUnits"));
        let mut planner = Planner {
            hierarchy,
            units,
            lines: lines.iter().map(|line| Line::new(line, hierarchy)).collect(),
            line_of_id: places(lines, "lineId"),
            unit_of_id: places(units, "id"),
            orders_in: Vec::new(),
            written_units: vec![false; units.len()],
            plan: Self::default(),
        };
        planner.ids_are_sound();
        // Where ids stand for several things, nobody can say what is in what.
        if planner.plan.findings.is_empty() {
            planner.orders_in = planner.orders_of_units();
            planner.contents_are_sound();
            planner.all();
            planner.first_levels();
        }
        planner.plan
    }
}

struct Planner<'d> {
    hierarchy: &'d Hierarchy,
    units: &'d [Value],
    lines: Vec<Line<'d>>,
    line_of_id: BTreeMap<&'d str, usize>,
    unit_of_id: BTreeMap<&'d str, usize>,
    /// For each unit the orders of the lines in it and in what stands in it.
    orders_in: Vec<BTreeSet<String>>,
    written_units: Vec<bool>,
    plan: Plan,
}

/// What stands of a line at one place.
#[derive(Default)]
struct Part {
    quantity: Option<Decimal>,
    /// Empty where it is not said.
    lot: String,
    serials: Vec<Value>,
}

/// A line and what is left of it to be put somewhere.
struct Line<'d> {
    value: &'d Value,
    id: &'d str,
    /// What the members of the order's level are, as one text.
    order: String,
    /// Not in any unit; nothing where the line has no quantity.
    loose: Option<Decimal>,
    /// Lots and how much of each is left.
    lots: Vec<(String, Option<Decimal>)>,
    /// Serial numbers that no unit names; nothing where none names any.
    loose_serials: Option<Vec<Value>>,
    is_written: bool,
}

impl<'d> Line<'d> {
    fn new(value: &'d Value, hierarchy: &Hierarchy) -> Self {
        let order =
            hierarchy.of_the_order.iter().map(|path| at(value, path).map_or_else(String::new, Value::to_string));
        let quantity = hierarchy.lines.sum.first().and_then(|path| number(at(value, path)?));
        let lots = value.get("lots").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let lots = lots.iter().map(|lot| (text(lot, "lotNumber").to_owned(), lot.get("quantity").and_then(number)));
        Self {
            value,
            id: text(value, "lineId"),
            order: order.collect::<Vec<_>>().join("\u{1}"),
            loose: quantity,
            lots: lots.collect(),
            loose_serials: None,
            is_written: false,
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Where the first item of each id stands.
fn places<'d>(items: &'d [Value], name: &str) -> BTreeMap<&'d str, usize> {
    let ids = items.iter().enumerate().rev().map(|(index, item)| (text(item, name), index));
    ids.filter(|(id, _)| !id.is_empty()).collect()
}

fn number(value: &Value) -> Option<Decimal> {
    value.as_str()?.parse().ok()
}

fn serials(value: &Value) -> &[Value] {
    value.get("serialNumbers").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn contents(unit: &Value) -> impl Iterator<Item = (usize, &Value)> {
    unit.get("contents").and_then(Value::as_array).into_iter().flatten().enumerate()
}

impl Planner<'_> {
    fn tell(&mut self, member: String, finding: Diagnostic) {
        self.plan.findings.push((member, finding));
    }

    fn add(&mut self, level: usize, parent: Option<usize>, holds: Holds) -> usize {
        self.plan.nodes.push(Node { level, parent, holds });
        self.plan.nodes.len() - 1
    }

    fn level(&self, is_meant: impl Fn(&Role) -> bool) -> Option<usize> {
        self.hierarchy.levels.iter().position(|level| is_meant(&level.role))
    }

    fn line_index(&self, id: &str) -> Option<usize> {
        self.line_of_id.get(id).copied()
    }

    /// Ids stand for one line or unit each, and units do not stand in one another.
    fn ids_are_sound(&mut self) {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.id).collect();
        let units: Vec<&str> = self.units.iter().map(|unit| text(unit, "id")).collect();
        let twice = |member: String, id: &str| {
            let finding = Diagnostic::error("id-twice", format!("'{id}' is the id of something else already"));
            (member, finding.hinting("mend the document"))
        };
        for (ids, known, name) in [(lines, &self.line_of_id, "lines"), (units, &self.unit_of_id, "handlingUnits")] {
            let again = ids.iter().enumerate().filter(|(index, id)| known.get(*id).is_some_and(|first| first != index));
            let member = |index| format!("{name}[{index}].{}", if name == "lines" { "lineId" } else { "id" });
            self.plan.findings.extend(again.map(|(index, id)| twice(member(index), id)));
        }
        for unit in 0..self.units.len() {
            let above = std::iter::successors(Some(unit), |unit| self.parent_of(*unit));
            if above.take(MAX_DEPTH + 1).count() > MAX_DEPTH {
                let message = format!("units stand in one another deeper than {MAX_DEPTH}, or in a circle");
                let finding = Diagnostic::error("units-too-deep", message).hinting("mend the document");
                self.plan.findings.push((format!("handlingUnits[{unit}].parentId"), finding));
            }
        }
    }

    fn orders_of_units(&self) -> Vec<BTreeSet<String>> {
        let mut orders = vec![BTreeSet::new(); self.units.len()];
        for (unit, value) in self.units.iter().enumerate() {
            let lines =
                contents(value).filter_map(|(_, entry)| self.lines.get(self.line_index(text(entry, "lineId"))?));
            let own: BTreeSet<&String> = lines.map(|line| &line.order).collect();
            for around in std::iter::successors(Some(unit), |unit| self.parent_of(*unit)) {
                if let Some(orders) = orders.get_mut(around) {
                    orders.extend(own.iter().map(|order| (*order).clone()));
                }
            }
        }
        orders
    }

    /// Contents speak of lines that are there, and of no more than is there.
    fn contents_are_sound(&mut self) {
        let mut findings = Vec::new();
        for (number_of_unit, unit) in self.units.iter().enumerate() {
            for (index, entry) in contents(unit) {
                let member = format!("handlingUnits[{number_of_unit}].contents[{index}]");
                let Some(line) = self.line_index(text(entry, "lineId")) else {
                    let message = format!("no line has the id '{}'", text(entry, "lineId"));
                    let finding =
                        Diagnostic::error("line-unknown", message).expecting("the lineId of one of the lines");
                    findings.push((member, finding.hinting("mend the document")));
                    continue;
                };
                let quantity = entry.get("quantity").and_then(number).unwrap_or_default();
                let Some(line) = self.lines.get_mut(line) else { continue };
                if !serials(entry).is_empty() {
                    let left = line.loose_serials.get_or_insert_with(|| serials(line.value).to_vec());
                    left.retain(|serial| !serials(entry).contains(serial));
                }
                let Some(loose) = &mut line.loose else { continue };
                let left = loose.checked_sub(quantity);
                *loose = left.unwrap_or(*loose);
                if left.is_none_or(|left| left < Decimal::ZERO) {
                    let more = left.map_or_else(|| "much".to_owned(), |left| (-left).to_string());
                    let message = format!("the units hold {more} more of line '{}' than was shipped", line.id);
                    let finding = Diagnostic::error("contents-exceed", message);
                    findings.push((member, finding.hinting("mend the quantities of the contents or of the line")));
                }
            }
            let parent = text(unit, "parentId");
            if !parent.is_empty() && !self.unit_of_id.contains_key(parent) {
                let message = format!("no unit has the id '{parent}'");
                let finding = Diagnostic::error("unit-unknown", message).expecting("the id of one of the units");
                findings
                    .push((format!("handlingUnits[{number_of_unit}].parentId"), finding.hinting("mend the document")));
            }
        }
        self.plan.findings.append(&mut findings);
    }

    fn all(&mut self) {
        let shipment = self.level(|role| *role == Role::Shipment).map(|level| self.add(level, None, Holds::Shipment));
        let order = self.level(|role| *role == Role::Order);
        let first_unit = self.level(|role| matches!(role, Role::Unit(_)));
        let is_above = order.is_some_and(|order| first_unit.is_none_or(|unit| order < unit));
        let mut orders: Vec<String> = Vec::new();
        for line in &self.lines {
            if !orders.contains(&line.order) {
                orders.push(line.order.clone());
            }
        }
        let roots: Vec<usize> = (0..self.units.len()).filter(|unit| self.parent_of(*unit).is_none()).collect();
        match order.filter(|_| is_above) {
            Some(level) => {
                for (index, order) in orders.iter().enumerate() {
                    let node = self.add(level, shipment, Holds::Order);
                    for unit in &roots {
                        if self.belongs(*unit, order, index == 0) {
                            self.unit(*unit, Some(node), Some((order, index == 0)), 0);
                        }
                    }
                    self.loose_lines(Some(node), order);
                }
            }
            None => {
                for unit in roots {
                    self.unit(unit, shipment, None, 0);
                }
                for order in &orders {
                    let has_loose = self.lines.iter().any(|line| line.order == *order && is_loose(line));
                    let node = match self.level(|role| *role == Role::Order).filter(|_| has_loose) {
                        Some(level) => Some(self.add(level, shipment, Holds::Order)),
                        None => shipment,
                    };
                    self.loose_lines(node, order);
                }
            }
        }
    }

    fn parent_of(&self, unit: usize) -> Option<usize> {
        let parent = text(self.units.get(unit)?, "parentId");
        self.unit_of_id.get(parent).copied()
    }

    fn children_of(&self, unit: usize) -> Vec<usize> {
        let Some(id) = self.units.get(unit).map(|unit| text(unit, "id")) else { return Vec::new() };
        let is_child =
            |other: &usize| self.units.get(*other).is_some_and(|unit| !id.is_empty() && text(unit, "parentId") == id);
        (0..self.units.len()).filter(is_child).collect()
    }

    /// Whether a unit stands under an order: it holds lines of it; one without lines stands under the first.
    fn belongs(&self, unit: usize, order: &str, is_first: bool) -> bool {
        self.orders_in.get(unit).is_some_and(|orders| if orders.is_empty() { is_first } else { orders.contains(order) })
    }

    fn unit(&mut self, unit: usize, parent: Option<usize>, order: Option<(&str, bool)>, depth: usize) {
        let Some(value) = self.units.get(unit) else { return };
        if depth > MAX_DEPTH {
            return;
        }
        let kind = text(value, "type");
        let is_first = !self.written_units.get(unit).copied().unwrap_or_default();
        let level = self
            .level(|role| *role == Role::Unit(Some(kind.to_owned())))
            .or_else(|| self.level(|role| *role == Role::Unit(None)));
        let node = match level {
            Some(level) => {
                let mut written = value.clone();
                // What the level itself says needs no place in it, nor what a unit is of which nothing is said.
                let says_it = self.hierarchy.levels.get(level).is_some_and(|level| level.role != Role::Unit(None));
                let says_nothing = kind == "other" && text(value, "typeCode").is_empty();
                if let (true, Value::Object(members)) = (says_it || says_nothing, &mut written) {
                    members.shift_remove("type");
                }
                self.add(level, parent, Holds::Unit { index: unit, unit: written, is_first })
            }
            None => {
                let message = format!("no level is a unit of type '{kind}'");
                let finding = Diagnostic::error("no-level", message);
                let hint = "add a level for this type to 'levels' in the partner's mapping";
                self.tell(format!("handlingUnits[{unit}].type"), finding.hinting(hint));
                parent.unwrap_or_default()
            }
        };
        if let Some(written) = self.written_units.get_mut(unit) {
            *written = true;
        }
        self.contents_of(unit, node, order);
        for child in self.children_of(unit) {
            // An empty unit stands where the one around it stands first.
            if order.is_none_or(|(order, _)| self.belongs(child, order, is_first)) {
                self.unit(child, Some(node), order, depth + 1);
            }
        }
    }

    /// The lines of a unit, under their orders where those stand below units.
    fn contents_of(&mut self, unit: usize, node: usize, order: Option<(&str, bool)>) {
        let Some(value) = self.units.get(unit) else { return };
        let entries: Vec<(usize, usize, Part)> = contents(value)
            .filter_map(|(index, entry)| {
                let line = self.line_index(text(entry, "lineId"))?;
                let is_meant =
                    self.lines.get(line).is_some_and(|line| order.is_none_or(|(order, _)| line.order == order));
                let quantity = entry.get("quantity").and_then(number);
                let lot = text(entry, "lotNumber").to_owned();
                is_meant.then(|| (index, line, Part { quantity, lot, serials: serials(entry).to_vec() }))
            })
            .collect();
        let below = if order.is_none() { self.level(|role| *role == Role::Order) } else { None };
        let mut last: Option<(String, usize)> = None;
        for (index, line, part) in entries {
            let Some(order) = self.lines.get(line).map(|line| line.order.clone()) else { continue };
            let around = match (below, &last) {
                (None, _) => node,
                (Some(_), Some((known, around))) if *known == order => *around,
                (Some(level), _) => self.add(level, Some(node), Holds::Order),
            };
            last = Some((order, around));
            let member = format!("handlingUnits[{unit}].contents[{index}]");
            self.line(line, &part, Some(around), &member);
        }
    }

    fn loose_lines(&mut self, parent: Option<usize>, order: &str) {
        for index in 0..self.lines.len() {
            let Some(line) = self.lines.get(index).filter(|line| line.order == order && is_loose(line)) else {
                continue;
            };
            let part = Part { quantity: line.loose, ..Part::default() };
            self.line(index, &part, parent, &format!("lines[{index}]"));
        }
    }

    /// A line's levels at one place: one for each lot.
    fn line(&mut self, index: usize, part: &Part, parent: Option<usize>, member: &str) {
        let Some(line) = self.lines.get_mut(index) else { return };
        let Part { quantity, lot, .. } = part;
        let quantity = *quantity;
        let parts: Vec<(Option<Decimal>, Option<String>)> = match (line.lots.as_slice(), quantity) {
            ([] | [_], _) | (_, None) => vec![(quantity, None)],
            (_, Some(_)) if !lot.is_empty() => vec![(quantity, Some(lot.clone()))],
            (lots, Some(wanted)) => {
                let left = |lot: &&(String, Option<Decimal>)| lot.1.is_none_or(|left| left > Decimal::ZERO);
                let open: Vec<(String, Option<Decimal>)> = lots.iter().filter(left).cloned().collect();
                let all = open.iter().try_fold(Decimal::ZERO, |sum, (_, left)| sum.checked_add((*left)?));
                match open.as_slice() {
                    [(only, _)] => vec![(quantity, Some(only.clone()))],
                    _ if all == Some(wanted) => open.into_iter().map(|(lot, left)| (left, Some(lot))).collect(),
                    _ => {
                        let message =
                            format!("line '{}' has several lots, and which of them are here is not said", line.id);
                        let finding = Diagnostic::error("lot-ambiguous", message);
                        self.tell(member.to_owned(), finding.hinting("give the contents their lotNumber"));
                        return;
                    }
                }
            }
        };
        for (quantity, lot) in parts {
            let here = Part { quantity, lot: lot.unwrap_or_default(), serials: part.serials.clone() };
            self.line_level(index, here, parent);
        }
    }

    fn line_level(&mut self, index: usize, part: Part, parent: Option<usize>) {
        let Part { quantity, lot, serials } = part;
        let lot = Some(lot.as_str()).filter(|lot| !lot.is_empty());
        let Some(level) = self.level(|role| *role == Role::Line) else { return };
        let hierarchy = self.hierarchy;
        let Some(line) = self.lines.get_mut(index) else { return };
        let mut value = line.value.clone();
        line.is_written = true;
        if let (Some(path), Some(quantity)) = (hierarchy.lines.sum.first(), quantity) {
            put(&mut value, path, Some(quantity));
        }
        if let (Some(left), Value::Object(members)) = (&mut line.loose_serials, &mut value) {
            let here = if serials.is_empty() { std::mem::take(left) } else { serials };
            match here.is_empty() {
                true => drop(members.shift_remove("serialNumbers")),
                false => drop(members.insert("serialNumbers".to_owned(), Value::Array(here))),
            }
        }
        if let Some(Value::Array(lots)) = value.get_mut("lots") {
            if let Some(lot) = lot {
                lots.retain(|other| text(other, "lotNumber") == lot);
            }
            if let ([only], Some(quantity)) = (lots.as_mut_slice(), quantity)
                && only.get("quantity").is_some()
            {
                put(only, &[PathStep::Member("quantity".to_owned())], Some(quantity));
            }
        }
        if let (Some(lot), Some(quantity)) = (lot, quantity) {
            for (_, left) in line.lots.iter_mut().filter(|(known, _)| known == lot) {
                *left = left.and_then(|left| left.checked_sub(quantity));
            }
        }
        self.add(level, parent, Holds::Line { index, line: value, is_first: false });
    }

    /// What is said once of a line stands in the first of its levels: what is added up from all of them, and the line's own
    /// number. In a CPS lines stand before what hangs below it, so those of the shipment are first.
    fn first_levels(&mut self) {
        let hierarchy = self.hierarchy;
        let shipment = self.plan.nodes.iter().position(|node| matches!(node.holds, Holds::Shipment));
        let is_early = |node: &&mut Node| hierarchy.form == Form::Packed && node.parent == shipment;
        let (early, late): (Vec<_>, Vec<_>) = self.plan.nodes.iter_mut().partition(is_early);
        let mut seen = vec![false; self.lines.len()];
        for node in early.into_iter().chain(late) {
            let Holds::Line { index, line, is_first } = &mut node.holds else { continue };
            *is_first = seen.get_mut(*index).is_some_and(|seen| !std::mem::replace(seen, true));
            if *is_first {
                continue;
            }
            hierarchy.lines.sum.iter().skip(1).for_each(|path| put(line, path, None));
            if let Value::Object(members) = line {
                members.shift_remove(OWN_NUMBER);
            }
        }
    }
}

/// Whether some of a line is in no unit. A line without a quantity is where nobody has put it yet.
fn is_loose(line: &Line<'_>) -> bool {
    line.loose.map_or(!line.is_written, |loose| loose > Decimal::ZERO || (loose.is_zero() && is_nothing(line)))
}

/// Whether a line says that nothing of it was shipped: then it is in no unit, and still to be told.
fn is_nothing(line: &Line<'_>) -> bool {
    !line.is_written && line.loose == Some(Decimal::ZERO)
}

fn put(value: &mut Value, path: &[PathStep], number: Option<Decimal>) {
    let Some((last, way)) = path.split_last() else { return };
    let holder = way.iter().try_fold(value, |value, step| value.get_mut(step.name()));
    let Some(Value::Object(members)) = holder else { return };
    match number {
        Some(number) => {
            let own = members.get(last.name()).and_then(Value::as_str).and_then(|text| text.parse::<Decimal>().ok());
            // A line that is here whole keeps its spelling.
            if own != Some(number) {
                members.insert(last.name().to_owned(), Value::from(number.to_string()));
            }
        }
        None => drop(members.shift_remove(last.name())),
    }
}

/// Nodes have children below them: what HL04 says.
pub(in crate::mapping) fn parents(nodes: &[Node]) -> BTreeMap<usize, bool> {
    let mut parents: BTreeMap<usize, bool> = (0..nodes.len()).map(|node| (node, false)).collect();
    for node in nodes {
        if let Some(parent) = node.parent {
            parents.insert(parent, true);
        }
    }
    parents
}
