//! A store written by version 1 is opened by every later build.
//!
//! `tests/fixtures/store/v1` was written by `write_the_fixture` below, with a clock that stands still and entropy that
//! is the same in every run. Should the format change, keep it and add a `v2` beside it.

use std::fs;
use std::path::PathBuf;

use super::*;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store/v1")
}

/// Messages 1 to 4 went the whole way, 5 waits to be published, 6 to be translated; a body of 70,000 bytes; a snapshot
/// after the third message.
fn fill(bench: &Bench) {
    let outbox = bench.open();
    (1..=3).for_each(|n| whole_way(&outbox, n));
    drop(outbox);
    let outbox = bench.open();
    outbox.snapshot_now().unwrap().unwrap();
    whole_way(&outbox, 4);
    outbox.apply_blocking(accept(5)).unwrap();
    outbox.apply_blocking(translate(5, "lane")).unwrap();
    let mut stage = outbox.spool().stage(1 << 20);
    stage.put(&large()).unwrap();
    let mut change = accept(6);
    change.payloads.push(stage.finish().unwrap().keep().unwrap());
    outbox.apply_blocking(change).unwrap();
}

fn large() -> Vec<u8> {
    b"seventy thousand bytes of an interchange\n".iter().copied().cycle().take(70_000).collect()
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_store_of_version_1_opens_and_holds_what_was_written() {
    for index in BOTH {
        let bench = Bench::new(index);
        copy_folder(&fixture(), bench.path());
        let (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!((recovery.created, recovery.generation, recovery.torn), (false, 3, None));
        for n in 1..=5 {
            let row = outbox.row(row_id(n)).unwrap().unwrap();
            assert_eq!((row.sequence, row.stage == RowStage::Published), (n, n < 5));
            assert_eq!(outbox.payload(&row.body).unwrap(), format!("{{\"order\":{n}}}").into_bytes());
        }
        assert_eq!(outbox.exchange(exchange_id(6)).unwrap().unwrap().stage, Stage::Received);
        assert_eq!(outbox.payload(&BlobRef::of(&large())).unwrap(), large());
        assert_eq!(outbox.counts().jobs, 2);
        for kind in [JobKind::Translate, JobKind::Publish] {
            bench.clock.forward(Duration::from_secs(1));
            assert!(block_on(outbox.claim(kind)).unwrap().is_some());
        }
        assert_sound(&outbox);
    }
}

/// Writes the fixture anew: `cargo test --lib write_the_fixture -- --ignored`.
#[test]
#[ignore = "writes into the source tree"]
fn write_the_fixture() {
    let bench = Bench::new(IndexKind::Memory);
    fill(&bench);
    fs::remove_dir_all(fixture()).unwrap_or_default();
    copy_folder(bench.path(), &fixture());
    for left_out in ["ballast", "lock"] {
        fs::remove_file(fixture().join(left_out)).unwrap_or_default();
    }
    for next in fs::read_dir(fixture().join("journal")).unwrap().map(|entry| entry.unwrap().path()) {
        if next.extension().is_some_and(|end| end == "tmp") {
            fs::remove_file(next).unwrap();
        }
    }
}
