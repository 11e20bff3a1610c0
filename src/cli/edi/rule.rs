//! The rule that a finding is about, in a line, and what the place it is at is called.

use std::sync::Arc;

use super::words::service_element;
use crate::base::{counted, times};
use crate::edi::guide::{ElementDef, LoopDef, Max, Part, Requirement, SegmentDef, SyntaxNote};
use crate::edi::{Family, Finding, FindingCode, Guide, Level, Place, Standard};

/// Codes of a list that are named in a rule.
const CODES: usize = 8;

/// An element as people write it: `SN103`, `NAD02-1`, `REF04(2)`.
pub(super) fn element_reference(place: &Place) -> String {
    let tag = place.tag.unwrap_or_default();
    let number = place.element.map(|number| format!("{number:02}")).unwrap_or_default();
    let component = place.component.map(|number| format!("-{number}")).unwrap_or_default();
    let repetition = place.repetition.filter(|number| *number > 1).map(|number| format!("({number})"));
    format!("{tag}{number}{}{component}", repetition.unwrap_or_default())
}

/// What stands at the place of a finding: `SN103 unit, element 355`; of a segment its name.
pub(super) fn subject(finding: &Finding, guide: Option<&Guide>) -> String {
    let place = &finding.place;
    if finding.code == FindingCode::MissingSegment {
        return format!("{} is missing before this", place.tag.unwrap_or_default());
    }
    let definition = guide.and_then(|guide| definition(guide, finding));
    if place.element.is_none() {
        let name = definition.map(|definition| definition.name.clone()).unwrap_or_default();
        return [place.tag.unwrap_or_default().to_string(), name].join(" ").trim().to_owned();
    }
    let element = definition.as_ref().and_then(|definition| element(definition, place));
    let of_service = || service_element(place.tag?.as_str(), place.element?, place.component.unwrap_or_default());
    let known = element.map(|element| (element.id.as_str(), element.name.as_str())).or_else(of_service);
    let name = known.map(|(_, name)| name).unwrap_or_default();
    let id = finding.data_element.as_deref().or(known.map(|(id, _)| id));
    let id = id.map(|id| format!(", element {id}")).unwrap_or_default();
    let gap = if name.is_empty() { "" } else { " " };
    format!("{}{gap}{name}{id}", element_reference(place))
}

/// The rule, where there is one to be named.
pub(super) fn rule(finding: &Finding, guide: Option<&Guide>, standard: Standard) -> Option<String> {
    if let Some(text) = envelope(finding, standard) {
        return Some(text.to_owned());
    }
    if finding.code.family() == Family::Plausibility {
        return None;
    }
    let guide = guide?;
    let told = match finding.level {
        Level::Element => of_element(finding, guide, standard),
        Level::Segment => of_segment(finding, guide),
        Level::File | Level::Interchange | Level::Group | Level::Set => None,
    }?;
    Some(format!("{told}  ({})", guide.key()))
}

fn of_element(finding: &Finding, guide: &Guide, standard: Standard) -> Option<String> {
    let definition = definition(guide, finding)?;
    let element = element(&definition, &finding.place)?;
    let reference = element_reference(&finding.place);
    Some(match finding.code {
        FindingCode::ConditionalElementMissing | FindingCode::ExcludedElement => notes(&definition, finding)?,
        FindingCode::CodeUnknown => codes(element)?,
        FindingCode::TooManyRepetitions => format!("{reference} comes at most {}", times(element.repeats)),
        FindingCode::NotUsedElement => format!("{reference} is not used"),
        FindingCode::TooManyElements => {
            format!("{} has {}", definition.tag, counted(definition.elements.len(), "element"))
        }
        _ => {
            let used = match element.requirement {
                Requirement::Mandatory => "mandatory",
                Requirement::Optional => "optional",
                Requirement::NotUsed => "not used",
            };
            format!("{reference} is {used}, {} {}", element.id, element.form(standard)).trim_end().to_owned()
        }
    })
}

