//! The laws of writing, on values that chance makes.

use proptest::prelude::*;

use super::*;
use crate::edi::{Checked, Checker, Guides, Piece, ReadOptions, Reader};

/// Delimiters that X12 and EDIFACT can be written with; the first ones are customary.
fn delimiters(standard: Standard) -> impl Strategy<Value = Delimiters> {
    const BYTES: &[u8] = b"*+|>:<^!%&;,.?~'\\#\x1c\x1d\x1e\x1f\n";
    let customary = WriteOptions::of(standard).delimiters;
    let any = Just(BYTES.to_vec()).prop_shuffle().prop_map(move |bytes| Delimiters {
        element: bytes[0],
        component: Some(bytes[1]),
        repetition: Some(bytes[2]),
        release: customary.release.map(|_| bytes[3]),
        terminator: bytes[4],
        wide: None,
    });
    // A line end parts segments or nothing: as another delimiter it would be taken for wrapping.
    let any = any.prop_filter("a line end that is no terminator", |one| {
        one.terminator == b'\n' || one.all().all(|byte| byte != b'\n')
    });
    // The separators of level B come as a set: a reader that sees the first of them waits for the others.
    let any = any.prop_filter("half of level B", |one| one.element != 0x1d || one.terminator != b'\n');
    prop_oneof![1 => Just(customary), 2 => any]
}

fn options(standard: Standard) -> impl Strategy<Value = WriteOptions> {
    let suffix = prop::sample::select(vec![
        TerminatorSuffix::None,
        TerminatorSuffix::Cr,
        TerminatorSuffix::Lf,
        TerminatorSuffix::CrLf,
    ]);
    (delimiters(standard), suffix, any::<bool>()).prop_map(move |(delimiters, suffix, is_needed)| {
        let is_usable = !suffix.bytes().iter().any(|byte| delimiters.contains(*byte));
        WriteOptions {
            delimiters,
            suffix: if is_usable { suffix } else { TerminatorSuffix::None },
            una: if is_needed { UnaPolicy::IfNeeded } else { UnaPolicy::Always },
            separators: Unsendable::Replace('_'),
            ..WriteOptions::of(standard)
        }
    })
}

/// Text with every delimiter in it, and without blanks at its ends: those are not read.
fn text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        6 => prop::char::range('!', '~'),
        1 => prop::sample::select(vec!['?', '\'', '+', ':', '*', ' ', 'ä']),
    ];
    prop::collection::vec(character, 0..8).prop_map(|text| text.into_iter().collect::<String>().trim().to_owned())
}

fn element(repetitions: usize) -> impl Strategy<Value = OutgoingElement> {
    let components = prop::collection::vec(text(), 0..4);
    prop::collection::vec(components, 0..=repetitions).prop_map(OutgoingElement)
}

fn segment(repetitions: usize) -> impl Strategy<Value = OutgoingSegment> {
    let tag = prop::sample::select(vec!["REF", "N1", "PO1", "FTX", "LIN", "ZZZ"]);
    (tag, prop::collection::vec(element(repetitions), 0..5))
        .prop_map(|(tag, elements)| OutgoingSegment { elements, ..OutgoingSegment::new(tag) })
}

/// An interchange of a version, its options beside it.
fn interchanges() -> impl Strategy<Value = (OutgoingInterchange, WriteOptions)> {
    let kind = prop::sample::select(vec![
        (Standard::X12, "00401", 1),
        (Standard::X12, "00501", 3),
        (Standard::Edifact, "3", 1),
        (Standard::Edifact, "4", 3),
    ]);
    kind.prop_flat_map(|(standard, version, repetitions)| {
        let segments = prop::collection::vec(segment(repetitions), 0..6);
        let sets = prop::collection::vec(segments, 1..4);
        (sets, options(standard), any::<bool>()).prop_map(move |(sets, options, is_grouped)| {
            let sets: Vec<OutgoingSet> = (1..)
                .zip(sets)
                .map(|(number, segments)| OutgoingSet {
                    segments,
                    ..order(standard, &format!("{number:04}"), OutgoingSegment::new("X"))
                })
                .collect();
            let mut interchange = interchange(standard, OutgoingSegment::new("X"));
            interchange.head.version = version.into();
            interchange.head.date = if version == "4" { "20261124" } else { "261124" }.into();
            let is_grouped = is_grouped || standard == Standard::X12;
            let group = OutgoingGroup { sets: sets.clone(), ..group() };
            interchange.groups = if is_grouped { vec![group] } else { vec![] };
            interchange.messages = if is_grouped { vec![] } else { sets };
            (interchange, options)
        })
    })
}

