//! Binary segments: BIN and BDS say how long their data is, and the data may hold any byte, delimiters too.

use std::io::Read;

use crate::base::Limits;
use crate::edi::delimiter::Delimiters;
use crate::edi::fault::{Bound, ReadFault};
use crate::edi::place::Place;
use crate::edi::source::{Cut, Data, Source};

/// Digits of a length that are read: more than any limit has.
const DIGITS: usize = 12;

/// Which element holds the length; the data is the next one.
fn length_element(segment: &[u8], separator: u8) -> Option<usize> {
    let tag = segment.split(|byte| *byte == separator).next()?;
    match tag {
        [b'B' | b'b', b'I' | b'i', b'N' | b'n'] => Some(1),
        [b'B' | b'b', b'D' | b'd', b'S' | b's'] => Some(2),
        _ => None,
    }
}

/// A cut as long as its segment says, when it is one with binary data. A length that does not lead to a terminator, or is
/// greater than any transaction set, leaves the cut as it is: the segment then ends where any other would.
pub(super) fn lengthened<R: Read>(
    source: &mut Source<R>,
    delimiters: &Delimiters,
    limits: &Limits,
    cut: Cut,
) -> Result<Cut, ReadFault> {
    let (_, segment, _) = source.parts(cut);
    if !matches!(segment.first(), Some(b'B' | b'b')) {
        return Ok(cut);
    }
    let Some(number) = length_element(segment, delimiters.element) else { return Ok(cut) };
    let wrong = Cut { data: Data::WrongLength, ..cut };
    let mut separators = memchr::memchr_iter(delimiters.element, segment).skip(number - 1);
    let (Some(before), Some(behind)) = (separators.next(), separators.next()) else { return Ok(wrong) };
    let digits = segment.get(before + 1..behind).unwrap_or_default().trim_ascii();
    let Some(length) = Some(digits).filter(|digits| digits.len() <= DIGITS).and_then(parse) else { return Ok(wrong) };
    let data = behind + 1;
    if data + length > limits.transaction_set.max(limits.segment) {
        return Ok(wrong);
    }
    let end = cut.filler + data + length;
    let bytes = source.peek(end + 3).map_err(ReadFault::Io)?;
    let terminator = match bytes.get(end..).unwrap_or_default() {
        [first, ..] if *first == delimiters.terminator => 1,
        [b'\r' | b'\n', second, ..] if *second == delimiters.terminator => 2,
        [b'\r', b'\n', third, ..] if *third == delimiters.terminator => 3,
        [] if bytes.len() == end => 0,
        _ => return Ok(wrong),
    };
    if data + length > limits.segment {
        let limit = limits.segment as u64;
        let start = source.offset() + cut.filler as u64;
        return Err(ReadFault::Bound { bound: Bound::Segment, limit, place: Place::bytes(start, start + limit) });
    }
    Ok(Cut { end, next: end + terminator, terminated: terminator > 0, data: Data::From(data), ..cut })
}

fn parse(digits: &[u8]) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()
}
