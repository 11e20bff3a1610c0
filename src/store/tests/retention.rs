//! Letting go, and not letting go.

use super::*;
use crate::store::Released;

/// A life in which some messages go the whole way, and a start that closes its segment.
fn life(bench: &Bench, messages: std::ops::RangeInclusive<u64>) -> Arc<Outbox> {
    let outbox = bench.open();
    messages.for_each(|n| whole_way(&outbox, n));
    drop(outbox);
    bench.open()
}

#[test]
fn old_and_settled_records_go_with_their_segments_once_the_older_snapshot_covers_them() {
    for index in BOTH {
        let bench = Bench::new(index);
        let before = at(60_000);
        let outbox = life(&bench, 1..=3);
        outbox.snapshot_now().unwrap().unwrap();
        bench.clock.forward(Duration::from_secs(3600));
        // One snapshot only: the records go, the segments stay.
        assert_eq!(outbox.release(before).unwrap(), Released::default());
        assert_eq!(outbox.documents(&Default::default()).unwrap().items, []);
        assert_eq!(outbox.answer_to(&dedup(1)).unwrap(), None);
        assert_eq!(outbox.counts().rows_published, 0);
        drop(outbox);
        let outbox = bench.open();
        outbox.snapshot_now().unwrap().unwrap();
        let released = outbox.release(before).unwrap();
        assert!(released.segments >= 1, "{released:?}");
        assert_sound(&outbox);
        drop(outbox);
        // What is left gives the same state, the index deleted or not.
        std::fs::remove_dir_all(bench.path().join("index")).unwrap_or_default();
        let outbox = bench.open();
        assert_sound(&outbox);
        // A partner's sequence goes on.
        whole_way(&outbox, 9);
        assert_eq!(outbox.row(row_id(9)).unwrap().unwrap().sequence, 4);
    }
}

#[test]
fn what_is_young_parked_or_still_to_be_done_stays_with_its_payloads() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        outbox.apply_blocking(accept(1)).unwrap();
        outbox.apply_blocking(accept(2)).unwrap();
        outbox.apply_blocking(translate(2, "lane")).unwrap();
        let mut parked = Change::new(at(0));
        let content = parked.carry(b"ST*850~".to_vec());
        parked.effects.push(Effect::Document(Document { row: None, ..document(3, DocumentStage::Parked, content) }));
        outbox.apply_blocking(parked).unwrap();
        drop(outbox);
        for _ in 0..2 {
            bench.open().snapshot_now().unwrap();
            let outbox = bench.open();
            outbox.apply_blocking(Change::new(at(0))).unwrap();
        }
        bench.clock.forward(Duration::from_secs(3600));
        let outbox = bench.open();
        outbox.snapshot_now().unwrap();
        assert_eq!(outbox.release(at(60_000)).unwrap(), Released::default());
        assert!(outbox.exchange(exchange_id(1)).unwrap().is_some());
        assert!(outbox.row(row_id(2)).unwrap().is_some());
        assert_eq!(outbox.payload(&content).unwrap(), b"ST*850~");
        assert_sound(&outbox);
        // Nothing is older than the beginning.
        assert_eq!(outbox.release(at(-1)).unwrap(), Released::default());
    }
}

#[test]
fn a_large_payload_goes_with_the_record_that_named_it_last() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let mut stage = outbox.spool().stage(1 << 20);
        stage.put(&vec![7; 100_000]).unwrap();
        let mut change = Change::new(at(0));
        change.payloads.push(stage.finish().unwrap().keep().unwrap());
        outbox.apply_blocking(change).unwrap();
        drop(outbox);
        bench.clock.forward(Duration::from_secs(3600));
        for _ in 0..2 {
            let outbox = bench.open();
            outbox.apply_blocking(Change::new(bench.clock.now())).unwrap();
            drop(outbox);
            bench.open().snapshot_now().unwrap();
        }
        let outbox = bench.open();
        assert_eq!(outbox.release(at(60_000)).unwrap().files, 1);
        assert_sound(&outbox);
    }
}

/// Found in review: the message as it came is named by the detail alone, which a later step writes anew.
#[test]
fn a_parked_exchange_keeps_the_message_it_was_made_of() {
    for index in BOTH {
        let bench = Bench::new(index);
        let mut arrived = accept(1);
        let raw = arrived.carry(b"the message as it came".to_vec());
        let detail = |word: &str| crate::exchange::Detail {
            raw: Some(raw),
            message_id: word.to_owned(),
            ..crate::exchange::Detail::default()
        };
        let first = arrived.carry(detail("arrived").to_json());
        arrived.effects[0] = Effect::Exchange(exchange(1, 0, Stage::Received, first));
        bench.open().apply_blocking(arrived).unwrap();

        let mut parked = Change::new(at(1));
        let second = parked.carry(detail("parked").to_json());
        parked.effects.push(Effect::Exchange(exchange(1, 1, Stage::Parked, second)));
        parked.effects.push(Effect::JobDone(Subject::Exchange(exchange_id(1))));
        bench.open().apply_blocking(parked).unwrap();
        for _ in 0..2 {
            let outbox = bench.open();
            outbox.apply_blocking(Change::new(at(2))).unwrap();
            drop(outbox);
            bench.open().snapshot_now().unwrap();
        }
        bench.clock.forward(Duration::from_secs(3600));
        let outbox = bench.open();
        outbox.release(at(60_000)).unwrap();
        assert_eq!(outbox.payload(&raw).unwrap(), b"the message as it came");
        assert_sound(&outbox);
    }
}
