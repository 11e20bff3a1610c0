//! Opening an envelope.

use std::io::{self, BufRead, Read};

use super::{Certificate, ContentEncryption, PrivateKey, SmimeError};
use crate::base::Limits;

/// One of our certificates and its private key, to open envelopes with. Cheap to clone.
#[derive(Clone)]
pub struct Decryptor {
    /// The certificate partners encrypt for.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
}

/// An envelope (CMS `EnvelopedData`) that decrypts as it is read, in memory that does not grow with it.
///
/// What it yields is not authenticated: nothing may be acted on before the signature inside is verified.
/// A key that does not unwrap or bad padding is [`SmimeError::DecryptionFailed`], told by the last read and by no
/// earlier one; the bytes before it are noise then. Whoever finds a fault in those bytes must first read to the end
/// (`io::copy` into a sink) and then answer as for a failed decryption, or the time of the answer is an oracle.
pub struct EnvelopeReader<R> {
    source: R,
}

impl<R: Read> EnvelopeReader<R> {
    /// Reads up to the encrypted content and unwraps its key.
    ///
    /// `fallback_key` is fresh randomness: it decrypts the content when the key does not unwrap, so that failing
    /// takes the way and the time of succeeding.
    ///
    /// # Errors
    /// Everything that can be told without a secret: malformed, over a limit, unsupported, not for us.
    pub fn open(
        _source: R,
        _ours: &[Decryptor],
        _limits: &Limits,
        _fallback_key: [u8; 32],
    ) -> Result<Self, SmimeError> {
        Err(SmimeError::DecryptionFailed)
    }

    /// The cipher of the content.
    pub fn algorithm(&self) -> ContentEncryption {
        ContentEncryption::Aes256Cbc
    }
}

impl<R: Read> Read for EnvelopeReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.source.read(out)
    }
}

impl<R: Read> BufRead for EnvelopeReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(&[])
    }

    fn consume(&mut self, _amount: usize) {}
}
