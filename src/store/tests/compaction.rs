//! Giving back what the journal holds of what was let go, and staying below a size.

use std::sync::atomic::AtomicBool;

use super::*;
use crate::exchange::{DocumentDetail, ErpVerdict};
use crate::store::sweep::each_place;
use crate::store::{Retention, pressure};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The ERP says that it has posted a document.
fn posted(outbox: &Outbox, n: u64, when: Timestamp) {
    let mut change = Change::new(when);
    let verdict = ErpVerdict { posted: true, at: when, reference: None, errors: Vec::new() };
    let said = DocumentDetail { verdict: Some(verdict), ..DocumentDetail::default() };
    let detail = Some(change.carry(said.to_json()));
    let before = outbox.document(document_id(n)).unwrap().unwrap();
    change.effects.push(Effect::Document(Document { detail, updated_at: Some(when), version: 2, ..before }));
    outbox.apply_blocking(change).unwrap();
}

/// A segment full of documents of 8 KiB, each beside a detail of a few bytes that is kept long.
fn mixed(bench: &Bench, messages: std::ops::RangeInclusive<u64>) {
    let outbox = bench.open();
    for n in messages {
        outbox.apply_blocking(accept(n)).unwrap();
        let mut change = translate(n, "lane");
        let content = change.carry(large(n));
        for effect in &mut change.effects {
            match effect {
                Effect::Document(document) => document.content = content,
                Effect::Row(row) => row.body = content,
                _ => {}
            }
        }
        outbox.apply_blocking(change).unwrap();
        let row = outbox.row(row_id(n)).unwrap().unwrap();
        outbox.apply_blocking(publish(n, &row)).unwrap();
    }
}

fn large(n: u64) -> Vec<u8> {
    format!("document {n} ").into_bytes().into_iter().cycle().take(8 << 10).collect()
}

/// Two snapshots over closed segments.
fn covered(bench: &Bench) {
    for _ in 0..2 {
        bench.open().apply_blocking(Change::new(bench.clock.now())).unwrap();
        bench.open().snapshot_now().unwrap();
    }
}

fn journal_bytes(bench: &Bench) -> u64 {
    bench.segments().iter().map(|path| std::fs::metadata(path).unwrap().len()).sum()
}

fn assert_evidence(outbox: &Outbox, messages: std::ops::RangeInclusive<u64>) {
    for n in messages {
        let exchange = outbox.exchange(exchange_id(n)).unwrap().unwrap();
        assert_eq!(outbox.payload(&exchange.detail).unwrap(), format!("detail of {n}").into_bytes());
        let receipt = outbox.answer_to(&dedup(n)).unwrap().unwrap().receipt.unwrap();
        assert_eq!(outbox.payload(&receipt).unwrap(), format!("receipt for {n}").into_bytes());
    }
}

#[test]
fn a_segment_that_is_mostly_forgotten_goes_and_what_is_needed_of_it_is_carried_on() {
    for index in BOTH {
        let bench = Bench::new(index);
        mixed(&bench, 1..=40);
        covered(&bench);
        let before = journal_bytes(&bench);
        let outbox = bench.open();
        let retention = Retention { documents: at(60_000), ..Retention::before(at(-1)) };
        let released = outbox.release(&retention).unwrap();
        assert!(released.segments >= 5 && released.carried > 0, "{released:?}");
        assert!(released.carried * 10 < released.segment_bytes, "{released:?}");
        assert_evidence(&outbox, 1..=40);
        assert_sound(&outbox);
        drop(outbox);
        assert!(journal_bytes(&bench) * 2 < before, "{} of {before}", journal_bytes(&bench));
        // Whichever snapshot is read, and whether there is an index: the same state.
        std::fs::remove_dir_all(bench.path().join("index")).unwrap_or_default();
        let outbox = bench.open();
        assert_evidence(&outbox, 1..=40);
        let newest = outbox.shared.layout.list_snapshots().unwrap().pop().unwrap().1;
        drop(outbox);
        std::fs::remove_dir_all(bench.path().join("index")).unwrap_or_default();
        std::fs::remove_file(newest).unwrap();
        let outbox = bench.open();
        assert_evidence(&outbox, 1..=40);
        assert_sound(&outbox);
        // Nothing more is to be gained, so nothing is written twice.
        let again = outbox.release(&retention).unwrap();
        assert_eq!((again.carried, again.records), (0, 0), "{again:?}");
    }
}

