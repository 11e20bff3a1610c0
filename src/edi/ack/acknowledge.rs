//! The answer to an interchange.

use std::convert::Infallible;

use crate::base::Severity;
use crate::edi::charset::CharacterSet;
use crate::edi::finding::{Level, worst};
use crate::edi::interchange::{InterchangeHead, Particulars, Party, Standard, Usage};
use crate::edi::outgoing::{OutgoingGroup, OutgoingInterchange, OutgoingInterchangeHead, OutgoingSegment};
use crate::edi::report::InterchangeReport;
use crate::edi::write::WriteOptions;

use super::answer::{Answer, AnswerPart};
use super::policy::{AckPolicy, AckStamp, ContrlAck, ContrlRequest, InterchangeAck};
use super::verdict::{Verdict, Verdicts, interchange_findings, is_told, strays};
use super::{contrl, x12_codes};

/// What is answered to an interchange, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledgement {
    /// The interchange to send back, where one is due.
    pub interchange: Option<OutgoingInterchange>,
    /// What was decided. Whoever sends the answer must act by it.
    pub verdicts: Verdicts,
}

/// Answers an interchange by its report: TA1, 997 or 999 for X12, the final CONTRL for EDIFACT.
///
/// An interchange that is rejected gets a TA1 alone; a group of acknowledgements and a CONTRL get nothing. `written`
/// says how the answer will be written, so that nothing is copied into it that could not be.
pub fn acknowledge(
    report: &InterchangeReport,
    policy: &AckPolicy,
    stamp: &AckStamp,
    written: &WriteOptions,
) -> Acknowledgement {
    let answer = Answer::new(report, policy, stamp, written);
    let interchange = answer.head().map(|head| whole(&answer, head));
    Acknowledgement { interchange, verdicts: answer.into_verdicts() }
}

/// An answer with all that is in it.
fn whole(answer: &Answer<'_>, head: OutgoingInterchangeHead) -> OutgoingInterchange {
    let mut whole =
        OutgoingInterchange { head, acknowledgements: Vec::new(), groups: Vec::new(), messages: Vec::new() };
    let Ok(()) = answer.parts::<Infallible>(|part| {
        let OutgoingInterchange { acknowledgements, groups, messages, .. } = &mut whole;
        let sets = groups.last_mut().map_or(messages, |group| &mut group.sets);
        match part {
            AnswerPart::Acknowledgement(segment) => acknowledgements.push(segment),
            AnswerPart::Group(head) => groups.push(OutgoingGroup { head, sets: Vec::new() }),
            AnswerPart::Set(set) => sets.push(set),
            AnswerPart::Segment(segment) => {
                sets.last_mut().into_iter().for_each(|set| set.segments.push(segment.clone()))
            }
        }
        Ok(())
    });
    whole
}

/// Answers an EDIFACT interchange before anything in it was looked at: it came (0083 is 8). X12 has no such answer.
pub fn receipt(
    head: &InterchangeHead,
    policy: &AckPolicy,
    stamp: &AckStamp,
    written: &WriteOptions,
) -> Option<OutgoingInterchange> {
    let is_due = matches!(policy.contrl, ContrlAck::Receipt | ContrlAck::Both) && is_asked(head, policy);
    // A head that cannot be read is rejected.
    let is_read = worst(&head.findings) < Some(Severity::Error) && can_be_named(head);
    if head.standard != Standard::Edifact || !is_due || !is_read {
        return None;
    }
    let written = &written.for_syntax(&syntax(head, policy).0);
    Some(OutgoingInterchange {
        head: envelope(head, policy, stamp, written),
        acknowledgements: Vec::new(),
        groups: Vec::new(),
        messages: vec![contrl::receipt(head, policy, stamp, written)],
    })
}

