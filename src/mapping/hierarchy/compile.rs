//! Compiles `tree`, `levels` and the sections of the levels.

use std::sync::Arc;

use super::{Form, Hierarchy, Items, Keyed, LINE_LOOP, Level, PACKAGE_LOOP, Role};
use crate::base::Diagnostic;
use crate::canon::{Kind, Shape};
use crate::edi::guide::{Guide, LoopDef};
use crate::mapping::compile::Compiler;
use crate::mapping::file::{Entry, Node, Table, Value};
use crate::mapping::nearest::did_you_mean;
use crate::mapping::program::{PathStep, Section, Source, Start, Work};
use crate::mapping::scope::Scope;

/// Sections and keys of a document with levels that are not members' rules.
pub(in crate::mapping) const OWN: [&str; 5] = ["tree", "levels", "shipment", "handlingUnits", "lines"];

/// The first CPS.
const FIRST: &str = "first";

impl<'c> Compiler<'c> {
    /// The hierarchy of a document's section, if it has levels.
    pub(in crate::mapping) fn hierarchy(
        &mut self,
        table: &Table,
        shape: &'c Shape,
        guide: &Guide,
    ) -> Option<Hierarchy> {
        let entry = table.get("levels")?;
        let Some(definition) = guide.root().loops().find(|child| child.hierarchy.is_some()) else {
            let message = format!("{} has no loop whose instances form a tree", guide.key());
            self.faults.at(&entry.at, Diagnostic::error("no-hierarchy", message).hinting("leave 'levels' out"));
            return None;
        };
        let is_coded = definition.hierarchy.as_ref().is_some_and(|hierarchy| hierarchy.level.is_some());
        let form = if is_coded { Form::Coded } else { Form::Packed };
        let levels = self.levels(entry, table, form)?;
        let names: Vec<&str> = levels.iter().map(|level| level.code.as_str()).collect();
        let is_false = |code: &&Entry| matches!(code.node.value, Value::Flag(false));
        let codes = entry.node.table().map(|codes| codes.entries.as_slice()).unwrap_or_default();
        let gone: Vec<(String, Arc<str>)> =
            codes.iter().filter(is_false).map(|code| (code.key.clone(), Arc::clone(&code.at.file))).collect();
        let at_level = |role: &dyn Fn(&Role) -> bool| {
            let codes: Vec<String> =
                levels.iter().filter(|level| role(&level.role)).map(|level| level.code.clone()).collect();
            let inner = match (form, codes.first()) {
                (Form::Packed, Some(code)) => definition.child(code),
                _ => None,
            };
            Scope::level(guide, definition, inner, &codes, (&names, &gone))
        };
        let shipment = table.get("shipment").and_then(|entry| {
            let Value::Table(section) = &entry.node.value else {
                self.faults.wrong_type(&entry.node, "shipment", "a section with the rules inside the shipment's level");
                return None;
            };
            let scope = at_level(&|role| *role == Role::Shipment);
            Some(self.part_of_document(section, shape, &scope, &entry.at))
        });
        let units = self.items(table, "handlingUnits", shape, &at_level(&|role| matches!(role, Role::Unit(_))));
        let lines = self.items(table, "lines", shape, &at_level(&|role| *role == Role::Line));
        let Some(lines) = lines else {
            let fault = Diagnostic::error("section-missing", "the levels have no section for their lines");
            self.faults.at(&entry.at, fault.expecting("the rules inside each line's level, under 'lines'"));
            return None;
        };
        let order = levels.iter().position(|level| level.role == Role::Order);
        let mut of_the_order = Vec::new();
        if let Some(order) = order {
            order_members(&lines.section, order, &mut Vec::new(), &mut of_the_order);
        }
        Some(Hierarchy { loop_name: definition.name.clone(), form, levels, shipment, units, lines, of_the_order })
    }

