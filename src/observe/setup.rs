//! Where log lines go and how they look.

use std::fmt;
use std::io::IsTerminal;

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt as lines};

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    #[default]
    Json,
    /// For eyes.
    Text,
}

/// The least weighty line that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// A person must act.
    Error,
    /// May wait for morning.
    Warn,
    /// The story of each exchange.
    #[default]
    Info,
    /// For finding a fault.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// The level's word, as filters and configuration files have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// Logging could not be set up: it had been set up before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetupFault;

impl fmt::Display for SetupFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("logging was set up twice in one process")
    }
}

impl std::error::Error for SetupFault {}

/// Sends this process's log lines to standard error from now on. Our own lines are written from `level` up, those of
/// libraries from `warn` up, for what they say below that may hold what must not be logged. Colours are for a terminal only.
pub fn log_to_stderr(format: Format, level: Level) -> Result<(), SetupFault> {
    let colours = std::io::stderr().is_terminal();
    let lines = lines::layer().with_target(false).with_ansi(colours).with_writer(std::io::stderr);
    let layer = match format {
        Format::Json => lines.json().flatten_event(true).boxed(),
        Format::Text => lines.boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter(level))).try_init().map_err(|_| SetupFault)
}

/// lapin is silenced whole: it logs returned messages with their bodies, at `warn`. What it has to say comes as an event
/// of ours.
fn filter(level: Level) -> EnvFilter {
    let theirs = if level == Level::Error { "error" } else { "warn" };
    EnvFilter::builder().parse_lossy(format!("{theirs},edigate={},lapin=off", level.as_str()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn our_lines_are_written_from_the_level_up_and_libraries_are_kept_quiet() {
        let check = |level: Level, expect: &[&str]| {
            let kept = Kept::default();
            let writer = kept.clone();
            let layer = lines::layer().json().flatten_event(true).with_writer(move || writer.clone());
            let subscriber = tracing_subscriber::registry().with(layer.with_filter(filter(level)));
            tracing::subscriber::with_default(subscriber, || {
                tracing::error!(target: "edigate::daemon", "ours-error");
                tracing::info!(target: "edigate::daemon", "ours-info");
                tracing::debug!(target: "edigate::daemon", "ours-debug");
                tracing::warn!(target: "hyper::server", "theirs-warn");
                tracing::info!(target: "hyper::server", "theirs-info");
                tracing::error!(target: "lapin::returned_messages", "a payload");
            });
            let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
            let found: Vec<String> = text
                .lines()
                .map(|line| {
                    serde_json::from_str::<serde_json::Value>(line).unwrap()["message"].as_str().unwrap().into()
                })
                .collect();
            assert_eq!(found, expect, "{level:?}");
        };
        check(Level::Error, &["ours-error"]);
        check(Level::Info, &["ours-error", "ours-info", "theirs-warn"]);
        check(Level::Debug, &["ours-error", "ours-info", "ours-debug", "theirs-warn"]);
    }
}
