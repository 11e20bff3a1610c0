//! Where a running gateway answers its operators, for commands that only ask.

use std::path::{Path, PathBuf};

use super::edigate_toml;
use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::{Faults, read};

/// The admin socket that the edigate.toml at `path` names. Nothing else of the configuration is looked at, so a fault
/// elsewhere does not keep an operator from asking.
///
/// # Errors
/// The faults of edigate.toml, when it cannot be read at all.
pub fn admin_socket(path: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    let faults = Faults::new();
    let folder = Folder::of(path);
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let source = folder.source(&name, "name another with --config", &faults);
    let written = source.as_ref().and_then(|source| read(source, &faults, edigate_toml::read));
    written.map(|written| folder.place(&written.admin_socket)).ok_or_else(|| faults.into_sorted())
}
