//! The publisher against a real RabbitMQ, and everything that befalls brokers.
//!
//! Needs RabbitMQ, which `make tools` installs. The tests share one broker and take turns at it.

#![expect(clippy::unwrap_used, reason = "test code: a panic here is a failed test")]
#![expect(unreachable_pub, reason = "a test binary exports nothing")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use edigate::amqp::{ClientCertificate, ConsumerSettings, Publisher, PublisherSettings, State, consume};
use edigate::base::{DocumentId, RowId, Secret, Sha256, Timestamp};
use edigate::canon::Usage;
use edigate::exchange::{Body, Confirm, Publication, ReceivedDocument};
use edigate::observe::Metrics;
use lapin::options::{
    BasicGetOptions, BasicPublishOptions, ExchangeDeclareOptions, ExchangeDeleteOptions, QueueBindOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

#[path = "support/certificates.rs"]
mod certificates;
#[path = "support/ports.rs"]
mod ports;
#[path = "support/rabbit.rs"]
mod rabbit;

use certificates::Pair;
use rabbit::{BrokerTls, Rabbit};

/// Bytes of the largest body that the broker takes.
const LARGEST: usize = 1 << 20;

/// The broker, for one test at a time.
fn broker() -> MutexGuard<'static, Rabbit> {
    static BROKER: std::sync::OnceLock<Mutex<Rabbit>> = std::sync::OnceLock::new();
    let broker = BROKER.get_or_init(|| {
        let tls = BrokerTls {
            ca: roots().certificate_pem(),
            certificate: server().certificate_pem(),
            key: server().key_pem(),
        };
        Mutex::new(Rabbit::start_configured(Some(&tls), &format!("max_message_size = {LARGEST}\n")))
    });
    broker.lock().unwrap_or_else(PoisonError::into_inner)
}

fn roots() -> &'static Pair {
    static ROOT: std::sync::OnceLock<Pair> = std::sync::OnceLock::new();
    ROOT.get_or_init(|| Pair::root("broker root"))
}

fn server() -> &'static Pair {
    static SERVER: std::sync::OnceLock<Pair> = std::sync::OnceLock::new();
    SERVER.get_or_init(|| roots().issue("broker"))
}

fn run(test: impl AsyncFnOnce()) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test());
}

/// Settings whose exchanges belong to one test alone.
fn settings(broker: &Rabbit, test: &str) -> PublisherSettings {
    let mut settings = PublisherSettings::new(Secret::new(broker.url()));
    settings.exchanges.documents = format!("{test}.documents");
    settings.exchanges.test = format!("{test}.documents.test");
    settings.exchanges.events = format!("{test}.events");
    settings
}

async fn ready(publisher: &Publisher) {
    reach(publisher, "ready", |state| matches!(state, State::Ready)).await;
}

async fn reach(publisher: &Publisher, what: &str, is: impl FnMut(&State) -> bool) -> State {
    let mut state = publisher.state();
    let reached = timeout(Duration::from_secs(60), state.wait_for(is)).await;
    reached.unwrap_or_else(|_| panic!("never {what}: {publisher:?}")).unwrap().clone()
}

fn publication(number: u32, usage: Usage) -> Publication {
    let document_number = format!("45{number:08}");
    Publication::received(&ReceivedDocument {
        row: row(number),
        instance: "test",
        partner: &"acme-bearings".parse().unwrap(),
        document_type: "order",
        major: 1,
        document_id: DocumentId::from_bytes([2; 16]),
        document_number: &document_number,
        order_number: Some(&document_number),
        site: Some("plant-0100"),
        received_at: Timestamp::from_millis(1_764_000_000_120),
        dataschema: "urn:edigate:schema:order:1.0",
        usage,
        replay: 0,
        content_hash: Sha256::of(b"{}"),
    })
}

fn row(number: u32) -> RowId {
    let mut id = [7; 16];
    id[12..].copy_from_slice(&number.to_be_bytes());
    RowId::from_bytes(id)
}

async fn publish(publisher: &Publisher, number: u32) -> Confirm {
    publish_body(publisher, number, b"{\"a\":1}".to_vec()).await
}

