use super::*;
use crate::base::Sha256;
use crate::exchange::{BlobRef, PayloadBody};

pub(in crate::exchange) const NOW: Timestamp = Timestamp::from_millis(1_795_533_840_000);

fn payload(content: &[u8]) -> Payload {
    Payload { reference: BlobRef::of(content), body: PayloadBody::Inline(content.to_vec()) }
}

fn id() -> ExchangeId {
    ExchangeId::from_bytes([7; 16])
}

/// A packed message, as the store gives it back.
pub(in crate::exchange) fn packed_exchange(stage: Stage) -> (Exchange, Detail, Job) {
    let detail = Detail {
        packed: Some(PackedMessage {
            at: NOW,
            headers: vec![("Message-ID".into(), "<m@us>".into()), ("Date".into(), "first".into())],
            body: BlobRef::of(b"body"),
            mics: serde_json::from_str("[]").unwrap(),
            certificates: Vec::new(),
        }),
        ..Detail::default()
    };
    let partner: PartnerId = "acme".parse().unwrap();
    let exchange = begin(id(), stage, partner, NOW, BlobRef::of(&detail.to_json()));
    (exchange, detail, job(id(), JobKind::Deliver, NOW))
}

/// What a change leaves of the exchange, and its job.
pub(in crate::exchange) fn outcome(change: &Change) -> (Stage, Option<(JobKind, u64)>) {
    let stage = change.effects.iter().find_map(|effect| match effect {
        Effect::Exchange(exchange) => Some(exchange.stage),
        _ => None,
    });
    let next = change.effects.iter().find_map(|effect| match effect {
        Effect::Job(job) => Some((job.kind, job.due.since(NOW).as_secs())),
        _ => None,
    });
    let done = change.effects.iter().any(|effect| matches!(effect, Effect::JobDone(_)));
    assert!(done != next.is_some(), "a step ends its job or says when the next one is due");
    (stage.unwrap(), next)
}

pub(in crate::exchange) fn receipt(settlement: Settlement) -> Receipt {
    Receipt {
        at: NOW,
        raw: payload(b"receipt"),
        message_id: None,
        disposition: "processed".into(),
        mic: None,
        certificate: None,
        text: "ok".into(),
        settlement,
    }
}

pub(in crate::exchange) fn attempt() -> Attempt {
    Attempt { at: NOW, took_ms: 0, status: Some(200), outcome: "taken".into(), message_id: None }
}

pub(in crate::exchange) fn terms(owed: Owed) -> Terms {
    Terms { owed, schedule: Schedule::default(), delayed_after: Duration::from_secs(3_600), rename: None }
}

#[test]
fn a_submission_is_on_disk_before_it_is_packed_and_a_message_before_it_is_sent() {
    let partner: PartnerId = "acme".parse().unwrap();
    let change =
        submitted(Submission { exchange: id(), at: NOW, partner, payload: payload(b"x"), detail: Detail::default() });
    assert_eq!(outcome(&change), (Stage::Submitted, Some((JobKind::Pack, 0))));
    assert!(change.payloads.iter().any(|one| one.reference.sha256 == Sha256::of(b"x")));

    let (exchange, detail, _) = packed_exchange(Stage::Submitted);
    let message = detail.packed.clone().unwrap();
    let key = DedupKey::sent("US", "THEM", "<m@us>");
    let packing = Packing { message, body: payload(b"body"), inner: None, kept: vec![payload(b"pem")], key };
    let change = packed(&exchange, NOW, Detail::default(), packing);
    assert_eq!(outcome(&change), (Stage::Sending, Some((JobKind::Deliver, 0))));
    assert!(change.effects.iter().any(|effect| matches!(effect, Effect::Sent(found, _) if *found == key)));
    assert_eq!(change.payloads.len(), 3, "body, certificate and detail");
}

#[test]
fn an_attempt_ends_as_its_answer_and_the_receipt_wanted_say() {
    let (exchange, detail, job) = packed_exchange(Stage::Sending);
    let check = |answered: Handover, owed: Owed, stage: Stage, next: Option<(JobKind, u64)>| {
        let outcome_of = Outcome::Answered(answered.clone());
        let (change, _) = attempted(&exchange, &job, detail.clone(), attempt(), outcome_of, &terms(owed), 0);
        assert_eq!(outcome(&change), (stage, next), "{answered:?} {owed:?}");
    };
    let hour = Duration::from_secs(3600);
    check(Handover::Taken, Owed::None, Stage::Delivered, None);
    check(Handover::Taken, Owed::Within(hour), Stage::AwaitingReceipt, Some((JobKind::AwaitReceipt, 3600)));
    check(Handover::Taken, Owed::InTheAnswer, Stage::Sending, Some((JobKind::Deliver, 300)));
    for owed in [Owed::None, Owed::InTheAnswer, Owed::Within(hour)] {
        check(Handover::Unavailable("away".into()), owed, Stage::Sending, Some((JobKind::Deliver, 300)));
        check(Handover::Refused("no".into()), owed, Stage::Failed, None);
    }
}

