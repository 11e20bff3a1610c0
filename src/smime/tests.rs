//! The whole of S/MIME: against itself, against the `openssl` command line, and against those who mean harm.

mod ber;
mod bounds;
mod compress;
pub(crate) mod craft;
mod envelope;
pub(super) mod keys;
mod odd;
mod openssl_cms;
mod robust;
mod signature;

use std::io::Read;

use super::*;
use crate::base::{Entropy, Limits, Sha256};

/// Bytes that look random and are the same in every run.
struct Fixed;

impl Entropy for Fixed {
    fn fill(&self, out: &mut [u8]) {
        for (index, byte) in out.iter_mut().enumerate() {
            *byte = (index as u8).wrapping_mul(167).wrapping_add(13);
        }
    }
}

const CONTENT: &[u8] = b"Content-Type: application/edi-x12\r\n\r\nISA*00*          *00*          *ZZ*ACME*ZZ*US~\r\n";

const CIPHERS: [ContentEncryption; 7] = ContentEncryption::ALL;

const SHA_2: [DigestAlgorithm; 3] = [DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512];

fn decryptor(identity: &keys::Identity) -> Decryptor {
    Decryptor { certificate: identity.certificate.clone(), key: identity.key.clone() }
}

fn seal(content: &[u8], recipients: &[&keys::Identity], encryption: ContentEncryption) -> Vec<u8> {
    seal_by(content, recipients, encryption, KeyTransport::Pkcs1)
}

fn seal_by(
    content: &[u8],
    recipients: &[&keys::Identity],
    encryption: ContentEncryption,
    key_transport: KeyTransport,
) -> Vec<u8> {
    let certificates: Vec<_> = recipients.iter().map(|identity| identity.certificate.clone()).collect();
    let mut sealed = Vec::new();
    let sealing = Sealing { recipients: &certificates, encryption, key_transport };
    let written = seal_envelope(content, content.len() as u64, &mut sealed, &sealing, &Fixed).unwrap();
    assert_eq!(written, sealed.len() as u64);
    sealed
}

fn open(sealed: &[u8], ours: &[Decryptor]) -> Result<Vec<u8>, SmimeError> {
    open_within(sealed, ours, &Limits::default())
}

fn open_within(sealed: &[u8], ours: &[Decryptor], limits: &Limits) -> Result<Vec<u8>, SmimeError> {
    let mut content = Vec::new();
    EnvelopeReader::open(sealed, ours, limits, [0x5a; 32])?.read_to_end(&mut content)?;
    Ok(content)
}

fn verify(signature: &[u8], content: &[u8], trusted: &[&keys::Identity]) -> Result<Verified, SignatureFault> {
    verify_by(signature, content, trusted, &SignaturePolicy::default())
}

fn verify_by(
    signature: &[u8],
    content: &[u8],
    trusted: &[&keys::Identity],
    policy: &SignaturePolicy,
) -> Result<Verified, SignatureFault> {
    let trusted: Vec<_> = trusted.iter().map(|identity| identity.certificate.clone()).collect();
    let signature = Signature::parse(signature, &Limits::default()).unwrap();
    signature.verify(&ContentDigests::of(content, DigestAlgorithm::ALL), &trusted, policy)
}
