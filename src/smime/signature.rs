//! Reading a detached signature: CMS `SignedData` (RFC 5652, section 5) without its content.
//!
//! Here is found what is there; whether it counts is judged by `verify`.

use std::io::{BufRead, BufReader, Read};

use super::algorithm::{AlgorithmIdentifier, dotted, oid, read_oid};
use super::attribute::Attributes;
use super::ber::{BerReader, Tag};
use super::identifier::CertificateIdentifier;
use super::scheme::SignatureScheme;
use super::{DigestAlgorithm, SmimeError};
use crate::base::{Limits, Sha256};

/// A detached signature (CMS `SignedData`), read and not yet verified.
#[derive(Clone, Debug)]
pub struct Signature {
    pub(crate) content_type: Vec<u8>,
    pub(crate) signers: Vec<Signer>,
    certificates: Vec<Sha256>,
    pub(crate) depth: usize,
}

/// A SignerInfo.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    pub(crate) identifier: CertificateIdentifier,
    pub(crate) digest: SignerDigest,
    pub(crate) attributes: Option<Attributes>,
    pub(crate) scheme: SignatureScheme,
    pub(crate) signature: Vec<u8>,
    /// Whether its attributes protect other algorithms than it names.
    pub(crate) is_exchanged: bool,
}

/// The digest algorithm of a signer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignerDigest {
    Known(DigestAlgorithm),
    /// Known, so that it can be refused as weak.
    Md5,
    /// Its object identifier.
    Unknown(String),
}

impl Signature {
    /// Reads a signature, BER or DER, within `limits`. Bytes after its end are ignored.
    ///
    /// # Errors
    /// Malformed, over a limit, or another kind of message than a detached signature.
    pub fn parse(bytes: impl Read, limits: &Limits) -> Result<Self, SmimeError> {
        let ber = BerReader::new(BufReader::new(bytes), limits.der_depth);
        let mut ber = ber.with_ceiling("bytes in a signature", limits.signature);
        let content_type = enter_content(&mut ber)?;
        let certificates = read_certificates(&mut ber, limits)?;
        if ber.peek()? == Some(Tag::context(1)) {
            // Revocation lists.
            ber.skip()?;
        }
        let signers = read_signers(&mut ber, limits)?;
        const WHAT: &str = "something follows its signers";
        ber.leave(WHAT)?;
        ber.leave(WHAT)?;
        ber.leave(WHAT)?;
        Ok(Self { content_type, signers, certificates, depth: limits.der_depth })
    }

    /// The algorithms [`Signature::verify`] wants digests of the content by, as far as we know them.
    pub fn digest_algorithms(&self) -> Vec<DigestAlgorithm> {
        let known = self.signers.iter().filter_map(|signer| match &signer.digest {
            SignerDigest::Known(algorithm) => Some(*algorithm),
            SignerDigest::Md5 | SignerDigest::Unknown(_) => None,
        });
        let mut algorithms: Vec<_> = known.collect();
        algorithms.sort_unstable();
        algorithms.dedup();
        algorithms
    }

    /// The fingerprints of the certificates it carries, for an operator to compare. They are never trusted.
    pub fn carried_certificates(&self) -> &[Sha256] {
        &self.certificates
    }
}

/// ContentInfo (RFC 5652, section 3) and the head of SignedData (section 5.1), up to the certificates.
fn enter_content<R: BufRead>(ber: &mut BerReader<R>) -> Result<Vec<u8>, SmimeError> {
    const WHAT: &str = "it is no CMS signed data";
    ber.enter(Tag::SEQUENCE, WHAT)?;
    let content_type = read_oid(ber, WHAT)?;
    if content_type != oid::SIGNED_DATA {
        return Err(SmimeError::Unsupported { what: "content type", name: dotted(&content_type) });
    }
    ber.enter(Tag::context(0), WHAT)?;
    ber.enter(Tag::SEQUENCE, WHAT)?;
    ber.primitive(Tag::INTEGER, "its version", 1)?;
    if ber.peek()? != Some(Tag::SET) {
        return Err(ber.malformed("its digest algorithms"));
    }
    // A hint for readers in one pass; each signer names its own, and that one counts.
    ber.skip()?;

    const CONTENT: &str = "its content information";
    ber.enter(Tag::SEQUENCE, CONTENT)?;
    let signed_type = read_oid(ber, CONTENT)?;
    if ber.peek()? == Some(Tag::context(0)) {
        let name = "that carries its content (opaque signing)".to_owned();
        return Err(SmimeError::Unsupported { what: "signature", name });
    }
    ber.leave(CONTENT)?;
    Ok(signed_type)
}

