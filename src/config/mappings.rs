//! The mapping files of a gateway, compiled once each.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Diagnostic;
use crate::base::table::{Faults, Located, Source};
use crate::edi::Guides;
use crate::mapping::{Mapping, template, templates};

/// Files under mappings/ by name, and what was compiled of them. Shipped templates stand behind them.
pub(super) struct Mappings {
    sources: BTreeMap<String, Source>,
    guides: Arc<Guides>,
    compiled: BTreeMap<String, Option<Arc<Mapping>>>,
}

impl Mappings {
    pub(super) fn new(sources: BTreeMap<String, Source>, guides: Arc<Guides>) -> Self {
        Self { sources, guides, compiled: BTreeMap::new() }
    }

    /// The mapping an agreement names. A name that leads nowhere is a fault of the agreement, a fault in the mapping
    /// is one of its file and reported once.
    pub(super) fn get(&mut self, name: &Located<String>, faults: &Faults) -> Option<Arc<Mapping>> {
        if !self.sources.contains_key(name.as_str()) && !templates().any(|shipped| shipped == name.as_str()) {
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
        let own = |name: &str| self.sources.get(name).map(|source| source.text().to_owned());
        let whole = |name: &&String| !is_part(name, &own);
        let names: Vec<_> = self.sources.keys().filter(whole).cloned().collect();
        for name in names {
            self.compile(&name, faults);
        }
    }

    fn compile(&mut self, name: &str, faults: &Faults) -> Option<Arc<Mapping>> {
        if let Some(known) = self.compiled.get(name) {
            return known.clone();
        }
        let own = |name: &str| self.sources.get(name).map(|source| source.text().to_owned());
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
