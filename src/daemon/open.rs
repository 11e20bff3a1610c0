//! The step from a staged message to its verdict: opened as a synchronous one is, and its receipt due at the address
//! that the partner named.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::sync::Arc;

use super::learn;
use super::ports::Ports;
use super::receipt;
use super::receive::Message;
use super::receive::decide::{self, InOrder, Opened, Unable};
use super::worker::postpone;
use crate::as2::{self, As2Error, Refusal, Request};
use crate::base::{Diagnostic, DocumentId, Limits, times};
use crate::exchange::inbound::{self, Opening, Repeat};
use crate::exchange::{Answer, Applied, Change, Detail, DispatchStage, Exchange, Job, Subject, Teller};
use crate::mime::HeaderList;
use crate::observe::Event;
use crate::store::{Lease, PayloadReader, StoreError};

/// Opens one staged message and writes down what became of it.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let working = Arc::clone(ports);
    let decided = tokio::task::spawn_blocking(move || decide(&working, &job)).await;
    let Decided { change, told, again } = match decided {
        Ok(Ok(decided)) => decided,
        Ok(Err(fault)) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Ok(Err(fault)) => return Err(fault),
        Err(stopped) => return Err(StoreError::Index { what: format!("opening ended early: {stopped}") }),
    };
    match lease.finish(change).await? {
        Applied::Done => told.tell(ports),
        // The same message was accepted while this one was opened.
        Applied::Seen(before) => {
            if let Some(again) = again {
                ports.outbox.apply(again.change(ports, &before)).await?;
            }
        }
    }
    Ok(())
}

/// What is to be written, and told once it is.
struct Decided {
    change: Change,
    told: Told,
    /// What is needed when it turns out to be a repeat as it is committed.
    again: Option<Box<Again>>,
}

enum Told {
    Received { message: Box<Message>, bytes: u64 },
    Repeated { message: Box<Message>, before: Answer },
    Refused { message: Box<Message>, refusal: Refusal },
    Parked { exchange: Exchange, why: Diagnostic },
}

impl Told {
    fn tell(&self, ports: &Ports) {
        match self {
            Self::Received { message, bytes } => {
                let (exchange, partner) = (message.exchange, &message.partner.id);
                let took = ports.clock.now().since(message.at);
                let message_id = message.request.message_id.as_str();
                Event::MessageReceived { exchange, partner, message_id, bytes: *bytes, took }.emit(&ports.metrics);
            }
            Self::Repeated { message, before } => {
                let message_id = message.request.message_id.as_str();
                let (exchange, partner) = (before.exchange, &message.partner.id);
                Event::MessageRepeated { exchange, partner, message_id }.emit(&ports.metrics);
            }
            Self::Refused { message, refusal } => {
                let (exchange, partner) = (message.exchange, &message.partner.id);
                let message_id = message.request.message_id.as_str();
                let (reason, detail) = (refusal.error.code(), refusal.error.to_string());
                Event::MessageRefused { exchange, partner, message_id, reason, detail: &detail }.emit(&ports.metrics);
                if let Ok(remote) = message.remote.parse::<SocketAddr>() {
                    decide::count_failed_decryption(ports, message, remote.ip(), refusal);
                }
            }
            Self::Parked { exchange, why } => {
                let Diagnostic { code, message, .. } = why;
                Event::Parked { exchange: exchange.id, partner: &exchange.partner, code, message }.emit(&ports.metrics);
            }
        }
    }
}

/// A repeat of a message that has a receipt already.
struct Again {
    exchange: Exchange,
    detail: Detail,
    /// The receipt that the partner's file wants repeats to get, in place of the first one.
    of_its_own: Option<Vec<u8>>,
    fresh: Vec<u8>,
    url: String,
}

impl Again {
    fn change(self, ports: &Ports, before: &Answer) -> Change {
        let receipt = match (self.of_its_own, before.receipt) {
            (Some(receipt), _) => Repeat::Fresh(receipt),
            (None, Some(stored)) => Repeat::Stored(stored),
            (None, None) => Repeat::Fresh(self.fresh),
        };
        inbound::repeated(&self.exchange, ports.clock.now(), self.detail, before, receipt, self.url)
    }
}

