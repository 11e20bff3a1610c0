//! Fingerprints of certificates as people write them: the beginning of a SHA-256.

use std::fmt;
use std::str::FromStr;

use super::Sha256;

/// The beginning of a SHA-256 in hexadecimal digits, enough of them to tell which is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FingerprintStart(String);

impl FingerprintStart {
    /// What it looks like, for an operator.
    pub const EXPECTED: &'static str = "the SHA-256 of a certificate: 64 hexadecimal digits, or the first 4 or more";

    /// Fewer digits are too easily those of another certificate.
    const FEWEST: usize = 4;
    /// Digits of a whole SHA-256.
    const ALL: usize = 64;

    /// Whether `fingerprint` begins so.
    pub fn begins(&self, fingerprint: &Sha256) -> bool {
        fingerprint.to_string().starts_with(&self.0)
    }
}

/// Reads digits of either case; colons between them, as `openssl x509 -fingerprint` prints, say nothing, nor does the
/// ellipsis behind a short form.
impl FromStr for FingerprintStart {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits: String = text.trim_end_matches('…').chars().filter(|c| *c != ':').collect();
        let fits = (Self::FEWEST..=Self::ALL).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
        if fits { Ok(Self(digits.to_ascii_lowercase())) } else { Err(()) }
    }
}

impl fmt::Display for FingerprintStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_known_by_its_beginning() {
        // e3b0c442 98fc1c14 …, the SHA-256 of nothing.
        let of_nothing = Sha256::of(b"");
        let check = |text: &str, expect: Option<bool>| {
            let read = text.parse::<FingerprintStart>().ok();
            assert_eq!(read.map(|start| start.begins(&of_nothing)), expect, "{text}");
        };
        check("e3b0", Some(true));
        check("E3:B0:C4:42", Some(true));
        check("e3b0c442…", Some(true));
        check(&of_nothing.to_string(), Some(true));
        check("e3b1", Some(false));
        check("e3b", None);
        check("e3bx", None);
        check("", None);
        check(&format!("{of_nothing}0"), None);
    }
}
