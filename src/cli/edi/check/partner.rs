//! What the partner is answered, and which lines of the answer a finding causes.

use crate::base::counted;
use crate::edi::ack::{AckPolicy, AckStamp, Acknowledgement, Verdict, acknowledge};
use crate::edi::write::{InterchangeWriter, WriteOptions, write};
use crate::edi::{Finding, GroupReport, InterchangeReport, OutgoingInterchange, OutgoingSegment, SetReport, decode};

/// Lines of an answer that are shown for one finding.
const LINES: usize = 4;

/// The answer to an interchange.
pub(in crate::cli::edi) struct Answer<'a> {
    report: &'a InterchangeReport,
    policy: &'a AckPolicy,
    stamp: &'a AckStamp,
    written: WriteOptions,
    /// What is answered, and what becomes of the interchange.
    pub(in crate::cli::edi) whole: Acknowledgement,
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
        let whole = acknowledge(report, policy, stamp, &written);
        Self { report, policy, stamp, written, whole }
    }

    /// The answer as bytes; none when nothing is answered, or when it cannot be written.
    pub(in crate::cli::edi) fn bytes(&self) -> Option<Vec<u8>> {
        write(self.whole.interchange.as_ref()?, &self.written).ok()
    }

    /// The lines that are in the answer because of a finding: AK3 and AK4, UCS and UCD; or else the verdict on the
    /// level that it is about.
    pub(in crate::cli::edi) fn lines(&self, about: About<'_>, finding: &Finding) -> Vec<String> {
        let Some(whole) = &self.whole.interchange else { return Vec::new() };
        let clean = self.segments_for(about, None);
        let caused: Vec<OutgoingSegment> =
            self.segments_for(about, Some(finding)).into_iter().filter(|segment| !clean.contains(segment)).collect();
        let all: Vec<&OutgoingSegment> = all_segments(whole).collect();
        let details = caused.iter().filter(|one| is_detail(one) && all.contains(one)).take(LINES);
        let lines: Vec<String> = details.map(|segment| self.line(whole, segment)).collect();
        if !lines.is_empty() {
            return lines;
        }
        let verdict = caused.iter().find(|segment| !is_detail(segment)).and_then(|one| verdict(about, one, &all));
        verdict.map(|segment| self.line(whole, segment)).into_iter().collect()
    }

    /// What would be answered if the finding were the only one.
    fn segments_for(&self, about: About<'_>, finding: Option<&Finding>) -> Vec<OutgoingSegment> {
        let findings: Vec<Finding> = finding.cloned().into_iter().collect();
        let group = |group: &GroupReport, findings: Vec<Finding>, sets: Vec<SetReport>| GroupReport {
            head: group.head.clone(),
            number: group.number,
            findings,
            sets,
            trailer: group.trailer.clone(),
        };
        let set = |set: &SetReport, findings: Vec<Finding>| SetReport { findings, ..bare(set) };
        let (of_interchange, groups) = match about {
            About::Interchange => {
                let groups = self.report.groups.iter().map(|one| group(one, Vec::new(), Vec::new())).collect();
                (findings, groups)
            }
            About::Group(one) => (Vec::new(), vec![group(one, findings, Vec::new())]),
            About::Set(one, of) => (Vec::new(), vec![group(one, Vec::new(), vec![set(of, findings)])]),
        };
        let report = InterchangeReport {
            head: self.report.head.clone(),
            number: self.report.number,
            findings: of_interchange,
            acknowledgements: self.report.acknowledgements.clone(),
            groups,
            counted: self.report.counted,
            trailer: self.report.trailer.clone(),
        };
        let answer = acknowledge(&report, self.policy, self.stamp, &self.written);
        answer.interchange.iter().flat_map(all_segments).cloned().collect()
    }

    /// A segment as it will be sent, without its terminator.
    fn line(&self, whole: &OutgoingInterchange, segment: &OutgoingSegment) -> String {
        let written = || {
            let mut writer = InterchangeWriter::open(&whole.head, &self.written).ok()?;
            writer.take();
            writer.acknowledgement(segment).ok()?;
            let mut bytes = writer.take();
            bytes.pop();
            Some(decode(&bytes).into_owned())
        };
        written().unwrap_or_else(|| segment.tag.to_string())
    }
}

