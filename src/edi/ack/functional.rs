//! 997 and 999 out of a report: one for every functional group that came.

use std::cmp::Ordering;
use std::ops::Range;
use std::sync::Arc;

use crate::edi::finding::Finding;
use crate::edi::interchange::Party;
use crate::edi::outgoing::{OutgoingGroupHead, OutgoingSegment, OutgoingSet};
use crate::edi::report::{GroupKind, GroupReport, GroupSummary, InterchangeReport, SetReport};
use crate::edi::validate::group::{functional_id, set_of};
use crate::edi::write::WriteOptions;

use super::faults::{self, SegmentFaults};
use super::policy::{AcceptedSets, AckPolicy, AckStamp, FunctionalAck, LoopIds};
use super::verdict::{GroupVerdicts, Verdict, Verdicts, group_findings, is_told};
use super::x12_codes::{self, CodeLists};

/// The only 999 there is.
const VERSION_999: &str = "005010X231A1";
/// AK4 in one AK3, IK4 in one IK3.
const ELEMENTS: usize = 99;
/// Codes in AK5 and AK9.
const CODES: usize = 5;
/// Functional group of acknowledgements. Such a group is never acknowledged.
const ACKNOWLEDGEMENTS: &str = "FA";

// What stands for a number or kind that is mandatory here and was empty there: the least that the element allows, as no
// one counts from it. Anything that came is copied, however odd: by it the partner finds what is meant.
/// AK101 (479) where the sets of the group do not tell it either.
const NO_KIND: &str = "ZZ";
/// AK102 (28).
const NO_GROUP_NUMBER: &str = "0";
/// AK201 (143) where the kind of the group does not tell it either.
const NO_SET: &str = "000";
/// AK202 (329).
const NO_SET_NUMBER: &str = "0000";

/// What all groups of an answer go by.
pub(super) struct Functional<'a> {
    pub(super) report: &'a InterchangeReport,
    pub(super) verdicts: &'a Verdicts,
    pub(super) policy: &'a AckPolicy,
    pub(super) written: &'a WriteOptions,
}

/// What the parts of one answer go by.
struct Dialect {
    lists: CodeLists,
    /// AK3 or IK3, and so on.
    tags: [&'static str; 3],
    /// The longest AK302 (719).
    longest_position: usize,
    /// The longest AK303 (447).
    longest_loop: usize,
}

impl Dialect {
    fn new(version: &str, functional: FunctionalAck) -> Self {
        let is_999 = functional == FunctionalAck::Group999;
        let release = release_number(version);
        let is_new = is_999 || release >= 5010;
        Self {
            lists: CodeLists { release: if is_999 { 5010 } else { release }, is_999 },
            tags: if is_999 { ["IK3", "IK4", "IK5"] } else { ["AK3", "AK4", "AK5"] },
            longest_position: if is_new { 10 } else { 6 },
            longest_loop: if is_new { 6 } else { 4 },
        }
    }

    fn is_new(&self) -> bool {
        self.lists.release >= 5010
    }
}

/// `004010`, `005010X220A1`: the release as a number. What does not say takes the lists of 004010, which all know.
fn release_number(version: &str) -> u32 {
    let digits = version.get(..6).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).filter(|release| *release > 0).unwrap_or(4010)
}

/// A group, and the first of those that are answered with it, by their index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Together {
    pub(super) first: u32,
    pub(super) group: u32,
}

