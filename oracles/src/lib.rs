//! What both programs do alike: timing as `benches/edi.rs` of edigate does it, so that the figures can stand side by side.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// How long a figure is measured.
const TIME: Duration = Duration::from_secs(2);

/// Megabytes per second of processor time in the best round. The machine has other things to do; on the wall they would
/// be counted too.
pub fn rate(bytes: usize, mut round: impl FnMut()) -> f64 {
    let start = processor_time();
    let mut best = Duration::MAX;
    while processor_time() - start < TIME {
        let before = processor_time();
        round();
        best = best.min(processor_time() - before);
    }
    bytes as f64 / 1e6 / best.as_secs_f64()
}

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).expect("a second has fewer nanoseconds"))
}
