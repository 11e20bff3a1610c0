//! A finding in lines: what, where in the message, by which rule, for which member, and what to do.

use crate::base::{Diagnostic, Location};
use crate::cli::edi::excerpt::Excerpt;
use crate::cli::report::{self, Lines};
use crate::edi::{Place, TransactionSet};

use super::project::Project;

/// What findings are about: the file, when there is one, and the message.
#[derive(Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) file: Option<&'a str>,
    pub(super) set: Option<&'a TransactionSet>,
}

/// Places that are named of findings that are alike.
const ALIKE: usize = 10;

/// A paragraph for each finding, one for all that are alike: what is wrong with one line of the file is often wrong with
/// the others.
pub(super) fn paragraphs(project: &Project, findings: &[Diagnostic], about: About<'_>) -> String {
    let mut groups: Vec<Vec<&Diagnostic>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group.first().is_some_and(|first| is_alike(first, finding))) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    let one = |group: &Vec<&Diagnostic>| match group.split_first() {
        Some((first, rest)) => paragraph(project, first, rest, about),
        None => String::new(),
    };
    groups.iter().map(one).collect()
}

/// Whether two findings say the same of different segments.
fn is_alike(one: &Diagnostic, other: &Diagnostic) -> bool {
    let rule = |of: &Diagnostic| (of.location.file.clone(), of.location.line, of.location.column);
    one.code == other.code && one.message == other.message && rule(one) == rule(other)
}

fn paragraph(project: &Project, finding: &Diagnostic, alike: &[&Diagnostic], about: About<'_>) -> String {
    let location = &finding.location;
    let rule = location.file.as_deref().and_then(|file| project.source(file));
    let excerpt = about.set.and_then(|set| Excerpt::of_set(set, &place(location)?));
    let position = excerpt.as_ref().and_then(|excerpt| excerpt.position);
    let gutter = report::gutter(location.line).max(report::gutter(position));
    let mut lines = vec![report::headline(finding)];
    if let Some(place) = in_message(location) {
        let file = about.file.map(|file| format!("{file}: ")).unwrap_or_default();
        lines.push(format!("{:gutter$}--> {file}{place}", ""));
    }
    if let (Some(excerpt), Some(position)) = (&excerpt, position) {
        lines.extend(report::marked(gutter, &position.to_string(), &excerpt.text, &excerpt.mark));
    }
    // Its bytes are those of the message.
    let mut by_rule = project.placed(finding.clone());
    by_rule.location.bytes = None;
    lines.extend(report::in_file(&by_rule, gutter, Lines::Whole, &|_| rule.clone()));
    let note = |word: &str, text: &str| format!("{:gutter$} = {word}{text}", "");
    lines.extend(location.member.iter().map(|member| note("member ", member)));
    lines.extend(finding.expected.iter().map(|expected| note("expected ", expected)));
    lines.extend(finding.hint.iter().map(|hint| note("", hint)));
    if !alike.is_empty() {
        let at = |one: &&Diagnostic| {
            in_message(&Location { bytes: None, ..one.location.clone() }).or_else(|| one.location.member.clone())
        };
        let mut places: Vec<String> = alike.iter().take(ALIKE).filter_map(at).collect();
        if alike.len() > ALIKE {
            places.push("…".to_owned());
        }
        lines.push(
            note(&format!("and {} alike: ", alike.len()), &places.join("; ")).trim_end_matches([':', ' ']).to_owned(),
        );
    }
    lines.into_iter().map(|line| line + "\n").collect::<String>() + "\n"
}

/// `segment 14, PO103-2, byte 520`
pub(super) fn in_message(location: &Location) -> Option<String> {
    location.segment.as_ref()?;
    let position = location.segment_position.map(|position| format!("segment {position}, "));
    let byte = location.bytes.as_ref().map(|bytes| format!(", byte {}", bytes.start)).unwrap_or_default();
    Some(format!("{}{}{byte}", position.unwrap_or_default(), element_of(location)))
}

/// `PO103`, `DTM01-2`, `PID05(2)`
pub(super) fn element_of(location: &Location) -> String {
    let segment = location.segment.as_deref().unwrap_or_default();
    let element = location.element.map(|element| format!("{element:02}")).unwrap_or_default();
    let repetition = location.repetition.filter(|number| *number > 1).map(|number| format!("({number})"));
    let component = location.component.map(|component| format!("-{component}")).unwrap_or_default();
    format!("{segment}{element}{component}{}", repetition.unwrap_or_default())
}

fn place(location: &Location) -> Option<Place> {
    // Of a message that was written nothing is known but the segment.
    let bytes = location.bytes.clone().unwrap_or(0..1);
    Some(Place {
        start: bytes.start,
        end: bytes.end,
        tag: None,
        segment_position: Some(u32::try_from(location.segment_position?).ok()?),
        element: location.element,
        repetition: location.repetition,
        component: location.component,
    })
}
