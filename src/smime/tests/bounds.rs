//! Every bound on a value kept in memory, tested at it and one past it.

use crate::smime::algorithm::AlgorithmIdentifier;
use crate::smime::attribute::Attributes;
use crate::smime::ber::BerReader;
use crate::smime::certificate::CertificateName;
use crate::smime::identifier::CertificateIdentifier;
use crate::smime::{SmimeError, der};

const DEPTH: usize = 8;

/// What `read` makes of what `make` made with a part of `most` bytes, and of one byte more.
fn check<T>(what: &str, most: usize, make: impl Fn(usize) -> Vec<u8>, read: impl Fn(&[u8]) -> Result<T, SmimeError>) {
    assert!(read(&make(most)).is_ok(), "{what} of {most} bytes");
    assert!(read(&make(most + 1)).is_err(), "{what} of {} bytes", most + 1);
}

#[test]
fn names_of_certificates() {
    let read = |bytes: &[u8]| CertificateName::read(&mut BerReader::new(bytes, DEPTH));
    let name = |issuer: usize, serial: usize| {
        // Four octets of the issuer's name are its identifier and length.
        let issuer = der::value(der::SEQUENCE, &[&der::value(der::OCTET_STRING, &[&vec![1; issuer - 8]])]);
        der::value(der::SEQUENCE, &[&issuer, &der::value(der::INTEGER, &[&vec![1; serial]])])
    };
    check("a serial number", 64, |most| name(500, most), read);
    check("an issuer", 8192, |most| name(most, 1), read);
    let read = |bytes: &[u8]| CertificateIdentifier::read(&mut BerReader::new(bytes, DEPTH));
    check("a key identifier", 64, |most| der::value(der::CONTEXT_0_PRIMITIVE, &[&vec![1; most]]), read);
}

#[test]
fn algorithm_identifiers() {
    let read = |bytes: &[u8]| AlgorithmIdentifier::read(&mut BerReader::new(bytes, DEPTH));
    check("an object identifier", 64, |most| der::algorithm(&vec![1; most], &[]), read);
    let parameters = |most: usize| der::algorithm(&[1], &der::value(der::OCTET_STRING, &[&vec![1; most - 4]]));
    check("parameters", 1024, parameters, read);
}

#[test]
fn attributes() {
    let read = |bytes: &[u8]| Attributes::read(bytes.to_vec(), DEPTH);
    let attribute = |name: &[u8], value: &[u8]| {
        let name = der::value(der::OBJECT_IDENTIFIER, &[name]);
        let attribute = der::value(der::SEQUENCE, &[&name, &der::value(der::SET, &[value])]);
        der::value(der::CONTEXT_0, &[&attribute])
    };
    let digest = |most: usize| {
        attribute(crate::smime::algorithm::oid::MESSAGE_DIGEST, &der::value(der::OCTET_STRING, &[&vec![1; most]]))
    };
    check("a message digest", 64, digest, read);
    let unknown = attribute(&[1], &der::value(der::OCTET_STRING, &[&[1; 5000]]));
    assert!(read(&unknown).is_ok());
}