fn decide(ports: &Ports, job: &Job) -> Result<Decided, StoreError> {
    let Subject::Exchange(id) = job.subject else {
        return Err(StoreError::Index { what: format!("opening is about an exchange, not {:?}", job.subject) });
    };
    let missing = || StoreError::Index { what: format!("the job of exchange {id} has no exchange") };
    let exchange = ports.outbox.exchange(id)?.ok_or_else(missing)?;
    let detail = Detail::from_json(&ports.outbox.payload(&exchange.detail)?)
        .map_err(|fault| StoreError::Index { what: format!("the detail of exchange {id} cannot be read: {fault}") })?;
    let configuration = ports.live.current();
    let limits = &configuration.settings.limits;
    if job.attempts > limits.attempts {
        return Ok(park(ports, exchange, detail, gave_up(limits.attempts)));
    }
    let Some(partner) = configuration.registry.partner(&exchange.partner).cloned() else {
        let why = Diagnostic::error("partner-gone", format!("there is no partner {} any more", exchange.partner));
        return Ok(park(ports, exchange, detail, why.hinting("put its file back; the message is kept as it came")));
    };
    let (Some(raw), Some(url)) = (detail.raw, detail.receipt_to.clone()) else {
        return Ok(park(ports, exchange, detail, Diagnostic::error("no-message", "the message was not kept")));
    };
    let mut body = BufReader::new(ports.outbox.payload_reader(&raw)?);
    let request = match head(&mut body, limits)? {
        Ok(request) => request,
        Err(why) => return Ok(park(ports, exchange, detail, Diagnostic::error("no-as2-head", why))),
    };
    let at = exchange.received_at;
    let message = Box::new(Message { exchange: id, request, partner, remote: detail.remote.clone(), at });
    match decide::open(ports, &message, body) {
        Ok(opened) => judged(ports, exchange, *message, opened, raw.length, url),
        Err(Unable::Store(fault)) => Err(fault),
        Err(Unable::Sign(fault)) => {
            Err(StoreError::Index { what: format!("the receipt of exchange {id} cannot be signed: {fault}") })
        }
    }
}

/// The head as it was kept: the request line, then the fields. The inner error is told to an operator.
fn head(body: &mut BufReader<PayloadReader>, limits: &Limits) -> Result<Result<Request, String>, StoreError> {
    let mut line = Vec::new();
    body.read_until(b'\n', &mut line).map_err(|fault| StoreError::Index { what: fault.to_string() })?;
    // These lines came through an HTTP head, whose bounds are others than MIME's.
    let wide = Limits { header_line: limits.head, mime_head: limits.head, ..limits.clone() };
    let read = HeaderList::read_from(body, &wide).map_err(|fault| fault.to_string());
    Ok(read.and_then(|headers| Request::read(&headers, limits).map_err(|fault| fault.to_string())))
}

