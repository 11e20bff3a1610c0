//! Headers and trailers, in the form of either standard.

use crate::edi::delimiter::Delimiters;
use crate::edi::interchange::{Party, Standard, Usage};
use crate::edi::outgoing::{OutgoingGroupHead, OutgoingInterchangeHead, OutgoingSegment, OutgoingSet};
use crate::edi::place::Tag;

use super::fault::{ValuePlace, WriteFault};
use super::options::{EDIFACT_DELIMITERS, UnaPolicy, WriteOptions};
use super::segment::SegmentWriter;

/// Widths of the elements of the ISA but the last (X12.5).
const ISA_WIDTHS: [usize; 15] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1];

/// Whether an interchange of EDIFACT is in syntax version 4, which brought the repetition separator.
fn is_version_4(head: &OutgoingInterchangeHead) -> bool {
    head.version.as_str() >= "4"
}

/// The delimiters that the version of an interchange has, out of those that were asked for.
pub(super) fn delimiters(head: &OutgoingInterchangeHead, options: &WriteOptions) -> Result<Delimiters, WriteFault> {
    let has_repetitions = match head.standard {
        // X12.5: ISA11 is the repetition separator from version 00402 on.
        Standard::X12 => head.version.as_str() >= "00402",
        Standard::Edifact => is_version_4(head),
    };
    let delimiters = Delimiters {
        repetition: options.delimiters.repetition.filter(|_| has_repetitions),
        release: options.delimiters.release.filter(|_| head.standard == Standard::Edifact),
        ..options.delimiters
    };
    // ISO 9735-1, clause 8: from version 4 on the release character may not be left out. The information separators of
    // level B never needed one.
    let needs_release = head.standard == Standard::Edifact && is_version_4(head) && delimiters.element != 0x1d;
    let found = match check(&delimiters, options) {
        Ok(()) if needs_release && delimiters.release.is_none() => "syntax version 4 needs a release character",
        Ok(()) => return Ok(delimiters),
        Err(found) => found,
    };
    Err(WriteFault::Delimiters { found: found.to_owned() })
}

fn check(delimiters: &Delimiters, options: &WriteOptions) -> Result<(), &'static str> {
    if delimiters.component.is_none() {
        return Err("there is no component separator");
    }
    let all: Vec<u8> = delimiters.all().collect();
    let is_repeated = |(index, byte): (usize, &u8)| all.iter().skip(index + 1).any(|other| other == byte);
    if all.iter().enumerate().any(is_repeated) {
        return Err("they are not different from one another");
    }
    if all.iter().any(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'\0')) {
        return Err("a letter, a digit, a blank or NUL parts nothing");
    }
    if options.character_set().is_unicode() && !all.is_ascii() {
        return Err("in UTF-8 they must be ASCII");
    }
    if options.suffix.bytes().iter().any(|byte| delimiters.contains(*byte)) {
        return Err("what stands behind the terminator is one of them");
    }
    Ok(())
}

/// Writes the header of an interchange, a UNA before it where one is due.
pub(super) fn head(writer: &mut SegmentWriter, head: &OutgoingInterchangeHead) -> Result<(), WriteFault> {
    match head.standard {
        Standard::X12 => isa(writer, head),
        Standard::Edifact => {
            una(writer, head)?;
            writer.segment(&unb(head)?)
        }
    }
}

fn isa(writer: &mut SegmentWriter, head: &OutgoingInterchangeHead) -> Result<(), WriteFault> {
    let usage = match head.usage {
        Usage::Production => "P",
        Usage::Test => "T",
        Usage::Information => "I",
        Usage::Unknown => return Err(WriteFault::UsageUnknown),
    };
    let filled = |qualifier: &str| if qualifier.is_empty() { "00".to_owned() } else { qualifier.to_owned() };
    let more = &head.particulars;
    // ISA11 is filled below: a delimiter may not stand among the values.
    let values = [
        filled(&more.authorization_qualifier),
        more.authorization.clone(),
        filled(&more.security_qualifier),
        more.security.clone(),
        head.sender.qualifier.clone(),
        head.sender.id.clone(),
        head.receiver.qualifier.clone(),
        head.receiver.id.clone(),
        head.date.clone(),
        head.time.clone(),
        String::new(),
        head.version.clone(),
        interchange_number(head),
        if head.acknowledgement_asked { "1" } else { "0" }.to_owned(),
        usage.to_owned(),
    ];
    let delimiters = *writer.delimiters();
    let mut bytes = b"ISA".to_vec();
    for (number, (value, width)) in (1..).zip(values.iter().zip(ISA_WIDTHS)) {
        let place = || ValuePlace { tag: Tag::new(b"ISA"), element: number, ..ValuePlace::default() };
        let missing = width.checked_sub(value.chars().count()).ok_or_else(|| WriteFault::TooWide {
            place: Box::new(place()),
            // Authorization and password (ISA02, ISA04) are not told further.
            value: if matches!(number, 2 | 4) { "*".repeat(value.chars().count()) } else { value.clone() },
            width,
        })?;
        bytes.push(delimiters.element);
        match number {
            11 => bytes.push(delimiters.repetition.unwrap_or(b'U')),
            _ => {
                bytes.extend(writer.plain("ISA", number, value)?);
                bytes.extend(std::iter::repeat_n(b' ', missing));
            }
        }
    }
    bytes.push(delimiters.element);
    bytes.extend(delimiters.component);
    writer.raw(&bytes);
    writer.end();
    Ok(())
}

