//! Which path is answered by whom.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;

use super::health::Readiness;
use super::{documents, exchanges, health};
use crate::observe::Metrics;
use crate::store::Outbox;

/// What the resources need.
#[derive(Clone)]
pub struct Admin {
    /// The store.
    pub outbox: Arc<Outbox>,
    /// Counters.
    pub metrics: Metrics,
    /// Says whether the daemon takes messages and hands them on.
    pub readiness: Arc<dyn Fn() -> Readiness + Send + Sync>,
}

/// The whole admin interface. It changes nothing; it may be served to whoever may read the socket.
pub fn router(admin: Admin) -> Router {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
        .route("/v1/documents", get(documents::list))
        .route("/v1/documents/{id}", get(documents::show))
        .route("/v1/documents/{id}/content", get(documents::content))
        .route("/v1/exchanges", get(exchanges::list))
        .route("/v1/exchanges/{id}", get(exchanges::show))
        .route("/v1/exchanges/{id}/content", get(exchanges::content))
        .with_state(admin)
}
