//! The hands: the commands of the binary, its admin socket, reload and drain, as an operator meets them.

use std::fs;
use std::process::Output;
use std::thread;
use std::time::{Duration, Instant};

use edigate::as2::{Disposition, ErrorModifier};
use rustix::process::Signal;
use serde_json::Value;

use crate::gateway::Gateway;
use crate::order;
use crate::partner::{self, Terms, deliver};
use crate::plan::Plan;

#[test]
fn check_passes_a_good_configuration_and_names_every_fault_of_a_bad_one() {
    let gateway = Plan::default().prepare();
    let output = gateway.run(&["check"]);
    assert!(output.status.success(), "{}", text(&output));

    let file = gateway.path("partners/acme-bearings/partner.toml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("timezone =", "timezoon =").replace("\"production\"", "\"prodution\"")).unwrap();
    let output = gateway.run(&["check"]);
    assert_eq!(output.status.code(), Some(78), "{}", text(&output));
    for said in ["partner.toml:5", "timezoon", "timezone", "partner.toml:4", "prodution", "production"] {
        assert!(text(&output).contains(said), "{said:?} is not in\n{}", text(&output));
    }
}

#[test]
fn as2_send_verifies_the_receipt() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let output = send(&gateway, &["--their-cert", &path(&gateway, "certs/northwind.pem")]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(gateway.wait_for_documents(1)[0]["orderNumber"], order::number(1));
    // Encrypted for, and its receipt expected from, somebody who is not the gateway.
    let output = send(&gateway, &["--their-cert", &path(&gateway, "certs/acme.pem")]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
}

#[test]
fn orders_come_in_over_tls() {
    let mut gateway = Plan::default().tls().prepare();
    gateway.start();
    let (their, ca) = (path(&gateway, "certs/northwind.pem"), path(&gateway, "certs/tls.pem"));
    // Vouched for, or known by itself. The same order twice under two ids: the second one is a duplicate interchange.
    for option in ["--tls-ca", "--tls-cert"] {
        let output = send(&gateway, &["--their-cert", &their, option, &ca]);
        assert!(output.status.success(), "{option}: {}\n{}", text(&output), gateway.log());
    }
    assert_eq!(gateway.wait_for_documents(1)[0]["orderNumber"], order::number(1));
    let output = send(&gateway, &["--their-cert", &their]);
    assert_eq!(output.status.code(), Some(1), "a listener that nobody vouches for: {}", text(&output));
}

fn path(gateway: &Gateway, inside: &str) -> String {
    gateway.path(inside).to_str().unwrap().to_owned()
}

fn send(gateway: &Gateway, options: &[&str]) -> Output {
    let file = gateway.path("order.x12");
    fs::write(&file, order::interchange(1)).unwrap();
    std::process::Command::new(env!("CARGO_BIN_EXE_edigate"))
        .args(["as2", "send", &path(gateway, "order.x12"), "--to", &gateway.url()])
        .args(["--as2-from", "ACMEBRG", "--as2-to", "NORTHWIND"])
        .args(["--cert", &path(gateway, "certs/acme.pem"), "--key", &path(gateway, "certs/acme.key")])
        .args(options)
        .output()
        .unwrap()
}

#[test]
fn documents_are_listed_and_shown() {
    let mut gateway = Plan::default().prepare();
    assert_eq!(gateway.run(&["doc", "list"]).status.code(), Some(69), "no daemon runs");
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    gateway.wait_for_documents(1);

    let list = gateway.run(&["doc", "list"]);
    assert!(list.status.success() && text(&list).contains(&order::number(1)), "{}", text(&list));
    let document = gateway.documents().remove(0);
    let id = document["meta"]["documentId"].as_str().unwrap();
    let check = |selectors: &[&str], count: usize| {
        let listed = gateway.listed(&[&["doc", "list"], selectors].concat());
        assert_eq!(listed.len(), count, "{selectors:?}");
        assert!(listed.iter().all(|one| one["documentId"] == id), "{listed:?}");
    };
    check(&[], 1);
    check(&["--limit", "1"], 1);
    let number = order::number(1);
    check(&["--po", &number, "--state", "published", "--direction", "in", "--until", "0m"], 1);
    check(&["--po", &number, "--partner", "koyo"], 0);
    check(&["--po", "nobody's"], 0);
    check(&["--state", "parked"], 0);
    let traced = gateway.run(&["doc", "trace", &number, "--partner", "acme-bearings"]);
    assert!(text(&traced).starts_with(&format!("order {number} ← acme-bearings")), "{}", text(&traced));
    let traced = gateway.run(&["doc", "trace", &number, "--partner", "koyo"]);
    assert!(!traced.status.success(), "another partner's number");

    let shown = gateway.run(&["doc", "show", id]);
    assert!(shown.status.success() && text(&shown).contains("acme-bearings"), "{}", text(&shown));
    let content = gateway.run(&["doc", "show", id, "--content"]);
    assert_eq!(serde_json::from_slice::<Value>(&content.stdout).unwrap(), document);

    let exchanges = gateway.listed(&["exchange", "list"]);
    let exchange = exchanges[0]["exchangeId"].as_str().unwrap();
    let sent = gateway.run(&["exchange", "show", exchange, "--content"]);
    assert_eq!(sent.stdout, order::interchange(1), "what the partner sent, decrypted");
}

#[test]
fn the_admin_socket_tells_health_readiness_and_figures() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    for path in ["/healthz", "/readyz"] {
        assert_eq!(gateway.admin(path).unwrap().status, 200, "{path}");
    }
    let metrics = gateway.admin("/metrics").unwrap().text();
    assert!(metrics.lines().any(|line| line.starts_with("edigate_")), "{metrics}");
    assert!(!metrics.contains(&order::number(1)), "ids are no labels");
}

