//! Certificates as partners have them: what RFC 5280 forbids and their products made all the same. An operator configured
//! them, so they are read; they are known by their fingerprint.

use openssl::pkey::PKey;
use openssl::rsa::Rsa;

use super::*;
use crate::smime::der;

/// The parts of a certificate, each as DER.
struct Odd {
    version: Vec<u8>,
    serial: Vec<u8>,
    subject: Vec<u8>,
    validity: [&'static [u8]; 2],
    extensions: Vec<Vec<u8>>,
}

const SHA_256_WITH_RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b];
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
const UNIT: &[u8] = &[0x55, 0x04, 0x0b];
const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 0x13];
const KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x0f];
const EXTENDED_KEY_USAGE: &[u8] = &[0x55, 0x1d, 0x25];
/// Nobody's.
const UNKNOWN: &[u8] = &[0x2a, 0x03, 0x04, 0x05];
const UTF_8: u8 = 0x0c;
const PRINTABLE: u8 = 0x13;
const T61: u8 = 0x14;
const IA5: u8 = 0x16;
const BMP: u8 = 0x1e;

impl Default for Odd {
    fn default() -> Self {
        Self {
            version: der::value(0xa0, &[&[0x02, 0x01, 0x02]]),
            serial: vec![0x01],
            subject: name(&[(COMMON_NAME, PRINTABLE, b"acme")]),
            validity: [b"\x17\x0d250101000000Z", b"\x17\x0d330101000000Z"],
            extensions: vec![extension(BASIC_CONSTRAINTS, true, &[0x30, 0x00])],
        }
    }
}

fn name(parts: &[(&[u8], u8, &[u8])]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = parts
        .iter()
        .map(|(kind, string, text)| {
            let pair = der::value(der::SEQUENCE, &[&der::value(0x06, &[kind]), &der::value(*string, &[text])]);
            der::value(der::SET, &[&pair])
        })
        .collect();
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    der::value(der::SEQUENCE, &parts)
}

fn extension(kind: &[u8], critical: bool, content: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[0x01, 0x01, 0xff] } else { &[] };
    der::value(der::SEQUENCE, &[&der::value(0x06, &[kind]), critical, &der::value(0x04, &[content])])
}

impl Odd {
    /// The certificate in DER, for this key. Nobody looks at its signature: trust is by configuration.
    fn der(&self, key: &Rsa<openssl::pkey::Private>) -> Vec<u8> {
        let algorithm = der::value(der::SEQUENCE, &[&der::value(0x06, &[SHA_256_WITH_RSA]), der::NULL]);
        let extensions: Vec<&[u8]> = self.extensions.iter().map(Vec::as_slice).collect();
        let extensions = match extensions.is_empty() {
            true => Vec::new(),
            false => der::value(0xa3, &[&der::value(der::SEQUENCE, &extensions)]),
        };
        let parts = [
            self.version.clone(),
            der::value(der::INTEGER, &[&self.serial]),
            algorithm.clone(),
            self.subject.clone(),
            der::value(der::SEQUENCE, &self.validity),
            self.subject.clone(),
            key.public_key_to_der().unwrap(),
            extensions,
        ];
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let signed = der::value(der::SEQUENCE, &parts);
        der::value(der::SEQUENCE, &[&signed, &algorithm, &der::value(der::BIT_STRING, &[&[0], &[0x5a; 256]])])
    }
}

fn key() -> Rsa<openssl::pkey::Private> {
    Rsa::generate(2048).unwrap()
}

fn private(rsa: &Rsa<openssl::pkey::Private>) -> PrivateKey {
    let pem = PKey::from_rsa(rsa.clone()).unwrap().private_key_to_pem_pkcs8().unwrap();
    PrivateKey::from_pem(&pem, None).unwrap()
}

/// Everything that is done with a partner's certificate and with one of ours.
fn works(what: &str, certificate: &Certificate, key: &PrivateKey) {
    let decryptor = Decryptor { certificate: certificate.clone(), key: key.clone() };
    let (encryption, key_transport) = (ContentEncryption::Aes256Cbc, KeyTransport::Pkcs1);
    let recipients = [certificate.clone()];
    let mut sealed = Vec::new();
    let sealing = Sealing { recipients: &recipients, encryption, key_transport };
    seal_envelope(CONTENT, CONTENT.len() as u64, &mut sealed, &sealing, &Fixed).unwrap();
    assert_eq!(open(&sealed, &[decryptor]).unwrap(), CONTENT, "{what}");
}

#[test]
fn what_stands_behind_a_certificate_is_no_part_of_it() {
    let der = Odd::default().der(&key());
    let alone = Certificate::from_der(&der).unwrap();
    for behind in [b"\r\n".as_slice(), b"0\x03\x02\x01\x05", &[0; 300]] {
        let found = Certificate::from_der(&[&der, behind].concat()).unwrap();
        assert_eq!((found.fingerprint(), found.der()), (alone.fingerprint(), alone.der()));
        let again = Certificate::from_pem(found.to_pem().as_bytes()).unwrap();
        assert_eq!(again.fingerprint(), alone.fingerprint());
    }
}

