//! Telling by its first bytes what a body is, where headers cannot be relied on.

use std::io::{self, BufRead, Read};

use crate::mime::{TransferEncoding, TransferReader};

/// Bytes looked at to tell a MIME entity from bare EDI.
const PEEK: u64 = 256;

/// The CMS in a body, whether it is binary or base64 and whatever the headers say about that: CMS begins with the byte
/// 0x30 (a SEQUENCE), and in base64 with `M`. White space in front is passed over.
pub(super) fn cms_content<R: BufRead>(mut body: R) -> io::Result<TransferReader<R>> {
    let first = loop {
        let available = body.fill_buf()?;
        match available.iter().position(|byte| !byte.is_ascii_whitespace()) {
            Some(at) => {
                let first = available.get(at).copied();
                body.consume(at);
                break first;
            }
            None if available.is_empty() => break None,
            None => {
                let white = available.len();
                body.consume(white);
            }
        }
    };
    let encoding = if first == Some(b'M') { TransferEncoding::Base64 } else { TransferEncoding::Identity };
    Ok(TransferReader::new(body, encoding))
}

/// The first bytes of a source, taken out of it.
pub(super) fn peek(source: &mut dyn BufRead) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    source.take(PEEK).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// Whether this is the beginning of CMS CompressedData (RFC 3274, section 1.1), by the object identifier that stands behind
/// the first identifier and length octets.
pub(super) fn is_compressed_data(beginning: &[u8]) -> bool {
    /// 1.2.840.113549.1.9.16.1.9 with its tag and length.
    const OID: &[u8] = &[0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x09];
    has_content_type(beginning, OID)
}

/// Whether this is the beginning of CMS EnvelopedData (RFC 5652, section 6.1).
pub(super) fn is_enveloped_data(beginning: &[u8]) -> bool {
    /// 1.2.840.113549.1.7.3 with its tag and length.
    const OID: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
    has_content_type(beginning, OID)
}

fn has_content_type(beginning: &[u8], oid: &[u8]) -> bool {
    /// A SEQUENCE's octets in front of it: a tag and up to nine for its length.
    const FARTHEST: usize = 10;
    beginning.windows(oid.len()).take(FARTHEST + 1).any(|window| window == oid)
}

/// Whether this is the beginning of MIME headers: a name of letters, digits and hyphens that starts with a letter, then
/// a colon. CMS never begins so, binary or in base64, and of EDI only a UNA segment does.
pub(super) fn begins_with_a_header(beginning: &[u8]) -> bool {
    let name = beginning.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')).count();
    let lettered = beginning.first().is_some_and(u8::is_ascii_alphabetic);
    lettered && beginning.get(name..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"))
}

/// Whether this is the beginning of MIME headers beyond doubt, where a text could stand as well: a field of RFC 2045's.
pub(super) fn begins_with_entity_headers(beginning: &[u8]) -> bool {
    let is_mime = |name: &[u8]| beginning.get(..name.len()).is_some_and(|found| found.eq_ignore_ascii_case(name));
    begins_with_a_header(beginning) && (is_mime(b"content-") || is_mime(b"mime-version"))
}

/// Whether this is the beginning of an X12 or EDIFACT interchange.
pub(super) fn begins_with_interchange(beginning: &[u8]) -> bool {
    let text = beginning.trim_ascii_start();
    [b"ISA".as_slice(), b"UNA", b"UNB"].iter().any(|start| text.starts_with(start))
}

/// Whether this is the beginning of an interchange, or of XML.
pub(super) fn begins_with_edi(beginning: &[u8]) -> bool {
    begins_with_interchange(beginning) || beginning.trim_ascii_start().starts_with(b"<?xml")
}

/// The encoding that a body really has: some products say base64 in a header of HTTP and send the bytes as they are.
pub(super) fn true_encoding(beginning: &[u8], declared: TransferEncoding) -> TransferEncoding {
    let of_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=".contains(byte);
    if declared == TransferEncoding::Base64 && !beginning.iter().all(of_base64) {
        return TransferEncoding::Identity;
    }
    declared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cms_is_read_binary_or_base64_whatever_was_declared() {
        let check = |body: &[u8], expect: &[u8]| {
            let mut out = Vec::new();
            cms_content(body).unwrap().read_to_end(&mut out).unwrap();
            assert_eq!(out, expect);
        };
        check(b"\x30\x80\x0a\x0d", b"\x30\x80\x0a\x0d");
        check(b"\r\n\r\n\x30\x80", b"\x30\x80");
        check(b"MIAG\r\n", b"\x30\x80\x06");
        check(b"\r\nMIAG", b"\x30\x80\x06");
        check(b"", b"");
        check(b"\r\n", b"");
    }

    #[test]
    fn headers_are_told_from_edi() {
        let check = |text: &[u8], header: bool, edi: bool| {
            assert_eq!((begins_with_a_header(text), begins_with_edi(text)), (header, edi), "{text:?}");
        };
        check(b"Content-Type: text/plain\r\n", true, false);
        check(b"content_type :x", true, false);
        check(b"ISA*00*          *00*:", false, true);
        check(b"\r\nUNB+UNOA:4+A:1", false, true);
        check(b"UNA:+.? 'UNB+", true, true);
        check(b"<?xml version=\"1.0\"?>", false, true);
        check(b"\x1f\x8b\x08garbage:", false, false);
        check(b"0:", false, false);
        check(b"MIAGCSqGSIb3DQEHA6CAMIACAQAx", false, false);
        check(b"", false, false);
    }

    #[test]
    fn mime_headers_are_told_from_any_text_with_a_colon() {
        let check = |text: &[u8], expect: bool| assert_eq!(begins_with_entity_headers(text), expect, "{text:?}");
        check(b"Content-Type: text/plain\r\n", true);
        check(b"mime-version :1.0\r\n", true);
        check(b"Content-", false);
        check(b"Note: content", false);
        check(b"", false);
    }

    #[test]
    fn what_is_said_to_be_base64_is_looked_at() {
        let check = |text: &[u8], expect: TransferEncoding| {
            assert_eq!(true_encoding(text, TransferEncoding::Base64), expect, "{text:?}");
            assert_eq!(true_encoding(text, TransferEncoding::QuotedPrintable), TransferEncoding::QuotedPrintable);
        };
        check(b"SVNB\r\nKg==\r\n", TransferEncoding::Base64);
        check(b"", TransferEncoding::Base64);
        check(b"ISA*00*", TransferEncoding::Identity);
        check(b"--boundary\r\n", TransferEncoding::Identity);
    }
}
