//! The step from an accepted payload to documents in the outbox.
//!
//! The interchange is read twice, one transaction set in memory at a time: first for its envelopes, because a file
//! that is not whole says nothing certain about any of it and is parked whole; then set by set. Batches are committed
//! as they fill, each with how far it has come, so that a crash goes on behind the last one and doubles nothing. Where a
//! partner wants an interchange rejected whole, one more reading between the two finds out whether it is.

mod again;
pub(super) mod repeats;
mod survey;
mod walk;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::again::decide_again;
pub(super) use self::again::{came_in, reread};
use self::survey::{Judged, survey};
use self::walk::{Batch, Walk};
use super::answer::Answers;
use super::ports::Ports;
use super::submission::load_exchange;
use super::worker::postpone;
use crate::base::{Diagnostic, DocumentId, ExchangeId, Timestamp, times};
use crate::edi::{InterchangeHead, ReadOptions, Reader};
use crate::exchange::inbound;
use crate::exchange::making::Answering;
use crate::exchange::{Change, DedupKey, Detail, Effect, Exchange, Expect, Job, Seen, Subject, Teller, making};
use crate::observe::Event;
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
    // What was answered while it waited is not answered again when a person lets it go on.
    let answered = DedupKey::seen("answered", &[&id.to_string()]);
    let is_answered = ports.outbox.seen(&answered)?.is_some();
    let judged = match survey(read()?, &limits, &partner)? {
        Ok(judged) => judged,
        Err(diagnostics) => {
            let answers = if is_answered { Vec::new() } else { answering.of(read()?, &BTreeMap::new())? };
            let mut parked = park(ports, exchange, detail, diagnostics);
            if !answers.is_empty() {
                let seen = Seen { exchange: Some(id), document: None, at: parked.0.at };
                parked.0.effects.push(Effect::Seen(answered, seen));
            }
            add_answers(ports, id, answers, &mut parked.0)?;
            return Ok(parked);
        }
    };
    let mut walk = Walk {
        ports,
        configuration: &configuration,
        detail: &detail,
        rejected: BTreeMap::new(),
        batch: Batch::default(),
        arriving: None,
        is_released: false,
        worst: None,
    };
    if judged == Judged::ByInterchange {
        walk.judge(&exchange, read()?)?;
    }
    let rejected = walk.rejected.clone();
    let answers = if is_answered { Vec::new() } else { answering.of(read()?, &rejected)? };
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

fn gave_up(attempts: u32) -> Diagnostic {
    Diagnostic::error(
        "gave-up",
        format!("the daemon was stopped in the middle of this translation {}", times(attempts)),
    )
    .hinting("look for a crash in the log; the payload is kept, please report it with edigate's version")
}

fn park(ports: &Ports, exchange: Exchange, detail: Detail, diagnostics: Vec<Diagnostic>) -> (Change, Told) {
    let worst = diagnostics.iter().max_by_key(|diagnostic| diagnostic.severity).cloned();
    let now = ports.clock.now();
    let configuration = ports.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*ports.entropy };
    let id = DocumentId::mint(now, ports.entropy.bytes());
    let change = inbound::parked(&exchange, now, detail, diagnostics, id, teller);
    (change, Told { exchange, worst })
}

fn unread(fault: &std::io::Error) -> StoreError {
    StoreError::from_io(fault).cloned().unwrap_or_else(|| StoreError::Io {
        doing: "reading a payload in",
        file: "spool".into(),
        source: Arc::new(std::io::Error::new(fault.kind(), fault.to_string())),
    })
}

#[cfg(test)]
mod tests;
