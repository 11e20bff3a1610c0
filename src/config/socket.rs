//! What commands need of edigate.toml that only ask: where a running gateway answers, and its names at the broker.

use std::path::{Path, PathBuf};

use super::Exchanges;
use super::edigate_toml::{self, ErpTable, Written};
use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::{Faults, read};

/// The admin socket that the edigate.toml at `path` names. Nothing else of the configuration is looked at, so a fault
/// elsewhere does not keep an operator from asking.
///
/// # Errors
/// The faults of edigate.toml, when it cannot be read at all.
pub fn admin_socket(path: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    let folder = Folder::of(path);
    written(path).map(|written| folder.place(&written.admin_socket))
}

/// The names at the broker that the edigate.toml at `path` gives; the usual ones where documents go into a folder.
///
/// # Errors
/// The faults of edigate.toml, when it cannot be read at all.
pub fn exchanges(path: &Path) -> Result<Exchanges, Vec<Diagnostic>> {
    written(path).map(|written| match written.erp {
        ErpTable::Amqp(amqp) => amqp.exchanges,
        ErpTable::Directory(_) => Exchanges::default(),
    })
}

fn written(path: &Path) -> Result<Written, Vec<Diagnostic>> {
    let faults = Faults::new();
    let folder = Folder::of(path);
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |name| name.to_string_lossy());
    let source = folder.source(&name, "name another with --config", &faults);
    let written = source.as_ref().and_then(|source| read(source, &faults, edigate_toml::read));
    written.ok_or_else(|| faults.into_sorted())
}
