//! How files are written again, from what was typed; and what is said of what could not be.

use crate::cli::args::{LayoutArguments, SuffixArgument, UnaArgument};
use crate::cli::exit::Exit;
use crate::cli::print::Failure;
use crate::edi::write::{RewriteOptions, TerminatorSuffix, UnaPolicy, Unsendable, WriteFault};
use crate::edi::{Finding, FindingCode, Piece};

/// Complaints that are told; beyond them, how many there were.
const TOLD: usize = 20;

/// The layout that was asked for.
pub(super) fn layout(arguments: &LayoutArguments) -> RewriteOptions {
    RewriteOptions {
        delimiters: arguments.delimiters,
        suffix: suffix(arguments.suffix),
        una: una(arguments.una),
        characters: arguments.to_charset,
        unsendable: arguments.replace.map_or(Unsendable::Reject, Unsendable::Replace),
    }
}

/// When an interchange of EDIFACT begins with a UNA.
pub(super) fn una(argument: UnaArgument) -> UnaPolicy {
    match argument {
        UnaArgument::Always => UnaPolicy::Always,
        UnaArgument::IfNeeded => UnaPolicy::IfNeeded,
        UnaArgument::Never => UnaPolicy::Never,
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

/// What a piece holds that is not written again, or not as it was, in words.
pub(super) fn left_out(piece: &Piece) -> Option<String> {
    match piece {
        Piece::Unreadable(unreadable) => {
            let (start, end) = (unreadable.place.start, unreadable.place.end);
            Some(format!("bytes {start} to {end} are left out: the interchange cannot be read"))
        }
        Piece::Finding(finding)
            if matches!(
                finding.code,
                FindingCode::MisplacedEnvelope | FindingCode::Package | FindingCode::TrailingBytes
            ) =>
        {
            Some(format!("byte {} and following are left out: {}", finding.place.start, finding.text))
        }
        Piece::Set(set) if set.trailer.is_none() => {
            let is_cut = |finding: &&Finding| finding.code == FindingCode::TerminatorMissing;
            set.findings.iter().find(is_cut)?;
            Some(format!(
                "set {} was cut off inside its last segment, which is now written like a whole one",
                set.control_number
            ))
        }
        _ => None,
    }
}

/// Why something cannot be written, and what to do.
pub(super) fn why(fault: &WriteFault) -> String {
    let step = match fault {
        WriteFault::Delimiters { .. } => "choose others with --delimiters",
        WriteFault::SeparatorInData { .. } => "choose others with --delimiters, or what to --replace it by",
        WriteFault::UnaNeeded => "let --una be if-needed, or choose --delimiters customary",
        WriteFault::Unencodable { .. } => "choose a larger set, or what to --replace it by",
        WriteFault::Undecodable { .. } => "say with --charset which set it is in, or what to --replace them by",
        WriteFault::NoRepetitions { .. } | WriteFault::TooWide { .. } | WriteFault::Tag { .. } => "mend it in the file",
        WriteFault::ControlNumberMissing { .. } => "give it one in the file",
        WriteFault::UsageUnknown => "mend ISA15 (P, T or I) or UNB 0035 (1 or nothing) in the file",
        WriteFault::SetOutsideGroup => "put every set into a group in the file, or none",
    };
    format!("{fault}; {step}")
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
