//! From a document of the ERP's to an interchange: each function is one step's outcome as a [`Change`].
//!
//! ```text
//! accepted -> written -> waits for its interchange -> assembled: an exchange to be packed and delivered
//! ```
//!
//! A control number is given in the very change that stores the interchange that carries it, and only while it is still
//! the next one: no number is given twice, and none is left out.

use super::bounds::cut;
use super::change::{Change, Effect, Expect, Payload};
use super::document_detail::{DocumentDetail, WireMessage};
use super::inbound::{carry_detail, moved};
use super::outbound::{self, Submission};
use super::record::{CounterName, Document, DocumentStage, Job, JobKind, Lane, Sent, Subject};
use super::sent::{Named, SentInterchange};
use super::telling::{EventName, Teller, about, tell};
use crate::base::{Diagnostic, DocumentId, ExchangeId, PartnerId, Timestamp};
use crate::canon::ControlNumbers;

/// The message that was made of a document.
#[derive(Debug)]
pub struct Written {
    /// The message, in an interchange whose numbers mean nothing.
    pub text: Payload,
    /// Which member and rule wrote what.
    pub origins: Option<Payload>,
    /// What was noticed.
    pub diagnostics: Vec<Diagnostic>,
    /// Messages of one lane may go into one interchange.
    pub lane: Lane,
    /// When one is made at the latest.
    pub due: Timestamp,
    /// The message that leads the lane, when with this one there are enough.
    pub wakes: Option<Job>,
}

/// A functional acknowledgement of ours.
#[derive(Debug)]
pub struct Answering {
    /// The document it is kept as.
    pub id: DocumentId,
    /// To whom.
    pub partner: PartnerId,
    /// What is acknowledged: the control number of the partner's interchange.
    pub number: String,
    /// What it is: `997`, `CONTRL`.
    pub kind: String,
    /// `x12` or `edifact`.
    pub standard: String,
    /// The message, in an interchange whose numbers mean nothing.
    pub text: Payload,
    /// Messages of one lane may go into one interchange.
    pub lane: Lane,
    /// When one is made at the latest.
    pub due: Timestamp,
    /// Who leads what is full with it.
    pub wakes: Option<Job>,
}

/// Adds to a change that an acknowledgement is due.
pub fn answer(change: &mut Change, answering: Answering) {
    let Answering { id, partner, number, kind, standard, text, lane, due, wakes } = answering;
    let at = change.at;
    let content = text.reference;
    change.payloads.push(text);
    let mut detail = DocumentDetail {
        message: Some(WireMessage { standard, set: kind.clone(), text: Some(content), ..WireMessage::default() }),
        ..DocumentDetail::default()
    };
    detail.note(at, "acknowledgement.made", &format!("the {kind} for interchange {number} is made"));
    let detail = Some(carry_detail(change, detail));
    let (order, row) = (None, None);
    change.effects.push(Effect::Document(Document {
        id,
        exchange: None,
        partner,
        kind: ACKNOWLEDGEMENT.to_owned(),
        number: cut(number, Document::NUMBER_BYTES),
        stage: DocumentStage::Collected,
        created_at: at,
        row,
        content,
        detail,
        version: 1,
        outbound: true,
        order,
        updated_at: Some(at),
    }));
    let subject = Subject::Document(id);
    change.effects.push(Effect::Job(Job { subject, kind: JobKind::Assemble, lane, position: 0, due, attempts: 0 }));
    change.effects.extend(wakes.map(|leader| Effect::Job(Job { due: at, ..leader })));
}

/// A document's message is made, and waits for an interchange.
pub fn written(document: &Document, at: Timestamp, mut detail: DocumentDetail, made: Written) -> Change {
    let Written { text, origins, diagnostics, lane, due, wakes } = made;
    let mut change = step(document, at);
    let message = detail.message.get_or_insert_default();
    message.text = Some(text.reference);
    message.origins = origins.as_ref().map(|origins| origins.reference);
    change.payloads.push(text);
    change.payloads.extend(origins);
    detail.diagnostics = diagnostics;
    detail.note(at, "document.written", "its message is made and waits for an interchange");
    let detail = Some(carry_detail(&mut change, detail));
    let next = Document { stage: DocumentStage::Collected, detail, ..moved(document, at) };
    change.effects.push(Effect::Document(next));
    let subject = Subject::Document(document.id);
    change.effects.push(Effect::Job(Job { subject, kind: JobKind::Assemble, lane, position: 0, due, attempts: 0 }));
    change.effects.extend(wakes.map(|leader| Effect::Job(Job { due: at, ..leader })));
    change
}

