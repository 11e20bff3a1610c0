//! Compiles derived members, and puts them behind those they depend on.

use super::compile::Compiler;
use super::derive::{Derivation, Expression};
use super::file::{Entry, Table, Value};
use super::program::PathStep;
use crate::base::Diagnostic;
use crate::canon::{Kind, Shape};

impl<'c> Compiler<'c> {
    /// The derivations of a document's section, in the order of their dependencies.
    pub(super) fn derivations(&mut self, table: &Table) -> Vec<Derivation> {
        let Some(entry) = table.get("derive") else { return Vec::new() };
        let Some(table) = entry.node.table() else {
            self.faults.wrong_type(&entry.node, "derive", "a table of paths and expressions");
            return Vec::new();
        };
        let mut derivations: Vec<Derivation> = Vec::new();
        for entry in &table.entries {
            if let Some(derivation) = self.derivation(entry) {
                self.derived.insert(entry.key.clone());
                derivations.push(derivation);
            }
        }
        self.in_order(derivations)
    }

    fn derivation(&mut self, entry: &Entry) -> Option<Derivation> {
        if matches!(entry.node.value, Value::Flag(false)) {
            return None;
        }
        let Some(text) = entry.node.text() else {
            self.faults.wrong_type(&entry.node, &entry.key, "an expression, such as \"sum(lines.lineAmount)\"");
            return None;
        };
        let (target, shape) = self.path(&entry.at, &entry.key, self.shape)?;
        let kind = match shape {
            Shape::Value(kind @ (Kind::Decimal | Kind::Integer | Kind::Text)) => kind.clone(),
            _ => {
                let fault = Diagnostic::error("type-clash", format!("'{}' cannot be derived", entry.key));
                self.faults.at(&entry.at, fault.expecting("a decimal, an integer or a text"));
                return None;
            }
        };
        let mut expression = self.faults.parsed(&entry.node, Expression::parse(text))?;
        let base = self.innermost_item(&target);
        for path in expression.paths() {
            let written = path.iter().map(PathStep::name).collect::<Vec<_>>().join(".");
            *path = self.path(&entry.node.at, &written, base)?.0;
        }
        let name = entry.key.clone();
        Some(Derivation { target, name, expression, text: text.to_owned(), kind, at: entry.at.clone() })
    }

    /// The shape of the innermost array item around a member: what the paths of its expression start from.
    fn innermost_item(&self, target: &[PathStep]) -> &'c Shape {
        let (mut base, mut shape) = (self.shape, self.shape);
        for step in target {
            let Some(member) = shape.member(step.name()) else { break };
            shape = match &member.shape {
                Shape::Array { item, .. } => {
                    base = item;
                    item
                }
                inner => inner,
            };
        }
        base
    }

    /// Puts derivations behind those they depend on.
    fn in_order(&mut self, derivations: Vec<Derivation>) -> Vec<Derivation> {
        let mut waiting: Vec<(Derivation, Vec<String>)> = derivations
            .into_iter()
            .map(|mut derivation| {
                let base = base_of(&derivation.target);
                let needs = derivation.expression.paths().into_iter().map(|path| full_name(&base, path)).collect();
                (derivation, needs)
            })
            .collect();
        let mut ordered = Vec::new();
        while !waiting.is_empty() {
            let names: Vec<String> = waiting.iter().map(|(derivation, _)| derivation.name.clone()).collect();
            let is_ready = |needs: &[String]| needs.iter().all(|need| !names.contains(need));
            let (ready, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, needs)| is_ready(needs));
            if ready.is_empty() {
                if let Some((derivation, _)) = rest.first() {
                    let message =
                        format!("'{}' is derived from itself, in a circle of {}", derivation.name, names.join(", "));
                    let fault = Diagnostic::error("derive-cycle", message);
                    self.faults.at(&derivation.at, fault.hinting("derive one of them from members that are sent"));
                }
                return ordered;
            }
            ordered.extend(ready.into_iter().map(|(derivation, _)| derivation));
            waiting = rest;
        }
        ordered
    }
}

/// The way to the innermost array item around a target.
pub(super) fn base_of(target: &[PathStep]) -> Vec<PathStep> {
    let length = target.iter().rposition(|step| matches!(step, PathStep::Items(_))).map_or(0, |index| index + 1);
    target.get(..length).unwrap_or_default().to_vec()
}

fn full_name(base: &[PathStep], path: &[PathStep]) -> String {
    base.iter().chain(path).map(PathStep::name).collect::<Vec<_>>().join(".")
}
