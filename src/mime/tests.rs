//! Cases and laws of the MIME readers.

use std::io::{BufReader, Read};

use proptest::prelude::*;

use super::*;
use crate::base::Limits;

/// A source that hands out at most `step` bytes at a time, so that every border falls inside a read once.
struct Trickle<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Trickle<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let wanted = self.step.min(out.len());
        self.bytes.read(&mut out[..wanted])
    }
}

fn limits() -> Limits {
    Limits::default()
}

fn parts(body: &[u8], boundary: &str, step: usize) -> Result<Vec<Vec<u8>>, String> {
    let mut multipart = Multipart::new(Trickle { bytes: body, step }, boundary, &limits());
    let mut parts = Vec::new();
    while let Some(mut part) = multipart.next_part().map_err(|fault| fault.to_string())? {
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).map_err(|fault| fault.to_string())?;
        parts.push(bytes);
    }
    Ok(parts)
}

#[test]
fn a_header_list_keeps_its_bytes_and_shows_its_fields() {
    let block = b"Content-Type: multipart/signed;\r\n\tboundary=\"a\"\r\nX-Odd :  b \r\nx-odd:c\r\nEmpty:\r\n\r\nbody";
    let (list, rest) = HeaderList::read(block, &limits()).unwrap();
    assert_eq!(rest, b"body");
    assert_eq!([list.as_bytes(), rest].concat(), block);
    assert_eq!(list.text("content-type").unwrap(), "multipart/signed;\tboundary=\"a\"");
    assert_eq!(list.all("X-ODD").map(|v| v.into_owned()).collect::<Vec<_>>(), [b"b".to_vec(), b"c".to_vec()]);
    assert_eq!(list.text("empty").unwrap(), "");
    assert_eq!(list.get("absent"), None);
    assert_eq!(list.len(), 4);
}

#[test]
fn a_header_list_ends_at_an_empty_line_or_with_the_source() {
    let check = |block: &[u8], fields: usize, rest: &[u8]| {
        let (list, left) = HeaderList::read(block, &limits()).unwrap();
        assert_eq!((list.len(), left), (fields, rest), "{}", String::from_utf8_lossy(block));
    };
    check(b"", 0, b"");
    check(b"\r\nA: b\r\n", 0, b"A: b\r\n");
    check(b"\nbody", 0, b"body");
    check(b"A: b\nC: d\n\nbody", 2, b"body");
    check(b"A: b", 1, b"");
    check(b"A: b\r\n \r\n\r\nbody", 1, b"body");
}

#[test]
fn header_lines_are_bounded_and_must_be_headers() {
    let check = |block: &[u8], expect: &str| match HeaderList::read(block, &limits()) {
        Ok(list) => assert_eq!(expect, "", "{list:?}"),
        Err(fault) => assert_eq!(fault.to_string(), expect),
    };
    let line = |length: usize| [b"A:".as_slice(), &vec![b'x'; length - 2], b"\r\n\r\n"].concat();
    check(&line(998), "");
    check(&line(999), "a MIME header line is longer than 998 bytes");
    let block = |length: usize| {
        let mut block = b"A: 12345678901234567890123456789012345678901\r\n".repeat(length / 46);
        block.resize(length - 2, b'A');
        [block, b"\r\n".to_vec()].concat()
    };
    // Filled up with a line that has no colon only where it is cut: the bound speaks first.
    check(&block(32 * 1024 + 47), "the MIME headers are longer than 32768 bytes together");
    check(b"ISA*00*~\r\n\r\n", "a MIME header line has no field name");
    check(b": x\r\n\r\n", "a MIME header line has no field name");
    check(b" fold first\r\n\r\n", "a MIME header line has no field name");
    check(b"two words: x\r\n\r\n", "a MIME header line has no field name");
}

#[test]
fn content_types_are_read_leniently() {
    let check = |value: &str, essence: &str, boundary: Option<&str>| {
        let read = ContentType::parse(value).unwrap();
        assert_eq!((read.essence(), read.boundary(&limits()).ok()), (essence, boundary), "{value}");
    };
    check("text/plain", "text/plain", None);
    check("Multipart/Signed; BOUNDARY=abc; micalg=sha1", "multipart/signed", Some("abc"));
    check("multipart/signed;boundary=\"a b;c\"", "multipart/signed", Some("a b;c"));
    check("multipart/signed; boundary=\"\"abc\"\"", "multipart/signed", Some("abc"));
    check("multipart/signed; boundary = \"a\\\"b\" ;", "multipart/signed", Some("a\"b"));
    check("\"multipart/report; boundary=abc\"", "multipart/report", Some("abc"));
    check("application/application/EDIFACT", "application/application/edifact", None);
    check("application", "application", None);
    check("multipart/mixed; boundary=", "multipart/mixed", None);
    for not in ["", ";", "=x", "two words/x"] {
        assert!(ContentType::parse(not).is_err(), "{not}");
    }
    assert!(ContentType::parse("application/x-pkcs7-mime").unwrap().is("application/pkcs7-mime"));
    assert!(!ContentType::parse("text/x-pkcs7-mime").unwrap().is("application/pkcs7-mime"));
}

