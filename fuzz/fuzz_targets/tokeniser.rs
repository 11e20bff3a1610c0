//! Segments, elements, repetitions and components: the fast tokeniser against the law told plainly, and what a reader
//! cuts against the bytes of the file.

#![no_main]

use edigate_fuzz::edi::{Delimiters, Element, Piece, Place, Segment, Tokens};
use edigate_fuzz::{Chunks, check_place, options, pieces};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, size], file)) = bytes.split_first_chunk() else { return };
    by_delimiters(*choice, file);
    let source = Chunks { bytes: file, size: usize::from(*size).max(1) };
    for piece in pieces(source, options(*choice)).0 {
        let Piece::Set(set) = piece else { continue };
        let place = set.place();
        check_place(&place, file);
        assert_eq!(slice(file, &place), set.raw());
        // Where a delimiter is a longer character, one byte stands for it in what was cut.
        if set.delimiters().wide.is_some() {
            continue;
        }
        set.segments().for_each(|segment| by_segment(&segment, file));
    }
});

/// Positions of separators and terminators, byte by byte.
fn by_delimiters(choice: u8, file: &[u8]) {
    let release = (choice & 1 == 0).then_some(b'?');
    let delimiters = Delimiters {
        element: b'+',
        component: Some(b':'),
        repetition: None,
        release,
        // A line end as the terminator means that line ends are no wrapping.
        terminator: if choice & 2 == 0 { b'\'' } else { b'\n' },
        wide: None,
    };
    let (mut separators, mut ends) = (Vec::new(), Vec::new());
    let mut is_released = false;
    for (at, byte) in (0..).zip(file) {
        let is_wrapping = delimiters.terminator != b'\n' && matches!(byte, b'\r' | b'\n');
        match *byte {
            _ if is_released && is_wrapping => {}
            _ if is_released => is_released = false,
            byte if Some(byte) == release => is_released = true,
            byte if byte == delimiters.element => separators.push(at),
            byte if byte == delimiters.terminator => ends.push((at, separators.len())),
            _ => {}
        }
    }
    let mut tokens = Tokens::new(delimiters);
    tokens.read(file);
    let found: Vec<u32> = tokens.segments().map(|segment| segment.end).collect();
    assert_eq!(found, ends.iter().map(|(at, _)| *at).collect::<Vec<u32>>());
    let found: Vec<u32> = tokens.segments().flat_map(|segment| segment.separators.to_vec()).collect();
    let closed = ends.last().map_or(0, |(_, separators)| *separators);
    assert_eq!(found, separators[..closed]);
}

fn by_segment(segment: &Segment<'_>, file: &[u8]) {
    same(segment.bytes(), slice(file, &segment.place()));
    let elements: usize = segment.elements().map(|element| element.bytes().len() + 1).sum();
    assert!(elements <= segment.bytes().len());
    for element in segment.elements() {
        by_element(&element, file);
        let repetitions = (1..=element.repetition_count()).map(|number| element.repetition(number));
        assert_eq!(parts(repetitions.clone()), element.bytes().len());
        for repetition in repetitions {
            by_element(&repetition, file);
            let components = (1..=repetition.component_count()).map(|number| repetition.component(number));
            assert_eq!(parts(components.clone()), repetition.bytes().len());
            components.for_each(|component| by_element(&component, file));
        }
        assert!(element.repetition(element.repetition_count() + 1).bytes().is_empty());
    }
    assert!(segment.element(segment.element_count() + 1).bytes().is_empty());
}

/// Bytes of parts and of the separators between them.
fn parts<'a>(parts: impl Iterator<Item = Element<'a>>) -> usize {
    parts.map(|part| part.bytes().len() + 1).sum::<usize>().saturating_sub(1)
}

fn by_element(element: &Element<'_>, file: &[u8]) {
    same(element.bytes(), slice(file, &element.place()));
    assert_eq!(element.is_empty(), element.bytes().trim_ascii_end().is_empty());
    let _ = element.text();
}

/// Equal but for line ends, which may have been wrapping.
fn same(cut: &[u8], file: &[u8]) {
    if cut.len() == file.len() {
        assert_eq!(cut, file);
    } else {
        let unwrapped: Vec<u8> = file.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        assert_eq!(cut, unwrapped);
    }
}

fn slice<'b>(file: &'b [u8], place: &Place) -> &'b [u8] {
    &file[place.start as usize..place.end as usize]
}
