//! What was applied last, held in memory before an index on disk.
//!
//! A job is added, taken and closed within moments; an index on disk need never hear of it. Changes are laid into a
//! map, and a thread carries the map to the index behind it as a whole. *A crash* loses what was not carried yet: the
//! index is then behind the journal, and the next start brings it up.

use std::collections::btree_map;
use std::iter::{Peekable, Rev};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::error::StoreError;
use super::index::{Entries, Index, Mark, Order};
use super::key::Overlay;

/// Keys carried at once, when there are so many.
const ENOUGH: usize = 10_000;
/// Keys held at most; whoever would add more waits until some are carried.
const MOST: usize = 100_000;
/// Keys applied to the index behind in one go.
const PIECE: usize = 128;
/// Fewer keys than [`ENOUGH`] are carried after this time; and so long nothing is when there is no room.
const PATIENCE: Duration = Duration::from_millis(500);

/// Says whether the index behind may be written: on a full disk it would fail for good.
pub(crate) type Room = Arc<dyn Fn() -> bool + Send + Sync>;

/// An index on disk with a map before it.
#[derive(Debug)]
pub(crate) struct BufferedIndex {
    shared: Arc<Buffer>,
    carrier: Option<JoinHandle<()>>,
}

struct Buffer {
    behind: Box<dyn Index>,
    room: Room,
    recent: RwLock<Recent>,
    progress: Mutex<Progress>,
    changed: Condvar,
    /// One carries at a time.
    carrying: Mutex<()>,
}

#[derive(Debug, Default)]
struct Recent {
    /// Applied last.
    front: Overlay,
    mark: Option<Mark>,
    /// Applied before, and on its way to the index behind.
    carried: Arc<Overlay>,
}

#[derive(Debug, Default)]
struct Progress {
    waiting: usize,
    ended: bool,
    /// The index behind has failed; a restart makes it anew.
    fault: Option<StoreError>,
}

impl std::fmt::Debug for Buffer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffer").field("behind", &self.behind).finish_non_exhaustive()
    }
}

impl BufferedIndex {
    /// Puts a map before `behind`, which is written only while there is `room`.
    pub(crate) fn before(behind: Box<dyn Index>, room: Room) -> std::io::Result<Self> {
        let shared = Arc::new(Buffer {
            behind,
            room,
            recent: RwLock::default(),
            progress: Mutex::default(),
            changed: Condvar::new(),
            carrying: Mutex::default(),
        });
        let buffer = Arc::clone(&shared);
        let carrier = thread::Builder::new().name("store-index".to_owned()).spawn(move || buffer.carry_on())?;
        Ok(Self { shared, carrier: Some(carrier) })
    }
}

impl Drop for BufferedIndex {
    fn drop(&mut self) {
        self.shared.progress().ended = true;
        self.shared.changed.notify_all();
        if let Some(carrier) = self.carrier.take() {
            carrier.join().unwrap_or_default();
        }
    }
}

impl Buffer {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self) -> Result<(), StoreError> {
        self.progress().fault.clone().map_or(Ok(()), Err)
    }

    /// The thread: carries when there is enough or when it has waited long enough.
    fn carry_on(&self) {
        loop {
            let progress = self.progress();
            let idle = |progress: &mut Progress| progress.waiting < ENOUGH && !progress.ended;
            let waited = self.changed.wait_timeout_while(progress, PATIENCE, idle);
            let (progress, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if progress.ended || progress.fault.is_some() {
                return;
            }
            let nothing = progress.waiting == 0;
            drop(progress);
            if nothing {
                continue;
            }
            if !(self.room)() {
                // Until there is room the map grows to its bound, and then nothing is taken.
                thread::sleep(PATIENCE);
                continue;
            }
            // A failure stands in the progress, where everybody who asks next finds it.
            drop(self.carry());
        }
    }

    /// Carries everything that is held to the index behind. After a failure the map stays as it is, and nothing is
    /// carried any more.
    fn carry(&self) -> Result<(), StoreError> {
        let _alone = self.carrying.lock().unwrap_or_else(PoisonError::into_inner);
        self.check()?;
        let (carried, mark) = {
            let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
            recent.carried = Arc::new(std::mem::take(&mut recent.front));
            self.progress().waiting = 0;
            (Arc::clone(&recent.carried), recent.mark)
        };
        self.changed.notify_all();
        if let Err(fault) = self.carry_in_pieces(&carried, mark) {
            self.progress().fault = Some(fault.clone());
            self.changed.notify_all();
            return Err(fault);
        }
        self.recent.write().unwrap_or_else(PoisonError::into_inner).carried = Arc::default();
        Ok(())
    }
}

