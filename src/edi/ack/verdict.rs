//! What becomes of an interchange and of everything in it.

use std::fmt;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::Standard;
use crate::edi::report::{GroupReport, InterchangeReport, SetReport};

use super::policy::{AckPolicy, Warnings};
use super::x12_codes;

/// What is said of an interchange, a functional group or a transaction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It came (0083 is 8). Nothing is said about what it holds.
    Received,
    /// It is good.
    Accepted,
    /// It is taken, but something in it should be mended. EDIFACT has no word for this.
    AcceptedWithErrors,
    /// Some of what it holds is taken, some is not.
    PartlyAccepted,
    /// It is not taken, nor anything in it.
    Rejected,
}

impl Verdict {
    /// The word that never changes: `accepted-with-errors`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::AcceptedWithErrors => "accepted-with-errors",
            Self::PartlyAccepted => "partly-accepted",
            Self::Rejected => "rejected",
        }
    }

    /// Whether it, or at least part of it, is taken.
    pub fn is_positive(self) -> bool {
        match self {
            Self::Received | Self::Accepted | Self::AcceptedWithErrors | Self::PartlyAccepted => true,
            Self::Rejected => false,
        }
    }

    /// The letter of elements 715, 717 and TA104. A receipt is an acceptance there.
    pub(super) fn letter(self) -> &'static str {
        match self {
            Self::Received | Self::Accepted => "A",
            Self::AcceptedWithErrors => "E",
            Self::PartlyAccepted => "P",
            Self::Rejected => "R",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.as_str().replace('-', " "))
    }
}

/// The verdicts on an interchange and what it holds, in the order of its report. Whoever acknowledges by them must also
/// act by them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdicts {
    /// On the interchange's own head and trailer. Rejected, everything in it is.
    pub interchange: Verdict,
    /// On its functional groups.
    pub groups: Vec<GroupVerdicts>,
}

/// The verdicts on a functional group and its transaction sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupVerdicts {
    /// On the group. Rejected by its own head or trailer, everything in it is.
    pub group: Verdict,
    /// On its transaction sets.
    pub sets: Box<[Verdict]>,
}

/// Judges a report. An error rejects; a warning is an error noted where it has a code and the partner wants to know.
pub fn judge(report: &InterchangeReport, policy: &AckPolicy) -> Verdicts {
    let interchange = of_interchange(report, policy);
    let groups = report.groups.iter().map(|group| of_group(report, group, interchange, policy)).collect();
    Verdicts { interchange, groups }
}

fn of_interchange(report: &InterchangeReport, policy: &AckPolicy) -> Verdict {
    let weigh = |finding: &Finding| match (report.head.standard, finding.severity) {
        (Standard::X12, Severity::Error) => {
            let note = x12_codes::note(finding);
            if policy.notes_accepted.iter().any(|accepted| accepted == note) {
                Verdict::AcceptedWithErrors
            } else {
                Verdict::Rejected
            }
        }
        (Standard::Edifact, Severity::Error) => Verdict::Rejected,
        (_, Severity::Warning | Severity::Info) => noted(report, finding, Level::Interchange, policy),
    };
    // No 997 can name a set that stands in no group: the interchange is answered for it.
    let has_group = report.groups.iter().any(|group| group.head.is_some());
    let stray = if has_group { Verdict::AcceptedWithErrors } else { Verdict::Rejected };
    interchange_findings(report).map(weigh).chain(strays(report).map(|_| stray)).max().unwrap_or(Verdict::Accepted)
}

fn of_group(
    report: &InterchangeReport,
    group: &GroupReport,
    interchange: Verdict,
    policy: &AckPolicy,
) -> GroupVerdicts {
    let own = group_findings(report, group).map(|finding| weigh(report, finding, Level::Group, policy)).max();
    let own = own.unwrap_or(Verdict::Accepted);
    if interchange == Verdict::Rejected || own == Verdict::Rejected {
        return GroupVerdicts { group: Verdict::Rejected, sets: vec![Verdict::Rejected; group.sets.len()].into() };
    }
    let sets: Box<[Verdict]> = group.sets.iter().map(|set| of_set(report, set, policy)).collect();
    let rejected = sets.iter().filter(|set| **set == Verdict::Rejected).count();
    // X12.20, element 715: partly where at least one set was taken and at least one was not.
    let group = match rejected {
        0 => sets.iter().copied().max().unwrap_or(Verdict::Accepted).max(own),
        some if some == sets.len() => Verdict::Rejected,
        _ => Verdict::PartlyAccepted,
    };
    GroupVerdicts { group, sets }
}

fn of_set(report: &InterchangeReport, set: &SetReport, policy: &AckPolicy) -> Verdict {
    let verdicts = set.findings.iter().map(|finding| weigh(report, finding, Level::Set, policy));
    verdicts.max().unwrap_or(Verdict::Accepted)
}

fn weigh(report: &InterchangeReport, finding: &Finding, level: Level, policy: &AckPolicy) -> Verdict {
    match finding.severity {
        Severity::Error => Verdict::Rejected,
        Severity::Warning | Severity::Info => noted(report, finding, level, policy),
    }
}

fn noted(report: &InterchangeReport, finding: &Finding, level: Level, policy: &AckPolicy) -> Verdict {
    let has_code = match report.head.standard {
        Standard::X12 => x12_codes::has_code(finding, level),
        // 0083 has no word for an error that is noted: 7 accepts, 4 rejects.
        Standard::Edifact => false,
    };
    if is_told(finding, policy) && has_code { Verdict::AcceptedWithErrors } else { Verdict::Accepted }
}

/// Whether a finding is told to the partner.
pub(super) fn is_told(finding: &Finding, policy: &AckPolicy) -> bool {
    match finding.severity {
        Severity::Error => true,
        Severity::Warning => policy.warnings == Warnings::Noted,
        Severity::Info => false,
    }
}

/// What is told of transaction sets of X12 that stand in no functional group, as errors.
pub(super) fn strays(report: &InterchangeReport) -> impl Iterator<Item = &Finding> {
    let is_x12 = report.head.standard == Standard::X12;
    let loose = report.groups.iter().filter(move |group| is_x12 && group.head.is_none());
    let findings = loose.flat_map(|group| &group.sets).flat_map(|set| &set.findings);
    findings.filter(|finding| {
        finding.code == FindingCode::MisplacedEnvelope
            && finding.level == Level::Set
            && finding.severity == Severity::Error
    })
}

/// Findings about the interchange itself.
pub(super) fn interchange_findings(report: &InterchangeReport) -> impl Iterator<Item = &Finding> {
    let first = first_start(&report.groups);
    report.findings.iter().filter(move |finding| finding.level != Level::Group || finding.place.start < first)
}

/// Findings about a functional group itself, those among them that were told outside of it: behind it, and before the
/// next one began.
pub(super) fn group_findings<'r>(
    report: &'r InterchangeReport,
    group: &'r GroupReport,
) -> impl Iterator<Item = &'r Finding> {
    let next = first_start(report.groups.get(group.number as usize..).unwrap_or_default());
    let own = group.head.as_ref().map_or(next, |head| head.start)..next;
    let is_meant = move |finding: &&Finding| finding.level == Level::Group && own.contains(&finding.place.start);
    report.findings.iter().filter(is_meant).chain(&group.findings)
}

/// Where the first of some groups begins.
fn first_start(groups: &[GroupReport]) -> u64 {
    groups.iter().find_map(|group| group.head.as_ref()).map_or(u64::MAX, |head| head.start)
}
