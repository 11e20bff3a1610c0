//! One loop or segment of a guide, wherever it stands.

use super::elements::{self, Codes, Described};
use super::{Exit, Failure, outline, title};
use crate::base::nearest;
use crate::edi::Guide;
use crate::edi::guide::{LoopDef, Part};

/// A part and where it stands: `PO1/N1`.
pub(super) struct Found<'g> {
    pub(super) path: String,
    pub(super) part: &'g Part,
}

/// All parts whose path is, or ends with, what is wanted. `None` when there is none.
pub(super) fn find<'g>(guide: &'g Guide, wanted: &str) -> Option<Vec<Found<'g>>> {
    let mut found = Vec::new();
    walk(guide.root(), "", &mut |path, part| {
        let ends = path.strip_suffix(wanted).is_some_and(|before| before.is_empty() || before.ends_with('/'));
        if ends {
            found.push(Found { path: path.to_owned(), part });
        }
    });
    // The segment that starts a loop of its own name is shown with the loop.
    let loops: Vec<String> =
        found.iter().filter(|one| matches!(one.part, Part::Loop(_))).map(|one| one.path.clone()).collect();
    found.retain(|one| !loops.iter().any(|path| one.path == format!("{path}/{}", one.part.name())));
    (!found.is_empty()).then_some(found)
}

fn walk<'g>(definition: &'g LoopDef, path: &str, see: &mut dyn FnMut(&str, &'g Part)) {
    for part in &definition.parts {
        let path = format!("{path}{}", part.name());
        see(&path, part);
        if let Part::Loop(child) = part {
            walk(child, &format!("{path}/"), see);
        }
    }
}

/// What to say when nothing is called so.
pub(super) fn unknown(guide: &Guide, wanted: &str) -> Failure {
    let mut names = Vec::new();
    walk(guide.root(), "", &mut |_, part| names.push(part.name()));
    let last = wanted.rsplit('/').next().unwrap_or(wanted);
    let hint = match nearest(last, names.iter().copied().filter(|name| *name != last)) {
        Some(near) => format!("did you mean {near}?"),
        None => format!("'edigate guide show {}' tells what there is", guide.key()),
    };
    Failure::new(Exit::Failed, format!("{} has no part {wanted}; {hint}", guide.key()))
}

/// The parts with their outlines, then the elements of their segments.
pub(super) fn text(guide: &Guide, found: &[Found<'_>]) -> String {
    let mut text = format!("{}\n", title(guide));
    for one in found {
        text.push_str(&format!("\n{}\n", one.path));
        text.push_str(&outline::of(guide, std::slice::from_ref(one.part)));
    }
    for segment in segments(guide, found) {
        text.push('\n');
        text.push_str(&elements::text(guide, &segment, Codes::All));
    }
    text
}

/// The segments to be told of: those that stand directly in the loops found, and those found themselves.
pub(super) fn segments(guide: &Guide, found: &[Found<'_>]) -> Vec<Described> {
    let wanted = |tag: &str, at: Option<&str>| {
        found.iter().any(|one| match (one.part, at) {
            (Part::Segment(segment), None) => segment.tag == tag && segment.definition.is_none(),
            (Part::Segment(_), Some(at)) => one.path == at,
            (Part::Loop(child), None) => child.segment(tag).is_some_and(|segment| segment.definition.is_none()),
            (Part::Loop(_), Some(at)) => at.rsplit_once('/').is_some_and(|(parent, _)| parent == one.path),
        })
    };
    let mut all = elements::in_order(guide);
    all.retain(|segment| wanted(segment.tag.as_str(), segment.at.as_deref()));
    all
}
