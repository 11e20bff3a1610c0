//! The configuration in force, and its replacement by a reload.

use std::path::PathBuf;
use std::sync::Arc;

use arc_swap::ArcSwap;

use super::settings::{Bind, Erp, Listener, ListenerKind, Settings, Store};
use super::{Configuration, load};
use crate::base::{Diagnostic, Location, Timestamp};
use crate::partner::Registry;

/// The configuration in force. Readers take a snapshot and keep it for one step; a reload swaps in another whole.
pub struct Live {
    path: PathBuf,
    current: ArcSwap<Configuration>,
}

/// What a reload came to.
#[derive(Debug)]
#[must_use]
pub enum ReloadOutcome {
    /// The new configuration is in force; with it its warnings, among them what only a restart can change.
    Swapped(Vec<Diagnostic>),
    /// The new configuration has faults, so the old one stays in force.
    KeptOld(Vec<Diagnostic>),
}

impl Live {
    /// Puts the configuration that was loaded from `path` in force.
    pub fn new(path: PathBuf, configuration: Configuration) -> Self {
        Self { path, current: ArcSwap::from_pointee(configuration) }
    }

    /// The configuration in force.
    pub fn current(&self) -> Arc<Configuration> {
        self.current.load_full()
    }

    /// The partners in force.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.current.load().registry)
    }

    /// Loads the files again and puts them in force, unless they have faults.
    pub fn reload(&self, now: Timestamp) -> ReloadOutcome {
        let mut new = match load(&self.path, now) {
            Ok(new) => new,
            Err(faults) => return ReloadOutcome::KeptOld(faults),
        };
        let file = self.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let mut warnings = keep_what_needs_a_restart(&self.current.load().settings, &mut new.settings);
        for warning in &mut warnings {
            warning.location = Location { file: file.clone(), ..Location::default() };
        }
        new.warnings.extend(warnings);
        let warnings = new.warnings.clone();
        self.current.store(Arc::new(new));
        ReloadOutcome::Swapped(warnings)
    }
}

/// Puts back into `new` what is bound to open files and sockets, and warns of each that was to change.
fn keep_what_needs_a_restart(old: &Settings, new: &mut Settings) -> Vec<Diagnostic> {
    let mut warnings = Vec::new();
    let mut kept = |what: &str| {
        warnings.push(
            Diagnostic::warning("needs-restart", format!("{what} changed; the old value stays in force"))
                .hinting("restart the daemon to put it in force"),
        );
    };
    if old.instance != new.instance {
        new.instance.clone_from(&old.instance);
        kept("'instance'");
    }
    let opened = Store { retention: new.store.retention, ..old.store.clone() };
    if opened != new.store {
        new.store = opened;
        kept("[store]");
    }
    if old.admin_socket != new.admin_socket {
        new.admin_socket.clone_from(&old.admin_socket);
        kept("'admin.socket'");
    }
    if old.log != new.log {
        new.log = old.log;
        kept("[log]");
    }
    // Certificates, keys and tokens of a listener may be new; what a socket was opened with may not.
    if !old.listeners.iter().map(opened_with).eq(new.listeners.iter().map(opened_with)) {
        new.listeners.clone_from(&old.listeners);
        kept("[[listener]]");
    }
    if !same_sink(&old.erp, &new.erp) {
        let mut opened = old.erp.clone();
        // Who may ask for what is asked with each command, and whoever may no longer shall not go on.
        if let (Erp::Amqp(opened), Erp::Amqp(new)) = (&mut opened, &new.erp) {
            opened.allow.clone_from(&new.allow);
        }
        new.erp = opened;
        kept("[erp]");
    }
    warnings
}

/// What a listener was opened with.
#[derive(PartialEq)]
struct Opened<'a> {
    name: &'a str,
    kind: ListenerKind,
    bind: &'a Bind,
    path: &'a str,
    has_tls: bool,
    client_ca: Option<&'a [u8]>,
    has_token: bool,
}

fn opened_with(listener: &Listener) -> Opened<'_> {
    Opened {
        name: &listener.name,
        kind: listener.kind,
        bind: &listener.bind,
        path: &listener.path,
        has_tls: listener.tls.is_some(),
        client_ca: listener.tls.as_ref().and_then(|tls| tls.client_ca.as_deref()),
        has_token: listener.token.is_some(),
    }
}

/// Whether two sinks are one, whoever may ask for what. Secrets are compared in constant time, though nobody can time a reload.
fn same_sink(old: &Erp, new: &Erp) -> bool {
    match (old, new) {
        (Erp::Directory(old), Erp::Directory(new)) => old == new,
        (Erp::Amqp(old), Erp::Amqp(new)) => {
            let (old_url, new_url) = (old.url.expose().as_bytes(), new.url.expose().as_bytes());
            old_url.len() == new_url.len()
                && openssl::memcmp::eq(old_url, new_url)
                && old.ca == new.ca
                && old.client.as_ref().map(|client| &client.certificate)
                    == new.client.as_ref().map(|client| &client.certificate)
                && old.declare == new.declare
                && old.exchanges == new.exchanges
                && (old.content_mode, &old.claim_check) == (new.content_mode, &new.claim_check)
                && (old.window, old.shards, old.confirm_timeout) == (new.window, new.shards, new.confirm_timeout)
                && old.prefetch == new.prefetch
        }
        (Erp::Directory(_), Erp::Amqp(_)) | (Erp::Amqp(_), Erp::Directory(_)) => false,
    }
}
