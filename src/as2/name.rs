//! AS2 names: who sends and who receives (RFC 4130, section 6.2).

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use crate::mime::unquote;

/// The longest name in characters (RFC 4130, section 6.2).
const LONGEST: usize = 128;

/// The name of one side of an AS2 relationship: 1 to 128 printable ASCII characters, upper and lower case being
/// different. Two names are equal when their characters are, however they were quoted.
#[derive(Clone)]
pub struct As2Name {
    name: String,
    /// As it stood in the header it came from; names in a receipt are quoted as the partner quotes them.
    wire: String,
}

/// Why a text is no AS2 name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameFault {
    /// Nothing there.
    Empty,
    /// More than 128 characters.
    TooLong,
    /// A character that is not printable ASCII.
    Unprintable,
}

impl As2Name {
    /// Reads the value of an AS2-From or AS2-To header: quotes taken off, `\"` and `\\` undone. A name with spaces
    /// that its sender did not quote is taken whole.
    ///
    /// # Errors
    /// A [`NameFault`].
    pub fn from_header(value: &[u8]) -> Result<Self, NameFault> {
        let wire = std::str::from_utf8(value).map_err(|_| NameFault::Unprintable)?.trim();
        let quoted = wire.len() >= 2 && wire.starts_with('"') && wire.ends_with('"');
        let name = if quoted { unquote(wire) } else { wire.to_owned() };
        Self::checked(name, wire.to_owned())
    }

    fn checked(name: String, wire: String) -> Result<Self, NameFault> {
        // A name of spaces alone names nobody.
        if name.trim().is_empty() {
            return Err(NameFault::Empty);
        }
        if !name.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return Err(NameFault::Unprintable);
        }
        if name.len() > LONGEST {
            return Err(NameFault::TooLong);
        }
        Ok(Self { name, wire })
    }

    /// The name itself, without quotes.
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// The name as it stands in a header: as the partner wrote it, or for a configured name quoted where it must be.
    pub fn on_wire(&self) -> &str {
        &self.wire
    }
}

/// Reads a name as an operator writes it in a configuration: without quotes or escapes.
impl FromStr for As2Name {
    type Err = NameFault;

    fn from_str(name: &str) -> Result<Self, NameFault> {
        // Only a space, a quote and a backslash make quotes necessary (RFC 4130, section 6.2, AS2-text).
        let wire = if name.contains([' ', '"', '\\']) {
            format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
        } else {
            name.to_owned()
        };
        Self::checked(name.to_owned(), wire)
    }
}

impl PartialEq for As2Name {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for As2Name {}

impl Hash for As2Name {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl PartialOrd for As2Name {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for As2Name {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.name.cmp(&other.name)
    }
}

/// The name without quotes.
impl fmt::Display for As2Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Debug for As2Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl fmt::Display for NameFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "an AS2 name has at least one character",
            Self::TooLong => "an AS2 name has at most 128 characters",
            Self::Unprintable => "an AS2 name has printable ASCII characters only",
        })
    }
}

impl std::error::Error for NameFault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_headers_as_partners_write_them() {
        let check = |value: &str, expect: Result<&str, NameFault>| {
            let read = As2Name::from_header(value.as_bytes());
            assert_eq!(read.as_ref().map(As2Name::as_str).map_err(|fault| *fault), expect, "{value:?}");
            if let Ok(name) = read {
                assert_eq!(name.on_wire(), value.trim());
            }
        };
        check("ACME", Ok("ACME"));
        check("  ACME \t", Ok("ACME"));
        check("\"ACME\"", Ok("ACME"));
        check("\"Cleo; - TEST\"", Ok("Cleo; - TEST"));
        check("Acme Bearings", Ok("Acme Bearings"));
        check("\"a \\\"b\\\" \\\\c\"", Ok("a \"b\" \\c"));
        check("#!,;[<>]", Ok("#!,;[<>]"));
        check("", Err(NameFault::Empty));
        check("\"\"", Err(NameFault::Empty));
        check("\" \"", Err(NameFault::Empty));
        check("a\tb", Err(NameFault::Unprintable));
        check("Café", Err(NameFault::Unprintable));
        check(&"a".repeat(128), Ok(&"a".repeat(128)));
        check(&"a".repeat(129), Err(NameFault::TooLong));
        assert_eq!(As2Name::from_header(b"\xff").unwrap_err(), NameFault::Unprintable);
    }

    #[test]
    fn configured_names_are_quoted_only_where_they_must_be_and_read_back() {
        let check = |name: &str, wire: &str| {
            let configured: As2Name = name.parse().unwrap();
            assert_eq!(configured.on_wire(), wire);
            assert_eq!(As2Name::from_header(wire.as_bytes()).unwrap(), configured);
        };
        check("ACME", "ACME");
        check("Acme Bearings", "\"Acme Bearings\"");
        check("a\"b\\c", "\"a\\\"b\\\\c\"");
        check("a;b", "a;b");
        assert_ne!("ACME".parse::<As2Name>().unwrap(), "Acme".parse().unwrap());
    }
}
