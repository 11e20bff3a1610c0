//! kill -9 at random moments of what goes out: every command gets one final event, every document is in exactly one
//! interchange, control numbers neither repeat nor skip, and the partner sees one content for each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::broker;
use crate::chance::{self, Chance};
use crate::desk::{Act, Desk};
use crate::erp::{ORDERS_OUT, command_in, order, segment};
use crate::erp_peer::Erp;
use crate::gateway::Gateway;
use crate::plan::Plan;
use crate::sending::IMPATIENT;

/// Commands that the ERP is ahead of what goes out: all of them have to be through in the end.
const AHEAD: usize = 500;

/// So long nothing may happen.
const STANDSTILL: Duration = Duration::from_secs(60);

#[test]
fn kills_of_outbound_traffic_repeat_no_number_and_skip_none() {
    let kills = chance::rounds("EDIGATE_KILLS", 40);
    let mut chance = Chance::new("outbound kill");
    let desk = Desk::open(|_| Act::Receipt);
    let plan = Plan::default().partner_url(&desk.url()).send(IMPATIENT).agreement(ORDERS_OUT);
    let mut gateway = plan.limit("attempts = 1000").prepare();
    let commands = gateway.path("var/erp/from-erp/commands");
    let (written, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let posted = Arc::new(AtomicUsize::new(0));
    let erp = thread::spawn({
        let (written, posted, stop) = (Arc::clone(&written), Arc::clone(&posted), Arc::clone(&stop));
        move || {
            while !stop.load(Ordering::SeqCst) {
                if written.load(Ordering::SeqCst) > posted.load(Ordering::SeqCst) + AHEAD {
                    thread::sleep(Duration::from_millis(20));
                    continue;
                }
                let number = written.fetch_add(1, Ordering::SeqCst) + 1;
                let number = format!("{:010}", 4_500_000_000_u64 + number as u64);
                command_in(&commands, &format!("send.order.v1.acme-bearings.{number}"), &order(&number));
                thread::sleep(Duration::from_millis(20));
            }
        }
    });
    for round in 0..kills {
        gateway.start();
        thread::sleep(chance.up_to(Duration::from_millis(700)));
        gateway.kill();
        if chance.one_in(3) {
            gateway.delete_index();
        }
        posted.store(desk.parcels().len(), Ordering::SeqCst);
        eprintln!("kill {}: {} commands, {posted:?} posts", round + 1, written.load(Ordering::SeqCst));
    }
    stop.store(true, Ordering::SeqCst);
    erp.join().unwrap();
    let written = written.load(Ordering::SeqCst);
    gateway.start();
    assert_closed_once(&gateway, written, || gateway.events());
    assert_numbers(&desk, written);
}

/// The same with the ERP at RabbitMQ, where what is taken and not acknowledged comes again.
#[test]
fn kills_between_the_broker_and_the_partner_take_every_command_once() {
    let kills = chance::rounds("EDIGATE_KILLS", 40) / 4;
    let mut chance = Chance::new("outbound kill at a broker");
    let desk = Desk::open(|_| Act::Receipt);
    let plan = Plan::default().broker(&broker::shared().url(), "killed").partner_url(&desk.url());
    let mut gateway = plan.send(IMPATIENT).agreement(ORDERS_OUT).limit("attempts = 1000").prepare();
    let mut erp = Erp::start(&broker::shared().url(), &gateway);
    let mut written = 0;
    for round in 0..kills {
        gateway.start();
        let end = Instant::now() + chance.up_to(Duration::from_millis(1_500));
        while Instant::now() < end {
            written += 1;
            let number = format!("{:010}", 4_600_000_000_u64 + written as u64);
            let body = order(&number);
            erp.publish(&json!({"key": "send.order.v1.acme-bearings", "body": body, "messageId": number}));
            thread::sleep(Duration::from_millis(20));
        }
        gateway.kill();
        eprintln!("kill {}: {written} commands, {} posts", round + 1, desk.parcels().len());
    }
    gateway.start();
    let events = || {
        let mut ids = BTreeSet::new();
        let mut events = erp.arrived("events");
        events.retain(|event| ids.insert(event["attributes"]["id"].as_str().unwrap().to_owned()));
        events
    };
    assert_closed_once(&gateway, written, events);
    assert_numbers(&desk, written);
}

/// Waits until every command has its final event, and no more than that one.
fn assert_closed_once(gateway: &Gateway, written: usize, events: impl Fn() -> Vec<Value>) {
    let finals = || -> BTreeMap<String, usize> {
        let mut finals = BTreeMap::new();
        for event in events() {
            if event["data"]["final"] == true {
                *finals.entry(event["data"]["document"]["number"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
        finals
    };
    let (mut closed, mut since) = (0, Instant::now());
    while closed < written {
        thread::sleep(Duration::from_millis(200));
        let by_now = finals().len();
        if by_now > closed {
            (closed, since) = (by_now, Instant::now());
        }
        assert!(since.elapsed() < STANDSTILL, "{closed} of {written} closed\n{}", gateway.log());
    }
    let finals = finals();
    assert!(finals.values().all(|count| *count == 1), "one final event each: {finals:?}");
    assert_eq!(finals.len(), written);
}

/// Each number is one content, and none is left out.
fn assert_numbers(desk: &Desk, written: usize) {
    let mut by_number: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    for parcel in desk.parcels() {
        let interchange = parcel.open().0.unwrap();
        let number = segment(&interchange, "ISA")[13].parse().unwrap();
        let before = by_number.insert(number, interchange.clone());
        assert!(before.is_none_or(|before| before == interchange), "one content under interchange {number}");
    }
    let all: Vec<u32> = (1..=u32::try_from(written).unwrap()).collect();
    let numbers: Vec<u32> = by_number.keys().copied().collect();
    assert_eq!(numbers, all, "none is left out");
    let mut groups: Vec<u32> =
        by_number.values().map(|interchange| segment(interchange, "GS")[6].parse().unwrap()).collect();
    groups.sort_unstable();
    assert_eq!(groups, all, "nor of the groups");
    let mut orders: Vec<String> =
        by_number.values().map(|interchange| segment(interchange, "BEG")[3].clone()).collect();
    orders.sort();
    orders.dedup();
    assert_eq!(orders.len(), written, "every document is in exactly one interchange");
}
