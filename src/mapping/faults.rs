//! Collects the faults of a mapping file, each with its place.

use super::file::{Node, Spot};
use super::scan::RuleFault;
use crate::base::Diagnostic;

/// The most faults told of one file. Whoever has more mends some and asks again.
pub(super) const MAX_FAULTS: usize = 200;

/// Faults so far.
#[derive(Debug, Default)]
pub(super) struct Faults {
    pub list: Vec<Diagnostic>,
}

impl Faults {
    pub(super) fn push(&mut self, fault: Diagnostic) {
        if self.list.len() < MAX_FAULTS && !self.list.contains(&fault) {
            self.list.push(fault);
        }
    }

    /// A fault at a place of the file.
    pub(super) fn at(&mut self, spot: &Spot, fault: Diagnostic) {
        self.push(fault.at(spot.location()));
    }

    /// What is wrong inside the text of a rule.
    pub(super) fn rule(&mut self, node: &Node, code: &'static str, fault: RuleFault) {
        let mut diagnostic = Diagnostic::error(code, fault.message);
        (diagnostic.expected, diagnostic.hint) = (fault.expected, fault.hint);
        self.at(&node.spot_in(fault.at), diagnostic);
    }

    /// The value of a parse, or `None` with its fault told.
    pub(super) fn parsed<T>(&mut self, node: &Node, result: Result<T, RuleFault>) -> Option<T> {
        result.map_err(|fault| self.rule(node, "rule-syntax", fault)).ok()
    }

    /// A value of the wrong kind.
    pub(super) fn wrong_type(&mut self, node: &Node, name: &str, expected: &str) {
        let message = format!("'{name}' is {}", node.kind());
        self.at(&node.at, Diagnostic::error("wrong-type", message).expecting(expected));
    }
}
