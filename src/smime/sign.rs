//! Signing: a DER `SignedData` (RFC 5652, section 5) beside its content.

use openssl::rsa::Padding;

use super::algorithm::{digest_info, oid};
use super::{Certificate, ContentDigest, DigestAlgorithm, PrivateKey, SmimeError, der};
use crate::base::Timestamp;

/// Signs content by its digest: a detached signature (DER `ContentInfo` with `SignedData`) with the signed attributes
/// content-type, signing-time and message-digest, and the certificate beside it. It uses the digest's algorithm.
///
/// # Errors
/// A key that does not belong to the certificate or is not RSA.
pub fn sign_detached(
    content: &ContentDigest,
    certificate: &Certificate,
    key: &PrivateKey,
    signing_time: Timestamp,
) -> Result<Vec<u8>, SmimeError> {
    let attributes = der::set_of(vec![
        attribute(oid::CONTENT_TYPE, &der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])),
        attribute(oid::SIGNING_TIME, &time(signing_time)),
        attribute(oid::MESSAGE_DIGEST, &der::value(der::OCTET_STRING, &[content.as_bytes()])),
    ]);
    // RFC 5652, section 5.4: what is signed is the SET OF, not the [0] it travels as.
    let digest = content.algorithm().digest(&attributes);
    let signature = sign_digest(&digest, certificate, key)?;
    let signer = signer_info(certificate, content.algorithm(), &attributes, &signature);
    Ok(signed_data(content.algorithm(), certificate, &signer))
}

/// RSASSA-PKCS1-v1_5 (RFC 8017, section 8.2.1).
fn sign_digest(digest: &ContentDigest, certificate: &Certificate, key: &PrivateKey) -> Result<Vec<u8>, SmimeError> {
    let unusable = |what: &str| SmimeError::Unusable { what: format!("the key for {} {what}", certificate.subject()) };
    if !key.belongs_to(certificate) {
        return Err(unusable("does not belong to the certificate"));
    }
    let rsa = key.rsa().ok_or_else(|| unusable("is no RSA key and cannot sign"))?;
    let info = digest_info(digest.algorithm(), digest.as_bytes(), der::NULL);
    let mut signature = vec![0; rsa.size() as usize];
    rsa.private_encrypt(&info, &mut signature, Padding::PKCS1).map_err(SmimeError::primitive("signing"))?;
    Ok(signature)
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
fn signer_info(certificate: &Certificate, algorithm: DigestAlgorithm, attributes: &[u8], signature: &[u8]) -> Vec<u8> {
    let mut tagged = attributes.to_vec();
    if let Some(identifier) = tagged.first_mut() {
        *identifier = der::CONTEXT_0;
    }
    let parts = [
        der::value(der::INTEGER, &[&[1]]),
        certificate.name().to_der(),
        digest_identifier(algorithm),
        tagged,
        // RFC 3370, section 3.2: `rsaEncryption`, with NULL, is what every reader takes.
        der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
        der::value(der::OCTET_STRING, &[signature]),
    ];
    der::value(der::SEQUENCE, &[&parts.concat()])
}

/// RFC 5754, section 2: the parameters of SHA-2 are left out; RFC 3370, section 2.1: so are those of SHA-1.
fn digest_identifier(algorithm: DigestAlgorithm) -> Vec<u8> {
    der::algorithm(algorithm.oid(), &[])
}

/// ContentInfo with SignedData (RFC 5652, section 5.1): no content, X.509 certificates, so version 1.
fn signed_data(algorithm: DigestAlgorithm, certificate: &Certificate, signer: &[u8]) -> Vec<u8> {
    let parts = [
        der::value(der::INTEGER, &[&[1]]),
        der::value(der::SET, &[&digest_identifier(algorithm)]),
        der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])]),
        der::value(der::CONTEXT_0, &[certificate.der()]),
        der::value(der::SET, &[signer]),
    ];
    let signed = der::value(der::SEQUENCE, &[&parts.concat()]);
    let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::SIGNED_DATA]);
    der::value(der::SEQUENCE, &[&identifier, &der::value(der::CONTEXT_0, &[&signed])])
}
