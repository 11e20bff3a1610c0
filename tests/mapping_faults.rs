//! What an operator sees of a faulty mapping file: every fault at once, each with its line, and what to do.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::path::PathBuf;

use edigate::base::Diagnostic;
use edigate::edi::Guides;
use edigate::mapping::Mapping;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mapping");

/// Every file of `fixtures/mapping/faulty`, with all that is said of it.
#[test]
fn faulty_files_say_all_that_is_wrong_with_them() {
    let mut told = String::new();
    for (name, _) in &files("faulty") {
        let faults = faults_of("faulty", name);
        told.extend(faults.iter().map(|fault| format!("{fault}\n")));
        told.push('\n');
        for fault in &faults {
            assert!(fault.location.file.is_some(), "{fault} names no file");
        }
    }
    insta::assert_snapshot!(told);
}

/// Every file of `fixtures/mapping/one_fault` as somebody wrote it who meant well, and the one thing that is said of it.
#[test]
fn one_fault_is_told_once_where_it_is_and_with_what_to_do() {
    let files = files("one_fault");
    assert!(files.len() >= 40, "{} files", files.len());
    let mut told = String::new();
    for (name, text) in &files {
        let faults = faults_of("one_fault", name);
        let [fault] = faults.as_slice() else { panic!("{name}: {faults:#?}") };
        assert!(fault.location.line.is_some() || name == "file_without_message", "{name}: no line");
        assert!(fault.hint.is_some() || fault.expected.is_some(), "{name}: nothing to do");
        told += &format!("# {name}\n{}\n\n{fault}\n\n\n", text.trim_end());
    }
    insta::assert_snapshot!(told);
}

/// The mappings of a folder, each with its text.
fn files(folder: &str) -> Vec<(String, String)> {
    let listing = std::fs::read_dir(format!("{FIXTURES}/{folder}")).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    let mut files: Vec<_> = listing.map(file).collect();
    files.sort();
    files
}

fn faults_of(folder: &str, name: &str) -> Vec<Diagnostic> {
    let sources = |name: &str| std::fs::read_to_string(format!("{FIXTURES}/{folder}/{name}.toml")).ok();
    Mapping::compile(name, &sources, &Guides::shipped()).expect_err(name)
}
