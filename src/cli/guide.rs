//! `edigate guide`: which guides there are, and what they say.

mod archive;
mod elements;
mod import;
mod json;
mod outline;
mod part;
mod release;

use std::path::Path;

use serde_json::{Value, json};

use super::args::{GuideCommand, GuidesArgument};
use super::exit::Exit;
use super::print::{Failure, Output};
use super::report;
use crate::base::{Diagnostic, nearest};
use crate::config;
use crate::edi::{Guide, GuideKey, Guides};

/// Runs `edigate guide …`.
pub(super) fn guide(command: &GuideCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        GuideCommand::List { guides, json } => list(&guides_of(guides)?, *json, out),
        GuideCommand::Show { guide, part, guides, json } => {
            let guides = guides_of(guides)?;
            show(&guides, guide, part.as_deref(), *json, out)
        }
        GuideCommand::Import(arguments) => import::import(arguments, out),
    }
}

/// The shipped guides and those of one's own: in the folder that was named, or else beside a configuration file.
pub(super) fn guides_of(argument: &GuidesArgument) -> Result<Guides, Failure> {
    let (guides, folder) = match (&argument.guides, &argument.config) {
        (Some(folder), _) if folder.is_dir() => (config::guides_in(folder), folder.as_path()),
        (Some(folder), _) => return Err(Failure::new(Exit::Usage, format!("{} is no folder", folder.display()))),
        (None, Some(file)) if file.is_file() => beside(file),
        (None, Some(file)) => return Err(Failure::new(Exit::Usage, format!("{} is no file", file.display()))),
        (None, None) if Path::new(CONFIGURATION).is_file() => beside(Path::new(CONFIGURATION)),
        (None, None) => return Ok(Guides::shipped()),
    };
    guides.map_err(|diagnostics| {
        let source = |file: &str| std::fs::read_to_string(folder.join(file)).ok();
        Failure::new(Exit::Configuration, format!("there are faults\n{}", report::render(&diagnostics, &source)))
    })
}

const CONFIGURATION: &str = "edigate.toml";

fn beside(file: &Path) -> (Result<Guides, Vec<Diagnostic>>, &Path) {
    (config::guides_beside(file), file.parent().unwrap_or(Path::new("")))
}

/// The key of a guide by its name, in capitals or not.
pub(super) fn key_of(guides: &Guides, name: &str) -> Option<GuideKey> {
    let alike = || guides.names().find(|known| known.eq_ignore_ascii_case(name));
    guides.key(name).cloned().or_else(|| guides.key(&alike()?).cloned())
}

/// What to say when no guide is called so.
pub(super) fn there_is_none(guides: &Guides, name: &str) -> Failure {
    Failure::new(Exit::Failed, format!("there is no guide {name}; {}", meant(guides, name)))
}

/// What was probably meant: the same set of another release, a set of the same release that is called much alike, one of the
/// sets of that release, or a name much alike.
fn meant(guides: &Guides, name: &str) -> String {
    let did_you_mean = |name: &str| format!("did you mean {name}?");
    let wanted = name.to_lowercase();
    let names: Vec<(String, String)> = guides.names().map(|known| (known.to_lowercase(), known)).collect();
    let nearest_of = |known: &[&(String, String)]| {
        let near = nearest(&wanted, known.iter().map(|(low, _)| low.as_str()))?;
        known.iter().find(|(low, _)| low == near).map(|(_, known)| known.clone())
    };
    if let Some((release, set)) = wanted.rsplit_once('/') {
        let is_set = |low: &str| low.rsplit('/').next() == Some(set);
        let same_set: Vec<_> = names.iter().filter(|(low, _)| is_set(low)).collect();
        if let Some(near) = nearest_of(&same_set) {
            return did_you_mean(&near);
        }
        // Of all sets of a release, only the last word is typed wrong: it is held against their last words alone.
        let sets = names.iter().filter_map(|(low, known)| {
            let (of, low) = low.rsplit_once('/')?;
            let (called, known_set) = known.rsplit_once('/')?;
            (of == release).then_some((low, known, called, known_set))
        });
        let sets: Vec<_> = sets.collect();
        let near = nearest(set, sets.iter().map(|(low, ..)| *low));
        if let Some((_, known, ..)) = sets.iter().find(|(low, ..)| Some(*low) == near) {
            return did_you_mean(known);
        }
        if let Some((_, _, release, _)) = sets.first() {
            let sets: Vec<&str> = sets.iter().map(|(_, _, _, set)| *set).collect();
            return format!("{release} has {}", sets.join(", "));
        }
    }
    match nearest_of(&names.iter().collect::<Vec<_>>()) {
        Some(near) => did_you_mean(&near),
        None => "'edigate guide list' tells which there are".to_owned(),
    }
}

