//! Guides of a gateway's own: the files under guides/ beside edigate.toml, or in a folder that is named.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::{Faults, Located};
use crate::edi::{GuideKey, Guides};

/// The folder beside edigate.toml.
const FOLDER: &str = "guides";

/// The shipped guides and those in `folder`.
///
/// # Errors
/// Every fault of all its files.
pub fn guides_in(folder: &Path) -> Result<Guides, Vec<Diagnostic>> {
    finish(|faults| OwnGuides::read(&Folder::at(folder), ".", faults))
}

/// The shipped guides and those of the gateway whose edigate.toml is at `path`.
///
/// # Errors
/// Every fault of the files under guides/; nothing else is looked at.
pub fn guides_beside(path: &Path) -> Result<Guides, Vec<Diagnostic>> {
    finish(|faults| OwnGuides::of(&Folder::of(path), faults))
}

fn finish(read: impl FnOnce(&Faults) -> OwnGuides) -> Result<Guides, Vec<Diagnostic>> {
    let faults = Faults::new();
    let own = read(&faults);
    if faults.any_error() { Err(faults.into_sorted()) } else { Ok(Arc::unwrap_or_clone(own.guides)) }
}

/// The shipped guides and those of the gateway's own.
pub(super) struct OwnGuides {
    pub(super) guides: Arc<Guides>,
    /// Names of files, those with faults among them.
    files: BTreeSet<String>,
}

impl OwnGuides {
    /// Reads the gateway's folder, if it is there.
    pub(super) fn of(folder: &Folder, faults: &Faults) -> Self {
        Self::read(folder, FOLDER, faults)
    }

    fn read(folder: &Folder, below: &str, faults: &Faults) -> Self {
        let files = folder.tree(below, faults);
        let mut guides = Guides::shipped();
        guides.add_files(&files, faults);
        Self { guides: Arc::new(guides), files: files.into_keys().collect() }
    }

    /// The guide or overlay that an agreement names. A name that leads nowhere is a fault of the agreement; faults of a
    /// file are its own and told already.
    pub(super) fn agreed(&self, name: &Located<String>, faults: &Faults) -> Option<GuideKey> {
        let key = self.guides.key(name).cloned();
        if key.is_none() && !self.files.contains(name.as_str()) {
            let fault = Diagnostic::error("not-found", format!("there is no guide '{}'", **name)).at(name.at.clone());
            let expected = format!("an overlay {FOLDER}/{}.toml, or a guide such as \"x12/004010/850\"", **name);
            faults.add(fault.expecting(expected).hinting("'edigate guide list' tells which there are"));
        }
        key
    }
}
