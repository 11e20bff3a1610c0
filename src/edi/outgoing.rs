//! What is to be written: interchanges as values, before delimiters and character set are chosen.

use super::interchange::{GroupHead, InterchangeHead, Particulars, Party, Standard, TransactionSet, Usage};
use super::place::Tag;
use super::token::{Element, Segment};

/// An element to be written: repetitions of components. A simple element is one repetition of one component; one that
/// is not there has no repetition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingElement(pub Vec<Vec<String>>);

impl OutgoingElement {
    /// A simple element; an empty text is an element that is not there.
    pub fn simple(text: impl Into<String>) -> Self {
        Self::composite([text])
    }

    /// A composite. Empty components at its end are left out.
    pub fn composite<T: Into<String>>(components: impl IntoIterator<Item = T>) -> Self {
        let mut components: Vec<String> = components.into_iter().map(Into::into).collect();
        while components.last().is_some_and(String::is_empty) {
            components.pop();
        }
        Self(if components.is_empty() { Vec::new() } else { vec![components] })
    }

    /// The text of a component of the first repetition, from 1; empty where there is none.
    pub fn component(&self, number: usize) -> &str {
        let index = number.checked_sub(1);
        index.and_then(|index| self.0.first()?.get(index)).map(String::as_str).unwrap_or_default()
    }
}

impl From<&Element<'_>> for OutgoingElement {
    /// The element as read, less what is empty at the ends of its repetitions and components.
    fn from(element: &Element<'_>) -> Self {
        let repetition = |number: usize| {
            let repetition = element.repetition(number);
            let components = 1..=repetition.component_count();
            let read = Self::composite(components.map(|component| repetition.component(component).text().into_owned()));
            read.0.into_iter().next().unwrap_or_default()
        };
        let mut repetitions: Vec<Vec<String>> = (1..=element.repetition_count()).map(repetition).collect();
        while repetitions.last().is_some_and(Vec::is_empty) {
            repetitions.pop();
        }
        Self(repetitions)
    }
}

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
        self.elements.push(OutgoingElement::simple(text));
        self
    }

    /// The same segment with one more element, a composite.
    #[must_use]
    pub fn with_components<T: Into<String>>(mut self, components: impl IntoIterator<Item = T>) -> Self {
        self.elements.push(OutgoingElement::composite(components));
        self
    }

    /// The text of an element, from 1, or of its first component; empty where there is none.
    pub fn text(&self, number: usize) -> &str {
        let index = number.checked_sub(1);
        index.and_then(|index| self.elements.get(index)).map(|element| element.component(1)).unwrap_or_default()
    }
}

impl From<&Segment<'_>> for OutgoingSegment {
    /// The segment as read, less empty elements at its end.
    fn from(segment: &Segment<'_>) -> Self {
        let mut elements: Vec<OutgoingElement> =
            segment.elements().map(|element| OutgoingElement::from(&element)).collect();
        while elements.last().is_some_and(|element| element.0.is_empty()) {
            elements.pop();
        }
        Self { tag: segment.tag(), elements }
    }
}

/// A transaction set to be written. Header and trailer are made by the writer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    /// Elements of the header behind those above (UNH: 0068 common access reference, S010 and so on).
    pub header_rest: Vec<OutgoingElement>,
    /// What stands between header and trailer.
    pub segments: Vec<OutgoingSegment>,
}

impl From<&TransactionSet> for OutgoingSet {
    /// The set as read. Header and trailer will be made anew, so its count will be right.
    fn from(set: &TransactionSet) -> Self {
        let last = set.segment_count() - usize::from(set.trailer.is_some()).min(set.segment_count());
        let body = set.segments().take(last).skip(1);
        let known = match set.interchange.standard {
            Standard::X12 => 3,
            Standard::Edifact => 2,
        };
        let header = set.segment(1).map(|header| OutgoingSegment::from(&header).elements).unwrap_or_default();
        Self {
            id: set.id.clone(),
            release: set.release.clone(),
            agency: set.agency.clone(),
            implementation: set.implementation.clone(),
            control_number: set.control_number.clone(),
            header_rest: header.into_iter().skip(known).collect(),
            segments: body.map(|segment| OutgoingSegment::from(&segment)).collect(),
        }
    }
}

/// The head of a functional group to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingGroupHead {
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
}

impl From<&GroupHead> for OutgoingGroupHead {
    fn from(head: &GroupHead) -> Self {
        Self {
            functional_id: head.functional_id.clone(),
            sender: head.sender.clone(),
            receiver: head.receiver.clone(),
            date: head.date.clone(),
            time: head.time.clone(),
            control_number: head.control_number.clone(),
            agency: head.agency.clone(),
            version: head.version.clone(),
        }
    }
}

/// A functional group to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingGroup {
    /// Its head.
    pub head: OutgoingGroupHead,
    /// Its transaction sets.
    pub sets: Vec<OutgoingSet>,
}

/// The head of an interchange to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingInterchangeHead {
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
    /// Control number (ISA13, 0020). X12's is filled with zeros to nine digits.
    pub control_number: String,
    /// Whether an interchange acknowledgement is asked for (ISA14, 0031).
    pub acknowledgement_asked: bool,
    /// Production or test (ISA15, 0035).
    pub usage: Usage,
    /// What else it says.
    pub particulars: Particulars,
}

impl From<&InterchangeHead> for OutgoingInterchangeHead {
    fn from(head: &InterchangeHead) -> Self {
        Self {
            standard: head.standard,
            sender: head.sender.clone(),
            receiver: head.receiver.clone(),
            sender_internal: head.sender_internal.clone(),
            receiver_internal: head.receiver_internal.clone(),
            date: head.date.clone(),
            time: head.time.clone(),
            syntax: head.syntax.clone(),
            version: head.version.clone(),
            control_number: head.control_number.clone(),
            acknowledgement_asked: head.acknowledgement_asked,
            usage: head.usage,
            particulars: head.particulars.clone(),
        }
    }
}

/// An interchange to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingInterchange {
    /// Its head.
    pub head: OutgoingInterchangeHead,
    /// Segments between the head and the first group: TA1.
    pub acknowledgements: Vec<OutgoingSegment>,
    /// Functional groups.
    pub groups: Vec<OutgoingGroup>,
    /// Messages of EDIFACT that stand in no group. An interchange has groups or messages, never both.
    pub messages: Vec<OutgoingSet>,
}
