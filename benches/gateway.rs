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
#[path = "../tests/support/wire.rs"]
mod wire;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use edigate::as2::Settlement;
use edigate::base::{Clock, OsEntropy, SystemClock};
use edigate::exchange::{Change, CounterName, Effect};
use edigate::store::{Outbox, StoreSettings};
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{Signer, Verifier};
use rustix::time::{ClockId, clock_gettime};

use crate::gateway::Gateway;
use crate::partner::{Packed, Terms};
use crate::plan::Plan;

/// Lines of the order; 37 make 5 KB.
const LINES: usize = 37;
/// Partners posting at once.
const SENDERS: usize = 8;
/// A payload that rides in the journal's record.
const PAYLOAD_BYTES: usize = 5000;

fn main() {
    let orders = std::env::var("EDIGATE_BENCH_ORDERS").map_or(2000, |count| count.parse().unwrap());
    println!(
        "{orders} orders of 5 KB, signed SHA-256, encrypted AES-256-CBC, signed receipt, durable; {SENDERS} senders"
    );
    let rsa = bare_rsa(orders);
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

/// What a run through the door cost.
struct Cost {
    own: Duration,
    kernel: Duration,
    wall: Duration,
}

impl Cost {
    fn processor(&self) -> Duration {
        self.own + self.kernel
    }
}

/// As long as an order of [`LINES`] lines, each another.
fn not_edi(index: u32) -> Vec<u8> {
    format!("message {index} ").into_bytes().repeat(380)
}

/// Processor time of the RSA work in `count` messages: unwrapping the content key, signing the receipt, verifying the
/// signature of the message.
fn bare_rsa(count: usize) -> Duration {
    let rsa = Rsa::generate(2048).unwrap();
    let key = PKey::from_rsa(rsa.clone()).unwrap();
    let mut wrapped = vec![0; 256];
    rsa.public_encrypt(&[7; 32], &mut wrapped, Padding::PKCS1).unwrap();
    let mut unwrapped = vec![0; 256];
    let before = processor_time();
    for _ in 0..count {
        rsa.private_decrypt(&wrapped, &mut unwrapped, Padding::NONE).unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(b"attributes").unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        assert!(verifier.verify_oneshot(&signature, b"attributes").unwrap());
    }
    processor_time() - before
}

/// What it costs the daemon to take `count` messages and hand on `documents` for each. They are packed beforehand and their
/// receipts verified afterwards, so that the senders take little from the two cores.
fn through_the_door(count: usize, content: fn(u32) -> Vec<u8>, documents: usize) -> Cost {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let messages: Vec<Packed> = (1..).take(count).map(|index| Terms::default().pack(&content(index))).collect();
    let [own, kernel] = gateway.processor_time();
    let start = Instant::now();
    let replies = post_all(&gateway, &messages);
    let wall = start.elapsed();
    gateway.wait_for_documents(count * documents);
    wait_until_at_rest(&gateway);
    let [own_after, kernel_after] = gateway.processor_time();
    for (message, reply) in messages.iter().zip(&replies) {
        assert_eq!(partner::settle(message, reply), Settlement::Accepted, "{}", reply.text());
    }
    Cost { own: own_after - own, kernel: kernel_after - kernel, wall }
}

/// What follows a receipt belongs to the cost too.
fn wait_until_at_rest(gateway: &Gateway) {
    const REST: Duration = Duration::from_millis(300);
    let mut before = gateway.processor_time();
    loop {
        thread::sleep(REST);
        let now = gateway.processor_time();
        if now == before {
            return;
        }
        before = now;
    }
}

fn post_all(gateway: &Gateway, messages: &[Packed]) -> Vec<wire::Reply> {
    let next = AtomicUsize::new(0);
    let mut replies: Vec<(usize, wire::Reply)> = thread::scope(|scope| {
        let sender = || {
            let mut replies = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(message) = messages.get(place) else { return replies };
                replies.push((place, partner::send(gateway.address(), message).unwrap()));
            }
        };
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    replies.sort_by_key(|(place, _)| *place);
    replies.into_iter().map(|(_, reply)| reply).collect()
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

fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

fn each(time: Duration, count: usize) -> String {
    format!("{:.2} s, {:.3} ms each", time.as_secs_f64(), time.as_secs_f64() * 1000.0 / as_f64(count))
}

fn ratio(part: Duration, whole: Duration) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64()
}

fn rate(count: usize, time: Duration) -> f64 {
    as_f64(count) / time.as_secs_f64()
}

fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
