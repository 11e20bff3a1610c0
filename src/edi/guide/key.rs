//! Names of guides.

use std::fmt;
use std::str::FromStr;

/// Which message a guide describes, written `x12/004010/850`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuideKey {
    /// `x12` or `edifact`.
    pub standard: String,
    /// Release: `004010`.
    pub release: String,
    /// Transaction set or message type: `850`.
    pub set: String,
}

impl fmt::Display for GuideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.standard, self.release, self.set)
    }
}

/// A text that names no guide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAGuideKey(pub String);

impl fmt::Display for NotAGuideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "'{}' names no message; write standard/release/set, as in x12/004010/850", self.0)
    }
}

impl std::error::Error for NotAGuideKey {}

impl FromStr for GuideKey {
    type Err = NotAGuideKey;

    fn from_str(text: &str) -> Result<Self, NotAGuideKey> {
        let parts: Vec<&str> = text.split('/').collect();
        let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match parts.as_slice() {
            [standard, release, set] if parts.iter().all(is_word) => {
                Ok(Self { standard: (*standard).to_owned(), release: (*release).to_owned(), set: (*set).to_owned() })
            }
            _ => Err(NotAGuideKey(text.to_owned())),
        }
    }
}
