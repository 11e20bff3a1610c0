//! `/v1/documents`: business documents, whether published, waiting or parked.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Reason, Refusal, instant, only, word};
use super::exchanges;
use super::operator::{Act, Operator};
use super::router::Admin;
use crate::base::{DocumentId, PartnerId};
use crate::canon::Direction;
use crate::exchange::{Change, Document, DocumentDetail, DocumentStage, Lane, Subject, Teller, quarantine};
use crate::store::DocumentQuery;

/// `?partner=…&stage=…&exchange=…&direction=…&type=…&order=…&since=…&until=…&limit=…&before=…`
#[derive(Debug, Deserialize)]
pub(super) struct ListQuestion {
    partner: Option<String>,
    stage: Option<String>,
    exchange: Option<String>,
    direction: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    order: Option<String>,
    since: Option<String>,
    until: Option<String>,
    limit: Option<usize>,
    before: Option<String>,
}

/// `GET /v1/documents`: newest first, with `next` to go on from.
pub(super) async fn list(
    State(admin): State<Admin>,
    Query(question): Query<ListQuestion>,
) -> Result<Json<Value>, Refusal> {
    let stages = format!("one of {}", DocumentStage::ALL.map(DocumentStage::as_str).join(", "));
    let query = DocumentQuery {
        partner: question.partner.map(|id| word(&id, "a partner id")).transpose()?,
        stage: question.stage.map(|stage| word(&stage, &stages)).transpose()?,
        direction: question.direction.map(|direction| way(&direction)).transpose()?,
        kind: question.kind,
        order: question.order.as_deref().map(Lane::of),
        since: question.since.map(|since| instant(&since)).transpose()?,
        until: question.until.map(|until| instant(&until)).transpose()?,
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
        let mut detail = detail(&admin, &document)?;
        members.insert("diagnostics".into(), json!(std::mem::take(&mut detail.diagnostics)));
        members.insert("detail".into(), json!(detail));
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

fn way(text: &str) -> Result<Direction, Refusal> {
    match text {
        "in" => Ok(Direction::Inbound),
        "out" => Ok(Direction::Outbound),
        other => Err(Refusal::Question(format!("'{other}' is no direction: in, out"))),
    }
}

/// `GET /v1/threads/{number}`: every document of an order, or with this number of its own, oldest first, each with what
/// happened to it.
pub(super) async fn thread(
    State(admin): State<Admin>,
    Path(number): Path<String>,
    Query(whose): Query<Whose>,
) -> Result<Json<Value>, Refusal> {
    let partner: Option<PartnerId> = whose.partner.map(|id| word(&id, "a partner id")).transpose()?;
    let mut documents = admin.outbox.documents_by_number(&number, THREAD)?;
    documents.retain(|document| partner.as_ref().is_none_or(|partner| *partner == document.partner));
    documents.sort_by_key(|document| document.id);
    let told = |document: &Document| -> Result<Value, Refusal> {
        let mut told = summary(document);
        let detail = detail(&admin, document)?;
        if let Some(members) = told.as_object_mut() {
            members.insert("message".into(), json!(detail.message));
            members.insert("steps".into(), json!(detail.steps));
            members.insert("acknowledgement".into(), json!(detail.acknowledgement));
            members.insert("verdict".into(), json!(detail.verdict));
            members.insert("event".into(), row(&admin, document)?);
            let exchange = document.exchange.map(|exchange| exchanges::whole(&admin, exchange)).transpose()?;
            members.insert("exchange".into(), exchange.unwrap_or_default());
        }
        Ok(told)
    };
    let documents: Vec<Value> = documents.iter().map(told).collect::<Result<_, _>>()?;
    Ok(Json(json!({ "number": number, "documents": documents })))
}

/// `?partner=…`: of several that use one number.
#[derive(Debug, Deserialize)]
pub(super) struct Whose {
    partner: Option<String>,
}

/// Documents of one thread that are shown.
const THREAD: usize = 200;

/// `POST /v1/documents/{id or prefix}/release?reason=…`: a document that waits for a person goes on, by the configuration
/// in force.
pub(super) async fn release(
    State(admin): State<Admin>,
    operator: Operator,
    Path(asked): Path<String>,
    Query(why): Query<Reason>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("document.release", format!("document {asked}")).because(why.as_given());
    let outcome = release_one(&admin, &mut act, &asked, &why).await;
    act.ended(&admin, outcome).await
}

async fn release_one(
    admin: &Admin,
    act: &mut Act,
    asked: &str,
    why: &Reason,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let document = find(admin, asked)?;
    act.about(format!("document {}", document.id));
    let change = released(admin, &document, why.wanted()?)?;
    act.done(admin, change).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "documentId": document.id }))))
}

/// A document that waits goes on.
pub(super) fn released(admin: &Admin, document: &Document, reason: &str) -> Result<Change, Refusal> {
    let detail = detail(admin, document)?;
    let configuration = admin.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*admin.entropy };
    let now = admin.clock.now();
    let whole = document.exchange.filter(|_| quarantine::is_whole(document));
    let change = match whole {
        None => quarantine::released(document, detail, reason, now, teller),
        Some(exchange) => {
            let (exchange, message) = exchanges::with_detail(admin, exchange)?;
            quarantine::released_whole(document, detail, &exchange, &message, reason, now, teller)
        }
    };
    change.ok_or_else(|| {
        Refusal::Question(format!("document {} is {} and does not wait", document.id, document.stage.as_str()))
    })
}

pub(super) fn find(admin: &Admin, asked: &str) -> Result<Document, Refusal> {
    let missing = || Refusal::Missing(format!("there is no document {asked}"));
    let id: DocumentId = only(admin.outbox.find_document(asked)?, "document", asked)?;
    admin.outbox.document(id)?.ok_or_else(missing)
}

fn summary(document: &Document) -> Value {
    json!({
        "documentId": document.id,
        "exchangeId": document.exchange,
        "partner": document.partner,
        "direction": document.direction(),
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

/// A document with what else is known of it; `None` when it is not there any more.
pub(super) fn with_detail(admin: &Admin, id: DocumentId) -> Result<Option<(Document, DocumentDetail)>, Refusal> {
    let Some(document) = admin.outbox.document(id)? else { return Ok(None) };
    let detail = detail(admin, &document)?;
    Ok(Some((document, detail)))
}

pub(super) fn detail(admin: &Admin, document: &Document) -> Result<DocumentDetail, Refusal> {
    let Some(reference) = document.detail else { return Ok(DocumentDetail::default()) };
    Ok(DocumentDetail::from_json(&admin.outbox.payload(&reference)?).unwrap_or_default())
}
