//! Message digests: the algorithms, their many spellings, and the digests of content while it passes.

use std::fmt;
use std::io;

use openssl::sha;

/// The digest algorithms a signature or a receipt may use. MD5 is not among them and never will be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DigestAlgorithm {
    /// SHA-1: read from partners whose file says so, never the default.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl DigestAlgorithm {
    /// All of them, weakest first.
    pub const ALL: [Self; 4] = [Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Reads a `micalg` as partners write it: any case, quoted or not, `sha1`, `SHA`, `sha-1`, `rsa-sha1`, `sha256`,
    /// `sha-256`, `sha_256`, `sha2-256` (RFC 8551, section 3.5.3.2 and its note on history).
    pub fn parse_micalg(text: &str) -> Option<Self> {
        const LONGEST: usize = 32;
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '"' || c == '\'');
        if text.len() > LONGEST {
            return None;
        }
        let plain: String =
            text.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).map(|c| c.to_ascii_lowercase()).collect();
        let plain = plain.strip_prefix("rsa").unwrap_or(&plain);
        match plain {
            "sha" | "sha1" => Some(Self::Sha1),
            "sha256" | "sha2256" => Some(Self::Sha256),
            "sha384" | "sha2384" => Some(Self::Sha384),
            "sha512" | "sha2512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The spelling we send: `sha1`, and `sha-256` and so on for SHA-2, which every certified product reads.
    pub const fn micalg(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha-256",
            Self::Sha384 => "sha-384",
            Self::Sha512 => "sha-512",
        }
    }

    /// Bytes of a digest.
    pub const fn length(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }

    /// The digest of `bytes`.
    pub fn digest(self, bytes: &[u8]) -> ContentDigest {
        match self {
            Self::Sha1 => ContentDigest::Sha1(sha::sha1(bytes)),
            Self::Sha256 => ContentDigest::Sha256(sha::sha256(bytes)),
            Self::Sha384 => ContentDigest::Sha384(sha::sha384(bytes)),
            Self::Sha512 => ContentDigest::Sha512(sha::sha512(bytes)),
        }
    }
}

impl fmt::Display for DigestAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sha1 => "SHA-1",
            Self::Sha256 => "SHA-256",
            Self::Sha384 => "SHA-384",
            Self::Sha512 => "SHA-512",
        })
    }
}

/// The digest of some content, with the algorithm that made it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum ContentDigest {
    /// By SHA-1.
    Sha1([u8; 20]),
    /// By SHA-256.
    Sha256([u8; 32]),
    /// By SHA-384.
    Sha384([u8; 48]),
    /// By SHA-512.
    Sha512([u8; 64]),
}

impl ContentDigest {
    /// A digest that was stored or received, when `bytes` has the length `algorithm` gives.
    pub fn from_bytes(algorithm: DigestAlgorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            DigestAlgorithm::Sha1 => bytes.try_into().ok().map(Self::Sha1),
            DigestAlgorithm::Sha256 => bytes.try_into().ok().map(Self::Sha256),
            DigestAlgorithm::Sha384 => bytes.try_into().ok().map(Self::Sha384),
            DigestAlgorithm::Sha512 => bytes.try_into().ok().map(Self::Sha512),
        }
    }

    /// The algorithm that made it.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        match self {
            Self::Sha1(_) => DigestAlgorithm::Sha1,
            Self::Sha256(_) => DigestAlgorithm::Sha256,
            Self::Sha384(_) => DigestAlgorithm::Sha384,
            Self::Sha512(_) => DigestAlgorithm::Sha512,
        }
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Sha1(bytes) => bytes,
            Self::Sha256(bytes) => bytes,
            Self::Sha384(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        }
    }
}

impl fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.algorithm())?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Takes content in as it passes, and at the end gives its digest by each of a chosen set of algorithms.
#[derive(Clone)]
pub struct ContentDigester {
    running: Vec<Running>,
    first_byte: Option<u8>,
}

#[derive(Clone)]
enum Running {
    Sha1(sha::Sha1),
    Sha256(sha::Sha256),
    Sha384(sha::Sha384),
    Sha512(sha::Sha512),
}

impl ContentDigester {
    /// Will give a digest by each of `algorithms`; naming one twice costs nothing.
    pub fn new(algorithms: impl IntoIterator<Item = DigestAlgorithm>) -> Self {
        let mut chosen: Vec<DigestAlgorithm> = algorithms.into_iter().collect();
        chosen.sort_unstable();
        chosen.dedup();
        let start = |algorithm| match algorithm {
            DigestAlgorithm::Sha1 => Running::Sha1(sha::Sha1::new()),
            DigestAlgorithm::Sha256 => Running::Sha256(sha::Sha256::new()),
            DigestAlgorithm::Sha384 => Running::Sha384(sha::Sha384::new()),
            DigestAlgorithm::Sha512 => Running::Sha512(sha::Sha512::new()),
        };
        Self { running: chosen.into_iter().map(start).collect(), first_byte: None }
    }

