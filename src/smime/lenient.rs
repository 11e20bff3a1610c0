//! Certificates that OpenSSL does not read for a needless strictness, made into ones that it reads. Products of partners make
//! them, and operators configure them. The original stays what is hashed, and what messages call the certificate by.

use super::ber::{BerReader, Tag};
use super::certificate::shortest_integer;
use super::{SmimeError, der};

const WHAT: &str = "a certificate";
const DEPTH: usize = 32;
/// Bytes of one part; whole certificates have a tenth.
const MOST: usize = 64 * 1024;

const UTF_8_STRING: u8 = 0x0c;
/// Read by everybody as Latin-1.
const T61_STRING: u8 = 0x14;

/// The same certificate with its serial number in the shortest form (X.690, section 8.3.2), and with names in UTF8String
/// that are no UTF-8 called what they are. Its signature does not fit any more; nobody looks at it.
pub(super) fn mended(certificate: &[u8]) -> Result<Vec<u8>, SmimeError> {
    let mut reader = BerReader::new(certificate, DEPTH);
    reader.enter(Tag::SEQUENCE, WHAT)?;
    reader.enter(Tag::SEQUENCE, WHAT)?;
    let mut parts = Vec::new();
    if reader.peek()? == Some(Tag::context(0)) {
        parts.push(reader.raw(WHAT, MOST)?);
    }
    let serial = reader.primitive(Tag::INTEGER, WHAT, MOST)?;
    parts.push(der::value(der::INTEGER, &[shortest_integer(&serial)]));
    // RFC 5280, section 4.1: the algorithm, the issuer, the validity, the subject.
    parts.push(reader.raw(WHAT, MOST)?);
    parts.push(mended_name(&reader.raw(WHAT, MOST)?)?);
    parts.push(reader.raw(WHAT, MOST)?);
    parts.push(mended_name(&reader.raw(WHAT, MOST)?)?);
    parts.extend(rest(&mut reader)?);
    let mut outer = vec![sequence(&parts)];
    outer.extend(rest(&mut reader)?);
    Ok(sequence(&outer))
}

/// A Name (RFC 5280, section 4.1.2.4): sets of pairs of a type and a string.
fn mended_name(name: &[u8]) -> Result<Vec<u8>, SmimeError> {
    let mut reader = BerReader::new(name, DEPTH);
    reader.enter(Tag::SEQUENCE, WHAT)?;
    let mut sets = Vec::new();
    while reader.peek()?.is_some() {
        reader.enter(Tag::SET, WHAT)?;
        let mut pairs = Vec::new();
        while reader.peek()?.is_some() {
            reader.enter(Tag::SEQUENCE, WHAT)?;
            let mut pair = vec![reader.raw(WHAT, MOST)?];
            if reader.peek()? == Some(Tag::UTF_8_STRING) {
                let text = reader.primitive(Tag::UTF_8_STRING, WHAT, MOST)?;
                let is_so = std::str::from_utf8(&text).is_ok();
                pair.push(der::value(if is_so { UTF_8_STRING } else { T61_STRING }, &[&text]));
            }
            pair.extend(rest(&mut reader)?);
            pairs.push(sequence(&pair));
        }
        reader.leave(WHAT)?;
        sets.push(der::value(der::SET, &slices(&pairs)));
    }
    Ok(sequence(&sets))
}

/// What is left of a value, and the way out of it.
fn rest(reader: &mut BerReader<&[u8]>) -> Result<Vec<Vec<u8>>, SmimeError> {
    let mut parts = Vec::new();
    while reader.peek()?.is_some() {
        parts.push(reader.raw(WHAT, MOST)?);
    }
    reader.leave(WHAT)?;
    Ok(parts)
}

fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
    der::value(der::SEQUENCE, &slices(parts))
}

fn slices(parts: &[Vec<u8>]) -> Vec<&[u8]> {
    parts.iter().map(Vec::as_slice).collect()
}
