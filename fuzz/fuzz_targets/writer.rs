//! What was read is written again without a panic; when it was sound, its values are the same, and writing once more
//! changes nothing.

#![no_main]

use edigate_fuzz::base::Severity;
use edigate_fuzz::edi::write::{RewriteOptions, Rewriter, RewrittenDelimiters, TerminatorSuffix, UnaPolicy};
use edigate_fuzz::edi::{CharacterSet, Element, Finding, FindingCode, Piece, Segment, TransactionSet};
use edigate_fuzz::{findings, options, pieces};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, layout], file)) = bytes.split_first_chunk() else { return };
    let mut reading = options(choice & 0x7f);
    // What is guessed of characters may be guessed otherwise when less of them is left. In this set nothing is guessed.
    if !file.is_ascii() {
        reading.charset = Some(CharacterSet::Windows1252);
    }
    let read = pieces(file, reading.clone()).0;
    let Some(written) = rewritten(&read, layout_of(*layout)) else { return };
    if is_doubtful(&read) {
        return;
    }
    let again = pieces(written.as_slice(), reading.clone()).0;
    same_sets(&read, &again);
    assert_eq!(rewritten(&again, layout_of(*layout)).as_deref(), Some(written.as_slice()), "{}", shown(&written));
});

/// Whether what is wrong with a file can make it mean something else once it is written in order: an error of its envelopes,
/// a last segment that was cut, delimiters that were guessed, tags that were wrapped.
fn is_doubtful(pieces: &[Piece]) -> bool {
    let is_doubtful = |finding: &Finding| {
        let code = finding.code;
        let is_guess = matches!(code, FindingCode::TerminatorMissing | FindingCode::ServiceCharacters);
        finding.severity == Severity::Error || is_guess || code == FindingCode::WrappedLines
    };
    pieces.iter().any(|piece| findings(piece).iter().any(is_doubtful))
}

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
        ..RewriteOptions::default()
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

/// An element: repetitions of components.
type Value = Vec<Vec<String>>;

/// The values of a set, without what is empty at an end.
fn values(set: &TransactionSet) -> Vec<(String, Vec<Value>)> {
    let value = |element: Element<'_>| {
        let repetitions = (1..=element.repetition_count()).map(|number| {
            let repetition = element.repetition(number);
            let components = (1..=repetition.component_count()).map(|number| repetition.component(number));
            trimmed(components.map(|component| component.text().into_owned()).collect(), String::is_empty)
        });
        trimmed(repetitions.collect(), Vec::is_empty)
    };
    let segment = |segment: Segment<'_>| {
        let values = trimmed(segment.elements().map(value).collect(), Vec::is_empty);
        (segment.tag().to_string(), values)
    };
    set.segments().map(segment).collect()
}

fn trimmed<T>(mut list: Vec<T>, is_empty: fn(&T) -> bool) -> Vec<T> {
    while list.last().is_some_and(is_empty) {
        list.pop();
    }
    list
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
