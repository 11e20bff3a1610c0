//! Groups, sets and trailers between ISA and IEA.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::charset::CharacterSet;
use crate::edi::control::{self, ControlNumbers, End};
use crate::edi::delimiter::Delimiters;
use crate::edi::encoding::Encoding;
use crate::edi::fault::ReadFault;
use crate::edi::finding::{Finding, FindingCode, Level, worst};
use crate::edi::group::OpenGroup;
use crate::edi::intake::Intake;
use crate::edi::interchange::{GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Party, Trailer};
use crate::edi::place::Place;
use crate::edi::read::{Opened, Piece};
use crate::edi::source::{Cut, Source};
use crate::edi::token::Segment;

use super::binary;
use super::header::{self, Header};
use super::values;

const GE: End = End { level: Level::Group, tag: "GE", of: "the functional group", counts: "transaction set" };
const IEA: End = End { level: Level::Interchange, tag: "IEA", of: "the interchange", counts: "functional group" };

/// Elements of a GS (X12.6).
const GS_ELEMENTS: usize = 8;

/// Between the ISA and the first group a sender may ask a network for a grade of service or a later delivery, and a
/// network may tell of a delivery (X12.5: ISB, ISE, TA3).
const NETWORK_SERVICES: [&str; 3] = ["ISB", "ISE", "TA3"];

/// An interchange that is open.
pub(crate) struct Envelope {
    pub(super) head: Arc<InterchangeHead>,
    pub(super) group: Option<OpenGroup>,
    pub(super) encoding: Encoding,
    groups: u64,
    acknowledgements: u64,
    group_numbers: ControlNumbers,
    pub(super) intake: Intake,
    /// Pieces that were made but not given yet: at most two ends, or a finding and what it is about.
    ready: VecDeque<Piece>,
    closed: bool,
}

/// Segments that belong to the envelope.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceTag {
    Ta1,
    Gs,
    St,
    Se,
    Ge,
    Iea,
}

impl ServiceTag {
    /// Whether a segment may be one of the envelope, or one with binary data: a quick look that may say yes too often.
    #[inline]
    pub(super) fn may_be(segment: &[u8]) -> bool {
        let [first, second, rest @ ..] = segment else { return true };
        let third = rest.first().map_or(b' ', u8::to_ascii_uppercase);
        match (first.to_ascii_uppercase(), second.to_ascii_uppercase()) {
            (b'S' | b'G', b'E' | b'T' | b'S') => !third.is_ascii_alphanumeric(),
            (b'I', b'S' | b'E') => third == b'A',
            (b'B', b'I' | b'D') => matches!(third, b'N' | b'S'),
            (b'U', b'N') => matches!(third, b'A' | b'B'),
            _ => false,
        }
    }

    /// The envelope segment that begins here, in upper or lower case, perhaps wrapped or with blanks. Called for every
    /// segment: one look at the first byte sends most of them away.
    pub(super) fn of(segment: &[u8], delimiters: &Delimiters) -> Option<Self> {
        if !matches!(segment.first()?.to_ascii_uppercase(), b'T' | b'G' | b'S' | b'I') {
            return None;
        }
        let mut tag = [0; 3];
        let mut length = 0;
        let is_separator = |byte: u8| byte == delimiters.element || delimiters.wide.is_some() && !byte.is_ascii();
        for byte in segment.iter().filter(|byte| !byte.is_ascii_whitespace()).take_while(|byte| !is_separator(**byte)) {
            *tag.get_mut(length)? = *byte;
            length += 1;
        }
        let tag = tag.get(..length)?;
        [
            (b"TA1".as_slice(), Self::Ta1),
            (b"GS", Self::Gs),
            (b"ST", Self::St),
            (b"SE", Self::Se),
            (b"GE", Self::Ge),
            (b"IEA", Self::Iea),
        ]
        .into_iter()
        .find(|(name, _)| tag.eq_ignore_ascii_case(name))
        .map(|(_, tag)| tag)
    }
}

impl Envelope {
    /// Reads the ISA that stands next in the source.
    pub(crate) fn open<R: Read>(
        source: &mut Source<R>,
        agreed: Option<CharacterSet>,
        before: Vec<Finding>,
    ) -> io::Result<Opened<Self>> {
        let offset = source.offset();
        let bytes = source.look(header::LOOKED_AT)?;
        let Header { mut head, length } = match header::read(bytes, offset, agreed.unwrap_or_default()) {
            Ok(header) => header,
            Err(mut unreadable) => {
                unreadable.findings.splice(0..0, before);
                return Ok(Opened::Unreadable(unreadable));
            }
        };
        source.consume(length);
        head.findings.splice(0..0, before);
        let encoding = Encoding::new(agreed, CharacterSet::Auto, &head.delimiters);
        head.character_set = encoding.set();
        Ok(Opened::Interchange(Box::new(Self {
            intake: Intake::new(head.delimiters, head.place.start),
            encoding,
            head: Arc::new(head),
            group: None,
            groups: 0,
            acknowledgements: 0,
            group_numbers: ControlNumbers::default(),
            ready: VecDeque::new(),
            closed: false,
        })))
    }

