//! What is wrong with a document, and where. A broken document is findings, never an error of the reader.

use std::borrow::Cow;

use crate::base::{Diagnostic, Location, Severity};

use super::guide::Authority;
use super::place::Place;

mod bounded;
mod code;

pub(crate) use bounded::Findings;
pub use code::{Family, FindingCode};

/// What a finding is about, from the outside in. An acknowledgement reports it at this level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The file around and between interchanges.
    File,
    /// ISA and IEA, UNA, UNB and UNZ.
    Interchange,
    /// GS and GE, UNG and UNE.
    Group,
    /// ST and SE, UNH and UNT, and the set as a whole.
    Set,
    /// A segment, or one that is missing.
    Segment,
    /// An element, repetition or component.
    Element,
}

impl Level {
    /// The word that never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Interchange => "interchange",
            Self::Group => "group",
            Self::Set => "set",
            Self::Segment => "segment",
            Self::Element => "element",
        }
    }
}

/// One thing that is wrong, or worth knowing, in a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What kind of thing.
    pub code: FindingCode,
    /// How much it weighs. A transaction set with an error is not passed on.
    pub severity: Severity,
    /// What it is about.
    pub level: Level,
    /// Whose rule it breaks.
    pub authority: Authority,
    /// Where.
    pub place: Place,
    /// What is wrong, in a sentence without a full stop.
    pub text: Cow<'static, str>,
    /// What was expected there.
    pub expected: Option<Box<str>>,
    /// The text that is wrong, at most 99 characters of it (as much as AK404 may hold).
    pub offending: Option<Box<str>>,
    /// Number of the element in the standard's dictionary (AK402): `353`.
    pub data_element: Option<Box<str>>,
    /// The loop it is in, by its name in the guide; none in the root.
    pub loop_name: Option<Box<str>>,
}

impl Finding {
    /// A finding at a place.
    pub fn new(severity: Severity, code: FindingCode, place: Place, text: impl Into<Cow<'static, str>>) -> Self {
        let level = if place.element.is_some() { Level::Element } else { Level::Segment };
        Self {
            code,
            severity,
            level,
            authority: Authority::Standard,
            place,
            text: text.into(),
            expected: None,
            offending: None,
            data_element: None,
            loop_name: None,
        }
    }

    /// Position of the last segment that was read before the place of the finding. What is missing is found at the
    /// place where it should have stood, which is the position of the segment that came instead (AK302); UCS 0096 wants
    /// the one before. Anything else is where it is.
    pub fn position_reached(&self) -> Option<u32> {
        let position = self.place.segment_position?;
        Some(if self.code == FindingCode::MissingSegment { position.saturating_sub(1) } else { position })
    }

    /// The same finding about something further out than its place says.
    #[must_use]
    pub fn about(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// The same finding about a rule of somebody's.
    #[must_use]
    pub fn by(mut self, authority: Authority) -> Self {
        self.authority = authority;
        self
    }

    /// The same finding, saying what was expected.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<Box<str>>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same finding with the text that is wrong, cut at 99 characters.
    #[must_use]
    pub fn quoting(mut self, offending: &str) -> Self {
        self.offending = Some(capped(offending).into());
        self
    }
}

impl From<&Finding> for Diagnostic {
    fn from(finding: &Finding) -> Self {
        let code = finding.code.as_str();
        let mut diagnostic = match finding.severity {
            Severity::Info => Self::info(code, &*finding.text),
            Severity::Warning => Self::warning(code, &*finding.text),
            Severity::Error => Self::error(code, &*finding.text),
        }
        .at(Location::from(&finding.place));
        diagnostic.expected = finding.expected.as_deref().map(str::to_owned);
        diagnostic.hint = finding.code.hint().map(str::to_owned);
        diagnostic
    }
}

impl From<Finding> for Diagnostic {
    fn from(finding: Finding) -> Self {
        Self::from(&finding)
    }
}

/// At most 99 characters of `text`.
pub(crate) fn capped(text: &str) -> &str {
    text.char_indices().nth(99).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

/// The weightiest of some findings.
pub fn worst(findings: &[Finding]) -> Option<Severity> {
    findings.iter().map(|finding| finding.severity).max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::place::Tag;

    fn finding(severity: Severity) -> Finding {
        Finding::new(severity, FindingCode::TooLong, Place::bytes(5, 9), "it is too long")
    }

    #[test]
    fn offending_text_is_cut_between_characters() {
        let quoted = |text: &str| finding(Severity::Error).quoting(text).offending.unwrap().chars().count();
        assert_eq!(quoted("ä".repeat(99).as_str()), 99);
        assert_eq!(quoted("ä".repeat(100).as_str()), 99);
    }

    #[test]
    fn becomes_a_diagnostic_with_its_place_and_next_step() {
        let place = Place {
            tag: Some(Tag::new(b"BEG")),
            segment_position: Some(2),
            element: Some(5),
            ..finding(Severity::Info).place
        };
        let finding = Finding { place, ..finding(Severity::Error) }.expecting("at most 8 characters");
        assert_eq!(
            Diagnostic::from(finding).to_string(),
            "BEG05 (segment 2) at byte 5: error[too-long]: it is too long; expected at most 8 characters \
             — tell the partner; their translator writes it wrong"
        );
    }
}
