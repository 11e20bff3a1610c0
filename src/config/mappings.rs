//! The mapping files of a gateway, compiled once each.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Diagnostic;
use crate::base::table::{Faults, Located, Source};
use crate::edi::Guides;
use crate::mapping::{Mapping, templates};

/// Files under mappings/ by name, and what was compiled of them. Shipped templates stand behind them.
pub(super) struct Mappings {
    sources: BTreeMap<String, Source>,
    compiled: BTreeMap<String, Option<Arc<Mapping>>>,
    guides: Guides,
}

impl Mappings {
    pub(super) fn new(sources: BTreeMap<String, Source>) -> Self {
        Self { sources, compiled: BTreeMap::new(), guides: Guides::shipped() }
    }

    /// The mapping an agreement names. A name that leads nowhere is a fault of the agreement, a fault in the mapping
    /// is one of its file and reported once.
    pub(super) fn get(&mut self, name: &Located<String>, faults: &Faults) -> Option<Arc<Mapping>> {
        if !self.sources.contains_key(name.as_str()) && !templates().any(|shipped| shipped == name.as_str()) {
            let fault = Diagnostic::error("not-found", format!("there is no mapping '{}'", **name)).at(name.at.clone());
            faults.add(
                fault
                    .expecting(format!("a file mappings/{}.toml or a shipped template", **name))
                    .hinting(format!("shipped are {}", templates().collect::<Vec<_>>().join(", "))),
            );
            return None;
        }
        self.compile(name, faults)
    }

    /// Compiles every file, so that the faults of those that no agreement names show too.
    pub(super) fn compile_all(&mut self, faults: &Faults) {
        let names: Vec<_> = self.sources.keys().cloned().collect();
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
