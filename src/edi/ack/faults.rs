//! The findings of a transaction set as acknowledgements tell them: about the set, about segments in order, about the
//! elements of each.

use crate::edi::finding::{Finding, Level};
use crate::edi::place::Tag;
use crate::edi::report::SetReport;

use super::policy::AckPolicy;
use super::verdict::is_told;

/// What is told of a set.
#[derive(Default)]
pub(super) struct SetFaults<'r> {
    /// About the set as a whole, its header and its trailer.
    pub(super) set: Vec<&'r Finding>,
    /// About segments, in the order of the set.
    pub(super) segments: Vec<SegmentFaults<'r>>,
}

/// What is told of a segment.
pub(super) struct SegmentFaults<'r> {
    /// Its position in the set, the header being 1.
    pub(super) position: u32,
    /// Its tag; of one that is missing, the tag it would have.
    pub(super) tag: Tag,
    /// About the segment.
    pub(super) segment: Vec<&'r Finding>,
    /// About its elements.
    pub(super) elements: Vec<&'r Finding>,
}

/// Sorts the findings of a set that are told by what they are told as.
pub(super) fn sort<'r>(set: &'r SetReport, policy: &AckPolicy, told_as: impl Fn(&Finding) -> Level) -> SetFaults<'r> {
    let mut faults = SetFaults::default();
    for finding in set.findings.iter().filter(|finding| is_told(finding, policy)) {
        let place = finding.place.segment_position.zip(finding.place.tag);
        match (told_as(finding), place) {
            (Level::Element, Some((position, tag))) => faults.of_segment(position, tag).elements.push(finding),
            (Level::Segment, Some((position, tag))) => faults.of_segment(position, tag).segment.push(finding),
            (_, _) => faults.set.push(finding),
        }
    }
    // Stable: a segment that is missing was found before the one that came instead.
    faults.segments.sort_by_key(|segment| segment.position);
    faults
}

impl<'r> SetFaults<'r> {
    /// Findings come in the order of the file: only the last segments can be meant.
    fn of_segment(&mut self, position: u32, tag: Tag) -> &mut SegmentFaults<'r> {
        let known = self.segments.iter().rposition(|one| one.position == position && one.tag == tag);
        let index = known.unwrap_or_else(|| {
            self.segments.push(SegmentFaults { position, tag, segment: Vec::new(), elements: Vec::new() });
            self.segments.len() - 1
        });
        // `index` is that of an entry that is there.
        self.segments.get_mut(index).expect("the entry was found or pushed just above")
    }
}
