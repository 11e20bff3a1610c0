//! The outbound way: from a payload that is to be sent to the receipt that proves it. Each function is one step's
//! outcome as a [`Change`].
//!
//! ```text
//! submitted -> packed -> attempted … -> settled by a receipt          Delivered, Unproven, Disputed, Failed
//!                                    -> awaiting a receipt -> overdue  a late receipt still settles it
//! ```
//!
//! Any of them may be offered again by a person (`resending.rs`).
//!
//! The bytes, the Message-ID and the MIC are on disk before the first attempt, so that every attempt sends the same and a
//! receipt may come before the attempt has ended.

use std::time::Duration;

use super::change::{Change, Effect, Payload};
use super::delivery::{Handover, Schedule};
use super::detail::{Attempt, CertificateUsed, Detail, KeptEntity, PackedMessage, SettledBy};
use super::inbound::{advance, begin, kept, step};
use super::making::await_acknowledgement;
use super::record::{DedupKey, Exchange, Job, JobKind, Lane, Sent, Subject};
use super::resending::{self, contradicted, in_vain};
use super::stage::Stage;
use super::telling::conclude;
use crate::as2::{MessageId, Settlement};
use crate::base::{Diagnostic, ExchangeId, PartnerId, Severity, Timestamp};
use crate::smime::Mic;

/// A payload that is to be sent.
#[derive(Debug)]
pub struct Submission {
    /// The exchange it begins.
    pub exchange: ExchangeId,
    /// When it was handed over.
    pub at: Timestamp,
    /// To whom.
    pub partner: PartnerId,
    /// The business content.
    pub payload: Payload,
    /// What is known of it: names, content type, file name, subject.
    pub detail: Detail,
}

/// A payload is on disk and will be sent.
pub fn submitted(submission: Submission) -> Change {
    let Submission { exchange, at, partner, payload, mut detail } = submission;
    let mut change = Change::new(at);
    detail.payload = Some(payload.reference);
    change.payloads.push(payload);
    let detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(begin(exchange, Stage::Submitted, partner, at, detail)));
    change.effects.push(Effect::Job(job(exchange, JobKind::Pack, at)));
    change
}

/// The message that was made of a payload.
#[derive(Debug)]
pub struct Packing {
    /// Head, MIC and certificates.
    pub message: PackedMessage,
    /// The body.
    pub body: Payload,
    /// The entity that the MIC covers, where the body does not show it.
    pub inner: Option<KeptEntity>,
    /// That entity, and the certificates in PEM.
    pub kept: Vec<Payload>,
    /// By what a receipt names it.
    pub key: DedupKey,
}

/// The message is made, and will be sent from now on as it is.
pub fn packed(exchange: &Exchange, at: Timestamp, mut detail: Detail, packing: Packing) -> Change {
    let mut change = step(exchange, at);
    let Packing { message, body, inner, kept, key } = packing;
    detail.packed = Some(message);
    detail.inner = inner;
    change.payloads.push(body);
    change.payloads.extend(kept);
    let next = Exchange { stage: Stage::Sending, ..advance(exchange, at) };
    write(&mut change, next, &detail);
    change.effects.push(Effect::Sent(key, Sent { exchange: exchange.id, at }));
    change.effects.push(Effect::Job(job(exchange.id, JobKind::Deliver, at)));
    change
}

/// It cannot be sent, and a person must look.
pub fn failed(exchange: &Exchange, at: Timestamp, mut detail: Detail, diagnostic: Diagnostic) -> Change {
    let mut change = step(exchange, at);
    let stage = in_vain(exchange, &detail);
    detail.diagnostics = kept(&[detail.diagnostics, vec![diagnostic]].concat());
    write(&mut change, Exchange { stage, ..advance(exchange, at) }, &detail);
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    change
}

/// The receipt that is wanted of the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owed {
    /// None.
    None,
    /// In the answer.
    InTheAnswer,
    /// Later, within this time.
    Within(Duration),
}

/// A receipt that was read, and what it settles.
#[derive(Debug)]
pub struct Receipt {
    /// When it arrived.
    pub at: Timestamp,
    /// Its head and body as they came.
    pub raw: Payload,
    /// The Message-ID it names, where the message has gone out under others since.
    pub message_id: Option<String>,
    /// Its disposition.
    pub disposition: String,
    /// The MIC it shows.
    pub mic: Option<Mic>,
    /// The certificate it verified under, in PEM, and how it is named.
    pub certificate: Option<(CertificateUsed, Payload)>,
    /// Its sentence for people.
    pub text: String,
    /// What it settles.
    pub settlement: Settlement,
}

