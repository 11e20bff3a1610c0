//! Findings as codes of CONTRL (element 0085), and where they may stand.

use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::guide::Authority;
use crate::edi::place::Tag;

/// The segment of a CONTRL that reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reporter {
    Uci,
    Ucf,
    Ucm,
    Ucs,
    Ucd,
}

/// Which edition of the code list is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edition {
    /// Syntax versions 1 to 3.
    V3,
    /// Syntax version 4.
    V4,
}

/// Unspecified: what is said where nothing nearer may be.
const UNSPECIFIED: u8 = 18;

/// What a finding is called at each level.
#[derive(Clone, Copy)]
struct Row {
    /// In UCI, UCF and UCM, about head and trailer.
    envelope: Option<u8>,
    /// In UCS.
    segment: Option<u8>,
    /// In UCD.
    element: Option<u8>,
}

const NOTHING: Row = Row { envelope: None, segment: None, element: None };

const fn of_envelope(code: u8) -> Row {
    Row { envelope: Some(code), ..NOTHING }
}

const fn of_segment(code: u8) -> Row {
    Row { segment: Some(code), ..NOTHING }
}

/// The same code for a value wherever it stands: in a header it is told with the header's tag.
const fn of_value(code: u8) -> Row {
    Row { envelope: Some(code), element: Some(code), ..NOTHING }
}

fn row(finding: FindingCode, authority: Authority) -> Row {
    match finding {
        FindingCode::LeadingBytes
        | FindingCode::TrailingBytes
        | FindingCode::IsaWidth
        | FindingCode::ComponentSeparatorMissing
        | FindingCode::WrappedLines
        | FindingCode::EmptySegment
        | FindingCode::NearestGuide
        | FindingCode::InterchangeService
        | FindingCode::Package
        | FindingCode::WideCharacters
        | FindingCode::HeaderUnreadable
        | FindingCode::UncustomaryDelimiters
        | FindingCode::RejectedWithOthers
        | FindingCode::MoreFindings => NOTHING,
        // What no rule forbids is for people, and no matter of syntax.
        FindingCode::ControlTotal | FindingCode::CheckDigit | FindingCode::ImpliedDecimals | FindingCode::DateOrder => {
            NOTHING
        }
        FindingCode::SegmentTerminator | FindingCode::ElementSeparator | FindingCode::ComponentSeparator => {
            of_envelope(20)
        }
        FindingCode::LeadingBlanks | FindingCode::TrailingBlanks => {
            Row { envelope: Some(21), segment: Some(21), element: Some(21) }
        }
        FindingCode::LowerCaseTag => Row { envelope: Some(21), segment: Some(21), ..NOTHING },
        FindingCode::TrailingSeparators => Row { envelope: Some(45), segment: Some(45), ..NOTHING },
        FindingCode::TerminatorMissing | FindingCode::TrailerMissing => of_envelope(13),
        FindingCode::CountWrong => of_envelope(29),
        FindingCode::ControlNumberDiffers => of_envelope(28),
        FindingCode::ControlNumberRepeated => of_envelope(26),
        FindingCode::MisplacedEnvelope => Row { envelope: Some(33), segment: Some(15), ..NOTHING },
        FindingCode::EmptyEnvelope => of_envelope(32),
        FindingCode::UnknownSegment
        | FindingCode::SegmentNotOfSet
        | FindingCode::UnexpectedSegment
        | FindingCode::OutOfSequence
        | FindingCode::NotUsedSegment => of_segment(15),
        FindingCode::MissingSegment => of_segment(13),
        FindingCode::TooManySegments => of_segment(35),
        FindingCode::TooManyLoops => of_segment(36),
        FindingCode::MissingElement | FindingCode::ConditionalElementMissing => of_value(13),
        // A surplus element is the segment's fault, a surplus component the element's.
        FindingCode::TooManyElements => Row { envelope: Some(16), segment: Some(16), ..NOTHING },
        FindingCode::TooManyComponents => of_value(16),
        FindingCode::TooManyRepetitions => Row { element: Some(35), ..of_envelope(16) },
        FindingCode::TooLong => of_value(39),
        FindingCode::TooShort => of_value(40),
        FindingCode::NotANumber => of_value(37),
        FindingCode::NotADate | FindingCode::NotATime => of_value(12),
        FindingCode::CodeUnknown if authority == Authority::Partner => of_value(14),
        FindingCode::CodeUnknown => of_value(12),
        FindingCode::ExcludedElement | FindingCode::NotUsedElement => of_value(15),
        FindingCode::InvalidCharacter => Row { segment: Some(21), ..of_value(21) },
        FindingCode::CharacterSet => Row { envelope: Some(46), segment: Some(21), element: Some(21) },
        FindingCode::ServiceCharacters => of_envelope(22),
        FindingCode::GroupsAndMessages => of_envelope(30),
        FindingCode::ReleaseCharacter => Row { segment: Some(22), ..of_value(22) },
        FindingCode::Hierarchy => Row { segment: Some(15), element: Some(12), ..NOTHING },
        FindingCode::BinaryLength => Row { segment: Some(18), element: Some(18), ..NOTHING },
        FindingCode::SetNotOfGroup => of_envelope(15),
        FindingCode::NoGuide => of_envelope(14),
        FindingCode::SyntaxUnknown => of_envelope(2),
        FindingCode::SenderUnknown => of_envelope(23),
        FindingCode::ReceiverUnknown => of_envelope(7),
        FindingCode::UsageNotAgreed => of_envelope(25),
    }
}