/// A set without its findings.
fn bare(set: &SetReport) -> SetReport {
    SetReport {
        id: set.id.clone(),
        release: set.release.clone(),
        agency: set.agency.clone(),
        implementation: set.implementation.clone(),
        control_number: set.control_number.clone(),
        number: set.number,
        segments: set.segments,
        guide: None,
        trailer: set.trailer.clone(),
        place: set.place,
        findings: Vec::new(),
    }
}

fn all_segments(interchange: &OutgoingInterchange) -> impl Iterator<Item = &OutgoingSegment> {
    let sets = interchange.groups.iter().flat_map(|group| &group.sets).chain(&interchange.messages);
    interchange.acknowledgements.iter().chain(sets.flat_map(|set| &set.segments))
}

/// Whether a segment names a fault, and is no verdict.
fn is_detail(segment: &OutgoingSegment) -> bool {
    matches!(segment.tag.as_str(), "AK3" | "AK4" | "IK3" | "IK4" | "UCS" | "UCD")
}

/// The segment of the whole answer that says what becomes of what a finding is about. With other findings beside it,
/// its codes may be more than this one causes.
fn verdict<'s>(about: About<'_>, caused: &OutgoingSegment, all: &[&'s OutgoingSegment]) -> Option<&'s OutgoingSegment> {
    // Two that bear one number are told apart by what they say.
    if let Some(same) = all.iter().find(|one| **one == caused) {
        return Some(*same);
    }
    let is_same = |one: &&&OutgoingSegment| one.tag == caused.tag;
    match caused.tag.as_str() {
        // UCM and UCF say whose they are.
        "UCM" | "UCF" => all.iter().filter(is_same).find(|one| one.text(1) == caused.text(1)).copied(),
        "AK5" | "IK5" | "AK9" => {
            let (group, set) = match about {
                About::Set(group, set) => (group, Some(set.control_number.as_str())),
                About::Group(group) => (group, None),
                About::Interchange => return None,
            };
            let group = group.head.as_ref().map(|head| head.control_number.as_str()).unwrap_or_default();
            let begins = |one: &OutgoingSegment, tag: &str, number: &str| one.tag == tag && one.text(2) == number;
            let starts = (0..all.len()).filter(|at| all.get(*at).is_some_and(|one| begins(one, "AK1", group)));
            let mut verdicts = starts.filter_map(|at| {
                let mut of_set = all.iter().skip(at).skip_while(|one| set.is_some_and(|set| !begins(one, "AK2", set)));
                of_set.find(|one| one.tag == caused.tag).copied()
            });
            // Of groups that bear one number, the first with this verdict.
            let first = verdicts.next()?;
            let is_it = |one: &&OutgoingSegment| one.text(1) == caused.text(1);
            std::iter::once(first).chain(verdicts).find(is_it).or(Some(first))
        }
        _ => all.iter().find(is_same).copied(),
    }
}

/// The answer in short, for one line: `TA1 R 024; group 71 partly accepted, 2 of 3 sets`.
pub(in crate::cli::edi) fn in_short(answer: &Answer<'_>) -> String {
    let verdicts = &answer.whole.verdicts;
    let Some(whole) = &answer.whole.interchange else { return "none".to_owned() };
    let kinds: Vec<String> = kinds(whole);
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
            Some(head) => format!("group {} {} {} ({of})", head.functional_id, head.control_number, verdicts.group),
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
    let verdicts = &answer.whole.verdicts;
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

/// What an answer consists of: `TA1`, `997`, `CONTRL`.
fn kinds(whole: &OutgoingInterchange) -> Vec<String> {
    let mut kinds: Vec<String> = whole.acknowledgements.iter().map(|one| one.tag.to_string()).collect();
    let sets = whole.groups.iter().flat_map(|group| &group.sets).chain(&whole.messages);
    kinds.extend(sets.map(|set| set.id.clone()));
    kinds.dedup();
    kinds
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
