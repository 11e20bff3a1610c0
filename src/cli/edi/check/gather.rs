//! What is kept of a file as it goes by: the segments that findings will be shown with, and counts.
//!
//! A report is told at the end of its interchange, when most of its bytes are long gone. So findings are chosen for
//! showing when they come, and their segments are kept with them, no more than will be shown.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use crate::base::Severity;
use crate::cli::edi::excerpt::Excerpt;
use crate::cli::edi::recent::Recent;
use crate::cli::edi::{rule, secret};
use crate::edi::{
    CharacterSet, Delimiters, Finding, FindingCode, Guide, Guides, InterchangeHead, Piece, Place, SetReport,
    Severities, Standard, Terms, TransactionSet, Tree,
};

use super::ledger::Ledger;

/// How many findings are shown, and which.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    /// At most so many of a file.
    pub(super) max: usize,
    /// At most so many of those that are alike.
    pub(super) alike: usize,
    /// Of this weight and above.
    pub(super) least: Severity,
}

/// What is shown of a finding besides itself.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// The segment it is at.
    pub(super) excerpt: Option<Excerpt>,
    /// What stands there: `SN103 unit, element 355`.
    pub(super) subject: String,
    /// The rule it is about.
    pub(super) rule: Option<String>,
}

/// What makes findings alike: their kind, and the element or segment they are at.
type Likeness = (FindingCode, String);

/// Kinds of findings that are told apart; beyond them every finding is one of its own kind.
const LIKENESSES: usize = 10_000;

/// A finding by what tells it from all others of a file.
type Key = (FindingCode, Place, Cow<'static, str>);

fn key(finding: &Finding) -> Key {
    (finding.code, finding.place, finding.text.clone())
}

/// What is gathered from one file.
pub(super) struct Gather<'c> {
    guides: &'c Guides,
    severities: &'c Severities,
    choice: Choice,
    recent: Recent,
    ledger: &'c mut Ledger,
    head: Option<Arc<InterchangeHead>>,
    interchanges: u32,
    /// The finding for an interchange whose number came before.
    repeated: Option<Finding>,
    shown: HashMap<Key, Shown>,
    chosen: usize,
    likenesses: HashMap<Likeness, u64>,
    /// Segments inside transaction sets.
    pub(super) segments: u64,
    /// Findings that are of the least weight, and were not chosen.
    pub(super) left_out: u64,
}

impl<'c> Gather<'c> {
    pub(super) fn new(
        guides: &'c Guides,
        severities: &'c Severities,
        choice: Choice,
        recent: Recent,
        ledger: &'c mut Ledger,
    ) -> Self {
        Self {
            guides,
            severities,
            choice,
            recent,
            ledger,
            head: None,
            interchanges: 0,
            repeated: None,
            shown: HashMap::new(),
            chosen: 0,
            likenesses: HashMap::new(),
            segments: 0,
            left_out: 0,
        }
    }

    /// What is shown of a finding; none when it was not chosen.
    pub(super) fn take(&mut self, finding: &Finding) -> Option<Shown> {
        self.shown.remove(&key(finding))
    }

    /// What was found about the number of the interchange that ended.
    pub(super) fn repeated(&mut self) -> Option<Finding> {
        self.repeated.take()
    }

    /// Lets go of what was kept for the interchange that was told of.
    pub(super) fn forget(&mut self) {
        self.shown.clear();
    }

    /// Kinds of findings of which some were left out for being alike, and how many.
    pub(super) fn alike(&self) -> Vec<(String, u64)> {
        let limit = self.choice.alike as u64;
        let mut alike: Vec<(String, u64)> = self
            .likenesses
            .iter()
            .filter(|(_, count)| **count > limit)
            .map(|((code, place), count)| {
                let at = if place.is_empty() { String::new() } else { format!(" at {place}") };
                (format!("{}{at}", code.as_str()), count - limit)
            })
            .collect();
        alike.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        alike
    }

    /// Whether a finding will be shown.
    fn choose(&mut self, finding: &Finding) -> bool {
        if finding.severity < self.choice.least {
            return false;
        }
        let likeness = (finding.code, rule::element_reference(&Place { repetition: None, ..finding.place }));
        if self.likenesses.len() < LIKENESSES || self.likenesses.contains_key(&likeness) {
            let count = self.likenesses.entry(likeness).or_default();
            *count += 1;
            if *count > self.choice.alike as u64 {
                self.left_out += 1;
                return false;
            }
        }
        if self.chosen >= self.choice.max {
            self.left_out += 1;
            return false;
        }
        self.chosen += 1;
        true
    }

