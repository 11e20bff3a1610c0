//! What became of an interchange of ours, and what that means for the documents in it. Each function is an outcome as a
//! [`Change`].
//!
//! Two things are waited for, in either order: the receipt of the message that carried it, and the partner's functional
//! acknowledgement, where one was agreed on. What a document has come to is computed from both, whenever either changes.

use super::change::{Change, Effect, Expect};
use super::detail::Detail;
use super::document_detail::{DocumentDetail, SetAcknowledgement};
use super::inbound::{advance, carry_detail, kept, moved, step};
use super::making::{await_acknowledgement, is_told};
use super::record::{BlobRef, Document, DocumentStage, Exchange, Subject};
use super::resending::{holds, rejected_repeat};
use super::sent::SentInterchange;
use super::stage::Stage;
use super::telling::{EventName, Teller, about, conclude, tell};
use crate::base::{DocumentId, Timestamp};

/// What is known of an interchange as far as it concerns one of its documents.
#[derive(Debug)]
pub struct Facts<'a> {
    /// How far the exchange has come.
    pub stage: Stage,
    /// Its Message-ID.
    pub message_id: &'a str,
    /// Why it was not delivered.
    pub why: Option<&'a str>,
    /// Whether it is under way for longer than the partner file has it.
    pub delayed: bool,
    /// Whether a functional acknowledgement is owed.
    pub expects: bool,
    /// Whether it is overdue.
    pub overdue: bool,
    /// What it says of the document.
    pub acknowledgement: Option<SetAcknowledgement>,
}

impl Facts<'_> {
    fn is_delivered(&self) -> bool {
        matches!(self.stage, Stage::Delivered | Stage::Unproven)
    }

    fn is_failed(&self) -> bool {
        matches!(self.stage, Stage::Failed | Stage::Disputed)
    }

    /// What the partner says: taken, not taken, or nothing yet.
    fn is_taken(&self) -> Option<bool> {
        match self.acknowledgement.as_ref()?.verdict.as_str() {
            "rejected" => Some(false),
            "received" => None,
            _ => Some(true),
        }
    }

    fn document_stage(&self) -> DocumentStage {
        match self.is_taken() {
            Some(false) => DocumentStage::Rejected,
            // Who accepts it has it, whatever became of the receipt.
            Some(true) if self.is_delivered() || self.is_failed() || self.stage == Stage::Overdue => {
                DocumentStage::Closed
            }
            Some(true) => DocumentStage::Acknowledged,
            None if self.is_delivered() && !self.expects => DocumentStage::Closed,
            None if self.is_delivered() => DocumentStage::Delivered,
            None if self.is_failed() => DocumentStage::Failed,
            None => DocumentStage::Sending,
        }
    }

    /// What is to be told of it by now, in order.
    fn news(&self) -> Vec<(EventName, String)> {
        let mut news = Vec::new();
        if self.is_delivered() {
            news.push((EventName::DocumentDelivered, format!("the partner has it: message {}", self.message_id)));
        } else if self.is_failed() && self.is_taken() != Some(true) {
            let why = self.why.unwrap_or("see the exchange");
            news.push((EventName::DeliveryFailed, format!("not delivered: {why}")));
        } else if self.stage == Stage::Overdue {
            let text = "the partner's server has taken it, and its receipt has not come in time".to_owned();
            news.push((EventName::DeliveryDelayed, text));
        } else if self.delayed && !self.is_failed() {
            let text = "the partner's server does not take it; it is tried again".to_owned();
            news.push((EventName::DeliveryDelayed, text));
        }
        if let Some(said) = &self.acknowledgement {
            let by = &said.by;
            news.extend(match said.verdict.as_str() {
                "rejected" => Some((EventName::FunctionalRejected, format!("the partner's {by} rejects it"))),
                "accepted-with-errors" => Some((
                    EventName::FunctionalAcceptedWithErrors,
                    format!("the partner's {by} accepts it with errors"),
                )),
                "received" => None,
                _ => Some((EventName::FunctionalAccepted, format!("the partner's {by} accepts it"))),
            });
        } else if self.overdue {
            let text = "the partner's functional acknowledgement has not come in time".to_owned();
            news.push((EventName::AcknowledgementOverdue, text));
        }
        if self.document_stage() == DocumentStage::Closed {
            let text = match self.is_delivered() {
                true => "everything that was to come of it has come",
                false => "its functional acknowledgement shows that the partner has it, though no receipt does",
            };
            news.push((EventName::DocumentClosed, text.to_owned()));
        }
        news
    }
}

/// What is still news of a document of which this was told before: nothing twice, and behind its end nothing of its way.
fn untold(mut news: Vec<(EventName, String)>, told: &[String]) -> Vec<(EventName, String)> {
    let was_told = |name: EventName| told.iter().any(|told| told == name.as_str());
    let is_closed = was_told(EventName::DocumentClosed);
    let is_of_the_way = |name| matches!(name, EventName::DocumentDelivered | EventName::DeliveryDelayed);
    news.retain(|(name, _)| !(was_told(*name) || is_closed && is_of_the_way(*name)));
    news
}

/// Where a document is then: one that is closed is not opened again but by a rejection.
fn stage_behind(before: DocumentStage, now: DocumentStage) -> DocumentStage {
    if before == DocumentStage::Closed && now != DocumentStage::Rejected { before } else { now }
}

