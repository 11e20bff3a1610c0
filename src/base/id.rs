//! Ids as types of their own, so that a document's id cannot stand where an exchange's is wanted.

use std::fmt;
use std::str::FromStr;

use minicbor::{Decode, Encode};

use super::Timestamp;

/// A text that is not the id it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdFault {
    /// What was wanted, in words fit for an operator.
    pub expected: &'static str,
    /// What was given.
    pub found: String,
}

impl fmt::Display for IdFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' is not {}", self.found, self.expected)
    }
}

impl std::error::Error for IdFault {}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
        #[cbor(transparent)]
        pub struct $name(#[cbor(n(0), with = "minicbor::bytes")] [u8; 16]);

        impl $name {
            /// Mints an id: 48 bits of `at` in milliseconds, then 80 bits of `entropy` (ULID).
            pub fn mint(at: Timestamp, entropy: [u8; 10]) -> Self {
                let mut bytes = [0; 16];
                let millis = u64::try_from(at.as_millis()).unwrap_or(0).to_be_bytes();
                for (byte, part) in bytes.iter_mut().zip(millis.iter().skip(2).chain(entropy.iter())) {
                    *byte = *part;
                }
                Self(bytes)
            }

            /// An id that was stored as bytes.
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The sixteen bytes; they sort as the ids were minted.
            pub const fn as_bytes(&self) -> &[u8; 16] {
                &self.0
            }
        }

        /// Twenty-six upper-case letters and digits (Crockford's base 32).
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&ulid::Ulid::from_bytes(self.0).to_string())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdFault;

            fn from_str(text: &str) -> Result<Self, IdFault> {
                // A first character above 7 would not fit into 128 bits; the ulid crate cuts it silently.
                let fits = text.bytes().next().is_some_and(|first| first <= b'7');
                match ulid::Ulid::from_string(text) {
                    Ok(id) if fits => Ok(Self(id.to_bytes())),
                    _ => Err(IdFault {
                        expected: "an id of 26 letters and digits (a ULID)",
                        found: text.to_owned(),
                    }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

ulid_id! {
    /// One transport message and all that follows from it.
    ExchangeId
}
ulid_id! {
    /// One business document; kept over replays.
    DocumentId
}
ulid_id! {
    /// One row of the outbox: the id of the event that carries a document, the same for every retransmission.
    RowId
}

/// A partner's folder name: 1 to 64 of `a-z`, `0-9` and `-`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct PartnerId(#[n(0)] String);

impl PartnerId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PartnerId {
    type Err = IdFault;

    fn from_str(text: &str) -> Result<Self, IdFault> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        fits.then(|| Self(text.to_owned()))
            .ok_or_else(|| IdFault { expected: "a partner id: 1 to 64 of a-z, 0-9 and '-'", found: text.to_owned() })
    }
}

impl fmt::Display for PartnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PartnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl serde::Serialize for PartnerId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> serde::Deserialize<'de> for PartnerId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_ids_sort_by_time_and_read_back() {
        let early = DocumentId::mint(Timestamp::from_millis(1_000), [0xff; 10]);
        let late = DocumentId::mint(Timestamp::from_millis(1_001), [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().len(), 26);
        assert_eq!(early.to_string().parse::<DocumentId>().unwrap(), early);
        assert!("7ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<DocumentId>().is_ok());
        assert!("8ZZZZZZZZZZZZZZZZZZZZZZZZZ".parse::<DocumentId>().is_err());
    }

    #[test]
    fn partner_ids_are_folder_names() {
        let check = |text: &str, fits: bool| assert_eq!(text.parse::<PartnerId>().is_ok(), fits, "{text}");
        check("acme-bearings", true);
        check("", false);
        check("Acme", false);
        check("../etc", false);
        check(&"a".repeat(64), true);
        check(&"a".repeat(65), false);
    }
}