    fn open(&mut self, head: &Arc<InterchangeHead>) {
        self.head = Some(Arc::clone(head));
        self.interchanges = self.interchanges.saturating_add(1);
        let spans = [Some(head.place)];
        head.findings.iter().for_each(|finding| self.choose_in_envelope(finding, &spans));
        let mut repeated: Vec<Finding> = self.ledger.interchange(head, self.interchanges).into_iter().collect();
        self.severities.weigh(&mut repeated);
        self.repeated = repeated.pop();
        if let Some(finding) = self.repeated.clone() {
            self.choose_in_envelope(&finding, &spans);
        }
    }

    /// Chooses a finding of an envelope, whose segment stands at `span` of the file.
    fn choose_in_envelope(&mut self, finding: &Finding, spans: &[Option<Place>]) {
        let mut weighed = [finding.clone()];
        self.severities.weigh(&mut weighed);
        let [weighed] = &weighed;
        if !self.choose(weighed) {
            return;
        }
        let standard = self.head.as_ref().map_or(Standard::X12, |head| head.standard);
        let shown = Shown {
            excerpt: self.envelope_excerpt(finding, spans),
            subject: rule::subject(finding, None),
            rule: rule::rule(finding, None, standard),
        };
        self.shown.insert(key(finding), shown);
    }

    /// The segment of an envelope around the place of a finding: the first of some that holds it, or the place itself.
    fn envelope_excerpt(&self, finding: &Finding, spans: &[Option<Place>]) -> Option<Excerpt> {
        let place = &finding.place;
        let holds = |span: &&Place| (span.start..=span.end).contains(&place.start) && span.tag == place.tag;
        let span = spans.iter().flatten().find(holds).unwrap_or(place);
        let mut bytes = self.recent.get(span.start..span.end).filter(|bytes| !bytes.is_empty())?;
        secret::hide(&mut bytes, &self.delimiters());
        let at = |offset: u64| usize::try_from(offset.saturating_sub(span.start)).unwrap_or(usize::MAX);
        let tag = place.tag.map_or(0, |tag| tag.as_str().len());
        // Of a whole segment the tag is marked, as in transaction sets.
        let mark = if place.element.is_none() && tag > 0 { 0..tag } else { at(place.start)..at(place.end) };
        Some(Excerpt::of_bytes(&bytes, mark, &self.delimiters(), CharacterSet::Auto))
    }

    fn delimiters(&self) -> Delimiters {
        let plain = Delimiters {
            element: b'*',
            component: None,
            repetition: None,
            release: None,
            terminator: b'~',
            wide: None,
        };
        self.head.as_ref().map_or(plain, |head| head.delimiters)
    }
}

impl Terms for Gather<'_> {
    fn severities(&mut self, _head: &InterchangeHead) -> Severities {
        self.severities.clone()
    }

    fn read(&mut self, piece: &Piece) {
        match piece {
            Piece::Interchange(head) => self.open(head),
            Piece::Unreadable(interchange) => self.open(&interchange.head),
            Piece::Group(group) => {
                if let Some(head) = &self.head {
                    self.ledger.group(head, group);
                }
            }
            Piece::GroupEnd(end) => {
                let spans = [end.trailer.as_ref().map(|trailer| trailer.place), Some(end.head.place)];
                end.findings.iter().for_each(|finding| self.choose_in_envelope(finding, &spans));
            }
            Piece::InterchangeEnd(end) => {
                let spans = [end.trailer.as_ref().map(|trailer| trailer.place), Some(end.head.place)];
                end.findings.iter().for_each(|finding| self.choose_in_envelope(finding, &spans));
            }
            Piece::Finding(finding) => self.choose_in_envelope(finding, &[]),
            Piece::Acknowledgement(acknowledgement) => {
                if let Some(head) = &self.head {
                    self.ledger.answered_by_ta1(head, acknowledgement);
                }
            }
            Piece::Set(_) => {}
        }
    }

    fn seen(&mut self, set: &TransactionSet, _tree: Option<&Tree<'_>>, report: &SetReport) {
        self.segments += u64::from(report.segments);
        self.ledger.answered_by_set(set);
        if report.findings.is_empty() {
            return;
        }
        let guide: Option<Arc<Guide>> = report.kind.guide.as_ref().and_then(|key| self.guides.get(key));
        for finding in &report.findings {
            if self.choose(finding) {
                let shown = Shown {
                    excerpt: Excerpt::of_set(set, &finding.place),
                    subject: rule::subject(finding, guide.as_deref()),
                    rule: rule::rule(finding, guide.as_deref(), set.interchange.standard),
                };
                self.shown.insert(key(finding), shown);
            }
        }
    }
}
