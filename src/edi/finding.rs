//! What is wrong with a document, and where. A broken document is findings, never an error of the reader.

use crate::base::{Diagnostic, Location, Severity};

use super::guide::Authority;
use super::place::Place;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $hint:expr;)*) => {
        /// What kind of thing was found. Acknowledgement codes are chosen by it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingCode {
            $($(#[$doc])* $name,)*
        }

        impl FindingCode {
            /// The word that never changes, for filters and documentation.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }

            /// The next step for whoever reads the finding.
            pub fn hint(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => $hint,)*
                }
            }
        }
    };
}

const ASK_PARTNER: Option<&str> = Some("tell the partner; their translator writes it wrong");
const TRUNCATED: Option<&str> = Some("a cut transfer looks just like this: ask the partner to send it again");

codes! {
    /// Bytes before the interchange that belong to nothing.
    LeadingBytes = "leading-bytes", Some("look at what puts text before the ISA, often a mail gateway or a script");
    /// Bytes behind the last interchange that belong to nothing.
    TrailingBytes = "trailing-bytes", Some("look at the raw file: an interchange may be damaged there");
    /// A tag of the envelope in lower case.
    LowerCaseTag = "lower-case-tag", ASK_PARTNER;
    /// An element of the ISA that is not as wide as it must be.
    IsaWidth = "isa-width", None;
    /// ISA16 is missing: there is no component separator.
    ComponentSeparatorMissing = "component-separator-missing", ASK_PARTNER;
    /// Line ends inside segments.
    WrappedLines = "wrapped-lines", None;
    /// Two terminators with nothing between them.
    EmptySegment = "empty-segment", None;
    /// A separator behind the last element that is there.
    TrailingSeparators = "trailing-separators", None;
    /// The last segment of the file has no terminator.
    TerminatorMissing = "terminator-missing", TRUNCATED;
    /// A trailer (SE, GE, IEA) that never came.
    TrailerMissing = "trailer-missing", TRUNCATED;
    /// A count in a trailer that is not what was counted.
    CountWrong = "count-wrong", TRUNCATED;
    /// A trailer's control number is another than its header's.
    ControlNumberDiffers = "control-number-differs", ASK_PARTNER;
    /// A control number given twice in one interchange.
    ControlNumberRepeated = "control-number-repeated", ASK_PARTNER;
    /// A segment of the envelope where it may not stand, or a segment outside any transaction set.
    MisplacedEnvelope = "misplaced-envelope", ASK_PARTNER;
    /// A segment of the envelope that asks a network for a service (ISB, ISE, TA3); it is passed over.
    InterchangeService = "interchange-service", None;
    /// An envelope with nothing inside.
    EmptyEnvelope = "empty-envelope", None;
    /// The release has no guide of its own; the nearest one was taken.
    NearestGuide = "nearest-guide", Some("name a guide in the agreement to choose another one");
    /// A tag that the guide does not know.
    UnknownSegment = "unknown-segment", Some("the document does not have what it says; ask the partner what it is for");
    /// A segment that no enclosing loop holds.
    UnexpectedSegment = "unexpected-segment", ASK_PARTNER;
    /// A segment that comes later than it should.
    OutOfSequence = "out-of-sequence", ASK_PARTNER;
    /// A mandatory segment or loop that is not there.
    MissingSegment = "missing-segment", ASK_PARTNER;
    /// A segment more often than the guide allows.
    TooManySegments = "too-many-segments", ASK_PARTNER;
    /// A loop more often than the guide allows.
    TooManyLoops = "too-many-loops", ASK_PARTNER;
    /// A mandatory element that is empty.
    MissingElement = "missing-element", ASK_PARTNER;
    /// More elements than the segment has; often a separator inside the data.
    TooManyElements = "too-many-elements", Some("look for a separator inside the data");
    /// More components than the element has.
    TooManyComponents = "too-many-components", Some("look for a separator inside the data");
    /// More repetitions than the element allows.
    TooManyRepetitions = "too-many-repetitions", ASK_PARTNER;
    /// A value longer than the element allows.
    TooLong = "too-long", ASK_PARTNER;
    /// A value shorter than the element allows.
    TooShort = "too-short", ASK_PARTNER;
    /// A value that is no number.
    NotANumber = "not-a-number", ASK_PARTNER;
    /// A value that is no date.
    NotADate = "not-a-date", ASK_PARTNER;
    /// A value that is no time of day.
    NotATime = "not-a-time", ASK_PARTNER;
    /// A code that a whole list of codes does not hold.
    CodeUnknown = "code-unknown", ASK_PARTNER;
    /// An element that another one demands (syntax notes P, R, C, L) is not there.
    ConditionalElementMissing = "conditional-element-missing", ASK_PARTNER;
    /// An element that may not stand beside another one (syntax note E).
    ExcludedElement = "excluded-element", ASK_PARTNER;
    /// A character that the character set or the type of the element does not allow.
    InvalidCharacter = "invalid-character", ASK_PARTNER;
    /// A segment or loop that the partner's guide does not use.
    NotUsedSegment = "not-used-segment", ASK_PARTNER;
    /// An element that the partner's guide does not use.
    NotUsedElement = "not-used-element", ASK_PARTNER;
    /// An instance of a hierarchy (HL, CPS) whose number or parent cannot be.
    Hierarchy = "hierarchy", ASK_PARTNER;
    /// A transaction set that its functional group may not hold.
    SetNotOfGroup = "set-not-of-group", ASK_PARTNER;
    /// There is no guide for this transaction set.
    NoGuide = "no-guide", Some("agree with the partner on a document that is supported, or add a guide for it");
    /// The syntax identifier or version of an interchange is not known.
    SyntaxUnknown = "syntax-unknown", ASK_PARTNER;
    /// Bytes that are not in the character set the interchange says it is in.
    CharacterSet = "character-set", Some("tell the partner, or set read.charset to what they send");
    /// A file in UTF-16, or delimiters of more than one byte.
    WideCharacters = "wide-characters", None;
    /// A release character with nothing behind it, or before a character that needs none.
    ReleaseCharacter = "release-character", ASK_PARTNER;
    /// A binary segment whose length is not what it says.
    BinaryLength = "binary-length", TRUNCATED;
    /// The sender of an interchange is no partner.
    SenderUnknown = "sender-unknown", Some("write a partner file for them, or find out who they are");
    /// An interchange is meant for somebody else.
    ReceiverUnknown = "receiver-unknown", Some("tell the partner which id is yours, or add it to your own ids");
    /// A test where business is agreed, or the other way round.
    UsageNotAgreed = "usage-not-agreed", Some("agree with the partner when to leave the tests behind");
    /// The first segment of an interchange cannot be read; the interchange was passed over.
    HeaderUnreadable = "header-unreadable", Some("send the partner the first 200 bytes of the interchange and ask them to mend its head");
    /// The byte behind `ISA` or `UNB` cannot part elements (TA1 026).
    ElementSeparator = "element-separator", ASK_PARTNER;
    /// ISA16, or UNA position 1, cannot part components (TA1 027).
    ComponentSeparator = "component-separator", ASK_PARTNER;
    /// What stands behind the ISA, or UNA position 6, cannot end segments (TA1 004).
    SegmentTerminator = "segment-terminator", ASK_PARTNER;
    /// Delimiters that are allowed and not customary.
    UncustomaryDelimiters = "uncustomary-delimiters", None;
    /// A count of lines that is not what was counted.
    ControlTotal = "control-total", TRUNCATED;
    /// A number whose check digit is wrong.
    CheckDigit = "check-digit", Some("ask the partner which number is meant; a label with it cannot be scanned");
    /// Prices that seem to have lost their decimal point.
    ImpliedDecimals = "implied-decimals", Some("compare a price with the order; if it is a hundred times too high, tell the partner");
    /// Dates that cannot follow one another so.
    DateOrder = "date-order", ASK_PARTNER;
    /// The service characters of an interchange are not told as they should be: a UNA of another length, or none.
    ServiceCharacters = "service-characters", ASK_PARTNER;
    /// An interchange of EDIFACT with both groups and messages that stand in none.
    GroupsAndMessages = "groups-and-messages", ASK_PARTNER;
    /// There were more findings than are kept.
    MoreFindings = "more-findings", Some("mend the first ones and read the file again");
}

