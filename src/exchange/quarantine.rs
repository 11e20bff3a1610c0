//! Documents that wait for a person, grouped by why they do. Released, they go through the step that stopped them once more,
//! by the configuration that is in force by then.

use super::change::{Change, Effect, Expect};
use super::detail::Detail;
use super::document_detail::DocumentDetail;
use super::inbound::{self, NewDocument, ParkedSet, WHOLE, advance, carry_detail, moved};
use super::making::ACKNOWLEDGEMENT;
use super::record::{Document, DocumentStage, Exchange, Job, JobKind, Lane, Subject};
use super::stage::Stage;
use super::telling::{EventName, Teller, about, tell};
use crate::base::{Diagnostic, PartnerId, Sha256, Timestamp};

/// Why a document waits, less what is different from one to the next: what is mended for one of a cause is mended for all.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// Whose documents.
    pub partner: PartnerId,
    /// The transaction set, the canonical type or `payload`.
    pub kind: String,
    /// The code of what is wrong.
    pub code: String,
    /// Where: a line of a file of ours, an element, a member; empty when that is not known.
    pub place: String,
}

impl Cause {
    /// Why a document waits.
    pub fn of(document: &Document, detail: &DocumentDetail) -> Self {
        let worst = worst(&detail.diagnostics);
        Self {
            partner: document.partner.clone(),
            kind: document.kind.clone(),
            code: worst.map(|worst| worst.code.to_string()).unwrap_or_default(),
            place: worst.map(place).unwrap_or_default(),
        }
    }

    /// Eight hexadecimal digits, by which a person names it.
    pub fn id(&self) -> String {
        let Self { partner, kind, code, place } = self;
        let digest = Sha256::of([partner.as_str(), kind, code, place].join("\n").as_bytes()).to_string();
        digest.chars().take(8).collect()
    }
}

/// The first of the gravest.
pub fn worst(diagnostics: &[Diagnostic]) -> Option<&Diagnostic> {
    diagnostics.iter().rev().max_by_key(|diagnostic| diagnostic.severity)
}

fn place(diagnostic: &Diagnostic) -> String {
    let location = &diagnostic.location;
    let mut places = Vec::new();
    if let Some(file) = &location.file {
        places.push(location.line.map_or_else(|| file.clone(), |line| format!("{file}:{line}")));
    }
    if let Some(segment) = &location.segment {
        let element = location.element.map(|element| format!("{element:02}")).unwrap_or_default();
        let component = location.component.map(|component| format!("-{component}")).unwrap_or_default();
        places.push(format!("{segment}{element}{component}"));
    }
    places.extend(location.member.as_deref().map(without_indices));
    places.join(" ")
}

/// `lines[2].price` as `lines[].price`.
fn without_indices(member: &str) -> String {
    let mut is_inside = false;
    let kept = member.chars().filter(|character| {
        is_inside = (is_inside || *character == '[') && *character != ']';
        !is_inside || *character == '['
    });
    kept.collect()
}

/// A payload that waits whole is read again. `None` when it does not wait.
pub fn released_whole(
    document: &Document,
    detail: DocumentDetail,
    exchange: &Exchange,
    message: &Detail,
    reason: &str,
    at: Timestamp,
    teller: Teller<'_>,
) -> Option<Change> {
    if document.stage != DocumentStage::Parked || exchange.stage != Stage::Parked {
        return None;
    }
    let mut change = going_on(document, detail, DocumentStage::Closed, reason, at, teller);
    change.expect.push(Expect::Version { exchange: exchange.id, version: exchange.version });
    let (stage, kind) = match message.payload {
        Some(_) => (Stage::Received, JobKind::Translate),
        None => (Stage::Staged, JobKind::Open),
    };
    change.effects.push(Effect::Exchange(Exchange { stage, ..advance(exchange, at) }));
    change.effects.push(again_by(Subject::Exchange(exchange.id), kind, document, at));
    Some(change)
}

/// Whether a document is a whole payload.
pub fn is_whole(document: &Document) -> bool {
    !document.outbound && document.kind == WHOLE
}