fn judged(
    ports: &Ports,
    exchange: Exchange,
    message: Message,
    opened: Opened,
    bytes: u64,
    url: String,
) -> Result<Decided, StoreError> {
    let now = ports.clock.now();
    match opened {
        Opened::InOrder(in_order) => {
            let InOrder { received, key, known_since, receipt, payload, attachments, evidence } = *in_order;
            let detail =
                Detail { raw: detail_of(ports, &exchange)?.raw, ..decide::detail_in_order(&message, &received) };
            let Some(receipt) = receipt.as_ref().map(receipt::to_bytes) else {
                return Err(StoreError::Index { what: "a staged message asks for no receipt".to_owned() });
            };
            let opening = Opening {
                at: now,
                key,
                known_since,
                content: received.content,
                detail: detail.clone(),
                payload,
                attachments,
                receipt: receipt.clone(),
                deliver_to: url.clone(),
                evidence,
            };
            let mut change = inbound::opened(&exchange, opening);
            learn::from_message(ports, &mut change, &exchange.partner, &received.layers, message.at)?;
            let again = Some(Box::new(Again { exchange, detail, of_its_own: None, fresh: receipt, url }));
            Ok(Decided { change, told: Told::Received { message: Box::new(message), bytes }, again })
        }
        Opened::Repeated(repeated) => {
            let (received, before) = *repeated;
            if before.content != received.content {
                let mic = Some(received.mic.clone());
                let refusal = Refusal { error: As2Error::MessageIdReused, mic, content: Some(received.content) };
                let receipt = answer(ports, &message, Err(&refusal))?;
                return refused(exchange, now, message, refusal, receipt, url);
            }
            let fresh = answer(ports, &message, Ok(&received))?;
            let of_its_own = of_its_own(ports, &message, &received, &before)?;
            let detail = decide::detail_in_order(&message, &received);
            let again = Again { detail, exchange, of_its_own, fresh, url };
            let change = again.change(ports, &before);
            Ok(Decided { change, told: Told::Repeated { message: Box::new(message), before }, again: None })
        }
        Opened::Refused(refused_with) => {
            let (refusal, receipt) = *refused_with;
            let receipt = receipt.as_ref().map(receipt::to_bytes).unwrap_or_default();
            refused(exchange, now, message, refusal, receipt, url)
        }
    }
}

fn refused(
    exchange: Exchange,
    now: crate::base::Timestamp,
    message: Message,
    refusal: Refusal,
    receipt: Vec<u8>,
    url: String,
) -> Result<Decided, StoreError> {
    let detail = decide::detail_of_refusal(&message, &refusal);
    let change = inbound::opened_in_vain(&exchange, now, detail, receipt, url);
    Ok(Decided { change, told: Told::Refused { message: Box::new(message), refusal }, again: None })
}

/// What the partner's file wants a repeat to be told, once the partner has the first receipt: while that is on its way, it is
/// what the repeat asks for.
fn of_its_own(
    ports: &Ports,
    message: &Message,
    received: &as2::Received,
    before: &Answer,
) -> Result<Option<Vec<u8>>, StoreError> {
    let first = ports.outbox.dispatch(before.exchange)?;
    if first.is_some_and(|first| first.stage != DispatchStage::Delivered) {
        return Ok(None);
    }
    match decide::repeated_receipt(ports, message, received) {
        Ok(answer) => Ok(answer.as_ref().map(receipt::to_bytes)),
        Err(fault) => Err(StoreError::Index { what: format!("a receipt cannot be signed: {fault}") }),
    }
}

fn answer(ports: &Ports, message: &Message, outcome: Result<&as2::Received, &Refusal>) -> Result<Vec<u8>, StoreError> {
    let security = decide::security(message);
    let answer = as2::answer(&message.request, outcome, Some(&security), ports.clock.now(), &*ports.entropy);
    match answer {
        Ok(answer) => Ok(answer.as_ref().map(receipt::to_bytes).unwrap_or_default()),
        Err(fault) => Err(StoreError::Index { what: format!("a receipt cannot be signed: {fault}") }),
    }
}

fn detail_of(ports: &Ports, exchange: &Exchange) -> Result<Detail, StoreError> {
    Ok(Detail::from_json(&ports.outbox.payload(&exchange.detail)?).unwrap_or_default())
}

fn gave_up(attempts: u32) -> Diagnostic {
    Diagnostic::error("gave-up", format!("the daemon was stopped in the middle of opening this {}", times(attempts)))
        .hinting("look for a crash in the log; the message is kept, please report it with edigate's version")
}

fn park(ports: &Ports, exchange: Exchange, detail: Detail, why: Diagnostic) -> Decided {
    let now = ports.clock.now();
    let configuration = ports.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*ports.entropy };
    let id = DocumentId::mint(now, ports.entropy.bytes());
    let change = inbound::parked(&exchange, now, detail, vec![why.clone()], id, teller);
    Decided { change, told: Told::Parked { exchange, why }, again: None }
}