/// How one attempt to deliver ended.
#[derive(Debug)]
pub enum Outcome {
    /// With a receipt in the answer.
    Receipt(Box<Receipt>),
    /// Without one.
    Answered(Handover),
}

/// What is told of a step once it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It will be tried again then.
    Again(Timestamp),
    /// The receipt is owed.
    Awaiting,
    /// It has come to this stage, for this reason.
    Ended(Stage, Box<Diagnostic>),
}

/// The terms under which a message is offered.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The receipt wanted.
    pub owed: Owed,
    /// When to try again.
    pub schedule: Schedule,
    /// How long it may be under way before the ERP is told, counted from the first attempt.
    pub delayed_after: Duration,
    /// The Message-ID of the next attempt and by what its receipt names it, where it is not to have the same again.
    pub rename: Option<(MessageId, DedupKey)>,
}

/// One attempt was made.
pub fn attempted(
    exchange: &Exchange,
    job: &Job,
    mut detail: Detail,
    attempt: Attempt,
    outcome: Outcome,
    terms: &Terms,
    jitter: u8,
) -> (Change, Progress) {
    let now = attempt.at.after(Duration::from_millis(attempt.took_ms));
    let packed = detail.packed.as_ref().map_or(exchange.received_at, |packed| packed.at);
    let since = detail.resent.as_ref().map_or(packed, |resent| resent.at.max(packed));
    detail.note_attempt(attempt);
    let is_known = resending::is_known(exchange.stage);
    let handover = match outcome {
        Outcome::Receipt(receipt) => match stage_of(&receipt.settlement) {
            Some(stage) if resending::changes(exchange.stage, stage) => {
                return settle(exchange, detail, *receipt, stage);
            }
            Some(stage) => return repeated(exchange, detail, &receipt, stage),
            None => Handover::Unavailable("the answer holds a receipt for another message".to_owned()),
        },
        Outcome::Answered(Handover::Taken) => match terms.owed {
            // The receipt of the repeat comes by itself, and nothing hangs on it.
            Owed::None | Owed::Within(_) if is_known => {
                let told = Diagnostic::info("repeated", "the partner's server has taken it once more");
                return end(exchange, now, detail, exchange.stage, told);
            }
            Owed::None => {
                let told = Diagnostic::info("delivered", "the partner's server has taken it; no receipt was asked for");
                return end(exchange, now, detail, Stage::Delivered, told);
            }
            Owed::Within(time) => return await_receipt(exchange, now, detail, time),
            Owed::InTheAnswer => Handover::Unavailable(
                "the answer holds no receipt although one was asked for: nobody can say whether it was processed"
                    .into(),
            ),
        },
        Outcome::Answered(handover) => handover,
    };
    match handover {
        Handover::Refused(why) => {
            let told = Diagnostic::error("delivery-refused", format!("the message was not delivered: {why}"))
                .hinting("mend what is named, then send it again with 'edigate exchange resubmit'");
            in_the_end(exchange, now, detail, told)
        }
        Handover::Taken | Handover::Unavailable(_) => {
            let failures = job.attempts.saturating_add(1);
            let Some(due) = terms.schedule.next(now, since, failures, jitter) else {
                let told = Diagnostic::error("delivery-given-up", format!("not delivered in {failures} attempts"))
                    .hinting("ask the partner whether its server is well, then 'edigate exchange resubmit'");
                return in_the_end(exchange, now, detail, told);
            };
            let mut change = step(exchange, now);
            if detail.interchange.is_some() && !detail.delayed && now.since(since) >= terms.delayed_after {
                detail.delayed = true;
                conclude(&mut change, exchange.id);
            }
            // The new id is on disk before anything goes out under it, and the old ones stay: a receipt for any of them
            // settles the message.
            if let Some((message_id, key)) = &terms.rename {
                detail.packed = detail.packed.map(|packed| packed.renamed(message_id, due));
                message_id.as_str().clone_into(&mut detail.message_id);
                change.effects.push(Effect::Sent(*key, Sent { exchange: exchange.id, at: now }));
            }
            write(&mut change, advance(exchange, now), &detail);
            change.effects.push(Effect::Job(Job { due, attempts: failures, ..job.clone() }));
            (change, Progress::Again(due))
        }
    }
}

