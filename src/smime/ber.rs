//! A streaming reader of BER (ITU-T X.690), as CMS needs it: definite and indefinite lengths, primitive and
//! constructed strings. It goes forward only, holds one header at a time and never a value it was not asked to keep.
//!
//! Bounds: the depth of values inside one another, the bytes of every value kept, and, when a ceiling is set, the bytes
//! of the whole. A length that reaches past the value around it is refused when it is read, before any content.

use std::io::{self, BufRead};

use super::SmimeError;

/// A tag without the bit that says whether the value is constructed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tag {
    class: u8,
    number: u32,
}

impl Tag {
    pub(crate) const INTEGER: Self = Self::universal(2);
    pub(crate) const BIT_STRING: Self = Self::universal(3);
    pub(crate) const OCTET_STRING: Self = Self::universal(4);
    pub(crate) const OBJECT_IDENTIFIER: Self = Self::universal(6);
    pub(crate) const UTF_8_STRING: Self = Self::universal(12);
    pub(crate) const SEQUENCE: Self = Self::universal(16);
    pub(crate) const SET: Self = Self::universal(17);
    pub(crate) const UTC_TIME: Self = Self::universal(23);
    pub(crate) const GENERALIZED_TIME: Self = Self::universal(24);
    const END_OF_CONTENTS: Self = Self::universal(0);

    const fn universal(number: u32) -> Self {
        Self { class: 0, number }
    }

    pub(crate) const fn context(number: u32) -> Self {
        Self { class: 2, number }
    }
}

/// The identifier and length octets of a value.
#[derive(Clone, Copy, Debug)]
struct Header {
    tag: Tag,
    constructed: bool,
    /// `None` when the length is indefinite.
    length: Option<u64>,
    identifier_octets: usize,
    raw: RawHeader,
}

/// Identifier and length octets as received: at most six and nine.
#[derive(Clone, Copy, Debug, Default)]
struct RawHeader {
    bytes: [u8; 15],
    length: usize,
}

impl RawHeader {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

/// A value that has been entered and not left.
#[derive(Clone, Copy, Debug)]
struct Frame {
    /// Where it ends; `None` while its length is indefinite and its end-of-contents has not been seen.
    end: Option<u64>,
    /// Where the innermost value of definite length around or at it ends: nothing inside may reach further.
    bound: u64,
    /// A primitive string: its content is bytes, not values.
    is_string: bool,
}

/// A string opened by [`BerReader::open_octets`] and read by [`BerReader::octets_ready`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Octets {
    outside: usize,
}

pub(crate) struct BerReader<R> {
    source: R,
    position: u64,
    frames: Vec<Frame>,
    depth: usize,
    ceiling: Ceiling,
    pending: Option<Header>,
    tape: Option<Tape>,
}

#[derive(Clone, Copy)]
struct Ceiling {
    bytes: u64,
    what: &'static str,
}

/// Bytes being kept as they are passed over.
struct Tape {
    bytes: Vec<u8>,
    most: usize,
}

impl<R: BufRead> BerReader<R> {
    /// Reads values from `source`, no more than `depth` inside one another.
    pub(crate) fn new(source: R, depth: usize) -> Self {
        let ceiling = Ceiling { bytes: u64::MAX, what: "bytes" };
        Self { source, position: 0, frames: Vec::new(), depth, ceiling, pending: None, tape: None }
    }

    /// The same reader, refusing to read more than `bytes`.
    pub(crate) fn with_ceiling(mut self, what: &'static str, bytes: usize) -> Self {
        self.ceiling = Ceiling { bytes: bytes as u64, what };
        self
    }

    /// The source from the present place on.
    pub(crate) fn into_source(self) -> R {
        self.source
    }

    /// A fault of the bytes at the present place.
    pub(crate) fn malformed(&self, what: &'static str) -> SmimeError {
        SmimeError::Malformed { what, at: self.position }
    }

