//! What may be typed behind `edigate cert`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::{ConfigArgument, SocketArgument};
use crate::base::table::parse_duration;
use crate::base::{PartnerId, Timestamp};

#[derive(Debug, Subcommand)]
pub(crate) enum CertCommand {
    /// List every certificate that the configuration names: whose, what for, until when, and what follows it
    List {
        #[command(flatten)]
        config: ConfigArgument,
        /// Only those that end within this time, such as 90d; exit code 2 when one of them has no successor
        #[arg(long, value_name = "TIME", value_parser = duration)]
        expiring: Option<Duration>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Add a certificate to the configuration: in use for what comes in at once, for what goes out from a date on
    Stage(Box<StageArguments>),
    /// Let a certificate be used for what goes out from now on; to go back, activate the old one
    Activate {
        /// The certificate: its file's name without .pem, or the first digits of its SHA-256
        certificate: String,
        /// Of ours: sign with it for this partner alone
        #[arg(long, value_name = "ID")]
        partner: Option<PartnerId>,
        #[command(flatten)]
        change: ChangeArgument,
    },
    /// Ask the running gateway which partners were seen to use a certificate
    Status {
        /// The certificate: its file's name without .pem, or the first digits of its SHA-256
        certificate: String,
        #[command(flatten)]
        socket: SocketArgument,
    },
}

#[derive(Debug, Args)]
pub(crate) struct ChangeArgument {
    #[command(flatten)]
    pub(crate) config: ConfigArgument,
    /// Show what would change and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct StageArguments {
    /// What it is to be called: the file becomes certs/NAME.pem
    #[arg(value_parser = name)]
    pub(crate) name: String,
    /// The certificate (PEM, DER or PKCS #12), with its issuers where a TLS peer wants them
    #[arg(long, value_name = "FILE")]
    pub(crate) from: PathBuf,
    /// Its private key (PEM), where FILE does not hold it
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    /// A file with the passphrase of FILE or of its key; else it is $EDIGATE_PASSPHRASE, or asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// The [identity.NAME] of ours that it is for; the only one when left out
    #[arg(long, value_name = "NAME", conflicts_with = "partner")]
    pub(crate) identity: Option<String>,
    /// The partner whose certificate it is
    #[arg(long, value_name = "ID")]
    pub(crate) partner: Option<PartnerId>,
    /// The certificate that it follows, whose roles it takes: its name, or the first digits of its SHA-256
    #[arg(long, value_name = "CERTIFICATE")]
    pub(crate) replaces: Option<String>,
    /// A role, in place of those of the certificate that it follows; may be given several times
    #[arg(long, value_name = "ROLE", value_parser = ["sign", "decrypt", "tls-client", "verify", "encrypt", "tls-trust"])]
    pub(crate) role: Vec<String>,
    /// From when it is used for what goes out: a date (from its beginning in UTC) or an instant; without it, 'edigate cert
    /// activate' says when
    #[arg(long, value_name = "DATE", value_parser = instant)]
    pub(crate) switch: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) change: ChangeArgument,
}

fn duration(text: &str) -> Result<Duration, String> {
    parse_duration(text).ok_or_else(|| "a time such as 90d".to_owned())
}

/// A file's name that needs no quoting anywhere.
fn name(text: &str) -> Result<String, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_' || b == b'.';
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with(['.', '-']);
    if fits { Ok(text.to_owned()) } else { Err("letters, digits, '-', '_' and '.', at most 64".to_owned()) }
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let date = text.parse::<jiff::civil::Date>().ok().filter(|_| !text.contains('T'));
    let instant = match date {
        Some(date) => jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok(),
        None => text.parse::<jiff::Timestamp>().ok(),
    };
    let instant = instant.ok_or("a date such as 2026-12-15, or an instant such as 2026-12-15T22:00:00Z")?;
    Ok(Timestamp::from_millis(instant.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_is_a_date_or_an_instant() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(instant(text).ok().map(|at| at.to_string()), expect.map(str::to_owned), "{text}");
        };
        check("2026-12-15", Some("2026-12-15T00:00:00.000Z"));
        check("2026-12-15T22:00:00Z", Some("2026-12-15T22:00:00.000Z"));
        check("2026-12-15T22:00:00+02:00", Some("2026-12-15T20:00:00.000Z"));
        check("2026-12-15T22:00", None);
        check("15.12.2026", None);
    }

    #[test]
    fn a_name_is_a_plain_file_name() {
        for (text, fits) in
            [("us-2027", true), ("a.b_c", true), ("", false), ("../x", false), (".x", false), ("-x", false)]
        {
            assert_eq!(name(text).is_ok(), fits, "{text}");
        }
    }
}
