//! `GET /v1/documents/{id}/partner-view`: what the partner sees of a transaction set that it sent.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde::Serialize;

use super::answer::Refusal;
use super::documents::find;
use super::router::Admin;

/// What a partner sees of a transaction set that it sent.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PartnerView {
    /// The guide that the set is held against; none when there is none for it.
    pub guide: Option<String>,
    /// By what it is acknowledged: `TA1`, `997`, `999`, `CONTRL`; by nothing where nothing was agreed on.
    pub by: Vec<&'static str>,
    /// The segments of the acknowledgement that are about the set, its group and its interchange.
    pub segments: Vec<SeenSegment>,
}

/// A segment of an acknowledgement.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenSegment {
    /// The position of the segment in the set that it is about, the header being 1; none when it is about the whole.
    pub about: Option<u64>,
    /// The segment as it is written, without its terminator.
    pub text: String,
}

pub(super) async fn show(State(admin): State<Admin>, Path(asked): Path<String>) -> Result<Json<PartnerView>, Refusal> {
    let document = find(&admin, &asked)?;
    let look = Arc::clone(&admin.partner_view);
    let looking = tokio::task::spawn_blocking(move || look(&document)).await;
    let view = looking.map_err(|ended| Refusal::Question(format!("it ended early: {ended}")))?;
    Ok(Json(view.map_err(Refusal::Question)?))
}
