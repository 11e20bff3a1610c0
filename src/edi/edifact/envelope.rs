//! Groups, messages and trailers between UNB and UNZ.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::Arc;

use crate::base::{Limits, Severity};
use crate::edi::charset::CharacterSet;
use crate::edi::control::{self, ControlNumbers, End};
use crate::edi::encoding::Encoding;
use crate::edi::fault::ReadFault;
use crate::edi::finding::{Finding, FindingCode, Level, worst};
use crate::edi::group::OpenGroup;
use crate::edi::intake::Intake;
use crate::edi::interchange::{GroupHead, InterchangeEnd, InterchangeHead, Party, Trailer};
use crate::edi::place::Place;
use crate::edi::read::{Opened, Piece};
use crate::edi::source::{Cut, Source};
use crate::edi::token::{Element, Segment};

use super::header::{self, Header, component_text};

const UNE: End = End { level: Level::Group, tag: "UNE", of: "the functional group", counts: "message" };
const UNZ_OF_GROUPS: End =
    End { level: Level::Interchange, tag: "UNZ", of: "the interchange", counts: "functional group" };
const UNZ_OF_MESSAGES: End = End { counts: "message", ..UNZ_OF_GROUPS };

/// Elements of a UNG (ISO 9735-1).
const UNG_ELEMENTS: usize = 8;

/// An interchange that is open.
pub(crate) struct Envelope {
    pub(super) head: Arc<InterchangeHead>,
    pub(super) group: Option<OpenGroup>,
    groups: u64,
    /// Messages that stand in no group.
    pub(super) loose: u64,
    group_numbers: ControlNumbers,
    pub(super) message_numbers: ControlNumbers,
    pub(super) intake: Intake,
    pub(super) encoding: Encoding,
    /// Pieces that were made but not given yet: at most two ends, or a finding and what it is about.
    ready: VecDeque<Piece>,
    closed: bool,
}

/// Segments that belong to the envelope. UNA and UNB begin another interchange; the source knows them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ServiceTag {
    Ung,
    Unh,
    Unt,
    Une,
    Unz,
}

impl ServiceTag {
    /// Whether a segment may be one of the envelope, or the header of another interchange: a quick look that may say yes
    /// too often.
    pub(super) fn may_be(segment: &[u8]) -> bool {
        match segment {
            [first, second, ..] => {
                matches!((first.to_ascii_uppercase(), second.to_ascii_uppercase()), (b'U', b'N') | (b'I', b'S'))
            }
            _ => true,
        }
    }

    /// The envelope segment that begins here, in upper or lower case, perhaps wrapped or with blanks. Called for every
    /// segment: one look at the first byte sends most of them away.
    pub(super) fn of(segment: &[u8], separator: u8) -> Option<Self> {
        if !matches!(segment.first()?, b'U' | b'u') {
            return None;
        }
        let mut bytes = segment.iter().filter(|byte| !byte.is_ascii_whitespace());
        let tag = [bytes.next()?, bytes.next()?, bytes.next()?].map(u8::to_ascii_uppercase);
        if bytes.next().is_some_and(|byte| *byte != separator) {
            return None;
        }
        match &tag {
            b"UNG" => Some(Self::Ung),
            b"UNH" => Some(Self::Unh),
            b"UNT" => Some(Self::Unt),
            b"UNE" => Some(Self::Une),
            b"UNZ" => Some(Self::Unz),
            _ => None,
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Ung | Self::Une => Level::Group,
            Self::Unh | Self::Unt => Level::Set,
            Self::Unz => Level::Interchange,
        }
    }
}

impl Envelope {
    /// Reads the UNA and UNB that stand next in the source.
    pub(crate) fn open<R: Read>(
        source: &mut Source<R>,
        agreed: Option<CharacterSet>,
        before: Vec<Finding>,
    ) -> io::Result<Opened<Self>> {
        let offset = source.offset();
        let bytes = source.look(header::LOOKED_AT)?;
        let Header { mut head, encoding, length } = match header::read(bytes, offset, agreed) {
            Ok(header) => header,
            Err(mut unreadable) => {
                unreadable.findings.splice(0..0, before);
                return Ok(Opened::Unreadable(unreadable));
            }
        };
        source.consume(length);
        head.findings.splice(0..0, before);
        Ok(Opened::Interchange(Box::new(Self {
            intake: Intake::new(head.delimiters, head.place.start),
            encoding,
            head: Arc::new(head),
            group: None,
            groups: 0,
            loose: 0,
            group_numbers: ControlNumbers::default(),
            message_numbers: ControlNumbers::default(),
            ready: VecDeque::new(),
            closed: false,
        })))
    }

    /// Whether what stands next in the source is a UNB that can be read, or could at least be rejected: it has a control
    /// reference.
    pub(crate) fn may_open<R: Read>(source: &mut Source<R>) -> io::Result<bool> {
        let bytes = source.look(header::LOOKED_AT)?;
        Ok(match header::read(bytes, 0, None) {
            Ok(_) => true,
            Err(head) => !head.control_number.is_empty(),
        })
    }

