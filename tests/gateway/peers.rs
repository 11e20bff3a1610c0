//! Partners of other make: pyas2lib and the openssl command line each deliver orders signed, encrypted and both. Their own
//! code verifies our signed receipt and finds the MIC equal; the document arrives in a real queue as the contract says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use crate::gateway::Gateway;
use crate::ledger::{Delivery, Ledger};
use crate::plan::Plan;
use crate::{broker, order};

/// The forms each partner sends, as its command line names them.
const FORMS: [&[&str]; 3] = [&["--sign"], &["--encrypt"], &["--sign", "--encrypt"]];

#[test]
fn pyas2lib_delivers_signed_encrypted_and_both() {
    let scene = Scene::new("pyas2lib");
    for (form, index) in FORMS.into_iter().zip(1..) {
        let said: Value = serde_json::from_slice(&scene.pyas2lib(form, index).stdout).unwrap();
        assert_eq!(said["http"], 200, "{form:?}: {said}");
        assert_eq!(said["status"], "processed", "{form:?}: {said}");
        assert_eq!(said["digest"], "sha256", "the receipt is signed: {said}");
        let received = said["received_mic"].as_str().unwrap().split(',').next().unwrap();
        assert_eq!(said["mic"], received, "{form:?}");
        scene.assert_arrived(index);
    }
}

#[test]
fn openssl_delivers_signed_encrypted_and_both() {
    let scene = Scene::new("openssl");
    for (form, index) in FORMS.into_iter().zip(1..) {
        scene.assert_openssl(form, index);
    }
}

#[test]
fn openssl_delivers_in_every_algorithm_and_in_ber_of_indefinite_length() {
    let scene = Scene::new("openssl-algorithms");
    let digests = ["sha256", "sha384", "sha512"];
    let ciphers = ["aes-128-cbc", "aes-192-cbc", "aes-256-cbc"];
    for ((digest, cipher), index) in digests.into_iter().zip(ciphers).zip(1..) {
        let form = ["--sign", "--encrypt", "--stream", "--digest", digest, "--cipher", cipher];
        scene.assert_openssl(&form, index);
    }
}

/// openssl takes the MIC over the whole multipart/related (RFC 4130, section 7.1), and finds ours equal.
#[test]
fn openssl_delivers_an_order_with_a_drawing() {
    let scene = Scene::new("openssl-attachments");
    let drawing = scene.gateway.path("drawing.pdf");
    fs::write(&drawing, b"%PDF-1.7 \0\xff\r\n".repeat(5000)).unwrap();
    let attach = ["--attach", drawing.to_str().unwrap()];
    for (form, index) in FORMS.into_iter().zip(1..) {
        scene.assert_openssl(&[form, &attach].concat(), index);
    }
    let list = scene.gateway.admin("/v1/exchanges").unwrap();
    let list: Value = serde_json::from_slice(&list.body).unwrap();
    for exchange in list["exchanges"].as_array().unwrap() {
        let id = exchange["exchangeId"].as_str().unwrap();
        let fetched = scene.gateway.admin(&format!("/v1/exchanges/{id}/attachments/1")).unwrap();
        assert!(fetched.body == fs::read(&drawing).unwrap(), "{id}: {}", fetched.status);
    }
}

/// A gateway with a broker behind it, and the ERP reading.
struct Scene {
    gateway: Gateway,
    ledger: Ledger,
}

impl Scene {
    fn new(name: &str) -> Self {
        let exchange = format!("{name}.documents");
        let ledger = Ledger::of(&broker::shared().url(), &exchange);
        let mut gateway = Plan::default().lenient().broker(&broker::shared().url(), name).prepare();
        gateway.start();
        Self { gateway, ledger }
    }

    fn pyas2lib(&self, form: &[&str], index: u32) -> Output {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let python = root.join(".tools/python/bin/python");
        assert!(python.exists(), "{} is not there: run `make tools`", python.display());
        let mut command = Command::new(python);
        command.arg(root.join("tests/peers/pyas2lib_partner.py"));
        self.run(command, form, index)
    }

    fn openssl(&self, form: &[&str], index: u32) -> Output {
        let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/peers/openssl_partner.sh");
        self.run(Command::new(script), form, index)
    }

