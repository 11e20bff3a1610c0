//! What findings weigh with a partner. Everything has a weight by default; a partner file may give classes of findings
//! another one.

use std::collections::BTreeMap;

use super::finding::{Finding, FindingCode};
use crate::base::Severity;

/// What becomes of a transaction set, group or interchange with such a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weight {
    /// It is rejected.
    Reject,
    /// It is accepted, and the finding is told.
    Warn,
    /// It is accepted as if nothing were wrong; the finding stays for who looks for it.
    Ignore,
}

impl Weight {
    /// The severity of a finding of this weight.
    pub fn severity(self) -> Severity {
        match self {
            Self::Reject => Severity::Error,
            Self::Warn => Severity::Warning,
            Self::Ignore => Severity::Info,
        }
    }
}

/// The classes that may be weighed, by the name they have in a partner file. What shows that bytes are lost or that
/// nothing certain can be said (a missing trailer or terminator, an unknown syntax) is in none: it always rejects.
const CLASSES: &[(&str, &[FindingCode])] = &[
    ("count", &[FindingCode::CountWrong]),
    ("control-number", &[FindingCode::ControlNumberDiffers]),
    ("control-number-repeated", &[FindingCode::ControlNumberRepeated]),
    ("set-not-of-group", &[FindingCode::SetNotOfGroup]),
    ("unknown-segment", &[FindingCode::UnknownSegment, FindingCode::SegmentNotOfSet]),
    ("unexpected-segment", &[FindingCode::UnexpectedSegment]),
    ("out-of-sequence", &[FindingCode::OutOfSequence]),
    ("missing-segment", &[FindingCode::MissingSegment]),
    ("missing-element", &[FindingCode::MissingElement]),
    (
        "too-many",
        &[
            FindingCode::TooManySegments,
            FindingCode::TooManyLoops,
            FindingCode::TooManyElements,
            FindingCode::TooManyComponents,
            FindingCode::TooManyRepetitions,
        ],
    ),
    ("length", &[FindingCode::TooLong, FindingCode::TooShort]),
    ("type", &[FindingCode::NotANumber, FindingCode::NotADate, FindingCode::NotATime]),
    ("character", &[FindingCode::InvalidCharacter, FindingCode::CharacterSet]),
    ("code", &[FindingCode::CodeUnknown]),
    ("syntax-note", &[FindingCode::ConditionalElementMissing, FindingCode::ExcludedElement]),
    ("not-used", &[FindingCode::NotUsedSegment, FindingCode::NotUsedElement]),
    ("hierarchy", &[FindingCode::Hierarchy]),
    (
        "plausibility",
        &[FindingCode::ControlTotal, FindingCode::CheckDigit, FindingCode::ImpliedDecimals, FindingCode::DateOrder],
    ),
    ("trailing-separator", &[FindingCode::TrailingSeparators]),
    ("blanks", &[FindingCode::LeadingBlanks, FindingCode::TrailingBlanks]),
];

/// The weights that a partner's findings have otherwise than by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Severities(BTreeMap<FindingCode, Weight>);

impl Severities {
    /// The names of the classes that may be weighed.
    pub fn classes() -> impl Iterator<Item = &'static str> {
        CLASSES.iter().map(|(name, _)| *name)
    }

    /// Gives a class of findings a weight. A name that is no class changes nothing.
    pub fn set(&mut self, class: &str, weight: Weight) {
        let codes = CLASSES.iter().find(|(name, _)| *name == class).map_or(&[] as &[_], |(_, codes)| codes);
        self.0.extend(codes.iter().map(|code| (*code, weight)));
    }

    /// The weight that was given to findings of a code.
    pub fn weight(&self, code: FindingCode) -> Option<Weight> {
        self.0.get(&code).copied()
    }

    /// Gives findings the severity they have with this partner.
    pub fn weigh(&self, findings: &mut [Finding]) {
        if self.0.is_empty() {
            return;
        }
        for finding in findings {
            match self.weight(finding.code) {
                Some(weight) => finding.severity = weight.severity(),
                // Those that are not listed may be of any class: of the one that rejects, to be safe.
                None if finding.code == FindingCode::MoreFindings && self.rejects() => {
                    finding.severity = Severity::Error;
                }
                None => {}
            }
        }
    }

    fn rejects(&self) -> bool {
        self.0.values().any(|weight| *weight == Weight::Reject)
    }
}

#[cfg(test)]
mod tests {
    use super::super::place::Place;
    use super::*;

    #[test]
    fn a_class_weighs_all_its_codes_and_no_other() {
        let check = |class: &str, weight: Weight, code: FindingCode, expect: Severity| {
            let mut severities = Severities::default();
            severities.set(class, weight);
            let mut findings = [Finding::new(Severity::Warning, code, Place::default(), "it is")];
            severities.weigh(&mut findings);
            assert_eq!(findings[0].severity, expect, "{class} {code:?}");
        };
        check("length", Weight::Reject, FindingCode::TooLong, Severity::Error);
        check("length", Weight::Reject, FindingCode::TooShort, Severity::Error);
        check("length", Weight::Ignore, FindingCode::TooShort, Severity::Info);
        check("count", Weight::Warn, FindingCode::CountWrong, Severity::Warning);
        check("count", Weight::Ignore, FindingCode::TooLong, Severity::Warning);
        check("nothing", Weight::Reject, FindingCode::TooLong, Severity::Warning);
        check("trailer-missing", Weight::Ignore, FindingCode::TrailerMissing, Severity::Warning);
        check("code", Weight::Reject, FindingCode::MoreFindings, Severity::Error);
        check("code", Weight::Ignore, FindingCode::MoreFindings, Severity::Warning);
    }

    #[test]
    fn a_code_is_in_one_class_at_most() {
        let mut codes: Vec<_> = CLASSES.iter().flat_map(|(_, codes)| codes.iter()).collect();
        let all = codes.len();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), all);
        assert_eq!(Severities::classes().count(), CLASSES.len());
    }
}
