//! The BER reader by itself.

use std::io::{self, BufReader, Read};

use crate::smime::SmimeError;
use crate::smime::ber::{BerReader, Tag};

const DEPTH: usize = 5;

fn reader(bytes: &[u8]) -> BerReader<&[u8]> {
    BerReader::new(bytes, DEPTH)
}

fn fault(result: Result<impl Sized, SmimeError>) -> String {
    result.err().map_or_else(String::new, |fault| fault.to_string())
}

#[test]
fn walks_values_of_either_kind_of_length() {
    let check = |bytes: &[u8]| {
        let mut ber = reader(bytes);
        ber.enter(Tag::SEQUENCE, "").unwrap();
        assert_eq!(ber.primitive(Tag::INTEGER, "", 8).unwrap(), [5]);
        assert_eq!(ber.peek().unwrap(), Some(Tag::context(0)));
        ber.enter(Tag::context(0), "").unwrap();
        assert_eq!(ber.octets(Tag::OCTET_STRING, "", 8).unwrap(), b"ab");
        ber.leave("").unwrap();
        ber.leave("").unwrap();
        assert_eq!(ber.peek().unwrap(), None);
    };
    check(&[0x30, 9, 2, 1, 5, 0xa0, 4, 4, 2, b'a', b'b']);
    check(&[0x30, 0x80, 2, 1, 5, 0xa0, 4, 4, 2, b'a', b'b', 0, 0]);
    check(&[0x30, 0x81, 11, 2, 1, 5, 0xa0, 0x80, 4, 2, b'a', b'b', 0, 0]);
    check(&[0x30, 0x80, 2, 0x81, 1, 5, 0xa0, 0x80, 0x24, 0x80, 4, 1, b'a', 4, 0, 4, 1, b'b', 0, 0, 0, 0, 0, 0]);
    check(&[0x30, 15, 2, 1, 5, 0xa0, 10, 0x24, 8, 0x24, 3, 4, 1, b'a', 4, 1, b'b']);
}

#[test]
fn passes_over_and_keeps_values_whole() {
    let check = |value: &[u8]| {
        let followed = [value, &[2, 1, 5]].concat();
        let mut ber = reader(&followed);
        ber.skip().unwrap();
        assert_eq!(ber.primitive(Tag::INTEGER, "", 8).unwrap(), [5], "{value:02x?}");

        let mut ber = reader(&followed);
        ber.peek().unwrap();
        assert_eq!(ber.raw("", value.len()).unwrap(), value);
        assert_eq!(ber.primitive(Tag::INTEGER, "", 8).unwrap(), [5]);

        let too_long = fault(reader(&followed).raw("", value.len() - 1));
        assert!(value.len() < 3 || too_long.contains("more bytes in one value"), "{value:02x?} {too_long}");
    };
    check(&[4, 0]);
    check(&[4, 3, 1, 2, 3]);
    check(&[0x30, 0]);
    check(&[0x30, 0x80, 0, 0]);
    check(&[0x30, 0x80, 0x30, 0x80, 4, 1, 7, 0, 0, 0x31, 0, 0, 0]);
    check(&[0x30, 6, 0x30, 0x80, 0x31, 0, 0, 0]);
    check(&[0xbf, 0x81, 0x01, 0x84, 0, 0, 0, 2, 4, 0]);
}

