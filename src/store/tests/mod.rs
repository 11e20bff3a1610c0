//! Tests of the store through its front door. Each runs on both indexes.

mod audit;
mod compaction;
mod faults;
mod fixture;
mod jobs;
mod kept;
mod model;
mod outbox;
mod recovery;
mod retention;
mod spool;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::{IndexKind, Outbox, Recovery, StoreError, StoreSettings};
use crate::base::{Clock, DocumentId, Entropy, ExchangeId, PartnerId, RowId, Timestamp};
use crate::exchange::{
    Answer, Applied, BlobRef, Change, DedupKey, Document, DocumentStage, Effect, Exchange, Expect, Job, JobKind, Lane,
    Row, RowStage, Stage, Subject,
};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(crate) struct TestClock(AtomicI64);

impl TestClock {
    pub(crate) fn at(millis: i64) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(millis)))
    }

    pub(crate) fn forward(&self, span: Duration) {
        self.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// Bytes that look random and are the same in every run (splitmix64).
#[derive(Debug, Default)]
pub(crate) struct TestEntropy(AtomicU64);

impl Entropy for TestEntropy {
    fn fill(&self, out: &mut [u8]) {
        for byte in out {
            let mut x = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (x ^ (x >> 31)) as u8;
        }
    }
}

/// A moment to start from: 2026-11-24.
pub(crate) const START: i64 = 1_795_564_800_000;
pub(crate) const BOTH: [IndexKind; 2] = [IndexKind::Sled, IndexKind::Memory];

/// One store in a folder of its own, opened and opened again.
pub(crate) struct Bench {
    _folder: TempDir,
    pub(crate) settings: StoreSettings,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) entropy: Arc<TestEntropy>,
}

impl Bench {
    pub(crate) fn new(index: IndexKind) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = StoreSettings {
            index,
            ballast_bytes: 4096,
            segment_bytes: 64 << 10,
            free_soft_percent: 0,
            free_hard_percent: 0,
            ..StoreSettings::new(folder.path().join("store"), "test-1")
        };
        Self { _folder: folder, settings, clock: TestClock::at(START), entropy: Arc::default() }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.settings.folder
    }

    pub(crate) fn try_open(&self) -> Result<(Arc<Outbox>, Recovery), StoreError> {
        Outbox::open(&self.settings, self.clock.clone(), self.entropy.clone())
    }

    pub(crate) fn open(&self) -> Arc<Outbox> {
        self.try_open().unwrap().0
    }

    /// The newest segment's path.
    pub(crate) fn newest_segment(&self) -> std::path::PathBuf {
        self.segments().pop().unwrap()
    }

    pub(crate) fn segments(&self) -> Vec<std::path::PathBuf> {
        let mut all: Vec<_> = std::fs::read_dir(self.path().join("journal"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("segment-"))
            .collect();
        all.sort();
        all
    }
}

pub(crate) fn partner() -> PartnerId {
    "acme".parse().unwrap()
}

/// The id number `n` of its kind: ids sort as their numbers do.
pub(crate) fn id_bytes(n: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&(n << 20).to_be_bytes());
    bytes
}

pub(crate) fn exchange_id(n: u64) -> ExchangeId {
    ExchangeId::from_bytes(id_bytes(n))
}

pub(crate) fn document_id(n: u64) -> DocumentId {
    DocumentId::from_bytes(id_bytes(n))
}

pub(crate) fn row_id(n: u64) -> RowId {
    RowId::from_bytes(id_bytes(n))
}