/// The code for a finding in a reporting segment; 18 where the list has nothing nearer that may stand there.
pub(super) fn code(finding: &Finding, reporter: Reporter, edition: Edition) -> u8 {
    let row = row(finding.code, finding.authority);
    let code = match reporter {
        Reporter::Uci | Reporter::Ucf | Reporter::Ucm => row.envelope,
        Reporter::Ucs => row.segment,
        Reporter::Ucd => row.element,
    };
    let code = match (edition, code) {
        // Version 3 knows neither trailing separators nor repetitions of an element: both are constituents too many.
        (Edition::V3, Some(45)) => Some(16),
        (Edition::V3, Some(35)) if reporter == Reporter::Ucd => Some(16),
        // Nor does it know of character sets that are not supported; below the interchange neither list does.
        (Edition::V3, Some(46)) if reporter == Reporter::Uci => Some(14),
        (_, Some(46)) if reporter != Reporter::Uci => Some(21),
        (_, code) => code,
    };
    code.filter(|code| is_permitted(*code, reporter, edition)).unwrap_or(UNSPECIFIED)
}

/// Whether the list has a word for a finding about head, trailer or level.
pub(super) fn has_code(finding: &Finding) -> bool {
    row(finding.code, finding.authority).envelope.is_some()
}

/// What a finding inside a message is told as.
pub(super) fn told_as(finding: &Finding) -> Level {
    let row = row(finding.code, finding.authority);
    let is_service = finding.place.tag.map(Tag::to_upper).is_some_and(|tag| tag == "UNH" || tag == "UNT");
    match finding.level {
        Level::Element | Level::Segment if is_service => Level::Set,
        Level::Element if row.element.is_some() && finding.place.element.is_some() => Level::Element,
        Level::Element | Level::Segment if row.segment.is_some() => Level::Segment,
        Level::File | Level::Interchange | Level::Group | Level::Set | Level::Segment | Level::Element => Level::Set,
    }
}

/// ISO 9735-4, annex A: where a code may stand, and in which edition of the list it is. The rows of codes 17, 19, 25, 27,
/// 31, 34, 38, 41 to 43 and 48 were not seen in the annex itself; nothing here makes them where they are doubtful.
pub(super) fn is_permitted(code: u8, reporter: Reporter, edition: Edition) -> bool {
    use Reporter::{Ucd, Ucf, Uci, Ucm, Ucs};
    let (places, v3, v4): (&[Reporter], bool, bool) = match code {
        2 | 7 => (&[Uci], true, true),
        12..=16 | 18 | 21 | 22 => (&[Uci, Ucf, Ucm, Ucs, Ucd], true, true),
        17 | 25 => (&[Uci, Ucf, Ucm, Ucs], true, true),
        19 | 38 => (&[Uci, Ucd], true, false),
        20 | 23 => (&[Uci], true, true),
        24 | 32 | 33 => (&[Uci, Ucf], true, true),
        26 | 28..=30 => (&[Uci, Ucf, Ucm], true, true),
        27 => (&[Uci, Ucf, Ucm], true, false),
        31 => (&[Ucf], true, false),
        34 => (&[Ucs], true, false),
        35 => (&[Ucm, Ucs, Ucd], true, true),
        36 => (&[Ucs], true, true),
        37 | 39 | 40 => (&[Uci, Ucf, Ucm, Ucd], true, true),
        41..=43 => (&[Uci], true, false),
        45 => (&[Uci, Ucf, Ucm, Ucs], false, true),
        46 => (&[Uci], false, true),
        47 => (&[Ucf, Ucm], false, true),
        48 => (&[Ucs, Ucd], false, true),
        _ => (&[], false, false),
    };
    let is_listed = match edition {
        Edition::V3 => v3,
        Edition::V4 => v4,
    };
    is_listed && places.contains(&reporter)
}
