//! Colour, where a person looks.

use std::io::IsTerminal;

use crate::base::Severity;

/// Whether colour is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Paint {
    /// Not: the output is a file or a pipe, or the person does not want it.
    Plain,
    /// It is.
    Colour,
}

const BOLD: &str = "1";
const DIM: &str = "2";
const RED: &str = "1;31";
const YELLOW: &str = "1;33";
const BLUE: &str = "1;34";
const GREEN: &str = "32";
const CYAN: &str = "36";

impl Paint {
    /// Colour on a terminal that has it, unless `NO_COLOR` says otherwise (no-color.org: when it is set and not empty).
    pub(super) fn of_standard_output() -> Self {
        let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if std::io::stdout().is_terminal() && !is_set("NO_COLOR") && !is_dumb { Self::Colour } else { Self::Plain }
    }

    fn with(self, code: &str, text: &str) -> String {
        match self {
            Self::Colour if !text.is_empty() => format!("\x1b[{code}m{text}\x1b[0m"),
            Self::Colour | Self::Plain => text.to_owned(),
        }
    }

    /// What is to be seen first.
    pub(super) fn bold(self, text: &str) -> String {
        self.with(BOLD, text)
    }

    /// What may be passed over.
    pub(super) fn dim(self, text: &str) -> String {
        self.with(DIM, text)
    }

    /// What is good.
    pub(super) fn good(self, text: &str) -> String {
        self.with(GREEN, text)
    }

    /// A tag or a name in the standard.
    pub(super) fn name(self, text: &str) -> String {
        self.with(CYAN, text)
    }

    /// Something as grave as this.
    pub(super) fn severity(self, severity: Severity, text: &str) -> String {
        let code = match severity {
            Severity::Error => RED,
            Severity::Warning => YELLOW,
            Severity::Info => BLUE,
        };
        self.with(code, text)
    }
}

/// The word for a severity.
pub(super) fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_as_it_is() {
        assert_eq!(Paint::Plain.severity(Severity::Error, "error"), "error");
        assert_eq!(Paint::Colour.severity(Severity::Error, "error"), "\x1b[1;31merror\x1b[0m");
        assert_eq!(Paint::Colour.dim(""), "");
    }
}
