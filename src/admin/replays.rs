//! `POST /v1/documents/{id}/replay`: a document once more, as it was or as the mapping in force reads or writes it.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Refusal;
use super::documents::{detail, find, released};
use super::operator::{Act, Operator};
use super::router::Admin;
use crate::base::RowId;
use crate::exchange::replay::{self, NotAgain, Replaying};
use crate::exchange::{Document, DocumentStage, Payload, Publication, Teller, Translated, content_hash, quarantine};
use crate::mapping::MemberDifference;

/// A document as the configuration in force reads it.
#[derive(Debug)]
pub struct Reread {
    /// The canonical document, how it is addressed, and what is known of it.
    pub read: Translated,
    /// What is different from the one that was published; of one that waits nothing is compared.
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
    let reason = how.reason.as_deref().filter(|reason| !reason.trim().is_empty());
    if document.outbound {
        return again(admin, act, &document, how, reason).await;
    }
    let reason = match reason {
        Some(reason) => reason,
        None if how.dry_run => "",
        None => return Err(Refusal::Question(NO_REASON.to_owned())),
    };
    if document.stage == DocumentStage::Parked {
        return waiting(admin, act, &document, how, reason).await;
    }
    let is_current = match how.with.as_deref() {
        None | Some("original") => false,
        Some("current") => true,
        Some(other) => return Err(Refusal::Question(format!("with={other}: original or current"))),
    };
    let reread = if is_current { Some(reread(admin, &document).await?) } else { None };
    let differences = reread.as_ref().map(|reread| reread.differences.as_slice()).unwrap_or_default();
    let mut answer = told(&document, differences.iter().map(difference).collect());
    if how.dry_run || (how.only_different && differences.is_empty()) {
        return Ok((StatusCode::OK, Json(answer)));
    }
    let detail = detail(admin, &document)?;
    let at = admin.clock.now();
    let row = RowId::mint(at, admin.entropy.bytes());
    let (content, publication, reread) = match reread {
        None => {
            let content = admin.outbox.payload(&document.content)?;
            let before = before(admin, &document, &content)?;
            (content, Publication { id: row, ..before }, None)
        }
        Some(Reread { read: Translated { content, publication, detail }, .. }) => {
            (content, Publication { id: row, ..publication }, Some(detail))
        }
    };
    let content = replay::repeated(&content, detail.replays + 1, document.row, reason)
        .map_err(|fault| Refusal::Question(format!("the document cannot be read: {fault}")))?;
    let content = keep(admin, &content)?;
    let configuration = admin.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*admin.entropy };
    let replaying = Replaying { at, publication, reread, reason: reason.to_owned() };
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

const NO_REASON: &str = "say why: --reason";

/// What is answered of a document of a partner's before anything is done.
fn told(document: &Document, differences: Vec<Value>) -> Value {
    json!({
        "documentId": document.id,
        "type": document.kind,
        "number": document.number,
        "partner": document.partner,
        "differences": differences,
        "replayed": false,
    })
}

/// A document that waits for a person goes on when the configuration in force makes a document of it.
async fn waiting(
    admin: &Admin,
    act: &Act,
    document: &Document,
    how: &How,
    reason: &str,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = document.id;
    if quarantine::is_whole(document) {
        let text =
            format!("document {id} is a whole file: it is read again by 'edigate doc release {id} --reason TEXT'");
        return Err(Refusal::Question(text));
    }
    if how.with.as_deref() == Some("original") {
        let text = format!("document {id} waits, and there is nothing that it was read as: leave out --with original");
        return Err(Refusal::Question(text));
    }
    let Reread { read, .. } = reread(admin, document).await?;
    let stages = json!({ "member": "stage", "before": document.stage, "now": DocumentStage::Waiting });
    let mut answer = told(document, vec![stages]);
    if let (Some(members), Some(about)) = (answer.as_object_mut(), &read.publication.about) {
        members.insert("type".to_owned(), json!(about.document_type));
        members.insert("number".to_owned(), json!(about.document_number));
    }
    if how.dry_run {
        return Ok((StatusCode::OK, Json(answer)));
    }
    act.done(admin, released(admin, document, reason)?).await?;
    if let Some(members) = answer.as_object_mut() {
        members.insert("replayed".to_owned(), json!(true));
    }
    Ok((StatusCode::ACCEPTED, Json(answer)))
}

/// A document of the ERP's is made into a message once more, by the mapping in force: the message of the first time is
/// there to be sent again as it is, and what would be written is told by `edigate mapping try`.
async fn again(
    admin: &Admin,
    act: &Act,
    document: &Document,
    how: &How,
    reason: Option<&str>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let id = document.id;
    let configuration = admin.live.current();
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*admin.entropy };
    let (detail, now) = (detail(admin, document)?, admin.clock.now());
    let change = replay::sent_again(document, detail, reason.unwrap_or_default(), now, teller).map_err(|why| {
        Refusal::Question(match why {
            NotAgain::Acknowledgement => format!(
                "document {id} is an acknowledgement of ours, which is made of a partner's message and not anew: offer \
                 its message again, 'edigate doc resend {id} --reason TEXT'"
            ),
            NotAgain::Waiting => {
                format!("document {id} waits: let it go on by 'edigate doc release {id} --reason TEXT'")
            }
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
        return Err(Refusal::Question(NO_REASON.to_owned()));
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

async fn reread(admin: &Admin, document: &Document) -> Result<Reread, Refusal> {
    let (reread, document) = (Arc::clone(&admin.reread), document.clone());
    let read = tokio::task::spawn_blocking(move || reread(&document)).await;
    read.map_err(|ended| Refusal::Question(format!("it ended early: {ended}")))?.map_err(Refusal::Question)
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
