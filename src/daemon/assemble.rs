//! The step from messages that wait to an interchange: heads, control numbers, and the exchange that carries it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::commands;
use super::envelope::Envelope;
use super::ports::Ports;
use super::submission::keep;
use super::worker::postpone;
use crate::base::{Diagnostic, ExchangeId, Timestamp, times};
use crate::canon::ControlNumbers;
use crate::config::Configuration;
use crate::edi::write::write;
use crate::edi::{
    self, OutgoingGroup, OutgoingGroupHead, OutgoingInterchange, OutgoingSegment, OutgoingSet, Piece, ReadOptions,
    Reader, Standard,
};
use crate::exchange::making::{self, Assembly, Given, Member};
use crate::exchange::outbound::Submission;
use crate::exchange::{
    Change, CounterName, Detail, Document, DocumentDetail, DocumentStage, Effect, EventName, Job, JobKind, SentGroup,
    SentInterchange, SentSet, Subject, Teller,
};
use crate::observe::Event;
use crate::partner::{Batch, Partner, SetNumbers};
use crate::store::{Lease, StoreError};

/// Those who give control numbers between the same two parties wait for one another.
#[derive(Default)]
pub(crate) struct Numbers(Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>);

impl Numbers {
    async fn alone(&self, pair: String) -> OwnedMutexGuard<()> {
        let place = {
            let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(pair).or_default())
        };
        place.lock_owned().await
    }
}

/// Makes one interchange of a message that is due and of those that may go with it.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let Subject::Document(leader) = job.subject else {
        return Err(StoreError::Index { what: format!("an interchange is made of documents, not of {}", job.subject) });
    };
    let found = commands::load(ports, leader)?;
    let Some((document, detail)) = found.filter(|(document, _)| document.stage == DocumentStage::Collected) else {
        let mut change = Change::new(ports.clock.now());
        change.effects.push(Effect::JobDone(job.subject));
        lease.finish(change).await?;
        return Ok(());
    };
    let standard = detail.message.as_ref().map(|message| message.standard.clone()).unwrap_or_default();
    let _alone = ports.numbers.alone(format!("{}|{standard}", document.partner)).await;
    let working = Arc::clone(ports);
    let deciding = move || decide(&working, &job, document, detail);
    let decided = match tokio::task::spawn_blocking(deciding).await {
        Ok(Ok(decided)) => decided,
        Ok(Err(fault)) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Ok(Err(fault)) => return Err(fault),
        Err(stopped) => return Err(StoreError::Index { what: format!("an interchange ended early: {stopped}") }),
    };
    let Decided { change, told } = decided;
    lease.finish(change).await?;
    for (document, name, text) in told {
        let (id, partner) = (document.id, &document.partner);
        Event::Told { name: name.as_str(), document: id, partner, text: &text }.emit(&ports.metrics);
    }
    Ok(())
}

struct Decided {
    change: Change,
    told: Vec<(Document, EventName, String)>,
}

fn decide(ports: &Ports, job: &Job, document: Document, detail: DocumentDetail) -> Result<Decided, StoreError> {
    let configuration = ports.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*ports.entropy };
    let now = ports.clock.now();
    let partner = configuration.registry.partner(&document.partner).map(Arc::as_ref);
    let standard = match detail.message.as_ref().map(|message| message.standard.as_str()) {
        Some("x12") => Standard::X12,
        _ => Standard::Edifact,
    };
    let attempts = configuration.settings.limits.attempts;
    if job.attempts > attempts {
        let why = format!("the daemon was stopped in the middle of making its interchange {}", times(attempts));
        let hint = "look for a crash in the log; the document is kept, please report it with edigate's version";
        let fault = Diagnostic::error("gave-up", why).hinting(hint);
        return Ok(parked(document, detail, fault, now, teller));
    }
    let parts = partner.and_then(|partner| Some((partner, Envelope::of(partner, standard)?)));
    let assembling = match parts {
        Some((partner, envelope)) => Assembling { ports, configuration: &configuration, partner, envelope, now },
        None => {
            let why = "the partner file no longer says who exchanges interchanges of this standard";
            let fault = Diagnostic::error("no-identities", why).hinting("mend it, then 'edigate doc release'");
            return Ok(parked(document, detail, fault, now, teller));
        }
    };
    let waiting = assembling.waiting(job, document, detail)?;
    match assembling.assembly(waiting)? {
        Ok(assembly) => {
            let told = assembly.members.iter().filter(|one| one.document.kind != making::ACKNOWLEDGEMENT).map(|one| {
                let number = one.numbers.interchange.clone().unwrap_or_default();
                (one.document.clone(), EventName::DocumentSent, format!("in interchange {number}"))
            });
            let told = told.collect();
            Ok(Decided { change: making::assembled(assembly, teller), told })
        }
        Err((document, detail, fault)) => Ok(parked(*document, *detail, fault, now, teller)),
    }
}

