//! The files of one gateway: edigate.toml, partners/, mappings/, guides/, certs/. One loader serves `edigate check`,
//! `edigate serve` and a reload, and finds every fault in one run.
//!
//! Files are the only truth: the daemon writes none of them, only a command that an operator types does (`proposal.rs`),
//! and nothing comes from the environment but the folder in which
//! systemd puts credentials. Paths of configuration stay inside the folder of edigate.toml; run-time places (the
//! store, the admin socket, the directory sink) may lie elsewhere.

mod allow;
mod edigate_toml;
mod folder;
mod guides;
mod inventory;
mod limits;
mod listener_table;
mod listeners;
mod lists;
mod live;
mod load;
mod mappings;
mod proposal;
mod secret;
mod settings;
mod socket;
mod terms;

use std::sync::Arc;

pub use guides::{guides_beside, guides_in};
pub use lists::{CertificateList, NewEntry};
pub use live::{Live, ReloadOutcome};
pub use load::{certificates, check, load};
pub use mappings::MappingFiles;
pub use proposal::Proposal;
pub use settings::{
    Amqp, Bind, ClientCertificate, Erp, Exchanges, FreeSpace, Listener, ListenerKind, Log, Retention, Settings, Store,
    Tls, TlsVersion,
};

pub use socket::{ErpSide, admin_socket, erp_side};
pub use terms::partner_terms;

use crate::base::Diagnostic;
use crate::partner::{Listed, Registry};

/// A configuration without faults. It leads to keys, so it has no `Debug`.
pub struct Configuration {
    /// What edigate.toml says.
    pub settings: Settings,
    /// The partners.
    pub registry: Arc<Registry>,
    /// Every certificate that the files name, in the order of the files.
    pub certificates: Vec<Listed>,
    /// What works but should be looked at.
    pub warnings: Vec<Diagnostic>,
}

#[cfg(test)]
pub(crate) mod tests;
