//! Reads a file to its end, holds every transaction set against its guide and reports interchange by interchange.

use std::collections::VecDeque;
use std::io::Read;
use std::sync::Arc;

use super::fault::{Bound, ReadFault};
use super::finding::{Finding, FindingCode, Findings, Level, capped};
use super::guide::{Guide, GuideKey, Guides};
use super::interchange::{
    GroupEnd, InterchangeAcknowledgement, InterchangeEnd, InterchangeHead, Standard, TransactionSet,
};
use super::place::Place;
use super::read::{Piece, Reader};
use super::report::{GroupKind, GroupReport, InterchangeReport, Kinds, SetKind, SetReport};
use super::severity::Severities;
use super::tree::Tree;
use super::validate::structure;
use crate::base::Severity;

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

/// Findings kept of the groups and transaction sets of one interchange together: some five megabytes. Of the groups and
/// sets behind them it is told how many findings they have and how heavy the heaviest is.
const FINDINGS: usize = 10_000;

/// Reads interchange after interchange and holds every transaction set against its guide. Memory does not grow with the
/// file, only with the transaction sets and findings of one interchange, and both are bounded.
pub struct Checker<'g, R, T = Defaults> {
    reader: Reader<R>,
    guides: &'g Guides,
    terms: T,
    open: Option<Open>,
    ready: VecDeque<Checked>,
    interchanges: u32,
    chosen: Option<Chosen>,
}

/// The guide of the last transaction set: the next one is mostly of the same kind.
struct Chosen {
    standard: Standard,
    id: String,
    release: String,
    implementation: Option<String>,
    agreed: Option<GuideKey>,
    guide: Arc<Guide>,
}

impl Chosen {
    fn fits(&self, set: &TransactionSet, agreed: Option<&GuideKey>) -> bool {
        self.id == set.id
            && self.release == set.release
            && self.implementation == set.implementation
            && self.standard == set.interchange.standard
            && self.agreed.as_ref() == agreed
    }

    /// The guide of a set, and a finding when it is but the nearest one.
    fn choose(last: &mut Option<Self>, guides: &Guides, set: &TransactionSet, agreed: Option<GuideKey>) -> Choice {
        if let Some(last) = last.as_ref().filter(|last| last.fits(set, agreed.as_ref())) {
            return Some((Arc::clone(&last.guide), None));
        }
        let (guide, nearest) = guides.select(set, agreed.as_ref())?;
        *last = nearest.is_none().then(|| Self {
            standard: set.interchange.standard,
            id: set.id.clone(),
            release: set.release.clone(),
            implementation: set.implementation.clone(),
            agreed,
            guide: Arc::clone(&guide),
        });
        Some((guide, nearest))
    }
}

/// A guide, and what is to be said of its choice.
type Choice = Option<(Arc<Guide>, Option<Finding>)>;

