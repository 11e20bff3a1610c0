//! The inbound way: from a partner's message to a confirmed event. Each function is one step's outcome as a [`Change`].

use super::attachment::{NewAttachment, attach};
use super::bounds::cut;
use super::change::{Change, Effect, Expect, Payload, PayloadBody};
use super::confirm::Confirm;
use super::detail::{Detail, Evidence};
use super::dispatch;
use super::document_detail::DocumentDetail;
use super::record::{
    Answer, BlobRef, DedupKey, Document, DocumentStage, Exchange, Job, JobKind, Lane, Row, RowStage, Subject,
};
use super::retry::Backoff;
use super::stage::Stage;
use super::telling::{EventName, Teller, about, tell};
use crate::base::{Diagnostic, DocumentId, ExchangeId, PartnerId, RowId, Sha256, Timestamp, agreeing};

/// A partner's message that was opened and verified, with the receipt it is to get.
#[derive(Debug)]
pub struct Arrival {
    /// The exchange it begins.
    pub exchange: ExchangeId,
    /// When its last byte arrived.
    pub at: Timestamp,
    /// Whose it is.
    pub partner: PartnerId,
    /// Recognises a repeat,
    pub key: DedupKey,
    /// of what was answered since then.
    pub known_since: Timestamp,
    /// SHA-256 of the MIC input: tells a repeat from another message under the same id.
    pub content: Sha256,
    /// What is known of it; the references are filled in here.
    pub detail: Detail,
    /// Head and body as they came.
    pub raw: Payload,
    /// The business content.
    pub payload: Payload,
    /// The other parts.
    pub attachments: Vec<NewAttachment>,
    /// The answer, ready to go out, when a receipt was asked for.
    pub receipt: Option<Vec<u8>>,
    /// What proves the two to others.
    pub evidence: Evidence,
}

/// A message is accepted: record, answer, bytes and the translation that is due become durable together.
pub fn received(arrival: Arrival) -> Change {
    let Arrival {
        exchange,
        at,
        partner,
        key,
        known_since,
        content,
        mut detail,
        raw,
        payload,
        attachments,
        receipt,
        evidence,
    } = arrival;
    let mut change = Change::new(at);
    change.expect.push(Expect::Unanswered(key, known_since));
    let receipt = receipt.map(|receipt| change.carry(receipt));
    detail.raw = Some(raw.reference);
    detail.payload = Some(payload.reference);
    detail.answer = receipt;
    change.payloads.extend([raw, payload]);
    attach(&mut change, &mut detail, attachments);
    keep(&mut change, &mut detail, evidence);
    let detail = change.carry(detail.to_json());
    let translate = partners_job(exchange, JobKind::Translate, &partner, at);
    change.effects = vec![
        Effect::Exchange(begin(exchange, Stage::Received, partner, at, detail)),
        Effect::Answer(key, Answer { exchange, content, receipt, at }),
        Effect::Job(translate),
    ];
    change
}

/// A message whose receipt is asked for later is on disk as it came. Nothing of it is believed yet.
pub fn staged(exchange: ExchangeId, at: Timestamp, partner: PartnerId, raw: Payload, mut detail: Detail) -> Change {
    let mut change = Change::new(at);
    detail.raw = Some(raw.reference);
    change.payloads.push(raw);
    let detail = change.carry(detail.to_json());
    let open = partners_job(exchange, JobKind::Open, &partner, at);
    change.effects = vec![Effect::Exchange(begin(exchange, Stage::Staged, partner, at, detail)), Effect::Job(open)];
    change
}

/// A staged message that was opened and found in order.
#[derive(Debug)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// Recognises a repeat,
    pub key: DedupKey,
    /// of what was answered since then.
    pub known_since: Timestamp,
    /// SHA-256 of the MIC input.
    pub content: Sha256,
    /// What is known of it.
    pub detail: Detail,
    /// The business content.
    pub payload: Payload,
    /// The other parts.
    pub attachments: Vec<NewAttachment>,
    /// The receipt, ready to go out.
    pub receipt: Vec<u8>,
    /// Where it is to go.
    pub deliver_to: String,
    /// What proves message and receipt to others.
    pub evidence: Evidence,
}

