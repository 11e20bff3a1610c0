//! Opening: what a crash, a power cut or a careless copy left is told apart, mended or refused.
//!
//! The journal is read first and alone decides what there is; then the index is brought up to it or made anew.
//! Recovery writes nothing that a second recovery would read differently, so it may itself be killed at any moment:
//! temporary files are swept, a new segment closes the torn one, `HEAD` follows.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use super::ballast::{Ballast, INDEX_ROOM};
use super::buffer::BufferedIndex;
use super::chain::Chain;
use super::codec::Place;
use super::disk::Disk;
use super::error::StoreError;
use super::identity::{Head, Identity};
use super::index::{Index, Mark, MemoryIndex, SledIndex};
use super::journal::{Journal, Tail, Writing};
use super::key::{self, Overlay};
use super::layout::{Layout, remove, sync_folder};
use super::segment::BLOCK;
use super::settings::{IndexKind, StoreSettings};
use super::snapshot;
use super::{IndexRecovery, Recovery, Torn};
use crate::base::{Clock, Entropy};

/// Keys applied to the index at once while it is being made or brought up.
const APPLIED_AT_ONCE: usize = 5_000;
/// The smallest segment: a test's.
const SMALLEST_SEGMENT: u64 = 64 << 10;

/// A store found in order.
pub(crate) struct Opened {
    pub(crate) layout: Layout,
    pub(crate) lock: File,
    pub(crate) identity: Identity,
    pub(crate) index: Box<dyn Index>,
    pub(crate) journal: Journal,
    pub(crate) ballast: Arc<Ballast>,
    pub(crate) recovery: Recovery,
}

/// The segment size in force: whole blocks, and not too small.
pub(crate) fn segment_bytes(settings: &StoreSettings) -> u64 {
    settings.segment_bytes.max(SMALLEST_SEGMENT).next_multiple_of(BLOCK)
}

/// Opens the folder and recovers it.
pub(crate) fn open(
    settings: &StoreSettings,
    clock: &dyn Clock,
    entropy: Arc<dyn Entropy>,
    disk: Arc<dyn Disk>,
) -> Result<Opened, StoreError> {
    let layout = Layout::new(&settings.folder);
    make_root(layout.root()).map_err(|error| StoreError::io("making", layout.root(), error))?;
    let lock = lock(&layout)?;
    let ballast = Arc::new(Ballast::new(&layout, settings));
    make_room(&ballast, segment_bytes(settings))?;
    let (identity, created) = identify(&layout, settings, clock, entropy.as_ref())?;
    layout.make_folders()?;
    let staged_removed = layout.sweep_temporary()?;

    let chain = Chain::read(&layout, &identity.store)?;
    let head = head(&layout, &chain, &identity)?;
    chain.settle()?;
    sync_folder(&layout.journal())?;
    let built = built_and_swept(settings, &layout, &chain, &identity, clock);
    let (Built { index, tail, replayed, how, damaged_snapshots, torn }, orphans_removed) = match built {
        // sled may open and fail at a page it comes upon later. Its failure is remembered, so this makes it anew.
        Err(StoreError::Index { .. }) => built_and_swept(settings, &layout, &chain, &identity, clock)?,
        built => built?,
    };

    let newest = chain.links().last().map(|link| (link.head.number, link.head.epoch));
    let generation = head.generation + 1;
    if let Some((segment, epoch)) = newest.filter(|(number, _)| *number != head.segment) {
        // HEAD was one behind; were it left so and this start cut short, it would be two behind at the next.
        Head { segment, epoch, ..head }.write(&layout.head())?;
    }
    let writing = Writing {
        layout: layout.clone(),
        disk,
        entropy,
        ballast: Arc::clone(&ballast),
        store: identity.store,
        generation,
        segment_bytes: segment_bytes(settings),
    };
    let index: Box<dyn Index> = match settings.index {
        IndexKind::Memory => index,
        IndexKind::Sled => {
            let ballast = Arc::clone(&ballast);
            let buffered = BufferedIndex::before(index, Arc::new(move || ballast.has_room(INDEX_ROOM)));
            Box::new(buffered.map_err(|error| StoreError::io("starting the thread for", &layout.index(), error))?)
        }
    };
    let journal = Journal::open(writing, tail)?;
    let recovery = Recovery {
        created,
        generation,
        last_sequence: tail.last,
        replayed,
        torn,
        index: how,
        damaged_snapshots,
        staged_removed,
        orphans_removed,
        took: std::time::Duration::ZERO,
    };
    Ok(Opened { layout, lock, identity, index, journal, ballast, recovery })
}

