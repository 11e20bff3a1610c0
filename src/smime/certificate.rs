//! Certificates and private keys an operator configured, parsed once.

use std::fmt;
use std::sync::Arc;

use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::error::ErrorStack;
use openssl::pkey::{Id, PKey, PKeyRef, Private, Public};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameRef};

use super::ber::{BerReader, Tag};
use super::{SmimeError, der, lenient};
use crate::base::{Secret, Sha256, Timestamp};

/// A certificate from a file of the operator's. Cheap to clone; equal when the fingerprints are.
#[derive(Clone)]
pub struct Certificate(Arc<Parsed>);

struct Parsed {
    fingerprint: Sha256,
    subject: String,
    name: CertificateName,
    key_id: Option<Vec<u8>>,
    not_before: Timestamp,
    not_after: Timestamp,
    der: Vec<u8>,
    public: PKey<Public>,
    rsa: Option<Rsa<Public>>,
}

/// Issuer and serial number, the name CMS calls a certificate by (RFC 5652, section 10.2.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CertificateName {
    /// The DER of the issuer's name, as the certificate has it.
    pub(crate) issuer: Vec<u8>,
    /// The content octets of the serial number, without needless leading octets.
    pub(crate) serial: Vec<u8>,
}

impl CertificateName {
    /// Bytes of an issuer's name: far beyond any seen.
    const MOST_ISSUER: usize = 8 * 1024;
    /// Bytes of a serial number: RFC 5280, section 4.1.2.2 allows twenty, and asks to live with more.
    const MOST_SERIAL: usize = 64;

    /// Reads an IssuerAndSerialNumber.
    pub(crate) fn read<R: std::io::BufRead>(reader: &mut BerReader<R>) -> Result<Self, SmimeError> {
        const WHAT: &str = "an issuer and serial number";
        reader.enter(Tag::SEQUENCE, WHAT)?;
        let issuer = reader.raw(WHAT, Self::MOST_ISSUER)?;
        let serial = Self::read_serial(reader)?;
        reader.leave(WHAT)?;
        Ok(Self { issuer, serial })
    }

    fn read_serial<R: std::io::BufRead>(reader: &mut BerReader<R>) -> Result<Vec<u8>, SmimeError> {
        let serial = reader.primitive(Tag::INTEGER, "a serial number", Self::MOST_SERIAL)?;
        Ok(shortest_integer(&serial).to_vec())
    }

    /// Reads the name of a certificate from its DER (RFC 5280, section 4.1).
    fn of_certificate(der: &[u8]) -> Result<Self, SmimeError> {
        const WHAT: &str = "a certificate";
        const DEPTH: usize = 32;
        let mut reader = BerReader::new(der, DEPTH);
        reader.enter(Tag::SEQUENCE, WHAT)?;
        reader.enter(Tag::SEQUENCE, WHAT)?;
        if reader.peek()? == Some(Tag::context(0)) {
            reader.skip()?;
        }
        let serial = Self::read_serial(&mut reader)?;
        reader.skip()?;
        let issuer = reader.raw(WHAT, Self::MOST_ISSUER)?;
        Ok(Self { issuer, serial })
    }

    /// An IssuerAndSerialNumber.
    pub(crate) fn to_der(&self) -> Vec<u8> {
        der::value(der::SEQUENCE, &[&self.issuer, &der::value(der::INTEGER, &[&self.serial])])
    }

    /// The serial number as tools show it: without the octet that makes it positive.
    pub(crate) fn shown_serial(&self) -> &[u8] {
        match self.serial.as_slice() {
            [0, rest @ ..] if !rest.is_empty() => rest,
            serial => serial,
        }
    }
}

/// An integer's content octets without leading octets that say nothing (X.690, section 8.3.2).
pub(super) fn shortest_integer(octets: &[u8]) -> &[u8] {
    match octets {
        [0x00, rest @ ..] if rest.first().is_some_and(|next| *next < 0x80) => shortest_integer(rest),
        [0xff, rest @ ..] if rest.first().is_some_and(|next| *next >= 0x80) => shortest_integer(rest),
        _ => octets,
    }
}

