//! Whether a segment is plainly as its guide wants it, told in one pass over its bytes. Nearly all segments are, and
//! nothing more is done for them.
//!
//! The law: of a segment that is plain, [`element`](super::element) would find nothing to say. The other way round it
//! need not hold.

use crate::edi::delimiter::Delimiters;
use crate::edi::guide::{Holds, Item, Sequence, code_key};
use crate::edi::interchange::TransactionSet;
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

/// The kinds of bytes in a transaction set, whose delimiters are of none.
pub(super) struct Plain {
    kinds: [u8; 256],
    component: Option<u8>,
    /// Whether no element of the whole set has an awkward byte.
    is_clean: bool,
}

impl Plain {
    /// For the segments of a set.
    pub(super) fn new(set: &TransactionSet) -> Self {
        let delimiters = set.delimiters();
        let mut kinds = KINDS;
        for delimiter in delimiters.all() {
            if let Some(kind) = kinds.get_mut(usize::from(delimiter)) {
                *kind = AWKWARD;
            }
        }
        Self { kinds, component: delimiters.component, is_clean: is_clean(set.raw(), delimiters) }
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
        if bytes.first() == Some(&b' ') {
            return false;
        }
        let fits = |length: usize| (item.min..=item.max).contains(&length);
        if self.is_clean && matches!(item.holds, Holds::Text) {
            return fits(bytes.len());
        }
        let kinds = bytes.iter().fold(0, |all, byte| all | self.kinds.get(usize::from(*byte)).unwrap_or(&AWKWARD));
        if kinds & AWKWARD != 0 {
            return false;
        }
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
            Holds::Date => kinds == DIGIT && is_date(bytes, item.min),
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

/// Whether nothing in a set needs a closer look: its elements are of ASCII that can be seen, and nothing parts or
/// releases anything inside them. Most sets of X12 are so; it is one fast pass over them.
fn is_clean(bytes: &[u8], delimiters: &Delimiters) -> bool {
    // One that is not there is the terminator once more, which is allowed.
    let [component, repetition, release] = [delimiters.component, delimiters.repetition, delimiters.release]
        .map(|delimiter| delimiter.unwrap_or(delimiters.terminator));
    let (element, terminator) = (delimiters.element, delimiters.terminator);
    let is_fine = |byte: u8| {
        let is_inner = (byte == component) | (byte == repetition) | (byte == release);
        let is_outer = (byte == element) | (byte == terminator) | (byte == b'\r') | (byte == b'\n');
        let is_seen = (0x20..0x7f).contains(&byte);
        is_outer | (is_seen & !is_inner)
    };
    // Where a line end is a delimiter, the other kind of it may be data.
    delimiters.drops_line_ends() && bytes.iter().fold(true, |all, byte| all & is_fine(*byte))
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::edi::finding::Findings;
    use crate::edi::validate::element::ElementChecks;
    use crate::edi::{Guide, Piece, ReadOptions, Reader};

    const DICTIONARY: &str = r#"
        [elements]
        "1" = "an ..5"
        "2" = "a 2"
        "3" = "n ..4"
        "4" = "an ..3"
        "2005" = "an ..3"
        "2380" = "an ..35"
        "2379" = "an ..3"
        [composites]
        C1 = "1 M, 3, 4"
        C507 = "2005, 2380, 2379"
        [segments]
        AAA = "1 M, 2, 3, C1, 4 x2, C507"
        [notes]
        AAA = "P0203"
        C1 = "R0203"
        [codes.4]
        whole = true
        "A" = "first"
        "BB" = "second"
    "#;

    fn set(file: &str) -> Box<TransactionSet> {
        let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
        loop {
            if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
                return set;
            }
        }
    }

    fn value() -> impl Strategy<Value = String> {
        let known = ["", "", "A", "BB", "12", "-1,5", "20261102", "102", "203", " ", "a b", "?+", "\t", "ä", "999999"];
        prop_oneof![proptest::sample::select(known.to_vec()).prop_map(str::to_owned), "[A-Z0-9.,?* -]{0,6}"]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn of_what_is_plain_there_is_nothing_to_say(
            elements in proptest::collection::vec(proptest::collection::vec(value(), 0..4), 0..8),
        ) {
            let elements: Vec<String> = elements.iter().map(|components| components.join(":")).collect();
            let segment = format!("AAA+{}'", elements.join("+"));
            let set = set(&format!("UNB+UNOC:4+S+R+20261102:0815+1'UNH+1+ORDERS:D:96A:UN'{segment}UNT+3+1'UNZ+1+1'"));
            let guide = Guide::written("edifact/D.96A/ORDERS", DICTIONARY, "[set]\nparts = ['AAA']");
            let Some(segment) = set.segment(2) else { return Ok(()) };
            let sequence = guide.plan().tag(segment.tag()).and_then(|tag| guide.plan().sequence(tag));
            let Some(sequence) = sequence else { return Ok(()) };
            if Plain::new(&set).segment(&segment, sequence, Trailing::Untold) {
                let mut findings = Findings::default();
                ElementChecks::default().check(&segment, guide.described(segment.tag()).unwrap(), &mut findings);
                prop_assert_eq!(findings.into_vec(), vec![]);
            }
        }
    }

    #[test]
    fn what_is_customary_is_plain() {
        let guide = Guide::written("edifact/D.96A/ORDERS", DICTIONARY, "[set]\nparts = ['AAA']");
        let check = |segment: &str, expect: bool| {
            let set = set(&format!("UNB+UNOC:3+S+R+261102:0815+1'UNH+1+ORDERS:D:96A:UN'{segment}'UNT+3+1'UNZ+1+1'"));
            let segment = set.segment(2).unwrap();
            let sequence = guide.plan().sequence(guide.plan().tag(segment.tag()).unwrap()).unwrap();
            let is_plain = Plain::new(&set).segment(&segment, sequence, Trailing::Untold);
            assert_eq!(is_plain, expect, "{segment:?}");
        };
        check("AAA+abc", true);
        check("AAA+abc+AB+12", true);
        check("AAA+abc+AB+-1.5+x:1+BB+137:20261102:102", true);
        check("AAA+abc+++x::A", true);
        check("AAA", false);
        check("AAA+abcdef", false);
        check("AAA+abc+AB", false);
        check("AAA+abc+++x", false);
        check("AAA+abc++++C", false);
        check("AAA+abc+++++137:20261302:102", false);
        check("AAA+abc+", false);
        check("AAA+a?+c", false);
    }
}
