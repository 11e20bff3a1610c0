//! Bounds, each tested at the limit and one past it, and the laws of the reader.

use std::io;

use proptest::prelude::*;

use crate::base::Limits;

use super::*;

const SET: &str = "ST*850*0001~BEG*00*SA*1**20261102~PO1**1~SE*4*0001~";

#[test]
fn each_bound_holds_one_past_it() {
    let file = wrap(SET);
    let check = |at: &dyn Fn(u64) -> Limits, limit: usize, bound: Bound| {
        let fault = |limit: usize| {
            pieces_of(file.as_slice(), ReadOptions { limits: at(limit as u64), ..ReadOptions::default() }).1
        };
        assert!(fault(limit).is_none(), "{bound:?}: {:?}", fault(limit));
        let past = fault(limit - 1);
        let is_it = matches!(&past, Some(ReadFault::Bound { bound: found, limit: at, .. })
            if *found == bound && *at == limit as u64 - 1);
        assert!(is_it, "{bound:?}: {past:?}");
    };
    let longest = "BEG*00*SA*1**20261102".len().max("GS*PO*S*R*20261102*0815*1*X*004010".len());
    check(&|limit| Limits { interchange: limit, ..Limits::default() }, file.len(), Bound::Interchange);
    check(&|limit| Limits { segments: limit, ..Limits::default() }, 8, Bound::Segments);
    check(&|limit| Limits { segment: limit as usize, ..Limits::default() }, longest, Bound::Segment);
    check(&|limit| Limits { transaction_set: limit as usize, ..Limits::default() }, SET.len(), Bound::TransactionSet);
    check(&|limit| Limits { elements: limit as usize, ..Limits::default() }, 8, Bound::Elements);
}

#[test]
fn filler_without_end_is_bounded_too() {
    let limits = Limits { segment: 100, ..Limits::default() };
    let fault = |blanks: usize| {
        let file = wrap(&SET.replace("BEG", &(" ".repeat(blanks) + "BEG")));
        pieces_of(file.as_slice(), ReadOptions { limits: limits.clone(), ..ReadOptions::default() }).1
    };
    assert!(fault(100).is_none());
    assert!(matches!(fault(101), Some(ReadFault::Bound { bound: Bound::Segment, limit: 100, .. })));
}

#[test]
fn the_window_stays_small_whatever_the_file() {
    struct Endless {
        sent: usize,
        set: Vec<u8>,
    }
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            assert!(buffer.len() <= 128 << 10, "the window grew to {}", buffer.len());
            for (at, byte) in buffer.iter_mut().enumerate() {
                let offset = self.sent + at;
                let head = self.set.len() - SET.len();
                let index = if offset < head { offset } else { head + (offset - head) % SET.len() };
                *byte = self.set[index];
            }
            self.sent += buffer.len();
            Ok(buffer.len())
        }
    }
    let set = [ISA.as_bytes(), b"GS*PO*S*R*20261102*0815*1*X*004010~", SET.as_bytes()].concat();
    let limits = Limits { interchange: 4 << 20, ..Limits::default() };
    let mut reader = Reader::new(Endless { sent: 0, set }, ReadOptions { limits, ..ReadOptions::default() });
    let mut sets = 0;
    let fault = loop {
        match reader.next_piece() {
            Ok(Some(piece)) => sets += usize::from(matches!(piece, Piece::Set(_))),
            Ok(None) => panic!("the file has no end"),
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, ReadFault::Bound { bound: Bound::Interchange, .. }));
    assert_eq!(sets, ((4 << 20) - 106 - 35) / SET.len());
}

/// A stream of interchanges that is never in memory as a whole: what is given, over and over.
struct Repeated<'a> {
    bytes: &'a [u8],
    left: usize,
    at: usize,
}