/// The interchange that is being read.
struct Open {
    report: Box<InterchangeReport>,
    severities: Severities,
    /// Findings about the interchange itself.
    findings: Findings,
    /// Findings about the group that is open, told between its sets.
    group: Option<Findings>,
    /// How many findings of its groups and sets may still be kept.
    room: usize,
    /// Groups, transaction sets and acknowledgements so far.
    parts: u64,
    group_kinds: Kinds<GroupKind>,
    set_kinds: Kinds<SetKind>,
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
        Self { reader, guides, terms, open: None, ready: VecDeque::new(), interchanges: 0, chosen: None }
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
                    self.take(piece)?;
                }
                None => return Ok(None),
            }
        }
    }

    /// What is known of an interchange that a fault kept from coming to its end.
    pub fn unfinished(&mut self) -> Option<Box<InterchangeReport>> {
        self.open.take().map(Open::finish)
    }

    /// The terms, with what they gathered so far.
    pub fn terms(&mut self) -> &mut T {
        &mut self.terms
    }

    /// The terms, with what they gathered.
    pub fn into_terms(self) -> T {
        self.terms
    }

    fn take(&mut self, piece: Piece) -> Result<(), ReadFault> {
        let piece = match piece {
            Piece::Interchange(head) => {
                self.open(head);
                return Ok(());
            }
            Piece::InterchangeEnd(end) => {
                self.close(end);
                return Ok(());
            }
            Piece::Unreadable(interchange) => {
                self.open(interchange.head);
                self.ready.extend(self.open.take().map(|open| Checked::Interchange(open.finish())));
                return Ok(());
            }
            piece => piece,
        };
        let limit = self.reader.limits().transaction_sets;
        let Some(open) = &mut self.open else {
            if let Piece::Finding(finding) = piece {
                self.ready.push_back(Checked::Outside(finding));
            }
            return Ok(());
        };
        match piece {
            Piece::Finding(finding) => open.finding(finding),
            Piece::Acknowledgement(acknowledgement) => {
                open.count(limit, acknowledgement.place)?;
                open.report.acknowledgements.push(kept(acknowledgement));
            }
            Piece::Group(head) => {
                open.count(limit, head.place)?;
                let summary = open.group_kinds.summary(&head);
                open.report.open_group(Some(summary));
                open.group = Some(Findings::default());
            }
            Piece::Set(set) => {
                open.count(limit, set.place())?;
                let chosen = Chosen::choose(&mut self.chosen, self.guides, &set, self.terms.agreed(&set));
                open.set(&set, chosen, &mut self.terms);
            }
            Piece::GroupEnd(end) => {
                open.end_group(end);
            }
            Piece::Interchange(_) | Piece::InterchangeEnd(_) | Piece::Unreadable(_) => {}
        }
        Ok(())
    }

    fn open(&mut self, head: Arc<InterchangeHead>) {
        self.interchanges = self.interchanges.saturating_add(1);
        let mut findings = Findings::default();
        findings.extend(head.findings.iter().cloned());
        self.open = Some(Open {
            severities: self.terms.severities(&head),
            findings,
            group: None,
            room: FINDINGS,
            parts: 0,
            group_kinds: Kinds::default(),
            set_kinds: Kinds::default(),
            report: Box::new(InterchangeReport {
                number: self.interchanges,
                findings: Vec::new(),
                head,
                acknowledgements: Vec::new(),
                groups: Vec::new(),
                counted: 0,
                trailer: None,
            }),
        });
    }

    fn close(&mut self, end: InterchangeEnd) {
        let Some(mut open) = self.open.take() else { return };
        open.findings.extend(end.findings);
        open.report.trailer = end.trailer;
        open.report.counted = end.groups;
        self.ready.push_back(Checked::Interchange(open.finish()));
    }
}

impl Open {
    /// Takes note of one more part of the interchange that is kept until its end.
    fn count(&mut self, limit: u64, place: Place) -> Result<(), ReadFault> {
        self.parts += 1;
        if self.parts > limit {
            return Err(ReadFault::Bound { bound: Bound::TransactionSets, limit, place });
        }
        Ok(())
    }

    /// Takes note of what is wrong between sets. What is about the open group stays with it, however much it is: the
    /// other groups have no part in it.
    fn finding(&mut self, finding: Finding) {
        match self.group.as_mut().filter(|_| finding.level == Level::Group) {
            Some(group) => group.push(finding),
            None => self.findings.push(finding),
        }
    }

    fn end_group(&mut self, end: GroupEnd) {
        let more = weighed(end.findings, &self.severities);
        self.settle_group(more);
        if let Some(group) = self.report.groups.last_mut() {
            let sent = end.trailer.map(|trailer| trailer.count).filter(|sent| *sent != end.sets.to_string());
            group.sent = sent.map(|sent| capped(&sent).into());
        }
        self.report.settle();
    }

