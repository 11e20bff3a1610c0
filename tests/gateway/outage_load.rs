//! Many documents of a few orders while everything is done to the broker that can be: none is lost, none is there under two
//! ids, and those of one order stay in their order. And a queue that is deleted with all that was confirmed.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use edigate::base::{Clock, SystemClock};
use serde_json::json;

use crate::broker::{self, Rabbit};
use crate::chance;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::order;
use crate::partner::{self, Terms};
use crate::plan::Plan;

/// Orders of one interchange.
const AT_ONCE: usize = 10;
/// Orders of one sender, each of which comes again and again with another quantity.
const ORDERS: usize = 50;
const SENDERS: usize = 2;
/// So long nothing may happen.
const STANDSTILL: Duration = Duration::from_secs(120);

/// An order as it came: its number, and which time it is.
type Version = (String, usize);

/// Senders that post one interchange after the other, each until it has its receipt.
struct Load {
    accepted: Arc<AtomicUsize>,
    /// So many they stop at, until there is more to do.
    goal: Arc<AtomicUsize>,
    stop: Arc<AtomicBool>,
    senders: Vec<JoinHandle<usize>>,
}

impl Load {
    fn on(address: SocketAddr) -> Self {
        let (accepted, stop) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let goal = Arc::<AtomicUsize>::default();
        let sender = |sender: usize| {
            let (accepted, goal, stop) = (Arc::clone(&accepted), Arc::clone(&goal), Arc::clone(&stop));
            thread::spawn(move || {
                let mut turn = 0;
                while !stop.load(Ordering::SeqCst) {
                    if accepted.load(Ordering::SeqCst) >= goal.load(Ordering::SeqCst) {
                        thread::sleep(Duration::from_millis(5));
                        continue;
                    }
                    let message = Terms::default().pack(&interchange(sender, turn));
                    while !partner::send(address, &message).is_ok_and(|reply| reply.text().contains("processed")) {
                        thread::sleep(Duration::from_millis(20));
                    }
                    turn += 1;
                    accepted.fetch_add(AT_ONCE, Ordering::SeqCst);
                }
                turn
            })
        };
        let senders = (0..SENDERS).map(sender).collect();
        Self { accepted, goal, stop, senders }
    }

    /// Waits until so many more documents were accepted; as many again may come while something else is done.
    fn more(&self, documents: usize) {
        let wanted = self.accepted.load(Ordering::SeqCst) + documents;
        self.goal.store(wanted + documents, Ordering::SeqCst);
        let (mut last, mut since) = (0, Instant::now());
        while self.accepted.load(Ordering::SeqCst) < wanted {
            thread::sleep(Duration::from_millis(10));
            let by_now = self.accepted.load(Ordering::SeqCst);
            if by_now > last {
                (last, since) = (by_now, Instant::now());
            }
            assert!(since.elapsed() < STANDSTILL, "{by_now} of {wanted} accepted");
        }
    }

    /// Ends the senders, and gives all that was accepted.
    fn finish(self) -> BTreeSet<Version> {
        self.stop.store(true, Ordering::SeqCst);
        let turns = self.senders.into_iter().map(|sender| sender.join().unwrap());
        turns
            .enumerate()
            .flat_map(|(sender, turns)| (0..turns * AT_ONCE).map(move |index| version(sender, index)))
            .collect()
    }
}

fn version(sender: usize, index: usize) -> Version {
    (format!("47{sender:02}{:06}", index % ORDERS), index / ORDERS + 1)
}

fn interchange(sender: usize, turn: usize) -> Vec<u8> {
    let one = String::from_utf8(order::interchange(1)).unwrap();
    let (from, to) = (one.find("ST*850").unwrap(), one.find("GE*1*").unwrap());
    let sets: String = (0..AT_ONCE)
        .map(|place| {
            let (number, times) = version(sender, turn * AT_ONCE + place);
            one[from..to]
                .replace("0001~", &format!("{:04}~", place + 1))
                .replace(&order::number(1), &number)
                .replace("*500*EA", &format!("*{times}*EA"))
                .replace("CTT*1*500", &format!("CTT*1*{times}"))
        })
        .collect();
    let control = 200_000_000 + sender * 1_000_000 + turn;
    let whole = format!("{}{sets}{}", &one[..from], one[to..].replace("GE*1*", &format!("GE*{AT_ONCE}*")));
    whole.replace("100000001", &control.to_string()).into_bytes()
}

/// What arrived, first of all ids: by order, which times, in the order of their arrival.
fn arrived(ledger: &Ledger) -> BTreeMap<String, Vec<(usize, String)>> {
    let mut ids = BTreeSet::new();
    let mut arrived: BTreeMap<String, Vec<(usize, String)>> = BTreeMap::new();
    for delivery in ledger.deliveries().iter() {
        if ids.insert(delivery.message_id()) {
            let times = delivery.body["lines"][0]["quantity"]["value"].as_str().unwrap().parse().unwrap();
            arrived.entry(delivery.order_number()).or_default().push((times, delivery.message_id()));
        }
    }
    arrived
}

fn versions(arrived: &BTreeMap<String, Vec<(usize, String)>>) -> BTreeSet<Version> {
    arrived.iter().flat_map(|(number, times)| times.iter().map(|(times, _)| (number.clone(), *times))).collect()
}

