//! `POST /v1/partners/{id}/messages` and `POST /v1/exchanges/{id}/resubmit`: messages that are to be made and sent.

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, only, word};
use super::documents;
use super::operator::{Act, Operator};
use super::router::Admin;
use crate::as2::safe_file_name;
use crate::base::{ExchangeId, PartnerId};
use crate::exchange::outbound::{self, Submission};
use crate::exchange::resubmission::{Resubmission, resubmitted};
use crate::exchange::{Detail, Payload};
use crate::mime::ContentType;

/// `?contentType=…&fileName=…&subject=…`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Naming {
    content_type: Option<String>,
    file_name: Option<String>,
    subject: Option<String>,
}

/// The body is the payload. 202 once it is on disk: from there it is sent, and tried again, without the caller.
pub(super) async fn submit(
    State(admin): State<Admin>,
    operator: Operator,
    Path(partner): Path<String>,
    Query(naming): Query<Naming>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("message.submit", format!("partner {partner}"));
    let outcome = submit_one(&admin, &mut act, &partner, naming, body).await;
    act.ended(&admin, outcome).await
}

async fn submit_one(
    admin: &Admin,
    act: &mut Act,
    partner: &str,
    naming: Naming,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let partner: PartnerId = word(partner, "a partner id")?;
    let configuration = admin.live.current();
    let found = configuration.registry.partner(&partner);
    let found = found.ok_or_else(|| Refusal::Missing(format!("there is no partner {partner}")))?;
    if found.as2().and_then(|channel| channel.url.as_ref()).is_none() {
        return Err(Refusal::Question(format!("partner {partner} has no [as2] url to send to")));
    }
    let detail = detail(naming)?;
    let payload = take_in(admin, body, found.limits.body).await?;
    accept(admin, act, partner, payload, detail).await
}

/// `POST /v1/exchanges/{id}/resubmit`: the same payload as a new message, under a new Message-ID.
pub(super) async fn resubmit(
    State(admin): State<Admin>,
    operator: Operator,
    Path(asked): Path<String>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("message.resubmit", format!("exchange {asked}"));
    let outcome = resubmit_one(&admin, &mut act, &asked).await;
    act.ended(&admin, outcome).await
}

async fn resubmit_one(admin: &Admin, act: &mut Act, asked: &str) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = only(admin.outbox.find_exchange(asked)?, "exchange", asked)?;
    act.about(format!("exchange {id}"));
    let outbound = admin.outbox.exchange(id)?.filter(|one| one.stage.direction() == crate::canon::Direction::Outbound);
    let exchange = outbound.ok_or_else(|| Refusal::Question(format!("exchange {id} is none of ours to send")))?;
    let before = Detail::from_json(&admin.outbox.payload(&exchange.detail)?).unwrap_or_default();
    let payload = before.payload.ok_or_else(|| Refusal::Missing(format!("exchange {id} has no payload")))?;
    let detail = Detail {
        subject: before.subject,
        content_type: before.content_type,
        file_name: before.file_name,
        resubmission_of: Some(id),
        ..Detail::default()
    };
    // The payload is stored already; it is named once more, so that it outlives the first message.
    let payload = admin.outbox.payload(&payload)?;
    let payload = keep(admin, &payload)?;
    let Some(interchange) = before.interchange else {
        return accept(admin, act, exchange.partner, payload, detail).await;
    };
    let documents = interchange.documents().map(|document| documents::with_detail(admin, document));
    let documents = documents.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let at = admin.clock.now();
    let again = ExchangeId::mint(at, admin.entropy.bytes());
    act.about(format!("exchange {again} to {}, for exchange {id}", exchange.partner));
    let submission = Submission { exchange: again, at, partner: exchange.partner.clone(), payload, detail };
    let change = resubmitted(Resubmission { before: &exchange, interchange, documents, submission });
    let change = change.ok_or_else(|| {
        Refusal::Question(format!("exchange {id} is {} and still on its way", exchange.stage.as_str()))
    })?;
    act.done(admin, change).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "exchangeId": again }))))
}

async fn accept(
    admin: &Admin,
    act: &mut Act,
    partner: PartnerId,
    payload: Payload,
    detail: Detail,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let at = admin.clock.now();
    let exchange = ExchangeId::mint(at, admin.entropy.bytes());
    // A message that is sent once more is named beside the one it repeats.
    let repeats = detail.resubmission_of.map(|of| format!(", for exchange {of}")).unwrap_or_default();
    act.about(format!("exchange {exchange} to {partner}{repeats}"));
    act.done(admin, outbound::submitted(Submission { exchange, at, partner, payload, detail })).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "exchangeId": exchange }))))
}

fn detail(naming: Naming) -> Result<Detail, Refusal> {
    if let Some(text) = &naming.content_type {
        ContentType::parse(text).map_err(|fault| Refusal::Question(format!("contentType: {fault}")))?;
    }
    let file_name = naming
        .file_name
        .map(|name| safe_file_name(&name).ok_or_else(|| Refusal::Question(format!("'{name}' is no name of a file"))));
    let subject = naming.subject.map(|text| text.chars().filter(|c| !c.is_control()).take(256).collect());
    Ok(Detail { content_type: naming.content_type, file_name: file_name.transpose()?, subject, ..Detail::default() })
}

async fn take_in(admin: &Admin, body: Body, cap: u64) -> Result<Payload, Refusal> {
    let mut stage = admin.outbox.spool().stage(cap);
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece.map_err(|fault| Refusal::Question(format!("the payload did not arrive whole: {fault}")))?;
        stage.put(&piece)?;
    }
    let staged = stage.finish()?;
    if staged.length() == 0 {
        return Err(Refusal::Question("the payload is empty".to_owned()));
    }
    Ok(tokio::task::block_in_place(|| staged.keep())?)
}

fn keep(admin: &Admin, bytes: &[u8]) -> Result<Payload, Refusal> {
    let mut stage = admin.outbox.spool().stage(bytes.len() as u64);
    stage.put(bytes)?;
    Ok(stage.finish()?.keep()?)
}