async fn publish_body(publisher: &Publisher, number: u32, body: Vec<u8>) -> Confirm {
    publisher.publish(&publication(number, Usage::Production), u64::from(number), Body::Whole(body)).await
}

/// The ERP's side: a channel of its own.
async fn erp(broker: &Rabbit) -> (Connection, Channel) {
    let connection = Connection::connect(&broker.url(), ConnectionProperties::default()).await.unwrap();
    let channel = connection.create_channel().await.unwrap();
    (connection, channel)
}

async fn queue(channel: &Channel, name: &str, exchange: &str, arguments: &[(&str, AMQPValue)]) {
    let mut table = FieldTable::default();
    for (key, value) in arguments {
        table.insert((*key).into(), value.clone());
    }
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    channel.queue_declare(name.into(), options, table).await.unwrap();
    bind(channel, name, exchange).await;
}

async fn bind(channel: &Channel, queue: &str, exchange: &str) {
    let bound = channel.queue_bind(
        queue.into(),
        exchange.into(),
        "order.v1.#".into(),
        QueueBindOptions::default(),
        FieldTable::default(),
    );
    bound.await.unwrap();
}

/// Ids of everything in a queue, and how often each is there.
async fn drain(channel: &Channel, queue: &str) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    while let Some(message) = channel.basic_get(queue.into(), BasicGetOptions { no_ack: true }).await.unwrap() {
        let id = message.properties.message_id().as_ref().unwrap().to_string();
        *found.entry(id).or_default() += 1;
    }
    found
}

#[test]
fn a_document_arrives_with_the_headers_of_the_contract() {
    let broker = broker();
    run(async || {
        let publisher = Publisher::start(settings(&broker, "contract"), Metrics::new()).unwrap();
        ready(&publisher).await;
        let (_erp, channel) = erp(&broker).await;
        queue(&channel, "contract.q", "contract.documents", &[]).await;
        assert_eq!(publish(&publisher, 12_345).await, Confirm::Confirmed);

        let message = channel.basic_get("contract.q".into(), BasicGetOptions { no_ack: true }).await.unwrap().unwrap();
        assert_eq!(message.data, b"{\"a\":1}");
        assert_eq!(message.routing_key.as_str(), "order.v1.acme-bearings.plant-0100");
        let properties = &message.properties;
        assert_eq!(*properties.delivery_mode(), Some(2));
        assert_eq!(*properties.app_id(), None);
        let headers = properties.headers().as_ref().unwrap().inner();
        let check = |name: &str, value: &str| {
            assert_eq!(headers.get(name), Some(&AMQPValue::LongString(value.into())), "{name}");
        };
        check("cloudEvents_id", &row(12_345).to_string());
        check("cloudEvents_type", "dev.edigate.order.received.v1");
        check("cloudEvents_sequence", "00000000000000012345");
        check("cloudEvents_partitionkey", "acme-bearings|order|4500012345");
        assert_eq!(headers.get("cloudEvents_edireplay"), Some(&AMQPValue::LongLongInt(0)));
        assert!(headers.keys().all(|name| name.as_str().starts_with("cloudEvents_")));

        // A document larger than a frame arrives whole, and a test document nowhere near the others.
        let large = vec![b'x'; 1 << 20];
        let outcome = publisher.publish(&publication(2, Usage::Production), 2, Body::Whole(large.clone())).await;
        assert_eq!(outcome, Confirm::Confirmed);
        let message = channel.basic_get("contract.q".into(), BasicGetOptions { no_ack: true }).await.unwrap().unwrap();
        assert!(message.data == large);
        let outcome = publisher.publish(&publication(3, Usage::Test), 3, Body::Whole(large)).await;
        assert!(matches!(outcome, Confirm::Returned { code: 312, .. }), "{outcome:?}");
        publisher.close().await;
    });
}

