//! The tokeniser against one that is slow and obvious.

use proptest::prelude::*;

use super::*;
use crate::edi::tape::Tape;

/// Start, end and separators of each segment that has its terminator, byte by byte.
fn obvious(bytes: &[u8], delimiters: &Delimiters) -> Vec<(u32, u32, Vec<u32>)> {
    let (mut segments, mut start, mut separators, mut released) = (Vec::new(), 0, Vec::new(), false);
    for (at, byte) in (0_u32..).zip(bytes) {
        if released {
            let is_line_end = matches!(byte, b'\r' | b'\n') && delimiters.drops_line_ends();
            released = is_line_end;
        } else if Some(*byte) == delimiters.release {
            released = true;
        } else if *byte == delimiters.element {
            separators.push(at);
        } else if *byte == delimiters.terminator {
            segments.push((start, at, std::mem::take(&mut separators)));
            start = at + 1;
        }
    }
    segments
}

fn tokens_of(tokens: &Tokens) -> Vec<(u32, u32, Vec<u32>)> {
    tokens.segments().map(|segment| (segment.start, segment.end, segment.separators.to_vec())).collect()
}

/// Delimiters that are different from one another, line ends among them.
fn delimiters() -> impl Strategy<Value = Delimiters> {
    let bytes = b"*+|~'?:\r\n\0\xffA".to_vec();
    (prop::sample::subsequence(bytes, 3).prop_shuffle(), any::<bool>()).prop_map(|(bytes, has_release)| Delimiters {
        element: bytes[0],
        component: None,
        repetition: None,
        release: has_release.then_some(bytes[2]),
        terminator: bytes[1],
        wide: None,
    })
}

/// Bytes that are delimiters more often than chance would have it.
fn bytes_of(delimiters: Delimiters) -> impl Strategy<Value = (Delimiters, Vec<u8>)> {
    let some = prop_oneof![
        3 => prop::sample::select(delimiters.all().collect::<Vec<_>>()),
        1 => Just(delimiters.release.unwrap_or(b'x')),
        3 => prop::sample::select(b"ab \r\n".to_vec()),
        1 => any::<u8>(),
    ];
    (Just(delimiters), prop::collection::vec(some, 0..400))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn tokens_are_those_of_the_obvious_way((delimiters, bytes) in delimiters().prop_flat_map(bytes_of)) {
        let mut tokens = Tokens::new(delimiters);
        tokens.read(b"what*was+read|before~is'forgotten?");
        tokens.read(&bytes);
        prop_assert_eq!(tokens_of(&tokens), obvious(&bytes, &delimiters));
    }

    #[test]
    fn a_tape_is_the_same_however_its_bytes_come(
        (delimiters, bytes) in delimiters().prop_flat_map(bytes_of),
        sizes in prop::collection::vec(1_usize..100, 1..5),
    ) {
        let mut whole = Tape::new(delimiters);
        whole.scan(&bytes);
        let mut tape = Tape::new(delimiters);
        let mut sizes = sizes.iter().cycle();
        let mut end = 0;
        while end < bytes.len() {
            end = bytes.len().min(end + sizes.next().unwrap());
            tape.scan(&bytes[..end]);
        }
        prop_assert_eq!(tape.ends(), whole.ends());
        prop_assert_eq!(tape.separators(), whole.separators());
        prop_assert_eq!(tape.special(), whole.special());
    }
}

#[test]
fn many_delimiters_in_one_block_are_all_found() {
    let delimiters = *only_set(STORY).delimiters();
    for bytes in [vec![b'*'; 1_000], vec![b'~'; 1_000], b"~*".repeat(500), b"*~~".repeat(333)] {
        let mut tokens = Tokens::new(delimiters);
        tokens.read(&bytes);
        assert_eq!(tokens_of(&tokens), obvious(&bytes, &delimiters));
    }
}
