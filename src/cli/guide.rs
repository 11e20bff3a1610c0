//! `edigate guide`: which guides there are, and what they say.

mod archive;
mod elements;
mod import;
mod json;
mod outline;
mod part;

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};

use super::args::{GuideCommand, GuidesArgument};
use super::exit::Exit;
use super::print::{Failure, Output};
use super::report;
use crate::base::{Diagnostic, nearest};
use crate::config;
use crate::edi::{Guide, Guides};

/// Runs `edigate guide …`.
pub(super) fn guide(command: &GuideCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        GuideCommand::List { guides, json } => list(&guides_of(guides)?, *json, out),
        GuideCommand::Show { guide, part, guides, json } => {
            let guides = guides_of(guides)?;
            let guide = find(&guides, guide)?;
            show(&guide, part.as_deref(), *json, out)
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

fn find(guides: &Guides, name: &str) -> Result<Arc<Guide>, Failure> {
    guides.named(name).ok_or_else(|| {
        let names: Vec<String> = guides.names().collect();
        let hint = match nearest(name, names.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "'edigate guide list' tells which there are".to_owned(),
        };
        Failure::new(Exit::Failed, format!("there is no guide {name}; {hint}"))
    })
}

fn list(guides: &Guides, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    let all: Vec<(String, Arc<Guide>)> =
        guides.names().filter_map(|name| Some((name.clone(), guides.named(&name)?))).collect();
    if json {
        let entries = all.iter().map(|(name, guide)| {
            let extends = guide.overlay().map(|_| guide.key().plain().to_string());
            json!({ "guide": name, "name": guide.name(), "extends": extends })
        });
        out.json(&json!({ "guides": entries.collect::<Vec<Value>>() }))?;
        return Ok(Exit::Clean);
    }
    let width = all.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, guide) in &all {
        let extends = guide.overlay().map(|_| format!("extends {}", guide.key().plain()));
        let about = [Some(guide.name().to_owned()).filter(|name| !name.is_empty()), extends];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(", ");
        out.line(format!("{name:<width$}  {about}").trim_end())?;
    }
    Ok(Exit::Clean)
}

fn show(guide: &Guide, part: Option<&str>, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    match part {
        None if json => out.json(&json::whole(guide))?,
        None => out.bytes(whole(guide).as_bytes())?,
        Some(wanted) => {
            let found = part::find(guide, wanted).ok_or_else(|| part::unknown(guide, wanted))?;
            if json {
                out.json(&json::matches(guide, &found))?;
            } else {
                out.bytes(part::text(guide, &found).as_bytes())?;
            }
        }
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
