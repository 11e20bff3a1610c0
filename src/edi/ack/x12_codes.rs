//! Findings as codes of TA1, 997 and 999, by the version of what was received.

use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::guide::Authority;
use crate::edi::place::Tag;

/// Which lists of codes are in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct CodeLists {
    /// Release of the group that came, as a number: 4010.
    pub(super) release: u32,
    /// Whether the answer is a 999, which knows rules of guides.
    pub(super) is_999: bool,
}

/// A code, what stands for it where the list does not have it, and what the 999 says where a guide's rule is broken.
#[derive(Clone, Copy)]
struct Code {
    code: &'static str,
    since: u32,
    before: Option<&'static str>,
    partner: Option<&'static str>,
}

const fn code(code: &'static str) -> Option<Code> {
    Some(Code { code, since: 0, before: None, partner: None })
}

const fn by_partner(code: &'static str, partner: &'static str) -> Option<Code> {
    Some(Code { code, since: 0, before: None, partner: Some(partner) })
}

const fn since(release: u32, code: &'static str, before: Option<&'static str>) -> Option<Code> {
    Some(Code { code, since: release, before, partner: None })
}

/// What a finding is called at each level.
#[derive(Clone, Copy)]
struct Row {
    /// TA105.
    note: Option<&'static str>,
    /// Element 716 (AK905).
    group: Option<Code>,
    /// Elements 718 and 618 (AK502).
    set: Option<Code>,
    /// Elements 720 and 620 (AK304).
    segment: Option<Code>,
    /// Elements 723 and 621 (AK403).
    element: Option<Code>,
}

const NOTHING: Row = Row { note: None, group: None, set: None, segment: None, element: None };

const fn of_element(element: Option<Code>) -> Row {
    Row { element, ..NOTHING }
}

const fn of_segment(segment: Option<Code>) -> Row {
    Row { segment, ..NOTHING }
}

