//! What else an ERP and a partner do: batches, taking back, verdicts, repeats, EDIFACT, release from quarantine.

use std::ops::RangeInclusive;

use serde_json::json;

use crate::desk::{Act, Desk};
use crate::erp::{command, order, prepared, segment};
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::IMPATIENT;
use crate::{order as partners_order, wire};

fn post(gateway: &Gateway, interchange: &[u8]) -> wire::Reply {
    partner::send(gateway.address(), &Terms::default().pack(interchange)).unwrap()
}

#[test]
fn documents_that_are_collected_go_out_in_one_interchange_when_there_are_enough() {
    let desk = Desk::open(|_| Act::Receipt);
    let batch = "[x12.write]\nbatch = { mode = \"collect\", every = \"1h\", count = 3 }\ncontrol = { start = 101 }\n";
    let mut gateway = prepared(&desk, batch);
    gateway.start();
    for number in ["1", "2", "3"] {
        command(&gateway, &format!("send.order.v1.acme-bearings.{number}"), &order(number));
    }
    gateway.wait_for_event("document.closed");
    let interchange = desk.parcels()[0].open().0.unwrap();
    let text = String::from_utf8(interchange.clone()).unwrap();
    assert_eq!(segment(&interchange, "ISA")[13], "000000101");
    assert_eq!(text.matches("GS*PO*").count(), 1, "one group\n{text}");
    for (number, set) in [("1", "0001"), ("2", "0002"), ("3", "0003")] {
        assert!(text.contains(&format!("ST*850*{set}~")) && text.contains(&format!("BEG*00*SA*{number}**")), "{text}");
    }
    assert!(text.contains("GE*3*101~"), "{text}");
    assert_eq!(desk.parcels().len(), 1);
}

#[test]
fn documents_that_are_collected_go_out_when_it_is_time_or_they_are_large_enough() {
    let check = |batch: &str, orders: usize, expect: RangeInclusive<usize>| {
        let desk = Desk::open(|_| Act::Receipt);
        let mut gateway = prepared(&desk, &format!("[x12.write]\nbatch = {{ mode = \"collect\", {batch} }}\n"));
        gateway.start();
        for number in 1..=orders {
            command(&gateway, &format!("send.order.v1.acme-bearings.{number}"), &order(&number.to_string()));
        }
        gateway.wait_for_event("document.closed");
        let text = String::from_utf8(desk.parcels()[0].open().0.unwrap()).unwrap();
        assert!(expect.contains(&text.matches("ST*850*").count()), "{batch}\n{text}");
    };
    check("every = \"3s\", count = 250", 2, 2..=2);
    // A message of one order has about 350 bytes.
    check("every = \"1h\", count = 250, size = \"1KiB\"", 6, 2..=3);
}

#[test]
fn acknowledgements_wait_for_one_another_where_they_may() {
    let desk = Desk::open(|_| Act::Receipt);
    let tables = "[x12.ack]\nsend = { functional = \"999\", when = \"batched\" }\n\
                  [x12.write]\nbatch = { mode = \"collect\", every = \"1h\", count = 3 }\n";
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).x12(tables).prepare();
    gateway.start();
    post(&gateway, &partners_order::interchange(1));
    gateway.wait_for_documents(1);
    // Two interchanges in one file: with the first they are three.
    post(&gateway, &[partners_order::interchange(2), partners_order::interchange(3)].concat());
    let text = String::from_utf8(desk.wait_for(1)[0].open().0.unwrap()).unwrap();
    let count = |what: &str| text.matches(what).count();
    assert_eq!((count("ST*999*"), count("IK5*A"), count("AK9*A*1*1*1")), (3, 3, 3), "{text}");
    for group in ["AK1*PO*100000001", "AK1*PO*100000002", "AK1*PO*100000003"] {
        assert!(text.contains(group), "{group}\n{text}");
    }
    assert_eq!(gateway.documents().len(), 3);
}