    /// The tag of the next value, or `None` where the value entered last (at top level: the source) ends.
    pub(crate) fn peek(&mut self) -> Result<Option<Tag>, SmimeError> {
        if let Some(header) = &self.pending {
            return Ok(Some(header.tag));
        }
        let is_at_end = match self.frames.last() {
            Some(frame) => frame.end == Some(self.position),
            None => self.fill()?.is_empty(),
        };
        if is_at_end {
            return Ok(None);
        }
        let header = self.header()?;
        if header.tag == Tag::END_OF_CONTENTS {
            self.end_of_contents(&header)?;
            return Ok(None);
        }
        self.check_length(&header)?;
        self.pending = Some(header);
        Ok(Some(header.tag))
    }

    /// X.690, section 8.1.5: two zero octets, and only where a length is indefinite.
    fn end_of_contents(&mut self, header: &Header) -> Result<(), SmimeError> {
        let position = self.position;
        if let (Some(frame), [0, 0]) = (self.frames.last_mut(), header.raw.as_slice())
            && frame.end.is_none()
        {
            frame.end = Some(position);
            return Ok(());
        }
        Err(self.malformed("end-of-contents octets where no value of indefinite length ends"))
    }

    fn check_length(&self, header: &Header) -> Result<(), SmimeError> {
        let Some(length) = header.length else {
            // X.690, section 8.1.3.2.
            let fits = header.constructed;
            return fits.then_some(()).ok_or_else(|| self.malformed("a primitive value of indefinite length"));
        };
        if length > self.bound().saturating_sub(self.position) {
            return Err(self.malformed("a value reaches past the end of the one around it"));
        }
        if length > self.ceiling.bytes.saturating_sub(self.position) {
            return Err(self.over_ceiling());
        }
        Ok(())
    }

    fn over_ceiling(&self) -> SmimeError {
        SmimeError::OverLimit { what: self.ceiling.what, limit: self.ceiling.bytes }
    }

    /// Enters the next value, which must be constructed and have this tag.
    pub(crate) fn enter(&mut self, tag: Tag, what: &'static str) -> Result<(), SmimeError> {
        let header = self.take(tag, what)?;
        if !header.constructed {
            return Err(self.malformed(what));
        }
        self.push(&header)
    }

    /// The next value as it stands: its identifier octets, and its content when it is primitive. A constructed value is
    /// entered.
    pub(crate) fn any(&mut self, what: &'static str) -> Result<(Vec<u8>, Option<Vec<u8>>), SmimeError> {
        self.peek()?;
        let Some(header) = self.pending.take() else {
            return Err(self.malformed(what));
        };
        let identifier = header.raw.as_slice().get(..header.identifier_octets).unwrap_or_default().to_vec();
        if header.constructed {
            self.push(&header)?;
            return Ok((identifier, None));
        }
        let content = self.content(&header, what, usize::MAX)?;
        Ok((identifier, Some(content)))
    }

    /// Leaves the value entered last, which must have been read to its end.
    pub(crate) fn leave(&mut self, what: &'static str) -> Result<(), SmimeError> {
        if self.peek()?.is_some() || self.frames.pop().is_none() {
            return Err(self.malformed(what));
        }
        Ok(())
    }

    /// Passes over the next value, whatever it is.
    pub(crate) fn skip(&mut self) -> Result<(), SmimeError> {
        let outside = self.frames.len();
        loop {
            if self.peek()?.is_some() {
                self.skip_or_enter()?;
            } else if self.frames.len() > outside {
                self.frames.pop();
            } else {
                return Err(self.malformed("a value is missing"));
            }
            if self.frames.len() == outside {
                return Ok(());
            }
        }
    }

    fn skip_or_enter(&mut self) -> Result<(), SmimeError> {
        let Some(header) = self.pending.take() else {
            return Err(self.malformed("a value is missing"));
        };
        match header.length {
            _ if header.constructed => self.push(&header),
            Some(length) => self.pass(length),
            None => Err(self.malformed("a primitive value of indefinite length")),
        }
    }