#[test]
fn what_no_queue_wants_comes_back_and_never_counts_as_confirmed() {
    let broker = broker();
    run(async || {
        let publisher =
            Publisher::start(PublisherSettings { shards: 1, ..settings(&broker, "unroutable") }, Metrics::new())
                .unwrap();
        ready(&publisher).await;
        let (_erp, channel) = erp(&broker).await;
        queue(
            &channel,
            "unroutable.q",
            "unroutable.documents",
            &[("x-queue-type", AMQPValue::LongString("quorum".into()))],
        )
        .await;
        // Nothing is bound to the exchange for tests. Routed and unroutable messages fly side by side on one channel; a
        // queue that takes its time makes the broker acknowledge several at once.
        let outcomes = futures_util::future::join_all((0..6000).map(|number| {
            let publisher = publisher.clone();
            tokio::spawn(async move {
                let usage = if number % 7 == 0 { Usage::Test } else { Usage::Production };
                let outcome = publisher
                    .publish(&publication(number, usage), u64::from(number), Body::Whole(b"{}".to_vec()))
                    .await;
                (number, usage, outcome)
            })
        }));
        let mut confirmed = BTreeSet::new();
        let mut ambiguous = 0;
        for outcome in outcomes.await {
            match outcome.unwrap() {
                (_, Usage::Test, Confirm::Returned { code, text }) => {
                    assert_eq!(code, 312);
                    assert!(text.contains("NO_ROUTE") && text.contains("unroutable.documents.test"), "{text}");
                }
                (number, Usage::Production, Confirm::Confirmed) => {
                    confirmed.insert(row(number).to_string());
                }
                (_, _, Confirm::Lost(_)) => ambiguous += 1,
                other => panic!("{other:?}"),
            }
        }
        let arrived = drain(&channel, "unroutable.q").await;
        assert!(confirmed.iter().all(|id| arrived.contains_key(id)));
        assert!(confirmed.len() >= 200, "{} confirmed, {ambiguous} ambiguous", confirmed.len());
        publisher.close().await;
    });
}

#[test]
fn a_full_queue_that_rejects_makes_a_nack() {
    let broker = broker();
    run(async || {
        let publisher = Publisher::start(settings(&broker, "full"), Metrics::new()).unwrap();
        ready(&publisher).await;
        let (_erp, channel) = erp(&broker).await;
        let arguments =
            [("x-max-length", AMQPValue::LongInt(1)), ("x-overflow", AMQPValue::LongString("reject-publish".into()))];
        queue(&channel, "full.q", "full.documents", &arguments).await;
        assert_eq!(publish(&publisher, 1).await, Confirm::Confirmed);
        assert_eq!(publish(&publisher, 2).await, Confirm::Nacked);
        assert_eq!(drain(&channel, "full.q").await.len(), 1);
        assert_eq!(publish(&publisher, 2).await, Confirm::Confirmed);
        publisher.close().await;
    });
}

#[test]
fn a_message_larger_than_the_broker_takes_is_told_and_holds_up_nobody_else() {
    let broker = broker();
    run(async || {
        let settings = PublisherSettings { shards: 1, ..settings(&broker, "large") };
        let publisher = Publisher::start(settings, Metrics::new()).unwrap();
        ready(&publisher).await;
        let (_connection, channel) = erp(&broker).await;
        queue(&channel, "large.q", "large.documents", &[]).await;
        assert_eq!(publish_body(&publisher, 1, vec![b' '; LARGEST]).await, Confirm::Confirmed);
        // The first closes the channel; those after it do not even go out.
        for number in 2..5 {
            let outcome = publish_body(&publisher, number, vec![b' '; LARGEST + 1]).await;
            let Confirm::Returned { code: 311, text } = &outcome else { panic!("{outcome:?}") };
            assert!(text.contains("claim_check") && text.contains(&LARGEST.to_string()), "{text}");
            assert_eq!(publish(&publisher, number + 10).await, Confirm::Confirmed);
        }
        assert_eq!(drain(&channel, "large.q").await.len(), 4);
        publisher.close().await;
    });
}