/// A receipt came by itself. `None` when it changes nothing that is known.
pub fn receipt_came(exchange: &Exchange, detail: Detail, receipt: Receipt) -> Option<(Change, Progress)> {
    let is_first = exchange.stage.awaits_receipt();
    let stage = stage_of(&receipt.settlement)?;
    // One that proves the delivery counts behind one that did not, behind the end of all attempts, and behind one that refuses
    // the same message under another id: the partner may refuse a repeat of what it has.
    let refused_otherwise = || detail.settled_by.as_ref().is_none_or(|by| by.message_id != receipt.message_id);
    let proves = stage == Stage::Delivered
        && match exchange.stage {
            Stage::Unproven => true,
            Stage::Failed => refused_otherwise(),
            // It was offered again since, and this time the partner has processed what was sent.
            Stage::Disputed => {
                let settled = detail.settled_by.as_ref().map(|by| by.at);
                detail.resent.as_ref().is_some_and(|resent| Some(resent.at) > settled)
            }
            _ => false,
        };
    (is_first || proves).then(|| settle(exchange, detail, receipt, stage))
}

/// The time for a receipt has passed.
pub fn overdue(exchange: &Exchange, at: Timestamp, mut detail: Detail) -> (Change, Diagnostic) {
    let told = Diagnostic::error("receipt-overdue", "the partner has taken the message and has not sent the receipt")
        .hinting("ask the partner whether it was processed; a receipt that comes now still counts");
    detail.diagnostics.push(told.clone());
    let mut change = step(exchange, at);
    write(&mut change, Exchange { stage: Stage::Overdue, ..advance(exchange, at) }, &detail);
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    (change, told)
}

/// The stage that a settlement leads to; none where the receipt is for another message.
fn stage_of(settlement: &Settlement) -> Option<Stage> {
    match settlement {
        Settlement::Accepted | Settlement::Warned(_) | Settlement::Deviating { .. } => Some(Stage::Delivered),
        Settlement::Refused(_) => Some(Stage::Failed),
        Settlement::MicMismatch { .. } => Some(Stage::Disputed),
        Settlement::Unproven => Some(Stage::Unproven),
        Settlement::OtherMessage => None,
    }
}

fn settle(exchange: &Exchange, mut detail: Detail, receipt: Receipt, stage: Stage) -> (Change, Progress) {
    let told = words(&receipt);
    let deviation = match &receipt.settlement {
        Settlement::Deviating { deviation, .. } => Some(deviation.as_str().to_owned()),
        _ => None,
    };
    let Receipt { at, raw, message_id, disposition, mic, certificate, text, .. } = receipt;
    let mut change = step(exchange, at);
    let (used, pem) = certificate.unzip();
    detail.settled_by = Some(SettledBy {
        at,
        receipt: raw.reference,
        message_id,
        disposition,
        mic: mic.map(|mic| mic.to_string()),
        certificate: used,
        deviation,
        text: text.chars().take(1_000).collect(),
    });
    change.payloads.push(raw);
    change.payloads.extend(pem);
    if stage != Stage::Delivered || matches!(told.severity, Severity::Warning) {
        detail.diagnostics = kept(&[detail.diagnostics, vec![told.clone()]].concat());
    }
    write(&mut change, Exchange { stage, ..advance(exchange, at) }, &detail);
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    (change, Progress::Ended(stage, Box::new(told)))
}

