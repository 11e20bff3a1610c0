//! docs/interop.md, made of the data that the runs go by.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::matrix::{ALL, Cell, FORMS};
use crate::product::{Direction, PRODUCTS, Product, WE_SEND, WE_TAKE};

const INTRODUCTION: &str = "<!-- Made by `make interop`, of tests/interop/product.rs. Do not edit. -->
# Who we have talked to

Each product is run as a process of its own beside a gateway, with keys made in the run, and both send to each other. A
cell counts as seen when the receiving product read the order unharmed and the sending product, by its own code, took the
receipt for good: signature, Original-Message-ID and, where it looks at it, MIC. `make interop` runs all that is listed as seen and fails on any
other outcome; `make test` runs the first cells of pyas2lib, mock-edi and openssl.

Letters are layers in the order they are put on: **S**igned, **E**ncrypted, **C**ompressed. A cover holds every pair of
values that the product can do (form, receipt, its signature, digest, cipher), so every single value too.

";

/// The whole page.
fn page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str(
        "| product | version | licence | sent to it | received from it | not yet |\n|---|---|---|---|---|---|\n",
    );
    for product in &PRODUCTS {
        let (to, to_waits) = product.cells(Direction::ToProduct);
        let (from, from_waits) = product.cells(Direction::FromProduct);
        let waits = to_waits.len() + from_waits.len();
        let Product { name, version, licence, .. } = product;
        let version = if version.ends_with('.') { format!("{version}x, the system's") } else { (*version).to_owned() };
        writeln!(
            page,
            "| [{name}](#{}) | {version} | {licence} | {} | {} | {waits} |",
            anchor(name),
            to.len(),
            from.len()
        )
        .unwrap();
    }
    let twins = WE_SEND.product().into_iter().filter(|cell| WE_TAKE.can(cell)).count();
    let whole = ALL.product().len();
    writeln!(page, "| edigate itself | | | {twins} of {whole} | the same | {} |", whole - twins).unwrap();
    page.push_str("\nAgainst ourselves, two gateways exchange every message there is, not a cover.\n");
    for product in &PRODUCTS {
        section(&mut page, product);
    }
    page
}

fn section(page: &mut String, product: &Product) {
    writeln!(page, "\n## {}\n\n**Settings to use with it**\n\n| write | because |\n|---|---|", product.name).unwrap();
    for (what, why) in product.settings {
        writeln!(page, "| {} | {why} |", coded(what)).unwrap();
    }
    page.push_str("\n**What it cannot do**\n\n| what | why |\n|---|---|\n");
    for (what, why) in product.cannot {
        writeln!(page, "| {what} | {why} |").unwrap();
    }
    for (direction, title) in [(Direction::ToProduct, "Sent to it"), (Direction::FromProduct, "Received from it")] {
        let (seen, waiting) = product.cells(direction);
        writeln!(page, "\n**{title}**: {} cells seen\n\n| form | with |\n|---|---|", seen.len()).unwrap();
        rows(page, &seen);
        if !waiting.is_empty() {
            writeln!(
                page,
                "\nNot yet, for edigate cannot do it so far: {} cells\n\n| form | with |\n|---|---|",
                waiting.len()
            )
            .unwrap();
            rows(page, &waiting);
        }
    }
}

fn rows(page: &mut String, cells: &[Cell]) {
    for form in FORMS {
        let mut of_form: Vec<String> = cells.iter().filter(|cell| cell.form == form).map(with).collect();
        of_form.dedup();
        if !of_form.is_empty() {
            writeln!(page, "| {} | {} |", if form.is_empty() { "plain" } else { form }, of_form.join("<br>")).unwrap();
        }
    }
}

/// A cell without its form.
fn with(cell: &Cell) -> String {
    cell.to_string().split_once(", ").map(|(_, rest)| rest.to_owned()).unwrap_or_default()
}

fn coded(what: &str) -> String {
    if what.contains(" = ") { format!("`{what}`") } else { what.to_owned() }
}

fn anchor(name: &str) -> String {
    name.to_lowercase().replace(' ', "-")
}

/// Writes the page where `EDIGATE_INTEROP` is set, as `make interop` does once all has passed.
#[test]
fn the_page_says_what_the_data_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/interop.md");
    let page = page();
    if std::env::var_os("EDIGATE_INTEROP").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default();
    assert!(there == page, "docs/interop.md is not what tests/interop/product.rs says: run `make interop`");
}