    /// Gives the open group what was told between its sets, and what its end tells.
    fn settle_group(&mut self, end: Vec<Finding>) {
        let between = weighed(self.group.take().unwrap_or_default().into_vec(), &self.severities);
        let mut found = within(&mut self.room, between.into_iter().chain(end).collect());
        for more in found.iter_mut().filter(|finding| finding.code == FindingCode::MoreFindings) {
            more.level = Level::Group;
        }
        if let Some(group) = self.report.groups.last_mut() {
            group.findings.extend(found);
        }
    }

    fn set(&mut self, set: &TransactionSet, selected: Choice, terms: &mut impl Terms) {
        let mut findings = set.findings.clone();
        let tree = selected.as_ref().map(|(guide, nearest)| {
            let (tree, found) = structure(set, guide);
            findings.extend(nearest.iter().cloned().chain(found));
            tree
        });
        if selected.is_none() {
            findings.push(no_guide(set));
        }
        let mut findings = within(&mut self.room, weighed(findings, &self.severities));
        // What was found is kept to the end of the interchange; the room set aside for more is not.
        findings.shrink_to_fit();
        let guide = selected.as_ref().map(|(guide, _)| guide.key());
        let kind = self.set_kinds.of(set, guide);
        let Some(group) = self.group_of(set) else { return };
        let report = SetReport {
            kind,
            control_number: set.control_number.as_str().into(),
            number: u32::try_from(group.sets.len() + 1).unwrap_or(u32::MAX),
            segments: u32::try_from(set.segment_count()).unwrap_or(u32::MAX),
            findings,
        };
        terms.seen(set, tree.as_ref(), &report);
        group.sets.push(report);
    }

    /// The group a transaction set stands in: the last one, or one without a head.
    fn group_of(&mut self, set: &TransactionSet) -> Option<&mut GroupReport> {
        let start = set.group.as_ref().map(|head| head.place.start);
        let is_in = |group: &GroupReport| group.head.as_ref().map(|head| head.start) == start;
        if !self.report.groups.last().is_some_and(is_in) {
            let summary = set.group.as_ref().map(|head| self.group_kinds.summary(head));
            self.report.open_group(summary);
        }
        self.report.groups.last_mut()
    }

    fn finish(mut self) -> Box<InterchangeReport> {
        self.settle_group(Vec::new());
        self.report.settle();
        let mut report = self.report;
        report.findings = weighed(self.findings.into_vec(), &self.severities);
        report
    }
}

/// A TA1 as a report keeps it.
fn kept(mut acknowledgement: InterchangeAcknowledgement) -> InterchangeAcknowledgement {
    let InterchangeAcknowledgement { control_number, date, time, code, note, .. } = &mut acknowledgement;
    for text in [control_number, date, time, code, note] {
        text.truncate(capped(text).len());
        text.shrink_to_fit();
    }
    acknowledgement
}

/// As many findings as there is room for; the others are counted.
fn within(room: &mut usize, findings: Vec<Finding>) -> Vec<Finding> {
    let kept = findings.len().min(*room);
    *room -= kept;
    if kept == findings.len() {
        return findings;
    }
    let mut bounded = Findings::keeping(kept);
    bounded.extend(findings);
    bounded.into_vec()
}

/// A set without a guide cannot be worked on: to accept it would be a promise that nobody keeps (AK502 code 1; 0085 code
/// 14 at the message).
pub(crate) fn no_guide(set: &TransactionSet) -> Finding {
    let text = match set.id.as_str() {
        "" => "without its type, no guide fits".to_owned(),
        id => format!("there is no guide for {} of release '{}'", capped(id), capped(&set.release)),
    };
    let place = set.id_element().map(|element| element.place()).unwrap_or_default();
    Finding::new(Severity::Error, FindingCode::NoGuide, place, text).about(Level::Set).quoting(&set.id)
}

/// Findings in the order of the file, as heavy as they are with this partner.
fn weighed(mut findings: Vec<Finding>, severities: &Severities) -> Vec<Finding> {
    severities.weigh(&mut findings);
    findings.sort_by_key(|finding| finding.place.start);
    findings
}
