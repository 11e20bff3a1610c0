//! Where the delimiters stand: found 64 bytes at a time, and written down.
//!
//! For each block of 64 bytes there is a mask with a bit for each element separator, one for each segment terminator and
//! one for what needs a closer look. Positions are taken out of a mask many at a time, more of them than there are: a loop
//! that ends where the mask does would be mispredicted at every block, and writing a few numbers too many is free.

use wide::u8x16;

use super::delimiter::{Delimiters, Idle};

/// Bytes looked at at once: as many as a mask has bits.
const BLOCK: usize = 64;

/// Positions of delimiters in a stretch of bytes that grows at its end and is let go at its start.
#[derive(Clone)]
pub(crate) struct Tape {
    delimiters: Delimiters,
    drops_line_ends: bool,
    idle: Idle,
    needles: Needles,
    /// Bytes that were scanned.
    scanned: usize,
    /// The next character but line ends is only itself: a release character stands before it.
    released: bool,
    /// A line end that comes next stands between segments.
    between: bool,
    separators: Slots<u32, 16>,
    ends: Slots<SegmentEnd, 4>,
    special: Vec<u32>,
    passed: Passed,
}

/// How many entries of each list stand before what was not consumed yet.
#[derive(Clone, Copy, Default)]
pub(crate) struct Passed {
    pub(crate) ends: usize,
    pub(crate) separators: usize,
    pub(crate) special: usize,
}

/// A segment terminator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SegmentEnd {
    /// Where it stands.
    pub(crate) at: u32,
    /// How many element separators stand before it.
    pub(crate) separators: u32,
}

#[derive(Clone, Copy)]
struct Needles {
    element: u8x16,
    terminator: u8x16,
    release: Option<u8x16>,
}

/// One block as masks: the first byte is the lowest bit.
#[derive(Clone, Copy, Default)]
struct Masks {
    separators: u64,
    ends: u64,
    releases: u64,
    line_ends: u64,
}

impl Tape {
    /// A tape on which nothing stands yet.
    pub(crate) fn new(delimiters: Delimiters) -> Self {
        Self {
            delimiters,
            drops_line_ends: delimiters.drops_line_ends(),
            idle: Idle::new(&delimiters),
            needles: Needles::new(&delimiters),
            scanned: 0,
            released: false,
            between: true,
            separators: Slots::default(),
            ends: Slots::default(),
            special: Vec::new(),
            passed: Passed::default(),
        }
    }

    /// What it looks for.
    pub(crate) fn delimiters(&self) -> &Delimiters {
        &self.delimiters
    }

    /// What means nothing around its segments.
    pub(crate) fn idle(&self) -> &Idle {
        &self.idle
    }

    /// How many entries were passed over.
    pub(crate) fn passed(&self) -> Passed {
        self.passed
    }

    /// The next terminator that was not passed over.
    pub(crate) fn next_end(&self) -> Option<usize> {
        self.ends().get(self.passed.ends).map(|end| end.at as usize)
    }

    /// How many bytes were scanned.
    pub(crate) fn scanned(&self) -> usize {
        self.scanned
    }

    /// Positions of the element separators, in order.
    pub(crate) fn separators(&self) -> &[u32] {
        self.separators.as_slice()
    }

    /// The segment terminators, in order.
    pub(crate) fn ends(&self) -> &[SegmentEnd] {
        self.ends.as_slice()
    }

    /// Positions of release characters, and of line ends that have something of their segment before them.
    pub(crate) fn special(&self) -> &[u32] {
        &self.special
    }

    /// Looks for other delimiters from `position` on, where a segment begins. What was found is forgotten.
    pub(crate) fn restart(&mut self, delimiters: Delimiters, position: usize) {
        self.separators.clear();
        self.ends.clear();
        self.special.clear();
        self.passed = Passed::default();
        (self.scanned, self.released, self.between) = (position, false, true);
        if self.delimiters != delimiters {
            self.delimiters = delimiters;
            self.drops_line_ends = delimiters.drops_line_ends();
            self.idle = Idle::new(&delimiters);
            self.needles = Needles::new(&delimiters);
        }
    }

