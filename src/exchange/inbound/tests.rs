use super::*;
use crate::base::OsEntropy;

const TELLER: Teller<'static> = Teller { instance: "test-1", entropy: &OsEntropy };

fn arrival() -> Arrival {
    let payload = |bytes: &[u8]| Payload { reference: BlobRef::of(bytes), body: PayloadBody::Inline(bytes.to_vec()) };
    Arrival {
        exchange: ExchangeId::from_bytes([1; 16]),
        at: Timestamp::from_millis(1_000),
        partner: "acme".parse().unwrap(),
        key: DedupKey::as2("A", "B", "<1>"),
        known_since: Timestamp::from_millis(400),
        content: Sha256::of(b"content"),
        detail: Detail::default(),
        raw: payload(b"raw"),
        payload: payload(b"payload"),
        attachments: Vec::new(),
        receipt: Some(b"receipt".to_vec()),
        evidence: Evidence::default(),
    }
}

fn accepted() -> Exchange {
    received(arrival())
        .effects
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Exchange(exchange) => Some(exchange),
            _ => None,
        })
        .unwrap()
}

fn document(number: &str) -> NewDocument {
    NewDocument {
        id: DocumentId::from_bytes([2; 16]),
        row: RowId::from_bytes([3; 16]),
        kind: "order".into(),
        number: number.into(),
        partition_key: "acme|order|1".into(),
        content: Payload { reference: BlobRef::of(b"{}"), body: PayloadBody::Inline(b"{}".to_vec()) },
        envelope: b"{}".to_vec(),
        detail: DocumentDetail::default(),
        repeats: None,
    }
}

fn parked_set() -> ParkedSet {
    ParkedSet {
        id: DocumentId::from_bytes([4; 16]),
        kind: "850".into(),
        content: Payload { reference: BlobRef::of(b"ST"), body: PayloadBody::Inline(b"ST".to_vec()) },
        detail: DocumentDetail {
            diagnostics: vec![Diagnostic::error("bad", "is bad"); 150],
            ..DocumentDetail::default()
        },
    }
}

#[test]
fn acceptance_carries_bytes_receipt_answer_and_the_next_job() {
    let change = received(arrival());
    assert_eq!(change.expect, [Expect::Unanswered(DedupKey::as2("A", "B", "<1>"), Timestamp::from_millis(400))]);
    assert_eq!(change.payloads.len(), 4, "raw, payload, receipt, detail");
    assert!(change.effects.iter().any(|effect| matches!(effect,
        Effect::Answer(_, Answer { receipt: Some(receipt), .. }) if *receipt == BlobRef::of(b"receipt"))));
    assert!(change.effects.iter().any(|effect| matches!(effect, Effect::Job(job) if job.kind == JobKind::Translate)));
}

#[test]
fn attachments_are_kept_with_their_message_and_named_in_its_detail() {
    let content = Payload { reference: BlobRef::of(b"drawing"), body: PayloadBody::Kept };
    let attachment = NewAttachment {
        file_name: Some("a.pdf".into()),
        content_type: "application/pdf".into(),
        content: content.clone(),
    };
    let change = received(Arrival { attachments: vec![attachment], ..arrival() });
    assert!(change.payloads.contains(&content));
    let detail = change.payloads.iter().find_map(|payload| match &payload.body {
        PayloadBody::Inline(bytes) => Detail::from_json(bytes).ok(),
        PayloadBody::Kept => None,
    });
    let detail = detail.unwrap();
    assert_eq!(detail.attachments[0].content, content.reference);
    assert!(detail.references().contains(&content.reference), "retention keeps it as long as its exchange");
}

#[test]
fn a_refusal_keeps_no_answer_and_no_bytes() {
    let change =
        refused(ExchangeId::from_bytes([1; 16]), Timestamp::default(), "acme".parse().unwrap(), &Detail::default());
    assert!(change.expect.is_empty());
    assert_eq!(change.effects.len(), 1);
    assert_eq!(change.payloads.len(), 1, "the detail alone");
}

#[test]
fn a_translation_goes_on_where_it_stopped_and_ends_once() {
    let at = Timestamp::from_millis(2_000);
    let exchange = accepted();
    let (first, after) = translated(&exchange, at, vec![SetOutcome::Document(document("1"))], Progress::More, TELLER);
    assert_eq!(first.expect, [Expect::Version { exchange: exchange.id, version: 1 }]);
    assert!(!first.effects.contains(&Effect::JobDone(Subject::Exchange(exchange.id))));
    assert_eq!((after.version, after.sets_done, after.documents, after.stage), (2, 1, 1, Stage::Received));

    let (last, done) = translated(&after, at, vec![SetOutcome::Parked(parked_set())], Progress::Finished, TELLER);
    assert_eq!(last.expect, [Expect::Version { exchange: exchange.id, version: 2 }]);
    assert!(last.effects.contains(&Effect::JobDone(Subject::Exchange(exchange.id))));
    assert_eq!((done.sets_done, done.documents, done.parked, done.stage), (2, 1, 1, Stage::Translated));
}

