//! `/v1/certificates/use`: which certificates partners were seen to use, of ours and of their own.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, word};
use super::router::Admin;
use crate::base::PartnerId;

/// `?partner=…&certificate=…`
#[derive(Debug, Deserialize)]
pub(super) struct Question {
    partner: Option<String>,
    certificate: Option<String>,
}

/// `GET /v1/certificates/use`: by partner; of one partner, and of certificates whose SHA-256 begins with `certificate`.
pub(super) async fn in_use(
    State(admin): State<Admin>,
    Query(question): Query<Question>,
) -> Result<Json<Value>, Refusal> {
    let partner: Option<PartnerId> = question.partner.map(|id| word(&id, "a partner id")).transpose()?;
    let begins = question.certificate.unwrap_or_default().to_ascii_lowercase();
    let uses: Vec<Value> = admin
        .outbox
        .certificate_uses()?
        .into_iter()
        .filter(|one| partner.as_ref().is_none_or(|partner| *partner == one.partner))
        .filter(|one| one.fingerprint.to_string().starts_with(&begins))
        .map(|one| {
            json!({
                "partner": one.partner,
                "purpose": one.purpose,
                "certificate": one.fingerprint,
                "firstSeen": one.first,
                "lastSeen": one.last,
            })
        })
        .collect();
    Ok(Json(json!({ "uses": uses })))
}
