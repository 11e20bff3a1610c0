//! A transaction set as a tree of loop instances, in the order of the wire.
//!
//! The tree is one flat list in document order: a node knows where its subtree ends, so the next sibling is there and
//! the first child is behind it. A document costs one allocation, however many loops it has.

use std::fmt;

use super::guide::LoopDef;
use super::interchange::TransactionSet;
use super::token::Segment;

/// The tree of one transaction set.
#[derive(Clone)]
pub struct Tree<'a> {
    set: &'a TransactionSet,
    /// Node 0 is the root; there always is one.
    nodes: Vec<Node<'a>>,
}

#[derive(Clone, Copy)]
struct Node<'a> {
    kind: Kind<'a>,
    parent: u32,
    /// Index behind the last node of this subtree.
    end: u32,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    Loop(&'a LoopDef),
    /// Index of a segment, from 0.
    Segment(u32),
}

impl<'a> Tree<'a> {
    /// A tree with nothing but its root open.
    pub(crate) fn new(set: &'a TransactionSet, root: &'a LoopDef) -> Self {
        let mut nodes = Vec::with_capacity(set.segment_count() * 2);
        nodes.push(Node { kind: Kind::Loop(root), parent: 0, end: u32::MAX });
        Self { set, nodes }
    }

    /// Opens an instance of a loop inside the instance `parent`, which must be open; its number is given back.
    pub(crate) fn open(&mut self, parent: u32, definition: &'a LoopDef) -> u32 {
        let number = self.next();
        self.nodes.push(Node { kind: Kind::Loop(definition), parent, end: u32::MAX });
        number
    }

    /// Adds a segment to the instance `parent`, which must be the innermost one that is open.
    pub(crate) fn add(&mut self, parent: u32, segment: &Segment<'a>) {
        let end = self.next() + 1;
        self.nodes.push(Node { kind: Kind::Segment(segment.position() - 1), parent, end });
    }

    /// Closes an instance.
    pub(crate) fn close(&mut self, number: u32) {
        let end = self.next();
        if let Some(node) = self.nodes.get_mut(number as usize) {
            node.end = end;
        }
    }

    fn next(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }

    /// The transaction set as the instance of the guide's root.
    pub fn root<'t>(&'t self) -> Instance<'t, 'a> {
        Instance { tree: self, number: 0 }
    }

    /// The set it is the tree of.
    pub fn set(&self) -> &'a TransactionSet {
        self.set
    }

    fn node(&self, number: u32) -> Option<&Node<'a>> {
        self.nodes.get(number as usize)
    }
}

/// Each instance on a line, its segments below it: for tests and for people.
impl fmt::Display for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn show(instance: Instance<'_, '_>, depth: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            writeln!(f, "{:depth$}{}", "", instance.name())?;
            let depth = depth + 2;
            instance.parts().try_for_each(|part| match part {
                InstancePart::Segment(segment) => writeln!(f, "{:depth$}{segment:?}", ""),
                InstancePart::Loop(child) => show(child, depth, f),
            })
        }
        show(self.root(), 0, f)
    }
}

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One instance of a loop. `'t` is the tree's life, `'a` that of the set and the guide.
#[derive(Clone, Copy)]
pub struct Instance<'t, 'a> {
    tree: &'t Tree<'a>,
    number: u32,
}

/// What stands directly in an instance.
#[derive(Clone, Copy, Debug)]
pub enum InstancePart<'t, 'a> {
    /// A segment.
    Segment(Segment<'a>),
    /// An instance of a loop.
    Loop(Instance<'t, 'a>),
}

impl<'t, 'a> Instance<'t, 'a> {
    /// The loop's name: `PO1`; the root's is the transaction set's id.
    pub fn name(&self) -> &'a str {
        self.definition().map_or("", |definition| &definition.name)
    }

    /// The loop in the guide.
    pub fn definition(&self) -> Option<&'a LoopDef> {
        match self.tree.node(self.number)?.kind {
            Kind::Loop(definition) => Some(definition),
            Kind::Segment(_) => None,
        }
    }

    /// A number that no other instance of the tree has; the root's is 0, and they grow in the order of the wire.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The instance around this one; the root has none.
    pub fn parent(&self) -> Option<Self> {
        let parent = self.tree.node(self.number)?.parent;
        (self.number != 0).then_some(Self { tree: self.tree, number: parent })
    }

    /// What stands directly in it, in the order of the wire.
    pub fn parts(&self) -> impl Iterator<Item = InstancePart<'t, 'a>> + use<'t, 'a> {
        let tree = self.tree;
        let end = tree.node(self.number).map_or(0, |node| node.end);
        let mut next = self.number + 1;
        std::iter::from_fn(move || {
            let number = next;
            let node = (number < end).then(|| tree.node(number)).flatten()?;
            next = node.end;
            match node.kind {
                Kind::Loop(_) => Some(InstancePart::Loop(Instance { tree, number })),
                Kind::Segment(index) => tree.set.segment(index as usize + 1).map(InstancePart::Segment),
            }
        })
    }

    /// The segments that stand directly in it.
    pub fn segments(&self) -> impl Iterator<Item = Segment<'a>> + use<'t, 'a> {
        self.parts().filter_map(|part| match part {
            InstancePart::Segment(segment) => Some(segment),
            InstancePart::Loop(_) => None,
        })
    }

    /// The loop instances that stand directly in it.
    pub fn loops(&self) -> impl Iterator<Item = Self> + use<'t, 'a> {
        self.parts().filter_map(|part| match part {
            InstancePart::Loop(child) => Some(child),
            InstancePart::Segment(_) => None,
        })
    }

    /// The first segment that stands directly in it: the one that started the instance, or ST for the root.
    pub fn first(&self) -> Option<Segment<'a>> {
        self.segments().next()
    }
}

impl fmt::Debug for Instance<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name(), self.number)
    }
}
