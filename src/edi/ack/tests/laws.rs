//! Laws of acknowledging, on files that chance makes.

use proptest::prelude::*;

use super::*;
use crate::edi::write::WriteFault;
use crate::edi::{OutgoingSegment, Piece};

/// A file that was sound before something happened to it.
fn broken() -> impl Strategy<Value = String> {
    const X12: &[&str] =
        &["*", "~", ">", "^", "ST*850*0001~", "GE*1*7~", "XYZ*1~", "SE*", "TA1*1~", "9", "A", "\u{7}", "é", "*U*00401"];
    const EDIFACT: &[&str] =
        &["+", "'", ":", "?", "UNH+1+ORDERS:D:96A:UN'", "UNE+1+1'", "XYZ+1'", "UNT+", "9", "A", "\u{7}", "é"];
    let files = prop_oneof![
        Just((x12("004010", &[SOUND, SOUND_2]), X12)),
        Just((x12("005010", &[SOUND, SOUND_2]), X12)),
        Just((edifact("3", &[ORDER, ORDER_2]), EDIFACT)),
        Just((edifact("4", &[ORDER, ORDER_2]), EDIFACT)),
    ];
    files.prop_flat_map(|(file, words)| {
        let length = file.len();
        let changes = prop::collection::vec((0..length, 0_usize..6, prop::sample::select(words.to_vec())), 0..6);
        changes.prop_map(move |changes| {
            let mut file = file.clone().into_bytes();
            for (at, removed, word) in changes {
                let at = at.min(file.len());
                let end = (at + removed).min(file.len());
                file.splice(at..end, word.bytes());
            }
            decode(&file).into_owned()
        })
    })
}

fn policies() -> impl Strategy<Value = AckPolicy> {
    let functional = prop::sample::select(vec![FunctionalAck::Group997, FunctionalAck::Group999]);
    let accepted_sets = prop::sample::select(vec![AcceptedSets::Listed, AcceptedSets::LeftOut]);
    let warnings = prop::sample::select(vec![Warnings::Noted, Warnings::Untold]);
    (functional, accepted_sets, warnings).prop_map(|(functional, accepted_sets, warnings)| AckPolicy {
        functional,
        accepted_sets,
        warnings,
        interchange: InterchangeAck::Always,
        contrl: ContrlAck::Both,
        contrl_request: ContrlRequest::Ignored,
        loop_ids: LoopIds::Names,
        ..AckPolicy::default()
    })
}

fn reports(file: &str) -> Vec<InterchangeReport> {
    let guides = Guides::shipped();
    let mut checker = Checker::new(Reader::new(file.as_bytes(), ReadOptions::default()), &guides);
    let mut reports = Vec::new();
    while let Ok(Some(checked)) = checker.next_checked() {
        if let Checked::Interchange(report) = checked {
            reports.push(*report);
        }
    }
    reports
}

/// An answer's envelope is sound, and whoever reads it understands it.
fn check(interchange: &OutgoingInterchange) -> Result<Vec<Acknowledged>, TestCaseError> {
    let options = WriteOptions::of(interchange.head.standard);
    let bytes = match write(interchange, &options) {
        Ok(bytes) => bytes,
        // An id that is too long for an ISA can be read there and not be written.
        Err(WriteFault::TooWide { .. }) => return Ok(vec![]),
        Err(fault) => return Err(TestCaseError::fail(fault.to_string())),
    };
    let mut reader = Reader::new(bytes.as_slice(), ReadOptions::default());
    let mut said = Vec::new();
    while let Some(piece) = reader.next_piece().map_err(|fault| TestCaseError::fail(fault.to_string()))? {
        let findings = match piece {
            Piece::Acknowledgement(ta1) => {
                said.push(Acknowledged::from(&ta1));
                continue;
            }
            Piece::Set(set) => {
                said.extend(acknowledged(&set).ok_or_else(|| TestCaseError::fail("no acknowledgement"))?);
                set.findings
            }
            Piece::GroupEnd(end) => end.findings,
            Piece::InterchangeEnd(end) => end.findings,
            Piece::Finding(finding) => vec![finding],
            Piece::Unreadable(_) => return Err(TestCaseError::fail("an unreadable head")),
            Piece::Interchange(_) | Piece::Group(_) => continue,
        };
        let wrong: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .map(|finding| &*finding.text)
            .collect();
        prop_assert!(wrong.is_empty(), "{:?}\n{}", wrong, decode(&bytes));
    }
    Ok(said)
}

/// The interchange, its groups and their sets, by their index.
fn places(report: &InterchangeReport) -> Vec<(Option<usize>, Option<usize>)> {
    let groups = report.groups.iter().enumerate();
    let sets = groups.flat_map(|(group, of)| (0..of.sets.len()).map(move |set| (Some(group), Some(set))));
    let groups = (0..report.groups.len()).map(|group| (Some(group), None));
    std::iter::once((None, None)).chain(groups).chain(sets).collect()
}

fn segments(interchange: &OutgoingInterchange) -> impl Iterator<Item = &OutgoingSegment> {
    let sets = interchange.groups.iter().flat_map(|group| &group.sets).chain(&interchange.messages);
    interchange.acknowledgements.iter().chain(sets.flat_map(|set| &set.segments))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whatever came, the answer can be written, its envelope is sound, and it says what was decided.
    #[test]
    fn every_answer_says_what_was_decided(file in broken(), policy in policies()) {
        for report in reports(&file) {
            let options = WriteOptions::of(report.head.standard);
            if let Some(receipt) = receipt(&report.head, &policy, &stamp(), &options) {
                check(&receipt)?;
            }
            let answer = acknowledge(&report, &policy, &stamp(), &options);
            prop_assert_eq!(answer.verdicts.groups.len(), report.groups.len());
            for (verdicts, group) in answer.verdicts.groups.iter().zip(&report.groups) {
                prop_assert_eq!(verdicts.sets.len(), group.sets.len());
                let sets = group.sets.iter().zip(&verdicts.sets);
                for (set, verdict) in sets.filter(|(set, _)| !set.is_sound()) {
                    prop_assert_eq!(*verdict, Verdict::Rejected, "{:?}", set.findings);
                }
                let has_rejected = verdicts.sets.contains(&Verdict::Rejected);
                prop_assert_eq!(has_rejected, matches!(verdicts.group, Verdict::Rejected | Verdict::PartlyAccepted) && !group.sets.is_empty());
            }
            let stamp = stamp();
            let parts = Answer::new(&report, &policy, &stamp, &options);
            let mut bytes = Vec::new();
            let fault = parts.write(&options, |some| bytes.extend_from_slice(some)).err();
            let Some(interchange) = answer.interchange else {
                prop_assert!(fault.is_none() && bytes.is_empty());
                continue;
            };
            let whole = write(&interchange, &options);
            prop_assert_eq!(fault.map_or(Ok(bytes), Err), whole);
            for (group, set) in places(&report) {
                for segment in parts.segments_about(group, set) {
                    prop_assert!(segments(&interchange).any(|one| *one == segment), "{:?}", segment);
                }
            }
            let said = check(&interchange)?;
            let about_sets = said.iter().filter(|one| one.subject.level == Level::Set);
            let rejected = about_sets.filter(|one| one.verdict == Some(Verdict::Rejected)).count();
            let decided = answer.verdicts.groups.iter().flat_map(|group| &group.sets);
            prop_assert!(rejected <= decided.filter(|set| **set == Verdict::Rejected).count());
        }
    }
}
