//! Documents between partners and the ERP at RabbitMQ, AS2's cryptography apart:
//!
//! - in: how many documents a second are translated and confirmed by the broker, from one partner and from eight, once the
//!   messages that hold them are on disk; beside what the broker alone confirms of the same bodies;
//! - how long one document takes from the first byte of its POST to the consumer, at half of what a partner can post;
//! - out: how many commands a second become messages that are packed and ready to go, for one partner and for eight.
//!
//! Wall time on a machine that the broker and the senders share; the daemon's own processor time is given with it.
//! `EDIGATE_BENCH_DOCUMENTS` sets how many.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark: a panic here is a failed run")]
#![expect(clippy::print_stdout, reason = "figures are printed")]
#![expect(unreachable_pub, dead_code, reason = "shared with the tests, which use the rest")]

#[path = "../tests/support/rabbit.rs"]
mod broker;
#[path = "../tests/support/gateway.rs"]
mod gateway;
#[path = "../tests/support/identity.rs"]
mod identity;
#[path = "../tests/gateway/ledger.rs"]
mod ledger;
#[path = "../tests/support/order.rs"]
mod order;
#[path = "../tests/gateway/partner.rs"]
mod partner;
#[path = "../tests/support/plan.rs"]
mod plan;
#[path = "../tests/support/ports.rs"]
mod ports;
mod traffic;
#[path = "../tests/support/wire.rs"]
mod wire;

use std::collections::{BTreeMap, VecDeque};
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::FieldTable;
use lapin::{BasicProperties, Connection, ConnectionProperties};
use serde_json::{Value, json};

use crate::broker::Rabbit;
use crate::gateway::Gateway;
use crate::ledger::Ledger;
use crate::partner::{Packed, Terms};
use crate::plan::Plan;
use crate::traffic::{each, post_all, rate};

/// Lines of an order; 37 make 5 KB.
const LINES: usize = 37;
/// Orders of one message, so that its cryptography is little beside them.
const AT_ONCE: usize = 250;
const PARTNERS: [&str; 8] =
    ["ACMEBRG", "ACMEBRG2", "ACMEBRG3", "ACMEBRG4", "ACMEBRG5", "ACMEBRG6", "ACMEBRG7", "ACMEBRG8"];
/// Confirms that are awaited at once, as the gateway does on four channels.
const WINDOW: usize = 512;

const ORDERS_OUT: &str = "[[agreement]]\ndocument = \"order@1\"\ndirection = \"out\"\nmessage = \"x12/004010/850\"\n\
                          mapping = \"templates/x12/004010/order\"\n";

fn main() {
    let documents = std::env::var("EDIGATE_BENCH_DOCUMENTS").map_or(2000, |count| count.parse().unwrap());
    let broker = Rabbit::start();
    println!("{documents} orders of 5 KB, {AT_ONCE} in a message, to RabbitMQ (aim: 2000 documents/s)");
    let body = incoming(&broker, documents, 1);
    incoming(&broker, documents, 8);
    let (alone, wall) = (broker_alone(&broker, documents, &body), "the broker alone, 512 confirms awaited");
    println!("  {wall}: {:.0} documents/s", rate(documents, alone));
    latency(&broker);
    let commands = documents.min(1000);
    println!("{commands} commands at RabbitMQ to messages that are packed");
    outgoing(&broker, commands, 1);
    outgoing(&broker, commands, 8);
}

/// A gateway with this many partners, each of which is the first one under another name.
fn gateway(broker: &Rabbit, name: &str, partners: usize) -> Gateway {
    let gateway = Plan::default().broker(&broker.url(), name).agreement(ORDERS_OUT).prepare();
    let first = fs::read_to_string(gateway.path("partners/acme-bearings/partner.toml")).unwrap();
    for name in PARTNERS.iter().take(partners).skip(1) {
        let folder = gateway.path(&format!("partners/{}", name.to_lowercase()));
        fs::create_dir_all(&folder).unwrap();
        let text = first.replace("\"ACMEBRG\"", &format!("\"{name}\"")).replace("ZZ/ACMEBRG", &format!("ZZ/{name}"));
        fs::write(folder.join("partner.toml"), text).unwrap();
    }
    gateway
}

