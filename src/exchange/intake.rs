//! Taking what the ERP asks for: each function is one command's outcome as a [`Change`].

use serde_json::Value;

use super::bounds::{self, cut};
use super::change::{Change, Effect, Expect, Payload};
use super::command::Command;
use super::document_detail::{Asked, DocumentDetail, ErpVerdict, WireMessage};
use super::inbound::{carry_detail, moved};
use super::record::{BlobRef, DedupKey, Document, DocumentStage, Job, JobKind, Lane, Seen, Subject};
use super::telling::{EventName, NOBODY, Teller, about, tell};
use super::translation::{order_of, text_at};
use crate::base::{Diagnostic, DocumentId, PartnerId, Timestamp};
use crate::canon::event::EventCommand;
use crate::canon::{self, Direction, Meta, Source};
use crate::partner::{Partner, Registry};

/// A document that the ERP wants sent, as it is written down.
#[derive(Debug)]
pub struct Sending {
    /// To whom.
    pub partner: PartnerId,
    /// Its type: `order`.
    pub kind: String,
    /// Its business number; empty when it has none.
    pub number: String,
    /// The whole canonical document.
    pub content: Vec<u8>,
    /// What else is known of it.
    pub detail: DocumentDetail,
}

/// Judges a document that the ERP wants sent: whether it is what its schema says, and agreed on.
///
/// # Errors
/// Everything that is wrong with it.
pub fn judge(command: &Command, id: DocumentId, registry: &Registry) -> Result<Sending, Vec<Diagnostic>> {
    let mut business = command.body.clone();
    let meta = business.as_object_mut().and_then(|members| members.shift_remove("meta")).unwrap_or_default();
    if !business.is_object() {
        return Err(vec![Diagnostic::error("no-document", "the body is no JSON object")]);
    }
    let said = |member: &str| meta.get(member).and_then(Value::as_str);
    let partner = partner(command, said("partner"), registry).map_err(|fault| vec![fault])?;
    let name = document_name(command, said("documentType"), said("schemaVersion")).map_err(|fault| vec![fault])?;
    let known = canon::document_type(&name).ok_or_else(|| {
        let names: Vec<&str> = canon::document_types().iter().map(|known| known.name).collect();
        let fault = Diagnostic::error("unknown-document", format!("there is no document type '{name}'"));
        vec![fault.expecting(format!("one of {}", names.join(", ")))]
    })?;
    let mut faults = canon::unknown_members(&business, known);
    faults.extend(canon::check(&business, known.name));
    let Some(agreement) = partner.outbound_agreement(&name) else {
        faults.push(
            Diagnostic::error("no-agreement", format!("no agreement of {} sends {name}", partner.id))
                .expecting(format!("an [[agreement]] with document = \"{name}\" and direction = \"out\""))
                .hinting("add it to the partner file, reload, and send the document again under another id"),
        );
        return Err(faults);
    };
    if !faults.is_empty() {
        return Err(faults);
    }
    let number = known.number.and_then(|path| text_at(&business, path)).unwrap_or_default().to_owned();
    let message = WireMessage {
        standard: agreement.message.standard.as_str().to_owned(),
        release: agreement.mapping.message().release.clone(),
        set: agreement.message.kind.clone(),
        ..WireMessage::default()
    };
    let detail = DocumentDetail {
        order_number: order_of(known.kind, &business).map(str::to_owned),
        usage: Some(partner.usage),
        mapping: Some(agreement.mapping.used()),
        asked: Some(asked(command)),
        message: Some(message),
        ..DocumentDetail::default()
    };
    let meta = Meta {
        document_id: id,
        document_type: known.kind.to_owned(),
        schema_version: known.version.to_owned(),
        direction: Direction::Outbound,
        partner: partner.id.clone(),
        usage: partner.usage,
        source: Source {
            standard: agreement.message.standard.to_string(),
            version: agreement.mapping.message().release.clone(),
            transaction_set: agreement.message.kind.clone(),
            ..Source::default()
        },
        mapping: Some(agreement.mapping.used()),
        received_at: None,
        accepted_at: Some(command.at),
        replay: None,
        derived: Vec::new(),
        assumptions: Vec::new(),
        findings: Vec::new(),
        unmapped: Vec::new(),
    };
    let content = serde_json::to_vec(&canon::assemble(&meta, business)).expect("a JSON value is JSON");
    Ok(Sending { partner: partner.id.clone(), kind: known.kind.to_owned(), number, content, detail })
}

/// Whom it is for: the routing key says, or the document; both must say the same.
fn partner<'r>(command: &Command, said: Option<&str>, registry: &'r Registry) -> Result<&'r Partner, Diagnostic> {
    let routed = command.route.partner.as_ref().map(PartnerId::as_str);
    let name = agreeing("partner", routed, said)?;
    let known = name.parse().ok().and_then(|id: PartnerId| registry.partner(&id));
    known.map(AsRef::as_ref).ok_or_else(|| {
        Diagnostic::error("unknown-partner", format!("there is no partner '{name}'"))
            .expecting("the folder name of a partner under partners/")
    })
}

