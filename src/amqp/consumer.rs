//! Commands of the ERP's: one queue, acknowledged by hand.
//!
//! The consumer has a connection of its own: while the broker blocks those that publish it reads nothing from them, and
//! acknowledgements would wait behind what is published. What was not acknowledged when a connection breaks comes again.

use std::fmt;
use std::time::Duration;

use futures_util::StreamExt as _;
use lapin::message::Delivery as Came;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicQosOptions, BasicRejectOptions, QueueBindOptions, QueueDeclareOptions,
};
use lapin::types::{AMQPValue, FieldTable, ShortString};
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::Backoff;
use super::flight::Failure;
use super::session::{ExchangeFault, Session, Wire};
use super::supervisor::closed;
use super::{PublisherSettings, SettingsFault};
use crate::base::{Entropy, OsEntropy};
use crate::observe::{Event, Metrics};

/// How commands are consumed.
#[derive(Clone, Debug)]
pub struct ConsumerSettings {
    /// The broker, and who we are.
    pub connection: PublisherSettings,
    /// The exchange that commands are published to.
    pub exchange: String,
    /// The queue they wait in.
    pub queue: String,
    /// Commands that may be under way at once.
    pub prefetch: u16,
}

/// One command as it came. Dropped unsettled, it comes again when the connection ends.
pub struct Delivery {
    /// Its address.
    pub routing_key: String,
    /// Its body.
    pub body: Vec<u8>,
    /// `message_id`, or the header `cloudEvents_id`.
    pub message_id: Option<String>,
    /// The header `cloudEvents_edidocid` or `edidocid`.
    pub document_id: Option<String>,
    /// The queue that wants the answers.
    pub reply_to: Option<String>,
    /// What the answers there carry.
    pub correlation_id: Option<String>,
    /// The user who sent it, as the broker holds it to be true: it refuses a `user_id` that is not the connection's.
    pub user_id: Option<String>,
    /// What the broker is answered by.
    came: Came,
    /// Closed when the channel is gone that it came by.
    channel: watch::Receiver<()>,
}

/// Without the body, which is business.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("routing_key", &self.routing_key).finish_non_exhaustive()
    }
}

impl Delivery {
    fn of(mut came: Came, channel: watch::Receiver<()>) -> Self {
        let header = |names: &[&str]| {
            let headers = came.properties.headers().as_ref()?.inner();
            names.iter().find_map(|name| match headers.get(*name)? {
                AMQPValue::LongString(text) => Some(text.to_string()),
                AMQPValue::ShortString(text) => Some(text.to_string()),
                _ => None,
            })
        };
        let text =
            |value: &Option<ShortString>| value.as_ref().map(ToString::to_string).filter(|text| !text.is_empty());
        Self {
            routing_key: came.routing_key.to_string(),
            message_id: text(came.properties.message_id()).or_else(|| header(&["cloudEvents_id", "cloudEvents:id"])),
            document_id: header(&["cloudEvents_edidocid", "cloudEvents:edidocid", "edidocid"]),
            reply_to: text(came.properties.reply_to()),
            correlation_id: text(came.properties.correlation_id()),
            user_id: text(came.properties.user_id()),
            body: std::mem::take(&mut came.data),
            came,
            channel,
        }
    }

    /// Whether it is still ours to answer. When the channel that it came by is gone, it comes again by another.
    pub fn is_ours(&self) -> bool {
        self.channel.has_changed().is_ok()
    }

    /// Resolves when it is not ours any more.
    pub async fn lost(&mut self) {
        while self.channel.changed().await.is_ok() {}
    }

    /// It is durable here: the broker may forget it.
    pub async fn acknowledge(self) {
        self.settled(self.came.ack(BasicAckOptions::default()).await);
    }

    /// It cannot be read: it goes to the dead letters, where a policy says which those are.
    pub async fn reject(self) {
        self.settled(self.came.reject(BasicRejectOptions { requeue: false }).await);
    }

    /// On a broken connection nothing can be said, and the command comes again.
    fn settled(&self, outcome: lapin::Result<bool>) {
        if let Err(fault) = outcome {
            tracing::debug!(%fault, self.routing_key, "a command could not be settled; it comes again");
        }
    }
}

/// How long a broken consumer is steady before its next attempt need not wait.
const STEADY: Duration = Duration::from_secs(10);
/// How often the connection is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long the broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

/// Consumes until `closing` becomes true, over a connection that is made anew whenever it breaks.
///
/// # Errors
/// When the settings cannot be used.
pub async fn consume(
    settings: ConsumerSettings,
    deliveries: mpsc::Sender<Delivery>,
    mut closing: watch::Receiver<bool>,
    metrics: Metrics,
) -> Result<(), SettingsFault> {
    settings.connection.check()?;
    let mut backoff = Backoff::default();
    while !*closing.borrow() {
        let begun = Instant::now();
        let why = once(&settings, &deliveries, &mut closing).await;
        if *closing.borrow() {
            break;
        }
        let why = settings.connection.redacted(&why);
        Event::CommandsHeld { detail: &why }.emit(&metrics);
        if begun.elapsed() >= STEADY {
            backoff = Backoff::default();
        }
        tokio::select! {
            () = sleep(backoff.wait(chance())) => {}
            () = closed(&mut closing) => {}
        }
    }
    Ok(())
}

