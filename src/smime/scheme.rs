//! Signature schemes: what a signer's algorithm identifier says, and whether a signature value is right under a key.

use std::io::BufRead;

use openssl::error::ErrorStack;
use openssl::md::{Md, MdRef};
use openssl::pkey::{Id, PKeyRef, Private, Public};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::RsaPssSaltlen;

use super::algorithm::{AlgorithmIdentifier, ECDSA_WITH_DIGEST, RSA_WITH_DIGEST, digest_info, dotted, named_by, oid};
use super::ber::{BerReader, Tag};
use super::{Certificate, ContentDigest, DigestAlgorithm, PrivateKey, SmimeError, der};

/// How a signer signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignatureScheme {
    /// RSASSA-PKCS1-v1_5, with the digest algorithm when the identifier names one (RFC 3370, section 3.2: some name it,
    /// some write plain `rsaEncryption`).
    Pkcs1(Option<DigestAlgorithm>),
    /// RSASSA-PSS (RFC 4056).
    Pss { digest: DigestAlgorithm, mask: DigestAlgorithm, salt: u16 },
    /// ECDSA (RFC 5753, section 2.1).
    Ecdsa(DigestAlgorithm),
    /// RSA with MD5: known, so that it can be refused as weak.
    Md5,
    /// None of these: its object identifier.
    Unknown(String),
}

impl SignatureScheme {
    pub(crate) fn from_identifier(identifier: &AlgorithmIdentifier) -> Result<Self, SmimeError> {
        let oid = identifier.oid.as_slice();
        Ok(match oid {
            oid::RSA_ENCRYPTION => Self::Pkcs1(None),
            oid::MD5_WITH_RSA => Self::Md5,
            oid::RSASSA_PSS => pss(identifier.parameters.as_deref().unwrap_or(&[0x30, 0]))?,
            _ => named_by(&RSA_WITH_DIGEST, oid)
                .map(|digest| Self::Pkcs1(Some(digest)))
                .or_else(|| named_by(&ECDSA_WITH_DIGEST, oid).map(Self::Ecdsa))
                .unwrap_or_else(|| Self::Unknown(dotted(oid))),
        })
    }

    /// The digest algorithm the identifier names, when it names one.
    pub(crate) fn digest(&self) -> Option<DigestAlgorithm> {
        match self {
            Self::Pkcs1(digest) => *digest,
            Self::Pss { digest, .. } | Self::Ecdsa(digest) => Some(*digest),
            Self::Md5 | Self::Unknown(_) => None,
        }
    }
}

/// RSASSA-PSS-params (RFC 4055, section 3.1). What is left out is SHA-1 and a salt of twenty bytes.
fn pss(parameters: &[u8]) -> Result<SignatureScheme, SmimeError> {
    const WHAT: &str = "the parameters of RSASSA-PSS";
    const DEPTH: usize = 8;
    let mut reader = BerReader::new(parameters, DEPTH);
    let mut salt = 20;
    reader.enter(Tag::SEQUENCE, WHAT)?;
    let (digest, mask) = match read_hash_and_mask(&mut reader, WHAT)? {
        Ok(known) => known,
        Err(unknown) => return Ok(SignatureScheme::Unknown(format!("RSASSA-PSS with {unknown}"))),
    };
    if reader.peek()? == Some(Tag::context(2)) {
        reader.enter(Tag::context(2), WHAT)?;
        // As long as the digest by custom, at most as long as the key.
        salt = match reader.primitive(Tag::INTEGER, WHAT, 2)?.as_slice() {
            [salt @ 0..=0x7f] => u16::from(*salt),
            [high @ 0..=0x7f, low] => u16::from_be_bytes([*high, *low]),
            _ => return Err(reader.malformed(WHAT)),
        };
        reader.leave(WHAT)?;
    }
    if reader.peek()? == Some(Tag::context(3)) {
        reader.skip()?;
    }
    reader.leave(WHAT)?;
    Ok(SignatureScheme::Pss { digest, mask, salt })
}

/// The digest and mask digest with which the parameters of RSASSA-PSS and RSAES-OAEP begin (RFC 4055, sections 3.1 and
/// 4.1). What is left out is SHA-1. The inner error names one that is not known.
pub(crate) fn read_hash_and_mask<R: BufRead>(
    reader: &mut BerReader<R>,
    what: &'static str,
) -> Result<Result<(DigestAlgorithm, DigestAlgorithm), String>, SmimeError> {
    const DEPTH: usize = 8;
    let (mut digest, mut mask) = (DigestAlgorithm::Sha1, DigestAlgorithm::Sha1);
    if reader.peek()? == Some(Tag::context(0)) {
        reader.enter(Tag::context(0), what)?;
        let identifier = AlgorithmIdentifier::read(reader)?;
        match DigestAlgorithm::from_oid(&identifier.oid) {
            Some(known) => digest = known,
            None => return Ok(Err(dotted(&identifier.oid))),
        }
        reader.leave(what)?;
    }
    if reader.peek()? == Some(Tag::context(1)) {
        reader.enter(Tag::context(1), what)?;
        let generator = AlgorithmIdentifier::read(reader)?;
        let inner = generator.parameters.unwrap_or_default();
        let identifier = AlgorithmIdentifier::read(&mut BerReader::new(inner.as_slice(), DEPTH))?;
        match DigestAlgorithm::from_oid(&identifier.oid) {
            Some(known) if generator.oid == oid::MGF1 => mask = known,
            _ => return Ok(Err(dotted(&generator.oid))),
        }
        reader.leave(what)?;
    }
    Ok(Ok((digest, mask)))
}

