//! The same over RabbitMQ, with an ERP that is a program of its own.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::broker::{self, Rabbit};
use crate::desk::{Act, Desk};
use crate::erp::{EXPECTING, ORDERS_OUT, acknowledgement, order};
use crate::erp_peer::Erp;
use crate::gateway::Gateway;
use crate::partner::{self, Terms};
use crate::plan::Plan;
use crate::sending::IMPATIENT;

fn scene(broker: &Rabbit, prefix: &str) -> (Desk, Gateway, Erp) {
    scene_with(broker, prefix, EXPECTING, "")
}

/// The same with other terms of X12, and with a line for `[erp.amqp]`.
fn scene_with(broker: &Rabbit, prefix: &str, x12: &str, line: &str) -> (Desk, Gateway, Erp) {
    let desk = Desk::open(|_| Act::Receipt);
    let plan = Plan::default().broker(&broker.url(), prefix).amqp(line).partner_url(&desk.url());
    let mut gateway = plan.send(IMPATIENT).x12(x12).agreement(ORDERS_OUT).prepare();
    let erp = Erp::start(&broker.url(), &gateway);
    gateway.start();
    (desk, gateway, erp)
}

#[test]
fn a_command_becomes_an_850_and_every_step_is_an_event() {
    let (desk, gateway, mut erp) = scene(broker::shared(), "commands");
    erp.publish(&json!({
        "key": "send.order.v1.acme-bearings", "body": order("4500012345"), "messageId": "erp-1", "replies": true,
        "correlationId": "ticket-7",
    }));
    let accepted = erp.wait_for("answers", |answer| answer["data"]["event"] == "document.accepted");
    assert_eq!(accepted["correlationId"], "ticket-7");
    assert_eq!(accepted["data"]["command"], json!({"id": "erp-1", "verb": "send"}));
    let delivered = erp.wait_for_event("document.delivered", "4500012345");
    assert_eq!(delivered["key"], "document.delivered.order.acme-bearings");
    assert_eq!(delivered["attributes"]["type"], "dev.edigate.document.delivered.v1");
    assert_eq!(delivered["attributes"]["partitionkey"], "acme-bearings|order|4500012345");
    let interchange = desk.parcels()[0].open().0.unwrap();
    let message = Terms::default().pack(&acknowledgement(&interchange, "A", ""));
    partner::send(gateway.address(), &message).unwrap();
    let closed = erp.wait_for_event("document.closed", "4500012345");
    assert_eq!(closed["data"]["final"], true);
    let sequences: Vec<u64> = erp
        .arrived("events")
        .iter()
        .map(|event| event["attributes"]["sequence"].as_str().unwrap().parse().unwrap())
        .collect();
    let whole: Vec<u64> = (1..).take(sequences.len()).collect();
    assert_eq!(sequences, whole, "who reads every event misses no number");
    assert!(accepted["attributes"].get("sequence").is_none(), "an answer is counted nowhere");

    // The same command again: one message, the first answer.
    let again = json!({
        "key": "send.order.v1.acme-bearings", "body": order("4500012345"), "messageId": "erp-1", "replies": true,
    });
    erp.publish(&again);
    let told = erp.wait_for("answers", |answer| answer["data"]["event"] == "command.duplicate");
    assert_eq!(told["data"]["document"]["documentId"], accepted["data"]["document"]["documentId"]);
    assert_eq!(told["data"]["document"]["stage"], "closed");
    assert_eq!(desk.parcels().len(), 1);
}

#[test]
fn what_cannot_be_read_goes_to_the_dead_letters_and_what_cannot_be_sent_is_answered() {
    let broker = broker::shared();
    let (desk, _gateway, mut erp) = scene(broker, "refusals");
    erp.publish(
        &json!({"key": "send.order.v1.acme-bearings", "body": {"orderNumber": 5}, "messageId": "a", "replies": true}),
    );
    let refused = erp.wait_for("answers", |answer| answer["data"]["event"] == "document.refused-by-gateway");
    assert_eq!(refused["data"]["final"], true);
    let codes: Vec<_> = refused["data"]["findings"].as_array().unwrap().iter().map(|one| one["code"].clone()).collect();
    assert!(codes.contains(&json!("wrong-type")) && codes.contains(&json!("required-missing")), "{codes:?}");

    let arguments = [
        "set_policy",
        "dead-letters",
        "^refusals.commands.q$",
        r#"{"dead-letter-exchange":"","dead-letter-routing-key":"erp.refusals.dead"}"#,
        "--apply-to",
        "queues",
    ];
    broker.control(&arguments);
    // A body that can be read is answered, wherever it was sent.
    erp.publish(&json!({"key": "buy.order.v1.acme-bearings", "body": order("7"), "messageId": "c", "replies": true}));
    let refused = erp.wait_for("answers", |answer| answer["data"]["command"]["id"] == "c");
    assert_eq!(refused["data"]["event"], "document.refused-by-gateway");
    assert_eq!(refused["data"]["findings"][0]["code"], "bad-routing-key");
    assert_eq!(refused["data"]["document"]["number"], "7");

    erp.publish(
        &json!({"key": "send.order.v1.acme-bearings", "body": "{\"orderNumber\": ", "messageId": "b", "replies": true}),
    );
    let told = erp.wait_for("answers", |answer| {
        answer["data"]["findings"].as_array().into_iter().flatten().any(|one| one["code"] == "no-json")
    });
    assert_eq!(told["data"]["event"], "document.refused-by-gateway");
    erp.wait_for("dead", |letter| letter["body"] == "{\"orderNumber\": ");
    assert_eq!(erp.arrived("dead").len(), 1);
    assert!(desk.parcels().is_empty());
}

