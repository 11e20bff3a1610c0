//! The levels of a message that is read: which instance hangs below which.

use std::collections::BTreeMap;

use super::{Form, Hierarchy, LINE_LOOP, MARKING_LOOP, NUMBER_LOOP, PACKAGE_LOOP, Role};
use crate::edi::{Instance, Tree};

/// Levels are counted up to here; a document that has more is refused by its size long before.
const MAX_DEPTH: usize = 64;

/// The levels of a message, in the order of the wire.
#[derive(Debug, Default)]
pub(in crate::mapping) struct TreeIndex {
    nodes: Vec<TreeNode>,
    /// From the number of an instance to its node.
    by_instance: BTreeMap<u32, usize>,
}

/// One level.
#[derive(Clone, Copy, Debug)]
pub(in crate::mapping) struct TreeNode {
    /// The number of its instance.
    pub instance: u32,
    /// Which level of the hierarchy; nothing for a code that the mapping does not know.
    pub level: Option<usize>,
    /// The node above it.
    pub parent: Option<usize>,
}

impl TreeIndex {
    pub(in crate::mapping) fn new(tree: &Tree<'_>, hierarchy: &Hierarchy) -> Self {
        let mut index = Self::default();
        let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
        let is_level = |instance: &Instance<'_, '_>| instance.name() == hierarchy.loop_name;
        let is_shipment = hierarchy.form == Form::Packed && first_is_shipment(tree, &hierarchy.loop_name);
        for instance in tree.root().loops().filter(is_level) {
            let (Some(first), Some(definition)) = (instance.first(), instance.definition()) else { continue };
            let Some(numbers) = &definition.hierarchy else { continue };
            let parent = by_id.get(&*first.element(numbers.parent).text()).copied();
            let level = match hierarchy.form {
                Form::Coded => numbers.level.and_then(|element| hierarchy.level(&first.element(element).text())),
                Form::Packed if index.nodes.is_empty() && is_shipment => {
                    hierarchy.levels.iter().position(|level| level.role == Role::Shipment)
                }
                Form::Packed => None,
            };
            let mut node = index.add(instance.number(), level, parent);
            if hierarchy.form == Form::Packed {
                let above = node;
                let packages = instance.loops().filter(|child| child.name() == PACKAGE_LOOP && level.is_none());
                for (number, package) in packages.enumerate() {
                    // What the level holds stands in the first package, and so do packages that nobody has numbered.
                    let around = if number == 0 || is_numbered(package) { above } else { node };
                    let unit = index.add(package.number(), hierarchy.level(PACKAGE_LOOP), Some(around));
                    node = if number == 0 { unit } else { node };
                }
                for line in instance.loops().filter(|child| child.name() == LINE_LOOP) {
                    index.add(line.number(), hierarchy.level(LINE_LOOP), Some(node));
                }
            }
            by_id.insert(first.element(numbers.id).text().into_owned(), node);
        }
        index
    }

    fn add(&mut self, instance: u32, level: Option<usize>, parent: Option<usize>) -> usize {
        let node = self.nodes.len();
        self.nodes.push(TreeNode { instance, level, parent });
        self.by_instance.insert(instance, node);
        node
    }

    pub(in crate::mapping) fn nodes(&self) -> &[TreeNode] {
        &self.nodes
    }

    pub(in crate::mapping) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The instance of the nearest level of this index at or above an instance.
    pub(in crate::mapping) fn nearest(&self, instance: u32, level: usize) -> Option<u32> {
        let mut node = self.by_instance.get(&instance).copied();
        for _ in 0..MAX_DEPTH {
            let found = self.nodes.get(node?)?;
            if found.level == Some(level) {
                return Some(found.instance);
            }
            node = found.parent;
        }
        None
    }

    /// Whether an instance is a level.
    pub(in crate::mapping) fn has(&self, instance: u32) -> bool {
        self.by_instance.contains_key(&instance)
    }

    /// The nodes above one, the nearest first.
    pub(super) fn above(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let parent = move |node: &usize| self.nodes.get(*node).and_then(|node| node.parent);
        std::iter::successors(parent(&node), parent).take(MAX_DEPTH)
    }
}

/// Whether the first CPS is the shipment. Senders who number their packages from 1 have a package there: it is marked with
/// a number, or has lines and others stand beside it.
fn first_is_shipment(tree: &Tree<'_>, name: &str) -> bool {
    let mut levels = tree.root().loops().filter(|instance| instance.name() == name);
    let Some(first) = levels.next() else { return true };
    let has_packages = inside(first, PACKAGE_LOOP).next().is_some();
    let has_number = inside(first, PACKAGE_LOOP).any(is_numbered);
    let has_lines = inside(first, LINE_LOOP).next().is_some();
    let parent = |level: Instance<'_, '_>| {
        let number = level.definition().and_then(|definition| Some(definition.hierarchy.as_ref()?.parent));
        number.zip(level.first()).is_some_and(|(number, segment)| !segment.element(number).is_empty())
    };
    let has_equals = levels.any(|level| !parent(level));
    !has_packages || !(has_number || has_lines && has_equals)
}

/// Whether a package is marked with a number.
fn is_numbered(package: Instance<'_, '_>) -> bool {
    inside(package, MARKING_LOOP).any(|mark| inside(mark, NUMBER_LOOP).next().is_some())
}

fn inside<'t, 'a>(instance: Instance<'t, 'a>, name: &'static str) -> impl Iterator<Item = Instance<'t, 'a>> {
    instance.loops().filter(move |child| child.name() == name)
}
