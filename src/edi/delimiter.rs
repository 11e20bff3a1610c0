//! The characters that part a message.

/// The delimiters of one interchange, found in its first segment and never taken from configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delimiters {
    /// Between elements.
    pub element: u8,
    /// Between the components of an element; absent when ISA16 is missing.
    pub component: Option<u8>,
    /// Between the repetitions of an element; X12 has it from version 00402 on, EDIFACT in syntax version 4.
    pub repetition: Option<u8>,
    /// Before a character that would otherwise be a delimiter; X12 has none.
    pub release: Option<u8>,
    /// Behind a segment.
    pub terminator: u8,
}

impl Delimiters {
    /// All of them that are there.
    pub fn all(&self) -> impl Iterator<Item = u8> {
        [Some(self.element), self.component, self.repetition, self.release, Some(self.terminator)].into_iter().flatten()
    }

    /// Whether `byte` is one of them.
    pub fn contains(&self, byte: u8) -> bool {
        self.all().any(|delimiter| delimiter == byte)
    }

    /// Whether `byte` may stand between two segments without meaning anything: blanks, line ends, and the NUL and
    /// SUB (1A) that mainframes and old editors leave. A byte that is a delimiter here is never filler.
    pub(crate) fn is_filler(&self, byte: u8) -> bool {
        is_filler(byte) && !self.contains(byte)
    }

    /// Whether line ends inside a segment come from wrapping (cards of 80 columns) and mean nothing.
    pub(crate) fn drops_line_ends(&self) -> bool {
        self.all().all(|delimiter| delimiter != b'\r' && delimiter != b'\n')
    }
}

/// Whether `byte` is a blank, a line end, NUL or SUB.
pub(crate) fn is_filler(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\r' | b' ' | 0x1a)
}
