//! A message whose body has arrived: opened, accepted durably or refused for good, and answered.
//!
//! Order of things: the receipt is signed, then record, answer and bytes become durable in one change, and only then
//! does anything positive leave. A repeat is recognised inside that change; the look-up before it merely saves work.

use std::io::{self, Read, Seek, SeekFrom};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{Arrived, COME_AGAIN, Message, Waiting, attachments, put_off_for, store_failed};
use crate::as2::{self, As2Error, ReceiptAsked, Received, Refusal, Security};
use crate::base::{Diagnostic, Timestamp};
use crate::daemon::learn;
use crate::daemon::ports::Ports;
use crate::daemon::{evidence, receipt};
use crate::exchange::inbound::{self, Arrival};
use crate::exchange::{Answer, Applied, DedupKey, Detail, Evidence, JobKind, Lane, NewAttachment, Payload};
use crate::http::Reply;
use crate::observe::Event;
use crate::smime::SmimeError;
use crate::store::{Staged, StoreError};

/// What a message came to, once it was opened.
pub(in crate::daemon) enum Opened {
    /// It is in order.
    InOrder(Box<InOrder>),
    /// It is in order and was answered before; nothing of it is kept.
    Repeated(Box<(Received, Answer)>),
    /// It failed for good; here is the receipt that says so, when one was asked for.
    Refused(Box<(Refusal, Option<as2::Answer>)>),
}

/// A message in order, with all that its acceptance needs.
pub(in crate::daemon) struct InOrder {
    pub(in crate::daemon) received: Received,
    /// Recognises a repeat,
    pub(in crate::daemon) key: DedupKey,
    /// of what was answered since then.
    pub(in crate::daemon) known_since: Timestamp,
    /// The receipt to give, signed; absent when none was asked for.
    pub(in crate::daemon) receipt: Option<as2::Answer>,
    pub(in crate::daemon) payload: Payload,
    pub(in crate::daemon) attachments: Vec<NewAttachment>,
    /// What proves message and receipt to others.
    pub(in crate::daemon) evidence: Evidence,
}

/// Why there is no verdict: a fault on our side, and the partner sends again.
pub(in crate::daemon) enum Unable {
    Store(StoreError),
    Sign(SmimeError),
}

impl From<StoreError> for Unable {
    fn from(fault: StoreError) -> Self {
        Self::Store(fault)
    }
}

impl From<io::Error> for Unable {
    fn from(fault: io::Error) -> Self {
        Self::Store(StoreError::from_io(&fault).cloned().unwrap_or_else(|| StoreError::Io {
            doing: "staging a body in",
            file: "spool".into(),
            source: Arc::new(fault),
        }))
    }
}

impl From<SmimeError> for Unable {
    fn from(fault: SmimeError) -> Self {
        Self::Sign(fault)
    }
}

/// Opens a message, writes down what came of it, and gives the answer.
pub(super) async fn run(ports: Arc<Ports>, arrived: Arrived) -> Reply {
    let Arrived { message, waiting, raw, body_at } = arrived;
    if let ReceiptAsked::Async { .. } = message.request.receipt {
        return stage(&ports, &message, raw).await;
    }
    let bytes = raw.length().saturating_sub(body_at);
    let message = Arc::new(message);
    let opening = (Arc::clone(&ports), Arc::clone(&message));
    let opened = tokio::task::spawn_blocking(move || open_staged(&opening.0, &opening.1, raw, body_at)).await;
    match opened {
        Ok(Ok((Opened::InOrder(in_order), raw))) => accept(&ports, &message, &waiting, *in_order, raw, bytes).await,
        Ok(Ok((Opened::Repeated(repeated), _))) => repeat(&ports, &message, &repeated.0, &repeated.1).await,
        Ok(Ok((Opened::Refused(refused), _))) => refuse(&ports, &message, &waiting, &refused.0, refused.1).await,
        Ok(Err(Unable::Store(fault))) => store_failed(&ports, &message.partner, &fault),
        Ok(Err(Unable::Sign(fault))) => {
            fault_of_ours(&ports, &message, &format!("a receipt cannot be signed: {fault}"))
        }
        Err(stopped) => fault_of_ours(&ports, &message, &format!("opening it ended early: {stopped}")),
    }
}

