//! Certificates that follow one another while messages go on: ours and the partner's, each old beside its new.

use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::gateway::Gateway;
use crate::identity::Identity;
use crate::order;
use crate::partner::{self, Terms};
use crate::plan::Plan;

/// Runs `edigate cert …`, which must succeed.
fn cert(gateway: &Gateway, arguments: &[&str]) -> String {
    let arguments: Vec<&str> = ["cert"].iter().chain(arguments).copied().collect();
    let output = gateway.run(&arguments);
    let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told}\n{}", gateway.log());
    told
}

fn status(gateway: &Gateway, certificate: &str) -> Value {
    serde_json::from_str(&cert(gateway, &["status", certificate, "--json"])).unwrap()
}

/// SIGHUP, and waits until the configuration is in force.
fn reload(gateway: &Gateway) {
    let before = gateway.log_lines();
    gateway.signal(Signal::HUP);
    let deadline = Instant::now() + Duration::from_secs(30);
    let in_force =
        || gateway.log().lines().rev().take(gateway.log_lines() - before).any(|line| line.contains("in-force"));
    while !in_force() {
        assert!(Instant::now() < deadline, "not reloaded\n{}", gateway.log());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Sends an order, and says under which of the two certificates its receipt verifies.
fn signed_by(gateway: &Gateway, terms: &Terms<'_>, index: u32) -> &'static str {
    let reply = partner::send(gateway.address(), &terms.pack(&order::interchange(index))).unwrap();
    assert_eq!(reply.status, 200, "{}\n{}", reply.text(), gateway.log());
    let verifies = |signer| partner::receipt_by(signer, &reply).is_ok();
    match (verifies(Identity::northwind()), verifies(Identity::northwind_next())) {
        (true, false) => "old",
        (false, true) => "new",
        other => panic!("{other:?}: {}\n{}", reply.text(), gateway.log()),
    }
}

fn to(recipient: &Identity) -> Terms<'_> {
    Terms { recipient, ..Terms::default() }
}

#[test]
fn our_next_certificate_decrypts_beside_the_old_one_and_signs_once_it_is_activated() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let (old, next) = (Identity::northwind(), Identity::northwind_next());
    next.write(&gateway.path(""), "next");
    let (from, key) = (gateway.path("next.pem"), gateway.path("next.key"));
    let (from, key) = (from.to_str().unwrap(), key.to_str().unwrap());
    cert(&gateway, &["stage", "us-next", "--from", from, "--key", key, "--replaces", "northwind"]);
    reload(&gateway);

    assert_eq!(signed_by(&gateway, &to(old), 1), "old");
    let told = status(&gateway, "us-next");
    assert_eq!(told["partners"][0]["partner"], "acme-bearings");
    assert_eq!(told["partners"][0]["uses"], Value::Null);
    let of_old = old.certificate().fingerprint().to_string();
    assert_eq!(told["partners"][0]["another"]["certificate"], of_old.as_str());

    assert_eq!(signed_by(&gateway, &to(next), 2), "old");
    let uses = |gateway: &Gateway| status(gateway, "us-next")["partners"][0]["uses"]["certificate"].clone();
    let of_next = next.certificate().fingerprint().to_string();
    assert_eq!(uses(&gateway), of_next.as_str());
    let told = cert(&gateway, &["status", "us-next"]);
    assert!(told.contains("seen in use by 1 of 1 partner; 0 still with another, 0 silent"), "{told}");

    // For one partner alone, for all, and back.
    cert(&gateway, &["activate", "us-next", "--partner", "acme-bearings"]);
    reload(&gateway);
    assert_eq!(signed_by(&gateway, &to(old), 3), "new");
    cert(&gateway, &["activate", "northwind", "--partner", "acme-bearings"]);
    reload(&gateway);
    assert_eq!(signed_by(&gateway, &to(next), 4), "old");
    cert(&gateway, &["activate", "us-next", "--partner", "acme-bearings"]);
    cert(&gateway, &["activate", "us-next"]);
    reload(&gateway);
    assert_eq!(signed_by(&gateway, &to(next), 5), "new");
    assert_eq!(gateway.wait_for_documents(5).len(), 5);

    // What was learnt outlives a restart without the index.
    gateway.stop();
    gateway.delete_index();
    gateway.start();
    assert_eq!(uses(&gateway), of_next.as_str());
}

#[test]
fn a_partners_next_certificate_verifies_beside_the_old_one_and_is_encrypted_for_once_it_is_activated() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    gateway.start();
    let next = Identity::acme_next();
    next.write(&gateway.path(""), "next");
    let from = gateway.path("next.pem");
    cert(&gateway, &["stage", "acme-next", "--from", from.to_str().unwrap(), "--partner", "acme-bearings"]);
    reload(&gateway);

    let signer = |signer| Terms { signer, ..Terms::default() };
    assert_eq!(signed_by(&gateway, &signer(Identity::acme()), 1), "old");
    assert_eq!(status(&gateway, "acme-next")["partners"][0]["uses"], Value::Null);
    assert_eq!(signed_by(&gateway, &signer(next), 2), "old");
    let of_next = next.certificate().fingerprint().to_string();
    assert_eq!(status(&gateway, "acme-next")["partners"][0]["uses"]["certificate"], of_next.as_str());

    let file = gateway.path("order.x12");
    std::fs::write(&file, order::interchange(3)).unwrap();
    let encrypted_for = |gateway: &Gateway| {
        let submit = ["exchange", "submit", "acme-bearings", file.to_str().unwrap(), "--wait", "60", "--json"];
        let exchange: Value = serde_json::from_slice(&gateway.run(&submit).stdout).unwrap();
        let used = exchange["detail"]["packed"]["certificates"].as_array().unwrap().clone();
        used.iter().find(|used| used["role"] == "encrypted-for").unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(encrypted_for(&gateway), Identity::acme().certificate().fingerprint().to_string());
    cert(&gateway, &["activate", "acme-next"]);
    reload(&gateway);
    assert_eq!(encrypted_for(&gateway), of_next);
}

#[test]
fn a_listed_certificate_shows_in_what_is_listed_and_measured() {
    let mut gateway = Plan::default().prepare();
    let told = cert(&gateway, &["list"]);
    assert!(told.contains("sign+decrypt") && told.contains("verify+encrypt"), "{told}");
    gateway.start();
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let metrics = gateway.admin("/metrics").unwrap().text();
        if metrics.contains("edigate_certificate_days_left{owner=\"northwind\"") {
            return;
        }
        assert!(Instant::now() < deadline, "{metrics}");
        thread::sleep(Duration::from_millis(50));
    }
}
