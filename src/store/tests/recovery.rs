//! Damage is told from a crash: what was durable is never silently less.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::store::IndexRecovery;
use crate::store::identity::FORMAT;

/// How the index is found at the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum IndexFound {
    SledWhole,
    SledGone,
    Memory,
}

const FOUND: [IndexFound; 3] = [IndexFound::SledWhole, IndexFound::SledGone, IndexFound::Memory];

/// A store with two lives of some messages each, closed in an orderly way.
fn prepared() -> Bench {
    let bench = Bench::new(IndexKind::Sled);
    for life in 0..2 {
        let outbox = bench.open();
        (1..=8).for_each(|n| whole_way(&outbox, life * 8 + n));
    }
    bench
}

pub(super) fn copy_folder(from: &Path, to: &Path) {
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

/// A copy of a store, its index as asked.
fn copy_of(bench: &Bench, found: IndexFound) -> Bench {
    let copy = Bench::new(if found == IndexFound::Memory { IndexKind::Memory } else { IndexKind::Sled });
    copy_folder(bench.path(), copy.path());
    if found == IndexFound::SledGone {
        fs::remove_dir_all(copy.path().join("index")).unwrap();
    }
    copy
}

fn assert_whole(outbox: &Outbox) {
    for n in 1..=16 {
        let row = outbox.row(row_id(n)).unwrap().unwrap();
        assert_eq!((row.stage, row.sequence), (RowStage::Published, n), "{n}");
    }
}

/// The damage is refused at the opening, or nothing is missing and, where something was damaged, a check tells of it.
fn assert_refused_or_whole(copy: &Bench, what: &str) -> bool {
    match copy.try_open() {
        Err(StoreError::Corrupt { .. }) => true,
        Err(other) => panic!("{what}: {other:?}"),
        Ok((outbox, _)) => {
            assert_whole(&outbox);
            false
        }
    }
}

#[test]
fn a_flipped_bit_in_a_durable_record_is_refused_or_harmless_and_never_silently_less() {
    let bench = prepared();
    let mut refused = 0;
    for found in FOUND {
        for (number, segment) in bench.segments().iter().enumerate() {
            let bytes = fs::read(segment).unwrap();
            let used: Vec<usize> = (0..bytes.len()).filter(|place| bytes[*place] != 0).collect();
            for place in used.iter().copied().skip(number + 7).step_by(used.len() / 12) {
                let copy = copy_of(&bench, found);
                let target = &copy.segments()[number];
                let mut damaged = bytes.clone();
                damaged[place] ^= 1 << (place % 8);
                fs::write(target, damaged).unwrap();
                refused += usize::from(assert_refused_or_whole(&copy, &format!("{found:?} {number} {place}")));
                // Unnoticed at the opening, it is noticed by a check, unless it hit the mark.
                if let Ok((outbox, _)) = copy.try_open() {
                    let faults = outbox.check().unwrap().faults;
                    assert!(!faults.is_empty() || place > used[used.len() - 40], "{found:?} {number} {place}");
                }
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn a_short_a_missing_and_a_zeroed_piece_of_the_journal_are_refused() {
    let bench = prepared();
    type Damage = fn(&Bench);
    let damages: [(&str, Damage); 5] = [
        ("the newest segment is short", |copy| {
            let file = fs::File::options().write(true).open(copy.newest_segment()).unwrap();
            file.set_len(40_000).unwrap();
        }),
        ("a block of the newest segment is zero", |copy| {
            let newest = copy.newest_segment();
            let mut bytes = fs::read(&newest).unwrap();
            bytes[8192..12_288].fill(0);
            fs::write(newest, bytes).unwrap();
        }),
        ("the newest segment is missing", |copy| fs::remove_file(copy.newest_segment()).unwrap()),
        ("HEAD is missing", |copy| fs::remove_file(copy.path().join("HEAD")).unwrap()),
        ("STORE is missing", |copy| fs::remove_file(copy.path().join("STORE")).unwrap()),
    ];
    for found in FOUND {
        for (what, damage) in &damages {
            let copy = copy_of(&bench, found);
            damage(&copy);
            assert!(matches!(copy.try_open(), Err(StoreError::Corrupt { .. })), "{found:?}: {what}");
            assert!(matches!(copy.try_open(), Err(StoreError::Corrupt { .. })), "{found:?}: {what}, again");
        }
        let copy = copy_of(&bench, found);
        fs::remove_file(&copy.segments()[0]).unwrap();
        let opened = copy.try_open();
        match found {
            // The index holds all of it, and only the payloads are missing: told when they are read.
            IndexFound::SledWhole => assert_whole(&opened.unwrap().0),
            _ => assert!(matches!(opened, Err(StoreError::Corrupt { .. })), "{found:?}"),
        }
    }
}

#[test]
fn a_restored_journal_that_is_older_than_its_index_or_its_head_is_refused() {
    let bench = Bench::new(IndexKind::Sled);
    whole_way(&bench.open(), 1);
    let old = copy_of(&bench, IndexFound::SledWhole);
    whole_way(&bench.open(), 2);
    // The journal of yesterday under the HEAD and the index of today.
    let journal = copy_of(&bench, IndexFound::SledWhole);
    fs::remove_dir_all(journal.path().join("journal")).unwrap();
    copy_folder(&old.path().join("journal"), &journal.path().join("journal"));
    assert!(matches!(journal.try_open(), Err(StoreError::Corrupt { .. })));
    // HEAD put back as well: the index still knows better.
    fs::copy(old.path().join("HEAD"), journal.path().join("HEAD")).unwrap();
    assert!(matches!(journal.try_open(), Err(StoreError::Corrupt { .. })));
    // A segment of another life of the same store under the same number.
    whole_way(&old.open(), 3);
    let mixed = copy_of(&bench, IndexFound::SledGone);
    fs::copy(old.newest_segment(), mixed.newest_segment()).unwrap();
    assert!(matches!(mixed.try_open(), Err(StoreError::Corrupt { .. })));
}

#[test]
fn the_index_may_be_deleted_spoilt_or_old_and_nothing_changes() {
    let bench = prepared();
    type Spoil = (&'static str, fn(&Path), fn(&IndexRecovery) -> bool);
    let spoil: [Spoil; 5] = [
        ("untouched", |_| {}, |how| *how == IndexRecovery::Current),
        ("deleted", |index| fs::remove_dir_all(index).unwrap(), |how| matches!(how, IndexRecovery::Rebuilt { .. })),
        (
            "failed in the run before",
            |index| fs::write(index.with_extension("failed"), b"").unwrap(),
            |how| matches!(how, IndexRecovery::Rebuilt { .. }),
        ),
        (
            "emptied",
            |index| {
                fs::remove_dir_all(index).unwrap();
                fs::create_dir(index).unwrap();
            },
            |how| matches!(how, IndexRecovery::Rebuilt { .. }),
        ),
        (
            "spoilt",
            |index| {
                let db = index.join("db");
                let length = fs::metadata(&db).unwrap().len() as usize;
                fs::write(db, vec![0xa5; length]).unwrap();
            },
            |how| matches!(how, IndexRecovery::Rebuilt { .. }),
        ),
    ];
    for (what, spoil, expected) in spoil {
        let copy = copy_of(&bench, IndexFound::SledWhole);
        spoil(&copy.path().join("index"));
        let (outbox, recovery) = copy.try_open().unwrap();
        assert!(expected(&recovery.index), "{what}: {:?}", recovery.index);
        assert_whole(&outbox);
        assert_sound(&outbox);
    }
    // An index of the first life is brought up to the second.
    let old = Bench::new(IndexKind::Sled);
    (1..=8).for_each(|n| whole_way(&old.open(), n));
    let index_before = old.path().join("index-before");
    copy_folder(&old.path().join("index"), &index_before);
    (9..=16).for_each(|n| whole_way(&old.open(), n));
    fs::remove_dir_all(old.path().join("index")).unwrap();
    fs::rename(index_before, old.path().join("index")).unwrap();
    let (outbox, recovery) = old.try_open().unwrap();
    assert_eq!(recovery.index, IndexRecovery::CaughtUp(24));
    assert_whole(&outbox);
    assert_sound(&outbox);
}

#[test]
fn a_torn_batch_is_dropped_once_and_for_all() {
    for found in FOUND {
        let bench = copy_of(&prepared(), found);
        // What a power cut leaves of a batch: bytes that are no record, behind the last one.
        let newest = bench.newest_segment();
        let mut bytes = fs::read(&newest).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).unwrap();
        let next = (end / 4096 + 1) * 4096;
        bytes[next..next + 400].fill(0x47);
        fs::write(&newest, bytes).unwrap();
        let (outbox, recovery) = bench.try_open().unwrap();
        let torn = recovery.torn.unwrap();
        assert_eq!((torn.segment, torn.dropped), (newest, 0));
        assert_whole(&outbox);
        whole_way(&outbox, 17);
        drop(outbox);
        let (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!(recovery.torn, None, "the new segment has closed the torn one");
        assert_whole(&outbox);
        assert_sound(&outbox);
    }
}

#[test]
fn a_damaged_snapshot_is_told_and_the_older_one_stands_in() {
    let bench = Bench::new(IndexKind::Memory);
    let mut snapshots = Vec::new();
    for life in 0..3 {
        let outbox = bench.open();
        (1..=4).for_each(|n| whole_way(&outbox, life * 4 + n));
        drop(outbox);
        let outbox = bench.open();
        snapshots.push(outbox.snapshot_now().unwrap().unwrap());
        assert_eq!(outbox.snapshot_now().unwrap(), None, "nothing new");
    }
    let (mut outbox, recovery) = bench.try_open().unwrap();
    assert_eq!(recovery.damaged_snapshots, Vec::<PathBuf>::new());
    let files: Vec<_> = outbox.shared.layout.list_snapshots().unwrap();
    assert_eq!(files.iter().map(|(sequence, _)| *sequence).collect::<Vec<_>>(), snapshots[1..]);
    let newest = &files[1].1;
    let whole = fs::read(newest).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / 25) {
        drop(outbox);
        let mut damaged = whole.clone();
        damaged[place] ^= 16;
        fs::write(newest, &damaged).unwrap();
        let recovery;
        (outbox, recovery) = bench.try_open().unwrap();
        assert_eq!(recovery.damaged_snapshots, std::slice::from_ref(newest), "{place}");
        (1..=12).for_each(|n| assert!(outbox.row(row_id(n)).unwrap().is_some()));
        assert_sound(&outbox);
    }
}

#[test]
fn a_folder_has_one_owner_one_instance_and_no_future() {
    let bench = Bench::new(IndexKind::Sled);
    let outbox = bench.open();
    assert!(matches!(bench.try_open(), Err(StoreError::Locked { .. })));
    drop(outbox);
    let stranger = StoreSettings { instance: "test-2".to_owned(), ..bench.settings.clone() };
    let opened = Outbox::open(&stranger, bench.clock.clone(), bench.entropy.clone());
    assert!(matches!(opened, Err(StoreError::ForeignInstance { .. })));
    // The format stands behind the magic in every file; the last four bytes are the checksum.
    for file in [bench.path().join("STORE"), bench.path().join("HEAD"), bench.newest_segment()] {
        let before = fs::read(&file).unwrap();
        let mut bytes = before.clone();
        let newer = FORMAT + 1;
        bytes[8] = u8::try_from(newer).unwrap();
        let sealed = if bytes.len() > 4096 { 4096 } else { bytes.len() } - 4;
        let crc = crc32c::crc32c(&bytes[..sealed]).to_le_bytes();
        bytes[sealed..sealed + 4].copy_from_slice(&crc);
        fs::write(&file, bytes).unwrap();
        match bench.try_open() {
            Err(error @ StoreError::Newer { found, known, .. }) if (found, known) == (newer, FORMAT) => {
                let text = error.to_string();
                assert!(text.contains("newer edigate") && !text.contains('\n'), "{text}");
            }
            other => panic!("{}: {other:?}", file.display()),
        }
        fs::write(&file, before).unwrap();
    }
    bench.open();
}

#[test]
fn a_start_cut_short_between_segment_and_head_is_repeated() {
    let bench = prepared();
    let head = bench.path().join("HEAD");
    let before = fs::read(&head).unwrap();
    drop(bench.open());
    // The crash came after the segment was in place and before HEAD was replaced.
    fs::write(&head, &before).unwrap();
    assert_whole(&bench.open());
    // Further behind, HEAD is from another time.
    fs::write(&head, &before).unwrap();
    assert!(matches!(bench.try_open(), Err(StoreError::Corrupt { .. })));
}

#[test]
fn the_folder_is_for_nobody_but_its_owner() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new(IndexKind::Memory);
    bench.open();
    let mode = std::fs::metadata(bench.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
