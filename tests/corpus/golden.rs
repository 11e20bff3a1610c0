//! The findings of every valid file of the sets and messages that have guides.

use std::fmt::Write;

use edigate::edi::Guides;

use crate::shared::{Verdict, check, row, samples};

/// Documents with guides of their own.
const GUIDED: &[&str] = &[
    "850", "855", "856", "810", "860", "865", "830", "862", "846", "861", "820", "824", "864", "997", "999", "TA1",
    "ORDERS", "ORDRSP", "ORDCHG", "DESADV", "INVOIC", "DELFOR", "DELJIT", "INVRPT", "RECADV", "REMADV", "APERAK",
    "CONTRL",
];

#[test]
fn valid_files_have_the_findings_they_are_known_for() {
    let Some(samples) = samples() else { return };
    let guides = Guides::shipped();
    let mut text = String::new();
    for sample in samples.iter().filter(|sample| sample.verdict == Verdict::Valid) {
        if !GUIDED.iter().any(|document| sample.document.contains(document)) {
            continue;
        }
        let outcome = check(&sample.bytes, &guides);
        writeln!(text, "{} ({} {}, {} sets)", sample.path, sample.document, sample.version, outcome.sets).unwrap();
        outcome.findings.iter().for_each(|finding| writeln!(text, "    {}", row(finding)).unwrap());
        outcome.fault.iter().for_each(|fault| writeln!(text, "    fault: {fault}").unwrap());
    }
    insta::assert_snapshot!("valid", text);
}
