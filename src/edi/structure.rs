//! Fits the segments of a transaction set into the loops of a guide.

use super::finding::Finding;
use super::guide::Guide;
use super::interchange::TransactionSet;
use super::tree::Tree;

/// The tree of a transaction set by a guide, and what does not fit. Every segment is in the tree, the wrong ones where
/// they make most sense.
pub fn structure<'a>(set: &'a TransactionSet, guide: &'a Guide) -> (Tree<'a>, Vec<Finding>) {
    let mut tree = Tree::new(set, guide.root());
    set.segments().for_each(|segment| tree.add(0, &segment));
    tree.close(0);
    (tree, Vec::new())
}
