//! docs/quirks.md, made of the table.

use std::fmt::Write as _;
use std::fs;

use crate::quirk::{CHAPTERS, Quirk, Test, root};

const INTRODUCTION: &str = "<!-- Made by `EDIGATE_UPDATE=1 cargo test --test quirks`, of tests/quirks/. Do not edit. -->
# What AS2 products do, and what we do about it

Every product has ways of its own, and partners do not change theirs for us. This is the list of those that are known, by
numbers that tests and comments refer to, with what edigate does about each and the test that shows it. A test is named by its
file and function; `cargo test NAME` runs it.

";

/// The whole page.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    for (index, chapter) in CHAPTERS.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        writeln!(page, "{gap}## {}\n\n| # | products | edigate | shown by |\n|---|---|---|---|", chapter.title)
            .unwrap();
        for Quirk { number, products, we, shown } in chapter.quirks {
            writeln!(page, "| {number} | {products} | {we} | {} |", links(shown)).unwrap();
        }
    }
    page
}

fn links(tests: &[Test]) -> String {
    let links = tests.iter().map(|Test(file, name)| format!("[{name}](../{file})"));
    links.collect::<Vec<_>>().join("<br>")
}

/// Writes the page where `EDIGATE_UPDATE` is set.
#[test]
fn the_page_says_what_the_table_says() {
    let path = root().join("docs/quirks.md");
    let page = page();
    if std::env::var_os("EDIGATE_UPDATE").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    let how = "run `EDIGATE_UPDATE=1 cargo test --test quirks`";
    assert!(there == page, "docs/quirks.md is not what tests/quirks/ says: {how}");
}
