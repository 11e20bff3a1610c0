//! The levels of a hierarchy, in the order of their plan.

use std::collections::BTreeMap;

use serde_json::Value;

use super::draft::{LoopNumber, Written};
use super::place::Here;
use super::{Step, Writing};
use crate::edi::guide::LoopDef;
use crate::mapping::hierarchy::{Form, Hierarchy, Holds, LINE_LOOP, Node, Plan, parents};
use crate::mapping::program::{Cell, Sub};

/// HL04: whether levels hang below this one.
const CHILD_CODE: usize = 4;

impl<'m, 'd> Writing<'m, 'd> {
    pub(super) fn levels(&mut self, hierarchy: &'m Hierarchy, plan: &'d Plan, document: &'d Value) {
        for (member, finding) in &plan.findings {
            let at = crate::mapping::notes::location(None, None, Some(member.clone()));
            self.notes.find(finding.clone().at(at));
        }
        let has_children = parents(&plan.nodes);
        // The loop instance of each node, and its number on the wire.
        let mut made: BTreeMap<usize, (LoopNumber, String)> = BTreeMap::new();
        let mut counter = 0_usize;
        for (number, node) in plan.nodes.iter().enumerate() {
            let parent = node.parent.and_then(|parent| made.get(&parent)).cloned();
            let is_line_group = hierarchy.form == Form::Packed && matches!(node.holds, Holds::Line { .. });
            let around = if is_line_group { parent.as_ref().map_or(0, |(instance, _)| *instance) } else { 0 };
            let name = if is_line_group { LINE_LOOP } else { hierarchy.loop_name.as_str() };
            let Some(instance) = self.draft.open_loop(around, |child| child.name == name, true) else {
                let finding =
                    crate::base::Diagnostic::error("too-many", format!("the message has no more room for {name}"));
                return self.find(finding.hinting("send less in one message"));
            };
            self.draft.set_level(instance, node.level, parent.as_ref().map(|(instance, _)| *instance));
            if !is_line_group {
                counter += 1;
                let above = parent.as_ref().map(|(_, number)| number.as_str());
                let below = has_children.get(&number).copied().unwrap_or_default();
                self.number_level(hierarchy, node, instance, counter, above, below);
            }
            made.insert(number, (instance, counter.to_string()));
            self.inside(hierarchy, node, instance, document);
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
