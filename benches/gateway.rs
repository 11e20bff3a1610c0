//! What a message costs beside the bound it cannot beat, in one run on one machine:
//!
//! - the daemon's own processor time for N orders of 5 KB, signed, encrypted, durable, answered with a signed receipt,
//!   beside the processor time of the bare RSA-2048 work in them (one decryption, one signature, one verification), and
//!   how much of it is receiving alone;
//! - durable changes a second with 1 and with 64 writers, beside bare `fdatasync`.
//!
//! Absolute figures depend on the machine and on what else it does; the ratios are what to watch. `EDIGATE_BENCH_ORDERS`
//! sets N.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a panic here is a failed run")]
#![expect(clippy::print_stdout, reason = "figures are printed")]
#![expect(unreachable_pub, reason = "shared with the front-door tests")]

#[path = "../tests/support/gateway.rs"]
mod gateway;
#[path = "../tests/support/identity.rs"]
mod identity;
#[path = "../tests/support/order.rs"]
mod order;
#[expect(dead_code, reason = "the front-door tests use the rest")]
#[path = "../tests/gateway/partner.rs"]
mod partner;
#[path = "../tests/support/plan.rs"]
mod plan;
#[path = "../tests/support/ports.rs"]
mod ports;
#[expect(dead_code, reason = "benches/as2.rs uses the rest")]
mod traffic;
#[path = "../tests/support/wire.rs"]
mod wire;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use edigate::base::{Clock, OsEntropy, SystemClock};
use edigate::exchange::{Change, CounterName, Effect};
use edigate::store::{Outbox, StoreSettings};

use crate::traffic::{SENDERS, Work, bare_rsa, each, not_edi, rate, ratio, through_the_door};

/// Lines of the order; 37 make 5 KB.
const LINES: usize = 37;
/// A payload that rides in the journal's record.
const PAYLOAD_BYTES: usize = 5000;

fn main() {
    let orders = std::env::var("EDIGATE_BENCH_ORDERS").map_or(2000, |count| count.parse().unwrap());
    println!(
        "{orders} orders of 5 KB, signed SHA-256, encrypted AES-256-CBC, signed receipt, durable; {SENDERS} senders"
    );
    let rsa = bare_rsa(orders, Work::Receiving);
    println!("  bare RSA-2048 (decrypt, sign, verify)   {}", each(rsa, orders));
    let whole = through_the_door(orders, |index| order::with_lines(index, LINES), 1);
    println!("  the daemon's processor time             {}", each(whole.processor(), orders));
    println!("    of it in the kernel                   {}", each(whole.kernel, orders));
    println!("  RSA's share of it                       {:.2}   (aim: at least 0.60)", ratio(rsa, whole.processor()));
    println!("  wall                                    {:.0} orders/s", rate(orders, whole.wall));
    let received = through_the_door(orders, not_edi, 0);
    println!("the same with content that is no EDI, parked after the receipt: no translation, no document");
    println!("  the daemon's processor time             {}", each(received.processor(), orders));
    println!("    of it in the kernel                   {}", each(received.kernel, orders));
    println!("  RSA's share of it                       {:.2}", ratio(rsa, received.processor()));
    println!("  wall                                    {:.0} messages/s", rate(orders, received.wall));
    println!("durable changes");
    println!("  bare fdatasync of 4 KiB, one by one     {:.0}/s", bare_fdatasync());
    for (writers, payload) in [(1, 0), (64, 0), (1, PAYLOAD_BYTES), (64, PAYLOAD_BYTES)] {
        let rate = durable_changes(writers, payload);
        println!("  {writers:2} writers, {payload:4} bytes of payload each      {rate:.0}/s");
    }
}

/// Overwrites one block and syncs it, again and again: the most that one writer can get from this disk.
fn bare_fdatasync() -> f64 {
    const TIME: Duration = Duration::from_secs(2);
    let folder = tempfile::tempdir().unwrap();
    let file = File::create(folder.path().join("block")).unwrap();
    let block = [1; 4096];
    file.write_all_at(&block, 0).unwrap();
    file.sync_all().unwrap();
    let start = Instant::now();
    let mut syncs = 0;
    while start.elapsed() < TIME {
        file.write_all_at(&block, 0).unwrap();
        file.sync_data().unwrap();
        syncs += 1;
    }
    rate(syncs, start.elapsed())
}

/// Changes that this many writers get durable in a second, one after the other each, with a payload of this size inside.
fn durable_changes(writers: usize, payload_bytes: usize) -> f64 {
    const TIME: Duration = Duration::from_secs(3);
    let folder = tempfile::tempdir().unwrap();
    let settings = StoreSettings::new(folder.path(), "bench");
    let (store, _) = Outbox::open(&settings, Arc::new(SystemClock), Arc::new(OsEntropy)).unwrap();
    let start = Instant::now();
    let writer = |number: usize| {
        let counter = CounterName::sequence(&format!("writer-{number}").parse().unwrap());
        let mut changes = 0;
        while start.elapsed() < TIME {
            changes += 1;
            let mut change = Change::new(SystemClock.now());
            change.effects.push(Effect::Counter(counter.clone(), changes));
            if payload_bytes > 0 {
                let mut payload = vec![7; payload_bytes];
                payload[..16].copy_from_slice(&[number.to_le_bytes(), changes.to_le_bytes()].concat());
                change.carry(payload);
            }
            store.apply_blocking(change).unwrap();
        }
        changes
    };
    let changes: u64 = thread::scope(|scope| {
        let writer = &writer;
        let writers: Vec<_> = (0..writers).map(|number| scope.spawn(move || writer(number))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    let rate = rate(changes.try_into().unwrap(), start.elapsed());
    store.close();
    rate
}
