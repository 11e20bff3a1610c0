//! Random moments that can be had again: the seed is printed, and `EDIGATE_SEED` sets it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A stream of numbers (xorshift64*), good enough to choose moments.
pub struct Chance(u64);

impl Chance {
    /// Seeded from the environment or the clock; says which, so that a failure can be looked into.
    pub fn new(test: &str) -> Self {
        let seed = match std::env::var("EDIGATE_SEED") {
            Ok(seed) => seed.parse().expect("EDIGATE_SEED is a number"),
            Err(_) => from_the_clock(),
        };
        eprintln!("{test}: EDIGATE_SEED={seed}");
        Self(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn up_to(&mut self, longest: Duration) -> Duration {
        let nanos = u64::try_from(longest.as_nanos()).unwrap();
        Duration::from_nanos(self.next() % (nanos + 1))
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.next().is_multiple_of(count)
    }
}

#[expect(clippy::disallowed_methods, reason = "a seed, not a time that anything is decided by")]
fn from_the_clock() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() & u128::from(u64::MAX)).unwrap()
}

/// How many rounds a crash test has: what the environment says, else `default`.
pub fn rounds(variable: &str, default: u32) -> u32 {
    match std::env::var(variable) {
        Ok(count) => count.parse().unwrap_or_else(|_| panic!("{variable} is a number")),
        Err(_) => default,
    }
}
