//! Law 1: a document that is written without a finding is read as it was.

use std::cell::Cell;

use edigate::canon;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::equal::Equality;
use crate::template::{Hands, TEMPLATES, lines, mapping};
use crate::wire;

/// Documents written and read back for each template.
const CASES: u32 = 64;

/// `EDIGATE_VERBOSE` shows the documents that are written with findings, `EDIGATE_CASES` says how many are made.
#[test]
fn what_is_written_without_a_finding_is_read_as_it_was() {
    let is_verbose = std::env::var_os("EDIGATE_VERBOSE").is_some();
    let cases = std::env::var("EDIGATE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    for template in TEMPLATES {
        let mapping = mapping(template.name);
        let equality = Equality::of(template.name);
        let hands = Hands { mapping: &mapping, parties: &[] };
        let (clean, all) = (Cell::new(0_u32), Cell::new(0_u32));
        let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
        let outcome = runner.run(&(template.documents)(), |document| {
            let fail = |why: String| Err(TestCaseError::fail(format!("{why}\n{document:#}")));
            let faults = canon::check(&document, mapping.document().name);
            if !faults.is_empty() {
                return fail(format!("the generator made no {}: {}", mapping.document().name, lines(&faults)));
            }
            let written = hands.write(&document);
            all.set(all.get() + 1);
            if !written.findings.is_empty() {
                if is_verbose {
                    println!(
                        "{document}\n{}{}",
                        wire::shown(mapping.message(), &written.segments),
                        lines(&written.findings)
                    );
                }
                return Ok(());
            }
            clean.set(clean.get() + 1);
            let read = hands.read_back(&written);
            let derived: Vec<String> = read.derived.iter().map(|one| one.path.clone()).collect();
            let found = equality.differences(&document, &read.document, &derived);
            match found.is_empty() {
                true => Ok(()),
                false => fail(format!("{}\n{}", found.join("\n"), wire::shown(mapping.message(), &written.segments))),
            }
        });
        if let Err(failure) = outcome {
            panic!("{}: {failure}", template.name);
        }
        println!("{}: {} of {} documents written without a finding", template.name, clean.get(), all.get());
        assert!(clean.get() * 10 >= all.get() * 9, "{}: {} of {}", template.name, clean.get(), all.get());
    }
}
