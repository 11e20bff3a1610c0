//! The levels of a message that is read: which instance hangs below which.

use std::collections::BTreeMap;

use super::{Form, Hierarchy, LINE_LOOP, PACKAGE_LOOP, Role};
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
        let instances = tree.root().loops().filter(|instance| instance.name() == hierarchy.loop_name);
        for instance in instances {
            let (Some(first), Some(definition)) = (instance.first(), instance.definition()) else { continue };
            let Some(numbers) = &definition.hierarchy else { continue };
            let parent = by_id.get(&*first.element(numbers.parent).text()).copied();
            let level = match hierarchy.form {
                Form::Coded => numbers.level.and_then(|element| hierarchy.level(&first.element(element).text())),
                Form::Packed => packed_level(&instance, hierarchy, index.nodes.is_empty()),
            };
            let node = index.add(instance.number(), level, parent);
            by_id.insert(first.element(numbers.id).text().into_owned(), node);
            if hierarchy.form == Form::Packed {
                for line in instance.loops().filter(|child| child.name() == LINE_LOOP) {
                    index.add(line.number(), hierarchy.level(LINE_LOOP), Some(node));
                }
            }
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

fn packed_level(instance: &Instance<'_, '_>, hierarchy: &Hierarchy, is_first: bool) -> Option<usize> {
    if is_first {
        return hierarchy.levels.iter().position(|level| level.role == Role::Shipment);
    }
    let is_packed = instance.loops().any(|child| child.name() == PACKAGE_LOOP);
    is_packed.then(|| hierarchy.level(PACKAGE_LOOP)).flatten()
}