/// Makes the store's folder when it is missing. Whatever the umask, it is for nobody but its owner: it holds partners'
/// messages as they came. One that is there is left as its owner made it.
fn make_root(root: &Path) -> io::Result<()> {
    if let Some(above) = root.parent() {
        fs::create_dir_all(above)?;
    }
    match DirBuilder::new().mode(0o700).create(root) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && root.is_dir() => Ok(()),
        made => made,
    }
}

/// Takes the folder for this process, until the file is closed.
fn lock(layout: &Layout) -> Result<File, StoreError> {
    let path = layout.lock();
    let failed = |error| StoreError::io("locking", &path, error);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Locked { folder: layout.root().to_owned() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// On a disk that is full the ballast pays for what recovery writes: a segment and the index.
fn make_room(ballast: &Ballast, segment_bytes: u64) -> Result<(), StoreError> {
    if ballast.free()? < 2 * segment_bytes {
        ballast.release()?;
    }
    Ok(())
}

/// Whose folder it is; an empty one is made ours. `HEAD` is written before `STORE` and both before the journal, so
/// that a folder that lacks one of them beside what comes later is damaged and not young.
fn identify(
    layout: &Layout,
    settings: &StoreSettings,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Identity, bool), StoreError> {
    if let Some(identity) = Identity::read(&layout.identity())? {
        if identity.instance != settings.instance {
            return Err(StoreError::ForeignInstance {
                folder: layout.root().to_owned(),
                found: identity.instance,
                configured: settings.instance.clone(),
            });
        }
        return Ok((identity, false));
    }
    let begun = Head::read(&layout.head())?.is_some_and(|head| head.segment > 0);
    if begun || !layout.list_segments()?.is_empty() {
        return Err(StoreError::corrupt(&layout.identity(), 0, "it is missing, and there is a journal"));
    }
    let identity = Identity { store: entropy.bytes(), made_at: clock.now(), instance: settings.instance.clone() };
    Head { store: identity.store, generation: 0, segment: 0, epoch: 0 }.write(&layout.head())?;
    identity.write(&layout.identity())?;
    Ok((identity, true))
}

/// Reads `HEAD` and checks the journal against it.
fn head(layout: &Layout, chain: &Chain, identity: &Identity) -> Result<Head, StoreError> {
    let head = Head::read(&layout.head())?.ok_or_else(|| StoreError::corrupt(&layout.head(), 0, "it is missing"))?;
    if head.store != identity.store {
        return Err(StoreError::corrupt(&layout.head(), 0, "it belongs to another store"));
    }
    chain.check_head(layout, &head)?;
    Ok(head)
}

/// An index that holds what the journal holds.
struct Built {
    index: Box<dyn Index>,
    tail: Tail,
    replayed: u64,
    how: IndexRecovery,
    damaged_snapshots: Vec<std::path::PathBuf>,
    torn: Option<Torn>,
}

fn built_and_swept(
    settings: &StoreSettings,
    layout: &Layout,
    chain: &Chain,
    identity: &Identity,
    clock: &dyn Clock,
) -> Result<(Built, u64), StoreError> {
    let built = build_index(settings, layout, chain, identity)?;
    let orphans = sweep_orphans(settings, layout, built.index.as_ref(), clock)?;
    Ok((built, orphans))
}

fn build_index(
    settings: &StoreSettings,
    layout: &Layout,
    chain: &Chain,
    identity: &Identity,
) -> Result<Built, StoreError> {
    let (snapshot, damaged_snapshots) = snapshot::newest_usable(layout, &identity.store)?;
    let mark = |applied| Some(Mark { store: identity.store, applied });
    let (index, from, why) = match present_index(settings, layout, chain, identity) {
        Ok((index, applied)) => (index, applied, None),
        Err(why) => {
            let index = new_index(settings, layout)?;
            let from = snapshot.as_ref().map_or(0, |snapshot| snapshot.0);
            if !chain.continues(from) {
                return Err(snapshot::hole(layout, chain, from));
            }
            if let Some((_, path)) = &snapshot {
                load(index.as_ref(), path, identity)?;
            }
            (index, from, Some(why))
        }
    };
    let (mut changes, mut replayed) = (Overlay::new(), 0);
    let replayed_to = chain.replay(from, |entry| {
        entry.fold(&mut changes);
        replayed += 1;
        if changes.len() < APPLIED_AT_ONCE {
            return Ok(());
        }
        // An index being made has no mark until it is whole; one being brought up is right at every step.
        let mark = if why.is_none() { mark(entry.sequence) } else { None };
        index.apply(std::mem::take(&mut changes), mark)
    });
    let (tail, scanned) = replayed_to?;
    let known = from.max(snapshot.map_or(0, |snapshot| snapshot.0));
    if known > tail.last {
        let what = format!("record {known} had been applied and the journal ends with {}", tail.last);
        return Err(StoreError::corrupt(&layout.segment(tail.segment), tail.end.offset, what));
    }
    index.apply(changes, mark(tail.last))?;
    let torn = scanned.filter(|scanned| scanned.torn).map(|scanned| Torn {
        segment: layout.segment(tail.segment),
        offset: scanned.end.offset,
        dropped: scanned.dropped,
    });
    let how = match why {
        Some(why) => IndexRecovery::Rebuilt { why },
        None if replayed > 0 => IndexRecovery::CaughtUp(replayed),
        None => IndexRecovery::Current,
    };
    Ok(Built { index, tail, replayed, how, damaged_snapshots, torn })
}

/// The index on disk and how far it has come, or why it cannot be used.
fn present_index(
    settings: &StoreSettings,
    layout: &Layout,
    chain: &Chain,
    identity: &Identity,
) -> Result<(Box<dyn Index>, u64), String> {
    if settings.index == IndexKind::Memory {
        return Err("it is kept in memory".to_owned());
    }
    if !layout.index().exists() {
        return Err("there was none".to_owned());
    }
    if SledIndex::failure_of(&layout.index()).exists() {
        return Err("it failed when it was used".to_owned());
    }
    let index = SledIndex::open(&layout.index(), settings.index_cache_bytes).map_err(|error| error.to_string())?;
    match index.mark().map_err(|error| error.to_string())? {
        None => Err("it was not whole, or of another layout".to_owned()),
        Some(mark) if mark.store != identity.store => Err("it belonged to another store".to_owned()),
        Some(mark) if !chain.continues(mark.applied) => Err("it was older than the journal's oldest record".to_owned()),
        Some(mark) => Ok((Box::new(index), mark.applied)),
    }
}

fn new_index(settings: &StoreSettings, layout: &Layout) -> Result<Box<dyn Index>, StoreError> {
    let folder = layout.index();
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(StoreError::io("removing", &folder, error)),
        _ => {}
    }
    remove(&SledIndex::failure_of(&folder))?;
    Ok(match settings.index {
        IndexKind::Memory => Box::new(MemoryIndex::default()),
        IndexKind::Sled => Box::new(SledIndex::open(&folder, settings.index_cache_bytes)?),
    })
}

/// Fills a new index from a snapshot.
fn load(index: &dyn Index, snapshot: &std::path::Path, identity: &Identity) -> Result<(), StoreError> {
    let mut changes = Overlay::new();
    snapshot::read(snapshot, &identity.store, |key, value| {
        changes.insert(key, Some(value));
        if changes.len() < APPLIED_AT_ONCE { Ok(()) } else { index.apply(std::mem::take(&mut changes), None) }
    })?;
    index.apply(changes, None)
}

/// Removes payload files that no record names. Nobody is at work yet, so nothing is on its way to a record.
fn sweep_orphans(
    settings: &StoreSettings,
    layout: &Layout,
    index: &dyn Index,
    clock: &dyn Clock,
) -> Result<u64, StoreError> {
    let mut removed = 0;
    for (sha256, path) in layout.list_payloads()? {
        let place = index.get(&key::payload(&sha256))?;
        let place = place.as_deref().and_then(|value| minicbor::decode::<Place>(value).ok());
        if place.is_some_and(|place| place.offset.is_none()) || is_young(settings, &path, clock) {
            continue;
        }
        remove(&path)?;
        removed += 1;
    }
    Ok(removed)
}

fn is_young(settings: &StoreSettings, path: &std::path::Path, clock: &dyn Clock) -> bool {
    if settings.orphan_grace.is_zero() {
        return false;
    }
    let written = fs::metadata(path).and_then(|file| file.modified());
    let written = written.ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    written.is_none_or(|written| {
        let since = i64::try_from(written.as_millis()).unwrap_or(i64::MAX);
        clock.now().since(crate::base::Timestamp::from_millis(since)) < settings.orphan_grace
    })
}