fn document_name(command: &Command, kind: Option<&str>, version: Option<&str>) -> Result<String, Diagnostic> {
    let routed = command.route.document.as_deref();
    let major = version.and_then(|version| version.split('.').next()).unwrap_or("1");
    let said = kind.map(|kind| format!("{kind}@{major}"));
    agreeing("document type", routed, said.as_deref()).map(str::to_owned)
}

/// What two places say, one of which may say nothing.
fn agreeing<'t>(what: &str, routed: Option<&'t str>, said: Option<&'t str>) -> Result<&'t str, Diagnostic> {
    match (routed, said) {
        (Some(routed), Some(said)) if routed != said => {
            let message = format!("the command is addressed to the {what} '{routed}' and its document says '{said}'");
            Err(Diagnostic::error("address-differs", message).hinting("let both say the same"))
        }
        (Some(one), _) | (None, Some(one)) => Ok(one),
        (None, None) => {
            let message = format!("neither the command's address nor its document says the {what}");
            Err(Diagnostic::error("address-missing", message)
                .hinting("address it as send.<document-type>.v1.<partner>, or give the document a 'meta'"))
        }
    }
}

/// What is remembered of who asked.
pub fn asked(command: &Command) -> Asked {
    Asked {
        command: EventCommand { id: command.id.clone(), verb: command.verb.clone() },
        reply_to: command.reply_to.clone(),
        correlation_id: command.correlation_id.clone(),
    }
}

/// Bytes of the reason for which a document is taken back.
const REASON_BYTES: usize = 1_000;

/// What a command says of its document, as far as it can be read: enough for a person to find it by.
#[derive(Debug)]
pub struct Named {
    /// Whom it concerns.
    pub partner: Option<PartnerId>,
    /// The document's type: `order`.
    pub kind: Option<String>,
    /// Its business number.
    pub number: Option<String>,
    /// The order it belongs to.
    pub order_number: Option<String>,
}

/// Reads what a command says of its document, whatever is wrong with it.
pub fn named(command: &Command) -> Named {
    let Command { route, body, .. } = command;
    let said = |member: &str| body.get("meta")?.get(member)?.as_str();
    let kind = route.document.as_deref().and_then(|name| name.split('@').next()).or_else(|| said("documentType"));
    let known = canon::document_types().iter().find(|known| kind == Some(known.kind));
    let number = known.and_then(|known| written_at(body, known.number?));
    let order_number = match kind {
        Some("order") => number.clone(),
        _ => written_at(body, "orderReference.orderNumber")
            .or_else(|| order_of(kind.unwrap_or_default(), body).map(str::to_owned)),
    };
    Named {
        partner: route.partner.clone().or_else(|| said("partner")?.parse().ok()),
        kind: kind.map(str::to_owned),
        number: number.map(|number| cut(number, Document::NUMBER_BYTES)),
        order_number: order_number.map(|number| cut(number, Document::NUMBER_BYTES)),
    }
}

/// A text, or the integer that should have been one.
fn written_at(document: &Value, path: &str) -> Option<String> {
    let value = path.split('.').try_fold(document, |value, member| value.get(member))?;
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        _ => None,
    }
}

/// A document of the ERP's, on its way into the store.
#[derive(Debug)]
pub struct NewOutbound {
    /// Its id.
    pub id: DocumentId,
    /// When it was taken.
    pub at: Timestamp,
    /// To whom.
    pub partner: PartnerId,
    /// Its type: `order`.
    pub kind: String,
    /// Its business number; empty when it has none.
    pub number: String,
    /// Recognises a repeat,
    pub key: DedupKey,
    /// of what was asked since then.
    pub known_since: Timestamp,
    /// The canonical document, or the command's body as it came.
    pub content: Payload,
    /// What else is known of it.
    pub detail: DocumentDetail,
}

/// A document is on disk and will be sent.
pub fn accepted(new: NewOutbound, teller: Teller<'_>) -> Change {
    let id = new.id;
    let lane = Lane::of(new.partner.as_str());
    let text = format!("{} {} is on disk and will be sent", new.kind, new.number);
    let mut change = begin(new, DocumentStage::Accepted, (EventName::DocumentAccepted, &text), None, teller);
    let due = change.at;
    let subject = Subject::Document(id);
    change.effects.push(Effect::Job(Job { subject, kind: JobKind::Write, lane, position: 0, due, attempts: 0 }));
    change
}

