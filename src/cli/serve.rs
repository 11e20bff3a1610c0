//! `edigate serve`: the gateway itself.

use std::path::Path;

use super::exit::Exit;
use super::print::Failure;
use crate::base::{Clock, SystemClock};
use crate::config::{self, Log, LogFormat, LogLevel};
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
    let format = match log.format {
        LogFormat::Json => observe::Format::Json,
        LogFormat::Text => observe::Format::Text,
    };
    let level = match log.level {
        LogLevel::Error => observe::Level::Error,
        LogLevel::Warn => observe::Level::Warn,
        LogLevel::Info => observe::Level::Info,
        LogLevel::Debug => observe::Level::Debug,
        LogLevel::Trace => observe::Level::Trace,
    };
    observe::log_to_stderr(format, level).map_err(|fault| Failure::new(Exit::Failed, fault.to_string()))
}