#[test]
fn a_receipt_for_another_message_in_the_answer_is_none_for_this_one() {
    let (exchange, detail, job) = packed_exchange(Stage::Sending);
    let other = Outcome::Receipt(Box::new(receipt(Settlement::OtherMessage)));
    let (change, _) = attempted(&exchange, &job, detail, attempt(), other, &terms(Owed::InTheAnswer), 0);
    assert_eq!(outcome(&change), (Stage::Sending, Some((JobKind::Deliver, 300))));
}

#[test]
fn attempts_are_given_up_when_their_time_is_over_and_a_person_is_told() {
    let (exchange, detail, job) = packed_exchange(Stage::Sending);
    let late = Attempt { at: NOW.after(Duration::from_secs(5 * 86_400)), ..attempt() };
    let away = Outcome::Answered(Handover::Unavailable("away".into()));
    let (change, progress) = attempted(&exchange, &job, detail, late, away, &terms(Owed::InTheAnswer), 0);
    assert_eq!(outcome(&change), (Stage::Failed, None));
    let Progress::Ended(Stage::Failed, told) = progress else { panic!("{progress:?}") };
    assert_eq!(told.code, "delivery-given-up");
}

#[test]
fn a_receipt_settles_a_message_whenever_it_comes_and_the_first_proof_wins() {
    use crate::as2::{Disposition, ErrorModifier};
    let refused = || Settlement::Refused(Disposition::Error(ErrorModifier::DecryptionFailed));
    let check = |stage: Stage, settlement: Settlement, expect: Option<Stage>| {
        let (exchange, detail, _) = packed_exchange(stage);
        let text = format!("{stage:?} {settlement:?}");
        let change = receipt_came(&exchange, detail, receipt(settlement)).map(|(change, _)| outcome(&change).0);
        assert_eq!(change, expect, "{text}");
    };
    for stage in [Stage::Sending, Stage::AwaitingReceipt, Stage::Overdue] {
        check(stage, Settlement::Accepted, Some(Stage::Delivered));
        check(stage, Settlement::Warned("look".into()), Some(Stage::Delivered));
        check(stage, Settlement::Unproven, Some(Stage::Unproven));
        check(stage, Settlement::MicMismatch { received: None }, Some(Stage::Disputed));
        check(stage, refused(), Some(Stage::Failed));
        check(stage, Settlement::OtherMessage, None);
    }
    for stage in [Stage::Delivered, Stage::Disputed] {
        check(stage, Settlement::Accepted, None);
        check(stage, refused(), None);
    }
    // All attempts ended without a receipt; one that comes now still proves the delivery.
    check(Stage::Failed, Settlement::Accepted, Some(Stage::Delivered));
    check(Stage::Failed, refused(), None);
    check(Stage::Unproven, Settlement::Accepted, Some(Stage::Delivered));
    check(Stage::Unproven, refused(), None);
}

#[test]
fn a_refusal_of_a_repeat_gives_way_to_the_receipt_of_what_it_repeats() {
    let check = |refused_under: Option<&str>, proves: Option<&str>, expect: Option<Stage>| {
        let named = |id: Option<&str>| id.map(str::to_owned);
        let (exchange, detail, _) = packed_exchange(Stage::AwaitingReceipt);
        let settled_by = SettledBy {
            at: NOW,
            receipt: BlobRef::of(b"refusal"),
            message_id: named(refused_under),
            disposition: "processed/error: duplicate-document".into(),
            mic: None,
            certificate: None,
            deviation: None,
            text: String::new(),
        };
        let failed = Exchange { stage: Stage::Failed, ..exchange };
        let detail = Detail { settled_by: Some(settled_by), ..detail };
        let late = Receipt { message_id: named(proves), ..receipt(Settlement::Accepted) };
        assert_eq!(receipt_came(&failed, detail, late).map(|(change, _)| outcome(&change).0), expect);
    };
    check(Some("<b@us>"), Some("<a@us>"), Some(Stage::Delivered));
    check(Some("<a@us>"), Some("<a@us>"), None);
    check(None, None, None);
}

