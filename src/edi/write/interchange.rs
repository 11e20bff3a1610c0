//! An interchange, whole or piece by piece.

use crate::edi::interchange::{Standard, Trailer, TransactionSet};
use crate::edi::outgoing::{
    OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead, OutgoingSegment, OutgoingSet,
};

use super::envelope::{self, Envelope};
use super::fault::WriteFault;
use super::options::WriteOptions;
use super::segment::{Copying, SegmentWriter};

/// The bytes of an interchange.
///
/// # Errors
/// A [`WriteFault`] for the first thing that cannot be written.
pub fn write(interchange: &OutgoingInterchange, options: &WriteOptions) -> Result<Vec<u8>, WriteFault> {
    let mut writer = InterchangeWriter::open(&interchange.head, options)?;
    for acknowledgement in &interchange.acknowledgements {
        writer.acknowledgement(acknowledgement)?;
    }
    for group in &interchange.groups {
        writer.open_group(&group.head)?;
        for set in &group.sets {
            writer.set(set)?;
        }
    }
    for message in &interchange.messages {
        writer.message(message)?;
    }
    writer.close()?;
    Ok(writer.take())
}

/// Writes an interchange piece by piece. After a fault, what was taken from it belongs to no whole interchange.
pub struct InterchangeWriter {
    head: OutgoingInterchangeHead,
    segments: SegmentWriter,
    group: Option<OpenGroup>,
    /// Control number of the transaction set that is open.
    set: Option<String>,
    groups: u64,
    messages: u64,
}

struct OpenGroup {
    control_number: String,
    sets: u64,
}

impl InterchangeWriter {
    /// Begins an interchange.
    ///
    /// # Errors
    /// When the delimiters cannot be used, or the head cannot be written.
    pub fn open(head: &OutgoingInterchangeHead, options: &WriteOptions) -> Result<Self, WriteFault> {
        envelope::needs_number(head.standard, Envelope::Interchange, &head.control_number)?;
        Self::open_as_sent(head, options)
    }

    /// Begins an interchange that was read: what its head lacks is not our fault.
    pub(super) fn open_as_sent(head: &OutgoingInterchangeHead, options: &WriteOptions) -> Result<Self, WriteFault> {
        let options = options.for_syntax(&head.syntax);
        let delimiters = envelope::delimiters(head, &options)?;
        let mut segments = SegmentWriter::new(options, delimiters);
        envelope::head(&mut segments, head)?;
        Ok(Self { head: head.clone(), segments, group: None, set: None, groups: 0, messages: 0 })
    }

    /// The bytes since this was asked last.
    pub fn take(&mut self) -> Vec<u8> {
        self.segments.take()
    }