/// A document cannot be sent. It is kept, so that the same command gets the same answer.
pub fn refused(new: NewOutbound, teller: Teller<'_>) -> Change {
    let text = format!("it cannot be sent: {}", worst(&new.detail.diagnostics));
    begin(new, DocumentStage::Refused, (EventName::RefusedByGateway, &text), None, teller)
}

/// A command about a document cannot be carried out. It is kept beside the document that it named, which is `named` where
/// there is one, so that the same command gets the same answer.
pub fn command_refused(new: NewOutbound, named: Option<(&Document, &DocumentDetail)>, teller: Teller<'_>) -> Change {
    let text = worst(&new.detail.diagnostics);
    begin(new, DocumentStage::Refused, (EventName::CommandRefused, &text), named, teller)
}

fn worst(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().max_by_key(|one| one.severity).map(|one| one.message.clone()).unwrap_or_default()
}

/// `named` is the document that the event is about, where that is another.
fn begin(
    new: NewOutbound,
    stage: DocumentStage,
    (name, text): (EventName, &str),
    named: Option<(&Document, &DocumentDetail)>,
    teller: Teller<'_>,
) -> Change {
    let NewOutbound { id, at, partner, kind, number, key, known_since, content, mut detail } = new;
    let mut change = Change::new(at);
    change.expect.push(Expect::Unseen(key, known_since));
    let reference = content.reference;
    change.payloads.push(content);
    detail.note(at, name.as_str(), text);
    detail.told.push(name.as_str().to_owned());
    let document = Document {
        id,
        exchange: None,
        partner,
        kind: cut(kind, Document::KIND_BYTES),
        number: cut(number, Document::NUMBER_BYTES),
        stage,
        created_at: at,
        row: None,
        content: reference,
        detail: None,
        version: 1,
        outbound: true,
        order: detail.order_number.as_deref().map(Lane::of),
        updated_at: Some(at),
    };
    match named {
        None => tell(&mut change, teller, &about(name, at, text, &document, &detail), &document, &detail),
        Some((named, of)) => {
            let of = answering(&detail, of);
            tell(&mut change, teller, &about(name, at, text, named, &of), named, &of);
        }
    }
    let detail = carry_detail(&mut change, detail);
    change.effects.push(Effect::Document(Document { detail: Some(detail), ..document }));
    change.effects.push(Effect::Seen(key, Seen { exchange: None, document: Some(id), at }));
    change
}

/// The detail of a document that a refused command named, as its event tells it: with who asked, and why not.
fn answering(refusal: &DocumentDetail, named: &DocumentDetail) -> DocumentDetail {
    DocumentDetail { asked: refusal.asked.clone(), diagnostics: refusal.diagnostics.clone(), ..named.clone() }
}

/// The same command again: whoever sent it is told what became of the first. `first` is what was kept of that, `named` the
/// document that a refused command had named.
pub fn repeated(
    (first, first_detail): (&Document, DocumentDetail),
    named: Option<(&Document, &DocumentDetail)>,
    command: &Command,
    teller: Teller<'_>,
) -> Change {
    let mut change = Change::new(command.at);
    let text = match first.stage {
        DocumentStage::Refused => {
            format!("the same was asked for before and refused: {}", worst(&first_detail.diagnostics))
        }
        stage => format!("the same was asked for before; the document is {}", stage.as_str()),
    };
    let detail = DocumentDetail { asked: Some(asked(command)), ..first_detail };
    let (document, detail) = match named {
        None => (first, detail),
        Some((named, of)) => (named, answering(&detail, of)),
    };
    let event = about(EventName::CommandDuplicate, command.at, text, document, &detail);
    tell(&mut change, teller, &event, document, &detail);
    change
}

/// The same command again, so late that its document is not kept any more.
pub fn repeated_late(command: &Command, id: DocumentId, teller: Teller<'_>) -> Change {
    let mut change = Change::new(command.at);
    let Named { partner, kind, number, order_number } = named(command);
    let document = Document {
        id,
        exchange: None,
        partner: partner.unwrap_or_else(|| NOBODY.parse().expect("a dash is a partner id")),
        kind: cut(kind.unwrap_or_else(|| NOBODY.to_owned()), Document::KIND_BYTES),
        number: cut(number.unwrap_or_default(), Document::NUMBER_BYTES),
        stage: DocumentStage::Closed,
        created_at: command.at,
        row: None,
        content: BlobRef::of(b"{}"),
        detail: None,
        version: 0,
        outbound: true,
        order: None,
        updated_at: None,
    };
    let detail = DocumentDetail { asked: Some(asked(command)), order_number, ..DocumentDetail::default() };
    let text = "the same was asked for before; its document is not kept any more";
    let mut event = about(EventName::CommandDuplicate, command.at, text, &document, &detail);
    event.document = None;
    tell(&mut change, teller, &event, &document, &detail);
    change
}

