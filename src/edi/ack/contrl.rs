//! CONTRL out of a report.

use std::ops::Range;

use crate::base::Severity;
use crate::edi::finding::Finding;
use crate::edi::interchange::{InterchangeHead, Party};
use crate::edi::outgoing::{OutgoingSegment, OutgoingSet};
use crate::edi::place::Tag;
use crate::edi::report::{GroupSummary, InterchangeReport, SetKind, SetReport};
use crate::edi::write::WriteOptions;

use super::edifact_codes::{self, Edition, Reporter};
use super::faults::{self, SegmentFaults};
use super::policy::{AcceptedSets, AckPolicy, AckStamp, ContrlVersion};
use super::verdict::{Verdict, Verdicts, group_findings, interchange_findings, is_told};

/// UCS in one UCM (segment group 2 or 5).
const SEGMENTS: usize = 999;
/// UCD in one UCS.
const ELEMENTS: usize = 99;
/// The longest 0096 before syntax version 4.
const LONGEST_POSITION: usize = 6;

/// What stands for a reference or a part of a message's name (0048, 0062, S009) that was empty. Anything that came is
/// copied, however odd: by it the partner finds what is meant.
const NOTHING: &str = "0";

/// 0083: what is done with a level.
#[derive(Clone, Copy)]
enum Action {
    /// 4: this level and all below are rejected.
    Rejected,
    /// 7: acknowledged, and all below unless it says otherwise.
    Acknowledged,
    /// 8: the interchange came.
    Received,
}

impl Action {
    fn code(self) -> &'static str {
        match self {
            Self::Rejected => "4",
            Self::Acknowledged => "7",
            Self::Received => "8",
        }
    }

    /// A level is acknowledged when something below is not: there the rejection is told.
    fn of(own: Verdict) -> Self {
        if own == Verdict::Rejected { Self::Rejected } else { Self::Acknowledged }
    }
}

/// The message that says an interchange came.
pub(super) fn receipt(
    head: &InterchangeHead,
    policy: &AckPolicy,
    stamp: &AckStamp,
    written: &WriteOptions,
) -> OutgoingSet {
    let contrl = Contrl::new(head, policy, written);
    OutgoingSet { segments: vec![contrl.uci(Action::Received, None)], ..contrl.message(stamp) }
}

fn edition(head: &InterchangeHead) -> Edition {
    if head.version.as_str() >= "4" { Edition::V4 } else { Edition::V3 }
}

/// The message that says what became of an interchange.
pub(super) struct Contrl<'a> {
    head: &'a InterchangeHead,
    policy: &'a AckPolicy,
    written: &'a WriteOptions,
    edition: Edition,
}

impl<'a> Contrl<'a> {
    pub(super) fn new(head: &'a InterchangeHead, policy: &'a AckPolicy, written: &'a WriteOptions) -> Self {
        Self { head, policy, written, edition: edition(head) }
    }

    /// The message, less its segments.
    pub(super) fn message(&self, stamp: &AckStamp) -> OutgoingSet {
        let version = match (self.policy.contrl_version, self.edition) {
            (ContrlVersion::OfSyntax, Edition::V3) | (ContrlVersion::D3, _) => ("D.3", None),
            (ContrlVersion::OfSyntax, Edition::V4) | (ContrlVersion::V41, _) => ("4.1", None),
            (ContrlVersion::V22, _) => ("2.2", Some("EAN002")),
        };
        OutgoingSet {
            id: "CONTRL".to_owned(),
            release: version.0.to_owned(),
            agency: "UN".to_owned(),
            implementation: version.1.map(str::to_owned),
            control_number: stamp.set.to_string(),
            ..OutgoingSet::default()
        }
    }

    /// What is said of the interchange itself.
    pub(super) fn interchange(&self, report: &InterchangeReport, verdicts: &Verdicts) -> OutgoingSegment {
        self.uci(Action::of(verdicts.interchange), self.told(interchange_findings(report)))
    }

