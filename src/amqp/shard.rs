//! One channel in confirm mode, and the one task that publishes on it.
//!
//! lapin numbers a message and queues it in two steps; only when a single task does both are its numbers the broker's.

use std::sync::Arc;
use std::time::Duration;

use lapin::Channel;
use lapin::options::BasicPublishOptions;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::flight::{Entry, Failure, Flight, Landed, Outcome};
use super::message::Message;
use super::session::Session;
use super::supervisor::closed;
use super::{PublisherSettings, State, size};
use crate::exchange::Confirm;

/// A message and whoever waits for its outcome.
pub(super) struct Request {
    pub(super) message: Message,
    pub(super) reply: oneshot::Sender<Confirm>,
}

/// What the supervisor tells the shards.
#[derive(Clone)]
pub(super) struct Link {
    pub(super) state: State,
    /// The connection, while there is one; it takes messages only in [`State::Ready`].
    pub(super) session: Option<Arc<Session>>,
}

/// The task of one shard.
pub(super) struct Shard {
    pub(super) settings: Arc<PublisherSettings>,
    pub(super) requests: mpsc::Receiver<Request>,
    pub(super) link: watch::Receiver<Link>,
    pub(super) closing: watch::Receiver<bool>,
}

/// Why a channel is no longer served.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The channel or its connection is gone; another may come.
    Channel,
    /// The publisher closes.
    Closing,
}

/// Between two attempts to open a channel on a connection that is up.
const PAUSE: Duration = Duration::from_millis(500);

