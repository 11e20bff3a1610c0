//! How fast a run was, and how much memory it took.

use std::fs;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::tally::Tally;

/// A clock that runs.
pub(super) struct Stopwatch(Instant);

/// What was measured.
pub(super) struct Stats {
    taken: Duration,
    bytes: u64,
    /// The most memory that was resident at once, in bytes; none where the system does not tell.
    peak: Option<u64>,
}

impl Stopwatch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn stop(&self, bytes: u64) -> Stats {
        Stats { taken: self.0.elapsed(), bytes, peak: peak() }
    }
}

/// VmHWM of this process: the high-water mark of its resident set (proc_pid_status(5)), in KiB there.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

impl Stats {
    /// Megabytes (10^6 bytes) a second.
    fn rate(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.taken.as_secs_f64().max(1e-9)
    }

    pub(super) fn write(&self, total: &Tally, out: &mut dyn Write) -> io::Result<()> {
        let mut line = |word: &str, value: String| writeln!(out, "{word:<13} {value:>15}");
        line("bytes", grouped(self.bytes))?;
        line("interchanges", grouped(total.interchanges))?;
        line("sets", grouped(total.sets))?;
        line("segments", grouped(total.segments))?;
        line("findings", grouped(total.errors + total.warnings + total.infos))?;
        line("answers", grouped(total.answers))?;
        line("answer bytes", grouped(total.answer_bytes))?;
        line("seconds", format!("{:.3}", self.taken.as_secs_f64()))?;
        line("MB/s", format!("{:.1}", self.rate()))?;
        let peak = self.peak.map_or("unknown".to_owned(), |peak| format!("{:.1} MiB", peak as f64 / 1024.0 / 1024.0));
        line("peak memory", peak)
    }

    pub(super) fn record(&self, total: &Tally) -> Value {
        json!({
            "type": "stats",
            "bytes": self.bytes,
            "interchanges": total.interchanges,
            "sets": total.sets,
            "segments": total.segments,
            "findings": total.errors + total.warnings + total.infos,
            "answers": total.answers,
            "answerBytes": total.answer_bytes,
            "seconds": self.taken.as_secs_f64(),
            "megabytesPerSecond": self.rate(),
            "peakMemoryBytes": self.peak,
        })
    }
}

/// A number with a blank between its thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let lead = digits.len() % 3;
    let (first, rest) = digits.split_at(lead);
    let thousands = (0..rest.len()).step_by(3).filter_map(|at| rest.get(at..at + 3));
    Some(first).filter(|first| !first.is_empty()).into_iter().chain(thousands).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        let check = |number: u64, expect: &str| assert_eq!(grouped(number), expect);
        check(0, "0");
        check(999, "999");
        check(1_000, "1 000");
        check(1_234_567, "1 234 567");
    }

    #[test]
    fn the_system_tells_the_peak() {
        assert!(peak().unwrap() > 1024 * 1024);
    }
}