/// A document is taken back before it went out.
///
/// # Errors
/// Why it cannot be any more.
pub fn withdrawn(
    document: &Document,
    mut detail: DocumentDetail,
    command: &Command,
    reason: &str,
    teller: Teller<'_>,
) -> Result<Change, Diagnostic> {
    let waits = matches!(document.stage, DocumentStage::Accepted | DocumentStage::Collected | DocumentStage::Parked);
    if !document.outbound || !waits {
        let stage = document.stage.as_str();
        let message = format!("document {} is {stage} and cannot be taken back", document.id);
        let hint = "send a change or a cancellation of the document to the partner, such as an order-change";
        return Err(Diagnostic::error("too-late", message).hinting(hint));
    }
    let at = command.at;
    let next = Document { stage: DocumentStage::Withdrawn, ..moved(document, at) };
    let mut change = changing(document, command);
    let name = EventName::DocumentWithdrawn;
    let text = format!("taken back before it was sent: {reason}");
    detail.note(at, name.as_str(), &text);
    let mut event = about(name, at, text, &next, &detail);
    event.reason = Some(cut(reason.to_owned(), REASON_BYTES));
    tell(&mut change, teller, &event, &next, &detail);
    let detail = carry_detail(&mut change, detail);
    change.effects.push(Effect::Document(Document { detail: Some(detail), ..next }));
    change.effects.push(Effect::JobDone(Subject::Document(document.id)));
    Ok(change)
}

/// The ERP says what it made of a partner's document.
///
/// # Errors
/// When it is none that the ERP was given.
pub fn judged_by_erp(
    document: &Document,
    mut detail: DocumentDetail,
    command: &Command,
    verdict: ErpVerdict,
    teller: Teller<'_>,
) -> Result<Change, Diagnostic> {
    if document.outbound || document.row.is_none() {
        let message = format!("document {} was not published to the ERP", document.id);
        return Err(Diagnostic::error("not-published", message).hinting("verdicts are about documents of partners"));
    }
    let at = command.at;
    let verdict = bounds::verdict(verdict);
    let (name, text) = match (verdict.posted, &verdict.reference) {
        (true, Some(reference)) => (EventName::DocumentPosted, format!("posted in the ERP as {reference}")),
        (true, None) => (EventName::DocumentPosted, "posted in the ERP".to_owned()),
        (false, _) => {
            let why: Vec<_> = verdict.errors.iter().filter_map(|error| error.text.clone()).collect();
            (EventName::DocumentRefused, format!("refused by the ERP: {}", why.join("; ")))
        }
    };
    let next = moved(document, at);
    let mut change = changing(document, command);
    detail.note(at, name.as_str(), &text);
    detail.verdict = Some(verdict);
    let mut event = about(name, at, text, &next, &detail);
    event.command = Some(asked(command).command);
    tell(&mut change, teller, &event, &next, &detail);
    let detail = carry_detail(&mut change, detail);
    change.effects.push(Effect::Document(Document { detail: Some(detail), ..next }));
    Ok(change)
}

/// A change of a document by a command, which is remembered.
fn changing(document: &Document, command: &Command) -> Change {
    let mut change = Change::new(command.at);
    change.expect.push(Expect::Unseen(command.key, command.known_since));
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    let seen = Seen { exchange: None, document: Some(document.id), at: command.at };
    change.effects.push(Effect::Seen(command.key, seen));
    change
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::change::PayloadBody;
    use super::super::command::Route;
    use super::*;
    use crate::base::OsEntropy;

    #[test]
    fn a_repeat_is_answered_even_when_its_document_is_gone() {
        let at = Timestamp::from_millis(1_000);
        let command = Command {
            route: Route::parse("send.order.v1.acme").unwrap(),
            verb: "send".to_owned(),
            id: "m".to_owned(),
            key: DedupKey::command("send", "acme", "m"),
            known_since: Timestamp::default(),
            document: None,
            reply_to: Some("answers".to_owned()),
            correlation_id: None,
            at,
            body: json!({ "orderNumber": "1" }),
        };
        let teller = Teller { instance: "test-1", entropy: &OsEntropy };
        let change = repeated_late(&command, DocumentId::mint(at, [0; 10]), teller);
        let told: Vec<Value> = change
            .payloads
            .iter()
            .filter_map(|payload| match &payload.body {
                PayloadBody::Inline(body) => serde_json::from_slice(body).ok(),
                PayloadBody::Kept => None,
            })
            .filter(|body: &Value| body["event"] == "command.duplicate")
            .collect();
        assert_eq!(told.len(), 2, "an event, and its copy for whoever asked");
        assert_eq!((&told[0]["partner"], &told[0]["command"]["id"]), (&json!("acme"), &json!("m")));
        assert!(told[0].get("document").is_none(), "how far it came is not known any more: {}", told[0]);
    }
}
