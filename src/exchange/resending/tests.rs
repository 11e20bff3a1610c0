use super::*;
use crate::as2::{Disposition, ErrorModifier, Settlement};
use crate::base::ExchangeId;
use crate::exchange::delivery::Handover;
use crate::exchange::outbound::tests::{NOW, attempt, outcome, packed_exchange, receipt, terms};
use crate::exchange::outbound::{Outcome, Owed, Progress, attempted, receipt_came};
use crate::exchange::record::Subject;
use crate::exchange::sent::{SentGroup, SentInterchange, SentSet};
use crate::exchange::{BlobRef, Exchange, PayloadBody};

/// The exchange and the detail that a change leaves.
fn after(exchange: &Exchange, change: &Change) -> (Exchange, Detail) {
    let next = change.effects.iter().find_map(|effect| match effect {
        Effect::Exchange(exchange) => Some(exchange.clone()),
        _ => None,
    });
    let next = next.unwrap_or_else(|| exchange.clone());
    let detail = change.payloads.iter().find(|payload| payload.reference == next.detail);
    let Some(PayloadBody::Inline(json)) = detail.map(|payload| &payload.body) else { panic!("a detail rides along") };
    (next, Detail::from_json(json).unwrap())
}

/// A message that had come so far and is offered again.
fn offered(stage: Stage) -> (Exchange, Detail) {
    let (exchange, detail, _) = packed_exchange(stage);
    let change = resent(&exchange, detail, "they lost it", NOW).unwrap();
    after(&exchange, &change)
}

#[test]
fn what_was_packed_is_offered_again_at_every_stage_and_what_is_known_of_it_stays() {
    for stage in Stage::ALL {
        let (exchange, detail, _) = packed_exchange(stage);
        let found = resent(&exchange, detail, "they lost it", NOW).map(|change| outcome(&change));
        let again = |stage| Ok((stage, Some((JobKind::Deliver, 0))));
        let expect = match stage {
            Stage::Delivered | Stage::Unproven | Stage::Disputed => again(stage),
            Stage::Sending | Stage::AwaitingReceipt | Stage::Overdue | Stage::Failed => again(Stage::Sending),
            Stage::Submitted => Err(NotResent::NotPacked),
            _ => Err(NotResent::Inbound),
        };
        assert_eq!(found, expect, "{stage:?}");
    }
    let (exchange, _, _) = packed_exchange(Stage::Failed);
    assert_eq!(resent(&exchange, Detail::default(), "x", NOW).map(drop), Err(NotResent::NotPacked));

    let (exchange, detail) = offered(Stage::Overdue);
    let (_, detail) = after(&exchange, &resent(&exchange, detail, "again", NOW).unwrap());
    let expect = Resent { times: 2, at: NOW, from: Stage::Overdue, reason: "again".to_owned() };
    assert_eq!(detail.resent, Some(expect), "how far it had come before the first time");
}

#[test]
fn what_comes_of_a_repeat_takes_nothing_back_that_is_known() {
    let check = |stage: Stage, comes: fn() -> Outcome, owed: Owed, expect: Stage, told: &str| {
        let (exchange, detail) = offered(stage);
        let (_, _, job) = packed_exchange(stage);
        let (change, progress) = attempted(&exchange, &job, detail, attempt(), comes(), &terms(owed), 0);
        let (next, detail) = after(&exchange, &change);
        let Progress::Ended(_, diagnostic) = progress else { panic!("{stage:?} {progress:?}") };
        assert_eq!((next.stage, diagnostic.code.as_ref()), (expect, told), "{stage:?}");
        assert_eq!(detail.attempts.len(), 1, "the attempt is written down");
    };
    fn answered(settlement: Settlement) -> Outcome {
        Outcome::Receipt(Box::new(receipt(settlement)))
    }
    let accepted = || answered(Settlement::Accepted);
    let negative = || answered(Settlement::Refused(Disposition::Error(ErrorModifier::DecryptionFailed)));
    let mismatch = || answered(Settlement::MicMismatch { received: None });
    let unsigned = || answered(Settlement::Unproven);
    let taken = || Outcome::Answered(Handover::Taken);
    let refused = || Outcome::Answered(Handover::Refused("answered 409".to_owned()));
    let hour = Owed::Within(std::time::Duration::from_secs(3600));
    let sync = Owed::InTheAnswer;

    check(Stage::Delivered, accepted, sync, Stage::Delivered, "repeated");
    check(Stage::Delivered, negative, sync, Stage::Delivered, "repeat-refused");
    check(Stage::Delivered, mismatch, sync, Stage::Delivered, "repeat-refused");
    check(Stage::Delivered, unsigned, sync, Stage::Delivered, "repeat-refused");
    check(Stage::Delivered, taken, hour, Stage::Delivered, "repeated");
    check(Stage::Delivered, taken, Owed::None, Stage::Delivered, "repeated");
    check(Stage::Delivered, refused, sync, Stage::Delivered, "delivery-refused");

    check(Stage::Unproven, accepted, sync, Stage::Delivered, "delivered");
    check(Stage::Unproven, unsigned, sync, Stage::Unproven, "repeated");
    check(Stage::Unproven, negative, sync, Stage::Unproven, "repeat-refused");
    check(Stage::Disputed, accepted, sync, Stage::Delivered, "delivered");
    check(Stage::Disputed, mismatch, sync, Stage::Disputed, "repeated");
    check(Stage::Disputed, refused, sync, Stage::Disputed, "delivery-refused");

    // It was taken once, and may be processed yet; it was never taken.
    check(Stage::AwaitingReceipt, refused, hour, Stage::Overdue, "delivery-refused");
    check(Stage::Overdue, refused, hour, Stage::Overdue, "delivery-refused");
    check(Stage::Failed, refused, sync, Stage::Failed, "delivery-refused");
    check(Stage::Failed, accepted, sync, Stage::Delivered, "delivered");
    check(Stage::Overdue, negative, sync, Stage::Failed, "receipt-negative");
}

