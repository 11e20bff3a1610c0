//! Putting a change of the configuration through: checked, shown, written.

use std::path::Path;

use super::difference::difference;
use crate::base::{Diagnostic, Severity, Timestamp};
use crate::cli::args::ChangeArgument;
use crate::cli::check;
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::config::{self, CertificateList, Proposal};

/// Checks what the configuration would be, shows what changes and writes it, unless only that was asked for. Nothing is
/// written when the check finds a fault.
pub(super) fn put_through(
    mut proposal: Proposal,
    lists: &[CertificateList],
    change: &ChangeArgument,
    now: Timestamp,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let path = &change.config.config;
    for list in lists {
        proposal.change(list.file.clone(), list.text());
    }
    let found = proposal.check(now);
    if found.iter().any(|one| one.severity == Severity::Error) {
        let faults: Vec<Diagnostic> = found.into_iter().filter(|one| one.severity == Severity::Error).collect();
        let text = format!("{}nothing was written: the configuration would have faults", check::text(path, &faults));
        return Err(Failure::new(Exit::Configuration, text));
    }
    let cannot = |fault| Failure::new(Exit::Failed, format!("it cannot be written: {fault}"));
    let told = proposal.look().map_err(cannot)?;
    for list in lists {
        out.line(&list.file)?;
        difference(&list.before, &list.text()).iter().try_for_each(|line| out.line(&format!("  {line}")))?;
    }
    for warning in new_warnings(path, &found, now) {
        out.line(&format!("warning: {}", warning.message))?;
    }
    told.iter().try_for_each(|told| out.line(&format!("warning: {told}")))?;
    if change.dry_run {
        out.line("nothing was written (--dry-run)")?;
        return Ok(Exit::Clean);
    }
    proposal.write().map_err(cannot)?;
    out.line("written; the gateway takes it at its next reload: systemctl reload edigate")?;
    Ok(Exit::Clean)
}

/// What the check did not say before.
fn new_warnings(path: &Path, found: &[Diagnostic], now: Timestamp) -> Vec<Diagnostic> {
    let before: Vec<String> = config::check(path, now).into_iter().map(|one| one.message).collect();
    found.iter().filter(|one| !before.contains(&one.message)).cloned().collect()
}