pub(crate) fn dedup(n: u64) -> DedupKey {
    DedupKey::as2("them", "us", &format!("<{n}@them>"))
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

pub(crate) fn exchange(n: u64, version: u32, stage: Stage, detail: BlobRef) -> Exchange {
    Exchange {
        id: exchange_id(n),
        version,
        stage,
        partner: partner(),
        received_at: at(0),
        updated_at: at(0),
        sets_done: 0,
        documents: 0,
        parked: 0,
        detail,
    }
}

pub(crate) fn job(subject: Subject, kind: JobKind, lane: &str, due: Timestamp) -> Job {
    Job { subject, kind, lane: Lane::of(lane), position: 0, due, attempts: 0 }
}

/// Message `n` is accepted: an exchange, its answer and a translation.
pub(crate) fn accept(n: u64) -> Change {
    let mut change = Change::new(at(0));
    let detail = change.carry(format!("detail of {n}").into_bytes());
    let receipt = change.carry(format!("receipt for {n}").into_bytes());
    change.expect.push(Expect::Unanswered(dedup(n), at(0).before(Duration::from_secs(60))));
    change.effects = vec![
        Effect::Exchange(exchange(n, 0, Stage::Received, detail)),
        Effect::Answer(
            dedup(n),
            Answer { exchange: exchange_id(n), content: detail.sha256, receipt: Some(receipt), at: at(0) },
        ),
        Effect::Job(job(Subject::Exchange(exchange_id(n)), JobKind::Translate, &format!("exchange-{n}"), at(0))),
    ];
    change
}

/// Exchange `n` has become a document and a row, to be published in `lane`.
pub(crate) fn translate(n: u64, lane: &str) -> Change {
    let mut change = Change::new(at(1));
    let content = change.carry(format!("{{\"order\":{n}}}").into_bytes());
    let envelope = change.carry(format!("envelope of {n}").into_bytes());
    let detail = BlobRef::of(format!("detail of {n}").as_bytes());
    change.expect.push(Expect::Version { exchange: exchange_id(n), version: 0 });
    change.effects = vec![
        Effect::Exchange(Exchange { documents: 1, sets_done: 1, ..exchange(n, 1, Stage::Translated, detail) }),
        Effect::Document(document(n, DocumentStage::Waiting, content)),
        Effect::Row(row(n, lane, RowStage::Waiting, 0, envelope, content)),
        Effect::JobDone(Subject::Exchange(exchange_id(n))),
        Effect::Job(job(Subject::Row(row_id(n)), JobKind::Publish, lane, at(1))),
    ];
    change
}

pub(crate) fn document(n: u64, stage: DocumentStage, content: BlobRef) -> Document {
    Document {
        id: document_id(n),
        exchange: Some(exchange_id(n)),
        partner: partner(),
        kind: "order".to_owned(),
        number: format!("PO-{n}"),
        stage,
        created_at: at(1),
        row: Some(row_id(n)),
        content,
        detail: None,
        version: 1,
        outbound: false,
        order: None,
        updated_at: Some(at(1)),
    }
}

pub(crate) fn row(n: u64, lane: &str, stage: RowStage, sequence: u64, envelope: BlobRef, body: BlobRef) -> Row {
    Row {
        id: row_id(n),
        sequence,
        partner: partner(),
        document: Some(document_id(n)),
        lane: Lane::of(lane),
        stage,
        published_at: (stage == RowStage::Published).then(|| at(2)),
        envelope,
        body,
    }
}

/// Row `n` is confirmed.
pub(crate) fn publish(n: u64, before: &Row) -> Change {
    let mut change = Change::new(at(2));
    let content = before.body;
    change.effects = vec![
        Effect::Document(document(n, DocumentStage::Published, content)),
        Effect::Row(Row { stage: RowStage::Published, published_at: Some(at(2)), ..before.clone() }),
        Effect::JobDone(Subject::Row(row_id(n))),
    ];
    change
}

/// Accepts, translates and publishes message `n`.
pub(crate) fn whole_way(outbox: &Outbox, n: u64) {
    assert_eq!(outbox.apply_blocking(accept(n)).unwrap(), Applied::Done);
    assert_eq!(outbox.apply_blocking(translate(n, "lane")).unwrap(), Applied::Done);
    let row = outbox.row(row_id(n)).unwrap().unwrap();
    assert_eq!(outbox.apply_blocking(publish(n, &row)).unwrap(), Applied::Done);
}

/// Everything is as the journal says, and nothing hangs in the air.
pub(crate) fn assert_sound(outbox: &Outbox) {
    let check = outbox.check().unwrap();
    assert_eq!((check.orphans, check.dangling, check.faults.as_slice()), (0, 0, [].as_slice()));
}

/// A runtime with one thread, for what must be awaited.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