fn parked(
    document: Document,
    detail: DocumentDetail,
    fault: Diagnostic,
    now: Timestamp,
    teller: Teller<'_>,
) -> Decided {
    let text = fault.to_string();
    let change = making::parked(&document, now, detail, vec![fault], teller);
    Decided { change, told: vec![(document, EventName::DocumentQuarantined, text)] }
}

/// A document with its message.
struct Waiting {
    document: Document,
    detail: DocumentDetail,
    message: Message,
}

/// A message as it was kept: transaction sets, and what else an acknowledgement consists of.
struct Message {
    functional_id: String,
    release: String,
    version: String,
    acknowledgements: Vec<OutgoingSegment>,
    sets: Vec<OutgoingSet>,
}

/// A document that cannot go, and why.
type Unfit = (Box<Document>, Box<DocumentDetail>, Diagnostic);

struct Assembling<'a> {
    ports: &'a Ports,
    configuration: &'a Configuration,
    partner: &'a Partner,
    envelope: Envelope<'a>,
    now: Timestamp,
}

impl Assembling<'_> {
    /// The message that is due, and those that may go with it.
    fn waiting(&self, job: &Job, document: Document, detail: DocumentDetail) -> Result<Vec<Waiting>, StoreError> {
        let message = self.message(&detail)?;
        let (mut bytes, mut weight) = (detail.message_bytes(), making::weight(&detail));
        let mut waiting = vec![Waiting { document, detail, message }];
        let Batch::Collect { count, size, .. } = self.envelope.writing.batch else { return Ok(waiting) };
        for other in self.ports.outbox.jobs_of(JobKind::Assemble, &job.lane, count)? {
            let Subject::Document(id) = other.subject else { continue };
            if other.subject == job.subject {
                continue;
            }
            let Some((document, detail)) = commands::load(self.ports, id)? else { continue };
            bytes = bytes.saturating_add(detail.message_bytes());
            weight = weight.saturating_add(making::weight(&detail));
            if document.stage != DocumentStage::Collected || bytes > size || weight > making::HEAVIEST {
                break;
            }
            let message = self.message(&detail)?;
            waiting.push(Waiting { document, detail, message });
        }
        Ok(waiting)
    }

    /// Reads a message as it was kept.
    fn message(&self, detail: &DocumentDetail) -> Result<Message, StoreError> {
        let unreadable =
            |what: &str| StoreError::Index { what: format!("a message that was kept cannot be read: {what}") };
        let text =
            detail.message.as_ref().and_then(|message| message.text).ok_or_else(|| unreadable("it is not there"))?;
        let text = self.ports.outbox.payload_reader(&text)?;
        let limits = self.configuration.settings.limits.clone();
        let mut reader = Reader::new(text, ReadOptions { limits, ..ReadOptions::default() });
        let mut message = Message {
            functional_id: String::new(),
            release: String::new(),
            version: String::new(),
            acknowledgements: Vec::new(),
            sets: Vec::new(),
        };
        while let Some(piece) = reader.next_piece().map_err(|fault| unreadable(&fault.to_string()))? {
            match piece {
                Piece::Interchange(head) => message.version.clone_from(&head.version),
                Piece::Group(head) => {
                    message.functional_id.clone_from(&head.functional_id);
                    message.release.clone_from(&head.version);
                }
                Piece::Acknowledgement(ta1) => message.acknowledgements.push(
                    OutgoingSegment::new("TA1")
                        .with(ta1.control_number)
                        .with(ta1.date)
                        .with(ta1.time)
                        .with(ta1.code)
                        .with(ta1.note),
                ),
                Piece::Set(set) => message.sets.push(OutgoingSet::from(&*set)),
                _ => {}
            }
        }
        if message.functional_id.is_empty() {
            let id = message.sets.first().map(|set| set.id.as_str()).unwrap_or_default();
            message.functional_id = id.to_owned();
        }
        Ok(message)
    }

    /// The interchange of what waits. The inner error is a document's, which cannot go.
    fn assembly(&self, waiting: Vec<Waiting>) -> Result<Result<Assembly, Unfit>, StoreError> {
        let Self { ports, partner, envelope, now, .. } = self;
        let mut counting = Counting::new(self);
        let number = counting.next("interchange")?;
        let expected = partner.acknowledging(envelope.standard).and_then(|one| one.expected);
        let is_answer = waiting.iter().all(|one| one.document.kind == making::ACKNOWLEDGEMENT);
        let expected = expected.filter(|_| !is_answer);
        let release = waiting.first().map(|one| one.message.release.clone()).unwrap_or_default();
        let version = match waiting.first() {
            // An answer keeps to the version of what it answers.
            Some(one) if is_answer => one.message.version.clone(),
            _ => envelope.version(&release),
        };
        let asks = envelope.standard == Standard::Edifact && expected.is_some();
        let mut whole = OutgoingInterchange {
            head: envelope.head(&version, number, *now, asks),
            acknowledgements: Vec::new(),
            groups: Vec::new(),
            messages: Vec::new(),
        };
        let mut sent = SentInterchange {
            standard: envelope.standard.as_str().to_owned(),
            control_number: number.to_string(),
            expects: expected.map(|expected| expected.kind.to_owned()),
            within_ms: expected.map_or(0, |expected| u64::try_from(expected.within.as_millis()).unwrap_or(u64::MAX)),
            ..SentInterchange::default()
        };
        let mut members = Vec::new();
        for Waiting { document, detail, message } in waiting {
            whole.acknowledgements.extend(message.acknowledgements.iter().cloned());
            let (group, place) = match group_of(&mut whole, &mut sent, &message, envelope, *now, &mut counting)? {
                Some(group) => (Some(group.0), group.1),
                None => (None, 0),
            };
            let mut numbers = ControlNumbers {
                interchange: Some(number.to_string()),
                group: group.map(|number| number.to_string()),
                transaction: None,
            };
            for mut set in message.sets {
                let given = match envelope.writing.set_numbers {
                    SetNumbers::PerPartner => counting.next("set")?,
                    SetNumbers::PerGroup => sent.groups.get(place).map_or(0, |group| group.sets.len() as u64) + 1,
                };
                set.control_number = match envelope.standard {
                    Standard::X12 => format!("{given:04}"),
                    Standard::Edifact => given.to_string(),
                };
                if envelope.standard == Standard::Edifact && !is_answer {
                    set.implementation.clone_from(&envelope.writing.association);
                }
                numbers.transaction.get_or_insert_with(|| set.control_number.clone());
                if let Some(group) = sent.groups.get_mut(place) {
                    group.sets.push(SentSet {
                        id: set.id.clone(),
                        control_number: set.control_number.clone(),
                        document: document.id,
                        acknowledgement: None,
                    });
                }
                match whole.groups.get_mut(place).filter(|_| group.is_some()) {
                    Some(group) => group.sets.push(set),
                    None => whole.messages.push(set),
                }
            }
            members.push(Member { document, detail, numbers });
        }
        let bytes = match write(&whole, &envelope.options()) {
            Ok(bytes) => bytes,
            Err(fault) => {
                let Some(Member { document, detail, .. }) = members.into_iter().next() else {
                    return Err(StoreError::Index { what: "an interchange of nothing cannot be written".to_owned() });
                };
                return Ok(Err((Box::new(document), Box::new(detail), Diagnostic::from(&fault))));
            }
        };
        let exchange = ExchangeId::mint(*now, ports.entropy.bytes());
        let submission = self.submission(exchange, &bytes, &whole, &sent)?;
        let given = counting.given;
        Ok(Ok(Assembly {
            exchange,
            at: *now,
            partner: partner.id.clone(),
            submission,
            interchange: sent,
            members,
            given,
        }))
    }

    fn submission(
        &self,
        exchange: ExchangeId,
        bytes: &[u8],
        whole: &OutgoingInterchange,
        sent: &SentInterchange,
    ) -> Result<Submission, StoreError> {
        let (content_type, suffix) = match self.envelope.standard {
            Standard::X12 => ("application/edi-x12", "x12"),
            Standard::Edifact => ("application/edifact", "edi"),
        };
        let ids = whole.groups.iter().flat_map(|group| &group.sets).chain(&whole.messages).map(|set| set.id.as_str());
        let first = ids.into_iter().next().unwrap_or("TA1");
        let channel = match &self.partner.channel {
            crate::partner::Channel::As2(_) => self.partner.id.clone(),
            crate::partner::Channel::Via { hub, .. } => hub.clone(),
        };
        Ok(Submission {
            exchange,
            at: self.now,
            partner: channel,
            payload: keep(self.ports, bytes)?,
            detail: Detail {
                content_type: Some(content_type.to_owned()),
                file_name: Some(format!("{first}-{}.{suffix}", sent.control_number)),
                ..Detail::default()
            },
        })
    }
}

