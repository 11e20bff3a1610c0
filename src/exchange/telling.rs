//! Telling the ERP what happened: events as rows of the outbox, beside the documents.

use super::bounds::cut;
use super::change::{Change, Effect};
use super::document_detail::{Asked, DocumentDetail};
use super::inbound::kept;
use super::publication::{Channel, Publication, partition_key, routing_word};
use super::record::{Document, Job, JobKind, Lane, Row, RowStage, Subject};
use crate::base::{Entropy, ExchangeId, RowId, Timestamp};
use crate::canon::event::{Event, EventDocument, EventMessage};
use crate::canon::{self, Usage};

/// What the ERP is told of. A name, once given, keeps its meaning for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventName {
    /// A document of the ERP's is on disk, and a message will be made of it.
    DocumentAccepted,
    /// What the ERP asked for cannot be done.
    RefusedByGateway,
    /// The ERP asked for the same again; the first answer holds.
    CommandDuplicate,
    /// The ERP asked for something about a document that cannot be.
    CommandRefused,
    /// A document waits for a person.
    DocumentQuarantined,
    /// A document that waited goes on.
    DocumentReleased,
    /// A partner sent again what it had sent before.
    DocumentDuplicate,
    /// A document is in an interchange, which is on its way.
    DocumentSent,
    /// The partner has the interchange, and its receipt says so where one was asked for.
    DocumentDelivered,
    /// It is under way for long, or its receipt has not come in time.
    DeliveryDelayed,
    /// The interchange was not delivered, or nobody can prove it.
    DeliveryFailed,
    /// Everything that was to come of a document has come.
    DocumentClosed,
    /// A document was taken back before it was sent.
    DocumentWithdrawn,
    /// A document was published again.
    DocumentReplayed,
    /// The ERP has posted a document.
    DocumentPosted,
    /// The ERP refuses a document.
    DocumentRefused,
    /// The partner's functional acknowledgement accepts a document.
    FunctionalAccepted,
    /// The same, with something to be mended.
    FunctionalAcceptedWithErrors,
    /// The partner's functional acknowledgement rejects a document.
    FunctionalRejected,
    /// A functional acknowledgement has not come in time.
    AcknowledgementOverdue,
}

impl EventName {
    /// Every name, in the order of a list for people.
    pub const ALL: [Self; 20] = [
        Self::DocumentAccepted,
        Self::RefusedByGateway,
        Self::CommandDuplicate,
        Self::CommandRefused,
        Self::DocumentQuarantined,
        Self::DocumentReleased,
        Self::DocumentDuplicate,
        Self::DocumentSent,
        Self::DocumentDelivered,
        Self::DeliveryDelayed,
        Self::DeliveryFailed,
        Self::DocumentClosed,
        Self::DocumentWithdrawn,
        Self::DocumentReplayed,
        Self::DocumentPosted,
        Self::DocumentRefused,
        Self::FunctionalAccepted,
        Self::FunctionalAcceptedWithErrors,
        Self::FunctionalRejected,
        Self::AcknowledgementOverdue,
    ];

