//! A window over a stream, cut into segments.

use std::io::{self, Read};

use super::delimiter::Delimiters;
use super::fault::{Bound, ReadFault};
use super::input::{ByteOrder, Input};
use super::interchange::Standard;
use super::place::Place;
use super::sniff;
use super::tape::Tape;

/// Bytes asked of the stream at once. The window grows beyond it only for a longer segment.
const WINDOW: usize = 64 << 10;

/// Bytes scanned at once. The next interchange may have other delimiters, and then scanning begins anew.
const SCANNED: usize = 8 << 10;

/// Bytes that tell whether the header of an interchange is one.
const HEADER: usize = 2048;

/// Reads a stream through a window. What was consumed is gone.
pub(crate) struct Source<R> {
    input: Input<R>,
    window: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
    ended: bool,
    /// Where the delimiters of the interchange stand in the window; none before the first one.
    tape: Option<Tape>,
    /// What was consumed last did not end at a terminator that is on the tape.
    is_stale: bool,
}

/// The next segment in the window, from the first byte that was not consumed.
#[derive(Clone, Copy)]
pub(crate) struct Cut {
    /// Bytes before the segment that mean nothing.
    pub(crate) filler: usize,
    /// Behind the segment's last byte.
    pub(crate) end: usize,
    /// Behind its terminator.
    pub(crate) next: usize,
    /// Whether the terminator was there; only at the end of the file it may be missing.
    pub(crate) terminated: bool,
    /// Whether it holds binary data. Cutting by delimiters alone does not tell.
    pub(crate) data: Data,
}

/// Binary data in a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Data {
    /// There is none.
    None,
    /// From this byte of the segment to its end.
    From(usize),
    /// There should be some, but the length it says is not its length.
    WrongLength,
}

/// What comes next inside an interchange.
pub(crate) enum Next {
    /// A segment.
    Segment(Cut),
    /// The header of another interchange, its delimiters unknown.
    Header,
    /// The end of the file.
    End,
}

impl<R: Read> Source<R> {
    /// The start of a stream.
    pub(crate) fn new(input: R) -> Self {
        Self {
            input: Input::new(input),
            window: Vec::new(),
            start: 0,
            end: 0,
            offset: 0,
            ended: false,
            tape: None,
            is_stale: false,
        }
    }

    /// Offset in the file of the first byte that was not consumed.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// The order of the bytes, if the file is in UTF-16.
    pub(crate) fn utf_16(&self) -> Option<ByteOrder> {
        self.input.utf_16()
    }

    /// What the window holds from there on.
    pub(crate) fn available(&self) -> &[u8] {
        self.window.get(self.start..self.end).unwrap_or_default()
    }

