//! Why an interchange cannot be written.

use std::fmt;

use crate::base::{Diagnostic, Location, counted};
use crate::edi::charset::CharacterSet;
use crate::edi::place::Tag;

/// Which value cannot be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ValuePlace {
    /// Control number of the transaction set; none in the envelope.
    pub set: Option<String>,
    /// Tag of the segment.
    pub tag: Tag,
    /// Position of the segment in its set, the header being 1; 0 in the envelope.
    pub segment_position: u64,
    /// Element, from 1.
    pub element: usize,
    /// Repetition of the element, from 1.
    pub repetition: usize,
    /// Component, from 1.
    pub component: usize,
}

impl fmt::Display for ValuePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:02}", self.tag, self.element)?;
        if self.component > 1 {
            write!(f, "-{}", self.component)?;
        }
        if self.repetition > 1 {
            write!(f, " (repetition {})", self.repetition)?;
        }
        match &self.set {
            Some(set) => write!(f, " in segment {} of set {set}", self.segment_position),
            None => Ok(()),
        }
    }
}

impl From<&ValuePlace> for Location {
    fn from(place: &ValuePlace) -> Self {
        let some = |number: usize| u32::try_from(number).ok().filter(|number| *number > 0);
        Self {
            segment: Some(place.tag.as_str().to_owned()),
            segment_position: Some(place.segment_position).filter(|position| *position > 0),
            element: some(place.element),
            repetition: some(place.repetition).filter(|number| *number > 1),
            component: some(place.component).filter(|number| *number > 1),
            ..Self::default()
        }
    }
}

/// Why an interchange cannot be written. Nothing of it is to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteFault {
    /// The delimiters cannot be used: the operator's fault.
    Delimiters {
        /// Why, in words.
        found: String,
    },
    /// Delimiters or a decimal mark that need a UNA, where none may be written: the operator's fault.
    UnaNeeded,
    /// A value holds a delimiter, and there is no release character.
    SeparatorInData {
        /// Where.
        place: Box<ValuePlace>,
        /// The delimiter.
        separator: u8,
    },
    /// A value holds a character that cannot be sent.
    Unencodable {
        /// Where.
        place: Box<ValuePlace>,
        /// The character.
        character: char,
        /// The character set.
        set: CharacterSet,
    },
    /// A value that was read holds bytes that stand for no character, so that it cannot be written in another set.
    Undecodable {
        /// Where.
        place: Box<ValuePlace>,
        /// The set it was read in.
        set: CharacterSet,
    },
    /// A value of the ISA that is wider than its place.
    TooWide {
        /// Where.
        place: Box<ValuePlace>,
        /// The value.
        value: String,
        /// How wide the place is.
        width: usize,
    },
    /// An element comes more than once, and the version of the envelope has no repetition separator.
    NoRepetitions {
        /// Where.
        place: Box<ValuePlace>,
    },
    /// A tag that cannot stand in front of a segment.
    Tag {
        /// The tag.
        tag: Tag,
    },
    /// A control number is empty.
    ControlNumberMissing {
        /// Tag of the header.
        tag: Tag,
    },
    /// The interchange says neither production nor test, or what its standard has no word for.
    UsageUnknown,
    /// Transaction sets inside and outside of groups, or of X12 outside of a group.
    SetOutsideGroup,
}

impl fmt::Display for WriteFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delimiters { found } => write!(f, "the delimiters cannot be used: {found}"),
            Self::UnaNeeded => f.write_str("these delimiters need a UNA, and none may be written"),
            Self::SeparatorInData { place, separator } => {
                write!(f, "{place} holds the delimiter '{}'", separator.escape_ascii())
            }
            Self::Unencodable { place, character, set } => {
                write!(f, "{place} holds '{}', which {set} cannot carry", character.escape_debug())
            }
            Self::Undecodable { place, set } => write!(f, "{place} holds bytes that stand for nothing in {set}"),
            Self::TooWide { place, value, width } => {
                write!(f, "{place} is {} wide, '{value}' has {}", counted(*width, "character"), value.chars().count())
            }
            Self::NoRepetitions { place } => {
                write!(f, "{place} comes more than once, and this version has no repetition separator")
            }
            Self::Tag { tag } => write!(f, "'{tag}' is no tag of a segment"),
            Self::ControlNumberMissing { tag } => write!(f, "the control number of {tag} is empty"),
            Self::UsageUnknown => f.write_str("the interchange says neither production nor test"),
            Self::SetOutsideGroup => f.write_str("a transaction set stands outside of the functional groups"),
        }
    }
}

impl std::error::Error for WriteFault {}

impl From<&WriteFault> for Diagnostic {
    fn from(fault: &WriteFault) -> Self {
        let error = |code, hint: &str| Self::error(code, fault.to_string()).hinting(hint);
        match fault {
            WriteFault::Delimiters { .. } => error("delimiters", "mend the delimiters in the partner's file"),
            WriteFault::UnaNeeded => error("una-needed", "allow the UNA, or use the delimiters that hold without it"),
            WriteFault::SeparatorInData { place, .. } => {
                error("separator-in-data", "use another delimiter with this partner, or let it be replaced")
                    .at(Location::from(&**place))
            }
            WriteFault::Unencodable { place, .. } => {
                error("unencodable", "agree on a larger character set, or let the character be replaced")
                    .at(Location::from(&**place))
            }
            WriteFault::Undecodable { place, .. } => {
                error("undecodable", "say which character set it is in").at(Location::from(&**place))
            }
            WriteFault::TooWide { place, .. } => {
                error("too-wide", "shorten the id or number in the partner's file").at(Location::from(&**place))
            }
            WriteFault::NoRepetitions { place } => {
                error("no-repetitions", "use version 00402 of the ISA or syntax version 4 of the UNB, or one value")
                    .at(Location::from(&**place))
            }
            WriteFault::Tag { .. } => error("tag", "mend the mapping"),
            WriteFault::ControlNumberMissing { .. } => error("control-number-missing", "give it a control number"),
            WriteFault::UsageUnknown => error("usage-unknown", "say production or test in the partner's file"),
            WriteFault::SetOutsideGroup => error("set-outside-group", "put every set into a group, or in EDIFACT none"),
        }
    }
}
