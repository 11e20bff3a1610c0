//! Offering a message again that the partner lost: the same bytes under the same Message-ID, and nothing of what is known of
//! its documents is taken back.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{Act, Desk};
use crate::erp::{EXPECTING, acknowledgement, command, order, prepared};
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::sending::own_headers;

fn json_of(gateway: &Gateway, arguments: &[&str]) -> Value {
    let output = gateway.run(&[arguments, &["--json"]].concat());
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|fault| panic!("{fault}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn told(gateway: &Gateway) -> Vec<String> {
    gateway.events().iter().map(|event| event["data"]["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_the_partner_lost_goes_out_again_as_it_was_and_stays_closed_whatever_is_said_of_the_repeat() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("4500012345"));
    let delivered = gateway.wait_for_event("document.delivered");
    let id = delivered["document"]["documentId"].as_str().unwrap();
    let interchange = desk.parcels()[0].open().0.unwrap();
    let acknowledge = |verdict: &str| {
        let said = acknowledgement(&interchange, verdict, "");
        partner::send(gateway.address(), &Terms::default().pack(&said)).unwrap()
    };
    acknowledge("A");
    gateway.wait_for_event("document.closed");
    let before = told(&gateway);

    assert_eq!(gateway.run(&["doc", "resend", id]).status.code(), Some(64), "a reason is wanted");
    assert_eq!(gateway.run(&["doc", "resend", id, "--reason", " "]).status.code(), Some(1), "white space is none");
    let exchange = json_of(&gateway, &["doc", "resend", id, "--reason", "INC-9: they lost it", "--wait", "60"]);
    assert_eq!((&exchange["stage"], &exchange["next"]), (&json!("delivered"), &Value::Null), "{exchange:#}");
    assert_eq!(exchange["detail"]["resent"]["reason"], "INC-9: they lost it");
    let parcels = desk.wait_for(2);
    assert_eq!(own_headers(&parcels[0]), own_headers(&parcels[1]));
    assert_eq!(parcels[0].body, parcels[1].body);

    // The partner takes the control numbers for a repeat and rejects them.
    acknowledge("R");
    let exchange = exchange["exchangeId"].as_str().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    let shown = loop {
        let shown = json_of(&gateway, &["exchange", "show", exchange]);
        if shown["detail"]["diagnostics"].is_array() {
            break shown;
        }
        assert!(Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(shown["detail"]["diagnostics"][0]["code"], "repeat-rejected", "{shown:#}");
    let document = json_of(&gateway, &["doc", "show", id]);
    assert_eq!(document["stage"], "closed");
    assert_eq!(document["detail"]["acknowledgement"]["verdict"], "accepted");
    assert_eq!(told(&gateway), before, "the ERP is told nothing twice");
    let story = gateway.run(&["doc", "trace", "PO:4500012345"]);
    let story = String::from_utf8(story.stdout).unwrap();
    assert!(story.contains("its message was offered again, for the 1. time: INC-9: they lost it"), "{story}");

    // As another message, it is the ERP's document once more.
    assert!(gateway.run(&["doc", "replay", id, "--reason", "INC-9: new numbers"]).status.success());
    desk.wait_for(3);
    let rows = json_of(&gateway, &["audit", "list", "--subject", id])["rows"].as_array().unwrap().clone();
    let rows: Vec<_> = rows.iter().rev().map(|row| [&row["action"], &row["reason"], &row["outcome"]]).collect();
    let refused = json!("refused: say why: --reason");
    let expect = [
        [&json!("document.resend"), &json!(" "), &refused],
        [&json!("document.resend"), &json!("INC-9: they lost it"), &json!("done")],
        [&json!("document.replay"), &json!("INC-9: new numbers"), &json!("done")],
    ];
    assert_eq!(rows, expect);
}

#[test]
fn a_partners_document_and_one_that_is_in_no_message_are_not_resent() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "[x12.write]\nbatch = { mode = \"collect\", every = \"1h\", count = 9 }\n");
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.1", &order("1"));
    let collected = gateway.wait_for_event("document.accepted");
    partner::send(gateway.address(), &Terms::default().pack(&crate::order::interchange(1))).unwrap();
    let came = gateway.wait_for_documents(1).remove(0);
    let check = |id: &Value, expect: &str| {
        let output = gateway.run(&["doc", "resend", id.as_str().unwrap(), "--reason", "to see"]);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && told.contains(expect), "{told}");
    };
    check(&came["meta"]["documentId"], "edigate doc replay");
    check(&collected["document"]["documentId"], "in no message yet");
    assert!(desk.parcels().is_empty());
}