/// What codes of findings have in common, for who counts or filters them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// The envelopes and how the file is cut into segments.
    Envelope,
    /// Segments and loops.
    Structure,
    /// What elements hold.
    Element,
    /// Codes that no list has.
    Code,
    /// Elements that demand or exclude one another.
    SyntaxNote,
    /// What came twice.
    Duplicate,
    /// The choice of a guide, and what only a partner's guide demands.
    Guide,
    /// Characters and character sets.
    Characters,
    /// What no rule forbids and no business means.
    Plausibility,
}

impl Family {
    /// The word that never changes.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Envelope => "envelope",
            Self::Structure => "structure",
            Self::Element => "element",
            Self::Code => "code",
            Self::SyntaxNote => "syntax-note",
            Self::Duplicate => "duplicate",
            Self::Guide => "guide",
            Self::Characters => "characters",
            Self::Plausibility => "plausibility",
        }
    }
}

impl FindingCode {
    /// The family it is of.
    pub fn family(self) -> Family {
        match self {
            Self::LeadingBytes
            | Self::TrailingBytes
            | Self::LowerCaseTag
            | Self::IsaWidth
            | Self::ComponentSeparatorMissing
            | Self::WrappedLines
            | Self::EmptySegment
            | Self::TrailingSeparators
            | Self::TerminatorMissing
            | Self::TrailerMissing
            | Self::CountWrong
            | Self::ControlNumberDiffers
            | Self::MisplacedEnvelope
            | Self::InterchangeService
            | Self::EmptyEnvelope
            | Self::SetNotOfGroup
            | Self::SyntaxUnknown
            | Self::ReleaseCharacter
            | Self::BinaryLength
            | Self::HeaderUnreadable
            | Self::ServiceCharacters
            | Self::GroupsAndMessages
            | Self::ElementSeparator
            | Self::ComponentSeparator
            | Self::SegmentTerminator
            | Self::UncustomaryDelimiters
            | Self::SenderUnknown
            | Self::ReceiverUnknown
            | Self::UsageNotAgreed
            | Self::MoreFindings => Family::Envelope,
            Self::UnknownSegment
            | Self::UnexpectedSegment
            | Self::OutOfSequence
            | Self::MissingSegment
            | Self::TooManySegments
            | Self::TooManyLoops
            | Self::Hierarchy => Family::Structure,
            Self::MissingElement
            | Self::TooManyElements
            | Self::TooManyComponents
            | Self::TooManyRepetitions
            | Self::TooLong
            | Self::TooShort
            | Self::NotANumber
            | Self::NotADate
            | Self::NotATime => Family::Element,
            Self::CodeUnknown => Family::Code,
            Self::ConditionalElementMissing | Self::ExcludedElement => Family::SyntaxNote,
            Self::ControlNumberRepeated => Family::Duplicate,
            Self::NearestGuide | Self::NoGuide | Self::NotUsedSegment | Self::NotUsedElement => Family::Guide,
            Self::InvalidCharacter | Self::CharacterSet | Self::WideCharacters => Family::Characters,
            Self::ControlTotal | Self::CheckDigit | Self::ImpliedDecimals | Self::DateOrder => Family::Plausibility,
        }
    }
}

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
    pub text: String,
    /// What was expected there.
    pub expected: Option<String>,
    /// The text that is wrong, at most 99 characters of it (as much as AK404 may hold).
    pub offending: Option<String>,
    /// Number of the element in the standard's dictionary (AK402): `353`.
    pub data_element: Option<Box<str>>,
    /// The loop it is in, by its name in the guide; none in the root.
    pub loop_name: Option<Box<str>>,
}

