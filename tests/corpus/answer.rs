//! Every interchange answered by every policy: nothing is to be said of what we answer.

use std::collections::BTreeSet;

use edigate::edi::ack::{
    AcceptedSets, AckPolicy, AckStamp, ContrlAck, ContrlRequest, ContrlVersion, FunctionalAck, InterchangeAck, LoopIds,
    Warnings, acknowledge, receipt,
};
use edigate::edi::write::{WriteOptions, write};
use edigate::edi::{Finding, FindingCode, Guides, InterchangeReport, OutgoingInterchange, Standard};
use jiff::civil::date;

use crate::shared::{check, row, samples};

/// What is wrong with a copy in an answer, because it was wrong in what is answered: the file, what is found, why it
/// stays.
const COPIED: &[(&str, &str, &str)] = &[(
    "ORDERS/xlate+staedi__orders-with-group",
    "warning too-long UCM@4.2-5",
    "its 0057 'EAN008B' has seven characters where six belong; UCM copies it whole, and a cut code is another",
)];

/// Everything is answered and told. Every switch is turned that shapes an answer of the standard.
fn policies(standard: Standard) -> Vec<AckPolicy> {
    let all = AckPolicy {
        interchange: InterchangeAck::Always,
        contrl: ContrlAck::Both,
        contrl_request: ContrlRequest::Ignored,
        ..AckPolicy::default()
    };
    let mut policies = vec![AckPolicy::default()];
    for accepted_sets in [AcceptedSets::Listed, AcceptedSets::LeftOut] {
        for warnings in [Warnings::Untold, Warnings::Noted] {
            let all = AckPolicy { accepted_sets, warnings, ..all.clone() };
            match standard {
                Standard::X12 => {
                    for functional in [FunctionalAck::None, FunctionalAck::Group997, FunctionalAck::Group999] {
                        for loop_ids in [LoopIds::Omitted, LoopIds::Names] {
                            policies.push(AckPolicy { functional, loop_ids, ..all.clone() });
                        }
                    }
                }
                Standard::Edifact => {
                    for contrl_version in
                        [ContrlVersion::OfSyntax, ContrlVersion::D3, ContrlVersion::V41, ContrlVersion::V22]
                    {
                        policies.push(AckPolicy { contrl_version, ..all.clone() });
                    }
                }
            }
        }
    }
    for interchange in [InterchangeAck::Never, InterchangeAck::OnRequest, InterchangeAck::OnError] {
        policies.push(AckPolicy { interchange, ..all.clone() });
    }
    for contrl in [ContrlAck::None, ContrlAck::Receipt, ContrlAck::Final] {
        policies.push(AckPolicy { contrl, contrl_request: ContrlRequest::Honoured, ..all.clone() });
    }
    policies
}

/// The answers to an interchange by a policy.
fn answers(report: &InterchangeReport, policy: &AckPolicy, options: &WriteOptions) -> Vec<OutgoingInterchange> {
    let stamp = AckStamp { at: date(2026, 11, 24).at(9, 5, 0, 0), interchange: "12".into(), group: 5, set: 1 };
    let answer = acknowledge(report, policy, &stamp, options).interchange;
    receipt(&report.head, policy, &stamp, options).into_iter().chain(answer).collect()
}

/// An answer follows what it answers: a 997 its release (and CONTRL 2:2 is one of its own), which need have no guide, and
/// delimiters, which need not be customary. Both are lawful.
fn is_as_sent(finding: &Finding) -> bool {
    matches!(finding.code, FindingCode::NearestGuide | FindingCode::UncustomaryDelimiters)
}

/// What is wrong with an answer, a line for each finding.
fn faults(answer: &OutgoingInterchange, options: &WriteOptions, guides: &Guides) -> Vec<String> {
    let bytes = match write(answer, options) {
        Ok(bytes) => bytes,
        Err(fault) => return vec![fault.to_string()],
    };
    let told = check(&bytes, guides);
    let rows = told.findings.iter().filter(|finding| !is_as_sent(finding)).map(row);
    rows.chain(told.fault).collect()
}

#[test]
fn our_answers_are_sound() {
    let Some(samples) = samples() else { return };
    let guides = Guides::shipped();
    let mut found = BTreeSet::new();
    let mut count = 0;
    for sample in &samples {
        for report in check(&sample.bytes, &guides).reports {
            for options in [WriteOptions::of(report.head.standard), WriteOptions::like(&report.head)] {
                for policy in policies(report.head.standard) {
                    for answer in answers(&report, &policy, &options) {
                        count += 1;
                        let faults = faults(&answer, &options, &guides);
                        found.extend(faults.into_iter().map(|fault| (sample.path.as_str(), fault)));
                    }
                }
            }
        }
    }
    let is_copied = |path: &str, fault: &str| COPIED.iter().any(|(of, row, _)| path.contains(of) && fault == *row);
    let unexplained: Vec<_> = found.iter().filter(|(path, fault)| !is_copied(path, fault)).collect();
    assert!(unexplained.is_empty(), "{count} answers: {unexplained:#?}");
    assert_eq!(found.len(), COPIED.len(), "listed, and not found any more");
    assert!(count > 10_000, "{count} answers");
}
