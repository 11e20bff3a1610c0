//! `POST /v1/documents/{id}/replay`: a document once more, as it was or as today's mapping reads it.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::documents::{detail, find};
use super::operator::{Act, Operator};
use super::router::Admin;
use crate::base::RowId;
use crate::exchange::replay::{self, NotAgain, Replaying};
use crate::exchange::{Document, DocumentDetail, Payload, Publication, Teller, content_hash};
use crate::mapping::MemberDifference;

/// A document as the configuration in force reads it.
#[derive(Debug)]
pub struct Reread {
    /// The canonical document.
    pub content: Vec<u8>,
    /// What is different from the one that was published.
    pub differences: Vec<MemberDifference>,
}

/// `?with=original|current&reason=…&dryRun=true`
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct How {
    with: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    dry_run: bool,
    /// Only when something is different.
    #[serde(default)]
    only_different: bool,
}

pub(super) async fn replay(
    State(admin): State<Admin>,
    operator: Operator,
    Path(asked): Path<String>,
    Query(how): Query<How>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut act = operator.act("document.replay", format!("document {asked}")).because(how.reason.as_deref());
    let outcome = replay_one(&admin, &mut act, &asked, &how).await;
    // A look changes nothing.
    if how.dry_run { outcome } else { act.ended(&admin, outcome).await }
}

async fn replay_one(
    admin: &Admin,
    act: &mut Act,
    asked: &str,
    how: &How,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let document = find(admin, asked)?;
    act.about(format!("document {}", document.id));
    let detail = detail(admin, &document)?;
    let reason = how.reason.clone().filter(|reason| !reason.trim().is_empty());
    if document.outbound {
        return again(admin, act, &document, detail, how, reason).await;
    }
    if reason.is_none() && !how.dry_run {
        return Err(Refusal::Question("say why: --reason".to_owned()));
    }
    let reason = reason.unwrap_or_default();
    let working = (admin.clone(), document.clone());
    let is_current = match how.with.as_deref() {
        None | Some("original") => false,
        Some("current") => true,
        Some(other) => return Err(Refusal::Question(format!("with={other}: original or current"))),
    };
    let read = tokio::task::spawn_blocking(move || as_it_is_read(&working.0, &working.1, is_current)).await;
    let Reread { content, differences } =
        read.map_err(|ended| Refusal::Question(format!("it ended early: {ended}")))??;
    let mut answer = json!({
        "documentId": document.id,
        "type": document.kind,
        "number": document.number,
        "partner": document.partner,
        "differences": differences.iter().map(difference).collect::<Vec<_>>(),
        "replayed": false,
    });
    if how.dry_run || (how.only_different && differences.is_empty()) {
        return Ok((StatusCode::OK, Json(answer)));
    }
    let at = admin.clock.now();
    let row = RowId::mint(at, admin.entropy.bytes());
    let replaying = Replaying { at, row, before: before(admin, &document, &content)?, reason };
    let content = replay::repeated(&content, detail.replays + 1, document.row, &replaying.reason)
        .map_err(|fault| Refusal::Question(format!("the document cannot be read: {fault}")))?;
    let content = keep(admin, &content)?;
    let configuration = admin.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*admin.entropy };
    let change = replay::replayed(&document, detail, content, replaying, teller).ok_or_else(|| {
        let stage = document.stage.as_str();
        Refusal::Question(format!("document {} is {stage}: only what was published is published again", document.id))
    })?;
    act.done(admin, change).await?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("replayed".to_owned(), json!(true));
        members.insert("eventId".to_owned(), json!(row));
    }
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// A document of the ERP's is made into a message once more, by the mapping in force: the message of the first time is
/// there to be sent again as it is, and what would be written is told by `edigate mapping try`.
async fn again(
    admin: &Admin,
    act: &Act,
    document: &Document,
    detail: DocumentDetail,
    how: &How,
    reason: Option<String>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = document.id;
    let configuration = admin.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*admin.entropy };
    let words = reason.as_deref().unwrap_or_default();
    let change = replay::sent_again(document, detail, words, admin.clock.now(), teller).map_err(|why| {
        Refusal::Question(match why {
            NotAgain::Acknowledgement => format!(
                "document {id} is an acknowledgement of ours, which is made of a partner's message and not anew: offer \
                 its message again, 'edigate doc resend {id} --reason TEXT'"
            ),
            NotAgain::OnItsWay => format!("document {id} is {} and on its way", document.stage.as_str()),
        })
    })?;
    if let Some(refused) = for_what_came_in(how) {
        return Err(Refusal::Question(format!(
            "document {id} goes out, and {refused} is for what came in. What would be written: 'edigate doc show {id} \
             --content', then 'edigate mapping try'. The message as it was: 'edigate doc resend {id} --reason TEXT'"
        )));
    }
    if reason.is_none() {
        return Err(Refusal::Question("say why: --reason".to_owned()));
    }
    act.done(admin, change).await?;
    let answer = json!({
        "documentId": id, "type": document.kind, "number": document.number, "partner": document.partner,
        "replayed": true,
    });
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// What was asked that can be answered of a partner's document alone.
fn for_what_came_in(how: &How) -> Option<&'static str> {
    let asked = [
        (how.dry_run, "--dry-run"),
        (how.only_different, "--only-different"),
        (how.with.as_deref() == Some("original"), "--with original"),
    ];
    asked.into_iter().find_map(|(is_asked, option)| is_asked.then_some(option))
}

fn as_it_is_read(admin: &Admin, document: &Document, is_current: bool) -> Result<Reread, Refusal> {
    if is_current {
        return (admin.reread)(document).map_err(Refusal::Question);
    }
    Ok(Reread { content: admin.outbox.payload(&document.content)?, differences: Vec::new() })
}

/// How the document was addressed before, with the hash of what it says now.
fn before(admin: &Admin, document: &Document, content: &[u8]) -> Result<Publication, Refusal> {
    let gone = || Refusal::Missing(format!("how document {} was addressed is not kept any more", document.id));
    let row = document.row.map(|row| admin.outbox.row(row)).transpose()?.flatten().ok_or_else(gone)?;
    let mut before: Publication =
        serde_json::from_slice(&admin.outbox.payload(&row.envelope)?).map_err(|_unreadable| gone())?;
    if let (Some(about), Ok(value)) = (&mut before.about, serde_json::from_slice(content)) {
        about.content_hash = content_hash(&value);
    }
    Ok(before)
}

fn keep(admin: &Admin, bytes: &[u8]) -> Result<Payload, Refusal> {
    let mut stage = admin.outbox.spool().stage(bytes.len() as u64);
    stage.put(bytes)?;
    Ok(stage.finish()?.keep()?)
}

fn difference(difference: &MemberDifference) -> Value {
    json!({ "member": difference.member, "before": difference.expected, "now": difference.found })
}
