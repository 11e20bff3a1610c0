//! Message-IDs: what a message is recognised by (RFC 4130, section 5.3.3).

use std::fmt;

use crate::base::{Entropy, Timestamp};

/// A Message-ID exactly as it stands in its header, brackets included where they are there. It is opaque: it may lack
/// `@` or brackets and hold any printable character. It is data, never a file name.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

impl MessageId {
    /// Takes the value of a header. `None` when it is empty, longer than `limit` bytes, or holds anything but printable
    /// ASCII.
    pub fn from_header(value: &[u8], limit: usize) -> Option<Self> {
        let value = std::str::from_utf8(value).ok()?.trim();
        let fits = !value.is_empty() && value.len() <= limit && value.bytes().all(|b| (b' '..=b'~').contains(&b));
        fits.then(|| Self(value.to_owned()))
    }

    /// A new one for a message or receipt of ours, unlike any other.
    pub fn mint(now: Timestamp, entropy: &dyn Entropy) -> Self {
        let random = u128::from_be_bytes(entropy.bytes::<16>());
        Self(format!("<{}.{random:032x}@edigate>", now.as_millis()))
    }

    /// The id as it stands in its header.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether both name the same message: brackets left out by one side make no difference.
    pub fn names_same_message(&self, other: &Self) -> bool {
        self.bare() == other.bare()
    }

    fn bare(&self) -> &str {
        let text = self.0.as_str();
        text.strip_prefix('<').and_then(|t| t.strip_suffix('>')).unwrap_or(text)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::OsEntropy;

    #[test]
    fn ids_are_kept_as_they_are_within_bounds() {
        let check = |value: &str, fits: bool| {
            let id = MessageId::from_header(value.as_bytes(), 998);
            assert_eq!(id.as_ref().map(MessageId::as_str), fits.then_some(value.trim()), "{value:?}");
        };
        check("<a@b>", true);
        check("no-brackets", true);
        check("<@\\\"~~foo~~\\\">", true);
        check("<#as2_company#01#a4260as2_companyout#>", true);
        check(" <a@b> ", true);
        check("", false);
        check("<a\r\nX: y>", false);
        check("<é@b>", false);
        check(&"a".repeat(998), true);
        check(&"a".repeat(999), false);
    }

    #[test]
    fn brackets_make_no_difference_between_ids() {
        let id = |text: &str| MessageId::from_header(text.as_bytes(), 998).unwrap();
        assert!(id("<a@b>").names_same_message(&id("a@b")));
        assert!(!id("<a@b>").names_same_message(&id("<A@b>")));
        let now = Timestamp::from_millis(1);
        assert_ne!(MessageId::mint(now, &OsEntropy), MessageId::mint(now, &OsEntropy));
    }
}
