//! How many bytes of bodies are in memory at once.
//!
//! Rows wait with their bodies while the broker is away, messages while partners' servers are slow, as many as are offered
//! at once. Bodies of the largest size allowed would then take gigabytes.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Bytes of bodies in memory at once. Each is copied once more on its way out.
pub(crate) const BODIES: u64 = 128 << 20;

/// Room is given in pieces of this many bytes.
const PIECE: u64 = 1 << 10;

/// Room for bodies.
#[derive(Debug)]
pub(crate) struct Room {
    pieces: Semaphore,
    in_all: u32,
}

/// A body's place; dropping it frees the place.
#[derive(Debug)]
pub(crate) struct Place<'a>(#[expect(dead_code, reason = "held, never read")] Option<SemaphorePermit<'a>>);

impl Room {
    /// Room for `bytes`.
    pub(crate) fn of(bytes: u64) -> Self {
        let in_all = u32::try_from(bytes / PIECE).unwrap_or(u32::MAX).max(1);
        Self { pieces: Semaphore::new(in_all as usize), in_all }
    }

    /// Waits for room for a body, in the order of asking. One larger than all the room has it alone.
    pub(crate) async fn enter(&self, bytes: u64) -> Place<'_> {
        let pieces = u32::try_from(bytes.div_ceil(PIECE)).unwrap_or(u32::MAX).min(self.in_all);
        // The semaphore is never closed; were it, nothing would be bounded and nothing lost.
        Place(self.pieces.acquire_many(pieces).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn one_body_past_the_room_waits_for_a_place() {
        let room = Room::of(8 * PIECE);
        let waits = |bytes| room.enter(bytes).now_or_never().is_none();
        let first = room.enter(4 * PIECE).await;
        let second = room.enter(4 * PIECE).await;
        assert!(waits(1));
        drop(first);
        assert!(!waits(4 * PIECE));
        assert!(waits(4 * PIECE + 1));
        drop(second);
        assert!(!waits(u64::MAX), "one larger than the room has it alone");
        let _alone = room.enter(u64::MAX).await;
        assert!(waits(1));
    }
}