impl Functional<'_> {
    /// The groups that are answered, by their index. Those whose answers go to the same place in the same version stand
    /// together, where the first of them stood.
    pub(super) fn together(&self) -> Vec<Together> {
        let kind = |index: u32| self.answered(index as usize).map(|head| &head.kind);
        let count = u32::try_from(self.report.groups.len()).unwrap_or(u32::MAX);
        let mut indices: Vec<u32> = (0..count).filter(|index| kind(*index).is_some()).collect();
        indices.sort_by(|one, other| match (kind(*one), kind(*other)) {
            (Some(one), Some(other)) if Arc::ptr_eq(one, other) => Ordering::Equal,
            (one, other) => one.map(|one| self.destination(one)).cmp(&other.map(|other| self.destination(other))),
        });
        let mut together: Vec<Together> = Vec::with_capacity(indices.len());
        for index in indices {
            let before = together.last().copied();
            let is_same = |before: &Together| {
                kind(before.group).zip(kind(index)).is_some_and(|(before, kind)| {
                    Arc::ptr_eq(before, kind) || self.destination(before) == self.destination(kind)
                })
            };
            let first = before.filter(is_same).map_or(index, |before| before.first);
            together.push(Together { first, group: index });
        }
        together.sort_unstable();
        together
    }

    /// Where the answer to a group goes, and in which release.
    fn destination<'k>(&'k self, kind: &'k GroupKind) -> (u32, &'k str, &'k str) {
        let release = match (self.policy.functional, &self.policy.functional_version) {
            (FunctionalAck::Group997, None) => release_number(&kind.version),
            (FunctionalAck::Group997, Some(_)) | (FunctionalAck::Group999 | FunctionalAck::None, _) => 0,
        };
        let head = &self.report.head;
        let named = |id: &'k String, instead: &'k String| if id.is_empty() { instead } else { id };
        (release, named(&kind.sender.id, &head.sender.id), named(&kind.receiver.id, &head.receiver.id))
    }

    /// The head of a group that is answered.
    pub(super) fn answered(&self, index: usize) -> Option<&GroupSummary> {
        let is_answered =
            self.policy.functional != FunctionalAck::None && self.verdicts.interchange != Verdict::Rejected;
        let head = self.report.groups.get(index).filter(|_| is_answered)?.head.as_ref()?;
        (&*head.kind.functional_id != ACKNOWLEDGEMENTS).then_some(head)
    }

    /// The transaction set that answers: `997`, `999`.
    pub(super) fn kind(&self) -> &'static str {
        match self.policy.functional {
            FunctionalAck::Group999 => "999",
            FunctionalAck::Group997 | FunctionalAck::None => "997",
        }
    }

    /// The release of an answer.
    fn version(&self, kind: &GroupKind) -> String {
        match self.policy.functional {
            FunctionalAck::Group999 => VERSION_999.to_owned(),
            FunctionalAck::Group997 | FunctionalAck::None => {
                let release = format!("{:06}", release_number(&kind.version));
                self.policy.functional_version.clone().unwrap_or(release)
            }
        }
    }

    /// The head of the functional group that answers, less its control number.
    pub(super) fn head(&self, head: &GroupSummary, stamp: &AckStamp) -> OutgoingGroupHead {
        let version = self.version(&head.kind);
        // GS04 has six digits before 004010.
        let is_short = release_number(&version) < 4010;
        let interchange = &self.report.head;
        OutgoingGroupHead {
            functional_id: ACKNOWLEDGEMENTS.to_owned(),
            sender: Party { id: self.named(&head.kind.receiver.id, &interchange.receiver.id), ..Party::default() },
            receiver: Party { id: self.named(&head.kind.sender.id, &interchange.sender.id), ..Party::default() },
            date: if is_short { stamp.short_date() } else { stamp.long_date() },
            time: stamp.time(),
            control_number: String::new(),
            agency: "X".to_owned(),
            version,
        }
    }

    /// The set that answers a group, less its segments.
    pub(super) fn set(&self, control_number: String) -> OutgoingSet {
        let is_999 = self.policy.functional == FunctionalAck::Group999;
        OutgoingSet {
            id: self.kind().to_owned(),
            implementation: is_999.then(|| VERSION_999.to_owned()),
            control_number,
            ..OutgoingSet::default()
        }
    }

    /// The segments that answer a group and some of its sets, by their index; none when it is not answered.
    pub(super) fn segments<E>(
        &self,
        index: usize,
        sets: Range<usize>,
        give: &mut impl FnMut(OutgoingSegment) -> Result<(), E>,
    ) -> Result<(), E> {
        let group = self.report.groups.get(index).zip(self.verdicts.groups.get(index));
        let Some(((group, verdicts), head)) = group.zip(self.answered(index)) else { return Ok(()) };
        let dialect = Dialect::new(&head.kind.version, self.policy.functional);
        give(self.ak1(group, head, &dialect))?;
        let all = group.sets.iter().zip(&verdicts.sets);
        for (set, verdict) in all.skip(sets.start).take(sets.len()) {
            self.ak2(set, head, (verdicts, *verdict), &dialect).into_iter().try_for_each(&mut *give)?;
        }
        give(self.ak9(group, verdicts, &dialect))
    }

    fn ak1(&self, group: &GroupReport, head: &GroupSummary, dialect: &Dialect) -> OutgoingSegment {
        let expected = group.sets.iter().find_map(|set| functional_id(&set.kind.id)).unwrap_or(NO_KIND);
        let ak1 = OutgoingSegment::new("AK1")
            .with(self.named(&head.kind.functional_id, expected))
            .with(self.named(&head.control_number, NO_GROUP_NUMBER));
        // AK103 came with 005010.
        if dialect.is_new() { ak1.with(self.echo(&head.kind.version)) } else { ak1 }
    }

    /// AK2 to AK5 of one set. In a group that is refused for its own sake, sets are named only for their own errors.
    fn ak2(
        &self,
        set: &SetReport,
        head: &GroupSummary,
        (group, verdict): (&GroupVerdicts, Verdict),
        dialect: &Dialect,
    ) -> Vec<OutgoingSegment> {
        let mut segments = Vec::new();
        let faults = faults::sort(set, self.policy, x12_codes::told_as);
        let has_faults = !faults.set.is_empty() || !faults.segments.is_empty();
        let is_accepted = verdict == Verdict::Accepted;
        if is_accepted && self.policy.accepted_sets == AcceptedSets::LeftOut
            || group.group == Verdict::Rejected && !has_faults
        {
            return segments;
        }
        let expected = set_of(&head.kind.functional_id).unwrap_or(NO_SET);
        let ak2 = OutgoingSegment::new("AK2")
            .with(self.named(&set.kind.id, expected))
            .with(self.named(&set.control_number, NO_SET_NUMBER));
        let implementation = set.kind.implementation.as_deref().filter(|_| dialect.is_new()).unwrap_or_default();
        segments.push(ak2.with(self.echo(implementation)));
        let before = segments.len();
        if !is_accepted {
            faults.segments.iter().for_each(|fault| self.ak3(fault, dialect, &mut segments));
        }
        let told = segments.get(before..).unwrap_or_default();
        let mut codes: Vec<&str> = faults.set.iter().filter_map(|one| x12_codes::set(one, dialect.lists)).collect();
        if !told.is_empty() {
            codes.push(segments_in_error(told, dialect));
        } else if codes.is_empty() && verdict == Verdict::Rejected {
            codes.push("5");
        }
        let codes = if is_accepted { Vec::new() } else { codes };
        segments.push(with_codes(OutgoingSegment::new(dialect.tags[2]).with(verdict.letter()), codes));
        segments
    }

    /// An AK3 for every fault of a segment, and one with AK4s for the faults of its elements.
    fn ak3(&self, fault: &SegmentFaults<'_>, dialect: &Dialect, segments: &mut Vec<OutgoingSegment>) {
        let position = fault.position.to_string();
        // AK301 (721) has two or three characters; a segment that cannot be named is counted in AK5 alone.
        let tag = self.echo(fault.tag.as_str().get(..3).unwrap_or(fault.tag.as_str()));
        if position.len() > dialect.longest_position || tag.len() < 2 {
            return;
        }
        let ak3 = |code: &str, loop_name: Option<&str>| {
            let head = OutgoingSegment::new(dialect.tags[0]).with(&tag).with(&position);
            head.with(self.loop_id(loop_name, dialect)).with(code)
        };
        for finding in &fault.segment {
            if let Some(code) = x12_codes::segment(finding, dialect.lists) {
                segments.push(ak3(code, finding.loop_name.as_deref()));
            }
        }
        let codes = fault.elements.iter().filter_map(|one| Some((*one, x12_codes::element(one, dialect.lists)?)));
        let elements: Vec<OutgoingSegment> =
            codes.take(ELEMENTS).map(|(finding, code)| self.ak4(finding, code, dialect)).collect();
        if !elements.is_empty() {
            let loop_name = fault.elements.first().and_then(|first| first.loop_name.as_deref());
            segments.push(ak3("8", loop_name));
            segments.extend(elements);
        }
    }

    fn loop_id(&self, name: Option<&str>, dialect: &Dialect) -> String {
        let fits = |name: &&str| name.len() <= dialect.longest_loop && self.written.carries(name);
        match self.policy.loop_ids {
            LoopIds::Omitted => String::new(),
            LoopIds::Names => name.filter(fits).unwrap_or_default().to_owned(),
        }
    }

    fn ak4(&self, finding: &Finding, code: &'static str, dialect: &Dialect) -> OutgoingSegment {
        let number = |number: Option<u32>| number.map(|number| number.to_string()).unwrap_or_default();
        let place = &finding.place;
        // C030-03, the repetition, came with 005010.
        let repetition = place.repetition.filter(|repetition| *repetition > 1 && dialect.is_new());
        let position = [number(place.element), number(place.component), number(repetition)];
        // 725 is a number: a composite has none.
        let is_number = |id: &&str| id.len() <= 4 && id.bytes().all(|byte| byte.is_ascii_digit());
        let element = finding.data_element.as_deref().filter(is_number).unwrap_or_default();
        // 724: never the character that is the fault, nor one that could not be sent.
        let copy = finding.offending.as_deref().filter(|text| code != "6" && self.written.carries(text));
        OutgoingSegment::new(dialect.tags[1])
            .with_components(position)
            .with(element)
            .with(code)
            .with(copy.unwrap_or_default())
    }

    fn ak9(&self, group: &GroupReport, verdicts: &GroupVerdicts, dialect: &Dialect) -> OutgoingSegment {
        let received = group.sets.len();
        let is_count = |text: &&str| (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let sent = group.sent.as_deref().filter(is_count);
        let accepted = verdicts.sets.iter().filter(|verdict| verdict.is_positive()).count();
        let findings = group_findings(self.report, group).filter(|finding| is_told(finding, self.policy));
        let codes = findings.filter_map(|finding| x12_codes::group(finding, dialect.lists)).collect();
        let ak9 = OutgoingSegment::new("AK9")
            .with(verdicts.group.letter())
            .with(sent.map_or_else(|| received.to_string(), str::to_owned))
            .with(received.to_string())
            .with(accepted.to_string());
        with_codes(ak9, codes)
    }

    /// A value as it came, without what cannot be sent back.
    fn echo(&self, text: &str) -> String {
        self.written.carried(text)
    }

    /// A value that must be there: as it came, or where nothing came, another.
    fn named(&self, text: &str, instead: &str) -> String {
        Some(self.echo(text)).filter(|echo| !echo.is_empty()).unwrap_or_else(|| self.echo(instead))
    }
}

/// 5 for segments in error, and in a 999 I5 where only the guide's rules were broken.
fn segments_in_error(told: &[OutgoingSegment], dialect: &Dialect) -> &'static str {
    // An 8 stands for the codes of the elements behind it.
    let codes =
        told.iter().map(|segment| if segment.tag == dialect.tags[0] { segment.text(4) } else { segment.text(3) });
    let mut codes = codes.filter(|code| *code != "8").peekable();
    let is_guides = dialect.lists.is_999 && codes.peek().is_some() && codes.all(|code| code.starts_with('I'));
    if is_guides { "I5" } else { "5" }
}

/// At most five codes, each once.
fn with_codes(segment: OutgoingSegment, codes: Vec<&str>) -> OutgoingSegment {
    let mut told: Vec<&str> = Vec::with_capacity(CODES);
    for code in codes {
        if told.len() < CODES && !told.contains(&code) {
            told.push(code);
        }
    }
    told.into_iter().fold(segment, OutgoingSegment::with)
}