/// What an operator is told of a receipt.
fn words(receipt: &Receipt) -> Diagnostic {
    match &receipt.settlement {
        Settlement::Accepted => Diagnostic::info("delivered", "the receipt says processed and shows what was sent"),
        Settlement::Warned(text) => {
            Diagnostic::warning("delivered-with-warning", format!("the receipt says processed, with a warning: {text}"))
                .hinting("look at what the partner remarks; the message is delivered")
        }
        Settlement::Deviating { deviation, warning } => {
            let remark = warning.as_ref().map(|text| format!(", with a warning: {text}")).unwrap_or_default();
            let made = deviation.as_str();
            Diagnostic::warning("mic-deviates", format!("the receipt says processed{remark}; its MIC is made {made}"))
                .hinting(format!(
                    "the message is delivered; if the partner's product makes its MIC so, write mic = \"{made}\" in \
                     [as2.send.mdn], and it is not told again"
                ))
        }
        Settlement::Refused(disposition) => {
            Diagnostic::error("receipt-negative", format!("the partner did not process it: {disposition}"))
                .hinting("mend what the disposition names, then 'edigate exchange resubmit'")
        }
        Settlement::MicMismatch { received: Some(mic) } => Diagnostic::error(
            "mic-mismatch",
            format!("the partner processed something else than was sent; its MIC is {mic}"),
        )
        .hinting("compare the contents with the partner before anything is sent again: it has processed this one"),
        Settlement::MicMismatch { received: None } => {
            Diagnostic::error("mic-missing", "the receipt does not show what the partner processed")
                .hinting("ask the partner to put Received-Content-MIC into its receipts (RFC 4130, section 7.3.1)")
        }
        Settlement::Unproven => Diagnostic::warning(
            "receipt-unsigned",
            "the receipt is not signed although that was asked: it proves nothing",
        )
        .hinting("ask the partner for signed receipts, or write signed = false in [as2.send.mdn]"),
        Settlement::OtherMessage => Diagnostic::error("receipt-other", "the receipt is for another message"),
    }
}

fn await_receipt(exchange: &Exchange, now: Timestamp, detail: Detail, time: Duration) -> (Change, Progress) {
    let mut change = step(exchange, now);
    write(&mut change, Exchange { stage: Stage::AwaitingReceipt, ..advance(exchange, now) }, &detail);
    change.effects.push(Effect::Job(Job { due: now.after(time), ..job(exchange.id, JobKind::AwaitReceipt, now) }));
    (change, Progress::Awaiting)
}

/// Nothing came of the attempts.
fn in_the_end(exchange: &Exchange, at: Timestamp, detail: Detail, told: Diagnostic) -> (Change, Progress) {
    let stage = in_vain(exchange, &detail);
    let (change, _) = end(exchange, at, detail, stage, told.clone());
    // Whatever is known of the message from before: this time it was not delivered.
    (change, Progress::Ended(Stage::Failed, Box::new(told)))
}

/// A receipt came for the repeat of a message of which more is known than it says.
fn repeated(exchange: &Exchange, mut detail: Detail, receipt: &Receipt, stage: Stage) -> (Change, Progress) {
    let disposition = &receipt.disposition;
    if let Some(attempt) = detail.attempts.last_mut() {
        attempt.outcome = format!("the receipt says {disposition}");
    }
    if stage == exchange.stage {
        let told = Diagnostic::info("repeated", "the receipt for the repeat says what the first one said");
        return end(exchange, receipt.at, detail, stage, told);
    }
    in_the_end(exchange, receipt.at, detail, contradicted(exchange.stage, disposition))
}

fn end(exchange: &Exchange, at: Timestamp, mut detail: Detail, stage: Stage, told: Diagnostic) -> (Change, Progress) {
    let mut change = step(exchange, at);
    if told.severity != Severity::Info {
        detail.diagnostics = kept(&[detail.diagnostics, vec![told.clone()]].concat());
    }
    write(&mut change, Exchange { stage, ..advance(exchange, at) }, &detail);
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    (change, Progress::Ended(stage, Box::new(told)))
}

/// Puts an exchange with its detail into a change.
fn write(change: &mut Change, exchange: Exchange, detail: &Detail) {
    if let Some(interchange) = detail.interchange.as_ref().filter(|_| exchange.stage.is_settled()) {
        conclude(change, exchange.id);
        let is_owed = interchange.expects.is_some() && !interchange.is_acknowledged() && !interchange.overdue;
        if is_owed && matches!(exchange.stage, Stage::Delivered | Stage::Unproven) {
            // The partner's time runs from when it has the message.
            change.effects.push(await_acknowledgement(exchange.id, interchange.due(change.at)));
        }
    }
    let detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(Exchange { detail, ..exchange }));
}

/// Each message goes its own way: one that its partner does not take holds up no other.
pub(super) fn job(exchange: ExchangeId, kind: JobKind, due: Timestamp) -> Job {
    let lane = Lane::of(&exchange.to_string());
    Job { subject: Subject::Exchange(exchange), kind, lane, position: 0, due, attempts: 0 }
}

#[cfg(test)]
pub(super) mod tests;
