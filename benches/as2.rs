//! AS2 alone, without translation: what a message of 5 KB costs to receive and to send, signed, encrypted, with a signed
//! receipt, beside the bare RSA work in it and beside other products that do the same on the same machine in the same run;
//! and what one of 50 MB costs, in processor time and memory.
//!
//! The processor time is that of the product's own process, the kernel's on its behalf included. Only edigate puts what it
//! takes on disk before it answers. `EDIGATE_BENCH_MESSAGES` sets how many.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a panic here is a failed run")]
#![expect(clippy::print_stdout, reason = "figures are printed")]
#![expect(unreachable_pub, dead_code, reason = "shared with the tests, which use the rest")]

#[path = "../tests/gateway/desk.rs"]
mod desk;
#[path = "../tests/support/gateway.rs"]
mod gateway;
#[path = "../tests/support/identity.rs"]
mod identity;
#[path = "../tests/interop/matrix.rs"]
mod matrix;
#[path = "../tests/support/order.rs"]
mod order;
#[path = "../tests/gateway/partner.rs"]
mod partner;
#[path = "../tests/interop/peer.rs"]
mod peer;
#[path = "../tests/support/plan.rs"]
mod plan;
#[path = "../tests/support/ports.rs"]
mod ports;
#[path = "../tests/interop/product.rs"]
mod product;
mod traffic;
#[path = "../tests/support/wire.rs"]
mod wire;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use std::{fs, thread};

use edigate::as2::Settlement;

use crate::desk::{Act, Desk};
use crate::gateway::Gateway;
use crate::identity::Identity;
use crate::matrix::{Cell, RECEIPTS};
use crate::partner::{Packed, Terms};
use crate::peer::{Peer, Place};
use crate::plan::Plan;
use crate::product::{PRODUCTS, Product};
use crate::traffic::{Work, as_f64, bare_rsa, each, not_edi, post_all, ratio, through_the_door, wait_until_at_rest};

/// What edigate is put beside.
const PEERS: [&str; 2] = ["pyas2lib", "asx-rs"];
const MEBIBYTE: usize = 1 << 20;
/// Bytes of the large payload.
const LARGE: usize = 50 * MEBIBYTE;

fn main() {
    let count = std::env::var("EDIGATE_BENCH_MESSAGES").map_or(500, |count| count.parse().unwrap());
    println!("{count} messages of 5 KB, signed SHA-256, encrypted AES-256-CBC, signed receipt in the answer");
    println!("receiving");
    let rsa = bare_rsa(count, Work::Receiving);
    let ours = through_the_door(count, not_edi, 0).processor();
    beside(count, rsa, ours, |peer, place| receiving(peer, place, count));
    println!("sending");
    let rsa = bare_rsa(count, Work::Sending);
    let ours = sending(count);
    beside(count, rsa, ours, |peer, _| asked_to_send(peer, count));
    println!("one message of 50 MiB, the same way");
    receive_large();
    send_large();
}

/// Prints our figures and those of the others.
fn beside(count: usize, rsa: Duration, ours: Duration, mut theirs: impl FnMut(&mut Running, &Place) -> Duration) {
    println!("  bare RSA-2048     {}", each(rsa, count));
    println!("  edigate           {}, {}", each(ours, count), a_second(ours, count));
    println!("  RSA's share of it {:.2}   (aim: at least 0.80)", ratio(rsa, ours));
    for product in PRODUCTS.iter().filter(|product| PEERS.contains(&product.name)) {
        if !peer::installed(product) {
            println!("  {} is not installed: scripts/tools.sh bench", product.name);
            continue;
        }
        let place = Place::new();
        let mut running = Running::start(product, &place);
        let cost = theirs(&mut running, &place);
        let times = ratio(cost, ours);
        println!("  {:17} {}, {}, {times:.1} times ours", product.name, each(cost, count), a_second(cost, count));
    }
}

fn a_second(cost: Duration, count: usize) -> String {
    format!("{:.0} messages a processor second", as_f64(count) / cost.as_secs_f64())
}

/// A product that runs, and the gateway that is its partner.
struct Running {
    peer: Peer,
    gateway: Gateway,
}

impl Running {
    fn start(product: &Product, place: &Place) -> Self {
        let mut gateway = Plan::default().partner_url(&place.url()).prepare();
        gateway.start();
        let peer = Peer::start(product, place, &gateway);
        Self { peer, gateway }
    }
}