    /// Passes over what stands before `position`.
    pub(crate) fn pass(&mut self, position: usize) {
        let is_before = |at: u32| (at as usize) < position;
        let ends = self.ends().get(self.passed.ends..).unwrap_or_default();
        self.passed.ends += ends.iter().take_while(|end| is_before(end.at)).count();
        let known = self.passed.ends.checked_sub(1).and_then(|last| self.ends().get(last));
        self.passed.separators = known.map_or(0, |end| end.separators as usize).max(self.passed.separators);
        let separators = self.separators().get(self.passed.separators..).unwrap_or_default();
        self.passed.separators += separators.iter().take_while(|at| is_before(**at)).count();
        let special = self.special.get(self.passed.special..).unwrap_or_default();
        self.passed.special += special.iter().take_while(|at| is_before(**at)).count();
    }

    /// Whether a segment begins at `position`, up to which everything was passed: a terminator stands just before it.
    pub(crate) fn begins_segment(&self, position: usize) -> bool {
        let last = self.passed.ends.checked_sub(1).and_then(|last| self.ends().get(last));
        last.is_some_and(|end| end.at as usize + 1 == position)
    }

    /// Lets go of what was passed; positions count from `position` on.
    pub(crate) fn shift(&mut self, position: usize) {
        let Passed { ends, separators, special } = std::mem::take(&mut self.passed);
        let by = position as u32;
        self.ends.shift(ends, |end| SegmentEnd {
            at: end.at.wrapping_sub(by),
            separators: end.separators.wrapping_sub(separators as u32),
        });
        self.separators.shift(separators, |at| at.wrapping_sub(by));
        self.special.drain(..special.min(self.special.len()));
        self.special.iter_mut().for_each(|at| *at = at.wrapping_sub(by));
        self.scanned = self.scanned.saturating_sub(position);
    }

    /// Scans `bytes` from where the scanning stood to their end. Positions have 32 bits: the caller keeps to them.
    pub(crate) fn scan(&mut self, bytes: &[u8]) {
        let fresh = bytes.get(self.scanned..).unwrap_or_default();
        self.separators.make_room(fresh.len() + BLOCK);
        self.ends.make_room(fresh.len() + BLOCK);
        let (blocks, rest) = fresh.as_chunks::<BLOCK>();
        for block in blocks {
            let masks = self.masks(block);
            self.write(masks, BLOCK);
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            let masks = self.masks(&block).below(rest.len());
            self.write(masks, rest.len());
        }
    }

    fn masks(&self, block: &[u8; BLOCK]) -> Masks {
        let (quarters, _) = block.as_chunks::<16>();
        let mut masks = Masks::default();
        let [first, second, third, fourth] = quarters else { return masks };
        let lanes = [first, second, third, fourth].map(|quarter| u8x16::new(*quarter));
        let mask = |needle: u8x16| {
            let [a, b, c, d] = lanes.map(|lane| u64::from(lane.simd_eq(needle).to_bitmask()));
            a | b << 16 | c << 32 | d << 48
        };
        masks.separators = mask(self.needles.element);
        masks.ends = mask(self.needles.terminator);
        if let Some(release) = self.needles.release {
            masks.releases = mask(release);
        }
        if self.drops_line_ends {
            // Both line ends at once: a carriage return differs from a line feed in its three lowest bits.
            masks.line_ends = mask(u8x16::splat(b'\n')) | mask(u8x16::splat(b'\r'));
        }
        masks
    }