    /// 0020, S002 and S003 are copies of what came, in its order.
    fn uci(&self, action: Action, fault: Option<&Finding>) -> OutgoingSegment {
        let head = self.head;
        let uci = OutgoingSegment::new("UCI")
            .with(self.echo(&head.control_number))
            .with_components(self.party(&head.sender, &head.sender_internal))
            .with_components(self.party(&head.receiver, &head.receiver_internal))
            .with(action.code());
        self.with_fault(uci, Reporter::Uci, fault, &["UNB", "UNZ", "UNA"])
    }

    fn party(&self, party: &Party, internal: &[String]) -> Vec<String> {
        [&party.id, &party.qualifier].into_iter().chain(internal).map(|text| self.echo(text)).collect()
    }

    /// What is said of a group and of some of its sets, all by their index. Below an interchange that is rejected nothing
    /// is told.
    pub(super) fn group<E>(
        &self,
        report: &InterchangeReport,
        verdicts: &Verdicts,
        index: usize,
        sets: Range<usize>,
        give: &mut impl FnMut(OutgoingSegment) -> Result<(), E>,
    ) -> Result<(), E> {
        let group = report.groups.get(index).zip(verdicts.groups.get(index));
        let Some((group, below)) = group.filter(|_| verdicts.interchange != Verdict::Rejected) else { return Ok(()) };
        let fault = self.told(group_findings(report, group));
        // Nor below a group that is rejected for its own sake.
        let is_rejected = fault.is_some_and(|finding| finding.severity == Severity::Error);
        if let Some(head) = &group.head {
            let is_listed = !is_rejected && below.sets.iter().any(|verdict| self.is_listed(*verdict));
            if self.policy.accepted_sets == AcceptedSets::Listed || fault.is_some() || is_listed {
                give(self.ucf(head, is_rejected, fault))?;
            }
        }
        let all = group.sets.iter().zip(&below.sets).filter(|_| !is_rejected);
        for (set, verdict) in all.skip(sets.start).take(sets.len()) {
            self.ucm(set, *verdict).into_iter().try_for_each(&mut *give)?;
        }
        Ok(())
    }

    fn ucf(&self, head: &GroupSummary, is_rejected: bool, fault: Option<&Finding>) -> OutgoingSegment {
        let action = if is_rejected { Action::Rejected } else { Action::Acknowledged };
        let interchange = self.head;
        let ucf = OutgoingSegment::new("UCF")
            .with(self.named(&head.control_number))
            .with_components(self.party(some_of(&head.kind.sender, &interchange.sender), &[]))
            .with_components(self.party(some_of(&head.kind.receiver, &interchange.receiver), &[]))
            .with(action.code());
        self.with_fault(ucf, Reporter::Ucf, fault, &["UNG", "UNE"])
    }

    /// Whether a message is named.
    fn is_listed(&self, verdict: Verdict) -> bool {
        verdict == Verdict::Rejected || self.policy.accepted_sets == AcceptedSets::Listed
    }

    fn ucm(&self, set: &SetReport, verdict: Verdict) -> Vec<OutgoingSegment> {
        if !self.is_listed(verdict) {
            return Vec::new();
        }
        let faults = faults::sort(set, self.policy, edifact_codes::told_as);
        let SetKind { id, release, agency, implementation, .. } = &*set.kind;
        let [version, number] = release.split_once('.').map(Into::into).unwrap_or([release, ""]);
        let implementation = implementation.as_deref().unwrap_or_default();
        let [id, version, number, agency] = [id, version, number, agency].map(|text| self.named(text));
        let ucm = OutgoingSegment::new("UCM")
            .with(self.named(&set.control_number))
            .with_components([id, version, number, agency, self.echo(implementation)])
            .with(Action::of(verdict).code());
        let mut segments = vec![self.with_fault(ucm, Reporter::Ucm, self.told(faults.set), &["UNH", "UNT"])];
        let reports = faults.segments.iter().flat_map(|fault| self.segment(fault));
        segments.extend(reports.take(SEGMENTS).flatten());
        segments
    }