/// The functional group that a message goes into: the number it has and its place; for messages of EDIFACT without
/// groups there is but a place.
fn group_of(
    whole: &mut OutgoingInterchange,
    sent: &mut SentInterchange,
    message: &Message,
    envelope: &Envelope<'_>,
    now: Timestamp,
    counting: &mut Counting<'_>,
) -> Result<Option<(u64, usize)>, StoreError> {
    if message.sets.is_empty() {
        return Ok(None);
    }
    if !envelope.writing.grouped || (envelope.standard == Standard::Edifact && message.release.is_empty()) {
        if sent.groups.is_empty() {
            sent.groups.push(SentGroup::default());
        }
        return Ok(None);
    }
    let is_same = |head: &OutgoingGroupHead| {
        head.functional_id == message.functional_id && head.version == group_version(envelope, &message.release)
    };
    if let Some(place) = whole.groups.iter().position(|group| is_same(&group.head)) {
        let number = whole.groups.get(place).and_then(|group| group.head.control_number.parse().ok()).unwrap_or(0);
        return Ok(Some((number, place)));
    }
    let number = counting.next("group")?;
    let head = envelope.group(&message.functional_id, &message.release, number, now);
    sent.groups.push(SentGroup {
        functional_id: head.functional_id.clone(),
        control_number: head.control_number.clone(),
        sets: Vec::new(),
    });
    whole.groups.push(OutgoingGroup { head, sets: Vec::new() });
    Ok(Some((number, whole.groups.len() - 1)))
}

