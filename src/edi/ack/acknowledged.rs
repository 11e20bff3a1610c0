//! What partners say of ours, in one form for TA1, 997, 999 and CONTRL.

use crate::edi::finding::{FindingCode, Level};
use crate::edi::interchange::{InterchangeAcknowledgement, Party, Standard, TransactionSet};
use crate::edi::place::Tag;

use super::verdict::Verdict;
use super::{meaning, read_contrl, read_functional};

/// What a partner says of one interchange, functional group or transaction set of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// By which document.
    pub by: AcknowledgedBy,
    /// Which of ours is meant.
    pub subject: Subject,
    /// What became of it; none where the code is not known.
    pub verdict: Option<Verdict>,
    /// The code as sent (TA104, AK501, AK901, 0083).
    pub code: String,
    /// How many sets came and were taken, where a 997 or 999 counts them for a group.
    pub counts: Option<Counts>,
    /// What is wrong with it.
    pub errors: Vec<AcknowledgedError>,
}

/// The documents that acknowledge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AcknowledgedBy {
    /// TA1.
    Ta1,
    /// 997.
    Group997,
    /// 999.
    Group999,
    /// CONTRL.
    Contrl,
}

/// Which of ours is meant. What the document does not say is none: a 997 says nothing of interchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The level that is acknowledged: interchange, group or set.
    pub level: Level,
    /// The interchange.
    pub interchange: Option<SubjectInterchange>,
    /// The functional group.
    pub group: Option<SubjectGroup>,
    /// The transaction set.
    pub set: Option<SubjectSet>,
}

/// An interchange of ours as a partner names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectInterchange {
    /// Its control number (TA101, 0020).
    pub control_number: String,
    /// Its date (TA102); empty in CONTRL.
    pub date: String,
    /// Its time (TA103); empty in CONTRL.
    pub time: String,
    /// Its sender (S002): we; empty in TA1.
    pub sender: Party,
    /// Its receiver (S003): the partner; empty in TA1.
    pub receiver: Party,
}

/// A functional group of ours as a partner names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectGroup {
    /// Its kind (AK101); empty in CONTRL.
    pub functional_id: String,
    /// Its control number (AK102, 0048).
    pub control_number: String,
    /// Its version (AK103), from 005010 on.
    pub version: Option<String>,
}

/// A transaction set of ours as a partner names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubjectSet {
    /// What it is (AK201, 0065).
    pub id: String,
    /// Its control number (AK202, 0062).
    pub control_number: String,
    /// Its release (0052 and 0054 as `D.96A`); empty in 997 and 999.
    pub release: String,
    /// ST03 or the association assigned code (AK203, 0057).
    pub implementation: Option<String>,
}

/// What AK9 counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// How many sets our trailer said (AK902).
    pub said: Option<u32>,
    /// How many came (AK903).
    pub received: Option<u32>,
    /// How many were taken (AK904).
    pub accepted: Option<u32>,
}

/// One thing that a partner finds wrong. Positions are counted as in our own findings, whatever the document counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcknowledgedError {
    /// What it is about.
    pub level: Level,
    /// Tag of the segment.
    pub tag: Option<Tag>,
    /// Position of the segment in its set, the header being 1; of one that is missing, where it should have stood.
    pub segment_position: Option<u32>,
    /// The loop (AK303).
    pub loop_id: Option<String>,
    /// Element, from 1.
    pub element: Option<u32>,
    /// Component, from 1.
    pub component: Option<u32>,
    /// Repetition, from 1.
    pub repetition: Option<u32>,
    /// Number of the element in the dictionary (AK402).
    pub data_element: Option<String>,
    /// The code as sent.
    pub code: String,
    /// What we would call it; none where we have no such finding or the code is not known.
    pub meaning: Option<FindingCode>,
    /// The data that is wrong (AK404).
    pub copy: Option<String>,
}

impl AcknowledgedError {
    /// An error of which nothing is known but its level and code.
    pub(super) fn new(level: Level, code: &str, meaning: Option<FindingCode>) -> Self {
        Self {
            level,
            tag: None,
            segment_position: None,
            loop_id: None,
            element: None,
            component: None,
            repetition: None,
            data_element: None,
            code: code.to_owned(),
            meaning,
            copy: None,
        }
    }
}

/// What a 997, a 999 or a CONTRL says, in the order of the document; none for any other set. What cannot be understood
/// in it is left out: whether it is as it should be is the guide's matter.
pub fn acknowledged(set: &TransactionSet) -> Option<Vec<Acknowledged>> {
    match (set.interchange.standard, set.id.as_str()) {
        (Standard::X12, "997") => Some(read_functional::read(set, AcknowledgedBy::Group997)),
        (Standard::X12, "999") => Some(read_functional::read(set, AcknowledgedBy::Group999)),
        (Standard::Edifact, "CONTRL") => Some(read_contrl::read(set)),
        _ => None,
    }
}

impl From<&InterchangeAcknowledgement> for Acknowledged {
    fn from(ta1: &InterchangeAcknowledgement) -> Self {
        let interchange = SubjectInterchange {
            control_number: ta1.control_number.clone(),
            date: ta1.date.clone(),
            time: ta1.time.clone(),
            ..SubjectInterchange::default()
        };
        let is_error = !matches!(ta1.note.as_str(), "" | "000");
        let error = AcknowledgedError::new(Level::Interchange, &ta1.note, meaning::of_note(&ta1.note));
        Self {
            by: AcknowledgedBy::Ta1,
            subject: Subject { level: Level::Interchange, interchange: Some(interchange), group: None, set: None },
            verdict: meaning::of_letter(&ta1.code),
            code: ta1.code.clone(),
            counts: None,
            errors: is_error.then_some(error).into_iter().collect(),
        }
    }
}
