//! Publishing a document again: the same document under the same id, in a new event that says how often and why.

use serde_json::Value;

use super::bounds::cut;
use super::change::{Change, Effect, Expect, Payload};
use super::document_detail::DocumentDetail;
use super::inbound::{carry_detail, moved};
use super::making::ACKNOWLEDGEMENT;
use super::publication::Publication;
use super::record::{Document, DocumentStage, Job, JobKind, Lane, Row, RowStage, Subject};
use super::telling::{EventName, Teller, about, tell};
use crate::base::{RowId, Timestamp};
use crate::canon;

/// A document that is to be published again.
#[derive(Debug)]
pub struct Replaying {
    /// When.
    pub at: Timestamp,
    /// How it is addressed this time, under the id of the event that carries it.
    pub publication: Publication,
    /// What is known of it, where it was read anew and is another document by now.
    pub reread: Option<DocumentDetail>,
    /// Why.
    pub reason: String,
}

/// The document as it is published this time: business as it is, and `meta` says that it is a repeat.
///
/// # Errors
/// When it is no JSON object.
pub fn repeated(
    content: &[u8],
    replays: u32,
    first: Option<RowId>,
    reason: &str,
) -> Result<Vec<u8>, serde_json::Error> {
    let mut document: Value = serde_json::from_slice(content)?;
    let of = document.pointer("/meta/replay/of").and_then(Value::as_str).map(str::to_owned);
    let replay = canon::Replay {
        count: replays,
        of: of.or_else(|| first.map(|row| row.to_string())),
        reason: Some(reason.to_owned()),
    };
    if let Some(meta) = document.get_mut("meta").and_then(Value::as_object_mut) {
        meta.insert("replay".to_owned(), serde_json::to_value(replay)?);
    }
    serde_json::to_vec(&document)
}

/// A partner's document is published again. `None` when it was not published yet.
pub fn replayed(
    document: &Document,
    mut detail: DocumentDetail,
    content: Payload,
    replaying: Replaying,
    teller: Teller<'_>,
) -> Option<Change> {
    if document.outbound || document.stage != DocumentStage::Published {
        return None;
    }
    let Replaying { at, mut publication, reread, reason } = replaying;
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    detail.replays = detail.replays.saturating_add(1);
    if let Some(about) = &mut publication.about {
        about.replay = detail.replays;
    }
    let (row, body) = (publication.id, content.reference);
    let mut next = Document { stage: DocumentStage::Waiting, row: Some(row), ..moved(document, at) };
    if let Some(read) = reread {
        next = Document { content: body, ..named_anew(next, &publication, read.order_number.as_deref()) };
        let DocumentDetail { order_number, usage, mapping, diagnostics, .. } = read;
        detail = DocumentDetail { order_number, usage, mapping, diagnostics, ..detail };
    }
    change.payloads.push(content);
    let lane = Lane::of(&publication.partition_key);
    let envelope = change.carry(serde_json::to_vec(&publication).expect("a publication holds strings and numbers"));
    let text = format!("published again, for the {}. time: {reason}", detail.replays);
    told(&mut change, &next, detail, &text, &reason, teller);
    let partner = document.partner.clone();
    change.effects.extend([
        Effect::Row(Row {
            id: row,
            sequence: 0,
            partner,
            document: Some(document.id),
            lane,
            stage: RowStage::Waiting,
            published_at: None,
            envelope,
            body,
        }),
        Effect::Job(job(Subject::Row(row), JobKind::Publish, lane, at)),
    ]);
    Some(change)
}

/// The document by the type, the number and the order that its content names by now.
fn named_anew(document: Document, publication: &Publication, order: Option<&str>) -> Document {
    let Some(about) = &publication.about else { return document };
    Document {
        kind: cut(about.document_type.clone(), Document::KIND_BYTES),
        number: cut(about.document_number.clone(), Document::NUMBER_BYTES),
        order: order.map(Lane::of),
        ..document
    }
}

/// Why a document on its way out is not made into a message once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAgain {
    /// It acknowledges what a partner sent, and holds no document that could be written.
    Acknowledgement,
    /// It waits for a person.
    Waiting,
    /// Its first message is not at its end.
    OnItsWay,
}

