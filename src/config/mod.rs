//! The files of one gateway: edigate.toml, partners/, mappings/, guides/, certs/. One loader serves `edigate check`,
//! `edigate serve` and a reload, and finds every fault in one run.
//!
//! Files are the only truth: nothing here is written, and nothing comes from the environment but the folder in which
//! systemd puts credentials. Paths of configuration stay inside the folder of edigate.toml; run-time places (the
//! store, the admin socket, the directory sink) may lie elsewhere.

mod edigate_toml;
mod folder;
mod guides;
mod limits;
mod live;
mod load;
mod mappings;
mod secret;
mod settings;
mod socket;
mod terms;

use std::sync::Arc;

pub use guides::{guides_beside, guides_in};
pub use live::{Live, ReloadOutcome};
pub use load::{check, load};
pub use mappings::MappingFiles;
pub use settings::{
    Amqp, Bind, ClientCertificate, ContentMode, Erp, Exchanges, FreeSpace, Listener, ListenerKind, Log, Retention,
    Settings, Store, Tls, TlsVersion,
};

pub use socket::admin_socket;
pub use terms::partner_terms;

use crate::base::Diagnostic;
use crate::partner::Registry;

/// A configuration without faults. It leads to keys, so it has no `Debug`.
pub struct Configuration {
    /// What edigate.toml says.
    pub settings: Settings,
    /// The partners.
    pub registry: Arc<Registry>,
    /// What works but should be looked at.
    pub warnings: Vec<Diagnostic>,
}

#[cfg(test)]
pub(crate) mod tests;
