//! The shape of the table, and what must hold of it.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use crate::{headers, http, mime, names, receipts, smime};

/// One thing that products do.
pub(crate) struct Quirk {
    /// Its number, which never changes: 1 to 98, and what was put between two of them later.
    pub(crate) number: &'static str,
    /// What products do.
    pub(crate) products: &'static str,
    /// What we do.
    pub(crate) we: &'static str,
    /// The tests that show it.
    pub(crate) shown: &'static [Test],
}

/// A test: the file it stands in, and its function.
pub(crate) struct Test(pub(crate) &'static str, pub(crate) &'static str);

/// A part of the table.
pub(crate) struct Chapter {
    pub(crate) title: &'static str,
    pub(crate) quirks: &'static [Quirk],
}

/// The whole table, in the order of the numbers.
pub(crate) const CHAPTERS: [Chapter; 6] = [
    Chapter { title: "MIME and transfer encodings", quirks: mime::QUIRKS },
    Chapter { title: "HTTP", quirks: http::QUIRKS },
    Chapter { title: "AS2 headers", quirks: headers::QUIRKS },
    Chapter { title: "Signatures, envelopes, certificates", quirks: smime::QUIRKS },
    Chapter { title: "Receipts", quirks: receipts::QUIRKS },
    Chapter { title: "File names", quirks: names::QUIRKS },
];

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn all() -> impl Iterator<Item = &'static Quirk> {
    CHAPTERS.iter().flat_map(|chapter| chapter.quirks)
}

#[test]
fn every_number_is_there_once_and_in_order() {
    let mut expect: Vec<String> = (1..=98).map(|number: u8| number.to_string()).collect();
    let behind_58 = expect.iter().position(|number| number == "58").unwrap() + 1;
    expect.splice(behind_58..behind_58, ["58a".to_owned(), "58b".to_owned()]);
    assert_eq!(all().map(|quirk| quirk.number).collect::<Vec<_>>(), expect);
}

#[test]
fn every_quirk_says_what_is_done_and_names_tests_that_exist() {
    let mut missing = BTreeSet::new();
    for quirk in all() {
        assert!(!quirk.products.is_empty() && !quirk.we.is_empty(), "{}", quirk.number);
        assert!(!quirk.shown.is_empty(), "{}", quirk.number);
        missing.extend(quirk.shown.iter().filter(|test| !exists(test)).map(|Test(file, name)| (*file, *name)));
    }
    assert!(missing.is_empty(), "no such tests: {missing:#?}");
}

/// Whether the file has this function, with `#[test]` over it or inside `proptest!`.
fn exists(Test(file, name): &Test) -> bool {
    let text = fs::read_to_string(root().join(file)).unwrap_or_default();
    let definition = format!("fn {name}(");
    text.match_indices(&definition).any(|(at, _)| {
        let above = text.get(..at).unwrap_or_default().trim_end();
        above.ends_with("#[test]")
    })
}

#[test]
fn a_name_that_is_not_a_test_is_told() {
    assert!(exists(&Test("tests/quirks/quirk.rs", "a_name_that_is_not_a_test_is_told")));
    assert!(!exists(&Test("tests/quirks/quirk.rs", "exists")));
    assert!(!exists(&Test("tests/quirks/quirk.rs", "a_name_that_is")));
    assert!(!exists(&Test("tests/quirks/no_such_file.rs", "exists")));
}
