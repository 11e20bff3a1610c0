//! What is known of an interchange once it was read to its end: every level with what is wrong at it. Acknowledgements are
//! made from it, and people are told by it.

use std::sync::Arc;

use super::finding::{Finding, worst};
use super::guide::GuideKey;
use super::interchange::{GroupHead, InterchangeAcknowledgement, InterchangeHead, Trailer, TransactionSet};
use super::place::Place;
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

/// A functional group and what was found in it.
#[derive(Clone, Debug)]
pub struct GroupReport {
    /// Its head; none for messages of EDIFACT that stand in no group.
    pub head: Option<Arc<GroupHead>>,
    /// Its place in the interchange, from 1.
    pub number: u32,
    /// Findings about the group itself.
    pub findings: Vec<Finding>,
    /// Its transaction sets, in order.
    pub sets: Vec<SetReport>,
    /// Its trailer, when it came.
    pub trailer: Option<Trailer>,
}

/// A transaction set and what was found in it.
#[derive(Clone, Debug)]
pub struct SetReport {
    /// What it is (ST01: `850`; UNH 0065: `ORDERS`).
    pub id: String,
    /// The release it is written in (`004010`, `D.96A`).
    pub release: String,
    /// Who answers for the release (`X`, `UN`).
    pub agency: String,
    /// ST03, or UNH 0057.
    pub implementation: Option<String>,
    /// Control number as sent.
    pub control_number: String,
    /// Its place in the group, from 1.
    pub number: u32,
    /// How many segments it has, header and trailer counted.
    pub segments: u64,
    /// The guide it was held against; none when there is none for it.
    pub guide: Option<GuideKey>,
    /// Its trailer, when it came.
    pub trailer: Option<Trailer>,
    /// Where it stands in the file.
    pub place: Place,
    /// Findings about the set and everything in it, in the order of the file.
    pub findings: Vec<Finding>,
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
        self.groups.iter().flat_map(|group| &group.sets).filter_map(|set| set.guide.as_ref())
    }
}

impl InterchangeReport {
    pub(super) fn open_group(&mut self, head: Option<Arc<GroupHead>>) {
        let number = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        self.groups.push(GroupReport { head, number, findings: Vec::new(), sets: Vec::new(), trailer: None });
    }

    /// The group a transaction set stands in: the last one, or one without a head.
    pub(super) fn group_of(&mut self, set: &TransactionSet) -> Option<&mut GroupReport> {
        if self.groups.last().is_none_or(|group| group.head.as_ref() != set.group.as_ref()) {
            self.open_group(set.group.clone());
        }
        self.groups.last_mut()
    }
}