    /// Takes in the next bytes of the content.
    pub fn update(&mut self, bytes: &[u8]) {
        self.first_byte = self.first_byte.or(bytes.first().copied());
        for digest in &mut self.running {
            match digest {
                Running::Sha1(digest) => digest.update(bytes),
                Running::Sha256(digest) => digest.update(bytes),
                Running::Sha384(digest) => digest.update(bytes),
                Running::Sha512(digest) => digest.update(bytes),
            }
        }
    }

    /// The digests of all that was taken in.
    pub fn finish(self) -> ContentDigests {
        let finish = |digest| match digest {
            Running::Sha1(digest) => ContentDigest::Sha1(digest.finish()),
            Running::Sha256(digest) => ContentDigest::Sha256(digest.finish()),
            Running::Sha384(digest) => ContentDigest::Sha384(digest.finish()),
            Running::Sha512(digest) => ContentDigest::Sha512(digest.finish()),
        };
        ContentDigests { digests: self.running.into_iter().map(finish).collect(), first_byte: self.first_byte }
    }
}

/// Writing to it takes the bytes in; it never fails.
impl io::Write for ContentDigester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for ContentDigester {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContentDigester of {} digests", self.running.len())
    }
}

/// The digests of one content.
#[derive(Clone, Debug)]
pub struct ContentDigests {
    digests: Vec<ContentDigest>,
    first_byte: Option<u8>,
}

impl ContentDigests {
    /// The digests of `bytes` by each of `algorithms`.
    pub fn of(bytes: &[u8], algorithms: impl IntoIterator<Item = DigestAlgorithm>) -> Self {
        let mut digester = ContentDigester::new(algorithms);
        digester.update(bytes);
        digester.finish()
    }

    /// The digest by `algorithm`, when it was among those chosen.
    pub fn get(&self, algorithm: DigestAlgorithm) -> Option<&ContentDigest> {
        self.digests.iter().find(|digest| digest.algorithm() == algorithm)
    }

    /// All of them, weakest first.
    pub fn iter(&self) -> impl Iterator<Item = &ContentDigest> {
        self.digests.iter()
    }

    /// The first byte of the content, by which a signature without signed attributes is told from one over attributes.
    pub(crate) fn first_byte(&self) -> Option<u8> {
        self.first_byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_of_micalg_that_was_met() {
        let check = |text: &str, expect: Option<DigestAlgorithm>| {
            assert_eq!(DigestAlgorithm::parse_micalg(text), expect, "{text}");
        };
        for text in ["sha1", "sha-1", "SHA1", "SHA", "rsa-sha1", "\"sha1\"", " sha-1 "] {
            check(text, Some(DigestAlgorithm::Sha1));
        }
        for text in ["sha256", "sha-256", "SHA-256", "sha_256", "sha2-256", "sha2_256", "rsa-sha256", "\"sha-256\""] {
            check(text, Some(DigestAlgorithm::Sha256));
        }
        check("SHA2-384", Some(DigestAlgorithm::Sha384));
        check("sha-512", Some(DigestAlgorithm::Sha512));
        for text in ["", "md5", "rsa-md5", "sha2", "sha224", "sha-3-256", "é", "unknown"] {
            check(text, None);
        }
        check(&format!("sha256{}", "-".repeat(26)), Some(DigestAlgorithm::Sha256));
        check(&format!("sha256{}", "-".repeat(27)), None);
        for algorithm in DigestAlgorithm::ALL {
            check(algorithm.micalg(), Some(algorithm));
        }
    }

    #[test]
    fn content_in_pieces_has_the_digests_of_the_whole() {
        let content: Vec<u8> = (0..10_000u32).flat_map(u32::to_le_bytes).collect();
        let mut digester = ContentDigester::new(DigestAlgorithm::ALL.into_iter().chain([DigestAlgorithm::Sha256]));
        content.chunks(77).for_each(|piece| digester.update(piece));
        let digests = digester.finish();
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(digests.get(algorithm), Some(&algorithm.digest(&content)));
            assert_eq!(algorithm.digest(&content).as_bytes().len(), algorithm.length());
        }
        assert_eq!(digests.iter().count(), 4);
        assert_eq!(ContentDigests::of(b"", [DigestAlgorithm::Sha1]).get(DigestAlgorithm::Sha256), None);
    }
}
