//! How an interchange is written: plain data, so that a partner file can hold it.

use crate::edi::charset::CharacterSet;
use crate::edi::delimiter::Delimiters;
use crate::edi::interchange::{InterchangeHead, Standard};

/// How to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteOptions {
    /// The delimiters. X12 has no release character, and repetitions from version 00402 of the envelope on; EDIFACT has
    /// repetitions in syntax version 4. What the version does not have is not used.
    pub delimiters: Delimiters,
    /// What UNA position 3 says. The values are the caller's: whoever makes them writes the mark that is said here.
    pub decimal_mark: u8,
    /// What stands behind every terminator.
    pub suffix: TerminatorSuffix,
    /// When an EDIFACT interchange begins with a UNA.
    pub una: UnaPolicy,
    /// The character set; none: the one that the interchange's syntax identifier names, and UTF-8 in X12.
    pub characters: Option<CharacterSet>,
    /// What becomes of a character that cannot be sent.
    pub unencodable: Unsendable,
    /// What becomes of a delimiter inside a value where there is no release character.
    pub separators: Unsendable,
}

/// What stands behind every terminator. It means nothing and makes files legible.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TerminatorSuffix {
    /// Nothing.
    #[default]
    None,
    /// A carriage return.
    Cr,
    /// A line feed.
    Lf,
    /// Both.
    CrLf,
}

impl TerminatorSuffix {
    /// The bytes.
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::None => b"",
            Self::Cr => b"\r",
            Self::Lf => b"\n",
            Self::CrLf => b"\r\n",
        }
    }

    /// This, or nothing where it is one of the delimiters.
    #[must_use]
    pub fn beside(self, delimiters: &Delimiters) -> Self {
        if self.bytes().iter().any(|byte| delimiters.contains(*byte)) { Self::None } else { self }
    }
}

/// When an EDIFACT interchange begins with a UNA.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnaPolicy {
    /// Always. Readers that do not need it pass over it.
    #[default]
    Always,
    /// Only where it says something else than what holds without it.
    IfNeeded,
    /// Never. Delimiters that would need it are a fault.
    Never,
}

/// What becomes of something that cannot be sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unsendable {
    /// Nothing is written, and a fault names the place.
    #[default]
    Reject,
    /// It is replaced by this character.
    Replace(char),
}

impl WriteOptions {
    /// X12 as most of the trade writes it: `*`, `>`, `^` and `~`, nothing between segments.
    pub fn x12() -> Self {
        Self {
            delimiters: Delimiters {
                element: b'*',
                component: Some(b'>'),
                repetition: Some(b'^'),
                release: None,
                terminator: b'~',
                wide: None,
            },
            decimal_mark: b'.',
            suffix: TerminatorSuffix::None,
            una: UnaPolicy::Never,
            characters: None,
            unencodable: Unsendable::Reject,
            separators: Unsendable::Reject,
        }
    }

    /// EDIFACT with the delimiters that hold without a UNA (ISO 9735-1, clause 8), and a UNA that says so.
    pub fn edifact() -> Self {
        Self { delimiters: EDIFACT_DELIMITERS, una: UnaPolicy::Always, ..Self::x12() }
    }

    /// The defaults of a standard.
    pub fn of(standard: Standard) -> Self {
        match standard {
            Standard::X12 => Self::x12(),
            Standard::Edifact => Self::edifact(),
        }
    }

    /// Whether a text can be written as it is: no delimiter in it, and no character that cannot be sent.
    pub fn carries(&self, text: &str) -> bool {
        text.chars().all(|character| self.carries_one(character))
    }

    /// A text less the characters that could not be written as they are.
    pub fn carried(&self, text: &str) -> String {
        text.chars().filter(|character| self.carries_one(*character)).collect()
    }

    /// The same options with the character set settled for an interchange of this syntax identifier.
    #[must_use]
    pub fn for_syntax(&self, identifier: &str) -> Self {
        let characters = self.characters.or_else(|| CharacterSet::for_syntax(identifier));
        Self { characters, ..self.clone() }
    }

    pub(super) fn character_set(&self) -> CharacterSet {
        self.characters.unwrap_or_default()
    }

    fn carries_one(&self, character: char) -> bool {
        let is_delimiter = u8::try_from(u32::from(character)).is_ok_and(|byte| self.delimiters.contains(byte));
        self.character_set().allows(character) && (!is_delimiter || self.delimiters.release.is_some())
    }

    /// The defaults of an interchange's standard with the delimiters it came with: what answers it.
    pub fn like(head: &InterchangeHead) -> Self {
        // An ISA without ISA16 is written with one.
        let component = head.delimiters.component.or(free_component(head));
        // A delimiter beyond ASCII that is one byte is one of an 8-bit set, which in X12 nobody names.
        let is_unnamed = head.standard == Standard::X12 && head.delimiters.all().any(|byte| !byte.is_ascii());
        Self {
            // Where a delimiter had more than one byte, the control character that stood for it is written.
            delimiters: Delimiters { component, wide: None, ..head.delimiters },
            decimal_mark: head.decimal_mark,
            una: UnaPolicy::IfNeeded,
            characters: is_unnamed.then_some(CharacterSet::Windows1252),
            ..Self::of(head.standard)
        }
    }
}

/// A component separator for an interchange that came without one.
fn free_component(head: &InterchangeHead) -> Option<u8> {
    [b'>', b':', b'<', 0x1f].into_iter().find(|byte| !head.delimiters.contains(*byte))
}

/// What holds without a UNA.
pub(super) const EDIFACT_DELIMITERS: Delimiters = Delimiters {
    element: b'+',
    component: Some(b':'),
    repetition: Some(b'*'),
    release: Some(b'?'),
    terminator: b'\'',
    wide: None,
};
