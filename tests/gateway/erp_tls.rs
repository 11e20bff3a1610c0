//! A broker that speaks only TLS, under an authority of its own, and with nobody who shows no certificate.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::broker::{BrokerTls, Rabbit};
use crate::desk::{Act, Desk};
use crate::erp::{ORDERS_OUT, order};
use crate::erp_peer::Erp;
use crate::gateway::Gateway;
use crate::identity::write_secret;
use crate::order;
use crate::pairs::Pair;
use crate::partner::{Terms, deliver};
use crate::plan::Plan;
use crate::sending::IMPATIENT;

/// What the gateway is told of the broker: its authority, and who the gateway is.
const AUTHORITY: &str = "ca = \"certs/broker-ca.pem\"";
const CLIENT: &str = "client = { cert = \"certs/edi.pem\", key = \"file:certs/edi.key\" }";

/// Waits until the log says this of the broker, and gives the line.
fn wait_for_word(gateway: &Gateway, from: usize, event: &str, word: &str) -> String {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let log = fs::read_to_string(gateway.path("log")).unwrap();
        let mut lines = log.lines().skip(from);
        if let Some(line) = lines.find(|line| line.contains(&format!("\"{event}\"")) && line.contains(word)) {
            return line.to_owned();
        }
        assert!(Instant::now() < deadline, "no {event} with {word}\n{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn documents_and_commands_travel_under_tls_and_wait_while_it_is_not_to_be_had() {
    let (authority, stranger) = (Pair::root("Northwind messaging"), Pair::root("Somebody else"));
    let server = authority.issue("broker");
    let broker = Rabbit::start_under_tls(&BrokerTls {
        ca: authority.certificate_pem(),
        certificate: server.certificate_pem(),
        key: server.key_pem(),
    });
    let desk = Desk::open(|_| Act::Receipt);
    let plan = Plan::default().broker(&broker.tls_url(), "tls").amqp(AUTHORITY).amqp(CLIENT);
    let mut gateway = plan.partner_url(&desk.url()).send(IMPATIENT).agreement(ORDERS_OUT).prepare();
    let (ours, erps) = (authority.issue("edigate"), authority.issue("erp"));
    for (name, pair) in [("edi", &ours), ("erp", &erps)] {
        fs::write(gateway.path(&format!("certs/{name}.pem")), pair.certificate_pem()).unwrap();
        write_secret(&gateway.path(&format!("certs/{name}.key")), &pair.key_pem());
    }
    fs::write(gateway.path("certs/broker-ca.pem"), authority.certificate_pem()).unwrap();
    fs::write(gateway.path("certs/strangers-ca.pem"), stranger.certificate_pem()).unwrap();
    let path = |name: &str| gateway.path(name).display().to_string();
    let options = format!(
        "{{'ca_certs':'{}','certfile':'{}','keyfile':'{}'}}",
        path("certs/broker-ca.pem"),
        path("certs/erp.pem"),
        path("certs/erp.key")
    );
    let mut erp = Erp::start(&format!("{}?ssl_options={options}", broker.tls_url()), &gateway);
    let written = fs::read_to_string(gateway.path("edigate.toml")).unwrap();

    // Trusting another authority, and not saying who we are: both are told, and nothing is lost.
    let wrong = [
        (written.replace(AUTHORITY, "ca = \"certs/strangers-ca.pem\""), "erp.amqp.ca"),
        (written.replace(CLIENT, ""), "erp.amqp.client"),
    ];
    for (index, (toml, word)) in (1_u32..).zip(wrong) {
        fs::write(gateway.path("edigate.toml"), toml).unwrap();
        let from = gateway.log_lines();
        gateway.start();
        for event in ["broker.changed", "commands.held"] {
            let line = wait_for_word(&gateway, from, event, word);
            assert!(!line.contains("guest:guest"), "{line}");
        }
        deliver(&gateway, &Terms::default().pack(&order::interchange(index)));
        assert!(gateway.stop().success());
    }
    assert!(erp.arrived("documents").is_empty());

    fs::write(gateway.path("edigate.toml"), written).unwrap();
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(3)));
    for index in 1..=3 {
        erp.wait_for("documents", |event| event["attributes"]["edidocnum"] == order::number(index));
    }
    let command = json!({"key": "send.order.v1.acme-bearings", "body": order("4500012345"), "replies": true});
    erp.publish(&command);
    erp.wait_for_event("document.closed", "4500012345");
    assert_eq!(desk.parcels().len(), 1);
    assert_eq!(erp.arrived("documents").len(), 3);
}
