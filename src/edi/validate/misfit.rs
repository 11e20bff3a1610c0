//! What is said of segments that are missing or stand where they may not.

use crate::base::{Severity, times};
use crate::edi::finding::{Finding, FindingCode};
use crate::edi::guide::{Authority, Guide, LoopDef, Max, Part};
use crate::edi::place::{Place, Tag};
use crate::edi::token::Segment;

/// A segment that was put where it may not stand.
pub(super) fn misplaced(code: FindingCode, part: &Part, inside: &LoopDef, segment: &Segment<'_>) -> Finding {
    let place = segment.place();
    match part.max() {
        Max::Times(max) if code != FindingCode::OutOfSequence => {
            let text = format!("{} comes more often than {} in {}", part.name(), times(max), inside.name);
            Finding::new(Severity::Warning, code, place, text).expecting(format!("at most {max}"))
        }
        Max::Times(_) | Max::Unbounded => {
            let text = format!("{} comes too late in {}", segment.tag(), inside.name);
            // Behind a quantity it may be the next one's, as where a later directory has another order.
            let is_of_a_quantity = inside.first().is_some_and(|first| first.tag.as_str() == "QTY");
            let severity = if is_of_a_quantity { Severity::Error } else { Severity::Warning };
            Finding::new(severity, code, place, text)
        }
    }
}

/// A part that is missing is told at the place where it should have stood: before the segment that came instead.
pub(super) fn missing(part: &Part, inside: &LoopDef, place: &Place) -> Finding {
    let tag = match part {
        Part::Segment(segment) => segment.tag,
        Part::Loop(child) => child.first().map(|first| first.tag).unwrap_or(Tag::default()),
    };
    let place = Place { tag: Some(tag), end: place.start, element: None, ..*place };
    let what = match part {
        Part::Segment(_) => "segment",
        Part::Loop(_) => "loop",
    };
    let text = format!("the mandatory {what} {} of {} is missing", part.name(), inside.name);
    Finding::new(Severity::Error, FindingCode::MissingSegment, place, text).expecting(tag.as_str())
}

/// A part that is there though the guide does not use it. Only a partner's guide says so: what it forbids by name is an
/// error.
pub(super) fn not_used(part: &Part, inside: &LoopDef, segment: &Segment<'_>) -> Finding {
    let text = format!("the guide does not use {} in {}", part.name(), inside.name);
    let finding = Finding::new(Severity::Error, FindingCode::NotUsedSegment, segment.place(), text);
    finding.quoting(segment.tag().as_str()).by(Authority::Partner)
}

/// A segment that no open loop takes.
pub(super) fn stray(guide: &Guide, inside: &LoopDef, segment: &Segment<'_>) -> Finding {
    let tag = segment.tag();
    let finding = if guide.root().knows(tag) {
        let text = format!("{tag} has no place in {} nor in the loops around it", inside.name);
        Finding::new(Severity::Error, FindingCode::UnexpectedSegment, segment.place(), text)
    } else if guide.segment_of_release(tag).is_some() {
        let text = format!("{} has no segment {tag}; other sets of its release have", guide.key());
        Finding::new(Severity::Warning, FindingCode::SegmentNotOfSet, segment.place(), text)
    } else {
        let text = format!("{} has no segment {tag}", guide.key());
        Finding::new(Severity::Warning, FindingCode::UnknownSegment, segment.place(), text)
    };
    finding.quoting(tag.as_str())
}