    fn run(&self, mut command: Command, form: &[&str], index: u32) -> Output {
        let file = self.gateway.path(&format!("order-{index}.x12"));
        fs::write(&file, order::interchange(index)).unwrap();
        command.args(["--url", &self.gateway.url(), "--from", "ACMEBRG", "--to", "NORTHWIND"]);
        for (option, inside) in
            [("--cert", "certs/acme.pem"), ("--key", "certs/acme.key"), ("--gateway-cert", "certs/northwind.pem")]
        {
            command.arg(option).arg(self.gateway.path(inside));
        }
        let output = command.args(form).arg(file).output().unwrap();
        assert!(
            output.status.success(),
            "{form:?}: {}\n{}{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            self.gateway.log()
        );
        output
    }

    fn assert_openssl(&self, form: &[&str], index: u32) {
        let output = self.openssl(form, index);
        let said = String::from_utf8(output.stdout).unwrap();
        let said: BTreeMap<&str, &str> = said.lines().filter_map(|line| line.split_once('=')).collect();
        assert_eq!(said["http"], "200", "{form:?}");
        assert_eq!(said["verified"], "yes", "{form:?}");
        assert_eq!(said["disposition"], "automatic-action/MDN-sent-automatically; processed", "{form:?}");
        assert_eq!(said["original_message_id"], said["message_id"], "{form:?}");
        let digest = |mic: &str| mic.split(',').next().unwrap().to_owned();
        assert_eq!(digest(said["received_mic"]), digest(said["mic"]), "{form:?}");
        self.assert_arrived(index);
    }

    /// The order is in the queue, once, with the headers of the contract.
    fn assert_arrived(&self, index: u32) {
        let number = order::number(index);
        assert_contract(&self.ledger.wait_for_one(&number), &number);
        let events = self.ledger.events_by_order();
        assert_eq!(events[&number].len(), 1, "one event an order");
        assert_eq!(events.keys().cloned().collect::<BTreeSet<_>>(), (1..=index).map(order::number).collect());
    }
}

/// What a consumer may rely on (README.md, "Point it at RabbitMQ").
fn assert_contract(delivery: &Delivery, number: &str) {
    let properties = &delivery.properties;
    assert_eq!(delivery.routing_key, "order.v1.acme-bearings.plant-0100");
    assert_eq!(properties.content_type().as_ref().unwrap().as_str(), "application/json");
    assert_eq!(*properties.delivery_mode(), Some(2), "persistent");
    assert_eq!(properties.app_id().as_ref(), None, "a JMS client would read it as a message group");
    assert!(properties.expiration().is_none() && properties.priority().is_none() && properties.user_id().is_none());
    assert_eq!(delivery.header("cloudEvents_id"), delivery.message_id());
    assert_ulid(&delivery.message_id());
    for (name, value) in [
        ("cloudEvents_specversion", "1.0"),
        ("cloudEvents_source", "/edigate/test-1/partners/acme-bearings"),
        ("cloudEvents_type", "dev.edigate.order.received.v1"),
        ("cloudEvents_subject", &format!("order/acme-bearings/{number}")),
        ("cloudEvents_dataschema", "urn:edigate:schema:order:1.0"),
        ("cloudEvents_partitionkey", &format!("acme-bearings|order|{number}")),
        ("cloudEvents_edipartner", "acme-bearings"),
        ("cloudEvents_edidoctype", "order"),
        ("cloudEvents_edidocnum", number),
        ("cloudEvents_ediusage", "production"),
        ("cloudEvents_edireplay", "0"),
    ] {
        assert_eq!(delivery.header(name), value, "{name}");
    }
    assert_ulid(delivery.header("cloudEvents_edidocid"));
    assert_eq!(delivery.header("cloudEvents_edidocid"), delivery.body["meta"]["documentId"], "meta repeats the ids");
    assert_eq!(delivery.header("cloudEvents_edicontenthash").len(), 64, "SHA-256 in hexadecimal");
    assert_eq!(delivery.header("cloudEvents_sequence").len(), 20);
    assert!(delivery.header("cloudEvents_time").ends_with('Z'));
    assert!(delivery.headers.keys().all(|name| !name.starts_with("x-")), "{:?}", delivery.headers.keys());
}

fn assert_ulid(id: &str) {
    assert!(id.len() == 26 && id.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()), "{id:?}");
}