impl Buffer {
    /// Readers of the index behind wait while a piece is applied, so pieces are small. The mark comes with the last
    /// one: a crash in between leaves some keys newer than the mark, and replay from the mark writes them once more.
    fn carry_in_pieces(&self, carried: &Overlay, mark: Option<Mark>) -> Result<(), StoreError> {
        let mut rest = carried.iter().map(|(key, value)| (key.clone(), value.clone())).peekable();
        while rest.peek().is_some() {
            let piece: Overlay = rest.by_ref().take(PIECE).collect();
            self.behind.apply(piece, mark.filter(|_| rest.peek().is_none()))?;
        }
        Ok(())
    }
}

impl Index for BufferedIndex {
    fn apply(&self, changes: Overlay, mark: Option<Mark>) -> Result<(), StoreError> {
        let progress = self.shared.progress();
        let full = |progress: &mut Progress| progress.waiting >= MOST && progress.fault.is_none();
        let progress = self.shared.changed.wait_while(progress, full).unwrap_or_else(PoisonError::into_inner);
        progress.fault.clone().map_or(Ok(()), Err)?;
        drop(progress);
        let mut recent = self.shared.recent.write().unwrap_or_else(PoisonError::into_inner);
        recent.front.extend(changes);
        recent.mark = mark.or(recent.mark);
        let waiting = recent.front.len();
        self.shared.progress().waiting = waiting;
        drop(recent);
        if waiting >= ENOUGH {
            self.shared.changed.notify_all();
        }
        Ok(())
    }

    fn takes(&self) -> Result<(), StoreError> {
        let full = self.shared.progress().waiting >= MOST;
        if full && !(self.shared.room)() { Err(StoreError::Full { file: "index".into() }) } else { Ok(()) }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let recent = self.shared.recent.read().unwrap_or_else(PoisonError::into_inner);
        match recent.front.get(key).or_else(|| recent.carried.get(key)) {
            Some(value) => Ok(value.clone()),
            None => {
                // What leaves the map from here on is in the index behind before it is read.
                drop(recent);
                self.shared.check()?;
                self.shared.behind.get(key)
            }
        }
    }

    fn range(&self, from: &[u8], to: &[u8], order: Order, limit: usize) -> Result<Entries, StoreError> {
        if from >= to {
            return Ok(Vec::new());
        }
        self.shared.check()?;
        // Held to the end: nothing may move from the map to the index while both are read.
        let recent = self.shared.recent.read().unwrap_or_else(PoisonError::into_inner);
        let within = || from.to_vec()..to.to_vec();
        let (front, carried) = (recent.front.range(within()), recent.carried.range(within()));
        let behind = Behind { index: self.shared.behind.as_ref(), from: from.to_vec(), to: to.to_vec(), order, limit };
        match order {
            Order::Ascending => merge(front.peekable(), carried.peekable(), behind, |a, b| a < b),
            Order::Descending => merge(front.rev().peekable(), carried.rev().peekable(), behind, |a, b| a > b),
        }
    }

    fn mark(&self) -> Result<Option<Mark>, StoreError> {
        let recent = self.shared.recent.read().unwrap_or_else(PoisonError::into_inner).mark;
        recent.map_or_else(|| self.shared.behind.mark(), |mark| Ok(Some(mark)))
    }

    fn flush(&self) -> Result<(), StoreError> {
        if !(self.shared.room)() {
            // The next start brings the index up.
            return Ok(());
        }
        self.shared.carry()?;
        self.shared.behind.flush()
    }
}

/// A range of the index behind, read in pages.
struct Behind<'a> {
    index: &'a dyn Index,
    from: Vec<u8>,
    to: Vec<u8>,
    order: Order,
    limit: usize,
}

impl Behind<'_> {
    /// The next page, and whether there may be another.
    fn page(&mut self) -> Result<(Entries, bool), StoreError> {
        let entries = self.index.range(&self.from, &self.to, self.order, self.limit)?;
        let more = entries.len() == self.limit;
        match (self.order, entries.last()) {
            (Order::Ascending, Some((last, _))) => self.from = [last.as_slice(), &[0]].concat(),
            (Order::Descending, Some((last, _))) => self.to.clone_from(last),
            (_, None) => {}
        }
        Ok((entries, more))
    }
}

/// A walk over a map, and the same walk backwards.
type Walk<'a> = btree_map::Range<'a, Vec<u8>, Option<Vec<u8>>>;
/// Both directions of a [`Walk`] hand out this.
trait Steps<'a>: Iterator<Item = (&'a Vec<u8>, &'a Option<Vec<u8>>)> {}
impl<'a> Steps<'a> for Walk<'a> {}
impl<'a> Steps<'a> for Rev<Walk<'a>> {}

