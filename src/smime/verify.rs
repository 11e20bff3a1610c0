//! Verifying a signature under the certificates that were configured, and no others.

use std::fmt;

use super::attribute::Attributes;
use super::scheme::{Check, SignatureScheme};
use super::signature::{Signer, SignerDigest};
use super::{Certificate, ContentDigest, ContentDigests, DigestAlgorithm, Signature, der};
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
    /// When the signer says it signed, told by a signed attribute; a claim, not a fact.
    pub signing_time: Option<Timestamp>,
}

/// Why a signature does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    Digest(String),
    /// Its key is too short: so many bits.
    ShortKey(u32),
    /// It has no signed attributes.
    NoSignedAttributes,
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digest(name) => write!(f, "its digest algorithm is {name}"),
            Self::ShortKey(bits) => write!(f, "its key has only {bits} bits"),
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

impl Verified {
    /// The digest algorithm of the signature.
    pub const fn algorithm(&self) -> DigestAlgorithm {
        self.content.algorithm()
    }
}

impl SignatureFault {
    /// How near a signature with this fault came to counting, to tell of the nearest of several.
    const fn nearness(&self) -> u8 {
        match self {
            Self::Malformed { .. } => 0,
            Self::Untrusted { .. } => 1,
            Self::Unsupported { .. } => 2,
            Self::DigestNotTaken(_) => 3,
            Self::WeakAlgorithm(_) => 4,
            Self::DigestDiffers { .. } => 5,
        }
    }
}

impl RsaFloor {
    const fn bits(self) -> u32 {
        match self {
            Self::Bits2048 => 2048,
            Self::Bits1024 => 1024,
        }
    }
}

impl Signature {
    /// Verifies it over content with these digests. It counts when one of its signers verifies under one of the
    /// certificates in `trusted`; certificates inside the signature are never trusted.
    ///
    /// # Errors
    /// When no signer's signature counts: the fault of the signer that came nearest.
    pub fn verify(
        &self,
        content: &ContentDigests,
        trusted: &[Certificate],
        policy: &SignaturePolicy,
    ) -> Result<Verified, SignatureFault> {
        let mut nearest = SignatureFault::Malformed { what: "it has no signer" };
        for signer in &self.signers {
            match self.judge(signer, content, trusted, policy) {
                Ok(verified) => return Ok(verified),
                Err(fault) if fault.nearness() >= nearest.nearness() => nearest = fault,
                Err(_) => {}
            }
        }
        Err(nearest)
    }

    fn judge(
        &self,
        signer: &Signer,
        content: &ContentDigests,
        trusted: &[Certificate],
        policy: &SignaturePolicy,
    ) -> Result<Verified, SignatureFault> {
        let algorithm = signer.accepted_digest(policy)?;
        let digest = content.get(algorithm).ok_or(SignatureFault::DigestNotTaken(algorithm))?;
        let (by, signing_time) = match &signer.attributes {
            Some(attributes) => {
                (self.signer_of_attributes(signer, attributes, digest, trusted)?, attributes.signing_time)
            }
            None if policy.signed_attributes == SignedAttributes::Required => {
                return Err(SignatureFault::WeakAlgorithm(Weakness::NoSignedAttributes));
            }
            // The bytes of signed attributes, passed off as content, would verify under the signature over them
            // (draft-ietf-lamps-cms-euf-cma-signeddata). They begin as a DER SET does; no MIME entity of a partner's
            // begins with the digit that is the same byte.
            None if content.first_byte() == Some(der::SET) => return Err(self.untrusted(signer)),
            None => (self.signer_of_content(signer, digest, trusted)?, None),
        };
        strong_enough(by, policy)?;
        Ok(Verified { signer: by.fingerprint(), content: *digest, signing_time })
    }

