//! What may be typed behind `edigate edi`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::GuidesArgument;
use crate::edi::write::{ChosenDelimiters, RewrittenDelimiters};
use crate::edi::{CharacterSet, NotACharacterSet};

#[derive(Debug, Subcommand)]
pub(crate) enum EdiCommand {
    /// Show what files say: parties, dates and numbers in words, loops, segments and elements by name
    Show(ShowArguments),
    /// Tell all that is wrong with files, where, and what the partner would be answered
    Check(Box<CheckArguments>),
    /// Write the acknowledgements the partner would get: TA1, 997, 999, CONTRL
    Ack(Box<AckArguments>),
    /// Write a file anew with its segments one a line; values, counts and numbers stay as they are
    Fmt(FmtArguments),
    /// Write every transaction set, group or interchange of a file into a file of its own
    Split(SplitArguments),
}

#[derive(Debug, Args)]
pub(crate) struct FilesArgument {
    /// The files to read; `-`, or none, is standard input
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct GuideArguments {
    #[command(flatten)]
    pub(crate) guides: GuidesArgument,
    /// The guide of all messages it is on, whatever their release: an overlay or guide by name, or an overlay's file
    ///
    /// acme-bearings/810 (guides/acme-bearings/810.toml), x12/004010/850, or the path of a file that ends in .toml. May be
    /// given once for each kind of message.
    #[arg(long = "guide", value_name = "GUIDE")]
    pub(crate) insisted: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct CharsetArgument {
    /// The character set, whatever the file says of itself: iso-8859-1, utf-8, windows-1252, unoa, x12-basic
    #[arg(long, value_name = "SET", value_parser = charset)]
    pub(crate) charset: Option<CharacterSet>,
}

fn charset(text: &str) -> Result<CharacterSet, String> {
    text.parse().map_err(|fault: NotACharacterSet| fault.to_string())
}

fn delimiters(text: &str) -> Result<RewrittenDelimiters, String> {
    match text {
        "as-sent" => return Ok(RewrittenDelimiters::AsSent),
        "customary" => return Ok(RewrittenDelimiters::Customary),
        _ => {}
    }
    let mut chosen = ChosenDelimiters::default();
    for entry in text.split(',') {
        let (name, value) = entry
            .split_once('=')
            .ok_or_else(|| format!("'{entry}' is neither as-sent nor customary, and not written NAME=CHARACTER"))?;
        let place = match name.trim() {
            "element" => &mut chosen.element,
            "component" => &mut chosen.component,
            "repetition" => &mut chosen.repetition,
            "release" => &mut chosen.release,
            "segment" => &mut chosen.terminator,
            _ => return Err(format!("'{name}' is none of element, component, repetition, release and segment")),
        };
        *place =
            Some(delimiter(value).ok_or_else(|| format!("'{value}' is no character of ASCII and no byte as 0x1c"))?);
    }
    Ok(RewrittenDelimiters::Chosen(chosen))
}

/// A delimiter by its character, or by its byte in hexadecimal: `|`, `0x1c`.
fn delimiter(text: &str) -> Option<u8> {
    match (text.as_bytes(), text.strip_prefix("0x")) {
        ([byte], _) if byte.is_ascii() => Some(*byte),
        (_, Some(digits)) => u8::from_str_radix(digits, 16).ok(),
        _ => None,
    }
}

#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    #[command(flatten)]
    pub(crate) files: FilesArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    /// Only the transaction set at this place in the file, the first being 1
    #[arg(long, value_name = "N")]
    pub(crate) set: Option<u64>,
    /// Segments as they were sent, one a line
    #[arg(long, conflicts_with_all = ["no_elements", "json"])]
    pub(crate) raw: bool,
    /// Segments by name, without their elements
    #[arg(long, conflicts_with = "json")]
    pub(crate) no_elements: bool,
    /// Print JSON, a line for every envelope and every transaction set
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    pub(crate) files: FilesArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    #[command(flatten)]
    pub(crate) terms: TermsArguments,
    /// Show at most so many findings of a file; all are counted
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) max: usize,
    /// Show at most so many findings of a file that are alike: same kind, same element
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) alike: usize,
    /// Show findings of this weight and above
    #[arg(long, value_enum, value_name = "WEIGHT", default_value_t = LeastArgument::Info)]
    pub(crate) least: LeastArgument,
    /// End with bytes, seconds, megabytes a second and the most memory that was used
    #[arg(long)]
    pub(crate) stats: bool,
    /// Print JSON, a line for every finding, interchange and file
    #[arg(long)]
    pub(crate) json: bool,
}

