//! The bytes a MIC is made over, digested as they pass.

use std::io::{self, Read};

use crate::base::Sha256;
use crate::smime::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};

/// Takes the digests of the MIC's input: by every algorithm asked for, and always SHA-256. From the first line that ends in a
/// bare LF on, it takes them with CRLF line ends too.
pub(super) struct Measure {
    digester: ContentDigester,
    canonical: Option<CanonicalLines>,
    ends_in_cr: bool,
}

/// The digests of the MIC's input.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) digests: ContentDigests,
    /// By SHA-256: the name of the content.
    pub(super) content: Sha256,
    /// The digests with CRLF line ends, where those are others.
    canonical: Option<ContentDigests>,
}

impl Measure {
    pub(super) fn new(algorithms: &[DigestAlgorithm]) -> Self {
        let digester = ContentDigester::new(algorithms.iter().copied().chain([DigestAlgorithm::Sha256]));
        Self { digester, canonical: None, ends_in_cr: false }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        if let Some(canonical) = &mut self.canonical {
            canonical.update(bytes);
            return self.digester.update(bytes);
        }
        let (alike, others) = bytes.split_at(bare_line_feed(bytes, self.ends_in_cr).unwrap_or(bytes.len()));
        self.digester.update(alike);
        if let Some(last) = alike.last() {
            self.ends_in_cr = *last == b'\r';
        }
        if !others.is_empty() {
            let canonical = CanonicalLines { digester: self.digester.clone(), ends_in_cr: self.ends_in_cr };
            self.canonical.insert(canonical).update(others);
            self.digester.update(others);
        }
    }

    pub(super) fn finish(self) -> Measured {
        let canonical = self.canonical.map(CanonicalLines::finish);
        Measured { canonical, ..Measured::from(self.digester.finish()) }
    }
}

/// Where the first LF without a CR in front of it stands.
fn bare_line_feed(bytes: &[u8], ends_in_cr: bool) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find(|at| match at.checked_sub(1) {
        Some(before) => bytes.get(before) != Some(&b'\r'),
        None => !ends_in_cr,
    })
}

/// Takes the digests of content with every bare LF made CRLF (RFC 8551, section 3.1.1).
pub(super) struct CanonicalLines {
    digester: ContentDigester,
    ends_in_cr: bool,
}

impl CanonicalLines {
    pub(super) fn new(algorithms: &[DigestAlgorithm]) -> Self {
        Self { digester: ContentDigester::new(algorithms.iter().copied()), ends_in_cr: false }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_suffix(b"\n") {
                Some(text) if !(text.last().copied() == Some(b'\r') || text.is_empty() && self.ends_in_cr) => {
                    self.digester.update(text);
                    self.digester.update(b"\r\n");
                }
                _ => self.digester.update(line),
            }
            self.ends_in_cr = line.last().copied() == Some(b'\r');
        }
    }

    pub(super) fn finish(self) -> ContentDigests {
        self.digester.finish()
    }
}

impl From<ContentDigests> for Measured {
    fn from(digests: ContentDigests) -> Self {
        match digests.get(DigestAlgorithm::Sha256) {
            Some(ContentDigest::Sha256(bytes)) => {
                Self { content: Sha256::from_bytes(*bytes), digests, canonical: None }
            }
            _ => unreachable!("SHA-256 is always among the algorithms, see Measure::new"),
        }
    }
}

impl Measured {
    /// The content as it came and no other way.
    pub(super) fn without_canonical_lines(self) -> Self {
        Self { canonical: None, ..self }
    }

    /// The same content with CRLF line ends, where it has others.
    pub(super) fn with_canonical_lines(&self) -> Option<Self> {
        self.canonical.clone().map(Self::from)
    }

    /// The digest by `algorithm`, or by SHA-256 where that one was not taken.
    pub(super) fn by(&self, algorithm: DigestAlgorithm) -> ContentDigest {
        self.digests.get(algorithm).copied().unwrap_or(ContentDigest::Sha256(*self.content.as_bytes()))
    }
}

/// Reads a source and shows every byte to a [`Measure`].
pub(super) struct Tee<'a, R> {
    pub(super) source: R,
    pub(super) measure: &'a mut Measure,
}

impl<R: Read> Read for Tee<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(out)?;
        self.measure.update(out.get(..read).unwrap_or_default());
        Ok(read)
    }
}

/// Reads a source to its end.
pub(super) fn drain(source: &mut dyn Read) -> io::Result<()> {
    io::copy(source, &mut io::sink()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_end_in_lf_are_measured_with_crlf_too() {
        let check = |content: &str, expect: Option<&str>| {
            for step in 1..=content.len() {
                let mut measure = Measure::new(&[DigestAlgorithm::Sha1]);
                content.as_bytes().chunks(step).for_each(|piece| measure.update(piece));
                let measured = measure.finish();
                assert_eq!(measured.content, Sha256::of(content.as_bytes()), "{content:?} by {step}");
                let canonical = measured.with_canonical_lines().map(|measured| measured.content);
                assert_eq!(canonical, expect.map(|text| Sha256::of(text.as_bytes())), "{content:?} by {step}");
            }
        };
        check("a\r\nb\r\n", None);
        check("a\rb", None);
        check("a\nb", Some("a\r\nb"));
        check("a\r\nb\n\nc\r", Some("a\r\nb\r\n\r\nc\r"));
        check("\n", Some("\r\n"));
    }
}
