//! Which certificate an operator means.

use std::collections::BTreeSet;
use std::path::Path;

use super::short;
use crate::base::{FingerprintStart, Sha256};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::config;
use crate::partner::Listed;

/// Every certificate of the configuration at `path`.
pub(super) fn all(path: &Path) -> Result<Vec<Listed>, Failure> {
    config::certificates(path).map_err(|faults| Failure::configuration(path, &faults))
}

/// The entries of the one certificate whose file is called `asked`, or whose SHA-256 begins so.
pub(super) fn one<'a>(all: &'a [Listed], asked: &str) -> Result<Vec<&'a Listed>, Failure> {
    let start = asked.parse::<FingerprintStart>().ok();
    let by_name = |listed: &&Listed| listed.name() == asked;
    let by_digits =
        |listed: &&Listed| start.as_ref().is_some_and(|start| start.begins(&listed.certificate.fingerprint()));
    let mut found: Vec<&Listed> = all.iter().filter(by_name).collect();
    if found.is_empty() {
        found = all.iter().filter(by_digits).collect();
    }
    let meant: BTreeSet<Sha256> = found.iter().map(|listed| listed.certificate.fingerprint()).collect();
    match meant.len() {
        1 => Ok(found),
        0 => Err(Failure::new(
            Exit::Failed,
            format!("no certificate is called '{asked}' or begins so; 'edigate cert list' shows all"),
        )),
        _ => {
            let several: Vec<_> = meant.iter().map(short).collect();
            let text = format!("'{asked}' may be {}; give more digits", several.join(" or "));
            Err(Failure::new(Exit::Failed, text))
        }
    }
}
