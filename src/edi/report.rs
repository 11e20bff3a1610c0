//! What is known of an interchange once it was read to its end: every level with what is wrong at it. Acknowledgements are
//! made from it, and people are told by it.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use super::fault::ReadFault;
use super::finding::{Finding, FindingCode, Level, worst};
use super::guide::{GuideKey, Guides};
use super::interchange::{
    GroupHead, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Trailer, TransactionSet,
};
use super::place::Place;
use super::read::{Piece, Reader};
use super::severity::Severities;
use super::tree::Tree;
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
}

/// What a [`Checker`] gives.
#[derive(Clone, Debug)]
pub enum Checked {
    /// An interchange came to its end, with its trailer or without.
    Interchange(Box<InterchangeReport>),
    /// Something is wrong outside of any interchange.
    Outside(Finding),
}

/// What a [`Checker`] asks as it reads, and whom it tells. Everything has a default: [`Defaults`] is all of them.
pub trait Terms {
    /// What findings weigh in an interchange.
    fn severities(&mut self, _head: &InterchangeHead) -> Severities {
        Severities::default()
    }

    /// The guide that was agreed on for a transaction set, taken when there is none of its own release.
    fn agreed(&mut self, _set: &TransactionSet) -> Option<GuideKey> {
        None
    }

    /// A piece was read. The interchange it opens or belongs to is told of at its end.
    fn read(&mut self, _piece: &Piece) {}

    /// A transaction set was held against its guide. The tree is there when there is a guide.
    fn seen(&mut self, _set: &TransactionSet, _tree: Option<&Tree<'_>>, _report: &SetReport) {}
}

/// The terms where nothing was agreed on.
#[derive(Clone, Copy, Debug, Default)]
pub struct Defaults;

impl Terms for Defaults {}

/// Reads interchange after interchange and holds every transaction set against its guide. Memory does not grow with the
/// file, only with the findings of one interchange.
pub struct Checker<'g, R, T = Defaults> {
    reader: Reader<R>,
    guides: &'g Guides,
    terms: T,
    open: Option<Open>,
    ready: VecDeque<Checked>,
    interchanges: u32,
}

/// The interchange that is being read.
struct Open {
    report: Box<InterchangeReport>,
    severities: Severities,
}

impl<'g, R: Read> Checker<'g, R> {
    /// A checker of what a reader gives, where nothing was agreed on.
    pub fn new(reader: Reader<R>, guides: &'g Guides) -> Self {
        Self::on_terms(reader, guides, Defaults)
    }
}

