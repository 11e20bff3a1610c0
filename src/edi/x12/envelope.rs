//! Groups, sets and trailers between ISA and IEA.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::charset;
use crate::edi::delimiter::Delimiters;
use crate::edi::fault::{Bound, ReadFault};
use crate::edi::finding::{Finding, FindingCode};
use crate::edi::interchange::{
    GroupEnd, GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Party, Trailer,
};
use crate::edi::place::{Place, Tag};
use crate::edi::read::Piece;
use crate::edi::source::{Cut, Data, Next, Source};
use crate::edi::table::{SegmentTable, TableSize};
use crate::edi::token::Segment;

use super::binary;
use super::control::{self, ControlNumbers};
use super::header::{self, Header};

/// An interchange that is open.
pub(crate) struct Envelope {
    pub(super) head: Arc<InterchangeHead>,
    pub(super) group: Option<OpenGroup>,
    groups: u64,
    acknowledgements: u64,
    group_numbers: ControlNumbers,
    /// Segments so far; the header is one.
    segments: u64,
    /// Room that the last set took.
    pub(super) usual_size: TableSize,
    /// Pieces that were made but not given yet: at most two ends, or a finding and what it is about.
    ready: VecDeque<Piece>,
    closed: bool,
}

/// A functional group that is open.
pub(super) struct OpenGroup {
    pub(super) head: Arc<GroupHead>,
    pub(super) sets: u64,
    pub(super) set_numbers: ControlNumbers,
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

