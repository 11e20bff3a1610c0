//! What is to be written: interchanges as values, before delimiters and character set are chosen.

use super::interchange::{Party, Standard, Usage};
use super::place::Tag;

/// An element to be written: repetitions of components. A simple element is one repetition of one component; one that
/// is not there has no repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingElement(pub Vec<Vec<String>>);

/// A segment to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingSegment {
    /// Its tag.
    pub tag: Tag,
    /// Its elements in order. Empty ones at the end are left out when it is written.
    pub elements: Vec<OutgoingElement>,
}

impl OutgoingSegment {
    /// A segment without elements.
    pub fn new(tag: &str) -> Self {
        Self { tag: Tag::new(tag.as_bytes()), elements: Vec::new() }
    }

    /// The same segment with one more element, a simple one; an empty text is an element that is not there.
    #[must_use]
    pub fn with(mut self, text: impl Into<String>) -> Self {
        let text = text.into();
        let element = if text.is_empty() { Vec::new() } else { vec![vec![text]] };
        self.elements.push(OutgoingElement(element));
        self
    }

    /// The same segment with one more element, a composite.
    #[must_use]
    pub fn with_components<T: Into<String>>(mut self, components: impl IntoIterator<Item = T>) -> Self {
        let components: Vec<String> = components.into_iter().map(Into::into).collect();
        self.elements.push(OutgoingElement(vec![components]));
        self
    }
}

/// A transaction set to be written. Header and trailer are made by the writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingSet {
    /// What it is (ST01: `850`; UNH 0065: `ORDERS`).
    pub id: String,
    /// Its release: X12's is its group's; EDIFACT's is `D.96A`, version and release number.
    pub release: String,
    /// Who answers for the release (UNH 0051: `UN`).
    pub agency: String,
    /// ST03, or the association assigned code (UNH 0057).
    pub implementation: Option<String>,
    /// Control number (ST02, UNH 0062).
    pub control_number: String,
    /// What stands between header and trailer.
    pub segments: Vec<OutgoingSegment>,
}

/// A functional group to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingGroup {
    /// GS01, UNG 0038.
    pub functional_id: String,
    /// GS02, UNG S006.
    pub sender: Party,
    /// GS03, UNG S007.
    pub receiver: Party,
    /// Date as it is to be written.
    pub date: String,
    /// Time as it is to be written.
    pub time: String,
    /// Control number (GS06, UNG 0048).
    pub control_number: String,
    /// GS07, UNG 0051.
    pub agency: String,
    /// GS08, UNG S008 as `D.96A`.
    pub version: String,
    /// Its transaction sets.
    pub sets: Vec<OutgoingSet>,
}

/// An interchange to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingInterchange {
    /// The family of rules.
    pub standard: Standard,
    /// Who sends.
    pub sender: Party,
    /// Who is meant to receive.
    pub receiver: Party,
    /// EDIFACT's ids inside the sender's house (0008, 0042).
    pub sender_internal: Vec<String>,
    /// EDIFACT's ids inside the receiver's house (0014, 0046).
    pub receiver_internal: Vec<String>,
    /// Date as it is to be written: YYMMDD, or CCYYMMDD in EDIFACT's syntax version 4.
    pub date: String,
    /// Time as it is to be written: HHMM.
    pub time: String,
    /// EDIFACT's syntax identifier (0001: `UNOC`); empty in X12.
    pub syntax: String,
    /// Version of the envelope (ISA12: `00401`; 0002: `3`).
    pub version: String,
    /// Control number (ISA13, 0020).
    pub control_number: String,
    /// Whether an interchange acknowledgement is asked for (ISA14, 0031).
    pub acknowledgement_asked: bool,
    /// Production or test (ISA15, 0035).
    pub usage: Usage,
    /// Segments between the head and the first group: TA1.
    pub acknowledgements: Vec<OutgoingSegment>,
    /// Functional groups.
    pub groups: Vec<OutgoingGroup>,
    /// Messages of EDIFACT that stand in no group. An interchange has groups or messages, never both.
    pub messages: Vec<OutgoingSet>,
}
