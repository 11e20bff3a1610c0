//! The bytes a MIC is made over, digested as they pass.

use std::io::{self, Read};

use crate::base::Sha256;
use crate::smime::{ContentDigest, ContentDigester, ContentDigests, DigestAlgorithm};

/// Takes the digests of the MIC's input: by every algorithm asked for, and always SHA-256.
pub(super) struct Measure(ContentDigester);

/// The digests of the MIC's input.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) digests: ContentDigests,
    /// By SHA-256: the name of the content.
    pub(super) content: Sha256,
}

impl Measure {
    pub(super) fn new(algorithms: &[DigestAlgorithm]) -> Self {
        Self(ContentDigester::new(algorithms.iter().copied().chain([DigestAlgorithm::Sha256])))
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> Measured {
        let digests = self.0.finish();
        match digests.get(DigestAlgorithm::Sha256) {
            Some(ContentDigest::Sha256(bytes)) => Measured { content: Sha256::from_bytes(*bytes), digests },
            _ => unreachable!("SHA-256 is always among the algorithms, see new"),
        }
    }
}

impl Measured {
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
