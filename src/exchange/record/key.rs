//! Keys by which something is recognised, and numbers that only grow.

use minicbor::{Decode, Encode};

use crate::base::{PartnerId, Sha256};

/// Recognises a repeated message: the SHA-256 of sender, receiver and message id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DedupKey(#[n(0)] Sha256);

impl DedupKey {
    /// The key of an AS2 message (RFC 4130, section 5.3.3: Message-ID is unique per sender; the pair is part of it).
    pub fn as2(from: &str, to: &str, message_id: &str) -> Self {
        Self::of([from, to, message_id].into_iter())
    }

    /// The key of a message of ours, by which its receipt is matched: some products leave out the brackets around the
    /// Message-ID, so they are no part of it.
    pub fn sent(from: &str, to: &str, message_id: &str) -> Self {
        let bare = message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(message_id);
        Self::as2(from, to, bare)
    }

    /// The key of an interchange, a functional group or a transaction set that a partner sent, by the names and numbers
    /// it carries; and of the document it became.
    pub fn seen(kind: &str, names: &[&str]) -> Self {
        Self::of(std::iter::once(kind).chain(names.iter().copied()))
    }

    /// The key of an interchange or a functional group of ours, by which its functional acknowledgement is matched.
    pub fn numbered(partner: &PartnerId, standard: &str, level: &str, number: &str) -> Self {
        let number = number.trim_start_matches('0');
        Self::of(["numbered", partner.as_str(), standard, level, number].into_iter())
    }

    /// The key of something that the ERP asked for: what it wants done, for whom or to which document, and the id it is
    /// known by.
    pub fn command(verb: &str, about: &str, id: &str) -> Self {
        Self::of(["command", verb, about, id].into_iter())
    }

    fn of<'a>(parts: impl Iterator<Item = &'a str>) -> Self {
        let mut hasher = crate::base::Sha256Hasher::default();
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self(hasher.finish())
    }

    /// A key that was stored as bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Sha256::from_bytes(bytes))
    }

    /// Its thirty-two bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// Names a number that only grows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct CounterName(#[n(0)] String);

impl CounterName {
    /// The counter that gives the rows of `partner` their sequence.
    pub fn sequence(partner: &PartnerId) -> Self {
        Self(format!("sequence/{partner}"))
    }

    /// The counter that gives events about `partner` their sequence.
    pub fn event_sequence(partner: &PartnerId) -> Self {
        Self(format!("sequence/{partner}/events"))
    }

    /// The counter of the control numbers that we give on one level (`interchange`, `group`, `set`) between two parties,
    /// as they are written on the envelope.
    pub fn control(standard: &str, us: &str, them: &str, level: &str) -> Self {
        Self(format!("control/{standard}/{us}/{them}/{level}"))
    }

    /// The counter of audit rows.
    pub fn audit() -> Self {
        Self("audit".to_owned())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