fn chance() -> u16 {
    let entropy: &dyn Entropy = &OsEntropy;
    u16::from_ne_bytes(entropy.bytes())
}

/// One connection, from its making to its end. Says why it ended.
async fn once(
    settings: &ConsumerSettings,
    deliveries: &mpsc::Sender<Delivery>,
    closing: &mut watch::Receiver<bool>,
) -> String {
    let wire = Wire::default();
    let opening = timeout(settings.connection.connect_timeout, Session::open(&settings.connection, wire.clone()));
    let session = tokio::select! {
        opened = opening => match opened {
            Ok(Ok(session)) => session,
            Ok(Err(why)) => return why,
            Err(_) => {
                wire.cut();
                return "the broker did not answer in time".to_owned();
            }
        },
        () = closed(closing) => {
            wire.cut();
            return String::new();
        }
    };
    let why = match timeout(settings.connection.connect_timeout, subscribe(settings, &session)).await {
        Ok(Ok((channel, consumer))) => {
            let (held, seen) = watch::channel(());
            let why = hand_on(&session, consumer, &seen, deliveries, closing).await;
            drop((channel, held));
            why
        }
        Ok(Err(why)) => why,
        Err(_) => "the broker did not answer in time".to_owned(),
    };
    session.close(GOODBYE).await;
    why
}

async fn subscribe(
    settings: &ConsumerSettings,
    session: &Session,
) -> Result<(lapin::Channel, lapin::Consumer), String> {
    let told = |error: lapin::Error| Failure::of(&error).text;
    let (exchange, queue) = (name(&settings.exchange)?, name(&settings.queue)?);
    if settings.connection.declare {
        match session.ensure(&settings.exchange).await {
            Ok(()) => {}
            Err(ExchangeFault::Missing(why)) => return Err(why),
            Err(ExchangeFault::Broken) => return Err("the connection was lost".to_owned()),
        }
        declare(session, &exchange, &queue).await?;
    }
    let channel = session.connection().create_channel().await.map_err(told)?;
    channel.basic_qos(settings.prefetch, BasicQosOptions::default()).await.map_err(told)?;
    let (tag, options) = (ShortString::default(), BasicConsumeOptions::default());
    let consumer = channel.basic_consume(queue, tag, options, FieldTable::default()).await.map_err(told)?;
    Ok((channel, consumer))
}

/// A quorum queue: a command that the broker has taken is on the disks of most of its nodes. A queue of this name that
/// is there already will do, whatever its arguments are; where we may not declare it, whoever made it has bound it.
async fn declare(session: &Session, exchange: &ShortString, queue: &ShortString) -> Result<(), String> {
    let mut arguments = FieldTable::default();
    arguments.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
    let options = QueueDeclareOptions { durable: true, ..QueueDeclareOptions::default() };
    let Err(why) = declare_with(session, queue, options, arguments).await else {
        return bind(session, exchange, queue).await;
    };
    let options = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
    if declare_with(session, queue, options, FieldTable::default()).await.is_err() {
        return Err(format!("queue '{queue}' could not be declared: {}", why.text));
    }
    if why.code == Some(OTHER_ARGUMENTS) { bind(session, exchange, queue).await } else { Ok(()) }
}

/// PRECONDITION_FAILED: a queue of this name is there, and is another than was asked for.
const OTHER_ARGUMENTS: u16 = 406;

/// On a channel of its own, for a refusal closes it.
async fn declare_with(
    session: &Session,
    queue: &ShortString,
    options: QueueDeclareOptions,
    arguments: FieldTable,
) -> Result<(), Failure> {
    let failed = |error: lapin::Error| Failure::of(&error);
    let channel = session.connection().create_channel().await.map_err(failed)?;
    channel.queue_declare(queue.clone(), options, arguments).await.map(|_queue| ()).map_err(failed)
}

async fn bind(session: &Session, exchange: &ShortString, queue: &ShortString) -> Result<(), String> {
    let told = |error: lapin::Error| {
        let why = Failure::of(&error).text;
        format!(
            "queue '{queue}' could not be bound to exchange '{exchange}': {why}; give the user the right to write to the \
             queue and to read from the exchange, or bind it and set erp.amqp.declare = false"
        )
    };
    let channel = session.connection().create_channel().await.map_err(told)?;
    let options = QueueBindOptions::default();
    channel.queue_bind(queue.clone(), exchange.clone(), "#".into(), options, FieldTable::default()).await.map_err(told)
}

fn name(text: &str) -> Result<ShortString, String> {
    ShortString::try_new(text).map_err(|_| format!("'{text}' is too long for a name"))
}

/// Hands commands on for as long as the connection holds.
async fn hand_on(
    session: &Session,
    mut consumer: lapin::Consumer,
    channel: &watch::Receiver<()>,
    deliveries: &mpsc::Sender<Delivery>,
    closing: &mut watch::Receiver<bool>,
) -> String {
    let mut look = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            biased;
            () = closed(closing) => return String::new(),
            came = consumer.next() => match came {
                Some(Ok(came)) => {
                    if deliveries.send(Delivery::of(came, channel.clone())).await.is_err() {
                        return String::new();
                    }
                }
                Some(Err(fault)) => return Failure::of(&fault).text,
                None => return "the broker ended the consumer; is the queue still there?".to_owned(),
            },
            _ = look.tick() => if !session.connected() {
                return "the connection was lost".to_owned();
            },
        }
    }
}
