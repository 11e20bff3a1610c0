//! Whether new messages are taken: not while the disk is nearly full, not after a failed write, not while draining.

use std::sync::atomic::{AtomicU8, Ordering};

/// The gate in front of the listeners. It is asked before a body is read.
#[derive(Debug, Default)]
pub(crate) struct Gate(AtomicU8);

/// Why nothing is taken for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Closed {
    /// The daemon is draining.
    Draining,
    /// The disk is nearly full.
    DiskFull,
    /// The store could not write and must be restarted.
    StoreReadOnly,
}

impl Closed {
    /// The word in logs and metrics.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Draining => "draining",
            Self::DiskFull => "disk-full",
            Self::StoreReadOnly => "store-read-only",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Draining => 1,
            Self::DiskFull => 2,
            Self::StoreReadOnly => 4,
        }
    }
}

impl Gate {
    /// Closes the gate for one reason. Others stay as they are.
    pub(crate) fn close(&self, why: Closed) {
        self.0.fetch_or(why.bit(), Ordering::Relaxed);
    }

    /// Takes one reason away again.
    pub(crate) fn reopen(&self, why: Closed) {
        self.0.fetch_and(!why.bit(), Ordering::Relaxed);
    }

    /// Whether it is closed for this reason.
    pub(crate) fn is_closed_for(&self, why: Closed) -> bool {
        self.0.load(Ordering::Relaxed) & why.bit() != 0
    }

    /// The weightiest reason for being closed.
    pub(crate) fn closed(&self) -> Option<Closed> {
        let reasons = self.0.load(Ordering::Relaxed);
        [Closed::StoreReadOnly, Closed::DiskFull, Closed::Draining].into_iter().find(|why| reasons & why.bit() != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_taken_away_leaves_the_other() {
        let gate = Gate::default();
        assert_eq!(gate.closed(), None);
        gate.close(Closed::Draining);
        gate.close(Closed::DiskFull);
        assert_eq!(gate.closed(), Some(Closed::DiskFull));
        gate.reopen(Closed::DiskFull);
        assert_eq!(gate.closed(), Some(Closed::Draining));
    }
}
