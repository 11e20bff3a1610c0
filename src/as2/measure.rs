//! The bytes a MIC is made over, digested as they pass.

use std::io::{self, Read};

use crate::base::Sha256;
use crate::smime::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};

use super::MicLines;
use super::lines::CrlfLines;

/// Takes the digests of the content: by every algorithm asked for, and always SHA-256. Where it is asked to, from the first
/// line that ends in a bare LF on, it takes them with CRLF line ends too. Where a partner's MIC is made over something else than the content, the
/// digests of that as well.
pub(super) struct Measure {
    content: ContentDigester,
    canonical: Option<MicDigester>,
    takes_canonical: bool,
    ends_in_cr: bool,
    mic: Option<MicDigester>,
}

/// The digests of a content.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) digests: ContentDigests,
    /// By SHA-256: the name of the content.
    pub(super) content: Sha256,
    /// The digests with CRLF line ends, where those are others.
    canonical: Option<ContentDigests>,
    /// Of what the MIC is made over, where that is something else.
    mic: Option<ContentDigests>,
}

impl Measure {
    pub(super) fn new(algorithms: &[DigestAlgorithm]) -> Self {
        Self { content: digester(algorithms), canonical: None, takes_canonical: false, ends_in_cr: false, mic: None }
    }

    /// One whose MIC has line ends of its own, or covers another head: `head` is what only the MIC covers.
    pub(super) fn with_mic_of_its_own(algorithms: &[DigestAlgorithm], lines: MicLines, head: &[u8]) -> Self {
        let mut mic = MicDigester::new(digester(algorithms), lines);
        mic.update(head);
        Self { mic: Some(mic), ..Self::new(algorithms) }
    }

    /// The same, taking the digests with CRLF line ends too: what a signature may cover in place of the content.
    pub(super) fn and_canonical_lines(self) -> Self {
        Self { takes_canonical: true, ..self }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.update_content_alone(bytes);
        if let Some(mic) = &mut self.mic {
            mic.update(bytes);
        }
    }

    /// Takes in what belongs to the content and not to the MIC, where that is made over something else.
    pub(super) fn update_content_alone(&mut self, bytes: &[u8]) {
        if !self.takes_canonical {
            return self.content.update(bytes);
        }
        if let Some(canonical) = &mut self.canonical {
            canonical.update(bytes);
            return self.content.update(bytes);
        }
        let (alike, others) = bytes.split_at(bare_line_feed(bytes, self.ends_in_cr).unwrap_or(bytes.len()));
        self.content.update(alike);
        if let Some(last) = alike.last() {
            self.ends_in_cr = *last == b'\r';
        }
        if !others.is_empty() {
            let (digester, lines) = (self.content.clone(), Some(CrlfLines::behind(self.ends_in_cr)));
            let canonical = MicDigester { digester, lines };
            self.canonical.insert(canonical).update(others);
            self.content.update(others);
        }
    }

    pub(super) fn finish(self) -> Measured {
        let canonical = self.canonical.map(MicDigester::finish);
        Measured { canonical, mic: self.mic.map(MicDigester::finish), ..Measured::from(self.content.finish()) }
    }
}

/// Where the first LF without a CR in front of it stands.
fn bare_line_feed(bytes: &[u8], ends_in_cr: bool) -> Option<usize> {
    memchr::memchr_iter(b'\n', bytes).find(|at| match at.checked_sub(1) {
        Some(before) => bytes.get(before) != Some(&b'\r'),
        None => !ends_in_cr,
    })
}

impl From<ContentDigests> for Measured {
    fn from(digests: ContentDigests) -> Self {
        match digests.get(DigestAlgorithm::Sha256) {
            Some(ContentDigest::Sha256(bytes)) => {
                Self { content: Sha256::from_bytes(*bytes), digests, canonical: None, mic: None }
            }
            _ => unreachable!("SHA-256 is always among the algorithms, see digester"),
        }
    }
}

fn digester(algorithms: &[DigestAlgorithm]) -> ContentDigester {
    ContentDigester::new(algorithms.iter().copied().chain([DigestAlgorithm::Sha256]))
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

    /// The MIC's digest by `algorithm`, or by SHA-256 where that one was not taken.
    pub(super) fn mic(&self, algorithm: DigestAlgorithm) -> ContentDigest {
        let digests = self.mic.as_ref().unwrap_or(&self.digests);
        let by = |algorithm| digests.get(algorithm).copied();
        by(algorithm).or_else(|| by(DigestAlgorithm::Sha256)).unwrap_or(ContentDigest::Sha256(*self.content.as_bytes()))
    }
}

/// Digests content as it passes, its line ends as they are or made CRLF.
pub(super) struct MicDigester {
    digester: ContentDigester,
    /// What makes its line ends, where they are not to stay.
    lines: Option<CrlfLines>,
}

impl MicDigester {
    fn new(digester: ContentDigester, lines: MicLines) -> Self {
        Self { digester, lines: (lines == MicLines::Crlf).then(CrlfLines::default) }
    }

    /// One that makes every bare LF a CRLF (RFC 8551, section 3.1.1).
    pub(super) fn canonical(algorithms: &[DigestAlgorithm]) -> Self {
        Self::new(ContentDigester::new(algorithms.iter().copied()), MicLines::Crlf)
    }

    pub(super) fn update(&mut self, piece: &[u8]) {
        match &mut self.lines {
            None => self.digester.update(piece),
            Some(lines) => lines.pass(piece, |piece| self.digester.update(piece)),
        }
    }

    pub(super) fn finish(self) -> ContentDigests {
        self.digester.finish()
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
    fn canonical_lines_are_digested_where_they_are_asked_for_and_are_others() {
        const SHA_256: &[DigestAlgorithm] = &[DigestAlgorithm::Sha256];
        let check = |measure: Measure, pieces: &[&[u8]], expect: Option<&[u8]>| {
            let mut measure = measure;
            pieces.iter().for_each(|piece| measure.update(piece));
            let measured = measure.finish();
            assert_eq!(measured.content, Sha256::of(&pieces.concat()), "{pieces:?}");
            let canonical = measured.with_canonical_lines().map(|canonical| canonical.content);
            assert_eq!(canonical, expect.map(Sha256::of), "{pieces:?}");
        };
        let asked = || Measure::new(SHA_256).and_canonical_lines();
        check(asked(), &[b"a\nb\r"], Some(b"a\r\nb\r"));
        check(asked(), &[b"a\r", b"\nb", b"\n", b"\r"], Some(b"a\r\nb\r\n\r"));
        check(asked(), &[b"a\r\nb\r"], None);
        check(Measure::new(SHA_256), &[b"a\nb\r"], None);
    }
}
