//! Publishing again: the same documents byte for byte, or what a changed mapping makes of them, with a look first.

use std::fs;

use serde_json::Value;

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
    let folder = gateway.path("mappings/acme-bearings");
    fs::create_dir_all(&folder).unwrap();
    let mapping = "extends = \"templates/x12/004010/order\"\nversion = \"2\"\n[order]\ncontractNumber = \"BEG03\"\n";
    fs::write(folder.join("order.toml"), mapping).unwrap();
    let file = gateway.path("partners/acme-bearings/partner.toml");
    let text = fs::read_to_string(&file).unwrap().replace("templates/x12/004010/order", "acme-bearings/order");
    fs::write(&file, text).unwrap();
    gateway.signal(rustix::process::Signal::HUP);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while gateway.logged("config.in-force") < 2 {
        assert!(std::time::Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let (code, told) = replay(&gateway, &["--dry-run", "--with", "current"]);
    assert_eq!(code, Some(2), "{told}");
    let members: std::collections::BTreeSet<&str> =
        told.lines().filter(|line| line.starts_with("  ")).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(members.into_iter().collect::<Vec<_>>(), ["contractNumber"], "{}", &told[..500.min(told.len())]);
}
