//! Keeps one connection to the broker, for as long as the publisher lives.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use lapin::Event as Told;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use super::backoff::Backoff;
use super::session::{ExchangeFault, Session, Wire};
use super::shard::Link;
use super::{PublisherSettings, State};
use crate::base::{Diagnostic, Entropy, OsEntropy};
use crate::observe::{Broker, Event, Metrics};

/// The supervisor's task.
pub(super) struct Supervisor {
    pub(super) settings: Arc<PublisherSettings>,
    pub(super) metrics: Metrics,
    pub(super) link: watch::Sender<Link>,
    pub(super) state: watch::Sender<State>,
    pub(super) closing: watch::Receiver<bool>,
}

/// Why a connection is no longer watched.
enum End {
    /// It broke. Why.
    Broken(String),
    /// The publisher closes.
    Closing,
}

/// How often the connection is looked at besides listening to its events.
const LOOK: Duration = Duration::from_secs(1);

/// A connection that held this long was a good one; the next attempt need not wait.
const STEADY: Duration = Duration::from_secs(10);

/// How long the broker may take to say goodbye.
const GOODBYE: Duration = Duration::from_secs(2);

impl Supervisor {
    /// Connects, watches, and connects again, until the publisher closes. Then it waits for the shards to be `done`
    /// and says goodbye.
    pub(super) async fn run(mut self, done: impl Future<Output = ()>) {
        let mut backoff = Backoff::default();
        let mut done = pin!(done);
        while !*self.closing.borrow() {
            let began = Instant::now();
            let why = match self.connect().await {
                Err(why) => why,
                Ok(session) => match self.watch(session).await {
                    End::Broken(why) => why,
                    End::Closing => break,
                },
            };
            if *self.closing.borrow() {
                break;
            }
            self.tell(State::Down(why), None);
            if began.elapsed() >= STEADY {
                backoff = Backoff::default();
            }
            let entropy: &dyn Entropy = &OsEntropy;
            let pause = sleep(backoff.wait(u16::from_ne_bytes(entropy.bytes())));
            tokio::select! {
                () = pause => {}
                () = closed(&mut self.closing) => break,
            }
        }
        (&mut done).await;
        let session = self.link.borrow().session.clone();
        if let Some(session) = session {
            session.close(GOODBYE).await;
        }
        // Not news for the log: somebody asked for it.
        let state = State::Down("edigate is stopping".to_owned());
        self.link.send_replace(Link { state: state.clone(), session: None });
        self.state.send_replace(state);
    }

    async fn connect(&mut self) -> Result<Arc<Session>, String> {
        let wire = Wire::default();
        let opening = timeout(self.settings.connect_timeout, Session::open(&self.settings, wire.clone()));
        let opened = tokio::select! {
            opened = opening => opened,
            () = closed(&mut self.closing) => {
                wire.cut();
                return Err("edigate is stopping".to_owned());
            }
        };
        match opened {
            Ok(Ok(session)) => Ok(Arc::new(session)),
            Ok(Err(why)) => {
                wire.cut();
                Err(self.settings.redacted(&why))
            }
            Err(_) => {
                wire.cut();
                Err("the broker did not answer in time".to_owned())
            }
        }
    }

    /// Watches a connection until it breaks.
    async fn watch(&mut self, session: Arc<Session>) -> End {
        let mut events = pin!(session.connection().events_listener());
        let mut closing = self.closing.clone();
        tokio::select! {
            prepared = self.prepare(&session) => if let Err(why) = prepared {
                return End::Broken(why);
            },
            () = closed(&mut closing) => return End::Closing,
        }
        self.tell(State::Ready, Some(session.clone()));
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = closed(&mut self.closing) => return End::Closing,
                told = events.next() => match told {
                    Some(Told::ConnectionBlocked(why)) => self.tell(State::Blocked(why), Some(session.clone())),
                    Some(Told::ConnectionUnblocked) => self.tell(State::Ready, Some(session.clone())),
                    Some(Told::Error(error)) if !session.connected() => {
                        return End::Broken(self.settings.redacted(&error.to_string()));
                    }
                    Some(_) => {}
                    None => return End::Broken("the connection ended".to_owned()),
                },
                _ = look.tick() => if !session.connected() {
                    return End::Broken(last_words(events.as_mut(), &self.settings).await);
                },
            }
        }
    }

    /// Asks after the exchanges. One that is missing concerns only what is published to it, and a person.
    async fn prepare(&self, session: &Session) -> Result<(), String> {
        let exchanges = &self.settings.exchanges;
        for exchange in [&exchanges.documents, &exchanges.test, &exchanges.events] {
            match timeout(self.settings.connect_timeout, session.ensure(exchange)).await {
                Ok(Ok(())) => {}
                Ok(Err(ExchangeFault::Missing(why))) => {
                    let diagnostic = Diagnostic::error("exchange-missing", self.settings.redacted(&why));
                    Event::Fault(&diagnostic).emit(&self.metrics);
                }
                Ok(Err(ExchangeFault::Broken)) => return Err("the connection broke at once".to_owned()),
                Err(_) => return Err("the broker did not answer in time".to_owned()),
            }
        }
        Ok(())
    }

    /// Says how the connection stands: to the shards, to whoever watches, and, when it is news, to the log.
    fn tell(&self, state: State, session: Option<Arc<Session>>) {
        self.link.send_replace(Link { state: state.clone(), session });
        let news = self.state.send_if_modified(|now| {
            let news = *now != state;
            *now = state.clone();
            news
        });
        if news {
            let (broker, detail) = match &state {
                State::Connecting => (Broker::Connecting, ""),
                State::Ready => (Broker::Ready, ""),
                State::Blocked(why) => (Broker::Blocked, why.as_str()),
                State::Down(why) => (Broker::Down, why.as_str()),
            };
            Event::BrokerChanged { broker, detail }.emit(&self.metrics);
        }
    }
}

/// Resolves when the publisher closes, or is gone.
pub(super) async fn closed(closing: &mut watch::Receiver<bool>) {
    // An error means that the last publisher was dropped.
    if closing.wait_for(|closing| *closing).await.is_err() {
        tracing::trace!("the publisher was dropped");
    }
}

/// The reason a connection ended with, if its events still say.
async fn last_words(mut events: impl Stream<Item = Told> + Unpin, settings: &PublisherSettings) -> String {
    while let Ok(Some(told)) = timeout(Duration::ZERO, events.next()).await {
        if let Told::Error(error) = told {
            return settings.redacted(&error.to_string());
        }
    }
    "the connection was lost".to_owned()
}
