//! Reading, writing again and reading once more gives what was read first, in every layout; a second writing changes no
//! byte.

use edigate::edi::write::{
    RewriteOptions, Rewriter, RewrittenDelimiters, SplitBy, SplitEvent, Splitter, TerminatorSuffix,
};
use edigate::edi::{
    GroupHead, InterchangeHead, OutgoingElement, OutgoingGroupHead, OutgoingInterchangeHead, OutgoingSegment, Piece,
    Segment, Trailer,
};

use crate::shared::{pieces, samples};

/// What a file says, whatever its layout.
#[derive(Clone, Debug, PartialEq)]
enum Said {
    Interchange(Box<OutgoingInterchangeHead>),
    Acknowledgement([String; 5]),
    Group(Box<OutgoingGroupHead>),
    Set(Vec<OutgoingSegment>),
    GroupEnd(Option<(String, String)>),
    InterchangeEnd(Option<(String, String)>),
}

fn said(pieces: &[Piece]) -> Vec<Said> {
    let trailer = |trailer: &Option<Trailer>| trailer.clone().map(|trailer| (trailer.count, trailer.control_number));
    let said = pieces.iter().filter_map(|piece| match piece {
        Piece::Interchange(head) => Some(Said::Interchange(Box::new(normal(head)))),
        Piece::Acknowledgement(ta1) => {
            let ta1 = ta1.clone();
            Some(Said::Acknowledgement([ta1.control_number, ta1.date, ta1.time, ta1.code, ta1.note]))
        }
        Piece::Group(head) => Some(Said::Group(Box::new(OutgoingGroupHead::from(head as &GroupHead)))),
        Piece::Set(set) => Some(Said::Set(set.segments().map(|segment| spoken(&segment)).collect())),
        Piece::GroupEnd(end) => Some(Said::GroupEnd(trailer(&end.trailer))),
        Piece::InterchangeEnd(end) => Some(Said::InterchangeEnd(trailer(&end.trailer))),
        Piece::Finding(_) | Piece::Unreadable(_) => None,
    });
    said.collect()
}

/// A segment; binary data is of one piece, whatever bytes in it look like delimiters.
fn spoken(segment: &Segment<'_>) -> OutgoingSegment {
    let mut spoken = OutgoingSegment::from(segment);
    if matches!(segment.tag().as_str(), "BIN" | "BDS")
        && let Some(data) = spoken.elements.last_mut()
    {
        *data = OutgoingElement::simple(segment.element(segment.element_count()).text());
    }
    spoken
}

/// A head as the writer makes it: ISA13 has nine digits, ISA01 and ISA03 are there.
fn normal(head: &InterchangeHead) -> OutgoingInterchangeHead {
    let mut head = OutgoingInterchangeHead::from(head);
    let is_number = !head.control_number.is_empty() && head.control_number.bytes().all(|byte| byte.is_ascii_digit());
    if head.standard == edigate::edi::Standard::X12 {
        if is_number {
            head.control_number = format!("{:0>9}", head.control_number);
        }
        for qualifier in [&mut head.particulars.authorization_qualifier, &mut head.particulars.security_qualifier] {
            if qualifier.is_empty() {
                qualifier.push_str("00");
            }
        }
    }
    head
}

fn rewritten(pieces: &[Piece], options: RewriteOptions) -> Result<Vec<u8>, String> {
    let mut rewriter = Rewriter::new(options);
    let mut bytes = Vec::new();
    for piece in pieces {
        bytes.extend(rewriter.take(piece).map_err(|fault| fault.to_string())?);
    }
    Ok(bytes)
}

/// Values that hold what is customarily a delimiter and is none in their interchange. X12 cannot carry them so.
const COLLISIONS: [&str; 2] = [
    "x12/275/xlate+staedi__sample275_with_HL7_invalid_BIN01.edi Customary: BIN02-11 in segment 15 of set 1001 holds the delimiter '>'",
    "x12/997/xlate+staedi__invalid997_min.edi Customary: AK101 in segment 2 of set 0001 holds the delimiter '>'",
];

#[test]
fn every_file_says_the_same_in_every_layout() {
    let Some(samples) = samples() else { return };
    let mut faults = Vec::new();
    for sample in &samples {
        let first = pieces(&sample.bytes);
        for suffix in [TerminatorSuffix::None, TerminatorSuffix::Lf, TerminatorSuffix::CrLf] {
            for delimiters in [RewrittenDelimiters::AsSent, RewrittenDelimiters::Customary] {
                let options = RewriteOptions { delimiters, suffix, ..RewriteOptions::default() };
                let bytes = match rewritten(&first, options) {
                    Ok(bytes) => bytes,
                    Err(fault) => {
                        faults.push(format!("{} {delimiters:?}: {fault}", sample.path));
                        continue;
                    }
                };
                let second = pieces(&bytes);
                assert_eq!(said(&first), said(&second), "{} {options:?}", sample.path);
                assert_eq!(rewritten(&second, options).as_ref(), Ok(&bytes), "{} {options:?}", sample.path);
            }
        }
    }
    faults.dedup();
    assert_eq!(faults, COLLISIONS);
}

#[test]
fn every_part_says_what_the_whole_says() {
    let Some(samples) = samples() else { return };
    for sample in &samples {
        let first = pieces(&sample.bytes);
        let sets = |said: Vec<Said>| said.into_iter().filter(|one| matches!(one, Said::Set(_))).collect::<Vec<_>>();
        let whole = sets(said(&first));
        for by in [SplitBy::Interchange, SplitBy::Group, SplitBy::Set] {
            let mut splitter = Splitter::new(by, RewriteOptions::default());
            let events: Result<Vec<Vec<SplitEvent>>, _> = first.iter().map(|piece| splitter.take(piece)).collect();
            let events = events.unwrap_or_else(|fault| panic!("{} {by:?}: {fault}", sample.path));
            let mut parts: Vec<Vec<u8>> = Vec::new();
            for event in events.into_iter().flatten() {
                match event {
                    SplitEvent::Begin(_) => parts.push(Vec::new()),
                    SplitEvent::Bytes(bytes) => parts.last_mut().unwrap().extend(bytes),
                    SplitEvent::End => {}
                }
            }
            let read: Vec<Said> = parts.iter().flat_map(|part| sets(said(&pieces(part)))).collect();
            assert_eq!(read, whole, "{} {by:?}", sample.path);
        }
    }
}
