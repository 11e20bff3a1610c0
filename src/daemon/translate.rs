//! The step from an accepted payload to documents in the outbox.
//!
//! The interchange is read twice, one transaction set in memory at a time: first for its envelopes, because a file
//! that is not whole says nothing certain about any of it and is parked whole; then set by set. Batches are committed
//! as they fill, each with how far it has come, so that a crash goes on behind the last one and doubles nothing. Where a
//! partner wants an interchange rejected whole, one more reading between the two finds out whether it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::acknowledged::Statements;
use super::answer::Answers;
use super::commands;
use super::ports::Ports;
use super::submission::load_exchange;
use super::worker::postpone;
use crate::base::{Diagnostic, DocumentId, ExchangeId, Limits, RowId, Severity, Timestamp, counted, times};
use crate::config::Configuration;
use crate::edi::ack::{Acknowledged, acknowledged};
use crate::edi::{InterchangeHead, Piece, ReadFault, ReadOptions, Reader, TransactionSet};
use crate::exchange::inbound::{self, NewDocument, ParkedSet, Progress, SetOutcome};
use crate::exchange::making::Answering;
use crate::exchange::{
    Change, DedupKey, Detail, DocumentDetail, Effect, Exchange, Expect, Ids, Job, Payload, Seen, Subject, Translated,
    Translation, WireMessage, making, quarantine, rejected_with, wire_message,
};
use crate::observe::Event;
use crate::partner::{OnError, Partner};
use crate::store::{Lease, PayloadReader, StoreError};

/// Bytes of payloads that ride in one change; a journal record holds 1 MiB, and records and details need room too.
const BATCH_BYTES: usize = 512 << 10;
/// Transaction sets of one change.
const BATCH_SETS: usize = 256;

/// Translates one exchange and writes down what became of it.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let working = Arc::clone(ports);
    let decided = tokio::task::spawn_blocking(move || decide(&working, &job)).await;
    let change = match decided {
        Ok(Ok(decided)) => decided,
        // A full disk is no fault of the exchange, which must not end parked for it.
        Ok(Err(fault)) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Ok(Err(fault)) => return Err(fault),
        // The lease drops: the job comes due again, its attempt counted, and is parked when it has had its attempts.
        Err(stopped) => return Err(StoreError::Index { what: format!("the translation ended early: {stopped}") }),
    };
    let (change, told) = change;
    lease.finish(change).await?;
    told.tell(ports);
    Ok(())
}

/// What is told once the last change is durable.
struct Told {
    exchange: Exchange,
    worst: Option<Diagnostic>,
}

impl Told {
    fn tell(&self, ports: &Ports) {
        let Exchange { id: exchange, partner, documents, parked, .. } = &self.exchange;
        let (exchange, documents, parked) = (*exchange, *documents, *parked);
        if let Some(Diagnostic { code, message, .. }) = &self.worst {
            Event::Parked { exchange, partner, code, message }.emit(&ports.metrics);
        }
        if documents + parked > 0 {
            Event::Translated { exchange, partner, documents, parked }.emit(&ports.metrics);
        }
    }
}

fn decide(ports: &Ports, job: &Job) -> Result<(Change, Told), StoreError> {
    let id = match job.subject {
        Subject::Exchange(id) => id,
        Subject::Document(id) => return decide_again(ports, job, id),
        other => return Err(StoreError::Index { what: format!("a translation is about an exchange, not {other}") }),
    };
    let (exchange, detail) = load_exchange(ports, id)?;
    let configuration = ports.live.current();
    let limits = configuration.registry.partner(&exchange.partner).map(|partner| partner.limits.clone());
    let limits = limits.unwrap_or_else(|| configuration.settings.limits.clone());
    if job.attempts > limits.attempts {
        return Ok(park(ports, exchange, detail, vec![gave_up(limits.attempts)]));
    }
    let Some(payload) = detail.payload else {
        return Ok(park(ports, exchange, detail, vec![Diagnostic::error("no-payload", "the exchange has no payload")]));
    };
    let read = || -> Result<Reader<PayloadReader>, StoreError> {
        Ok(Reader::new(
            ports.outbox.payload_reader(&payload)?,
            ReadOptions { limits: limits.clone(), ..ReadOptions::default() },
        ))
    };
    let partner = |head: &InterchangeHead| {
        let registry = &configuration.registry;
        registry.interchange_partner(&exchange.partner, head.standard, &head.receiver, &head.sender).cloned()
    };
    let answering = Answers { ports, configuration: &configuration, exchange: &exchange };
    let judged = match survey(read()?, &limits, &partner)? {
        Ok(judged) => judged,
        Err(diagnostics) => {
            let answers = answering.of(read()?, &BTreeMap::new())?;
            let mut parked = park(ports, exchange, detail, diagnostics);
            add_answers(ports, parked.1.exchange.id, answers, &mut parked.0)?;
            return Ok(parked);
        }
    };
    let mut walk = Walk {
        ports,
        configuration: &configuration,
        detail: &detail,
        rejected: BTreeMap::new(),
        batch: Batch::default(),
        worst: None,
    };
    if judged == Judged::ByInterchange {
        walk.judge(&exchange, read()?)?;
    }
    let rejected = walk.rejected.clone();
    let answers = answering.of(read()?, &rejected)?;
    let (mut change, told) = walk.run(exchange.clone(), read()?)?;
    add_answers(ports, exchange.id, answers, &mut change)?;
    Ok((change, told))
}

