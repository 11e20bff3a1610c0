//! What was read is written again: its values are the same, and writing once more changes nothing.

#![no_main]

use edigate_fuzz::edi::write::{RewriteOptions, Rewriter, RewrittenDelimiters, TerminatorSuffix, UnaPolicy};
use edigate_fuzz::edi::{Piece, TransactionSet};
use edigate_fuzz::{options, pieces};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, layout], file)) = bytes.split_first_chunk() else { return };
    let reading = options(choice & 0x7f);
    let read = pieces(file, reading.clone()).0;
    let Some(written) = rewritten(&read, layout_of(*layout)) else { return };
    let again = pieces(written.as_slice(), reading.clone()).0;
    same_sets(&read, &again);
    assert_eq!(rewritten(&again, layout_of(*layout)).as_deref(), Some(written.as_slice()), "{}", shown(&written));
});

fn layout_of(choice: u8) -> RewriteOptions {
    RewriteOptions {
        delimiters: if choice & 1 == 0 { RewrittenDelimiters::AsSent } else { RewrittenDelimiters::Customary },
        suffix: match choice >> 1 & 3 {
            0 => TerminatorSuffix::None,
            1 => TerminatorSuffix::Lf,
            2 => TerminatorSuffix::CrLf,
            _ => TerminatorSuffix::Cr,
        },
        una: match choice >> 3 & 3 {
            0 => UnaPolicy::IfNeeded,
            1 => UnaPolicy::Always,
            _ => UnaPolicy::Never,
        },
    }
}

/// `None` when something cannot be written so.
fn rewritten(pieces: &[Piece], options: RewriteOptions) -> Option<Vec<u8>> {
    let mut rewriter = Rewriter::new(options);
    let mut written = Vec::new();
    for piece in pieces {
        written.extend(rewriter.take(piece).ok()?);
    }
    Some(written)
}

fn same_sets(one: &[Piece], other: &[Piece]) {
    let [one, other] = [one, other].map(|pieces| pieces.iter().filter_map(set).map(values).collect::<Vec<_>>());
    assert_eq!(one, other);
}

fn set(piece: &Piece) -> Option<&TransactionSet> {
    if let Piece::Set(set) = piece { Some(set) } else { None }
}

/// The values of a set, without what is empty at an end.
fn values(set: &TransactionSet) -> Vec<Vec<String>> {
    set.segments()
        .map(|segment| {
            let mut values: Vec<String> = segment.elements().map(|element| element.text().into_owned()).collect();
            while values.last().is_some_and(String::is_empty) {
                values.pop();
            }
            values.insert(0, segment.tag().to_string());
            values
        })
        .collect()
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
