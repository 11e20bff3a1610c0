//! Runs of plain segments, moved from the window into a transaction set all at once.
//!
//! A segment is plain when there is nothing to say about it: it has its terminator and a tag, is not wrapped, passes no
//! bound and is no segment of the envelope. Whatever is not plain ends the run and is left to [`Source::next_segment`],
//! which knows what to say; so this file decides nothing, it only saves time.

use super::place::Tag;
use super::source::Source;
use super::table::SegmentTable;
use super::tape::{Passed, Tape};

/// What a run may take before a bound would be passed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// Bytes of one segment.
    pub(crate) segment: usize,
    /// Elements of one segment.
    pub(crate) elements: usize,
    /// Segments more.
    pub(crate) segments: u64,
    /// Bytes more.
    pub(crate) bytes: u64,
}

/// What is still worth a word, and so ends a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Untold {
    /// Blanks before a tag.
    pub(crate) leading_blanks: bool,
    /// Blanks before a terminator.
    pub(crate) trailing_blanks: bool,
    /// A release character before a character that needs none.
    pub(crate) needless_release: bool,
}

impl Untold {
    /// Nothing was told yet.
    pub(crate) const ALL: Self = Self { leading_blanks: true, trailing_blanks: true, needless_release: true };

    /// Whether blanks stand before the tag behind `filler`. A tab is as good as one.
    pub(crate) fn is_indented(self, filler: &[u8]) -> bool {
        self.leading_blanks && matches!(filler.last(), Some(b' ' | b'\t'))
    }

    /// Whether a segment ends in blanks.
    pub(crate) fn is_padded(self, segment: &[u8]) -> bool {
        self.trailing_blanks && segment.last() == Some(&b' ')
    }
}

/// The window as a run sees it.
struct Span<'s> {
    tape: &'s Tape,
    window: &'s [u8],
    start: usize,
}

impl<R: std::io::Read> Source<R> {
    /// Moves plain segments into the table until something is not plain or the window is used up, and tells how many.
    /// `is_envelope` is asked with each segment and may say yes too often.
    pub(crate) fn take_run(
        &mut self,
        table: &mut SegmentTable,
        mut room: Room,
        untold: Untold,
        is_envelope: impl Fn(&[u8]) -> bool + Copy,
    ) -> u64 {
        let mut taken = 0;
        loop {
            let Some((tape, window, start)) = self.scanned() else { return taken };
            let span = Span { tape, window, start };
            let (segments, bytes) = span.take(table, room, untold, is_envelope);
            let is_exhausted = tape.passed().ends + segments as usize == tape.ends().len();
            if segments > 0 {
                self.consume(bytes);
            }
            taken += segments;
            room.segments -= segments;
            room.bytes -= bytes as u64;
            if !is_exhausted || !self.scan() {
                return taken;
            }
        }
    }
}

impl Span<'_> {
    /// How many segments were taken, and of how many bytes.
    fn take(
        &self,
        table: &mut SegmentTable,
        room: Room,
        untold: Untold,
        is_envelope: impl Fn(&[u8]) -> bool,
    ) -> (u64, usize) {
        let Passed { ends, separators: first_separator, special } = self.tape.passed();
        let mut specials = self.tape.special().get(special..).unwrap_or_default().iter().map(|at| *at as usize);
        let mut special = specials.next().unwrap_or(usize::MAX);
        let limit = self.start + usize::try_from(room.bytes).unwrap_or(usize::MAX).min(self.window.len());
        let most = usize::try_from(room.segments).unwrap_or(usize::MAX);
        let (release, idle) = (self.tape.delimiters().release, *self.tape.idle());
        let mut filling = table.fill(self.start, first_separator);
        let (mut start, mut separator, mut taken) = (self.start, first_separator, 0);
        // Where the character stands that the last release character is about: it releases nothing itself.
        let mut released = usize::MAX;
        for end in self.tape.ends().get(ends..).unwrap_or_default().iter().take(most) {
            let at = end.at as usize;
            let Some(bytes) = self.window.get(start..at) else { break };
            let filler = idle.leading(bytes);
            let (before, segment) = bytes.split_at_checked(filler).unwrap_or_default();
            let segment = idle.trimmed(segment);
            let mut is_told = untold.is_indented(before) || untold.is_padded(segment);
            while special < start + filler || special < at && self.window.get(special).copied() == release {
                if special >= start + filler && special != released {
                    released = special + 1;
                    is_told |= untold.needless_release && self.is_ordinary(released);
                }
                special = specials.next().unwrap_or(usize::MAX);
            }
            let elements = end.separators as usize - separator;
            let within = filler <= room.segment && at - start - filler <= room.segment && elements <= room.elements;
            if special < at || at >= limit || !within || is_told || is_envelope(segment) {
                break;
            }
            let begins = start + filler;
            let tag_end = match elements {
                0 => begins + segment.len(),
                _ => self.tape.separators().get(separator).map_or(begins, |at| *at as usize),
            };
            let Some(tag) = self.window.get(begins..tag_end).and_then(Tag::plain) else { break };
            separator = end.separators as usize;
            filling.segment(tag, begins, begins + segment.len(), separator);
            start = at + 1;
            taken += 1;
        }
        let separators = self.tape.separators().get(first_separator..separator).unwrap_or_default();
        filling.finish(self.window.get(self.start..start).unwrap_or_default(), separators);
        (taken, start - self.start)
    }

    /// Whether a byte is no delimiter.
    fn is_ordinary(&self, at: usize) -> bool {
        self.window.get(at).is_none_or(|byte| !self.tape.delimiters().contains(*byte))
    }
}