/// A staged message is accepted, and its receipt is due.
pub fn opened(exchange: &Exchange, opening: Opening) -> Change {
    let Opening { at, key, known_since, content, mut detail, payload, attachments, receipt, deliver_to, evidence } =
        opening;
    let mut change = step(exchange, at);
    change.expect.push(Expect::Unanswered(key, known_since));
    let receipt = change.carry(receipt);
    detail.payload = Some(payload.reference);
    detail.answer = Some(receipt);
    change.payloads.push(payload);
    attach(&mut change, &mut detail, attachments);
    keep(&mut change, &mut detail, evidence);
    let mut next = advance(exchange, at);
    next.stage = Stage::Received;
    next.detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(next));
    change.effects.push(Effect::Answer(key, Answer { exchange: exchange.id, content, receipt: Some(receipt), at }));
    change.effects.push(Effect::Job(partners_job(exchange.id, JobKind::Translate, &exchange.partner, at)));
    dispatch::due(&mut change, exchange.id, &exchange.partner, receipt, deliver_to);
    change
}

fn keep(change: &mut Change, detail: &mut Detail, evidence: Evidence) {
    detail.inner = evidence.inner;
    detail.certificates = evidence.certificates;
    change.payloads.extend(evidence.payloads);
}

/// A staged message failed for good: its story is kept and its receipt is due, its bytes are not kept.
pub fn opened_in_vain(
    exchange: &Exchange,
    at: Timestamp,
    mut detail: Detail,
    receipt: Vec<u8>,
    deliver_to: String,
) -> Change {
    let mut change = step(exchange, at);
    let receipt = change.carry(receipt);
    detail.raw = None;
    detail.answer = Some(receipt);
    let mut next = advance(exchange, at);
    next.stage = Stage::Refused;
    next.detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(next));
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    dispatch::due(&mut change, exchange.id, &exchange.partner, receipt, deliver_to);
    change
}

/// The receipt that a repeated message gets.
#[derive(Debug)]
pub enum Repeat {
    /// The one of the first time.
    Stored(BlobRef),
    /// One of its own: none was asked for the first time, or the partner's file wants to be told of a repeat.
    Fresh(Vec<u8>),
}

/// A staged message was answered before: the receipt of that time is due again, and nothing else is.
pub fn repeated(
    exchange: &Exchange,
    at: Timestamp,
    mut detail: Detail,
    before: &Answer,
    receipt: Repeat,
    deliver_to: String,
) -> Change {
    let mut change = step(exchange, at);
    // A receipt of its own must not take the place of the first one, which may be on its way still.
    let (receipt, under) = match receipt {
        Repeat::Stored(receipt) => (receipt, before.exchange),
        Repeat::Fresh(receipt) => (change.carry(receipt), exchange.id),
    };
    detail.raw = None;
    detail.repeats = Some(before.exchange);
    let mut next = advance(exchange, at);
    next.stage = Stage::Repeated;
    next.detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(next));
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    dispatch::due(&mut change, under, &exchange.partner, receipt, deliver_to);
    change
}

/// Jobs of one partner's messages are done in the order in which the messages came.
fn partners_job(exchange: ExchangeId, kind: JobKind, partner: &PartnerId, due: Timestamp) -> Job {
    let lane = Lane::of(partner.as_str());
    Job { subject: Subject::Exchange(exchange), kind, lane, position: 0, due, attempts: 0 }
}

/// A message of a known pair failed for good: the story is kept, its bytes are not, and its id stays free.
pub fn refused(exchange: ExchangeId, at: Timestamp, partner: PartnerId, detail: &Detail) -> Change {
    let mut change = Change::new(at);
    let detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(begin(exchange, Stage::Refused, partner, at, detail)));
    change
}

pub(super) fn begin(id: ExchangeId, stage: Stage, partner: PartnerId, at: Timestamp, detail: BlobRef) -> Exchange {
    Exchange {
        id,
        version: 1,
        stage,
        partner,
        received_at: at,
        updated_at: at,
        sets_done: 0,
        documents: 0,
        parked: 0,
        detail,
    }
}

