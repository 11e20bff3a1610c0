//! Which path is answered by whom.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use super::health::Readiness;
use super::partner_views::PartnerView;
use super::replays::Reread;
use super::{
    audit, certificates, documents, evidence, exchanges, health, partner_views, quarantine, replays, resends,
    submissions,
};
use crate::base::{Clock, Entropy};
use crate::config::Live;
use crate::exchange::Document;
use crate::observe::Metrics;
use crate::store::Outbox;

/// Reads a document once more; or says, in words for an operator, why it cannot be.
pub type Rereading = dyn Fn(&Document) -> Result<Reread, String> + Send + Sync;

/// Says what a partner sees of a document that it sent; or, in words for an operator, why that cannot be said.
pub type Looking = dyn Fn(&Document) -> Result<PartnerView, String> + Send + Sync;

/// What the resources need.
#[derive(Clone)]
pub struct Admin {
    /// The store.
    pub outbox: Arc<Outbox>,
    /// Counters.
    pub metrics: Metrics,
    /// The configuration in force.
    pub live: Arc<Live>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Reads a partner's document once more by the configuration in force.
    pub reread: Arc<Rereading>,
    /// Says what a partner sees of its document by the configuration in force.
    pub partner_view: Arc<Looking>,
    /// Says whether the daemon takes messages and hands them on.
    pub readiness: Arc<dyn Fn() -> Readiness + Send + Sync>,
}

/// The whole admin interface. Whoever may use the socket may send in our name.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/v1/audit", get(audit::list))
        .route("/v1/audit/verify", get(audit::verify))
        .route("/v1/certificates/use", get(certificates::in_use))
        .route("/v1/documents", get(documents::list))
        .route("/v1/documents/{id}", get(documents::show))
        .route("/v1/documents/{id}/content", get(documents::content))
        .route("/v1/documents/{id}/partner-view", get(partner_views::show))
        .route("/v1/documents/{id}/release", post(documents::release))
        .route("/v1/documents/{id}/replay", post(replays::replay))
        .route("/v1/documents/{id}/resend", post(resends::resend))
        .route("/v1/threads/{number}", get(documents::thread))
        .route("/v1/quarantine", get(quarantine::quarantine))
        .route("/v1/exchanges", get(exchanges::list))
        .route("/v1/exchanges/{id}", get(exchanges::show))
        .route("/v1/exchanges/{id}/content", get(exchanges::content))
        .route("/v1/exchanges/{id}/payloads/{sha256}", get(evidence::payload))
        .route("/v1/messages/{message_id}/exchanges", get(evidence::exchanges_of))
        .route("/v1/exchanges/{id}/attachments/{number}", get(exchanges::attachment))
        .route("/v1/exchanges/{id}/resubmit", post(submissions::resubmit))
        .route("/v1/exchanges/{id}/retry", post(resends::retry))
        // A payload goes to the spool piece by piece, under the partner's own cap.
        .route("/v1/partners/{id}/messages", post(submissions::submit).layer(DefaultBodyLimit::disable()))
        .with_state(admin)
}
