//! A file in parts: each interchange, group or transaction set as a file of its own.

use std::sync::Arc;

use crate::edi::interchange::{GroupHead, InterchangeAcknowledgement, InterchangeHead, Standard, TransactionSet};
use crate::edi::outgoing::{OutgoingGroupHead, OutgoingSegment};
use crate::edi::read::Piece;

use super::fault::WriteFault;
use super::interchange::InterchangeWriter;
use super::rewrite::RewriteOptions;

/// Into what a file is parted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SplitBy {
    /// Interchanges.
    Interchange,
    /// Functional groups; messages of EDIFACT that stand in none are parts of their own.
    Group,
    /// Transaction sets.
    Set,
}

/// A part of a file, by what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SplitPart {
    /// Its place among the parts, from 1.
    pub number: u32,
    /// The family of rules.
    pub standard: Standard,
    /// Control number of its interchange.
    pub interchange: String,
    /// Control number of its functional group, where it is one or in one.
    pub group: Option<String>,
    /// What the set is and its control number, where it is one.
    pub set: Option<(String, String)>,
}

impl SplitPart {
    /// A name for a file, of letters, digits and hyphens whatever the control numbers hold, and unlike that of any
    /// other part.
    pub fn file_name(&self) -> String {
        let set = self.set.iter().flat_map(|(id, number)| [id, number]);
        let parts = std::iter::once(&self.interchange).chain(&self.group).chain(set);
        let parts: Vec<String> = parts.map(|part| plain(part)).filter(|part| !part.is_empty()).collect();
        format!("{:04}-{}.edi", self.number, parts.join("-"))
    }
}

/// Letters and digits of a text, so many as no control number has more.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).take(35).collect()
}

/// What a [`Splitter`] gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SplitEvent {
    /// A part begins.
    Begin(SplitPart),
    /// Bytes of the part that began last.
    Bytes(Vec<u8>),
    /// The part is whole.
    End,
}

/// Parts what a reader gives. Every part has a whole envelope. What goes into a part whole keeps its counts, right or
/// wrong; envelopes that are made anew, because another part has a copy of them, count what they hold. Control numbers
/// are kept.
pub struct Splitter {
    by: SplitBy,
    options: RewriteOptions,
    parts: u32,
    head: Option<Arc<InterchangeHead>>,
    part: Option<InterchangeWriter>,
    events: Vec<SplitEvent>,
}

impl Splitter {
    /// A splitter at the start of a file.
    pub fn new(by: SplitBy, options: RewriteOptions) -> Self {
        Self { by, options, parts: 0, head: None, part: None, events: Vec::new() }
    }

    /// What comes of a piece.
    ///
    /// # Errors
    /// When something cannot be written so. The part it is in is then given up: its bytes so far make no whole part.
    pub fn take(&mut self, piece: &Piece) -> Result<Vec<SplitEvent>, WriteFault> {
        let taken = self.piece(piece);
        let events = std::mem::take(&mut self.events);
        if taken.is_err() {
            self.part = None;
        }
        taken.map(|()| events)
    }

    fn piece(&mut self, piece: &Piece) -> Result<(), WriteFault> {
        match piece {
            Piece::Interchange(head) => self.interchange(head),
            Piece::Acknowledgement(ta1) => self.acknowledgement(ta1),
            Piece::Group(head) => self.group(head),
            Piece::Set(set) => self.set(set),
            Piece::GroupEnd(end) => match self.by {
                SplitBy::Interchange => self.write(|part| part.close_group_as_sent(end.trailer.as_ref())),
                SplitBy::Group => {
                    self.write(|part| part.close_group_as_sent(end.trailer.as_ref()))?;
                    self.close()
                }
                SplitBy::Set => Ok(()),
            },
            Piece::InterchangeEnd(end) => {
                self.head = None;
                match self.by {
                    SplitBy::Interchange => {
                        self.write(|part| part.close_as_sent(end.trailer.as_ref()))?;
                        self.end();
                        Ok(())
                    }
                    SplitBy::Group | SplitBy::Set => self.close(),
                }
            }
            Piece::Finding(_) | Piece::Unreadable(_) => Ok(()),
        }
    }

