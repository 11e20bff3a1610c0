//! A package, from UNO to UNP: an object of any bytes that belongs to messages (ISO 9735-8). It is passed over.

use std::io::{self, Read};

use crate::base::{Limits, Severity, counted};
use crate::edi::control::{self, End};
use crate::edi::delimiter::{Delimiters, is_filler};
use crate::edi::fault::ReadFault;
use crate::edi::finding::{Finding, FindingCode, Level, capped};
use crate::edi::place::Place;
use crate::edi::read::Piece;
use crate::edi::source::Source;
use crate::edi::token::Segment;

use super::advice::has_tag;
use super::envelope::{Envelope, ServiceTag};
use super::header::component_text;

const UNP: End = End { level: Level::Interchange, tag: "UNP", of: "the package", counts: "byte" };

/// Bytes behind an object that tell whether it ends there: perhaps a terminator and a line end, then a tag.
const BEHIND: usize = 8;

/// The longest count of segments between UNO and object (0814: n..3).
const SEGMENTS: u32 = 999;

/// Bytes searched at once for what follows an object whose length is wrong.
const SEARCHED: usize = 4096;

/// Tags that may follow such an object.
const FOLLOWERS: [&[u8]; 6] = [b"UNP", b"UNO", b"UNH", b"UNG", b"UNE", b"UNZ"];

/// What a UNO says.
struct Header {
    /// 0800, the package reference number.
    reference: String,
    /// 0810 in S022, the length of the object.
    said: String,
    /// The same as a number.
    length: Option<usize>,
    /// 0814 in S022, segments between UNO and object.
    segments: u32,
    place: Place,
    place_of_length: Place,
}

impl Header {
    fn new(uno: &Segment<'_>, place: Place) -> Self {
        let status = uno.element(4);
        let said = component_text(&status, 1);
        let is_number = !said.is_empty() && said.bytes().all(|byte| byte.is_ascii_digit());
        Self {
            reference: component_text(&uno.element(1), 1),
            length: said.parse().ok().filter(|_| is_number),
            said,
            segments: component_text(&status, 2).parse().unwrap_or(0).min(SEGMENTS),
            place,
            place_of_length: Place { segment_position: None, ..status.component(1).place() },
        }
    }
}

impl Envelope {
    /// Passes over the package whose UNO was taken, up to its UNP or what comes in its place. It counts as a message does
    /// (0060, 0036).
    pub(super) fn pass_package<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        uno: &Segment<'_>,
        place: Place,
    ) -> Result<(), ReadFault> {
        let header = Header::new(uno, place);
        let level = if self.group.is_some() { Level::Group } else { Level::Interchange };
        let mut findings = self.count_message("", place);
        if self.package_numbers.repeats(&header.reference) {
            findings.push(control::repeated(&header.reference, level, "interchange", place));
        }
        self.pass_segments(source, limits, header.segments)?;
        let length = header.length.filter(|length| *length <= limits.transaction_set);
        let object = match length {
            Some(length) if ends_behind(source, length, &self.head.delimiters).map_err(ReadFault::Io)? => Some(length),
            Some(_) | None => None,
        };
        match object {
            Some(length) => source.consume(length),
            None => seek(source, self.head.delimiters.element).map_err(ReadFault::Io)?,
        }
        findings.push(match object {
            Some(length) => passed_over(&header, length),
            None => wrong_length(&header),
        });
        // Trailers of security stand between an object and its UNP.
        self.pass_segments(source, limits, u32::MAX)?;
        findings.extend(self.trailer(source, limits, &header, object)?);
        let findings = findings.into_iter().map(|finding| Piece::Finding(finding.about(level)));
        self.ready.extend(findings);
        Ok(())
    }

    /// Passes over so many segments that are none of the envelope.
    fn pass_segments<R: Read>(&mut self, source: &mut Source<R>, limits: &Limits, count: u32) -> Result<(), ReadFault> {
        for _ in 0..count {
            let Some(cut) = self.intake.next_cut(source, limits)? else { break };
            let (_, segment, _) = source.parts(cut);
            if ServiceTag::of(segment, self.head.delimiters.element).is_some() {
                break;
            }
            self.intake.take(source, limits, cut)?;
        }
        Ok(())
    }

    /// Takes the UNP, if it comes next, and holds it against its UNO.
    fn trailer<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
        header: &Header,
        object: Option<usize>,
    ) -> Result<Vec<Finding>, ReadFault> {
        let cut = self.intake.next_cut(source, limits)?.filter(|cut| {
            let (_, segment, _) = source.parts(*cut);
            ServiceTag::of(segment, self.head.delimiters.element) == Some(ServiceTag::Unp)
        });
        let here = Place::bytes(source.offset(), source.offset());
        let Some(cut) = cut else { return Ok(vec![control::missing(&UNP, here)]) };
        let (mut table, _) = self.intake.take(source, limits, cut)?;
        self.encoding.settle_envelope(&mut table, Level::Group);
        let Some(segment) = table.segment(0) else { return Ok(Vec::new()) };
        let place = Place { segment_position: None, ..segment.place() };
        let trailer = control::trailer(&segment, place);
        // Where the length was wrong already, it need not be said twice.
        let counted = object.map_or_else(|| trailer.count.parse().unwrap_or(0), |length| length as u64);
        let mut findings = control::check(&UNP, &segment, &trailer, counted, &header.reference);
        if !cut.terminated {
            findings.push(control::unterminated(Severity::Error, Level::Interchange, place));
        }
        Ok(findings)
    }
}

