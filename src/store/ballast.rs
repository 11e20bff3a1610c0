//! Free space, and a file of nothing that is given up when there is none.
//!
//! `ballast` holds allocated blocks and no content. On a full disk it is removed, so that the journal gets its next
//! segment, the index its pages, and open work its end; nothing new is accepted meanwhile. When there is room again
//! it is made anew. A crash leaves it whole, short or absent: all three are right.
//!
//! The room that a ballast given up has left is not told as free: it is for what is open, and for the next ballast.

use std::fs::{self, OpenOptions};
use std::path::PathBuf;

use super::error::StoreError;
use super::layout::{Layout, remove};
use super::prepare::allocate;
use super::settings::StoreSettings;

/// Space of the file system that holds the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that may still be written, less those that a missing ballast is to have again.
    pub free: u64,
    /// Bytes in all.
    pub total: u64,
    /// How bad it is.
    pub level: Level,
}

/// How full the disk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Room enough.
    Ok,
    /// Somebody should make room.
    Low,
    /// Nothing new is accepted; what is open is finished.
    Full,
}

/// The ballast file.
#[derive(Debug)]
pub(crate) struct Ballast {
    path: PathBuf,
    bytes: u64,
    soft_percent: u8,
    hard_percent: u8,
}

/// What the index must have to be written: sled fails for good when it cannot write. Several times what it asks for.
pub(crate) const INDEX_ROOM: u64 = 16 << 20;
/// What a new segment must have: `HEAD` is written anew, in a block of its own.
pub(crate) const HEAD_ROOM: u64 = 256 << 10;

impl Ballast {
    pub(crate) fn new(layout: &Layout, settings: &StoreSettings) -> Self {
        Self {
            path: layout.ballast(),
            bytes: settings.ballast_bytes,
            soft_percent: settings.free_soft_percent,
            hard_percent: settings.free_hard_percent,
        }
    }

    /// Whether so many bytes may still be written, the ballast given up for them if it must be. Unknown is yes.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        let roomy = || self.free().is_ok_and(|free| free >= bytes);
        self.free().is_err() || roomy() || (self.release().is_ok_and(|released| released) && roomy())
    }

    /// Gives the ballast up. False when there was none to give.
    pub(crate) fn release(&self) -> Result<bool, StoreError> {
        if self.bytes == 0 || !self.is_whole() {
            return Ok(false);
        }
        remove(&self.path)?;
        Ok(true)
    }

    /// Bytes that may still be written.
    pub(crate) fn free(&self) -> Result<u64, StoreError> {
        self.measure().map(|(free, _total)| free)
    }

    fn measure(&self) -> Result<(u64, u64), StoreError> {
        let folder = self.path.parent().unwrap_or(&self.path);
        let measured = rustix::fs::statvfs(folder)
            .map_err(|error| StoreError::io("measuring the free space at", folder, error.into()))?;
        let unit = measured.f_frsize;
        Ok((measured.f_bavail.saturating_mul(unit), measured.f_blocks.saturating_mul(unit)))
    }

    /// The space there is. Makes the ballast again when it is gone and the disk would not be full with it.
    pub(crate) fn space(&self) -> Result<Space, StoreError> {
        let (mut free, total) = self.measure()?;
        if !self.is_whole() {
            free = free.saturating_sub(self.bytes);
            if free < INDEX_ROOM || self.level(free, total) == Level::Full || self.make().is_err() {
                return Ok(Space { free, total, level: Level::Full });
            }
        }
        Ok(Space { free, total, level: self.level(free, total) })
    }

    fn level(&self, free: u64, total: u64) -> Level {
        let below = |percent: u8| u128::from(free) * 100 < u128::from(total) * u128::from(percent);
        if below(self.hard_percent) {
            Level::Full
        } else if below(self.soft_percent) {
            Level::Low
        } else {
            Level::Ok
        }
    }

    fn is_whole(&self) -> bool {
        self.bytes == 0 || fs::metadata(&self.path).is_ok_and(|file| file.len() == self.bytes)
    }

    fn make(&self) -> Result<(), StoreError> {
        let failed = |error| StoreError::io("making", &self.path, error);
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(&self.path).map_err(failed)?;
        let made = allocate(&file, self.bytes).and_then(|()| file.set_len(self.bytes)).map_err(failed);
        if made.is_err() {
            remove(&self.path)?;
        }
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ballast(folder: &std::path::Path, soft: u8, hard: u8) -> Ballast {
        let settings = StoreSettings {
            ballast_bytes: 1 << 20,
            free_soft_percent: soft,
            free_hard_percent: hard,
            ..StoreSettings::new(folder, "test-1")
        };
        Ballast::new(&Layout::new(folder), &settings)
    }

    #[test]
    fn it_is_given_up_once_and_made_again_when_there_is_room() {
        let folder = tempfile::tempdir().unwrap();
        let roomy = ballast(folder.path(), 0, 0);
        assert!(!roomy.release().unwrap(), "there is none yet");
        assert_eq!(roomy.space().unwrap().level, Level::Ok);
        assert_eq!(fs::metadata(&roomy.path).unwrap().len(), 1 << 20);
        assert!(roomy.release().unwrap());
        assert!(!roomy.release().unwrap());
        // A disk that would be full with it gets none.
        assert_eq!(ballast(folder.path(), 0, 101).space().unwrap().level, Level::Full);
        assert!(!roomy.is_whole());
        assert_eq!(ballast(folder.path(), 101, 0).space().unwrap().level, Level::Low);
        assert!(roomy.is_whole());
    }

    #[test]
    fn it_is_given_up_before_anything_fails_and_its_room_is_not_told_as_free() {
        let folder = tempfile::tempdir().unwrap();
        let mut tight = ballast(folder.path(), 0, 0);
        tight.space().unwrap();
        assert!(tight.has_room(0) && tight.is_whole());
        assert!(!tight.has_room(u64::MAX));
        assert!(!tight.is_whole());
        tight.bytes = 1 << 60;
        assert_eq!(tight.space().unwrap().free, 0);
        assert_eq!(tight.space().unwrap().level, Level::Full);
    }
}
