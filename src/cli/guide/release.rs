//! Segments that a release describes and no set lists: those of the envelope, and TA1, which stands beside the groups.

use std::sync::Arc;

use super::elements::{self, Codes, Described};
use super::{Exit, Failure, Output, json};
use crate::edi::{Guide, GuideKey, Guides, Tag};

/// A segment by release and tag, `x12/004010/TA1`, and a guide of that release.
pub(super) fn segment(guides: &Guides, name: &str) -> Option<(Arc<Guide>, Described)> {
    let wanted: GuideKey = name.to_ascii_lowercase().parse().ok()?;
    let is_of_release = |key: &&GuideKey| (&key.standard, &key.release) == (&wanted.standard, &wanted.release);
    guides.keys().filter(is_of_release).find_map(|key| {
        let guide = guides.get(key)?;
        let described = described(&guide, &wanted.set)?;
        Some((guide, described))
    })
}

/// A segment as the release of a guide describes it, whether or not the set has it.
pub(super) fn described(guide: &Guide, tag: &str) -> Option<Described> {
    let tag = Tag::new(tag.to_ascii_uppercase().as_bytes());
    let definition = guide.segment_of_release(tag)?;
    Some(Described { tag, at: None, definition: Some(definition) })
}

/// Prints such a segment. `elsewhere` is said of one that is none of the envelope's.
pub(super) fn show(
    guide: &Guide,
    segment: &Described,
    elsewhere: &str,
    json: bool,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let tag = segment.tag.as_str();
    let name = GuideKey { set: tag.to_owned(), ..guide.key().plain() };
    let place = place(tag).unwrap_or(elsewhere);
    if json {
        let label = segment.definition.as_ref().map(|definition| definition.name.as_str()).unwrap_or_default();
        let segments = json::segments(guide, std::slice::from_ref(segment));
        out.json(&serde_json::json!({ "guide": name.to_string(), "name": label, "place": place, "parts": [], "segments": segments }))?;
    } else {
        out.line(&format!("{name}  {place}\n"))?;
        out.bytes(elements::text(guide, segment, Codes::All).as_bytes())?;
    }
    Ok(Exit::Clean)
}

/// Where a segment of the envelope stands.
fn place(tag: &str) -> Option<&'static str> {
    Some(match tag {
        "ISA" | "UNB" => "begins an interchange",
        "TA1" => "stands between the ISA and the first group",
        "GS" | "UNG" => "begins a functional group",
        "ST" => "begins a transaction set",
        "SE" => "ends a transaction set",
        "UNH" => "begins a message",
        "UNT" => "ends a message",
        "GE" | "UNE" => "ends a functional group",
        "IEA" | "UNZ" => "ends an interchange",
        _ => return None,
    })
}