#[test]
fn a_missing_exchange_is_said_to_be_missing_and_harms_nobody_else() {
    let broker = broker();
    run(async || {
        let (_erp, channel) = erp(&broker).await;
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let declare = async |name: &str| {
            let declared = channel.exchange_declare(name.into(), ExchangeKind::Topic, durable, FieldTable::default());
            declared.await.unwrap();
        };
        declare("missing.documents").await;
        queue(&channel, "missing.q", "missing.documents", &[]).await;
        let settings = PublisherSettings { declare: false, shards: 1, ..settings(&broker, "missing") };
        let publisher = Publisher::start(settings, Metrics::new()).unwrap();
        ready(&publisher).await;
        assert_eq!(publish(&publisher, 1).await, Confirm::Confirmed);

        let to_tests = async || publisher.publish(&publication(2, Usage::Test), 2, Body::Whole(b"{}".to_vec())).await;
        let Confirm::Returned { code: 404, text } = to_tests().await else { panic!("not returned") };
        assert!(text.contains("missing.documents.test") && text.contains("erp.amqp.declare"), "{text}");
        assert_eq!(publish(&publisher, 3).await, Confirm::Confirmed);

        // Once somebody has made it, it is found without a restart.
        declare("missing.documents.test").await;
        bind(&channel, "missing.q", "missing.documents.test").await;
        assert_eq!(to_tests().await, Confirm::Confirmed);

        // Deleted under us, it closes the channel, which is opened anew.
        channel.exchange_delete("missing.documents.test".into(), ExchangeDeleteOptions::default()).await.unwrap();
        assert!(matches!(to_tests().await, Confirm::Returned { code: 404, .. }));
        assert_eq!(publish(&publisher, 4).await, Confirm::Confirmed);
        publisher.close().await;
    });
}

/// A broker that was killed listens before its queues are bound again: until then it gives back what is published.
async fn publish_behind_recovery(publisher: &Publisher, number: u32) {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        match publish(publisher, number).await {
            Confirm::Confirmed => return,
            Confirm::Returned { .. } if Instant::now() < deadline => {}
            other => panic!("{other:?}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn a_killed_broker_loses_nothing_that_was_confirmed() {
    let broker = broker();
    run(async || {
        let publisher = Publisher::start(settings(&broker, "killed"), Metrics::new()).unwrap();
        ready(&publisher).await;
        let (erp_connection, channel) = erp(&broker).await;
        queue(&channel, "killed.q", "killed.documents", &[]).await;
        // Many publish without a pause until the broker is gone, so that something is in flight as it dies.
        let (next, stop) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicBool::new(false)));
        let publishing: Vec<_> = (0..64)
            .map(|_| {
                let (publisher, next, stop) = (publisher.clone(), next.clone(), stop.clone());
                tokio::spawn(async move {
                    let mut outcomes = Vec::new();
                    while !stop.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        outcomes.push((number, publish(&publisher, number).await));
                    }
                    outcomes
                })
            })
            .collect();
        while next.load(Ordering::Relaxed) < 500 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::task::block_in_place(|| broker.kill());
        let State::Down(why) = reach(&publisher, "down", |state| matches!(state, State::Down(_))).await else {
            unreachable!("the state was waited for")
        };
        assert!(!why.contains("guest:guest"), "{why}");
        stop.store(true, Ordering::Relaxed);
        drop(erp_connection);
        tokio::task::block_in_place(|| broker.start_again());
        let mut confirmed = BTreeSet::new();
        let mut lost = 0;
        for outcomes in publishing {
            for (number, outcome) in outcomes.await.unwrap() {
                match outcome {
                    Confirm::Confirmed => {}
                    Confirm::Lost(_) => {
                        lost += 1;
                        publish_behind_recovery(&publisher, number).await;
                    }
                    other => panic!("{other:?}"),
                }
                confirmed.insert(row(number).to_string());
            }
        }
        assert!(lost > 0, "nothing was in flight when the broker was killed");
        let (_erp, channel) = erp(&broker).await;
        let arrived = drain(&channel, "killed.q").await;
        assert_eq!(arrived.len(), confirmed.len());
        assert!(confirmed.iter().all(|id| arrived.contains_key(id)));
        publisher.close().await;
    });
}

