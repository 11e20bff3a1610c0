//! The elements of segments: number, use, form, name, codes, and what they demand of one another.

use std::sync::Arc;

use crate::edi::guide::{Authority, CodeList, ElementDef, ElementKind, LoopDef, Part, Requirement, SegmentDef};
use crate::edi::{Guide, Standard, Tag};

/// How many codes of an element are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Codes {
    /// The first few: a whole guide has hundreds of them.
    Few,
    /// All.
    All,
}

const FEW: usize = 8;

/// A segment as it is everywhere, or as it is at one place.
#[derive(Clone)]
pub(super) struct Described {
    /// Its tag.
    pub(super) tag: Tag,
    /// Where it is so, when it is otherwise elsewhere: `PO1/REF`.
    pub(super) at: Option<String>,
    /// Its elements; `None` when the guide names the segment and says no more.
    pub(super) definition: Option<Arc<SegmentDef>>,
}

/// The segments of a guide in the order in which they may come, each once, those of one place beside it.
pub(super) fn in_order(guide: &Guide) -> Vec<Described> {
    let mut found = Vec::new();
    gather(guide, guide.root(), "", &mut found);
    found
}

fn gather(guide: &Guide, definition: &LoopDef, path: &str, found: &mut Vec<Described>) {
    for part in &definition.parts {
        let path = format!("{path}{}", part.name());
        match part {
            Part::Loop(child) if child.requirement == Requirement::NotUsed => {}
            Part::Loop(child) => gather(guide, child, &format!("{path}/"), found),
            Part::Segment(segment) if segment.requirement == Requirement::NotUsed => {}
            Part::Segment(segment) => {
                let tag = segment.tag;
                match &segment.definition {
                    Some(own) => found.push(Described { tag, at: Some(path), definition: Some(Arc::clone(own)) }),
                    None if found.iter().any(|one| one.tag == tag && one.at.is_none()) => {}
                    None => found.push(Described { tag, at: None, definition: guide.shared_segment(tag) }),
                }
            }
        }
    }
}

/// One segment with its elements.
pub(super) fn text(guide: &Guide, segment: &Described, codes: Codes) -> String {
    let at = segment.at.as_ref().map(|path| format!("  at {path}")).unwrap_or_default();
    let Some(definition) = &segment.definition else {
        return format!("{}{at}\n  not described: its elements are not checked\n", segment.tag);
    };
    let name = if definition.name.is_empty() { String::new() } else { format!("  {}", definition.name) };
    let mut text = format!("{}{name}{at}\n", definition.tag);
    let mut lines = Lines { standard: standard(guide), codes, tag: definition.tag, told: Vec::new(), text: &mut text };
    for (number, element) in (1..).zip(&definition.elements) {
        lines.element(&format!("{}{number:02}", definition.tag), element);
    }
    for note in &definition.notes {
        lines.line(&format!("  {note}: {}", note.words()));
    }
    text
}

pub(super) fn standard(guide: &Guide) -> Standard {
    if guide.key().standard == Standard::Edifact.as_str() { Standard::Edifact } else { Standard::X12 }
}

struct Lines<'t> {
    standard: Standard,
    codes: Codes,
    tag: Tag,
    /// Lists told already, and where.
    told: Vec<(Arc<CodeList>, String)>,
    text: &'t mut String,
}

impl Lines<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn element(&mut self, place: &str, element: &ElementDef) {
        let repeats = if element.repeats > 1 { format!(" x{}", element.repeats) } else { String::new() };
        let used = format!("{}{repeats}", element.requirement);
        let (id, form) = (&element.id, element.form(self.standard));
        self.line(&format!("  {place:<8}  {id:<5}  {used:<4}  {form:<9}  {}", element.name));
        if let Some(codes) = element.codes.as_ref().filter(|_| element.requirement != Requirement::NotUsed) {
            match self.told.iter().find(|(list, _)| Arc::ptr_eq(list, codes)) {
                Some((_, first)) => self.line(&format!("                     codes as in {first}")),
                None => {
                    self.told.push((Arc::clone(codes), place.to_owned()));
                    self.code_list(codes);
                }
            }
        }
        let ElementKind::Composite { components, notes } = &element.kind else { return };
        if element.requirement == Requirement::NotUsed {
            return;
        }
        for (number, component) in (1..).zip(components) {
            self.element(&format!("{place}-{number}"), component);
        }
        for note in notes {
            self.line(&format!("           {note}: {}", note.words()));
        }
    }

    fn code_list(&mut self, list: &CodeList) {
        let limit = if self.codes == Codes::All { usize::MAX } else { FEW };
        let mut lead = match (list.whole, list.authority) {
            (true, Authority::Partner) => "agreed",
            (true, Authority::Standard) => "only",
            (false, _) => "known",
        };
        let width = list.codes.keys().map(|code| code.chars().count()).max().unwrap_or(0);
        for (code, name) in list.codes.iter().take(limit) {
            // A source without names repeats the code.
            let name = if name == code { "" } else { name };
            self.line(&format!("             {lead:>6}  {code:<width$}  {name}"));
            lead = "";
        }
        let more = list.codes.len().saturating_sub(limit);
        if more > 0 {
            self.line(&format!("                     … {more} more; name {} behind the guide to see all", self.tag));
        }
    }
}
