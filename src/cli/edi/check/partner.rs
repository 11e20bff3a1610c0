//! What the partner is answered, and which lines of the answer a finding causes.

use crate::base::counted;
use crate::edi::ack::{AckPolicy, AckStamp, Answer as Whole, Verdict};
use crate::edi::write::WriteOptions;
use crate::edi::{Finding, GroupReport, InterchangeReport, OutgoingSegment, SetReport};

/// Lines of an answer that are shown for one finding.
const LINES: usize = 4;

/// The answer to an interchange.
pub(in crate::cli::edi) struct Answer<'a> {
    report: &'a InterchangeReport,
    policy: &'a AckPolicy,
    stamp: &'a AckStamp,
    written: WriteOptions,
    /// What is answered, and what becomes of the interchange.
    pub(in crate::cli::edi) whole: Whole<'a>,
    /// Bytes of what is answered; none when nothing is, or when it cannot be written.
    pub(in crate::cli::edi) bytes: Option<u64>,
}

/// Whom a finding is about.
#[derive(Clone, Copy)]
pub(in crate::cli::edi) enum About<'r> {
    /// The interchange.
    Interchange,
    /// A functional group.
    Group(&'r GroupReport),
    /// A transaction set of a group.
    Set(&'r GroupReport, &'r SetReport),
}

impl<'a> Answer<'a> {
    /// The answer to an interchange.
    pub(in crate::cli::edi) fn new(report: &'a InterchangeReport, policy: &'a AckPolicy, stamp: &'a AckStamp) -> Self {
        let written = WriteOptions::like(&report.head);
        let whole = Whole::new(report, policy, stamp, &written);
        let mut bytes = 0;
        let is_written = whole.write(&written, |some| bytes += some.len() as u64).is_ok();
        let bytes = Some(bytes).filter(|bytes| is_written && *bytes > 0);
        Self { report, policy, stamp, written, whole, bytes }
    }

    /// The lines that are in the answer because of a finding: AK3 and AK4, UCS and UCD; or else the verdict on the
    /// level that it is about.
    pub(in crate::cli::edi) fn lines(&self, about: About<'_>, finding: &Finding) -> Vec<String> {
        if self.whole.head().is_none() {
            return Vec::new();
        }
        let group = match about {
            About::Interchange => self.group_meant(finding),
            About::Group(group) | About::Set(group, _) => Some(group),
        };
        let clean = self.segments_for(about, group, None);
        let caused: Vec<OutgoingSegment> = self
            .segments_for(about, group, Some(finding))
            .into_iter()
            .filter(|segment| !clean.contains(segment))
            .collect();
        let index = |number: u32| (number as usize).checked_sub(1);
        let set = match about {
            About::Set(_, set) => index(set.number),
            About::Interchange | About::Group(_) => None,
        };
        let all = self.whole.segments_about(group.and_then(|group| index(group.number)), set);
        let details = caused.iter().filter(|one| is_detail(one) && all.contains(one)).take(LINES);
        let lines: Vec<String> = details.map(|segment| self.whole.line(segment)).collect();
        if !lines.is_empty() {
            return lines;
        }
        let verdict = caused.iter().find(|segment| !is_detail(segment)).and_then(|one| verdict(one, &all));
        verdict.map(|segment| self.whole.line(segment)).into_iter().collect()
    }

    /// The group that a finding of the interchange's may be about: the last that began before it. With none of them the
    /// first stands for all.
    fn group_meant(&self, finding: &Finding) -> Option<&'a GroupReport> {
        let groups = &self.report.groups;
        let begins = |group: &&GroupReport| group.head.as_ref().is_some_and(|head| head.start <= finding.place.start);
        groups.iter().rfind(begins).or(groups.first())
    }

    /// What would be answered if the finding were the only one.
    fn segments_for(
        &self,
        about: About<'_>,
        group: Option<&GroupReport>,
        finding: Option<&Finding>,
    ) -> Vec<OutgoingSegment> {
        let findings: Vec<Finding> = finding.cloned().into_iter().collect();
        let (of_interchange, of_group, sets) = match about {
            About::Interchange => (findings, Vec::new(), Vec::new()),
            About::Group(_) => (Vec::new(), findings, Vec::new()),
            About::Set(_, set) => (Vec::new(), Vec::new(), vec![only(set, findings)]),
        };
        let (is_in_set, is_in_group) = (!sets.is_empty(), group.is_some());
        let group = group.map(|group| GroupReport {
            head: group.head.clone(),
            number: group.number,
            findings: of_group,
            sets,
            sent: group.sent.clone(),
        });
        let report = InterchangeReport {
            head: self.report.head.clone(),
            number: self.report.number,
            findings: of_interchange,
            acknowledgements: self.report.acknowledgements.iter().take(1).cloned().collect(),
            groups: group.into_iter().collect(),
            counted: self.report.counted,
            trailer: self.report.trailer.clone(),
        };
        let answer = Whole::new(&report, self.policy, self.stamp, &self.written);
        answer.segments_about(is_in_group.then_some(0), is_in_set.then_some(0))
    }
}

