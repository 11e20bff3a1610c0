//! Signing: a DER `SignedData` (RFC 5652, section 5) beside its content.

use openssl::error::ErrorStack;
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::Padding;
use openssl::sign::RsaPssSaltlen;

use super::algorithm::{ECDSA_WITH_DIGEST, name_of, oid};
use super::scheme::{hash_and_mask, md};
use super::{Certificate, ContentDigest, DigestAlgorithm, PrivateKey, SmimeError, der};
use crate::base::Timestamp;

/// How a signature is made, as far as the key leaves a choice. The default suits most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SignatureStyle {
    /// The padding of RSA signatures. A key on a curve signs by ECDSA.
    pub padding: RsaPadding,
    /// Whether the algorithms are among what is signed.
    pub algorithm_protection: AlgorithmProtection,
    /// Whether our certificate travels with it.
    pub certificate: CertificateInside,
}

/// The padding of an RSA signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RsaPadding {
    /// RSASSA-PKCS1-v1_5, which every product reads.
    #[default]
    Pkcs1,
    /// RSASSA-PSS with a salt as long as the digest (RFC 4056).
    Pss,
}

/// The CMSAlgorithmProtection attribute (RFC 6211).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AlgorithmProtection {
    /// It is there.
    #[default]
    Included,
    /// It is left out, for products that refuse what they do not know (IBM Sterling, DataPower).
    LeftOut,
}

/// Whether a signature carries the signer's certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum CertificateInside {
    /// It does, as Peppol wants it.
    #[default]
    Embedded,
    /// It does not.
    LeftOut,
}

/// Signs content by its digest: a detached signature (DER `ContentInfo` with `SignedData`) with the signed attributes
/// content-type, signing-time, message-digest and, unless left out, CMSAlgorithmProtection. It uses the digest's
/// algorithm.
///
/// # Errors
/// A key that does not belong to the certificate or is neither RSA nor on a curve.
pub fn sign_detached(
    content: &ContentDigest,
    certificate: &Certificate,
    key: &PrivateKey,
    style: SignatureStyle,
    signing_time: Timestamp,
) -> Result<Vec<u8>, SmimeError> {
    let unusable = |what: &str| SmimeError::Unusable { what: format!("the key for {} {what}", certificate.subject()) };
    if !key.belongs_to(certificate) {
        return Err(unusable("does not belong to the certificate"));
    }
    let algorithm = content.algorithm();
    let scheme = match (key.rsa(), style.padding) {
        (Some(_), RsaPadding::Pkcs1) => Scheme::Pkcs1,
        (Some(_), RsaPadding::Pss) => Scheme::Pss,
        (None, _) if key.is_curve() => Scheme::Ecdsa,
        (None, _) => return Err(unusable("is no RSA key and on no elliptic curve, and cannot sign")),
    };
    let identifier = scheme.identifier(algorithm);
    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])),
        attribute(oid::SIGNING_TIME, &time(signing_time)),
        attribute(oid::MESSAGE_DIGEST, &der::value(der::OCTET_STRING, &[content.as_bytes()])),
    ];
    if style.algorithm_protection == AlgorithmProtection::Included {
        attributes.push(attribute(oid::ALGORITHM_PROTECTION, &algorithm_protection(algorithm, &identifier)));
    }
    let attributes = der::set_of(attributes);
    // RFC 5652, section 5.4: what is signed is the SET OF, not the [0] it travels as.
    let digest = algorithm.digest(&attributes);
    let signature = scheme.sign(key, &digest).map_err(SmimeError::primitive("signing"))?;
    let signer = signer_info(certificate, algorithm, &attributes, &identifier, &signature);
    let inside = (style.certificate == CertificateInside::Embedded).then_some(certificate);
    Ok(signed_data(algorithm, inside, &signer))
}

#[derive(Clone, Copy)]
enum Scheme {
    Pkcs1,
    Pss,
    Ecdsa,
}

impl Scheme {
    /// The signatureAlgorithm.
    fn identifier(self, digest: DigestAlgorithm) -> Vec<u8> {
        match self {
            // RFC 3370, section 3.2: `rsaEncryption`, with NULL, is what every reader takes.
            Self::Pkcs1 => der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
            Self::Pss => {
                let salt = der::value(der::INTEGER, &[&[digest.length() as u8]]);
                let salt = der::value(der::CONTEXT_2, &[&salt]);
                // RFC 4055, section 3.1: twenty is the default.
                let salt = if digest == DigestAlgorithm::Sha1 { &[] } else { salt.as_slice() };
                der::algorithm(oid::RSASSA_PSS, &der::value(der::SEQUENCE, &[&hash_and_mask(digest), salt]))
            }
            // RFC 5754, section 3.3: the parameters are left out.
            Self::Ecdsa => der::algorithm(name_of(&ECDSA_WITH_DIGEST, &digest), &[]),
        }
    }

