//! An interchange of ours as a new message, under a new Message-ID: the control numbers stay, and its documents go along,
//! with the functional acknowledgement that is still owed. What is closed stays closed, unless the partner rejects it now.

use super::change::{Change, Effect, Expect};
use super::document_detail::DocumentDetail;
use super::inbound::{carry_detail, moved};
use super::making::await_acknowledgement;
use super::outbound::{self, Submission};
use super::record::{Document, DocumentStage, Exchange, Sent, Subject};
use super::sent::{Named, SentInterchange};
use super::telling::EventName;

/// An interchange that goes out once more.
#[derive(Debug)]
pub struct Resubmission<'a> {
    /// The exchange that carried it.
    pub before: &'a Exchange,
    /// The interchange.
    pub interchange: SentInterchange,
    /// Its documents.
    pub documents: Vec<(Document, DocumentDetail)>,
    /// The same payload as a new message.
    pub submission: Submission,
}

/// The same interchange is on its way again. `None` while the message before still is.
pub fn resubmitted(resubmission: Resubmission<'_>) -> Option<Change> {
    let Resubmission { before, mut interchange, documents, mut submission } = resubmission;
    if !before.stage.is_settled() {
        return None;
    }
    let (exchange, at) = (submission.exchange, submission.at);
    let partner = documents.first().map(|(document, _)| document.partner.clone());
    let carried: Vec<_> = documents.into_iter().filter(|(document, _)| document.exchange == Some(before.id)).collect();
    for (document, _) in carried.iter().filter(|(document, _)| document.stage == DocumentStage::Rejected) {
        // What the partner said of it was said of the message before.
        interchange.forget_acknowledgement(document.id);
    }
    interchange.overdue = false;
    let is_owed = interchange.expects.is_some() && !interchange.is_acknowledged();
    let due = interchange.due(at);
    let standard = interchange.standard.clone();
    let groups =
        interchange.groups.iter().map(|group| group.control_number.clone()).filter(|number| !number.is_empty());
    let (groups, number): (Vec<_>, _) = (groups.collect(), interchange.control_number.clone());
    submission.detail.interchange = Some(interchange);
    let mut change = outbound::submitted(submission);
    change.expect.push(Expect::Version { exchange: before.id, version: before.version });
    let names = groups.iter().map(|number| Named::Group(number)).chain([Named::Interchange(&number)]);
    if let Some(partner) = &partner {
        let keys = names.map(|name| name.key(partner, &standard));
        change.effects.extend(keys.map(|key| Effect::Sent(key, Sent { exchange, at })));
    }
    change.effects.push(Effect::JobDone(Subject::Acknowledgement(before.id)));
    if is_owed {
        change.effects.push(await_acknowledgement(exchange, due));
    }
    for (document, mut detail) in carried {
        change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
        detail.note(at, "message.resubmitted", &format!("its interchange {number} goes out again as a new message"));
        // What is closed stays so, and what the partner says of it now is still heard.
        let stage = if document.stage == DocumentStage::Closed {
            DocumentStage::Closed
        } else {
            detail.told.retain(|name| name == EventName::DocumentSent.as_str());
            DocumentStage::Sending
        };
        let detail = Some(carry_detail(&mut change, detail));
        let next = Document { stage, exchange: Some(exchange), detail, ..moved(&document, at) };
        change.effects.push(Effect::Document(next));
    }
    Some(change)
}