/// The same in DER, with one digest for both. What is the default is left out (X.690, section 11.5).
pub(crate) fn hash_and_mask(digest: DigestAlgorithm) -> Vec<u8> {
    if digest == DigestAlgorithm::Sha1 {
        return Vec::new();
    }
    // RFC 4055, section 2.1: the parameters of these identifiers are NULL.
    let hash = der::algorithm(digest.oid(), der::NULL);
    let mask = der::algorithm(oid::MGF1, &hash);
    [der::value(der::CONTEXT_0, &[&hash]), der::value(der::CONTEXT_1, &[&mask])].concat()
}

/// How a signature is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SigningScheme {
    Pkcs1,
    Pss,
    Ecdsa,
}

impl SigningScheme {
    /// The signature value over a digest, by a key of the right kind.
    pub(crate) fn sign(self, key: &PrivateKey, digest: &ContentDigest) -> Result<Vec<u8>, SmimeError> {
        self.sign_with(key.pkey(), digest).map_err(SmimeError::primitive("signing"))
    }

    fn sign_with(self, key: &PKeyRef<Private>, digest: &ContentDigest) -> Result<Vec<u8>, ErrorStack> {
        let md = md(digest.algorithm());
        let mut context = PkeyCtx::new(key)?;
        context.sign_init()?;
        match self {
            // RFC 8017, section 8.2.1.
            Self::Pkcs1 => context.set_rsa_padding(Padding::PKCS1)?,
            Self::Pss => context.set_rsa_padding(Padding::PKCS1_PSS)?,
            Self::Ecdsa => {}
        }
        context.set_signature_md(md)?;
        if self == Self::Pss {
            context.set_rsa_mgf1_md(md)?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        let mut signature = Vec::new();
        context.sign_to_vec(digest.as_bytes(), &mut signature)?;
        Ok(signature)
    }
}

/// What a signature value is under a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Made by the key, over this digest.
    Right,
    /// Made by the key, over another digest by the same algorithm.
    OtherDigest,
    /// Neither, as far as can be told.
    Wrong,
}

impl SignatureScheme {
    /// Checks a signature value under a certificate's key.
    pub(crate) fn check(&self, certificate: &Certificate, digest: &ContentDigest, signature: &[u8]) -> Check {
        let right = match self {
            Self::Pkcs1(_) => return certificate.rsa().map_or(Check::Wrong, |rsa| pkcs1(rsa, digest, signature)),
            Self::Pss { mask, salt, .. } => pss_is_right(certificate.public(), digest, *mask, *salt, signature),
            Self::Ecdsa(_) => ecdsa_is_right(certificate.public(), digest, signature),
            Self::Md5 | Self::Unknown(_) => Ok(false),
        };
        if right.unwrap_or(false) { Check::Right } else { Check::Wrong }
    }
}

/// RSASSA-PKCS1-v1_5: what the signature holds is compared whole with what it must hold, never parsed. RFC 8017,
/// appendix A.2.4 wants NULL parameters in the DigestInfo; old products leave them out, and that is taken too.
fn pkcs1(rsa: &Rsa<Public>, digest: &ContentDigest, signature: &[u8]) -> Check {
    let mut held = vec![0; rsa.size() as usize];
    if signature.len() != held.len() {
        return Check::Wrong;
    }
    let Ok(length) = rsa.public_decrypt(signature, &mut held, Padding::PKCS1) else {
        return Check::Wrong;
    };
    let held = held.get(..length).unwrap_or_default();
    let expect = |parameters| digest_info(digest.algorithm(), digest.as_bytes(), parameters);
    let (with_null, without) = (expect(der::NULL), expect(&[]));
    let begins_like = |info: &Vec<u8>| {
        let fixed = info.len() - digest.as_bytes().len();
        held.len() == info.len() && held.get(..fixed) == info.get(..fixed)
    };
    if held == with_null || held == without {
        Check::Right
    } else if begins_like(&with_null) || begins_like(&without) {
        Check::OtherDigest
    } else {
        Check::Wrong
    }
}

fn pss_is_right(
    key: &PKeyRef<Public>,
    digest: &ContentDigest,
    mask: DigestAlgorithm,
    salt: u16,
    signature: &[u8],
) -> Result<bool, ErrorStack> {
    if key.id() != Id::RSA && key.id() != Id::RSA_PSS {
        return Ok(false);
    }
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_rsa_padding(Padding::PKCS1_PSS)?;
    context.set_signature_md(md(digest.algorithm()))?;
    context.set_rsa_mgf1_md(md(mask))?;
    context.set_rsa_pss_saltlen(RsaPssSaltlen::custom(i32::from(salt)))?;
    context.verify(digest.as_bytes(), signature)
}

fn ecdsa_is_right(key: &PKeyRef<Public>, digest: &ContentDigest, signature: &[u8]) -> Result<bool, ErrorStack> {
    if key.id() != Id::EC {
        return Ok(false);
    }
    let mut context = PkeyCtx::new(key)?;
    context.verify_init()?;
    context.set_signature_md(md(digest.algorithm()))?;
    context.verify(digest.as_bytes(), signature)
}

pub(crate) fn md(algorithm: DigestAlgorithm) -> &'static MdRef {
    match algorithm {
        DigestAlgorithm::Sha1 => Md::sha1(),
        DigestAlgorithm::Sha256 => Md::sha256(),
        DigestAlgorithm::Sha384 => Md::sha384(),
        DigestAlgorithm::Sha512 => Md::sha512(),
    }
}