#[test]
fn a_boundary_is_bounded() {
    let boundary = |length: usize| {
        let value = format!("multipart/mixed; boundary={}", "b".repeat(length));
        ContentType::parse(&value).unwrap().boundary(&limits()).map(str::len).map_err(|fault| fault.to_string())
    };
    assert_eq!(boundary(70), Ok(70));
    assert_eq!(boundary(71), Err("the multipart boundary is longer than 70 bytes".to_owned()));
}

#[test]
fn parts_are_the_bytes_between_boundaries() {
    let check = |body: &str, expect: &[&str]| {
        for step in [1, 2, 3, 7, 4096] {
            let found = parts(body.as_bytes(), "b", step).unwrap();
            let found: Vec<_> = found.iter().map(|part| String::from_utf8_lossy(part)).collect();
            assert_eq!(found, expect, "{body:?} by {step}");
        }
    };
    check("--b\r\nA: b\r\n\r\nbody\r\n--b--", &["A: b\r\n\r\nbody"]);
    check("--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n", &["one", "two"]);
    check("preamble\r\n--b\r\none\r\n--b--\r\nepilogue --b\r\n", &["one"]);
    // The line break before the boundary is the boundary's; any other is content.
    check("--b\r\none\r\n\r\n--b--", &["one\r\n"]);
    check("--b\none\n--b--", &["one"]);
    check("--b\r\none\r\r\n--b--", &["one\r"]);
    check("--b \t\r\none\r\n--b--", &["one"]);
    // What only looks like a boundary.
    check("--b\r\n--bb\r\n --b\r\nx--b\r\n--b?\r\n--b--", &["--bb\r\n --b\r\nx--b\r\n--b?"]);
    check("--b\r\n--b\r\n\r\n--b--", &["", ""]);
    check("--b--", &[]);
    // Content-Length two bytes short.
    check("--b\r\none\r\n--b-", &["one"]);
    check("--b\r\none\r\n--b", &["one"]);
}

#[test]
fn a_body_without_its_closing_boundary_is_truncated() {
    for body in ["", "--b\r\n", "--b\r\none", "--b\r\none\r\n--", "no boundary at all"] {
        assert_eq!(parts(body.as_bytes(), "b", 3), Err("the multipart body ends before its closing boundary".into()));
    }
}

#[test]
fn parts_are_counted() {
    let body = |count: usize| [b"--b\r\nx\r\n".repeat(count), b"--b--".to_vec()].concat();
    assert_eq!(parts(&body(64), "b", 4096).unwrap().len(), 64);
    assert_eq!(parts(&body(65), "b", 4096), Err("the multipart body has more than 64 parts".into()));
}

#[test]
fn a_part_left_unread_is_passed_over_and_an_epilogue_can_be_refused() {
    let check = |body: &str, clean: bool| {
        let mut multipart = Multipart::new(body.as_bytes(), "b", &limits());
        assert!(multipart.next_part().unwrap().is_some());
        let mut second = String::new();
        multipart.next_part().unwrap().unwrap().read_to_string(&mut second).unwrap();
        assert_eq!(second, "two");
        assert!(multipart.next_part().unwrap().is_none());
        assert_eq!(multipart.expect_no_epilogue().is_ok(), clean, "{body:?}");
    };
    check("--b\r\none\r\n--b\r\ntwo\r\n--b--", true);
    check("--b\r\none\r\n--b\r\ntwo\r\n--b--\r\n \r\n", true);
    check("--b\r\none\r\n--b\r\ntwo\r\n--b--\r\nmore", false);
}

