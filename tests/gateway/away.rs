//! A partner that is away for a day.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Act, Desk, answered};
use crate::gateway::{AS2_PATH, Gateway};
use crate::moved_clock::MovedClock;
use crate::order;
use crate::partner::Terms;
use crate::plan::Plan;
use crate::wire;

#[test]
fn a_partner_that_is_away_for_a_day_gets_every_message_and_every_receipt_once_it_is_back() {
    const HOUR: u64 = 3600;
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    let desk = Desk::open(move |number| match is_away.load(Ordering::SeqCst) {
        // The ways in which one that is away shows it.
        true if number % 3 == 0 => Act::Cut,
        true if number % 3 == 1 => Act::Hang,
        true => Act::Status(503),
        false => Act::Later(Box::new(|parcel| match parcel.header("Disposition-Notification-To") {
            Some(_) => answered(&parcel.open().1.unwrap()),
            None => b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
        })),
    });
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    let mut clock = MovedClock::start(&mut gateway);

    // A message of the partner's, whose receipt it waits for.
    let theirs = Terms::default().pack(&order::interchange(900));
    let mut headers = theirs.headers.clone();
    headers.push(("Receipt-Delivery-Option".to_owned(), desk.url()));
    assert_eq!(wire::post(gateway.address(), AS2_PATH, &headers, &theirs.body).unwrap().status, 200);

    let mut ours = Vec::new();
    for hour in 1..=24 {
        ours.push(submit(&gateway, hour));
        thread::sleep(Duration::from_millis(250));
        clock.move_on(HOUR);
    }
    let first = exchange(&gateway, &ours[0]);
    assert_eq!(first["stage"], "sending", "{first:#}\n{}", gateway.log());
    let attempts = first["detail"]["attempts"].as_array().unwrap();
    assert!(attempts.len() >= 7, "{attempts:#?}");
    away.store(false, Ordering::SeqCst);
    // Whatever was chosen before this is on its way; nothing more is due before the clock is moved.
    thread::sleep(Duration::from_millis(500));
    let while_away = desk.parcels().len();
    // The longest wait of the schedule passes; what is due is looked for at the latest when something new comes.
    clock.move_on(5 * HOUR);
    ours.push(submit(&gateway, 25));
    let deadline = Instant::now() + Duration::from_secs(60);
    for id in &ours {
        while exchange(&gateway, id)["stage"] != "delivered" {
            assert!(Instant::now() < deadline, "{:#}\n{}", exchange(&gateway, id), gateway.log());
            thread::sleep(Duration::from_millis(50));
        }
    }
    let receipt = desk.wait_for(while_away + ours.len() + 1);

    let mut bodies: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (number, parcel) in receipt.iter().enumerate() {
        let id = parcel.header("Message-ID").unwrap().to_owned();
        if number >= while_away {
            bodies.entry(id.clone()).or_default().insert(parcel.body.clone());
            *taken.entry(id).or_default() += 1;
        }
    }
    assert_eq!(bodies.len(), ours.len() + 1, "each message of ours, and the receipt");
    assert!(taken.values().all(|times| *times == 1), "once each: {taken:?}");
    assert_eq!(gateway.wait_for_documents(1).len(), 1);
}

/// Hands an order over, and gives the exchange's id.
fn submit(gateway: &Gateway, index: u32) -> String {
    let path = gateway.path(&format!("order-{index}.x12"));
    fs::write(&path, order::interchange(index)).unwrap();
    let output = gateway.run(&["exchange", "submit", "acme-bearings", path.to_str().unwrap(), "--json"]);
    let submitted: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| {
        panic!("{fault}: {}\n{}", String::from_utf8_lossy(&output.stderr), gateway.log());
    });
    submitted["exchangeId"].as_str().unwrap().to_owned()
}

fn exchange(gateway: &Gateway, id: &str) -> Value {
    serde_json::from_slice(&gateway.admin(&format!("/v1/exchanges/{id}")).unwrap().body).unwrap()
}