/// The control number of an interchange as it is written: ISA13 has nine digits.
pub(super) fn interchange_number(head: &OutgoingInterchangeHead) -> String {
    let number = &head.control_number;
    match head.standard {
        Standard::X12 if number.bytes().all(|byte| byte.is_ascii_digit()) => format!("{number:0>9}"),
        Standard::X12 | Standard::Edifact => number.clone(),
    }
}

fn una(writer: &mut SegmentWriter, head: &OutgoingInterchangeHead) -> Result<(), WriteFault> {
    let (delimiters, options) = (*writer.delimiters(), writer.options());
    // Before version 4 position 5 is reserved and holds a blank; without a UNA a reader of version 4 takes `*`.
    let repetition = if is_version_4(head) { delimiters.repetition } else { EDIFACT_DELIMITERS.repetition };
    let has_defaults = Delimiters { repetition, ..delimiters } == EDIFACT_DELIMITERS && options.decimal_mark == b'.';
    match options.una {
        UnaPolicy::Never if !has_defaults => return Err(WriteFault::UnaNeeded),
        UnaPolicy::Never => return Ok(()),
        UnaPolicy::IfNeeded if has_defaults => return Ok(()),
        UnaPolicy::IfNeeded | UnaPolicy::Always => {}
    }
    let service = [
        delimiters.component.unwrap_or(b' '),
        delimiters.element,
        options.decimal_mark,
        delimiters.release.unwrap_or(b' '),
        delimiters.repetition.unwrap_or(b' '),
    ];
    writer.raw(b"UNA");
    writer.raw(&service);
    writer.end();
    Ok(())
}

fn unb(head: &OutgoingInterchangeHead) -> Result<OutgoingSegment, WriteFault> {
    let more = &head.particulars;
    let syntax = [&head.syntax, &head.version].into_iter().chain(&more.encoding);
    let usage = match head.usage {
        Usage::Production => "",
        Usage::Test => "1",
        Usage::Information | Usage::Unknown => return Err(WriteFault::UsageUnknown),
    };
    Ok(OutgoingSegment::new("UNB")
        .with_components(syntax)
        .with_components(party(&head.sender).into_iter().chain(&head.sender_internal))
        .with_components(party(&head.receiver).into_iter().chain(&head.receiver_internal))
        .with_components([&head.date, &head.time])
        .with(&head.control_number)
        .with_components([&more.security, &more.security_qualifier])
        .with(&more.application_reference)
        .with(&more.priority)
        .with(if head.acknowledgement_asked { "1" } else { "" })
        .with(&more.agreement)
        .with(usage))
}

fn party(party: &Party) -> [&String; 2] {
    [&party.id, &party.qualifier]
}

/// `D.96A` as version and release number.
pub(super) fn release(text: &str) -> [&str; 2] {
    text.split_once('.').map(Into::into).unwrap_or([text, ""])
}

/// The header of a functional group.
pub(super) fn group_head(standard: Standard, head: &OutgoingGroupHead) -> OutgoingSegment {
    match standard {
        Standard::X12 => OutgoingSegment::new("GS")
            .with(&head.functional_id)
            .with(&head.sender.id)
            .with(&head.receiver.id)
            .with(&head.date)
            .with(&head.time)
            .with(&head.control_number)
            .with(&head.agency)
            .with(&head.version),
        Standard::Edifact => OutgoingSegment::new("UNG")
            .with(&head.functional_id)
            .with_components(party(&head.sender))
            .with_components(party(&head.receiver))
            .with_components([&head.date, &head.time])
            .with(&head.control_number)
            .with(&head.agency)
            .with_components(release(&head.version)),
    }
}

/// The header of a transaction set.
pub(super) fn set_head(standard: Standard, set: &OutgoingSet) -> OutgoingSegment {
    let implementation = set.implementation.as_deref().unwrap_or_default();
    let mut header = match standard {
        Standard::X12 => OutgoingSegment::new("ST").with(&set.id).with(&set.control_number).with(implementation),
        Standard::Edifact => {
            let [version, number] = release(&set.release);
            let kind = [set.id.as_str(), version, number, &set.agency, implementation];
            OutgoingSegment::new("UNH").with(&set.control_number).with_components(kind)
        }
    };
    header.elements.extend(set.header_rest.iter().cloned());
    header
}

/// One of the three envelopes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Set,
    Group,
    Interchange,
}

impl Envelope {
    /// Tags of header and trailer.
    fn tags(self, standard: Standard) -> (&'static str, &'static str) {
        match (standard, self) {
            (Standard::X12, Self::Set) => ("ST", "SE"),
            (Standard::X12, Self::Group) => ("GS", "GE"),
            (Standard::X12, Self::Interchange) => ("ISA", "IEA"),
            (Standard::Edifact, Self::Set) => ("UNH", "UNT"),
            (Standard::Edifact, Self::Group) => ("UNG", "UNE"),
            (Standard::Edifact, Self::Interchange) => ("UNB", "UNZ"),
        }
    }
}

/// The trailer of an envelope.
pub(super) fn trailer(standard: Standard, ended: Envelope, count: &str, control_number: &str) -> OutgoingSegment {
    OutgoingSegment::new(ended.tags(standard).1).with(count).with(control_number)
}

/// A control number must be there: by it the partner's acknowledgement is known again.
pub(super) fn needs_number(standard: Standard, level: Envelope, control_number: &str) -> Result<(), WriteFault> {
    let tag = Tag::new(level.tags(standard).0.as_bytes());
    if control_number.trim().is_empty() { Err(WriteFault::ControlNumberMissing { tag }) } else { Ok(()) }
}
