//! What is known of an interchange once it was read to its end: every level with what is wrong at it. Acknowledgements are
//! made from it, and people are told by it.

//!
//! Texts are as they were sent, but no longer than 99 characters: a stranger may write a megabyte into a control number.

use std::collections::VecDeque;
use std::sync::Arc;

use super::finding::{Finding, capped, worst};
use super::guide::GuideKey;
use super::interchange::{GroupHead, InterchangeAcknowledgement, InterchangeHead, Party, Trailer, TransactionSet};
use super::number::ControlNumber;
use crate::base::Severity;

/// An interchange and what was found in it.
#[derive(Clone, Debug)]
pub struct InterchangeReport {
    /// Its head.
    pub head: Arc<InterchangeHead>,
    /// Its place in the file, from 1.
    pub number: u32,
    /// Findings about the interchange itself.
    pub findings: Vec<Finding>,
    /// Acknowledgements of interchanges of ours (TA1).
    pub acknowledgements: Vec<InterchangeAcknowledgement>,
    /// Its functional groups. Messages of EDIFACT that stand in none are in one without a head.
    pub groups: Vec<GroupReport>,
    /// What its trailer counts: functional groups, or in EDIFACT without groups messages.
    pub counted: u64,
    /// Its trailer, when it came.
    pub trailer: Option<Trailer>,
}

/// A functional group and what was found in it. Hundreds of thousands may be in one interchange, so nothing is kept of it
/// that no answer needs.
#[derive(Clone, Debug)]
pub struct GroupReport {
    /// What its head says; none for messages of EDIFACT that stand in no group.
    pub head: Option<GroupSummary>,
    /// Its place in the interchange, from 1.
    pub number: u32,
    /// Findings about the group itself.
    pub findings: Vec<Finding>,
    /// Its transaction sets, in order.
    pub sets: Vec<SetReport>,
    /// The count its trailer gives (GE01, UNE 0060), where that is not how many sets there are.
    pub sent: Option<Box<str>>,
}

/// What the head of a functional group says, as far as its answer repeats it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupSummary {
    /// What it has in common with others.
    pub kind: Arc<GroupKind>,
    /// Control number (GS06, UNG 0048).
    pub control_number: ControlNumber,
    /// Where in the file it begins.
    pub start: u64,
}

/// What groups of one sender mostly have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupKind {
    /// What kind of transaction sets it holds (GS01: `PO`; UNG 0038: `ORDERS`).
    pub functional_id: Box<str>,
    /// Sender inside the sender's house (GS02, UNG S006).
    pub sender: Party,
    /// Receiver inside the receiver's house (GS03, UNG S007).
    pub receiver: Party,
    /// Release of the transaction sets inside (GS08; UNG S008 as `D.96A`).
    pub version: Box<str>,
}

/// A transaction set and what was found in it. As of groups, nothing is kept that no answer needs.
#[derive(Clone, Debug)]
pub struct SetReport {
    /// What it is.
    pub kind: Arc<SetKind>,
    /// Control number as sent.
    pub control_number: ControlNumber,
    /// Its place in the group, from 1.
    pub number: u32,
    /// How many segments it has, header and trailer counted.
    pub segments: u32,
    /// Findings about the set and everything in it, in the order of the file.
    pub findings: Vec<Finding>,
}

/// What transaction sets of one kind have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetKind {
    /// What it is (ST01: `850`; UNH 0065: `ORDERS`).
    pub id: Box<str>,
    /// The release it is written in (`004010`, `D.96A`).
    pub release: Box<str>,
    /// Who answers for the release (`X`, `UN`).
    pub agency: Box<str>,
    /// ST03, or UNH 0057.
    pub implementation: Option<Box<str>>,
    /// The guide it was held against; none when there is none for it.
    pub guide: Option<GuideKey>,
}

impl SetReport {
    /// Whether no finding is an error.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }
}

impl GroupReport {
    /// Whether no finding about the group itself is an error.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }
}

impl InterchangeReport {
    /// Whether no finding about the interchange itself is an error.
    pub fn is_sound(&self) -> bool {
        worst(&self.findings) < Some(Severity::Error)
    }

    /// The guides its sets were held against, as often as there are sets.
    pub fn guides(&self) -> impl Iterator<Item = &GuideKey> {
        self.groups.iter().flat_map(|group| &group.sets).filter_map(|set| set.kind.guide.as_ref())
    }
}

impl InterchangeReport {
    pub(super) fn open_group(&mut self, head: Option<GroupSummary>) {
        self.settle();
        let number = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        self.groups.push(GroupReport { head, number, findings: Vec::new(), sets: Vec::new(), sent: None });
    }

    /// Nothing more is added to the last group: what it set aside for more is given back.
    pub(super) fn settle(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.findings.shrink_to_fit();
            group.sets.shrink_to_fit();
        }
    }
}

/// Kinds that were met last. Groups and sets of one interchange are of few kinds, and each is kept once.
#[derive(Debug)]
pub(super) struct Kinds<T>(VecDeque<Arc<T>>);

impl<T> Default for Kinds<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: Clone> Kinds<T> {
    /// Kinds that are looked through for each group and set.
    const KEPT: usize = 16;

    /// The kind that `fits`, or else a new one.
    fn get(&mut self, fits: impl Fn(&T) -> bool, new: impl FnOnce() -> T) -> Arc<T> {
        if let Some(known) = self.0.iter().find(|kind| fits(kind)) {
            return Arc::clone(known);
        }
        let new = Arc::new(new());
        self.0.truncate(Self::KEPT - 1);
        self.0.push_front(Arc::clone(&new));
        new
    }
}

impl Kinds<GroupKind> {
    /// What is kept of the head of a group.
    pub(super) fn summary(&mut self, head: &GroupHead) -> GroupSummary {
        let GroupHead { functional_id, sender, receiver, version, control_number, place, .. } = head;
        let fits = |kind: &GroupKind| {
            *kind.functional_id == *capped(functional_id)
                && is_kept(&kind.sender, sender)
                && is_kept(&kind.receiver, receiver)
                && *kind.version == *capped(version)
        };
        let new = || GroupKind {
            functional_id: capped(functional_id).into(),
            sender: kept(sender),
            receiver: kept(receiver),
            version: capped(version).into(),
        };
        GroupSummary { kind: self.get(fits, new), control_number: control_number.as_str().into(), start: place.start }
    }
}

impl Kinds<SetKind> {
    /// The kind of a transaction set that was held against a guide.
    pub(super) fn of(&mut self, set: &TransactionSet, guide: Option<&GuideKey>) -> Arc<SetKind> {
        let TransactionSet { id, release, agency, implementation, .. } = set;
        let fits = |kind: &SetKind| {
            *kind.id == *capped(id)
                && *kind.release == *capped(release)
                && *kind.agency == *capped(agency)
                && kind.implementation.as_deref() == implementation.as_deref().map(capped)
                && kind.guide.as_ref() == guide
        };
        let new = || SetKind {
            id: capped(id).into(),
            release: capped(release).into(),
            agency: capped(agency).into(),
            implementation: implementation.as_deref().map(|text| capped(text).into()),
            guide: guide.cloned(),
        };
        self.get(fits, new)
    }
}

fn is_kept(kept: &Party, sent: &Party) -> bool {
    kept.qualifier == capped(&sent.qualifier) && kept.id == capped(&sent.id)
}

fn kept(party: &Party) -> Party {
    Party { qualifier: capped(&party.qualifier).to_owned(), id: capped(&party.id).to_owned() }
}