/// A message whose receipt is asked for later is answered as soon as it is on disk, before anything is decrypted: what
/// takes long would otherwise make its sender send it again (RFC 4130, section 7.2: the answer precedes the receipt).
async fn stage(ports: &Ports, message: &Message, raw: Staged) -> Reply {
    let Message { exchange, partner, at, .. } = message;
    let limit = partner.limits.staged_per_partner;
    match ports.outbox.jobs_waiting(JobKind::Open, &Lane::of(partner.id.as_str()), limit) {
        Ok(waiting) if waiting >= limit => return put_off_for(ports, partner, "staged-full"),
        Ok(_) => {}
        Err(fault) => return store_failed(ports, partner, &fault),
    }
    let bytes = raw.length();
    let raw = match tokio::task::block_in_place(|| raw.keep()) {
        Ok(raw) => raw,
        Err(fault) => return store_failed(ports, partner, &fault),
    };
    let detail = Detail { disposition: None, ..detail(message, "") };
    let change = inbound::staged(*exchange, *at, partner.id.clone(), raw, detail);
    match ports.outbox.apply(change).await {
        Ok(_) => {
            let (exchange, partner, message_id) = (*exchange, &partner.id, message.request.message_id.as_str());
            Event::MessageStaged { exchange, partner, message_id, bytes }.emit(&ports.metrics);
            Reply::empty(message.partner.as2().map_or(200, |channel| channel.receive.async_ack_status))
        }
        Err(fault) => store_failed(ports, partner, &fault),
    }
}

/// Opens a message that lies in the spool, and keeps it when it is accepted.
fn open_staged(
    ports: &Ports,
    message: &Message,
    raw: Staged,
    body_at: u64,
) -> Result<(Opened, Option<Payload>), Unable> {
    let opened = {
        let mut body = raw.reader()?;
        body.seek(SeekFrom::Start(body_at))?;
        open(ports, message, body)?
    };
    let raw = matches!(opened, Opened::InOrder(_)).then(|| raw.keep()).transpose()?;
    Ok((opened, raw))
}

/// Decrypts, verifies, and signs the receipt. Blocks; nearly all of its time goes into RSA.
pub(in crate::daemon) fn open(ports: &Ports, message: &Message, body: impl Read) -> Result<Opened, Unable> {
    let request = &message.request;
    let limits = &message.partner.limits;
    let security = security(message);
    // Without compression a payload is no larger than its message, whatever the bound for decompressed ones.
    let most = limits.decompressed.max(limits.body);
    let (mut payload, mut inner) = (ports.outbox.spool().stage(most), ports.outbox.spool().stage(most));
    let fallback_key = ports.entropy.bytes();
    let verdict = as2::open_for_evidence(request, body, &mut payload, &mut inner, &security, limits, fallback_key)?;
    let answer = |outcome| as2::answer(request, outcome, Some(&security), message.at, &*ports.entropy);
    let received = match verdict {
        Ok(received) => received,
        Err(refusal) => {
            let receipt = answer(Err(&refusal))?;
            return Ok(Opened::Refused(Box::new((refusal, receipt))));
        }
    };
    let key = DedupKey::as2(request.from.as_str(), request.to.as_str(), request.message_id.as_str());
    let window = message.partner.as2().map_or(Duration::MAX, |channel| channel.receive.duplicate_window);
    let known_since = message.at.before(window);
    if let Some(before) = ports.outbox.answer_to(&key)?.filter(|before| before.at >= known_since) {
        return Ok(Opened::Repeated(Box::new((received, before))));
    }
    let receipt = answer(Ok(&received))?;
    let (payload, attachments) = attachments::keep(ports.outbox.spool(), payload.finish()?, &received)?;
    let evidence = evidence::of_received(ports, &received, inner, receipt.as_ref(), &security)?;
    let in_order = InOrder { received, key, known_since, receipt, payload, attachments, evidence };
    Ok(Opened::InOrder(Box::new(in_order)))
}

pub(in crate::daemon) fn security(message: &Message) -> Security {
    message.partner.as2().map(|channel| channel.security(message.at)).unwrap_or_default()
}

async fn accept(
    ports: &Ports,
    message: &Message,
    waiting: &Waiting,
    in_order: InOrder,
    raw: Option<Payload>,
    bytes: u64,
) -> Reply {
    let InOrder { received, key, known_since, receipt, payload, attachments, evidence } = in_order;
    let Some(raw) = raw else { return fault_of_ours(ports, message, "an accepted message was not kept") };
    let partner = &message.partner.id;
    let mut change = inbound::received(Arrival {
        exchange: message.exchange,
        at: message.at,
        partner: partner.clone(),
        key,
        known_since,
        content: received.content,
        detail: detail_in_order(message, &received),
        raw,
        payload,
        attachments,
        receipt: receipt.as_ref().map(receipt::to_bytes),
        evidence,
    });
    if let Err(fault) = learn::from_message(ports, &mut change, partner, &received.layers, message.at) {
        return store_failed(ports, &message.partner, &fault);
    }
    match ports.outbox.apply(change).await {
        Ok(Applied::Done) => {
            let took = ports.clock.now().since(waiting.begun);
            let (exchange, message_id) = (message.exchange, message.request.message_id.as_str());
            Event::MessageReceived { exchange, partner, message_id, bytes, took }.emit(&ports.metrics);
            receipt.map_or_else(|| Reply::empty(200), receipt::reply)
        }
        Ok(Applied::Seen(before)) => repeat(ports, message, &received, &before).await,
        Err(fault) => store_failed(ports, &message.partner, &fault),
    }
}