/// A set with these findings and no other.
fn only(set: &SetReport, findings: Vec<Finding>) -> SetReport {
    SetReport {
        kind: set.kind.clone(),
        control_number: set.control_number.clone(),
        number: set.number,
        segments: set.segments,
        findings,
    }
}

/// Whether a segment names a fault, and is no verdict.
fn is_detail(segment: &OutgoingSegment) -> bool {
    matches!(segment.tag.as_str(), "AK3" | "AK4" | "IK3" | "IK4" | "UCS" | "UCD")
}

/// The segment of the answer that says what becomes of what a finding is about. With other findings beside it, its codes
/// may be more than this one causes.
fn verdict<'s>(caused: &OutgoingSegment, all: &'s [OutgoingSegment]) -> Option<&'s OutgoingSegment> {
    let same = all.iter().find(|one| *one == caused);
    same.or_else(|| all.iter().find(|one| one.tag == caused.tag))
}

/// The answer in short, for one line: `TA1 R 024; group 71 partly accepted, 2 of 3 sets`.
pub(in crate::cli::edi) fn in_short(answer: &Answer<'_>) -> String {
    let verdicts = answer.whole.verdicts();
    let kinds = answer.whole.kinds();
    if kinds.is_empty() {
        return "none".to_owned();
    }
    let mut parts = vec![kinds.join(" and ")];
    if verdicts.interchange == Verdict::Rejected || verdicts.groups.is_empty() {
        parts.push(format!("interchange {}", verdicts.interchange));
        return parts.join(": ");
    }
    let mut told: Vec<String> = Vec::new();
    for (group, verdicts) in answer.report.groups.iter().zip(&verdicts.groups).take(LINES) {
        let taken = verdicts.sets.iter().filter(|set| set.is_positive()).count();
        let of = format!("{taken} of {}", counted(verdicts.sets.len(), "set"));
        told.push(match &group.head {
            Some(head) => {
                format!("group {} {} {} ({of})", head.kind.functional_id, head.control_number, verdicts.group)
            }
            None => format!("{} ({of})", verdicts.group),
        });
    }
    let more = verdicts.groups.len().saturating_sub(LINES);
    if more > 0 {
        told.push(format!("{more} more groups"));
    }
    parts.push(told.join(", "));
    parts.join(": ")
}

/// What becomes of an interchange and everything in it, in one word.
pub(in crate::cli::edi) fn overall(answer: &Answer<'_>) -> Verdict {
    let verdicts = answer.whole.verdicts();
    let sets = || verdicts.groups.iter().flat_map(|group| &group.sets);
    let rejected = sets().filter(|set| !set.is_positive()).count();
    let noted = || {
        let groups = verdicts.groups.iter().map(|group| group.group);
        groups.chain(sets().copied()).chain([verdicts.interchange]).any(|one| one == Verdict::AcceptedWithErrors)
    };
    match rejected {
        _ if verdicts.interchange == Verdict::Rejected => Verdict::Rejected,
        0 if verdicts.groups.iter().any(|group| group.group == Verdict::Rejected) => Verdict::Rejected,
        0 if noted() => Verdict::AcceptedWithErrors,
        0 => Verdict::Accepted,
        all if all == sets().count() => Verdict::Rejected,
        _ => Verdict::PartlyAccepted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::{Checked, Checker, Guides, ReadOptions, Reader};

    #[test]
    fn of_two_groups_that_bear_one_number_the_one_at_fault_is_shown() {
        let group =
            "GS*PO*A*B*20261102*0815*7*X*004010~ST*850*0001~BEG*00*SA*1**20261102~PO1*1*5*EA*2.5~SE*4*0001~GE*1*7~";
        let isa = "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261102*0815*U*00401*000000071*0*P*>~";
        let file = format!("{isa}{group}{group}IEA*2*000000071~");
        let guides = Guides::shipped();
        let mut checker = Checker::new(Reader::new(file.as_bytes(), ReadOptions::default()), &guides);
        let Ok(Some(Checked::Interchange(report))) = checker.next_checked() else { panic!("an interchange") };
        let policy = AckPolicy { warnings: crate::edi::ack::Warnings::Noted, ..AckPolicy::default() };
        let at = jiff::civil::date(2026, 11, 30).at(9, 15, 0, 0);
        let stamp = AckStamp { at, interchange: "1".to_owned(), group: 1, set: 1 };
        let second = &report.groups[1];
        let lines = Answer::new(&report, &policy, &stamp).lines(About::Group(second), &second.findings[0]);
        assert_eq!(lines, ["AK9*E*1*1*1"]);
    }
}
