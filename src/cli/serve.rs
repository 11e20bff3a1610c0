//! `edigate serve`: the gateway itself.

use std::path::Path;

use super::exit::Exit;
use super::print::Failure;
use crate::base::{Clock, SystemClock};
use crate::config::{self, Log};
use crate::{daemon, observe};

/// Loads the configuration, sets up logging, and runs until told to stop.
pub(super) fn serve(path: &Path) -> Result<Exit, Failure> {
    let configuration =
        config::load(path, SystemClock.now()).map_err(|faults| Failure::configuration(path, &faults))?;
    log(configuration.settings.log)?;
    rustls::crypto::ring::default_provider()
        .install_default()
        .map_err(|_| Failure::new(Exit::Failed, "another TLS provider is in place already"))?;
    daemon::run(path, configuration).map_err(|fault| Failure::new(Exit::Failed, fault.to_string()))?;
    Ok(Exit::Clean)
}

fn log(log: Log) -> Result<(), Failure> {
    observe::log_to_stderr(log.format, log.level).map_err(|fault| Failure::new(Exit::Failed, fault.to_string()))
}
