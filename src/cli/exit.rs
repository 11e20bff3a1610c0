//! How a command ended, as the number its caller sees.

use std::process::ExitCode;

/// The exit codes of every command (the ones above 63 are those of sysexits.h).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; there may have been warnings.
    Clean = 0,
    /// It did not work.
    Failed = 1,
    /// It worked, and something was found that must be mended.
    Findings = 2,
    /// The command line was wrong.
    Usage = 64,
    /// No daemon answers on the admin socket.
    Unreachable = 69,
    /// The configuration has faults.
    Configuration = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_what_scripts_rely_on() {
        let codes = [Exit::Clean, Exit::Failed, Exit::Findings, Exit::Usage, Exit::Unreachable, Exit::Configuration];
        assert_eq!(codes.map(|exit| exit as u8), [0, 1, 2, 64, 69, 78]);
    }
}
