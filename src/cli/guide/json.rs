//! Guides as JSON.

use serde_json::{Map, Value, json};

use super::elements::{self, Described};
use super::part::{self, Found};
use crate::edi::guide::{CodeList, ElementDef, ElementKind, LoopDef, Max, Part, Requirement, SegmentDef, SyntaxNote};
use crate::edi::{Guide, Standard};

/// The whole guide.
pub(super) fn whole(guide: &Guide) -> Value {
    let mut object = head(guide);
    object.insert("parts".to_owned(), parts(guide, guide.root()));
    object.insert("segments".to_owned(), segments(guide, &elements::in_order(guide)));
    Value::Object(object)
}

/// The parts that were asked for.
pub(super) fn matches(guide: &Guide, found: &[Found<'_>]) -> Value {
    let all = found.iter().map(|one| {
        let mut object = self::part(guide, one.part);
        object.insert("path".to_owned(), json!(one.path));
        Value::Object(object)
    });
    let mut object = head(guide);
    object.insert("parts".to_owned(), all.collect());
    object.insert("segments".to_owned(), segments(guide, &part::segments(guide, found)));
    Value::Object(object)
}

fn head(guide: &Guide) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("guide".to_owned(), json!(guide.key().to_string()));
    object.insert("name".to_owned(), json!(guide.name()));
    if guide.overlay().is_some() {
        object.insert("extends".to_owned(), json!(guide.key().plain().to_string()));
    }
    object
}

fn parts(guide: &Guide, definition: &LoopDef) -> Value {
    definition.parts.iter().map(|one| Value::Object(part(guide, one))).collect()
}

fn part(guide: &Guide, part: &Part) -> Map<String, Value> {
    let mut object = Map::new();
    let kind = match part {
        Part::Segment(_) => "segment",
        Part::Loop(_) => "loop",
    };
    object.insert(kind.to_owned(), json!(part.name()));
    object.insert("use".to_owned(), json!(requirement(part.requirement())));
    // Without bound: no member.
    if let Max::Times(max) = part.max() {
        object.insert("max".to_owned(), json!(max));
    }
    let Part::Loop(child) = part else { return object };
    if let Some(group) = child.group {
        object.insert("group".to_owned(), json!(group));
    }
    if let Some(when) = &child.when {
        object.insert("when".to_owned(), json!({ "element": when.element, "in": when.values }));
    }
    if let Some(tree) = &child.hierarchy {
        let tree = json!({ "id": tree.id, "parent": tree.parent, "level": tree.level, "order": tree.order });
        object.insert("hierarchy".to_owned(), tree);
    }
    object.insert("parts".to_owned(), parts(guide, child));
    object
}

fn requirement(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Mandatory => "mandatory",
        Requirement::Optional => "optional",
        Requirement::NotUsed => "not-used",
    }
}

/// Segments with their elements.
pub(super) fn segments(guide: &Guide, all: &[Described]) -> Value {
    let standard = elements::standard(guide);
    let segment = |one: &Described| {
        let mut object = Map::new();
        object.insert("segment".to_owned(), json!(one.tag.as_str()));
        if let Some(at) = &one.at {
            object.insert("at".to_owned(), json!(at));
        }
        if let Some(definition) = &one.definition {
            describe(definition, standard, &mut object);
        }
        Value::Object(object)
    };
    all.iter().map(segment).collect()
}

fn describe(definition: &SegmentDef, standard: Standard, object: &mut Map<String, Value>) {
    object.insert("name".to_owned(), json!(definition.name));
    object.insert("elements".to_owned(), definition.elements.iter().map(|one| element(one, standard)).collect());
    object.insert("notes".to_owned(), notes(&definition.notes));
}

fn element(definition: &ElementDef, standard: Standard) -> Value {
    let mut object = Map::new();
    object.insert("element".to_owned(), json!(definition.id));
    object.insert("name".to_owned(), json!(definition.name));
    object.insert("use".to_owned(), json!(requirement(definition.requirement)));
    if definition.repeats > 1 {
        object.insert("repeats".to_owned(), json!(definition.repeats));
    }
    match &definition.kind {
        ElementKind::Simple { min, max, .. } => {
            object.insert("form".to_owned(), json!(definition.form(standard)));
            object.insert("min".to_owned(), json!(min));
            object.insert("max".to_owned(), json!(max));
        }
        ElementKind::Composite { components, notes } => {
            object.insert("components".to_owned(), components.iter().map(|one| element(one, standard)).collect());
            object.insert("notes".to_owned(), self::notes(notes));
        }
    }
    if let Some(list) = definition.codes.as_deref() {
        let CodeList { whole, authority, codes } = list;
        let by = format!("{authority:?}").to_lowercase();
        object.insert("codes".to_owned(), json!({ "whole": whole, "by": by, "list": codes }));
    }
    Value::Object(object)
}

fn notes(notes: &[SyntaxNote]) -> Value {
    notes.iter().map(|note| json!({ "note": note.to_string(), "says": note.words() })).collect()
}
