//! Counters, gauges and histograms. The registry is a value that is passed around; there are no statics.
//!
//! Labels are few: partner (as configured, so their number is bounded) and a word of a fixed set; never an id.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::event::{Broker, Event, Outcome};
use crate::base::PartnerId;

/// The label of what belongs to no partner.
const NOBODY: &str = "-";

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByPartner {
    partner: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByPartnerAndOutcome {
    partner: String,
    outcome: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByKind {
    kind: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByListener {
    listener: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByListenerAndReason {
    listener: String,
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ByCertificate {
    owner: String,
    usage: String,
    certificate: String,
}

/// Everything that is counted. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    registry: Registry,
    messages: Family<ByPartnerAndOutcome, Counter>,
    message_bytes: Family<ByPartner, Counter>,
    message_seconds: Histogram,
    receipts: Family<ByPartnerAndOutcome, Counter>,
    deliveries: Family<ByPartnerAndOutcome, Counter>,
    delivery_seconds: Histogram,
    documents: Family<ByPartnerAndOutcome, Counter>,
    publications: Family<ByOutcome, Counter>,
    publish_seconds: Histogram,
    store_failures: Counter,
    retention_records: Family<ByOutcome, Counter>,
    retention_bytes: Counter,
    store_over: Gauge,
    step_failures: Family<ByKind, Counter>,
    connections: Family<ByListener, Gauge>,
    connections_refused: Family<ByListenerAndReason, Counter>,
    requests_refused: Family<ByListenerAndReason, Counter>,
    broker_ready: Gauge,
    jobs: Family<ByKind, Gauge>,
    partners: Gauge,
    certificate_days_left: Family<ByCertificate, Gauge>,
    configuration_kept: Counter,
    defects: Family<ByKind, Counter>,
    started: Gauge<f64, AtomicU64>,
}

/// From a millisecond to a minute: what a receipt or a confirm may take.
fn seconds() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// All at zero.
    pub fn new() -> Self {
        let mut inner = Inner {
            registry: Registry::with_prefix("edigate"),
            messages: Family::default(),
            message_bytes: Family::default(),
            message_seconds: seconds(),
            receipts: Family::default(),
            deliveries: Family::default(),
            delivery_seconds: seconds(),
            documents: Family::default(),
            publications: Family::default(),
            publish_seconds: seconds(),
            store_failures: Counter::default(),
            retention_records: Family::default(),
            retention_bytes: Counter::default(),
            store_over: Gauge::default(),
            step_failures: Family::default(),
            connections: Family::default(),
            connections_refused: Family::default(),
            requests_refused: Family::default(),
            broker_ready: Gauge::default(),
            jobs: Family::default(),
            partners: Gauge::default(),
            certificate_days_left: Family::default(),
            configuration_kept: Counter::default(),
            defects: Family::default(),
            started: Gauge::default(),
        };
        inner.register_messages();
        inner.register_machinery();
        Self(Arc::new(inner))
    }

    /// Everything in the OpenMetrics text format, for `/metrics`.
    pub fn render(&self) -> String {
        let mut out = String::new();
        // Writing into a String cannot fail; were it to, what was written so far is the best answer there is.
        if text::encode(&mut out, &self.0.registry).is_err() {
            out.push_str("# EOF\n");
        }
        out
    }

    /// Content-Type of [`Metrics::render`].
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Sets how many jobs of a kind (`translate`, `publish`) are open.
    pub fn set_open_jobs(&self, kind: &'static str, open: u64) {
        self.0.jobs.get_or_create(&ByKind { kind }).set(i64::try_from(open).unwrap_or(i64::MAX));
    }

    /// Sets how many days each certificate has left, by owner, usage and the beginning of its SHA-256. Certificates that
    /// are not among them any more are forgotten.
    pub fn set_certificates(&self, all: impl IntoIterator<Item = (String, String, String, i64)>) {
        self.0.certificate_days_left.clear();
        for (owner, usage, certificate, days) in all {
            self.0.certificate_days_left.get_or_create(&ByCertificate { owner, usage, certificate }).set(days);
        }
    }

    /// Sets when the daemon started, in seconds since 1970.
    pub fn set_started(&self, at: crate::base::Timestamp) {
        self.0.started.set(at.as_millis() as f64 / 1000.0);
    }

    pub(super) fn count(&self, event: &Event<'_>) {
        let inner = &*self.0;
        match *event {
            Event::ConfigurationInForce { partners } => {
                inner.partners.set(i64::try_from(partners).unwrap_or(i64::MAX));
            }
            Event::ConfigurationKept { .. } => {
                inner.configuration_kept.inc();
            }
            Event::ConnectionOpened { listener } => {
                inner.connections.get_or_create(&ByListener { listener: listener.to_owned() }).inc();
            }
            Event::ConnectionClosed { listener } => {
                inner.connections.get_or_create(&ByListener { listener: listener.to_owned() }).dec();
            }
            Event::ConnectionRefused { listener, why, .. } => inner.connection_refused(listener, why.as_str()),
            Event::HandshakeFailed { listener, .. } => inner.connection_refused(listener, "handshake-failed"),
            Event::RequestRefused { listener, reason, .. } => {
                inner
                    .requests_refused
                    .get_or_create(&ByListenerAndReason { listener: listener.to_owned(), reason })
                    .inc();
            }
            Event::Stranger { .. } => inner.message(None, "unknown-trading-relationship"),
            Event::MessageReceived { partner, bytes, took, .. } => {
                inner.message(Some(partner), "processed");
                inner.message_bytes.get_or_create(&ByPartner { partner: partner.to_string() }).inc_by(bytes);
                inner.message_seconds.observe(took.as_secs_f64());
            }
            Event::MessageRepeated { partner, .. } => inner.message(Some(partner), "repeated"),
            Event::MessageRefused { partner, reason, .. } => inner.message(Some(partner), reason),
            Event::MessagePutOff { partner, reason } => inner.message(partner, reason),
            Event::MessageStaged { partner, bytes, .. } => {
                inner.message(Some(partner), "staged");
                inner.message_bytes.get_or_create(&ByPartner { partner: partner.to_string() }).inc_by(bytes);
            }
            Event::ReceiptDispatched { partner, .. } => inner.receipt(Some(partner), "dispatched"),
            Event::ReceiptNotDispatched { partner, next, .. } => {
                inner.receipt(Some(partner), if next.is_some() { "put-off" } else { "given-up" });
            }
            Event::ReceiptOverdue { partner, .. } => inner.receipt(Some(partner), "overdue"),
            Event::ReceiptIgnored { partner, reason, .. } => inner.receipt(partner, reason),
            Event::MessageTaken { partner, took, .. } => {
                inner.delivery(partner, "taken");
                inner.delivery_seconds.observe(took.as_secs_f64());
            }
            Event::DeliveryPutOff { partner, .. } => inner.delivery(partner, "put-off"),
            Event::MessageDelivered { partner, took, .. } => {
                inner.delivery(partner, "delivered");
                inner.delivery_seconds.observe(took.as_secs_f64());
            }
            Event::MessageNotDelivered { partner, reason, .. } => inner.delivery(partner, reason),
            Event::Translated { partner, documents, .. } => inner.documents(partner, "translated", documents),
            Event::Parked { partner, .. } => inner.documents(partner, "parked", 1),
            Event::Published { partner, took, .. } => {
                inner.documents(partner, "published", 1);
                inner.publications.get_or_create(&ByOutcome { outcome: Outcome::Confirmed.as_str() }).inc();
                inner.publish_seconds.observe(took.as_secs_f64());
            }
            Event::NotPublished { outcome, .. } | Event::EventNotPublished { outcome, .. } => {
                inner.publications.get_or_create(&ByOutcome { outcome: outcome.as_str() }).inc();
            }
            Event::Fetched { partner, .. } => inner.documents(partner, "fetched", 1),
            Event::Told { name, partner, .. } => inner.documents(partner, name, 1),
            Event::CommandUnreadable { .. } => {
                inner.step_failures.get_or_create(&ByKind { kind: "command" }).inc();
            }
            Event::BrokerChanged { broker, .. } => {
                inner.broker_ready.set(i64::from(broker == Broker::Ready));
            }
            Event::StoreFailed { .. } => {
                inner.store_failures.inc();
            }
            Event::Released { records, before_time, payload_bytes, over, .. } => {
                for (outcome, many) in [("aged", records), ("before-time", before_time)] {
                    inner.retention_records.get_or_create(&ByOutcome { outcome }).inc_by(many);
                }
                inner.retention_bytes.inc_by(payload_bytes);
                inner.store_over.set(i64::try_from(over).unwrap_or(i64::MAX));
            }
            Event::Defect { kind, .. } => {
                inner.defects.get_or_create(&ByKind { kind }).inc();
            }
            Event::StepFailed { step, .. } => {
                inner.step_failures.get_or_create(&ByKind { kind: step }).inc();
            }
            Event::Starting { .. }
            | Event::Ready
            | Event::Draining
            | Event::Stopped
            | Event::Fault(_)
            | Event::CertificateExpires { .. }
            | Event::Listening { .. }
            | Event::ListenerDrained { .. }
            | Event::AcceptFailed { .. }
            | Event::CommandsHeld { .. }
            | Event::StoreTooLarge { .. }
            | Event::StoreOpened { .. } => {}
        }
    }
}

impl Inner {
    fn message(&self, partner: Option<&PartnerId>, outcome: &'static str) {
        let partner = partner.map_or(NOBODY, PartnerId::as_str).to_owned();
        self.messages.get_or_create(&ByPartnerAndOutcome { partner, outcome: outcome.to_owned() }).inc();
    }

    fn receipt(&self, partner: Option<&PartnerId>, outcome: &'static str) {
        let partner = partner.map_or(NOBODY, PartnerId::as_str).to_owned();
        self.receipts.get_or_create(&ByPartnerAndOutcome { partner, outcome: outcome.to_owned() }).inc();
    }

    fn delivery(&self, partner: &PartnerId, outcome: &'static str) {
        let labels = ByPartnerAndOutcome { partner: partner.to_string(), outcome: outcome.to_owned() };
        self.deliveries.get_or_create(&labels).inc();
    }

    fn documents(&self, partner: &PartnerId, outcome: &'static str, many: u64) {
        let labels = ByPartnerAndOutcome { partner: partner.to_string(), outcome: outcome.to_owned() };
        self.documents.get_or_create(&labels).inc_by(many);
    }

    fn connection_refused(&self, listener: &str, reason: &'static str) {
        let labels = ByListenerAndReason { listener: listener.to_owned(), reason };
        self.connections_refused.get_or_create(&labels).inc();
    }

    fn register_messages(&mut self) {
        let registry = &mut self.registry;
        registry.register("messages", "Messages by what they were answered", self.messages.clone());
        registry.register("message_bytes", "Bytes of accepted messages on the wire", self.message_bytes.clone());
        registry.register(
            "message_seconds",
            "From the end of a message's head to its receipt",
            self.message_seconds.clone(),
        );
        registry.register(
            "receipts",
            "Asynchronous receipts of ours by how their delivery went, and receipts of partners that settle nothing",
            self.receipts.clone(),
        );
        registry.register(
            "deliveries",
            "Attempts to deliver messages of ours by how they went",
            self.deliveries.clone(),
        );
        registry.register(
            "delivery_seconds",
            "From an attempt to deliver to its answer",
            self.delivery_seconds.clone(),
        );
        registry.register("documents", "Documents by what became of them", self.documents.clone());
        registry.register("publications", "Attempts to hand a document to the ERP", self.publications.clone());
        registry.register("publish_seconds", "From an attempt to its confirm", self.publish_seconds.clone());
        registry.register("open_jobs", "Work that is waiting or under way", self.jobs.clone());
        registry.register(
            "step_failures",
            "Steps that could not be finished and are tried again",
            self.step_failures.clone(),
        );
    }

    fn register_machinery(&mut self) {
        let registry = &mut self.registry;
        registry.register("store_failures", "Writes or syncs that failed", self.store_failures.clone());
        registry.register(
            "retention_records",
            "Records let go, by whether their time had come",
            self.retention_records.clone(),
        );
        registry.register("retention_bytes", "Bytes of payloads let go", self.retention_bytes.clone());
        registry.register("store_over_bytes", "Bytes by which the store is above its size", self.store_over.clone());
        registry.register("connections", "Connections open now", self.connections.clone());
        registry.register("connections_refused", "Connections not taken", self.connections_refused.clone());
        registry.register(
            "requests_refused",
            "Requests answered before their body was read",
            self.requests_refused.clone(),
        );
        registry.register("broker_ready", "1 while the broker takes documents", self.broker_ready.clone());
        registry.register("partners", "Partners in the configuration in force", self.partners.clone());
        registry.register(
            "certificate_days_left",
            "Days until a certificate does not count any more",
            self.certificate_days_left.clone(),
        );
        registry.register("configuration_kept", "Reloads refused for their faults", self.configuration_kept.clone());
        registry.register("defects", "Faults of edigate itself", self.defects.clone());
        registry.register("start_time_seconds", "When the daemon started, since 1970", self.started.clone());
    }
}

#[cfg(test)]
#[path = "metric_tests.rs"]
mod tests;
