//! The bytes a MIC is made over, digested as they pass.

use std::io::{self, Read};

use crate::base::Sha256;
use crate::smime::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};

use super::MicLines;

/// Takes the digests of the content: by every algorithm asked for, and always SHA-256. From the first line that ends in a
/// bare LF on, it takes them with CRLF line ends too. Where a partner's MIC is made over something else than the content, the
/// digests of that as well.
pub(super) struct Measure {
    content: ContentDigester,
    canonical: Option<MicDigester>,
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
        Self { content: digester(algorithms), canonical: None, ends_in_cr: false, mic: None }
    }

    /// One whose MIC has line ends of its own, or covers another head: `head` is what only the MIC covers.
    pub(super) fn with_mic_of_its_own(algorithms: &[DigestAlgorithm], lines: MicLines, head: &[u8]) -> Self {
        let mut mic = MicDigester { digester: digester(algorithms), lines, ends_in_cr: false };
        mic.update(head);
        Self { mic: Some(mic), ..Self::new(algorithms) }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.update_content_alone(bytes);
        if let Some(mic) = &mut self.mic {
            mic.update(bytes);
        }
    }

    /// Takes in what belongs to the content and not to the MIC, where that is made over something else.
    pub(super) fn update_content_alone(&mut self, bytes: &[u8]) {
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
            let (digester, ends_in_cr) = (self.content.clone(), self.ends_in_cr);
            let canonical = MicDigester { digester, lines: MicLines::Crlf, ends_in_cr };
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
    lines: MicLines,
    ends_in_cr: bool,
}

impl MicDigester {
    /// One that makes every bare LF a CRLF (RFC 8551, section 3.1.1).
    pub(super) fn canonical(algorithms: &[DigestAlgorithm]) -> Self {
        let digester = ContentDigester::new(algorithms.iter().copied());
        Self { digester, lines: MicLines::Crlf, ends_in_cr: false }
    }

    pub(super) fn update(&mut self, piece: &[u8]) {
        if self.lines == MicLines::AsReceived {
            return self.digester.update(piece);
        }
        for line in piece.split_inclusive(|byte| *byte == b'\n') {
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