/// Code lists of 004010 end earlier than those of 005010; an older list's nearest code stands for a newer one.
fn row(finding: FindingCode) -> Row {
    match finding {
        FindingCode::LeadingBytes
        | FindingCode::TrailingBytes
        | FindingCode::LowerCaseTag
        | FindingCode::WrappedLines
        | FindingCode::EmptySegment
        | FindingCode::NearestGuide
        | FindingCode::InterchangeService
        | FindingCode::Package
        | FindingCode::WideCharacters
        | FindingCode::ReleaseCharacter
        | FindingCode::ServiceCharacters
        | FindingCode::GroupsAndMessages
        | FindingCode::UncustomaryDelimiters
        | FindingCode::RejectedWithOthers
        | FindingCode::MoreFindings => NOTHING,
        // What no rule forbids is for people, and no matter of syntax.
        FindingCode::ControlTotal | FindingCode::CheckDigit | FindingCode::ImpliedDecimals | FindingCode::DateOrder => {
            NOTHING
        }
        // The note is that of the element.
        FindingCode::IsaWidth => NOTHING,
        FindingCode::HeaderUnreadable => Row { note: Some("022"), ..NOTHING },
        FindingCode::SegmentTerminator => Row { note: Some("004"), ..NOTHING },
        FindingCode::ElementSeparator => Row { note: Some("026"), ..NOTHING },
        FindingCode::ComponentSeparator | FindingCode::ComponentSeparatorMissing => {
            Row { note: Some("027"), ..NOTHING }
        }
        // No list knows of blanks: with one before it a tag is none that is known, and one behind a value is no part of it.
        FindingCode::LeadingBlanks => of_segment(code("1")),
        FindingCode::TrailingBlanks => Row { segment: code("8"), element: code("6"), ..NOTHING },
        FindingCode::TrailingSeparators => Row { segment: since(6050, "10", Some("8")), element: code("3"), ..NOTHING },
        FindingCode::TerminatorMissing => {
            Row { note: Some("023"), group: code("3"), set: code("2"), segment: code("8"), ..NOTHING }
        }
        FindingCode::TrailerMissing => Row { note: Some("023"), group: code("3"), set: code("2"), ..NOTHING },
        FindingCode::CountWrong => Row { note: Some("021"), group: code("5"), set: code("4"), ..NOTHING },
        FindingCode::ControlNumberDiffers => Row { note: Some("001"), group: code("4"), set: code("3"), ..NOTHING },
        // In the 716 of 004010, 19 is about security; there the group is refused without a word.
        FindingCode::ControlNumberRepeated => {
            Row { note: Some("025"), group: since(5010, "19", None), set: code("23"), ..NOTHING }
        }
        FindingCode::MisplacedEnvelope => Row { note: Some("024"), segment: code("2"), ..NOTHING },
        FindingCode::EmptyEnvelope => Row { note: Some("024"), ..NOTHING },
        // 720 and 620 tell five ways of not belonging, in every release: 1, a tag that neither the guide nor the dictionary
        // of its release has; 6, one of the dictionary that the guide of this set does not have; 2, one of the guide that
        // no loop open here takes; 7, one that a loop open here takes, but before what came already; and where the loop
        // has it often enough, 4 and 5 below. A segment that a partner's guide crosses out is of the set and not expected.
        FindingCode::UnknownSegment => of_segment(code("1")),
        FindingCode::SegmentNotOfSet => of_segment(code("6")),
        FindingCode::UnexpectedSegment => of_segment(code("2")),
        FindingCode::OutOfSequence => of_segment(code("7")),
        FindingCode::MissingSegment => of_segment(by_partner("3", "I8")),
        FindingCode::TooManySegments => of_segment(code("5")),
        FindingCode::TooManyLoops => of_segment(code("4")),
        FindingCode::NotUsedSegment => of_segment(by_partner("2", "I4")),
        FindingCode::MissingElement => of_element(by_partner("1", "I9")),
        FindingCode::TooManyElements => of_element(code("3")),
        FindingCode::TooManyComponents => of_element(since(5010, "13", Some("3"))),
        FindingCode::TooManyRepetitions => of_element(since(5010, "12", Some("3"))),
        FindingCode::TooLong => of_element(code("5")),
        FindingCode::TooShort => of_element(code("4")),
        FindingCode::NotANumber | FindingCode::InvalidCharacter => of_element(code("6")),
        FindingCode::NotADate => of_element(code("8")),
        FindingCode::NotATime => of_element(code("9")),
        FindingCode::CodeUnknown => of_element(by_partner("7", "I6")),
        FindingCode::ConditionalElementMissing => of_element(code("2")),
        FindingCode::ExcludedElement => of_element(code("10")),
        // 723 has no word for it: one element more than was agreed.
        FindingCode::NotUsedElement => of_element(by_partner("3", "I10")),
        FindingCode::CharacterSet => Row { note: Some("022"), segment: code("8"), element: code("6"), ..NOTHING },
        FindingCode::BinaryLength => Row { segment: code("8"), element: code("7"), ..NOTHING },
        FindingCode::Hierarchy => Row { segment: code("2"), element: code("7"), ..NOTHING },
        FindingCode::SetNotOfGroup => Row { set: since(5010, "18", Some("6")), ..NOTHING },
        FindingCode::NoGuide => Row { set: code("1"), ..NOTHING },
        FindingCode::SyntaxUnknown => Row { note: Some("003"), group: code("2"), ..NOTHING },
        FindingCode::SenderUnknown => Row { note: Some("006"), ..NOTHING },
        FindingCode::ReceiverUnknown => Row { note: Some("009"), ..NOTHING },
        FindingCode::UsageNotAgreed => Row { note: Some("020"), ..NOTHING },
    }
}

impl Code {
    fn resolve(self, lists: CodeLists, authority: Authority) -> Option<&'static str> {
        let partner = self.partner.filter(|_| lists.is_999 && authority == Authority::Partner);
        let standard = if lists.release >= self.since { Some(self.code) } else { self.before };
        partner.or(standard)
    }
}

