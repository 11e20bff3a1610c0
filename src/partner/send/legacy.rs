//! Legacy algorithms of what we send, and the date on which they end (`legacy_until`).

use std::time::Duration;

use crate::base::table::{Faults, Located};
use crate::base::{Diagnostic, Location, Timestamp};

/// How long before the end it is warned of: as for certificates.
const NOTICE: Duration = Duration::from_secs(30 * 86_400);

/// What we send that is legacy, where it is written, and until when.
#[derive(Clone, Debug)]
pub(super) struct Legacy {
    pub(super) used: Vec<(&'static str, Location)>,
    pub(super) until: Option<Located<Timestamp>>,
}

impl Legacy {
    /// The end, when something legacy is sent. Without an end, or past it, nothing may be.
    pub(super) fn end(self, now: Timestamp, faults: &Faults) -> Option<Timestamp> {
        let Some(until) = self.until else {
            for (what, at) in self.used {
                faults.add(
                    Diagnostic::error("no-end-date", format!("{what} is legacy and is sent until a date only"))
                        .at(at)
                        .expecting("legacy_until = 2027-06-30 in [as2.send], the last day of it")
                        .hinting("agree on SHA-256, AES and TLS 1.2 with the partner, or on the date"),
                );
            }
            return None;
        };
        if self.used.is_empty() {
            return None;
        }
        let what = self.used.iter().map(|(what, _)| *what).collect::<Vec<_>>().join(" and ");
        if now >= until.value {
            let message = format!("{what} may not be sent any more since {}", until.value);
            faults.add(
                Diagnostic::error("legacy-ended", message)
                    .at(until.at)
                    .hinting("take up SHA-256, AES and TLS 1.2; only by choice move the date"),
            );
        } else if now >= until.value.before(NOTICE) {
            let message = format!("{what} may not be sent any more from {}", until.value);
            faults.add(
                Diagnostic::warning("legacy-ends-soon", message)
                    .at(until.at)
                    .hinting("agree on SHA-256, AES and TLS 1.2 with the partner before"),
            );
        }
        Some(until.value)
    }
}