/// Upper-case hexadecimal, as certificate tools print serial numbers.
pub(crate) fn hexadecimal(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// RSA keys outside these bounds are refused at loading: below it none is safe, above it one signature takes seconds.
const RSA_BITS: std::ops::RangeInclusive<u32> = 1024..=16_384;

impl Certificate {
    /// Reads the first certificate of a PEM file.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why.
    pub fn from_pem(pem: &[u8]) -> Result<Self, SmimeError> {
        // One road for both forms: OpenSSL would write PEM's bytes anew, and another fingerprint would come of it.
        if let Some(der) = first_block(pem) {
            return Self::from_der(&der);
        }
        let x509 = X509::from_pem(pem);
        let x509 = x509.map_err(|cause| {
            let found = if pem.starts_with(&[0x30]) { "; the file looks like DER" } else { "" };
            unusable(format!("no certificate could be read from PEM text{found} ({})", reason(&cause)))
        })?;
        let der = x509.to_der().map_err(SmimeError::primitive("writing a certificate as DER"))?;
        Self::new(&x509, der)
    }

    /// Reads a DER certificate. Bytes behind it, such as the line end of an editor, are no part of it.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why.
    pub fn from_der(der: &[u8]) -> Result<Self, SmimeError> {
        let der = outermost(der);
        let x509 = X509::from_der(der)
            .or_else(|cause| lenient::mended(der).ok().and_then(|der| X509::from_der(&der).ok()).ok_or(cause))
            .map_err(|cause| unusable(format!("no certificate could be read from DER ({})", reason(&cause))))?;
        Self::new(&x509, der.to_vec())
    }

    fn new(x509: &X509, der: Vec<u8>) -> Result<Self, SmimeError> {
        let name = CertificateName::of_certificate(&der)
            .map_err(|fault| unusable(format!("the certificate's issuer and serial number cannot be read: {fault}")))?;
        let public = x509
            .public_key()
            .map_err(|cause| unusable(format!("the certificate's public key cannot be read ({})", reason(&cause))))?;
        let rsa = rsa_of(&public)?;
        let parsed = Parsed {
            fingerprint: Sha256::of(&der),
            subject: readable(x509.subject_name()),
            name,
            key_id: x509.subject_key_id().map(|id| id.as_slice().to_vec()),
            not_before: instant(x509.not_before())?,
            not_after: instant(x509.not_after())?,
            der,
            public,
            rsa,
        };
        Ok(Self(Arc::new(parsed)))
    }

    /// SHA-256 of its DER.
    pub fn fingerprint(&self) -> Sha256 {
        self.0.fingerprint
    }

    /// Its DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The certificate in PEM (RFC 7468, section 5).
    pub fn to_pem(&self) -> String {
        let encoded = openssl::base64::encode_block(self.der());
        let lines: Vec<String> =
            encoded.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    /// The subject, as `CN=acme, O=Acme Bearings`.
    pub fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The serial number in hexadecimal, as `openssl x509 -serial` prints it.
    pub fn serial(&self) -> String {
        hexadecimal(self.0.name.shown_serial())
    }

    /// Valid from.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// Valid until.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Bits of its public key.
    pub fn key_bits(&self) -> u32 {
        self.0.public.bits()
    }

    pub(crate) fn name(&self) -> &CertificateName {
        &self.0.name
    }

    /// The SubjectKeyIdentifier it carries, when it carries one.
    pub(crate) fn key_id(&self) -> Option<&[u8]> {
        self.0.key_id.as_deref()
    }

    pub(crate) fn public(&self) -> &PKeyRef<Public> {
        &self.0.public
    }

    pub(crate) fn rsa(&self) -> Option<&Rsa<Public>> {
        self.0.rsa.as_ref()
    }

    pub(crate) fn is_curve(&self) -> bool {
        self.0.public.id() == Id::EC
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.fingerprint() == other.fingerprint()
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, {})", self.subject(), self.fingerprint())
    }
}

/// The first value of some DER without what stands behind it.
fn outermost(der: &[u8]) -> &[u8] {
    let [0x30, first, rest @ ..] = der else { return der };
    let length = match first {
        0x00..=0x7f => Some((2, usize::from(*first))),
        0x81..=0x84 => {
            let octets = usize::from(first & 0x7f);
            let length =
                rest.get(..octets).map(|octets| octets.iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet)));
            length.map(|length| (2 + octets, length))
        }
        _ => None,
    };
    length.and_then(|(head, length)| der.get(..head + length)).unwrap_or(der)
}

