//! SIGHUP: the files are read again, and put in force unless they have faults.

use std::sync::Arc;

use super::listeners::Certificates;
use super::ports::Ports;
use super::watch::tell_systemd;
use crate::base::{Diagnostic, counted};
use crate::config::ReloadOutcome;
use crate::exchange::audit::{DONE, noted};
use crate::exchange::{AuditEntry, Change};
use crate::observe::Event;

/// Loads the configuration anew. Messages under way end with the one they began with.
pub(super) async fn run(ports: &Arc<Ports>, tls: &Certificates) {
    tell_systemd(sd_notify::NotifyState::Reloading);
    note(ports, "asked for").await;
    let loading = Arc::clone(ports);
    let loaded = tokio::task::spawn_blocking(move || loading.live.reload(loading.clock.now())).await;
    match loaded {
        Ok(ReloadOutcome::Swapped(warnings)) => {
            report(ports, &warnings);
            renew_certificates(ports, tls);
            let partners = ports.live.registry().partners().count();
            Event::ConfigurationInForce { partners }.emit(&ports.metrics);
            note(ports, DONE).await;
        }
        Ok(ReloadOutcome::KeptOld(faults)) => {
            report(ports, &faults);
            Event::ConfigurationKept { faults: faults.len() }.emit(&ports.metrics);
            note(ports, &format!("refused: {} in the new configuration", counted(faults.len() as u64, "fault"))).await;
        }
        Err(stopped) => {
            let fault = Diagnostic::error("reload-ended", format!("reading the configuration ended early: {stopped}"));
            report(ports, &[fault]);
            Event::ConfigurationKept { faults: 1 }.emit(&ports.metrics);
        }
    }
    tell_systemd(sd_notify::NotifyState::Ready);
}

/// Writes down that the configuration was to change. Nobody knows who sent a signal.
async fn note(ports: &Ports, outcome: &str) {
    let mut change = Change::new(ports.clock.now());
    let entry = AuditEntry {
        who: "SIGHUP".to_owned(),
        action: "configuration.reload".to_owned(),
        outcome: outcome.to_owned(),
        ..AuditEntry::default()
    };
    noted(&mut change, entry);
    // A configuration is put in force even where the store only reads: it may be what is needed to mend that.
    if let Err(fault) = ports.outbox.apply(change).await {
        let what = format!("the reload is not in the audit: {fault}");
        report(ports, &[Diagnostic::warning("audit-missing", what)]);
    }
}

fn renew_certificates(ports: &Ports, tls: &Certificates) {
    let configuration = ports.live.current();
    for (name, certificate) in tls {
        let listener = configuration.settings.listeners.iter().find(|listener| listener.name == *name);
        let Some(new) = listener.and_then(|listener| listener.tls.as_ref()) else { continue };
        if let Err(fault) = certificate.replace(&new.certificates, &new.key) {
            let what = format!("the certificate of listener '{name}' stays as it was: {fault}");
            report(ports, &[Diagnostic::error("certificate-kept", what)]);
        }
    }
}

fn report(ports: &Ports, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        Event::Fault(diagnostic).emit(&ports.metrics);
    }
}
