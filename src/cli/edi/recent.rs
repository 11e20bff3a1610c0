//! The last of a stream, kept so that a segment can be shown when it turns out to be wrong.

use std::cell::RefCell;
use std::io::{self, Read};
use std::ops::Range;
use std::rc::Rc;

/// Bytes that are kept at least. Readers ask for less at once, so that what they just read is among them.
const KEPT: usize = 256 << 10;

/// A window on the last bytes of a stream.
#[derive(Clone, Default)]
pub(super) struct Recent(Rc<RefCell<Window>>);

#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    /// Offset in the stream of the first of them.
    offset: u64,
}

/// A stream of which the last is kept.
pub(super) struct Kept<R> {
    input: R,
    recent: Recent,
}

impl Recent {
    /// The stream, which fills this window as it is read.
    pub(super) fn of<R: Read>(&self, input: R) -> Kept<R> {
        Kept { input, recent: self.clone() }
    }

    /// Bytes of the stream by their offsets; none when they are gone.
    pub(super) fn get(&self, bytes: Range<u64>) -> Option<Vec<u8>> {
        let window = self.0.borrow();
        let at = |offset: u64| usize::try_from(offset.checked_sub(window.offset)?).ok();
        window.bytes.get(at(bytes.start)?..at(bytes.end)?).map(<[u8]>::to_vec)
    }

    /// How many bytes were read.
    pub(super) fn read(&self) -> u64 {
        let window = self.0.borrow();
        window.offset + window.bytes.len() as u64
    }
}

impl Window {
    fn push(&mut self, bytes: &[u8]) {
        if self.bytes.len() > 2 * KEPT {
            let gone = self.bytes.len() - KEPT;
            self.bytes.drain(..gone);
            self.offset += gone as u64;
        }
        self.bytes.extend_from_slice(bytes);
    }
}

impl<R: Read> Read for Kept<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.recent.0.borrow_mut().push(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_a_stream_is_there_and_the_rest_is_gone() {
        let bytes: Vec<u8> = (0..4 * KEPT).map(|at| (at % 251) as u8).collect();
        let recent = Recent::default();
        let mut stream = recent.of(bytes.as_slice());
        let mut buffer = [0; 1000];
        while stream.read(&mut buffer).unwrap() > 0 {
            assert!(recent.0.borrow().bytes.len() <= 2 * KEPT + buffer.len());
        }
        assert_eq!(recent.read(), 4 * KEPT as u64);
        let start = 3 * KEPT as u64;
        assert_eq!(recent.get(start..start + 5).unwrap(), bytes[3 * KEPT..3 * KEPT + 5]);
        assert_eq!(recent.get(0..5), None);
        assert_eq!(recent.get(recent.read() - 1..recent.read() + 1), None);
    }
}
