//! `POST /v1/exchanges/{id}/retry` and `POST /v1/documents/{id}/resend`: a message of ours once more, the same bytes under
//! the same Message-ID.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::answer::{Reason, Refusal, only};
use super::documents::find;
use super::exchanges::with_detail;
use super::operator::{Act, Operator};
use super::router::Admin;
use crate::base::ExchangeId;
use crate::exchange::resending::{self, NotResent};

/// A message, named by its exchange.
pub(super) async fn retry(
    State(admin): State<Admin>,
    operator: Operator,
    Path(asked): Path<String>,
    Query(why): Query<Reason>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("message.retry", format!("exchange {asked}")).because(why.as_given());
    let outcome = retry_one(&admin, &mut act, &asked, &why).await;
    act.ended(&admin, outcome).await
}

async fn retry_one(
    admin: &Admin,
    act: &mut Act,
    asked: &str,
    why: &Reason,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = only(admin.outbox.find_exchange(asked)?, "exchange", asked)?;
    act.about(format!("exchange {id}"));
    offer_again(admin, act, id, why).await
}

/// A message, named by a document that it carries.
pub(super) async fn resend(
    State(admin): State<Admin>,
    operator: Operator,
    Path(asked): Path<String>,
    Query(why): Query<Reason>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("document.resend", format!("document {asked}")).because(why.as_given());
    let outcome = resend_one(&admin, &mut act, &asked, &why).await;
    act.ended(&admin, outcome).await
}

async fn resend_one(
    admin: &Admin,
    act: &mut Act,
    asked: &str,
    why: &Reason,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let document = find(admin, asked)?;
    let id = document.id;
    act.about(format!("document {id}"));
    if !document.outbound {
        let text = format!("document {id} came from the partner: it is published again by 'edigate doc replay {id}'");
        return Err(Refusal::Question(text));
    }
    let exchange = document.exchange.ok_or_else(|| {
        Refusal::Question(format!("document {id} is {} and in no message yet", document.stage.as_str()))
    })?;
    act.about(format!("document {id} in exchange {exchange}"));
    offer_again(admin, act, exchange, why).await
}

async fn offer_again(
    admin: &Admin,
    act: &Act,
    id: ExchangeId,
    why: &Reason,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let reason = why.wanted()?;
    let (exchange, detail) = with_detail(admin, id)?;
    let change = resending::resent(&exchange, detail, reason, admin.clock.now()).map_err(|fault| {
        let stage = exchange.stage.as_str();
        Refusal::Question(match fault {
            NotResent::Inbound => format!("exchange {id} is {stage}: it came from the partner, and is none of ours to send"),
            NotResent::NotPacked => format!(
                "exchange {id} is {stage} and no message was made of it: one that failed goes by 'edigate exchange resubmit'"
            ),
        })
    })?;
    act.done(admin, change).await?;
    Ok((StatusCode::ACCEPTED, Json(json!({ "exchangeId": id }))))
}