#[test]
fn an_exchange_without_any_document_is_parked() {
    let (_, done) = translated(
        &accepted(),
        Timestamp::default(),
        vec![SetOutcome::Parked(parked_set())],
        Progress::Finished,
        TELLER,
    );
    assert_eq!(done.stage, Stage::Parked);
}

#[test]
fn long_numbers_are_cut_at_a_character() {
    let (change, _) = translated(
        &accepted(),
        Timestamp::default(),
        vec![SetOutcome::Document(document(&"é".repeat(30)))],
        Progress::Finished,
        TELLER,
    );
    let number = change.effects.iter().find_map(|effect| match effect {
        Effect::Document(document) => Some(document.number.clone()),
        _ => None,
    });
    assert_eq!(number.unwrap(), "é".repeat(17));
}

#[test]
fn only_a_confirm_closes_a_row() {
    let (change, _) = translated(
        &accepted(),
        Timestamp::default(),
        vec![SetOutcome::Document(document("1"))],
        Progress::Finished,
        TELLER,
    );
    let [Effect::Document(document), Effect::Row(row), Effect::Job(job), ..] = &change.effects[..] else {
        panic!("document, row and job come first: {change:?}");
    };
    let at = Timestamp::from_millis(5_000);
    let check = |confirm: Confirm, due: Option<i64>| {
        let change = published(row, Some(document), job, &confirm, at, 0);
        let rescheduled = change.effects.iter().find_map(|effect| match effect {
            Effect::Job(job) => Some(job.due.as_millis() - 5_000),
            _ => None,
        });
        assert_eq!(rescheduled, due, "{confirm}");
        assert_eq!(change.effects.contains(&Effect::JobDone(job.subject)), due.is_none(), "{confirm}");
    };
    check(Confirm::Confirmed, None);
    check(Confirm::Returned { code: 312, text: "NO_ROUTE".into() }, Some(60_000));
    check(Confirm::Nacked, Some(1_000));
    check(Confirm::Lost("timeout".into()), Some(200));
}

#[test]
fn a_step_that_the_store_held_up_gets_its_attempt_back() {
    let change = received(arrival());
    let job = change.effects.iter().find_map(|effect| match effect {
        Effect::Job(job) => Some(Job { attempts: 1, position: 7, ..job.clone() }),
        _ => None,
    });
    let job = job.unwrap();
    let again = postponed(&job, Timestamp::from_millis(5_000), 0);
    assert_eq!(again.effects, [Effect::Job(Job { attempts: 0, due: Timestamp::from_millis(20_000), ..job })]);
}

#[test]
fn diagnostics_fit_their_record_and_the_weightiest_are_kept() {
    let wide = "\u{1}".repeat(5_000);
    let mut diagnostics = vec![Diagnostic::warning("slight", &wide).hinting(&wide).expecting(&wide); 300];
    diagnostics.push(Diagnostic::error("grave", &wide));
    let set = ParkedSet {
        detail: DocumentDetail { diagnostics: diagnostics.clone(), ..DocumentDetail::default() },
        ..parked_set()
    };
    let (translated, _) =
        translated(&accepted(), Timestamp::default(), vec![SetOutcome::Parked(set)], Progress::More, TELLER);
    let payload = Some(BlobRef::of(b"ISA"));
    let detail = Detail { payload, ..Detail::default() };
    let parked =
        parked(&accepted(), Timestamp::default(), detail, diagnostics, DocumentId::from_bytes([9; 16]), TELLER);
    assert!(parked.effects.iter().any(|effect| matches!(effect, Effect::Document(whole) if whole.kind == WHOLE)));
    for change in [translated, parked] {
        let texts: Vec<String> = change
            .payloads
            .iter()
            .filter_map(|payload| match &payload.body {
                PayloadBody::Inline(bytes) => String::from_utf8(bytes.clone()).ok(),
                PayloadBody::Kept => None,
            })
            .collect();
        let longest = texts.iter().map(String::len).max().unwrap();
        assert!(longest <= 48 << 10, "{longest}");
        assert!(texts.iter().any(|text| text.contains("grave") && text.contains("more-diagnostics")));
    }
}
