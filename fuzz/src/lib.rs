//! The floors under test, and what all targets do with bytes.

#![allow(dead_code, unused_imports, reason = "what only the floors above use is dead here")]

#[path = "../../src/base/mod.rs"]
pub mod base;
#[path = "../../src/mime/mod.rs"]
pub mod mime;
#[path = "../../src/smime/mod.rs"]
pub mod smime;
#[path = "../../src/as2/mod.rs"]
pub mod as2;
#[path = "../../src/edi/mod.rs"]
pub mod edi;

pub mod ber;
pub mod http;
pub mod keys;

use std::fmt::Write as _;
use std::io::{self, Read};

use base::{Diagnostic, Limits};
use edi::{CharacterSet, Finding, Piece, Place, ReadFault, ReadOptions, Reader};

/// A source that gives at most so many bytes at a time.
pub struct Chunks<'b> {
    /// What is left.
    pub bytes: &'b [u8],
    /// At most so many at a time.
    pub size: usize,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size.min(buffer.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.bytes = later;
        Ok(size)
    }
}

/// Options out of a byte: a character set or none, and bounds that small input can pass.
pub fn options(choice: u8) -> ReadOptions {
    let sets = CharacterSet::ALL;
    let charset = sets.get(usize::from(choice & 0x1f)).copied();
    let limits = if choice & 0x80 == 0 { Limits::default() } else { small_limits() };
    ReadOptions { limits, charset }
}

fn small_limits() -> Limits {
    let interchange = 1_000;
    Limits { interchange, segments: 40, segment: 90, transaction_set: 400, elements: 12, ..Limits::default() }
}

/// All pieces of a file, and the fault that ended it.
pub fn pieces(source: impl Read, options: ReadOptions) -> (Vec<Piece>, Option<ReadFault>) {
    let mut reader = Reader::new(source, options);
    let mut pieces = Vec::new();
    loop {
        match reader.next_piece() {
            Ok(Some(piece)) => pieces.push(piece),
            Ok(None) => return (pieces, None),
            Err(fault) => {
                assert!(matches!(reader.next_piece(), Ok(None)), "nothing comes after a fault");
                return (pieces, Some(fault));
            }
        }
    }
}

/// The findings of a piece.
pub fn findings(piece: &Piece) -> &[Finding] {
    match piece {
        Piece::Interchange(head) => &head.findings,
        Piece::Unreadable(interchange) => &interchange.head.findings,
        Piece::Set(set) => &set.findings,
        Piece::GroupEnd(end) => &end.findings,
        Piece::InterchangeEnd(end) => &end.findings,
        Piece::Finding(finding) => std::slice::from_ref(finding),
        Piece::Group(_) | Piece::Acknowledgement(_) => &[],
    }
}

/// Everything that is told of a file, as text: two readings are the same when this is.
pub fn told((pieces, fault): &(Vec<Piece>, Option<ReadFault>)) -> String {
    let mut told = String::new();
    for piece in pieces {
        let written = match piece {
            Piece::Set(set) => writeln!(told, "{set:?} {:?}", set.segments().collect::<Vec<_>>()),
            piece => writeln!(told, "{piece:?}"),
        };
        written.expect("a text takes what is written");
        findings(piece).iter().for_each(|finding| told.push_str(&Diagnostic::from(finding).to_string()));
    }
    told + &fault.as_ref().map(|fault| Diagnostic::from(fault).to_string()).unwrap_or_default()
}

/// A place lies in the file.
pub fn check_place(place: &Place, file: &[u8]) {
    assert!(place.start <= place.end && place.end <= file.len() as u64, "{place:?} in {} bytes", file.len());
}