impl Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        assert!(buffer.len() <= 128 << 10, "the window grew to {}", buffer.len());
        if self.at == self.bytes.len() && self.left > 0 {
            (self.at, self.left) = (0, self.left - 1);
        }
        let count = (&self.bytes[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_file_longer_than_memory_should_be_is_read_a_set_at_a_time() {
    let texts = format!("PO1**1~MSG*{}~", "x".repeat(5_000)).repeat(20);
    let long = SET.replace("PO1**1~", &texts).replace("SE*4", "SE*43");
    let sets: String = (1..=5).map(|set| long.replace("0001", &format!("{set:04}"))).collect();
    let file = String::from_utf8(wrap(&sets)).unwrap().replace("GE*1*1", "GE*5*1");
    let times = (66 << 20) / file.len();
    let stream = Repeated { bytes: file.as_bytes(), left: times - 1, at: 0 };
    let mut reader = Reader::new(stream, ReadOptions::default());
    let (mut sets, mut ends) = (0, 0);
    while let Some(piece) = reader.next_piece().unwrap() {
        match piece {
            Piece::Set(set) => sets += usize::from(set.is_sound() && set.raw().len() == long.len()),
            Piece::InterchangeEnd(end) => ends += usize::from(end.is_sound()),
            _ => {}
        }
    }
    assert_eq!((sets, ends), (5 * times, times));
}

#[test]
fn a_source_that_fails_is_a_fault_of_the_machine() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    let (pieces, fault) = pieces_of(wrap(&SET.repeat(2_000)).chain(Broken), ReadOptions::default());
    assert!(matches!(fault, Some(ReadFault::Io(_))));
    assert!(pieces.len() > 1_000, "what was whole before it stands");
}

/// Gives bytes in pieces of the sizes it is told, over and over.
struct Chunks<'a> {
    bytes: &'a [u8],
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
}

impl Read for Chunks<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.sizes.next().copied().unwrap_or(1).min(buffer.len()).min(self.bytes.len());
        buffer[..size].copy_from_slice(&self.bytes[..size]);
        self.bytes = &self.bytes[size..];
        Ok(size)
    }
}

fn chunked(bytes: &[u8], sizes: &[usize]) -> (Vec<Piece>, Option<ReadFault>) {
    pieces_of(Chunks { bytes, sizes: sizes.iter().cycle() }, ReadOptions::default())
}

/// Every element of every set, and where it stands.
fn elements(pieces: &[Piece]) -> Vec<(Vec<u8>, Place)> {
    let sets = pieces.iter().filter_map(|piece| if let Piece::Set(set) = piece { Some(set) } else { None });
    let segments = sets.flat_map(|set| set.segments());
    segments.flat_map(|segment| segment.elements()).map(|element| (element.bytes().to_vec(), element.place())).collect()
}

/// Splits bytes at a separator that is not released, byte by byte.
fn split(bytes: &[u8], separator: u8, release: Option<u8>) -> Vec<&[u8]> {
    let (mut parts, mut start, mut released) = (Vec::new(), 0, false);
    for (at, byte) in bytes.iter().enumerate() {
        if released {
            released = false;
        } else if Some(*byte) == release {
            released = true;
        } else if *byte == separator {
            parts.push(&bytes[start..at]);
            start = at + 1;
        }
    }
    parts.push(&bytes[start..]);
    parts
}

#[test]
fn one_byte_at_a_time_is_the_same() {
    for file in [STORY, LATIN_1] {
        assert_eq!(elements(&chunked(file, &[1]).0), elements(&read(file).0));
        assert_eq!(told(chunked(file, &[1])), told(read(file)));
    }
}

/// Text that looks like EDI more often than chance would have it.
fn nearly_edi() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![2 => nearly_x12(), 2 => nearly_edifact(), 1 => (nearly_x12(), nearly_edifact()).prop_map(|(x12, edifact)| [x12, edifact].concat())]
}

