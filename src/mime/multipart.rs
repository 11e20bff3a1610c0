//! Multipart bodies as a stream of parts (RFC 2046, section 5.1.1).

use std::io::{self, Read};

use memchr::memmem;

use crate::base::Limits;

use super::MimeFault;

/// White space tolerated between a boundary and the end of its line (RFC 2046 calls it transport padding).
const PADDING: usize = 64;

/// Bytes asked of the source at a time.
const CHUNK: usize = 64 << 10;

/// Reads a multipart body part by part in bounded memory.
///
/// The preamble and the epilogue are passed over; boundaries may stand on lines that end in CRLF or LF. A body that
/// ends inside its closing boundary (`--boundary-`) is taken as closed: some senders count two bytes too few.
pub struct Multipart<R> {
    source: R,
    /// `--boundary`.
    delimiter: Vec<u8>,
    buffer: Vec<u8>,
    /// Where what was not handed out begins in `buffer`.
    start: usize,
    /// Up to where `buffer` is known to be content.
    certain: usize,
    /// Whether no byte of the preamble or of this part was handed out: a boundary here needs no line break before it.
    fresh: bool,
    ended: bool,
    state: State,
    parts: usize,
    parts_limit: usize,
    /// Whether the end of the source closes the last part.
    open_ended: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Preamble,
    /// In a part.
    Part,
    /// Behind a part, in front of the next one.
    Between,
    /// Behind the closing boundary.
    Closed,
}

/// One part: reads the exact bytes of its entity, headers first, up to the line break that belongs to the boundary.
pub struct Part<'a, R> {
    body: &'a mut Multipart<R>,
}

/// What the window shows next.
enum Sight {
    /// So many bytes of content, for certain.
    Content(usize),
    /// A boundary: content before it, bytes it takes with its line breaks, and whether it is the last.
    Boundary { content: usize, width: usize, closing: bool },
    /// The source ended in the middle.
    End,
}

impl<R: Read> Multipart<R> {
    /// A reader of the parts between `boundary` lines.
    pub fn new(source: R, boundary: &str, limits: &Limits) -> Self {
        Self {
            source,
            delimiter: [b"--", boundary.as_bytes()].concat(),
            buffer: Vec::new(),
            start: 0,
            certain: 0,
            fresh: true,
            ended: false,
            state: State::Preamble,
            parts: 0,
            parts_limit: limits.mime_parts,
            open_ended: false,
        }
    }

    /// Takes the end of the source for the closing boundary of the last part: some senders leave that of a multipart out
    /// which ends where another one around it does.
    #[must_use]
    pub fn ending_with_its_source(mut self) -> Self {
        self.open_ended = true;
        self
    }

