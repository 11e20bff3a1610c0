//! Documents that wait for a person: released, they go through the step that stopped them once more, by the configuration
//! that is in force by then.

use super::change::{Change, Effect, Expect};
use super::document_detail::DocumentDetail;
use super::inbound::{self, NewDocument, ParkedSet, advance, carry_detail, moved};
use super::record::{Document, DocumentStage, Exchange, Job, JobKind, Lane, Subject};
use super::stage::Stage;
use super::telling::{EventName, Teller, about, tell};
use crate::base::Timestamp;

/// A document goes on. `None` when it does not wait.
pub fn released(
    document: &Document,
    mut detail: DocumentDetail,
    reason: &str,
    at: Timestamp,
    teller: Teller<'_>,
) -> Option<Change> {
    if document.stage != DocumentStage::Parked {
        return None;
    }
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    let kind = if document.outbound { JobKind::Write } else { JobKind::Translate };
    let stage = if document.outbound { DocumentStage::Accepted } else { DocumentStage::Parked };
    let next = Document { stage, ..moved(document, at) };
    let text = format!("released: {reason}");
    detail.note(at, EventName::DocumentReleased.as_str(), &text);
    let mut event = about(EventName::DocumentReleased, at, text, &next, &detail);
    event.reason = Some(reason.to_owned());
    tell(&mut change, teller, &event, &next, &detail);
    let detail = Some(carry_detail(&mut change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next }));
    let lane = Lane::of(document.partner.as_str());
    let subject = Subject::Document(document.id);
    change.effects.push(Effect::Job(Job { subject, kind, lane, position: 0, due: at, attempts: 0 }));
    Some(change)
}

/// A transaction set that waited was read again, and is a document now.
pub fn read_again(
    before: &Document,
    steps: &DocumentDetail,
    exchange: &Exchange,
    at: Timestamp,
    mut document: NewDocument,
    teller: Teller<'_>,
) -> Change {
    let mut change = again(before, at);
    document.detail.steps.clone_from(&steps.steps);
    inbound::publish(&mut change, exchange, at, document, teller);
    for effect in &mut change.effects {
        if let Effect::Document(document) = effect {
            document.version = before.version.saturating_add(1);
            document.created_at = before.created_at;
        }
    }
    let parked = exchange.parked.saturating_sub(1);
    let stage = if parked == 0 { Stage::Translated } else { exchange.stage };
    let next = Exchange { parked, documents: exchange.documents.saturating_add(1), stage, ..advance(exchange, at) };
    change.expect.push(Expect::Version { exchange: exchange.id, version: exchange.version });
    change.effects.push(Effect::Exchange(next));
    change
}

/// A transaction set that waited was read again, in vain.
pub fn read_in_vain(before: &Document, steps: &DocumentDetail, at: Timestamp, set: ParkedSet) -> Change {
    let mut change = again(before, at);
    let mut detail = set.detail;
    detail.steps.clone_from(&steps.steps);
    detail.note(at, EventName::DocumentQuarantined.as_str(), "read again, and still not a document");
    change.payloads.push(set.content);
    let detail = Some(carry_detail(&mut change, detail));
    change.effects.push(Effect::Document(Document { detail, ..moved(before, at) }));
    change
}

fn again(before: &Document, at: Timestamp) -> Change {
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: before.id, version: before.version });
    change.effects.push(Effect::JobDone(Subject::Document(before.id)));
    change
}