    /// The name, a category and a word: `document.accepted`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::DocumentAccepted => "document.accepted",
            Self::RefusedByGateway => "document.refused-by-gateway",
            Self::CommandDuplicate => "command.duplicate",
            Self::CommandRefused => "command.refused",
            Self::DocumentQuarantined => "document.quarantined",
            Self::DocumentReleased => "document.released",
            Self::DocumentDuplicate => "document.duplicate",
            Self::DocumentSent => "document.sent",
            Self::DocumentDelivered => "document.delivered",
            Self::DeliveryDelayed => "document.delivery-delayed",
            Self::DeliveryFailed => "document.delivery-failed",
            Self::DocumentClosed => "document.closed",
            Self::DocumentWithdrawn => "document.withdrawn",
            Self::DocumentReplayed => "document.replayed",
            Self::DocumentPosted => "document.posted",
            Self::DocumentRefused => "document.refused",
            Self::FunctionalAccepted => "ack.functional-accepted",
            Self::FunctionalAcceptedWithErrors => "ack.functional-accepted-with-errors",
            Self::FunctionalRejected => "ack.functional-rejected",
            Self::AcknowledgementOverdue => "ack.overdue",
        }
    }

    /// What it says, in a sentence.
    pub const fn description(self) -> &'static str {
        match self {
            Self::DocumentAccepted => "A document of the ERP's is on disk, and a message will be made of it.",
            Self::RefusedByGateway => "What the ERP asked for cannot be done.",
            Self::CommandDuplicate => "The ERP asked for the same again; the first answer holds.",
            Self::CommandRefused => "The ERP asked for something about a document that cannot be.",
            Self::DocumentQuarantined => "A document waits for a person.",
            Self::DocumentReleased => "A document that waited goes on.",
            Self::DocumentDuplicate => "A partner sent again what it had sent before.",
            Self::DocumentSent => "A document is in an interchange, which is on its way.",
            Self::DocumentDelivered => {
                "The partner has the interchange, and its receipt says so where one was asked for."
            }
            Self::DeliveryDelayed => "The interchange is under way for long, or its receipt has not come in time.",
            Self::DeliveryFailed => "The interchange was not delivered, or nobody can prove it.",
            Self::DocumentClosed => "Everything that was to come of a document has come.",
            Self::DocumentWithdrawn => "A document was taken back before it was sent.",
            Self::DocumentReplayed => "A document was published again.",
            Self::DocumentPosted => "The ERP has posted a document.",
            Self::DocumentRefused => "The ERP refuses a document.",
            Self::FunctionalAccepted => "The partner's functional acknowledgement accepts a document.",
            Self::FunctionalAcceptedWithErrors => "The same, with something to be mended.",
            Self::FunctionalRejected => "The partner's functional acknowledgement rejects a document.",
            Self::AcknowledgementOverdue => "A functional acknowledgement has not come in time.",
        }
    }

    /// Whether it ends the story of what the ERP asked for, unless a person has it tried again.
    pub const fn is_final(self) -> bool {
        match self {
            Self::RefusedByGateway
            | Self::DeliveryFailed
            | Self::DocumentClosed
            | Self::DocumentWithdrawn
            | Self::FunctionalRejected => true,
            Self::DocumentAccepted
            | Self::CommandDuplicate
            | Self::CommandRefused
            | Self::DocumentQuarantined
            | Self::DocumentReleased
            | Self::DocumentDuplicate
            | Self::DocumentSent
            | Self::DocumentDelivered
            | Self::DeliveryDelayed
            | Self::DocumentReplayed
            | Self::DocumentPosted
            | Self::DocumentRefused
            | Self::FunctionalAccepted
            | Self::FunctionalAcceptedWithErrors
            | Self::AcknowledgementOverdue => false,
        }
    }
}

/// Who tells: what an event's words and ids are made with.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// Name of this gateway's store (`instance` in edigate.toml).
    pub instance: &'a str,
    /// For the ids of events.
    pub entropy: &'a dyn Entropy,
}

/// An event about a document, with what everybody wants to know of it filled in.
pub(super) fn about(
    name: EventName,
    at: Timestamp,
    text: impl Into<String>,
    document: &Document,
    detail: &DocumentDetail,
) -> Event {
    let message = detail.message.as_ref().map(|message| EventMessage {
        standard: message.standard.to_uppercase(),
        version: message.release.clone(),
        transaction_set: message.set.clone(),
        control_numbers: message.numbers.clone(),
        exchange_id: document.exchange,
        message_id: None,
    });
    Event {
        event: name.as_str().to_owned(),
        text: cut(text.into(), TEXT_BYTES),
        at,
        partner: Some(document.partner.clone()).filter(|partner| partner.as_str() != NOBODY),
        is_final: name.is_final(),
        document: Some(EventDocument {
            document_id: document.id,
            kind: document.kind.clone(),
            number: Some(document.number.clone()).filter(|number| !number.is_empty()),
            order_number: detail.order_number.clone(),
            direction: document.direction(),
            usage: detail.usage.unwrap_or(Usage::Production),
            stage: document.stage.as_str().to_owned(),
        }),
        command: detail.asked.as_ref().map(|asked| asked.command.clone()),
        message,
        acknowledged_by: None,
        errors: Vec::new(),
        findings: kept(&detail.diagnostics).iter().take(FINDINGS).map(canon::Finding::from).collect(),
        repeats: None,
        reason: None,
    }
}

