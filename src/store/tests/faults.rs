//! A disk that fails, and one whose power is cut.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard};

use super::*;
use crate::store::Health;
use crate::store::ballast::Ballast;
use crate::store::chain::Chain;
use crate::store::codec::{self, Record};
use crate::store::disk::{Disk, SegmentFile};
use crate::store::journal::{Journal, Tail, Writing};
use crate::store::layout::Layout;

/// A disk on which nothing is durable before its sync. It can fail at a sync, and lose its power there: then each
/// block of what was not synced is on disk or not, as chance has it, and nothing works any more.
#[derive(Debug)]
pub(crate) struct FaultyDisk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    syncs: u64,
    fails: Vec<u64>,
    power_fails_at: Option<u64>,
    chance: u64,
    dead: bool,
}

#[derive(Debug)]
struct FaultyFile {
    file: File,
    disk: Arc<Mutex<State>>,
    unsynced: Mutex<BTreeMap<u64, Vec<u8>>>,
}

const BLOCK: u64 = 4096;

impl FaultyDisk {
    /// Fails at the syncs with these numbers; the first is 1.
    pub(crate) fn failing(fails: &[u64]) -> Arc<Self> {
        Self::new(fails, None, 0)
    }

    /// Loses its power in the middle of a sync.
    pub(crate) fn power_cut(at: u64, chance: u64) -> Arc<Self> {
        Self::new(&[], Some(at), chance)
    }

    fn new(fails: &[u64], power_fails_at: Option<u64>, chance: u64) -> Arc<Self> {
        let state = State { syncs: 0, fails: fails.to_vec(), power_fails_at, chance, dead: false };
        Arc::new(Self(Arc::new(Mutex::new(state))))
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.0.lock().unwrap().dead
    }
}

impl Disk for FaultyDisk {
    fn open_segment(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        drop(alive(&self.0)?);
        let file = File::options().read(true).write(true).open(path)?;
        Ok(Box::new(FaultyFile { file, disk: self.0.clone(), unsynced: Mutex::default() }))
    }
}

fn alive(state: &Mutex<State>) -> io::Result<MutexGuard<'_, State>> {
    let state = state.lock().unwrap();
    if state.dead { Err(io::Error::other("no power")) } else { Ok(state) }
}

impl SegmentFile for FaultyFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let _state = alive(&self.disk)?;
        assert_eq!(offset % BLOCK, 0, "a synced block would be written again");
        let mut unsynced = self.unsynced.lock().unwrap();
        for (n, block) in (0..).zip(bytes.chunks(BLOCK as usize)) {
            unsynced.insert(offset + n * BLOCK, block.to_vec());
        }
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut state = alive(&self.disk)?;
        state.syncs += 1;
        let cut = state.power_fails_at == Some(state.syncs);
        let fails = state.fails.contains(&state.syncs);
        for (offset, block) in std::mem::take(&mut *self.unsynced.lock().unwrap()) {
            state.chance = state.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // After a failed sync, too, some blocks may have reached the disk.
            if !(cut || fails) || state.chance >> 62 != 0 {
                FileExt::write_all_at(&self.file, &block, offset)?;
            }
        }
        state.dead |= cut;
        if cut || fails { Err(io::Error::other("I/O error")) } else { self.file.sync_data() }
    }
}

fn open_on(bench: &Bench, disk: Arc<FaultyDisk>) -> Arc<Outbox> {
    Outbox::open_on(&bench.settings, bench.clock.clone(), bench.entropy.clone(), disk).unwrap().0
}

/// The first sync is that of the first segment's head.
#[test]
fn after_one_failed_sync_the_batch_is_written_to_a_new_segment_and_nothing_is_lost() {
    for index in BOTH {
        let bench = Bench::new(index);
        let outbox = open_on(&bench, FaultyDisk::failing(&[3]));
        for n in 1..=4 {
            assert_eq!(outbox.apply_blocking(accept(n)).unwrap(), Applied::Done);
        }
        assert_eq!(outbox.health(), Health::Writing);
        assert_eq!(bench.segments().len(), 2);
        assert_sound(&outbox);
        drop(outbox);
        let outbox = bench.open();
        assert!((1..=4).all(|n| outbox.answer_to(&dedup(n)).unwrap().is_some()));
        assert_sound(&outbox);
    }
}

#[test]
fn after_two_failed_syncs_nothing_more_is_promised_and_the_restart_decides() {
    for index in BOTH {
        let bench = Bench::new(index);
        // 1: the head; 2: the first change; 3: the second change fails; 4: the next head; 5: the second try fails.
        let outbox = open_on(&bench, FaultyDisk::failing(&[3, 5]));
        outbox.apply_blocking(accept(1)).unwrap();
        assert!(matches!(outbox.apply_blocking(accept(2)), Err(StoreError::ReadOnly { .. })));
        assert!(matches!(outbox.apply_blocking(accept(3)), Err(StoreError::ReadOnly { .. })));
        // Not even what is known is promised anew: nothing is written any more.
        assert!(matches!(outbox.apply_blocking(accept(1)), Err(StoreError::ReadOnly { .. })));
        assert!(matches!(outbox.health(), Health::ReadOnly { .. }));
        assert!(matches!(block_on(outbox.claim(JobKind::Translate)), Err(StoreError::ReadOnly { .. })));
        assert!(outbox.exchange(exchange_id(1)).unwrap().is_some());
        assert!(outbox.exchange(exchange_id(2)).unwrap().is_none());
        drop(outbox);
        let outbox = bench.open();
        assert!(outbox.exchange(exchange_id(1)).unwrap().is_some());
        assert!(outbox.exchange(exchange_id(3)).unwrap().is_none());
        let again = outbox.apply_blocking(accept(2)).unwrap();
        assert!(matches!(again, Applied::Done | Applied::Seen(_)));
        assert_sound(&outbox);
    }
}