/// The same Message-ID again: the very receipt it got before, or what the partner's file wants said of repeats, unless it is
/// another message under an old name.
async fn repeat(ports: &Ports, message: &Message, received: &Received, before: &Answer) -> Reply {
    if before.content != received.content {
        return refuse_reuse(ports, message, received, before).await;
    }
    let partner = &message.partner.id;
    let (exchange, message_id) = (before.exchange, message.request.message_id.as_str());
    Event::MessageRepeated { exchange, partner, message_id }.emit(&ports.metrics);
    let stored = match (before.receipt, message.request.receipt.terms()) {
        (_, None) => return Reply::empty(200),
        (_, Some(_)) if told_of_repeat(message).is_some() => {
            let told = tokio::task::block_in_place(|| repeated_receipt(ports, message, received));
            return match told {
                Ok(told) => told.map_or_else(|| Reply::empty(200), receipt::reply),
                Err(fault) => fault_of_ours(ports, message, &format!("a receipt cannot be signed: {fault}")),
            };
        }
        (Some(stored), Some(_)) => ports.outbox.payload(&stored),
        // The first time no receipt was asked for, so none was stored; this one says the same of the same content.
        (None, Some(_)) => return fresh_receipt(ports, message, Ok(received)).await,
    };
    match stored.map(|bytes| receipt::to_reply(&bytes)) {
        Ok(Some(reply)) => reply,
        Ok(None) => fault_of_ours(ports, message, "the stored receipt cannot be read"),
        Err(fault) => store_failed(ports, &message.partner, &fault),
    }
}

/// What the partner's file wants said of a repeat, where it is not the first receipt.
fn told_of_repeat(message: &Message) -> Option<as2::Disposition> {
    message.partner.as2()?.receive.duplicate_answer.disposition()
}

/// The receipt of its own that a repeat gets, where the partner's file wants one and the message asks for one.
pub(in crate::daemon) fn repeated_receipt(
    ports: &Ports,
    message: &Message,
    received: &Received,
) -> Result<Option<as2::Answer>, SmimeError> {
    let Some(disposition) = told_of_repeat(message) else { return Ok(None) };
    let security = security(message);
    as2::answer_repeated(&message.request, received, &disposition, &security, ports.clock.now(), &*ports.entropy)
}

async fn refuse_reuse(ports: &Ports, message: &Message, received: &Received, before: &Answer) -> Reply {
    let mic = Some(received.mic.clone());
    let refusal = Refusal { error: As2Error::MessageIdReused, mic, content: Some(received.content) };
    let reply = fresh_receipt(ports, message, Err(&refusal)).await;
    let told = format!("{}; it was exchange {} before", refusal.error, before.exchange);
    write_down(ports, message, &refusal, &told).await;
    reply
}

/// Says no for good, and keeps the story.
async fn refuse(
    ports: &Ports,
    message: &Message,
    waiting: &Waiting,
    refusal: &Refusal,
    receipt: Option<as2::Answer>,
) -> Reply {
    write_down(ports, message, refusal, &refusal.error.to_string()).await;
    count_failed_decryption(ports, message, waiting.remote.ip(), refusal);
    if let As2Error::Unreadable(_) | As2Error::NotTwoParts = refusal.error {
        return Reply::text(400, refusal.error.peer_text());
    }
    // Without a receipt the status is the only way to say no.
    receipt.map_or_else(|| Reply::text(403, refusal.error.peer_text()), receipt::reply)
}

/// What an envelope turned out to hold is told apart from one that does not open: each such answer counts.
pub(in crate::daemon) fn count_failed_decryption(ports: &Ports, message: &Message, from: IpAddr, refusal: &Refusal) {
    if let As2Error::Sealed(_) | As2Error::NotSigned | As2Error::Decompression(_) = refusal.error {
        let (partner, limits) = (&message.partner.id, &message.partner.limits);
        if let Some(until) = ports.throttle.failed_decryption(partner, from, message.at, limits) {
            Event::Fault(&decryptions_paused(message, until)).emit(&ports.metrics);
        }
    }
}