#[test]
fn a_repeat_has_its_whole_schedule_however_old_the_message_is() {
    let (exchange, detail, job) = packed_exchange(Stage::Delivered);
    let later = NOW.after(std::time::Duration::from_secs(30 * 86_400));
    let (exchange, detail) = after(&exchange, &resent(&exchange, detail, "they lost it", later).unwrap());
    let away = Outcome::Answered(Handover::Unavailable("away".to_owned()));
    let attempt = crate::exchange::Attempt { at: later, ..attempt() };
    let (change, progress) = attempted(&exchange, &job, detail, attempt, away, &terms(Owed::InTheAnswer), 0);
    assert!(matches!(progress, Progress::Again(_)), "{progress:?}");
    assert_eq!(after(&exchange, &change).0.stage, Stage::Delivered);
}

#[test]
fn a_receipt_of_a_repeat_that_comes_by_itself_counts_where_it_proves_more() {
    let check = |stage: Stage, settlement: Settlement, expect: Option<Stage>| {
        let (exchange, detail) = offered(stage);
        let text = format!("{stage:?} {settlement:?}");
        let change = receipt_came(&exchange, detail, receipt(settlement));
        assert_eq!(change.map(|(change, _)| outcome(&change).0), expect, "{text}");
    };
    let negative = || Settlement::Refused(Disposition::Error(ErrorModifier::DecryptionFailed));
    check(Stage::Delivered, Settlement::Accepted, None);
    check(Stage::Delivered, negative(), None);
    check(Stage::Unproven, Settlement::Accepted, Some(Stage::Delivered));
    check(Stage::Disputed, Settlement::Accepted, Some(Stage::Delivered));
    check(Stage::Disputed, negative(), None);
    check(Stage::Overdue, Settlement::Accepted, Some(Stage::Delivered));
}

#[test]
fn the_time_for_an_acknowledgement_that_is_owed_runs_from_the_repeat() {
    let interchange = |expects: Option<&str>, overdue: bool, acknowledgement: Option<BlobRef>| SentInterchange {
        expects: expects.map(str::to_owned),
        overdue,
        groups: vec![SentGroup {
            sets: vec![SentSet {
                id: "850".to_owned(),
                control_number: "0001".to_owned(),
                document: crate::base::DocumentId::from_bytes([1; 16]),
                acknowledgement,
            }],
            ..SentGroup::default()
        }],
        ..SentInterchange::default()
    };
    let check = |interchange: SentInterchange, expect: bool| {
        let (exchange, detail, _) = packed_exchange(Stage::Failed);
        let detail = Detail { interchange: Some(interchange), ..detail };
        let change = resent(&exchange, detail, "the gate was closed", NOW).unwrap();
        let is_awaited =
            |effect: &Effect| matches!(effect, Effect::Job(job) if matches!(job.subject, Subject::Acknowledgement(_)));
        assert_eq!(change.effects.iter().any(is_awaited), expect);
    };
    check(interchange(Some("997"), false, None), true);
    check(interchange(Some("997"), true, None), false);
    check(interchange(Some("997"), false, Some(BlobRef::of(b"{}"))), false);
    check(interchange(None, false, None), false);
}

#[test]
fn a_rejection_of_the_repeat_takes_back_nothing_that_was_accepted() {
    let said = |verdict: &str, at: Timestamp| SetAcknowledgement {
        verdict: verdict.to_owned(),
        code: String::new(),
        by: "997".to_owned(),
        at,
        exchange: ExchangeId::from_bytes([9; 16]),
        errors: Vec::new(),
    };
    let earlier = NOW.before(std::time::Duration::from_secs(60));
    let later = NOW.after(std::time::Duration::from_secs(60));
    let check = |expects: Option<&str>, from: Option<Stage>, before: Option<&str>, now: &str, expect: bool| {
        let resent = from.map(|from| Resent { times: 1, at: NOW, from, reason: String::new() });
        let interchange = SentInterchange { expects: expects.map(str::to_owned), ..SentInterchange::default() };
        let detail = Detail { resent, interchange: Some(interchange), ..Detail::default() };
        let before = before.map(|verdict| said(verdict, earlier));
        let text = format!("{expects:?} {from:?} {before:?} {now}");
        assert_eq!(holds(&detail, before.as_ref(), &said(now, later)), expect, "{text}");
    };
    let (owed, delivered) = (Some("997"), Some(Stage::Delivered));
    check(owed, delivered, Some("accepted"), "rejected", true);
    check(owed, delivered, Some("accepted-with-errors"), "rejected", true);
    check(owed, delivered, Some("accepted"), "accepted", false);
    check(owed, delivered, Some("rejected"), "accepted", false);
    check(owed, delivered, Some("rejected"), "rejected", false);
    // Nothing was said of it before, or nobody offered it again: the word counts.
    check(owed, delivered, None, "rejected", false);
    check(owed, None, Some("accepted"), "rejected", false);
    // It was closed when it was delivered.
    check(None, delivered, None, "rejected", true);
    check(None, Some(Stage::Failed), None, "rejected", false);
}