#[test]
fn what_is_overdue_says_so() {
    let (exchange, detail, _) = packed_exchange(Stage::AwaitingReceipt);
    let (change, told) = overdue(&exchange, NOW, detail);
    assert_eq!(outcome(&change), (Stage::Overdue, None));
    assert_eq!(told.code, "receipt-overdue");
}

#[test]
fn a_detail_names_every_payload_that_must_stay_and_keeps_the_latest_attempts() {
    let (exchange, detail, job) = packed_exchange(Stage::Sending);
    let used = CertificateUsed {
        role: crate::exchange::CertificateRole::Verified,
        fingerprint: Sha256::of(b"der"),
        certificate: BlobRef::of(b"pem"),
    };
    let settled = Receipt { certificate: Some((used, payload(b"pem"))), ..receipt(Settlement::Accepted) };
    let outcome_of = Outcome::Receipt(Box::new(settled));
    let (change, _) = attempted(&exchange, &job, detail, attempt(), outcome_of, &terms(Owed::InTheAnswer), 0);
    let written = change.payloads.iter().find_map(|payload| match &payload.body {
        PayloadBody::Inline(bytes) => Detail::from_json(bytes).ok().filter(|detail| detail.settled_by.is_some()),
        PayloadBody::Kept => None,
    });
    let mut named: Vec<_> = written.unwrap().references().into_iter().map(|blob| blob.sha256).collect();
    let mut expect = [&b"body"[..], b"receipt", b"pem"].map(Sha256::of).to_vec();
    named.sort_unstable();
    expect.sort_unstable();
    assert_eq!(named, expect);

    let inner = KeptEntity {
        content: crate::exchange::KeptContent::HeadOfPayload(BlobRef::of(b"head")),
        signature: Some(BlobRef::of(b"p7s")),
    };
    let certificates = vec![CertificateUsed {
        role: crate::exchange::CertificateRole::Signed,
        fingerprint: Sha256::of(b"der"),
        certificate: BlobRef::of(b"ours"),
    }];
    let kept = Detail { inner: Some(inner), certificates, ..Detail::default() };
    let kept = Detail::from_json(&kept.to_json()).unwrap();
    let named: Vec<_> = kept.references().into_iter().map(|blob| blob.sha256).collect();
    assert_eq!(named, [&b"head"[..], b"p7s", b"ours"].map(Sha256::of));

    let mut detail = Detail::default();
    (0..30).for_each(|took_ms| detail.note_attempt(Attempt { took_ms, ..attempt() }));
    assert_eq!((detail.attempts.len(), detail.attempts_made), (20, 30));
    assert_eq!(detail.attempts[19].took_ms, 29);
}

#[test]
fn a_message_that_is_to_have_another_id_each_time_gets_it_with_the_next_attempt_and_keeps_its_bytes() {
    let (exchange, detail, job) = packed_exchange(Stage::Sending);
    let message_id = MessageId::from_header(b"<second@us>", 99).unwrap();
    let key = DedupKey::sent("US", "THEM", message_id.as_str());
    let terms = |owed| Terms { rename: Some((message_id.clone(), key)), ..terms(owed) };
    let away = || Outcome::Answered(Handover::Unavailable("away".into()));
    let (change, _) = attempted(&exchange, &job, detail.clone(), attempt(), away(), &terms(Owed::InTheAnswer), 0);
    let written = change.payloads.iter().find_map(|payload| match &payload.body {
        PayloadBody::Inline(bytes) => Detail::from_json(bytes).ok(),
        PayloadBody::Kept => None,
    });
    let (written, before) = (written.unwrap(), detail.packed.clone().unwrap());
    let packed = written.packed.unwrap();
    assert_eq!((packed.header("Message-ID"), written.message_id.as_str()), (Some("<second@us>"), "<second@us>"));
    assert_eq!(packed.header("Date"), Some("Tue, 24 Nov 2026 15:29:00 GMT"), "when it is due");
    assert_eq!((packed.body, packed.at), (before.body, before.at));
    let known = Effect::Sent(key, Sent { exchange: exchange.id, at: NOW });
    assert!(change.effects.contains(&known), "its receipt finds it before it goes out");

    for (outcome_of, owed) in [
        (Outcome::Receipt(Box::new(receipt(Settlement::Accepted))), Owed::InTheAnswer),
        (Outcome::Answered(Handover::Taken), Owed::None),
        (Outcome::Answered(Handover::Refused("no".into())), Owed::InTheAnswer),
    ] {
        let (change, _) = attempted(&exchange, &job, detail.clone(), attempt(), outcome_of, &terms(owed), 0);
        assert!(
            !change.effects.iter().any(|effect| matches!(effect, Effect::Sent(..))),
            "no other attempt, no other id"
        );
    }
}
