//! Compressed content: what comes back, in which forms, and where it stops growing.

use std::io::Read;

use super::*;
use crate::smime::algorithm::oid;
use crate::smime::der;

fn compressed(content: &[u8]) -> Vec<u8> {
    let whole = compress(content.chunks(1000)).unwrap();
    [whole.head, whole.octets].concat()
}

fn inflate(bytes: &[u8], limits: &Limits) -> Result<Vec<u8>, SmimeError> {
    let mut content = Vec::new();
    CompressedReader::open(bytes, limits)?.read_to_end(&mut content)?;
    Ok(content)
}

/// In BER of indefinite length, the octets in pieces, as Sterling and mendelson write it.
fn in_pieces(octets: &[u8], step: usize) -> Vec<u8> {
    let around = |identifier: u8, content: &[u8]| [&[identifier, 0x80], content, &[0, 0]].concat();
    let pieces: Vec<u8> = octets.chunks(step).flat_map(|piece| der::value(der::OCTET_STRING, &[piece])).collect();
    let content = around(0xa0, &around(0x24, &pieces));
    let content = around(0x30, &[der::value(der::OBJECT_IDENTIFIER, &[oid::DATA]), content].concat());
    let version = der::value(der::INTEGER, &[&[0]]);
    let whole = around(0x30, &[version, der::algorithm(oid::ZLIB, &[]), content].concat());
    let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::COMPRESSED_DATA]);
    around(0x30, &[identifier, around(0xa0, &whole)].concat())
}

#[test]
fn content_comes_out_as_it_went_in() {
    for length in [0, 1, 100, 16_383, 16_384, 16_385, 100_000] {
        let content: Vec<u8> = (0..length).map(|index: u32| (index.wrapping_mul(2_654_435_761) >> 7) as u8).collect();
        let der = compressed(&content);
        assert_eq!(inflate(&der, &Limits::default()).unwrap(), content);
        assert_eq!(der::from_ber(&der, 32).unwrap(), der);
        let octets = compress([content.as_slice()]).unwrap().octets;
        for step in [1, 7, 1024] {
            assert_eq!(inflate(&in_pieces(&octets, step), &Limits::default()).unwrap(), content, "{length} {step}");
        }
    }
}

#[test]
fn what_is_no_zlib_stream_is_one_fault_that_stays() {
    let whole = compress([CONTENT]).unwrap();
    let check = |octets: &[u8]| {
        let bytes = in_pieces(octets, 50);
        let mut reader = CompressedReader::open(bytes.as_slice(), &Limits::default()).unwrap();
        let fault = reader.read_to_end(&mut Vec::new()).unwrap_err();
        assert!(matches!(SmimeError::from(fault), SmimeError::DecompressionFailed { .. }));
        assert!(reader.read(&mut [0; 8]).is_err());
    };
    check(b"");
    check(b"no zlib");
    check(&whole.octets[..whole.octets.len() - 1]);
    let mut changed = whole.octets.clone();
    // The checksum at the end (RFC 1950, section 2.2).
    *changed.last_mut().unwrap() ^= 1;
    check(&changed);
    let fault = inflate(&compressed(CONTENT)[..60], &Limits::default()).unwrap_err();
    assert!(!matches!(fault, SmimeError::Io(_)), "{fault:?}");
}

#[test]
fn it_stops_growing_at_its_bounds() {
    let check = |length: usize, limits: &Limits, expect: Option<&str>| {
        let fault = inflate(&compressed(&vec![b'x'; length]), limits).err().map(|fault| fault.to_string());
        assert_eq!(fault.is_some(), expect.is_some(), "{length}: {fault:?}");
        assert!(fault.unwrap_or_default().contains(expect.unwrap_or_default()));
    };
    let narrow = Limits { decompressed: 1000, ..Limits::default() };
    check(1000, &narrow, None);
    check(1001, &narrow, Some("the limit of 1000 bytes"));
    // Zlib makes a thousandth of bytes all alike: within the first mebibyte that is nobody's harm.
    check(1 << 20, &Limits::default(), None);
    check(2 << 20, &Limits::default(), Some("more than 100 times"));
    check(2 << 20, &Limits { decompression_ratio: 2000, ..Limits::default() }, None);
}

#[test]
fn another_kind_of_cms_is_named() {
    let check = |bytes: &[u8], expect: &str| {
        let fault = inflate(bytes, &Limits::default()).unwrap_err().to_string();
        assert!(fault.contains(expect), "{fault}");
    };
    check(&seal(CONTENT, &[keys::us()], ContentEncryption::Aes128Cbc), "content type 1.2.840.113549.1.7.3");
    check(b"garbage", "no CMS compressed data");
    let mut bytes = compressed(CONTENT);
    let at = memchr::memmem::find(&bytes, oid::ZLIB).unwrap() + oid::ZLIB.len() - 1;
    bytes[at] = 9;
    check(&bytes, "compression 1.2.840.113549.1.9.16.3.9");
}
