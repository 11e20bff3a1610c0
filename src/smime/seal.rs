//! Writing an envelope.

use std::io::{Read, Write};

use super::{Certificate, ContentEncryption, SmimeError};
use crate::base::Entropy;

/// Encrypts `content`, which must be `content_length` bytes long, for each of `recipients` and writes the envelope
/// (a DER `ContentInfo` with `EnvelopedData`) to `out` as it goes. Returns the bytes written.
///
/// # Errors
/// No recipients, a recipient without an RSA key, content of another length, I/O.
pub fn seal_envelope(
    _content: impl Read,
    _content_length: u64,
    _out: impl Write,
    _recipients: &[Certificate],
    _encryption: ContentEncryption,
    _entropy: &dyn Entropy,
) -> Result<u64, SmimeError> {
    Err(SmimeError::DecryptionFailed)
}
