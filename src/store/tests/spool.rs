//! Bodies, staged and kept.

use std::io::{Read, Seek, SeekFrom, Write};

use super::*;
use crate::exchange::PayloadBody;

const KIB_64: usize = 64 << 10;

fn files_below(folder: &Path) -> usize {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

#[test]
fn a_body_stays_in_memory_up_to_64_kib_and_is_a_file_beyond() {
    let bench = Bench::new(IndexKind::Memory);
    let outbox = bench.open();
    let check = |length: usize, on_disk: bool| {
        let content: Vec<u8> = (0..length).map(|n| n as u8).collect();
        let mut stage = outbox.spool().stage(1 << 20);
        content.chunks(1000).for_each(|piece| stage.write_all(piece).unwrap());
        let staged = stage.finish().unwrap();
        assert_eq!(staged.reference(), BlobRef::of(&content));
        for _ in 0..2 {
            let mut read = Vec::new();
            staged.reader().unwrap().read_to_end(&mut read).unwrap();
            assert_eq!(read, content);
        }
        assert_eq!(files_below(&bench.path().join("spool")), usize::from(on_disk), "{length}");
        drop(staged);
        assert_eq!(files_below(&bench.path().join("spool")), 0);
    };
    check(0, false);
    check(KIB_64, false);
    check(KIB_64 + 1, true);
}

#[test]
fn one_byte_over_the_limit_is_told_and_leaves_nothing() {
    let bench = Bench::new(IndexKind::Memory);
    let outbox = bench.open();
    let mut stage = outbox.spool().stage(100_000);
    stage.put(&vec![1; 100_000]).unwrap();
    assert!(matches!(stage.put(b"x"), Err(StoreError::OverLimit { limit: 100_000 })));
    let error = stage.write_all(b"x").unwrap_err();
    assert!(matches!(StoreError::from_io(&error), Some(StoreError::OverLimit { limit: 100_000 })));
    drop(stage);
    assert_eq!(files_below(&bench.path().join("spool")), 0);
}

#[test]
fn a_kept_body_is_read_back_verified_and_its_damage_is_named() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let mut stage = outbox.spool().stage(1 << 20);
        stage.put(&vec![7; 200_000]).unwrap();
        let payload = stage.finish().unwrap().keep().unwrap();
        assert_eq!(payload.body, PayloadBody::Kept);
        let reference = payload.reference;
        let mut change = accept(1);
        change.payloads.push(payload);
        outbox.apply_blocking(change).unwrap();
        let mut reader = outbox.payload_reader(&reference).unwrap();
        reader.seek(SeekFrom::Start(199_999)).unwrap();
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, [7]);
        assert_eq!(outbox.payload(&reference).unwrap(), vec![7; 200_000]);
        assert_sound(&outbox);

        let hex = reference.sha256.to_string();
        let file = bench.path().join("spool").join(&hex[..2]).join(&hex);
        let mut bytes = std::fs::read(&file).unwrap();
        bytes[100_000] ^= 4;
        std::fs::write(&file, &bytes).unwrap();
        for error in [outbox.payload(&reference).unwrap_err(), outbox.payload_reader(&reference).unwrap_err()] {
            assert!(matches!(&error, StoreError::Corrupt { file: named, .. } if *named == file), "{error}");
        }
        assert_eq!(outbox.check().unwrap().dangling, 0, "only records' payloads dangle");
        std::fs::remove_file(&file).unwrap();
        assert!(matches!(outbox.payload(&reference), Err(StoreError::Corrupt { .. })));
    }
}

#[test]
fn a_flipped_bit_in_a_payload_of_the_journal_is_found_when_it_is_read() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        outbox.apply_blocking(accept(1)).unwrap();
        let receipt = outbox.answer_to(&dedup(1)).unwrap().unwrap().receipt.unwrap();
        let segment = bench.newest_segment();
        let mut bytes = std::fs::read(&segment).unwrap();
        let place = bytes.windows(13).position(|window| window == b"receipt for 1").unwrap();
        bytes[place] ^= 1;
        std::fs::write(&segment, &bytes).unwrap();
        match outbox.payload(&receipt) {
            Err(StoreError::Corrupt { file, offset, .. }) => assert_eq!((file, offset), (segment, place as u64)),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_start_sweeps_staged_bodies_and_kept_ones_that_no_record_names() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = bench.open();
        let stage = |fill: u8| {
            let mut stage = outbox.spool().stage(1 << 20);
            stage.put(&vec![fill; 100_000]).unwrap();
            stage.finish().unwrap()
        };
        let named = stage(1).keep().unwrap();
        let mut change = accept(1);
        change.payloads.push(named);
        outbox.apply_blocking(change).unwrap();
        stage(2).keep().unwrap();
        std::fs::write(bench.path().join("spool/tmp/body-0000000009"), b"half").unwrap();
        assert_eq!(outbox.check().unwrap().orphans, 1);
        drop(outbox);
        let (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!((recovery.orphans_removed, recovery.staged_removed), (1, 1));
        assert_eq!(files_below(&bench.path().join("spool")), 1);
        assert_sound(&outbox);
    }
}