/// A line of the list.
struct Entry {
    guide: String,
    name: String,
    extends: Option<String>,
}

/// The guides, and TA1, which is a message of one segment that stands beside the groups.
fn entries(guides: &Guides) -> Vec<Entry> {
    let mut all: Vec<Entry> = Vec::new();
    for name in guides.names() {
        let Some(guide) = guides.named(&name) else { continue };
        let beside = GuideKey { set: "TA1".to_owned(), ..guide.key().plain() }.to_string();
        let extends = guide.overlay().map(|_| guide.key().plain().to_string());
        all.push(Entry { guide: name, name: guide.name().to_owned(), extends });
        if !all.iter().any(|entry| entry.guide == beside)
            && let Some(segment) = release::described(&guide, "TA1").and_then(|segment| segment.definition)
        {
            all.push(Entry { guide: beside, name: segment.name.clone(), extends: None });
        }
    }
    all.sort_by(|one, other| one.guide.cmp(&other.guide));
    all
}

fn list(guides: &Guides, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let all = entries(guides);
    if json {
        let entries =
            all.iter().map(|entry| json!({ "guide": entry.guide, "name": entry.name, "extends": entry.extends }));
        out.json(&json!({ "guides": entries.collect::<Vec<Value>>() }))?;
        return Ok(Exit::Clean);
    }
    let width = all.iter().map(|entry| entry.guide.chars().count()).max().unwrap_or(0);
    for Entry { guide, name, extends } in &all {
        let extends = extends.as_ref().map(|plain| format!("extends {plain}"));
        let about = [Some(name.clone()).filter(|name| !name.is_empty()), extends];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(", ");
        out.line(format!("{guide:<width$}  {about}").trim_end())?;
    }
    Ok(Exit::Clean)
}

fn show(guides: &Guides, name: &str, part: Option<&str>, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let Some(guide) = key_of(guides, name).and_then(|key| guides.get(&key)) else {
        let (guide, segment) =
            release::segment(guides, name).filter(|_| part.is_none()).ok_or_else(|| there_is_none(guides, name))?;
        return release::show(&guide, &segment, "as sets of this release have it", json, out);
    };
    match part {
        None if json => out.json(&json::whole(&guide))?,
        None => out.bytes(whole(&guide).as_bytes())?,
        Some(wanted) => match part::find(&guide, wanted) {
            Some(found) if json => out.json(&json::matches(&guide, &found))?,
            Some(found) => out.bytes(part::text(&guide, &found).as_bytes())?,
            None => {
                let segment = release::described(&guide, wanted).ok_or_else(|| part::unknown(&guide, wanted))?;
                return release::show(&guide, &segment, &format!("no part of {}", guide.key()), json, out);
            }
        },
    }
    Ok(Exit::Clean)
}

/// The whole guide: its outline, then its segments.
fn whole(guide: &Guide) -> String {
    let mut text = format!("{}\n\n", title(guide));
    text.push_str(&outline::of(guide, &guide.root().parts));
    for segment in elements::in_order(guide) {
        text.push('\n');
        text.push_str(&elements::text(guide, &segment, elements::Codes::Few));
    }
    text
}

/// `acme-bearings/810  invoice, extends x12/004010/810`.
fn title(guide: &Guide) -> String {
    let name = if guide.name().is_empty() { String::new() } else { format!("  {}", guide.name()) };
    match guide.overlay() {
        Some(overlay) => format!("{overlay}{name}, extends {}", guide.key().plain()),
        None => format!("{}{name}", guide.key()),
    }
}

#[cfg(test)]
mod tests;
