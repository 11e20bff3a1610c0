//! The message integrity check: what a receipt says was received (RFC 4130, section 7.4.3).

use std::fmt;

use openssl::base64;

use super::{ContentDigest, DigestAlgorithm};

/// A digest as `Received-Content-MIC` carries it. Two are equal when algorithm and digest are, however spelled.
#[derive(Clone, Debug)]
pub struct Mic {
    digest: ContentDigest,
    spelling: String,
}

impl Mic {
    /// A MIC that names its algorithm as we spell it.
    pub fn new(digest: ContentDigest) -> Self {
        Self { digest, spelling: digest.algorithm().micalg().to_owned() }
    }

    /// The same MIC naming its algorithm as the partner did when it asked for the receipt, as many products compare
    /// the text. A spelling that names another algorithm, or is no token (RFC 2045, section 5.1), changes nothing.
    #[must_use]
    pub fn spelled(mut self, spelling: &str) -> Self {
        let is_token =
            !spelling.is_empty() && spelling.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
        if is_token && DigestAlgorithm::parse_micalg(spelling) == Some(self.digest.algorithm()) {
            spelling.clone_into(&mut self.spelling);
        }
        self
    }

    /// Reads the value of a `Received-Content-MIC`: base64, the last comma, the algorithm; space may stand anywhere
    /// (the value may have been folded) and a comment may follow. A missing algorithm, which older products leave out,
    /// is told by the digest's length.
    pub fn parse(text: &str) -> Option<Self> {
        const LONGEST: usize = 256;
        if text.len() > LONGEST {
            return None;
        }
        let without_comment = text.split('(').next().unwrap_or(text);
        let (digest, spelling) = match without_comment.rsplit_once(',') {
            Some((digest, rest)) => (digest, Some(rest.trim())),
            None => (without_comment, None),
        };
        let digest: String = digest.chars().filter(|c| !c.is_whitespace()).collect();
        let bytes = base64::decode_block(&digest).ok()?;
        let algorithm = match spelling {
            Some(spelling) => DigestAlgorithm::parse_micalg(spelling)?,
            None => DigestAlgorithm::ALL.into_iter().find(|algorithm| algorithm.length() == bytes.len())?,
        };
        let mic = Self::new(ContentDigest::from_bytes(algorithm, &bytes)?);
        Some(mic.spelled(spelling.unwrap_or_default()))
    }

    /// The algorithm.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.digest.algorithm()
    }

    /// The digest.
    pub const fn digest(&self) -> &ContentDigest {
        &self.digest
    }
}

impl PartialEq for Mic {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for Mic {}

/// `7v7F++fQaNB1sVLFtMRp+dF+eG4=, sha1`, on one line.
impl fmt::Display for Mic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", base64::encode_block(self.digest.as_bytes()), self.spelling)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=";

    #[test]
    fn prints_base64_and_the_partners_spelling() {
        let mic = Mic::new(DigestAlgorithm::Sha1.digest(b"abc"));
        let check = |spelling: &str, expect: &str| {
            assert_eq!(mic.clone().spelled(spelling).to_string(), format!("{ABC}, {expect}"));
        };
        check("sha1", "sha1");
        check("SHA-1", "SHA-1");
        check("sha-256", "sha1");
        check("sha1\r\nX: y", "sha1");
        check(" sha1", "sha1");
        check("", "sha1");
        let long = Mic::new(DigestAlgorithm::Sha512.digest(b"abc")).to_string();
        assert_eq!(long.lines().count(), 1);
    }

    #[test]
    fn reads_what_products_send() {
        let expect = Mic::new(DigestAlgorithm::Sha1.digest(b"abc"));
        let check = |text: &str, fits: bool| {
            assert_eq!(Mic::parse(text).is_some_and(|mic| mic == expect), fits, "{text}");
        };
        check(&format!("{ABC}, sha1"), true);
        check(&format!("{ABC},sha1"), true);
        check(&format!("  {ABC} , SHA-1 (a, comment)"), true);
        check("qZk+NkcGgWq6PiVx\r\n eFDCbJzQ2J0=, sha1", true);
        check(ABC, true);
        check(&format!("{ABC}, sha256"), false);
        check(&format!("{ABC}, md5"), false);
        check("not base64!, sha1", false);
        check(", sha1", false);
        check("", false);
        check(&"A".repeat(257), false);
        assert_eq!(Mic::parse(&expect.to_string()).unwrap().to_string(), expect.to_string());
    }
}
