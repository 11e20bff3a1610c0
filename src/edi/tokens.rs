//! Segments and elements by their delimiters alone.

use super::delimiter::Delimiters;
use super::tape::Tape;

/// Tokenises bytes: where segments and elements begin and end, with release characters heeded and nothing else. It knows
/// no envelope and no standard, copies nothing, and keeps its room from one call to the next.
///
/// Positions have 32 bits: of more than 4 GiB the rest is left out.
pub struct Tokens {
    tape: Tape,
}

/// One segment of [`Tokens`]: positions in the bytes that were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenSegment<'t> {
    /// Behind the terminator before it; line ends between the two count to the segment here.
    pub start: u32,
    /// Where its terminator stands.
    pub end: u32,
    /// Where its element separators stand.
    pub separators: &'t [u32],
}

impl Tokens {
    /// A tokeniser for these delimiters.
    pub fn new(delimiters: Delimiters) -> Self {
        Self { tape: Tape::new(delimiters) }
    }

    /// Tokenises `bytes`, which begin where a segment does. What was read before is forgotten.
    pub fn read(&mut self, bytes: &[u8]) {
        self.tape.restart(*self.tape.delimiters(), 0);
        self.tape.scan(bytes.get(..u32::MAX as usize).unwrap_or(bytes));
    }

    /// How many segments have their terminator.
    pub fn segment_count(&self) -> usize {
        self.tape.ends().len()
    }

    /// How many element separators there are.
    pub fn separator_count(&self) -> usize {
        self.tape.separators().len()
    }

    /// The segments that have their terminator, in order.
    pub fn segments(&self) -> impl Iterator<Item = TokenSegment<'_>> {
        let mut start = 0;
        let mut first = 0;
        self.tape.ends().iter().map(move |end| {
            let separators = self.tape.separators().get(first..end.separators as usize).unwrap_or_default();
            let segment = TokenSegment { start, end: end.at, separators };
            start = end.at + 1;
            first = end.separators as usize;
            segment
        })
    }
}
