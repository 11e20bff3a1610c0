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
        let whole = |(_, source): &(&String, &Source)| !is_part(source.text());
        let names: Vec<_> = self.sources.iter().filter(whole).map(|(name, _)| name.clone()).collect();
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
    templates().filter(|name| template(name).is_some_and(|text| !is_part(text))).collect()
}

/// Whether a file is made only to be extended: it extends nothing, and does not say what it maps.
fn is_part(text: &str) -> bool {
    toml::de::DeTable::parse(text).is_ok_and(|file| {
        let says = |key| file.get_ref().contains_key(key);
        !(says("extends") || says("message") && says("document"))
    })
}
