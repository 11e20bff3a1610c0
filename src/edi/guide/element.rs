//! Elements: what a value looks like.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::edi::interchange::Standard;

use super::segment::{Requirement, SyntaxNote};

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
    /// a: letters (EDIFACT).
    Alpha,
    /// n: a number with a decimal mark where it needs one (EDIFACT).
    Numeric,
}

/// An element or component of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ElementDef {
    /// Its number in the standard's dictionary, `353`, or for a composite `C001`.
    pub id: String,
    /// A short name for people; empty where there is none.
    pub name: String,
    /// Whether it must be there.
    pub requirement: Requirement,
    /// How often it may come; 1 for nearly all.
    pub repeats: u32,
    /// What it holds.
    pub kind: ElementKind,
    /// The codes it may hold, where some are known.
    pub codes: Option<Arc<CodeList>>,
}

/// Codes of an element.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodeList {
    /// Whether these are all there are: another code is a finding.
    pub whole: bool,
    /// Who says so.
    pub authority: Authority,
    /// The codes and what they mean, in a few words.
    pub codes: BTreeMap<String, String>,
}

/// Who a rule comes from. Acknowledgement codes differ by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Authority {
    /// The standard.
    #[default]
    Standard,
    /// The guide of a partner.
    Partner,
}

impl Authority {
    /// The word that never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Partner => "partner",
        }
    }
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
    Composite {
        /// The values in order.
        components: Vec<ElementDef>,
        /// What they demand of one another.
        notes: Vec<SyntaxNote>,
    },
}

impl ElementDef {
    /// The type of a simple element.
    pub fn value_type(&self) -> Option<ElementType> {
        match self.kind {
            ElementKind::Simple { value, .. } => Some(value),
            ElementKind::Composite { .. } => None,
        }
    }

    /// Longest length of a simple element in characters.
    pub fn max_length(&self) -> Option<u32> {
        match self.kind {
            ElementKind::Simple { max, .. } => Some(max),
            ElementKind::Composite { .. } => None,
        }
    }

    /// Its type and lengths as its standard writes them: `ID 2/3`, `an..35`. Empty for a composite.
    pub fn form(&self, standard: Standard) -> String {
        let ElementKind::Simple { value, min, max } = self.kind else { return String::new() };
        let word = match (standard, value) {
            (Standard::Edifact, ElementType::Alpha) => "a".to_owned(),
            (Standard::Edifact, ElementType::N(_) | ElementType::R | ElementType::Numeric) => "n".to_owned(),
            (Standard::Edifact, _) => "an".to_owned(),
            (Standard::X12, ElementType::An | ElementType::Alpha) => "AN".to_owned(),
            (Standard::X12, ElementType::Id) => "ID".to_owned(),
            (Standard::X12, ElementType::N(decimals)) => format!("N{decimals}"),
            (Standard::X12, ElementType::R | ElementType::Numeric) => "R".to_owned(),
            (Standard::X12, ElementType::Dt) => "DT".to_owned(),
            (Standard::X12, ElementType::Tm) => "TM".to_owned(),
            (Standard::X12, ElementType::B) => "B".to_owned(),
        };
        match standard {
            Standard::X12 => format!("{word} {min}/{max}"),
            Standard::Edifact if min == max => format!("{word}{max}"),
            // A partner's guide may ask for more than one character, which the standard has no way to write.
            Standard::Edifact if min > 1 => format!("{word}{min}..{max}"),
            Standard::Edifact => format!("{word}..{max}"),
        }
    }

    /// Component `number`, from 1. The first component of a simple element is the element.
    pub fn component(&self, number: usize) -> Option<&Self> {
        match &self.kind {
            ElementKind::Simple { .. } => (number == 1).then_some(self),
            ElementKind::Composite { components, .. } => components.get(number.checked_sub(1)?),
        }
    }
}
