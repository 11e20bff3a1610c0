//! EDIFACT: mock-edi plays buyer and seller and judges what we write, and two readers of other make cut it.

use std::path::Path;

use edigate::mapping::Mapping;
use serde_json::Value;
use tempfile::TempDir;

use crate::peer::{self, Decision};
use crate::template::{Hands, mapping, shared};
use crate::trade::{Dialect, Document, judged, written};
use crate::wire;

const EDIFACT: Dialect = Dialect {
    name: "EDIFACT",
    templates: "templates/edifact/d96a",
    sets: &[("ORDERS", "order"), ("ORDRSP", "order-response"), ("DESADV", "shipment-notice"), ("INVOIC", "invoice")],
    others: &["ORDCHG"],
    unmapped: &[("DESADV", "CPS/PAC/PAC03-4", "the type of the packages in words, beside its code")],
};

/// What the judges say of what we write.
const DECISIONS: &[Decision] = &[
    ("mock-edi", "CNT is not a segment this transaction set defines", CORE),
    ("mock-edi", "171 is not a code DTM01/2005 accepts", CORE),
    ("mock-edi", "CHG is not a code FTX01 accepts", CORE),
    ("mock-edi", "125 is not a code MOA01/5025 accepts", CORE),
    ("mock-edi", "259 is not a code MOA01/5025 accepts", CORE),
    ("mock-edi", "260 is not a code MOA01/5025 accepts", CORE),
    ("mock-edi", "MOA is defined by ORDERS but not at this point", "the sum of an order stands behind UNS"),
    ("mock-edi", "one or more segments in error", "this sums up another complaint, which is decided by itself"),
    ("edifact", "PAT (segment", PAYMENT),
    ("edifact", "PCD (segment", PAYMENT),
    ("edifact", "MOA (segment", PAYMENT),
    ("edifact", "GIN (segment", "its DESADV is of a later directory, which numbers packages otherwise"),
    ("edifact", "QVR (segment", "its DESADV is of a later directory, which has no QVR at a line"),
    ("edifact", "The element C222 only got 1 components", "all of C222 is conditional"),
];

const CORE: &str = "D.96A has it; its dictionary is a core only";
const PAYMENT: &str = "its tables are of a later directory, which has PYT where D.96A and D.01B have PAT";

/// Messages that are cut: the wide ones of the laws in both directories, and those of the story.
fn documents() -> Vec<Document> {
    const SETS: &[(&str, &str)] =
        &[("orders", "order"), ("ordrsp", "order-response"), ("desadv", "shipment-notice"), ("invoic", "invoice")];
    let mut documents = Vec::new();
    for (directory, (set, kind)) in ["d96a", "d01b"].iter().flat_map(|one| SETS.iter().map(move |set| (one, set))) {
        let own = || mapping(&format!("templates/edifact/{directory}/{kind}"));
        documents.push(Document { set, mapping: own(), document: wide(&own(), &format!("{directory}-{set}.edi")) });
        if let Some(examples) = shared().map(|shared| shared.join("examples")) {
            let text = std::fs::read_to_string(examples.join(format!("{kind}.json"))).unwrap();
            documents.push(Document { set, mapping: own(), document: serde_json::from_str(&text).unwrap() });
        }
    }
    documents
}

fn wide(mapping: &Mapping, file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mapping_laws/wide").join(file);
    let body: String = std::fs::read_to_string(path).unwrap().lines().collect();
    let set = wire::sets(&wire::enveloped(mapping.message(), &body)).remove(0);
    Hands { mapping, parties: &[] }.read(&set).document
}

#[test]
fn what_mock_edi_writes_is_read_and_what_we_write_of_it_it_takes() {
    let (theirs, ours) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let documents = EDIFACT.documents(theirs.path());
    peer::hold("mock-edi", &judged(peer::PARTNERS, "mock-edi", &documents, ours.path()), DECISIONS);
}

#[test]
fn what_we_write_is_cut_by_others_as_we_meant_it_and_fits_the_segment_tables_of_one() {
    let folder = TempDir::new().unwrap();
    let (paths, texts) = written(&documents(), folder.path());
    for (reader, cut) in [("pydifact", peer::cut_by_pydifact(&paths)), ("edifact", peer::cut_by_edifact(&paths))] {
        for (cut, text) in cut.iter().zip(&texts) {
            assert_eq!(cut.segments, text.lines().collect::<Vec<_>>(), "{reader}");
        }
        let told: Vec<(String, Vec<String>)> =
            texts.iter().cloned().zip(cut.into_iter().map(|cut| cut.complaints)).collect();
        peer::hold(reader, &told, DECISIONS);
    }
}

#[test]
fn the_reader_with_segment_tables_does_complain() {
    let folder = TempDir::new().unwrap();
    let told = |body: &str| {
        let path = folder.path().join("broken.edi");
        let count = body.matches('\'').count() + 2;
        let text = format!("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+DESADV:D:96A:UN'{body}UNT+{count}+1'UNZ+1+1'");
        std::fs::write(&path, text).unwrap();
        peer::cut_by_edifact(&[path]).remove(0).complaints
    };
    assert_eq!(told("BGM+351+S'CPS+1'"), Vec::<String>::new());
    assert!(!told("BGM+351+S'LIN+1'").is_empty(), "a line stands in no CPS");
    assert!(!told("BGM+351+S'DTM+137:20261102:102:X'CPS+1'").is_empty(), "DTM has three components");
}
