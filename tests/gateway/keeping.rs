//! What is kept, how long, and what operators did: the periods of `store.retention` and `edigate audit`, as an operator
//! meets them.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Signal, getuid};
use serde_json::Value;

use crate::evidence::{export, verify};
use crate::gateway::Gateway;
use crate::moved_clock::MovedClock;
use crate::order;
use crate::partner::{Terms, deliver};
use crate::plan::Plan;
use crate::traffic::receipt_bytes;

const DAY: u64 = 24 * 60 * 60;

#[test]
fn documents_go_after_their_time_evidence_after_its_own_and_a_repeat_is_known_all_the_while() {
    let mut gateway = Plan::default().prepare();
    let file = gateway.path("edigate.toml");
    let periods = "[store]\nretention = { payload = \"60d\", evidence = \"90d\", document = \"30d\" }";
    fs::write(&file, fs::read_to_string(&file).unwrap().replace("[store]", periods)).unwrap();
    let mut clock = MovedClock::start(&mut gateway);
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    // A document of more than 64 KiB is a file of its own.
    deliver(&gateway, &Terms::default().pack(&order::with_lines(2, 400)));
    let unreadable = String::from_utf8(order::interchange(3)).unwrap().replace(&order::number(3), "");
    deliver(&gateway, &Terms::default().pack(unreadable.as_bytes()));
    gateway.wait_for_documents(2);
    wait_for(&gateway, "the parked one", || gateway.listed(&["doc", "list"]).len() == 3);
    let evidence = |name: &str| verify(&export(&gateway, message.message_id.as_str(), name));
    assert_eq!(evidence("young").0, 0);
    let (files, bytes) = below(&gateway.path("var/edigate/spool"));

    clock.move_on(29 * DAY);
    clock.start_again(&mut gateway);
    thread::sleep(Duration::from_millis(500));
    assert_eq!(gateway.listed(&["doc", "list"]).len(), 3, "{}", gateway.log());

    clock.move_on(2 * DAY);
    clock.start_again(&mut gateway);
    wait_for(&gateway, "the end of the documents", || gateway.listed(&["doc", "list"]).len() == 1);
    assert_eq!(gateway.listed(&["doc", "list"])[0]["stage"], "parked", "it waits for a person");
    wait_for(&gateway, "the end of the large document", || below(&gateway.path("var/edigate/spool")).0 < files);
    assert!(below(&gateway.path("var/edigate/spool")).1 + (64 << 10) < bytes);
    assert_eq!(gateway.listed(&["exchange", "list"]).len(), 3);
    let evidence = |name: &str| verify(&export(&gateway, message.message_id.as_str(), name));
    assert_eq!(evidence("a month old").0, 0, "the message, its bytes and its receipt are there");
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first);

    // Evidence has its own end; the parked one keeps its message, and the partner's window, of 400 days, its key.
    clock.move_on(65 * DAY);
    clock.start_again(&mut gateway);
    wait_for(&gateway, "the end of the messages", || gateway.listed(&["exchange", "list"]).len() == 1);
    let waiting = gateway.listed(&["doc", "list"]).remove(0);
    assert_eq!(gateway.listed(&["exchange", "list"])[0]["exchangeId"], waiting["exchangeId"]);
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "{}", gateway.log());
    let parked = waiting["documentId"].as_str().unwrap().to_owned();
    assert!(gateway.run(&["doc", "show", &parked, "--content"]).status.success());
    assert_eq!(gateway.documents().len(), 2, "no repeat made another document");

    let told = audit(&gateway, &[]);
    assert!(told.iter().filter(|row| row["action"] == "retention.release").count() >= 2, "{told:#?}");
    assert!(gateway.logged("store.released") >= 2);
    assert_eq!(gateway.run(&["audit", "verify"]).status.code(), Some(0));
}

#[test]
fn what_an_operator_does_is_written_down_with_who_did_it() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let unreadable = String::from_utf8(order::interchange(1)).unwrap().replace(&order::number(1), "");
    deliver(&gateway, &Terms::default().pack(unreadable.as_bytes()));
    wait_for(&gateway, "the parked one", || gateway.listed(&["doc", "list"]).len() == 1);
    let parked = gateway.listed(&["doc", "list"])[0]["documentId"].as_str().unwrap().to_owned();

    assert!(gateway.run(&["doc", "release", &parked, "--reason", "INC-7: the mapping is mended"]).status.success());
    fs::write(gateway.path("order.x12"), order::interchange(2)).unwrap();
    let order = gateway.path("order.x12").to_str().unwrap().to_owned();
    assert!(gateway.run(&["exchange", "submit", "acme-bearings", &order]).status.success());
    assert!(!gateway.run(&["exchange", "submit", "nobody", &order]).status.success());
    assert!(!gateway.run(&["exchange", "retry", "01ZZZZZZ", "--reason", "to see"]).status.success());
    // A look is no act.
    assert!(gateway.run(&["doc", "list"]).status.success());
    gateway.signal(Signal::HUP);
    wait_for(&gateway, "the reload", || audit(&gateway, &[]).len() == 6);

    let told = audit(&gateway, &[]);
    let text = |row: &Value, member: &str| row[member].as_str().unwrap_or("-").to_owned();
    let short: Vec<_> = told.iter().rev().map(|row| (text(row, "action"), text(row, "outcome"))).collect();
    let expect = [
        ("document.release", "done"),
        ("message.submit", "done"),
        ("message.submit", "refused: there is no partner nobody"),
        ("message.retry", "refused: no exchange has an id that begins with 01ZZZZZZ"),
        ("configuration.reload", "asked for"),
        ("configuration.reload", "done"),
    ];
    assert_eq!(short, expect.map(|(action, outcome)| (action.to_owned(), outcome.to_owned())), "{told:#?}");
    let released = &told[5];
    assert_eq!(released["uid"], getuid().as_raw(), "{released:#}");
    assert_eq!(released["subject"], format!("document {parked}"));
    assert_eq!(released["reason"], "INC-7: the mapping is mended");
    assert_eq!(audit(&gateway, &["--subject", &parked]).len(), 1);
    assert_eq!(audit(&gateway, &["--subject", "acme-bearings"]).len(), 1);
    assert_eq!(audit(&gateway, &["--until", "yesterday"]).len(), 0);
    assert_eq!(audit(&gateway, &["--limit", "2", "--before", "3"]).len(), 2);

    // Nothing of it depends on the index, and a kill takes nothing away.
    gateway.kill();
    gateway.delete_index();
    gateway.start();
    assert_eq!(audit(&gateway, &[]), told);
    let verified = gateway.run(&["audit", "verify"]);
    let said = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success() && said.contains("6 rows, 1 to 6: none is missing"), "{said}");
}

fn audit(gateway: &Gateway, options: &[&str]) -> Vec<Value> {
    let output = gateway.run(&[&["audit", "list", "--json"], options].concat());
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&output.stderr)));
    answer["rows"].as_array().unwrap().clone()
}

/// Files below a folder, and their bytes.
fn below(folder: &Path) -> (usize, u64) {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let found = entry.metadata().unwrap();
        let (more, length) = if found.is_dir() { below(&entry.path()) } else { (1, found.len()) };
        files += more;
        bytes += length;
    }
    (files, bytes)
}

fn wait_for(gateway: &Gateway, what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "{what} did not come\n{}", gateway.log());
        thread::sleep(Duration::from_millis(100));
    }
}
