//! One order's whole story with real parts: an ERP at RabbitMQ (pika, the CloudEvents SDK), a partner of other make
//! (pyas2lib), a reader of our acknowledgements of other make (pyx12).

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::broker;
use crate::erp_peer::Erp;
use crate::gateway::Gateway;
use crate::matrix::{Cell, RECEIPTS};
use crate::peer::{Peer, Place};
use crate::plan::Plan;
use crate::product::PRODUCTS;

const ORDER: &str = "4500012345";

/// What is agreed with the partner: an order goes out, what answers it comes in, and all of it is acknowledged.
const AGREEMENTS: &str = r#"
[[agreement]]
document = "order@1"
direction = "out"
message = "x12/004010/850"
mapping = "templates/x12/004010/order"
[[agreement]]
document = "order-response@1"
direction = "in"
message = "x12/004010/855"
mapping = "templates/x12/004010/order-response"
[[agreement]]
document = "shipment-notice@1"
direction = "in"
message = "x12/004010/856"
mapping = "templates/x12/004010/shipment-notice"
[[agreement]]
document = "invoice@1"
direction = "in"
message = "x12/004010/810"
mapping = "templates/x12/004010/invoice"
"#;
const ACKNOWLEDGED: &str =
    "[x12.ack]\nsend = { functional = \"997\" }\nexpect = { functional = \"997\", within = \"1h\" }\n";

/// The order as the ERP writes it.
fn order() -> Value {
    json!({
        "orderNumber": ORDER,
        "orderDate": "2026-11-02",
        "purpose": "original",
        "orderType": "standalone",
        "currency": "USD",
        "buyer": {"name": "Northwind Pumps Inc", "identifiers": [{"scheme": "DUNS", "value": "123456789"}]},
        "lines": [{
            "lineNumber": "10",
            "item": {"buyerPartNumber": "BRG-6205-2RS", "supplierPartNumber": "6205-2RS-C3"},
            "quantity": {"value": "500", "unit": "EA"},
            "price": {"amount": "2.45", "unit": "EA"},
            "schedules": [{"quantity": "500", "requestedDeliveryDate": "2026-11-16"}]
        }]
    })
}

/// An interchange of the partner's, with one transaction set in one functional group.
fn interchange(number: u32, group: &str, segments: &[&str]) -> String {
    let count = segments.len() + 1;
    let body: String = segments.iter().map(|segment| format!("{segment}~\n")).collect();
    format!(
        "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*1640*U*00401*{number:09}*0*P*>~\n\
         GS*{group}*ACMEBRG*123456789*20261102*1640*{number}*X*004010~\n\
         {body}SE*{count}*0001~\nGE*1*{number}~\nIEA*1*{number:09}~\n"
    )
}

fn response() -> String {
    let reference = format!("BAK*00*AC*{ORDER}*20261102****SO-990017*20261102");
    let lines = ["N1*SU*Acme Bearings*92*ACMEBRG", "PO1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3"];
    let answer = ["ACK*IA*500*EA*067*20261116", "CTT*1"];
    interchange(201, "PR", &[&["ST*855*0001", &reference], &lines[..], &answer].concat())
}

fn notice() -> String {
    let reference = format!("PRF*{ORDER}***20261102");
    let head = ["ST*856*0001", "BSN*00*SHP-88123*20261115*1431*0001", "HL*1**S", "TD5**2*ODFL*M", "DTM*011*20261115"];
    let parties = ["N1*SF*Acme Bearings*92*ACMEBRG", "N1*ST*Northwind Plant 0100*92*0100", "HL*2*1*O"];
    let items = ["HL*3*2*I", "LIN*10*BP*BRG-6205-2RS*VP*6205-2RS-C3", "SN1**500*EA", "CTT*3"];
    interchange(202, "SH", &[&head[..], &parties, &[&reference], &items].concat())
}

fn invoice() -> String {
    let reference = format!("BIG*20261116*INV-77001*20261102*{ORDER}***DI");
    let parties = ["CUR*SE*USD", "N1*SU*Acme Bearings*92*ACMEBRG", "N1*ST*Northwind Plant 0100*92*0100"];
    let lines = ["IT1*10*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3", "TDS*122500", "CTT*1"];
    interchange(203, "IN", &[&["ST*810*0001", &reference], &parties[..], &lines].concat())
}

/// The partner's word on our order.
fn acknowledgement(ours: &str) -> String {
    let segment = |tag: &str| -> Vec<String> {
        let found = ours.split('~').map(str::trim).find(|segment| segment.split('*').next() == Some(tag));
        found.unwrap().split('*').map(str::to_owned).collect()
    };
    let (group, set) = (segment("GS"), segment("ST"));
    let about = [format!("AK1*{}*{}", group[1], group[6]), format!("AK2*{}*{}", set[1], set[2])];
    interchange(200, "FA", &["ST*997*0001", &about[0], &about[1], "AK5*A", "AK9*A*1*1*1"])
}

