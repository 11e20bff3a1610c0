//! `/v1/exchanges`: transport messages, those that were refused among them.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, only, word};
use super::router::Admin;
use crate::base::{ExchangeId, counted};
use crate::exchange::{BlobRef, Detail, DispatchDetail, Exchange, Stage, Subject};
use crate::store::ExchangeQuery;

/// `?partner=…&stage=…&limit=…&before=…`
#[derive(Debug, Deserialize)]
pub(super) struct ListQuestion {
    partner: Option<String>,
    stage: Option<String>,
    limit: Option<usize>,
    before: Option<String>,
}

/// `GET /v1/exchanges`: newest first, with `next` to go on from.
pub(super) async fn list(
    State(admin): State<Admin>,
    Query(question): Query<ListQuestion>,
) -> Result<Json<Value>, Refusal> {
    let stages = format!("one of {}", Stage::ALL.map(Stage::as_str).join(", "));
    let query = ExchangeQuery {
        partner: question.partner.map(|id| word(&id, "a partner id")).transpose()?,
        stage: question.stage.map(|stage| word(&stage, &stages)).transpose()?,
        limit: question.limit.unwrap_or(50),
        before: question.before.map(|id| word(&id, "an exchange id")).transpose()?,
    };
    let page = admin.outbox.exchanges(&query)?;
    let items: Vec<Value> = page.items.iter().map(summary).collect();
    Ok(Json(json!({ "exchanges": items, "next": page.next })))
}

/// `GET /v1/exchanges/{id or prefix}`: all that is known of one.
pub(super) async fn show(State(admin): State<Admin>, Path(asked): Path<String>) -> Result<Json<Value>, Refusal> {
    let id = only(admin.outbox.find_exchange(&asked)?, "exchange", &asked)?;
    Ok(Json(whole(&admin, id)?))
}

/// `GET /v1/exchanges/{id or prefix}/content`: the business content as the partner sent it, such as a file that was
/// parked whole. A refused message has none.
pub(super) async fn content(State(admin): State<Admin>, Path(asked): Path<String>) -> Result<Response, Refusal> {
    let id = only(admin.outbox.find_exchange(&asked)?, "exchange", &asked)?;
    let payload = detail(&admin, id)?.and_then(|detail| detail.payload);
    let payload = payload.ok_or_else(|| Refusal::Missing(format!("no content was kept of exchange {id}")))?;
    octets(&admin, &payload)
}

/// `GET /v1/exchanges/{id or prefix}/attachments/{number}`: a part of the message beside its business content, from 1.
pub(super) async fn attachment(
    State(admin): State<Admin>,
    Path((asked, number)): Path<(String, usize)>,
) -> Result<Response, Refusal> {
    let id = only(admin.outbox.find_exchange(&asked)?, "exchange", &asked)?;
    let attachments = detail(&admin, id)?.unwrap_or_default().attachments;
    let found = number.checked_sub(1).and_then(|index| attachments.get(index));
    let found = found.ok_or_else(|| {
        let there = counted(attachments.len() as u64, "attachment");
        Refusal::Missing(format!("exchange {id} has no attachment {number}: it has {there}"))
    })?;
    octets(&admin, &found.content)
}

fn detail(admin: &Admin, id: ExchangeId) -> Result<Option<Detail>, Refusal> {
    let Some(exchange) = admin.outbox.exchange(id)? else { return Ok(None) };
    Ok(Detail::from_json(&admin.outbox.payload(&exchange.detail)?).ok())
}

/// An exchange and its detail, for a step that goes on from them.
pub(super) fn with_detail(admin: &Admin, id: ExchangeId) -> Result<(Exchange, Detail), Refusal> {
    let gone = || Refusal::Missing(format!("exchange {id} is not kept any more"));
    let exchange = admin.outbox.exchange(id)?.ok_or_else(gone)?;
    let detail = Detail::from_json(&admin.outbox.payload(&exchange.detail)?).map_err(|_unreadable| gone())?;
    Ok((exchange, detail))
}

/// Bytes of a partner's: whatever they say they are, they are handed out as bytes.
fn octets(admin: &Admin, content: &BlobRef) -> Result<Response, Refusal> {
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], admin.outbox.payload(content)?).into_response())
}

/// An exchange with its detail.
pub(super) fn whole(admin: &Admin, id: ExchangeId) -> Result<Value, Refusal> {
    let Some(exchange) = admin.outbox.exchange(id)? else { return Ok(Value::Null) };
    let mut whole = summary(&exchange);
    let detail = Detail::from_json(&admin.outbox.payload(&exchange.detail)?);
    if let (Some(members), Ok(detail)) = (whole.as_object_mut(), detail) {
        members.insert("detail".into(), json!(detail));
    }
    let (job, dispatch) = (admin.outbox.job(Subject::Exchange(id))?, dispatch(admin, id)?);
    if let Some(members) = whole.as_object_mut() {
        members.insert("next".into(), json!(job.map(|job| json!({ "step": job.kind.as_str(), "due": job.due }))));
        members.insert("asynchronousReceipt".into(), dispatch);
    }
    Ok(whole)
}

/// How far the asynchronous receipt of an exchange has come.
fn dispatch(admin: &Admin, id: ExchangeId) -> Result<Value, Refusal> {
    let Some(dispatch) = admin.outbox.dispatch(id)? else { return Ok(Value::Null) };
    let detail = DispatchDetail::from_json(&admin.outbox.payload(&dispatch.detail)?).ok();
    let job = admin.outbox.job(Subject::Receipt(id))?;
    Ok(json!({
        "stage": dispatch.stage,
        "url": detail.as_ref().map(|detail| &detail.url),
        "attempts": detail.as_ref().map(|detail| &detail.attempts),
        "nextAttempt": job.map(|job| job.due),
    }))
}

pub(super) fn summary(exchange: &Exchange) -> Value {
    json!({
        "exchangeId": exchange.id,
        "partner": exchange.partner,
        "direction": exchange.stage.direction(),
        "stage": exchange.stage,
        "receivedAt": exchange.received_at,
        "updatedAt": exchange.updated_at,
        "documents": exchange.documents,
        "parked": exchange.parked,
    })
}