    /// Who signed the attributes, which must be about this content.
    fn signer_of_attributes<'a>(
        &self,
        signer: &Signer,
        attributes: &Attributes,
        content: &ContentDigest,
        trusted: &'a [Certificate],
    ) -> Result<&'a Certificate, SignatureFault> {
        if signer.is_exchanged {
            return Err(SignatureFault::Malformed { what: "its algorithms are not those its attributes protect" });
        }
        let algorithm = content.algorithm();
        let about = attributes.message_digest(&self.content_type).map_err(|what| SignatureFault::Malformed { what })?;
        let by = self.signer_of_bytes(signer, attributes, algorithm, trusted).ok_or_else(|| self.untrusted(signer))?;
        if about != content.as_bytes() {
            return Err(SignatureFault::DigestDiffers { signer: by.fingerprint(), algorithm });
        }
        Ok(by)
    }

    /// The certificate under which the attributes verify: as received, else as the DER they should have been.
    fn signer_of_bytes<'a>(
        &self,
        signer: &Signer,
        attributes: &Attributes,
        algorithm: DigestAlgorithm,
        trusted: &'a [Certificate],
    ) -> Option<&'a Certificate> {
        let under = |set: &[u8]| {
            let digest = algorithm.digest(set);
            signer.candidates(trusted).into_iter().find(|one| signer.check(one, &digest) == Check::Right)
        };
        let as_received = attributes.as_set();
        under(&as_received).or_else(|| {
            let der = attributes.as_der_set(self.depth).ok().filter(|der| *der != as_received)?;
            under(&der)
        })
    }

    /// The certificate under which a signature over the content itself verifies.
    fn signer_of_content<'a>(
        &self,
        signer: &Signer,
        content: &ContentDigest,
        trusted: &'a [Certificate],
    ) -> Result<&'a Certificate, SignatureFault> {
        let mut fault = self.untrusted(signer);
        for certificate in signer.candidates(trusted) {
            match signer.check(certificate, content) {
                Check::Right => return Ok(certificate),
                Check::OtherDigest => {
                    let (signer, algorithm) = (certificate.fingerprint(), content.algorithm());
                    fault = SignatureFault::DigestDiffers { signer, algorithm };
                }
                Check::Wrong => {}
            }
        }
        Err(fault)
    }

    fn untrusted(&self, signer: &Signer) -> SignatureFault {
        let mut claimed = format!("the certificate with {}", signer.identifier);
        for (index, fingerprint) in self.carried_certificates().iter().enumerate() {
            let introduction = if index == 0 { "; it carries the certificate with fingerprint" } else { " and" };
            claimed.push_str(&format!("{introduction} {fingerprint}"));
        }
        SignatureFault::Untrusted { claimed }
    }
}

impl Signer {
    /// The digest algorithm, when it is known, accepted, and the one the signature algorithm names.
    fn accepted_digest(&self, policy: &SignaturePolicy) -> Result<DigestAlgorithm, SignatureFault> {
        let unsupported = |what, name: &str| SignatureFault::Unsupported { what, name: name.to_owned() };
        let algorithm = match (&self.digest, &self.scheme) {
            (SignerDigest::Md5, _) | (_, SignatureScheme::Md5) => {
                return Err(SignatureFault::WeakAlgorithm(Weakness::Digest("MD5".to_owned())));
            }
            (SignerDigest::Unknown(name), _) => return Err(unsupported("digest algorithm", name)),
            (_, SignatureScheme::Unknown(name)) => return Err(unsupported("signature algorithm", name)),
            (SignerDigest::Known(algorithm), _) => *algorithm,
        };
        if self.scheme.digest().is_some_and(|named| named != algorithm) {
            return Err(SignatureFault::Malformed { what: "its digest and signature algorithms do not agree" });
        }
        if !policy.digests.contains(&algorithm) {
            return Err(SignatureFault::WeakAlgorithm(Weakness::Digest(algorithm.to_string())));
        }
        Ok(algorithm)
    }

    /// The certificates to try: those it names, else all, for a renewed certificate may keep its key.
    fn candidates<'a>(&self, trusted: &'a [Certificate]) -> Vec<&'a Certificate> {
        let named: Vec<_> = trusted.iter().filter(|certificate| self.identifier.names(certificate)).collect();
        if named.is_empty() { trusted.iter().collect() } else { named }
    }

    fn check(&self, certificate: &Certificate, digest: &ContentDigest) -> Check {
        self.scheme.check(certificate, digest, &self.signature)
    }
}

/// Asked only of a key that made the signature, so that a short key is told only where nothing else is wrong.
fn strong_enough(certificate: &Certificate, policy: &SignaturePolicy) -> Result<(), SignatureFault> {
    /// The smallest elliptic curve whose signature counts, about as strong as RSA of 3072 bits.
    const FEWEST_CURVE_BITS: u32 = 256;
    let bits = certificate.key_bits();
    let fewest = if certificate.is_curve() { FEWEST_CURVE_BITS } else { policy.rsa_floor.bits() };
    if bits < fewest {
        return Err(SignatureFault::WeakAlgorithm(Weakness::ShortKey(bits)));
    }
    Ok(())
}
