//! `/v1/documents`: business documents, whether published, waiting or parked.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, only, word};
use super::exchanges;
use super::router::Admin;
use crate::base::DocumentId;
use crate::exchange::{Document, DocumentDetail, DocumentStage, Subject};
use crate::store::DocumentQuery;

/// `?partner=…&stage=…&exchange=…&limit=…&before=…`
#[derive(Debug, Deserialize)]
pub(super) struct ListQuestion {
    partner: Option<String>,
    stage: Option<String>,
    exchange: Option<String>,
    limit: Option<usize>,
    before: Option<String>,
}

/// `GET /v1/documents`: newest first, with `next` to go on from.
pub(super) async fn list(
    State(admin): State<Admin>,
    Query(question): Query<ListQuestion>,
) -> Result<Json<Value>, Refusal> {
    let query = DocumentQuery {
        partner: question.partner.map(|id| word(&id, "a partner id")).transpose()?,
        stage: question.stage.map(|stage| word(&stage, "one of waiting, published, parked")).transpose()?,
        exchange: question.exchange.map(|id| word(&id, "an exchange id")).transpose()?,
        limit: question.limit.unwrap_or(50),
        before: question.before.map(|id| word(&id, "a document id")).transpose()?,
    };
    let page = admin.outbox.documents(&query)?;
    let items: Vec<Value> = page.items.iter().map(summary).collect();
    Ok(Json(json!({ "documents": items, "next": page.next })))
}

/// `GET /v1/documents/{id or prefix}`: the document, its exchange, its row and what was wrong with it.
pub(super) async fn show(State(admin): State<Admin>, Path(asked): Path<String>) -> Result<Json<Value>, Refusal> {
    let document = find(&admin, &asked)?;
    let mut whole = summary(&document);
    if let Some(members) = whole.as_object_mut() {
        let exchange = document.exchange.map(|exchange| exchanges::whole(&admin, exchange)).transpose()?;
        members.insert("exchange".into(), exchange.unwrap_or_default());
        members.insert("event".into(), row(&admin, &document)?);
        let DocumentDetail { diagnostics, .. } = detail(&admin, &document)?;
        members.insert("diagnostics".into(), json!(diagnostics));
    }
    Ok(Json(whole))
}

/// `GET /v1/documents/{id or prefix}/content`: the canonical document, or the transaction set while it is parked.
pub(super) async fn content(State(admin): State<Admin>, Path(asked): Path<String>) -> Result<Response, Refusal> {
    let document = find(&admin, &asked)?;
    let bytes = admin.outbox.payload(&document.content)?;
    let is_canonical = document.outbound || document.stage != DocumentStage::Parked;
    let kind = if is_canonical { "application/json" } else { "application/octet-stream" };
    Ok(([(header::CONTENT_TYPE, kind)], bytes).into_response())
}

fn find(admin: &Admin, asked: &str) -> Result<Document, Refusal> {
    let missing = || Refusal::Missing(format!("there is no document {asked}"));
    let id: DocumentId = only(admin.outbox.find_document(asked)?, "document", asked)?;
    admin.outbox.document(id)?.ok_or_else(missing)
}

fn summary(document: &Document) -> Value {
    json!({
        "documentId": document.id,
        "exchangeId": document.exchange,
        "partner": document.partner,
        "type": document.kind,
        "number": document.number,
        "stage": document.stage,
        "createdAt": document.created_at,
    })
}

fn row(admin: &Admin, document: &Document) -> Result<Value, Refusal> {
    let Some(id) = document.row else { return Ok(Value::Null) };
    let Some(row) = admin.outbox.row(id)? else { return Ok(Value::Null) };
    let job = admin.outbox.job(Subject::Row(id))?;
    let envelope: Value =
        serde_json::from_slice(&admin.outbox.payload(&row.envelope)?).unwrap_or_else(|fault| json!(fault.to_string()));
    Ok(json!({
        "eventId": row.id,
        "sequence": row.sequence,
        "stage": row.stage,
        "publishedAt": row.published_at,
        "attempts": job.as_ref().map(|job| job.attempts),
        "nextAttempt": job.as_ref().map(|job| job.due),
        "envelope": envelope,
    }))
}

fn detail(admin: &Admin, document: &Document) -> Result<DocumentDetail, Refusal> {
    let Some(reference) = document.detail else { return Ok(DocumentDetail::default()) };
    Ok(DocumentDetail::from_json(&admin.outbox.payload(&reference)?).unwrap_or_default())
}
