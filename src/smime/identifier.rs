//! How CMS says whose certificate it means: SignerIdentifier and RecipientIdentifier (RFC 5652, sections 5.3, 6.2.1).

use std::fmt;
use std::io::BufRead;

use super::ber::{BerReader, Tag};
use super::certificate::{CertificateName, hexadecimal};
use super::{Certificate, SmimeError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CertificateIdentifier {
    /// issuerAndSerialNumber
    Name(CertificateName),
    /// subjectKeyIdentifier
    KeyId(Vec<u8>),
}

impl CertificateIdentifier {
    /// Bytes of a key identifier: SHA-512 is the longest in use.
    pub(crate) const MOST_KEY_ID: usize = 64;

    pub(crate) fn read<R: BufRead>(ber: &mut BerReader<R>) -> Result<Self, SmimeError> {
        if ber.peek()? == Some(Tag::context(0)) {
            return ber.octets(Tag::context(0), "a subject key identifier", Self::MOST_KEY_ID).map(Self::KeyId);
        }
        CertificateName::read(ber).map(Self::Name)
    }

    /// Whether it means this certificate.
    pub(crate) fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.name(),
            Self::KeyId(id) => certificate.key_id() == Some(id),
        }
    }
}

/// For operators: `serial number F00D0001`.
impl fmt::Display for CertificateIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "serial number {}", hexadecimal(name.shown_serial())),
            Self::KeyId(id) => write!(f, "subject key identifier {}", hexadecimal(id)),
        }
    }
}
