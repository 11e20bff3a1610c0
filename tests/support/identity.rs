//! Throw-away keys and self-signed certificates, made anew in every run and never committed.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::OnceLock;

use edigate::smime::{Certificate, PrivateKey};
use openssl::asn1::Asn1Time;
use openssl::bn::{BigNum, MsbOption};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::extension::{BasicConstraints, KeyUsage, SubjectAlternativeName};
use openssl::x509::{X509, X509NameBuilder};

/// A key and its certificate, as PEM.
pub struct Identity {
    pub certificate_pem: Vec<u8>,
    pub key_pem: Vec<u8>,
}

impl Identity {
    /// RSA-2048, self-signed, CA:TRUE and only a common name, as many AS2 partners have them.
    fn new(common_name: &str) -> Self {
        Self::with_address(common_name, None)
    }

    /// The same; with an address it is a TLS server's, which clients refuse as a CA's.
    fn with_address(common_name: &str, address: Option<&str>) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut name = X509NameBuilder::new().unwrap();
        name.append_entry_by_text("CN", common_name).unwrap();
        let name = name.build();
        let mut serial = BigNum::new().unwrap();
        serial.rand(127, MsbOption::MAYBE_ZERO, false).unwrap();

        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&name).unwrap();
        builder.set_issuer_name(&name).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::days_from_now(3650).unwrap()).unwrap();
        builder.set_pubkey(&key).unwrap();
        let mut constraints = BasicConstraints::new();
        if address.is_none() {
            constraints.ca();
        }
        builder.append_extension(constraints.build().unwrap()).unwrap();
        let usage = KeyUsage::new().digital_signature().key_encipherment().key_cert_sign().build().unwrap();
        builder.append_extension(usage).unwrap();
        if let Some(address) = address {
            let names = SubjectAlternativeName::new().ip(address).build(&builder.x509v3_context(None, None)).unwrap();
            builder.append_extension(names).unwrap();
        }
        builder.sign(&key, MessageDigest::sha256()).unwrap();

        Self { certificate_pem: builder.build().to_pem().unwrap(), key_pem: key.private_key_to_pem_pkcs8().unwrap() }
    }

    /// The gateway under test.
    pub fn northwind() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::new("Northwind Pumps AS2"))
    }

    /// The gateway under test, once its certificate has been renewed.
    pub fn northwind_next() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::new("Northwind Pumps AS2"))
    }

    /// The partner that sends orders, once its certificate has been renewed.
    pub fn acme_next() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::new("Acme Bearings AS2"))
    }

    /// The partner that sends orders.
    pub fn acme() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::new("Acme Bearings AS2"))
    }

    /// Nobody the gateway knows.
    pub fn stranger() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::new("Acme Bearings AS2"))
    }

    /// The gateway's listener, for TLS.
    pub fn listener() -> &'static Self {
        static IDENTITY: OnceLock<Identity> = OnceLock::new();
        IDENTITY.get_or_init(|| Self::with_address("as2.northwind.test", Some("127.0.0.1")))
    }

    pub fn certificate(&self) -> Certificate {
        Certificate::from_pem(&self.certificate_pem).unwrap()
    }

    pub fn key(&self) -> PrivateKey {
        PrivateKey::from_pem(&self.key_pem, None).unwrap()
    }

    /// Writes `NAME.pem` and, for its owner's eyes only, `NAME.key`.
    pub fn write(&self, folder: &Path, name: &str) {
        fs::write(folder.join(format!("{name}.pem")), &self.certificate_pem).unwrap();
        write_secret(&folder.join(format!("{name}.key")), &self.key_pem);
    }
}

/// Writes a file that only its owner may read, as the gateway demands of keys and passwords.
pub fn write_secret(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).unwrap();
    file.write_all(content).unwrap();
}
