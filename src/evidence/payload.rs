//! How the business content stands in what was signed.

use std::io::Read;

use memchr::memmem;

use crate::base::Limits;
use crate::mime::{ContentType, HeaderList, TransferEncoding, TransferReader};
use crate::smime::CompressedReader;

/// Where the payload is in a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PayloadIn {
    /// From this byte to the end, as it is.
    Behind(usize),
    /// From this byte to the end, with other line ends: those of the content were signed.
    OtherLines(usize),
    /// From this byte on, as it is, and something behind it: a part of a multipart/related.
    Within(usize),
    /// From this byte to the end, in base64.
    Base64(usize),
    /// Compressed (RFC 3274).
    Compressed(Compressed),
    /// In a way that a shell does not undo.
    Unclear,
}

/// Compressed content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compressed {
    /// From this byte on stands the CMS,
    pub(super) cms_at: usize,
    /// in base64 or not,
    pub(super) base64: bool,
    /// and from this byte of it on the zlib stream (RFC 1950),
    pub(super) zlib_at: usize,
    /// which inflates to an entity in which the payload begins at this byte,
    pub(super) payload_at: usize,
    /// in base64 once more or not.
    pub(super) payload_in_base64: bool,
}

/// Finds the payload. Empty lines may stand in front of the content's headers.
pub(super) fn place(content: &[u8], payload: &[u8], limits: &Limits) -> PayloadIn {
    let empty_lines = content.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let found = behind_headers(content, 0, payload, limits)
        .or_else(|| behind_headers(content, empty_lines, payload, limits))
        .or_else(|| from(content, 0, payload))
        .or_else(|| from(content, empty_lines, payload));
    found.unwrap_or_else(|| match memmem::find(content, payload).filter(|_| !payload.is_empty()) {
        Some(at) => PayloadIn::Within(at),
        None => PayloadIn::Unclear,
    })
}

/// The payload behind headers that begin at this byte, encoded as they say.
fn behind_headers(content: &[u8], start: usize, payload: &[u8], limits: &Limits) -> Option<PayloadIn> {
    let (headers, body) = HeaderList::read(content.get(start..)?, limits).ok()?;
    let at = content.len() - body.len();
    if ContentType::of(&headers).is_ok_and(|found| found.is("application/pkcs7-mime")) {
        return compressed(at, body, payload, limits).map(PayloadIn::Compressed);
    }
    match TransferEncoding::of(&headers) {
        Ok(TransferEncoding::Identity) => as_it_is(body, at, payload),
        Ok(TransferEncoding::Base64) => (decoded(body) == payload).then_some(PayloadIn::Base64(at)),
        _ => None,
    }
}

fn as_it_is(body: &[u8], at: usize, payload: &[u8]) -> Option<PayloadIn> {
    let letters = |text: &[u8]| -> Vec<u8> { text.iter().copied().filter(|byte| *byte != b'\r').collect() };
    if body == payload {
        Some(PayloadIn::Behind(at))
    } else {
        (letters(body) == letters(payload)).then_some(PayloadIn::OtherLines(at))
    }
}

/// A content without any header: HTTP's say how it is encoded.
fn from(content: &[u8], at: usize, payload: &[u8]) -> Option<PayloadIn> {
    let body = content.get(at..)?;
    as_it_is(body, at, payload).or_else(|| (decoded(body) == payload).then_some(PayloadIn::Base64(at)))
}

fn compressed(cms_at: usize, body: &[u8], payload: &[u8], limits: &Limits) -> Option<Compressed> {
    // CMS begins with the byte 0x30, and in base64 with `M`.
    let base64 = body.trim_ascii_start().first() == Some(&b'M');
    let cms = if base64 { decoded(body) } else { body.to_vec() };
    let mut entity = Vec::new();
    CompressedReader::open(cms.as_slice(), limits).ok()?.read_to_end(&mut entity).ok()?;
    let (payload_at, payload_in_base64) = match place(&entity, payload, limits) {
        PayloadIn::Behind(at) => (at, false),
        PayloadIn::Base64(at) => (at, true),
        PayloadIn::OtherLines(_) | PayloadIn::Within(_) | PayloadIn::Compressed(_) | PayloadIn::Unclear => return None,
    };
    let zlib_at = (0..cms.len().min(MOST_AHEAD)).find(|at| inflate(&cms, *at).is_some_and(|found| found == entity))?;
    Some(Compressed { cms_at, base64, zlib_at, payload_at, payload_in_base64 })
}

/// Bytes of CMS that may stand in front of its content.
const MOST_AHEAD: usize = 256;

