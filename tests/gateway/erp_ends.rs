//! How a document of the ERP's ends when its message does not go the straight way: late, refused, sent anew, without a
//! receipt; and acknowledgements that come before what they are about.

use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::erp::{EXPECTING, ORDERS_OUT, acknowledgement, command, order, prepared};
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::ASYNC;

fn told(gateway: &Gateway) -> Vec<String> {
    let name = |event: &Value| event["data"]["event"].as_str().unwrap().to_owned();
    gateway.events().iter().map(name).collect()
}

fn post(gateway: &Gateway, interchange: &[u8]) {
    partner::send(gateway.address(), &Terms::default().pack(interchange)).unwrap();
}

fn run(gateway: &Gateway, arguments: &[&str]) -> String {
    let ran = gateway.run(arguments);
    let (out, said) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{arguments:?}: {out}{said}");
    out.into_owned()
}

#[test]
fn an_interchange_that_was_refused_goes_out_anew_and_closes_its_documents() {
    let desk = Desk::open(|number| if number == 0 { Act::Status(403) } else { Act::Receipt });
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    let failed = gateway.wait_for_event("document.delivery-failed");
    assert_eq!(failed["final"], true);
    let exchange = failed["message"]["exchangeId"].as_str().unwrap();

    run(&gateway, &["exchange", "resubmit", exchange]);
    let delivered = gateway.wait_for_event("document.delivered");
    assert_ne!(delivered["message"]["exchangeId"], exchange);
    let [first, again] = &desk.parcels()[..] else { panic!("two requests") };
    assert_ne!(first.header("Message-ID"), again.header("Message-ID"));
    let interchange = again.open().0.unwrap();
    assert_eq!(first.open().0.unwrap(), interchange, "the same control numbers");

    post(&gateway, &acknowledgement(&interchange, "A", ""));
    let closed = gateway.wait_for_event("document.closed");
    assert_eq!(closed["document"]["documentId"], failed["document"]["documentId"]);
    let names = told(&gateway);
    let expect = [
        "document.accepted",
        "document.sent",
        "document.delivery-failed",
        "document.delivered",
        "ack.functional-accepted",
        "document.closed",
    ];
    assert_eq!(names, expect);
}

/// What the partner says behind the end is told all the same.
#[test]
fn a_closed_document_whose_interchange_goes_out_anew_stays_closed_until_it_is_rejected() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "");
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    let closed = gateway.wait_for_event("document.closed");
    run(&gateway, &["exchange", "resubmit", closed["message"]["exchangeId"].as_str().unwrap()]);
    let again = desk.wait_for(2)[1].open().0.unwrap();
    let expect = ["document.accepted", "document.sent", "document.delivered", "document.closed"];
    assert_eq!(told(&gateway), expect);
    post(&gateway, &acknowledgement(&again, "R", ""));
    let rejected = gateway.wait_for_event("ack.functional-rejected");
    assert_eq!(rejected["document"]["documentId"], closed["document"]["documentId"]);
    assert_eq!(told(&gateway).len(), expect.len() + 1, "and nothing else");
}

#[test]
fn an_interchange_that_is_on_its_way_is_not_sent_anew_beside_itself() {
    let desk = Desk::open(|_| Act::Status(503));
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    let exchange = gateway.wait_for_event("document.sent")["message"]["exchangeId"].as_str().unwrap().to_owned();
    desk.wait_for(1);
    let refused = gateway.run(&["exchange", "resubmit", &exchange]);
    assert!(!refused.status.success());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("still on its way"));
}

#[test]
fn what_takes_long_is_told_once_and_goes_on() {
    let desk = Desk::open(|number| if number < 5 { Act::Status(503) } else { Act::Receipt });
    let retry = "[as2.send.retry]\nschedule = [\"1s\"]\ndelayed_after = \"2s\"\ngive_up_after = \"1m\"\n";
    let mut gateway = Plan::default().partner_url(&desk.url()).send(retry).agreement(ORDERS_OUT).prepare();
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    gateway.wait_for_event("document.closed");
    let delayed = gateway.wait_for_event("document.delivery-delayed");
    assert!(delayed["final"].is_null() && delayed["document"]["stage"] == "sending", "{delayed}");
    let expect =
        ["document.accepted", "document.sent", "document.delivery-delayed", "document.delivered", "document.closed"];
    assert_eq!(told(&gateway), expect);
}

/// The partner's server takes the message and never says what became of it; its translator does.
#[test]
fn an_acknowledgement_closes_what_no_receipt_proves() {
    let desk = Desk::open(|_| Act::Status(200));
    let send = ASYNC.replace("mode = \"async\"", "mode = \"async\"\ntimeout = \"2s\"");
    let plan = Plan::default().partner_url(&desk.url()).send(&send).x12(EXPECTING).agreement(ORDERS_OUT);
    let mut gateway = plan.prepare();
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    let delayed = gateway.wait_for_event("document.delivery-delayed");
    assert!(delayed["text"].as_str().unwrap().contains("receipt has not come"), "{delayed}");
    post(&gateway, &acknowledgement(&desk.parcels()[0].open().0.unwrap(), "A", ""));
    let closed = gateway.wait_for_event("document.closed");
    assert!(closed["text"].as_str().unwrap().contains("no receipt"), "{closed}");
    let names = told(&gateway);
    assert_eq!(names.iter().filter(|name| *name == "document.closed").count(), 1, "{names:?}");
    assert!(!names.contains(&"document.delivered".to_owned()), "{names:?}");
}

#[test]
fn an_acknowledgement_that_was_about_nothing_is_settled_when_it_is_released() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("1"));
    gateway.wait_for_event("document.delivered");
    let interchange = desk.parcels()[0].open().0.unwrap();
    // Of the next one, which is not there yet.
    let early = String::from_utf8(acknowledgement(&interchange, "A", "")).unwrap().replace("AK1*PO*1~", "AK1*PO*2~");
    post(&gateway, early.as_bytes());
    let waits = gateway.wait_for_event("document.quarantined");
    assert_eq!(waits["findings"][0]["code"], "acknowledgement-unmatched", "{waits:#}");

    command(&gateway, "send.order.v1.acme-bearings.2", &order("2"));
    desk.wait_for(2);
    let id = waits["document"]["documentId"].as_str().unwrap();
    run(&gateway, &["doc", "release", id, "--reason", "its order has gone out"]);
    let closed = |id: &str| {
        let events = gateway.events();
        let closed = events.iter().filter(|event| event["data"]["event"] == "document.closed");
        closed.filter(|event| event["data"]["document"]["documentId"] == id).count()
    };
    gateway.wait_for_event("ack.functional-accepted");
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while closed(id) == 0 {
        assert!(std::time::Instant::now() < deadline, "{:?}\n{}", told(&gateway), gateway.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let groups = run(&gateway, &["doc", "quarantine", "--json"]);
    let groups: Value = serde_json::from_str(&groups).unwrap();
    assert_eq!(groups["looked"], 0, "{groups:#}");
}