fn group() -> OutgoingGroup {
    interchange(Standard::X12, OutgoingSegment::new("X")).groups.remove(0)
}

/// A segment as it is read: what is empty at an end is gone, what could not be sent is replaced.
fn normal(segment: &OutgoingSegment, options: &WriteOptions, standard: Standard, version: &str) -> OutgoingSegment {
    let has_repetitions = version == "4" || version == "00501";
    let is_delimiter = |character: char| {
        let byte = u8::try_from(u32::from(character)).unwrap_or(0);
        let one = &options.delimiters;
        let is_repetition = Some(byte) == one.repetition && has_repetitions;
        byte == one.element || byte == one.terminator || Some(byte) == one.component || is_repetition
    };
    let sent = |text: &String| -> String {
        let replaced = |one: char| if is_delimiter(one) && standard == Standard::X12 { '_' } else { one };
        text.chars().map(replaced).collect()
    };
    let trimmed = |components: &Vec<String>| {
        let mut components: Vec<String> = components.iter().map(sent).collect();
        while components.last().is_some_and(String::is_empty) {
            components.pop();
        }
        components
    };
    let mut elements: Vec<OutgoingElement> = segment
        .elements
        .iter()
        .map(|element| {
            let mut repetitions: Vec<Vec<String>> = element.0.iter().map(trimmed).collect();
            while repetitions.last().is_some_and(Vec::is_empty) {
                repetitions.pop();
            }
            OutgoingElement(repetitions)
        })
        .collect();
    while elements.last().is_some_and(|element| element.0.is_empty()) {
        elements.pop();
    }
    OutgoingSegment { tag: segment.tag, elements }
}

fn read(bytes: &[u8]) -> Vec<Piece> {
    let mut reader = Reader::new(bytes, ReadOptions::default());
    let mut pieces = Vec::new();
    while let Some(piece) = reader.next_piece().unwrap_or_else(|fault| panic!("{fault}: {}", decode(bytes))) {
        pieces.push(piece);
    }
    pieces
}