/// Whether an object of this length is there and ends where a UNP, or a trailer of its security (UST), begins, or the file
/// ends. 0810 counts neither the terminator before it nor the first character of the tag behind it.
fn ends_behind<R: Read>(source: &mut Source<R>, length: usize, delimiters: &Delimiters) -> io::Result<bool> {
    let bytes = source.look(length + BEHIND)?;
    let Some(behind) = bytes.get(length..) else { return Ok(false) };
    let idle = behind.iter().take_while(|byte| is_filler(**byte) || **byte == delimiters.terminator).count();
    let behind = behind.get(idle..).unwrap_or_default();
    Ok(behind.is_empty() || has_tag(behind, b"UNP") || has_tag(behind, b"UST"))
}

/// Passes over bytes up to a segment of the envelope, or to the end of the file.
fn seek<R: Read>(source: &mut Source<R>, separator: u8) -> io::Result<()> {
    let follows = |bytes: &[u8]| bytes.get(3) == Some(&separator) && FOLLOWERS.iter().any(|tag| has_tag(bytes, tag));
    loop {
        let bytes = source.look(SEARCHED)?;
        let starts = memchr::memchr2_iter(b'U', b'u', bytes);
        let found = starts.into_iter().find(|at| bytes.get(*at..).is_some_and(follows));
        let is_end = bytes.len() < SEARCHED;
        let passed = found.unwrap_or(if is_end { bytes.len() } else { SEARCHED - 3 });
        source.consume(passed);
        if found.is_some() || is_end {
            return Ok(());
        }
    }
}

fn passed_over(header: &Header, length: usize) -> Finding {
    let (reference, bytes) = (capped(&header.reference), counted(length, "byte"));
    let text = format!("the package '{reference}' is passed over, with its object of {bytes}");
    Finding::new(Severity::Warning, FindingCode::Package, header.place, text)
}

fn wrong_length(header: &Header) -> Finding {
    let said = capped(&header.said);
    let text = format!(
        "0810 says that the object of the package '{}' has '{said}' bytes, and behind so many no UNP stands; it is passed \
         over up to the next segment of the envelope",
        capped(&header.reference)
    );
    let finding = Finding::new(Severity::Error, FindingCode::BinaryLength, header.place_of_length, text);
    Finding { data_element: Some("0810".into()), ..finding.quoting(said) }
}