    /// Writes down the next block, of which `length` bytes count.
    #[inline]
    fn write(&mut self, mut masks: Masks, length: usize) {
        if masks.releases != 0 || self.released {
            masks = self.release(masks, length);
        }
        let base = self.scanned as u32;
        let idle = masks.ends | masks.line_ends;
        let inside = masks.line_ends & !(idle << 1 | u64::from(self.between));
        if length > 0 {
            self.between = idle >> (length - 1) & 1 == 1;
        }
        if inside | masks.releases != 0 {
            self.note(inside | masks.releases, base);
        }
        let before = self.separators.len as u32;
        self.separators.extend(masks.separators, |bit, _| base.wrapping_add(bit));
        self.ends.extend(masks.ends, |bit, below| SegmentEnd {
            at: base.wrapping_add(bit),
            separators: before.wrapping_add((masks.separators & below).count_ones()),
        });
        self.scanned += length;
    }

    #[cold]
    fn note(&mut self, mut bits: u64, base: u32) {
        while bits != 0 {
            self.special.push(base + bits.trailing_zeros());
            bits &= bits - 1;
        }
    }

    /// Takes away the delimiters that are released, and release characters that are.
    #[cold]
    fn release(&mut self, masks: Masks, length: usize) -> Masks {
        let mut released = 0_u64;
        let mut pending = masks.releases;
        // The bit that stands behind a release character, line ends passed over; `length` and more: not in this block.
        let behind = |from: usize| (from..length).find(|bit| masks.line_ends >> bit & 1 == 0);
        let mut from = std::mem::take(&mut self.released).then_some(0);
        loop {
            if let Some(from) = from.take() {
                match behind(from) {
                    Some(bit) => {
                        released |= 1 << bit;
                        pending &= !(1 << bit);
                    }
                    None => self.released = true,
                }
            }
            if pending == 0 {
                break;
            }
            from = Some(pending.trailing_zeros() as usize + 1);
            pending &= pending - 1;
        }
        Masks { separators: masks.separators & !released, ends: masks.ends & !released, ..masks }
    }
}

impl Needles {
    fn new(delimiters: &Delimiters) -> Self {
        Self {
            element: u8x16::splat(delimiters.element),
            terminator: u8x16::splat(delimiters.terminator),
            release: delimiters.release.map(u8x16::splat),
        }
    }
}

impl Masks {
    /// Only what stands in the first `length` bytes, fewer than a block.
    fn below(self, length: usize) -> Self {
        let kept = (1_u64 << length) - 1;
        Self {
            separators: self.separators & kept,
            ends: self.ends & kept,
            releases: self.releases & kept,
            line_ends: self.line_ends & kept,
        }
    }
}

/// A list that is written a fixed number at a time, past its end, into room that was made before.
#[derive(Clone, Default)]
struct Slots<T, const AT_ONCE: usize> {
    slots: Vec<T>,
    len: usize,
}

impl<T: Copy + Default, const AT_ONCE: usize> Slots<T, AT_ONCE> {
    fn as_slice(&self) -> &[T] {
        self.slots.get(..self.len).unwrap_or_default()
    }

    fn clear(&mut self) {
        self.len = 0;
    }

    /// Drops the first `count` entries and changes the others.
    fn shift(&mut self, count: usize, change: impl Fn(T) -> T) {
        let count = count.min(self.len);
        self.slots.copy_within(count..self.len, 0);
        self.len -= count;
        self.slots.iter_mut().take(self.len).for_each(|slot| *slot = change(*slot));
    }

    fn make_room(&mut self, more: usize) {
        let needed = self.len + more;
        if self.slots.len() < needed {
            self.slots.resize(needed.max(self.slots.len() * 2), T::default());
        }
    }

    /// Adds an entry for each bit that is set, made from its number and the mask of the bits below it.
    #[inline]
    fn extend(&mut self, mut bits: u64, entry: impl Fn(u32, u64) -> T) {
        let count = bits.count_ones() as usize;
        let mut rest = self.slots.get_mut(self.len..).unwrap_or_default();
        loop {
            let Some((chunk, behind)) = rest.split_first_chunk_mut::<AT_ONCE>() else { return };
            for slot in chunk {
                let below = bits.wrapping_sub(1);
                *slot = entry(bits.trailing_zeros(), below & !bits);
                bits &= below;
            }
            rest = behind;
            if bits == 0 {
                break;
            }
        }
        self.len += count;
    }
}
