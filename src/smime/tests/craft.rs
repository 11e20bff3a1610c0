//! CMS as other products write it, put together by hand.

use crate::smime::algorithm::{digest_info, oid};
use crate::smime::der;
use crate::smime::{Certificate, DigestAlgorithm, PrivateKey};

/// A value in BER of indefinite length.
pub(crate) fn indefinite(identifier: u8, content: &[u8]) -> Vec<u8> {
    [&[identifier, 0x80], content, &[0, 0]].concat()
}

/// The same value with every definite length of a constructed value made indefinite, the names of certificates and the
/// strings inside them too.
pub(crate) fn indefinite_everywhere(der: &[u8]) -> Vec<u8> {
    indefinite_but(der, &[])
}

/// The same, but for sets and what is in them: the recipients of an envelope, which products copy as they are.
pub(crate) fn indefinite_around_sets(der: &[u8]) -> Vec<u8> {
    indefinite_but(der, &[der::SET])
}

fn indefinite_but(der: &[u8], kept: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = der;
    while let [identifier, first, ..] = *rest {
        let (header, length) = match first {
            0x81 => (3, usize::from(rest[2])),
            0x82 => (4, usize::from(rest[2]) << 8 | usize::from(rest[3])),
            _ => (2, usize::from(first)),
        };
        let (value, after) = rest.split_at(header + length);
        if identifier & 0x20 == 0 || kept.contains(&identifier) {
            out.extend_from_slice(value);
        } else {
            out.extend(indefinite(identifier, &indefinite_but(&value[header..], kept)));
        }
        rest = after;
    }
    out
}

/// A detached SignedData in DER without certificates and without signed attributes: the signature, by an algorithm that is
/// called rsaEncryption, is over the content itself.
pub(crate) fn without_attributes(
    content: &[u8],
    algorithm: DigestAlgorithm,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Vec<u8> {
    signed_data(&[], content, algorithm, certificate, key)
}

/// The same with the two attributes that there must be, and no more.
pub(crate) fn with_attributes(
    content: &[u8],
    algorithm: DigestAlgorithm,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Vec<u8> {
    let digest = algorithm.digest(content);
    let attributes = der::set_of(vec![
        attribute(oid::CONTENT_TYPE, &der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])),
        attribute(oid::MESSAGE_DIGEST, &der::value(der::OCTET_STRING, &[digest.as_bytes()])),
    ]);
    let travelling = [&[der::CONTEXT_0], attributes.get(1..).unwrap()].concat();
    signed_data(&travelling, &attributes, algorithm, certificate, key)
}

fn attribute(name: &[u8], value: &[u8]) -> Vec<u8> {
    der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[name]), &der::value(der::SET, &[value])])
}

fn signed_data(
    travelling: &[u8],
    signed: &[u8],
    algorithm: DigestAlgorithm,
    certificate: &Certificate,
    key: &PrivateKey,
) -> Vec<u8> {
    let rsa = key.rsa().unwrap();
    let info = digest_info(algorithm, algorithm.digest(signed).as_bytes(), der::NULL);
    let mut signature = vec![0; rsa.size() as usize];
    rsa.private_encrypt(&info, &mut signature, openssl::rsa::Padding::PKCS1).unwrap();
    let digest_algorithm = der::algorithm(algorithm.oid(), der::NULL);
    let version = der::value(der::INTEGER, &[&[1]]);
    let signer = [
        version.clone(),
        certificate.name().to_der(),
        digest_algorithm.clone(),
        travelling.to_vec(),
        der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
        der::value(der::OCTET_STRING, &[&signature]),
    ];
    let parts = [
        version,
        der::value(der::SET, &[&digest_algorithm]),
        der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])]),
        der::value(der::SET, &[&der::value(der::SEQUENCE, &[&signer.concat()])]),
    ];
    let signed = der::value(der::SEQUENCE, &[&parts.concat()]);
    let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::SIGNED_DATA]);
    der::value(der::SEQUENCE, &[&identifier, &der::value(der::CONTEXT_0, &[&signed])])
}
