//! The elements of a segment as rows: reference, number, name, value, what a code means.

use crate::cli::edi::excerpt::visible;
use crate::cli::edi::rule::element_reference;
use crate::cli::edi::words;
use crate::edi::guide::{ElementDef, ElementKind, SegmentDef};
use crate::edi::{Delimiters, Element, Place, Segment};

/// Characters of a value that are shown.
const VALUE: usize = 300;

/// One value of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Where it stands: element, repetition, component.
    pub(super) place: Place,
    /// `BEG03`, `NAD02-1`.
    pub(super) reference: String,
    /// Its number in the dictionary; empty where nobody says.
    pub(super) id: String,
    /// What it is called; empty where nobody says.
    pub(super) name: String,
    /// The value.
    pub(super) value: String,
    /// What the value means, when it is a code that is known.
    pub(super) meaning: Option<String>,
}

/// The values of a segment, in order, empty ones left out.
pub(super) fn rows(segment: &Segment<'_>, definition: Option<&SegmentDef>, delimiters: &Delimiters) -> Vec<Row> {
    let mut rows = Vec::new();
    for element in segment.elements() {
        let described = definition.and_then(|definition| definition.element(element.number() as usize));
        let count = element.repetition_count();
        for number in 1..=count {
            let repetition = if count > 1 { element.repetition(number) } else { element };
            components(&repetition, described, delimiters, &mut rows);
        }
    }
    rows
}

fn components(element: &Element<'_>, described: Option<&ElementDef>, delimiters: &Delimiters, rows: &mut Vec<Row>) {
    let is_composite = described.is_some_and(|one| matches!(one.kind, ElementKind::Composite { .. }));
    let count = element.component_count();
    if count <= 1 && !is_composite {
        rows.extend(row(element, described, delimiters));
        return;
    }
    for number in 1..=count {
        let definition = described.and_then(|one| one.component(number));
        rows.extend(row(&element.component(number), definition, delimiters));
    }
}

fn row(element: &Element<'_>, described: Option<&ElementDef>, delimiters: &Delimiters) -> Option<Row> {
    if element.is_empty() {
        return None;
    }
    let place = element.place();
    let tag = place.tag.unwrap_or_default();
    let service =
        words::service_element(tag.as_str(), place.element.unwrap_or_default(), place.component.unwrap_or_default());
    let (id, name) = match (described, service) {
        (Some(described), _) => (described.id.clone(), described.name.clone()),
        (None, Some((id, name))) => (id.to_owned(), name.to_owned()),
        (None, None) => (String::new(), String::new()),
    };
    let text = element.text();
    let meaning = described.and_then(|one| one.codes.as_ref()?.codes.get(&*text).cloned());
    Some(Row { place, reference: element_reference(&place), id, name, value: value(&text, delimiters), meaning })
}

fn value(text: &str, delimiters: &Delimiters) -> String {
    let length = text.chars().count();
    if length <= VALUE {
        return visible(text, delimiters);
    }
    let shown: String = text.chars().take(VALUE).collect();
    format!("{}… ({length} characters)", visible(&shown, delimiters))
}

impl Row {
    /// `BEG03 324 purchase order number`.
    pub(super) fn label(&self) -> String {
        [&self.reference, &self.id, &self.name]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    }
}
