//! Applying changes and asking for what they left.

use std::sync::{Arc, Barrier};
use std::thread;

use super::*;
use crate::base::Sha256;
use crate::exchange::{CertificateUse, Payload, PayloadBody, Purpose};
use crate::store::{Counts, DocumentQuery, ExchangeQuery, Found, Health};

#[test]
fn what_was_applied_is_there_and_after_a_restart_too() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        (1..=5).for_each(|n| whole_way(&outbox, n));
        outbox.apply_blocking(accept(6)).unwrap();
        let look = |outbox: &Outbox| {
            let rows: Vec<_> = (1..=5).map(|n| outbox.row(row_id(n)).unwrap().unwrap()).collect();
            let answer = outbox.answer_to(&dedup(3)).unwrap().unwrap();
            assert_eq!(outbox.payload(&answer.receipt.unwrap()).unwrap(), b"receipt for 3");
            assert_eq!(rows.iter().map(|row| row.sequence).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
            assert_eq!(outbox.job(Subject::Row(row_id(1))).unwrap(), None);
            let waiting = outbox.job(Subject::Exchange(exchange_id(6))).unwrap().unwrap();
            assert_sound(outbox);
            let mut counts = outbox.counts();
            counts.exchanges.retain(|(_, count)| *count > 0);
            (rows, outbox.exchange(exchange_id(2)).unwrap(), waiting, counts)
        };
        let before = look(&outbox);
        assert_eq!(
            before.3,
            Counts {
                exchanges: vec![(Stage::Received, 1), (Stage::Translated, 5)],
                documents: vec![(DocumentStage::Waiting, 0), (DocumentStage::Published, 5), (DocumentStage::Parked, 0)],
                rows_waiting: 0,
                rows_published: 5,
                jobs: 1,
            }
        );
        drop(outbox);
        let (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!((recovery.created, recovery.generation, recovery.torn), (false, 2, None));
        assert_eq!(look(&outbox), before, "{index:?}");
    }
}

#[test]
fn of_sixty_four_equal_messages_at_once_one_is_done_and_the_rest_see_its_answer() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        for round in 0..10 {
            let start = Arc::new(Barrier::new(64));
            let threads: Vec<_> = (0..64)
                .map(|_| {
                    let (outbox, start) = (outbox.clone(), start.clone());
                    thread::spawn(move || {
                        start.wait();
                        outbox.apply_blocking(accept(round)).unwrap()
                    })
                })
                .collect();
            let outcomes: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
            let stored = outbox.answer_to(&dedup(round)).unwrap().unwrap();
            assert_eq!(outcomes.iter().filter(|outcome| **outcome == Applied::Done).count(), 1);
            assert_eq!(outcomes.iter().filter(|outcome| **outcome == Applied::Seen(stored.clone())).count(), 63);
        }
        assert_sound(&outbox);
    }
}

#[test]
fn a_change_decided_on_an_old_version_is_a_conflict_and_changes_nothing() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        outbox.apply_blocking(accept(1)).unwrap();
        outbox.apply_blocking(translate(1, "lane")).unwrap();
        let before = outbox.counts();
        match outbox.apply_blocking(translate(1, "lane")) {
            Err(StoreError::Conflict { expected: 0, found: Some(1), .. }) => {}
            other => panic!("{other:?}"),
        }
        match outbox.apply_blocking(translate(2, "lane")) {
            Err(StoreError::Conflict { expected: 0, found: None, .. }) => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(outbox.counts(), before);
        assert_sound(&outbox);
    }
}

#[test]
fn a_payload_must_be_there_be_what_it_says_and_keep_its_bound() {
    let refused = |change: Change| {
        let bench = Bench::new(IndexKind::Memory);
        let outbox = bench.open();
        let error = outbox.apply_blocking(change).unwrap_err();
        assert_eq!(outbox.health(), Health::Writing);
        assert_sound(&outbox);
        error
    };
    let with = |reference: BlobRef, body: PayloadBody| {
        let mut change = accept(1);
        change.payloads.push(Payload { reference, body });
        change
    };
    let mut nowhere = accept(1);
    nowhere.payloads.clear();
    assert!(matches!(refused(nowhere), StoreError::NoPayload { .. }));
    let other = with(BlobRef::of(b"this"), PayloadBody::Inline(b"that".to_vec()));
    assert!(matches!(refused(other), StoreError::NoPayload { .. }));
    assert!(matches!(refused(with(BlobRef::of(b"this"), PayloadBody::Kept)), StoreError::NoPayload { .. }));
    let large = vec![1; (64 << 10) + 1];
    let large = with(BlobRef::of(&large), PayloadBody::Inline(large));
    assert!(matches!(refused(large), StoreError::TooLarge { bytes: 65_537, limit: 65_536, .. }));
}

