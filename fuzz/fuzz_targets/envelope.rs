//! The reader: envelopes are closed as they were opened, nothing is told of a place that is not there, and how the file
//! comes in changes nothing.

#![no_main]

use edigate_fuzz::edi::{FindingCode, Piece, Standard};
use edigate_fuzz::{Chunks, check_place, findings, options, pieces, told};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, size], file)) = bytes.split_first_chunk() else { return };
    let whole = pieces(file, options(*choice));
    let chunked = pieces(Chunks { bytes: file, size: usize::from(*size).max(1) }, options(*choice));
    assert_eq!(told(&whole), told(&chunked));

    let (pieces, fault) = whole;
    let mut open = Open::default();
    for piece in &pieces {
        findings(piece).iter().for_each(|finding| check_place(&finding.place, file));
        open.take(piece);
    }
    assert!(fault.is_some() || open == Open::default(), "the file ended, its envelopes did not");
});

/// What is open, and what was counted in it.
#[derive(Debug, Default, PartialEq)]
struct Open {
    interchange: Option<Standard>,
    group: bool,
    groups: u64,
    sets: u64,
    loose: u64,
}

impl Open {
    fn take(&mut self, piece: &Piece) {
        match piece {
            Piece::Interchange(head) => {
                assert_eq!(*self, Self::default(), "an interchange begins in another");
                self.interchange = Some(head.standard);
            }
            Piece::Unreadable(_) => assert_eq!(*self, Self::default()),
            Piece::Group(_) => {
                assert!(self.interchange.is_some() && !self.group);
                (self.group, self.sets) = (true, 0);
                self.groups += 1;
            }
            Piece::Set(set) => {
                assert_eq!(self.interchange, Some(set.interchange.standard));
                assert_eq!(set.group.is_some(), self.group);
                assert!(set.segment_count() > 0);
                if self.group { self.sets += 1 } else { self.loose += 1 }
            }
            Piece::GroupEnd(end) => {
                assert!(self.group && end.sets == self.sets);
                (self.group, self.sets) = (false, 0);
            }
            Piece::InterchangeEnd(end) => {
                assert!(!self.group);
                let loose = if self.interchange == Some(Standard::Edifact) { self.loose } else { 0 };
                assert_eq!(end.groups, self.groups + loose);
                *self = Self::default();
            }
            Piece::Acknowledgement(_) => assert_eq!(self.interchange, Some(Standard::X12)),
            // A package is counted with the sets; all that comes of it is that it was passed over.
            Piece::Finding(finding) if matches!(finding.code, FindingCode::Package | FindingCode::BinaryLength) => {
                if self.group { self.sets += 1 } else { self.loose += 1 }
            }
            Piece::Finding(_) => {}
        }
    }
}
