//! Where something stands in a file: bytes, segment, element, repetition, component.

use std::fmt;

use crate::base::Location;

/// A segment's tag, as sent and cut at eight bytes: `PO1`, `NAD`. A tag that is longer names no segment anyway.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag([u8; Self::LENGTH]);

impl Tag {
    const LENGTH: usize = 8;

    /// The tag of these bytes; what is not a printable ASCII character becomes `?`.
    pub fn new(bytes: &[u8]) -> Self {
        let mut tag = [0; Self::LENGTH];
        for (to, from) in tag.iter_mut().zip(bytes) {
            *to = if from.is_ascii_graphic() { *from } else { b'?' };
        }
        Self(tag)
    }

    /// The tag of these bytes if it is two or three letters or digits.
    #[inline]
    pub(crate) fn plain(bytes: &[u8]) -> Option<Self> {
        let is_plain = bytes.iter().all(u8::is_ascii_alphanumeric);
        match *bytes {
            [first, second, third] if is_plain => Some(Self([first, second, third, 0, 0, 0, 0, 0])),
            [first, second] if is_plain => Some(Self([first, second, 0, 0, 0, 0, 0, 0])),
            _ => None,
        }
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        let length = self.0.iter().position(|byte| *byte == 0).unwrap_or(Self::LENGTH);
        self.0.get(..length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The tag as a number.
    pub(crate) fn key(self) -> u64 {
        u64::from_le_bytes(self.0)
    }

    /// The number of the tag that is written so, three bytes of it.
    pub(crate) const fn key_of(tag: &str) -> u64 {
        match *tag.as_bytes() {
            [one, two] => u64::from_le_bytes([one, two, 0, 0, 0, 0, 0, 0]),
            [one, two, three] => u64::from_le_bytes([one, two, three, 0, 0, 0, 0, 0]),
            _ => 0,
        }
    }

    /// The same tag in upper case.
    #[must_use]
    pub fn to_upper(self) -> Self {
        Self(self.0.map(|byte| byte.to_ascii_uppercase()))
    }

    /// Whether it has the form of a tag: a letter, then one or two letters or digits (X12.6: segment identifier).
    pub fn is_well_formed(&self) -> bool {
        let text = self.as_str();
        (2..=3).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            && text.starts_with(|first: char| first.is_ascii_uppercase())
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PartialEq<str> for Tag {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Tag {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

/// A place in a file of EDI.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Place {
    /// Offset of the first byte, from the start of the file.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
    /// Tag of the segment.
    pub tag: Option<Tag>,
    /// Position of the segment in its transaction set, ST being 1; absent for envelope segments.
    pub segment_position: Option<u32>,
    /// Element, from 1.
    pub element: Option<u32>,
    /// Repetition of the element, from 1.
    pub repetition: Option<u32>,
    /// Component of the element, from 1.
    pub component: Option<u32>,
}

impl Place {
    /// A place known by its bytes alone.
    pub fn bytes(start: u64, end: u64) -> Self {
        Self { start, end, ..Self::default() }
    }
}

impl From<&Place> for Location {
    fn from(place: &Place) -> Self {
        Self {
            bytes: Some(place.start..place.end),
            segment: place.tag.map(|tag| tag.as_str().to_owned()),
            segment_position: place.segment_position.map(u64::from),
            element: place.element,
            repetition: place.repetition,
            component: place.component,
            ..Self::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_cut_and_made_printable() {
        let check = |bytes: &[u8], text: &str, well_formed: bool| {
            let tag = Tag::new(bytes);
            assert_eq!((tag.as_str(), tag.is_well_formed()), (text, well_formed));
        };
        check(b"PO1", "PO1", true);
        check(b"N1", "N1", true);
        check(b"", "", false);
        check(b"1N", "1N", false);
        check(b"po1", "po1", false);
        check(b"\xc3\xa4\n", "???", false);
        check(b"ABCDEFGHIJ", "ABCDEFGH", false);
        assert_eq!(Tag::new(b"isa").to_upper(), "ISA");
    }
}
