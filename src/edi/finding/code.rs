//! Kinds of findings and their families.

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
    /// Blanks before the tag of a segment.
    LeadingBlanks = "leading-blanks", None;
    /// Blanks between the last element of a segment and its terminator.
    TrailingBlanks = "trailing-blanks", None;
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
    /// A package of EDIFACT (UNO to UNP): it is passed over.
    Package = "package", Some("take the object out of the raw file if you need it; packages are not read");
    /// An envelope with nothing inside.
    EmptyEnvelope = "empty-envelope", None;
    /// The release has no guide of its own; the nearest one was taken.
    NearestGuide = "nearest-guide", Some("name a guide in the agreement to choose another one");
    /// A tag that nobody knows: neither the guide nor its release has such a segment.
    UnknownSegment = "unknown-segment", Some("the document does not have what it says; ask the partner what it is for");
    /// A segment of the release that the guide of this transaction set does not have.
    SegmentNotOfSet = "segment-not-of-set", ASK_PARTNER;
    /// A segment of the guide that no enclosing loop holds.
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
    /// A transaction set with nothing wrong in an interchange that is rejected whole.
    RejectedWithOthers = "rejected-with-others", Some("see what is wrong with the others of the same interchange");
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
            | Self::LeadingBlanks
            | Self::TrailingBlanks
            | Self::TrailingSeparators
            | Self::TerminatorMissing
            | Self::TrailerMissing
            | Self::CountWrong
            | Self::ControlNumberDiffers
            | Self::MisplacedEnvelope
            | Self::InterchangeService
            | Self::Package
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
            | Self::RejectedWithOthers
            | Self::MoreFindings => Family::Envelope,
            Self::UnknownSegment
            | Self::SegmentNotOfSet
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
