//! Free space, and a file of nothing that is given up when there is none.

/// Space of the file system that holds the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that may still be written.
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
