//! Where log lines go and how they look.

use std::fmt;

use tracing_subscriber::filter::LevelFilter;
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
    const fn as_str(self) -> &'static str {
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
/// libraries from `warn` up: what a library says at a lower level may hold what must not be logged, such as a URL.
pub fn log_to_stderr(format: Format, level: Level) -> Result<(), SetupFault> {
    let filter = EnvFilter::builder()
        .with_default_directive(LevelFilter::WARN.into())
        .parse_lossy(format!("edigate={}", level.as_str()));
    let layer = match format {
        Format::Json => {
            lines::layer().json().flatten_event(true).with_target(false).with_writer(std::io::stderr).boxed()
        }
        Format::Text => lines::layer().with_target(false).with_writer(std::io::stderr).boxed(),
    };
    tracing_subscriber::registry().with(layer.with_filter(filter)).try_init().map_err(|_| SetupFault)
}