    /// Whether what stands next in the source is an ISA that can be read, or could at least be rejected: it has a version
    /// and a control number. `ISA` in the middle of data has none.
    pub(crate) fn may_open<R: Read>(source: &mut Source<R>) -> io::Result<bool> {
        let bytes = source.look(header::LOOKED_AT)?;
        Ok(match header::read(bytes, 0, CharacterSet::Auto) {
            Ok(_) => true,
            Err(head) => is_numbered(&head),
        })
    }

    /// Whether the ISA at the start of `bytes` begins an interchange inside another one, which then did not come to its
    /// end. Elements that are gathered from several segments of the other are none of an ISA.
    pub(crate) fn begins_inside(bytes: &[u8], other: &Delimiters) -> bool {
        let bytes = bytes.get(..header::LOOKED_AT).unwrap_or(bytes);
        match header::read(bytes, 0, CharacterSet::Auto) {
            Ok(Header { head, length }) => {
                let isa = bytes.get(..length.saturating_sub(1)).unwrap_or_default();
                is_numbered(&head) || !isa.contains(&other.terminator)
            }
            Err(head) => is_numbered(&head),
        }
    }

    /// The head of the interchange.
    pub(crate) fn head(&self) -> &Arc<InterchangeHead> {
        &self.head
    }

