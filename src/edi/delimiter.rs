//! The characters that part a message, and the one that takes that meaning from them.

use std::borrow::Cow;

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
    /// What was sent where a delimiter is a character of more than one byte. The bytes above then stand for it: control
    /// characters that the file does not use.
    pub wide: Option<WideDelimiters>,
}

/// Delimiters that take more than one byte in the file: `…` and `¦` have been seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WideDelimiters {
    /// Between elements, where it is one of them.
    pub element: Option<char>,
    /// Between components, where it is one of them.
    pub component: Option<char>,
    /// Between repetitions, where it is one of them.
    pub repetition: Option<char>,
    /// Behind a segment, where it is one of them.
    pub terminator: Option<char>,
}

impl Delimiters {
    /// All of them that are there.
    pub fn all(&self) -> impl Iterator<Item = u8> {
        [Some(self.element), self.component, self.repetition, self.release, Some(self.terminator)].into_iter().flatten()
    }

    /// What was sent for a delimiter: itself, but for one that stands for a character of more than one byte.
    pub fn sent(&self, delimiter: u8) -> char {
        let wide = self.wide.unwrap_or_default();
        let sent = match delimiter {
            _ if delimiter == self.element => wide.element,
            _ if delimiter == self.terminator => wide.terminator,
            _ if Some(delimiter) == self.component => wide.component,
            _ if Some(delimiter) == self.repetition => wide.repetition,
            _ => None,
        };
        sent.unwrap_or(char::from(delimiter))
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

    /// Where `separator` parts `bytes`: its positions, less those a release character takes the meaning from.
    pub(crate) fn positions<'a>(&self, separator: u8, bytes: &'a [u8]) -> Positions<'a> {
        Positions { separator, release: self.release, skips_line_ends: self.drops_line_ends(), bytes, at: 0 }
    }

    /// Whether `bytes` end in a release character that has nothing to release.
    pub(crate) fn ends_released(&self, bytes: &[u8]) -> bool {
        let Some(release) = self.release else { return false };
        let run = bytes.iter().rev().filter(|byte| !self.drops_line_ends() || !matches!(byte, b'\r' | b'\n'));
        run.take_while(|byte| **byte == release).count() % 2 == 1
    }

    /// The first release character in `bytes` before a character that is no delimiter and so needs none.
    pub(crate) fn needless_release(&self, bytes: &[u8]) -> Option<usize> {
        let release = self.release?;
        let mut at = 0;
        loop {
            at += memchr::memchr(release, bytes.get(at..)?)?;
            if !self.contains(*bytes.get(at + 1)?) {
                return Some(at);
            }
            at += 2;
        }
    }

    /// `bytes` without their release characters. One at the very end stays: it released nothing.
    pub(crate) fn unreleased<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        let Some(release) = self.release else { return Cow::Borrowed(bytes) };
        let Some(first) = memchr::memchr(release, bytes) else { return Cow::Borrowed(bytes) };
        let (before, rest) = bytes.split_at(first);
        let mut text = before.to_vec();
        let mut rest = rest.iter();
        while let Some(byte) = rest.next() {
            let kept = if *byte == release { rest.next().unwrap_or(byte) } else { byte };
            text.push(*kept);
        }
        Cow::Owned(text)
    }

    /// Whether line ends inside a segment come from wrapping (cards of 80 columns) and mean nothing.
    pub(crate) fn drops_line_ends(&self) -> bool {
        self.all().all(|delimiter| delimiter != b'\r' && delimiter != b'\n')
    }
}

/// Positions of a separator. After a release character (ISO 9735-1, 7.3) the next character is itself and nothing else:
/// `??` is one `?` and ends there. Line ends that come from wrapping may stand between the two.
#[derive(Clone)]
pub(crate) struct Positions<'a> {
    separator: u8,
    release: Option<u8>,
    skips_line_ends: bool,
    bytes: &'a [u8],
    at: usize,
}

impl Iterator for Positions<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let rest = self.bytes.get(self.at..)?;
            let Some(release) = self.release else {
                let found = memchr::memchr(self.separator, rest);
                self.at += found.map_or(rest.len(), |found| found + 1);
                return found.map(|_| self.at - 1);
            };
            let Some(found) = memchr::memchr2(self.separator, release, rest) else {
                self.at += rest.len();
                return None;
            };
            self.at += found;
            if rest.get(found) == Some(&self.separator) {
                self.at += 1;
                return Some(self.at - 1);
            }
            let behind = rest.get(found + 1..).unwrap_or_default();
            let is_passed = |byte: &u8| self.skips_line_ends && matches!(byte, b'\r' | b'\n');
            let released = behind.iter().position(|byte| !is_passed(byte))?;
            self.at += released + 2;
        }
    }
}

