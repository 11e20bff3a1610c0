//! The command line.

mod check;
mod exit;
mod report;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs one command and says how it went.
pub fn run(_arguments: impl Iterator<Item = OsString>) -> ExitCode {
    ExitCode::SUCCESS
}