    fn levels(&mut self, entry: &Entry, table: &Table, form: Form) -> Option<Vec<Level>> {
        let Some(codes) = entry.node.table() else {
            let expected = "a table from codes to what they are, such as S = \"shipment\", T = { unit = \"pallet\" }";
            self.faults.wrong_type(&entry.node, "levels", expected);
            return None;
        };
        let mut levels = Vec::new();
        for code in &codes.entries {
            let Some(role) = self.role(code, form) else { continue };
            levels.push(Level { code: code.key.clone(), role, is_in_tree: true });
        }
        if let Some(tree) = table.get("tree") {
            levels = self.in_tree_order(tree, levels, codes)?;
        }
        let has_line = levels.iter().any(|level| level.role == Role::Line);
        if !has_line {
            let fault = Diagnostic::error("level-missing", "no level is a line");
            self.faults.at(&entry.at, fault.expecting("one whose role is \"line\", such as I = \"line\""));
        }
        has_line.then_some(levels)
    }

    fn role(&mut self, code: &Entry, form: Form) -> Option<Role> {
        let role = match &code.node.value {
            Value::Flag(false) => return None,
            Value::Text(text) => match text.text.as_str() {
                "shipment" => Some(Role::Shipment),
                "order" => Some(Role::Order),
                "line" => Some(Role::Line),
                "unit" => Some(Role::Unit(None)),
                _ => None,
            },
            Value::Table(unit) => {
                let kind = unit.get("unit").filter(|_| unit.entries.len() == 1);
                kind.and_then(|kind| Some(Role::Unit(Some(self.unit_type(kind)?.to_owned()))))
            }
            _ => None,
        };
        let Some(role) = role else {
            let message = format!("the level '{}' is not known", code.key);
            let fault = Diagnostic::error("unknown-level", message);
            let expected = "\"shipment\", \"order\", \"line\", \"unit\" or { unit = \"TYPE\" }";
            self.faults.at(&code.node.at, fault.expecting(expected));
            return None;
        };
        let fits = match (form, &role) {
            (Form::Coded, _) => true,
            (Form::Packed, Role::Shipment) => code.key == FIRST,
            (Form::Packed, Role::Unit(_)) => code.key == PACKAGE_LOOP,
            (Form::Packed, Role::Line) => code.key == LINE_LOOP,
            (Form::Packed, Role::Order) => false,
        };
        if !fits {
            let message = format!("'{}' does not say what a CPS is", code.key);
            let fault = Diagnostic::error("unknown-level", message);
            self.faults.at(&code.at, fault.expecting("first = \"shipment\", PAC = \"unit\" and LIN = \"line\""));
            return None;
        }
        Some(role)
    }

