//! A window over a stream, cut into segments.

use std::io::{self, ErrorKind, Read};

use super::delimiter::Delimiters;
use super::fault::{Bound, ReadFault};
use super::place::Place;
use super::sniff;
use super::tape::Tape;

/// Bytes asked of the stream at once. The window grows beyond it only for a longer segment.
const WINDOW: usize = 64 << 10;

/// Bytes scanned at once. The next interchange may have other delimiters, and then scanning begins anew.
const SCANNED: usize = 8 << 10;

/// Reads a stream through a window. What was consumed is gone.
pub(crate) struct Source<R> {
    input: R,
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
        Self { input, window: Vec::new(), start: 0, end: 0, offset: 0, ended: false, tape: None, is_stale: false }
    }

    /// Offset in the file of the first byte that was not consumed.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
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
        let count = loop {
            match self.input.read(room) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result?,
            }
        };
        self.ended = count == 0;
        self.end = (self.end + count).min(self.window.len());
        Ok(!self.ended)
    }

    fn make_room(&mut self) {
        if self.start > 0 {
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
        let tape = self.tape.as_ref().filter(|_| !self.is_stale)?;
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
    /// than `limit`.
    pub(crate) fn next_segment(&mut self, delimiters: &Delimiters, limit: usize) -> Result<Next, ReadFault> {
        // The window is addressed in 32 bits.
        let limit = limit.min(u32::MAX as usize / 4);
        let Some(filler) = self.filler(delimiters, limit)? else { return Ok(Next::End) };
        let head = self.peek(filler + sniff::HEADER_START).map_err(ReadFault::Io)?;
        if sniff::is_header(head.get(filler..).unwrap_or_default()) {
            return Ok(Next::Header);
        }
        self.follow(delimiters);
        loop {
            let end = self.tape.as_ref().and_then(Tape::next_end);
            let searched = end.or(self.tape.as_ref().map(Tape::scanned)).unwrap_or(self.end) - self.start;
            if searched > filler + limit {
                return Err(self.too_long(filler, limit));
            }
            if end.is_some() {
                return Ok(Next::Segment(self.cut(delimiters, filler, searched, true)));
            }
            if !self.scan() && !self.fill().map_err(ReadFault::Io)? {
                let all = self.available().len();
                return Ok(Next::Segment(self.cut(delimiters, filler, all, false)));
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

    /// Line ends just before the terminator, and what an unterminated end of file trails, are no part of the segment.
    fn cut(&self, delimiters: &Delimiters, filler: usize, stop: usize, terminated: bool) -> Cut {
        let segment = self.available().get(filler..stop).unwrap_or_default();
        let is_idle = |byte: u8| match terminated {
            true => matches!(byte, b'\r' | b'\n') && !delimiters.contains(byte),
            false => delimiters.is_filler(byte),
        };
        let length = segment.iter().rposition(|byte| !is_idle(*byte)).map_or(0, |last| last + 1);
        Cut { filler, end: filler + length, next: stop + usize::from(terminated), terminated }
    }

    /// The filler, the segment and the terminator of a cut.
    pub(crate) fn parts(&self, cut: Cut) -> (&[u8], &[u8], &[u8]) {
        let bytes = |from: usize, to: usize| self.available().get(from..to).unwrap_or_default();
        (bytes(0, cut.filler), bytes(cut.filler, cut.end), bytes(cut.end, cut.next))
    }
}
