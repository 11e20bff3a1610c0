//! A control number as it is kept for every group and set of an interchange.

use std::fmt;
use std::ops::Deref;

use super::finding::capped;

/// A control number as sent, cut at 99 characters. One as long as the standards allow (14 characters in EDIFACT, nine in
/// X12) takes no room besides its own.
#[derive(Clone, PartialEq, Eq)]
pub struct ControlNumber(Kept);

#[derive(Clone, PartialEq, Eq)]
enum Kept {
    Short { length: u8, bytes: [u8; SHORT] },
    Long(Box<str>),
}

/// As many bytes as fit where a longer number has its address and length.
const SHORT: usize = 22;

impl From<&str> for ControlNumber {
    fn from(sent: &str) -> Self {
        let mut bytes = [0; SHORT];
        Self(match (bytes.get_mut(..sent.len()), u8::try_from(sent.len())) {
            (Some(room), Ok(length)) => {
                room.copy_from_slice(sent.as_bytes());
                Kept::Short { length, bytes }
            }
            _ => Kept::Long(capped(sent).into()),
        })
    }
}

impl Deref for ControlNumber {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Kept::Short { length, bytes } => {
                let text = bytes.get(..usize::from(*length)).map(std::str::from_utf8);
                text.and_then(Result::ok).unwrap_or_default()
            }
            Kept::Long(text) => text,
        }
    }
}

impl fmt::Display for ControlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

impl fmt::Debug for ControlNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_kept_as_it_was_sent() {
        let check = |sent: &str, expect: &str| assert_eq!(&*ControlNumber::from(sent), expect);
        for sent in ["", "0001", "ORD-4711-ä", &"9".repeat(SHORT), &"9".repeat(SHORT + 1), &"ä".repeat(99)] {
            check(sent, sent);
        }
        check(&"ä".repeat(100), &"ä".repeat(99));
        assert_eq!(size_of::<ControlNumber>(), SHORT + 2);
    }
}