    /// Adds an acknowledgement of an interchange (TA1). It stands before the groups.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn acknowledgement(&mut self, segment: &OutgoingSegment) -> Result<(), WriteFault> {
        self.segments.enter(None);
        self.segments.segment(segment)
    }

    /// Begins a functional group; one that is open ends.
    ///
    /// # Errors
    /// When its head cannot be written, or messages stand before it.
    pub fn open_group(&mut self, head: &OutgoingGroupHead) -> Result<(), WriteFault> {
        self.close_group()?;
        if self.messages > 0 {
            return Err(WriteFault::SetOutsideGroup);
        }
        envelope::needs_number(self.head.standard, Envelope::Group, &head.control_number)?;
        self.open_group_as_sent(head)
    }

    /// Begins a functional group that was read.
    pub(super) fn open_group_as_sent(&mut self, head: &OutgoingGroupHead) -> Result<(), WriteFault> {
        self.segments.enter(None);
        self.segments.segment(&envelope::group_head(self.head.standard, head))?;
        self.groups += 1;
        self.group = Some(OpenGroup { control_number: head.control_number.clone(), sets: 0 });
        Ok(())
    }

    /// Ends the functional group that is open, if one is.
    ///
    /// # Errors
    /// When its control number cannot be written.
    pub fn close_group(&mut self) -> Result<(), WriteFault> {
        self.close_set()?;
        self.segments.enter(None);
        let Some(group) = self.group.take() else { return Ok(()) };
        self.trailer(Envelope::Group, group.sets, &group.control_number)
    }

    /// Begins a transaction set in the group that is open, or a message of EDIFACT in none. One that is open ends.
    ///
    /// # Errors
    /// When its header or what it has of segments cannot be written, or it may not stand there.
    pub fn open_set(&mut self, set: &OutgoingSet) -> Result<(), WriteFault> {
        self.close_set()?;
        match &mut self.group {
            Some(group) => group.sets += 1,
            None => self.count_message()?,
        }
        self.begin(set)
    }

    /// Adds a segment to the transaction set that is open.
    ///
    /// # Errors
    /// When a value cannot be written.
    pub fn segment(&mut self, segment: &OutgoingSegment) -> Result<(), WriteFault> {
        self.segments.segment(segment)
    }

    /// Ends the transaction set that is open, if one is.
    ///
    /// # Errors
    /// When its control number cannot be written.
    pub fn close_set(&mut self) -> Result<(), WriteFault> {
        let Some(number) = self.set.take() else { return Ok(()) };
        let counted = self.segments.segments() + 1;
        self.trailer(Envelope::Set, counted, &number)
    }

    /// Adds a transaction set to the group that is open.
    ///
    /// # Errors
    /// When a value cannot be written, or no group is open.
    pub fn set(&mut self, set: &OutgoingSet) -> Result<(), WriteFault> {
        match &mut self.group {
            Some(group) => group.sets += 1,
            None => return Err(WriteFault::SetOutsideGroup),
        }
        self.begin(set)?;
        self.close_set()
    }

    /// Adds a message of EDIFACT that stands in no group.
    ///
    /// # Errors
    /// When a value cannot be written, or there are groups.
    pub fn message(&mut self, set: &OutgoingSet) -> Result<(), WriteFault> {
        self.count_message()?;
        self.begin(set)?;
        self.close_set()
    }

    /// ISO 9735-1, clause 7: an interchange holds groups or messages; X12 has groups only.
    fn count_message(&mut self) -> Result<(), WriteFault> {
        if self.groups > 0 || self.head.standard == Standard::X12 {
            return Err(WriteFault::SetOutsideGroup);
        }
        self.messages += 1;
        Ok(())
    }

    fn begin(&mut self, set: &OutgoingSet) -> Result<(), WriteFault> {
        envelope::needs_number(self.head.standard, Envelope::Set, &set.control_number)?;
        self.segments.enter(Some(&set.control_number));
        self.segments.segment(&envelope::set_head(self.head.standard, set))?;
        self.set = Some(set.control_number.clone());
        set.segments.iter().try_for_each(|segment| self.segments.segment(segment))
    }

    /// Ends the interchange, and the group that is open.
    ///
    /// # Errors
    /// When a control number cannot be written.
    pub fn close(&mut self) -> Result<(), WriteFault> {
        self.close_group()?;
        let number = envelope::interchange_number(&self.head);
        self.trailer(Envelope::Interchange, self.groups.max(self.messages), &number)
    }

    /// Adds a transaction set as it was read, header, trailer and all, to whatever is open: its values byte for byte.
    ///
    /// # Errors
    /// When a value cannot be written with these delimiters.
    pub fn copied_set(&mut self, set: &TransactionSet) -> Result<(), WriteFault> {
        self.read_set(set, Copying::Bytes)
    }

    /// Adds a transaction set as it was read, its text in the character set of the options.
    ///
    /// # Errors
    /// When a value cannot be written with these delimiters or in this set, or was sent in none.
    pub(super) fn transcribed_set(&mut self, set: &TransactionSet) -> Result<(), WriteFault> {
        self.read_set(set, Copying::Text)
    }

    fn read_set(&mut self, set: &TransactionSet, copying: Copying) -> Result<(), WriteFault> {
        match &mut self.group {
            Some(group) => group.sets += 1,
            None => self.messages += 1,
        }
        self.segments.enter(Some(&set.control_number));
        set.segments().try_for_each(|segment| self.segments.copied(&segment, set.delimiters(), copying))
    }

    /// Ends the functional group as it was sent: with its own count and number, or without a trailer.
    ///
    /// # Errors
    /// When its control number cannot be written.
    pub(super) fn close_group_as_sent(&mut self, trailer: Option<&Trailer>) -> Result<(), WriteFault> {
        self.group = None;
        self.as_sent(Envelope::Group, trailer)
    }

    /// Ends the interchange as it was sent: with its own count and number, or without a trailer.
    ///
    /// # Errors
    /// When its control number cannot be written.
    pub(super) fn close_as_sent(&mut self, trailer: Option<&Trailer>) -> Result<(), WriteFault> {
        self.as_sent(Envelope::Interchange, trailer)
    }

    fn as_sent(&mut self, ended: Envelope, trailer: Option<&Trailer>) -> Result<(), WriteFault> {
        self.segments.enter(None);
        let Some(Trailer { count, control_number, .. }) = trailer else { return Ok(()) };
        self.segments.segment(&envelope::trailer(self.head.standard, ended, count, control_number))
    }

    fn trailer(&mut self, ended: Envelope, count: u64, control_number: &str) -> Result<(), WriteFault> {
        let trailer = envelope::trailer(self.head.standard, ended, &count.to_string(), control_number);
        self.segments.segment(&trailer)
    }
}