/// Found in review: a broker that has a limit of deliveries, as version 4 has by itself, dropped what the store could not keep.
#[test]
fn commands_that_the_store_cannot_keep_are_held_in_their_order() {
    let broker = broker::shared();
    let (_desk, gateway, mut erp) = scene(broker, "held");
    let limit = r#"{"delivery-limit": 1, "dead-letter-exchange": "", "dead-letter-routing-key": "held.erp.dead"}"#;
    broker.control(&["set_policy", "limit", "^held.commands.q$", limit, "--apply-to", "queues"]);
    let (staging, away) = (gateway.store().join("spool/tmp"), gateway.store().join("spool/away"));
    fs::rename(&staging, &away).unwrap();

    let line = order("1")["lines"][0].clone();
    let mut large = order("1");
    large["lines"] = (1..=300_u32)
        .map(|number| {
            json!({"lineNumber": number.to_string(), "item": line["item"],
        "quantity": line["quantity"], "price": line["price"], "schedules": line["schedules"]})
        })
        .collect();
    assert!(large.to_string().len() > 64 << 10, "a small one needs no file");
    for (number, body) in [("1", large), ("2", order("2"))] {
        erp.publish(&json!({"key": "send.order.v1.acme-bearings", "body": body, "messageId": number}));
    }
    let deadline = Instant::now() + Duration::from_secs(60);
    while gateway.logged("commands.held") < 4 {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
    assert!(erp.arrived("events").is_empty(), "the second waits behind the first");

    fs::rename(&away, &staging).unwrap();
    erp.wait_for_event("document.accepted", "2");
    let accepted: Vec<_> = erp
        .arrived("events")
        .iter()
        .filter(|event| event["data"]["event"] == "document.accepted")
        .map(|event| event["data"]["document"]["number"].clone())
        .collect();
    assert_eq!(accepted, ["1", "2"]);
    assert!(erp.arrived("dead").is_empty());
}

/// Found in review: a cancellation under the id of its order was swallowed, and so was the repeat of a verdict.
#[test]
fn a_cancellation_under_the_id_of_its_order_is_one_and_its_repeat_is_answered() {
    let batch = "[x12.write]\nbatch = { mode = \"collect\", every = \"1h\", count = 2 }\n";
    let (_desk, _gateway, mut erp) = scene_with(broker::shared(), "cancels", batch, "");
    erp.publish(&json!({
        "key": "send.order.v1.acme-bearings", "body": order("1"), "messageId": "erp-1", "replies": true,
    }));
    let accepted = erp.wait_for("answers", |answer| answer["data"]["event"] == "document.accepted");
    let document = &accepted["data"]["document"]["documentId"];
    let cancel =
        json!({"key": "cancel.-.v1.-", "body": {"documentId": document}, "messageId": "erp-1", "replies": true});
    erp.publish(&cancel);
    erp.wait_for("answers", |answer| answer["data"]["event"] == "document.withdrawn");
    erp.publish(&cancel);
    let again = erp.wait_for("answers", |answer| answer["data"]["event"] == "command.duplicate");
    assert_eq!(again["data"]["document"]["stage"], "withdrawn");
    assert_eq!(again["data"]["command"], json!({"id": "erp-1", "verb": "cancel"}));
    let wrong = json!({
        "key": "refused.-.v1.-", "body": {"documentId": document, "errors": "none"}, "messageId": "erp-1", "replies": true,
    });
    erp.publish(&wrong);
    let refused = erp.wait_for("answers", |answer| answer["data"]["event"] == "command.refused");
    assert_eq!(refused["data"]["findings"][0]["path"], "errors", "{refused:#}");
}

/// The broker refuses a `user_id` that is not the connection's, so what the gateway reads there is true.
#[test]
fn only_who_is_named_may_ask_and_only_for_what_was_granted() {
    let allow = "allow = { guest = { verbs = [\"send\"], partners = [\"acme-bearings\"] } }";
    let (desk, _gateway, mut erp) = scene_with(broker::shared(), "allowed", "", allow);
    let mut ask = |key: &str, user: Option<&str>, body: serde_json::Value, expect: (&str, &str)| {
        // The same id each time: what was not allowed does not stand in the way of what is.
        let id = key.split('.').next();
        erp.publish(&json!({"key": key, "body": body, "messageId": id, "userId": user, "replies": true}));
        let (event, code) = expect;
        let answer = erp.wait_for("answers", |answer| {
            let code = code.is_empty() || answer["data"]["findings"][0]["code"] == code;
            answer["data"]["event"] == event && code && answer["data"]["command"]["verb"].as_str() == id
        });
        answer["data"].clone()
    };
    let refused = ("document.refused-by-gateway", "not-allowed");
    ask("send.order.v1.acme-bearings", None, order("1"), refused);
    let accepted = ask("send.order.v1.acme-bearings", Some("guest"), order("1"), ("document.accepted", ""));
    let document = accepted["document"]["documentId"].clone();
    let told = ask("cancel.-.v1.-", Some("guest"), json!({"documentId": document}), ("command.refused", "not-allowed"));
    assert_ne!(told["document"]["documentId"], document, "who may not ask is told nothing of the document");
    desk.wait_for(1);
}
