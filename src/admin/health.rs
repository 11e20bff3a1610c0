//! Whether the daemon is alive, whether it is of use, and its counters.

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::router::Admin;

/// Whether the daemon takes messages and hands them on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// Whether partners' messages are taken. This alone decides between 200 and 503.
    pub ready: bool,
    /// Why they are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<String>,
    /// Why events do not reach the ERP's side at present. Messages are taken all the same; they wait in the outbox.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub degraded: Option<String>,
    /// Outbox rows that wait for their confirm.
    pub rows_waiting: u64,
    /// Where the listeners listen, by name.
    pub listeners: Vec<(String, String)>,
}

/// `GET /healthz`: the process runs and answers.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: 200 when messages are taken, else 503; the body says why.
pub(super) async fn readyz(State(admin): State<Admin>) -> Response {
    let readiness = (admin.readiness)();
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(readiness)).into_response()
}

/// `GET /metrics`: the text format of Prometheus.
pub(super) async fn metrics(State(admin): State<Admin>) -> Response {
    let counts = admin.outbox.counts();
    admin.metrics.set_open_jobs("publish", counts.rows_waiting);
    admin.metrics.set_open_jobs("all", counts.jobs);
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], admin.metrics.render()).into_response()
}