#[test]
fn a_paused_broker_is_given_up_and_found_again() {
    let broker = broker();
    run(async || {
        let settings = PublisherSettings {
            confirm_timeout: Duration::from_millis(500),
            connect_timeout: Duration::from_secs(2),
            heartbeat: Duration::from_secs(1),
            ..settings(&broker, "paused")
        };
        let publisher = Publisher::start(settings, Metrics::new()).unwrap();
        ready(&publisher).await;
        let (erp_connection, channel) = erp(&broker).await;
        queue(&channel, "paused.q", "paused.documents", &[]).await;
        drop(erp_connection);
        broker.pause();
        let began = Instant::now();
        let outcome = publish(&publisher, 1).await;
        assert!(matches!(outcome, Confirm::Lost(_)), "{outcome:?}");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
        // The silence is noticed, and so are attempts to connect that nobody answers.
        reach(&publisher, "down", |state| matches!(state, State::Down(_))).await;
        let waiting = tokio::spawn({
            let publisher = publisher.clone();
            async move { publish(&publisher, 2).await }
        });
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert!(!waiting.is_finished());
        broker.resume();
        let outcome = waiting.await.unwrap();
        assert!(matches!(outcome, Confirm::Confirmed | Confirm::Lost(_)), "{outcome:?}");
        for number in 1..3 {
            while publish(&publisher, number).await != Confirm::Confirmed {}
        }
        publisher.close().await;
    });
}

#[test]
fn a_disk_alarm_is_back_pressure_and_loses_nothing() {
    let broker = broker();
    run(async || {
        let settings = PublisherSettings { confirm_timeout: Duration::from_secs(1), ..settings(&broker, "alarm") };
        let publisher = Publisher::start(settings, Metrics::new()).unwrap();
        ready(&publisher).await;
        let (_erp, channel) = erp(&broker).await;
        queue(&channel, "alarm.q", "alarm.documents", &[]).await;
        assert_eq!(publish(&publisher, 1).await, Confirm::Confirmed);
        broker.raise_disk_alarm();
        // The broker says that it is blocked when something is published, and confirms nothing.
        let waiting: Vec<_> = (2..40)
            .map(|number| {
                let publisher = publisher.clone();
                tokio::spawn(async move { publish(&publisher, number).await })
            })
            .collect();
        let State::Blocked(why) = reach(&publisher, "blocked", |state| matches!(state, State::Blocked(_))).await else {
            unreachable!("the state was waited for")
        };
        assert!(why.contains("disk"), "{why}");
        tokio::time::sleep(Duration::from_secs(3)).await;
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()), "something was answered under an alarm");
        broker.clear_disk_alarm();
        for outcome in waiting {
            assert_eq!(outcome.await.unwrap(), Confirm::Confirmed);
        }
        let arrived = drain(&channel, "alarm.q").await;
        assert_eq!((arrived.len(), arrived.values().max()), (39, Some(&1)));
        publisher.close().await;
    });
}