/// Whether `byte` is a blank, a line end, NUL or SUB.
pub(crate) fn is_filler(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | b'\r' | b' ' | 0x1a)
}

/// Bytes that mean nothing around a segment, ready for quick looks.
#[derive(Clone, Copy)]
pub(crate) struct Idle {
    /// A bit for each byte below 64 that may stand before a segment.
    leading: u64,
    /// The same for those that may stand before its terminator.
    trailing: u64,
}

impl Idle {
    pub(crate) fn new(delimiters: &Delimiters) -> Self {
        let bits = |is_idle: fn(u8) -> bool| {
            let bytes = (0..64).filter(|byte| is_idle(*byte) && !delimiters.contains(*byte));
            bytes.fold(0, |bits, byte| bits | 1_u64 << byte)
        };
        Self { leading: bits(is_filler), trailing: bits(|byte| matches!(byte, b'\r' | b'\n')) }
    }

    /// How many bytes stand before the segment.
    #[inline]
    pub(crate) fn leading(&self, bytes: &[u8]) -> usize {
        bytes.iter().take_while(|byte| is_in(self.leading, **byte)).count()
    }

    /// The segment without the line ends before its terminator.
    #[inline]
    pub(crate) fn trimmed<'b>(&self, mut bytes: &'b [u8]) -> &'b [u8] {
        while let Some((last, rest)) = bytes.split_last() {
            if !is_in(self.trailing, *last) {
                break;
            }
            bytes = rest;
        }
        bytes
    }
}

fn is_in(bits: u64, byte: u8) -> bool {
    byte < 64 && bits >> byte & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDIFACT: Delimiters = Delimiters {
        element: b'+',
        component: Some(b':'),
        repetition: Some(b'*'),
        release: Some(b'?'),
        terminator: b'\'',
        wide: None,
    };

    #[test]
    fn a_release_character_takes_the_meaning_from_the_next_one() {
        let check = |bytes: &str, positions: &[usize], text: &str, ends_released: bool| {
            let found: Vec<usize> = EDIFACT.positions(b'+', bytes.as_bytes()).collect();
            assert_eq!(found, positions, "{bytes}");
            assert_eq!(EDIFACT.unreleased(bytes.as_bytes()), text.as_bytes());
            assert_eq!(EDIFACT.ends_released(bytes.as_bytes()), ends_released, "{bytes}");
        };
        check("", &[], "", false);
        check("a+b+", &[1, 3], "a+b+", false);
        check("a?+b+c", &[4], "a+b+c", false);
        check("a??+b", &[3], "a?+b", false);
        check("a???+b+", &[6], "a?+b+", false);
        check("?x+", &[2], "x+", false);
        check("a+?", &[1], "a+?", true);
        check("a+??", &[1], "a+?", false);
        check("a???", &[], "a??", true);
        check("a?'+", &[3], "a'+", false);
        let wrapped: Vec<usize> = EDIFACT.positions(b'+', b"a?\r\n+b\n+").collect();
        assert_eq!(wrapped, [7]);
        assert!(EDIFACT.ends_released(b"a?\r\n"));
    }

    #[test]
    fn a_delimiter_of_more_than_one_byte_is_told() {
        let wide = WideDelimiters { terminator: Some('…'), ..WideDelimiters::default() };
        let delimiters = Delimiters { terminator: 0x1c, wide: Some(wide), ..EDIFACT };
        assert_eq!((delimiters.sent(0x1c), delimiters.sent(b'+')), ('…', '+'));
        assert_eq!(EDIFACT.sent(b'\''), '\'');
    }

    #[test]
    fn without_a_release_character_nothing_is_released() {
        let x12 = Delimiters { release: None, ..EDIFACT };
        assert_eq!(x12.positions(b'+', b"a?+b").collect::<Vec<_>>(), [2]);
        assert_eq!(x12.unreleased(b"a?+b"), b"a?+b".as_slice());
        assert!(!x12.ends_released(b"a?"));
    }
}
