//! The events, and how each is written and counted.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Metrics;
use crate::base::{Diagnostic, DocumentId, ExchangeId, PartnerId, RowId, Severity};

/// Why a connection was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crowd {
    /// As many connections as the listener may have.
    Listener,
    /// As many connections as one address may have.
    Address,
}

impl Crowd {
    /// The word in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Listener => "listener-full",
            Self::Address => "address-full",
        }
    }
}

/// What became of one publication handed to the ERP's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It is in the ERP's keeping.
    Confirmed,
    /// No queue wanted it.
    Returned,
    /// The broker would not have it.
    Nacked,
    /// Nobody knows; it is sent again under the same id.
    Lost,
}

impl Outcome {
    /// The word in logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Returned => "returned",
            Self::Nacked => "nacked",
            Self::Lost => "lost",
        }
    }
}

/// How the connection to the broker stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Broker {
    /// Being connected.
    Connecting,
    /// Publishing goes on.
    Ready,
    /// Connected, but the broker takes nothing for now.
    Blocked,
    /// Away.
    Down,
}

impl Broker {
    /// The word in logs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connecting => "connecting",
            Self::Ready => "ready",
            Self::Blocked => "blocked",
            Self::Down => "down",
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The daemon is starting.
    Starting {
        /// Its version.
        version: &'a str,
        /// Name of its store.
        instance: &'a str,
    },
    /// The daemon takes messages.
    Ready,
    /// The daemon has begun to drain.
    Draining,
    /// The daemon has ended in order.
    Stopped,
    /// A configuration is in force.
    ConfigurationInForce {
        /// Active and suspended partners.
        partners: usize,
    },
    /// A new configuration had faults; the old one stays in force.
    ConfigurationKept {
        /// How many faults.
        faults: usize,
    },
    /// One fault a person must mend.
    Fault(&'a Diagnostic),
    /// A listener takes connections.
    Listening {
        /// Name of the listener.
        listener: &'a str,
        /// Where.
        address: SocketAddr,
        /// Whether under TLS.
        tls: bool,
    },
    /// A listener has stopped.
    ListenerDrained {
        /// Name of the listener.
        listener: &'a str,
        /// Requests that did not end within the limit.
        cut_off: usize,
    },
    /// The system gave no connection, such as when file descriptors have run out.
    AcceptFailed {
        /// Name of the listener.
        listener: &'a str,
        /// The system's words.
        why: &'a str,
    },
    /// A connection was opened.
    ConnectionOpened {
        /// Name of the listener.
        listener: &'a str,
    },
    /// A connection was closed.
    ConnectionClosed {
        /// Name of the listener.
        listener: &'a str,
    },
    /// A connection was refused.
    ConnectionRefused {
        /// Name of the listener.
        listener: &'a str,
        /// From where.
        peer: IpAddr,
        /// Why.
        why: Crowd,
    },
    /// A TLS handshake came to nothing.
    HandshakeFailed {
        /// Name of the listener.
        listener: &'a str,
        /// From where.
        peer: IpAddr,
        /// What went wrong.
        why: &'a str,
    },
    /// A request was answered before anybody looked at its body.
    RequestRefused {
        /// Name of the listener.
        listener: &'a str,
        /// From where.
        peer: IpAddr,
        /// The answer's status.
        status: u16,
        /// One word of a fixed set.
        reason: &'static str,
        /// The full story.
        detail: &'a str,
    },
    /// A message came from, or for, somebody unknown.
    Stranger {
        /// From where.
        peer: IpAddr,
        /// AS2-From as it was sent.
        from: &'a str,
        /// AS2-To as it was sent.
        to: &'a str,
    },
    /// A message is on disk and its receipt says so.
    MessageReceived {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
        /// Bytes of its body on the wire.
        bytes: u64,
        /// From the end of its head to its receipt.
        took: Duration,
    },
    /// A message came again and got the receipt it had got before.
    MessageRepeated {
        /// The exchange of the first time.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
    },
    /// A message was refused for good.
    MessageRefused {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
        /// Why, in one word of a fixed set, such as `signature-untrusted`.
        reason: &'static str,
        /// The full story, for the operator only.
        detail: &'a str,
    },
    /// A message could not be taken for now, and was answered 503.
    MessagePutOff {
        /// Whose it is.
        partner: Option<&'a PartnerId>,
        /// One word of a fixed set, such as `disk-full` or `draining`.
        reason: &'static str,
    },
    /// An exchange has been translated.
    Translated {
        /// The exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Documents that came out.
        documents: u64,
        /// Transaction sets that were parked.
        parked: u64,
    },
    /// Something of an exchange was set aside whole, for a person.
    Parked {
        /// The exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Code of the weightiest diagnostic.
        code: &'a str,
        /// Its message.
        message: &'a str,
    },
    /// A document is with the ERP.
    Published {
        /// The exchange it came in.
        exchange: ExchangeId,
        /// The document.
        document: DocumentId,
        /// The row that carried it.
        row: RowId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// From the attempt to the confirm.
        took: Duration,
    },
    /// A document did not get to the ERP this time.
    NotPublished {
        /// The exchange it came in.
        exchange: ExchangeId,
        /// The document.
        document: DocumentId,
        /// The row that carries it.
        row: RowId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// How it went.
        outcome: Outcome,
        /// The full story.
        detail: &'a str,
    },
    /// The connection to the broker changed.
    BrokerChanged {
        /// How it stands now.
        broker: Broker,
        /// The full story, without the URL.
        detail: &'a str,
    },
    /// The store is open.
    StoreOpened {
        /// Changes read back.
        recovered: u64,
        /// How long that took.
        took: Duration,
    },
    /// Changes became durable together.
    StoreCommitted {
        /// How many.
        changes: u64,
        /// From the first to the sync.
        took: Duration,
    },
    /// The store could not write; nothing is taken until it can.
    StoreFailed {
        /// The full story.
        detail: &'a str,
    },
    /// A step could not be finished; its lease comes due again.
    StepFailed {
        /// The exchange.
        exchange: ExchangeId,
        /// The step: `translate`, `publish`.
        step: &'static str,
        /// The full story.
        detail: &'a str,
    },
}

impl Event<'_> {
    /// Writes the event to the log and counts it.
    pub fn emit(&self, metrics: &Metrics) {
        metrics.count(self);
        self.write();
    }