/// The segment as it is at the place of the finding.
fn definition(guide: &Guide, finding: &Finding) -> Option<Arc<SegmentDef>> {
    let tag = finding.place.tag?;
    let inside = match finding.loop_name.as_deref() {
        None => Some(guide.root()),
        Some(name) => find(guide.root(), name),
    };
    let own = inside.and_then(|inside| inside.segment(tag.as_str())?.definition.clone());
    own.or_else(|| guide.shared_segment(tag))
}

fn find<'g>(within: &'g LoopDef, name: &str) -> Option<&'g LoopDef> {
    if within.name == name {
        return Some(within);
    }
    within.loops().find_map(|child| find(child, name))
}

/// The element or component at a place. A surplus one is described by none.
fn element<'d>(definition: &'d SegmentDef, place: &Place) -> Option<&'d ElementDef> {
    let element = definition.element(place.element? as usize)?;
    match place.component {
        Some(component) => element.component(component as usize),
        None => Some(element),
    }
}

/// The syntax notes that speak of the element.
fn notes(definition: &SegmentDef, finding: &Finding) -> Option<String> {
    use crate::edi::guide::ElementKind;
    let place = &finding.place;
    let number = place.element? as usize;
    let (notes, number, of): (&[SyntaxNote], usize, String) = match (place.component, definition.element(number)) {
        (Some(component), Some(ElementDef { kind: ElementKind::Composite { notes, .. }, id, .. })) => {
            (notes, component as usize, id.clone())
        }
        _ => (&definition.notes, number, definition.tag.to_string()),
    };
    let told: Vec<String> = notes
        .iter()
        .filter(|note| note.elements.contains(&number))
        .map(|note| format!("{note} of {of}: {}", note.words()))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

fn codes(element: &ElementDef) -> Option<String> {
    let list = element.codes.as_ref()?;
    let named: Vec<String> = list.codes.iter().take(CODES).map(|(code, name)| format!("{code} {name}")).collect();
    let more = list.codes.len().saturating_sub(CODES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Some(format!("{} is one of {}{more}", element.id, named.join(", ")))
}

fn of_segment(finding: &Finding, guide: &Guide) -> Option<String> {
    let tag = finding.place.tag?;
    let inside = match finding.loop_name.as_deref() {
        None => guide.root(),
        Some(name) => find(guide.root(), name)?,
    };
    let is_it = |part: &&Part| match part {
        Part::Segment(segment) => segment.tag == tag,
        Part::Loop(child) => child.first().is_some_and(|first| first.tag == tag),
    };
    if finding.code == FindingCode::OutOfSequence {
        return order(inside, inside.parts.iter().rposition(|part| is_it(&part))?);
    }
    let part = inside.parts.iter().find(is_it)?;
    let used = match part.requirement() {
        Requirement::Mandatory => "mandatory",
        Requirement::Optional => "optional",
        Requirement::NotUsed => "not used",
    };
    let often = match part.max() {
        Max::Times(1) => "once".to_owned(),
        Max::Times(max) => format!("at most {max} times"),
        Max::Unbounded => "as often as needed".to_owned(),
    };
    let what = match part {
        Part::Segment(_) => "",
        Part::Loop(_) => "loop ",
    };
    Some(format!("{what}{} is {used} in {}, {often}", part.name(), inside.name))
}

/// Where a part stands among its neighbours: `TD1 stands in HL behind PKG and before TD5`.
fn order(inside: &LoopDef, at: usize) -> Option<String> {
    let is_used = |part: &&Part| part.requirement() != Requirement::NotUsed;
    let (before, behind) = inside.parts.split_at_checked(at)?;
    let (part, behind) = behind.split_first()?;
    let before = before.iter().rev().find(is_used).map(|part| format!("behind {}", part.name()));
    let behind = behind.iter().find(is_used).map(|part| format!("before {}", part.name()));
    let neighbours: Vec<String> = before.into_iter().chain(behind).collect();
    Some(format!("{} stands in {} {}", part.name(), inside.name, neighbours.join(" and ")))
}

/// What the envelopes' standards demand, in our words.
fn envelope(finding: &Finding, standard: Standard) -> Option<&'static str> {
    let tag = finding.place.tag.map(|tag| tag.to_upper());
    let tag = tag.as_ref().map(|tag| tag.as_str()).unwrap_or_default();
    let is_x12 = standard == Standard::X12;
    Some(match (finding.code, tag) {
        (FindingCode::CountWrong, "SE") => "SE01 counts the segments from ST to SE, both of them too (X12.6)",
        (FindingCode::CountWrong, "GE") => "GE01 counts the transaction sets of the group (X12.6)",
        (FindingCode::CountWrong, "IEA") => "IEA01 counts the functional groups of the interchange (X12.5)",
        (FindingCode::CountWrong, "UNT") => "0074 counts the segments from UNH to UNT, both of them too (ISO 9735-1)",
        (FindingCode::CountWrong, "UNE") => "0060 counts the messages of the group (ISO 9735-1)",
        (FindingCode::CountWrong, "UNZ") => "0036 counts the groups, or the messages where there are none (ISO 9735-1)",
        (FindingCode::ControlNumberDiffers, "SE") => "SE02 says again what ST02 says (X12.6)",
        (FindingCode::ControlNumberDiffers, "GE") => "GE02 says again what GS06 says (X12.6)",
        (FindingCode::ControlNumberDiffers, "IEA") => "IEA02 says again what ISA13 says (X12.5)",
        (FindingCode::ControlNumberDiffers, "UNT") => "UNT 0062 says again what UNH 0062 says (ISO 9735-1)",
        (FindingCode::ControlNumberDiffers, "UNE") => "UNE 0048 says again what UNG 0048 says (ISO 9735-1)",
        (FindingCode::ControlNumberDiffers, "UNZ") => "UNZ 0020 says again what UNB 0020 says (ISO 9735-1)",
        (FindingCode::IsaWidth, _) => {
            "every element of the ISA has a width of its own, and is filled with blanks (X12.5)"
        }
        (FindingCode::TrailerMissing, _) if is_x12 => "ISA, GS and ST end with IEA, GE and SE (X12.5, X12.6)",
        (FindingCode::TrailerMissing, _) => "UNB, UNG and UNH end with UNZ, UNE and UNT (ISO 9735-1)",
        (FindingCode::TerminatorMissing, _) if is_x12 => "every segment ends with the terminator (X12.6)",
        (FindingCode::TerminatorMissing, _) => "every segment ends with the terminator (ISO 9735-1)",
        (FindingCode::TrailingSeparators, _) if is_x12 => "separators behind the last element are left out (X12.6)",
        (FindingCode::TrailingSeparators, _) => "separators behind the last element are left out (ISO 9735-1)",
        (FindingCode::Hierarchy, "HL") => "HL01 counts from 1, and HL02 names the HL above, which came before",
        (FindingCode::Hierarchy, "CPS") => {
            "7164 is a number of its own, and 7166 names the CPS above, which came before"
        }
        (FindingCode::CheckDigit, _) => {
            "the last digit checks the others: weights 3 and 1 from the right, modulo 10 (GS1)"
        }
        (FindingCode::ControlTotal, "CTT") => "CTT01 counts the lines of the document",
        (FindingCode::ControlTotal, "CNT") => "CNT with qualifier 2 counts the lines of the document",
        (FindingCode::ImpliedDecimals, _) => {
            "a price is of type R: it has its decimal point where it needs one (X12.6)"
        }
        (FindingCode::GroupsAndMessages, _) => "an interchange holds groups or messages, never both (ISO 9735-1)",
        _ => return None,
    })
}
