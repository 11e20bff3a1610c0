//! The ERP's own documents: commands in, EDI out, receipt and functional acknowledgement tracked until they close.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::desk::{Act, Desk};
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::IMPATIENT;

/// The partner gets orders as 850, and is waited for with its 997.
pub const ORDERS_OUT: &str = "[[agreement]]\ndocument = \"order@1\"\ndirection = \"out\"\nmessage = \"x12/004010/850\"\n\
                              mapping = \"templates/x12/004010/order\"\n";
pub const EXPECTING: &str = "[x12.ack]\nexpect = { functional = \"997\", within = \"1h\" }\n";

/// A small order as an ERP writes it.
pub fn order(number: &str) -> Value {
    json!({
        "orderNumber": number,
        "orderDate": "2026-11-02",
        "purpose": "original",
        "orderType": "standalone",
        "currency": "USD",
        "lines": [{
            "lineNumber": "10",
            "item": {"buyerPartNumber": "BRG-6205-2RS", "supplierPartNumber": "6205-2RS-C3"},
            "quantity": {"value": "500", "unit": "EA"},
            "price": {"amount": "2.45", "unit": "EA"},
            "schedules": [{"quantity": "500", "requestedDeliveryDate": "2026-11-16"}]
        }]
    })
}

/// Puts a command where the gateway looks for it, as an ERP does: under another name first.
pub fn command(gateway: &Gateway, name: &str, body: &Value) {
    command_in(&gateway.path("var/erp/from-erp/commands"), name, body);
}

/// The same for one who knows the folder.
pub fn command_in(folder: &Path, name: &str, body: &Value) {
    fs::create_dir_all(folder).unwrap();
    fs::write(folder.join(".new"), body.to_string()).unwrap();
    fs::rename(folder.join(".new"), folder.join(format!("{name}.json"))).unwrap();
}

pub fn prepared(desk: &Desk, tables: &str) -> Gateway {
    let plan = Plan::default().partner_url(&desk.url()).send(IMPATIENT).x12(tables).agreement(ORDERS_OUT);
    plan.prepare()
}

/// The elements of the first segment that begins so.
pub fn segment(interchange: &[u8], tag: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(interchange).into_owned();
    let found = text.split('~').map(str::trim).find(|segment| segment.split('*').next() == Some(tag));
    let found = found.unwrap_or_else(|| panic!("no {tag} in {text}"));
    found.split('*').map(|element| element.trim().to_owned()).collect()
}

/// What the partner's translator answers: the group's verdict, and what it says of the set.
pub fn acknowledgement(interchange: &[u8], verdict: &str, of_set: &str) -> Vec<u8> {
    let (group, set) = (segment(interchange, "GS"), segment(interchange, "ST"));
    let number = segment(interchange, "ISA")[13].parse::<u32>().unwrap() + 500;
    let (accepted, segments) = (u8::from(verdict != "R"), 6 + of_set.matches('~').count());
    format!(
        "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*{number:09}*0*P*>~\
         GS*FA*ACMEBRG*123456789*20261102*0915*{number}*X*004010~ST*997*0001~AK1*{}*{}~AK2*{}*{}~{of_set}AK5*{verdict}~\
         AK9*{verdict}*1*1*{accepted}~SE*{segments}*0001~GE*1*{number}~IEA*1*{number:09}~",
        group[1], group[6], set[1], set[2],
    )
    .into_bytes()
}

#[test]
fn an_order_of_the_erps_goes_out_and_closes_when_receipt_and_acknowledgement_have_come() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings.4500012345", &order("4500012345"));

    let sent = gateway.wait_for_event("document.delivered");
    let parcel = &desk.parcels()[0];
    let interchange = parcel.open().0.unwrap();
    let text = String::from_utf8(interchange.clone()).unwrap();
    assert!(text.starts_with("ISA*00*          *00*          *01*123456789      *ZZ*ACMEBRG        *"), "{text}");
    assert_eq!(segment(&interchange, "ISA")[13], "000000001");
    assert_eq!(segment(&interchange, "GS")[1..4], ["PO", "123456789", "ACMEBRG"]);
    assert_eq!(segment(&interchange, "BEG")[3], "4500012345");
    assert_eq!(segment(&interchange, "PO1")[2..5], ["500", "EA", "2.45"]);
    assert_eq!(sent["document"]["stage"], "delivered");
    assert_eq!(sent["message"]["controlNumbers"], json!({"interchange": "1", "group": "1", "transaction": "0001"}));

    let reply =
        partner::send(gateway.address(), &Terms::default().pack(&acknowledgement(&interchange, "A", ""))).unwrap();
    assert!(reply.text().contains("processed"), "{}", reply.text());
    let closed = gateway.wait_for_event("document.closed");
    assert_eq!(closed["final"], true);
    let names: Vec<_> = gateway.events().iter().map(|event| event["data"]["event"].clone()).collect();
    let expect =
        ["document.accepted", "document.sent", "document.delivered", "ack.functional-accepted", "document.closed"];
    assert_eq!(names, expect);
    let done = gateway.path("var/erp/from-erp/done");
    assert_eq!(fs::read_dir(done).unwrap().count(), 1, "the command is put away");
}

