//! What was read, written again in another layout.

use crate::edi::charset::CharacterSet;
use crate::edi::delimiter::Delimiters;
use crate::edi::interchange::{InterchangeHead, Standard};
use crate::edi::outgoing::OutgoingInterchangeHead;
use crate::edi::read::Piece;

use super::fault::WriteFault;
use super::options::{TerminatorSuffix, UnaPolicy, Unsendable, WriteOptions};
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
    /// The character set to write in, which the head of an EDIFACT interchange then names where EDIFACT has a name for it
    /// (0001); none: every byte as it came.
    pub characters: Option<CharacterSet>,
    /// What becomes of a character that this set does not have, and of a delimiter in a value where there is no release
    /// character.
    pub unsendable: Unsendable,
}

/// Which delimiters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RewrittenDelimiters {
    /// Those it came with.
    #[default]
    AsSent,
    /// Those most of the trade uses. Data that holds one of them is a fault in X12.
    Customary,
    /// These; those that are not named stay as they came.
    Chosen(ChosenDelimiters),
}

/// Delimiters by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChosenDelimiters {
    /// Between elements.
    pub element: Option<u8>,
    /// Between components.
    pub component: Option<u8>,
    /// Between repetitions, in versions that have them.
    pub repetition: Option<u8>,
    /// The release character of EDIFACT.
    pub release: Option<u8>,
    /// Behind a segment.
    pub terminator: Option<u8>,
}

impl RewrittenDelimiters {
    /// The delimiters of what is written in place of an interchange, or as an answer to it.
    pub fn of(&self, head: &InterchangeHead) -> Delimiters {
        let sent = WriteOptions::like(head).delimiters;
        match self {
            Self::AsSent => sent,
            Self::Customary => WriteOptions::of(head.standard).delimiters,
            Self::Chosen(chosen) => Delimiters {
                element: chosen.element.unwrap_or(sent.element),
                component: chosen.component.or(sent.component),
                repetition: chosen.repetition.or(sent.repetition),
                release: chosen.release.or(sent.release),
                terminator: chosen.terminator.unwrap_or(sent.terminator),
                wide: None,
            },
        }
    }
}

impl RewriteOptions {
    /// How an interchange is written again.
    pub(super) fn of(&self, head: &InterchangeHead) -> WriteOptions {
        let delimiters = self.delimiters.of(head);
        WriteOptions {
            delimiters,
            suffix: self.suffix.beside(&delimiters),
            una: self.una,
            characters: Some(self.characters.unwrap_or(characters(head, &delimiters))),
            unencodable: self.unsendable,
            separators: self.unsendable,
            ..WriteOptions::like(head)
        }
    }

    /// The head that is written. One in another character set says so (0001); 0133, the encoding, was of the one before.
    pub(super) fn head(&self, head: &InterchangeHead) -> OutgoingInterchangeHead {
        let mut outgoing = OutgoingInterchangeHead::from(head);
        if head.standard == Standard::Edifact
            && let Some(syntax) = self.characters.and_then(CharacterSet::syntax)
        {
            syntax.clone_into(&mut outgoing.syntax);
            outgoing.particulars.encoding.truncate(1);
        }
        outgoing
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