    /// At least `count` bytes, fewer only at the end of the file.
    pub(crate) fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        while self.available().len() < count && self.fill()? {}
        Ok(self.available())
    }

    /// The next `count` bytes and no more, fewer only at the end of the file: how the file is read must not show.
    pub(crate) fn look(&mut self, count: usize) -> io::Result<&[u8]> {
        let bytes = self.peek(count)?;
        Ok(bytes.get(..count).unwrap_or(bytes))
    }

    /// Lets go of the first bytes.
    pub(crate) fn consume(&mut self, count: usize) {
        let count = count.min(self.end - self.start);
        self.start += count;
        self.offset += count as u64;
        if let Some(tape) = &mut self.tape {
            tape.pass(self.start);
            self.is_stale = !tape.begins_segment(self.start);
        }
    }

    /// Reads once. `false` at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        if self.end == self.window.len() {
            self.make_room();
        }
        let room = self.window.get_mut(self.end..).unwrap_or_default();
        let count = self.input.read(room)?;
        self.ended = count == 0;
        self.end = (self.end + count).min(self.window.len());
        Ok(!self.ended)
    }

    /// Bytes are moved only where half of the window is free for it: looking far ahead of every segment would else move
    /// the same ones again and again.
    fn make_room(&mut self) {
        if self.start > self.window.len() / 2 {
            self.window.copy_within(self.start..self.end, 0);
            if let Some(tape) = &mut self.tape {
                tape.shift(self.start);
            }
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.window.len() {
            self.window.resize((self.window.len() * 2).max(WINDOW), 0);
        }
    }

    /// Scans some more of the window. `false` when all of it was scanned.
    pub(super) fn scan(&mut self) -> bool {
        let Some(tape) = &mut self.tape else { return false };
        let end = self.end.min(tape.scanned() + SCANNED);
        if tape.scanned() >= end {
            return false;
        }
        tape.scan(self.window.get(..end).unwrap_or_default());
        true
    }

    /// The tape, and the bytes it is of; both count from the start of the window, of which the first were consumed.
    pub(super) fn scanned(&self) -> Option<(&Tape, &[u8], usize)> {
        let tape = self.tape.as_ref().filter(|tape| !self.is_stale && tape.delimiters().wide.is_none())?;
        Some((tape, self.window.get(..self.end)?, self.start))
    }

    /// Makes the tape one of these delimiters, of what was not consumed.
    fn follow(&mut self, delimiters: &Delimiters) {
        match &mut self.tape {
            Some(tape) if !self.is_stale && tape.delimiters() == delimiters => return,
            Some(tape) => tape.restart(*delimiters, self.start),
            None => self.tape.insert(Tape::new(*delimiters)).restart(*delimiters, self.start),
        }
        self.is_stale = false;
    }

    /// Finds the next segment and leaves it in the window. Neither the segment nor the filler before it may be longer
    /// than `limit`. `begins` is asked whether an interchange begins where it looks so.
    pub(crate) fn next_segment(
        &mut self,
        delimiters: &Delimiters,
        limit: usize,
        begins: impl Fn(Standard, &[u8]) -> bool,
    ) -> Result<Next, ReadFault> {
        // The window is addressed in 32 bits.
        let limit = limit.min(u32::MAX as usize / 4);
        let Some(filler) = self.filler(delimiters, limit)? else { return Ok(Next::End) };
        let head = self.peek(filler + sniff::HEADER_START).map_err(ReadFault::Io)?;
        if let Some(standard) = sniff::standard_of(head.get(filler..).unwrap_or_default()) {
            let bytes = self.look(filler + HEADER).map_err(ReadFault::Io)?;
            if begins(standard, bytes.get(filler..).unwrap_or_default()) {
                return Ok(Next::Header);
            }
        }
        if let Some(terminator) = delimiters.wide.and_then(|wide| wide.terminator) {
            return self.next_wide(delimiters, filler, limit, terminator);
        }
        self.follow(delimiters);
        loop {
            let end = self.tape.as_ref().and_then(Tape::next_end);
            let searched = end.or(self.tape.as_ref().map(Tape::scanned)).unwrap_or(self.end) - self.start;
            if searched > filler + limit {
                return Err(self.too_long(filler, limit));
            }
            if end.is_some() {
                return Ok(Next::Segment(self.cut(delimiters, filler, searched, 1)));
            }
            if !self.scan() && !self.fill().map_err(ReadFault::Io)? {
                let all = self.available().len();
                return Ok(Next::Segment(self.cut(delimiters, filler, all, 0)));
            }
        }
    }

    /// The same where the terminator takes more than one byte: rare, and so without the tape.
    fn next_wide(
        &mut self,
        delimiters: &Delimiters,
        filler: usize,
        limit: usize,
        terminator: char,
    ) -> Result<Next, ReadFault> {
        let mut room = [0; 4];
        let sent = terminator.encode_utf8(&mut room).as_bytes();
        let mut searched = filler;
        loop {
            let found = memchr::memmem::find(self.available().get(searched..).unwrap_or_default(), sent);
            let all = self.available().len();
            let end = found.map_or(all, |found| searched + found);
            if end > filler + limit {
                return Err(self.too_long(filler, limit));
            }
            if found.is_some() {
                return Ok(Next::Segment(self.cut(delimiters, filler, end, sent.len())));
            }
            searched = filler.max(all.saturating_sub(sent.len() - 1));
            if !self.fill().map_err(ReadFault::Io)? {
                return Ok(Next::Segment(self.cut(delimiters, filler, all, 0)));
            }
        }
    }

    /// How many bytes of filler stand before the next segment; `None` when nothing else is left.
    fn filler(&mut self, delimiters: &Delimiters, limit: usize) -> Result<Option<usize>, ReadFault> {
        let mut searched = 0;
        loop {
            let unsearched = self.available().get(searched..).unwrap_or_default();
            match unsearched.iter().position(|byte| !delimiters.is_filler(*byte)) {
                Some(more) if searched + more <= limit => return Ok(Some(searched + more)),
                None if searched + unsearched.len() <= limit => searched += unsearched.len(),
                Some(_) | None => return Err(self.too_long(0, limit)),
            }
            if !self.fill().map_err(ReadFault::Io)? {
                return Ok(None);
            }
        }
    }

    fn too_long(&self, skipped: usize, limit: usize) -> ReadFault {
        let start = self.offset + skipped as u64;
        let place = Place::bytes(start, start + limit as u64);
        ReadFault::Bound { bound: Bound::Segment, limit: limit as u64, place }
    }

    /// The segment up to `stop` with a terminator of so many bytes; none at the end of the file.
    ///
    /// Line ends just before the terminator, and what an unterminated end of file trails, are no part of the segment.
    fn cut(&self, delimiters: &Delimiters, filler: usize, stop: usize, terminator: usize) -> Cut {
        let terminated = terminator > 0;
        let segment = self.available().get(filler..stop).unwrap_or_default();
        let is_idle = |byte: u8| match terminated {
            true => matches!(byte, b'\r' | b'\n') && !delimiters.contains(byte),
            false => delimiters.is_filler(byte),
        };
        let length = segment.iter().rposition(|byte| !is_idle(*byte)).map_or(0, |last| last + 1);
        Cut { filler, end: filler + length, next: stop + terminator, terminated, data: Data::None }
    }

    /// The filler, the segment and the terminator of a cut.
    pub(crate) fn parts(&self, cut: Cut) -> (&[u8], &[u8], &[u8]) {
        let bytes = |from: usize, to: usize| self.available().get(from..to).unwrap_or_default();
        (bytes(0, cut.filler), bytes(cut.filler, cut.end), bytes(cut.end, cut.next))
    }
}
