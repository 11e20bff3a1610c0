//! The functional acknowledgements of what a partner sent: TA1, 997 and 999, CONTRL, as its file says, made of the same
//! findings by which its transaction sets are taken or set aside.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use super::envelope::Envelope;
use super::filling::Filling;
use super::ports::Ports;
use super::submission::keep;
use super::translate::repeats::Repeats;
use crate::base::{DocumentId, Severity, Timestamp};
use crate::canon::Direction;
use crate::config::Configuration;
use crate::edi::ack::{AckPolicy, AckStamp, Answer, receipt};
use crate::edi::write::{WriteOptions, write};
use crate::edi::{
    Checked, Checker, Finding, FindingCode, GuideKey, InterchangeHead, InterchangeReport, Level, Reader, Severities,
    Standard, Terms, TransactionSet,
};
use crate::exchange::making::Answering;
use crate::exchange::{Exchange, Lane, usage_not_agreed};
use crate::partner::{Acknowledging, Batch, MessageName, OnDuplicate, Partner, When};
use crate::store::StoreError;

/// The answers to one exchange.
pub(super) struct Answers<'a> {
    pub(super) ports: &'a Ports,
    pub(super) configuration: &'a Configuration,
    pub(super) exchange: &'a Exchange,
}

impl Answers<'_> {
    /// Reads a file once more, for its answers. `rejected` are the interchanges that are rejected whole, by their place in
    /// the file. A file that cannot be read any further is answered as far as it could be.
    pub(super) fn of<R: Read>(
        &self,
        reader: Reader<R>,
        rejected: &BTreeMap<u64, String>,
    ) -> Result<Vec<Answering>, StoreError> {
        let answers = |partner: &Arc<Partner>| {
            let of = |standard| partner.acknowledging(standard).is_some_and(Acknowledging::answers);
            of(Standard::X12) || of(Standard::Edifact)
        };
        if !self.configuration.registry.partners().any(answers) {
            return Ok(Vec::new());
        }
        let guides = self.configuration.registry.guides();
        let mut checker = Checker::on_terms(reader, guides, Agreed(self));
        let (mut answers, mut number) = (Vec::new(), 0);
        while let Ok(Some(checked)) = checker.next_checked() {
            if let Checked::Interchange(mut report) = checked {
                number += 1;
                if rejected.contains_key(&number) {
                    reject_all(&mut report);
                }
                answers.extend(self.to(report)?);
            }
        }
        self.timed(answers)
    }

    /// Says of each answer when it goes out: at once, or with others when there are enough or it is time.
    fn timed(&self, answers: Vec<(Answering, Batch)>) -> Result<Vec<Answering>, StoreError> {
        let mut lanes: BTreeMap<Lane, (Filling, Option<usize>)> = BTreeMap::new();
        let mut timed: Vec<Answering> = Vec::with_capacity(answers.len());
        for (mut answering, batch) in answers {
            let (lane, place) = (answering.lane, timed.len());
            let known = match lanes.remove(&lane) {
                Some(known) => Some(known),
                None => Filling::of(self.ports, batch, &lane)?.map(|filling| (filling, None)),
            };
            let Some((mut filling, first)) = known else {
                timed.push(answering);
                continue;
            };
            let (now, first) = (answering.due, first.unwrap_or(place));
            let is_full = filling.add(answering.text.reference.length);
            answering.due = filling.due(now);
            if is_full {
                answering.wakes = filling.begin_anew();
            }
            let leads = (is_full && answering.wakes.is_none()).then_some(first);
            timed.push(answering);
            if let Some(leader) = leads.and_then(|first| timed.get_mut(first)) {
                leader.due = now;
            }
            lanes.insert(lane, (filling, Some(first).filter(|_| !is_full)));
        }
        Ok(timed)
    }

    fn partner(&self, head: &InterchangeHead) -> Option<&Arc<Partner>> {
        let registry = &self.configuration.registry;
        registry.interchange_partner(&self.exchange.partner, head.standard, &head.receiver, &head.sender)
    }

    /// What is answered to one interchange.
    fn to(&self, mut report: Box<InterchangeReport>) -> Result<Vec<(Answering, Batch)>, StoreError> {
        let head = Arc::clone(&report.head);
        let Some(to) = self.answering_to(&mut report)? else { return Ok(Vec::new()) };
        let mut answers = Vec::new();
        let came = receipt(&head, to.policy(), &to.stamp, &to.options);
        if let Some(text) = came.and_then(|whole| write(&whole, &kept(&head)).ok()) {
            answers.push(self.answering(&to, &head, "CONTRL", &text, Batch::Single)?);
        }
        let answer = Answer::new(&report, to.policy(), &to.stamp, &to.options);
        if answer.head().is_some() {
            let mut text = Vec::new();
            // What was copied can be written: the options were asked.
            if answer.write(&kept(&head), |some| text.extend_from_slice(some)).is_ok() {
                let kind = answer.kinds().last().copied().unwrap_or("TA1");
                answers.push(self.answering(&to, &head, kind, &text, to.batch())?);
            }
        }
        Ok(answers)
    }

    /// Whom an interchange is answered to and how, where anything was agreed on; what the reading could not find is added
    /// to its findings.
    pub(super) fn answering_to(&self, report: &mut InterchangeReport) -> Result<Option<AnsweringTo<'_>>, StoreError> {
        let head = Arc::clone(&report.head);
        let Some(partner) = self.partner(&head) else { return Ok(None) };
        let terms = partner.acknowledging(head.standard).filter(|terms| terms.answers());
        let (Some(terms), Some(envelope)) = (terms, Envelope::of(partner, head.standard)) else { return Ok(None) };
        report.findings.extend(usage_not_agreed(partner, &head));
        let looking = Repeats { ports: self.ports, exchange: self.exchange.id };
        let repeats = looking.of_interchange(partner, &head)?;
        if repeats.is_some_and(|repeat| repeat.policy == OnDuplicate::Reject) {
            let text = "an interchange with this control number came before".to_owned();
            let code = FindingCode::ControlNumberRepeated;
            report.findings.push(Finding::new(Severity::Error, code, head.place, text).about(Level::Interchange));
        }
        let now = self.ports.clock.now();
        let local = partner.time_zone.to_datetime(now.to_jiff());
        let stamp = AckStamp { at: local, interchange: "1".to_owned(), group: 1, set: 1 };
        // What could not be written for the partner is not copied into its answer.
        let options = envelope.options();
        Ok(Some(AnsweringTo { partner, terms, envelope, stamp, options, now }))
    }

    fn answering(
        &self,
        to: &AnsweringTo<'_>,
        head: &InterchangeHead,
        kind: &str,
        text: &[u8],
        batch: Batch,
    ) -> Result<(Answering, Batch), StoreError> {
        let answering = Answering {
            id: DocumentId::mint(self.ports.clock.now(), self.ports.entropy.bytes()),
            partner: to.partner.id.clone(),
            number: head.control_number.clone(),
            kind: kind.to_owned(),
            standard: head.standard.as_str().to_owned(),
            text: keep(self.ports, text)?,
            lane: to.envelope.acknowledgement_lane(&head.version),
            due: to.now,
            wakes: None,
        };
        Ok((answering, batch))
    }
}

