//! Segments into bytes. Separators are written when a value comes behind them, so that what is empty at the end of a
//! segment, an element or a repetition is never there (X12.6, ISO 9735-1: exclusion by truncation).

use std::borrow::Cow;

use crate::edi::charset::CharacterSet;
use crate::edi::delimiter::Delimiters;
use crate::edi::outgoing::OutgoingSegment;
use crate::edi::place::Tag;
use crate::edi::token::{Element, Segment};

use super::characters;
use super::fault::{ValuePlace, WriteFault};
use super::options::{Unsendable, WriteOptions};

/// Writes segment after segment.
pub(super) struct SegmentWriter {
    options: WriteOptions,
    /// Those of the options that the version has.
    delimiters: Delimiters,
    out: Vec<u8>,
    /// The value that is being written.
    place: ValuePlace,
    /// The value that was written last: how many separators stand before it.
    written: Position,
}

/// How values that were read are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Copying {
    /// Byte for byte.
    Bytes,
    /// As text, in the character set of the options.
    Text,
}

/// Element from 0, which is the tag; repetition and component from 1.
#[derive(Clone, Copy)]
struct Position {
    element: usize,
    repetition: usize,
    component: usize,
}

impl SegmentWriter {
    /// A writer with delimiters that were checked.
    pub(super) fn new(options: WriteOptions, delimiters: Delimiters) -> Self {
        let written = Position { element: 0, repetition: 1, component: 1 };
        Self { options, delimiters, out: Vec::new(), place: ValuePlace::default(), written }
    }

    /// What was written since this was asked last.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// How to write.
    pub(super) fn options(&self) -> &WriteOptions {
        &self.options
    }

    /// The delimiters in force.
    pub(super) fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// Says in which set the next segments stand, for faults; the envelope is in none.
    pub(super) fn enter(&mut self, set: Option<&str>) {
        self.place.set = set.map(str::to_owned);
        self.place.segment_position = 0;
    }

    /// Segments since the set was entered.
    pub(super) fn segments(&self) -> u64 {
        self.place.segment_position
    }

    /// Writes bytes as they are: a UNA, an ISA.
    pub(super) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    /// Writes a segment.
    pub(super) fn segment(&mut self, segment: &OutgoingSegment) -> Result<(), WriteFault> {
        self.begin(segment.tag)?;
        for (element, content) in (1..).zip(&segment.elements) {
            for (repetition, components) in (1..).zip(&content.0) {
                for (component, text) in (1..).zip(components).filter(|(_, text)| !text.is_empty()) {
                    self.text(Position { element, repetition, component }, text)?;
                }
            }
        }
        self.end();
        Ok(())
    }

    /// Writes a segment that was read.
    pub(super) fn copied(
        &mut self,
        segment: &Segment<'_>,
        from: &Delimiters,
        copying: Copying,
    ) -> Result<(), WriteFault> {
        self.begin(segment.tag())?;
        let binary = binary_data(segment, from);
        for element in segment.elements().filter(|element| !element.bytes().is_empty()) {
            if Some(element.number()) == binary {
                self.separate(Position { element: element.number() as usize, repetition: 1, component: 1 })?;
                self.out.extend_from_slice(element.bytes());
            } else {
                self.copied_element(&element, from, copying)?;
            }
        }
        self.end();
        Ok(())
    }

    fn copied_element(&mut self, element: &Element<'_>, from: &Delimiters, copying: Copying) -> Result<(), WriteFault> {
        let number = element.number() as usize;
        for repetition in 1..=element.repetition_count() {
            let repeated = element.repetition(repetition);
            for component in 1..=repeated.component_count() {
                let value = repeated.component(component);
                let bytes = from.unreleased(value.bytes());
                let at = Position { element: number, repetition, component };
                match copying {
                    Copying::Bytes => self.value(at, &bytes)?,
                    Copying::Text => self.transcribed(at, &bytes, element.segment().character_set())?,
                }
            }
        }
        Ok(())
    }

    fn begin(&mut self, tag: Tag) -> Result<(), WriteFault> {
        let text = tag.as_str();
        if text.is_empty() || text.bytes().any(|byte| self.delimiters.contains(byte)) {
            return Err(WriteFault::Tag { tag });
        }
        self.out.extend_from_slice(text.as_bytes());
        self.place.tag = tag;
        self.place.segment_position += 1;
        self.written = Position { element: 0, repetition: 1, component: 1 };
        Ok(())
    }

    /// Ends a segment.
    pub(super) fn end(&mut self) {
        self.out.push(self.delimiters.terminator);
        self.out.extend_from_slice(self.options.suffix.bytes());
    }

    fn text(&mut self, at: Position, text: &str) -> Result<(), WriteFault> {
        let bytes = self.encode(at, text)?;
        self.value(at, &bytes)
    }

