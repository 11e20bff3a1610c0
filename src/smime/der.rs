//! Writing DER (ITU-T X.690, section 10), and turning BER into it.

use super::SmimeError;
use super::ber::{BerReader, Tag};

pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: &[u8] = &[0x05, 0x00];
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// `[0]`, primitive: an implicitly tagged string.
pub(crate) const CONTEXT_0_PRIMITIVE: u8 = 0x80;
/// `[0]`, constructed.
pub(crate) const CONTEXT_0: u8 = 0xa0;
/// `[1]`, constructed.
pub(crate) const CONTEXT_1: u8 = 0xa1;
/// `[2]`, constructed.
pub(crate) const CONTEXT_2: u8 = 0xa2;

/// A value: identifier octet, length, and the parts of its content one after another.
pub(crate) fn value(identifier: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len() as u64).sum();
    let mut out = header(identifier, length);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// The identifier octet and the length of a value whose content follows by itself.
pub(crate) fn header(identifier: u8, length: u64) -> Vec<u8> {
    let mut out = vec![identifier];
    push_length(&mut out, length);
    out
}

fn push_length(out: &mut Vec<u8>, length: u64) {
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => out.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let significant = octets.iter().skip_while(|octet| **octet == 0);
            // At most eight octets, so the sum fits.
            out.push(0x80 | significant.clone().count() as u8);
            out.extend(significant);
        }
    }
}

/// A SET OF: its members in ascending order of their encodings (X.690, section 11.6).
pub(crate) fn set_of(mut members: Vec<Vec<u8>>) -> Vec<u8> {
    members.sort_unstable();
    let parts: Vec<&[u8]> = members.iter().map(Vec::as_slice).collect();
    value(SET, &parts)
}

/// An AlgorithmIdentifier.
pub(crate) fn algorithm(identifier: &[u8], parameters: &[u8]) -> Vec<u8> {
    value(SEQUENCE, &[&value(OBJECT_IDENTIFIER, &[identifier]), parameters])
}

/// The DER of one BER value: lengths definite and short, octet strings in one piece, the members of sets in order.
pub(crate) fn from_ber(ber: &[u8], depth: usize) -> Result<Vec<u8>, SmimeError> {
    let mut out = Vec::with_capacity(ber.len());
    transcode(&mut BerReader::new(ber, depth), &mut out)?;
    Ok(out)
}

/// Recursion is bounded by the reader's depth.
fn transcode(reader: &mut BerReader<&[u8]>, out: &mut Vec<u8>) -> Result<(), SmimeError> {
    const WHAT: &str = "a value is missing or runs on";
    let tag = reader.peek()?;
    if tag == Some(Tag::OCTET_STRING) {
        let content = reader.octets(Tag::OCTET_STRING, WHAT, usize::MAX)?;
        out.extend(value(OCTET_STRING, &[&content]));
        return Ok(());
    }
    let (identifier, content) = reader.any(WHAT)?;
    let content = match content {
        Some(content) => content,
        None => {
            let members = members(reader, tag == Some(Tag::SET))?;
            reader.leave(WHAT)?;
            members
        }
    };
    out.extend_from_slice(&identifier);
    push_length(out, content.len() as u64);
    out.extend(content);
    Ok(())
}

fn members(reader: &mut BerReader<&[u8]>, is_set: bool) -> Result<Vec<u8>, SmimeError> {
    let mut members = Vec::new();
    while reader.peek()?.is_some() {
        let mut member = Vec::new();
        transcode(reader, &mut member)?;
        members.push(member);
    }
    if is_set {
        members.sort_unstable();
    }
    Ok(members.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_the_shortest() {
        let check = |length: u64, expect: &[u8]| assert_eq!(header(SEQUENCE, length), [&[0x30], expect].concat());
        check(0, &[0]);
        check(127, &[127]);
        check(128, &[0x81, 128]);
        check(255, &[0x81, 255]);
        check(256, &[0x82, 1, 0]);
        check(u64::MAX, &[0x88, 255, 255, 255, 255, 255, 255, 255, 255]);
    }

    #[test]
    fn ber_becomes_der() {
        let check = |ber: &[u8], expect: &[u8]| assert_eq!(from_ber(ber, 8).unwrap(), expect, "{ber:02x?}");
        check(&[0x02, 0x81, 0x01, 5], &[2, 1, 5]);
        check(&[0x30, 0x80, 2, 1, 5, 0, 0], &[0x30, 3, 2, 1, 5]);
        check(&[0x24, 0x80, 4, 1, 7, 0x24, 3, 4, 1, 8, 4, 0, 0, 0], &[4, 2, 7, 8]);
        check(&[0x31, 0x80, 2, 1, 9, 2, 1, 5, 0, 0], &[0x31, 6, 2, 1, 5, 2, 1, 9]);
        check(&[0x31, 0x84, 0, 0, 0, 4, 4, 2, 1, 1], &[0x31, 4, 4, 2, 1, 1]);
        check(&[0xbf, 0x81, 0x01, 0x80, 2, 1, 5, 0, 0], &[0xbf, 0x81, 0x01, 3, 2, 1, 5]);
        assert!(from_ber(&[0x30, 0x80, 2, 1, 5], 8).is_err());
        assert!(from_ber(&[], 8).is_err());
        assert!(from_ber(&[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0], 2).is_ok());
        assert!(from_ber(&[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0], 1).is_err());
    }

    #[test]
    fn members_of_a_set_stand_in_order() {
        assert_eq!(set_of(vec![vec![2, 1, 9], vec![2, 1, 5], vec![1, 1, 0]]), [0x31, 9, 1, 1, 0, 2, 1, 5, 2, 1, 9]);
    }
}
