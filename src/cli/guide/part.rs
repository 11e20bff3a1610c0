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

/// All parts whose path is, or ends with, what is wanted: `N1`, `PO1/N1`, and of EDIFACT `SG25`, `SG25/LIN`. Small letters
/// are as good as capitals, where no part is called so. `None` when there is none.
pub(super) fn find<'g>(guide: &'g Guide, wanted: &str) -> Option<Vec<Found<'g>>> {
    let wanted: Vec<&str> = wanted.split('/').collect();
    let mut found = Vec::new();
    let mut names = Vec::new();
    walk(guide.root(), &mut names, &mut |names, part| {
        if ends_with(names, &wanted) {
            let path: Vec<&str> = names.iter().map(|part| part.name()).collect();
            let is_exact = path.ends_with(&wanted);
            found.push((is_exact, Found { path: path.join("/"), part }));
        }
    });
    let any_exact = found.iter().any(|(is_exact, _)| *is_exact);
    let mut found: Vec<Found<'g>> =
        found.into_iter().filter(|(is_exact, _)| *is_exact || !any_exact).map(|(_, one)| one).collect();
    // The segment that starts a loop of its own name is shown with the loop.
    let loops: Vec<String> =
        found.iter().filter(|one| matches!(one.part, Part::Loop(_))).map(|one| one.path.clone()).collect();
    found.retain(|one| !loops.iter().any(|path| one.path == format!("{path}/{}", one.part.name())));
    (!found.is_empty()).then_some(found)
}

/// Whether a path of parts ends with what is wanted.
fn ends_with(path: &[&Part], wanted: &[&str]) -> bool {
    let is_called = |part: &Part, wanted: &str| {
        let group = match part {
            Part::Loop(LoopDef { group: Some(group), .. }) => wanted.eq_ignore_ascii_case(&format!("SG{group}")),
            Part::Loop(_) | Part::Segment(_) => false,
        };
        group || part.name().eq_ignore_ascii_case(wanted)
    };
    let behind = path.len().checked_sub(wanted.len()).and_then(|before| path.get(before..));
    behind.is_some_and(|parts| parts.iter().zip(wanted).all(|(part, wanted)| is_called(part, wanted)))
}

/// Goes through all parts with the loops they stand in, each part the last of its path.
fn walk<'g>(definition: &'g LoopDef, path: &mut Vec<&'g Part>, see: &mut dyn FnMut(&[&'g Part], &'g Part)) {
    for part in &definition.parts {
        path.push(part);
        see(path, part);
        if let Part::Loop(child) = part {
            walk(child, path, see);
        }
        path.pop();
    }
}

/// What to say when nothing is called so.
pub(super) fn unknown(guide: &Guide, wanted: &str) -> Failure {
    let mut names = Vec::new();
    walk(guide.root(), &mut Vec::new(), &mut |_, part| names.push(part.name()));
    let last = wanted.rsplit('/').next().unwrap_or(wanted).to_uppercase();
    let capitals: Vec<String> = names.iter().map(|name| name.to_uppercase()).filter(|name| *name != last).collect();
    let near = nearest(&last, capitals.iter().map(String::as_str));
    let near = near.and_then(|near| names.iter().find(|name| name.eq_ignore_ascii_case(near)));
    let hint = match near {
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

/// The segments to be told of: those that stand directly in the loops found, and those found themselves, in that order.
pub(super) fn segments(guide: &Guide, found: &[Found<'_>]) -> Vec<Described> {
    let uses = found.iter().flat_map(|one| match one.part {
        Part::Segment(segment) => vec![(segment, one.path.clone())],
        Part::Loop(child) => {
            child.segments().map(|segment| (segment, format!("{}/{}", one.path, segment.tag))).collect()
        }
    });
    let mut told: Vec<Described> = Vec::new();
    let all = elements::in_order(guide);
    for (segment, path) in uses {
        let at = segment.definition.is_some().then_some(path);
        let is_it = |one: &&Described| one.tag == segment.tag && one.at == at;
        if !told.iter().any(|one| is_it(&one)) {
            told.extend(all.iter().find(is_it).cloned());
        }
    }
    told
}
