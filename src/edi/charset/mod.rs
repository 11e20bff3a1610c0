//! Character sets: bytes to text and text to bytes.
//!
//! EDIFACT says which set an interchange is in (0001, the syntax identifier), X12 does not. What a sender says is not
//! always so: [`CharacterSet::decode`] never fails, and what bytes are in truth is settled set by set
//! (`encoding.rs`).

mod table;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use table::Upper;

/// The text of a value of which no character set is known: [`CharacterSet::Auto`].
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    CharacterSet::Auto.decode(bytes)
}

macro_rules! sets {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $syntax:expr;)*) => {
        /// A character set: how text becomes bytes, and which characters may be written.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CharacterSet {
            $($(#[$doc])* $variant,)*
        }

        impl CharacterSet {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name used in configuration: `iso-8859-1`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            /// EDIFACT's name for it (0001): `UNOC`. Sets that EDIFACT does not know have none.
            pub fn syntax(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $syntax,)*
                }
            }
        }
    };
}

sets! {
    /// Values that are valid UTF-8 are that; others are windows-1252, which holds all printable characters of
    /// ISO 8859-1 and never fails. It is decided for each value: files put together from two sources exist, while text
    /// in an 8-bit set that happens to be valid UTF-8 is next to unknown. Written, it is UTF-8.
    #[default]
    Auto = "auto", None;
    /// X12's basic set: upper case, digits and some marks (X12.6, 3.3.1).
    X12Basic = "x12-basic", None;
    /// X12's extended set: lower case, more marks, and letters of some languages (X12.6, 3.3.2).
    X12Extended = "x12-extended", None;
    /// ISO 9735 level A: upper case, digits and some marks.
    UnoA = "unoa", Some("UNOA");
    /// ISO 9735 level B: level A and lower case.
    UnoB = "unob", Some("UNOB");
    /// ISO 8859-1, Latin 1.
    Iso8859_1 = "iso-8859-1", Some("UNOC");
    /// ISO 8859-2, Latin 2.
    Iso8859_2 = "iso-8859-2", Some("UNOD");
    /// ISO 8859-3, Latin 3.
    Iso8859_3 = "iso-8859-3", Some("UNOG");
    /// ISO 8859-4, Latin 4.
    Iso8859_4 = "iso-8859-4", Some("UNOH");
    /// ISO 8859-5, Cyrillic.
    Iso8859_5 = "iso-8859-5", Some("UNOE");
    /// ISO 8859-6, Arabic.
    Iso8859_6 = "iso-8859-6", Some("UNOI");
    /// ISO 8859-7, Greek.
    Iso8859_7 = "iso-8859-7", Some("UNOF");
    /// ISO 8859-8, Hebrew.
    Iso8859_8 = "iso-8859-8", Some("UNOJ");
    /// ISO 8859-9, Latin 5.
    Iso8859_9 = "iso-8859-9", Some("UNOK");
    /// ISO 8859-15, Latin 9. Later lists have it, and French tax declarations use it.
    Iso8859_15 = "iso-8859-15", Some("UNOL");
    /// UTF-8. ISO 9735 names ISO 10646 and no encoding; UTF-8 is what is sent.
    Utf8 = "utf-8", Some("UNOY");
    /// Windows-1252.
    Windows1252 = "windows-1252", None;
}

impl CharacterSet {
    /// The set that a syntax identifier (0001) names: `UNOC`. Sets that need escape sequences (`UNOX`, `KECA`) are not
    /// read. `UNOW` came after syntax version 4's first lists and is UTF-8 by its definition; the airlines' levels are
    /// those of ISO 9735 under their own names.
    pub fn for_syntax(identifier: &str) -> Option<Self> {
        match identifier.to_ascii_uppercase().as_str() {
            "UNOW" => return Some(Self::Utf8),
            "IATA" => return Some(Self::UnoA),
            "IATB" => return Some(Self::UnoB),
            _ => {}
        }
        let is_named = |set: &&Self| set.syntax().is_some_and(|syntax| syntax.eq_ignore_ascii_case(identifier));
        Self::ALL.iter().find(is_named).copied()
    }