    /// `error` asks a person to act, `warn` may wait for morning, `info` tells the story of one exchange.
    fn write(&self) {
        match *self {
            Self::Starting { .. }
            | Self::Ready
            | Self::Draining
            | Self::Stopped
            | Self::ConfigurationInForce { .. }
            | Self::ConfigurationKept { .. }
            | Self::Fault(_) => self.write_daemon(),
            Self::Listening { .. }
            | Self::ListenerDrained { .. }
            | Self::AcceptFailed { .. }
            | Self::ConnectionOpened { .. }
            | Self::ConnectionClosed { .. }
            | Self::ConnectionRefused { .. }
            | Self::HandshakeFailed { .. }
            | Self::RequestRefused { .. } => self.write_listener(),
            Self::Stranger { .. }
            | Self::MessageReceived { .. }
            | Self::MessageRepeated { .. }
            | Self::MessageRefused { .. }
            | Self::MessagePutOff { .. } => self.write_message(),
            Self::Translated { .. }
            | Self::Parked { .. }
            | Self::Published { .. }
            | Self::NotPublished { .. }
            | Self::StepFailed { .. } => self.write_document(),
            Self::BrokerChanged { .. }
            | Self::StoreOpened { .. }
            | Self::StoreCommitted { .. }
            | Self::StoreFailed { .. } => self.write_outside(),
        }
    }

    fn write_daemon(&self) {
        match *self {
            Self::Starting { version, instance } => {
                tracing::info!(event = "daemon.starting", version, instance, "starting");
            }
            Self::Ready => tracing::info!(event = "daemon.ready", "ready"),
            Self::Draining => tracing::info!(event = "daemon.draining", "finishing what is under way"),
            Self::Stopped => tracing::info!(event = "daemon.stopped", "stopped"),
            Self::ConfigurationInForce { partners } => {
                tracing::info!(event = "config.in-force", partners, "configuration in force");
            }
            Self::ConfigurationKept { faults } => {
                tracing::error!(
                    event = "config.kept",
                    faults,
                    "the new configuration has faults and the old one stays in force; run 'edigate check'"
                );
            }
            Self::Fault(diagnostic) => {
                let code = &*diagnostic.code;
                match diagnostic.severity {
                    Severity::Error => tracing::error!(event = "fault", code, "{diagnostic}"),
                    Severity::Warning => tracing::warn!(event = "fault", code, "{diagnostic}"),
                    Severity::Info => tracing::info!(event = "fault", code, "{diagnostic}"),
                }
            }
            _ => {}
        }
    }

