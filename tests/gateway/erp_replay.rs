//! Publishing again: the same documents byte for byte, or what a changed mapping makes of them, with a look first.

use std::fs;

use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::erp::{command, order as erp_order, prepared, segment};
use crate::gateway::Gateway;
use crate::order;
use crate::partner::{self, Terms};
use crate::plan::Plan;

/// One interchange with this many orders.
fn orders(count: u32) -> Vec<u8> {
    let one = String::from_utf8(order::interchange(1)).unwrap();
    let (head, rest) = one.split_once("ST*850*0001~").unwrap();
    let (body, tail) = rest.split_once("SE*").unwrap();
    let (trailer, tail) = tail.split_once("*0001~").unwrap();
    let sets: String = (1..=count)
        .map(|index| {
            let body = body.replace(&order::number(1), &order::number(index));
            format!("ST*850*{index:04}~{body}SE*{trailer}*{index:04}~")
        })
        .collect();
    format!("{head}{sets}{}", tail.replacen("GE*1*", &format!("GE*{count}*"), 1)).into_bytes()
}

/// A document's business, as bytes, by its id; of repeats the latest.
fn business(gateway: &Gateway) -> Vec<(String, String)> {
    let documents = gateway.documents();
    let without_meta = |document: &Value| {
        let mut document = document.clone();
        document.as_object_mut().unwrap().remove("meta");
        document.to_string()
    };
    documents.iter().map(|one| (one["meta"]["documentId"].as_str().unwrap().to_owned(), without_meta(one))).collect()
}

fn replay(gateway: &Gateway, arguments: &[&str]) -> (Option<i32>, String) {
    let output = gateway.run(&[&["doc", "replay", "--type", "order"], arguments].concat());
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr),
    )
}

/// Puts a mapping of the partner's own in force, with a line of its own for orders.
fn map_by(gateway: &Gateway, line: &str) {
    let folder = gateway.path("mappings/acme-bearings");
    fs::create_dir_all(&folder).unwrap();
    let mapping = format!("extends = \"templates/x12/004010/order\"\nversion = \"2\"\n[order]\n{line}\n");
    fs::write(folder.join("order.toml"), mapping).unwrap();
    change_partner(gateway, "templates/x12/004010/order", "acme-bearings/order");
}

/// Changes the partner's file and puts it in force.
fn change_partner(gateway: &Gateway, from: &str, to: &str) {
    let file = gateway.path("partners/acme-bearings/partner.toml");
    let text = fs::read_to_string(&file).unwrap().replace(from, to);
    fs::write(&file, text).unwrap();
    let in_force = gateway.logged("config.in-force");
    gateway.signal(rustix::process::Signal::HUP);
    wait_until(gateway, || gateway.logged("config.in-force") > in_force);
}

