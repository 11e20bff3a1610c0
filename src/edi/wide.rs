//! Delimiters of more than one byte: a byte that the file does not use stands for each.

use super::delimiter::Delimiters;

/// Bytes that may stand for a longer character: control characters that no system is known to send in a document.
const STAND_INS: [u8; 12] = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13];

/// What becomes of a stand-in that the data holds all the same (SUB).
const SUBSTITUTE: u8 = 0x1a;

/// A stand-in that `bytes` do not hold and that is none of `taken`.
pub(crate) fn stand_in(bytes: &[u8], taken: &[StandIn]) -> Option<u8> {
    let is_free = |byte: &u8| !bytes.contains(byte) && taken.iter().all(|other| other.byte != *byte);
    STAND_INS.into_iter().find(is_free)
}

/// A character and the byte that stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct StandIn {
    pub(crate) character: char,
    pub(crate) byte: u8,
}

impl Delimiters {
    /// The stand-ins, where there are any.
    pub(crate) fn stand_ins(&self) -> [Option<StandIn>; 4] {
        let wide = self.wide.unwrap_or_default();
        let pair = |character: Option<char>, byte: Option<u8>| Some(StandIn { character: character?, byte: byte? });
        [
            pair(wide.element, Some(self.element)),
            pair(wide.component, self.component),
            pair(wide.repetition, self.repetition),
            pair(wide.terminator, Some(self.terminator)),
        ]
    }
}

/// The byte that `bytes` begin with, a stand-in for a long delimiter, and how many bytes it takes in the file.
pub(crate) fn first(bytes: &[u8], stand_ins: &[Option<StandIn>]) -> Option<(u8, usize)> {
    let first = *bytes.first()?;
    for stand_in in stand_ins.iter().flatten() {
        if first == stand_in.byte {
            return Some((SUBSTITUTE, 1));
        }
        let mut room = [0; 4];
        let sent = stand_in.character.encode_utf8(&mut room).as_bytes();
        if bytes.starts_with(sent) {
            return Some((stand_in.byte, sent.len()));
        }
    }
    Some((first, 1))
}

/// The character of more than one byte at the start of `bytes`, if there is one.
pub(crate) fn long_character(bytes: &[u8]) -> Option<char> {
    let length = match bytes.first()? {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(bytes.get(..length)?).ok()?.chars().next()
}
