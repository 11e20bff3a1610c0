//! The guides that files are read by: the shipped ones, those of one's own, and those that were insisted on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::base::table::{Faults, Source};
use crate::cli::args::GuideArguments;
use crate::cli::exit::Exit;
use crate::cli::guide::{guides_of, key_of, there_is_none};
use crate::cli::print::Failure;
use crate::cli::report;
use crate::edi::{GuideKey, Guides};

/// Guides to choose from, and those that were insisted on.
pub(super) struct Chosen {
    pub(super) guides: Guides,
    insisted: Vec<GuideKey>,
}

impl Chosen {
    /// The guides that were asked for.
    ///
    /// # Errors
    /// When a guide is not there, an overlay has faults, or two were insisted on for one message.
    pub(super) fn of(arguments: &GuideArguments) -> Result<Self, Failure> {
        let mut chosen = Self { guides: guides_of(&arguments.guides)?, insisted: Vec::new() };
        for name in &arguments.insisted {
            let key = match key_of(&chosen.guides, name) {
                Some(key) => key,
                None if name.ends_with(".toml") => overlay(&mut chosen.guides, name)?,
                None => return Err(there_is_none(&chosen.guides, name)),
            };
            if let Some(before) = chosen.guides.insist(key.clone()) {
                let text = format!("{before} and {key} are on the same message; name one of them");
                return Err(Failure::new(Exit::Usage, text));
            }
            chosen.insisted.push(key);
        }
        Ok(chosen)
    }

    /// How a command ends that read sets by these guides: one that was insisted on and is not among them is not what was
    /// meant.
    pub(super) fn end(&self, exit: Exit, used: &BTreeSet<GuideKey>) -> Result<Exit, Failure> {
        let unused = self.insisted.iter().filter(|key| !used.contains(*key));
        let told: Vec<String> =
            unused.map(|key| format!("no set was read by {key}: there is no {}", key.set)).collect();
        if told.is_empty() { Ok(exit) } else { Err(Failure::new(Exit::Failed, told.join("\n"))) }
    }
}

/// Adds the overlay of a file, which is called after it.
fn overlay(guides: &mut Guides, file: &str) -> Result<GuideKey, Failure> {
    let name = file.trim_end_matches(".toml");
    if let [.., standard @ ("x12" | "edifact"), release, set] = name.split('/').collect::<Vec<_>>().as_slice() {
        let folder = name.trim_end_matches(&format!("{standard}/{release}/{set}")).trim_end_matches('/');
        let folder = if folder.is_empty() { "." } else { folder };
        let text = format!("{file} is a whole guide; type --guides {folder} --guide {standard}/{release}/{set}");
        return Err(Failure::new(Exit::Usage, text));
    }
    let text = fs::read_to_string(Path::new(file))
        .map_err(|error| Failure::new(Exit::Failed, format!("{file} cannot be read: {error}")))?;
    let faults = Faults::new();
    guides.add_files(&BTreeMap::from([(name.to_owned(), Source::new(file, text.clone()))]), &faults);
    match guides.key(name) {
        Some(key) if !faults.any_error() => Ok(key.clone()),
        _ => {
            let told = report::render(&faults.into_sorted(), &|_| Some(text.clone()));
            Err(Failure::new(Exit::Configuration, format!("there are faults\n{told}")))
        }
    }
}