    /// A word for what a unit is, held against the schema.
    fn unit_type<'e>(&mut self, entry: &'e Entry) -> Option<&'e str> {
        let text = entry.node.text()?;
        let (_, shape) = self.path(&entry.node.at, "handlingUnits.type", self.shape)?;
        if let Shape::Value(Kind::Word(words)) = shape
            && !words.iter().any(|word| word == text)
        {
            let fault = Diagnostic::error("type-clash", format!("'{text}' is no type of a unit"));
            let hint = did_you_mean(text, words.iter().map(String::as_str));
            let expected = format!("one of {}", words.join(", "));
            self.faults.at(&entry.node.at, Diagnostic { hint, ..fault.expecting(expected) });
        }
        Some(text)
    }

    fn in_tree_order(&mut self, tree: &Entry, levels: Vec<Level>, meanings: &Table) -> Option<Vec<Level>> {
        let Value::List(codes) = &tree.node.value else {
            self.faults.wrong_type(&tree.node, "tree", "a list of levels, the outermost first");
            return None;
        };
        let mut rest = levels;
        let mut ordered = Vec::new();
        for code in codes {
            let name = code.text().unwrap_or_default();
            match rest.iter().position(|level| level.code == name) {
                Some(index) => ordered.push(rest.remove(index)),
                None if is_taken_out(meanings, name) => {}
                None => {
                    let message = match ordered.iter().any(|level: &Level| level.code == name) {
                        true => format!("the level '{name}' stands in the tree twice"),
                        false => format!("nothing says what the level '{name}' is"),
                    };
                    let expected = format!("each level once, with its meaning in 'levels', such as {name} = \"unit\"");
                    self.faults.at(&code.at, Diagnostic::error("unknown-level", message).expecting(expected));
                }
            }
        }
        // A level that the tree does not name is read where it comes, and a unit of it stands last when it is written.
        ordered.extend(rest.into_iter().map(|level| Level { is_in_tree: false, ..level }));
        Some(ordered)
    }

    /// The rules of an array whose items come from levels.
    fn items(&mut self, table: &Table, name: &str, shape: &'c Shape, scope: &Scope<'_>) -> Option<Items> {
        let entry = table.get(name)?;
        let Shape::Array { item, .. } = &shape.member(name)?.shape else { return None };
        let Value::Table(section) = &entry.node.value else {
            self.faults.wrong_type(&entry.node, name, "a section with the rules inside its level");
            return None;
        };
        let path = [PathStep::Items(name.to_owned())];
        let section = self.with_block(section);
        let mut arrays = Vec::new();
        for member in &section.entries {
            let blocks = match &member.node.value {
                Value::List(blocks) => blocks.first(),
                _ => Some(&member.node),
            };
            let inner = blocks.and_then(Node::table).filter(|inner| inner.get("key").is_some());
            let Some(inner) = inner else { continue };
            if let Some(Shape::Array { item, .. }) = item.member(&member.key).map(|member| &member.shape) {
                let (key, sum) = (self.paths(inner, "key", item), self.paths(inner, "sum", item));
                arrays.push(Keyed { name: member.key.clone(), key, sum });
            }
        }
        let (key, sum) = (self.paths(&section, "key", item), self.paths(&section, "sum", item));
        self.outer.push(shape);
        let rules = self.level_section(&section, item, scope, &path, &entry.at);
        self.outer.pop();
        Some(Items { section: rules, key, sum, arrays })
    }

    /// The paths that `key` and `sum` name.
    fn paths(&mut self, table: &Table, word: &str, shape: &'c Shape) -> Vec<Vec<PathStep>> {
        let Some(entry) = table.get(word) else { return Vec::new() };
        let Value::List(items) = &entry.node.value else {
            self.faults.wrong_type(&entry.node, word, "a list of members");
            return Vec::new();
        };
        let named = items.iter().filter_map(|item| {
            let Some(name) = item.text() else {
                self.faults.wrong_type(item, word, "a member");
                return None;
            };
            let (path, found) = self.path(&item.at, name, shape)?;
            if word == "sum" && *found != Shape::Value(Kind::Decimal) {
                let fault = Diagnostic::error("type-clash", format!("'{name}' is no decimal and cannot be added up"));
                self.faults.at(&item.at, fault.expecting("a quantity, such as \"shippedQuantity.value\""));
            }
            Some(path)
        });
        named.collect()
    }
}

/// Whether `levels` takes a level out that another file has.
fn is_taken_out(meanings: &Table, level: &str) -> bool {
    meanings.get(level).is_some_and(|entry| matches!(entry.node.value, Value::Flag(false)))
}

/// Members of a section whose first rule looks at the order's level.
fn order_members(section: &Section, order: usize, path: &mut Vec<PathStep>, found: &mut Vec<Vec<PathStep>>) {
    for member in &section.members {
        let Some(name) = section.names.get(member.slot) else { continue };
        path.push(PathStep::Member(name.clone()));
        match &member.work {
            Work::Value(rule) => {
                let is_there = rule.sources.first().is_some_and(|source| match source {
                    Source::Places { reaches, .. } => {
                        reaches.first().is_some_and(|reach| reach.route.start == Start::Level(order))
                    }
                    Source::Constant(_) => false,
                });
                if is_there {
                    found.push(path.clone());
                }
            }
            Work::Object(inner) => order_members(inner, order, path, found),
            Work::List { .. } | Work::Split { .. } | Work::One { .. } | Work::Each { .. } => {}
        }
        path.pop();
    }
}

/// Where the instances of a level stand, for places that start from there.
pub(in crate::mapping) fn instance_loop<'g>(definition: &'g LoopDef, code: &str) -> &'g LoopDef {
    match code {
        LINE_LOOP | PACKAGE_LOOP => definition.child(code).unwrap_or(definition),
        _ => definition,
    }
}