fn read_certificates<R: BufRead>(ber: &mut BerReader<R>, limits: &Limits) -> Result<Vec<Sha256>, SmimeError> {
    const WHAT: &str = "its certificates";
    let mut certificates = Vec::new();
    if ber.peek()? != Some(Tag::context(0)) {
        return Ok(certificates);
    }
    ber.enter(Tag::context(0), WHAT)?;
    while ber.peek()?.is_some() {
        if certificates.len() >= limits.certificates {
            return Err(SmimeError::over("certificates", limits.certificates));
        }
        certificates.push(Sha256::of(&ber.raw(WHAT, limits.signature)?));
    }
    ber.leave(WHAT)?;
    Ok(certificates)
}

fn read_signers<R: BufRead>(ber: &mut BerReader<R>, limits: &Limits) -> Result<Vec<Signer>, SmimeError> {
    const WHAT: &str = "its signers";
    let mut signers = Vec::new();
    ber.enter(Tag::SET, WHAT)?;
    while ber.peek()?.is_some() {
        if signers.len() >= limits.signers {
            return Err(SmimeError::over("signers", limits.signers));
        }
        signers.push(Signer::read(ber, limits)?);
    }
    if signers.is_empty() {
        return Err(ber.malformed("it has no signer"));
    }
    ber.leave(WHAT)?;
    Ok(signers)
}

/// Bytes of a signature value: RSA of 16,384 bits.
const MOST_SIGNATURE: usize = 2048;

impl Signer {
    /// SignerInfo (RFC 5652, section 5.3).
    fn read<R: BufRead>(ber: &mut BerReader<R>, limits: &Limits) -> Result<Self, SmimeError> {
        const WHAT: &str = "a signer";
        ber.enter(Tag::SEQUENCE, WHAT)?;
        ber.primitive(Tag::INTEGER, WHAT, 1)?;
        let identifier = CertificateIdentifier::read(ber)?;
        let digest_algorithm = AlgorithmIdentifier::read(ber)?;
        let attributes = match ber.peek()? {
            Some(tag) if tag == Tag::context(0) => {
                let raw = ber.raw("its signed attributes", limits.signature)?;
                Some(Attributes::read(raw, limits.der_depth)?)
            }
            _ => None,
        };
        let signature_algorithm = AlgorithmIdentifier::read(ber)?;
        let digest = SignerDigest::from_oid(&digest_algorithm.oid);
        let scheme = SignatureScheme::from_identifier(&signature_algorithm)?;
        let protected =
            attributes.as_ref().is_none_or(|all: &Attributes| all.protects(&digest_algorithm, &signature_algorithm));
        let signature = ber.octets(Tag::OCTET_STRING, "a signature value", MOST_SIGNATURE)?;
        if ber.peek()? == Some(Tag::context(1)) {
            // Unsigned attributes: counter-signatures and time stamps, said by anybody.
            ber.skip()?;
        }
        ber.leave(WHAT)?;
        Ok(Self { identifier, digest, attributes, scheme, signature, is_exchanged: !protected })
    }
}

impl SignerDigest {
    fn from_oid(name: &[u8]) -> Self {
        match DigestAlgorithm::from_oid(name) {
            Some(algorithm) => Self::Known(algorithm),
            None if name == oid::MD5 => Self::Md5,
            None => Self::Unknown(dotted(name)),
        }
    }
}
