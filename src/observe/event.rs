//! The events. How each is written stands in `line`, how it is counted in `metric`.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::Metrics;
use crate::base::{Diagnostic, DocumentId, ExchangeId, PartnerId, RowId, Sha256, Timestamp};

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
    /// A message is on disk as it came, and its receipt is to follow.
    MessageStaged {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
        /// Bytes of its head and body.
        bytes: u64,
    },
    /// An asynchronous receipt of ours is with the partner.
    ReceiptDispatched {
        /// The exchange that it is for.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// How long the attempt took.
        took: Duration,
    },
    /// An asynchronous receipt of ours was not taken.
    ReceiptNotDispatched {
        /// The exchange that it is for.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Why.
        detail: &'a str,
        /// When it is tried again, unless it is not.
        next: Option<Timestamp>,
    },
    /// A message of ours was taken by the partner's server, which owes the receipt.
    MessageTaken {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
        /// Bytes of its body.
        bytes: u64,
        /// How long the attempt took.
        took: Duration,
    },
    /// A message of ours was not taken this time.
    DeliveryPutOff {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Why.
        detail: &'a str,
        /// When it is tried again.
        next: Timestamp,
    },
    /// A message of ours is delivered, and its receipt proves it where one was asked for.
    MessageDelivered {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its Message-ID.
        message_id: &'a str,
        /// Bytes of its body.
        bytes: u64,
        /// How long the last attempt took.
        took: Duration,
    },
    /// A message of ours is not delivered, or nobody can prove it: a person must look.
    MessageNotDelivered {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// One word of a fixed set: the stage it has come to, or `pack`.
        reason: &'static str,
        /// The full story.
        detail: &'a str,
    },
    /// The partner has taken a message and has not sent the receipt in time.
    ReceiptOverdue {
        /// Its exchange.
        exchange: ExchangeId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// The full story.
        detail: &'a str,
    },
    /// A receipt came that settles nothing.
    ReceiptIgnored {
        /// Whose it says it is, when that is known.
        partner: Option<&'a PartnerId>,
        /// One word of a fixed set: `unknown-message`, `unreadable`, `repeated`, `contradicts`, `does-not-count`.
        reason: &'static str,
        /// The full story.
        detail: &'a str,
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
    /// A document that did not go along in its message is handed out to the ERP.
    Fetched {
        /// Name of the listener.
        listener: &'a str,
        /// From where it was asked for.
        peer: IpAddr,
        /// The document.
        document: DocumentId,
        /// The row it was asked for by.
        row: RowId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// Its size.
        bytes: u64,
    },
    /// An event did not get to the ERP this time.
    EventNotPublished {
        /// The row that carries it.
        row: RowId,
        /// Whom it concerns.
        partner: &'a PartnerId,
        /// How it went.
        outcome: Outcome,
        /// The full story.
        detail: &'a str,
    },
    /// Something of which the ERP is told, too.
    Told {
        /// What, as the ERP is told: `document.accepted`.
        name: &'static str,
        /// The document.
        document: DocumentId,
        /// Whose it is.
        partner: &'a PartnerId,
        /// In a sentence.
        text: &'a str,
    },
    /// A command of the ERP's could not even be read.
    CommandUnreadable {
        /// Where it came from.
        source: &'a str,
        /// Why.
        detail: &'a str,
    },
    /// Commands of the ERP's cannot be taken for now.
    CommandsHeld {
        /// Why.
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
    /// The store could not write; nothing is taken until it can.
    StoreFailed {
        /// The full story.
        detail: &'a str,
    },
    /// A round of retention has ended.
    Released {
        /// Records that were old enough.
        records: u64,
        /// Records that went before their time, for the size's sake.
        before_time: u64,
        /// Bytes that nothing names any more.
        payload_bytes: u64,
        /// Journal segments that were given back.
        segments: u64,
        /// Their bytes.
        segment_bytes: u64,
        /// Bytes by which the store is above its size.
        over: u64,
    },
    /// The store is above its size, and nothing more may go.
    StoreTooLarge {
        /// By so many bytes.
        over: u64,
    },
    /// A certificate without another to follow it has so many days left, or has ended.
    CertificateExpires {
        /// Whose it is: an identity or a listener of ours, or a partner.
        owner: &'a str,
        /// What it is used for: `sign+decrypt`.
        usage: &'a str,
        /// SHA-256 of its DER.
        certificate: Sha256,
        /// Its subject.
        subject: &'a str,
        /// Days left; zero when it has ended.
        days_left: i64,
        /// The first instant at which it does not count any more.
        until: Timestamp,
    },
    /// Something that cannot be was: edigate itself is at fault.
    Defect {
        /// One word of a fixed set, such as `handler-panicked`.
        kind: &'static str,
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
}
