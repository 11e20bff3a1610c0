//! A guide on a document: every segment is in the tree once and in order, and every finding can be told.

#![no_main]

use std::sync::OnceLock;

use edigate_fuzz::base::Diagnostic;
use edigate_fuzz::edi::{
    Checked, Checker, Guides, Instance, InstancePart, InterchangeReport, Piece, Reader, structure,
};
use edigate_fuzz::{check_place, options, pieces};
use libfuzzer_sys::fuzz_target;

static GUIDES: OnceLock<Guides> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, file)) = bytes.split_first() else { return };
    let guides = GUIDES.get_or_init(Guides::shipped);
    for piece in pieces(file, options(*choice)).0 {
        let Piece::Set(set) = piece else { continue };
        let Some((guide, _)) = guides.select(&set, None) else { continue };
        let (tree, findings) = structure(&set, &guide);
        let mut positions = Vec::new();
        walk(tree.root(), &mut positions);
        assert_eq!(positions, (1..=set.segment_count() as u32).collect::<Vec<_>>());
        findings.iter().for_each(|finding| check_place(&finding.place, file));
    }
    let mut checker = Checker::new(Reader::new(file, options(*choice)), guides);
    while let Ok(Some(checked)) = checker.next_checked() {
        match checked {
            Checked::Interchange(report) => tell(&report),
            Checked::Outside(finding) => drop(Diagnostic::from(&finding).to_string()),
        }
    }
    if let Some(report) = checker.unfinished() {
        tell(&report);
    }
});

fn walk(instance: Instance<'_, '_>, positions: &mut Vec<u32>) {
    for part in instance.parts() {
        match part {
            InstancePart::Segment(segment) => positions.push(segment.position()),
            InstancePart::Loop(child) => walk(child, positions),
        }
    }
}

fn tell(report: &InterchangeReport) {
    for record in report.records() {
        serde_json::to_string(&record).expect("a record is plain data");
    }
}
