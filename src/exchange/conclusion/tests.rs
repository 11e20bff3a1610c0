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
        let facts = Facts { stage, message_id: "<m@x>", why: None, expects, overdue: false, acknowledgement };
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
    check(Stage::Failed, true, "accepted", DocumentStage::Acknowledged, &["ack.functional-accepted"]);
}