/// What became of one transaction set.
#[derive(Debug)]
pub enum SetOutcome {
    /// It is a canonical document, and an event is to carry it.
    Document(NewDocument),
    /// It is kept whole until somebody mends what is wrong.
    Parked(ParkedSet),
    /// It acknowledged something of ours, which is settled by itself.
    Acknowledged,
}

/// A canonical document that a transaction set became.
#[derive(Debug)]
pub struct NewDocument {
    /// Its id.
    pub id: DocumentId,
    /// The event's id.
    pub row: RowId,
    /// Canonical type such as `order`.
    pub kind: String,
    /// The business number.
    pub number: String,
    /// The partition key: documents of one key are published in order.
    pub partition_key: String,
    /// The rest that is known of it.
    pub detail: DocumentDetail,
    /// Whether it, or what it came in, came before, and which document it was then.
    pub repeats: Option<Option<DocumentId>>,
    /// The canonical document.
    pub content: Payload,
    /// How the event is addressed, as JSON.
    pub envelope: Vec<u8>,
}

/// A transaction set that did not become a document.
#[derive(Debug)]
pub struct ParkedSet {
    /// The id it is kept under.
    pub id: DocumentId,
    /// The transaction set such as `850`.
    pub kind: String,
    /// The transaction set as it arrived.
    pub content: Payload,
    /// Why, and the rest that is known of it.
    pub detail: DocumentDetail,
}

/// Whether a batch is the last of its exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More transaction sets follow in another change.
    More,
    /// These were the last; the job is done.
    Finished,
}

/// Some transaction sets of an exchange were dealt with. Returns the exchange as the change leaves it, for the next one.
pub fn translated(
    exchange: &Exchange,
    at: Timestamp,
    outcomes: Vec<SetOutcome>,
    progress: Progress,
    teller: Teller<'_>,
) -> (Change, Exchange) {
    let mut change = step(exchange, at);
    let mut next = advance(exchange, at);
    for outcome in outcomes {
        next.sets_done += 1;
        match outcome {
            SetOutcome::Document(document) => {
                next.documents += 1;
                publish(&mut change, exchange, at, document, teller);
            }
            SetOutcome::Parked(set) => {
                next.parked += 1;
                park_set(&mut change, exchange, at, set, teller);
            }
            SetOutcome::Acknowledged => {}
        }
    }
    if progress == Progress::Finished {
        let is_parked = next.documents == 0 && next.parked > 0;
        next.stage = if is_parked { Stage::Parked } else { Stage::Translated };
        change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    }
    change.effects.push(Effect::Exchange(next.clone()));
    (change, next)
}

/// Nothing can be made of an exchange: it waits whole, with its diagnostics, and as a document under this id it is found
/// and released like any other that waits.
pub fn parked(
    exchange: &Exchange,
    at: Timestamp,
    mut detail: Detail,
    diagnostics: Vec<Diagnostic>,
    id: DocumentId,
    teller: Teller<'_>,
) -> Change {
    let mut change = step(exchange, at);
    let diagnostics = kept(&diagnostics);
    if let Some(content) = detail.payload.or(detail.raw) {
        let waiting = DocumentDetail { diagnostics: diagnostics.clone(), ..DocumentDetail::default() };
        wait(&mut change, exchange, at, Waiting { id, kind: WHOLE.to_owned(), content, detail: waiting }, teller);
    }
    detail.diagnostics = diagnostics;
    let mut next = advance(exchange, at);
    next.stage = Stage::Parked;
    next.detail = change.carry(detail.to_json());
    change.effects.push(Effect::Exchange(next));
    change.effects.push(Effect::JobDone(Subject::Exchange(exchange.id)));
    change
}

/// Type of the document that a whole payload waits as.
pub const WHOLE: &str = "payload";

/// The store could not give or take what a step needs, as on a full disk. That is no fault of the exchange: the attempt
/// is given back, and the step is tried again when there may be room.
pub fn postponed(job: &Job, at: Timestamp, jitter: u8) -> Change {
    let mut change = Change::new(at);
    let due = Backoff::STORE.next(at, 1, jitter);
    change.effects.push(Effect::Job(Job { due, attempts: job.attempts.saturating_sub(1), ..job.clone() }));
    change
}

