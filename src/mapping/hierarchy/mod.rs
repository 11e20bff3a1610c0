//! Hierarchies: X12's HL tree and EDIFACT's CPS tree on one side, a flat shipment notice on the other.
//!
//! The document has `lines`, what was shipped in all, and `handlingUnits`, what it is packed in: a flat list whose members
//! name their parents and say how much of which line they hold. The wire has one tree. The engine owns the step between
//! them; the mapping says what each level is, and has rules for the inside of each.

mod align;
mod compile;
mod index;
mod merge;
mod plan;
mod read;

pub(super) use align::aligned;
pub(super) use compile::{OWN, instance_loop};
pub(super) use index::TreeIndex;
pub(super) use plan::{Holds, Node, Plan, parents};

use super::program::{PathStep, Section};

/// A compiled hierarchy.
#[derive(Debug)]
pub(super) struct Hierarchy {
    /// The loop whose instances are the levels: `HL`, `CPS`.
    pub loop_name: String,
    pub form: Form,
    /// From the outermost inwards: the order in which they are written.
    pub levels: Vec<Level>,
    /// Rules inside the shipment's level; they fill the document itself.
    pub shipment: Option<Section>,
    /// Rules inside each unit's level.
    pub units: Option<Items>,
    /// Rules inside each line's level.
    pub lines: Items,
    /// Members of a line that are read from, and written to, the order's level.
    pub of_the_order: Vec<Vec<PathStep>>,
}

/// How an instance says what level it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// HL: an element of its first segment has a code (HL03).
    Coded,
    /// CPS: the first is the shipment, each PAC in another is a unit, and each LIN a line. What a CPS holds stands in the
    /// first of its units, and so do further units in it that have no number.
    Packed,
}

/// What a level is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Level {
    /// HL03; for CPS `first`, `PAC` or `LIN`.
    pub code: String,
    pub role: Role,
    /// Whether `tree` names it, where there is one: orders are written at a level that it names only.
    pub is_in_tree: bool,
}

/// What stands at a level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Shipment,
    Order,
    /// A handling unit of this type; nothing where a rule says the type.
    Unit(Option<String>),
    Line,
}

impl Role {
    /// What `levels()` calls it.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Shipment => "shipment",
            Self::Order => "order",
            Self::Unit(_) => "unit",
            Self::Line => "line",
        }
    }
}

/// The rules of items that several levels may give together.
#[derive(Debug)]
pub(super) struct Items {
    pub section: Section,
    /// Levels whose members at these paths are equal are one item.
    pub key: Vec<Vec<PathStep>>,
    /// Members that are added when levels are one item. The first is the quantity of the level itself.
    pub sum: Vec<Vec<PathStep>>,
    /// Arrays of the item that merge by a key of their own.
    pub arrays: Vec<Keyed>,
}

/// An array whose items merge.
#[derive(Debug)]
pub(super) struct Keyed {
    pub name: String,
    pub key: Vec<Vec<PathStep>>,
    pub sum: Vec<Vec<PathStep>>,
}

/// The loop that holds the lines of a CPS, and the one that is a unit.
pub(super) const LINE_LOOP: &str = "LIN";
pub(super) const PACKAGE_LOOP: &str = "PAC";
/// The supplier's number of a line: where levels of one line have several, that of the first.
const OWN_NUMBER: &str = "lineNumber";
/// The loops that mark a package, and number it.
const MARKING_LOOP: &str = "PCI";
const NUMBER_LOOP: &str = "GIN";

impl Hierarchy {
    /// Index of the level with this code.
    pub(super) fn level(&self, code: &str) -> Option<usize> {
        self.levels.iter().position(|level| level.code == code)
    }

    pub(super) fn role(&self, level: usize) -> Option<&Role> {
        self.levels.get(level).map(|level| &level.role)
    }
}

/// The value at a path without arrays.
pub(super) fn at<'v>(value: &'v serde_json::Value, path: &[PathStep]) -> Option<&'v serde_json::Value> {
    path.iter().try_fold(value, |value, step| value.get(step.name()))
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod orders_tests;