/// A document of the ERP's is made into a message once more, under new control numbers.
///
/// # Errors
/// When it is none of the ERP's, or on its way.
pub fn sent_again(
    document: &Document,
    mut detail: DocumentDetail,
    reason: &str,
    at: Timestamp,
    teller: Teller<'_>,
) -> Result<Change, NotAgain> {
    if document.kind == ACKNOWLEDGEMENT {
        return Err(NotAgain::Acknowledgement);
    }
    let ended = matches!(document.stage, DocumentStage::Closed | DocumentStage::Failed | DocumentStage::Rejected);
    match document.stage {
        DocumentStage::Parked => return Err(NotAgain::Waiting),
        _ if !document.outbound || !ended => return Err(NotAgain::OnItsWay),
        _ => {}
    }
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    detail.replays = detail.replays.saturating_add(1);
    detail.told.clear();
    detail.acknowledgement = None;
    let next = Document { stage: DocumentStage::Accepted, exchange: None, ..moved(document, at) };
    let text = format!("sent again as a new message: {reason}");
    told(&mut change, &next, detail, &text, reason, teller);
    let lane = Lane::of(document.partner.as_str());
    change.effects.push(Effect::Job(job(Subject::Document(document.id), JobKind::Write, lane, at)));
    Ok(change)
}

fn told(
    change: &mut Change,
    next: &Document,
    mut detail: DocumentDetail,
    text: &str,
    reason: &str,
    teller: Teller<'_>,
) {
    let name = EventName::DocumentReplayed;
    detail.note(change.at, name.as_str(), text);
    let mut event = about(name, change.at, text, next, &detail);
    event.reason = Some(reason.to_owned());
    tell(change, teller, &event, next, &detail);
    let detail = Some(carry_detail(change, detail));
    change.effects.push(Effect::Document(Document { detail, ..next.clone() }));
}