    fn interchange(&mut self, head: &Arc<InterchangeHead>) -> Result<(), WriteFault> {
        self.head = Some(Arc::clone(head));
        match self.by {
            SplitBy::Interchange => self.begin(None, None),
            SplitBy::Group | SplitBy::Set => Ok(()),
        }
    }

    /// TA1s are not of any group: where those are parts, they are one together.
    fn acknowledgement(&mut self, ta1: &InterchangeAcknowledgement) -> Result<(), WriteFault> {
        if self.part.is_none() && self.by != SplitBy::Interchange {
            self.begin(None, None)?;
        }
        let segment = OutgoingSegment::new("TA1")
            .with(&ta1.control_number)
            .with(&ta1.date)
            .with(&ta1.time)
            .with(&ta1.code)
            .with(&ta1.note);
        self.write(|part| part.acknowledgement(&segment))
    }

    fn group(&mut self, head: &GroupHead) -> Result<(), WriteFault> {
        match self.by {
            SplitBy::Interchange => {}
            SplitBy::Group => {
                self.close()?;
                self.begin(Some(head), None)?;
            }
            SplitBy::Set => return self.close(),
        }
        self.write(|part| part.open_group_as_sent(&OutgoingGroupHead::from(head)))
    }

    fn set(&mut self, set: &TransactionSet) -> Result<(), WriteFault> {
        let group = set.group.as_deref();
        let is_part = match self.by {
            SplitBy::Interchange => false,
            SplitBy::Group => group.is_none(),
            SplitBy::Set => true,
        };
        if !is_part {
            return self.copied(set);
        }
        self.close()?;
        self.begin(group, Some(set))?;
        if let Some(head) = group {
            self.write(|part| part.open_group_as_sent(&OutgoingGroupHead::from(head)))?;
        }
        self.copied(set)?;
        self.close()
    }

    /// Copies a set into the part that is open: byte for byte, or in the character set that was asked for.
    fn copied(&mut self, set: &TransactionSet) -> Result<(), WriteFault> {
        match self.options.characters {
            None => self.write(|part| part.copied_set(set)),
            Some(_) => self.write(|part| part.transcribed_set(set)),
        }
    }

    fn begin(&mut self, group: Option<&GroupHead>, set: Option<&TransactionSet>) -> Result<(), WriteFault> {
        let Some(head) = self.head.clone() else { return Ok(()) };
        self.parts = self.parts.saturating_add(1);
        self.events.push(SplitEvent::Begin(SplitPart {
            number: self.parts,
            standard: head.standard,
            interchange: head.control_number.clone(),
            group: group.map(|head| head.control_number.clone()),
            set: set.map(|set| (set.id.clone(), set.control_number.clone())),
        }));
        let mut part = InterchangeWriter::open_as_sent(&self.options.head(&head), &self.options.of(&head))?;
        self.events.push(SplitEvent::Bytes(part.take()));
        self.part = Some(part);
        Ok(())
    }

    /// Writes into the part that is open; nothing when it was given up.
    fn write(&mut self, work: impl FnOnce(&mut InterchangeWriter) -> Result<(), WriteFault>) -> Result<(), WriteFault> {
        let Some(part) = &mut self.part else { return Ok(()) };
        work(part)?;
        let bytes = part.take();
        if !bytes.is_empty() {
            self.events.push(SplitEvent::Bytes(bytes));
        }
        Ok(())
    }

    /// Ends the part that is open with trailers of its own.
    fn close(&mut self) -> Result<(), WriteFault> {
        self.write(InterchangeWriter::close)?;
        self.end();
        Ok(())
    }

    fn end(&mut self) {
        if self.part.take().is_some() {
            self.events.push(SplitEvent::End);
        }
    }
}
