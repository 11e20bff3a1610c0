//! `[as2.send.retry]`: when a message is sent again.

use std::time::Duration;

use crate::base::table::Value;
use crate::partner::layers::Layers;

/// When a message is sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Under the same Message-ID (RFC 4130, section 5.5).
    pub resend_same_id: bool,
    /// How long to wait before each repeat; the last one counts for all later ones. Never empty.
    pub schedule: Vec<Duration>,
    /// When the ERP is told that it takes long, counted from the first attempt.
    pub delayed_after: Duration,
    /// When to stop, counted from the first attempt.
    pub give_up_after: Duration,
}

/// Minutes between attempts: doubled as draft-ietf-ediint-rfc4130bis, section 5.5 has it, up to four hours.
const SCHEDULE: [u64; 7] = [5, 10, 20, 40, 80, 160, 240];

/// Five days: a partner that is down over a long weekend still gets its message.
const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 86_400);

/// A server that is restarted or renewed is back by then.
const DELAYED_AFTER: Duration = Duration::from_secs(3_600);

/// Shorter waits would be an attack on a partner that is down.
const SHORTEST: Duration = Duration::from_secs(1);

/// Steps of a schedule: nobody writes more by hand.
const MOST_STEPS: usize = 100;

impl Retry {
    pub(super) fn read(table: &Layers<'_>) -> Self {
        Self {
            resend_same_id: table.flag("resend_same_id").unwrap_or(true),
            schedule: table.get("schedule", schedule).map_or_else(
                || SCHEDULE.iter().map(|minutes| Duration::from_secs(minutes * 60)).collect(),
                |schedule| schedule.value,
            ),
            delayed_after: table.duration("delayed_after").unwrap_or(DELAYED_AFTER),
            give_up_after: table.duration("give_up_after").unwrap_or(GIVE_UP_AFTER),
        }
    }

    /// How long to wait after `attempts` attempts.
    pub fn wait(&self, attempts: usize) -> Duration {
        let step = self.schedule.get(attempts.saturating_sub(1)).or(self.schedule.last());
        step.copied().unwrap_or(GIVE_UP_AFTER)
    }
}

fn schedule(value: &Value<'_>) -> Option<Vec<Duration>> {
    let steps = value.list();
    let read: Vec<_> = steps.iter().filter_map(Value::duration).collect();
    let whole = read.len() == steps.len() && value.is_list();
    if whole && (read.is_empty() || read.len() > MOST_STEPS || read.iter().any(|step| *step < SHORTEST)) {
        let message = format!("'{}' cannot be followed", value.name());
        value.fault("bad-value", message, format!("1 to {MOST_STEPS} waits, each of \"1s\" or more"));
        return None;
    }
    whole.then_some(read)
}