    /// The next value whole, header and end-of-contents included, as it was received.
    pub(crate) fn raw(&mut self, what: &'static str, most: usize) -> Result<Vec<u8>, SmimeError> {
        if self.peek()?.is_none() {
            return Err(self.malformed(what));
        }
        let header = self.pending.map(|header| header.raw).unwrap_or_default();
        self.tape = Some(Tape { bytes: header.as_slice().to_vec(), most });
        let skipped = self.skip();
        let bytes = self.tape.take().map(|tape| tape.bytes).unwrap_or_default();
        skipped.map(|()| bytes)
    }

    /// The content octets of the next value, which must be primitive and have this tag.
    pub(crate) fn primitive(&mut self, tag: Tag, what: &'static str, most: usize) -> Result<Vec<u8>, SmimeError> {
        let header = self.take(tag, what)?;
        self.content(&header, what, most)
    }

    fn content(&mut self, header: &Header, what: &'static str, most: usize) -> Result<Vec<u8>, SmimeError> {
        let length = match header.length {
            Some(length) if !header.constructed && length <= most as u64 => length,
            _ => return Err(self.malformed(what)),
        };
        let mut content = Vec::new();
        let end = self.position.saturating_add(length);
        while self.position < end {
            let wanted = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let piece = self.fill_some()?;
            let piece = piece.get(..wanted).unwrap_or(piece);
            content.extend_from_slice(piece);
            let taken = piece.len();
            self.advance(taken)?;
        }
        Ok(content)
    }

    /// The next value, a string with this tag, primitive or constructed, its segments joined.
    pub(crate) fn octets(&mut self, tag: Tag, what: &'static str, most: usize) -> Result<Vec<u8>, SmimeError> {
        let octets = self.open_octets(tag, what)?;
        let mut content = Vec::new();
        loop {
            let ready = self.octets_ready(&octets)?;
            if ready == 0 {
                return Ok(content);
            }
            if ready > most - content.len() {
                return Err(self.malformed(what));
            }
            content.extend_from_slice(self.octets_slice(ready)?);
            self.advance(ready)?;
        }
    }

    /// Opens the next value, a string with this tag, to be read piece by piece.
    pub(crate) fn open_octets(&mut self, tag: Tag, what: &'static str) -> Result<Octets, SmimeError> {
        let header = self.take(tag, what)?;
        let octets = Octets { outside: self.frames.len() };
        self.push(&header)?;
        Ok(octets)
    }

    /// How many bytes of the string can be had from [`BerReader::octets_slice`]; zero at its end, which it then leaves.
    pub(crate) fn octets_ready(&mut self, octets: &Octets) -> Result<usize, SmimeError> {
        while self.frames.len() > octets.outside {
            match self.frames.last().copied() {
                Some(Frame { is_string: true, end: Some(end), .. }) if end > self.position => {
                    let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
                    return Ok(self.fill_some()?.len().min(left));
                }
                Some(Frame { is_string: true, .. }) => {
                    self.frames.pop();
                }
                // X.690, section 8.7.3.2: the segments of a constructed octet string are octet strings.
                _ if self.peek()?.is_some() => {
                    let header = self.take(Tag::OCTET_STRING, "a string holds something that is no segment of it")?;
                    self.push(&header)?;
                }
                _ => {
                    self.frames.pop();
                }
            }
        }
        Ok(0)
    }

    /// The first `ready` bytes that are waiting; [`BerReader::advance`] passes over them.
    pub(crate) fn octets_slice(&mut self, ready: usize) -> Result<&[u8], SmimeError> {
        let waiting = self.fill()?;
        Ok(waiting.get(..ready).unwrap_or(waiting))
    }

    /// Passes over bytes that were waiting.
    pub(crate) fn advance(&mut self, amount: usize) -> Result<(), SmimeError> {
        if let Some(tape) = &mut self.tape {
            if amount > tape.most.saturating_sub(tape.bytes.len()) {
                let limit = tape.most;
                return Err(SmimeError::over("bytes in one value", limit));
            }
            let waiting = self.source.fill_buf()?;
            tape.bytes.extend_from_slice(waiting.get(..amount).unwrap_or(waiting));
        }
        self.source.consume(amount);
        self.position = self.position.saturating_add(amount as u64);
        Ok(())
    }

