//! Verifying a signature under the certificates that were configured, and no others.

use std::fmt;

use super::{Certificate, ContentDigest, ContentDigests, DigestAlgorithm, Signature};
use crate::base::{Sha256, Timestamp};

/// Whether a signature must cover signed attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignedAttributes {
    /// It must.
    Required,
    /// It may cover the content directly, as IBM Sterling's does.
    Optional,
}

/// The smallest RSA key whose signature counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RsaFloor {
    /// 2048 bits.
    Bits2048,
    /// 1024 bits, for partners whose file says so.
    Bits1024,
}

/// What a signature must be to count, beside being right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignaturePolicy {
    /// Digest algorithms accepted.
    pub digests: Vec<DigestAlgorithm>,
    /// Whether signed attributes are required.
    pub signed_attributes: SignedAttributes,
    /// The smallest RSA key accepted.
    pub rsa_floor: RsaFloor,
}

/// SHA-2, signed attributes, RSA of 2048 bits or more.
impl Default for SignaturePolicy {
    fn default() -> Self {
        Self {
            digests: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Sha384, DigestAlgorithm::Sha512],
            signed_attributes: SignedAttributes::Required,
            rsa_floor: RsaFloor::Bits2048,
        }
    }
}

/// A signature that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The fingerprint of the configured certificate it verified under.
    pub signer: Sha256,
    /// The digest of the content, by the signature's algorithm: the MIC of a signed message (RFC 4130, section 7.4.3).
    pub content: ContentDigest,
    /// Whether signed attributes were there.
    pub signed_attributes: bool,
    /// When the signer says it signed; a claim, not a fact.
    pub signing_time: Option<Timestamp>,
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignatureFault {
    /// Well-formed, but not made over this by the key of any certificate configured: authentication-failed.
    Untrusted {
        /// Who the signature says made it, for the operator to compare with the certificates configured.
        claimed: String,
    },
    /// Rightly signed by a certificate configured, over other content than this: integrity-check-failed.
    DigestDiffers {
        /// The fingerprint of the configured certificate.
        signer: Sha256,
        /// The algorithm of the digest that differs.
        algorithm: DigestAlgorithm,
    },
    /// Weaker than the policy allows: insufficient-message-security.
    WeakAlgorithm(Weakness),
    /// A signer's part of the signature is not what it should be.
    Malformed {
        /// What is wrong.
        what: &'static str,
    },
    /// An algorithm we do not know.
    Unsupported {
        /// Which algorithm: `digest algorithm`, `signature algorithm`.
        what: &'static str,
        /// Its object identifier.
        name: String,
    },
    /// The caller did not take the content's digest by this algorithm: see [`Signature::digest_algorithms`].
    DigestNotTaken(DigestAlgorithm),
}

/// In what way a signature is too weak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Its digest algorithm is not accepted.
    Digest(&'static str),
    /// Its RSA key is too short.
    RsaBits(u32),
    /// It has no signed attributes.
    NoSignedAttributes,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(name) => write!(f, "its digest algorithm is {name}"),
            Self::RsaBits(bits) => write!(f, "its RSA key has only {bits} bits"),
            Self::NoSignedAttributes => f.write_str("it has no signed attributes"),
        }
    }
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untrusted { claimed } => {
                write!(
                    f,
                    "the signature does not verify under any certificate configured; it claims to be by {claimed}"
                )
            }
            Self::DigestDiffers { signer, algorithm } => {
                write!(
                    f,
                    "the content is not what was signed: its {algorithm} differs from the one signed with {signer}"
                )
            }
            Self::WeakAlgorithm(weakness) => write!(f, "the signature is weaker than allowed: {weakness}"),
            Self::Malformed { what } => write!(f, "the signature is malformed: {what}"),
            Self::Unsupported { what, name } => write!(f, "the signature's {what} {name} is not supported"),
            Self::DigestNotTaken(algorithm) => write!(f, "the {algorithm} of the content was not taken"),
        }
    }
}

impl std::error::Error for SignatureFault {}

impl Signature {
    /// Verifies it over content with these digests. It counts when one of its signers verifies under one of the
    /// certificates in `trusted`; certificates inside the signature are never trusted.
    ///
    /// # Errors
    /// When no signer's signature counts: the fault of the signer that came nearest.
    pub fn verify(
        &self,
        _content: &ContentDigests,
        _trusted: &[Certificate],
        _policy: &SignaturePolicy,
    ) -> Result<Verified, SignatureFault> {
        Err(SignatureFault::Malformed { what: "" })
    }
}
