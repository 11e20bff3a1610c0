//! One order's whole story with real parts: an ERP at RabbitMQ (pika, the CloudEvents SDK) or at the directory, a partner
//! of other make (pyas2lib), readers of our acknowledgements of other make (pyx12, pydifact).

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::matrix::{Cell, RECEIPTS};
use crate::peer::{Peer, Place};
use crate::product::PRODUCTS;

mod edifact;
mod erp_side;
mod x12;

use edifact::EDIFACT;
use erp_side::Side;
use x12::X12;

const ORDER: &str = "4500012345";

/// A story in one standard: an order goes out, what answers it comes in, and all of it is acknowledged.
struct Tongue {
    name: &'static str,
    /// `[[agreement]]` tables of the partner's file.
    agreements: &'static str,
    /// What stands behind them.
    partner: &'static str,
    /// Tables behind `[x12]`.
    acknowledged: &'static str,
    /// A segment that the partner finds in our order.
    order: &'static str,
    /// The partner's functional acknowledgement of our interchange.
    acknowledgement: fn(&str) -> String,
    /// Its response, its shipment notice and its invoice.
    answers: [fn() -> String; 3],
    /// Who reads our functional acknowledgements.
    reader: &'static str,
    /// The sets that it finds accepted in each; none where the interchange as a whole is.
    sets: &'static [&'static str],
}

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

fn tell(tongue: &Tongue, side: Side) {
    let place = Place::new();
    let plan = side.plan(&format!("story-{}", tongue.name)).partner_url(&place.url());
    let plan = plan.x12(tongue.acknowledged).agreement(tongue.agreements).agreement(tongue.partner);
    let mut gateway = plan.prepare();
    let mut erp = side.open(&gateway);
    gateway.start();
    let product = PRODUCTS.iter().find(|product| product.name == "pyas2lib").unwrap();
    let peer = Peer::start(product, &place, &gateway);
    let mut partner = Partner { peer, gateway };

    erp.send(&partner.gateway, "order", &order());
    let ours = partner.next();
    assert!(ours.contains(tongue.order), "{ours}");
    erp.wait_for_event(&partner.gateway, "document.delivered", ORDER);
    partner.send("acknowledgement.edi", &(tongue.acknowledgement)(&ours));
    erp.wait_for_event(&partner.gateway, "document.closed", ORDER);

    let mut answers = Vec::new();
    for (name, text) in ["response.edi", "notice.edi", "invoice.edi"].into_iter().zip(tongue.answers) {
        partner.send(name, &text());
        answers.push((name, partner.next()));
    }
    let documents = erp.documents(&partner.gateway, 3);
    let kinds: Vec<_> =
        documents.iter().map(|(document, _)| document["meta"]["documentType"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["order-response", "shipment-notice", "invoice"], "each once, in order");
    for (name, (document, key)) in ["responseNumber", "shipmentNumber", "invoiceNumber"].into_iter().zip(&documents) {
        assert!(document[name].is_string(), "{name} of {document:#}");
        if let Some(key) = key {
            assert_eq!(*key, format!("acme-bearings|order|{ORDER}"), "one thread");
        }
    }
    judge(&partner.gateway, tongue, &answers);

    // Everything is closed, and one screen tells it.
    let listed = partner.gateway.listed(&["doc", "list"]);
    let stages: Vec<_> = listed.iter().map(|one| (one["type"].clone(), one["stage"].clone())).collect();
    let open = stages.iter().filter(|(_, stage)| *stage != "closed" && *stage != "published").count();
    assert_eq!((stages.len(), open), (7, 0), "four of business and three acknowledgements: {stages:?}");
    let told = partner.gateway.run(&["doc", "trace", &format!("PO:{ORDER}")]);
    let told = String::from_utf8(told.stdout).unwrap();
    for expect in [
        "order 4500012345 →",
        "ack.functional-accepted",
        "order-response SO-990017 ←",
        "shipment-notice SHP-88123 ←",
        "invoice INV-77001 ←",
    ] {
        assert!(told.contains(expect), "{expect}\n{told}");
    }
    assert!(told.lines().count() < 40, "{told}");
}

#[test]
fn an_order_its_response_its_shipment_and_its_invoice_close_with_parts_of_other_make() {
    tell(&X12, Side::RabbitMq);
}

#[test]
fn the_same_in_edifact() {
    tell(&EDIFACT, Side::RabbitMq);
}

#[test]
fn the_same_with_the_directory_instead_of_rabbitmq() {
    tell(&X12, Side::Directory);
    tell(&EDIFACT, Side::Directory);
}

/// Our functional acknowledgements as a reader of other make sees them.
fn judge(gateway: &Gateway, tongue: &Tongue, answers: &[(&str, String)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(root.join(".tools/python/bin/python"));
    command.arg(root.join("tests/peers/acknowledgement_readers.py")).arg(tongue.reader);
    let mut reader = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut paths = reader.stdin.take().unwrap();
    for (name, text) in answers {
        let path = gateway.path(&format!("answer-to-{name}"));
        fs::write(&path, text).unwrap();
        writeln!(paths, "{}", path.display()).unwrap();
    }
    drop(paths);
    let output = reader.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(said.len(), answers.len());
    let sets: Vec<Value> = tongue.sets.iter().map(|set| json!([set, "accepted"])).collect();
    for (said, (name, text)) in said.iter().zip(answers) {
        assert_eq!(said["complaints"], json!([]), "{name}: {said}\n{text}");
        assert_eq!(said["sets"], json!(sets), "{name}: {text}");
    }
}
