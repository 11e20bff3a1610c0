//! Publishing with confirms.

use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use super::message::Message;
use super::session::{ExchangeFault, Session};
use super::shard::{Link, Request, Shard};
use super::supervisor::{Supervisor, closed};
use super::{PublisherSettings, SettingsFault, size};
use crate::exchange::{Body, Confirm, Publication};
use crate::observe::Metrics;

/// How the connection stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being connected for the first time.
    Connecting,
    /// Taking messages.
    Ready,
    /// Connected, but the broker takes nothing for now (a disk or memory alarm). Its words.
    Blocked(String),
    /// Away; connecting again. Why, without the URL.
    Down(String),
}

/// Publishes to the broker over one connection that is made anew whenever it breaks. Cloning shares it; when the last
/// clone is dropped the connection is closed as by [`Publisher::close`], with nobody waiting for it.
#[derive(Clone)]
pub struct Publisher(Arc<Inner>);

struct Inner {
    settings: Arc<PublisherSettings>,
    shards: Vec<mpsc::Sender<Request>>,
    link: watch::Receiver<Link>,
    state: watch::Receiver<State>,
    closing: watch::Sender<bool>,
}

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publisher").field("state", &*self.0.state.borrow()).finish_non_exhaustive()
    }
}

impl Publisher {
    /// Starts the publisher's tasks on the present runtime. It does not wait for the broker.
    pub fn start(settings: PublisherSettings, metrics: Metrics) -> Result<Self, SettingsFault> {
        settings.check()?;
        let settings = Arc::new(settings);
        let (link_out, link) = watch::channel(Link { state: State::Connecting, session: None });
        let (state_out, state) = watch::channel(State::Connecting);
        let (closing, closing_in) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let shards = (0..settings.shards).map(|_| {
            // One waits in the channel, the rest with their callers, who may be dropped.
            let (requests_out, requests) = mpsc::channel(1);
            let (settings, link, closing) = (settings.clone(), link.clone(), closing_in.clone());
            tasks.spawn(Shard { settings, requests, link, closing }.run());
            requests_out
        });
        let shards = shards.collect();
        let done = async move { while tasks.join_next().await.is_some() {} };
        let supervisor =
            Supervisor { settings: settings.clone(), metrics, link: link_out, state: state_out, closing: closing_in };
        tokio::spawn(supervisor.run(done));
        Ok(Self(Arc::new(Inner { settings, shards, link, state, closing })))
    }

    /// How the connection stands, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        self.0.state.clone()
    }

    /// Publishes one message and waits for what becomes of it.
    ///
    /// While the broker is away or blocked it waits, without a limit; it may be dropped at any time. Once the message
    /// is handed over it waits for its confirm up to `confirm_timeout`, time in which the broker is blocked not
    /// counted; dropped then, the outcome is as with [`Confirm::Lost`]. After [`Publisher::close`] it answers
    /// [`Confirm::Lost`] at once.
    pub async fn publish(&self, publication: &Publication, sequence: u64, body: Body) -> Confirm {
        let message = match Message::new(publication, sequence, body, &self.0.settings) {
            Ok(message) => message,
            Err(why) => return Confirm::Lost(format!("it does not fit AMQP: {why}")),
        };
        let mut closing = self.0.closing.subscribe();
        let handing_over = self.hand_over(publication, message);
        let outcome = tokio::select! {
            biased;
            () = closed(&mut closing) => return Confirm::Lost("edigate is stopping".to_owned()),
            handed = handing_over => match handed {
                Ok(outcome) => outcome,
                Err(confirm) => return confirm,
            },
        };
        outcome.await.unwrap_or_else(|_| Confirm::Lost("edigate is stopping".to_owned()))
    }

    /// Gives the message to its shard as soon as the broker takes messages and has its exchange.
    async fn hand_over(
        &self,
        publication: &Publication,
        message: Message,
    ) -> Result<oneshot::Receiver<Confirm>, Confirm> {
        const STOPPED: &str = "edigate is stopping";
        let mut link = self.0.link.clone();
        loop {
            let ready = link.wait_for(|link| matches!(link.state, State::Ready) && link.session.is_some()).await;
            let session: Option<Arc<Session>> = ready.ok().and_then(|link| link.session.clone());
            let Some(session) = session else { return Err(Confirm::Lost(STOPPED.to_owned())) };
            // The broker's own exchange is always there, and cannot be declared.
            let ensured = match message.exchange.as_str() {
                "" => Ok(()),
                exchange => session.ensure(exchange).await,
            };
            match ensured {
                Ok(()) if message.body.len() as u64 > session.largest() => {
                    return Err(size::too_large(message.body.len() as u64, session.largest()));
                }
                Ok(()) => break,
                Err(ExchangeFault::Missing(why)) => {
                    return Err(Confirm::Returned { code: 404, text: self.0.settings.redacted(&why) });
                }
                // The supervisor sees it too; until it has, the link still says ready.
                Err(ExchangeFault::Broken) => {
                    if link.changed().await.is_err() {
                        return Err(Confirm::Lost(STOPPED.to_owned()));
                    }
                }
            }
        }
        let (reply, outcome) = oneshot::channel();
        let sent = match self.shard(&publication.partition_key) {
            Some(shard) => shard.send(Request { message, reply }).await.is_ok(),
            None => false,
        };
        if sent { Ok(outcome) } else { Err(Confirm::Lost(STOPPED.to_owned())) }
    }

    /// The shard of a partition key; the same for as long as this publisher lives, which is as long as order matters.
    fn shard(&self, partition_key: &str) -> Option<&mpsc::Sender<Request>> {
        let mut hasher = DefaultHasher::new();
        partition_key.hash(&mut hasher);
        let many = u64::try_from(self.0.shards.len()).unwrap_or(1).max(1);
        self.0.shards.get(usize::try_from(hasher.finish() % many).unwrap_or(0))
    }

    /// Stops taking messages, waits for confirms under way as long as they may take, and closes the connection.
    pub async fn close(&self) {
        self.0.closing.send_replace(true);
        // The supervisor lets go of the state when it has said goodbye.
        let mut state = self.0.state.clone();
        while state.changed().await.is_ok() {}
    }
}
