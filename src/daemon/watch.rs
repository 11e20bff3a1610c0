//! Looks every second at what may close the gate: the disk, the store; every minute at what certificates have left. Tells
//! systemd that the daemon is alive.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::expiry::Expiry;
use super::gate::Closed;
use super::ports::Ports;
use crate::base::Diagnostic;
use crate::config::FreeSpace;
use crate::observe::Event;
use crate::store::{Health, IndexRecovery, Level, Recovery, Space};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// How often it looks at what certificates have left.
const EXPIRY_EVERY: Duration = Duration::from_secs(60);

/// Looks until `stop` becomes true.
pub(super) async fn run(ports: Arc<Ports>, mut stop: watch::Receiver<bool>) {
    // How often is asked of a clock that nobody sets.
    let mut next_expiry = Instant::now();
    let mut expiry = Expiry::default();
    let mut told = None;
    while !*stop.borrow() {
        look(&ports);
        let fault = ports.outbox.snapshot_fault().map(|fault| fault.to_string());
        if fault != told {
            if let Some(fault) = &fault {
                Event::Fault(&snapshot_missing(fault)).emit(&ports.metrics);
            }
            told = fault;
        }
        tell_systemd(sd_notify::NotifyState::Watchdog);
        let now = Instant::now();
        if now >= next_expiry {
            next_expiry = now + EXPIRY_EVERY;
            expiry.look(&ports);
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Looks once, and opens or closes the gate by what it sees.
pub(super) fn look(ports: &Ports) {
    match ports.outbox.health() {
        Health::Writing => {}
        Health::ReadOnly { why } => close(ports, Closed::StoreReadOnly, &why),
    }
    match ports.outbox.space() {
        Ok(space) if is_full(space, ports.live.current().settings.store.free_hard) => {
            close(ports, Closed::DiskFull, &format!("{} bytes are free; make room, or move the store", space.free));
        }
        Ok(_) => ports.gate.reopen(Closed::DiskFull),
        Err(fault) => close(ports, Closed::DiskFull, &fault.to_string()),
    }
}

/// Closes the gate, and says so the first time.
fn close(ports: &Ports, why: Closed, detail: &str) {
    if !ports.gate.is_closed_for(why) {
        Event::StoreFailed { detail: &format!("no messages are taken ({}): {detail}", why.as_str()) }
            .emit(&ports.metrics);
    }
    ports.gate.close(why);
}

/// The store says when the share that was configured is gone; a ballast that was given up counts as used, or the room
/// it makes for what is open would be taken by what is new.
fn is_full(space: Space, bound: FreeSpace) -> bool {
    let too_few = match bound {
        FreeSpace::Bytes(bytes) => space.free < bytes,
        FreeSpace::Percent(_) => false,
    };
    too_few || space.level == Level::Full
}

fn snapshot_missing(fault: &str) -> Diagnostic {
    Diagnostic::warning("no-snapshot", format!("a snapshot could not be made: {fault}"))
        .hinting("nothing is lost, but starts become slower and old messages are not let go; look at the disk")
}

/// What a person should know of how the store was found.
pub(super) fn notices(recovery: &Recovery) -> Vec<Diagnostic> {
    let mut notices = Vec::new();
    for path in &recovery.damaged_snapshots {
        let message = format!("the snapshot {} is damaged; an older one and the journal stood in", path.display());
        notices.push(Diagnostic::error("snapshot-damaged", message).hinting("check the disk, then remove that file"));
    }
    if let Some(torn) = &recovery.torn {
        let message = format!("the journal ended in a batch that was not finished, in {}", torn.segment.display());
        notices.push(Diagnostic::info("journal-torn", message).hinting("nobody had been answered for it"));
    }
    if let IndexRecovery::Rebuilt { why } = &recovery.index
        && !recovery.created
    {
        notices.push(Diagnostic::info("index-rebuilt", format!("the index was made anew from the journal: {why}")));
    }
    notices
}

/// Tells systemd, when it is there.
pub(super) fn tell_systemd(state: sd_notify::NotifyState<'_>) {
    // Without systemd there is nobody to tell; with it, its own timeouts notice.
    drop(sd_notify::notify(&[state]));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Torn;

    #[test]
    fn what_recovery_found_is_told() {
        let recovery = |damaged_snapshots, torn, index| Recovery {
            created: false,
            generation: 2,
            last_sequence: 7,
            replayed: 0,
            torn,
            index,
            damaged_snapshots,
            staged_removed: 0,
            orphans_removed: 0,
            took: Duration::ZERO,
        };
        let codes = |recovery: &Recovery| notices(recovery).into_iter().map(|one| one.code).collect::<Vec<_>>();
        assert_eq!(codes(&recovery(vec![], None, IndexRecovery::Current)), [""; 0]);
        let torn = Torn { segment: "segment-1".into(), offset: 0, dropped: 0 };
        let rebuilt = IndexRecovery::Rebuilt { why: "there was none".to_owned() };
        let all = recovery(vec!["snapshot-1".into()], Some(torn), rebuilt);
        assert_eq!(codes(&all), ["snapshot-damaged", "journal-torn", "index-rebuilt"]);
        assert_eq!(codes(&Recovery { created: true, ..recovery(vec![], None, all.index.clone()) }), [""; 0]);
    }

    #[test]
    fn the_bound_is_a_number_of_bytes_or_what_the_store_says() {
        let check = |free, level, bound, full| {
            assert_eq!(is_full(Space { free, total: 1_000, level }, bound), full, "{free} {level:?} {bound:?}");
        };
        check(99, Level::Low, FreeSpace::Percent(10), false);
        check(99, Level::Full, FreeSpace::Percent(10), true);
        check(499, Level::Ok, FreeSpace::Bytes(500), true);
        check(500, Level::Ok, FreeSpace::Bytes(500), false);
        check(500, Level::Full, FreeSpace::Bytes(500), true);
    }
}
