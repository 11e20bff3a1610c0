//! Speed on one core, by the clock of the thread.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long each figure is measured; the best round counts.
const TIME: Duration = Duration::from_secs(2);

/// Megabytes per second of processor time in the best round. The machine has other things to do; on the wall they would
/// be counted too.
pub(crate) fn rate<T>(bytes: &[u8], mut round: impl FnMut() -> T) -> f64 {
    let start = processor_time();
    let mut best = Duration::MAX;
    while processor_time() - start < TIME {
        let before = processor_time();
        black_box(round());
        best = best.min(processor_time() - before);
    }
    bytes.len() as f64 / 1e6 / best.as_secs_f64()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}