    /// Whether the UNA or UNB at the start of `bytes` begins an interchange inside another one, which then did not come to
    /// its end.
    pub(crate) fn begins_inside(bytes: &[u8]) -> bool {
        let head = header::read(bytes, 0, None).map_or_else(|head| *head, |header| header.head);
        !head.syntax.is_empty() && !head.control_number.is_empty()
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
        let Some(cut) = self.intake.next_cut(source, limits)? else {
            self.end_by_force(Place::bytes(source.offset(), source.offset()));
            return Ok(());
        };
        let (_, segment, _) = source.parts(cut);
        let tag = ServiceTag::of(segment, self.head.delimiters.element);
        if tag == Some(ServiceTag::Unh) {
            let message = self.read_message(source, limits, cut)?;
            self.ready.push_back(Piece::Set(Box::new(message)));
            return Ok(());
        }
        let (mut table, blanks) = self.intake.take(source, limits, cut)?;
        let foreign = self.encoding.settle_envelope(&mut table, Level::Group);
        let Some(segment) = table.segment(0) else { return Ok(()) };
        let place = Place { segment_position: None, ..segment.place() };
        if let Some(level) = tag.map(ServiceTag::level) {
            let is_lower = segment.tag() != segment.tag().to_upper();
            let lower = is_lower.then(|| control::lower_case(segment.tag(), level, place));
            self.ready.extend(lower.into_iter().chain(control::at_level(blanks, level)).map(Piece::Finding));
        }
        match tag {
            Some(ServiceTag::Ung) => self.open_group(&segment, place, foreign),
            Some(ServiceTag::Une) => self.close_group(&segment, place, cut),
            Some(ServiceTag::Unz) => self.close(&segment, place, cut),
            Some(ServiceTag::Unh | ServiceTag::Unt) | None => self.misplaced(&segment, place),
        }
        Ok(())
    }

    fn open_group(&mut self, segment: &Segment<'_>, place: Place, mut findings: Vec<Finding>) {
        self.end_group(None, vec![], place);
        let text = |number: usize, component: usize| component_text(&segment.element(number), component);
        let party = |number: usize| Party { id: text(number, 1), qualifier: text(number, 2) };
        let head = Arc::new(GroupHead {
            functional_id: text(1, 1),
            sender: party(2),
            receiver: party(3),
            date: text(4, 1),
            time: text(4, 2),
            control_number: text(5, 1),
            agency: text(6, 1),
            version: release(&segment.element(7), 1),
            place,
        });
        if self.group_numbers.repeats(&head.control_number) {
            findings.push(control::repeated(&head.control_number, Level::Group, "interchange", place));
        }
        findings.extend(control::surplus(segment, UNG_ELEMENTS, Level::Group));
        if self.loose > 0 {
            findings.push(mixed("the group comes behind messages that stand in none", Level::Group, place));
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
                &UNE,
                "the functional group holds no messages",
                trailer,
                more,
                place,
            )));
        }
    }

    /// What the UNZ counts (0036): groups, or messages when there are none.
    fn counted(&self) -> u64 {
        self.groups + self.loose
    }

    fn unz(&self) -> &'static End {
        if self.groups > 0 { &UNZ_OF_GROUPS } else { &UNZ_OF_MESSAGES }
    }

    /// The UNZ. Without its terminator it is taken all the same when it is whole: the last byte of a file is often
    /// lost, and then nothing else is.
    fn close(&mut self, segment: &Segment<'_>, place: Place, cut: Cut) {
        self.end_group(None, vec![], place);
        let trailer = control::trailer(segment, place);
        let mut findings = control::check(self.unz(), segment, &trailer, self.counted(), &self.head.control_number);
        if !cut.terminated {
            // A separator behind the last element does not keep it from being whole.
            let is_whole = worst(&findings) <= Some(Severity::Info);
            let severity = if is_whole { Severity::Warning } else { Severity::Error };
            findings.push(control::unterminated(severity, Level::Interchange, place));
        }
        if self.counted() == 0 {
            let text = "the interchange holds neither a group nor a message";
            findings.push(control::empty(Level::Interchange, text, self.head.place));
        }
        self.end(Some(trailer), findings);
    }

    /// The file ended, or another interchange began.
    fn end_by_force(&mut self, place: Place) {
        self.end_group(None, vec![], place);
        self.end(None, vec![control::missing(self.unz(), place)]);
    }

    fn end(&mut self, trailer: Option<Trailer>, findings: Vec<Finding>) {
        let head = Arc::clone(&self.head);
        let groups = self.counted();
        self.ready.push_back(Piece::InterchangeEnd(InterchangeEnd { head, groups, trailer, findings }));
        self.closed = true;
    }

    fn misplaced(&mut self, segment: &Segment<'_>, place: Place) {
        let text = format!("the segment {} stands outside of any message", segment.tag());
        let level = if self.group.is_some() { Level::Group } else { Level::Interchange };
        let finding = control::misplaced(Severity::Error, level, place, text);
        self.ready.push_back(Piece::Finding(finding.quoting(&segment.character_set().decode(segment.bytes()))));
    }

    /// Takes note of a message that was read; what is wrong with where it stands.
    pub(super) fn count_message(&mut self, number: &str, place: Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        match &mut self.group {
            Some(group) => findings.extend(group.count(number, place)),
            None => {
                self.loose += 1;
                if self.groups > 0 {
                    findings.push(mixed("the message stands in no group, others do", Level::Set, place));
                }
                if self.message_numbers.repeats(number) {
                    findings.push(control::repeated(number, Level::Set, "interchange", place));
                }
            }
        }
        findings
    }
}

/// An interchange holds groups or messages, never both (ISO 9735-1, 7.1).
fn mixed(text: &'static str, level: Level, place: Place) -> Finding {
    Finding::new(Severity::Error, FindingCode::GroupsAndMessages, place, text).about(level)
}

/// Version and release number as one word, from component `first` on: `D.96A`.
pub(super) fn release(element: &Element<'_>, first: usize) -> String {
    let [version, release] = [first, first + 1].map(|component| component_text(element, component));
    if release.is_empty() { version } else { format!("{version}.{release}") }
}