/// The partner of what concerns none.
pub(super) const NOBODY: &str = "-";

/// Findings that an event tells; the document has them all.
const FINDINGS: usize = 20;

/// Bytes of what an event says in words: some of it quotes what a partner sent.
const TEXT_BYTES: usize = 1_000;

/// Adds an event to a change, and its copy for whoever asked to be answered.
pub(super) fn tell(
    change: &mut Change,
    teller: Teller<'_>,
    event: &Event,
    document: &Document,
    detail: &DocumentDetail,
) {
    let order = detail.order_number.as_deref();
    let key = partition_key(&document.partner, &document.kind, document.id, &document.number, order);
    let asked = detail.asked.as_ref();
    let publication = Publication {
        channel: Channel::Events,
        routing_key: routing_key(event, document),
        id: RowId::from_bytes([0; 16]),
        source: format!("/edigate/{}/partners/{}", teller.instance, document.partner),
        kind: format!("dev.edigate.{}.v1", event.event),
        subject: format!("{}/{}/{}", document.kind, document.partner, document.number),
        time: event.at,
        dataschema: canon::schema_uri("urn:edigate:schema:", "event", "1.0"),
        correlation_id: key.clone(),
        partition_key: key,
        causation_id: asked.map(|asked| asked.command.id.clone()),
        partner: document.partner.clone(),
        about: None,
    };
    let body = serde_json::to_vec(event).expect("an event holds only strings, numbers and lists");
    row(change, teller, publication.clone(), body.clone());
    if let Some(Asked { reply_to: Some(queue), correlation_id, .. }) = asked {
        let answer = Publication {
            channel: Channel::Reply,
            routing_key: queue.clone(),
            correlation_id: correlation_id.clone().unwrap_or_else(|| publication.correlation_id.clone()),
            ..publication
        };
        row(change, teller, answer, body);
    }
}

fn row(change: &mut Change, teller: Teller<'_>, publication: Publication, body: Vec<u8>) {
    let id = RowId::mint(change.at, teller.entropy.bytes());
    let publication = Publication { id, ..publication };
    // Events follow one another, and never wait for a document.
    let lane = Lane::of(&format!("{:?}|{}", publication.channel, publication.partition_key));
    let partner = publication.partner.clone();
    let envelope = change.carry(serde_json::to_vec(&publication).expect("a publication holds strings and numbers"));
    let body = change.carry(body);
    let (at, stage) = (change.at, RowStage::Waiting);
    let sequence = if publication.channel == Channel::Reply { Row::UNCOUNTED } else { 0 };
    change.effects.extend([
        Effect::Row(Row { id, sequence, partner, document: None, lane, stage, published_at: None, envelope, body }),
        Effect::Job(Job { subject: Subject::Row(id), kind: JobKind::Publish, lane, position: 0, due: at, attempts: 0 }),
    ]);
}

/// `<category>.<event>.<document-type|->.<partner|->`.
fn routing_key(event: &Event, document: &Document) -> String {
    format!("{}.{}.{}", event.event, routing_word(&document.kind), routing_word(document.partner.as_str()))
}

/// The job that brings the documents of an exchange up to what became of it.
pub(super) fn conclude(change: &mut Change, exchange: ExchangeId) {
    change.effects.push(Effect::Job(Job {
        subject: Subject::Documents(exchange),
        kind: JobKind::Conclude,
        lane: Lane::of(&exchange.to_string()),
        position: 0,
        due: change.at,
        attempts: 0,
    }));
}
