//! What the commit thread, the readers and the housekeeper share.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use super::ballast::Ballast;
use super::codec::{Counted, Place};
use super::error::StoreError;
use super::identity::StoreId;
use super::index::{Index, each_entry};
use super::key::{self, Overlay};
use super::layout::Layout;
use super::lease::Leases;
use super::spool::PayloadReader;
use super::view::read_value;
use crate::base::{Clock, Sha256};
use crate::exchange::{BlobRef, Payload, PayloadBody};

/// The parts that never change hands.
pub(crate) struct Shared {
    pub(crate) layout: Layout,
    pub(crate) store: StoreId,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) index: Box<dyn Index>,
    pub(crate) leases: Arc<Leases>,
    pub(crate) ballast: Arc<Ballast>,
    /// The longest batch, framed.
    pub(crate) capacity: u64,
    /// Held while snapshots are made and segments removed.
    pub(crate) housekeeping: Mutex<()>,
    /// Held while a batch is committed, and while a file of the spool that no record names is removed.
    pub(crate) files: Mutex<()>,
    /// Whether retention has had a round since the start.
    pub(crate) has_released: AtomicBool,
    counts: RwLock<BTreeMap<Counted, u64>>,
    failure: RwLock<Option<StoreError>>,
    housekeeper: Mutex<Option<SyncSender<()>>>,
}

impl Shared {
    #[expect(clippy::too_many_arguments, reason = "each part is made elsewhere and named here once")]
    pub(crate) fn new(
        layout: Layout,
        store: StoreId,
        clock: Arc<dyn Clock>,
        index: Box<dyn Index>,
        leases: Arc<Leases>,
        ballast: Arc<Ballast>,
        capacity: u64,
        housekeeper: SyncSender<()>,
    ) -> Result<Self, StoreError> {
        let mut counts = BTreeMap::new();
        each_entry(index.as_ref(), &key::Space::Count.first(), &key::Space::Count.end(), |key, value| {
            note_count(&mut counts, &key, Some(&value));
            Ok(())
        })?;
        Ok(Self {
            layout,
            store,
            clock,
            index,
            leases,
            ballast,
            capacity,
            housekeeping: Mutex::default(),
            files: Mutex::default(),
            has_released: AtomicBool::default(),
            counts: RwLock::new(counts),
            failure: RwLock::default(),
            housekeeper: Mutex::new(Some(housekeeper)),
        })
    }

    /// Why nothing is written any more, when that is so.
    pub(crate) fn failure(&self) -> Option<StoreError> {
        self.failure.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Stops all writing. The first failure is the one that is told.
    pub(crate) fn fail(&self, why: &StoreError) -> StoreError {
        let mut failure = self.failure.write().unwrap_or_else(PoisonError::into_inner);
        failure.get_or_insert_with(|| StoreError::ReadOnly { why: why.to_string() }).clone()
    }

    /// Tells the housekeeper that a segment was closed. Should it be busy, it looks again by itself.
    pub(crate) fn wake_housekeeping(&self) {
        let housekeeper = self.housekeeper.lock().unwrap_or_else(PoisonError::into_inner);
        housekeeper.iter().for_each(|housekeeper| housekeeper.try_send(()).unwrap_or_default());
    }

    /// Lets the housekeeper end.
    pub(crate) fn dismiss_housekeeper(&self) {
        self.housekeeper.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Keeps the counts in step with the index.
    pub(crate) fn note_counts(&self, changes: &Overlay) {
        let mut counts = self.counts.write().unwrap_or_else(PoisonError::into_inner);
        for (key, value) in changes.range(key::Space::Count.first()..key::Space::Count.end()) {
            note_count(&mut counts, key, value.as_deref());
        }
    }

    /// How many records stand there.
    pub(crate) fn count(&self, counted: Counted) -> u64 {
        self.counts.read().unwrap_or_else(PoisonError::into_inner).get(&counted).copied().unwrap_or(0)
    }

    /// Whether the files of a change are there: one that no record named yet may have been removed since it was kept.
    pub(crate) fn expect_files(&self, payloads: &[Payload]) -> Result<(), StoreError> {
        let kept = payloads.iter().filter(|payload| payload.body == PayloadBody::Kept);
        let mut hashes = kept.map(|payload| payload.reference.sha256);
        match hashes.find(|sha256| std::fs::symlink_metadata(self.layout.payload(sha256)).is_err()) {
            Some(sha256) => Err(StoreError::NoPayload { sha256 }),
            None => Ok(()),
        }
    }

    /// Where a payload lies.
    pub(crate) fn place(&self, sha256: &Sha256) -> Result<Option<Place>, StoreError> {
        self.index.get(&key::payload(sha256))?.map(|value| read_value(&value)).transpose()
    }

    /// A payload, verified whole.
    pub(crate) fn open_payload(&self, reference: &BlobRef) -> Result<PayloadReader, StoreError> {
        let sha256 = reference.sha256;
        self.open_from(self.place(&sha256)?.ok_or(StoreError::NoPayload { sha256 })?, reference)
    }

    /// A payload by the place where it lay a moment ago: since then it may have been carried on, let go, or come again.
    pub(crate) fn open_from(&self, mut place: Place, reference: &BlobRef) -> Result<PayloadReader, StoreError> {
        let sha256 = reference.sha256;
        loop {
            if let Some(reader) = self.open_at(&place, reference)? {
                return Ok(reader);
            }
            // A place is only ever left for one in a younger segment, so this ends.
            let now = self.place(&sha256)?.ok_or(StoreError::NoPayload { sha256 })?;
            if now == place {
                return Err(self.missing(&place, &sha256));
            }
            place = now;
        }
    }

    /// The payload at this place; `None` when there is no such file.
    fn open_at(&self, place: &Place, reference: &BlobRef) -> Result<Option<PayloadReader>, StoreError> {
        let Some(offset) = place.offset else {
            return PayloadReader::file(&self.layout.payload(&reference.sha256), reference);
        };
        let path = self.layout.segment(place.segment);
        let file = match std::fs::File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(|error| StoreError::io("opening", &path, error))?,
        };
        let mut bytes = vec![0; usize::try_from(place.length).unwrap_or(0)];
        file.read_exact_at(&mut bytes, offset).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => StoreError::corrupt(&path, offset, "the segment ends inside the payload"),
            _ => StoreError::io("reading", &path, error),
        })?;
        if place.length != reference.length || Sha256::of(&bytes) != reference.sha256 {
            return Err(StoreError::corrupt(&path, offset, "the payload is not what its SHA-256 says"));
        }
        Ok(Some(PayloadReader::memory(bytes)))
    }

    fn missing(&self, place: &Place, sha256: &Sha256) -> StoreError {
        match place.offset {
            Some(offset) => {
                let path = self.layout.segment(place.segment);
                StoreError::corrupt(&path, offset, "the segment with the payload is missing")
            }
            None => StoreError::corrupt(&self.layout.payload(sha256), 0, "the payload's file is missing"),
        }
    }
}

fn note_count(counts: &mut BTreeMap<Counted, u64>, key: &[u8], value: Option<&[u8]>) {
    if let Some(counted) = key::counted(key) {
        counts.insert(counted, value.and_then(key::number_of).unwrap_or(0));
    }
}
