//! Guides: which segments, elements and loops a transaction set has. A guide is data;
//! `load.rs` tells its form.

mod choose;
mod dictionary;
mod element;
pub mod import;
mod key;
mod load;
mod overlay;
mod own;
mod plan;
mod segment;
mod shipped;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;

pub use choose::Guides;
pub use element::{Authority, CodeList, ElementDef, ElementKind, ElementType};
pub use key::{GuideKey, NotAGuideKey};
pub use segment::{
    Discriminator, Hierarchy, LoopDef, Max, NoteRule, Pair, Part, Requirement, SegmentDef, SegmentUse, SyntaxNote,
};
pub use shipped::shipped;

pub(crate) use plan::{Holds, Item, LoopPlan, NONE, PartPlan, Plan, Sequence, code_key};

use std::collections::BTreeMap;
use std::sync::Arc;

use super::place::Tag;
use dictionary::Dictionary;

/// A transaction set described: its loops in order, its segments, their elements.
#[derive(Clone, Debug)]
pub struct Guide {
    key: GuideKey,
    name: String,
    root: LoopDef,
    segments: BTreeMap<Tag, Arc<SegmentDef>>,
    planned: plan::Planned,
    /// What the segments of its release are described with.
    dictionary: Dictionary,
}

impl Guide {
    /// Which message it describes: `x12/004010/850`.
    pub fn key(&self) -> &GuideKey {
        &self.key
    }

    /// What it is called, in a few words; empty where nobody said.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The overlay that it was amended by, `acme-bearings/810`, if any.
    pub fn overlay(&self) -> Option<&str> {
        self.key.overlay.as_deref()
    }

    /// The transaction set as a loop that comes once; its name is the set's id. ST and SE belong to the envelope and
    /// are not part of it.
    pub fn root(&self) -> &LoopDef {
        &self.root
    }

    /// The elements of a segment. A segment that loops name may have none described: then nothing in it is checked.
    pub fn segment(&self, tag: &str) -> Option<&SegmentDef> {
        self.described(Tag::new(tag.as_bytes()))
    }

    /// Element `number`, from 1, of a segment.
    pub fn element(&self, tag: &str, number: usize) -> Option<&ElementDef> {
        self.segment(tag)?.element(number)
    }

    /// The segments that are described, by tag.
    pub fn segments(&self) -> impl Iterator<Item = &SegmentDef> {
        self.segments.values().map(AsRef::as_ref)
    }

    /// The elements of a segment, shared.
    pub(crate) fn shared_segment(&self, tag: Tag) -> Option<Arc<SegmentDef>> {
        self.segments.get(&tag).cloned()
    }

    /// A segment of the release, whether or not the set has it: those of the envelope are in none.
    pub(crate) fn segment_of_release(&self, tag: Tag) -> Option<Arc<SegmentDef>> {
        self.dictionary.segment(tag).cloned()
    }

    pub(crate) fn described(&self, tag: Tag) -> Option<&SegmentDef> {
        self.segments.get(&tag).map(AsRef::as_ref)
    }
}
