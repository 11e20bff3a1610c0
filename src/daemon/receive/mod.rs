//! The door for AS2 messages: who may come in, the body on its way to disk, and the answer.
//!
//! What is transient on our side is 503 before the body is read; what is not AS2 at all is a plain status; whatever
//! reached a verdict is 200 with its receipt. `decide` opens and accepts a message whose body has arrived.

mod attachments;
pub(super) mod decide;
mod settle;

use std::io::{Read, Seek, SeekFrom};
use std::net::SocketAddr;
use std::sync::Arc;

use super::gate::Closed;
use super::ports::Ports;
use super::receipt;
use super::throttle::{Busy, Ticket};
use super::watch;
use crate::as2::{self, As2Error, MayBeReceipt, ReceiptAsked, Refusal, Request};
use crate::base::{ExchangeId, Timestamp};
use crate::http::{Handler, Incoming, Reply, RequestHead};
use crate::mime::HeaderList;
use crate::observe::Event;
use crate::partner::{Partner, Status};
use crate::store::{Staged, StoreError};

/// Seconds after which a partner is asked to come again.
const COME_AGAIN: u32 = 30;

/// Answers the requests of one AS2 listener.
pub(crate) struct Receiver {
    pub(crate) ports: Arc<Ports>,
    /// The path of messages.
    pub(crate) path: String,
    /// The listener's name, for logs.
    pub(crate) listener: String,
}

/// A message whose head was accepted.
struct Admitted {
    request: Request,
    partner: Arc<Partner>,
    ticket: Ticket,
}

/// A message whose body has arrived.
struct Arrived {
    message: Message,
    waiting: Waiting,
    /// Head and body as they came.
    raw: Staged,
    /// Where the body begins in `raw`.
    body_at: u64,
}

/// All about a message but its bytes.
pub(super) struct Message {
    pub(super) exchange: ExchangeId,
    pub(super) request: Request,
    pub(super) partner: Arc<Partner>,
    /// Where it came from.
    pub(super) remote: String,
    /// When its last byte arrived.
    pub(super) at: Timestamp,
}

/// What an answer is waited for with.
struct Waiting {
    /// When the message's head had arrived.
    begun: Timestamp,
    remote: SocketAddr,
    /// Held until the answer stands.
    _ticket: Ticket,
}

impl Handler for Receiver {
    async fn handle(&self, incoming: Incoming) -> Reply {
        let begun = self.ports.clock.now();
        let peer = incoming.head.peer;
        let headers = header_list(&incoming.head);
        let may_be_receipt = match self.may_enter(&incoming.head) {
            Ok(()) => MayBeReceipt::of(&headers),
            Err(reply) => return reply,
        };
        // A receipt may come without any name: what it is for tells whose it is.
        let is_nameless = headers.get("AS2-From").is_none() || headers.get("AS2-To").is_none();
        if may_be_receipt == MayBeReceipt::Surely || may_be_receipt == MayBeReceipt::Perhaps && is_nameless {
            return self.take_receipt(&headers, incoming).await;
        }
        let admitted = match self.admit(&incoming.head, begun) {
            Ok(admitted) => admitted,
            Err(reply) => return reply,
        };
        let time = admitted.partner.limits.sync_receipt_time;
        let arrived = match self.take_in(admitted, incoming, begun).await {
            Ok(arrived) => arrived,
            Err(reply) => return reply,
        };
        let limit = arrived.message.partner.limits.receipt as u64;
        if may_be_receipt == MayBeReceipt::Perhaps && arrived.raw.length() <= limit {
            match receipt_in(&arrived) {
                Ok(Some(body)) => {
                    if let Some(reply) = settle::take(&self.ports, &headers, &body).await {
                        return reply;
                    }
                }
                Ok(None) => {}
                Err(fault) => return self.store_failed(&arrived.message.partner, &fault),
            }
        }
        let partner = Arc::clone(&arrived.message.partner);
        // The work goes on when the time is over: the partner sends again and gets the answer that was stored.
        let work = tokio::spawn(decide::run(Arc::clone(&self.ports), arrived));
        match tokio::time::timeout(time, work).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(stopped)) => {
                // What a panic said may quote the message; where it was stands in the panic's own words.
                let how = if stopped.is_panic() { "panicked" } else { "was stopped" };
                let detail = format!("the work on a message of {} from {peer} {how}", partner.id);
                Event::Defect { kind: "receive-ended", detail: &detail }.emit(&self.ports.metrics);
                self.put_off_for(&partner, "fault")
            }
            Err(_) => self.put_off_for(&partner, "too-slow"),
        }
    }
}

