//! The findings of every valid file of the sets and messages that have guides, each read beside its file and the
//! standard.

use std::fmt::Write;

use edigate::base::Severity;
use edigate::edi::Guides;

use crate::shared::{Verdict, check, row, samples};

/// Documents with guides of their own.
const GUIDED: &[&str] = &[
    "850", "855", "856", "810", "860", "865", "830", "862", "846", "861", "820", "824", "864", "997", "999", "TA1",
    "ORDERS", "ORDRSP", "ORDCHG", "DESADV", "INVOIC", "DELFOR", "DELJIT", "INVRPT", "RECADV", "REMADV", "APERAK",
    "CONTRL",
];

/// Why each error and warning is right, though the manifest, which looks at envelopes, calls the file valid.
const REMARKS: &[(&str, &str, &str)] = &[
    (
        "mako_edi-energy__beispiel_31001",
        "warning unknown-segment PYT@15",
        "PYT is in INVOIC from D.03B on; the nearest guide for D.06A is that of D.01B",
    ),
    (
        "smooks-edi-cartridge__invoic",
        "warning not-a-date UNB.4-1",
        "the syntax version is 4, where 0017 has eight digits; it has six",
    ),
    (
        "smooks-edi-cartridge__invoic",
        "warning too-many-repetitions CUX@11.1",
        "its UNA makes '*' the repetition separator, and '3*1' is C504 twice where it may come once",
    ),
    ("invoic_d93a_una", "error not-a-date DTM@5.1-2", "'19999715' in CCYYMMDD: there is no month 97"),
    ("invoic_d93a_una", "warning invalid-character NAD@6.6", "the syntax is UNOA, which has no letter with an umlaut"),
    ("invoic_d97b.", "warning invalid-character NAD@6.4", "the syntax is UNOA, which has no letter with an umlaut"),
    (
        "mako_edi-energy__beispiel_17132",
        "warning too-long LOC@8.2-1",
        "3225 has 35 characters from D.03B on; the nearest guide for D.09B is that of D.01B, where it has 25",
    ),
    (
        "__ORDERS_D.03B_Interchange",
        "warning check-digit NAD@4.2-1",
        "3055 is 9, so 5412345000176 is a GLN; its check digit would be 4",
    ),
    (
        "__ORDERS_D.03B_Interchange",
        "warning check-digit NAD@5.2-1",
        "3055 is 9, so 4012345000094 is a GLN; its check digit would be 2",
    ),
    ("__recadv", "warning invalid-character NAD@9.4", "the syntax is UNOA, and the name is Chinese"),
    ("__recadv", "warning too-long NAD@12.4-1", "the name has 38 characters, 3036 has 35"),
    ("005010_820_full1", "error set-not-of-group ST@1.1", "the group is HC, of claims; an 820 goes in a group of RA"),
    ("005010_820_full2", "error set-not-of-group ST@1.1", "the group is HC, of claims; an 820 goes in a group of RA"),
    (
        "x12.820.issue140",
        "warning check-digit N1@5.4",
        "N103 is UL, so 1238742000008 is a GLN; its check digit would be 5",
    ),
    ("855_seed42_lines1", "error missing-element BAK@2.4", "the date stands in BAK05 instead of BAK04"),
    ("855_seed42_lines3", "error missing-element BAK@2.4", "the date stands in BAK05 instead of BAK04"),
    ("856_seed42_lines1", "warning out-of-sequence TD1@5", "in HL TD1 stands before TD5"),
    ("856_seed42_lines3", "warning out-of-sequence TD1@5", "in HL TD1 stands before TD5"),
    ("997_seed42", "error missing-element AK1@2.2", "AK102, the number of the group, is mandatory and empty"),
    ("997_seed42", "error missing-element AK2@3.2", "AK202, the number of the set, is mandatory and empty"),
    ("empty997", "error missing-segment AK1@2", "AK1 is mandatory, and SE stands where it should"),
    ("empty997", "error missing-segment AK9@2", "AK9 is mandatory, and SE stands where it should"),
    ("extraDelimiter997", "warning too-many-repetitions AK3@4.2", "AK302 comes three times where it may come once"),
    ("extraDelimiter997", "warning too-many-repetitions AK3@4.4", "AK304 comes three times where it may come once"),
    ("extraDelimiter997", "warning too-many-repetitions AK4@5.4", "AK404 comes twice where it may come once"),
    (
        "invoice810_po850_dual",
        "warning conditional-element-missing N1@9.4",
        "N103 is there and N104 is not; note P0304 asks for both",
    ),
];

#[test]
fn valid_files_have_the_findings_they_are_known_for() {
    let Some(samples) = samples() else { return };
    let guides = Guides::shipped();
    let mut text = String::new();
    let mut unexplained = Vec::new();
    let mut used = vec![0; REMARKS.len()];
    for sample in samples.iter().filter(|sample| sample.verdict == Verdict::Valid) {
        if !GUIDED.iter().any(|document| sample.document.contains(document)) {
            continue;
        }
        let outcome = check(&sample.bytes, &guides);
        let sets = outcome.sets().count();
        writeln!(text, "{} ({} {}, {sets} sets)", sample.path, sample.document, sample.version).unwrap();
        outcome.fault.iter().for_each(|fault| writeln!(text, "    fault: {fault}").unwrap());
        for finding in &outcome.findings {
            let row = row(finding);
            writeln!(text, "    {row}").unwrap();
            match REMARKS.iter().position(|(path, told, _)| sample.path.contains(path) && row == *told) {
                Some(index) => used[index] += 1,
                None if finding.severity > Severity::Info => unexplained.push(format!("{}: {row}", sample.path)),
                None => {}
            }
        }
    }
    assert!(unexplained.is_empty(), "unexplained:\n{}", unexplained.join("\n"));
    assert_eq!(used, vec![1; REMARKS.len()], "each remark is about one finding");
    insta::assert_snapshot!("valid", text);
}
