//! `GET /v1/quarantine`: what waits for a person, grouped by why it does, the largest group first.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refusal, word};
use super::documents::detail;
use super::router::Admin;
use crate::base::{DocumentId, PartnerId, Timestamp};
use crate::exchange::quarantine::{Cause, worst};
use crate::exchange::{Document, DocumentStage};
use crate::store::DocumentQuery;

/// Documents that are looked at: the newest, should more wait.
const LOOKED_AT: usize = 20_000;
/// Documents of one page of the store.
const PAGE: usize = 500;

/// `?partner=…&group=…`
#[derive(Debug, Deserialize)]
pub(super) struct Which {
    partner: Option<String>,
    group: Option<String>,
}

pub(super) async fn quarantine(State(admin): State<Admin>, Query(which): Query<Which>) -> Result<Json<Value>, Refusal> {
    let partner = which.partner.map(|id| word(&id, "a partner id")).transpose()?;
    let gathering = tokio::task::spawn_blocking(move || gather(&admin, partner));
    let (groups, looked) = gathering.await.map_err(|ended| Refusal::Question(format!("it ended early: {ended}")))??;
    let shown = groups.iter().filter(|(cause, _)| which.group.as_ref().is_none_or(|group| *group == cause.id()));
    let mut shown: Vec<_> = shown.collect();
    shown.sort_by_key(|(_, group)| std::cmp::Reverse(group.documents.len()));
    let shown: Vec<Value> = shown.iter().map(|(cause, group)| told(cause, group, which.group.is_some())).collect();
    Ok(Json(json!({ "groups": shown, "looked": looked, "whole": looked < LOOKED_AT })))
}

/// What waits for one cause.
#[derive(Default)]
struct Group {
    /// Newest first.
    documents: Vec<DocumentId>,
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    message: String,
    hint: Option<String>,
}

impl Group {
    fn add(&mut self, document: &Document) {
        self.documents.push(document.id);
        self.oldest = Some(document.created_at);
        self.newest.get_or_insert(document.created_at);
    }
}

fn gather(admin: &Admin, partner: Option<PartnerId>) -> Result<(BTreeMap<Cause, Group>, usize), Refusal> {
    let mut groups: BTreeMap<Cause, Group> = BTreeMap::new();
    let mut query =
        DocumentQuery { partner, stage: Some(DocumentStage::Parked), limit: PAGE, ..DocumentQuery::default() };
    let mut looked = 0;
    while looked < LOOKED_AT {
        let page = admin.outbox.documents(&query)?;
        for document in &page.items {
            let detail = detail(admin, document)?;
            let group = groups.entry(Cause::of(document, &detail)).or_default();
            if group.documents.is_empty()
                && let Some(worst) = worst(&detail.diagnostics)
            {
                group.message.clone_from(&worst.message);
                group.hint.clone_from(&worst.hint);
            }
            group.add(document);
        }
        looked += page.items.len();
        match page.next {
            Some(next) => query.before = Some(next),
            None => break,
        }
    }
    Ok((groups, looked))
}

fn told(cause: &Cause, group: &Group, with_documents: bool) -> Value {
    let mut told = json!({
        "group": cause.id(),
        "partner": cause.partner,
        "type": cause.kind,
        "code": cause.code,
        "place": cause.place,
        "count": group.documents.len(),
        "oldest": group.oldest,
        "newest": group.newest,
        "message": group.message,
        "hint": group.hint,
    });
    if let Some(members) = told.as_object_mut().filter(|_| with_documents) {
        members.insert("documents".into(), json!(group.documents));
    }
    told
}
