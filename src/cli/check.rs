//! `edigate check`: every fault of the configuration in one run. It touches files only and is safe beside a running
//! daemon.

use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::exit::Exit;
use super::report;
use crate::base::{Diagnostic, Severity, Timestamp};
use crate::config;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For programs: one JSON object.
    Json,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Report<'a> {
    faults: usize,
    warnings: usize,
    diagnostics: &'a [Diagnostic],
}

/// Checks the configuration whose edigate.toml is at `path`, as of `now`, and reports to `out`.
///
/// # Errors
/// When `out` takes nothing more.
pub(crate) fn check(path: &Path, format: Format, now: Timestamp, out: &mut dyn Write) -> io::Result<Exit> {
    let diagnostics = config::check(path, now);
    match format {
        Format::Text => out.write_all(text(path, &diagnostics).as_bytes())?,
        Format::Json => {
            let count = |severity| diagnostics.iter().filter(|one| one.severity == severity).count();
            let report = Report {
                faults: count(Severity::Error),
                warnings: count(Severity::Warning),
                diagnostics: &diagnostics,
            };
            serde_json::to_writer_pretty(&mut *out, &report)?;
            out.write_all(b"\n")?;
        }
    }
    out.flush()?;
    let faulty = diagnostics.iter().any(|one| one.severity == Severity::Error);
    Ok(if faulty { Exit::Configuration } else { Exit::Clean })
}

/// The diagnostics of a configuration as text, with the lines they are about.
pub(crate) fn text(path: &Path, diagnostics: &[Diagnostic]) -> String {
    let folder = path.parent().unwrap_or(Path::new(""));
    report::render(diagnostics, &|file| std::fs::read_to_string(folder.join(file)).ok())
}

#[cfg(test)]
mod tests;