fn nearly_edifact() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "UNA:+.? '", "UNA:+.?*'", "UNA:+.?'", "UNA      ", "UNB+UNOC:3+A+B+261102:0815+1'", "UNB+UNOY:4+A+B+20261102:0815+2'",
            "UNB+UNOA:1+A+B+261102:0815+1'\n", "UNB|UNOE>2|A|B~", "UNG+ORDERS+S+R+261102:0815+5+UN+D:96A'",
            "UNH+1+ORDERS:D:96A:UN:EAN008'", "UNH++'", "UNT+2+1'", "UNE+1+5'", "UNZ+1+1'", "unz+1+1'", "BGM+220+a?'b?+c??+9'",
            "FTX+AAI+++ä:?\n'b*c'", "'", "+", ":", "?", "??", "\r\n", " ", "~", "UNH|", "ISA*",
            "UNO+P1+OI:7+48:EDC+5'", "UNO+P1+++2:1'a?''", "UNP+5+P1'",
        ]).prop_map(|word| word.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

fn nearly_x12() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => prop::sample::select(vec![
            "ISA*", "GS*PO*S*R*1*1*1*X*004010~", "ST*850*0001~", "BEG*00*SA*1**20261102~", "PO1*1*2~", "N1*ST~", "N3*X~",
            "REF*>^~", "SE*4*0001~", "GE*1*1~", "IEA*1*000000001~", "TA1*1~", "~", "*", "\n", "\r\n", " ", "\0", "UNB+",
            "st*850~", "CTT*1~", "SCH*x*EA***002*2026~", "ISA|00|", "MSG*a\r\nb~", "BIN*5*a~*\n>~", "BIN*9*a~", "BDS*X*3*~~~~",
            "BDS*X*y", "ST…850…1~", "PO1…a>b…", "…", "\u{1}", " SE *4*0001 ~",
        ]).prop_map(|word| word.as_bytes().to_vec()),
        2 => Just(ISA.as_bytes().to_vec()),
        1 => Just(ISA.replace("*U*00401*", "*^*00501*").into_bytes()),
        1 => Just(ISA.replace(">~", "~\n").into_bytes()),
        1 => Just(ISA.replace(">~", "*~").into_bytes()),
        1 => Just(ISA.replace("~", "…").into_bytes()),
        1 => Just(ISA.replace("*", "…").into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&bytes);
        let _ = read(&[ISA.as_bytes(), &bytes].concat());
        let _ = read(&[b"UNB+UNOY:4+A+B+20261102:0815+1'UNH+1+ORDERS:D:96A:UN'", bytes.as_slice()].concat());
        let _ = read(&[b"UNA", bytes.as_slice()].concat());
    }

    #[test]
    fn chunks_change_nothing(bytes in nearly_edi(), sizes in prop::collection::vec(1_usize..50, 1..5)) {
        let (whole, cut) = (read(&bytes), chunked(&bytes, &sizes));
        prop_assert_eq!(elements(&cut.0), elements(&whole.0));
        prop_assert_eq!(told(cut), told(whole));
    }

    #[test]
    fn chunks_of_utf_16_change_nothing(bytes in nearly_edi(), sizes in prop::collection::vec(1_usize..50, 1..5)) {
        let text = format!("\u{feff}{}", String::from_utf8_lossy(&bytes));
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (whole, cut) = (read(&wide), chunked(&wide, &sizes));
        prop_assert_eq!(elements(&cut.0), elements(&whole.0));
        prop_assert_eq!(elements(&whole.0), elements(&read(text.trim_start_matches('\u{feff}').as_bytes()).0));
        prop_assert_eq!(told(cut), told(whole));
    }

    #[test]
    fn elements_are_those_of_the_obvious_way(bytes in nearly_edi()) {
        for piece in read(&bytes).0 {
            let Piece::Set(set) = piece else { continue };
            for segment in set.segments().filter(|segment| !matches!(segment.tag().as_str(), "BIN" | "BDS")) {
                let delimiters = set.delimiters();
                let found: Vec<&[u8]> = segment.elements().map(|element| element.bytes()).collect();
                prop_assert_eq!(found, split(segment.bytes(), delimiters.element, delimiters.release)[1..].to_vec());
            }
        }
    }

    #[test]
    fn every_segment_is_in_the_tree_once_and_in_order(bytes in nearly_edi()) {
        let guide = guide("x12/004010/850");
        for piece in read(&bytes).0 {
            let Piece::Set(set) = piece else { continue };
            let (tree, _) = crate::edi::structure(&set, &guide);
            let mut found = Vec::new();
            collect(tree.root(), &mut found);
            prop_assert_eq!(found, (1..=set.segment_count() as u32).collect::<Vec<_>>());
        }
    }

    #[test]
    fn places_are_true(bytes in nearly_edi()) {
        for piece in read(&bytes).0 {
            let Piece::Set(set) = piece else { continue };
            let place = set.place();
            prop_assert_eq!(&bytes[place.start as usize..place.end as usize], set.raw());
            if set.delimiters().wide.is_some() {
                continue;
            }
            for element in set.segments().flat_map(|segment| segment.elements().collect::<Vec<_>>()) {
                let place = element.place();
                let mut slice = bytes[place.start as usize..place.end as usize].to_vec();
                if slice.len() != element.bytes().len() {
                    slice.retain(|byte| !matches!(byte, b'\r' | b'\n'));
                }
                prop_assert_eq!(slice.as_slice(), element.bytes());
            }
        }
    }
}

fn collect(instance: Instance<'_, '_>, found: &mut Vec<u32>) {
    for part in instance.parts() {
        match part {
            InstancePart::Segment(segment) => found.push(segment.position()),
            InstancePart::Loop(child) => {
                assert_eq!(child.parent().map(|parent| parent.number()), Some(instance.number()));
                collect(child, found);
            }
        }
    }
}