fn job(subject: Subject, kind: JobKind, lane: Lane, due: Timestamp) -> Job {
    Job { subject, kind, lane, position: 0, due, attempts: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{DocumentId, Entropy, Sha256};
    use crate::canon::Usage;
    use crate::exchange::{BlobRef, PayloadBody, ReceivedDocument};

    struct Zeros;

    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const NOW: Timestamp = Timestamp::from_millis(1_795_533_840_000);

    fn document(kind: &str, outbound: bool, stage: DocumentStage) -> Document {
        Document {
            id: DocumentId::from_bytes([7; 16]),
            exchange: None,
            partner: "acme".parse().unwrap(),
            kind: kind.to_owned(),
            number: "4500012345".to_owned(),
            stage,
            created_at: NOW,
            row: None,
            content: BlobRef::of(b"{}"),
            detail: None,
            version: 1,
            outbound,
            order: None,
            updated_at: None,
        }
    }

    /// How a document with this number, of this order and for this site is addressed.
    fn addressed(document: &Document, number: &str, order: &str, site: &str) -> Publication {
        Publication::received(&ReceivedDocument {
            row: RowId::from_bytes([9; 16]),
            instance: "test-1",
            partner: &document.partner,
            document_type: &document.kind,
            major: 1,
            document_id: document.id,
            document_number: number,
            order_number: Some(order),
            site: Some(site),
            received_at: NOW,
            dataschema: "urn:edigate:schema:invoice:1.0",
            usage: Usage::Production,
            replay: 0,
            content_hash: Sha256::of(b"content"),
        })
    }

    #[test]
    fn a_document_that_is_read_anew_is_addressed_as_its_content_asks_and_keeps_its_id() {
        let document = Document {
            number: "1".to_owned(),
            order: Some(Lane::of("4711")),
            row: Some(RowId::from_bytes([3; 16])),
            ..document("invoice", false, DocumentStage::Published)
        };
        let check = |publication: Publication, reread: Option<DocumentDetail>, expect: (&str, &str, &str, &str)| {
            let replaying = Replaying { at: NOW, publication, reread, reason: "the mapping was wrong".to_owned() };
            let teller = Teller { instance: "test-1", entropy: &Zeros };
            let body = Payload { reference: BlobRef::of(b"now"), body: PayloadBody::Inline(b"now".to_vec()) };
            let known = DocumentDetail { order_number: Some("4711".to_owned()), ..DocumentDetail::default() };
            let change = replayed(&document, known, body, replaying, teller).unwrap();
            let found = change.effects.iter().find_map(|effect| match effect {
                Effect::Document(document) => Some(document),
                _ => None,
            });
            let (found, row) = (found.unwrap(), row_of(&change));
            let envelope = change.payloads.iter().find(|payload| payload.reference == row.envelope).unwrap();
            let PayloadBody::Inline(envelope) = &envelope.body else { panic!("an envelope rides in the change") };
            let envelope: Publication = serde_json::from_slice(envelope).unwrap();
            let (number, order, key, routing) = expect;
            assert_eq!((found.id, found.number.as_str()), (document.id, number));
            assert_eq!(found.order, Some(Lane::of(order)));
            assert_eq!((envelope.partition_key.as_str(), envelope.routing_key.as_str()), (key, routing));
            assert_eq!(row.lane, Lane::of(key), "its place is behind what has the same key");
            let about = envelope.about.unwrap();
            assert_eq!((about.document_id, about.document_number.as_str(), about.replay), (document.id, number, 1));
        };
        let before = addressed(&document, "1", "4711", "0100");
        check(before, None, ("1", "4711", "acme|order|4711", "invoice.v1.acme.0100"));
        let now = addressed(&document, "INV-1", "4712", "0200");
        let read = DocumentDetail { order_number: Some("4712".to_owned()), ..DocumentDetail::default() };
        check(now, Some(read), ("INV-1", "4712", "acme|order|4712", "invoice.v1.acme.0200"));
    }

    /// The row of the document; those of events carry none.
    fn row_of(change: &Change) -> &Row {
        let row = change.effects.iter().find_map(|effect| match effect {
            Effect::Row(row) if row.document.is_some() => Some(row),
            _ => None,
        });
        row.unwrap()
    }

    #[test]
    fn a_document_that_went_out_goes_out_anew_once_it_is_at_its_end_and_an_acknowledgement_never_does() {
        for stage in DocumentStage::ALL {
            let check = |kind: &str, outbound: bool, expect: Result<DocumentStage, NotAgain>| {
                let document = document(kind, outbound, stage);
                let teller = Teller { instance: "test-1", entropy: &Zeros };
                let change = sent_again(&document, DocumentDetail::default(), "lost", NOW, teller);
                let found = change.map(|change| {
                    let next = change.effects.iter().find_map(|effect| match effect {
                        Effect::Document(document) => Some(document.stage),
                        _ => None,
                    });
                    next.unwrap()
                });
                assert_eq!(found, expect, "{kind} {stage:?}");
            };
            let expect = match stage {
                DocumentStage::Closed | DocumentStage::Failed | DocumentStage::Rejected => Ok(DocumentStage::Accepted),
                DocumentStage::Parked => Err(NotAgain::Waiting),
                _ => Err(NotAgain::OnItsWay),
            };
            check("order", true, expect);
            check(ACKNOWLEDGEMENT, true, Err(NotAgain::Acknowledgement));
            check("order", false, expect.and(Err(NotAgain::OnItsWay)));
        }
    }

    #[test]
    fn a_repeat_says_so_in_meta_and_nowhere_else() {
        let content = br#"{"meta":{"documentId":"x"},"orderNumber":"1","lines":[{"b":"2","a":"1"}]}"#;
        let row = RowId::from_bytes([1; 16]);
        let once = repeated(content, 1, Some(row), "lost").unwrap();
        let twice = repeated(&once, 2, None, "lost again").unwrap();
        for (text, count, reason) in [(&once, 1, "lost"), (&twice, 2, "lost again")] {
            let expect = format!(
                "{{\"meta\":{{\"documentId\":\"x\",\"replay\":{{\"count\":{count},\"of\":\"{row}\",\"reason\":\"{reason}\"}}}},\
                 \"orderNumber\":\"1\",\"lines\":[{{\"b\":\"2\",\"a\":\"1\"}}]}}"
            );
            assert_eq!(String::from_utf8_lossy(text), expect);
        }
    }
}