/// Whom an interchange is answered to, and how.
pub(super) struct AnsweringTo<'a> {
    partner: &'a Partner,
    terms: &'a Acknowledging,
    envelope: Envelope<'a>,
    pub(super) stamp: AckStamp,
    pub(super) options: WriteOptions,
    now: Timestamp,
}

impl AnsweringTo<'_> {
    /// What is answered, and when.
    pub(super) fn policy(&self) -> &AckPolicy {
        &self.terms.policy
    }

    /// With what an answer waits for others.
    fn batch(&self) -> Batch {
        match self.terms.when {
            When::Batched => self.envelope.writing.batch,
            When::AtOnce => Batch::Single,
        }
    }
}

/// How an answer is kept until its interchange is made.
fn kept(head: &InterchangeHead) -> WriteOptions {
    WriteOptions::of(head.standard)
}

/// Nothing in an interchange is taken that is rejected whole.
fn reject_all(report: &mut InterchangeReport) {
    for set in report.groups.iter_mut().flat_map(|group| &mut group.sets) {
        if set.findings.iter().all(|finding| finding.severity < Severity::Error) {
            let text = "another transaction set of the same interchange is rejected";
            let place = crate::edi::Place::default();
            let finding = Finding::new(Severity::Error, FindingCode::RejectedWithOthers, place, text.to_owned());
            set.findings.push(finding.about(Level::Set));
        }
    }
}

/// The terms by which transaction sets are taken or set aside.
pub(super) struct Agreed<'a>(pub(super) &'a Answers<'a>);

impl Terms for Agreed<'_> {
    fn severities(&mut self, head: &InterchangeHead) -> Severities {
        let reading = self.0.partner(head).and_then(|partner| partner.reading(head.standard));
        reading.map(|reading| reading.severities.clone()).unwrap_or_default()
    }

    fn agreed(&mut self, set: &TransactionSet) -> Option<GuideKey> {
        let partner = self.0.partner(&set.interchange)?;
        partner.agreement(Direction::Inbound, &MessageName::of(set))?.guide.clone()
    }
}