    fn write_listener(&self) {
        match *self {
            Self::Listening { listener, address, tls } => {
                tracing::info!(event = "listener.open", listener, %address, tls, "listening");
            }
            Self::ListenerDrained { listener, cut_off: 0 } => {
                tracing::info!(event = "listener.drained", listener, "closed; every request was answered");
            }
            Self::ListenerDrained { listener, cut_off } => {
                tracing::warn!(event = "listener.drained", listener, cut_off, "closed; some requests were cut off");
            }
            Self::AcceptFailed { listener, why } => {
                tracing::error!(
                    event = "listener.accept-failed",
                    listener,
                    why,
                    "cannot take connections; look at the limit on open files"
                );
            }
            Self::ConnectionOpened { listener } => {
                tracing::trace!(event = "connection.opened", listener, "connection opened");
            }
            Self::ConnectionClosed { listener } => {
                tracing::trace!(event = "connection.closed", listener, "connection closed");
            }
            Self::ConnectionRefused { listener, peer, why } => {
                tracing::warn!(event = "connection.refused", listener, %peer, why = why.as_str(), "connection refused");
            }
            Self::HandshakeFailed { listener, peer, why } => {
                tracing::info!(event = "connection.handshake-failed", listener, %peer, why, "TLS handshake failed");
            }
            Self::RequestRefused { listener, peer, status, reason, detail } => {
                tracing::info!(
                    event = "request.refused", listener, %peer, status, reason, detail, "request refused"
                );
            }
            _ => {}
        }
    }

    fn write_message(&self) {
        match *self {
            Self::Stranger { peer, from, to } => {
                tracing::warn!(event = "message.stranger", %peer, from, to, "no partner has this pair of AS2 names");
            }
            Self::MessageReceived { exchange, partner, message_id, bytes, took } => {
                tracing::info!(
                    event = "message.received", %exchange, %partner, message_id, bytes, took_ms = millis(took),
                    "message received"
                );
            }
            Self::MessageRepeated { exchange, partner, message_id } => {
                tracing::info!(
                    event = "message.repeated", %exchange, %partner, message_id,
                    "message came again; the same receipt was sent"
                );
            }
            Self::MessageRefused { exchange, partner, message_id, reason, detail } => {
                tracing::warn!(
                    event = "message.refused", %exchange, %partner, message_id, reason, detail,
                    "message refused"
                );
            }
            Self::MessagePutOff { partner, reason } => {
                let partner = partner.map_or("-", PartnerId::as_str);
                tracing::warn!(event = "message.put-off", partner, reason, "message put off; the partner sends again");
            }
            _ => {}
        }
    }

    fn write_document(&self) {
        match *self {
            Self::Translated { exchange, partner, documents, parked } => {
                tracing::info!(event = "message.translated", %exchange, %partner, documents, parked, "translated");
            }
            Self::Parked { exchange, partner, code, message } => {
                tracing::error!(event = "document.parked", %exchange, %partner, code, "parked: {message}");
            }
            Self::Published { exchange, document, row, partner, took } => {
                tracing::info!(
                    event = "document.published", %exchange, %document, %row, %partner, took_ms = millis(took),
                    "published"
                );
            }
            Self::NotPublished { exchange, document, row, partner, outcome, detail } => {
                let outcome = outcome.as_str();
                tracing::warn!(
                    event = "document.not-published", %exchange, %document, %row, %partner, outcome, detail,
                    "not published; it is tried again"
                );
            }
            Self::StepFailed { exchange, step, detail } => {
                tracing::error!(event = "step.failed", %exchange, step, detail, "step not finished; it is tried again");
            }
            _ => {}
        }
    }

    fn write_outside(&self) {
        match *self {
            Self::BrokerChanged { broker, detail } => {
                let state = broker.as_str();
                match broker {
                    Broker::Connecting | Broker::Ready => {
                        tracing::info!(event = "broker.changed", state, detail, "broker {state}");
                    }
                    Broker::Blocked | Broker::Down => {
                        tracing::warn!(event = "broker.changed", state, detail, "broker {state}; documents wait");
                    }
                }
            }
            Self::StoreOpened { recovered, took } => {
                tracing::info!(event = "store.opened", recovered, took_ms = millis(took), "store open");
            }
            Self::StoreCommitted { changes, took } => {
                tracing::trace!(event = "store.committed", changes, took_ms = millis(took), "committed");
            }
            Self::StoreFailed { detail } => {
                tracing::error!(
                    event = "store.failed",
                    detail,
                    "the store cannot write; nothing is taken until it can"
                );
            }
            _ => {}
        }
    }
}

/// Whole milliseconds, for log lines.
fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
