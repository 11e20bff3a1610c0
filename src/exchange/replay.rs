//! Publishing a document again: the same document under the same id, in a new event that says how often and why.

use serde_json::Value;

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
    /// The event that carries it this time.
    pub row: RowId,
    /// How it was addressed before.
    pub before: Publication,
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
    let Replaying { at, row, before, reason } = replaying;
    let mut change = Change::new(at);
    change.expect.push(Expect::DocumentVersion { document: document.id, version: document.version });
    detail.replays = detail.replays.saturating_add(1);
    let mut publication = Publication { id: row, ..before };
    if let Some(about) = &mut publication.about {
        about.replay = detail.replays;
    }
    let body = content.reference;
    change.payloads.push(content);
    let lane = Lane::of(&publication.partition_key);
    let envelope = change.carry(serde_json::to_vec(&publication).expect("a publication holds strings and numbers"));
    let next = Document { stage: DocumentStage::Waiting, row: Some(row), ..moved(document, at) };
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

/// Why a document on its way out is not made into a message once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotAgain {
    /// It acknowledges what a partner sent, and holds no document that could be written.
    Acknowledgement,
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
    if !document.outbound || !ended {
        return Err(NotAgain::OnItsWay);
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
    use crate::base::{DocumentId, Entropy};
    use crate::exchange::BlobRef;

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
            let ended = matches!(stage, DocumentStage::Closed | DocumentStage::Failed | DocumentStage::Rejected);
            check("order", true, if ended { Ok(DocumentStage::Accepted) } else { Err(NotAgain::OnItsWay) });
            check(ACKNOWLEDGEMENT, true, Err(NotAgain::Acknowledgement));
            check("order", false, Err(NotAgain::OnItsWay));
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