impl Shard {
    /// Publishes until the publisher closes.
    pub(super) async fn run(mut self) {
        while let Some(session) = self.session().await {
            match session.confirm_channel().await {
                Ok(channel) => {
                    if self.serve(&session, &channel).await == End::Closing {
                        break;
                    }
                }
                Err(failure) => {
                    tracing::debug!(failure.text, "no channel");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        self.refuse_the_rest();
    }

    /// A connection that is up; `None` when the publisher closes first.
    async fn session(&mut self) -> Option<Arc<Session>> {
        let up = self.link.wait_for(|link| link.session.as_ref().is_some_and(|session| session.connected()));
        tokio::select! {
            biased;
            () = closed(&mut self.closing) => None,
            link = up => link.ok()?.session.clone(),
        }
    }

    /// Whoever still waits is told that nothing will come.
    fn refuse_the_rest(&mut self) {
        self.requests.close();
        while let Ok(request) = self.requests.try_recv() {
            answer(request.reply, Confirm::Lost("edigate is stopping".to_owned()));
        }
    }

    /// Publishes on one channel until it ends.
    async fn serve(&mut self, session: &Arc<Session>, channel: &Channel) -> End {
        let mut flight = Flight::default();
        let mut closing = *self.closing.borrow();
        let step = (self.settings.confirm_timeout / 20).clamp(Duration::from_millis(10), Duration::from_secs(1));
        let mut tick = interval(step);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut aged = Instant::now();
        loop {
            if closing && flight.is_empty() {
                return End::Closing;
            }
            let ready = matches!(self.link.borrow().state, State::Ready);
            let takes = ready && !closing && flight.len() < self.settings.window;
            tokio::select! {
                biased;
                landed = flight.landed(), if !flight.is_empty() => {
                    self.land(session, landed);
                    if !channel.status().connected() {
                        return self.abandon(session, flight, "the channel was closed");
                    }
                }
                changed = self.link.changed() => {
                    if changed.is_err() || !self.still_on(session) {
                        return self.abandon(session, flight, "the connection was lost");
                    }
                }
                changed = self.closing.changed(), if !closing => closing = changed.is_err() || *self.closing.borrow(),
                _ = tick.tick() => {
                    let span = aged.elapsed();
                    aged = Instant::now();
                    // While the broker is blocked it confirms nothing, and nothing is wrong with what it has.
                    // While edigate is stopping there is no time for that.
                    if (ready || closing) && flight.age(span) > self.settings.confirm_timeout {
                        return self.abandon(session, flight, "the broker did not confirm it in time");
                    }
                }
                request = self.requests.recv(), if takes => match request {
                    Some(request) => depart(&mut flight, channel, request),
                    None => closing = true,
                },
            }
        }
    }

    fn still_on(&self, session: &Arc<Session>) -> bool {
        let link = self.link.borrow();
        link.session.as_ref().is_some_and(|now| Arc::ptr_eq(now, session)) && session.connected()
    }

    /// Tells everybody how his message fared.
    fn land(&self, session: &Session, landed: Vec<Landed>) {
        for Landed { exchange, bytes, reply, outcome } in landed {
            let confirm = match outcome {
                Outcome::Confirmed => Confirm::Confirmed,
                Outcome::Nacked => Confirm::Nacked,
                Outcome::Returned { code, text } => Confirm::Returned { code, text: unroutable(&exchange, &text) },
                Outcome::Ambiguous => {
                    Confirm::Lost("its confirm came with another message's return; it is sent again".to_owned())
                }
                Outcome::Failed(failure) => self.failed(session, &exchange, bytes, &failure),
            };
            answer(reply, confirm);
        }
    }

    fn failed(&self, session: &Session, exchange: &str, bytes: u64, failure: &Failure) -> Confirm {
        // The broker names the exchange it missed; what else was in flight on the channel only shared its fate.
        if failure.code == Some(NOT_FOUND) && failure.text.contains(&format!("'{exchange}'")) {
            session.forget(exchange);
            return Confirm::Returned { code: NOT_FOUND, text: format!("{}; create the exchange", failure.text) };
        }
        if failure.code == Some(PRECONDITION_FAILED)
            && let Some(largest) = size::largest_in(&failure.text)
        {
            session.note_largest(largest);
            if bytes > largest {
                return size::too_large(bytes, largest);
            }
        }
        Confirm::Lost(self.settings.redacted(&failure.text))
    }

    /// Gives up a channel with all that is in flight on it. Whether the broker has it, nobody knows.
    fn abandon(&self, session: &Session, mut flight: Flight, why: &str) -> End {
        for reply in flight.abandon() {
            answer(reply, Confirm::Lost(why.to_owned()));
        }
        tracing::debug!(why, connected = session.connected(), "channel given up");
        if *self.closing.borrow() { End::Closing } else { End::Channel }
    }
}

/// AMQP 0-9-1: the exchange or queue does not exist.
const NOT_FOUND: u16 = 404;

/// AMQP 0-9-1: something is not as the broker wants it.
const PRECONDITION_FAILED: u16 = 406;

fn unroutable(exchange: &str, said: &str) -> String {
    format!("{said}: no queue is bound to exchange '{exchange}' for this routing key; bind one")
}

/// Puts a message in flight, unless nobody waits for it any longer.
fn depart(flight: &mut Flight, channel: &Channel, request: Request) {
    let Request { message, reply } = request;
    if reply.is_closed() {
        return;
    }
    let (id, exchange, bytes) = (message.id.to_string(), message.exchange.to_string(), message.body.len() as u64);
    let channel = channel.clone();
    let settling = Box::pin(async move {
        let Message { exchange, routing_key, properties, body, mandatory, .. } = message;
        // Mandatory: a message for which there is no queue comes back instead of vanishing.
        let options = BasicPublishOptions { mandatory, immediate: false };
        channel.basic_publish(exchange, routing_key, options, &body, properties).await?.await
    });
    flight.add(Entry { id, exchange, bytes, reply, settling, waited: Duration::ZERO });
}

/// Whoever asked may have gone; the outcome is then as unknown to him as if it had been lost.
fn answer(reply: oneshot::Sender<Confirm>, confirm: Confirm) {
    if let Err(confirm) = reply.send(confirm) {
        tracing::trace!(?confirm, "nobody waits for this confirm");
    }
}