#[test]
fn odd_certificates_are_read_and_used() {
    let rsa = key();
    let private = private(&rsa);
    let read = |what: &str, odd: &Odd| {
        let der = odd.der(&rsa);
        let certificate = Certificate::from_der(&der).unwrap_or_else(|fault| panic!("{what}: {fault}"));
        assert_eq!(certificate.fingerprint(), Sha256::of(&der), "{what}");
        let pem = Certificate::from_pem(certificate.to_pem().as_bytes()).unwrap();
        assert_eq!(pem.fingerprint(), certificate.fingerprint(), "{what} in PEM");
        assert!(private.belongs_to(&certificate), "{what}");
        works(what, &certificate, &private);
        certificate
    };
    let plain = Odd::default;

    for (what, serial, shown) in [
        ("serial zero", &[0x00][..], "00"),
        ("serial negative", &[0xff], "FF"),
        ("serial far below zero", &[0x80, 0x01], "8001"),
        ("serial with a needless octet", &[0x00, 0x00, 0x01], "01"),
        ("serial negative with a needless octet", &[0xff, 0xff, 0x80], "80"),
        ("serial of forty octets", &[0x11; 40], &"11".repeat(40)),
    ] {
        assert_eq!(read(what, &Odd { serial: serial.to_vec(), ..plain() }).serial(), shown, "{what}");
    }

    let one = der::value(0xa0, &[&[0x02, 0x01, 0x00]]);
    read("version 1, said although it is the default", &Odd { version: one, extensions: vec![], ..plain() });
    read("version 1, not said", &Odd { version: vec![], extensions: vec![], ..plain() });
    read("version 1 with extensions", &Odd { version: vec![], ..plain() });
    read("version 3 without extensions", &Odd { extensions: vec![], ..plain() });

    for (what, kind, string, text) in [
        ("a country of three letters", COUNTRY, PRINTABLE, &b"USA"[..]),
        ("no PrintableString", COMMON_NAME, PRINTABLE, b"*.acme #2 @ Toledo_1"),
        ("a unit in IA5String", UNIT, IA5, b"edi@acme.example"),
        ("a name in T61String", COMMON_NAME, T61, b"M\xfcller"),
        ("a name in BMPString", COMMON_NAME, BMP, b"\0a\0c"),
        ("a name that is no UTF-8", COMMON_NAME, UTF_8, b"M\xfcller"),
        ("an empty name", COMMON_NAME, UTF_8, b""),
    ] {
        read(what, &Odd { subject: name(&[(kind, string, text)]), ..plain() });
    }
    assert_eq!(read("no name at all", &Odd { subject: name(&[]), ..plain() }).subject(), "");

    let email_protection = &[0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x04];
    for (what, kind, critical, content) in [
        ("a critical extended key usage", EXTENDED_KEY_USAGE, true, &email_protection[..]),
        ("a key usage that allows neither", KEY_USAGE, true, &[0x03, 0x02, 0x01, 0x06]),
        ("a critical extension nobody knows", UNKNOWN, true, &[0x05, 0x00]),
        ("an extension that is no DER", EXTENDED_KEY_USAGE, false, &[0xff, 0x00]),
    ] {
        read(what, &Odd { extensions: vec![extension(kind, critical, content)], ..plain() });
    }

    for (what, validity, until) in [
        ("expired", [&b"\x17\x0d150101000000Z"[..], b"\x17\x0d160101000000Z"], "2016-01-01T00:00:00.000Z"),
        ("ended before it began", [b"\x17\x0d260101000000Z", b"\x17\x0d250101000000Z"], "2025-01-01T00:00:00.000Z"),
        ("times without seconds", [b"\x17\x0b2501010000Z", b"\x17\x0b3301010000Z"], "2033-01-01T00:00:00.000Z"),
        (
            "GeneralizedTime before 2050",
            [b"\x18\x0f20250101000000Z", b"\x18\x0f20330101000000Z"],
            "2033-01-01T00:00:00.000Z",
        ),
        (
            // Shown as the latest instant there is with every offset.
            "no end (RFC 5280, section 4.1.2.5)",
            [b"\x17\x0d250101000000Z", b"\x18\x0f99991231235959Z"],
            "9999-12-30T22:00:00.999Z",
        ),
    ] {
        assert_eq!(read(what, &Odd { validity, ..plain() }).not_after().to_string(), until, "{what}");
    }
}

#[test]
fn two_certificates_of_one_issuer_and_serial_number_are_two() {
    let (first, second) = (key(), key());
    let ours = [&first, &second].map(|rsa| {
        let certificate = Certificate::from_der(&Odd::default().der(rsa)).unwrap();
        Decryptor { certificate, key: private(rsa) }
    });
    assert_eq!(ours[0].certificate.name(), ours[1].certificate.name());
    assert_ne!(ours[0].certificate, ours[1].certificate);
    for one in &ours {
        let sealed = {
            let recipients = [one.certificate.clone()];
            let mut sealed = Vec::new();
            let sealing = Sealing {
                recipients: &recipients,
                encryption: ContentEncryption::Aes128Cbc,
                key_transport: KeyTransport::Pkcs1,
            };
            seal_envelope(CONTENT, CONTENT.len() as u64, &mut sealed, &sealing, &Fixed).unwrap();
            sealed
        };
        let mut reader = EnvelopeReader::open(sealed.as_slice(), &ours, &Limits::default(), [0; 32]).unwrap();
        let mut content = Vec::new();
        reader.read_to_end(&mut content).unwrap();
        assert_eq!(content, CONTENT);
        assert_eq!(reader.opened_with(), Some(one.certificate.fingerprint()));
    }
}

#[test]
fn files_are_read_as_they_are_handed_over() {
    let rsa = key();
    let certificate = Certificate::from_der(&Odd::default().der(&rsa)).unwrap();
    let pem = certificate.to_pem();
    for (what, text) in [
        ("text before and behind", format!("Bag Attributes\n  friendlyName: acme\n{pem}and so on\n")),
        ("lines that end as in DOS", pem.replace('\n', "\r\n")),
        ("an older label", pem.replace("CERTIFICATE", "X509 CERTIFICATE")),
        ("its issuer behind it", format!("{pem}{}", keys::acme().certificate_pem)),
    ] {
        assert_eq!(Certificate::from_pem(text.as_bytes()).unwrap(), certificate, "{what}");
    }
}
