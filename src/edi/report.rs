//! What is known of an interchange once it was read to its end: every level with what is wrong at it. Acknowledgements are
//! made from it, and people are told by it.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use super::fault::ReadFault;
use super::finding::{Finding, worst};
use super::guide::Guides;
use super::interchange::{GroupHead, InterchangeAcknowledgement, InterchangeHead, Trailer, TransactionSet};
use super::read::{Piece, Reader};
use super::validate::structure;
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
}

/// What a [`Checker`] gives.
#[derive(Clone, Debug)]
pub enum Checked {
    /// An interchange came to its end, with its trailer or without.
    Interchange(Box<InterchangeReport>),
    /// Something is wrong outside of any interchange.
    Outside(Finding),
}

/// Reads interchange after interchange and holds every transaction set against its guide. Memory does not grow with the
/// file, only with the findings of one interchange.
pub struct Checker<'g, R> {
    reader: Reader<R>,
    guides: &'g Guides,
    open: Option<Box<InterchangeReport>>,
    ready: VecDeque<Checked>,
    interchanges: u32,
}

impl<'g, R: Read> Checker<'g, R> {
    /// A checker of what a reader gives.
    pub fn new(reader: Reader<R>, guides: &'g Guides) -> Self {
        Self { reader, guides, open: None, ready: VecDeque::new(), interchanges: 0 }
    }

    /// The next interchange, or what stands outside of any; `None` at the end of the file, and after a fault.
    ///
    /// # Errors
    /// A [`ReadFault`] when nothing more can be read. [`Self::unfinished`] then tells of the interchange it is in.
    pub fn next_checked(&mut self) -> Result<Option<Checked>, ReadFault> {
        loop {
            if let Some(checked) = self.ready.pop_front() {
                return Ok(Some(checked));
            }
            match self.reader.next_piece()? {
                Some(piece) => self.take(piece),
                None => return Ok(None),
            }
        }
    }

    /// What is known of an interchange that a fault kept from coming to its end.
    pub fn unfinished(&mut self) -> Option<Box<InterchangeReport>> {
        self.open.take()
    }

    fn take(&mut self, piece: Piece) {
        match piece {
            Piece::Interchange(head) => self.open(head),
            Piece::Finding(finding) => match &mut self.open {
                Some(report) => report.findings.push(finding),
                None => self.ready.push_back(Checked::Outside(finding)),
            },
            Piece::Acknowledgement(acknowledgement) => {
                if let Some(report) = &mut self.open {
                    report.acknowledgements.push(acknowledgement);
                }
            }
            Piece::Group(head) => {
                if let Some(report) = &mut self.open {
                    report.open_group(Some(head));
                }
            }
            Piece::Set(set) => self.set(&set),
            Piece::GroupEnd(end) => {
                if let Some(group) = self.open.as_mut().and_then(|report| report.groups.last_mut()) {
                    group.findings.extend(end.findings);
                    group.trailer = end.trailer;
                }
            }
            Piece::InterchangeEnd(end) => {
                if let Some(mut report) = self.open.take() {
                    report.findings.extend(end.findings);
                    report.trailer = end.trailer;
                    report.counted = end.groups;
                    self.ready.push_back(Checked::Interchange(report));
                }
            }
        }
    }

    fn open(&mut self, head: Arc<InterchangeHead>) {
        self.interchanges = self.interchanges.saturating_add(1);
        self.open = Some(Box::new(InterchangeReport {
            number: self.interchanges,
            findings: head.findings.clone(),
            head,
            acknowledgements: Vec::new(),
            groups: Vec::new(),
            counted: 0,
            trailer: None,
        }));
    }

    fn set(&mut self, set: &TransactionSet) {
        let Some(report) = &mut self.open else { return };
        let mut findings = set.findings.clone();
        if let Some((guide, nearest)) = self.guides.select(set, None) {
            findings.extend(nearest);
            findings.extend(structure(set, &guide).1);
        }
        let head = set.group.as_ref();
        if report.groups.last().is_none_or(|group| group.head.as_ref() != head) {
            report.open_group(head.cloned());
        }
        let Some(group) = report.groups.last_mut() else { return };
        group.sets.push(SetReport {
            id: set.id.clone(),
            release: set.release.clone(),
            agency: set.agency.clone(),
            implementation: set.implementation.clone(),
            control_number: set.control_number.clone(),
            number: u32::try_from(group.sets.len() + 1).unwrap_or(u32::MAX),
            segments: set.segment_count() as u64,
            findings,
        });
    }
}

impl InterchangeReport {
    fn open_group(&mut self, head: Option<Arc<GroupHead>>) {
        let number = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        self.groups.push(GroupReport { head, number, findings: Vec::new(), sets: Vec::new(), trailer: None });
    }
}
