//! Throw-away keys and certificates, made once in a run: RSA keys take long.

use std::sync::OnceLock;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::symm::Cipher;
use openssl::x509::extension::SubjectKeyIdentifier;
use openssl::x509::{X509, X509NameBuilder};

use crate::smime::{Certificate, PrivateKey};

pub(crate) struct Identity {
    pub(crate) certificate: Certificate,
    pub(crate) key: PrivateKey,
    pub(crate) certificate_pem: String,
    pub(crate) key_pem: String,
    pkey: PKey<Private>,
}

/// A partner.
pub(crate) fn acme() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| rsa("acme", 0xf00d_0001, 2048))
}

/// Ourselves.
pub(crate) fn us() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| rsa("us", 2, 2048))
}

/// Our next certificate.
pub(crate) fn us_next() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| rsa("us", 3, 2048))
}

/// Our certificate renewed over the same key.
pub(crate) fn acme_renewed() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| identity("acme", 0x77, acme().pkey.clone()))
}

/// Somebody nobody configured, under the partner's name and serial number.
pub(crate) fn stranger() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| rsa("acme", 0xf00d_0001, 2048))
}

/// A partner with a key of twenty years ago.
pub(crate) fn short() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| rsa("short", 5, 1024))
}

/// A partner with a P-256 key.
pub(crate) fn curve() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        identity("curve", 6, PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
    })
}

/// Keys on P-256, P-384 and P-521.
pub(crate) fn curves() -> [&'static Identity; 3] {
    static ONCE: OnceLock<[Identity; 2]> = OnceLock::new();
    let [second, third] = ONCE.get_or_init(|| {
        [(Nid::SECP384R1, 8), (Nid::SECP521R1, 9)].map(|(curve, serial)| {
            let group = EcGroup::from_curve_name(curve).unwrap();
            identity("curve", serial, PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
        })
    });
    [curve(), second, third]
}

/// A partner whose key can neither encrypt nor sign as we do.
pub(crate) fn edwards() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| identity("edwards", 10, PKey::generate_ed25519().unwrap()))
}

/// A partner with a curve shorter than any should use.
pub(crate) fn small_curve() -> &'static Identity {
    static ONCE: OnceLock<Identity> = OnceLock::new();
    ONCE.get_or_init(|| {
        let group = EcGroup::from_curve_name(Nid::SECP224R1).unwrap();
        identity("small curve", 7, PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap())
    })
}

pub(crate) fn acme_key_encrypted(passphrase: &str) -> Vec<u8> {
    acme().pkey.private_key_to_pem_pkcs8_passphrase(Cipher::aes_256_cbc(), passphrase.as_bytes()).unwrap()
}

fn rsa(name: &str, serial: u32, bits: u32) -> Identity {
    identity(name, serial, PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap())
}

fn identity(name: &str, serial: u32, pkey: PKey<Private>) -> Identity {
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    subject.append_entry_by_text("O", "Acme Bearings").unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    let serial = BigNum::from_u32(serial).unwrap();
    builder.set_serial_number(&Asn1Integer::from_bn(&serial).unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
    builder.set_not_after(&Asn1Time::from_unix(2_000_000_000).unwrap()).unwrap();
    builder.set_pubkey(&pkey).unwrap();
    let key_id = SubjectKeyIdentifier::new().build(&builder.x509v3_context(None, None)).unwrap();
    builder.append_extension(key_id).unwrap();
    let digest = if pkey.id() == Id::ED25519 { MessageDigest::null() } else { MessageDigest::sha256() };
    builder.sign(&pkey, digest).unwrap();
    let certificate_pem = String::from_utf8(builder.build().to_pem().unwrap()).unwrap();
    let key_pem = String::from_utf8(pkey.private_key_to_pem_pkcs8().unwrap()).unwrap();
    Identity {
        certificate: Certificate::from_pem(certificate_pem.as_bytes()).unwrap(),
        key: PrivateKey::from_pem(key_pem.as_bytes(), None).unwrap(),
        certificate_pem,
        key_pem,
        pkey,
    }
}
