//! `/v1/audit`: what operators did, and whether the chain of it is whole.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, instant};
use super::router::Admin;
use crate::exchange::{AuditEntry, AuditRow};
use crate::store::{AuditQuery, StoreError};

/// Rows looked at for one answer; then the rest is for the next.
const MOST_LOOKED_AT: usize = 20_000;
/// Rows read at once.
const READ_AT_ONCE: usize = 500;

/// `?since=…&until=…&subject=…&limit=…&before=…`
#[derive(Debug, Deserialize)]
pub(super) struct ListQuestion {
    since: Option<String>,
    until: Option<String>,
    subject: Option<String>,
    limit: Option<usize>,
    before: Option<u64>,
}

/// `GET /v1/audit`: newest first, with `next` to go on from.
pub(super) async fn list(
    State(admin): State<Admin>,
    Query(question): Query<ListQuestion>,
) -> Result<Json<Value>, Refusal> {
    let limit = question.limit.unwrap_or(50).clamp(1, 1_000);
    let mut query = AuditQuery {
        since: question.since.map(|since| instant(&since)).transpose()?,
        until: question.until.map(|until| instant(&until)).transpose()?,
        before: question.before,
        limit: READ_AT_ONCE,
    };
    let wanted = |entry: &AuditEntry| {
        let subject = entry.subject.as_deref().unwrap_or_default();
        question.subject.as_deref().is_none_or(|asked| subject.split(' ').any(|word| word.starts_with(asked)))
    };
    let (mut rows, mut looked_at) = (Vec::new(), 0);
    loop {
        let page = admin.outbox.audit(&query)?;
        for row in &page.items {
            looked_at += 1;
            let entry = entry(&admin, row)?;
            if wanted(&entry) {
                rows.push(told(row, &entry));
            }
            if rows.len() == limit || looked_at == MOST_LOOKED_AT {
                return Ok(Json(json!({ "rows": rows, "next": row.number })));
            }
        }
        if page.next.is_none() {
            return Ok(Json(json!({ "rows": rows, "next": null })));
        }
        query.before = page.next;
    }
}

/// `GET /v1/audit/verify`: walks the whole chain.
pub(super) async fn verify(State(admin): State<Admin>) -> Result<Json<Value>, Refusal> {
    let walking = tokio::task::spawn_blocking(move || admin.outbox.verify_audit());
    let check = walking.await.map_err(|ended| Refusal::Question(format!("it ended early: {ended}")))??;
    Ok(Json(json!({
        "rows": check.rows,
        "first": check.first,
        "last": check.last,
        "hash": check.hash,
        "faults": check.faults,
    })))
}

/// What a row says; that its entry cannot be read is for `verify` to tell.
fn entry(admin: &Admin, row: &AuditRow) -> Result<AuditEntry, Refusal> {
    match admin.outbox.payload(&row.entry) {
        Ok(json) => Ok(AuditEntry::from_json(&json).unwrap_or_default()),
        Err(StoreError::NoPayload { .. } | StoreError::Corrupt { .. }) => Ok(AuditEntry::default()),
        Err(fault) => Err(fault.into()),
    }
}

fn told(row: &AuditRow, entry: &AuditEntry) -> Value {
    json!({
        "number": row.number,
        "at": row.at,
        "who": entry.who,
        "uid": entry.uid,
        "action": entry.action,
        "subject": entry.subject,
        "reason": entry.reason,
        "outcome": entry.outcome,
        "atMillis": row.at.as_millis(),
        "before": row.before,
        "entrySha256": row.entry.sha256,
        "hash": row.hash(),
    })
}
