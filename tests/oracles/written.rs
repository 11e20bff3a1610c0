//! What we write in `*`, `~` and newline for 005010 is what the crate `x12-types` reads, to the last segment. We find
//! nothing in it either.

use std::fs;

use edigate::edi::write::{TerminatorSuffix, WriteOptions, write};
use edigate::edi::{
    Guides, OutgoingElement, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingInterchangeHead,
    OutgoingSegment, OutgoingSet, Particulars, Party, Standard, Usage,
};
use tempfile::TempDir;

use crate::documents::{DOCUMENTS, Document};
use crate::program::{ask, built};
use crate::shared::{check, row};

/// Documents that it does not read, and why we go on writing them so.
const REFUSED: &[(&str, &str)] = &[];

#[test]
#[ignore = "`make oracles` runs it"]
fn x12_types_reads_what_we_write() {
    let folder = TempDir::new().unwrap();
    let guides = Guides::shipped();
    let mut undecided = Vec::new();
    let mut paths = Vec::new();
    for document in DOCUMENTS {
        let bytes = written(document);
        let outcome = check(&bytes, &guides);
        undecided.extend(outcome.findings.iter().map(|finding| format!("{}: {}", document.id, row(finding))));
        undecided.extend(outcome.fault);
        let path = folder.path().join(format!("{}.x12", document.id));
        fs::write(&path, bytes).unwrap();
        paths.push(path);
    }
    for (document, said) in DOCUMENTS.iter().zip(ask(&built("x12-types-oracle"), &["read"], &paths)) {
        let is_decided = REFUSED.iter().any(|(id, _)| *id == document.id);
        if (said["rest"] == "") == is_decided {
            undecided.push(format!("{}: {said}", document.id));
        }
    }
    assert!(undecided.is_empty(), "{} undecided:\n{}", undecided.len(), undecided.join("\n"));
    println!("x12-types reads {} documents of {}", DOCUMENTS.len() - REFUSED.len(), DOCUMENTS.len());
}

#[test]
#[ignore = "`make oracles` runs it"]
fn x12_types_sees_a_segment_out_of_its_place() {
    let folder = TempDir::new().unwrap();
    let text = String::from_utf8(written(&DOCUMENTS[0])).unwrap();
    let path = folder.path().join("850.x12");
    fs::write(&path, text.replace("CUR*BY*USD~\n", "").replace("CTT*", "CUR*BY*USD~\nCTT*")).unwrap();
    let said = ask(&built("x12-types-oracle"), &["read"], &[path]);
    assert_ne!(said[0]["rest"], "", "{said:?}");
}

fn written(document: &Document) -> Vec<u8> {
    let party = |qualifier: &str, id: &str| Party { qualifier: qualifier.into(), id: id.into() };
    let set = OutgoingSet {
        id: document.id.into(),
        implementation: Some(document.implementation).filter(|text| !text.is_empty()).map(str::to_owned),
        control_number: "0001".into(),
        segments: document.segments.iter().map(|segment| outgoing(segment)).collect(),
        ..OutgoingSet::default()
    };
    let version = if document.implementation.is_empty() { "005010" } else { document.implementation };
    let group = OutgoingGroupHead {
        functional_id: document.group.into(),
        sender: party("", "NORTHWIND"),
        receiver: party("", "ACMEBRG"),
        date: "20261124".into(),
        time: "0815".into(),
        control_number: "71".into(),
        agency: "X".into(),
        version: version.into(),
    };
    let head = OutgoingInterchangeHead {
        standard: Standard::X12,
        sender: party("01", "123456789"),
        receiver: party("ZZ", "ACMEBRG"),
        sender_internal: Vec::new(),
        receiver_internal: Vec::new(),
        date: "261124".into(),
        time: "0815".into(),
        syntax: String::new(),
        version: "00501".into(),
        control_number: "71".into(),
        acknowledgement_asked: false,
        usage: Usage::Production,
        particulars: Particulars::default(),
    };
    let groups = vec![OutgoingGroup { head: group, sets: vec![set] }];
    let interchange = OutgoingInterchange { head, acknowledgements: Vec::new(), groups, messages: Vec::new() };
    write(&interchange, &WriteOptions { suffix: TerminatorSuffix::Lf, ..WriteOptions::x12() }).unwrap()
}

fn outgoing(segment: &str) -> OutgoingSegment {
    let mut parts = segment.split('*');
    let mut outgoing = OutgoingSegment::new(parts.next().unwrap());
    outgoing.elements.extend(parts.map(|element| OutgoingElement::composite(element.split('>'))));
    outgoing
}