    /// Writes in the set of the options what was sent in another.
    fn transcribed(&mut self, at: Position, bytes: &[u8], from: CharacterSet) -> Result<(), WriteFault> {
        let text = from.decode(bytes);
        // What is UTF-8 comes out as it went in: there, the character was sent.
        let is_lost = matches!(text, Cow::Owned(_)) && text.contains(char::REPLACEMENT_CHARACTER);
        if !is_lost {
            return self.text(at, &text);
        }
        match self.options.unencodable {
            Unsendable::Replace(other) => self.text(at, &text.replace(char::REPLACEMENT_CHARACTER, &other.to_string())),
            Unsendable::Reject => {
                self.stand(at);
                Err(WriteFault::Undecodable { place: Box::new(self.place.clone()), set: from })
            }
        }
    }

    /// A text as it stands in the ISA, whose places are wide and not parted by what was written before.
    pub(super) fn plain(&mut self, tag: &str, element: usize, text: &str) -> Result<Vec<u8>, WriteFault> {
        self.place.tag = Tag::new(tag.as_bytes());
        let encoded = self.encode(Position { element, repetition: 1, component: 1 }, text)?;
        let mut out = Vec::with_capacity(encoded.len());
        self.release(&encoded, &mut out)?;
        Ok(out)
    }

    /// Encodes a text, but does not release what is in it.
    fn encode<'t>(&mut self, at: Position, text: &'t str) -> Result<Cow<'t, [u8]>, WriteFault> {
        self.stand(at);
        let set = self.options.character_set();
        characters::encode(text, set, self.options.unencodable).map_err(|character| WriteFault::Unencodable {
            place: Box::new(self.place.clone()),
            character,
            set,
        })
    }

    fn stand(&mut self, at: Position) {
        (self.place.element, self.place.repetition, self.place.component) = (at.element, at.repetition, at.component);
    }

    /// Writes a value with the separators that are due before it.
    fn value(&mut self, at: Position, bytes: &[u8]) -> Result<(), WriteFault> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.stand(at);
        self.separate(at)?;
        let mut out = std::mem::take(&mut self.out);
        let written = self.release(bytes, &mut out);
        self.out = out;
        written
    }

    fn separate(&mut self, at: Position) -> Result<(), WriteFault> {
        let mut before = std::mem::replace(&mut self.written, at);
        let put = |out: &mut Vec<u8>, byte: u8, from: usize, to: usize| {
            out.extend(std::iter::repeat_n(byte, to.saturating_sub(from)));
        };
        if at.element > before.element {
            put(&mut self.out, self.delimiters.element, before.element, at.element);
            before = Position { element: at.element, repetition: 1, component: 1 };
        }
        if at.repetition > before.repetition {
            let Some(separator) = self.delimiters.repetition else {
                return Err(WriteFault::NoRepetitions { place: Box::new(self.place.clone()) });
            };
            put(&mut self.out, separator, before.repetition, at.repetition);
            before.component = 1;
        }
        // The delimiters were checked: there is a component separator.
        put(&mut self.out, self.delimiters.component.unwrap_or_default(), before.component, at.component);
        Ok(())
    }

    /// Adds bytes with what is a delimiter released, replaced or refused. A line end is no delimiter, but readers drop
    /// it, so a value cannot hold one either.
    fn release(&self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), WriteFault> {
        let is_dropped = |byte: u8| matches!(byte, b'\r' | b'\n') && self.delimiters.drops_line_ends();
        for byte in bytes.iter().copied() {
            let is_delimiter = self.delimiters.contains(byte);
            match self.delimiters.release {
                _ if !is_delimiter && !is_dropped(byte) => out.push(byte),
                Some(release) if is_delimiter => out.extend_from_slice(&[release, byte]),
                Some(_) | None => out.push(self.replacement(byte)?),
            }
        }
        Ok(())
    }

    fn replacement(&self, separator: u8) -> Result<u8, WriteFault> {
        let usable = |other: char| {
            u8::try_from(other)
                .ok()
                .filter(|byte| (byte.is_ascii_graphic() || *byte == b' ') && !self.delimiters.contains(*byte))
        };
        let replaced = match self.options.separators {
            Unsendable::Replace(other) => usable(other),
            Unsendable::Reject => None,
        };
        replaced.ok_or_else(|| WriteFault::SeparatorInData { place: Box::new(self.place.clone()), separator })
    }
}

/// The element of a BIN or BDS whose bytes mean nothing, by the length that stands before it. A length that is not so
/// was a finding of the reader's, and the data was cut as any other.
fn binary_data(segment: &Segment<'_>, from: &Delimiters) -> Option<u32> {
    let data = match segment.tag().to_upper().as_str() {
        "BIN" => 2,
        "BDS" => 3,
        _ => return None,
    };
    let length: usize = segment.element(data - 1).text().trim().parse().ok()?;
    let element = segment.element(data);
    (from.release.is_none() && element.bytes().len() == length).then_some(element.number())
}