impl Receiver {
    /// Whether anything may be posted here now.
    fn may_enter(&self, head: &RequestHead) -> Result<(), Reply> {
        if head.path() != self.path {
            return Err(self.refuse(head, 404, "not-found", "there is nothing at this path"));
        }
        match head.method.as_str() {
            "POST" => {}
            // A sender that asks how much of an interrupted message has arrived is told: nothing.
            "HEAD" => return Err(Reply::empty(200).header("Content-Length", "0")),
            _ => return Err(Reply::method_not_allowed("POST, HEAD")),
        }
        // A disk fills up faster than a periodic look would notice; asking costs two system calls.
        watch::look(&self.ports);
        match self.ports.gate.closed() {
            Some(closed) => Err(self.put_off(closed)),
            None => Ok(()),
        }
    }

    /// Takes what can only be a receipt.
    async fn take_receipt(&self, headers: &HeaderList, incoming: Incoming) -> Reply {
        let Incoming { head, mut body } = incoming;
        let limit = self.ports.live.current().settings.limits.receipt;
        let refused = |fault: &crate::http::BodyFault| {
            let reply = Reply::from(fault);
            self.refuse(&head, reply.status, "body", &fault.to_string());
            reply
        };
        if let Err(fault) = body.cap(limit as u64) {
            return refused(&fault);
        }
        let mut bytes = Vec::new();
        loop {
            match body.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(fault) => return refused(&fault),
            }
        }
        match settle::take(&self.ports, headers, &bytes).await {
            Some(reply) => reply,
            None => match Request::read(headers, &self.ports.live.current().settings.limits) {
                Err(fault) => self.refuse(&head, 400, "no-as2-head", &fault.to_string()),
                Ok(_) => self.refuse(&head, 400, "no-receipt", "the report names no message that it is for"),
            },
        }
    }

    /// Decides by the head alone.
    fn admit(&self, head: &RequestHead, now: Timestamp) -> Result<Admitted, Reply> {
        let pairs: Vec<_> = head.headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())).collect();
        let configuration = self.ports.live.current();
        let request = Request::parse(&pairs, &configuration.settings.limits)
            .map_err(|fault| self.refuse(head, 400, "no-as2-head", &fault.to_string()))?;
        let Some(partner) = configuration.registry.pair(&request.from, &request.to).map(Arc::clone) else {
            return Err(self.answer_stranger(head, &request, now));
        };
        if partner.status == Status::Suspended {
            return Err(self.put_off_for(&partner, "suspended"));
        }
        match self.ports.throttle.enter(&partner.id, head.peer.ip(), now, &partner.limits) {
            Ok(ticket) => Ok(Admitted { request, partner, ticket }),
            Err(Busy::InProgress) => Err(self.put_off_for(&partner, "in-progress")),
            Err(Busy::Paused(_)) => Err(self.put_off_for(&partner, "decrypt-pause")),
        }
    }

    /// Takes the body to the spool, head first: together they are the message as it came.
    async fn take_in(&self, admitted: Admitted, incoming: Incoming, begun: Timestamp) -> Result<Arrived, Reply> {
        let Admitted { request, partner, mut ticket } = admitted;
        let Incoming { head, mut body } = incoming;
        let refused = |fault: &crate::http::BodyFault| {
            let reply = Reply::from(fault);
            self.refuse(&head, reply.status, "body", &fault.to_string());
            reply
        };
        body.cap(partner.limits.body).map_err(|fault| refused(&fault))?;
        let lines = head_bytes(&head);
        let body_at = lines.len() as u64;
        let mut stage = self.ports.outbox.spool().stage(partner.limits.body.saturating_add(body_at));
        stage.put(&lines).map_err(|fault| self.store_failed(&partner, &fault))?;
        while let Some(chunk) = body.chunk().await.map_err(|fault| refused(&fault))? {
            stage.put(&chunk).map_err(|fault| self.store_failed(&partner, &fault))?;
        }
        let raw = stage.finish().map_err(|fault| self.store_failed(&partner, &fault))?;
        ticket.take_place(&partner.limits).map_err(|_| self.put_off_for(&partner, "in-progress"))?;
        let at = self.ports.clock.now();
        let exchange = ExchangeId::mint(at, self.ports.entropy.bytes());
        let remote = head.peer;
        Ok(Arrived {
            message: Message { exchange, request, partner, remote: remote.to_string(), at },
            waiting: Waiting { begun, remote, _ticket: ticket },
            raw,
            body_at,
        })
    }

    /// A sender nobody knows: an unsigned receipt where a synchronous one was asked for, else a bare status. His body
    /// is not read.
    fn answer_stranger(&self, head: &RequestHead, request: &Request, now: Timestamp) -> Reply {
        let (from, to) = (request.from.as_str(), request.to.as_str());
        Event::Stranger { peer: head.peer.ip(), from, to }.emit(&self.ports.metrics);
        let unknown = As2Error::UnknownPair { from: request.from.clone(), to: request.to.clone() };
        if matches!(request.receipt, ReceiptAsked::Sync(_)) && self.ports.throttle.answer_stranger(now) {
            let refusal = Refusal::unopened(unknown);
            if let Ok(Some(answer)) = as2::answer(request, Err(&refusal), None, now, &*self.ports.entropy) {
                return receipt::reply(answer);
            }
        }
        Reply::text(403, "these AS2 names are not known here")
    }

    fn refuse(&self, head: &RequestHead, status: u16, reason: &'static str, detail: &str) -> Reply {
        let listener = &self.listener;
        Event::RequestRefused { listener, peer: head.peer.ip(), status, reason, detail }.emit(&self.ports.metrics);
        Reply::text(status, detail)
    }

    fn put_off(&self, closed: Closed) -> Reply {
        Event::MessagePutOff { partner: None, reason: closed.as_str() }.emit(&self.ports.metrics);
        Reply::try_later(COME_AGAIN)
    }

    fn put_off_for(&self, partner: &Partner, reason: &'static str) -> Reply {
        put_off_for(&self.ports, partner, reason)
    }

    fn store_failed(&self, partner: &Partner, fault: &StoreError) -> Reply {
        store_failed(&self.ports, partner, fault)
    }
}

