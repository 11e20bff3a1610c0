//! `edigate cert`: the certificates of a gateway and their rotation (docs/certificates.md).

mod activate;
mod bundle;
mod change;
mod difference;
mod find;
mod list;
mod stage;
mod status;
#[cfg(test)]
mod tests;

use super::args::CertCommand;
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::base::Timestamp;

/// Runs one command as of `now`.
pub(super) fn cert(command: &CertCommand, now: Timestamp, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        CertCommand::List { config, expiring, json } => list::list(&config.config, *expiring, *json, now, out),
        CertCommand::Stage(arguments) => stage::stage(arguments, now, out),
        CertCommand::Activate { certificate, partner, change } => {
            activate::activate(certificate, partner.as_ref(), change, now, out)
        }
        CertCommand::Status { certificate, socket } => status::status(certificate, socket, now, out),
    }
}

/// The first digits of a SHA-256, enough to type.
fn short(fingerprint: impl std::fmt::Display) -> String {
    const DIGITS: usize = 8;
    fingerprint.to_string().chars().take(DIGITS).chain(['…']).collect()
}

/// The day of an instant, in UTC.
fn day(at: Timestamp) -> String {
    at.to_jiff().strftime("%Y-%m-%d").to_string()
}

/// `9 d`, for columns.
fn days(count: i64) -> String {
    format!("{count} d")
}