#[test]
fn a_rejection_is_traced_back_to_the_rule_and_the_member() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, EXPECTING);
    gateway.start();
    command(&gateway, "send.order.v1.acme-bearings", &order("4500012346"));
    gateway.wait_for_event("document.delivered");
    let interchange = desk.parcels()[0].open().0.unwrap();
    let text = String::from_utf8(interchange.clone()).unwrap();
    let position = 1 + text
        .split('~')
        .skip_while(|segment| !segment.trim().starts_with("ST*"))
        .position(|segment| segment.trim().starts_with("PO1"))
        .unwrap();
    let fault = format!("AK3*PO1*{position}**8~AK4*3*355*7*EA~");
    partner::send(gateway.address(), &Terms::default().pack(&acknowledgement(&interchange, "R", &fault))).unwrap();
    let rejected = gateway.wait_for_event("ack.functional-rejected");
    let error = &rejected["errors"][0];
    assert_eq!(error["member"], "lines[0].quantity.unit", "{rejected:#}");
    assert_eq!((error["element"].as_str(), error["code"].as_str()), (Some("PO103"), Some("7")));
    assert!(error["rule"].as_str().unwrap().contains("order"), "{error}");
    assert_eq!(rejected["document"]["stage"], "rejected");
    assert_eq!(rejected["final"], true);
}

#[test]
fn what_cannot_be_sent_is_refused_with_every_reason() {
    let desk = Desk::open(|_| Act::Receipt);
    let mut gateway = prepared(&desk, "");
    gateway.start();
    let check = |name: &str, body: Value, codes: &[&str]| {
        command(&gateway, name, &body);
        let path = |folder: &str| gateway.path(&format!("var/erp/from-erp/{folder}"));
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let found = loop {
            let folders = fs::read_dir(path("refused")).into_iter().flatten().map(|entry| entry.unwrap().path());
            let files: Vec<_> = folders.map(|folder| folder.join(format!("{name}.diagnostics.json"))).collect();
            if let Some(file) = files.into_iter().find(|file| file.exists()) {
                break serde_json::from_slice::<Value>(&fs::read(file).unwrap()).unwrap();
            }
            assert!(std::time::Instant::now() < deadline, "{}", gateway.log());
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        let found: Vec<_> =
            found.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect();
        assert_eq!(found, codes, "{name}");
    };
    check("send.order.v1.nobody", order("1"), &["unknown-partner"]);
    check("send.oder.v1.acme-bearings", order("1"), &["unknown-document"]);
    check(
        "send.invoice.v1.acme-bearings",
        json!({"meta": {}}),
        &["required-missing", "required-missing", "no-agreement"],
    );
    let mut wrong = order("2");
    wrong["ordernumber"] = json!("2");
    wrong["lines"][0]["quantity"]["value"] = json!(5);
    check("send.order.v1.acme-bearings.wrong", wrong, &["unknown-member", "wrong-type"]);
    let mut other = order("3");
    other["meta"] = json!({"documentType": "order", "partner": "somebody-else"});
    check("send.order.v1.acme-bearings.other", other, &["address-differs"]);
    check("a-note", json!("hello"), &["no-document"]);
    check(
        "cancel.-.v1.-.gone",
        json!({"documentId": "01JBPN7Q4T6Y2M8Z3K5V9X0WCE", "reason": "none"}),
        &["unknown-document"],
    );
    assert!(desk.parcels().is_empty(), "nothing went out");
}