/// Messages of [`AT_ONCE`] orders each, from the partners in turn.
fn messages(documents: usize, partners: usize) -> Vec<Packed> {
    (0..documents / AT_ONCE)
        .map(|place| {
            let from = PARTNERS[place % partners];
            let one = String::from_utf8(order::with_lines(1, LINES)).unwrap();
            let (begin, end) = (one.find("ST*850").unwrap(), one.find("GE*1*").unwrap());
            let sets: String = (0..AT_ONCE)
                .map(|set| {
                    let number = order::number(u32::try_from(place * AT_ONCE + set).unwrap());
                    let numbered = one[begin..end].replace(&order::number(1), &number);
                    numbered.replace("0001~", &format!("{:04}~", set + 1))
                })
                .collect();
            let whole = format!("{}{sets}{}", &one[..begin], one[end..].replace("GE*1*", &format!("GE*{AT_ONCE}*")));
            let whole = whole.replace("100000001", &(100_000_001 + place).to_string());
            let whole = whole.replacen("*ZZ*ACMEBRG        *", &format!("*ZZ*{from:<15}*"), 1);
            let whole = whole.replacen("GS*PO*ACMEBRG*", &format!("GS*PO*{from}*"), 1);
            Terms { from, ..Terms::default() }.pack(whole.as_bytes())
        })
        .collect()
}

/// From messages on disk to documents that the broker confirmed. Gives one of the documents.
fn incoming(broker: &Rabbit, documents: usize, partners: usize) -> Vec<u8> {
    let name = format!("in{partners}");
    let mut gateway = gateway(broker, &name, partners);
    let ledger = Ledger::of(&broker.url(), &format!("{name}.documents"));
    gateway.start();
    let messages = messages(documents, partners);
    let [own, kernel] = gateway.processor_time();
    let start = Instant::now();
    for reply in post_all(gateway.address(), &messages) {
        assert!(reply.text().contains("processed"), "{}", reply.text());
    }
    let posted = start.elapsed();
    while gateway.logged("document.published") < documents {
        thread::sleep(Duration::from_millis(20));
        assert_eq!(gateway.logged("document.parked"), 0, "{}", gateway.log());
    }
    let wall = start.elapsed();
    let [own_after, kernel_after] = gateway.processor_time();
    let processor = own_after + kernel_after - own - kernel;
    println!(
        "  {partners} partners: {:.0} documents/s (messages on disk after {:.1} s of {:.1} s)",
        rate(documents, wall),
        posted.as_secs_f64(),
        wall.as_secs_f64()
    );
    println!("    the daemon's processor time   {}", each(processor, documents));
    let deliveries = ledger.deliveries();
    serde_json::to_vec(&deliveries[0].body).unwrap()
}

/// What the broker confirms when nobody has to make the documents.
fn broker_alone(broker: &Rabbit, documents: usize, body: &[u8]) -> Duration {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let connection = Connection::connect(&broker.url(), ConnectionProperties::default()).await.unwrap();
        let channel = connection.create_channel().await.unwrap();
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        channel.queue_declare("alone".into(), QueueDeclareOptions::durable(), FieldTable::default()).await.unwrap();
        let start = Instant::now();
        let mut awaited = VecDeque::new();
        for _ in 0..documents {
            let properties = BasicProperties::default().with_delivery_mode(2);
            let options = BasicPublishOptions { mandatory: true, ..BasicPublishOptions::default() };
            awaited
                .push_back(channel.basic_publish("".into(), "alone".into(), options, body, properties).await.unwrap());
            if awaited.len() >= WINDOW {
                assert!(awaited.pop_front().unwrap().await.unwrap().is_ack());
            }
        }
        for confirm in awaited {
            assert!(confirm.await.unwrap().is_ack());
        }
        start.elapsed()
    })
}

/// From the beginning of a POST to the consumer, one order in a message, at half the pace that senders reach.
fn latency(broker: &Rabbit) {
    const ORDERS: usize = 400;
    let mut gateway = gateway(broker, "late", 1);
    let ledger = Ledger::of(&broker.url(), "late.documents");
    gateway.start();
    let packed = |first: usize| -> Vec<Packed> {
        let one = |index| Terms::default().pack(&order::with_lines(u32::try_from(index).unwrap(), LINES));
        (first..first + ORDERS).map(one).collect()
    };
    let (full, half) = (packed(1), packed(1 + ORDERS));
    let start = Instant::now();
    post_all(gateway.address(), &full);
    while gateway.logged("document.published") < ORDERS {
        thread::sleep(Duration::from_millis(5));
    }
    let pace = start.elapsed() / u32::try_from(ORDERS).unwrap() * 2;
    let begun: BTreeMap<String, Instant> = thread::scope(|scope| {
        let begin = Instant::now();
        let posts: Vec<_> = half
            .iter()
            .enumerate()
            .map(|(place, message)| {
                let address = gateway.address();
                let due = begin + pace * u32::try_from(place).unwrap();
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let number = order::number(u32::try_from(1 + ORDERS + place).unwrap());
                let begun = Instant::now();
                (number, begun, scope.spawn(move || partner::send(address, message).unwrap()))
            })
            .collect();
        posts
            .into_iter()
            .map(|(number, begun, post)| {
                assert_eq!(post.join().unwrap().status, 200);
                (number, begun)
            })
            .collect()
    });
    assert!(ledger.wait_for(&begun.keys().cloned().collect()).is_empty());
    let deliveries = ledger.deliveries();
    let took = |delivery: &ledger::Delivery| Some(delivery.at - *begun.get(&delivery.order_number())?);
    let mut took: Vec<Duration> = deliveries.iter().filter_map(took).collect();
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_secs_f64() * 1000.0;
    println!("one order in a message, {:.0} messages/s, which is half of what senders reach", 1.0 / pace.as_secs_f64());
    println!("  from POST to consumer: p50 {:.0} ms, p99 {:.0} ms   (aim: p99 below 250 ms)", at(50), at(99));
}

