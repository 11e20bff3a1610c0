//! The next segment, filled with zeros in the background before it is needed.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use rustix::fs::{FallocateFlags, fallocate};
use rustix::io::Errno;

use super::ballast::Ballast;
use super::error::StoreError;
use super::layout::{Layout, remove};
use super::segment::BLOCK;

/// Bytes written at once.
const ZEROS: usize = 1 << 20;

/// Keeps one prepared file ahead of the journal.
#[derive(Debug)]
pub(crate) struct Preparer {
    wanted: Option<SyncSender<u64>>,
    ready: Receiver<Result<PathBuf, StoreError>>,
    asked: Option<u64>,
    thread: Option<JoinHandle<()>>,
}

impl Preparer {
    /// Starts the thread and asks it for the segment after `newest`. It ends when the preparer is dropped.
    pub(crate) fn start(layout: Layout, size: u64, ballast: Arc<Ballast>, newest: u64) -> io::Result<Self> {
        let (wanted, orders) = sync_channel::<u64>(1);
        let (done, ready) = sync_channel(1);
        let thread = thread::Builder::new().name("store-prepare".to_owned()).spawn(move || {
            for number in orders {
                if done.send(prepare(&layout, number, size, &ballast)).is_err() {
                    break;
                }
            }
        })?;
        let mut preparer = Self { wanted: Some(wanted), ready, asked: None, thread: Some(thread) };
        preparer.ask(newest + 1);
        Ok(preparer)
    }

    /// The prepared file of segment `number`; waits for it. After a failure the next call tries again.
    pub(crate) fn take(&mut self, number: u64) -> Result<PathBuf, StoreError> {
        if self.asked != Some(number) {
            self.ask(number);
        }
        self.asked = None;
        self.ready.recv().unwrap_or(Err(StoreError::Closed))
    }

    /// Asks for a segment to be prepared while the one before it fills.
    pub(crate) fn ask(&mut self, number: u64) {
        if self.wanted.as_ref().is_some_and(|wanted| wanted.send(number).is_ok()) {
            self.asked = Some(number);
        }
    }
}

/// Waits for the thread: whoever opens the store next must not find it still writing.
impl Drop for Preparer {
    fn drop(&mut self) {
        self.wanted = None;
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap_or_default();
        }
    }
}

/// The least a segment is made smaller to when the disk is full: room for the largest record several times over.
const LEAST: u64 = 4 << 20;

/// Makes a file of zeros for segment `number`. A full disk costs the ballast; when that is not enough the segment is
/// made smaller, down to [`LEAST`], so that what is open can still be finished. The file's length is its size.
pub(crate) fn prepare(layout: &Layout, number: u64, size: u64, ballast: &Ballast) -> Result<PathBuf, StoreError> {
    let path = layout.journal().join(format!("next-{number:010}.tmp"));
    let mut made = fill(&path, size);
    if matches!(made, Err(StoreError::Full { .. })) && ballast.release()? {
        made = fill(&path, size);
    }
    let mut smaller = size / 2;
    while matches!(made, Err(StoreError::Full { .. })) && smaller >= LEAST {
        made = fill(&path, smaller.next_multiple_of(BLOCK));
        smaller /= 2;
    }
    if made.is_err() {
        remove(&path)?;
    }
    made.map(|()| path)
}

fn fill(path: &Path, size: u64) -> Result<(), StoreError> {
    let failed = |error| StoreError::io("preparing", path, error);
    let file = OpenOptions::new().create(true).write(true).truncate(true).open(path).map_err(failed)?;
    allocate(&file, size).map_err(failed)?;
    let zeros = vec![0; ZEROS.min(usize::try_from(size).unwrap_or(ZEROS))];
    let mut offset = 0;
    while offset < size {
        let length = zeros.len().min(usize::try_from(size - offset).unwrap_or(ZEROS));
        let piece = zeros.get(..length).unwrap_or(&zeros);
        file.write_all_at(piece, offset).map_err(failed)?;
        offset += length as u64;
    }
    file.sync_all().map_err(failed)
}

/// Reserves the blocks in one piece where the file system can; writing the zeros reserves them anyhow.
pub(crate) fn allocate(file: &File, size: u64) -> io::Result<()> {
    match fallocate(file, FallocateFlags::empty(), 0, size) {
        Err(Errno::OPNOTSUPP | Errno::NOSYS) => Ok(()),
        Err(Errno::NOSPC) => Err(ErrorKind::StorageFull.into()),
        reserved => reserved.map_err(io::Error::from),
    }
}
