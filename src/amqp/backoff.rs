//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// Doubles from a fifth of a second to five seconds, the upper half of each left to chance, so that gateways that lost
/// a broker together do not come back together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: Self::FIRST }
    }
}

impl Backoff {
    const FIRST: Duration = Duration::from_millis(200);
    const LAST: Duration = Duration::from_secs(5);

    /// The next wait; `chance` is any number nobody can foretell.
    pub(super) fn wait(&mut self, chance: u16) -> Duration {
        let half = self.next / 2;
        self.next = (self.next * 2).min(Self::LAST);
        half + half * u32::from(chance) / u32::from(u16::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_five_seconds_and_never_waits_longer() {
        let waits = |chance: u16| {
            let mut backoff = Backoff::default();
            (0..7).map(|_| backoff.wait(chance).as_millis()).collect::<Vec<_>>()
        };
        assert_eq!(waits(u16::MAX), [200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(waits(0), [100, 200, 400, 800, 1600, 2500, 2500]);
    }
}
