//! The EDIFACT files of the corpus beside the project that are none of the four main messages, whatever their release: what
//! the templates of D.96A make of them, and law 2 on them.

use std::collections::BTreeMap;
use std::path::Path;

use edigate::canon;
use edigate::edi::TransactionSet;

use crate::equal::Equality;
use crate::template::{Hands, lines, mapping, shared};
use crate::wire;

/// What stays unmapped, by document and place, and why. A place that is not here fails the test, and so does a reason that
/// nothing needs any more.
const REASONS: &[(&str, &str, &str)] = &[
    ("application-advice", "ERC/RFF/RFF01", "the business that the error is in, which the document has no member for"),
    ("delivery-schedule", "DTM01", "fourteen digits where the code says twelve"),
    (
        "delivery-schedule",
        "deliveryPoint/LIN/LIN02",
        "what is done to the line of a schedule, which the document does not say",
    ),
    ("order-change", "BGM01", "a code of the energy market for the kind of change"),
    ("receiving-advice", "BGM01-4", "the kind of document in words of the sender"),
    ("receiving-advice", "CPS/LIN/PIA02-4", "who gave the item number; its type says whose it is"),
    ("receiving-advice", "CPS/LIN/RFF/RFF01-3", "the supplier's line, where the document has only the buyer's"),
    ("receiving-advice", "NAD/RFF/RFF01", "numbers of a party that are neither its ids nor of its taxes"),
];

/// A message of the corpus.
struct Sample {
    file: String,
    is_valid: bool,
    kind: &'static str,
    set: TransactionSet,
}

fn samples() -> Option<Vec<Sample>> {
    let corpus = shared()?.join("corpus");
    let manifest = std::fs::read_to_string(corpus.join("MANIFEST.tsv")).unwrap();
    let rows = manifest.lines().skip(1).map(|line| line.split('\t').collect::<Vec<_>>());
    let is_wanted = |row: &Vec<&str>| row[6] == "edifact" && row[8] != "fragment" && kind_of(row[4]).is_some();
    let rows: Vec<Vec<&str>> = rows.filter(is_wanted).collect();
    assert_eq!(rows.len(), 8);
    Some(rows.iter().flat_map(|row| of_file(&corpus, row[0], row[8] == "valid")).collect())
}

fn kind_of(message: &str) -> Option<&'static str> {
    match message {
        "ORDCHG" => Some("order-change"),
        "DELFOR" => Some("delivery-schedule"),
        "DELJIT" => Some("just-in-time-delivery"),
        "INVRPT" => Some("inventory-report"),
        "RECADV" => Some("receiving-advice"),
        "REMADV" => Some("remittance-advice"),
        "APERAK" => Some("application-advice"),
        _ => None,
    }
}

fn of_file(corpus: &Path, file: &str, is_valid: bool) -> Vec<Sample> {
    let bytes = std::fs::read(corpus.join(file)).unwrap();
    let sample = |set: TransactionSet| Some(Sample { file: file.to_owned(), is_valid, kind: kind_of(&set.id)?, set });
    wire::sets(&bytes).into_iter().filter_map(sample).collect()
}

#[test]
fn the_other_messages_are_read_and_what_stays_unmapped_has_a_reason() {
    let Some(samples) = samples() else { return };
    let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut left: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for Sample { file, is_valid, kind, set } in &samples {
        let mapping = mapping(&format!("templates/edifact/d96a/{kind}"));
        let read = Hands { mapping: &mapping, parties: &[] }.read(set);
        assert!(read.is_usable() || !is_valid, "{file}\n{}", lines(&read.findings));
        assert_eq!(canon::check(&read.document, mapping.document().name), [], "{file}");
        let sum = sums.entry(kind).or_default();
        *sum = (sum.0 + read.coverage.unmapped, sum.1 + read.coverage.elements);
        read.unmapped.into_iter().for_each(|one| *left.entry((kind, one.path)).or_default() += 1);
    }
    let mut told = String::new();
    for (kind, (unmapped, elements)) in &sums {
        told += &format!("{kind}: {unmapped} of {elements} elements\n");
        for ((_, path), count) in left.iter().filter(|((of, _), _)| of == kind) {
            let reason = REASONS.iter().find(|(of, known, _)| of == kind && known == path);
            let (.., reason) = reason.unwrap_or_else(|| panic!("{kind}: nobody has said why {path} stays unmapped"));
            told += &format!("  {count} {path}: {reason}\n");
        }
    }
    let unneeded = REASONS.iter().filter(|(kind, path, _)| !left.contains_key(&(*kind, (*path).to_owned())));
    assert_eq!(unneeded.count(), 0, "a reason is given for what is mapped");
    insta::assert_snapshot!(told);
}

#[test]
fn what_was_read_of_the_other_messages_and_written_is_read_as_before() {
    let Some(samples) = samples() else { return };
    for Sample { file, kind, set, .. } in &samples {
        let name = format!("templates/edifact/d96a/{kind}");
        let mapping = mapping(&name);
        let hands = Hands { mapping: &mapping, parties: &[] };
        let first = hands.read(set).document;
        let written = hands.write(&first);
        let again = hands.read_back(&written);
        let filled: Vec<String> = again.derived.iter().map(|one| one.path.clone()).collect();
        let found = Equality::of(&name).differences(&first, &again.document, &filled);
        let text = wire::shown(mapping.message(), &written.segments);
        assert_eq!(found, Vec::<String>::new(), "{file}\n{text}{}", lines(&written.findings));
    }
}