fn wait_until(gateway: &Gateway, is_so: impl Fn() -> bool) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !is_so() {
        assert!(std::time::Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn documents_are_replayed_as_they_were_and_a_changed_mapping_is_told_member_by_member() {
    // A thousand in the long rounds.
    let count = crate::chance::rounds("EDIGATE_REPLAYS", 150);
    let mut gateway = Plan::default().prepare();
    gateway.start();
    partner::send(gateway.address(), &Terms::default().pack(&orders(count))).unwrap();
    gateway.wait_for_documents(count as usize);
    let before = business(&gateway);
    assert_eq!(replay(&gateway, &[]).0, Some(64), "a reason is wanted");
    let (code, told) = replay(&gateway, &["--dry-run", "--with", "current"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains(&format!("{count} documents: {count} would be as the first time, 0 would be different")),
        "{told}"
    );

    let (code, told) = replay(&gateway, &["--reason", "the ERP lost them"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.ends_with(&format!("{count} replayed\n")), "{told}");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let replayed =
        |gateway: &Gateway| gateway.documents().iter().filter(|one| one["meta"]["replay"]["count"] == 1).count();
    while replayed(&gateway) < count as usize {
        assert!(std::time::Instant::now() < deadline, "{} of {count}", replayed(&gateway));
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    assert_eq!(business(&gateway), before, "business is as it was, byte for byte");

    // Another mapping: one member more, and nothing else.
    map_by(&gateway, "contractNumber = \"BEG03\"");
    let (code, told) = replay(&gateway, &["--dry-run", "--with", "current"]);
    assert_eq!(code, Some(2), "{told}");
    let members: std::collections::BTreeSet<&str> =
        told.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(members.into_iter().collect::<Vec<_>>(), ["contractNumber"], "{}", &told[..500.min(told.len())]);
}

fn run(gateway: &Gateway, arguments: &[&str]) -> (Option<i32>, String) {
    let output = gateway.run(arguments);
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(text).unwrap())
}

#[test]
fn a_replay_of_what_came_in_leaves_what_went_out_alone_until_it_is_asked_for() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "[x12.ack]\nsend = { functional = \"997\" }\n");
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &erp_order("4500012345"));
    gateway.wait_for_event("document.closed");
    partner::send(gateway.address(), &Terms::default().pack(&order::interchange(1))).unwrap();
    gateway.wait_for_documents(1);
    let closed = || gateway.listed(&["doc", "list", "--type", "acknowledgement", "--stage", "closed"]);
    wait_until(&gateway, || !closed().is_empty());
    let acknowledgement = closed()[0]["documentId"].as_str().unwrap().to_owned();
    assert_eq!(desk.parcels().len(), 2, "the order and the acknowledgement");
    let sent = gateway.listed(&["doc", "list", "--type", "order", "--direction", "out"])[0]["documentId"]
        .as_str()
        .unwrap()
        .to_owned();

    let (code, told) = run(&gateway, &["doc", "replay", "--since", "1h", "--reason", "the queue was deleted"]);
    assert_eq!(
        (code, told.as_str()),
        (Some(0), "1 documents: 1 are as the first time, 0 are different, 0 cannot be; 1 replayed\n")
    );
    assert_eq!(gateway.wait_for_event("document.replayed")["document"]["direction"], "inbound");

    // Each is refused with what to do instead, and nothing goes out.
    let check = |arguments: &[&str], expect: &str| {
        let (code, told) = run(&gateway, &[&["doc", "replay", "--reason", "to see"], arguments].concat());
        assert!(code != Some(0) && told.contains(expect), "{arguments:?}: {code:?} {told}");
    };
    check(&[&acknowledgement], &format!("edigate doc resend {acknowledgement}"));
    check(&["--type", "acknowledgement", "--direction", "out"], "edigate doc resend");
    check(&[&sent, "--dry-run"], "--dry-run is for what came in");
    check(&[&sent, "--only-different"], "--only-different is for what came in");
    check(&[&sent, "--with", "original"], &format!("edigate doc resend {sent}"));
    assert_eq!(desk.parcels().len(), 2);

    let asked = ["doc", "replay", "--since", "1h", "--direction", "out", "--reason", "the partner lost it"];
    let (code, told) = run(&gateway, &asked);
    assert!(code == Some(0) && told.contains("1 go out anew") && told.contains("1 replayed"), "{code:?} {told}");
    let parcels = desk.wait_for(3);
    let [first, again] = [&parcels[0], &parcels[2]].map(|parcel| parcel.open().0.unwrap());
    assert_eq!((segment(&first, "BEG")[3].as_str(), segment(&again, "BEG")[3].as_str()), ("4500012345", "4500012345"));
    assert_ne!(segment(&first, "ISA")[13], segment(&again, "ISA")[13], "another interchange");
}

#[test]
fn a_document_that_the_mapping_reads_otherwise_is_addressed_by_what_it_says_now() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    partner::send(gateway.address(), &Terms::default().pack(&order::interchange(1))).unwrap();
    let id = gateway.wait_for_documents(1)[0]["meta"]["documentId"].as_str().unwrap().to_owned();
    let published = || gateway.listed(&["doc", "list", "--stage", "published"]).len() == 1;
    wait_until(&gateway, published);
    // The date of the order in place of its number.
    map_by(&gateway, "orderNumber = \"BEG05\"");
    let asked = ["doc", "replay", &id, "--with", "current", "--reason", "the number was another"];
    let (code, told) = run(&gateway, &asked);
    assert!(code == Some(0) && told.contains("1 replayed"), "{told}");
    gateway.wait_for_event("document.replayed");
    wait_until(&gateway, published);

    let found = gateway.listed(&["doc", "list", "--po", "20261102"]);
    assert_eq!((found.len(), found[0]["documentId"].as_str()), (1, Some(id.as_str())));
    assert!(gateway.listed(&["doc", "list", "--po", &order::number(1)]).is_empty(), "the old number is nobody's");
    let shown = gateway.run(&["doc", "show", &id, "--json"]);
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let envelope = &shown["event"]["envelope"];
    assert_eq!(envelope["partitionKey"], "acme-bearings|order|20261102", "{envelope:#}");
    assert_eq!((&envelope["documentNumber"], &envelope["documentId"]), (&"20261102".into(), &id.as_str().into()));
    let content: Value = serde_json::from_slice(&gateway.run(&["doc", "show", &id, "--content"]).stdout).unwrap();
    assert_eq!(content["orderNumber"], "20261102", "what the ERP has");
    // It is as the mapping in force reads it by now.
    let (code, told) = run(&gateway, &["doc", "replay", &id, "--with", "current", "--dry-run"]);
    assert_eq!(code, Some(0), "{told}");
}

#[test]
fn a_group_that_waits_is_looked_at_and_goes_on_once_it_is_mended() {
    let mut gateway = Plan::default().usage("test").prepare();
    gateway.start();
    partner::send(gateway.address(), &Terms::default().pack(&orders(2))).unwrap();
    wait_until(&gateway, || gateway.listed(&["doc", "list", "--stage", "parked"]).len() == 2);
    let groups: Value = serde_json::from_slice(&gateway.run(&["doc", "quarantine", "--json"]).stdout).unwrap();
    let group = groups["groups"][0]["group"].as_str().unwrap();
    let look = ["doc", "replay", "--group", group, "--dry-run"];
    let (code, told) = run(&gateway, &look);
    assert!(code == Some(1) && told.contains("2 cannot be"), "{told}");

    change_partner(&gateway, "usage = \"test\"", "usage = \"production\"");
    let (code, told) = run(&gateway, &look);
    assert!(code == Some(2) && told.contains("stage  \"parked\" → \"waiting\""), "{told}");
    assert_eq!(gateway.listed(&["doc", "list", "--stage", "parked"]).len(), 2, "a look changes nothing");
    let (code, told) = run(&gateway, &["doc", "replay", "--group", group, "--reason", "the partner is live"]);
    assert!(code == Some(0) && told.contains("2 replayed"), "{told}");
    assert_eq!(gateway.wait_for_documents(2).len(), 2);
    assert_eq!(gateway.wait_for_event("document.released")["reason"], "the partner is live");
}