/// The DER of the first certificate in PEM text (RFC 7468, section 5), whatever it holds.
fn first_block(pem: &[u8]) -> Option<Vec<u8>> {
    const LABEL: &str = "CERTIFICATE-----";
    let text = String::from_utf8_lossy(pem);
    let (_, behind) = text.split_once("-----BEGIN ")?;
    let (label, behind) = behind.split_once(LABEL)?;
    let (block, _) = behind.split_once("-----END ")?;
    let digits: String = block.chars().filter(|c| !c.is_whitespace()).collect();
    (label.len() < LABEL.len()).then(|| openssl::base64::decode_block(&digits).ok()).flatten()
}

fn unusable(what: String) -> SmimeError {
    SmimeError::Unusable { what }
}

/// The last thing OpenSSL complained of, in few words.
fn reason(cause: &ErrorStack) -> &'static str {
    cause.errors().last().and_then(openssl::error::Error::reason).unwrap_or("no reason given")
}

fn rsa_of(public: &PKeyRef<Public>) -> Result<Option<Rsa<Public>>, SmimeError> {
    if public.id() != Id::RSA {
        return Ok(None);
    }
    let rsa = public.rsa().map_err(SmimeError::primitive("taking the RSA key of a certificate"))?;
    let bits = public.bits();
    if !RSA_BITS.contains(&bits) {
        return Err(unusable(format!("its RSA key has {bits} bits; 2048 to 4096 are usual")));
    }
    // With an exponent of one, anything is its own signature.
    if rsa.e().num_bits() < 2 || !rsa.e().is_bit_set(0) {
        return Err(unusable("its RSA key has a public exponent below three".to_owned()));
    }
    Ok(Some(rsa))
}

fn instant(time: &Asn1TimeRef) -> Result<Timestamp, SmimeError> {
    const SECONDS_A_DAY: i64 = 86_400;
    let epoch = Asn1Time::from_unix(0).map_err(SmimeError::primitive("making the epoch"))?;
    let since = epoch.diff(time).map_err(|_| unusable("the certificate's validity is no date".to_owned()))?;
    let seconds = i64::from(since.days) * SECONDS_A_DAY + i64::from(since.secs);
    Ok(Timestamp::from_millis(seconds * 1000))
}

fn readable(name: &X509NameRef) -> String {
    let entries = name.entries().map(|entry| {
        let kind = match entry.object().nid().short_name() {
            Ok("UNDEF") | Err(_) => entry.object().to_string(),
            Ok(short) => short.to_owned(),
        };
        let value = entry.data().to_string().unwrap_or_else(|_| "?".to_owned());
        let value: String = value.chars().map(|c| if c.is_control() { '?' } else { c }).collect();
        format!("{kind}={value}")
    });
    entries.collect::<Vec<_>>().join(", ")
}

/// A private key. Cheap to clone; it has no `Debug`, and OpenSSL wipes it when the last clone goes.
#[derive(Clone)]
pub struct PrivateKey {
    key: PKey<Private>,
    rsa: Option<Rsa<Private>>,
}

