//! Names of guides.

use std::fmt;
use std::str::FromStr;

/// Which message a guide describes, written `x12/004010/850` or `edifact/D96A/ORDERS`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GuideKey {
    /// `x12` or `edifact`.
    pub standard: String,
    /// Release: `004010`; a directory of EDIFACT in capitals and without its point: `D96A`.
    pub release: String,
    /// Transaction set or message type: `850`.
    pub set: String,
    /// The overlay that amends the guide, when it is one: `acme-bearings/810`.
    pub overlay: Option<String>,
}

impl GuideKey {
    /// The guide of a message as the wire names it: `D.96A` is `D96A` here.
    pub fn new(standard: &str, release: &str, set: &str) -> Self {
        let release = match standard {
            "edifact" => release.replace('.', "").to_ascii_uppercase(),
            _ => release.to_owned(),
        };
        Self { standard: standard.to_owned(), release, set: set.to_owned(), overlay: None }
    }

    /// The guide that an overlay amends; a plain guide's key itself.
    pub fn plain(&self) -> Self {
        Self { overlay: None, ..self.clone() }
    }

    /// Whether it is on this message, of whatever release.
    pub(super) fn is_on(&self, standard: &str, set: &str) -> bool {
        self.standard == standard && self.set == set
    }

    /// A number that grows with the release, for telling which of two is nearer to a third.
    pub(super) fn age(&self) -> u32 {
        let directory = self.release.get(1..3).and_then(|year| year.parse::<u32>().ok()).zip(self.release.get(3..4));
        match (self.standard.as_str(), directory) {
            // Directories are called after year and half-year: D93A to D99B, then D00A.
            ("edifact", Some((year, half))) => {
                let year = if year < 90 { year + 100 } else { year };
                year * 10 + half.bytes().next().map_or(0, |letter| u32::from(letter.saturating_sub(b'A')))
            }
            // CONTRL follows the syntax: D:3 and what came before it, then that of syntax 4.
            ("edifact", None) => u32::from(self.release.starts_with('4')),
            _ => self.release.parse().unwrap_or(0),
        }
    }
}

/// The overlay's name when there is one: it is what an operator knows the guide by.
impl fmt::Display for GuideKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(overlay) = &self.overlay {
            return f.write_str(overlay);
        }
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
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
        match parts.as_slice() {
            [standard, release, set] if is_word(standard) && is_word(set) => Some(Self::new(standard, release, set)),
            _ => None,
        }
        .filter(|key| is_word(&key.release))
        .ok_or_else(|| NotAGuideKey(text.to_owned()))
    }
}
