//! What was read, written again in another layout.

use crate::edi::charset::CharacterSet;
use crate::edi::delimiter::Delimiters;
use crate::edi::interchange::InterchangeHead;
use crate::edi::read::Piece;

use super::fault::WriteFault;
use super::options::{TerminatorSuffix, UnaPolicy, WriteOptions};
use super::split::{SplitBy, SplitEvent, Splitter};

/// How what was read is written again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewriteOptions {
    /// Which delimiters.
    pub delimiters: RewrittenDelimiters,
    /// What stands behind every terminator; nothing where it is a delimiter of the interchange.
    pub suffix: TerminatorSuffix,
    /// When an EDIFACT interchange begins with a UNA.
    pub una: UnaPolicy,
}

/// Which delimiters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RewrittenDelimiters {
    /// Those it came with.
    #[default]
    AsSent,
    /// Those most of the trade uses. Data that holds one of them is a fault in X12.
    Customary,
}

impl RewriteOptions {
    /// How an interchange is written again.
    pub(super) fn of(&self, head: &InterchangeHead) -> WriteOptions {
        let like = WriteOptions::like(head);
        let delimiters = match self.delimiters {
            RewrittenDelimiters::AsSent => like.delimiters,
            RewrittenDelimiters::Customary => WriteOptions::of(head.standard).delimiters,
        };
        let is_usable = !self.suffix.bytes().iter().any(|byte| delimiters.contains(*byte));
        WriteOptions {
            delimiters,
            suffix: if is_usable { self.suffix } else { TerminatorSuffix::None },
            una: self.una,
            characters: Some(characters(head, &delimiters)),
            ..like
        }
    }
}

/// The set that gives back the bytes a head was read from. It is no place to find fault with its characters.
fn characters(head: &InterchangeHead, delimiters: &Delimiters) -> CharacterSet {
    match head.character_set {
        CharacterSet::Iso8859_1 => CharacterSet::Windows1252,
        CharacterSet::Auto
        | CharacterSet::X12Basic
        | CharacterSet::X12Extended
        | CharacterSet::UnoA
        | CharacterSet::UnoB
        | CharacterSet::Utf8 => match delimiters.all().all(|byte| byte.is_ascii()) {
            true => CharacterSet::Auto,
            false => CharacterSet::Windows1252,
        },
        set => set,
    }
}

/// Writes what a reader gives, piece by piece, in another layout: the head of an interchange padded or cut to its
/// widths, trailing separators and line ends inside segments left out, terminators and delimiters as asked for. Values,
/// counts and control numbers are those that came, right or wrong, and a trailer that never came is not made up: a file
/// that was cut off still looks so. Segments that stood outside of any set are left out; the reader told of them.
pub struct Rewriter(Splitter);

impl Rewriter {
    /// A rewriter at the start of a file.
    pub fn new(options: RewriteOptions) -> Self {
        Self(Splitter::new(SplitBy::Interchange, options))
    }

    /// The bytes that are due after a piece.
    ///
    /// # Errors
    /// When something cannot be written so. The interchange it is in is then passed over to its end.
    pub fn take(&mut self, piece: &Piece) -> Result<Vec<u8>, WriteFault> {
        let bytes = self.0.take(piece)?.into_iter().filter_map(|event| match event {
            SplitEvent::Bytes(bytes) => Some(bytes),
            SplitEvent::Begin(_) | SplitEvent::End => None,
        });
        Ok(bytes.collect::<Vec<_>>().concat())
    }
}
