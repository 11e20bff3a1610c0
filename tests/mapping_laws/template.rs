//! The shipped templates, and what the laws need to know of each.

use std::path::{Path, PathBuf};

use edigate::base::{Diagnostic, Limits};
use edigate::edi::Guides;
use edigate::mapping::{Mapping, PartyEntry, Read, ReadContext, UnlistedCode, Written};
use jiff::tz::TimeZone;
use serde_json::Value;

use crate::wire;

/// A mapping of the templates, compiled from its file: a change of a template needs no build.
pub(crate) fn mapping(name: &str) -> Mapping {
    Mapping::compile(name, &file, &Guides::shipped()).unwrap_or_else(|faults| panic!("{}", lines(&faults)))
}

/// The text of a mapping below mappings/.
pub(crate) fn file(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("mappings").join(format!("{name}.toml"));
    std::fs::read_to_string(path).ok()
}

/// Findings, a line each.
pub(crate) fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(|one| format!("{one}\n")).collect()
}

/// What a mapping makes of documents and messages, for a partner in New York.
pub(crate) struct Hands<'m> {
    pub(crate) mapping: &'m Mapping,
    pub(crate) parties: &'m [PartyEntry],
}

impl Hands<'_> {
    pub(crate) fn write(&self, document: &Value) -> Written {
        let zone = zone();
        self.mapping.write(document, &self.context(&zone))
    }

    pub(crate) fn read(&self, set: &edigate::edi::TransactionSet) -> Read {
        let guide = Guides::shipped().get(self.mapping.message()).unwrap();
        let (tree, _) = edigate::edi::structure(set, &guide);
        let zone = zone();
        self.mapping.read(&tree, &self.context(&zone))
    }

    /// Reads what was written, from its bytes.
    pub(crate) fn read_back(&self, written: &Written) -> Read {
        self.read(&wire::set(self.mapping.message(), &written.segments))
    }

    fn context<'c>(&'c self, time_zone: &'c TimeZone) -> ReadContext<'c> {
        ReadContext {
            parties: self.parties,
            time_zone,
            unlisted: UnlistedCode::Warn,
            document_limit: Limits::default().document,
            trace: false,
        }
    }
}

fn zone() -> TimeZone {
    TimeZone::posix("EST5EDT,M3.2.0,M11.1.0").unwrap()
}

/// The folder with examples and corpus that lies beside the project.
pub(crate) fn shared() -> Option<PathBuf> {
    let shared = std::env::var_os("EDIGATE_SHARED").map(PathBuf::from);
    let shared = shared.unwrap_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")));
    if !shared.is_dir() {
        eprintln!(
            "SKIPPED: there is no {}; set EDIGATE_SHARED to the folder with examples and corpus",
            shared.display()
        );
        return None;
    }
    Some(shared)
}
