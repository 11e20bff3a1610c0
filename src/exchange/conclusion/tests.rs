use super::*;
use crate::base::ExchangeId;

fn said(verdict: &str) -> Option<SetAcknowledgement> {
    (!verdict.is_empty()).then(|| SetAcknowledgement {
        verdict: verdict.to_owned(),
        code: String::new(),
        by: "997".to_owned(),
        at: Timestamp::from_millis(0),
        exchange: ExchangeId::from_bytes([9; 16]),
        errors: Vec::new(),
    })
}

/// What a document has come to, and what the ERP is told, for every pairing of receipt and acknowledgement.
#[test]
fn a_document_closes_when_receipt_and_acknowledgement_have_come_in_either_order() {
    let check = |stage: Stage, expects: bool, verdict: &str, expect: DocumentStage, news: &[&str]| {
        let acknowledgement = said(verdict);
        let (delayed, overdue) = (false, false);
        let facts = Facts { stage, message_id: "<m@x>", why: None, delayed, expects, overdue, acknowledgement };
        let told: Vec<_> = facts.news().into_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!((facts.document_stage(), told.as_slice()), (expect, news), "{stage:?} {expects} {verdict}");
    };
    check(Stage::Sending, true, "", DocumentStage::Sending, &[]);
    check(Stage::AwaitingReceipt, true, "", DocumentStage::Sending, &[]);
    check(Stage::Delivered, true, "", DocumentStage::Delivered, &["document.delivered"]);
    check(Stage::Delivered, false, "", DocumentStage::Closed, &["document.delivered", "document.closed"]);
    check(Stage::Unproven, false, "", DocumentStage::Closed, &["document.delivered", "document.closed"]);
    check(Stage::Sending, true, "accepted", DocumentStage::Acknowledged, &["ack.functional-accepted"]);
    check(
        Stage::Delivered,
        true,
        "accepted",
        DocumentStage::Closed,
        &["document.delivered", "ack.functional-accepted", "document.closed"],
    );
    check(
        Stage::Delivered,
        true,
        "accepted-with-errors",
        DocumentStage::Closed,
        &["document.delivered", "ack.functional-accepted-with-errors", "document.closed"],
    );
    check(
        Stage::Delivered,
        true,
        "rejected",
        DocumentStage::Rejected,
        &["document.delivered", "ack.functional-rejected"],
    );
    check(Stage::Delivered, true, "received", DocumentStage::Delivered, &["document.delivered"]);
    check(Stage::Failed, true, "", DocumentStage::Failed, &["document.delivery-failed"]);
    check(Stage::Disputed, false, "", DocumentStage::Failed, &["document.delivery-failed"]);
    check(Stage::Overdue, false, "", DocumentStage::Sending, &["document.delivery-delayed"]);
    let accepted = ["ack.functional-accepted", "document.closed"];
    check(Stage::Failed, true, "accepted", DocumentStage::Closed, &accepted);
    check(Stage::Disputed, true, "accepted", DocumentStage::Closed, &accepted);
    let delayed = ["document.delivery-delayed", "ack.functional-accepted", "document.closed"];
    check(Stage::Overdue, true, "accepted", DocumentStage::Closed, &delayed);
}

#[test]
fn what_takes_long_is_told_until_it_has_ended() {
    let check = |stage: Stage, expect: &[&str]| {
        let (message_id, acknowledgement) = ("<m@x>", None);
        let facts =
            Facts { stage, message_id, why: None, delayed: true, expects: true, overdue: false, acknowledgement };
        let told: Vec<_> = facts.news().into_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(told, expect, "{stage:?}");
    };
    check(Stage::Sending, &["document.delivery-delayed"]);
    check(Stage::AwaitingReceipt, &["document.delivery-delayed"]);
    check(Stage::Failed, &["document.delivery-failed"]);
    check(Stage::Delivered, &["document.delivered"]);
}

#[test]
fn nothing_is_told_twice_and_nothing_of_the_way_behind_the_end() {
    let check = |news: &[EventName], told: &[&str], expect: &[&str]| {
        let news = news.iter().map(|name| (*name, String::new())).collect();
        let told: Vec<String> = told.iter().map(|&name| name.to_owned()).collect();
        let left: Vec<_> = untold(news, &told).into_iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(left, expect, "{told:?}");
    };
    let (delivered, closed) = (EventName::DocumentDelivered, EventName::DocumentClosed);
    check(&[delivered, closed], &[], &["document.delivered", "document.closed"]);
    check(&[delivered, closed], &["document.delivered"], &["document.closed"]);
    check(&[delivered, closed], &["document.closed"], &[]);
    check(&[EventName::FunctionalRejected], &["document.closed"], &["ack.functional-rejected"]);
}

#[test]
fn a_closed_document_is_opened_by_a_rejection_alone() {
    let check = |before, now, expect| assert_eq!(stage_behind(before, now), expect, "{before:?} {now:?}");
    check(DocumentStage::Closed, DocumentStage::Sending, DocumentStage::Closed);
    check(DocumentStage::Closed, DocumentStage::Acknowledged, DocumentStage::Closed);
    check(DocumentStage::Closed, DocumentStage::Failed, DocumentStage::Closed);
    check(DocumentStage::Closed, DocumentStage::Rejected, DocumentStage::Rejected);
    check(DocumentStage::Failed, DocumentStage::Sending, DocumentStage::Sending);
}
