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
/// Letters and the blank.
const LETTER: u8 = 2;
/// Any other character that can be seen.
const OTHER: u8 = 4;
/// The release character. This kind and those above it are not simply part of a value.
const RELEASE: u8 = 8;
/// The component separator.
const COMPONENT: u8 = 16;
/// What is looked at closely: control characters, anything beyond ASCII, and the other separators.
const AWKWARD: u8 = 32;

const KINDS: [u8; 256] = {
    let mut kinds = [AWKWARD; 256];
    let mut byte = 0x20_u8;
    while byte < 0x7f {
        #[expect(clippy::indexing_slicing, reason = "a byte is less than 256")]
        {
            kinds[byte as usize] = match byte {
                b'0'..=b'9' => DIGIT,
                b'a'..=b'z' | b'A'..=b'Z' | b' ' => LETTER,
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
                *kind = match Some(delimiter) {
                    release if release == delimiters.release => RELEASE,
                    component if component == delimiters.component => COMPONENT,
                    _ => AWKWARD,
                };
            }
        }
        Self { kinds, is_clean: is_clean(set.raw(), delimiters) }
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

    /// One pass over the components, their kinds of bytes gathered on the way.
    fn composite(&self, bytes: &[u8], sequence: &Sequence) -> bool {
        let (mut present, mut bit) = (0, 1_u64);
        let (mut date, mut code) = (None, None);
        let mut rest = bytes;
        for (number, item) in (1..).zip(&sequence.items) {
            let Some((length, kinds, more)) = self.component(rest) else { return false };
            let Some((component, behind)) = rest.split_at_checked(length) else { return false };
            if length > 0 {
                if !self.value(component, kinds, item) {
                    return false;
                }
                present |= bit;
            }
            match sequence.dated {
                Some((at, _)) if at == number => date = Some(component),
                Some((_, at)) if at == number => code = Some(component),
                Some(_) | None => {}
            }
            if !more {
                let is_period = date.zip(code).is_none_or(|(date, code)| date.is_empty() || period::fits(code, date));
                // A separator behind the last component is once worth a word.
                return length > 0 && is_period && keeps(sequence, present);
            }
            bit <<= 1;
            rest = behind.get(1..).unwrap_or_default();
        }
        false
    }

    /// Length of the component that begins here, its kinds of bytes, and whether a separator is behind it. None when
    /// it is to be looked at closely.
    fn component(&self, bytes: &[u8]) -> Option<(usize, u8, bool)> {
        let mut kinds = 0;
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            match self.kind(*byte) {
                COMPONENT => return Some((at, kinds, true)),
                AWKWARD => return None,
                RELEASE => {
                    kinds |= RELEASE;
                    at += 2;
                }
                kind => {
                    kinds |= kind;
                    at += 1;
                }
            }
        }
        // A release character at the very end has nothing to release.
        (at == bytes.len()).then_some((at, kinds, false))
    }

    fn simple(&self, bytes: &[u8], item: &Item) -> bool {
        if self.is_clean && matches!(item.holds, Holds::Text) {
            return bytes.first() != Some(&b' ') && (item.min..=item.max).contains(&bytes.len());
        }
        let kinds = bytes.iter().fold(0, |all, byte| all | self.kind(*byte));
        self.value(bytes, kinds, item)
    }

    /// A value that is not empty, with the kinds of its bytes. One that begins with a blank is looked at closely.
    fn value(&self, bytes: &[u8], kinds: u8, item: &Item) -> bool {
        let fits = |length: usize| (item.min..=item.max).contains(&length);
        if kinds >= RELEASE || bytes.first() == Some(&b' ') {
            let is_text = matches!(item.holds, Holds::Text) && kinds & RELEASE != 0;
            return is_text && self.released(bytes).is_some_and(fits);
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
            Holds::Letters => fits(bytes.len()) && kinds == LETTER,
            Holds::Whole => is_number(Mark::None),
            Holds::Decimal => is_number(Mark::Point),
            Holds::Numeric => is_number(Mark::Either),
            Holds::Date => kinds == DIGIT && is_date(bytes, item.min),
            Holds::Time => is_time(bytes),
            Holds::Bytes => true,
            Holds::Composite(_) | Holds::Involved => false,
        }
    }

    fn kind(&self, byte: u8) -> u8 {
        self.kinds.get(usize::from(byte)).copied().unwrap_or(AWKWARD)
    }

    /// Length of a text with release characters in it, when all of it is ASCII that can be seen.
    fn released(&self, bytes: &[u8]) -> Option<usize> {
        let mut length = 0;
        let mut rest = bytes.iter();
        while let Some(byte) = rest.next() {
            let is_fine = match self.kind(*byte) {
                RELEASE => rest.next().is_some_and(|released| (0x20..0x7f).contains(released)),
                kind => kind < RELEASE,
            };
            length = is_fine.then_some(length + 1)?;
        }
        Some(length)
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
                ElementChecks::new(&set).check(&segment, guide.described(segment.tag()).unwrap(), &mut findings);
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
        check("AAA+a?+c", true);
        check("AAA+a?+c?:?'?? ", false);
        check("AAA+abc+++x?:y:1", true);
        check("AAA+ab?\u{1}", false);
        check("AAA+ab\u{e4}", false);
    }
}
