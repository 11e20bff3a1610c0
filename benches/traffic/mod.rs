//! Messages on their way through a daemon, and what they cost: shared by the benches.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use edigate::as2::Settlement;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::{Padding, Rsa};
use openssl::sign::{Signer, Verifier};
use rustix::time::{ClockId, clock_gettime};

use crate::gateway::Gateway;
use crate::partner::{self, Packed, Terms};
use crate::plan::Plan;
use crate::wire;

/// Partners posting at once.
pub const SENDERS: usize = 8;

/// What a run through the door cost.
pub struct Cost {
    pub own: Duration,
    pub kernel: Duration,
    pub wall: Duration,
}

impl Cost {
    /// Its own processor time, and the kernel's on its behalf.
    pub fn processor(&self) -> Duration {
        self.own + self.kernel
    }
}

/// As long as an order of 37 lines, each another.
pub fn not_edi(index: u32) -> Vec<u8> {
    format!("message {index} ").into_bytes().repeat(380)
}

/// The RSA work in a message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Unwrapping the content key, signing the receipt, verifying the message's signature.
    Receiving,
    /// Signing the message, wrapping the content key, verifying the receipt's signature.
    Sending,
}

/// Processor time of the RSA-2048 work in `count` messages.
pub fn bare_rsa(count: usize, work: Work) -> Duration {
    let rsa = Rsa::generate(2048).unwrap();
    let key = PKey::from_rsa(rsa.clone()).unwrap();
    let mut wrapped = vec![0; 256];
    rsa.public_encrypt(&[7; 32], &mut wrapped, Padding::PKCS1).unwrap();
    let mut unwrapped = vec![0; 256];
    let before = processor_time();
    for _ in 0..count {
        match work {
            Work::Receiving => rsa.private_decrypt(&wrapped, &mut unwrapped, Padding::NONE),
            Work::Sending => rsa.public_encrypt(&[7; 32], &mut wrapped, Padding::PKCS1),
        }
        .unwrap();
        let mut signer = Signer::new(MessageDigest::sha256(), &key).unwrap();
        let signature = signer.sign_oneshot_to_vec(b"attributes").unwrap();
        let mut verifier = Verifier::new(MessageDigest::sha256(), &key).unwrap();
        assert!(verifier.verify_oneshot(&signature, b"attributes").unwrap());
    }
    processor_time() - before
}

/// What it costs the daemon to take `count` messages and hand on `documents` for each. They are packed beforehand and their
/// receipts verified afterwards, so that the senders take little from the two cores.
pub fn through_the_door(count: usize, content: fn(u32) -> Vec<u8>, documents: usize) -> Cost {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let messages: Vec<Packed> = (1..).take(count).map(|index| Terms::default().pack(&content(index))).collect();
    let [own, kernel] = gateway.processor_time();
    let start = Instant::now();
    let replies = post_all(gateway.address(), &messages);
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
pub fn wait_until_at_rest(gateway: &Gateway) {
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

/// Posts all of them, several at once.
pub fn post_all(address: SocketAddr, messages: &[Packed]) -> Vec<wire::Reply> {
    let next = AtomicUsize::new(0);
    let mut replies: Vec<(usize, wire::Reply)> = thread::scope(|scope| {
        let sender = || {
            let mut replies = Vec::new();
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                let Some(message) = messages.get(place) else { return replies };
                replies.push((place, partner::send(address, message).unwrap()));
            }
        };
        let senders: Vec<_> = (0..SENDERS).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect()
    });
    replies.sort_by_key(|(place, _)| *place);
    replies.into_iter().map(|(_, reply)| reply).collect()
}

pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.try_into().unwrap(), time.tv_nsec.try_into().unwrap())
}

pub fn each(time: Duration, count: usize) -> String {
    format!("{:.2} s, {:.3} ms each", time.as_secs_f64(), time.as_secs_f64() * 1000.0 / as_f64(count))
}

pub fn ratio(part: Duration, whole: Duration) -> f64 {
    part.as_secs_f64() / whole.as_secs_f64()
}

pub fn rate(count: usize, time: Duration) -> f64 {
    as_f64(count) / time.as_secs_f64()
}

pub fn as_f64(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap())
}