    /// The text of bytes. Bytes that cannot be in the set are read as [`Auto`](Self::Auto) reads them where the set has
    /// no upper half, and as U+FFFD where the set leaves them open. ISO 8859-1 is read as windows-1252, which has
    /// printable characters where ISO 8859-1 has controls that nobody sends.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        if let Some(upper) = self.upper() {
            return if bytes.is_ascii() { auto(bytes) } else { Cow::Owned(eight_bit(bytes, upper)) };
        }
        auto(bytes)
    }

    /// The bytes of a text.
    ///
    /// # Errors
    /// The first character that may not be written in this set, or has no place in it.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, char> {
        if let Some(foreign) = text.chars().find(|character| !self.allows(*character)) {
            return Err(foreign);
        }
        if text.is_ascii() || self.is_unicode() {
            return Ok(Cow::Borrowed(text.as_bytes()));
        }
        text.chars().map(|character| self.byte(character).ok_or(character)).collect::<Result<_, _>>().map(Cow::Owned)
    }

    /// Whether a character may be written. Control characters never may: where they part a message they are
    /// delimiters, and no text.
    pub fn allows(self, character: char) -> bool {
        match self {
            Self::X12Basic => is_x12_basic(character),
            Self::X12Extended => is_x12_basic(character) || is_x12_extended(character),
            Self::UnoA => is_level_a(character),
            Self::UnoB => is_level_a(character) || character.is_ascii_lowercase(),
            Self::Auto | Self::Utf8 => !character.is_control(),
            _ => !character.is_control() && self.byte(character).is_some(),
        }
    }

    /// Whether any character but controls may be written.
    pub(crate) fn is_unicode(self) -> bool {
        matches!(self, Self::Auto | Self::Utf8)
    }

    /// Whether bytes above 7F have a meaning of their own in it.
    pub(crate) fn has_upper(self) -> bool {
        self.upper().is_some()
    }

    /// Whether its letters beyond ASCII stand alone among ASCII letters, as those of Latin alphabets do.
    pub(crate) fn is_latin(self) -> bool {
        !matches!(self, Self::Iso8859_5 | Self::Iso8859_6 | Self::Iso8859_7 | Self::Iso8859_8)
    }

    /// The byte of a character, where every character is one byte.
    fn byte(self, character: char) -> Option<u8> {
        if character.is_ascii() {
            return u8::try_from(character).ok();
        }
        let upper = match self {
            Self::X12Extended | Self::Iso8859_1 => &table::ISO_8859_1,
            _ => self.upper()?,
        };
        let at = upper.iter().position(|known| *known == character && character != char::REPLACEMENT_CHARACTER)?;
        u8::try_from(at + 0x80).ok()
    }

    /// The table by which bytes above 7F are read.
    fn upper(self) -> Option<&'static Upper> {
        Some(match self {
            Self::Auto | Self::X12Basic | Self::X12Extended | Self::UnoA | Self::UnoB | Self::Utf8 => return None,
            Self::Iso8859_1 | Self::Windows1252 => &table::WINDOWS_1252,
            Self::Iso8859_2 => &table::ISO_8859_2,
            Self::Iso8859_3 => &table::ISO_8859_3,
            Self::Iso8859_4 => &table::ISO_8859_4,
            Self::Iso8859_5 => &table::ISO_8859_5,
            Self::Iso8859_6 => &table::ISO_8859_6,
            Self::Iso8859_7 => &table::ISO_8859_7,
            Self::Iso8859_8 => &table::ISO_8859_8,
            Self::Iso8859_9 => &table::ISO_8859_9,
            Self::Iso8859_15 => &table::ISO_8859_15,
        })
    }
}

fn auto(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(eight_bit(bytes, &table::WINDOWS_1252)),
    }
}

fn eight_bit(bytes: &[u8], upper: &Upper) -> String {
    let character = |byte: &u8| match byte.checked_sub(0x80) {
        None => char::from(*byte),
        Some(at) => upper.get(usize::from(at)).copied().unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    bytes.iter().map(character).collect()
}

/// X12.6, 3.3.1.
fn is_x12_basic(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit() || " !\"&'()*+,-./:;?=".contains(character)
}

/// X12.6, 3.3.2: what the extended set adds to the basic one.
fn is_x12_extended(character: char) -> bool {
    character.is_ascii_lowercase()
        || "%@[]_{}\\|<>~#$^`".contains(character)
        || "ÀÁÂÄàáâäÈÉÊèéêëÌÍÎìíîïÒÓÔÖòóôöÙÚÛÜùúûüÇçÑñ¿¡".contains(character)
}

/// ISO 9735 (1988), 5.1, with the marks that were kept out of telex. The service characters are among them: a writer
/// releases them.
fn is_level_a(character: char) -> bool {
    character.is_ascii_uppercase() || character.is_ascii_digit() || " .,-()/='+:?!\"%&*;<>".contains(character)
}

impl fmt::Display for CharacterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no character set's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotACharacterSet(pub String);

impl fmt::Display for NotACharacterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = CharacterSet::ALL.iter().map(|set| set.name()).collect();
        write!(f, "'{}' is no character set; known are {} and the names of EDIFACT (UNOC)", self.0, names.join(", "))
    }
}

impl std::error::Error for NotACharacterSet {}

impl FromStr for CharacterSet {
    type Err = NotACharacterSet;

    fn from_str(text: &str) -> Result<Self, NotACharacterSet> {
        let named = Self::ALL.iter().copied().find(|set| set.name().eq_ignore_ascii_case(text));
        named.or_else(|| Self::for_syntax(text)).ok_or_else(|| NotACharacterSet(text.to_owned()))
    }
}