/// What a zlib stream inflates to, where one begins here.
fn inflate(cms: &[u8], at: usize) -> Option<Vec<u8>> {
    let stream = cms.get(at..)?;
    let [first, second, ..] = stream else { return None };
    // RFC 1950, section 2.2: deflate, and a check of the two bytes.
    if first & 0x0f != 8 || !u16::from_be_bytes([*first, *second]).is_multiple_of(31) {
        return None;
    }
    let mut inflated = Vec::new();
    flate2::read::ZlibDecoder::new(stream).read_to_end(&mut inflated).ok()?;
    Some(inflated)
}

fn decoded(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // What does not decode does not become what it is compared with.
    TransferReader::new(body, TransferEncoding::Base64).read_to_end(&mut bytes).unwrap_or_default();
    bytes
}

impl PayloadIn {
    /// The entity that was compressed, where it was.
    pub(super) fn inflated(&self, content: &[u8]) -> Option<Vec<u8>> {
        let Self::Compressed(Compressed { cms_at, base64, zlib_at, .. }) = self else { return None };
        let body = content.get(*cms_at..)?;
        let cms = if *base64 { decoded(body) } else { body.to_vec() };
        inflate(&cms, *zlib_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smime::compress;

    #[test]
    fn a_payload_is_found_however_it_stands() {
        let limits = Limits::default();
        let check = |content: &[u8], expect: PayloadIn| {
            assert_eq!(place(content, b"ISA*", &limits), expect, "{}", String::from_utf8_lossy(content));
        };
        check(b"ISA*", PayloadIn::Behind(0));
        check(b"X: y\r\n\r\nISA*", PayloadIn::Behind(8));
        check(b"\r\nISA*", PayloadIn::Behind(2));
        check(b"SVNBKg==\r\n", PayloadIn::Base64(0));
        let head = "Content-Transfer-Encoding: base64\r\n\r\n";
        check(format!("{head}SVNB\r\nKg==\r\n").as_bytes(), PayloadIn::Base64(head.len()));
        check(b"Content-Transfer-Encoding: quoted-printable\r\n\r\nISA=2A", PayloadIn::Unclear);
        check(b"X: y\r\n\r\nISA+", PayloadIn::Unclear);
        check(b"\r\n\r\nX: y\r\n\r\nISA*", PayloadIn::Behind(12));
        check(format!("\r\n{head}SVNBKg==").as_bytes(), PayloadIn::Base64(head.len() + 2));
        check(b"X: y\r\n\r\n--b\r\n\r\nISA*\r\n--b--", PayloadIn::Within(15));
        check(b"", PayloadIn::Unclear);
    }

    #[test]
    fn a_payload_whose_content_was_signed_with_other_line_ends_is_found() {
        let check = |content: &[u8], expect: PayloadIn| {
            assert_eq!(place(content, b"ISA*\nIEA*\n", &Limits::default()), expect, "{}", content.escape_ascii());
        };
        check(b"X: y\r\n\r\nISA*\nIEA*\n", PayloadIn::Behind(8));
        check(b"X: y\r\n\r\nISA*\r\nIEA*\r\n", PayloadIn::OtherLines(8));
        check(b"ISA*\r\nIEA*\r\n", PayloadIn::OtherLines(0));
        check(b"\r\nX: y\r\n\r\nISA*\r\nIEA*\r\n", PayloadIn::OtherLines(10));
        check(b"X: y\r\n\r\nISA*\r\nIEA+\r\n", PayloadIn::Unclear);
    }

    #[test]
    fn a_compressed_payload_is_found_in_its_zlib_stream() {
        const HEAD: &str = "Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n";
        let check = |entity: &str, payload_at: usize, payload_in_base64: bool| {
            let cms = compress([entity.as_bytes()]).unwrap();
            let content = [HEAD.as_bytes(), &cms.head, &cms.octets].concat();
            let found = place(&content, b"ISA*", &Limits::default());
            let zlib_at = cms.head.len();
            let inside = Compressed { cms_at: HEAD.len(), base64: false, zlib_at, payload_at, payload_in_base64 };
            assert_eq!(found, PayloadIn::Compressed(inside), "{entity}");
            assert_eq!(found.inflated(&content).unwrap(), entity.as_bytes());
        };
        check("X: y\r\n\r\nISA*", 8, false);
        check("Content-Transfer-Encoding: base64\r\n\r\nSVNBKg==", 37, true);
        let other = [HEAD.as_bytes(), b"0\x80no cms"].concat();
        assert_eq!(place(&other, b"ISA*", &Limits::default()), PayloadIn::Unclear);
    }
}
