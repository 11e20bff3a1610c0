//! Guides for tests, out of a dictionary and a set that stand beside the test.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::table::{Faults, Source};
use crate::edi::place::Tag;

use super::dictionary::Dictionary;
use super::segment::{LoopDef, SegmentDef};
use super::{Guide, load};

impl Guide {
    /// A guide as it is written.
    pub(crate) fn written(key: &str, dictionary: &str, set: &str) -> Self {
        let faults = Faults::new();
        let dictionary = Dictionary::read(&[Source::new("dictionary", dictionary.to_owned())], &faults);
        let guide = load::guide(key.parse().unwrap(), &Source::new("set", set.to_owned()), &dictionary, &faults);
        let faults = faults.into_sorted();
        assert!(faults.is_empty(), "{faults:?}");
        guide.unwrap()
    }

    /// The same guide otherwise.
    pub(crate) fn changed(mut self, change: impl FnOnce(&mut LoopDef, &mut BTreeMap<Tag, Arc<SegmentDef>>)) -> Self {
        change(&mut self.root, &mut self.segments);
        self.clone()
    }
}
