//! The levels of a hierarchy, in the order of their plan.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draft::{LoopNumber, Written};
use super::place::Here;
use super::{Step, Writing};
use crate::edi::guide::LoopDef;
use crate::mapping::hierarchy::{Form, Hierarchy, Holds, LINE_LOOP, Node, PACKAGE_LOOP, Plan, parents};
use crate::mapping::program::{Cell, Sub};

/// HL04: whether levels hang below this one.
const CHILD_CODE: usize = 4;
/// LIN01: the number of the line.
const LINE_NUMBER: usize = 1;

impl<'m, 'd> Writing<'m, 'd> {
    pub(super) fn levels(&mut self, hierarchy: &'m Hierarchy, plan: &'d Plan, document: &'d Value) {
        for (member, finding) in &plan.findings {
            let at = crate::mapping::notes::location(None, None, Some(member.clone()));
            self.notes.find(finding.clone().at(at));
        }
        self.levels = plan.words(hierarchy);
        let has_children = parents(&plan.nodes);
        // The loop instance of each node, the one inside it that is the level, and its number on the wire.
        let mut made: BTreeMap<usize, (LoopNumber, LoopNumber, String)> = BTreeMap::new();
        let mut counter = 0_usize;
        for (number, node) in plan.nodes.iter().enumerate() {
            let parent = node.parent.and_then(|parent| made.get(&parent)).cloned();
            let holder = match (hierarchy.form, &node.holds) {
                (Form::Packed, Holds::Line { .. }) => parent.as_ref().map(|(around, ..)| *around),
                _ => None,
            };
            let name = if holder.is_some() { LINE_LOOP } else { hierarchy.loop_name.as_str() };
            let opened = self.draft.open_loop(holder.unwrap_or_default(), |child| child.name == name, true);
            let inner = opened.and_then(|around| match (hierarchy.form, &node.holds) {
                (Form::Packed, Holds::Unit { .. }) => {
                    self.draft.open_loop(around, |child| child.name == PACKAGE_LOOP, true)
                }
                _ => Some(around),
            });
            let Some((around, instance)) = opened.zip(inner) else {
                let finding =
                    crate::base::Diagnostic::error("too-many", format!("the message has no more room for {name}"));
                return self.find(finding.hinting("send less in one message"));
            };
            self.draft.set_level(instance, node.level, parent.as_ref().map(|(_, instance, _)| *instance));
            if holder.is_none() {
                counter += 1;
                let above = parent.as_ref().map(|(.., number)| number.as_str());
                let below = has_children.get(&number).copied().unwrap_or_default();
                self.number_level(hierarchy, node, around, counter, above, below);
            }
            made.insert(number, (around, instance, counter.to_string()));
            self.inside(hierarchy, node, instance, document);
        }
        if hierarchy.form == Form::Packed {
            let lines = plan.nodes.iter().enumerate().filter(|(_, node)| matches!(node.holds, Holds::Line { .. }));
            let lines = lines.filter_map(|(number, _)| made.get(&number).map(|(_, instance, _)| *instance));
            self.number_lines(&lines.collect::<Vec<_>>(), document);
        }
    }

    /// LIN01 is unique in a message: the further levels of a line, and lines without a number, get the next ones.
    fn number_lines(&mut self, lines: &[LoopNumber], document: &Value) {
        let cell = Cell { number: LINE_NUMBER, sub: Sub::default() };
        let own = document.get("lines").and_then(Value::as_array).into_iter().flatten();
        let own = own.filter_map(|line| line.get("lineNumber")?.as_str()?.parse::<u64>().ok());
        let mut last = own.max().unwrap_or_default();
        for line in lines {
            let Some(first) = self.draft.first_of(*line) else { continue };
            if self.draft.cell(first, cell).is_none() {
                last = last.saturating_add(1);
                self.draft.put(first, cell, Written { text: last.to_string(), ..Written::default() });
            }
        }
    }

    /// The numbers and the code of a level: HL01 to HL04, 7164 and 7166 of CPS.
    fn number_level(
        &mut self,
        hierarchy: &Hierarchy,
        node: &Node,
        instance: LoopNumber,
        number: usize,
        parent: Option<&str>,
        has_children: bool,
    ) {
        let definition: &LoopDef = self.draft.definition(instance);
        let Some((elements, first)) = definition.hierarchy.as_ref().zip(self.draft.first_of(instance)) else { return };
        let code =
            hierarchy.levels.get(node.level).map(|level| level.code.clone()).filter(|_| elements.level.is_some());
        let below = elements.level.map(|_| if has_children { "1" } else { "0" }.to_owned());
        let cells = [
            (Some(elements.id), Some(number.to_string())),
            (Some(elements.parent), parent.map(str::to_owned)),
            (elements.level, code),
            (elements.level.map(|_| CHILD_CODE), below),
        ];
        for (element, text) in cells {
            if let (Some(number), Some(text)) = (element, text) {
                let cell = Cell { number, sub: Sub::default() };
                self.draft.put(first, cell, Written { text, ..Written::default() });
            }
        }
    }

    /// What the mapping writes inside a level.
    fn inside(&mut self, hierarchy: &'m Hierarchy, node: &'d Node, instance: LoopNumber, document: &'d Value) {
        let here = Here::Loop(instance);
        let (name, index, value, items, is_first) = match &node.holds {
            Holds::Order => return,
            Holds::Shipment => {
                if let (Some(section), Value::Object(members)) = (&hierarchy.shipment, document) {
                    self.members(section, members, here);
                    self.emits(section, members, here);
                }
                return;
            }
            Holds::Unit { index, unit, is_first } => {
                ("handlingUnits", *index, unit, hierarchy.units.as_ref(), *is_first)
            }
            Holds::Line { index, line, is_first } => ("lines", *index, line, Some(&hierarchy.lines), *is_first),
        };
        let (Some(items), Value::Object(members)) = (items, value) else { return };
        self.steps.push(Step { name, index: Some(index) });
        self.items.push(value);
        let known = self.members(&items.section, members, here);
        // What is said of a line stands in each of its levels, and what is missing is told once.
        if is_first {
            self.unwritten_of(&items.section, members, &known);
        }
        self.emits(&items.section, members, here);
        self.items.pop();
        self.steps.pop();
    }
}
