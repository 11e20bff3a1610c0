//! The mapping files of a gateway, compiled once each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::{Faults, Located, Source};
use crate::edi::Guides;
use crate::mapping::{Mapping, template, templates};

/// The folder beside edigate.toml.
const FOLDER: &str = "mappings";

/// Bytes of a cross-reference table beside a mapping; a hundred thousand part numbers have a tenth of that.
const TABLE: u64 = 64 << 20;

/// The mapping files of one's own, and the tables beside them. Shipped templates stand behind them.
pub struct MappingFiles {
    folder: Folder,
    sources: BTreeMap<String, Source>,
    faults: Vec<Diagnostic>,
}

impl MappingFiles {
    /// The files under mappings/ of the gateway whose edigate.toml is at `path`; none when there is no such folder.
    pub fn beside(path: &Path) -> Self {
        let faults = Faults::new();
        let files = Self::of(&Folder::of(path), &faults);
        Self { faults: faults.into_sorted(), ..files }
    }

    /// The files in a folder.
    pub fn in_folder(folder: &Path) -> Self {
        let faults = Faults::new();
        let folder = Folder::at(folder);
        let sources = folder.tree(".", &faults);
        Self { folder, sources, faults: faults.into_sorted() }
    }

    pub(super) fn of(gateway: &Folder, faults: &Faults) -> Self {
        Self { folder: Folder::at(&gateway.place(FOLDER)), sources: gateway.tree(FOLDER, faults), faults: Vec::new() }
    }

    /// Files that could not be read.
    pub fn unreadable(&self) -> &[Diagnostic] {
        &self.faults
    }

    /// The names of the files: their paths below the folder without `.toml`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// The text of a file, or of a table beside one (`acme/parts.csv`).
    pub fn text(&self, name: &str) -> Option<String> {
        match self.sources.get(name) {
            Some(source) => Some(source.text().to_owned()),
            None if name.ends_with(".csv") => self.folder.text(name, TABLE),
            None => None,
        }
    }

    /// Whether a file, shipped or not, is made only to be extended: nothing says what it maps.
    pub fn is_part(&self, name: &str) -> bool {
        is_part(name, &|name| self.text(name))
    }

    /// Where a file of the folder lies: `acme/order.toml`.
    pub fn place(&self, below: &str) -> PathBuf {
        self.folder.place(below)
    }
}

/// Mapping files, and what was compiled of them.
pub(super) struct Mappings {
    files: MappingFiles,
    guides: Arc<Guides>,
    compiled: BTreeMap<String, Option<Arc<Mapping>>>,
}

impl Mappings {
    pub(super) fn new(files: MappingFiles, guides: Arc<Guides>) -> Self {
        Self { files, guides, compiled: BTreeMap::new() }
    }

    /// The mapping an agreement names. A name that leads nowhere is a fault of the agreement, a fault in the mapping
    /// is one of its file and reported once.
    pub(super) fn get(&mut self, name: &Located<String>, faults: &Faults) -> Option<Arc<Mapping>> {
        if !self.files.sources.contains_key(name.as_str()) && !templates().any(|shipped| shipped == name.as_str()) {
            let fault = Diagnostic::error("not-found", format!("there is no mapping '{}'", **name)).at(name.at.clone());
            faults.add(
                fault
                    .expecting(format!("a file mappings/{}.toml or a shipped template", **name))
                    .hinting(format!("shipped are {}", shipped().join(", "))),
            );
            return None;
        }
        self.compile(name, faults)
    }

    /// Compiles every file, so that the faults of those that no agreement names show too. Files made only to be
    /// extended are seen through those that extend them.
    pub(super) fn compile_all(&mut self, faults: &Faults) {
        let whole = |name: &&str| !self.files.is_part(name);
        let names: Vec<String> = self.files.names().filter(whole).map(str::to_owned).collect();
        for name in names {
            self.compile(&name, faults);
        }
    }

    fn compile(&mut self, name: &str, faults: &Faults) -> Option<Arc<Mapping>> {
        if let Some(known) = self.compiled.get(name) {
            return known.clone();
        }
        let own = |name: &str| self.files.text(name);
        let mapping = match Mapping::compile(name, &own, &self.guides) {
            Ok(mapping) => Some(Arc::new(mapping)),
            Err(found) => {
                faults.extend(found);
                None
            }
        };
        self.compiled.insert(name.to_owned(), mapping.clone());
        mapping
    }
}

/// The shipped mappings that an agreement can name.
fn shipped() -> Vec<&'static str> {
    templates().filter(|name| !is_part(name, &|_| None)).collect()
}

/// The most files that are looked at for what a mapping maps; a chain that is longer is a fault of its own.
const MAX_FILES: usize = 16;

/// Whether a file is made only to be extended: neither it nor one that it extends says what it maps. A file that cannot be
/// read, or extends one that is not there, is none, so that its fault is told.
fn is_part(name: &str, own: &dyn Fn(&str) -> Option<String>) -> bool {
    let mut next = Some(name.to_owned());
    for _ in 0..MAX_FILES {
        let Some(name) = next else { return true };
        let Some(text) = own(&name).or_else(|| template(&name).map(str::to_owned)) else { return false };
        let Ok(file) = toml::de::DeTable::parse(&text) else { return false };
        let table = file.get_ref();
        if table.contains_key("message") && table.contains_key("document") {
            return false;
        }
        let parent = table.iter().find(|(key, _)| key.get_ref() == "extends");
        next = parent.and_then(|(_, value)| value.get_ref().as_str().map(str::to_owned));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_made_only_to_be_extended_say_nothing_of_what_they_map_and_extend_no_file_that_does() {
        let own = |name: &str| match name {
            "codes" => Some("[codes.unit]\nPC = 'EA'".to_owned()),
            "blocks" => Some("extends = 'codes'\n[block.party]\nname = 'N102'".to_owned()),
            "order" => Some("extends = 'templates/x12/004010/order'".to_owned()),
            "lost" => Some("extends = 'nowhere'".to_owned()),
            "circle" => Some("extends = 'circle'".to_owned()),
            _ => None,
        };
        let check = |name: &str, expect: bool| assert_eq!(is_part(name, &own), expect, "{name}");
        check("codes", true);
        check("blocks", true);
        check("templates/edifact/blocks", true);
        check("order", false);
        check("lost", false);
        check("circle", false);
        let shipped = shipped();
        assert!(shipped.contains(&"templates/edifact/d96a/order"), "{shipped:?}");
        assert!(!shipped.iter().any(|name| name.ends_with("/codes") || name.ends_with("/blocks")), "{shipped:?}");
    }
}