/// The ERP's side was offered a row: confirmed, it is done; anything else, the same row is offered again later.
pub fn published(
    row: &Row,
    document: Option<&Document>,
    job: &Job,
    confirm: &Confirm,
    at: Timestamp,
    jitter: u8,
) -> Change {
    let mut change = Change::new(at);
    let again = match confirm {
        Confirm::Confirmed => {
            change.effects = vec![
                Effect::Row(Row { stage: RowStage::Published, published_at: Some(at), ..row.clone() }),
                Effect::JobDone(job.subject),
            ];
            if let Some(document) = document {
                change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
                let next = Document { stage: DocumentStage::Published, ..moved(document, at) };
                change.effects.push(Effect::Document(next));
            }
            return change;
        }
        Confirm::Returned { .. } => Backoff::UNROUTABLE,
        Confirm::Nacked => Backoff::NACKED,
        Confirm::Lost(_) => Backoff::LOST,
    };
    let attempts = job.attempts.saturating_add(1);
    let due = again.next(at, attempts, jitter);
    change.effects.push(Effect::Job(Job { attempts, due, ..job.clone() }));
    change
}

/// The document at its next version.
pub(super) fn moved(document: &Document, at: Timestamp) -> Document {
    Document { version: document.version.saturating_add(1), updated_at: Some(at), ..document.clone() }
}

pub(super) fn step(exchange: &Exchange, at: Timestamp) -> Change {
    let mut change = Change::new(at);
    change.expect.push(Expect::Version { exchange: exchange.id, version: exchange.version });
    change
}

pub(super) fn advance(exchange: &Exchange, at: Timestamp) -> Exchange {
    Exchange { version: exchange.version + 1, updated_at: at, ..exchange.clone() }
}

pub(super) fn publish(
    change: &mut Change,
    exchange: &Exchange,
    at: Timestamp,
    document: NewDocument,
    teller: Teller<'_>,
) {
    let NewDocument { id, row, kind, number, partition_key, content, envelope, mut detail, repeats } = document;
    let body = content.reference;
    change.payloads.push(content);
    let envelope = change.carry(envelope);
    let lane = Lane::of(&partition_key);
    let order = detail.order_number.as_deref().map(Lane::of);
    detail.note(at, "translated", "read by its mapping, and to be published");
    let told = repeats.map(|before| (before, detail.clone()));
    let detail = carry_detail(change, detail);
    let document = Document {
        id,
        exchange: Some(exchange.id),
        partner: exchange.partner.clone(),
        kind: cut(kind, Document::KIND_BYTES),
        number: cut(number, Document::NUMBER_BYTES),
        stage: DocumentStage::Waiting,
        created_at: at,
        row: Some(row),
        content: body,
        detail: Some(detail),
        version: 1,
        outbound: false,
        order,
        updated_at: Some(at),
    };
    if let Some((before, detail)) = told {
        let text = "it, or what it came in, came before";
        let mut event = about(EventName::DocumentDuplicate, at, text, &document, &detail);
        event.repeats = before;
        tell(change, teller, &event, &document, &detail);
    }
    change.effects.extend([
        Effect::Document(document),
        Effect::Row(Row {
            id: row,
            sequence: 0,
            partner: exchange.partner.clone(),
            document: Some(id),
            lane,
            stage: RowStage::Waiting,
            published_at: None,
            envelope,
            body,
        }),
        Effect::Job(Job {
            subject: Subject::Row(row),
            kind: JobKind::Publish,
            lane,
            position: 0,
            due: at,
            attempts: 0,
        }),
    ]);
}

fn park_set(change: &mut Change, exchange: &Exchange, at: Timestamp, set: ParkedSet, teller: Teller<'_>) {
    let ParkedSet { id, kind, content, detail } = set;
    let reference = content.reference;
    change.payloads.push(content);
    wait(change, exchange, at, Waiting { id, kind, content: reference, detail }, teller);
}