/// One TA1 for one interchange. What holds nothing but TA1s is never answered, or two gateways would go on for ever.
pub(super) fn ta1(
    report: &InterchangeReport,
    verdict: Verdict,
    policy: &AckPolicy,
    written: &WriteOptions,
) -> Option<OutgoingSegment> {
    let head = &report.head;
    let is_answer = report.groups.is_empty() && !report.acknowledgements.is_empty();
    let is_due = match policy.interchange {
        InterchangeAck::Never => false,
        // Rejected as a whole it gets no 997 either: to say nothing would leave the partner waiting.
        InterchangeAck::OnRequest => {
            head.acknowledgement_asked || verdict == Verdict::Rejected || strays(report).next().is_some()
        }
        InterchangeAck::OnError => verdict != Verdict::Accepted,
        InterchangeAck::Always => true,
    };
    // An interchange whose head could not be read to its number cannot be named.
    if is_answer || !is_due || head.control_number.is_empty() {
        return None;
    }
    let is_accepted = |note: &str| policy.notes_accepted.iter().any(|accepted| accepted == note);
    let notes: Vec<&str> = interchange_findings(report)
        .chain(strays(report))
        .filter(|finding| is_told(finding, policy))
        .filter(|finding| finding.severity == Severity::Error || x12_codes::has_code(finding, Level::Interchange))
        .map(x12_codes::note)
        .filter(|_| verdict != Verdict::Accepted)
        .collect();
    // One note is all there is room for: the one that rejects.
    let rejecting = notes.iter().find(|note| verdict == Verdict::Rejected && !is_accepted(note));
    let note = rejecting.or(notes.first()).copied().unwrap_or("000");
    let number = &head.control_number;
    let number =
        if number.bytes().all(|byte| byte.is_ascii_digit()) { format!("{number:0>9}") } else { number.clone() };
    Some(
        OutgoingSegment::new("TA1")
            .with(written.carried(&number))
            .with(written.carried(&head.date))
            .with(written.carried(&head.time))
            .with(verdict.letter())
            .with(note),
    )
}

/// Whether an interchange of EDIFACT is answered. What holds a CONTRL never is.
pub(super) fn is_contrl_due(report: &InterchangeReport, policy: &AckPolicy) -> bool {
    let is_answer = report.groups.iter().flat_map(|group| &group.sets).any(|set| &*set.kind.id == "CONTRL");
    let is_due = matches!(policy.contrl, ContrlAck::Final | ContrlAck::Both) && is_asked(&report.head, policy);
    !is_answer && is_due && can_be_named(&report.head)
}

/// UCI copies the number and both parties, and must hold all of them: where one is missing no CONTRL can be made, and
/// the partner is told by other means.
fn can_be_named(head: &InterchangeHead) -> bool {
    ![&head.control_number, &head.sender.id, &head.receiver.id].into_iter().any(String::is_empty)
}

fn is_asked(head: &InterchangeHead, policy: &AckPolicy) -> bool {
    policy.contrl_request == ContrlRequest::Ignored || head.acknowledgement_asked
}

/// The answer's own envelope: the parties change places, and no acknowledgement is asked for.
pub(super) fn envelope(
    head: &InterchangeHead,
    policy: &AckPolicy,
    stamp: &AckStamp,
    written: &WriteOptions,
) -> OutgoingInterchangeHead {
    let party = |party: &Party| Party { qualifier: written.carried(&party.qualifier), id: written.carried(&party.id) };
    let (syntax, version) = syntax(head, policy);
    // 0017 has eight digits from syntax version 4 on.
    let is_long = head.standard == Standard::Edifact && version.as_str() >= "4";
    let date = if is_long { stamp.long_date() } else { stamp.short_date() };
    let internal = |ids: &[String]| ids.iter().map(|id| written.carried(id)).collect();
    OutgoingInterchangeHead {
        standard: head.standard,
        sender: party(&head.receiver),
        receiver: party(&head.sender),
        sender_internal: internal(&head.receiver_internal),
        receiver_internal: internal(&head.sender_internal),
        date,
        time: stamp.time(),
        syntax,
        version,
        control_number: stamp.interchange.clone(),
        acknowledgement_asked: false,
        usage: answered_usage(head),
        particulars: Particulars::default(),
    }
}

/// Syntax identifier and version of the answer: as they came, if they are any.
pub(super) fn syntax(head: &InterchangeHead, policy: &AckPolicy) -> (String, String) {
    let sent = Some(head.version.clone());
    match head.standard {
        Standard::X12 => {
            let is_version = |text: &String| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
            let version = policy.interchange_version.clone().or(sent.filter(is_version));
            (String::new(), version.unwrap_or_else(|| "00401".to_owned()))
        }
        Standard::Edifact => {
            let syntax = Some(head.syntax.clone()).filter(|syntax| CharacterSet::for_syntax(syntax).is_some());
            let version = sent.filter(|version| matches!(version.as_str(), "1" | "2" | "3" | "4"));
            (syntax.unwrap_or_else(|| "UNOC".to_owned()), version.unwrap_or_else(|| "3".to_owned()))
        }
    }
}

/// A flag that means nothing was no word of business in EDIFACT, where business has none; in X12 it was a slip.
fn answered_usage(head: &InterchangeHead) -> Usage {
    match (head.usage, head.standard) {
        (Usage::Unknown | Usage::Information, Standard::Edifact) => Usage::Test,
        (Usage::Unknown, Standard::X12) => Usage::Production,
        (usage, _) => usage,
    }
}