/// The first `limit` entries of three maps laid over one another; what lies before hides what lies behind.
fn merge<'a, S: Steps<'a>>(
    mut front: Peekable<S>,
    mut carried: Peekable<S>,
    mut behind: Behind<'_>,
    sooner: impl Fn(&[u8], &[u8]) -> bool,
) -> Result<Entries, StoreError> {
    let limit = behind.limit;
    let mut out = Entries::new();
    let (page, mut more) = behind.page()?;
    let mut page = page.into_iter().peekable();
    while out.len() < limit {
        if page.peek().is_none() && more {
            let (next, still_more) = behind.page()?;
            (page, more) = (next.into_iter().peekable(), still_more);
        }
        let heads = [front.peek().map(|(key, _)| key.as_slice()), carried.peek().map(|(key, _)| key.as_slice())];
        let heads = heads.into_iter().chain([page.peek().map(|(key, _)| key.as_slice())]).flatten();
        let Some(key) = heads.reduce(|best, key| if sooner(key, best) { key } else { best }).map(<[u8]>::to_vec) else {
            break;
        };
        let first = front.next_if(|(here, _)| **here == key).map(|(_, value)| value.clone());
        let second = carried.next_if(|(here, _)| **here == key).map(|(_, value)| value.clone());
        let third = page.next_if(|(here, _)| *here == key).map(|(_, value)| Some(value));
        if let Some(value) = first.or(second).or(third).flatten() {
            out.push((key, value));
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use proptest::prelude::*;

    use super::super::index::MemoryIndex;
    use super::*;

    fn changes() -> impl Strategy<Value = Overlay> {
        prop::collection::btree_map(prop::collection::vec(0_u8..4, 1..3), prop::option::of(any::<[u8; 1]>()), 0..12)
            .prop_map(|map| map.into_iter().map(|(key, value)| (key, value.map(|value| value.to_vec()))).collect())
    }

    proptest! {
        #[test]
        fn a_buffered_index_reads_like_a_plain_one(
            batches in prop::collection::vec((changes(), any::<bool>()), 1..6),
            from in prop::collection::vec(0_u8..4, 0..3),
            to in prop::collection::vec(0_u8..5, 0..3),
            limit in 1_usize..6,
        ) {
            let plain = MemoryIndex::default();
            let buffered = BufferedIndex::before(Box::<MemoryIndex>::default(), Arc::new(|| true)).unwrap();
            for (changes, carry) in batches {
                plain.apply(changes.clone(), None).unwrap();
                buffered.apply(changes, None).unwrap();
                if carry {
                    // Left as it is in the middle of carrying: the map is still there and the index has it too.
                    let mut recent = buffered.shared.recent.write().unwrap();
                    recent.carried = Arc::new(std::mem::take(&mut recent.front));
                    let carried = recent.carried.as_ref().clone();
                    buffered.shared.behind.apply(carried, None).unwrap();
                }
            }
            for order in [Order::Ascending, Order::Descending] {
                let expected = plain.range(&from, &to, order, limit).unwrap();
                prop_assert_eq!(buffered.range(&from, &to, order, limit).unwrap(), expected);
            }
            prop_assert_eq!(buffered.get(&from).unwrap(), plain.get(&from).unwrap());
        }
    }

    #[test]
    fn without_room_the_index_behind_is_left_alone_and_caught_up_later() {
        let room = Arc::new(AtomicBool::new(false));
        let behind = Arc::new(MemoryIndex::default());
        let asked = Arc::clone(&room);
        let buffered =
            BufferedIndex::before(Box::new(Arc::clone(&behind)), Arc::new(move || asked.load(Ordering::SeqCst)));
        let buffered = buffered.unwrap();
        buffered.apply(Overlay::from([(b"k".to_vec(), Some(b"v".to_vec()))]), None).unwrap();
        thread::sleep(PATIENCE + Duration::from_millis(100));
        buffered.flush().unwrap();
        assert_eq!(behind.get(b"k").unwrap(), None);
        assert_eq!(buffered.get(b"k").unwrap(), Some(b"v".to_vec()));
        let most: Overlay = (0..MOST).map(|n| (n.to_be_bytes().to_vec(), None)).collect();
        assert!(buffered.takes().is_ok());
        buffered.apply(most, None).unwrap();
        assert!(matches!(buffered.takes(), Err(StoreError::Full { .. })));
        room.store(true, Ordering::SeqCst);
        buffered.flush().unwrap();
        assert_eq!(behind.get(b"k").unwrap(), Some(b"v".to_vec()));
        assert!(buffered.takes().is_ok());
    }

    impl Index for Arc<MemoryIndex> {
        fn apply(&self, changes: Overlay, mark: Option<Mark>) -> Result<(), StoreError> {
            self.as_ref().apply(changes, mark)
        }

        fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
            self.as_ref().get(key)
        }

        fn range(&self, from: &[u8], to: &[u8], order: Order, limit: usize) -> Result<Entries, StoreError> {
            self.as_ref().range(from, to, order, limit)
        }

        fn mark(&self) -> Result<Option<Mark>, StoreError> {
            self.as_ref().mark()
        }

        fn flush(&self) -> Result<(), StoreError> {
            self.as_ref().flush()
        }
    }
}