#[test]
fn closing_waits_for_confirms_and_then_takes_nothing() {
    let broker = broker();
    run(async || {
        let publisher = Publisher::start(settings(&broker, "closing"), Metrics::new()).unwrap();
        ready(&publisher).await;
        let (_erp, channel) = erp(&broker).await;
        queue(&channel, "closing.q", "closing.documents", &[]).await;
        let publishing: Vec<_> = (0..500)
            .map(|number| {
                let publisher = publisher.clone();
                tokio::spawn(async move { (number, publish(&publisher, number).await) })
            })
            .collect();
        tokio::time::sleep(Duration::from_millis(50)).await;
        timeout(Duration::from_secs(10), publisher.close()).await.unwrap();
        let arrived = drain(&channel, "closing.q").await;
        for outcome in publishing {
            match outcome.await.unwrap() {
                (number, Confirm::Confirmed) => assert!(arrived.contains_key(&row(number).to_string())),
                (_, Confirm::Lost(why)) => assert_eq!(why, "edigate is stopping"),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(publish(&publisher, 1).await, Confirm::Lost("edigate is stopping".to_owned()));
    });
}

#[test]
fn a_wrong_password_is_told_without_saying_it() {
    let broker = broker();
    run(async || {
        let url = broker.url().replace("guest:guest", "guest:wrong-password");
        let settings = PublisherSettings { url: Secret::new(url), ..settings(&broker, "password") };
        let publisher = Publisher::start(settings, Metrics::new()).unwrap();
        let State::Down(why) = reach(&publisher, "down", |state| matches!(state, State::Down(_))).await else {
            unreachable!("the state was waited for")
        };
        assert!(why.contains("user and password"), "{why}");
        assert!(!why.contains("wrong-password"), "{why}");
        timeout(Duration::from_secs(5), publisher.close()).await.unwrap();
    });
}

#[test]
fn under_tls_both_sides_show_who_they_are() {
    let broker = broker();
    run(async || {
        let client = roots().issue("edigate");
        let with = |ca: &Pair, client: Option<&Pair>| PublisherSettings {
            url: Secret::new(broker.tls_url()),
            ca: Some(ca.certificate_pem()),
            client: client
                .map(|pair| ClientCertificate { chain: pair.certificate_pem(), key: Secret::new(pair.key_pem()) }),
            ..settings(&broker, "tls")
        };
        let publisher = Publisher::start(with(roots(), Some(&client)), Metrics::new()).unwrap();
        ready(&publisher).await;
        let outcome = publish(&publisher, 1).await;
        assert!(matches!(outcome, Confirm::Returned { code: 312, .. }), "{outcome:?}");
        publisher.close().await;

        let stranger = Pair::root("somebody else");
        let unknown = stranger.issue("edigate");
        for (settings, expect) in [
            (with(&stranger, Some(&client)), "look at erp.amqp.ca"),
            (with(roots(), None), "name it in erp.amqp.client"),
            (with(roots(), Some(&unknown)), "look at erp.amqp.client"),
        ] {
            let publisher = Publisher::start(settings, Metrics::new()).unwrap();
            let State::Down(why) = reach(&publisher, "down", |state| matches!(state, State::Down(_))).await else {
                unreachable!("the state was waited for")
            };
            assert!(why.contains(expect), "{why}");
            publisher.close().await;
        }
    });
}

/// Found in review: only a queue that the gateway had made itself was bound to the exchange of commands.
#[test]
fn a_queue_of_commands_that_is_there_with_other_arguments_is_bound_too() {
    let broker = broker();
    run(async || {
        let (_erp, channel) = erp(&broker).await;
        let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let exchange =
            channel.exchange_declare("there.commands".into(), ExchangeKind::Topic, durable, FieldTable::default());
        exchange.await.unwrap();
        let classic = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
        channel.queue_declare("there.commands.q".into(), classic, FieldTable::default()).await.unwrap();

        let settings = ConsumerSettings {
            connection: settings(&broker, "there"),
            exchange: "there.commands".to_owned(),
            queue: "there.commands.q".to_owned(),
            prefetch: 4,
        };
        let (out, mut deliveries) = mpsc::channel(4);
        let (stop, stopped) = watch::channel(false);
        let consuming = tokio::spawn(consume(settings, out, stopped, Metrics::new()));
        let coming = async {
            loop {
                let (options, properties) = (BasicPublishOptions::default(), BasicProperties::default());
                let key = "send.order.v1.acme-bearings".into();
                channel.basic_publish("there.commands".into(), key, options, b"{}", properties).await.unwrap();
                if let Ok(Some(delivery)) = timeout(Duration::from_millis(500), deliveries.recv()).await {
                    return delivery;
                }
            }
        };
        let mut delivery = timeout(Duration::from_secs(60), coming).await.unwrap();
        assert!(delivery.is_ours());
        stop.send(true).unwrap();
        consuming.await.unwrap().unwrap();
        timeout(Duration::from_secs(1), delivery.lost()).await.unwrap();
        assert!(!delivery.is_ours(), "it comes again by another channel");
    });
}
