//! How files are written again, from what was typed; and what is said of what could not be.

use crate::cli::args::{DelimitersArgument, LayoutArguments, SuffixArgument, UnaArgument};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::write::{RewriteOptions, RewrittenDelimiters, TerminatorSuffix, UnaPolicy};
use crate::edi::{FindingCode, Piece};

/// Complaints that are told; beyond them, how many there were.
const TOLD: usize = 20;

/// The layout that was asked for.
pub(super) fn layout(arguments: &LayoutArguments) -> RewriteOptions {
    RewriteOptions {
        delimiters: match arguments.delimiters {
            DelimitersArgument::AsSent => RewrittenDelimiters::AsSent,
            DelimitersArgument::Customary => RewrittenDelimiters::Customary,
        },
        suffix: suffix(arguments.suffix),
        una: match arguments.una {
            UnaArgument::Always => UnaPolicy::Always,
            UnaArgument::IfNeeded => UnaPolicy::IfNeeded,
            UnaArgument::Never => UnaPolicy::Never,
        },
        ..RewriteOptions::default()
    }
}

/// What stands behind every segment.
pub(super) fn suffix(argument: SuffixArgument) -> TerminatorSuffix {
    match argument {
        SuffixArgument::None => TerminatorSuffix::None,
        SuffixArgument::Cr => TerminatorSuffix::Cr,
        SuffixArgument::Lf => TerminatorSuffix::Lf,
        SuffixArgument::Crlf => TerminatorSuffix::CrLf,
    }
}

/// What a piece holds that is not written again, in words.
pub(super) fn left_out(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Unreadable(unreadable) => {
            let (start, end) = (unreadable.place.start, unreadable.place.end);
            Some(format!("bytes {start} to {end} are left out: the interchange cannot be read"))
        }
        Piece::Finding(finding)
            if matches!(finding.code, FindingCode::MisplacedEnvelope | FindingCode::TrailingBytes) =>
        {
            Some(format!("byte {} and following are left out: {}", finding.place.start, finding.text))
        }
        _ => None,
    }
}

/// What a command has to complain of when it has done what could be done.
#[derive(Default)]
pub(super) struct Complaints {
    told: Vec<String>,
    count: usize,
}

impl Complaints {
    /// One more.
    pub(super) fn add(&mut self, file: &str, text: &str) {
        self.count += 1;
        if self.told.len() < TOLD {
            self.told.push(format!("{file}: {text}"));
        }
    }

    /// How the command ends: as it would, or in failure when there were complaints.
    pub(super) fn end(mut self, exit: Exit) -> Result<Exit, Failure> {
        if self.count == 0 {
            return Ok(exit);
        }
        let more = self.count - self.told.len();
        if more > 0 {
            self.told.push(format!("and {more} more"));
        }
        Err(Failure::new(Exit::Failed, self.told.join("\n")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_complaint_past_those_told_is_counted() {
        let mut complaints = Complaints::default();
        assert_eq!(Complaints::default().end(Exit::Clean).unwrap(), Exit::Clean);
        (0..=TOLD).for_each(|number| complaints.add("a.edi", &number.to_string()));
        let failure = complaints.end(Exit::Clean).unwrap_err();
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.text.starts_with("a.edi: 0\n") && failure.text.ends_with("a.edi: 19\nand 1 more"));
    }
}