/// From commands in the broker to packed messages. Nobody listens where they go, so that sending costs next to nothing.
fn outgoing(broker: &Rabbit, documents: usize, partners: usize) {
    let name = format!("out{partners}");
    let mut gateway = gateway(broker, &name, partners);
    // Nobody is bound for events, and they are dropped.
    gateway.start();
    let order = json!({
        "orderNumber": "4500000001", "orderDate": "2026-11-02", "purpose": "original", "orderType": "standalone",
        "currency": "USD",
        "buyer": {"name": "Northwind Pumps Inc", "identifiers": [{"scheme": "DUNS", "value": "123456789"}]},
        "lines": (1..=LINES).map(|line| json!({
            "lineNumber": (line * 10).to_string(),
            "item": {"buyerPartNumber": "BRG-6205-2RS", "supplierPartNumber": "6205-2RS-C3",
                "description": "Deep groove ball bearing 6205-2RS C3"},
            "quantity": {"value": "500", "unit": "EA"}, "price": {"amount": "2.45", "unit": "EA"},
            "schedules": [{"quantity": "500", "requestedDeliveryDate": "2026-11-16"}]
        })).collect::<Vec<_>>(),
    });
    let [own, kernel] = gateway.processor_time();
    let start = Instant::now();
    command_all(broker, &name, documents, partners, &order);
    // What is packed is offered at once, in vain.
    while gateway.logged("delivery.put-off") < documents {
        assert!(start.elapsed() < Duration::from_secs(300), "{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
    let wall = start.elapsed();
    let [own_after, kernel_after] = gateway.processor_time();
    println!("  {partners} partners: {:.0} documents/s", rate(documents, wall));
    println!("    the daemon's processor time   {}", each(own_after + kernel_after - own - kernel, documents));
}

fn command_all(broker: &Rabbit, name: &str, documents: usize, partners: usize, order: &Value) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let connection = Connection::connect(&broker.url(), ConnectionProperties::default()).await.unwrap();
        // The gateway declares its queue when it gets to it, and binds it a moment later: what is published between the two
        // is nobody's.
        let (exchange, queue) = (format!("{name}.commands"), format!("{name}.commands.q"));
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let channel = loop {
            let channel = connection.create_channel().await.unwrap();
            let (bound, any) = (QueueBindOptions::default(), FieldTable::default());
            if channel.queue_declare(queue.as_str().into(), passive, FieldTable::default()).await.is_ok()
                && channel
                    .queue_bind(queue.as_str().into(), exchange.as_str().into(), "#".into(), bound, any)
                    .await
                    .is_ok()
            {
                break channel;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        channel.confirm_select(ConfirmSelectOptions::default()).await.unwrap();
        let mut awaited = Vec::new();
        for index in 0..documents {
            let mut order = order.clone();
            order["orderNumber"] = json!(order::number(u32::try_from(index).unwrap()));
            let partner = PARTNERS[index % partners].to_lowercase();
            let partner = if partner == "acmebrg" { "acme-bearings".to_owned() } else { partner };
            let key = format!("send.order.v1.{partner}");
            let body = serde_json::to_vec(&order).unwrap();
            let properties = BasicProperties::default().with_delivery_mode(2).with_message_id(index.to_string().into());
            let (exchange, options) = (exchange.as_str().into(), BasicPublishOptions::default());
            awaited
                .push(channel.basic_publish(exchange, key.as_str().into(), options, &body, properties).await.unwrap());
        }
        for confirm in awaited {
            assert!(confirm.await.unwrap().is_ack());
        }
    });
}