fn group_version(envelope: &Envelope<'_>, release: &str) -> String {
    envelope.writing.group_version.clone().unwrap_or_else(|| release.to_owned())
}

/// Control numbers being given.
struct Counting<'a> {
    assembling: &'a Assembling<'a>,
    given: Vec<Given>,
}

/// After this number comes the first again (X12.5, element I12: nine digits).
const LAST_NUMBER: u64 = 999_999_999;

impl<'a> Counting<'a> {
    fn new(assembling: &'a Assembling<'a>) -> Self {
        Self { assembling, given: Vec::new() }
    }

    fn next(&mut self, level: &str) -> Result<u64, StoreError> {
        let Assembling { ports, envelope, .. } = self.assembling;
        let written = |party: &edi::Party| crate::partner::written(envelope.standard, party);
        let counter =
            CounterName::control(envelope.standard.as_str(), &written(envelope.us), &written(envelope.them), level);
        let first = envelope.writing.first_number;
        if let Some(given) = self.given.iter_mut().find(|given| given.counter == counter) {
            given.now = following(given.now, first);
            return Ok(given.now);
        }
        let before = ports.outbox.counter(&counter)?;
        let now = following(before, first);
        self.given.push(Given { counter, before, now });
        Ok(now)
    }
}

/// The number behind `last`, which is 0 before the first.
fn following(last: u64, first: u64) -> u64 {
    match last {
        0 => first,
        LAST_NUMBER.. => first,
        last => (last + 1).max(first.min(LAST_NUMBER)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_numbers_follow_one_another_and_begin_again_behind_nine_digits() {
        let check = |last: u64, first: u64, expect: u64| assert_eq!(following(last, first), expect, "{last} {first}");
        check(0, 1, 1);
        check(1, 1, 2);
        check(0, 5_000, 5_000);
        check(5_000, 5_000, 5_001);
        // A start that was raised is where it goes on.
        check(7, 5_000, 5_000);
        check(999_999_998, 1, 999_999_999);
        check(999_999_999, 1, 1);
        check(999_999_999, 5_000, 5_000);
    }
}
