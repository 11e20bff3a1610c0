//! How each event is written to the log.

use std::time::Duration;

use super::event::{Broker, Event};
use crate::base::{PartnerId, Severity};

/// With more days left than these a certificate may wait for morning.
const DAYS_THAT_MAY_WAIT: i64 = 7;

impl Event<'_> {
    /// `error` asks a person to act, `warn` may wait for morning, `info` tells the story of one exchange.
    pub(super) fn write(&self) {
        match *self {
            Self::Starting { .. }
            | Self::Ready
            | Self::Draining
            | Self::Stopped
            | Self::ConfigurationInForce { .. }
            | Self::ConfigurationKept { .. }
            | Self::CertificateExpires { .. }
            | Self::Defect { .. }
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
            | Self::MessageStaged { .. }
            | Self::MessageReceived { .. }
            | Self::MessageRepeated { .. }
            | Self::MessageRefused { .. }
            | Self::MessagePutOff { .. } => self.write_message(),
            Self::MessageTaken { .. }
            | Self::DeliveryPutOff { .. }
            | Self::MessageDelivered { .. }
            | Self::MessageNotDelivered { .. }
            | Self::ReceiptOverdue { .. }
            | Self::ReceiptIgnored { .. }
            | Self::ReceiptDispatched { .. }
            | Self::ReceiptNotDispatched { .. } => self.write_delivery(),
            Self::Translated { .. }
            | Self::Parked { .. }
            | Self::Published { .. }
            | Self::NotPublished { .. }
            | Self::Fetched { .. }
            | Self::EventNotPublished { .. }
            | Self::Told { .. }
            | Self::CommandUnreadable { .. }
            | Self::CommandsHeld { .. }
            | Self::StepFailed { .. } => self.write_document(),
            Self::BrokerChanged { .. } | Self::StoreOpened { .. } | Self::StoreFailed { .. } => self.write_outside(),
            Self::Released { .. } | Self::StoreTooLarge { .. } => self.write_kept(),
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
            Self::CertificateExpires { owner, usage, certificate, subject, days_left, until } => {
                if days_left > DAYS_THAT_MAY_WAIT {
                    tracing::warn!(
                        event = "certificate.expires", owner, usage, %certificate, subject, days_left, %until,
                        "a certificate ends and none is known to follow it"
                    );
                } else {
                    tracing::error!(
                        event = "certificate.expires", owner, usage, %certificate, subject, days_left, %until,
                        "a certificate ends or has ended and none is known to follow it; add the next one"
                    );
                }
            }
            Self::Defect { kind, detail } => {
                tracing::error!(event = "defect", kind, detail, "this is a fault of edigate itself; please report it");
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
            Self::MessageStaged { exchange, partner, message_id, bytes } => {
                tracing::info!(
                    event = "message.staged", %exchange, %partner, message_id, bytes,
                    "message on disk; it is opened next, and its receipt follows"
                );
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
            Self::Published { document, row, partner, took } => {
                tracing::info!(
                    event = "document.published", %document, %row, %partner, took_ms = millis(took), "published"
                );
            }
            Self::NotPublished { document, row, partner, outcome, detail } => {
                let outcome = outcome.as_str();
                tracing::warn!(
                    event = "document.not-published", %document, %row, %partner, outcome, detail,
                    "not published; it is tried again"
                );
            }
            Self::Fetched { listener, peer, document, row, partner, bytes } => {
                tracing::info!(
                    event = "document.fetched", listener, %peer, %document, %row, %partner, bytes, "handed out"
                );
            }
            Self::EventNotPublished { row, partner, outcome, detail } => {
                let outcome = outcome.as_str();
                tracing::warn!(
                    event = "event.not-published", %row, %partner, outcome, detail, "not published; it is tried again"
                );
            }
            Self::Told { name, document, partner, text } => {
                tracing::info!(event = name, %document, %partner, "{text}");
            }
            Self::CommandUnreadable { source, detail } => {
                tracing::error!(
                    event = "command.unreadable",
                    source,
                    detail,
                    "a command could not be read; it is set aside"
                );
            }
            Self::CommandsHeld { detail } => {
                tracing::warn!(event = "commands.held", detail, "commands of the ERP's are not taken for now");
            }
            Self::StepFailed { exchange, step, detail } => {
                tracing::error!(event = "step.failed", %exchange, step, detail, "step not finished; it is tried again");
            }
            _ => {}
        }
    }

    fn write_delivery(&self) {
        match *self {
            Self::MessageTaken { exchange, partner, message_id, bytes, took } => {
                tracing::info!(
                    event = "delivery.taken", %exchange, %partner, message_id, bytes, took_ms = millis(took),
                    "taken by the partner's server; the receipt is owed"
                );
            }
            Self::DeliveryPutOff { exchange, partner, detail, next } => {
                tracing::warn!(
                    event = "delivery.put-off", %exchange, %partner, detail, %next, "not delivered; it is tried again"
                );
            }
            Self::MessageDelivered { exchange, partner, message_id, bytes, took } => {
                tracing::info!(
                    event = "delivery.done", %exchange, %partner, message_id, bytes, took_ms = millis(took), "delivered"
                );
            }
            Self::MessageNotDelivered { exchange, partner, reason, detail } => {
                tracing::error!(event = "delivery.failed", %exchange, %partner, reason, detail, "not delivered");
            }
            Self::ReceiptOverdue { exchange, partner, detail } => {
                tracing::error!(event = "receipt.overdue", %exchange, %partner, detail, "receipt overdue");
            }
            Self::ReceiptIgnored { partner, reason, detail } => {
                let partner = partner.map_or("-", PartnerId::as_str);
                tracing::warn!(event = "receipt.ignored", partner, reason, detail, "a receipt that settles nothing");
            }
            Self::ReceiptDispatched { exchange, partner, took } => {
                tracing::info!(
                    event = "receipt.dispatched", %exchange, %partner, took_ms = millis(took), "receipt delivered"
                );
            }
            Self::ReceiptNotDispatched { exchange, partner, detail, next: Some(next) } => {
                tracing::warn!(
                    event = "receipt.put-off", %exchange, %partner, detail, %next, "receipt not delivered; tried again"
                );
            }
            Self::ReceiptNotDispatched { exchange, partner, detail, next: None } => {
                tracing::error!(event = "receipt.given-up", %exchange, %partner, detail, "receipt not delivered");
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

    fn write_kept(&self) {
        match *self {
            // A round that found nothing is no news.
            Self::Released { records: 0, before_time: 0, segments: 0, .. } => {}
            Self::Released { records, before_time, payload_bytes, segments, segment_bytes, over }
                if before_time > 0 =>
            {
                tracing::warn!(
                    event = "store.released",
                    records,
                    before_time,
                    payload_bytes,
                    segments,
                    segment_bytes,
                    over,
                    "the store is above its size, and the oldest of what is settled went before its time"
                );
            }
            Self::Released { records, before_time, payload_bytes, segments, segment_bytes, over } => {
                tracing::info!(
                    event = "store.released",
                    records,
                    before_time,
                    payload_bytes,
                    segments,
                    segment_bytes,
                    over,
                    "let go what was kept long enough"
                );
            }
            Self::StoreTooLarge { over } => {
                tracing::warn!(
                    event = "store.too-large",
                    over,
                    "the store is above its size and nothing more may go; raise retention.size, shorten a period of \
                     retention, or look at what waits for a person or for the ERP's verdict"
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