/// What it costs a product to receive: the messages are packed beforehand and their receipts judged afterwards.
fn receiving(running: &mut Running, place: &Place, count: usize) -> Duration {
    let terms = Terms {
        from: "NORTHWIND",
        to: "ACMEBRG",
        signer: Identity::northwind(),
        recipient: Identity::acme(),
        ..Terms::default()
    };
    let messages: Vec<Packed> = (1..).take(count).map(|index| terms.pack(&not_edi(index))).collect();
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, place.port));
    let before = running.peer.processor_time();
    let replies = post_all(address, &messages);
    let cost = running.peer.processor_time() - before;
    for reply in &replies {
        assert_eq!(reply.status, 200, "{}", reply.text());
        assert!(reply.text().contains("processed"), "{}", reply.text());
    }
    cost
}

/// What it costs a product to send to our gateway and to judge the receipts.
fn asked_to_send(running: &mut Running, count: usize) -> Duration {
    let receipt = *RECEIPTS.iter().find(|receipt| receipt.mode == "sync" && receipt.signed).unwrap();
    let cell = Cell { form: "SE", digest: "sha-256", cipher: "aes-256-cbc", receipt };
    let files: Vec<PathBuf> = (1..).take(count).map(|index| written(&running.gateway, index)).collect();
    let before = running.peer.processor_time();
    for file in &files {
        let sent = running.peer.send(file, &cell);
        assert_eq!(sent["status"], "processed", "{sent}");
    }
    running.peer.processor_time() - before
}

fn written(gateway: &Gateway, index: u32) -> PathBuf {
    let path = gateway.path(&format!("message-{index}"));
    fs::write(&path, not_edi(index)).unwrap();
    path
}

/// What it costs the daemon to send: from the payload on its socket to the receipt that was verified.
fn sending(count: usize) -> Duration {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    gateway.start();
    let files: Vec<PathBuf> = (1..).take(count).map(|index| written(&gateway, index)).collect();
    let [own, kernel] = gateway.processor_time();
    for file in &files {
        submit(&gateway, file);
    }
    desk.wait_for(count);
    wait_until_at_rest(&gateway);
    let [own_after, kernel_after] = gateway.processor_time();
    assert_eq!(delivered(&gateway), count, "{}", gateway.log());
    own_after - own + kernel_after - kernel
}

fn submit(gateway: &Gateway, file: &std::path::Path) {
    let output = gateway.run(&["exchange", "submit", "acme-bearings", file.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn delivered(gateway: &Gateway) -> usize {
    gateway.logged("delivery.done")
}

fn receive_large() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let message = Terms::default().pack(&large());
    let before = Use::of(&gateway);
    let reply = partner::send(gateway.address(), &message).unwrap();
    wait_until_at_rest(&gateway);
    before.told("receiving", &gateway);
    assert_eq!(partner::settle(&message, &reply), Settlement::Accepted, "{}", reply.text());
}

fn send_large() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    gateway.start();
    let file = gateway.path("large");
    fs::write(&file, large()).unwrap();
    let before = Use::of(&gateway);
    submit(&gateway, &file);
    let deadline = Instant::now() + Duration::from_secs(120);
    while delivered(&gateway) == 0 && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(100));
    }
    wait_until_at_rest(&gateway);
    before.told("sending", &gateway);
    assert_eq!(delivered(&gateway), 1, "{}", gateway.log());
}

/// Bytes that do not compress and are no EDI.
fn large() -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as u8
    };
    (0..LARGE).map(|_| next()).collect()
}

/// What a daemon used so far.
struct Use {
    processor: Duration,
    peak: usize,
}

impl Use {
    fn of(gateway: &Gateway) -> Self {
        Self { processor: gateway.processor_time().into_iter().sum(), peak: gateway.peak_memory() }
    }

    fn told(&self, what: &str, gateway: &Gateway) {
        let after = Self::of(gateway);
        let peak = (after.peak - self.peak) / MEBIBYTE;
        println!(
            "  {what:10} {:.2} processor seconds (aim: 0.3), {peak} MiB more memory at its peak (aim: at most 100), {} MiB in all",
            (after.processor - self.processor).as_secs_f64(),
            after.peak / MEBIBYTE,
        );
    }
}