/// What was read, as what is to be written.
fn outgoing(pieces: &[Piece]) -> OutgoingInterchange {
    let mut outgoing = None;
    for piece in pieces {
        match (piece, &mut outgoing) {
            (Piece::Interchange(head), _) => {
                outgoing = Some(OutgoingInterchange {
                    head: (&**head).into(),
                    acknowledgements: vec![],
                    groups: vec![],
                    messages: vec![],
                });
            }
            (Piece::Group(head), Some(interchange)) => {
                interchange.groups.push(OutgoingGroup { head: (&**head).into(), sets: vec![] });
            }
            (Piece::Set(set), Some(interchange)) => match interchange.groups.last_mut() {
                Some(group) => group.sets.push((&**set).into()),
                None => interchange.messages.push((&**set).into()),
            },
            _ => {}
        }
    }
    outgoing.expect("an interchange")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// read(write(x)) is x, up to what is empty at an end or cannot be sent; write(read(write(x))) changes no byte; and
    /// no reader finds fault with the envelope.
    #[test]
    fn what_is_written_is_read(case in interchanges()) {
        let (interchange, options) = case;
        let bytes = write(&interchange, &options).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        let pieces = read(&bytes);
        let again = outgoing(&pieces);
        let standard = interchange.head.standard;
        let version = interchange.head.version.clone();
        let sets = |interchange: &OutgoingInterchange| -> Vec<OutgoingSet> {
            let groups = interchange.groups.iter().flat_map(|group| group.sets.clone());
            groups.chain(interchange.messages.clone()).collect()
        };
        let written: Vec<Vec<OutgoingSegment>> = sets(&interchange)
            .iter()
            .map(|set| set.segments.iter().map(|segment| normal(segment, &options, standard, &version)).collect())
            .collect();
        let found: Vec<Vec<OutgoingSegment>> = sets(&again).into_iter().map(|set| set.segments).collect();
        prop_assert_eq!(found, written, "{}", decode(&bytes));
        prop_assert_eq!(again.groups.len(), interchange.groups.len());
        prop_assert_eq!(write(&again, &options), Ok(bytes.clone()));
        for piece in &pieces {
            let findings = match piece {
                Piece::Interchange(head) => &head.findings,
                Piece::Set(set) => &set.findings,
                Piece::GroupEnd(end) => &end.findings,
                Piece::InterchangeEnd(end) => &end.findings,
                Piece::Finding(finding) => return Err(TestCaseError::fail(finding.text.to_string())),
                Piece::Acknowledgement(_) | Piece::Group(_) | Piece::Unreadable(_) => continue,
            };
            // Odd delimiters are for people to know; they are no fault.
            let wrong: Vec<&str> = findings
                .iter()
                .filter(|one| one.severity > crate::base::Severity::Info)
                .map(|one| &*one.text)
                .collect();
            prop_assert!(wrong.is_empty(), "{:?}\n{}", wrong, decode(&bytes));
        }
    }

    /// Writing again what was read, in every layout, says the same; a second time changes no byte.
    #[test]
    fn what_is_rewritten_is_the_same(case in interchanges(), is_customary in any::<bool>()) {
        let (interchange, options) = case;
        let bytes = write(&interchange, &options).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        let pieces = read(&bytes);
        let delimiters = if is_customary { RewrittenDelimiters::Customary } else { RewrittenDelimiters::AsSent };
        let layout = RewriteOptions { delimiters, suffix: TerminatorSuffix::Lf, una: UnaPolicy::Always, ..RewriteOptions::default() };
        let rewritten = |pieces: &[Piece]| {
            let mut rewriter = Rewriter::new(layout);
            pieces.iter().map(|piece| rewriter.take(piece)).collect::<Result<Vec<_>, _>>().map(|parts| parts.concat())
        };
        match rewritten(&pieces) {
            Ok(again) => {
                let second = read(&again);
                prop_assert_eq!(outgoing(&second), outgoing(&pieces), "{}\n{}", decode(&bytes), decode(&again));
                prop_assert_eq!(rewritten(&second), Ok(again));
            }
            // What is a delimiter elsewhere was data here.
            Err(WriteFault::SeparatorInData { .. }) => prop_assert!(is_customary),
            Err(fault) => prop_assert!(false, "{}", fault),
        }
    }

    /// An order as a mapping would make it is sound by its guide, whatever the delimiters.
    #[test]
    fn orders_are_sound(
        options in options(Standard::X12).prop_filter("a decimal point", |one| !one.delimiters.contains(b'.')),
        number in "[A-Z0-9]{1,22}",
        lines in prop::collection::vec((1_u32..10_000, "[0-9]{1,5}\\.[0-9]{1,2}", text()), 1..5),
    ) {
        let mut interchange = interchange(Standard::X12, OutgoingSegment::new("X"));
        interchange.head.version = "00501".into();
        interchange.groups[0].head.version = "005010".into();
        let mut segments = vec![
            OutgoingSegment::new("BEG").with("00").with("SA").with(number).with("").with("20261124"),
            OutgoingSegment::new("N1").with("ST").with("Größe & Söhne").with("92").with("0100"),
        ];
        for (at, (quantity, price, name)) in (1..).zip(&lines) {
            let line = OutgoingSegment::new("PO1").with(at.to_string()).with(quantity.to_string()).with("EA").with(price);
            segments.push(line.with("").with("BP").with("BRG-6205"));
            if !name.is_empty() {
                let empty = ["", "", ""];
                let item = empty.iter().fold(OutgoingSegment::new("PID").with("F"), |item, text| item.with(*text));
                segments.push(item.with(name));
            }
        }
        segments.push(OutgoingSegment::new("CTT").with(lines.len().to_string()));
        interchange.groups[0].sets[0].segments = segments;
        let bytes = write(&interchange, &options).map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        let guides = Guides::shipped();
        let mut checker = Checker::new(Reader::new(bytes.as_slice(), ReadOptions::default()), &guides);
        let Ok(Some(Checked::Interchange(report))) = checker.next_checked() else { panic!("{}", decode(&bytes)) };
        let sets = report.groups.iter().flat_map(|group| &group.sets);
        let inside = sets.flat_map(|set| &set.findings).chain(report.groups.iter().flat_map(|group| &group.findings));
        let wrong: Vec<String> = inside
            .chain(&report.findings)
            .filter(|one| one.severity > crate::base::Severity::Info)
            .map(|one| Diagnostic::from(one).to_string())
            .collect();
        prop_assert!(wrong.is_empty(), "{:?}\n{}", wrong, decode(&bytes));
    }
}