    /// The next piece; `None` when the interchange is over and the source stands behind it.
    pub(crate) fn next_piece<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
    ) -> Result<Option<Piece>, ReadFault> {
        loop {
            if let Some(piece) = self.ready.pop_front() {
                return Ok(Some(piece));
            }
            if self.closed {
                return Ok(None);
            }
            self.advance(source, limits)?;
        }
    }

    fn advance<R: Read>(&mut self, source: &mut Source<R>, limits: &Limits) -> Result<(), ReadFault> {
        let Some(cut) = self.next_cut(source, limits)? else {
            self.end_by_force(Place::bytes(source.offset(), source.offset()));
            return Ok(());
        };
        let (_, segment, _) = source.parts(cut);
        let tag = ServiceTag::of(segment, &self.head.delimiters);
        if tag == Some(ServiceTag::St) {
            let set = self.read_set(source, limits, cut)?;
            self.ready.push_back(Piece::Set(Box::new(set)));
            return Ok(());
        }
        let (mut table, blanks) = self.intake.take(source, limits, cut)?;
        let foreign = self.encoding.settle_envelope(&mut table, Level::Group);
        let Some(segment) = table.segment(0) else { return Ok(()) };
        let place = Place { segment_position: None, ..segment.place() };
        self.note_form(&segment, tag, place, blanks);
        match tag {
            Some(ServiceTag::Ta1) => self.acknowledgement(&segment, place),
            Some(ServiceTag::Gs) => self.open_group(&segment, place, foreign),
            Some(ServiceTag::Ge) => self.close_group(&segment, place, cut),
            Some(ServiceTag::Iea) => self.close(&segment, place, cut),
            None if self.is_before_groups() && NETWORK_SERVICES.iter().any(|tag| segment.tag().to_upper() == *tag) => {
                self.ready.push_back(Piece::Finding(passed_over(&segment, place)));
            }
            Some(ServiceTag::St | ServiceTag::Se) | None => self.misplaced(&segment, place),
        }
        Ok(())
    }

    /// The next segment, not consumed yet, with all of its binary data. `None` when the file ends or another interchange
    /// begins.
    pub(super) fn next_cut<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
    ) -> Result<Option<Cut>, ReadFault> {
        let Some(cut) = self.intake.next_cut(source, limits)? else { return Ok(None) };
        binary::lengthened(source, &self.head.delimiters, limits, cut).map(Some)
    }

    /// What is to be said of a segment of the envelope whatever it holds.
    fn note_form(&mut self, segment: &Segment<'_>, tag: Option<ServiceTag>, place: Place, blanks: Vec<Finding>) {
        let level = match tag {
            Some(ServiceTag::Ta1 | ServiceTag::Iea) => Level::Interchange,
            Some(ServiceTag::Gs | ServiceTag::Ge) => Level::Group,
            Some(ServiceTag::St | ServiceTag::Se) => Level::Set,
            None => return,
        };
        if segment.tag() != segment.tag().to_upper() {
            self.ready.push_back(Piece::Finding(control::lower_case(segment.tag(), level, place)));
        }
        self.ready.extend(control::at_level(blanks, level).map(Piece::Finding));
    }

    fn is_before_groups(&self) -> bool {
        self.groups == 0
    }

    fn acknowledgement(&mut self, segment: &Segment<'_>, place: Place) {
        let text = |number: usize| segment.element(number).text().into_owned();
        if !self.is_before_groups() {
            let text = "a TA1 stands before the groups";
            let finding = control::misplaced(Severity::Warning, Level::Interchange, place, text.to_owned());
            self.ready.push_back(Piece::Finding(finding));
        }
        self.acknowledgements += 1;
        self.ready.push_back(Piece::Acknowledgement(InterchangeAcknowledgement {
            control_number: text(1),
            date: text(2),
            time: text(3),
            code: text(4),
            note: text(5),
            place,
        }));
    }

    fn open_group(&mut self, segment: &Segment<'_>, place: Place, mut findings: Vec<Finding>) {
        self.end_group(None, vec![], place);
        let text = |number: usize| segment.element(number).text().trim().to_owned();
        let head = Arc::new(GroupHead {
            functional_id: text(1),
            sender: Party { qualifier: String::new(), id: text(2) },
            receiver: Party { qualifier: String::new(), id: text(3) },
            date: text(4),
            time: text(5),
            control_number: text(6),
            agency: text(7),
            version: text(8),
            place,
        });
        findings.extend(values::of_gs(segment));
        findings.extend(control::surplus(segment, GS_ELEMENTS, Level::Group));
        if self.group_numbers.repeats(&head.control_number) {
            findings.push(control::repeated(&head.control_number, Level::Group, "interchange", place));
        }
        self.groups += 1;
        self.group = Some(OpenGroup::new(Arc::clone(&head), findings));
        self.ready.push_back(Piece::Group(head));
    }

    fn close_group(&mut self, segment: &Segment<'_>, place: Place, cut: Cut) {
        if self.group.is_none() {
            self.misplaced(segment, place);
            return;
        }
        let unterminated = (!cut.terminated).then(|| control::unterminated(Severity::Error, Level::Group, place));
        self.end_group(Some(segment), unterminated.into_iter().collect(), place);
    }

    /// Ends the open group, if there is one, with its trailer or without.
    fn end_group(&mut self, trailer: Option<&Segment<'_>>, more: Vec<Finding>, place: Place) {
        if let Some(group) = self.group.take() {
            self.ready.push_back(Piece::GroupEnd(group.end(
                &GE,
                "the functional group holds no transaction sets",
                trailer,
                more,
                place,
            )));
        }
    }

    /// The IEA. Without its terminator it is taken all the same when it is whole: the last byte of a file is often
    /// lost, and then nothing else is.
    fn close(&mut self, segment: &Segment<'_>, place: Place, cut: Cut) {
        self.end_group(None, vec![], place);
        let trailer = control::trailer(segment, place);
        let mut findings = control::check(&IEA, segment, &trailer, self.groups, &self.head.control_number);
        if !cut.terminated {
            // A separator behind the last element does not keep it from being whole.
            let is_whole = worst(&findings) <= Some(Severity::Info);
            let severity = if is_whole { Severity::Warning } else { Severity::Error };
            findings.push(control::unterminated(severity, Level::Interchange, place));
        }
        if self.groups == 0 && self.acknowledgements == 0 {
            let text = "the interchange holds neither a group nor an acknowledgement";
            findings.push(control::empty(Level::Interchange, text, self.head.place));
        }
        self.end(Some(trailer), findings);
    }

    /// The file ended, or another interchange began.
    fn end_by_force(&mut self, place: Place) {
        self.end_group(None, vec![], place);
        self.end(None, vec![control::missing(&IEA, place)]);
    }

    fn end(&mut self, trailer: Option<Trailer>, findings: Vec<Finding>) {
        let head = Arc::clone(&self.head);
        self.ready.push_back(Piece::InterchangeEnd(InterchangeEnd { head, groups: self.groups, trailer, findings }));
        self.closed = true;
    }

    fn misplaced(&mut self, segment: &Segment<'_>, place: Place) {
        let text = format!("the segment {} stands outside of any transaction set", segment.tag());
        let level = if self.group.is_some() { Level::Group } else { Level::Interchange };
        let finding = control::misplaced(Severity::Error, level, place, text)
            .quoting(&segment.character_set().decode(segment.bytes()));
        self.ready.push_back(Piece::Finding(finding));
    }
}

/// A segment that the network in between was to act on, or wrote; to us it says nothing.
fn passed_over(segment: &Segment<'_>, place: Place) -> Finding {
    let text = format!("{} is about a service of a network; it is passed over", segment.tag());
    let finding = Finding::new(Severity::Info, FindingCode::InterchangeService, place, text).about(Level::Interchange);
    finding.quoting(&segment.character_set().decode(segment.bytes()))
}

fn is_numbered(head: &InterchangeHead) -> bool {
    head.version.len() == 5 && is_number(&head.version) && is_number(&head.control_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
