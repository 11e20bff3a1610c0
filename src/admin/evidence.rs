//! What evidence is made of: the payloads that an exchange names, and the exchanges of a Message-ID.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::{Refusal, only};
use super::exchanges::summary;
use super::router::Admin;
use crate::base::{ExchangeId, Sha256};
use crate::exchange::{DedupKey, Detail};

/// `GET /v1/exchanges/{id or prefix}/payloads/{sha256}`: one of the payloads that the exchange's detail names.
pub(super) async fn payload(
    State(admin): State<Admin>,
    Path((asked, sha256)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let id = only(admin.outbox.find_exchange(&asked)?, "exchange", &asked)?;
    let missing = || Refusal::Missing(format!("exchange {id} names no payload {sha256}"));
    let exchange = admin.outbox.exchange(id)?.ok_or_else(missing)?;
    let detail = Detail::from_json(&admin.outbox.payload(&exchange.detail)?).map_err(|_| missing())?;
    let wanted = Sha256::from_hex(&sha256).ok_or_else(missing)?;
    let named = detail.references().into_iter().find(|reference| reference.sha256 == wanted).ok_or_else(missing)?;
    let bytes = admin.outbox.payload(&named)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// `GET /v1/messages/{Message-ID}/exchanges`: those that this message is, ours or a partner's. With or without brackets; the
/// pair of names must still be configured, and a refused message is found by its exchange's id alone.
pub(super) async fn exchanges_of(
    State(admin): State<Admin>,
    Path(message_id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let bare = message_id.strip_prefix('<').and_then(|id| id.strip_suffix('>')).unwrap_or(&message_id);
    let spelled = [message_id.clone(), format!("<{bare}>"), bare.to_owned()];
    let mut found: Vec<ExchangeId> = Vec::new();
    for channel in admin.live.current().registry.partners().filter_map(|partner| partner.as2()) {
        let (ours, theirs) = (channel.ours.as2_id.as_str(), channel.theirs.value.as_str());
        found.extend(admin.outbox.sent(&DedupKey::sent(ours, theirs, bare))?.map(|sent| sent.exchange));
        for id in &spelled {
            found.extend(admin.outbox.answer_to(&DedupKey::as2(theirs, ours, id))?.map(|answer| answer.exchange));
        }
    }
    found.sort_unstable();
    found.dedup();
    let mut exchanges = Vec::new();
    for id in found {
        exchanges.extend(admin.outbox.exchange(id)?.as_ref().map(summary));
    }
    Ok(Json(json!({ "exchanges": exchanges })))
}