#[test]
fn transfer_encodings_are_undone() {
    let check = |encoding: &str, text: &[u8], expect: Result<&[u8], &str>| {
        for step in [1, 2, 5, 4096] {
            let found = TransferEncoding::parse(encoding).and_then(|encoding| {
                let source = BufReader::new(Trickle { bytes: text, step });
                let mut out = Vec::new();
                TransferReader::new(source, encoding).read_to_end(&mut out)?;
                Ok(out)
            });
            let found = found.map_err(|fault| fault.to_string());
            assert_eq!(found.as_deref(), expect.map_err(str::to_owned).as_deref(), "{encoding} {text:?} by {step}");
        }
    };
    check("Binary", b"a\nb\xff", Ok(b"a\nb\xff"));
    check("", b"as it is", Ok(b"as it is"));
    check("8BIT", b"\xe4", Ok(b"\xe4"));
    check("base64", b"", Ok(b""));
    check("BASE64", b"SVNBKjAw\r\nKg==\r\n", Ok(b"ISA*00*"));
    check("base64", b"S V N\tB\nKjAwKg", Ok(b"ISA*00*"));
    check("base64", b"SVNBKjAwKjA=", Ok(b"ISA*00*0"));
    check("base64", b"SVNBKjAwKjA=x", Err("the content is not base64 as its headers say"));
    check("base64", b"SVNBK", Err("the content is not base64 as its headers say"));
    check("base64", b"SV-B", Err("the content is not base64 as its headers say"));
    check("quoted-printable", b"a=3Db=\r\nc=e4 =\n", Ok(b"a=bc\xe4 "));
    check("quoted-printable", b"a= \t\r\nb=", Ok(b"ab"));
    check("quoted-printable", b"=4", Err("the content is not quoted-printable as its headers say"));
    check("quoted-printable", b"=zz", Err("the content is not quoted-printable as its headers say"));
    check("quoted-printable", b"= x", Err("the content is not quoted-printable as its headers say"));
    check("uuencode", b"", Err("the content-transfer-encoding 'uuencode' is not known"));
}

proptest! {
    #[test]
    fn base64_reads_back(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let lines = base64_lines(&bytes);
        prop_assert!(lines.split("\r\n").all(|line| line.len() <= 76));
        let mut out = Vec::new();
        TransferReader::new(lines.as_bytes(), TransferEncoding::Base64).read_to_end(&mut out).unwrap();
        prop_assert_eq!(out, bytes);
    }

    #[test]
    fn reading_headers_loses_no_byte(block in header_block(), rest in any::<Vec<u8>>()) {
        let bytes = [block.as_bytes(), b"\r\n", &rest].concat();
        let (list, left) = HeaderList::read(&bytes, &limits()).unwrap();
        prop_assert_eq!(left, rest.as_slice());
        prop_assert_eq!([list.as_bytes(), left].concat(), bytes.clone());
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in any::<Vec<u8>>(), value in "\\PC*", step in 1_usize..9) {
        let _list = HeaderList::read(&bytes, &limits());
        let _type = ContentType::parse(&value);
        let _text = Parameters::read(&format!("x; name*={value}; name*0*={value}; file={value}")).1.text("name");
        let _pieces = Parameters::read(&format!("x; name*0*={value}; name*1={value}; name*2*={value}")).1.text("name");
        let _words = Parameters::read(&format!("x; name={value}")).1.text("name");
        let _parts = parts(&bytes, "b", step);
        for encoding in ["base64", "quoted-printable", "binary"] {
            let source = BufReader::new(Trickle { bytes: &bytes, step });
            let _end = TransferReader::new(source, TransferEncoding::parse(encoding).unwrap()).read_to_end(&mut vec![]);
        }
    }

    #[test]
    fn multipart_gives_back_what_was_put_together(
        contents in prop::collection::vec("[b\\-\r\n ]{0,40}", 1..5), step in 1_usize..9,
    ) {
        prop_assume!(contents.iter().all(|c| !c.contains("--b")));
        let mut body = String::new();
        for content in &contents {
            body.push_str(&format!("--b0und\r\n{content}\r\n"));
        }
        body.push_str("--b0und--");
        let found = parts(body.as_bytes(), "b0und", step).unwrap();
        prop_assert_eq!(found, contents.iter().map(|c| c.as_bytes().to_vec()).collect::<Vec<_>>());
    }
}

fn header_block() -> impl Strategy<Value = String> {
    let line = "[A-Za-z\\-]{1,12}[ \t]{0,2}:[ -~]{0,60}(\r\n|\n)(([ \t][ -~]{0,20})(\r\n|\n)){0,2}";
    prop::collection::vec(line, 0..8).prop_map(|lines| lines.concat())
}
