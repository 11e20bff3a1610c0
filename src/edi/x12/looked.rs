//! The bytes of an ISA, with one byte in the place of each delimiter that takes more.

use std::borrow::Cow;

use crate::edi::delimiter::{Delimiters, WideDelimiters};
use crate::edi::place::{Place, Tag};
use crate::edi::wide::{self, StandIn};

/// Delimiters that an ISA tells: as many stand-ins there may be.
const DELIMITERS: usize = 4;

/// Bytes at the start of an interchange.
pub(super) struct Looked<'b> {
    pub(super) bytes: Cow<'b, [u8]>,
    stand_ins: Vec<StandIn>,
    /// Where each byte and the end stand in the file's bytes; empty when they stand where they stood.
    positions: Vec<usize>,
}

impl<'b> Looked<'b> {
    /// The bytes as they are.
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes: Cow::Borrowed(bytes), stand_ins: Vec::new(), positions: Vec::new() }
    }

    /// The same bytes, in which a byte stands for `character`, and for those before it. As they were when no byte is free.
    pub(super) fn standing_in(self, bytes: &[u8], character: char) -> Result<Self, Self> {
        let free = wide::stand_in(bytes, &self.stand_ins).filter(|_| self.stand_ins.len() < DELIMITERS);
        let Some(byte) = free else { return Err(self) };
        let mut stand_ins = self.stand_ins;
        stand_ins.push(StandIn { character, byte });
        let all: Vec<Option<StandIn>> = stand_ins.iter().copied().map(Some).collect();
        let (mut plain, mut positions, mut at) = (Vec::new(), Vec::new(), 0);
        while let Some((byte, length)) = bytes.get(at..).and_then(|rest| wide::first(rest, &all)) {
            plain.push(byte);
            positions.push(at);
            at += length;
        }
        positions.push(at);
        Ok(Self { bytes: Cow::Owned(plain), stand_ins, positions })
    }

    /// What was sent for the delimiters that are stand-ins.
    pub(super) fn wide(&self, delimiters: &Delimiters) -> Option<WideDelimiters> {
        let sent = |byte: Option<u8>| {
            self.stand_ins.iter().find(|stand_in| Some(stand_in.byte) == byte).map(|stand_in| stand_in.character)
        };
        let wide = WideDelimiters {
            element: sent(Some(delimiters.element)),
            component: sent(delimiters.component),
            repetition: sent(delimiters.repetition),
            terminator: sent(Some(delimiters.terminator)),
        };
        (wide != WideDelimiters::default()).then_some(wide)
    }

    /// Where a byte stands in the bytes of the file.
    pub(super) fn position(&self, at: usize) -> usize {
        self.positions.get(at).copied().unwrap_or(at)
    }

    /// The place of some bytes, those at 0 standing at `offset` of the file.
    pub(super) fn place(&self, offset: u64, start: usize, end: usize) -> Place {
        Place {
            start: offset + self.position(start) as u64,
            end: offset + self.position(end) as u64,
            tag: Some(Tag::new(b"ISA")),
            ..Place::default()
        }
    }
}
