//! Guides of a gateway's own, and how they lie in a folder:
//!
//! ```text
//! x12/004010/204.toml             a set; its name is its file's
//! x12/004010/dictionary.toml      what the sets of this release are described with
//! edifact/D96A/ORDERS.toml
//! edifact/D96A/codes.toml         a dictionary may be spread over files, read in the order of their names
//! ```
//!
//! Names of dictionary files begin with a small letter, names of sets do not. A release without a dictionary of its
//! own is described by the shipped one of the same name; a dictionary that says `extends = "x12/004010"` amends that
//! one. A set of the same name as a shipped one takes its place.
//!
//! Every other file is an overlay (`overlay.rs`), and its path is its name: `acme-bearings/810.toml`.

use std::collections::BTreeMap;

use crate::base::Diagnostic;
use crate::base::table::{Faults, Source, read};

use super::Guides;
use super::dictionary::Dictionary;
use super::element::Authority;
use super::key::GuideKey;
use super::load;
use super::overlay::overlay;

impl Guides {
    /// Adds the guides of a folder. `files` are its TOML files by their path below it, without the ending.
    pub fn add_files(&mut self, files: &BTreeMap<String, Source>, faults: &Faults) {
        let mut releases: BTreeMap<GuideKey, Vec<(&str, &Source)>> = BTreeMap::new();
        let mut overlays = Vec::new();
        for (path, source) in files {
            match path.split('/').collect::<Vec<_>>().as_slice() {
                [standard @ ("x12" | "edifact"), release, file] => {
                    releases.entry(GuideKey::new(standard, release, "")).or_default().push((file, source));
                }
                ["x12" | "edifact", ..] => faults.add(
                    Diagnostic::error("guide-place", "no guide lies here")
                        .at(source.whole())
                        .expecting("x12/RELEASE/SET.toml or edifact/DIRECTORY/MESSAGE.toml"),
                ),
                _ => overlays.push((path, source)),
            }
        }
        for (release, files) in releases {
            self.add_release(&release, &files, faults);
        }
        // They may extend what was only just added.
        for (path, source) in overlays {
            overlay(path, source, self, faults).into_iter().for_each(|guide| self.add(guide));
        }
    }

    fn add_release(&mut self, release: &GuideKey, files: &[(&str, &Source)], faults: &Faults) {
        let is_dictionary = |name: &str| name.starts_with(|first: char| first.is_ascii_lowercase());
        let own: Vec<Source> =
            files.iter().filter(|(name, _)| is_dictionary(name)).map(|(_, source)| Source::clone(source)).collect();
        let name = format!("{}/{}", release.standard, release.release);
        let dictionary = self.own_dictionary(&name, &own, faults);
        for (set, source) in files.iter().filter(|(name, _)| !is_dictionary(name)) {
            let key = match format!("{name}/{set}").parse::<GuideKey>() {
                Ok(key) => key,
                Err(fault) => {
                    faults.add(Diagnostic::error("guide-place", fault.to_string()).at(source.whole()));
                    continue;
                }
            };
            match &dictionary {
                Some(dictionary) => {
                    load::guide(key, source, dictionary, faults).into_iter().for_each(|guide| self.add(guide));
                }
                None => faults.add(
                    Diagnostic::error("no-dictionary", format!("nothing describes the segments of {name}"))
                        .at(source.whole())
                        .hinting(format!("write {name}/dictionary.toml")),
                ),
            }
        }
    }

    /// The dictionary of a release out of its own files, if any, and the shipped one, if they amend it.
    fn own_dictionary(&self, name: &str, own: &[Source], faults: &Faults) -> Option<Dictionary> {
        let shipped = self.dictionary(name);
        if own.is_empty() {
            return shipped;
        }
        let base = own.iter().any(extends).then(|| shipped.clone()).flatten().unwrap_or_default();
        let dictionary = base.amended(faults, |written| {
            for file in own {
                read(file, faults, |table| {
                    if let Some(value) = table.value("extends")
                        && (value.as_text() != Some(name) || shipped.is_none())
                    {
                        let expected = format!("\"{name}\", if edigate comes with that, or no such key");
                        value.fault("guide", "this names no dictionary of the same release", expected);
                    }
                    written.amend(table, Authority::Standard);
                });
            }
        });
        Some(dictionary)
    }
}

/// Whether a dictionary says that it amends another.
fn extends(file: &Source) -> bool {
    toml::de::DeTable::parse(file.text()).is_ok_and(|table| table.get_ref().contains_key("extends"))
}

#[cfg(test)]
mod tests;
