//! Whether a segment is plainly as its guide wants it, told in one pass over its bytes. Nearly all segments are, and
//! nothing more is done for them.
//!
//! The law: of a segment that is plain, [`element`](super::element) would find nothing to say. The other way round it
//! need not hold.

use crate::edi::delimiter::Delimiters;
use crate::edi::guide::{Holds, Item, Sequence, code_key};
use crate::edi::token::Segment;

use super::period;
use super::value::{Mark, digits, is_date, is_number, is_time};

/// Kinds of bytes, a bit for each.
const DIGIT: u8 = 1;
const SIGN: u8 = 2;
const POINT: u8 = 4;
const COMMA: u8 = 8;
const LETTER: u8 = 16;
const BLANK: u8 = 32;
/// Any other character that can be seen.
const OTHER: u8 = 64;
/// What is looked at closely: control characters, anything beyond ASCII, release characters and separators.
const AWKWARD: u8 = 128;

const KINDS: [u8; 256] = {
    let mut kinds = [AWKWARD; 256];
    let mut byte = 0x20_u8;
    while byte < 0x7f {
        #[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
        {
            kinds[byte as usize] = match byte {
                b'0'..=b'9' => DIGIT,
                b'-' => SIGN,
                b'.' => POINT,
                b',' => COMMA,
                b'a'..=b'z' | b'A'..=b'Z' => LETTER,
                b' ' => BLANK,
                _ => OTHER,
            };
        }
        byte += 1;
    }
    kinds
};

/// The kinds of bytes in an interchange, whose delimiters are of none.
pub(super) struct Plain {
    kinds: [u8; 256],
    component: Option<u8>,
}

impl Plain {
    /// For documents with these delimiters.
    pub(super) fn new(delimiters: &Delimiters) -> Self {
        let mut kinds = KINDS;
        for delimiter in delimiters.all() {
            if let Some(kind) = kinds.get_mut(usize::from(delimiter)) {
                *kind = AWKWARD;
            }
        }
        Self { kinds, component: delimiters.component }
    }

    /// Whether a segment is plainly as it should be. Separators behind its last element are once worth a word.
    pub(super) fn segment(&self, segment: &Segment<'_>, sequence: &Sequence, trailing: Trailing) -> bool {
        let elements = segment.element_bytes();
        if elements.len() > sequence.items.len() {
            return false;
        }
        let mut present = 0;
        let mut bit = 1_u64;
        let mut ends_empty = false;
        for (bytes, item) in elements.zip(&sequence.items) {
            ends_empty = bytes.is_empty();
            if !ends_empty {
                if !self.item(bytes, item) {
                    return false;
                }
                present |= bit;
            }
            bit <<= 1;
        }
        keeps(sequence, present) && (!ends_empty || trailing == Trailing::Told)
    }

    fn item(&self, bytes: &[u8], item: &Item) -> bool {
        match &item.holds {
            Holds::Composite(sequence) => self.composite(bytes, sequence),
            _ => self.simple(bytes, item),
        }
    }

    fn composite(&self, bytes: &[u8], sequence: &Sequence) -> bool {
        let Some(separator) = self.component else { return false };
        let mut present = 0;
        let mut bit = 1_u64;
        let mut items = sequence.items.iter();
        let (mut rest, mut more) = (bytes, true);
        while more {
            let end = rest.iter().position(|byte| *byte == separator);
            let (component, behind) = match end.and_then(|end| rest.split_at_checked(end)) {
                Some((component, behind)) => (component, behind.get(1..).unwrap_or_default()),
                None => (rest, [].as_slice()),
            };
            more = end.is_some();
            let Some(item) = items.next() else { return false };
            if !component.is_empty() {
                if !self.simple(component, item) {
                    return false;
                }
                present |= bit;
            } else if !more {
                return false;
            }
            bit <<= 1;
            rest = behind;
        }
        keeps(sequence, present) && sequence.dated.is_none_or(|dated| self.is_period(bytes, dated))
    }

    /// A value whose bytes are not all blank. One that begins with a blank is looked at closely.
    fn simple(&self, bytes: &[u8], item: &Item) -> bool {
        let kinds = bytes.iter().fold(0, |all, byte| all | self.kinds.get(usize::from(*byte)).unwrap_or(&AWKWARD));
        if kinds & AWKWARD != 0 || bytes.first() == Some(&b' ') {
            return false;
        }
        let fits = |length: usize| (item.min..=item.max).contains(&length);
        let is_number = |mark: Mark| match kinds {
            DIGIT => fits(bytes.len()),
            _ => is_number(bytes, mark) && fits(digits(bytes)),
        };
        match &item.holds {
            Holds::Text => fits(bytes.len()),
            Holds::Code(codes) => {
                fits(bytes.len()) && code_key(bytes).is_some_and(|code| codes.binary_search(&code).is_ok())
            }
            Holds::Letters => fits(bytes.len()) && kinds & !(LETTER | BLANK) == 0,
            Holds::Whole => is_number(Mark::None),
            Holds::Decimal => is_number(Mark::Point),
            Holds::Numeric => is_number(Mark::Either),
            Holds::Date => is_date(bytes, item.min),
            Holds::Time => is_time(bytes),
            Holds::Bytes => true,
            Holds::Composite(_) | Holds::Involved => false,
        }
    }

    /// Called for a composite whose components are plain: none has a separator inside.
    fn is_period(&self, bytes: &[u8], (value, code): (usize, usize)) -> bool {
        let component = |number: usize| {
            bytes.split(|byte| Some(*byte) == self.component).nth(number.saturating_sub(1)).unwrap_or_default()
        };
        let value = component(value);
        value.is_empty() || period::fits(component(code), value)
    }
}

fn keeps(sequence: &Sequence, present: u64) -> bool {
    present & sequence.mandatory == sequence.mandatory && sequence.notes.iter().all(|note| note.holds(present))
}

/// Whether separators behind a last element were told already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trailing {
    /// The next ones are to be told.
    Untold,
    /// They are passed over.
    Told,
}