impl<'g, R: Read, T: Terms> Checker<'g, R, T> {
    /// A checker of what a reader gives, on terms of the caller's.
    pub fn on_terms(reader: Reader<R>, guides: &'g Guides, terms: T) -> Self {
        Self { reader, guides, terms, open: None, ready: VecDeque::new(), interchanges: 0 }
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
                Some(piece) => {
                    self.terms.read(&piece);
                    self.take(piece);
                }
                None => return Ok(None),
            }
        }
    }

    /// What is known of an interchange that a fault kept from coming to its end.
    pub fn unfinished(&mut self) -> Option<Box<InterchangeReport>> {
        self.open.take().map(|open| open.report)
    }

    /// The terms, with what they gathered so far.
    pub fn terms(&mut self) -> &mut T {
        &mut self.terms
    }

    /// The terms, with what they gathered.
    pub fn into_terms(self) -> T {
        self.terms
    }

    fn take(&mut self, piece: Piece) {
        let piece = match piece {
            Piece::Interchange(head) => return self.open(head),
            Piece::InterchangeEnd(end) => return self.close(end),
            Piece::Set(set) => return self.set(&set),
            Piece::Unreadable(interchange) => {
                self.open(interchange.head);
                self.ready.extend(self.open.take().map(|open| Checked::Interchange(open.report)));
                return;
            }
            piece => piece,
        };
        let Some(Open { report, severities }) = &mut self.open else {
            if let Piece::Finding(finding) = piece {
                self.ready.push_back(Checked::Outside(finding));
            }
            return;
        };
        match piece {
            Piece::Finding(finding) => report.findings.extend(weighed(vec![finding], severities)),
            Piece::Acknowledgement(acknowledgement) => report.acknowledgements.push(acknowledgement),
            Piece::Group(head) => report.open_group(Some(head)),
            Piece::GroupEnd(end) => {
                if let Some(group) = report.groups.last_mut() {
                    group.findings.extend(weighed(end.findings, severities));
                    group.trailer = end.trailer;
                }
            }
            Piece::Interchange(_) | Piece::InterchangeEnd(_) | Piece::Set(_) | Piece::Unreadable(_) => {}
        }
    }

    fn open(&mut self, head: Arc<InterchangeHead>) {
        self.interchanges = self.interchanges.saturating_add(1);
        let severities = self.terms.severities(&head);
        let report = InterchangeReport {
            number: self.interchanges,
            findings: weighed(head.findings.clone(), &severities),
            head,
            acknowledgements: Vec::new(),
            groups: Vec::new(),
            counted: 0,
            trailer: None,
        };
        self.open = Some(Open { report: Box::new(report), severities });
    }

    fn close(&mut self, end: InterchangeEnd) {
        let Some(Open { mut report, severities }) = self.open.take() else { return };
        report.findings.extend(weighed(end.findings, &severities));
        report.trailer = end.trailer;
        report.counted = end.groups;
        self.ready.push_back(Checked::Interchange(report));
    }

    fn set(&mut self, set: &TransactionSet) {
        let Some(Open { report, severities }) = &mut self.open else { return };
        let mut findings = set.findings.clone();
        let agreed = self.terms.agreed(set);
        let selected = self.guides.select(set, agreed.as_ref());
        let held = selected.as_ref().map(|(guide, _)| structure(set, guide));
        let tree = held.map(|(tree, found)| {
            findings.extend(found);
            tree
        });
        let guide = selected.as_ref().map(|(guide, _)| guide.key().clone());
        match &selected {
            Some((_, nearest)) => findings.extend(nearest.clone()),
            None => findings.push(no_guide(set)),
        }
        let Some(group) = report.group_of(set) else { return };
        let set_report = SetReport {
            id: set.id.clone(),
            release: set.release.clone(),
            agency: set.agency.clone(),
            implementation: set.implementation.clone(),
            control_number: set.control_number.clone(),
            number: u32::try_from(group.sets.len() + 1).unwrap_or(u32::MAX),
            segments: set.segment_count() as u64,
            guide,
            trailer: set.trailer.clone(),
            place: set.place(),
            findings: weighed(findings, severities),
        };
        self.terms.seen(set, tree.as_ref(), &set_report);
        group.sets.push(set_report);
    }
}

/// A set without a guide cannot be worked on: to accept it would be a promise that nobody keeps (AK502 code 1; 0085 code
/// 14 at the message).
pub(crate) fn no_guide(set: &TransactionSet) -> Finding {
    let text = format!("there is no guide for {} of release '{}'", set.id, set.release);
    let place = set.segment(1).map(|header| header.element(1).place()).unwrap_or_default();
    Finding::new(Severity::Error, FindingCode::NoGuide, place, text).about(Level::Set).quoting(&set.id)
}

/// Findings in the order of the file, as heavy as they are with this partner.
fn weighed(mut findings: Vec<Finding>, severities: &Severities) -> Vec<Finding> {
    severities.weigh(&mut findings);
    findings.sort_by_key(|finding| finding.place.start);
    findings
}

impl InterchangeReport {
    fn open_group(&mut self, head: Option<Arc<GroupHead>>) {
        let number = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        self.groups.push(GroupReport { head, number, findings: Vec::new(), sets: Vec::new(), trailer: None });
    }

    /// The group a transaction set stands in: the last one, or one without a head.
    fn group_of(&mut self, set: &TransactionSet) -> Option<&mut GroupReport> {
        if self.groups.last().is_none_or(|group| group.head.as_ref() != set.group.as_ref()) {
            self.open_group(set.group.clone());
        }
        self.groups.last_mut()
    }
}