/// A document goes on. `None` when it does not wait.
pub fn released(
    document: &Document,
    detail: DocumentDetail,
    reason: &str,
    at: Timestamp,
    teller: Teller<'_>,
) -> Option<Change> {
    if document.stage != DocumentStage::Parked {
        return None;
    }
    let (kind, stage) = match (document.outbound, document.kind.as_str()) {
        (false, _) => (JobKind::Translate, DocumentStage::Parked),
        // Its message is made; it waited for its interchange.
        (true, ACKNOWLEDGEMENT) => (JobKind::Assemble, DocumentStage::Collected),
        (true, _) => (JobKind::Write, DocumentStage::Accepted),
    };
    let mut change = going_on(document, detail, stage, reason, at, teller);
    change.effects.push(again_by(Subject::Document(document.id), kind, document, at));
    Some(change)
}

fn going_on(
    document: &Document,
    mut detail: DocumentDetail,
    stage: DocumentStage,
    reason: &str,
    at: Timestamp,
    teller: Teller<'_>,
) -> Change {
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    let next = Document { stage, ..moved(document, at) };
    let text = format!("released: {reason}");
    detail.note(at, EventName::DocumentReleased.as_str(), &text);
    let mut event = about(EventName::DocumentReleased, at, text, &next, &detail);
    event.reason = Some(reason.to_owned());
    tell(&mut change, teller, &event, &next, &detail);
    let detail = Some(carry_detail(&mut change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next }));
    change
}

fn again_by(subject: Subject, kind: JobKind, document: &Document, at: Timestamp) -> Effect {
    let lane = Lane::of(document.partner.as_str());
    Effect::Job(Job { subject, kind, lane, position: 0, due: at, attempts: 0 })
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
    one_fewer_waits(&mut change, exchange, at, 1);
    change
}

/// One transaction set of an exchange waits no more, and has become so many documents.
fn one_fewer_waits(change: &mut Change, exchange: &Exchange, at: Timestamp, documents: u64) {
    let parked = exchange.parked.saturating_sub(1);
    let stage = if parked == 0 { Stage::Translated } else { exchange.stage };
    let documents = exchange.documents.saturating_add(documents);
    change.expect.push(Expect::Version { exchange: exchange.id, version: exchange.version });
    change.effects.push(Effect::Exchange(Exchange { parked, documents, stage, ..advance(exchange, at) }));
}

/// A functional acknowledgement that waited was read again, and is about something of ours after all.
pub fn settled(
    before: &Document,
    mut detail: DocumentDetail,
    exchange: &Exchange,
    at: Timestamp,
    teller: Teller<'_>,
) -> Change {
    let mut change = again(before, at);
    let next = Document { stage: DocumentStage::Closed, ..moved(before, at) };
    let (name, text) = (EventName::DocumentClosed, "what it acknowledges is found");
    detail.note(at, name.as_str(), text);
    detail.diagnostics.clear();
    tell(&mut change, teller, &about(name, at, text, &next, &detail), &next, &detail);
    let detail = Some(carry_detail(&mut change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next }));
    one_fewer_waits(&mut change, exchange, at, 0);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Location;

    #[test]
    fn a_cause_is_the_same_wherever_in_a_document_it_is() {
        let check = |location: Location, expect: &str| {
            let diagnostic = Diagnostic::error("empty", "a text that names 4711").at(location);
            assert_eq!(place(&diagnostic), expect);
        };
        let in_edi = |position: u64| Location {
            segment: Some("SN1".into()),
            element: Some(3),
            segment_position: Some(position),
            bytes: Some(position..position + 1),
            ..Location::default()
        };
        check(in_edi(42), "SN103");
        check(in_edi(43), "SN103");
        check(Location { component: Some(2), ..in_edi(1) }, "SN103-2");
        let member = Some("lines[12].schedules[0].quantity".to_owned());
        check(Location { member: member.clone(), ..Location::default() }, "lines[].schedules[].quantity");
        let file = Some("mappings/acme/order.toml".to_owned());
        check(
            Location { file, line: Some(57), member, ..Location::default() },
            "mappings/acme/order.toml:57 lines[].schedules[].quantity",
        );
        check(Location::default(), "");
    }

    #[test]
    fn the_first_of_the_gravest_says_why() {
        let all = [Diagnostic::warning("a", ""), Diagnostic::error("b", ""), Diagnostic::error("c", "")];
        assert_eq!(worst(&all).unwrap().code, "b");
        assert_eq!(worst(&[]), None);
    }
}