#[test]
fn a_power_cut_at_any_sync_of_a_release_loses_nothing_that_is_kept() {
    let bench = Bench::new(IndexKind::Memory);
    mixed(&bench, 1..=20);
    covered(&bench);
    let retention = Retention { documents: at(60_000), ..Retention::before(at(-1)) };
    let mut cuts = 0;
    for cut in 2.. {
        let copy = Bench::new(IndexKind::Memory);
        super::recovery::copy_folder(bench.path(), copy.path());
        let disk = super::faults::FaultyDisk::power_cut(cut, cut << 40);
        let (outbox, _) =
            Outbox::open_on(&copy.settings, copy.clock.clone(), copy.entropy.clone(), disk.clone()).unwrap();
        let released = outbox.release(&retention);
        drop(outbox);
        for _ in 0..2 {
            let outbox = copy.open();
            assert_evidence(&outbox, 1..=20);
            assert_sound(&outbox);
            if disk.is_dead() {
                outbox.release(&retention).unwrap();
                assert_evidence(&outbox, 1..=20);
                assert_sound(&outbox);
            }
        }
        if !disk.is_dead() {
            assert!(released.unwrap().segments > 0);
            break;
        }
        cuts += 1;
    }
    assert!(cuts >= 3, "{cuts}");
}

#[test]
fn above_its_size_the_oldest_documents_go_first_and_nothing_young_or_open_ever() {
    // sled's file grows and shrinks by steps of its own.
    let bench = Bench::new(IndexKind::Memory);
    mixed(&bench, 1..=40);
    let outbox = bench.open();
    outbox.apply_blocking(accept(99)).unwrap();
    (1..=32).for_each(|n| posted(&outbox, n, at(1)));
    // Younger by two days.
    (33..=40).for_each(|n| posted(&outbox, n, at(0).after(2 * DAY)));
    drop(outbox);
    bench.clock.forward(4 * DAY);
    covered(&bench);
    let outbox = bench.open();
    let nothing = Retention::before(at(-1));
    let size = outbox.size().unwrap();
    let released = outbox.release(&Retention { bytes: Some(size), ..nothing }).unwrap();
    assert_eq!((released.before_time, released.is_helpless), (0, false), "it is not above it");
    // What closer packing gains is not enough by so much.
    let one = Retention { bytes: Some(1), ..nothing };
    let missing = pressure::excess(&outbox.shared, &one).unwrap().unwrap().missing;
    let released = outbox.release(&Retention { bytes: Some(missing - 130_000), ..nothing }).unwrap();
    assert!(released.before_time > 0 && !released.is_helpless, "{released:?}");
    let there = |n| outbox.document(document_id(n)).unwrap().is_some();
    assert!((1..=32).all(|n| !there(n)) && (33..=40).all(there));
    assert!((1..=40).all(|n| outbox.exchange(exchange_id(n)).unwrap().is_some()));
    assert_sound(&outbox);
    // No size is small enough for what is open, young or inside a window.
    bench.clock.forward(DAY / 2);
    let mut is_helpless = false;
    for _ in 0..4 {
        is_helpless = outbox.release(&Retention { bytes: Some(1), ..nothing }).unwrap().is_helpless;
    }
    assert!(is_helpless);
    assert!(outbox.exchange(exchange_id(99)).unwrap().is_some());
    assert!((1..=40).all(|n| outbox.answer_to(&dedup(n)).unwrap().is_some()), "the windows reach back to them");
    assert!((1..=40).all(|n| outbox.exchange(exchange_id(n)).unwrap().is_none()));
    assert_sound(&outbox);
}

/// Found in review: a store above its size let go, a day after it was published, what the ERP was still to fetch.
#[test]
fn above_its_size_what_the_erp_has_not_judged_can_be_fetched_until_its_time() {
    for index in BOTH {
        let bench = Bench::new(index);
        mixed(&bench, 1..=8);
        let outbox = bench.open();
        // The first was published again since: a message about either event may still wait in a queue.
        let first = outbox.row(row_id(1)).unwrap().unwrap();
        let mut change = Change::new(at(3));
        let published = document(1, DocumentStage::Published, first.body);
        change.effects = vec![
            Effect::Document(Document { row: Some(row_id(101)), version: 2, ..published }),
            Effect::Row(Row { id: row_id(101), sequence: 0, ..first.clone() }),
        ];
        outbox.apply_blocking(change).unwrap();
        drop(outbox);
        bench.clock.forward(4 * DAY);
        covered(&bench);
        let outbox = bench.open();
        let too_large = Retention { bytes: Some(1), ..Retention::before(at(-1)) };
        let rows = || (1..=8).chain([101]).filter(|n| outbox.row(row_id(*n)).unwrap().is_some()).count();
        for _ in 0..3 {
            assert!(outbox.release(&too_large).unwrap().is_helpless);
        }
        assert_eq!((rows(), outbox.payload(&first.body).unwrap()), (9, large(1)));
        posted(&outbox, 8, bench.clock.now());
        bench.clock.forward(2 * DAY);
        outbox.release(&too_large).unwrap();
        assert_eq!((rows(), outbox.exchange(exchange_id(8)).unwrap()), (8, None));
        outbox.release(&Retention { documents: at(60_000), ..too_large }).unwrap();
        assert_eq!(rows(), 0);
        assert_sound(&outbox);
    }
}