/// Brings a document up to what became of its interchange, as part of a change.
pub fn concluded(
    change: &mut Change,
    document: &Document,
    mut detail: DocumentDetail,
    facts: Facts<'_>,
    teller: Teller<'_>,
) -> Vec<(EventName, String)> {
    let at = change.at;
    let news = untold(facts.news(), &detail.told);
    let stage = stage_behind(document.stage, facts.document_stage());
    if news.is_empty() && stage == document.stage {
        return news;
    }
    detail.acknowledgement = facts.acknowledgement;
    let next = Document { stage, ..moved(document, at) };
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    for (name, text) in &news {
        detail.note(at, name.as_str(), text);
        detail.told.push(name.as_str().to_owned());
        if is_told(document) {
            let mut event = about(*name, at, text.clone(), &next, &detail);
            if let Some(message) = &mut event.message {
                message.message_id = Some(facts.message_id.to_owned()).filter(|id| !id.is_empty());
            }
            if let Some(said) = detail.acknowledgement.as_ref().filter(|_| name.as_str().starts_with("ack.")) {
                event.acknowledged_by = Some(said.by.clone());
                event.errors.clone_from(&said.errors);
            }
            tell(change, teller, &event, &next, &detail);
        }
    }
    let detail = Some(carry_detail(change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next }));
    news
}

/// What a partner says of one document.
#[derive(Clone, Debug)]
pub struct Said {
    /// The document.
    pub document: DocumentId,
    /// What it said of it before.
    pub before: Option<SetAcknowledgement>,
    /// What it says now.
    pub now: SetAcknowledgement,
}

/// A partner's functional acknowledgement speaks of an interchange of ours. `said` is what it says of each document in
/// it; `None` when that is nothing.
pub fn acknowledged(exchange: &Exchange, at: Timestamp, mut detail: Detail, said: Vec<Said>) -> Option<Change> {
    let mut change = step(exchange, at);
    let (said, repeats): (Vec<_>, Vec<_>) =
        said.into_iter().partition(|said| !holds(&detail, said.before.as_ref(), &said.now));
    let mut is_news = !repeats.is_empty();
    if let Some(repeat) = repeats.first() {
        detail.diagnostics = kept(&[detail.diagnostics, vec![rejected_repeat(&repeat.now.by)]].concat());
    }
    let interchange = detail.interchange.as_mut()?;
    for Said { document, now: said, .. } in said {
        let json = serde_json::to_vec(&said).expect("an acknowledgement holds only strings, numbers and lists");
        let reference = BlobRef::of(&json);
        let sets = interchange.groups.iter_mut().flat_map(|group| &mut group.sets);
        let Some(set) = sets.into_iter().find(|set| set.document == document) else { continue };
        if set.acknowledgement != Some(reference) {
            set.acknowledgement = Some(change.carry(json));
            is_news = true;
        }
    }
    if !is_news {
        return None;
    }
    if interchange.is_acknowledged() {
        change.effects.push(Effect::JobDone(Subject::Acknowledgement(exchange.id)));
    }
    write(&mut change, exchange, &detail);
    Some(change)
}

/// What the timer of a functional acknowledgement finds.
pub fn awaited(exchange: &Exchange, at: Timestamp, mut detail: Detail) -> Change {
    let done = Effect::JobDone(Subject::Acknowledgement(exchange.id));
    let interchange = detail.interchange.as_mut().filter(|interchange| !interchange.is_acknowledged());
    let Some(interchange) = interchange else {
        let mut change = Change::new(at);
        change.effects.push(done);
        return change;
    };
    // The partner's time runs from when it has the message; a message that fails is told of by itself.
    let due = match exchange.stage {
        Stage::Delivered | Stage::Unproven | Stage::AwaitingReceipt | Stage::Overdue => {
            interchange.due(exchange.updated_at)
        }
        Stage::Failed | Stage::Disputed => {
            let mut change = Change::new(at);
            change.effects.push(done);
            return change;
        }
        _ => interchange.due(at),
    };
    if due > at {
        let mut change = Change::new(at);
        change.effects.push(await_acknowledgement(exchange.id, due));
        return change;
    }
    interchange.overdue = true;
    let mut change = step(exchange, at);
    change.effects.push(done);
    write(&mut change, exchange, &detail);
    change
}

fn write(change: &mut Change, exchange: &Exchange, detail: &Detail) {
    let at = change.at;
    let reference = change.carry(detail.to_json());
    // The time of the delivery is the exchange's, and an acknowledgement does not move it.
    let next = Exchange { detail: reference, updated_at: exchange.updated_at, ..advance(exchange, at) };
    change.effects.push(Effect::Exchange(next));
    conclude(change, exchange.id);
}

/// What is known of an interchange as far as it concerns a document.
pub fn facts<'a>(
    exchange: &Exchange,
    detail: &'a Detail,
    interchange: &SentInterchange,
    acknowledgement: Option<SetAcknowledgement>,
) -> Facts<'a> {
    Facts {
        stage: exchange.stage,
        message_id: &detail.message_id,
        why: detail.diagnostics.last().map(|why| why.message.as_str()),
        delayed: detail.delayed,
        expects: interchange.expects.is_some(),
        overdue: interchange.overdue,
        acknowledgement,
    }
}

#[cfg(test)]
#[path = "conclusion/tests.rs"]
mod tests;