    fn sign(self, key: &PrivateKey, digest: &ContentDigest) -> Result<Vec<u8>, ErrorStack> {
        let mut context = PkeyCtx::new(key.pkey())?;
        context.sign_init()?;
        match self {
            Self::Pkcs1 => context.set_rsa_padding(Padding::PKCS1)?,
            Self::Pss => context.set_rsa_padding(Padding::PKCS1_PSS)?,
            Self::Ecdsa => {}
        }
        context.set_signature_md(md(digest.algorithm()))?;
        if matches!(self, Self::Pss) {
            context.set_rsa_mgf1_md(md(digest.algorithm()))?;
            context.set_rsa_pss_saltlen(RsaPssSaltlen::DIGEST_LENGTH)?;
        }
        let mut signature = Vec::new();
        context.sign_to_vec(digest.as_bytes(), &mut signature)?;
        Ok(signature)
    }
}

/// CMSAlgorithmProtection (RFC 6211, section 2): the two identifiers of the SignerInfo, the second as `[1]`.
fn algorithm_protection(digest: DigestAlgorithm, signature_algorithm: &[u8]) -> Vec<u8> {
    let mut tagged = signature_algorithm.to_vec();
    if let Some(identifier) = tagged.first_mut() {
        *identifier = der::CONTEXT_1;
    }
    der::value(der::SEQUENCE, &[&digest_identifier(digest), &tagged])
}

fn attribute(identifier: &[u8], value: &[u8]) -> Vec<u8> {
    der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[identifier]), &der::value(der::SET, &[value])])
}

/// UTCTime from 1950 to 2049, GeneralizedTime outside (RFC 5652, section 11.3).
fn time(instant: Timestamp) -> Vec<u8> {
    let utc = jiff::tz::Offset::UTC.to_datetime(instant.to_jiff());
    let rest = utc.strftime("%m%d%H%M%SZ");
    match utc.year() {
        year @ 1950..=2049 => der::value(der::UTC_TIME, &[format!("{:02}{rest}", year % 100).as_bytes()]),
        year => der::value(der::GENERALIZED_TIME, &[format!("{year:04}{rest}").as_bytes()]),
    }
}

/// SignerInfo with issuer and serial number, so version 1 (RFC 5652, section 5.3).
fn signer_info(
    certificate: &Certificate,
    algorithm: DigestAlgorithm,
    attributes: &[u8],
    signature_algorithm: &[u8],
    signature: &[u8],
) -> Vec<u8> {
    let parts = [
        der::value(der::INTEGER, &[&[1]]),
        certificate.name().to_der(),
        digest_identifier(algorithm),
        retagged(attributes, der::CONTEXT_0),
        signature_algorithm.to_vec(),
        der::value(der::OCTET_STRING, &[signature]),
    ];
    der::value(der::SEQUENCE, &[&parts.concat()])
}

/// A value under an implicit tag.
fn retagged(value: &[u8], tag: u8) -> Vec<u8> {
    let mut value = value.to_vec();
    if let Some(identifier) = value.first_mut() {
        *identifier = tag;
    }
    value
}

/// RFC 5754, section 2: the parameters of SHA-2 are left out; RFC 3370, section 2.1: so are those of SHA-1.
fn digest_identifier(algorithm: DigestAlgorithm) -> Vec<u8> {
    der::algorithm(algorithm.oid(), &[])
}

/// ContentInfo with SignedData (RFC 5652, section 5.1): no content, X.509 certificates or none, so version 1.
fn signed_data(
    algorithm: DigestAlgorithm,
    certificate: &Certificate,
    carried: SignerCertificate,
    signer: &[u8],
) -> Vec<u8> {
    let certificates = match carried {
        SignerCertificate::Embedded => der::value(der::CONTEXT_0, &[certificate.der()]),
        SignerCertificate::LeftOut => Vec::new(),
    };
    let parts = [
        der::value(der::INTEGER, &[&[1]]),
        der::value(der::SET, &[&digest_identifier(algorithm)]),
        der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])]),
        certificates,
        der::value(der::SET, &[signer]),
    ];
    let signed = der::value(der::SEQUENCE, &[&parts.concat()]);
    let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::SIGNED_DATA]);
    der::value(der::SEQUENCE, &[&identifier, &der::value(der::CONTEXT_0, &[&signed])])
}