#[test]
fn refuses_what_is_no_ber() {
    let check = |bytes: &[u8], expect: &str| {
        let found = fault(reader(bytes).skip());
        assert!(found.contains(expect), "{bytes:02x?}: {found}");
    };
    check(&[], "a value is missing");
    check(&[0x30], "ends in the middle");
    check(&[0x30, 0x81], "ends in the middle");
    check(&[4, 3, 1, 2], "ends in the middle");
    check(&[0x30, 0x80, 4, 1, 7], "ends in the middle");
    check(&[0x30, 0x80, 4, 1, 7, 0], "ends in the middle");
    check(&[4, 0x80, 0, 0], "primitive value of indefinite length");
    check(&[0, 0], "end-of-contents");
    check(&[0x30, 2, 0, 0], "end-of-contents");
    check(&[0x30, 0x80, 0, 1, 0], "end-of-contents");
    check(&[0x30, 0x80, 0x20, 0, 0, 0], "end-of-contents");
    check(&[0x30, 0x80, 0, 0x81, 0], "end-of-contents");
    check(&[0x30, 2, 4, 1, 7], "reaches past the end");
    check(&[0x30, 4, 0x30, 0x80, 4, 3, 1, 2, 3, 0, 0], "reaches past the end");
    check(&[0x30, 3, 0x30, 0x80, 0, 0, 0], "cut off by the end");
    check(&[0x30, 1, 4, 1], "cut off by the end");
    check(&[4, 0x89, 0, 0, 0, 0, 0, 0, 0, 0, 1, 7], "more than 64 bits");
    check(&[4, 0xff], "more than 64 bits");
    check(&[0x1f, 0xff, 0xff, 0xff, 0xff, 0x7f, 0], "more than 28 bits");
    check(&[0x30, 0x80].repeat(DEPTH + 1), "values inside one another than the limit of 5");
    check(&[0x30, 0x80].repeat(DEPTH), "ends in the middle");
}

#[test]
fn refuses_another_value_than_was_asked_for() {
    let integer = &[2, 2, 1, 1];
    assert_eq!(reader(integer).primitive(Tag::INTEGER, "", 2).unwrap(), [1, 1]);
    assert!(reader(integer).primitive(Tag::INTEGER, "", 1).is_err());
    assert!(reader(integer).primitive(Tag::OCTET_STRING, "", 2).is_err());
    assert!(reader(integer).enter(Tag::INTEGER, "").is_err());
    assert!(reader(&[0x22, 2, 1, 1]).primitive(Tag::INTEGER, "", 2).is_err());
    let string = &[0x24, 6, 4, 1, 7, 4, 1, 8];
    assert_eq!(reader(string).octets(Tag::OCTET_STRING, "", 2).unwrap(), [7, 8]);
    assert!(reader(string).octets(Tag::OCTET_STRING, "", 1).is_err());
    assert!(reader(&[0x24, 3, 2, 1, 7]).octets(Tag::OCTET_STRING, "", 9).is_err());
    let mut ber = reader(&[0x30, 3, 2, 1, 7]);
    ber.enter(Tag::SEQUENCE, "").unwrap();
    assert!(ber.leave("").is_err());
    assert!(reader(&[]).leave("").is_err());
}

#[test]
fn reads_no_more_than_its_ceiling() {
    let whole = &[0x30, 0x80, 4, 1, 7, 0, 0];
    let read = |ceiling: usize| reader(whole).with_ceiling("bytes in a test", ceiling).skip();
    assert!(read(7).is_ok());
    assert!(fault(read(6)).contains("bytes in a test than the limit of 6"));
    let claims = reader(&[4, 0x84, 0x7f, 0xff, 0xff, 0xff]).with_ceiling("bytes in a test", 100).skip();
    assert!(fault(claims).contains("bytes in a test"));
}

/// A source that is interrupted before every byte, and breaks at its end.
struct Shaky<'a> {
    bytes: &'a [u8],
    is_due: bool,
}

impl Read for Shaky<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.is_due = !self.is_due;
        match (self.is_due, self.bytes) {
            (true, _) => Err(io::ErrorKind::Interrupted.into()),
            (false, []) => Err(io::ErrorKind::ConnectionReset.into()),
            (false, _) => {
                let amount = out.len().min(1);
                self.bytes.read(&mut out[..amount])
            }
        }
    }
}

#[test]
fn a_source_that_breaks_is_no_fault_of_the_bytes() {
    let source = |bytes| BufReader::new(Shaky { bytes, is_due: false });
    assert!(BerReader::new(source(&[0x30, 0x80, 4, 1, 7, 0, 0]), DEPTH).skip().is_ok());
    let broken = BerReader::new(source(&[0x30, 0x80, 4, 1]), DEPTH).skip().unwrap_err();
    let SmimeError::Io(cause) = broken else { panic!("{broken:?}") };
    assert_eq!(cause.kind(), io::ErrorKind::ConnectionReset);
}
