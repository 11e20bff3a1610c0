//! The reader: one transaction set at a time out of a stream, in bounded memory.

use std::io::{self, Read};
use std::sync::Arc;

use crate::base::{Limits, Severity, agreeing, counted};

use super::charset::CharacterSet;
use super::control::InterchangeNumbers;
use super::fault::ReadFault;
use super::finding::{Finding, FindingCode, Level};
use super::input::ByteOrder;
use super::interchange::{
    GroupEnd, GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Standard, TransactionSet,
    UnreadableInterchange,
};
use super::place::Place;
use super::sniff::{self, Start};
use super::source::Source;
use super::{edifact, x12};

/// Places looked at in one search for the next interchange that look like the head of one and are none. A file that holds
/// more of them is not worth searching further.
const CANDIDATES: usize = 10_000;

/// Bytes that tell what stands in the place of an interchange.
const EXPLAINED: usize = 256;

/// What came of reading the head of an interchange.
pub(crate) enum Opened<E> {
    /// An interchange; the source stands behind its head.
    Interchange(Box<E>),
    /// What can be told of a head that cannot be read; the source still stands before it.
    Unreadable(Box<InterchangeHead>),
}

/// What comes out of a file of EDI, in the order of the wire.
#[derive(Clone, Debug)]
pub enum Piece {
    /// An interchange begins.
    Interchange(Arc<InterchangeHead>),
    /// An acknowledgement of an interchange of ours.
    Acknowledgement(InterchangeAcknowledgement),
    /// A functional group begins.
    Group(Arc<GroupHead>),
    /// A transaction set, whole.
    Set(Box<TransactionSet>),
    /// A functional group ends, or the file does before its trailer came.
    GroupEnd(GroupEnd),
    /// An interchange ends, or the file does before its trailer came.
    InterchangeEnd(InterchangeEnd),
    /// An interchange was passed over because its head cannot be read.
    Unreadable(Box<UnreadableInterchange>),
    /// Something is wrong outside of any transaction set.
    Finding(Finding),
}

/// How to read.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Bounds: `interchange`, `segments`, `segment`, `transaction_set` and `elements` are used.
    pub limits: Limits,
    /// The character set, whatever an interchange says of itself: the agreement's. Left out, EDIFACT is read by its
    /// syntax identifier and X12 as [`CharacterSet::Auto`].
    pub charset: Option<CharacterSet>,
}

/// Reads interchanges out of a stream.
///
/// Memory is bounded by the limits whatever the size of the file: the one transaction set that is being read, and a window
/// as long as the longest segment, or as one with binary data says it is, up to the length of a transaction set.
pub struct Reader<R> {
    source: Source<R>,
    options: ReadOptions,
    state: State,
    numbers: InterchangeNumbers,
    /// What is to be said right behind the head of an interchange.
    about_head: Option<Finding>,
}

enum State {
    /// Nothing was read yet.
    First,
    /// Inside an interchange of X12.
    X12(Box<x12::Envelope>),
    /// Inside an interchange of EDIFACT.
    Edifact(Box<edifact::Envelope>),
    /// Behind an interchange.
    Between,
    /// Nothing more will come.
    Ended,
}

impl<R: Read> Reader<R> {
    /// A reader at the start of a file.
    pub fn new(source: R, options: ReadOptions) -> Self {
        Self {
            source: Source::new(source),
            options,
            state: State::First,
            numbers: InterchangeNumbers::default(),
            about_head: None,
        }
    }

    /// The bounds it holds to.
    pub(crate) fn limits(&self) -> &Limits {
        &self.options.limits
    }

    /// The next piece; `None` at the end of the file, and after a fault.
    ///
    /// # Errors
    /// A [`ReadFault`] when nothing more can be read. What came before it stands, but the interchange it is in has not
    /// come to its end.
    pub fn next_piece(&mut self) -> Result<Option<Piece>, ReadFault> {
        let piece = self.advance();
        if piece.is_err() {
            self.state = State::Ended;
        }
        piece
    }

    fn advance(&mut self) -> Result<Option<Piece>, ReadFault> {
        if let Some(finding) = self.about_head.take() {
            return Ok(Some(Piece::Finding(finding)));
        }
        let piece = match &mut self.state {
            State::X12(envelope) => envelope.next_piece(&mut self.source, &self.options.limits)?,
            State::Edifact(envelope) => envelope.next_piece(&mut self.source, &self.options.limits)?,
            State::First | State::Between => None,
            State::Ended => return Ok(None),
        };
        if piece.is_some() {
            return Ok(piece);
        }
        if !matches!(self.state, State::First) {
            self.state = State::Between;
        }
        let mut findings = Vec::new();
        let mut start = sniff::next_start(&mut self.source).map_err(ReadFault::Io)?;
        findings.extend(self.utf_16());
        if let Start::Leading(count) = start {
            let found = sniff::explain(self.source.look(EXPLAINED).map_err(ReadFault::Io)?);
            let leading = self.leading_bytes(count);
            self.source.consume(count);
            start = sniff::next_start(&mut self.source).map_err(ReadFault::Io)?;
            let Start::Interchange(standard) = start else { return self.refuse(found, leading.place) };
            if !self.may_open(standard).map_err(ReadFault::Io)? {
                return self.refuse(found, leading.place);
            }
            findings.push(leading);
        }
        match start {
            Start::Interchange(standard) => self.open(standard, findings).map(Some).map_err(ReadFault::Io),
            Start::Leading(_) => Ok(None),
            Start::End => self.end(),
            Start::Other(found) => self.refuse(found, self.here(1)),
        }
    }