fn wait_for(ledger: &Ledger, accepted: &BTreeSet<Version>, gateway: &Gateway) {
    let (mut last, mut since) = (0, Instant::now());
    loop {
        let by_now = versions(&arrived(ledger));
        if by_now.is_superset(accepted) {
            return;
        }
        if by_now.len() > last {
            (last, since) = (by_now.len(), Instant::now());
        }
        let missing: Vec<_> = accepted.difference(&by_now).take(10).collect();
        let of = accepted.len();
        assert!(since.elapsed() < STANDSTILL, "{last} of {of} arrived, without {missing:?}\n{}", gateway.log());
        thread::sleep(Duration::from_millis(100));
    }
}

/// A queue for all of an exchange, and nobody who takes from it.
fn queue(broker: &Rabbit, gateway: &Gateway, exchange: &str, name: &str) {
    let definitions = json!({
        "exchanges": [{"name": exchange, "vhost": "/", "type": "topic", "durable": true, "auto_delete": false,
            "internal": false, "arguments": {}}],
        "queues": [{"name": name, "vhost": "/", "durable": true, "auto_delete": false, "arguments": {}}],
        "bindings": [{"source": exchange, "vhost": "/", "destination": name, "destination_type": "queue",
            "routing_key": "#", "arguments": {}}],
    });
    let file = gateway.path(&format!("{name}.json"));
    std::fs::write(&file, definitions.to_string()).unwrap();
    broker.control(&["import_definitions", file.to_str().unwrap()]);
}

#[test]
fn whatever_is_done_to_the_broker_no_document_is_lost_doubled_or_out_of_order() {
    let documents = chance::rounds("EDIGATE_LOAD", 600) as usize;
    let broker = Rabbit::start();
    let mut gateway = Plan::default().broker(&broker.url(), "load").prepare();
    let ledger = Ledger::of(&broker.url(), "load.documents");
    gateway.start();
    let load = Load::on(gateway.address());
    // Each time something is done, documents come meanwhile and afterwards.
    let each = documents / 15;
    load.more(each);

    broker.pause();
    load.more(each);
    broker.resume();
    load.more(each);

    broker.raise_disk_alarm();
    load.more(each);
    broker.clear_disk_alarm();
    load.more(each);

    broker.control(&["set_vm_memory_high_watermark", "absolute", "1"]);
    load.more(each);
    broker.control(&["set_vm_memory_high_watermark", "absolute", "1GB"]);
    load.more(each);

    // A second queue that takes five and then refuses: every publication is refused with it.
    broker.control(&["set_policy", "full", "^load.full$", r#"{"max-length": 5, "overflow": "reject-publish"}"#]);
    queue(&broker, &gateway, "load.documents", "load.full");
    load.more(each);
    broker.control(&["delete_queue", "load.full"]);
    load.more(each);

    broker.kill();
    load.more(each);
    broker.start_again();
    load.more(each);

    broker.stop();
    gateway.kill();
    gateway.start();
    load.more(each);
    broker.start_again();
    load.more(each);
    load.more(each);

    let accepted = load.finish();
    wait_for(&ledger, &accepted, &gateway);
    let arrived = arrived(&ledger);
    assert_eq!(versions(&arrived), accepted);
    let ids: usize = arrived.values().map(Vec::len).sum();
    assert_eq!(ids, accepted.len(), "each under one id");
    for (number, times) in &arrived {
        assert!(times.is_sorted(), "order {number} out of order: {times:?}");
    }
    let deliveries = ledger.deliveries().len();
    eprintln!("{ids} documents, {deliveries} deliveries: none lost, none doubled, each order in its order");
}

#[test]
fn what_was_lost_with_a_queue_is_replayed_and_what_came_without_one_waits() {
    let documents = chance::rounds("EDIGATE_LOAD", 600) as usize / 6;
    let broker = broker::shared();
    let mut gateway = Plan::default().broker(&broker.url(), "lost").prepare();
    queue(broker, &gateway, "lost.documents", "lost.documents.erp");
    gateway.start();
    let since = SystemClock.now().to_string();
    let load = Load::on(gateway.address());
    load.more(documents);
    let confirmed = load.finish();
    let deadline = Instant::now() + STANDSTILL;
    while gateway.logged("document.published") < confirmed.len() {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
    broker.control(&["delete_queue", "lost.documents.erp"]);

    // One more, in vain: nobody is bound. It is held, whatever it waits for.
    let late = order::interchange(77);
    partner::deliver(&gateway, &Terms::default().pack(&late));
    while gateway.logged("document.not-published") == 0 {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
    let ledger = Ledger::of(&broker.url(), "lost.documents");
    ledger.wait_for_one(&order::number(77));
    assert_eq!(versions(&arrived(&ledger)).len(), 1, "what was confirmed is gone with its queue");

    let asked = ["doc", "replay", "--since", &since, "--reason", "the queue was deleted"];
    let replayed = gateway.run(&asked);
    let told = String::from_utf8_lossy(&replayed.stdout).into_owned();
    assert!(replayed.status.success(), "{told}{}", String::from_utf8_lossy(&replayed.stderr));
    wait_for(&ledger, &confirmed, &gateway);
    for delivery in ledger.deliveries().iter().filter(|delivery| delivery.order_number() != order::number(77)) {
        assert_eq!(delivery.header("cloudEvents_edireplay"), "1");
    }
    for (number, times) in arrived(&ledger) {
        assert!(times.is_sorted(), "order {number} out of order: {times:?}");
    }
}