    /// The envelope segment that begins here, in upper or lower case, perhaps wrapped
    /// or with blanks. Called for every segment: one
    /// look at the first byte sends most of them away.
    pub(super) fn of(segment: &[u8], delimiters: &Delimiters) -> Option<Self> {
        if !matches!(segment.first()?.to_ascii_uppercase(), b'T' | b'G' | b'S' | b'I') {
            return None;
        }
        let mut tag = [0; 3];
        let mut length = 0;
        let is_passed = |byte: u8| matches!(byte, b'\r' | b'\n' | b' ');
        let is_separator = |byte: u8| byte == delimiters.element || delimiters.wide.is_some() && !byte.is_ascii();
        for byte in segment.iter().filter(|byte| !is_passed(**byte)).take_while(|byte| !is_separator(**byte)) {
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

/// What came of reading an ISA.
pub(crate) enum Opened {
    /// An interchange; the source stands behind its ISA.
    Interchange(Box<Envelope>),
    /// What can be told of an ISA that cannot be read; the source still stands before it.
    Unreadable(Box<InterchangeHead>),
}

impl Envelope {
    /// Reads the ISA that stands next in the source.
    pub(crate) fn open<R: Read>(source: &mut Source<R>, before: Vec<Finding>) -> io::Result<Opened> {
        let offset = source.offset();
        let bytes = source.peek(header::LOOKED_AT)?;
        let Header { mut head, length } = match header::read(bytes, offset) {
            Ok(header) => header,
            Err(mut unreadable) => {
                unreadable.findings.splice(0..0, before);
                return Ok(Opened::Unreadable(unreadable));
            }
        };
        source.consume(length);
        head.findings.splice(0..0, before);
        Ok(Opened::Interchange(Box::new(Self {
            head: Arc::new(head),
            group: None,
            groups: 0,
            acknowledgements: 0,
            group_numbers: ControlNumbers::default(),
            segments: 1,
            usual_size: TableSize::default(),
            ready: VecDeque::new(),
            closed: false,
        })))
    }

    /// Whether what stands next in the source is an ISA that can be read, or could at least be rejected: it has a version
    /// and a control number. `ISA` in the middle of data has none.
    pub(crate) fn may_open<R: Read>(source: &mut Source<R>) -> io::Result<bool> {
        let bytes = source.peek(header::LOOKED_AT)?;
        Ok(match header::read(bytes, 0) {
            Ok(_) => true,
            Err(head) => head.version.len() == 5 && is_number(&head.version) && is_number(&head.control_number),
        })
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
        let table = self.take(source, limits, cut)?;
        let Some(segment) = table.segment(0) else { return Ok(()) };
        let place = Place { segment_position: None, ..segment.place() };
        self.note_case(&segment, tag, place);
        match tag {
            Some(ServiceTag::Ta1) => self.acknowledgement(&segment, place),
            Some(ServiceTag::Gs) => self.open_group(&segment, place),
            Some(ServiceTag::Ge) => self.close_group(&segment, place, cut),
            Some(ServiceTag::Iea) => self.close(&segment, place, cut),
            Some(ServiceTag::St | ServiceTag::Se) | None => self.misplaced(&segment, place),
        }
        Ok(())
    }

    /// The next segment that is not empty, not consumed yet. `None` when the file ends or another interchange begins.
    pub(super) fn next_cut<R: Read>(
        &mut self,
        source: &mut Source<R>,
        limits: &Limits,
    ) -> Result<Option<Cut>, ReadFault> {
        let Next::Segment(cut) = source.next_segment(&self.head.delimiters, limits.segment)? else { return Ok(None) };
        let cut = binary::lengthened(source, &self.head.delimiters, limits.segment, cut)?;
        let start = self.head.place.start;
        let end = source.offset() + cut.next as u64;
        let place = Place::bytes(source.offset() + cut.filler as u64, source.offset() + cut.end as u64);
        if end - start > limits.interchange {
            return Err(ReadFault::Bound { bound: Bound::Interchange, limit: limits.interchange, place });
        }
        if self.segments >= limits.segments {
            return Err(ReadFault::Bound { bound: Bound::Segments, limit: limits.segments, place });
        }
        Ok(Some(cut))
    }

    /// Takes a segment of the envelope out of the source.
    fn take<R: Read>(&mut self, source: &mut Source<R>, limits: &Limits, cut: Cut) -> Result<SegmentTable, ReadFault> {
        let (filler, segment, terminator) = source.parts(cut);
        let mut table = SegmentTable::new(self.head.delimiters, source.offset() + filler.len() as u64);
        if !segment.is_empty() {
            let added = match cut.data {
                Data::From(data) => table.push_binary(segment, data, terminator),
                Data::None | Data::WrongLength => table.push_segment(segment, terminator),
            };
            check_elements(&table, added.elements, limits)?;
            self.segments += 1;
        }
        source.consume(cut.next);
        Ok(table)
    }

    /// Segments so far, the header counted.
    pub(super) fn segments(&self) -> u64 {
        self.segments
    }

    pub(super) fn count_segments(&mut self, more: u64) {
        self.segments += more;
    }

    fn note_case(&mut self, segment: &Segment<'_>, tag: Option<ServiceTag>, place: Place) {
        if tag.is_some() && segment.tag() != segment.tag().to_upper() {
            self.ready.push_back(Piece::Finding(lower_case(segment.tag(), place)));
        }
    }

    fn acknowledgement(&mut self, segment: &Segment<'_>, place: Place) {
        let text = |number: usize| segment.element(number).text().into_owned();
        if self.groups > 0 || self.group.is_some() {
            let text = "a TA1 stands before the groups";
            self.ready.push_back(Piece::Finding(misplaced(Severity::Warning, place, text.to_owned())));
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

    fn open_group(&mut self, segment: &Segment<'_>, place: Place) {
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
        if self.group_numbers.repeats(&head.control_number) {
            let finding = control::repeated(&head.control_number, "interchange", place);
            self.ready.push_back(Piece::Finding(finding));
        }
        self.groups += 1;
        self.group = Some(OpenGroup { head: Arc::clone(&head), sets: 0, set_numbers: ControlNumbers::default() });
        self.ready.push_back(Piece::Group(head));
    }

    fn close_group(&mut self, segment: &Segment<'_>, place: Place, cut: Cut) {
        if self.group.is_none() {
            self.misplaced(segment, place);
            return;
        }
        let unterminated = (!cut.terminated).then(|| unterminated(Severity::Error, place));
        self.end_group(Some(segment), unterminated.into_iter().collect(), place);
    }

    /// Ends the open group, if there is one, with its trailer or without.
    fn end_group(&mut self, trailer: Option<&Segment<'_>>, mut findings: Vec<Finding>, place: Place) {
        let Some(group) = self.group.take() else { return };
        let trailer = match trailer {
            Some(segment) => {
                let trailer = control::trailer(segment, place);
                let number = &group.head.control_number;
                findings.extend(control::check(segment, &trailer, group.sets, "transaction sets", number));
                Some(trailer)
            }
            None => {
                findings.push(control::missing("GE", "the functional group", place));
                None
            }
        };
        if group.sets == 0 {
            findings.push(empty("the functional group holds no transaction set", group.head.place));
        }
        self.ready.push_back(Piece::GroupEnd(GroupEnd { head: group.head, sets: group.sets, trailer, findings }));
    }

    /// The IEA. Without its terminator it is taken all the same when it is whole: the last byte of a file is often
    /// lost, and then nothing else is.
    fn close(&mut self, segment: &Segment<'_>, place: Place, cut: Cut) {
        self.end_group(None, vec![], place);
        let trailer = control::trailer(segment, place);
        let mut findings =
            control::check(segment, &trailer, self.groups, "functional groups", &self.head.control_number);
        if !cut.terminated {
            let is_whole = findings.is_empty();
            let severity = if is_whole { Severity::Warning } else { Severity::Error };
            findings.push(unterminated(severity, place));
        }
        if self.groups == 0 && self.acknowledgements == 0 {
            findings.push(empty("the interchange holds neither a group nor an acknowledgement", self.head.place));
        }
        self.end(Some(trailer), findings);
    }

    /// The file ended, or another interchange began.
    fn end_by_force(&mut self, place: Place) {
        self.end_group(None, vec![], place);
        self.end(None, vec![control::missing("IEA", "the interchange", place)]);
    }

    fn end(&mut self, trailer: Option<Trailer>, findings: Vec<Finding>) {
        let head = Arc::clone(&self.head);
        self.ready.push_back(Piece::InterchangeEnd(InterchangeEnd { head, groups: self.groups, trailer, findings }));
        self.closed = true;
    }

    fn misplaced(&mut self, segment: &Segment<'_>, place: Place) {
        let text = format!("the segment {} stands outside of any transaction set", segment.tag());
        let finding = misplaced(Severity::Error, place, text).quoting(&charset::decode(segment.bytes()));
        self.ready.push_back(Piece::Finding(finding));
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A segment with more elements than the limit ends the reading: its delimiters are not what they seem.
pub(super) fn check_elements(table: &SegmentTable, elements: usize, limits: &Limits) -> Result<(), ReadFault> {
    if elements <= limits.elements {
        return Ok(());
    }
    let place = table.last().map(|segment| segment.place()).unwrap_or_default();
    Err(ReadFault::Bound { bound: Bound::Elements, limit: limits.elements as u64, place })
}

pub(super) fn lower_case(tag: Tag, place: Place) -> Finding {
    let text = format!("the tag '{tag}' is not in upper case");
    Finding::new(Severity::Warning, FindingCode::LowerCaseTag, place, text).expecting(tag.to_upper().as_str())
}

pub(super) fn misplaced(severity: Severity, place: Place, text: String) -> Finding {
    Finding::new(severity, FindingCode::MisplacedEnvelope, place, text)
}

pub(super) fn unterminated(severity: Severity, place: Place) -> Finding {
    let tag = place.tag.unwrap_or_default();
    let text = format!("the file ends in {tag}, before a terminator");
    Finding::new(severity, FindingCode::TerminatorMissing, place, text)
}

fn empty(text: &str, place: Place) -> Finding {
    Finding::new(Severity::Warning, FindingCode::EmptyEnvelope, place, text)
}