    /// Whether what stands next is the head of an interchange and not only looks like it.
    fn may_open(&mut self, standard: Standard) -> io::Result<bool> {
        match standard {
            Standard::X12 => x12::Envelope::may_open(&mut self.source),
            Standard::Edifact => edifact::Envelope::may_open(&mut self.source),
        }
    }

    fn open(&mut self, standard: Standard, findings: Vec<Finding>) -> io::Result<Piece> {
        let charset = self.options.charset;
        let head = match standard {
            Standard::X12 => match x12::Envelope::open(&mut self.source, charset, findings)? {
                Opened::Interchange(envelope) => {
                    let head = Arc::clone(envelope.head());
                    self.state = State::X12(envelope);
                    head
                }
                Opened::Unreadable(head) => return self.unreadable(head),
            },
            Standard::Edifact => match edifact::Envelope::open(&mut self.source, charset, findings)? {
                Opened::Interchange(envelope) => {
                    let head = Arc::clone(envelope.head());
                    self.state = State::Edifact(envelope);
                    head
                }
                Opened::Unreadable(head) => return self.unreadable(head),
            },
        };
        self.about_head = self.numbers.note(&head);
        Ok(Piece::Interchange(head))
    }

    fn unreadable(&mut self, head: Box<InterchangeHead>) -> io::Result<Piece> {
        let start = self.source.offset();
        sniff::pass_advice(&mut self.source)?;
        self.seek()?;
        self.state = State::Between;
        let place = Place { tag: head.place.tag, ..Place::bytes(start, self.source.offset()) };
        Ok(Piece::Unreadable(Box::new(UnreadableInterchange { head: Arc::from(head), place })))
    }

    /// Passes over what cannot be read, up to the head of an interchange or the end of the file.
    fn seek(&mut self) -> io::Result<()> {
        for _ in 0..CANDIDATES {
            let found = match sniff::seek(&mut self.source)? {
                Some(standard) => self.may_open(standard)?,
                None => true,
            };
            if found {
                return Ok(());
            }
        }
        while !self.source.peek(1)?.is_empty() {
            self.source.consume(usize::MAX);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<Option<Piece>, ReadFault> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::First => Err(ReadFault::NotEdi { place: self.here(0), found: "it is empty".to_owned() }),
            State::X12(_) | State::Edifact(_) | State::Between | State::Ended => Ok(None),
        }
    }

    /// At the start of a file this is no EDI; behind an interchange, the interchanges stand, and what is none is a finding.
    fn refuse(&mut self, found: String, place: Place) -> Result<Option<Piece>, ReadFault> {
        if matches!(self.state, State::First) {
            return Err(ReadFault::NotEdi { place, found });
        }
        let start = place.start;
        self.seek().map_err(ReadFault::Io)?;
        let place = Place::bytes(start, self.source.offset());
        let text = match self.source.peek(1).map_err(ReadFault::Io)? {
            [] => format!("what follows the last interchange is no interchange: {found}"),
            _ => format!("what stands between two interchanges belongs to neither: {found}"),
        };
        let finding = Finding::new(Severity::Error, FindingCode::TrailingBytes, place, text).about(Level::File);
        Ok(Some(Piece::Finding(finding)))
    }

    /// Says once that the file is in UTF-16.
    fn utf_16(&self) -> Option<Finding> {
        let order = self.source.utf_16().filter(|_| matches!(self.state, State::First))?;
        let order = match order {
            ByteOrder::Little => "low byte first",
            ByteOrder::Big => "high byte first",
        };
        let text = format!("the file is in UTF-16, {order}; bytes are counted as if it were in UTF-8");
        let place = Place::bytes(0, 0);
        Some(Finding::new(Severity::Info, FindingCode::WideCharacters, place, text).about(Level::File))
    }

    fn leading_bytes(&self, count: usize) -> Finding {
        let (bytes, belong) = (counted(count, "byte"), agreeing(count, "belongs", "belong"));
        let text = format!("{bytes} before the interchange {belong} to nothing");
        let place = self.here(count);
        Finding::new(Severity::Warning, FindingCode::LeadingBytes, place, text).about(Level::File)
    }

    fn here(&self, length: usize) -> Place {
        Place::bytes(self.source.offset(), self.source.offset() + length as u64)
    }
}
