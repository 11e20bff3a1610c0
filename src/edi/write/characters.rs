//! Text to bytes.

use super::options::Unsendable;

/// A character set that can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharacterSet {
    /// The printable characters of ASCII.
    Ascii,
    /// ISO 8859-1.
    Latin1,
    /// UTF-8.
    Utf8,
}

impl CharacterSet {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO 8859-1",
            Self::Utf8 => "UTF-8",
        }
    }

    /// Whether the set has a character. Control characters are in none: X12.6 and ISO 9735 keep them for delimiters,
    /// and readers drop line ends.
    pub fn allows(self, character: char) -> bool {
        let is_held = match self {
            Self::Ascii => character.is_ascii(),
            Self::Latin1 => u32::from(character) <= 0xff,
            Self::Utf8 => true,
        };
        is_held && !character.is_control()
    }

    fn put(self, character: char, out: &mut Vec<u8>) {
        match (self, u8::try_from(u32::from(character))) {
            (Self::Ascii | Self::Latin1, Ok(byte)) => out.push(byte),
            (Self::Ascii | Self::Latin1, Err(_)) | (Self::Utf8, _) => {
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
    }
}

/// Adds a text in a character set; the first character that cannot be sent is the error.
pub(super) fn encode(text: &str, set: CharacterSet, unencodable: Unsendable, out: &mut Vec<u8>) -> Result<(), char> {
    for character in text.chars() {
        let sent = match unencodable {
            _ if set.allows(character) => character,
            Unsendable::Replace(other) if set.allows(other) => other,
            Unsendable::Replace(_) | Unsendable::Reject => return Err(character),
        };
        set.put(sent, out);
    }
    Ok(())
}
