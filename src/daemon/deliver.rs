//! The step that offers a packed message to the partner's server, and reads the receipt in its answer.

use std::sync::Arc;
use std::time::Duration;

use super::evidence;
use super::learn;
use super::ports::Ports;
use super::route::{self, Posted, Way};
use super::submission::{keep, load, load_exchange};
use super::worker::postpone;
use crate::as2::{Mdn, MdnFault, MessageId, ReceiptSignature};
use crate::base::Diagnostic;
use crate::exchange::outbound::{self, Outcome, Progress, Receipt};
use crate::exchange::{Attempt, BlobRef, CertificateRole, Detail, Exchange, Handover, PackedMessage, Stage};
use crate::http::{Answer, Content};
use crate::mime::HeaderList;
use crate::observe::Event;
use crate::partner::{As2Channel, TheirRole};

use crate::store::{Lease, StoreError};

/// Makes one attempt and writes down how it went.
pub(super) async fn run_once(ports: &Ports, lease: Lease) -> Result<(), StoreError> {
    let (exchange, detail) = load(ports, lease.job())?;
    let configuration = ports.live.current();
    let partner = configuration.registry.partner(&exchange.partner).map(Arc::as_ref);
    let now = ports.clock.now();
    let found = route::channel(partner, &exchange.partner, now)
        .and_then(|found| Ok((found, detail.packed.clone().ok_or_else(|| "the message was not packed".to_owned())?)));
    let ((channel, url, send), packed) = match found {
        Ok(found) => found,
        Err(why) => {
            let why =
                Diagnostic::error("no-channel", why).hinting("mend the partner file, then 'edigate exchange retry'");
            lease.finish(outbound::failed(&exchange, now, detail, why)).await?;
            return Ok(());
        }
    };
    let content = match content(ports, packed.body).await {
        Ok(content) => content,
        Err(fault) => return postpone(ports, lease, fault).await,
    };
    let limit = configuration.settings.limits.receipt;
    let way = Way { configuration: &configuration, channel, send, url };
    let posted = match route::post(ports, &way, &packed.headers, content, limit).await {
        Ok(posted) => posted,
        Err(fault) => return postpone(ports, lease, fault).await,
    };
    let Posted { mut attempt, handover, answer } = posted;
    attempt.message_id = packed.header("Message-ID").filter(|_| !send.retry.resend_same_id).map(str::to_owned);
    let outcome = match (handover, answer) {
        (Handover::Taken, Some(answer)) => match read(ports, &exchange, &packed, channel, &answer)? {
            Read::Receipt(receipt) => Outcome::Receipt(receipt),
            Read::Nothing(why) => {
                attempt.outcome = why;
                Outcome::Answered(Handover::Taken)
            }
        },
        (handover, _) => Outcome::Answered(handover),
    };
    let signer = match &outcome {
        Outcome::Receipt(receipt) => receipt.certificate.as_ref().map(|(used, _)| used.fingerprint),
        Outcome::Answered(_) => None,
    };
    // A receipt may have come by another way while the answer was waited for.
    let current = ports.outbox.exchange(exchange.id)?;
    if current.is_some_and(|current| current.version != exchange.version) {
        return match outcome {
            Outcome::Receipt(receipt) => settle_changed(ports, &exchange, *receipt).await,
            Outcome::Answered(_) => Ok(()),
        };
    }
    let [jitter] = ports.entropy.bytes();
    let terms = route::terms(ports, send, &packed);
    let told = attempt.clone();
    let (mut change, progress) = outbound::attempted(&exchange, lease.job(), detail, attempt, outcome, &terms, jitter);
    learn::from_receipt(ports, &mut change, &exchange.partner, signer, now)?;
    match lease.finish(change).await {
        Err(StoreError::Conflict { .. } | StoreError::LeaseLost { .. }) => {}
        Err(fault) => return Err(fault),
        Ok(_) => tell(ports, &exchange, &packed, &told, &progress),
    }
    Ok(())
}

/// Settles an exchange that somebody changed while its answer was waited for: what the answer proves counts all the same.
async fn settle_changed(ports: &Ports, exchange: &Exchange, receipt: Receipt) -> Result<(), StoreError> {
    let (current, detail) = load_exchange(ports, exchange.id)?;
    match settle_by(ports, &current, detail, receipt).await {
        Err(StoreError::Conflict { .. }) => Ok(()),
        settled => settled.map(drop),
    }
}

/// Settles an exchange by a receipt that did not come as the end of an attempt. False: it changes nothing that is known.
pub(super) async fn settle_by(
    ports: &Ports,
    exchange: &Exchange,
    detail: Detail,
    receipt: Receipt,
) -> Result<bool, StoreError> {
    let Some(packed) = detail.packed.clone() else { return Ok(false) };
    let (signer, at) = (receipt.certificate.as_ref().map(|(used, _)| used.fingerprint), receipt.at);
    let Some((mut change, progress)) = outbound::receipt_came(exchange, detail, receipt) else { return Ok(false) };
    learn::from_receipt(ports, &mut change, &exchange.partner, signer, at)?;
    ports.outbox.apply(change).await?;
    if let Progress::Ended(stage, told) = progress {
        tell_end(ports, exchange, &packed, stage, &told, ports.clock.now().since(packed.at));
    }
    Ok(true)
}