#[test]
fn a_change_of_one_mebibyte_and_a_little_more_is_too_large_and_a_smaller_one_is_not() {
    for index in BOTH {
        let mut bench = Bench::new(index);
        bench.settings.segment_bytes = 4 << 20;
        let outbox = bench.open();
        let with_payloads = |count: u8| {
            let mut change = accept(u64::from(count));
            for n in 0..count {
                change.carry(vec![n; 64 << 10]);
            }
            change
        };
        assert_eq!(outbox.apply_blocking(with_payloads(15)).unwrap(), Applied::Done);
        assert!(matches!(outbox.apply_blocking(with_payloads(16)), Err(StoreError::TooLarge { .. })));
        assert_eq!(outbox.payload(&BlobRef::of(&vec![14; 64 << 10])).unwrap(), vec![14; 64 << 10]);
        assert_sound(&outbox);
    }
}

#[test]
fn a_record_longer_than_an_index_value_is_refused() {
    let bench = Bench::new(IndexKind::Memory);
    let outbox = bench.open();
    let mut change = accept(1);
    let content = change.carry(b"x".to_vec());
    change
        .effects
        .push(Effect::Document(Document { number: "9".repeat(300), ..document(1, DocumentStage::Parked, content) }));
    assert!(matches!(outbox.apply_blocking(change), Err(StoreError::TooLarge { limit: 320, .. })));
    assert_eq!(outbox.exchange(exchange_id(1)).unwrap(), None);
}

#[test]
fn lists_are_newest_first_filtered_and_go_on_where_they_stopped() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        (1..=7).for_each(|n| whole_way(&outbox, n));
        outbox.apply_blocking(accept(8)).unwrap();
        let ids = |query: &DocumentQuery| {
            let page = outbox.documents(query).unwrap();
            (page.items.iter().map(|document| document.id).collect::<Vec<_>>(), page.next)
        };
        let (first, next) = ids(&DocumentQuery { limit: 5, ..DocumentQuery::default() });
        assert_eq!(first, [7, 6, 5, 4, 3].map(document_id));
        let (second, next) = ids(&DocumentQuery { limit: 5, before: next, ..DocumentQuery::default() });
        assert_eq!((second, next), (vec![document_id(2), document_id(1)], None));
        let parked = DocumentQuery { stage: Some(DocumentStage::Parked), ..DocumentQuery::default() };
        assert_eq!(ids(&parked), (vec![], None));
        let stranger = DocumentQuery { partner: Some("other".parse().unwrap()), ..DocumentQuery::default() };
        assert_eq!(ids(&stranger), (vec![], None));
        let of_one = DocumentQuery { exchange: Some(exchange_id(4)), ..DocumentQuery::default() };
        assert_eq!(ids(&of_one), (vec![document_id(4)], None));
        let received = ExchangeQuery { stage: Some(Stage::Received), ..ExchangeQuery::default() };
        let page = outbox.exchanges(&received).unwrap();
        assert_eq!(page.items.iter().map(|exchange| exchange.id).collect::<Vec<_>>(), [exchange_id(8)]);
    }
}

#[test]
fn documents_of_an_order_are_found_by_its_number_for_as_long_as_they_are_of_it() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let put = |n: u64, number: &str, order: &str| {
            let mut change = Change::new(at(1));
            let content = change.carry(b"x".to_vec());
            let (number, order) = (number.to_owned(), Some(Lane::of(order)));
            let published = document(n, DocumentStage::Published, content);
            change.effects.push(Effect::Document(Document { number, order, ..published }));
            outbox.apply_blocking(change).unwrap();
        };
        (1..=3).for_each(|n| put(n, &format!("INV-{n}"), "4711"));
        // Its own number is no order's.
        put(4, "4711", "4712");
        let found = |order: &str, limit: usize, before: Option<u64>| {
            let (order, before) = (Some(Lane::of(order)), before.map(document_id));
            let page = outbox.documents(&DocumentQuery { order, limit, before, ..DocumentQuery::default() }).unwrap();
            (page.items.iter().map(|document| document.id).collect::<Vec<_>>(), page.next)
        };
        assert_eq!(found("4711", 2, None), ([3, 2].map(document_id).to_vec(), Some(document_id(2))));
        assert_eq!(found("4711", 2, Some(2)), (vec![document_id(1)], None));
        put(2, "INV-20", "4713");
        assert_eq!(found("4711", 0, None).0, [3, 1].map(document_id));
        assert_eq!(found("4713", 0, None).0, [document_id(2)]);
        for (number, count) in [("INV-2", 0), ("INV-20", 1), ("4711", 3), ("INV-3", 1)] {
            assert_eq!(outbox.documents_by_number(number, 9).unwrap().len(), count, "{number}");
        }
        assert_sound(&outbox);
        drop(outbox);
        assert_eq!(bench.open().documents_by_number("INV-2", 9).unwrap(), []);
    }
}