impl Finding {
    /// A finding at a place.
    pub fn new(severity: Severity, code: FindingCode, place: Place, text: impl Into<String>) -> Self {
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
    pub fn expecting(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// The same finding with the text that is wrong, cut at 99 characters.
    #[must_use]
    pub fn quoting(mut self, offending: &str) -> Self {
        self.offending = Some(capped(offending).to_owned());
        self
    }
}

impl From<&Finding> for Diagnostic {
    fn from(finding: &Finding) -> Self {
        let code = finding.code.as_str();
        let mut diagnostic = match finding.severity {
            Severity::Info => Self::info(code, &finding.text),
            Severity::Warning => Self::warning(code, &finding.text),
            Severity::Error => Self::error(code, &finding.text),
        }
        .at(Location::from(&finding.place));
        diagnostic.expected.clone_from(&finding.expected);
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

/// Collects findings up to a bound, so that a hostile document cannot fill memory with what is wrong with it.
#[derive(Debug)]
pub(crate) struct Findings {
    limit: usize,
    kept: Vec<Finding>,
    dropped: Option<(Severity, Place, u64)>,
}

impl Default for Findings {
    fn default() -> Self {
        Self::keeping(Self::KEPT)
    }
}

impl Findings {
    /// Findings kept for one transaction set or one end of an envelope. A person mends ten and reads again; a
    /// thousand are more than an acknowledgement will carry.
    pub(crate) const KEPT: usize = 1_000;

    /// A collection that keeps so many.
    pub(crate) fn keeping(limit: usize) -> Self {
        Self { limit, kept: Vec::new(), dropped: None }
    }

    pub(crate) fn push(&mut self, finding: Finding) {
        if self.kept.len() < self.limit {
            self.kept.push(finding);
            return;
        }
        let (severity, _, count) = self.dropped.get_or_insert((finding.severity, finding.place, 0));
        *severity = (*severity).max(finding.severity);
        *count += 1;
    }

    pub(crate) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        findings.into_iter().for_each(|finding| self.push(finding));
    }

    /// How many are kept so far.
    pub(crate) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Says of those that were kept since there were `from` in which loop they are.
    pub(crate) fn inside(&mut self, from: usize, loop_name: &str) {
        for finding in self.kept.iter_mut().skip(from) {
            finding.loop_name = Some(loop_name.into());
        }
    }

    /// Those that were kept, and one that tells of the others, as weighty as the weightiest of them.
    pub(crate) fn into_vec(self) -> Vec<Finding> {
        let mut findings = self.kept;
        if let Some((severity, place, count)) = self.dropped {
            let text = format!("{count} more findings are not listed");
            findings.push(Finding::new(severity, FindingCode::MoreFindings, place, text));
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(severity: Severity) -> Finding {
        Finding::new(severity, FindingCode::TooLong, Place::bytes(5, 9), "it is too long")
    }

    #[test]
    fn one_past_the_bound_is_counted_and_keeps_its_weight() {
        let mut findings = Findings::default();
        (0..Findings::KEPT).for_each(|_| findings.push(finding(Severity::Warning)));
        findings.push(finding(Severity::Info));
        findings.push(finding(Severity::Error));
        let findings = findings.into_vec();
        assert_eq!(findings.len(), Findings::KEPT + 1);
        let last = findings.last().unwrap();
        assert_eq!((last.code, last.severity), (FindingCode::MoreFindings, Severity::Error));
        assert_eq!(last.text, "2 more findings are not listed");
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

    use super::super::place::Tag;
}
