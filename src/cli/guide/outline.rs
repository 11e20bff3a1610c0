//! The loops of a guide as an indented outline: what stands where, whether it must, how often it may.

use crate::edi::Guide;
use crate::edi::guide::{Hierarchy, LoopDef, Part, Requirement};

/// One line: what is indented, and what stands in columns behind it.
struct Row {
    name: String,
    requirement: String,
    max: String,
    about: String,
}

/// The outline of these parts and all they hold.
pub(super) fn of(guide: &Guide, parts: &[Part]) -> String {
    let mut rows = vec![row("", "use", "max", "")];
    parts.iter().for_each(|part| add(guide, part, 0, &mut rows));
    let width = |of: fn(&Row) -> &String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let (name, max) = (width(|row| &row.name), width(|row| &row.max));
    let lines = rows.iter().map(|row| {
        let line = format!("  {:<name$}  {:<3}  {:<max$}  {}", row.name, row.requirement, row.max, row.about);
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}

fn row(name: &str, requirement: &str, max: &str, about: &str) -> Row {
    Row { name: name.to_owned(), requirement: requirement.to_owned(), max: max.to_owned(), about: about.to_owned() }
}

fn add(guide: &Guide, part: &Part, depth: usize, rows: &mut Vec<Row>) {
    let indent = "  ".repeat(depth);
    let (requirement, max) = (part.requirement().to_string(), part.max().to_string());
    let not_used = part.requirement() == Requirement::NotUsed;
    match part {
        Part::Segment(segment) if not_used => rows.push(row(&format!("{indent}{}", segment.tag), "-", "", "not used")),
        Part::Loop(child) if not_used => rows.push(row(&format!("{indent}loop {}", child.name), "-", "", "not used")),
        Part::Segment(segment) => {
            let definition = segment.definition.as_deref().or_else(|| guide.segment(segment.tag.as_str()));
            let name = definition.map(|definition| definition.name.as_str()).unwrap_or_default();
            let about = match (definition, &segment.definition) {
                (None, _) => "(not described: its elements are not checked)".to_owned(),
                (_, Some(_)) => format!("{name} (its own here)").trim_start().to_owned(),
                (_, None) => name.to_owned(),
            };
            rows.push(row(&format!("{indent}{}", segment.tag), &requirement, &max, &about));
        }
        Part::Loop(child) => {
            let group = child.group.map(|group| format!(" SG{group}")).unwrap_or_default();
            rows.push(row(&format!("{indent}loop {}{group}", child.name), &requirement, &max, &about_loop(child)));
            child.parts.iter().for_each(|part| add(guide, part, depth + 1, rows));
        }
    }
}

/// How a loop is told from its neighbours, and how its instances hang together.
fn about_loop(definition: &LoopDef) -> String {
    let tag = definition.first().map(|first| first.tag.to_string()).unwrap_or_default();
    let when = definition.when.as_ref().map(|when| {
        let values = when.values.join(" or ");
        format!("when {tag}{:02} is {values}", when.element)
    });
    let hierarchy = definition.hierarchy.as_ref().map(|hierarchy| about_hierarchy(&tag, hierarchy));
    [when, hierarchy].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn about_hierarchy(tag: &str, hierarchy: &Hierarchy) -> String {
    let mut text = format!("a tree: {tag}{:02} under {tag}{:02}", hierarchy.id, hierarchy.parent);
    if let Some(level) = hierarchy.level {
        text.push_str(&format!(", {tag}{level:02} says what it is"));
    }
    if !hierarchy.order.is_empty() {
        text.push_str(&format!(": {}", hierarchy.order.join(" > ")));
    }
    text
}