#[test]
fn what_waits_can_be_taken_back_and_what_went_out_cannot() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "[x12.write]\nbatch = { mode = \"collect\", every = \"1h\", count = 2 }\n");
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.a", &order("1"));
    let accepted = gateway.wait_for_event("document.accepted");
    let cancel = json!({"documentId": accepted["document"]["documentId"], "reason": "the buyer changed her mind"});
    command(&gateway, "cancel.-.v1.-.a", &cancel);
    let withdrawn = gateway.wait_for_event("document.withdrawn");
    assert_eq!((&withdrawn["final"], &withdrawn["document"]["stage"]), (&json!(true), &json!("withdrawn")));
    assert_eq!(withdrawn["reason"], "the buyer changed her mind");

    command(&gateway, "send.order.v1.acme-bearings.b", &order("2"));
    command(&gateway, "send.order.v1.acme-bearings.c", &order("3"));
    let closed = gateway.wait_for_event("document.closed");
    let text = String::from_utf8(desk.parcels()[0].open().0.unwrap()).unwrap();
    assert!(!text.contains("BEG*00*SA*1**"), "{text}");
    command(&gateway, "cancel.-.v1.-.b", &json!({"documentId": closed["document"]["documentId"], "reason": "late"}));
    let refused = gateway.wait_for_event("command.refused");
    assert_eq!(refused["findings"][0]["code"], "too-late", "{refused:#}");
}

#[test]
fn a_verdict_of_the_erps_is_kept_with_the_document() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    post(&gateway, &partners_order::interchange(1));
    let document = gateway.wait_for_documents(1)[0]["meta"]["documentId"].clone();
    command(&gateway, "posted.-.v1.-.1", &json!({"documentId": document, "erpReference": "5105600123"}));
    let posted = gateway.wait_for_event("document.posted");
    assert_eq!(posted["text"], "posted in the ERP as 5105600123");
    let errors = json!([{"code": "PRICE", "text": "the price is not agreed", "path": "lines[0].price"}]);
    command(&gateway, "refused.order.v1.-.1", &json!({"documentId": document, "errors": errors}));
    let refused = gateway.wait_for_event("document.refused");
    assert!(refused["text"].as_str().unwrap().contains("the price is not agreed"), "{refused}");
}

/// Under another Message-ID, so that the transport does not know it.
#[test]
fn an_interchange_that_comes_again_is_rejected_and_a_document_that_does_is_told() {
    let desk = Desk::open(|_| Act::Receipt);
    let ack = "[x12.ack]\nsend = { ta1 = \"on-request\", functional = \"997\" }\n";
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).x12(ack).prepare();
    gateway.start();
    let first = partners_order::interchange(1);
    post(&gateway, &first);
    gateway.wait_for_documents(1);
    let accepted = desk.wait_for(1)[0].open().0.unwrap();
    assert_eq!(segment(&accepted, "AK9")[1], "A");

    assert!(post(&gateway, &first).text().contains("processed"), "the receipt is for the message");
    let quarantined = gateway.wait_for_event("document.quarantined");
    assert_eq!(quarantined["findings"][0]["code"], "duplicate", "{quarantined:#}");
    let answer = desk.wait_for(2)[1].open().0.unwrap();
    let ta1 = segment(&answer, "TA1");
    assert_eq!((ta1[1].as_str(), ta1[4].as_str(), ta1[5].as_str()), ("100000001", "R", "025"));
    assert_eq!(gateway.documents().len(), 1);

    // The same order in another interchange.
    let text = String::from_utf8(first).unwrap().replace("100000001", "100000999");
    post(&gateway, text.as_bytes());
    gateway.wait_for_documents(2);
    let told = gateway.wait_for_event("document.duplicate");
    assert_eq!(told["repeats"], gateway.documents()[0]["meta"]["documentId"]);
}