fn header_list(head: &RequestHead) -> HeaderList {
    HeaderList::from_pairs(head.headers.iter().map(|(name, value)| (name.as_slice(), value.as_slice())))
}

/// The body of a signed request, when what is signed is a report.
fn receipt_in(arrived: &Arrived) -> Result<Option<Vec<u8>>, StoreError> {
    let mut body = Vec::new();
    let mut reader = arrived.raw.reader()?;
    let read = reader.seek(SeekFrom::Start(arrived.body_at)).and_then(|_| reader.read_to_end(&mut body));
    read.map_err(|fault| StoreError::Index { what: format!("a staged body cannot be read: {fault}") })?;
    Ok(body.windows(16).any(|part| part.eq_ignore_ascii_case(b"multipart/report")).then_some(body))
}

/// Nothing is wrong with the message: it may come again.
fn put_off_for(ports: &Ports, partner: &Partner, reason: &'static str) -> Reply {
    Event::MessagePutOff { partner: Some(&partner.id), reason }.emit(&ports.metrics);
    Reply::try_later(COME_AGAIN)
}

/// The store could not take a message: no verdict, the partner sends again.
fn store_failed(ports: &Ports, partner: &Partner, fault: &StoreError) -> Reply {
    Event::StoreFailed { detail: &fault.to_string() }.emit(&ports.metrics);
    Event::MessagePutOff { partner: Some(&partner.id), reason: "store" }.emit(&ports.metrics);
    Reply::try_later(COME_AGAIN)
}

/// The head as it came, in front of the body: evidence keeps both.
fn head_bytes(head: &RequestHead) -> Vec<u8> {
    let mut bytes = format!("{} {} HTTP/1.1\r\n", head.method, head.target).into_bytes();
    for (name, value) in &head.headers {
        // Credentials are no evidence and stay out of the store.
        let value: &[u8] = if name.eq_ignore_ascii_case(b"authorization") { b"(withheld)" } else { value };
        for part in [name, b": ".as_slice(), value, b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
    bytes.extend_from_slice(b"\r\n");
    bytes
}

#[cfg(test)]
mod tests;