/// TA105 of a finding about an interchange; `024`, content, where the list has nothing nearer.
pub(super) fn note(finding: &Finding) -> &'static str {
    row(finding.code).note.or_else(|| header_note(finding)).unwrap_or("024")
}

/// The note for the element of the ISA that is wrong.
fn header_note(finding: &Finding) -> Option<&'static str> {
    let is_header = finding.place.tag.is_some_and(|tag| tag.to_upper() == "ISA");
    match finding.place.element.filter(|_| is_header)? {
        1 => Some("010"),
        2 => Some("011"),
        3 => Some("012"),
        4 => Some("013"),
        5 => Some("005"),
        6 => Some("006"),
        7 => Some("007"),
        8 => Some("008"),
        9 => Some("014"),
        10 => Some("015"),
        11 => Some("016"),
        12 => Some("017"),
        13 => Some("018"),
        14 => Some("019"),
        15 => Some("020"),
        16 => Some("027"),
        _ => None,
    }
}

/// Element 716 of a finding about a functional group.
pub(super) fn group(finding: &Finding, lists: CodeLists) -> Option<&'static str> {
    match row(finding.code).group {
        Some(code) => code.resolve(lists, finding.authority),
        None => group_header(finding),
    }
}

/// The code for the element of the GS that is wrong.
fn group_header(finding: &Finding) -> Option<&'static str> {
    let is_header = finding.place.tag.is_some_and(|tag| tag.to_upper() == "GS");
    match finding.place.element.filter(|_| is_header)? {
        1 => Some("1"),
        6 => Some("6"),
        8 => Some("2"),
        _ => None,
    }
}

/// Elements 718 and 618 of a finding about a set as a whole.
pub(super) fn set(finding: &Finding, lists: CodeLists) -> Option<&'static str> {
    let is_header = finding.place.tag.is_some_and(|tag| tag.to_upper() == "ST");
    let by_element = || match finding.place.element.filter(|_| is_header) {
        Some(1) => Some("6"),
        Some(2) => Some("7"),
        // ST03 came with 005010's list.
        Some(3) if lists.release >= 5010 => Some("19"),
        Some(_) | None => None,
    };
    match row(finding.code).set {
        Some(code) => code.resolve(lists, finding.authority),
        None => by_element(),
    }
}

/// Elements 720 and 620 of a finding about a segment.
pub(super) fn segment(finding: &Finding, lists: CodeLists) -> Option<&'static str> {
    row(finding.code).segment?.resolve(lists, finding.authority)
}

/// Elements 723 and 621 of a finding about an element.
pub(super) fn element(finding: &Finding, lists: CodeLists) -> Option<&'static str> {
    row(finding.code).element?.resolve(lists, finding.authority)
}

/// Whether a finding has a code in an envelope of this level.
pub(super) fn has_code(finding: &Finding, level: Level) -> bool {
    let row = row(finding.code);
    match level {
        Level::File | Level::Interchange => row.note.is_some() || header_note(finding).is_some(),
        Level::Group => row.group.is_some() || group_header(finding).is_some(),
        Level::Set | Level::Segment | Level::Element => {
            row.set.is_some() || row.segment.is_some() || row.element.is_some()
        }
    }
}

/// What a finding inside a set is told as.
pub(super) fn told_as(finding: &Finding) -> Level {
    let row = row(finding.code);
    let is_service = finding.place.tag.map(Tag::to_upper).is_some_and(|tag| tag == "ST" || tag == "SE");
    let level = if is_service || row.set.is_some() && row.segment.is_none() { Level::Set } else { finding.level };
    match level {
        Level::Element if row.element.is_some() && finding.place.element.is_some() => Level::Element,
        Level::Segment | Level::Element if row.segment.is_some() => Level::Segment,
        Level::File | Level::Interchange | Level::Group | Level::Set | Level::Segment | Level::Element => Level::Set,
    }
}
