//! When a step that did not succeed is tried again.

use std::time::Duration;

use crate::base::Timestamp;

/// How one kind of failure is spaced out: doubling from `first` up to `cap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The wait after the first failure.
    pub first: Duration,
    /// The longest wait.
    pub cap: Duration,
}

impl Backoff {
    /// For a confirm that never came: the connection's own supervisor does the real waiting.
    pub const LOST: Self = Self { first: Duration::from_millis(200), cap: Duration::from_secs(5) };
    /// For a broker that refuses, as a full queue does.
    pub const NACKED: Self = Self { first: Duration::from_secs(1), cap: Duration::from_secs(60) };
    /// For a message no queue is bound for: a person must bind one.
    pub const UNROUTABLE: Self = Self { first: Duration::from_secs(60), cap: Duration::from_secs(60) };
    /// For a store that cannot give or take what a step needs: a person must make room. Each try costs the journal two
    /// records, so they are few.
    pub const STORE: Self = Self { first: Duration::from_secs(15), cap: Duration::from_secs(15) };

    /// The instant of the next try after `attempts` failures (from 1), spread by up to a quarter with `jitter` so that
    /// what failed together does not come back together.
    pub fn next(self, now: Timestamp, attempts: u32, jitter: u8) -> Timestamp {
        let doublings = attempts.saturating_sub(1).min(20);
        let wait = self.first.saturating_mul(1 << doublings).min(self.cap);
        now.after(wait + wait.mul_f64(f64::from(jitter) / 255.0 / 4.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_to_the_cap_and_spreads_by_a_quarter() {
        let wait = |attempts, jitter| Backoff::NACKED.next(Timestamp::from_millis(0), attempts, jitter).as_millis();
        assert_eq!([1, 2, 3, 6, 7, 8, 400].map(|n| wait(n, 0)), [1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
        assert_eq!(wait(1, 255), 1_250);
        assert_eq!(wait(0, 0), 1_000);
    }
}