    /// The next part, or `None` behind the closing boundary. What was not read of the part before is passed over.
    ///
    /// # Errors
    /// [`MimeFault::Truncated`], [`MimeFault::TooManyParts`], or [`MimeFault::Source`].
    pub fn next_part(&mut self) -> Result<Option<Part<'_, R>>, MimeFault> {
        while matches!(self.state, State::Preamble | State::Part) {
            self.pass_content(|_| 0)?;
        }
        if self.state == State::Closed {
            return Ok(None);
        }
        if self.parts == self.parts_limit {
            return Err(MimeFault::TooManyParts { limit: self.parts_limit });
        }
        self.parts += 1;
        self.state = State::Part;
        self.fresh = true;
        Ok(Some(Part { body: self }))
    }

    /// Reads the source to its end behind the closing boundary.
    ///
    /// # Errors
    /// [`MimeFault::Epilogue`] when anything but white space stands there, or [`MimeFault::Source`].
    pub fn expect_no_epilogue(mut self) -> Result<(), MimeFault> {
        loop {
            let waiting = self.buffer.get(self.start..).unwrap_or_default();
            if !waiting.iter().all(u8::is_ascii_whitespace) {
                return Err(MimeFault::Epilogue);
            }
            self.start = self.buffer.len();
            if !self.read_more()? {
                return Ok(());
            }
        }
    }

    /// Gives certain content to `take`, which says how much it took, or goes over a boundary. Content of nothing
    /// taken is passed over whole. Returns the bytes taken.
    fn pass_content(&mut self, take: impl FnOnce(&[u8]) -> usize) -> Result<usize, MimeFault> {
        let content = loop {
            if self.certain > self.start {
                break self.certain - self.start;
            }
            match self.look() {
                Sight::Content(0) => {
                    self.read_more()?;
                }
                Sight::Content(length) => break length,
                Sight::Boundary { content: 0, width, closing } => {
                    self.start += width;
                    self.state = if closing { State::Closed } else { State::Between };
                    return Ok(0);
                }
                Sight::Boundary { content, .. } => break content,
                Sight::End if self.open_ended && self.state == State::Part => {
                    match self.buffer.len().saturating_sub(self.start) {
                        0 => {
                            self.state = State::Closed;
                            return Ok(0);
                        }
                        rest => break rest,
                    }
                }
                Sight::End => return Err(MimeFault::Truncated),
            }
        };
        let window = self.buffer.get(self.start..self.start + content).unwrap_or_default();
        let taken = match take(window) {
            0 => content,
            taken => taken,
        };
        self.certain = self.start + content;
        self.start += taken;
        self.fresh = false;
        Ok(taken)
    }

    fn look(&self) -> Sight {
        let window = self.buffer.get(self.start..).unwrap_or_default();
        let mut from = 0;
        while let Some(found) = memmem::find(window.get(from..).unwrap_or_default(), &self.delimiter) {
            let at = from + found;
            let before = window.get(..at).unwrap_or_default();
            let line_break = match before {
                [] if self.fresh => Some(0),
                [.., b'\r', b'\n'] => Some(2),
                [.., b'\n'] => Some(1),
                _ => None,
            };
            let after = window.get(at + self.delimiter.len()..).unwrap_or_default();
            match (line_break, self.end_of_boundary(after)) {
                (Some(line_break), LineEnd::Boundary { width, closing }) => {
                    let width = line_break + self.delimiter.len() + width;
                    return Sight::Boundary { content: at - line_break, width, closing };
                }
                (Some(line_break), LineEnd::Unclear) => return Sight::Content(at - line_break),
                _ => from = at + 1,
            }
        }
        if self.ended {
            return Sight::End;
        }
        // What may be the beginning of a boundary must wait: CRLF and the delimiter, less one byte.
        Sight::Content(window.len().saturating_sub(self.delimiter.len() + 1))
    }

    /// Judges what stands behind `--boundary`.
    fn end_of_boundary(&self, after: &[u8]) -> LineEnd {
        if after.starts_with(b"--") {
            return LineEnd::Boundary { width: 2, closing: true };
        }
        let padding = after.iter().take(PADDING).take_while(|b| matches!(b, b' ' | b'\t')).count();
        match after.get(padding..).unwrap_or_default() {
            [b'\n', ..] => LineEnd::Boundary { width: padding + 1, closing: false },
            [b'\r', b'\n', ..] => LineEnd::Boundary { width: padding + 2, closing: false },
            [] | [b'\r'] | [b'-'] if !self.ended => LineEnd::Unclear,
            [] | [b'-'] => LineEnd::Boundary { width: after.len(), closing: true },
            _ => LineEnd::NotABoundary,
        }
    }

    /// Drops what was handed out and reads once from the source. False at its end.
    fn read_more(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.start);
        (self.start, self.certain) = (0, 0);
        let kept = self.buffer.len();
        self.buffer.resize(kept + CHUNK, 0);
        let read = loop {
            match self.source.read(self.buffer.get_mut(kept..).unwrap_or_default()) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(kept + read.as_ref().copied().unwrap_or(0));
        self.ended = matches!(read, Ok(0));
        read.map(|read| read > 0)
    }
}

enum LineEnd {
    Boundary {
        width: usize,
        closing: bool,
    },
    NotABoundary,
    /// More bytes are needed to tell.
    Unclear,
}

impl<R: Read> Read for Part<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() || self.body.state != State::Part {
            return Ok(0);
        }
        Ok(self.body.pass_content(|mut content| content.read(out).unwrap_or(0))?)
    }
}