/// A stored body, verified, to be read while it goes out.
async fn content(ports: &Ports, body: BlobRef) -> Result<Content, StoreError> {
    let outbox = Arc::clone(&ports.outbox);
    let opening = tokio::task::spawn_blocking(move || outbox.payload_reader(&body));
    let reader =
        opening.await.map_err(|stopped| StoreError::Index { what: format!("reading a body: {stopped}") })??;
    Ok(Content::file(body.length, reader))
}

/// What an answer holds.
enum Read {
    Receipt(Box<Receipt>),
    /// No receipt, in words for an operator.
    Nothing(String),
}

fn read(
    ports: &Ports,
    exchange: &Exchange,
    packed: &PackedMessage,
    channel: &As2Channel,
    answer: &Answer,
) -> Result<Read, StoreError> {
    let headers =
        HeaderList::from_pairs(answer.headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())));
    let raw = [headers.as_bytes(), b"\r\n", &answer.body].concat();
    match settle(ports, exchange, packed, channel, &headers, &answer.body, &raw)? {
        Ok(receipt) => Ok(Read::Receipt(Box::new(receipt))),
        Err(MdnFault::NotAReceipt { .. }) => Ok(Read::Nothing("taken, without a receipt".to_owned())),
        Err(fault) => Ok(Read::Nothing(format!("taken, and {fault}"))),
    }
}

/// Reads a receipt for a message of ours and says what it settles. A receipt that does not count is the inner error.
pub(super) fn settle(
    ports: &Ports,
    exchange: &Exchange,
    packed: &PackedMessage,
    channel: &As2Channel,
    headers: &HeaderList,
    body: &[u8],
    raw: &[u8],
) -> Result<Result<Receipt, MdnFault>, StoreError> {
    let now = ports.clock.now();
    let trusted = channel.in_force(TheirRole::Verify, now);
    let policy = channel.security(now).signature;
    let limits = &ports.live.current().settings.limits;
    let mdn = match Mdn::parse(headers, body, &trusted, &policy, limits) {
        Ok(mdn) => mdn,
        Err(fault) => return Ok(Err(fault)),
    };
    let message_id = packed.header("Message-ID");
    let message_id = message_id.and_then(|id| MessageId::from_header(id.as_bytes(), limits.message_id));
    let Some(message_id) = message_id else {
        return Err(StoreError::Index { what: format!("exchange {} has no Message-ID", exchange.id) });
    };
    let named = mdn.original_message_id.as_ref().filter(|named| !named.names_same_message(&message_id));
    let earlier = match named {
        Some(named) => is_of(ports, exchange, packed, named)?.then(|| named.clone()),
        None => None,
    };
    let pinned = channel.send.as_ref().and_then(|send| send.mdn.mic);
    let message_id = earlier.as_ref().unwrap_or(&message_id);
    let settlement = mdn.settle(message_id, &packed.mics, packed.receipt_wanted(), pinned);
    let certificate = match &mdn.signature {
        ReceiptSignature::Verified(verified) => {
            trusted.iter().find(|certificate| certificate.fingerprint() == verified.signer)
        }
        ReceiptSignature::Unsigned => None,
    };
    let certificate =
        certificate.map(|one| evidence::certificate(ports, CertificateRole::Verified, one)).transpose()?;
    Ok(Ok(Receipt {
        at: now,
        raw: keep(ports, raw)?,
        message_id: earlier.map(|id| id.to_string()),
        disposition: mdn.disposition.to_string(),
        mic: mdn.mic,
        certificate,
        text: mdn.text,
        settlement,
    }))
}

/// Whether the message of an exchange has gone out under this id too.
fn is_of(
    ports: &Ports,
    exchange: &Exchange,
    packed: &PackedMessage,
    message_id: &MessageId,
) -> Result<bool, StoreError> {
    let Some(key) = packed.key(message_id) else { return Ok(false) };
    Ok(ports.outbox.sent(&key)?.is_some_and(|sent| sent.exchange == exchange.id))
}

/// Tells how an attempt went.
fn tell(ports: &Ports, exchange: &Exchange, packed: &PackedMessage, attempt: &Attempt, progress: &Progress) {
    let (id, partner) = (exchange.id, &exchange.partner);
    let took = Duration::from_millis(attempt.took_ms);
    match progress {
        Progress::Again(due) => {
            let detail = &attempt.outcome;
            Event::DeliveryPutOff { exchange: id, partner, detail, next: *due }.emit(&ports.metrics);
        }
        Progress::Awaiting => {
            let message_id = packed.header("Message-ID").unwrap_or_default();
            Event::MessageTaken { exchange: id, partner, message_id, bytes: packed.body.length, took }
                .emit(&ports.metrics);
        }
        Progress::Ended(stage, told) => tell_end(ports, exchange, packed, *stage, told, took),
    }
}

/// Tells what a message of ours has come to.
pub(super) fn tell_end(
    ports: &Ports,
    exchange: &Exchange,
    packed: &PackedMessage,
    stage: Stage,
    told: &Diagnostic,
    took: Duration,
) {
    let (exchange, partner) = (exchange.id, &exchange.partner);
    let message_id = packed.header("Message-ID").unwrap_or_default();
    if stage == Stage::Delivered {
        Event::MessageDelivered { exchange, partner, message_id, bytes: packed.body.length, took }.emit(&ports.metrics);
    } else {
        Event::MessageNotDelivered { exchange, partner, reason: stage.as_str(), detail: &told.message }
            .emit(&ports.metrics);
    }
}
