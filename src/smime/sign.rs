//! Signing: a DER `SignedData` (RFC 5652, section 5) beside its content.

use super::algorithm::{ECDSA_WITH_DIGEST, name_of, oid};
use super::scheme::{SigningScheme, hash_and_mask};
use super::{Certificate, ContentDigest, DigestAlgorithm, PrivateKey, SmimeError, der};
use crate::base::Timestamp;

/// The form of a signature, where partners differ. The default suits most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SignatureForm {
    /// How an RSA key signs. Elliptic curves have one way, ECDSA.
    pub padding: RsaPadding,
    /// Whether the algorithms are signed too.
    pub algorithm_protection: AlgorithmProtection,
    /// Whether our certificate travels along.
    pub certificate: SignerCertificate,
}

/// How an RSA key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RsaPadding {
    /// RSASSA-PKCS1-v1_5, which every product reads.
    #[default]
    Pkcs1,
    /// RSASSA-PSS, its mask by the signature's digest and its salt as long as that.
    Pss,
}

/// Whether the signed attributes name the algorithms (RFC 6211), against their exchange for others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum AlgorithmProtection {
    /// They do.
    #[default]
    Included,
    /// They do not: for products that stumble over the attribute.
    Omitted,
}

/// Whether the signer's certificate is inside the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SignerCertificate {
    /// It is, for products that look there.
    #[default]
    Embedded,
    /// It is not: the partner has it.
    LeftOut,
}

/// Signs content by its digest: a detached signature (DER `ContentInfo` with `SignedData`) with the signed attributes
/// content-type, signing-time and message-digest. It uses the digest's algorithm.
///
/// # Errors
/// A key that does not belong to the certificate, or is neither RSA nor on a curve.
pub fn sign_detached(
    content: &ContentDigest,
    certificate: &Certificate,
    key: &PrivateKey,
    signing_time: Timestamp,
    form: SignatureForm,
) -> Result<Vec<u8>, SmimeError> {
    let unusable = |what: &str| SmimeError::Unusable { what: format!("the key for {} {what}", certificate.subject()) };
    if !key.belongs_to(certificate) {
        return Err(unusable("does not belong to the certificate"));
    }
    let algorithm = content.algorithm();
    let scheme = match (key.rsa().is_some(), key.is_curve(), form.padding) {
        (true, _, RsaPadding::Pkcs1) => SigningScheme::Pkcs1,
        (true, _, RsaPadding::Pss) => SigningScheme::Pss,
        (false, true, _) => SigningScheme::Ecdsa,
        (false, false, _) => return Err(unusable("is neither RSA nor on a curve and cannot sign")),
    };
    let signature_algorithm = signature_identifier(scheme, algorithm);

    let mut attributes = vec![
        attribute(oid::CONTENT_TYPE, &der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])),
        attribute(oid::SIGNING_TIME, &time(signing_time)),
        attribute(oid::MESSAGE_DIGEST, &der::value(der::OCTET_STRING, &[content.as_bytes()])),
    ];
    if form.algorithm_protection == AlgorithmProtection::Included {
        // RFC 6211, section 2: the signature's algorithm as [1], implicit.
        let tagged = retagged(&signature_algorithm, der::CONTEXT_1);
        let protection = der::value(der::SEQUENCE, &[&digest_identifier(algorithm), &tagged]);
        attributes.push(attribute(oid::ALGORITHM_PROTECTION, &protection));
    }
    let attributes = der::set_of(attributes);
    // RFC 5652, section 5.4: what is signed is the SET OF, not the [0] it travels as.
    let signature = scheme.sign(key, &algorithm.digest(&attributes))?;
    let signer = signer_info(certificate, algorithm, &attributes, &signature_algorithm, &signature);
    Ok(signed_data(algorithm, certificate, form.certificate, &signer))
}

/// The AlgorithmIdentifier of a signature.
fn signature_identifier(scheme: SigningScheme, digest: DigestAlgorithm) -> Vec<u8> {
    match scheme {
        // RFC 3370, section 3.2: `rsaEncryption`, with NULL, is what every reader takes.
        SigningScheme::Pkcs1 => der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
        SigningScheme::Pss => {
            // RFC 4055, section 3.1: a salt of twenty octets is the default, and left out.
            let salt = match digest {
                DigestAlgorithm::Sha1 => Vec::new(),
                _ => der::value(der::CONTEXT_2, &[&der::value(der::INTEGER, &[&[digest.length() as u8]])]),
            };
            der::algorithm(oid::RSASSA_PSS, &der::value(der::SEQUENCE, &[&hash_and_mask(digest), &salt]))
        }
        // RFC 5754, section 3.3: no parameters.
        SigningScheme::Ecdsa => der::algorithm(name_of(&ECDSA_WITH_DIGEST, &digest), &[]),
    }
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