/// No message can be made of a document: it waits for a person.
pub fn parked(
    document: &Document,
    at: Timestamp,
    mut detail: DocumentDetail,
    diagnostics: Vec<Diagnostic>,
    teller: Teller<'_>,
) -> Change {
    let mut change = step(document, at);
    let next = Document { stage: DocumentStage::Parked, ..moved(document, at) };
    let worst = diagnostics.iter().max_by_key(|one| one.severity).map(|one| one.message.clone()).unwrap_or_default();
    detail.diagnostics = diagnostics;
    let name = EventName::DocumentQuarantined;
    let text = format!("no message can be made of it: {worst}");
    detail.note(at, name.as_str(), &text);
    tell(&mut change, teller, &about(name, at, text, &next, &detail), &next, &detail);
    let detail = Some(carry_detail(&mut change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next }));
    change.effects.push(Effect::JobDone(Subject::Document(document.id)));
    change
}

/// A control number that is given: the counter, what it was, and what it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The counter.
    pub counter: CounterName,
    /// The number given last before.
    pub before: u64,
    /// The number given last now.
    pub now: u64,
}

/// A document that goes into an interchange, with the numbers it has there.
#[derive(Debug)]
pub struct Member {
    /// The document.
    pub document: Document,
    /// What else is known of it.
    pub detail: DocumentDetail,
    /// Its numbers.
    pub numbers: ControlNumbers,
}

/// An interchange that was made.
#[derive(Debug)]
pub struct Assembly {
    /// The exchange that carries it.
    pub exchange: ExchangeId,
    /// When.
    pub at: Timestamp,
    /// Whose partner file names the parties: by it the functional acknowledgement is matched.
    pub partner: PartnerId,
    /// What is handed to the transport: to whom, which bytes, under which name.
    pub submission: Submission,
    /// The interchange by its numbers.
    pub interchange: SentInterchange,
    /// The documents in it.
    pub members: Vec<Member>,
    /// The control numbers it took.
    pub given: Vec<Given>,
}

/// What the documents of one interchange may weigh together: a change holds 1 MiB, and the interchange's own record is
/// in it, too.
pub const HEAVIEST: usize = 900 << 10;

/// About how many bytes one document adds to the change that makes its interchange.
pub fn weight(detail: &DocumentDetail) -> usize {
    /// The records of a document and of an event.
    const RECORDS: usize = 600;
    /// An event without its findings, and how it is addressed.
    const EVENT: usize = 2_000;
    let findings = serde_json::to_vec(&detail.diagnostics).map_or(0, |json| json.len());
    let is_answered = detail.asked.as_ref().is_some_and(|asked| asked.reply_to.is_some());
    let events = if is_answered { 2 } else { 1 };
    detail.to_json().len() + RECORDS + events * (EVENT + findings)
}

/// An interchange is made of documents, and will be packed and delivered.
pub fn assembled(assembly: Assembly, teller: Teller<'_>) -> Change {
    let Assembly { exchange, at, partner, mut submission, interchange, members, given } = assembly;
    submission.detail.interchange = Some(interchange.clone());
    let mut change = outbound::submitted(submission);
    for Given { counter, before, now } in given {
        change.expect.push(Expect::Counter(counter.clone(), before));
        change.effects.push(Effect::Counter(counter, now));
    }
    let standard = &interchange.standard;
    let groups = interchange.groups.iter().map(|group| &group.control_number).filter(|number| !number.is_empty());
    let named = groups.map(|number| Named::Group(number)).chain([Named::Interchange(&interchange.control_number)]);
    for name in named {
        change.effects.push(Effect::Sent(name.key(&partner, standard), Sent { exchange, at }));
    }
    if interchange.expects.is_some() {
        change.effects.push(await_acknowledgement(exchange, interchange.due(at)));
    }
    for Member { document, mut detail, numbers } in members {
        change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
        let next = Document { stage: DocumentStage::Sending, exchange: Some(exchange), ..moved(&document, at) };
        let number = numbers.interchange.clone().unwrap_or_default();
        detail.message.get_or_insert_default().numbers = Some(numbers);
        let name = EventName::DocumentSent;
        let text = format!("it is in interchange {number}, which is on its way");
        detail.note(at, name.as_str(), &text);
        detail.told.push(name.as_str().to_owned());
        if is_told(&document) {
            tell(&mut change, teller, &about(name, at, text, &next, &detail), &next, &detail);
        }
        let detail = Some(carry_detail(&mut change, detail));
        change.effects.push(Effect::Document(Document { detail, ..next }));
        change.effects.push(Effect::JobDone(Subject::Document(document.id)));
    }
    change
}

/// The job that notices that a functional acknowledgement has not come in time.
pub(super) fn await_acknowledgement(exchange: ExchangeId, due: Timestamp) -> Effect {
    Effect::Job(Job {
        subject: Subject::Acknowledgement(exchange),
        kind: JobKind::AwaitAcknowledgement,
        lane: Lane::of(&exchange.to_string()),
        position: 0,
        due,
        attempts: 0,
    })
}

/// Type of the documents by which we acknowledge what a partner sent.
pub const ACKNOWLEDGEMENT: &str = "acknowledgement";

/// Whether the ERP is told of a document on its way out: it asked for all but the acknowledgements.
pub(super) fn is_told(document: &Document) -> bool {
    document.kind != ACKNOWLEDGEMENT
}

fn step(document: &Document, at: Timestamp) -> Change {
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    change
}
