//! The ERP's side of the broker: a consumer that writes down every message it is given, and never loses its place.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, ExchangeDeclareOptions, QueueBindOptions,
    QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Connection, ConnectionProperties, ExchangeKind};
use serde_json::Value;

/// How long a document may be on its way once everything is up: the daemon's back-off after an outage included.
const PATIENCE: Duration = Duration::from_secs(120);

/// A message as the broker delivered it.
#[derive(Clone, Debug)]
pub struct Delivery {
    #[allow(dead_code, reason = "benches/erp.rs uses it")]
    pub at: Instant,
    pub routing_key: String,
    pub properties: BasicProperties,
    /// Header values as text; numbers are written out.
    pub headers: BTreeMap<String, String>,
    pub body: Value,
}

impl Delivery {
    pub fn message_id(&self) -> String {
        self.properties.message_id().as_ref().map(ToString::to_string).unwrap_or_default()
    }

    pub fn order_number(&self) -> String {
        self.body["orderNumber"].as_str().unwrap_or_default().to_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// Everything that arrived in a queue bound to all of an exchange.
pub struct Ledger {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    deliveries: Mutex<Vec<Delivery>>,
    arrived: Condvar,
}

impl Ledger {
    /// Declares the exchange as the gateway would, binds a durable queue to all of it and consumes until the test
    /// process ends, connecting again whenever the broker was away.
    pub fn of(url: &str, exchange: &str) -> Self {
        let shared = Arc::new(Shared::default());
        let (url, exchange, writer) = (url.to_owned(), exchange.to_owned(), Arc::clone(&shared));
        let (ready, bound) = mpsc::channel();
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
            loop {
                // However it ended: the broker is away, and comes back.
                drop(runtime.block_on(consume(&url, &exchange, &writer, &ready)));
                thread::sleep(Duration::from_millis(200));
            }
        });
        bound.recv_timeout(PATIENCE).expect("a queue to be bound");
        Self { shared }
    }

    pub fn deliveries(&self) -> MutexGuard<'_, Vec<Delivery>> {
        self.shared.deliveries.lock().unwrap()
    }

    /// Waits until every one of these orders arrived at least once; gives those that did not.
    pub fn wait_for(&self, numbers: &BTreeSet<String>) -> BTreeSet<String> {
        let deadline = Instant::now() + PATIENCE;
        let mut deliveries = self.deliveries();
        loop {
            let arrived: BTreeSet<String> = deliveries.iter().map(Delivery::order_number).collect();
            let missing: BTreeSet<String> = numbers.difference(&arrived).cloned().collect();
            let left = deadline.saturating_duration_since(Instant::now());
            if missing.is_empty() || left.is_zero() {
                return missing;
            }
            deliveries = self.shared.arrived.wait_timeout(deliveries, left).unwrap().0;
        }
    }

    /// Waits for one order and gives its delivery.
    pub fn wait_for_one(&self, number: &str) -> Delivery {
        let missing = self.wait_for(&BTreeSet::from([number.to_owned()]));
        assert!(missing.is_empty(), "order {number} never arrived");
        self.deliveries().iter().find(|delivery| delivery.order_number() == number).unwrap().clone()
    }

    /// The event ids under which each order arrived: one id an order, however often it was delivered.
    pub fn events_by_order(&self) -> BTreeMap<String, BTreeSet<String>> {
        let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for delivery in self.deliveries().iter() {
            events.entry(delivery.order_number()).or_default().insert(delivery.message_id());
        }
        events
    }
}

async fn consume(url: &str, exchange: &str, shared: &Shared, bound: &mpsc::Sender<()>) -> lapin::Result<()> {
    let connection = Connection::connect(url, ConnectionProperties::default()).await?;
    let channel = connection.create_channel().await?;
    let queue = format!("{exchange}.erp");
    let durable = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
    channel.exchange_declare(exchange.into(), ExchangeKind::Topic, durable, FieldTable::default()).await?;
    channel.queue_declare(queue.as_str().into(), QueueDeclareOptions::durable(), FieldTable::default()).await?;
    let all = "#".into();
    channel
        .queue_bind(queue.as_str().into(), exchange.into(), all, QueueBindOptions::default(), FieldTable::default())
        .await?;
    channel.basic_qos(64, BasicQosOptions::default()).await?;
    let options = BasicConsumeOptions::default();
    let mut consumer =
        channel.basic_consume(queue.as_str().into(), "erp".into(), options, FieldTable::default()).await?;
    // Only the first time does somebody wait for it.
    bound.send(()).unwrap_or(());
    while let Some(delivery) = consumer.next().await {
        let delivery = delivery?;
        shared.deliveries.lock().unwrap().push(read(&delivery));
        shared.arrived.notify_all();
        delivery.ack(BasicAckOptions::default()).await?;
    }
    Ok(())
}

fn read(delivery: &lapin::message::Delivery) -> Delivery {
    let headers = delivery.properties.headers().clone().unwrap_or_default();
    Delivery {
        at: Instant::now(),
        routing_key: delivery.routing_key.to_string(),
        properties: delivery.properties.clone(),
        headers: headers.into_iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
        body: serde_json::from_slice(&delivery.data).unwrap_or(Value::Null),
    }
}

fn text(value: &AMQPValue) -> String {
    match value {
        AMQPValue::LongString(text) => text.to_string(),
        AMQPValue::ShortString(text) => text.to_string(),
        AMQPValue::LongInt(number) => number.to_string(),
        AMQPValue::LongLongInt(number) => number.to_string(),
        AMQPValue::LongUInt(number) => number.to_string(),
        AMQPValue::Boolean(flag) => flag.to_string(),
        other => format!("{other:?}"),
    }
}