#[test]
fn after_two_rounds_nothing_lies_in_closed_segments_that_nothing_names() {
    for index in BOTH {
        let bench = Bench::new(index);
        mixed(&bench, 1..=12);
        covered(&bench);
        let outbox = bench.open();
        outbox.release(&Retention::before(at(60_000))).unwrap();
        let mut lying = 0;
        each_place(&outbox.shared, |_, _| {
            lying += 1;
            Ok(())
        })
        .unwrap();
        assert_eq!(lying, 0);
        assert_sound(&outbox);
    }
}

/// Found in review: whoever had read the place of a payload when its segment went took the store for damaged.
#[test]
fn a_payload_that_is_carried_on_or_let_go_while_it_is_opened_is_no_damage() {
    for index in BOTH {
        let bench = Bench::new(index);
        mixed(&bench, 1..=40);
        let outbox = bench.open();
        let mut change = accept(99);
        let mut stage = outbox.spool().stage(1 << 20);
        stage.put(&vec![7; 100_000]).unwrap();
        change.payloads.push(stage.finish().unwrap().keep().unwrap());
        let file = change.payloads.last().unwrap().reference;
        outbox.apply_blocking(change).unwrap();
        drop(outbox);
        covered(&bench);
        let outbox = bench.open();
        let carried = outbox.exchange(exchange_id(1)).unwrap().unwrap().detail;
        let let_go = outbox.document(document_id(1)).unwrap().unwrap().content;
        let places = [carried, let_go, file].map(|one| outbox.shared.place(&one.sha256).unwrap().unwrap());
        let mut open = outbox.payload_reader(&file).unwrap();

        let retention = Retention { documents: at(60_000), ..Retention::before(at(-1)) };
        let released = outbox.release(&retention).unwrap();
        assert!(released.segments > 0 && released.carried > 0 && released.files == 1, "{released:?}");
        let text = |reader: &mut dyn std::io::Read| {
            let mut bytes = Vec::new();
            reader.read_to_end(&mut bytes).unwrap();
            bytes
        };
        let opened = |place, reference| outbox.shared.open_from(place, &reference);
        assert_eq!(text(&mut opened(places[0], carried).unwrap()), b"detail of 1");
        assert!(matches!(opened(places[1], let_go), Err(StoreError::NoPayload { .. })));
        assert!(matches!(opened(places[2], file), Err(StoreError::NoPayload { .. })));
        assert_eq!(text(&mut open), vec![7; 100_000], "what was open before is read to its end");

        // A segment that is gone by itself is damage.
        let lies = outbox.shared.place(&carried.sha256).unwrap().unwrap();
        let segment = outbox.shared.layout.segment(lies.segment);
        std::fs::remove_file(&segment).unwrap();
        let Err(StoreError::Corrupt { file, .. }) = outbox.payload(&carried) else { panic!("no damage") };
        assert_eq!(file, segment);
    }
}

/// One document changes between a file and bytes in the journal, and back, while rounds go on: each time the file is one
/// that nothing names for a while.
#[test]
fn what_is_written_beside_a_round_is_kept() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let (done, mut refused) = (AtomicBool::new(false), 0);
        std::thread::scope(|threads| {
            threads.spawn(|| {
                while !done.load(Ordering::SeqCst) {
                    outbox.release(&Retention::before(at(-1))).unwrap();
                }
            });
            for n in 1..=150 {
                let large_file = || {
                    let mut stage = outbox.spool().stage(1 << 20);
                    stage.put(&vec![7; 100_000]).unwrap();
                    stage.finish().unwrap().keep().unwrap()
                };
                let mut change = Change::new(at(0));
                change.carry(large(n));
                let small = change.carry(format!("small {n}").into_bytes());
                let file = n.is_multiple_of(2).then(large_file);
                let content = file.as_ref().map_or(small, |file| file.reference);
                change.payloads.extend(file);
                let parked = Document { row: None, ..document(1, DocumentStage::Parked, content) };
                let its_own = Document { row: None, ..document(1_000 + n, DocumentStage::Parked, small) };
                change.effects = vec![Effect::Document(parked), Effect::Document(its_own)];
                // A file that went between its keeping and the commit is refused; whoever sent it sends it again.
                while let Err(fault) = outbox.apply_blocking(change.clone()) {
                    assert!(matches!(fault, StoreError::NoPayload { .. }), "{fault}");
                    refused += 1;
                    large_file();
                }
                assert!(outbox.payload(&content).is_ok(), "{n}");
            }
            done.store(true, Ordering::SeqCst);
        });
        assert!(refused < 100, "{refused}");
        for n in 1..=150 {
            let small = outbox.document(document_id(1_000 + n)).unwrap().unwrap().content;
            assert_eq!(outbox.payload(&small).unwrap(), format!("small {n}").into_bytes());
        }
        outbox.release(&Retention::before(at(-1))).unwrap();
        assert_sound(&outbox);
    }
}
