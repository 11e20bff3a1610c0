//! Every interchange can be answered; the answer can be written as it is, is read without an error, and is understood.

#![no_main]

use std::sync::OnceLock;

use edigate_fuzz::base::Severity;
use edigate_fuzz::edi::ack::{
    AcceptedSets, AckPolicy, AckStamp, ContrlAck, ContrlRequest, ContrlVersion, FunctionalAck, InterchangeAck, LoopIds,
    Warnings, acknowledge, acknowledged, receipt,
};
use edigate_fuzz::edi::write::{WriteFault, WriteOptions, write};
use edigate_fuzz::edi::{
    Checked, Checker, Finding, FindingCode, Guides, InterchangeReport, OutgoingInterchange, Piece, ReadOptions, Reader,
};
use edigate_fuzz::{options, pieces};
use libfuzzer_sys::fuzz_target;

static GUIDES: OnceLock<Guides> = OnceLock::new();

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, policy], file)) = bytes.split_first_chunk() else { return };
    let guides = GUIDES.get_or_init(Guides::shipped);
    let policy = policy_of(*policy);
    let mut checker = Checker::new(Reader::new(file, options(*choice)), guides);
    while let Ok(Some(checked)) = checker.next_checked() {
        if let Checked::Interchange(report) = checked {
            answer(&report, &policy, guides);
        }
    }
    if let Some(report) = checker.unfinished() {
        answer(&report, &policy, guides);
    }
    // The same bytes as an answer to ours.
    for piece in pieces(file, options(*choice)).0 {
        if let Piece::Set(set) = piece {
            let _ = acknowledged(&set);
        }
    }
});

fn policy_of(choice: u8) -> AckPolicy {
    let bit = |place: u8| choice >> place & 1 == 1;
    AckPolicy {
        interchange: if bit(0) { InterchangeAck::OnError } else { InterchangeAck::Always },
        functional: if bit(1) { FunctionalAck::Group999 } else { FunctionalAck::Group997 },
        contrl: ContrlAck::Both,
        contrl_request: ContrlRequest::Ignored,
        contrl_version: match (bit(2), bit(3)) {
            (false, false) => ContrlVersion::OfSyntax,
            (false, true) => ContrlVersion::D3,
            (true, false) => ContrlVersion::V41,
            (true, true) => ContrlVersion::V22,
        },
        accepted_sets: if bit(4) { AcceptedSets::LeftOut } else { AcceptedSets::Listed },
        warnings: if bit(5) { Warnings::Noted } else { Warnings::Untold },
        loop_ids: if bit(6) { LoopIds::Names } else { LoopIds::Omitted },
        ..AckPolicy::default()
    }
}

fn answer(report: &InterchangeReport, policy: &AckPolicy, guides: &Guides) {
    let stamp =
        AckStamp { at: jiff::civil::date(2026, 11, 2).at(8, 15, 0, 0), interchange: "71".to_owned(), group: 1, set: 1 };
    let written = WriteOptions::of(report.head.standard);
    let receipt = receipt(&report.head, policy, &stamp, &written);
    let answer = acknowledge(report, policy, &stamp, &written).interchange;
    receipt.iter().chain(&answer).for_each(|answer| understood(answer, &written, guides));
}

fn understood(answer: &OutgoingInterchange, written: &WriteOptions, guides: &Guides) {
    let bytes = match write(answer, written) {
        Ok(bytes) => bytes,
        // The partner's own id, longer than an ISA allows: there is no envelope that could go back to him.
        Err(WriteFault::TooWide { .. }) => return,
        Err(fault) => panic!("an answer that cannot be written: {fault} {answer:?}"),
    };
    let told = || String::from_utf8_lossy(&bytes).into_owned();
    let mut checker = Checker::new(Reader::new(bytes.as_slice(), ReadOptions::default()), guides);
    let mut interchanges = 0;
    while let Some(checked) = checker.next_checked().unwrap_or_else(|fault| panic!("{fault}: {}", told())) {
        let Checked::Interchange(report) = checked else { panic!("something outside: {}", told()) };
        interchanges += 1;
        let sets = report.groups.iter().flat_map(|group| group.sets.iter().flat_map(|set| &set.findings));
        let groups = report.groups.iter().flat_map(|group| &group.findings);
        for finding in report.findings.iter().chain(groups).chain(sets) {
            assert!(finding.severity < Severity::Error || is_copied(finding), "{finding:?}\n{}", told());
        }
    }
    assert_eq!(interchanges, 1, "{}", told());
    for piece in pieces(bytes.as_slice(), ReadOptions::default()).0 {
        if let Piece::Set(set) = piece {
            assert!(acknowledged(&set).is_some(), "{}", told());
        }
    }
}

/// Whether a value was copied from what is answered, wrong as it was, or was not there to be copied: the partner must know
/// his own numbers again.
fn is_copied(finding: &Finding) -> bool {
    match finding.code {
        FindingCode::NotANumber | FindingCode::NotADate | FindingCode::NotATime | FindingCode::InvalidCharacter => true,
        FindingCode::MissingElement => {
            finding.place.tag.is_some_and(|tag| ["AK1", "AK2", "TA1", "UCI", "UCF", "UCM"].contains(&tag.as_str()))
        }
        _ => false,
    }
}