#[test]
fn a_segment_that_cannot_be_begun_stops_the_writing() {
    let bench = Bench::new(IndexKind::Sled);
    let outbox = open_on(&bench, FaultyDisk::failing(&[3, 4]));
    outbox.apply_blocking(accept(1)).unwrap();
    assert!(matches!(outbox.apply_blocking(accept(2)), Err(StoreError::ReadOnly { .. })));
    drop(outbox);
    let outbox = bench.open();
    assert!(outbox.exchange(exchange_id(1)).unwrap().is_some());
    assert_sound(&outbox);
}

/// A mark is not synced. Should its block be lost and the batch behind it be found, nobody was answered for that
/// batch: a torn tail, and no damage.
#[test]
fn a_mark_that_was_lost_with_the_power_is_no_damage() {
    let mut torn = 0;
    for chance in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        layout.make_folders().unwrap();
        let settings = StoreSettings { ballast_bytes: 0, ..StoreSettings::new(folder.path(), "test-1") };
        let writing = Writing {
            layout: layout.clone(),
            disk: FaultyDisk::power_cut(3, chance << 40),
            entropy: Arc::new(TestEntropy::default()),
            ballast: Arc::new(Ballast::new(&layout, &settings)),
            store: [1; 16],
            generation: 1,
            segment_bytes: 64 << 10,
        };
        let body = codec::encode(Record { change: Change::new(at(0)), consequences: Vec::new() }).bytes;
        let mut journal = Journal::open(writing, Tail::EMPTY).unwrap();
        journal.append(&[&body]).unwrap();
        journal.mark();
        assert!(journal.append(&[&body, &body]).is_err());
        drop(journal);
        let (tail, scanned) = Chain::read(&layout, &[1; 16]).unwrap().replay(0, |_| Ok(())).unwrap();
        assert!((1..=4).contains(&tail.last));
        torn += usize::from(scanned.unwrap().dropped > 0);
    }
    assert!(torn > 0, "no round lost the mark alone");
}

/// Found by the law of retention: the next segment named a mark as the end of the one before, and the mark was not synced.
#[test]
fn a_mark_behind_the_last_batch_of_a_full_segment_may_be_lost_with_the_power() {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::new(folder.path());
    layout.make_folders().unwrap();
    let settings = StoreSettings { ballast_bytes: 0, ..StoreSettings::new(folder.path(), "test-1") };
    let writing = Writing {
        layout: layout.clone(),
        // 1: the head; 2: the first batch; 3: the next head; 4: the second batch.
        disk: FaultyDisk::power_cut(4, 0),
        entropy: Arc::new(TestEntropy::default()),
        ballast: Arc::new(Ballast::new(&layout, &settings)),
        store: [1; 16],
        generation: 1,
        segment_bytes: 64 << 10,
    };
    let mut change = Change::new(at(0));
    change.carry(vec![7; 40 << 10]);
    let body = codec::encode(Record { change, consequences: Vec::new() }).bytes;
    let mut journal = Journal::open(writing, Tail::EMPTY).unwrap();
    journal.append(&[&body]).unwrap();
    journal.mark();
    assert!(journal.append(&[&body]).is_err());
    drop(journal);
    let mut sequences = Vec::new();
    let replayed = Chain::read(&layout, &[1; 16]).unwrap().replay(0, |entry| {
        sequences.push(entry.sequence);
        Ok(())
    });
    assert!(replayed.unwrap().0.segment == 2 && sequences.starts_with(&[1]), "{sequences:?}");
}

/// A disk on which writing panics once the first segment has its head.
struct PanickingDisk;

struct PanickingFile(File, Mutex<u32>);

impl Disk for PanickingDisk {
    fn open_segment(&self, path: &Path) -> io::Result<Box<dyn SegmentFile>> {
        let file = File::options().read(true).write(true).open(path)?;
        Ok(Box::new(PanickingFile(file, Mutex::new(0))))
    }
}

impl SegmentFile for PanickingFile {
    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut writes = self.1.lock().unwrap();
        *writes += 1;
        assert_eq!(*writes, 1, "the panic of this test");
        FileExt::write_all_at(&self.0, bytes, offset)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }
}

#[test]
fn a_commit_thread_that_is_gone_is_seen() {
    let bench = Bench::new(IndexKind::Memory);
    let disk = Arc::new(PanickingDisk);
    let (outbox, _) = Outbox::open_on(&bench.settings, bench.clock.clone(), bench.entropy.clone(), disk).unwrap();
    assert_eq!(outbox.health(), Health::Writing);
    outbox.apply_blocking(accept(1)).unwrap_err();
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while outbox.health() == Health::Writing {
        assert!(std::time::Instant::now() < deadline);
        std::thread::yield_now();
    }
}