    fn pass(&mut self, length: u64) -> Result<(), SmimeError> {
        let end = self.position.saturating_add(length);
        while self.position < end {
            let wanted = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let amount = self.fill_some()?.len().min(wanted);
            self.advance(amount)?;
        }
        Ok(())
    }

    fn take(&mut self, tag: Tag, what: &'static str) -> Result<Header, SmimeError> {
        match self.peek()? {
            Some(next) if next == tag => self.pending.take().ok_or_else(|| self.malformed(what)),
            _ => Err(self.malformed(what)),
        }
    }

    fn push(&mut self, header: &Header) -> Result<(), SmimeError> {
        if self.frames.len() >= self.depth {
            return Err(SmimeError::over("values inside one another", self.depth));
        }
        let end = header.length.map(|length| self.position.saturating_add(length));
        let bound = end.unwrap_or_else(|| self.bound());
        self.frames.push(Frame { end, bound, is_string: !header.constructed });
        Ok(())
    }

    fn bound(&self) -> u64 {
        self.frames.last().map_or(u64::MAX, |frame| frame.bound)
    }

    fn header(&mut self) -> Result<Header, SmimeError> {
        let mut raw = RawHeader::default();
        let first = self.byte(&mut raw)?;
        let number = match u32::from(first & 0x1f) {
            0x1f => self.long_tag_number(&mut raw)?,
            number => number,
        };
        let tag = Tag { class: first >> 6, number };
        let identifier_octets = raw.length;
        let length = self.length(&mut raw)?;
        Ok(Header { tag, constructed: first & 0x20 != 0, length, identifier_octets, raw })
    }

    /// X.690, section 8.1.2.4. CMS has no such tags, but a certificate's extensions may.
    fn long_tag_number(&mut self, raw: &mut RawHeader) -> Result<u32, SmimeError> {
        const MOST_OCTETS: usize = 4;
        let mut number = 0;
        for _ in 0..MOST_OCTETS {
            let octet = self.byte(raw)?;
            number = number << 7 | u32::from(octet & 0x7f);
            if octet & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(self.malformed("a tag number of more than 28 bits"))
    }

    /// X.690, section 8.1.3: short, long or indefinite.
    fn length(&mut self, raw: &mut RawHeader) -> Result<Option<u64>, SmimeError> {
        let first = self.byte(raw)?;
        match first {
            0..=0x7f => Ok(Some(u64::from(first))),
            0x80 => Ok(None),
            0x81..=0x88 => {
                let mut length = 0;
                for _ in 0..first & 0x7f {
                    length = length << 8 | u64::from(self.byte(raw)?);
                }
                Ok(Some(length))
            }
            _ => Err(self.malformed("a length of more than 64 bits")),
        }
    }

    fn byte(&mut self, raw: &mut RawHeader) -> Result<u8, SmimeError> {
        if self.position >= self.bound() {
            return Err(self.malformed("a value is cut off by the end of the one around it"));
        }
        let byte = self.fill_some()?.first().copied().unwrap_or_default();
        raw.push(byte);
        self.advance(1)?;
        Ok(byte)
    }

    /// Bytes that are waiting, at least one.
    fn fill_some(&mut self) -> Result<&[u8], SmimeError> {
        if self.position >= self.ceiling.bytes {
            return Err(self.over_ceiling());
        }
        let at = self.position;
        let waiting = self.fill()?;
        if waiting.is_empty() {
            return Err(SmimeError::Malformed { what: "it ends in the middle", at });
        }
        Ok(waiting)
    }

    /// Bytes that are waiting, none at the end of the source.
    fn fill(&mut self) -> Result<&[u8], SmimeError> {
        loop {
            match self.source.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
                Ok(_) => break,
            }
        }
        Ok(self.source.fill_buf()?)
    }
}
