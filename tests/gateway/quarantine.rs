//! What waits for a person: grouped by cause, explained, and let go on when it is mended.

use std::fs;

use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::erp::segment;
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::IMPATIENT;
use crate::{order as partners_order, wire};

fn post(gateway: &Gateway, interchange: &[u8]) -> wire::Reply {
    partner::send(gateway.address(), &Terms::default().pack(interchange)).unwrap()
}

fn json(gateway: &Gateway, arguments: &[&str]) -> Value {
    let output = gateway.run(&[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn text(gateway: &Gateway, arguments: &[&str]) -> String {
    let output = gateway.run(arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Mends a file of the gateway's and puts it in force.
fn mend(gateway: &Gateway, file: &str, from: &str, to: &str) {
    let file = gateway.path(file);
    let before = fs::read_to_string(&file).unwrap();
    assert!(before.contains(from), "{before}");
    fs::write(&file, before.replace(from, to)).unwrap();
    let in_force = gateway.logged("config.in-force");
    gateway.signal(rustix::process::Signal::HUP);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while gateway.logged("config.in-force") == in_force {
        assert!(std::time::Instant::now() < deadline, "{}", gateway.log());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// Two orders in one functional group.
fn two_orders() -> Vec<u8> {
    let one = String::from_utf8(partners_order::interchange(1)).unwrap();
    let set = &one[one.find("ST*850").unwrap()..one.find("GE*1*").unwrap()];
    let other = set.replace("0001~", "0002~").replace(&partners_order::number(1), &partners_order::number(2));
    one.replace(set, &format!("{set}{other}")).replace("GE*1*", "GE*2*").into_bytes()
}

#[test]
fn a_file_that_waits_whole_is_told_and_goes_on_when_it_is_mended() {
    let desk = Desk::open(|_| Act::Receipt);
    let ack = "[x12.ack]\nsend = { functional = \"997\" }\n";
    let plan = Plan::default().limit("transaction_sets = 1").partner_url(&desk.url()).send(IMPATIENT).x12(ack);
    let mut gateway = plan.prepare();
    gateway.start();
    post(&gateway, &two_orders());
    let waits = gateway.wait_for_event("document.quarantined");
    assert_eq!(waits["document"]["type"], "payload", "{waits:#}");
    assert_eq!(waits["findings"][0]["code"], "too-many-transaction-sets", "{waits:#}");
    assert_eq!(desk.parcels().len(), 0, "what is too large for us is no fault of the partner's");

    let groups = json(&gateway, &["doc", "quarantine"]);
    assert_eq!(
        (groups["groups"].as_array().unwrap().len(), &groups["groups"][0]["count"]),
        (1, &1.into()),
        "{groups:#}"
    );
    let group = groups["groups"][0]["group"].as_str().unwrap();
    mend(&gateway, "edigate.toml", "transaction_sets = 1", "transaction_sets = 10");
    let asked = ["doc", "release", "--group", group, "--reason", "the partner sends more from now on"];
    text(&gateway, &asked);
    assert_eq!(gateway.wait_for_documents(2).len(), 2);
    assert_eq!(gateway.wait_for_event("document.released")["reason"], "the partner sends more from now on");
    assert_eq!(json(&gateway, &["doc", "quarantine"])["groups"], serde_json::json!([]));
    let listed = gateway.listed(&["exchange", "list"]);
    assert!(listed.iter().all(|one| one["parked"] != 1), "{listed:#?}");
    let answer = desk.wait_for(1)[0].open().0.unwrap();
    assert_eq!(segment(&answer, "AK9")[1..], ["A", "2", "2", "2"]);
}

#[test]
fn what_waits_for_one_cause_is_one_group_and_is_explained_in_what_was_sent() {
    let desk = Desk::open(|_| Act::Receipt);
    let ack = "[x12.ack]\nsend = { functional = \"997\" }\n";
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).x12(ack).prepare();
    gateway.start();
    for index in 1..=3 {
        let order = String::from_utf8(partners_order::interchange(index)).unwrap();
        post(&gateway, order.replace("*500*EA*2.45", "*5OO*EA*2.45").as_bytes());
    }
    // And one that waits for something else.
    post(&gateway, &String::from_utf8(partners_order::interchange(4)).unwrap().replace("850", "875").into_bytes());
    let groups = loop {
        let groups = json(&gateway, &["doc", "quarantine", "--partner", "acme-bearings"]);
        if groups["looked"] == 4 {
            break groups["groups"].as_array().unwrap().clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    };
    let counts: Vec<_> = groups.iter().map(|group| group["count"].as_u64().unwrap()).collect();
    assert_eq!(counts, [3, 1], "{groups:#?}");
    assert!(groups[0]["place"].as_str().unwrap().contains("PO102"), "{groups:#?}");
    let name = groups[0]["group"].as_str().unwrap();
    let ids = json(&gateway, &["doc", "quarantine", "--group", name])["groups"][0]["documents"].clone();
    let id = ids[0].as_str().unwrap();
    let told = text(&gateway, &["doc", "explain", id]);
    for expect in [
        "acme-bearings 850 0001 of interchange",
        "│ PO1*10*5OO*EA*2.45",
        "^^^ PO102",
        "= rule      PO102 in guide x12/004010/850: edigate guide show x12/004010/850 PO1",
        "= partner   is told by 997: AK3*PO1*",
        " AK4*2*330*6",
        &format!("3 in quarantine for this, group {name}"),
    ] {
        assert!(told.contains(expect), "{expect}\n{told}");
    }
    let explained = json(&gateway, &["doc", "explain", id]);
    assert_eq!(
        (&explained["group"]["count"], &explained["partnerView"]["by"]),
        (&3.into(), &serde_json::json!(["997"]))
    );
    // What is told there is what the partner got.
    let answer = String::from_utf8(desk.wait_for(1)[0].open().0.unwrap()).unwrap();
    let segments = explained["partnerView"]["segments"].as_array().unwrap();
    for segment in segments.iter().filter(|segment| segment["about"].is_u64()) {
        assert!(answer.contains(segment["text"].as_str().unwrap()), "{segment}\n{answer}");
    }
    let looked = gateway.run(&["doc", "replay", "--group", name, "--dry-run"]);
    let looked = (looked.status.code(), String::from_utf8(looked.stdout).unwrap());
    assert!(looked.0 == Some(1) && looked.1.contains("3 cannot be"), "{looked:?}");
}

#[test]
fn a_refusal_of_the_erps_reaches_the_partner_as_an_application_advice() {
    let check = |tables: &str, order: &[u8], expect: &[&str]| {
        let desk = Desk::open(|_| Act::Receipt);
        let plan = Plan::default().partner_url(&desk.url()).send(IMPATIENT);
        let mut gateway = plan.agreement(tables).prepare();
        let file = gateway.path("partners/acme-bearings/partner.toml");
        let with = fs::read_to_string(&file).unwrap();
        fs::write(
            &file,
            with.replace("direction = \"in\"", "direction = \"in\"\non_refused = \"WHICH\"")
                .replace("WHICH", if tables.contains("APERAK") { "APERAK" } else { "824" }),
        )
        .unwrap();
        gateway.start();
        post(&gateway, order);
        let document = gateway.wait_for_documents(1)[0]["meta"]["documentId"].clone();
        for (turn, text) in [("1", "the price is not agreed"), ("2", "the price is still not agreed")] {
            let errors = serde_json::json!([{"code": "PRICE", "text": text, "path": "lines[0].price.amount"}]);
            let body = serde_json::json!({"documentId": document, "errors": errors});
            crate::erp::command(&gateway, &format!("refused.order.v1.-.{turn}"), &body);
        }
        gateway.wait_for_event("document.refused");
        let advice = String::from_utf8(desk.wait_for(1)[0].open().0.unwrap()).unwrap();
        for expect in expect {
            assert!(advice.contains(expect), "{expect}\n{advice}");
        }
        let closed = gateway.wait_for_event("document.closed");
        assert_eq!(closed["document"]["type"], "application-advice", "{closed:#}");
        assert_eq!(desk.parcels().len(), 1, "once, however often the ERP refuses it");
    };
    let number = partners_order::number(1);
    // By the shipped mapping, and by an agreement of the partner's own.
    check(
        "",
        &partners_order::interchange(1),
        &[
            "GS*AG*",
            "ST*824*0001~",
            &format!("OTI*TR*PO*{number}**"),
            "TED*ZZZ*line 10: PRICE: the price is not agreed~",
        ],
    );
    let edifact = "[[agreement]]\ndocument = \"order@1\"\ndirection = \"in\"\nmessage = \"edifact/D96A/ORDERS\"\n\
               mapping = \"templates/edifact/d96a/order\"\n\
               [[agreement]]\ndocument = \"application-advice@1\"\ndirection = \"out\"\nmessage = \"edifact/D96A/APERAK\"\n\
               mapping = \"templates/edifact/d96a/application-advice\"\n\
               [edifact]\nus = { unb = \"4012345000009:14\" }\nthem = { unb = \"ACMEBRG:ZZ\" }\n";
    let orders = "UNB+UNOC:3+ACMEBRG:ZZ+4012345000009:14+261102:0915+78'UNH+1+ORDERS:D:96A:UN'BGM+220+P-1+9'\
                  DTM+137:20261102:102'NAD+BY+4012345000009::9'LIN+1++BRG-6205:BP'QTY+21:500:PCE'UNS+S'UNT+8+1'UNZ+1+78'";
    check(
        edifact,
        orders.as_bytes(),
        &["APERAK:D:96A:UN'", "+RE'", "RFF+ON:P-1'", "ERC+PRICE'", "the price is not agreed"],
    );
}

#[test]
fn the_answer_to_a_file_that_waits_whole_is_the_one_agreed_on() {
    let desk = Desk::open(|_| Act::Receipt);
    let ack = "[x12.ack]\nsend = { ta1 = \"always\", functional = \"997\" }\n";
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).x12(ack).prepare();
    gateway.start();
    let order = String::from_utf8(partners_order::interchange(1)).unwrap();
    post(&gateway, &order.as_bytes()[..order.find("IEA*").unwrap()]);
    let waits = gateway.wait_for_event("document.quarantined");
    assert_eq!(waits["document"]["type"], "payload");
    let answer = desk.wait_for(1)[0].open().0.unwrap();
    let ta1 = segment(&answer, "TA1");
    assert_eq!((ta1[4].as_str(), ta1[5].as_str()), ("R", "023"), "{ta1:?}");
    // Read again it is as broken as before, and what was answered is not answered again.
    let id = waits["document"]["documentId"].as_str().unwrap();
    text(&gateway, &["doc", "release", id, "--reason", "to see whether it is still so"]);
    let waiting = || gateway.listed(&["doc", "list", "--state", "parked"]);
    while waiting().first().is_none_or(|first| first["documentId"] == *id) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(desk.parcels().len(), 1);
}