/// What waits for a person, its bytes being on disk.
struct Waiting {
    id: DocumentId,
    kind: String,
    content: BlobRef,
    detail: DocumentDetail,
}

fn wait(change: &mut Change, exchange: &Exchange, at: Timestamp, waiting: Waiting, teller: Teller<'_>) {
    let Waiting { id, kind, content, mut detail } = waiting;
    detail.note(at, "quarantined", "it waits whole for a person");
    let order = detail.order_number.as_deref().map(Lane::of);
    let told = detail.clone();
    let detail = carry_detail(change, detail);
    let document = Document {
        id,
        exchange: Some(exchange.id),
        partner: exchange.partner.clone(),
        kind: cut(kind, Document::KIND_BYTES),
        number: String::new(),
        stage: DocumentStage::Parked,
        created_at: at,
        row: None,
        content,
        detail: Some(detail),
        version: 1,
        outbound: false,
        order,
        updated_at: Some(at),
    };
    let worst = told.diagnostics.iter().max_by_key(|one| one.severity).map(|one| one.message.clone());
    let text = format!("it waits for a person: {}", worst.unwrap_or_default());
    tell(change, teller, &about(EventName::DocumentQuarantined, at, text, &document, &told), &document, &told);
    change.effects.push(Effect::Document(document));
}

/// Diagnostics that one record keeps; what is beyond is counted by the last one.
const DIAGNOSTICS: usize = 100;

/// Bytes of JSON that the diagnostics of one record take: they ride in the change, where a payload has 64 KiB, and an
/// exchange's detail needs room beside them, most of all for attachments.
const DIAGNOSTICS_BYTES: usize = 28 << 10;

/// Puts the long part of a document's record into a change, no longer than there is room for.
pub(super) fn carry_detail(change: &mut Change, mut detail: DocumentDetail) -> BlobRef {
    detail.diagnostics = kept(&detail.diagnostics);
    change.carry(detail.to_json())
}

/// The weightiest of some diagnostics, as many as a record keeps, in their own order.
pub(super) fn kept(diagnostics: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut by_weight: Vec<(usize, &Diagnostic)> = diagnostics.iter().enumerate().collect();
    by_weight.sort_by_key(|(_, diagnostic)| std::cmp::Reverse(diagnostic.severity));
    let mut bytes = 0;
    let mut kept: Vec<(usize, Diagnostic)> = by_weight
        .into_iter()
        .take(DIAGNOSTICS)
        .map(|(place, diagnostic)| (place, shortened(diagnostic)))
        .take_while(|(_, diagnostic)| {
            bytes += serde_json::to_vec(diagnostic).map_or(0, |json| json.len());
            bytes <= DIAGNOSTICS_BYTES
        })
        .collect();
    kept.sort_by_key(|(place, _)| *place);
    let mut kept: Vec<_> = kept.into_iter().map(|(_, diagnostic)| diagnostic).collect();
    if let Some(more) = diagnostics.len().checked_sub(kept.len()).filter(|more| *more > 0) {
        kept.push(Diagnostic::info(
            "more-diagnostics",
            format!("{more} more {} not kept", agreeing(more, "is", "are")),
        ));
    }
    kept
}

/// A diagnostic whose texts are cut: some of them quote what a partner sent.
fn shortened(diagnostic: &Diagnostic) -> Diagnostic {
    /// Bytes of one text: a screenful.
    const TEXT: usize = 1_000;
    let mut short = diagnostic.clone();
    short.message = cut(short.message, TEXT);
    short.expected = short.expected.map(|text| cut(text, TEXT));
    short.hint = short.hint.map(|text| cut(text, TEXT));
    short
}

/// Cuts a text at a character boundary so that it takes at most `bytes`.
/// Whether a payload's bytes travel in the change, for a caller that bounds the size of its batches.
pub fn inline_bytes(payload: &Payload) -> usize {
    match &payload.body {
        PayloadBody::Inline(bytes) => bytes.len(),
        PayloadBody::Kept => 0,
    }
}

#[cfg(test)]
mod tests;
