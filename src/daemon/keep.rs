//! How long things are kept: asks the store, once a day and at every start, to let go what retention allows, and looks
//! every hour whether it has grown above its size.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::ports::Ports;
use crate::base::{Diagnostic, Timestamp};
use crate::config::Configuration;
use crate::edi::Standard;
use crate::exchange::audit::{DONE, noted};
use crate::exchange::{AuditEntry, Change};
use crate::observe::Event;
use crate::store::{Released, Retention, StoreError};

/// How often everything is looked at.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// How often the size is.
const SIZE_EVERY: Duration = Duration::from_secs(60 * 60);
/// When one round did not do all that there was to do.
const MORE_AFTER: Duration = Duration::from_secs(60);

/// Looks until `stop` becomes true. A round under way at the end is cut off; the store is whole at every moment of it.
pub(super) async fn run(ports: Arc<Ports>, mut stop: watch::Receiver<bool>) {
    let mut next_round = Instant::now();
    let mut was_helpless = false;
    while !*stop.borrow() {
        let now = Instant::now();
        if now >= next_round || is_too_large(&ports).await {
            let releasing = Arc::clone(&ports);
            let round = tokio::task::spawn_blocking(move || release(&releasing));
            let released = tokio::select! {
                released = round => released,
                _ = stop.changed() => return,
            };
            let is_more = match released {
                Ok(Ok(released)) => {
                    tell(&ports, &released, &mut was_helpless);
                    released.is_more
                }
                Ok(Err(fault)) => {
                    Event::Fault(&nothing_goes(&fault)).emit(&ports.metrics);
                    false
                }
                Err(ended) => {
                    let how = if ended.is_panic() { "panicked" } else { "was stopped" };
                    let detail = format!("letting go {how}; the store is whole, and it is tried again within a day");
                    Event::Defect { kind: "retention-ended", detail: &detail }.emit(&ports.metrics);
                    false
                }
            };
            next_round = now + if is_more { MORE_AFTER } else { EVERY };
        }
        let wait = SIZE_EVERY.min(next_round.saturating_duration_since(Instant::now()));
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

fn nothing_goes(fault: &StoreError) -> Diagnostic {
    Diagnostic::error("retention-failed", format!("what was kept long enough could not be let go: {fault}"))
        .hinting("nothing is lost, and the store grows; mend what is named, and it is tried again within a day")
}

async fn is_too_large(ports: &Arc<Ports>) -> bool {
    let Some(limit) = ports.live.current().settings.store.retention.size else { return false };
    let asked = Arc::clone(ports);
    let size = tokio::task::spawn_blocking(move || asked.outbox.size()).await;
    size.is_ok_and(|size| size.is_ok_and(|size| size > limit))
}

/// One round. What was let go is written down as an operator's act is.
fn release(ports: &Ports) -> Result<Released, StoreError> {
    let configuration = ports.live.current();
    let released = ports.outbox.release(&retention(&configuration, ports.clock.now()))?;
    let records = released.records + released.before_time;
    if records > 0 {
        let mut change = Change::new(ports.clock.now());
        let kept = &configuration.settings.store.retention;
        let subject = format!("{records} records and {} payloads", released.payloads);
        let outcome = match released.before_time {
            0 => DONE.to_owned(),
            early => format!("{DONE}; {early} of them before their time, for the size"),
        };
        let reason = format!(
            "payload {}, evidence {}, document {}, audit {} days",
            days(kept.payload),
            days(kept.evidence),
            days(kept.document),
            days(kept.audit),
        );
        let entry = AuditEntry {
            who: "edigate".to_owned(),
            uid: None,
            action: "retention.release".to_owned(),
            subject: Some(subject),
            reason: Some(reason),
            outcome,
        };
        noted(&mut change, entry);
        ports.outbox.apply_blocking(change)?;
    }
    Ok(released)
}

fn days(period: Duration) -> u64 {
    period.as_secs() / (24 * 60 * 60)
}

fn tell(ports: &Ports, released: &Released, was_helpless: &mut bool) {
    Event::Released {
        records: released.records,
        before_time: released.before_time,
        payload_bytes: released.payload_bytes,
        segments: released.segments,
        segment_bytes: released.segment_bytes,
        over: released.over,
    }
    .emit(&ports.metrics);
    if released.is_helpless && !*was_helpless {
        Event::StoreTooLarge { over: released.over }.emit(&ports.metrics);
    }
    *was_helpless = released.is_helpless;
}

/// What the configuration in force lets go. A message is evidence, and evidence needs its bytes: the longer of the two
/// periods counts. A key is kept as long as the longest window of any partner reaches back.
fn retention(configuration: &Configuration, now: Timestamp) -> Retention {
    let kept = &configuration.settings.store.retention;
    let windows = configuration.registry.partners().flat_map(|partner| {
        let messages = partner.as2().map(|channel| channel.receive.duplicate_window);
        let reading = [Standard::X12, Standard::Edifact].map(|standard| partner.reading(standard));
        messages.into_iter().chain(reading.into_iter().flatten().map(|reading| reading.duplicates.window))
    });
    let keys = windows.chain([kept.payload]).max().unwrap_or_default();
    Retention {
        documents: now.before(kept.document),
        exchanges: now.before(kept.evidence.max(kept.payload)),
        unaccepted: now.before(kept.payload),
        keys: now.before(keys),
        audit: now.before(kept.audit),
        bytes: kept.size,
    }
}
