//! What commands need of edigate.toml that only ask: where a running gateway answers, and its names at the broker.

use std::path::{Path, PathBuf};

use super::Exchanges;
use super::edigate_toml::{self, ErpTable, Written};
use super::folder::Folder;
use crate::base::Diagnostic;
use crate::base::table::{Faults, read};
use crate::exchange::{ClaimCheck, ContentMode};

/// The admin socket that the edigate.toml at `path` names. Nothing else of the configuration is looked at, so a fault
/// elsewhere does not keep an operator from asking.
///
/// # Errors
/// The faults of edigate.toml, when it cannot be read at all.
pub fn admin_socket(path: &Path) -> Result<PathBuf, Vec<Diagnostic>> {
    let folder = Folder::of(path);
    written(path).map(|written| folder.place(&written.admin_socket))
}

/// What the ERP's side meets by the edigate.toml at `path`; the usual where documents go into a folder.
#[derive(Clone, Debug, Default)]
pub struct ErpSide {
    /// Names at the broker.
    pub exchanges: Exchanges,
    /// How events travel.
    pub content_mode: ContentMode,
    /// Which documents are left to be fetched.
    pub claim_check: Option<ClaimCheck>,
}

/// Reads it; neither keys nor a broker are needed.
///
/// # Errors
/// The faults of edigate.toml, when it cannot be read at all.
pub fn erp_side(path: &Path) -> Result<ErpSide, Vec<Diagnostic>> {
    written(path).map(|written| match written.erp {
        ErpTable::Amqp(amqp) => ErpSide {
            exchanges: amqp.exchanges,
            content_mode: amqp.content_mode,
            claim_check: amqp.claim_check.map(|claim_check| claim_check.value),
        },
        ErpTable::Directory(_) => ErpSide::default(),
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