/// What was agreed on with the partner, as far as a command line can say it.
#[derive(Debug, Args)]
pub(crate) struct TermsArguments {
    /// What the partner is answered; without this a 997, and a TA1 or CONTRL when the interchange asks for one
    ///
    /// 997 or 999: for functional groups of X12. ta1: always. contrl: always. none: nothing but what is named behind it.
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    pub(crate) ack: Vec<AckArgument>,
    /// Tell the partner of warnings too: accepted with errors noted
    #[arg(long)]
    pub(crate) note_warnings: bool,
    /// What classes of findings weigh, as `length=reject,count=warn`; weights are reject, warn and ignore
    #[arg(long, value_name = "CLASS=WEIGHT", value_delimiter = ',')]
    pub(crate) severity: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AckArguments {
    #[command(flatten)]
    pub(crate) files: FilesArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    #[command(flatten)]
    pub(crate) guides: GuideArguments,
    #[command(flatten)]
    pub(crate) terms: TermsArguments,
    /// Write into this file in place of standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub(crate) out: Option<PathBuf>,
    /// Date and time of the answers, as 2026-11-02T08:15; now when left out
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<jiff::civil::DateTime>,
    /// Control number of the first interchange; the next ones count on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999_999))]
    pub(crate) interchange_number: u32,
    /// Control number of the first functional group; the next ones count on
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999_999))]
    pub(crate) group_number: u32,
    /// Control number of the first transaction set of every group
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=999_999_999))]
    pub(crate) set_number: u32,
    /// as-sent (those of the interchange that is answered), customary, or a list such as element=|,segment=0x0a
    #[arg(long, value_name = "WHICH", default_value = "as-sent", value_parser = delimiters)]
    pub(crate) delimiters: RewrittenDelimiters,
    /// What stands behind every segment; nothing where it is a delimiter
    #[arg(long, value_enum, value_name = "LINE_END", default_value_t = SuffixArgument::Lf)]
    pub(crate) suffix: SuffixArgument,
    /// When an answer of EDIFACT begins with a UNA
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = UnaArgument::IfNeeded)]
    pub(crate) una: UnaArgument,
    /// Print JSON, a line for every interchange: what becomes of it, and the answer
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LayoutArguments {
    /// as-sent, customary (those of most of the trade), or a list such as element=|,segment=0x0a
    ///
    /// The list names element, component, repetition, release (EDIFACT) and segment, each by its character or by its byte
    /// in hexadecimal; what it does not name stays as it came.
    #[arg(long, value_name = "WHICH", default_value = "as-sent", value_parser = delimiters)]
    pub(crate) delimiters: RewrittenDelimiters,
    /// What stands behind every segment; nothing where it is a delimiter
    #[arg(long, value_enum, value_name = "LINE_END", default_value_t = SuffixArgument::Lf)]
    pub(crate) suffix: SuffixArgument,
    /// When an interchange of EDIFACT begins with a UNA
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = UnaArgument::Always)]
    pub(crate) una: UnaArgument,
    /// The character set to write in: iso-8859-1, utf-8, unoa, x12-basic; every byte as it came when left out
    #[arg(long, value_name = "SET", value_parser = charset)]
    pub(crate) to_charset: Option<CharacterSet>,
    /// Written in place of what cannot be: a character this set does not have, a delimiter inside a value of X12
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) replace: Option<char>,
}

#[derive(Debug, Args)]
pub(crate) struct FmtArguments {
    #[command(flatten)]
    pub(crate) files: FilesArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    #[command(flatten)]
    pub(crate) layout: LayoutArguments,
    /// Write nothing, and name the files that would change
    #[arg(long)]
    pub(crate) check: bool,
    /// Print JSON, a line for every file: whether it would change
    #[arg(long, requires = "check")]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct SplitArguments {
    #[command(flatten)]
    pub(crate) files: FilesArgument,
    #[command(flatten)]
    pub(crate) charset: CharsetArgument,
    /// The folder to write into; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) into: PathBuf,
    /// What becomes a file of its own
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = SplitArgument::Set)]
    pub(crate) by: SplitArgument,
    #[command(flatten)]
    pub(crate) layout: LayoutArguments,
    /// Print JSON, a line for every file that was written
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SplitArgument {
    Set,
    Group,
    Interchange,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SuffixArgument {
    None,
    Cr,
    Lf,
    Crlf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum UnaArgument {
    Always,
    IfNeeded,
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AckArgument {
    #[value(name = "997")]
    Group997,
    #[value(name = "999")]
    Group999,
    Contrl,
    Ta1,
    None,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LeastArgument {
    Info,
    Warning,
    Error,
}