#[test]
fn a_set_that_waits_goes_on_when_the_partner_file_is_mended() {
    let mut gateway = Plan::default().usage("test").prepare();
    gateway.start();
    post(&gateway, &partners_order::interchange(1));
    let quarantined = gateway.wait_for_event("document.quarantined");
    let id = quarantined["document"]["documentId"].as_str().unwrap().to_owned();
    let file = gateway.path("partners/acme-bearings/partner.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("usage = \"test\"", "usage = \"production\"")).unwrap();
    gateway.signal(rustix::process::Signal::HUP);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while gateway.logged("config.in-force") < 2 {
        assert!(std::time::Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let refused = gateway.run(&["doc", "release", &id, "--reason", " "]);
    assert_eq!(refused.status.code(), Some(1), "a reason is wanted");
    let released = gateway.run(&["doc", "release", &id, "--reason", "the partner is live"]);
    assert!(released.status.success(), "{}", String::from_utf8_lossy(&released.stderr));
    let documents = gateway.wait_for_documents(1);
    assert_eq!(documents[0]["meta"]["documentId"], id, "the id it had while it waited");
    assert_eq!(gateway.wait_for_event("document.released")["reason"], "the partner is live");
    let told = gateway.run(&["doc", "trace", &partners_order::number(1)]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("released: the partner is live"));
}

const EDIFACT: &str = r#"
[[agreement]]
document = "order@1"
direction = "out"
message = "edifact/D96A/ORDERS"
mapping = "templates/edifact/d96a/order"
[[agreement]]
document = "order@1"
direction = "in"
message = "edifact/D96A/ORDERS"
mapping = "templates/edifact/d96a/order"
[edifact]
us = { unb = "4012345000009:14" }
them = { unb = "ACMEBRG:ZZ" }
[edifact.ack]
send = { contrl = "final", honour_0031 = false }
expect = { functional = "contrl", within = "1h" }
"#;

#[test]
fn an_order_goes_out_as_orders_and_its_contrl_closes_it() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).agreement(EDIFACT).prepare();
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    gateway.wait_for_event("document.delivered");
    let text = String::from_utf8(desk.parcels()[0].open().0.unwrap()).unwrap();
    assert!(text.contains("UNB+UNOC:3+4012345000009:14+ACMEBRG:ZZ+"), "{text}");
    assert!(text.contains("UNH+1+ORDERS:D:96A:UN'") && text.contains("BGM+220+4500012345+9'"), "{text}");
    let contrl = "UNB+UNOC:3+ACMEBRG:ZZ+4012345000009:14+261102:0915+77'UNH+1+CONTRL:D:3:UN'\
                  UCI+1+4012345000009:14+ACMEBRG:ZZ+7'UNT+3+1'UNZ+1+77'";
    post(&gateway, contrl.as_bytes());
    let closed = gateway.wait_for_event("document.closed");
    assert_eq!(closed["message"]["standard"], "EDIFACT");

    // And one of the partner's, answered by a CONTRL of ours.
    let theirs = "UNB+UNOC:3+ACMEBRG:ZZ+4012345000009:14+261102:0915+78'UNH+1+ORDERS:D:96A:UN'BGM+220+P-1+9'\
                  DTM+137:20261102:102'NAD+BY+4012345000009::9'LIN+1++BRG-6205:BP'QTY+21:500:PCE'UNS+S'UNT+8+1'UNZ+1+78'";
    post(&gateway, theirs.as_bytes());
    let answer = String::from_utf8(desk.wait_for(2)[1].open().0.unwrap()).unwrap();
    assert!(answer.contains("UNH+1+CONTRL:D:3:UN'UCI+78+ACMEBRG:ZZ+4012345000009:14+"), "{answer}\n{}", gateway.log());
}

#[test]
fn an_acknowledgement_that_does_not_come_is_overdue_and_one_about_nothing_of_ours_waits_for_a_person() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "[x12.ack]\nexpect = { functional = \"997\", within = \"2s\" }\n");
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("1"));
    gateway.wait_for_event("document.delivered");
    // The timer outlives the daemon.
    gateway.kill();
    gateway.start();
    let overdue = gateway.wait_for_event("ack.overdue");
    assert_eq!(overdue["document"]["stage"], "delivered");
    let interchange = desk.parcels()[0].open().0.unwrap();
    let late = crate::erp::acknowledgement(&interchange, "A", "");
    let other = String::from_utf8(late.clone()).unwrap().replace("AK1*PO*1~", "AK1*PO*4711~");
    post(&gateway, other.as_bytes());
    let waits = gateway.wait_for_event("document.quarantined");
    assert_eq!(waits["findings"][0]["code"], "acknowledgement-unmatched", "{waits:#}");
    let late = String::from_utf8(late)
        .unwrap()
        .replace("000000501", "000000502")
        .replace("*501*", "*502*")
        .replace("*501~", "*502~");
    post(&gateway, late.as_bytes());
    gateway.wait_for_event("document.closed");
}
