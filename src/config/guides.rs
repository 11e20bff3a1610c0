//! Guides in a folder: read, and added to the shipped ones.

use std::path::Path;

use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::Faults;
use crate::edi::Guides;

/// The shipped guides and those in `folder`.
///
/// # Errors
/// Every fault of all its files.
pub fn guides_in(folder: &Path) -> Result<Guides, Vec<Diagnostic>> {
    let faults = Faults::new();
    let guides = read(&Folder::at(folder), ".", &faults);
    if faults.any_error() { Err(faults.into_sorted()) } else { Ok(guides) }
}

/// The shipped guides and those in the folder `below` a gateway's.
pub(super) fn read(folder: &Folder, below: &str, faults: &Faults) -> Guides {
    let mut guides = Guides::shipped();
    guides.add_files(&folder.tree(below, faults), faults);
    guides
}