#[test]
fn reload_takes_a_good_configuration_and_keeps_the_old_one_on_any_fault() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let plain = Terms::form(partner::Form::Plain);
    let file = gateway.path("partners/acme-bearings/partner.toml");
    let strict = fs::read_to_string(&file).unwrap();
    let disposition = |index: u32| {
        let reply = partner::send(gateway.address(), &plain.pack(&order::interchange(index))).unwrap();
        partner::receipt(&reply).unwrap().disposition
    };
    assert_eq!(disposition(1), Disposition::Error(ErrorModifier::InsufficientMessageSecurity));

    let lenient = strict.replace("[as2.receive]", "[as2.receive]\nrequire_signed = false\nrequire_encrypted = false");
    fs::write(&file, &lenient).unwrap();
    gateway.signal(Signal::HUP);
    let mut index = 2;
    wait_for("the lenient configuration", || {
        index += 1;
        disposition(index) == Disposition::Processed
    });

    fs::write(&file, format!("{strict}\nnonsense = true\n")).unwrap();
    let before = gateway.log_lines();
    gateway.signal(Signal::HUP);
    wait_for("a word about the fault", || gateway.log_lines() > before && gateway.log().contains("nonsense"));
    assert_eq!(disposition(9000), Disposition::Processed, "the old configuration stays in force");
}

#[test]
fn a_drain_finishes_what_is_in_progress_and_a_second_daemon_is_refused_meanwhile() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let second = gateway.run(&["serve"]);
    assert!(!second.status.success(), "one owner of the store");
    assert!(text(&second).contains("var/edigate"), "{}", text(&second));

    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    assert!(gateway.stop().success(), "{}", gateway.log());
    gateway.start();
    gateway.wait_for_documents(1);
    assert!(gateway.stop().success());
}

/// What was answered but not yet handed on is finished by a later start, never forgotten.
#[test]
fn a_receipt_given_before_a_stop_is_kept_after_it() {
    const ORDERS: u32 = 30;
    let mut gateway = Plan::default().prepare();
    gateway.start();
    for index in 1..=ORDERS {
        deliver(&gateway, &Terms::default().pack(&order::interchange(index)));
    }
    gateway.kill();
    gateway.start();
    assert_eq!(gateway.wait_for_documents(ORDERS as usize).len(), ORDERS as usize);
}

fn wait_for(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "{what} did not come");
        thread::sleep(Duration::from_millis(50));
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}
