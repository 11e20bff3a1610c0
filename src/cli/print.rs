//! Standard output and the one way in which a command fails.

use std::io::{self, Write};
use std::path::Path;

use serde_json::Value;

use super::exit::Exit;
use crate::base::Diagnostic;

/// Why a command did not do what it was asked to, and what it leaves with.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) exit: Exit,
    /// What to tell, on standard error.
    pub(crate) text: String,
}

impl Failure {
    /// A failure in one sentence.
    pub(crate) fn new(exit: Exit, text: impl Into<String>) -> Self {
        Self { exit, text: text.into() }
    }

    /// The configuration cannot be used.
    pub(crate) fn configuration(path: &Path, diagnostics: &[Diagnostic]) -> Self {
        let mut text = String::new();
        for diagnostic in diagnostics {
            text.push_str(&format!("{diagnostic}\n"));
        }
        text.push_str(&format!("{} cannot be used; 'edigate check' tells all faults", path.display()));
        Self::new(Exit::Configuration, text)
    }
}

/// A reader that hung up (`edigate doc list | head`) is no failure of ours.
impl From<io::Error> for Failure {
    fn from(fault: io::Error) -> Self {
        match fault.kind() {
            io::ErrorKind::BrokenPipe => Self::new(Exit::Clean, ""),
            _ => Self::new(Exit::Failed, format!("the output cannot be written: {fault}")),
        }
    }
}

/// Where a command's answer goes.
pub(crate) struct Output<'a>(&'a mut dyn Write);

impl<'a> Output<'a> {
    /// Writes to `out`.
    pub(crate) fn to(out: &'a mut dyn Write) -> Self {
        Self(out)
    }

    /// The writer itself.
    pub(crate) fn writer(&mut self) -> &mut dyn Write {
        self.0
    }

    /// One line.
    pub(crate) fn line(&mut self, line: &str) -> Result<(), Failure> {
        Ok(writeln!(self.0, "{line}")?)
    }

    /// Bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Ok(self.0.write_all(bytes)?)
    }

    /// A value as indented JSON.
    pub(crate) fn json(&mut self, value: &Value) -> Result<(), Failure> {
        self.line(&format!("{value:#}"))
    }
}