impl PrivateKey {
    /// Reads a private key from PEM: PKCS#8 or traditional, encrypted when `passphrase` is given.
    ///
    /// # Errors
    /// [`SmimeError::Unusable`], saying why: no key, a passphrase wanting or wrong.
    pub fn from_pem(pem: &[u8], passphrase: Option<&Secret<String>>) -> Result<Self, SmimeError> {
        let mut asked = false;
        // Without a callback OpenSSL would ask the terminal.
        let key = PKey::private_key_from_pem_callback(pem, |buffer| {
            asked = true;
            let given = passphrase.map(|secret| secret.expose().as_bytes()).unwrap_or_default();
            match buffer.get_mut(..given.len()) {
                Some(place) if !given.is_empty() => place.copy_from_slice(given),
                _ => return Err(ErrorStack::get()),
            }
            Ok(given.len())
        });
        let key = key.map_err(|cause| {
            unusable(match (asked, passphrase) {
                (true, None) => "the private key is encrypted and no passphrase was given".to_owned(),
                (true, Some(_)) => "the private key does not open with the passphrase given".to_owned(),
                (false, _) => format!("no private key could be read from PEM text ({})", reason(&cause)),
            })
        })?;
        let rsa = match key.id() {
            Id::RSA => Some(key.rsa().map_err(SmimeError::primitive("taking the RSA key"))?),
            _ => None,
        };
        Ok(Self { key, rsa })
    }

    /// Whether it is the key of this certificate.
    pub fn belongs_to(&self, certificate: &Certificate) -> bool {
        self.key.public_eq(&certificate.0.public)
    }

    pub(crate) fn rsa(&self) -> Option<&Rsa<Private>> {
        self.rsa.as_ref()
    }

    pub(crate) fn pkey(&self) -> &PKeyRef<Private> {
        &self.key
    }

    pub(crate) fn is_curve(&self) -> bool {
        self.key.id() == Id::EC
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smime::tests::keys;

    #[test]
    fn integers_lose_octets_that_say_nothing() {
        let check = |octets: &[u8], expect: &[u8]| assert_eq!(shortest_integer(octets), expect);
        check(&[0, 0, 1], &[1]);
        check(&[0, 0x80], &[0, 0x80]);
        check(&[0xff, 0xff, 0x80], &[0x80]);
        check(&[0], &[0]);
        check(&[], &[]);
    }

    #[test]
    fn a_certificate_tells_what_its_pem_says() {
        let identity = keys::acme();
        let certificate = &identity.certificate;
        assert_eq!(certificate.subject(), "CN=acme, O=Acme Bearings");
        assert_eq!(certificate.serial(), "F00D0001");
        assert_eq!(certificate.key_bits(), 2048);
        assert_eq!(certificate.not_before(), Timestamp::from_millis(1_700_000_000_000));
        assert_eq!(certificate.not_after(), Timestamp::from_millis(2_000_000_000_000));
        assert_eq!(certificate.fingerprint(), Sha256::of(certificate.der()));
        assert_eq!(&Certificate::from_der(certificate.der()).unwrap(), certificate);
        assert_eq!(&Certificate::from_pem(identity.certificate_pem.as_bytes()).unwrap(), certificate);
        assert!(identity.key.belongs_to(certificate));
        assert!(!keys::stranger().key.belongs_to(certificate));
    }

    #[test]
    fn unusable_files_say_why() {
        let check = |result: Result<(), SmimeError>, expect: &str| {
            let text = result.unwrap_err().to_string();
            assert!(text.contains(expect), "{text}");
        };
        let certificate = |bytes: &[u8]| Certificate::from_pem(bytes).map(|_| ());
        check(certificate(b"nothing"), "no certificate could be read from PEM");
        check(certificate(keys::acme().certificate.der()), "looks like DER");
        check(Certificate::from_der(b"nothing").map(|_| ()), "from DER");

        let key = |pem: &[u8], passphrase: Option<&str>| {
            let secret = passphrase.map(|text| Secret::new(text.to_owned()));
            PrivateKey::from_pem(pem, secret.as_ref()).map(|_| ())
        };
        let encrypted = keys::acme_key_encrypted("open sesame");
        assert!(key(&encrypted, Some("open sesame")).is_ok());
        check(key(&encrypted, None), "no passphrase was given");
        check(key(&encrypted, Some("")), "does not open");
        check(key(&encrypted, Some("wrong")), "does not open");
        check(key(&encrypted, Some(&"long".repeat(1000))), "does not open");
        check(key(b"nothing", None), "no private key");
    }
}
