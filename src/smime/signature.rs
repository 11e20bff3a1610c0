//! Reading a detached signature.

use std::io::Read;

use super::{DigestAlgorithm, SmimeError};
use crate::base::Limits;

/// A detached signature (CMS `SignedData`), read and not yet verified.
#[derive(Clone, Debug)]
pub struct Signature {}

impl Signature {
    /// Reads a signature, BER or DER, within `limits`.
    ///
    /// # Errors
    /// Malformed, over a limit, or another kind of message than a detached signature.
    pub fn parse(_bytes: impl Read, _limits: &Limits) -> Result<Self, SmimeError> {
        Err(SmimeError::DecryptionFailed)
    }

    /// The algorithms [`Signature::verify`] wants digests of the content by, as far as we know them.
    pub fn digest_algorithms(&self) -> Vec<DigestAlgorithm> {
        Vec::new()
    }
}
