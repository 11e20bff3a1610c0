//! `edigate mapping check`.

use serde_json::{Value, json};

use super::list::word;
use super::project::Project;
use crate::base::{Diagnostic, Severity, counted};
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::cli::report;
use crate::mapping::Mapping;

/// Compiles the mappings that were named, or all of one's own, and tells all their faults.
pub(super) fn check(project: &Project, typed: &[String], json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let mut faults = project.unreadable();
    let (mut sound, mut parts) = (Vec::new(), Vec::new());
    for name in names(project, typed)? {
        if project.is_part(&name) {
            parts.push(name);
            continue;
        }
        match project.compile(&name) {
            Ok(mapping) => sound.push((name, mapping)),
            Err(found) => {
                // What several files extend is told once.
                found.into_iter().for_each(|fault| {
                    if !faults.contains(&fault) {
                        faults.push(fault);
                    }
                });
            }
        }
    }
    let exit =
        if faults.iter().any(|fault| fault.severity == Severity::Error) { Exit::Configuration } else { Exit::Clean };
    match json {
        true => out.json(&record(project, &faults, &sound))?,
        false => out.bytes(text(project, &faults, &sound, &parts).as_bytes())?,
    }
    Ok(exit)
}

/// The mappings that were meant. Files made only to be extended are seen through those that extend them.
fn names(project: &Project, typed: &[String]) -> Result<Vec<String>, Failure> {
    if !typed.is_empty() {
        return typed.iter().map(|typed| project.name(typed)).collect();
    }
    let is_whole = |name: &&str| !project.is_part(name);
    Ok(project.own().filter(is_whole).map(str::to_owned).collect())
}

fn text(project: &Project, faults: &[Diagnostic], sound: &[(String, Mapping)], parts: &[String]) -> String {
    let mut text = project.paragraphs(faults);
    for name in parts {
        text.push_str(&format!("{name} is made to be extended; its faults show in the files that do\n"));
    }
    for (name, mapping) in sound {
        text.push_str(&project.paragraphs(mapping.one_way()));
        text.push_str(&project.paragraphs(mapping.remarks()));
        let (message, document) = (mapping.message(), mapping.document().name);
        let ways = match word(mapping.ways()) {
            "both" => "reads and writes",
            "read" => "only reads",
            _ => "only writes",
        };
        text.push_str(&format!("{name} {ways} {message} as {document}\n"));
    }
    let files = match sound.len() {
        0 if faults.is_empty() && parts.is_empty() => format!("there are no mappings in {}", project.place("")),
        sound => counted(sound, "sound mapping"),
    };
    text.push_str(&format!("{files}, {}\n", report::summary(faults)));
    text
}

fn record(project: &Project, faults: &[Diagnostic], sound: &[(String, Mapping)]) -> Value {
    let placed = |all: &[Diagnostic]| all.iter().map(|one| project.placed(one.clone())).collect::<Vec<_>>();
    let mappings = sound.iter().map(|(name, mapping)| {
        json!({
            "name": name,
            "message": mapping.message().to_string(),
            "document": mapping.document().name,
            "reads": mapping.ways().read,
            "writes": mapping.ways().write,
            "oneWay": placed(mapping.one_way()),
            "remarks": placed(mapping.remarks()),
        })
    });
    json!({ "faults": faults.len(), "diagnostics": placed(faults), "mappings": mappings.collect::<Vec<Value>>() })
}
