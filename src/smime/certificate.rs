//! Certificates and private keys an operator configured, parsed once.

use std::fmt;
use std::sync::Arc;

use openssl::pkey::{PKey, Private, Public};

use super::SmimeError;
use crate::base::{Secret, Sha256, Timestamp};

/// A certificate from a file of the operator's. Cheap to clone; equal when the fingerprints are.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    fingerprint: Sha256,
    subject: String,
    not_before: Timestamp,
    not_after: Timestamp,
    bits: u32,
    der: Vec<u8>,
    public: PKey<Public>,
}

impl Certificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why.
    pub fn from_pem(_pem: &[u8]) -> Result<Self, SmimeError> {
        Err(SmimeError::DecryptionFailed)
    }

    /// Reads a DER certificate.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why.
    pub fn from_der(_der: &[u8]) -> Result<Self, SmimeError> {
        Err(SmimeError::DecryptionFailed)
    }

    /// SHA-256 of its DER.
    pub fn fingerprint(&self) -> Sha256 {
        self.0.fingerprint
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The subject, as `CN=acme, O=Acme Bearings`.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The serial number in hexadecimal, as `openssl x509 -serial` prints it.
    pub fn serial(&self) -> String {
        String::new()
    }

    /// Valid from.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// Valid until.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Bits of its public key.
    pub fn key_bits(&self) -> u32 {
        self.0.bits
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.fingerprint())
    }
}

/// A private key. Cheap to clone; it has no `Debug`, and OpenSSL wipes it when the last clone goes.
#[derive(Clone)]
pub struct PrivateKey(PKey<Private>);

impl PrivateKey {
    /// Reads a private key from PEM: PKCS#8 or traditional, encrypted when `passphrase` is given.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why: no key, a passphrase wanting or wrong.
    pub fn from_pem(_pem: &[u8], _passphrase: Option<&Secret<String>>) -> Result<Self, SmimeError> {
        Err(SmimeError::DecryptionFailed)
    }

    /// Whether it is the key of this certificate.
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        self.0.public_eq(&certificate.0.public)
    }
}