/// Answers of one change.
const ANSWERS: usize = 100;

/// Adds the answers to the change that ends a translation. Where they are many they become durable before it, and are
/// recognised when a crash has the translation end once more.
fn add_answers(
    ports: &Ports,
    exchange: ExchangeId,
    answers: Vec<Answering>,
    change: &mut Change,
) -> Result<(), StoreError> {
    if answers.len() <= ANSWERS {
        answers.into_iter().for_each(|answer| making::answer(change, answer));
        return Ok(());
    }
    let mut answers = answers.into_iter().peekable();
    for part in 0_u32.. {
        if answers.peek().is_none() {
            break;
        }
        let now = ports.clock.now();
        let mut some = Change::new(now);
        let key = DedupKey::seen("answers", &[&exchange.to_string(), &part.to_string()]);
        some.expect.push(Expect::Unseen(key, Timestamp::from_millis(0)));
        some.effects.push(Effect::Seen(key, Seen { exchange: Some(exchange), document: None, at: now }));
        answers.by_ref().take(ANSWERS).for_each(|answer| making::answer(&mut some, answer));
        match ports.outbox.apply_blocking(some) {
            Ok(_) | Err(StoreError::Repeated { .. }) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// One transaction set that waited for a person is read once more, by the configuration in force.
fn decide_again(ports: &Ports, job: &Job, id: DocumentId) -> Result<(Change, Told), StoreError> {
    let gone = |what: &str| StoreError::Index { what: format!("document {id} cannot be read again: {what}") };
    let (document, steps) = commands::load(ports, id)?.ok_or_else(|| gone("it is not there"))?;
    let exchange = document.exchange.ok_or_else(|| gone("it came in no exchange"))?;
    let (exchange, detail) = load_exchange(ports, exchange)?;
    let configuration = ports.live.current();
    let mut walk = Walk {
        ports,
        configuration: &configuration,
        detail: &detail,
        rejected: BTreeMap::new(),
        batch: Batch::default(),
        worst: None,
    };
    let now = ports.clock.now();
    let ordinal =
        steps.message.as_ref().and_then(|message| message.ordinal).ok_or_else(|| gone("its place is lost"))?;
    let outcome = if job.attempts > configuration.settings.limits.attempts {
        None
    } else {
        let payload = detail.payload.ok_or_else(|| gone("its exchange has no payload"))?;
        let options = ReadOptions { limits: configuration.settings.limits.clone(), ..ReadOptions::default() };
        let set = nth_set(Reader::new(ports.outbox.payload_reader(&payload)?, options), ordinal)?;
        let set = set.ok_or_else(|| gone("its exchange has fewer transaction sets"))?;
        let ids = Ids { document: id, row: RowId::mint(now, ports.entropy.bytes()) };
        Some(walk.translate_as(&exchange, &set, 0, ordinal, ids)?)
    };
    let change = match outcome {
        Some(SetOutcome::Document(new)) => quarantine::read_again(&document, &steps, &exchange, now, new),
        Some(SetOutcome::Parked(set)) => quarantine::read_in_vain(&document, &steps, now, set),
        Some(SetOutcome::Acknowledged) | None => {
            let mut change = Change::new(now);
            change.effects.push(Effect::JobDone(job.subject));
            change
        }
    };
    Ok((change, Told { exchange, worst: walk.worst }))
}

/// The transaction set that has this place in a file, from 0.
fn nth_set(mut reader: Reader<PayloadReader>, ordinal: u64) -> Result<Option<Box<TransactionSet>>, StoreError> {
    let mut seen = 0;
    while let Some(piece) = next_piece(&mut reader)? {
        if let Piece::Set(set) = piece {
            if seen == ordinal {
                return Ok(Some(set));
            }
            seen += 1;
        }
    }
    Ok(None)
}

fn gave_up(attempts: u32) -> Diagnostic {
    Diagnostic::error(
        "gave-up",
        format!("the daemon was stopped in the middle of this translation {}", times(attempts)),
    )
    .hinting("look for a crash in the log; the payload is kept, please report it with edigate's version")
}

fn park(ports: &Ports, exchange: Exchange, detail: Detail, diagnostics: Vec<Diagnostic>) -> (Change, Told) {
    let worst = diagnostics.iter().max_by_key(|diagnostic| diagnostic.severity).cloned();
    let change = inbound::parked(&exchange, ports.clock.now(), detail, diagnostics);
    (change, Told { exchange, worst })
}

/// How the transaction sets of a file are judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// Each by itself.
    BySet,
    /// Those of some interchange all together.
    ByInterchange,
}

/// Reads the whole file for its envelopes. The inner error is the partner's: what keeps the file from being used.
/// What they weigh is a matter of the partner that an interchange is from.
fn survey(
    mut reader: Reader<PayloadReader>,
    limits: &Limits,
    partner_of: &dyn Fn(&InterchangeHead) -> Option<Arc<Partner>>,
) -> Result<Result<Judged, Vec<Diagnostic>>, StoreError> {
    let mut errors = Vec::new();
    let mut judged = Judged::BySet;
    let (mut sets, mut answers) = (0_u64, 0_u64);
    let mut sender = None;
    loop {
        let mut findings = match reader.next_piece() {
            Ok(None) => break,
            Ok(Some(Piece::Set(_))) => {
                sets += 1;
                if sets > limits.transaction_sets {
                    return Ok(Err(vec![too_many_sets(limits.transaction_sets)]));
                }
                continue;
            }
            Ok(Some(Piece::GroupEnd(end))) => end.findings,
            Ok(Some(Piece::InterchangeEnd(end))) => end.findings,
            Ok(Some(Piece::Unreadable(interchange))) => interchange.head.findings.clone(),
            Ok(Some(Piece::Finding(finding))) => vec![finding],
            Ok(Some(Piece::Interchange(head))) => {
                sender = partner_of(&head).map(|partner| (partner, head.standard));
                let reading = sender.as_ref().and_then(|(partner, standard)| partner.reading(*standard));
                if reading.is_some_and(|reading| reading.on_error == OnError::RejectInterchange) {
                    judged = Judged::ByInterchange;
                }
                head.findings.clone()
            }
            Ok(Some(Piece::Acknowledgement(_))) => {
                answers += 1;
                continue;
            }
            Ok(Some(Piece::Group(_))) => continue,
            Err(ReadFault::Io(fault)) => return Err(unread(&fault)),
            Err(fault) => {
                errors.push(Diagnostic::from(&fault));
                break;
            }
        };
        if let Some((partner, standard)) = &sender {
            partner.weigh(*standard, &mut findings);
        }
        errors.extend(findings.iter().map(Diagnostic::from).filter(|found| found.severity == Severity::Error));
        if errors.len() >= ENVELOPE_ERRORS {
            break;
        }
    }
    if errors.is_empty() && sets == 0 && answers == 0 {
        errors.push(
            Diagnostic::error("no-transaction-set", "the file holds no transaction set")
                .hinting("ask the partner what was meant"),
        );
    }
    Ok(if errors.is_empty() { Ok(judged) } else { Err(errors) })
}

fn too_many_sets(limit: u64) -> Diagnostic {
    Diagnostic::error(
        "too-many-transaction-sets",
        format!("the file has more than {}", counted(limit, "transaction set")),
    )
    .hinting("ask the partner for smaller files, or raise 'transaction_sets' in [limits]")
}

/// Errors after which it is clear enough that a file is broken.
const ENVELOPE_ERRORS: usize = 100;

fn unread(fault: &std::io::Error) -> StoreError {
    StoreError::from_io(fault).cloned().unwrap_or_else(|| StoreError::Io {
        doing: "reading a payload in",
        file: "spool".into(),
        source: Arc::new(std::io::Error::new(fault.kind(), fault.to_string())),
    })
}

/// The second reading.
struct Walk<'a> {
    ports: &'a Ports,
    configuration: &'a Configuration,
    detail: &'a Detail,
    /// The interchanges, by their place in the file, that are rejected whole, each for a transaction set in it.
    rejected: BTreeMap<u64, String>,
    batch: Batch,
    worst: Option<Diagnostic>,
}

#[derive(Default)]
struct Batch {
    outcomes: Vec<SetOutcome>,
    bytes: usize,
}

/// The next piece of a file that the survey read to its end.
fn next_piece(reader: &mut Reader<PayloadReader>) -> Result<Option<Piece>, StoreError> {
    reader.next_piece().map_err(|fault| match fault {
        ReadFault::Io(fault) => unread(&fault),
        fault => StoreError::Index { what: format!("the second reading differs from the first: {fault}") },
    })
}

impl Walk<'_> {
    /// Finds the interchanges that are rejected whole, before anything of them is published.
    fn judge(&mut self, exchange: &Exchange, mut reader: Reader<PayloadReader>) -> Result<(), StoreError> {
        let mut interchange = 0;
        let mut is_judged_whole = false;
        while let Some(piece) = next_piece(&mut reader)? {
            match piece {
                Piece::Interchange(head) => {
                    interchange += 1;
                    is_judged_whole = self.translation(exchange).is_judged_whole(&head);
                }
                Piece::Set(set)
                    if is_judged_whole
                        && !self.rejected.contains_key(&interchange)
                        && self.translation(exchange).translate(&set, self.ids()).is_err() =>
                {
                    self.rejected.insert(interchange, format!("{} {}", set.id, set.control_number));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn run(mut self, mut exchange: Exchange, mut reader: Reader<PayloadReader>) -> Result<(Change, Told), StoreError> {
        let mut skip = exchange.sets_done;
        let mut ordinal = exchange.sets_done;
        let mut current: Option<Arc<InterchangeHead>> = None;
        let mut interchange = 0;
        while let Some(piece) = next_piece(&mut reader)? {
            let set = match piece {
                Piece::Set(set) => set,
                Piece::Interchange(head) => {
                    interchange += 1;
                    current = Some(head);
                    continue;
                }
                Piece::Acknowledgement(ta1) => {
                    if let Some(head) = &current {
                        let unmatched = self.settle(&exchange, head, &[Acknowledged::from(&ta1)])?;
                        self.worst = self.worst.or(unmatched.into_iter().next());
                    }
                    continue;
                }
                _ => continue,
            };
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let outcome = self.translate(&exchange, &set, interchange, ordinal)?;
            ordinal += 1;
            self.batch.bytes += weight(&outcome);
            self.batch.outcomes.push(outcome);
            if self.batch.bytes >= BATCH_BYTES || self.batch.outcomes.len() >= BATCH_SETS {
                exchange = self.commit(&exchange)?;
            }
        }
        let outcomes = std::mem::take(&mut self.batch.outcomes);
        let (change, exchange) = inbound::translated(&exchange, self.ports.clock.now(), outcomes, Progress::Finished);
        Ok((change, Told { exchange, worst: self.worst }))
    }

    /// Makes what has gathered durable and goes on.
    fn commit(&mut self, exchange: &Exchange) -> Result<Exchange, StoreError> {
        let Batch { outcomes, .. } = std::mem::take(&mut self.batch);
        let (change, next) = inbound::translated(exchange, self.ports.clock.now(), outcomes, Progress::More);
        self.ports.outbox.apply_blocking(change)?;
        Ok(next)
    }

    fn translation<'w>(&'w self, exchange: &'w Exchange) -> Translation<'w> {
        let settings = &self.configuration.settings;
        Translation {
            registry: &self.configuration.registry,
            instance: &settings.instance,
            exchange,
            detail: self.detail,
            limits: &settings.limits,
        }
    }

    fn ids(&self) -> Ids {
        let now = self.ports.clock.now();
        Ids {
            document: DocumentId::mint(now, self.ports.entropy.bytes()),
            row: RowId::mint(now, self.ports.entropy.bytes()),
        }
    }

    /// Translates a set of the interchange that has this place in the file.
    fn translate(
        &mut self,
        exchange: &Exchange,
        set: &TransactionSet,
        interchange: u64,
        ordinal: u64,
    ) -> Result<SetOutcome, StoreError> {
        let ids = self.ids();
        self.translate_as(exchange, set, interchange, ordinal, ids)
    }

    fn translate_as(
        &mut self,
        exchange: &Exchange,
        set: &TransactionSet,
        interchange: u64,
        ordinal: u64,
        ids: Ids,
    ) -> Result<SetOutcome, StoreError> {
        if let Some(said) = acknowledged(set)
            && self.partner(exchange, &set.interchange).is_some()
        {
            let unmatched = self.settle(exchange, &set.interchange, &said)?;
            if unmatched.is_empty() {
                return Ok(SetOutcome::Acknowledged);
            }
            return self.parked(set, ids, unmatched, ordinal);
        }
        let translated = self.translation(exchange).translate(set, ids);
        let translated = match (translated, self.rejected.get(&interchange)) {
            (Ok(Translated { detail: DocumentDetail { mut diagnostics, .. }, .. }), Some(other)) => {
                diagnostics.push(rejected_with(other));
                Err(diagnostics)
            }
            (translated, _) => translated,
        };
        match translated {
            Ok(translated) => {
                let Translated { content, publication, mut detail } = translated;
                if let Some(message) = &mut detail.message {
                    message.ordinal = Some(ordinal);
                }
                let (kind, number) = publication
                    .about
                    .as_ref()
                    .map(|about| (about.document_type.clone(), about.document_number.clone()))
                    .unwrap_or_default();
                Ok(SetOutcome::Document(NewDocument {
                    id: ids.document,
                    row: ids.row,
                    kind,
                    number,
                    partition_key: publication.partition_key.clone(),
                    envelope: serde_json::to_vec(&publication).expect("a publication holds strings and numbers"),
                    content: self.keep(&content)?,
                    detail,
                }))
            }
            Err(diagnostics) => self.parked(set, ids, diagnostics, ordinal),
        }
    }

    fn parked(
        &mut self,
        set: &TransactionSet,
        ids: Ids,
        diagnostics: Vec<Diagnostic>,
        ordinal: u64,
    ) -> Result<SetOutcome, StoreError> {
        let first = diagnostics.iter().max_by_key(|diagnostic| diagnostic.severity);
        if self.worst.is_none() {
            self.worst = first.cloned();
        }
        let content = self.keep(set.raw())?;
        let message = WireMessage { ordinal: Some(ordinal), ..wire_message(set) };
        let detail = DocumentDetail { diagnostics, message: Some(message), ..DocumentDetail::default() };
        Ok(SetOutcome::Parked(ParkedSet { id: ids.document, kind: set.id.clone(), content, detail }))
    }

    fn partner(&self, exchange: &Exchange, head: &InterchangeHead) -> Option<&Arc<Partner>> {
        let registry = &self.configuration.registry;
        registry.interchange_partner(&exchange.partner, head.standard, &head.receiver, &head.sender)
    }

    /// Settles what a partner says of ours; what is about nothing of ours comes back.
    fn settle(
        &self,
        exchange: &Exchange,
        head: &InterchangeHead,
        said: &[Acknowledged],
    ) -> Result<Vec<Diagnostic>, StoreError> {
        let Some(partner) = self.partner(exchange, head) else { return Ok(Vec::new()) };
        let (ports, standard, came_in) = (self.ports, head.standard, exchange.id);
        Statements { ports, partner: &partner.id, standard, came_in }.settle(said)
    }

    fn keep(&self, content: &[u8]) -> Result<Payload, StoreError> {
        let mut stage = self.ports.outbox.spool().stage(content.len() as u64);
        stage.put(content)?;
        stage.finish()?.keep()
    }
}

/// Bytes that an outcome adds to its change.
fn weight(outcome: &SetOutcome) -> usize {
    /// Records, references and keys around the payloads of one outcome.
    const AROUND: usize = 1 << 10;
    let told = |detail: &DocumentDetail| detail.diagnostics.len().min(100) * 512;
    AROUND
        + match outcome {
            SetOutcome::Document(document) => {
                inbound::inline_bytes(&document.content) + document.envelope.len() + told(&document.detail)
            }
            SetOutcome::Parked(set) => inbound::inline_bytes(&set.content) + told(&set.detail),
            SetOutcome::Acknowledged => 0,
        }
}

#[cfg(test)]
mod tests;
