//! The door at which the ERP fetches documents that did not go along in their message: read-only, by GET and HEAD of
//! `<path>/<id of the row>`.
//!
//! Nothing can be had here but bodies of documents for the ERP. Whoever asks is known by a token, by the certificate of his
//! handshake, or by both, before anything is looked up.

use std::sync::Arc;

use super::ports::Ports;
use crate::base::{Diagnostic, RowId, Secret, Sha256};
use crate::exchange::Row;
use crate::http::{Content, Handler, Incoming, Reply, RequestHead};
use crate::observe::Event;
use crate::store::StoreError;

/// Seconds after which somebody is asked to come again.
const COME_AGAIN: u32 = 30;

/// Answers the requests of one listener of kind "claim".
pub(super) struct HandOut {
    pub(super) ports: Arc<Ports>,
    /// What stands before the id of a row.
    pub(super) path: String,
    /// The listener's name, by which its token is found.
    pub(super) listener: String,
    /// Whether no handshake succeeds without a client's certificate.
    pub(super) asks_for_certificate: bool,
}

impl Handler for HandOut {
    async fn handle(&self, Incoming { head, .. }: Incoming) -> Reply {
        match self.find(&head) {
            Ok(row) => self.hand_out(&head, row).await,
            Err(reply) => reply,
        }
    }
}

impl HandOut {
    /// The row that is asked for, by who may ask.
    fn find(&self, head: &RequestHead) -> Result<Row, Reply> {
        self.admit(head)?;
        if !matches!(head.method.as_str(), "GET" | "HEAD") {
            self.told(head, 405, "method", "documents can be read and nothing else");
            return Err(Reply::method_not_allowed("GET, HEAD"));
        }
        let asked = head.path().strip_prefix(self.path.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'));
        let Some(id) = asked.and_then(|id| id.parse::<RowId>().ok()) else {
            return Err(self.refuse(head, 404, "not-found", "there is nothing at this path"));
        };
        // A consumer can be faster than the confirm of what he consumes, so a row need not be published yet.
        match self.ports.outbox.row(id) {
            Ok(Some(row)) if row.document.is_some() => Ok(row),
            Ok(_) => Err(self.refuse(head, 404, "unknown-document", "there is no such document")),
            Err(fault) => Err(self.failed(head, &fault)),
        }
    }

    fn admit(&self, head: &RequestHead) -> Result<(), Reply> {
        let configuration = self.ports.live.current();
        let token = configuration.settings.listeners.iter().find(|listener| listener.name == self.listener);
        match token.and_then(|listener| listener.token.as_ref()) {
            Some(token) => match bearer(head) {
                Some(given) if is(token, given) => Ok(()),
                Some(_) => {
                    let reply = self.refuse(head, 401, "wrong-token", "this token does not count here");
                    Err(reply.header("WWW-Authenticate", "Bearer realm=\"edigate\", error=\"invalid_token\""))
                }
                None => {
                    let reply = self.refuse(head, 401, "no-token", "a bearer token is needed");
                    Err(reply.header("WWW-Authenticate", "Bearer realm=\"edigate\""))
                }
            },
            None if self.asks_for_certificate => Ok(()),
            None => Err(self.refuse(head, 401, "no-token", "nobody may read here")),
        }
    }

    async fn hand_out(&self, head: &RequestHead, row: Row) -> Reply {
        let (outbox, body) = (Arc::clone(&self.ports.outbox), row.body);
        // Opening it verifies all of it, which takes a while for a large one.
        let opened = tokio::task::spawn_blocking(move || outbox.payload_reader(&body)).await;
        let reader = match opened {
            Ok(Ok(reader)) => reader,
            Ok(Err(StoreError::NoPayload { .. })) => {
                return self.refuse(head, 410, "gone", "this document is not kept any more");
            }
            Ok(Err(fault)) => return self.failed(head, &fault),
            Err(stopped) => return self.failed(head, &StoreError::Index { what: stopped.to_string() }),
        };
        if let (Some(document), "GET") = (row.document, head.method.as_str()) {
            Event::Fetched {
                listener: &self.listener,
                peer: head.peer.ip(),
                document,
                row: row.id,
                partner: &row.partner,
                bytes: row.body.length,
            }
            .emit(&self.ports.metrics);
        }
        Reply::empty(200)
            .header("Content-Type", "application/json")
            .header("ETag", &format!("\"{}\"", row.body.sha256))
            .header("Cache-Control", "private, immutable")
            .body(Content::file(row.body.length, reader))
    }

    /// An answer, and a line in the log. What was sent to authorise is in neither.
    fn refuse(&self, head: &RequestHead, status: u16, reason: &'static str, text: &str) -> Reply {
        self.told(head, status, reason, text);
        Reply::text(status, text)
    }

    fn told(&self, head: &RequestHead, status: u16, reason: &'static str, detail: &str) {
        let (listener, peer) = (self.listener.as_str(), head.peer.ip());
        Event::RequestRefused { listener, peer, status, reason, detail }.emit(&self.ports.metrics);
    }

    /// The store could not read: for now, or until a person has mended it.
    fn failed(&self, head: &RequestHead, fault: &StoreError) -> Reply {
        Event::Fault(&Diagnostic::error("document-unreadable", fault.to_string())).emit(&self.ports.metrics);
        let status = if fault.is_passing() { 503 } else { 500 };
        self.told(head, status, "store", "the store could not read the document");
        if fault.is_passing() { Reply::try_later(COME_AGAIN) } else { Reply::text(500, "the document cannot be read") }
    }
}

/// The token of a request (RFC 6750, section 2.1).
fn bearer(head: &RequestHead) -> Option<&[u8]> {
    let value = head.header("Authorization")?;
    let (scheme, token) = value.split_at_checked(SCHEME.len())?;
    scheme.eq_ignore_ascii_case(SCHEME).then(|| token.trim_ascii())
}

const SCHEME: &[u8] = b"Bearer ";

/// Compares hashes, which have one length, in constant time: how long it takes says nothing about the token.
fn is(token: &Secret<String>, given: &[u8]) -> bool {
    let (token, given) = (Sha256::of(token.expose().as_bytes()), Sha256::of(given));
    openssl::memcmp::eq(token.as_bytes(), given.as_bytes())
}