struct Partner {
    peer: Peer,
    gateway: Gateway,
}

impl Partner {
    /// What came to the partner next, as pyas2lib opened it.
    fn next(&mut self) -> String {
        let received = self.peer.received_next();
        assert_eq!(received["status"], "processed", "{received}");
        received["text"].as_str().unwrap().to_owned()
    }

    fn send(&mut self, name: &str, text: &str) {
        let file = self.gateway.path(name);
        fs::write(&file, text).unwrap();
        let receipt = *RECEIPTS.iter().find(|receipt| receipt.mode == "sync" && receipt.signed).unwrap();
        let sent = self.peer.send(&file, &Cell { form: "SE", digest: "sha-256", cipher: "aes-256-cbc", receipt });
        assert_eq!(sent["status"], "processed", "{sent}");
    }
}

#[test]
fn an_order_its_response_its_shipment_and_its_invoice_close_with_parts_of_other_make() {
    let broker = broker::shared();
    let place = Place::new();
    let plan = Plan::default().broker(&broker.url(), "story").partner_url(&place.url());
    let mut gateway = plan.x12(ACKNOWLEDGED).agreement(AGREEMENTS).prepare();
    let mut erp = Erp::start(&broker.url(), &gateway);
    gateway.start();
    let product = PRODUCTS.iter().find(|product| product.name == "pyas2lib").unwrap();
    let peer = Peer::start(product, &place, &gateway);
    let mut partner = Partner { peer, gateway };

    erp.publish(&json!({"key": "send.order.v1.acme-bearings", "body": order(), "messageId": "order-1"}));
    let ours = partner.next();
    assert!(ours.contains(&format!("BEG*00*SA*{ORDER}**20261102~")), "{ours}");
    erp.wait_for_event("document.delivered", ORDER);
    partner.send("997.x12", &acknowledgement(&ours));
    erp.wait_for_event("document.closed", ORDER);

    let mut answers = Vec::new();
    for (name, text) in [("855.x12", response()), ("856.x12", notice()), ("810.x12", invoice())] {
        partner.send(name, &text);
        answers.push((name, partner.next()));
    }
    for (kind, number) in [("order-response", "SO-990017"), ("shipment-notice", "SHP-88123"), ("invoice", "INV-77001")]
    {
        let document = erp.wait_for("documents", |one| one["data"]["meta"]["documentType"] == kind);
        assert_eq!(document["attributes"]["edidocnum"], number);
        assert_eq!(document["attributes"]["partitionkey"], format!("acme-bearings|order|{ORDER}"), "one thread");
    }
    assert_eq!(erp.arrived("documents").len(), 3, "each once");
    judge(&partner.gateway, &answers);

    // Everything is closed, and one screen tells it.
    let listed = partner.gateway.run(&["doc", "list", "--json"]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let stages: Vec<_> =
        listed["documents"].as_array().unwrap().iter().map(|one| (one["type"].clone(), one["stage"].clone())).collect();
    let open = stages.iter().filter(|(_, stage)| *stage != "closed" && *stage != "published").count();
    assert_eq!((stages.len(), open), (7, 0), "four of business and three acknowledgements: {stages:?}");
    let told = partner.gateway.run(&["doc", "trace", &format!("PO:{ORDER}")]);
    let told = String::from_utf8(told.stdout).unwrap();
    for expect in ["order 4500012345 →", "ack.functional-accepted", "order-response SO-990017 ←", "invoice INV-77001 ←"]
    {
        assert!(told.contains(expect), "{expect}\n{told}");
    }
    assert!(told.lines().count() < 40, "{told}");
}

/// Our 997s as pyx12 reads them.
fn judge(gateway: &Gateway, answers: &[(&str, String)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join(".tools/python/bin/python"));
    command.arg(root.join("tests/peers/acknowledgement_readers.py")).arg("pyx12");
    let mut reader = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut paths = reader.stdin.take().unwrap();
    for (name, text) in answers {
        let path = gateway.path(&format!("997-of-{name}"));
        fs::write(&path, text).unwrap();
        writeln!(paths, "{}", path.display()).unwrap();
    }
    drop(paths);
    let output = reader.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(said.len(), answers.len());
    for (said, (name, text)) in said.iter().zip(answers) {
        assert_eq!(said["complaints"], json!([]), "{name}: {said}\n{text}");
        assert_eq!(said["sets"], json!([["0001", "accepted"]]), "{name}: {text}");
    }
}