    /// What a reporting segment says, which has room for one code: the first finding that rejects, else the first that
    /// is noted. A warning that the list has no word for is not told at all.
    fn told<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) -> Option<&'f Finding> {
        let is_error = |finding: &Finding| finding.severity == Severity::Error;
        findings
            .into_iter()
            .filter(|finding| is_told(finding, self.policy))
            .filter(|finding| is_error(finding) || edifact_codes::has_code(finding))
            .min_by_key(|finding| (!is_error(finding), !edifact_codes::has_code(finding)))
    }

    /// Every UCS of a segment with the UCD below it.
    fn segment(&self, fault: &SegmentFaults<'_>) -> Vec<Vec<OutgoingSegment>> {
        let mut reports: Vec<Vec<OutgoingSegment>> = Vec::new();
        let code = |finding: &Finding, reporter| edifact_codes::code(finding, reporter, self.edition).to_string();
        for finding in &fault.segment {
            reports.extend(
                self.ucs(finding.position_reached().unwrap_or(fault.position).max(1), &code(finding, Reporter::Ucs))
                    .map(|ucs| vec![ucs]),
            );
        }
        if let Some(ucs) = self.ucs(fault.position, "").filter(|_| !fault.elements.is_empty()) {
            let details = fault.elements.iter().take(ELEMENTS).map(|finding| {
                OutgoingSegment::new("UCD").with(code(finding, Reporter::Ucd)).with_components(self.position(finding))
            });
            reports.push(std::iter::once(ucs).chain(details).collect());
        }
        reports
    }

    fn ucs(&self, position: u32, code: &str) -> Option<OutgoingSegment> {
        let position = position.to_string();
        let fits = self.edition == Edition::V4 || position.len() <= LONGEST_POSITION;
        fits.then(|| OutgoingSegment::new("UCS").with(position).with(code))
    }

    /// S011. In 0098 the tag is 1 and the first element 2; 0136, the repetition, came with version 4.
    fn position(&self, finding: &Finding) -> [String; 3] {
        let place = &finding.place;
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let repetition = place.repetition.filter(|_| self.edition == Edition::V4).filter(|number| *number > 1);
        [number(place.element.map(|element| element.saturating_add(1))), number(place.component), number(repetition)]
    }

    /// The code, tag and position of an error in a header or trailer; `tags` are the header's and then the others'.
    fn with_fault(
        &self,
        segment: OutgoingSegment,
        reporter: Reporter,
        fault: Option<&Finding>,
        tags: &[&str],
    ) -> OutgoingSegment {
        let Some(finding) = fault else { return segment };
        let tag = finding.place.tag.map(Tag::to_upper).filter(|tag| tags.contains(&tag.as_str()));
        let segment = segment.with(edifact_codes::code(finding, reporter, self.edition).to_string()).with(
            tag.map(|tag| tag.as_str().to_owned()).or_else(|| missing_trailer(finding, tags)).unwrap_or_default(),
        );
        match tag {
            // A count or reference that differs is the trailer's as a whole.
            Some(tag) if tags.first() == Some(&tag.as_str()) && finding.place.element.is_some() => {
                segment.with_components(self.position(finding))
            }
            Some(_) | None => segment,
        }
    }

    /// A value as it came, without what cannot be sent back.
    fn echo(&self, text: &str) -> String {
        self.written.carried(text)
    }

    /// A value that is mandatory here: as it came, and a zero where nothing came.
    fn named(&self, text: &str) -> String {
        Some(self.echo(text)).filter(|echo| !echo.is_empty()).unwrap_or_else(|| NOTHING.to_owned())
    }
}

/// The parties of a group that names none are those of its interchange.
fn some_of<'p>(group: &'p Party, interchange: &'p Party) -> &'p Party {
    if group.id.is_empty() { interchange } else { group }
}

/// A trailer that never came has no place; its tag is the second a reporter may name.
fn missing_trailer(finding: &Finding, tags: &[&str]) -> Option<String> {
    let is_missing = finding.code == crate::edi::FindingCode::TrailerMissing;
    tags.get(1).filter(|_| is_missing).map(|tag| (*tag).to_owned())
}