fn decryptions_paused(message: &Message, until: Timestamp) -> Diagnostic {
    let (partner, remote) = (&message.partner.id, &message.remote);
    let what =
        format!("too many messages under the names of {partner} could not be decrypted; the last came from {remote}");
    Diagnostic::error("decryptions-paused", what)
        .expecting(format!("nothing from there is taken before {until}"))
        .hinting("ask the partner which certificate it encrypts with; if it did not send them, somebody tries our key")
}

async fn write_down(ports: &Ports, message: &Message, refusal: &Refusal, told: &str) {
    let detail = detail_of_refusal(message, refusal);
    let partner = &message.partner.id;
    if ports.throttle.keep_refusal(partner, message.at) {
        let change = inbound::refused(message.exchange, message.at, partner.clone(), &detail);
        if let Err(fault) = ports.outbox.apply(change).await {
            // The verdict stands without its record: it promises nothing.
            Event::StoreFailed { detail: &fault.to_string() }.emit(&ports.metrics);
        }
    }
    let (exchange, message_id) = (message.exchange, message.request.message_id.as_str());
    Event::MessageRefused { exchange, partner, message_id, reason: refusal.error.code(), detail: told }
        .emit(&ports.metrics);
}

/// What is written down of a message that is refused.
pub(in crate::daemon) fn detail_of_refusal(message: &Message, refusal: &Refusal) -> Detail {
    let disposition = refusal.error.disposition().to_string();
    let mut detail = detail(message, &disposition);
    detail.mic = refusal.mic.as_ref().map(ToString::to_string);
    detail.diagnostics.push(refusal.error.diagnostic());
    detail
}

async fn fresh_receipt(ports: &Ports, message: &Message, outcome: Result<&Received, &Refusal>) -> Reply {
    let security = security(message);
    let answer = tokio::task::block_in_place(|| {
        as2::answer(&message.request, outcome, Some(&security), message.at, &*ports.entropy)
    });
    match answer {
        Ok(Some(answer)) => receipt::reply(answer),
        Ok(None) if outcome.is_ok() => Reply::empty(200),
        Ok(None) => Reply::text(403, "the message was refused"),
        Err(fault) => fault_of_ours(ports, message, &format!("a receipt cannot be signed: {fault}")),
    }
}

fn fault_of_ours(ports: &Ports, message: &Message, detail: &str) -> Reply {
    Event::StepFailed { exchange: message.exchange, step: "receive", detail }.emit(&ports.metrics);
    Event::MessagePutOff { partner: Some(&message.partner.id), reason: "fault" }.emit(&ports.metrics);
    Reply::try_later(COME_AGAIN)
}

fn detail(message: &Message, disposition: &str) -> Detail {
    let request = &message.request;
    Detail {
        as2_from: request.from.as_str().to_owned(),
        as2_to: request.to.as_str().to_owned(),
        message_id: request.message_id.as_str().to_owned(),
        subject: request.subject.clone(),
        file_name: request.file_name.clone(),
        content_type: Some(request.content_type.essence().to_owned()),
        remote: message.remote.clone(),
        receipt: request.receipt.as_str().to_owned(),
        receipt_to: request.receipt.deliver_to().map(str::to_owned),
        disposition: Some(disposition.to_owned()),
        ..Detail::default()
    }
}

pub(in crate::daemon) fn detail_in_order(message: &Message, received: &Received) -> Detail {
    let signature = received.layers.signature.as_ref();
    Detail {
        file_name: received.file_name.clone(),
        content_type: Some(received.content_type.essence().to_owned()),
        encryption: received.layers.encryption.map(|cipher| cipher.to_string()),
        opened_with: received.layers.opened_with,
        compressed: received.layers.compressed,
        signature: signature.map(|verified| verified.algorithm().to_string()),
        signer: signature.map(|verified| verified.signer),
        mic: Some(received.mic.to_string()),
        diagnostics: attachments::noted(&received.attachments).into_iter().chain(canonical_lines(received)).collect(),
        ..detail(message, &as2::Disposition::Processed.to_string())
    }
}

fn canonical_lines(received: &Received) -> Option<Diagnostic> {
    let what = "the partner signed the content with CRLF line ends and sent it with others";
    let next = "nothing to do: it counts; the partner's product should send what it signs";
    received.layers.canonical_lines.then(|| Diagnostic::info("signed-canonical-lines", what).hinting(next))
}
