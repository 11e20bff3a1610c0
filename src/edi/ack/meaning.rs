//! Codes of partners as findings of ours.

use crate::edi::finding::FindingCode;

use super::edifact_codes::Reporter;
use super::verdict::Verdict;

/// TA104, AK501 and AK901. M, W and X are about security that failed: nothing was taken.
pub(super) fn of_letter(code: &str) -> Option<Verdict> {
    match code {
        "A" => Some(Verdict::Accepted),
        "E" => Some(Verdict::AcceptedWithErrors),
        "P" => Some(Verdict::PartlyAccepted),
        "R" | "M" | "W" | "X" => Some(Verdict::Rejected),
        _ => None,
    }
}

/// 0083. Partners are seen to accept with 1, which the list had once.
pub(super) fn of_action(code: &str) -> Option<Verdict> {
    match code {
        "1" | "7" => Some(Verdict::Accepted),
        "8" => Some(Verdict::Received),
        "4" => Some(Verdict::Rejected),
        _ => None,
    }
}

/// TA105.
pub(super) fn of_note(code: &str) -> Option<FindingCode> {
    Some(match code {
        "001" => FindingCode::ControlNumberDiffers,
        "002" | "003" | "016" | "017" => FindingCode::SyntaxUnknown,
        "004" => FindingCode::SegmentTerminator,
        "005" | "006" => FindingCode::SenderUnknown,
        "007" | "008" | "009" => FindingCode::ReceiverUnknown,
        "010" | "011" | "012" | "013" | "019" => FindingCode::CodeUnknown,
        "014" => FindingCode::NotADate,
        "015" => FindingCode::NotATime,
        "018" => FindingCode::NotANumber,
        "020" => FindingCode::UsageNotAgreed,
        "021" => FindingCode::CountWrong,
        "022" => FindingCode::HeaderUnreadable,
        "023" => FindingCode::TrailerMissing,
        "024" => FindingCode::MisplacedEnvelope,
        "025" => FindingCode::ControlNumberRepeated,
        "026" => FindingCode::ElementSeparator,
        "027" => FindingCode::ComponentSeparator,
        _ => return None,
    })
}

/// Whether codes are of the lists from 005010 on; before, some of their numbers were about security.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    Older,
    Newer,
}

/// 716.
pub(super) fn of_group(code: &str, lists: Lists) -> Option<FindingCode> {
    Some(match code {
        "1" => FindingCode::NoGuide,
        "2" => FindingCode::SyntaxUnknown,
        "3" => FindingCode::TrailerMissing,
        "4" => FindingCode::ControlNumberDiffers,
        "5" => FindingCode::CountWrong,
        "6" => FindingCode::NotANumber,
        "19" if lists == Lists::Newer => FindingCode::ControlNumberRepeated,
        _ => return None,
    })
}

/// 718 and 618. 5 and I5 say that segments are in error, which is told there.
pub(super) fn of_set(code: &str, lists: Lists) -> Option<FindingCode> {
    Some(match code {
        "1" | "I6" => FindingCode::NoGuide,
        "2" => FindingCode::TrailerMissing,
        "3" => FindingCode::ControlNumberDiffers,
        "4" => FindingCode::CountWrong,
        "6" | "7" => FindingCode::MissingElement,
        "18" if lists == Lists::Newer => FindingCode::SetNotOfGroup,
        "19" if lists == Lists::Newer => FindingCode::CodeUnknown,
        "23" => FindingCode::ControlNumberRepeated,
        _ => return None,
    })
}

/// 720 and 620. 8 says that elements are in error, which is told there; 511 is Microsoft's own.
pub(super) fn of_segment(code: &str) -> Option<FindingCode> {
    Some(match code {
        "1" => FindingCode::UnknownSegment,
        "6" => FindingCode::SegmentNotOfSet,
        "2" => FindingCode::UnexpectedSegment,
        "3" | "I6" | "I7" | "I8" => FindingCode::MissingSegment,
        "4" => FindingCode::TooManyLoops,
        "5" => FindingCode::TooManySegments,
        "7" => FindingCode::OutOfSequence,
        "10" | "511" => FindingCode::TrailingSeparators,
        "I4" | "I9" => FindingCode::NotUsedSegment,
        _ => return None,
    })
}

/// 723 and 621.
pub(super) fn of_element(code: &str) -> Option<FindingCode> {
    Some(match code {
        "1" | "I9" | "I11" => FindingCode::MissingElement,
        "2" => FindingCode::ConditionalElementMissing,
        "3" => FindingCode::TooManyElements,
        "4" => FindingCode::TooShort,
        "5" => FindingCode::TooLong,
        "6" => FindingCode::InvalidCharacter,
        "7" | "I6" | "I12" => FindingCode::CodeUnknown,
        "8" => FindingCode::NotADate,
        "9" => FindingCode::NotATime,
        "10" => FindingCode::ExcludedElement,
        "12" => FindingCode::TooManyRepetitions,
        "13" => FindingCode::TooManyComponents,
        "I10" | "I13" => FindingCode::NotUsedElement,
        _ => return None,
    })
}

/// 0085, by the segment that reports. `is_old` is a CONTRL of version 2, whose codes 1 to 11 were another list.
pub(super) fn of_contrl(code: &str, reporter: Reporter, is_old: bool) -> Option<FindingCode> {
    let inside = |segment, element, envelope| match reporter {
        Reporter::Ucs => segment,
        Reporter::Ucd => element,
        Reporter::Uci | Reporter::Ucf | Reporter::Ucm => envelope,
    };
    Some(match code.parse::<u8>().ok()? {
        1..=11 if is_old => return None,
        2 => FindingCode::SyntaxUnknown,
        7 => FindingCode::ReceiverUnknown,
        12 => FindingCode::CodeUnknown,
        13 => inside(FindingCode::MissingSegment, FindingCode::MissingElement, FindingCode::MissingElement),
        14 => inside(FindingCode::UnexpectedSegment, FindingCode::CodeUnknown, FindingCode::NoGuide),
        15 => inside(FindingCode::UnexpectedSegment, FindingCode::NotUsedElement, FindingCode::SetNotOfGroup),
        16 => inside(FindingCode::TooManyElements, FindingCode::TooManyComponents, FindingCode::TooManyElements),
        19 | 37 | 38 => FindingCode::NotANumber,
        20 => FindingCode::ElementSeparator,
        21 => FindingCode::InvalidCharacter,
        22 => inside(FindingCode::ReleaseCharacter, FindingCode::ReleaseCharacter, FindingCode::ServiceCharacters),
        23 => FindingCode::SenderUnknown,
        25 => FindingCode::UsageNotAgreed,
        26 => FindingCode::ControlNumberRepeated,
        28 => FindingCode::ControlNumberDiffers,
        29 => FindingCode::CountWrong,
        30 => FindingCode::GroupsAndMessages,
        31 => FindingCode::SetNotOfGroup,
        32 => FindingCode::EmptyEnvelope,
        33 => FindingCode::MisplacedEnvelope,
        35 => inside(FindingCode::TooManySegments, FindingCode::TooManyRepetitions, FindingCode::ControlNumberRepeated),
        36 => FindingCode::TooManyLoops,
        39 => FindingCode::TooLong,
        40 => FindingCode::TooShort,
        45 => FindingCode::TrailingSeparators,
        46 => FindingCode::CharacterSet,
        48 => FindingCode::ConditionalElementMissing,
        _ => return None,
    })
}
