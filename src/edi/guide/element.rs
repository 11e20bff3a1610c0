//! Elements: what a value looks like.

use super::segment::Requirement;

/// The type of a simple element, by its name in the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// AN: text.
    An,
    /// ID: a code of a list.
    Id,
    /// N0 to N9: a whole number with that many implied decimals.
    N(u8),
    /// R: a number with a decimal point where it needs one.
    R,
    /// DT: a date, CCYYMMDD, or YYMMDD where the element is six wide.
    Dt,
    /// TM: a time of day, HHMM, HHMMSS, HHMMSSD or HHMMSSDD.
    Tm,
    /// B: bytes.
    B,
}

/// An element or component of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementDef {
    /// Its number in the standard's dictionary, `353`, or for a composite `C001`.
    pub id: String,
    /// Whether it must be there.
    pub requirement: Requirement,
    /// How often it may come; 1 for nearly all.
    pub repeats: u32,
    /// What it holds.
    pub kind: ElementKind,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ElementKind {
    /// One value.
    Simple {
        /// Its type.
        value: ElementType,
        /// Shortest length in characters; sign and decimal point of a number do not count.
        min: u32,
        /// Longest length, counted alike.
        max: u32,
    },
    /// Several values parted by the component separator.
    Composite(Vec<ElementDef>),
}

impl ElementDef {
    /// The type of a simple element.
    pub fn value_type(&self) -> Option<ElementType> {
        match self.kind {
            ElementKind::Simple { value, .. } => Some(value),
            ElementKind::Composite(_) => None,
        }
    }

    /// Longest length of a simple element in characters.
    pub fn max_length(&self) -> Option<u32> {
        match self.kind {
            ElementKind::Simple { max, .. } => Some(max),
            ElementKind::Composite(_) => None,
        }
    }

    /// Component `number`, from 1. The first component of a simple element is the element.
    pub fn component(&self, number: usize) -> Option<&Self> {
        match &self.kind {
            ElementKind::Simple { .. } => (number == 1).then_some(self),
            ElementKind::Composite(components) => components.get(number.checked_sub(1)?),
        }
    }
}
