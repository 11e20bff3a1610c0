//! Guides out of what a user holds: a directory of UNECE, or a schema in the style of BizTalk. Bytes go in, files of
//! our own form (`load.rs`) come out; who calls this reads and writes them.
//!
//! Such sources are somebody else's property. What is made of them stays with the user: edigate ships none of it.

mod pack;
pub mod unece;
pub mod xsd;

pub use pack::Pack;

use crate::base::{Diagnostic, Location};

/// What was made, and what could not be read on the way.
#[derive(Debug)]
pub struct Imported {
    /// The guides.
    pub pack: Pack,
    /// What was passed over, each with its file and line.
    pub notes: Vec<Diagnostic>,
}

/// A note that something of a file was passed over.
fn note(file: &str, line: Option<usize>, text: impl Into<String>) -> Diagnostic {
    let line = line.and_then(|line| u32::try_from(line).ok());
    let at = Location { file: Some(file.to_owned()), line, ..Location::default() };
    Diagnostic::warning("not-imported", text).at(at)
}

/// A label out of somebody's name for a thing: in small letters, on one line, not too long.
fn label(text: &str) -> String {
    /// What `dictionary.rs` takes.
    const LONGEST: usize = 80;
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().take(LONGEST).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
