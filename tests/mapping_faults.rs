//! What an operator sees of a faulty mapping file: every fault at once, each with its line, and what to do.

use edigate::edi::Guides;
use edigate::mapping::Mapping;

/// Every file of `fixtures/mapping/faulty`, with all that is said of it.
#[test]
fn faulty_files_say_all_that_is_wrong_with_them() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/mapping/faulty");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let guides = Guides::shipped();
    let sources = |name: &str| std::fs::read_to_string(format!("{folder}/{name}.toml")).ok();
    let mut told = String::new();
    for name in &names {
        let faults = Mapping::compile(name, &sources, &guides).expect_err(name);
        told.extend(faults.iter().map(|fault| format!("{fault}\n")));
        told.push('\n');
        for fault in &faults {
            assert!(fault.location.file.is_some(), "{fault} names no file");
        }
    }
    insta::assert_snapshot!(told);
}