#[test]
fn a_prefix_of_six_characters_names_a_document_when_it_is_the_only_one() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let id = |bytes: [u8; 2]| {
            DocumentId::from_bytes([bytes[0], 1, 2, 3, bytes[1], 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15])
        };
        let (one, two, three) = (id([1, 1]), id([9, 1]), id([9, 255]));
        let mut change = Change::new(at(0));
        let content = change.carry(b"{}".to_vec());
        for id in [one, two, three] {
            change.effects.push(Effect::Document(Document { id, ..document(1, DocumentStage::Waiting, content) }));
        }
        outbox.apply_blocking(change).unwrap();
        let find = |prefix: &str| outbox.find_document(prefix).unwrap();
        let text = one.to_string();
        assert_eq!(find(&text[..6]), Found::One(one));
        assert_eq!(find(&text.to_lowercase()[..9]), Found::One(one));
        assert_eq!(find(&text), Found::One(one));
        assert_eq!(find(&two.to_string()[..6]), Found::Several(vec![two, three]));
        assert_eq!(find(&two.to_string()[..9]), Found::One(two));
        assert_eq!(find("7ZZZZZ"), Found::None);
        for unusable in ["", "01234", "8ZZZZZ", "0123456789012345678901234567", "ööö"] {
            assert_eq!(find(unusable), Found::Unusable, "{unusable}");
        }
    }
}

#[test]
fn a_closed_store_says_so() {
    let bench = Bench::new(IndexKind::Sled);
    let outbox = bench.open();
    outbox.close();
    assert!(matches!(outbox.apply_blocking(accept(1)), Err(StoreError::Closed)));
    assert!(matches!(block_on(outbox.apply(accept(1))), Err(StoreError::Closed)));
}

#[test]
fn changes_fill_segment_after_segment_and_snapshots_are_made_in_the_background() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        (1..=200).for_each(|n| whole_way(&outbox, n));
        outbox.close();
        assert_eq!(outbox.snapshot_fault().map(|fault| fault.to_string()), None);
        assert!(bench.segments().len() > 5, "{}", bench.segments().len());
        assert!(std::fs::read_dir(bench.path().join("snapshot")).unwrap().count() >= 1);
        assert_sound(&outbox);
    }
}

#[test]
fn certificates_in_use_are_kept_by_partner_purpose_and_fingerprint() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let ours = Sha256::of(b"ours");
        let seen = |partner: &str, purpose, last| CertificateUse {
            partner: partner.parse().unwrap(),
            purpose,
            fingerprint: ours,
            first: at(1),
            last: at(last),
        };
        let all = [
            seen("acme", Purpose::EncryptsFor, 9),
            seen("acme", Purpose::SignsWith, 3),
            // Begins as another partner's does, and is another.
            seen("acme-2", Purpose::EncryptsFor, 4),
        ];
        let mut change = Change::new(at(1));
        change.effects.push(Effect::CertificateUse(seen("acme", Purpose::EncryptsFor, 2)));
        change.effects.extend(all.clone().map(Effect::CertificateUse));
        outbox.apply_blocking(change).unwrap();
        let look = |outbox: &Outbox| {
            let of =
                |partner: &str, purpose| outbox.certificate_use(&partner.parse().unwrap(), purpose, &ours).unwrap();
            assert_eq!(of("acme", Purpose::EncryptsFor).as_ref(), Some(&all[0]));
            assert_eq!(of("acme-2", Purpose::SignsWith), None);
            assert_eq!(outbox.certificate_uses().unwrap(), all);
            assert_sound(outbox);
        };
        look(&outbox);
        drop(outbox);
        look(&bench.open());
    }
}

#[test]
fn an_answer_that_is_too_old_to_count_gives_way_to_the_next() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        outbox.apply_blocking(accept(1)).unwrap();
        let again = |since| {
            let mut change = Change::new(at(1));
            change.expect.push(Expect::Unanswered(dedup(1), since));
            outbox.apply_blocking(change).unwrap()
        };
        assert!(matches!(again(at(0)), Applied::Seen(_)), "given at that very moment");
        assert_eq!(again(at(0).after(Duration::from_millis(1))), Applied::Done);
    }
}
