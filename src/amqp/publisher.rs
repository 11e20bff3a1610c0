//! Publishing with confirms.

use tokio::sync::watch;

use super::{PublisherSettings, SettingsFault};
use crate::exchange::Publication;
use crate::observe::Metrics;

/// What became of one message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// The broker has it on disk, in at least one queue.
    Confirmed,
    /// No queue is bound for it. It comes with an acknowledgement, but nobody has the message.
    Returned {
        /// 312 for "no route" (AMQP 0-9-1).
        code: u16,
        /// The broker's words and the next step.
        text: String,
    },
    /// The broker would not have it: a queue with `overflow = reject-publish` is full, or the broker is in trouble.
    Nacked,
    /// Nobody knows what became of it. It is to be sent again under the same id.
    Lost(String),
}

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

/// Publishes to the broker over one connection that is made anew whenever it breaks. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Publisher {}

impl Publisher {
    /// Starts the publisher's tasks on the present runtime. It does not wait for the broker.
    pub fn start(settings: PublisherSettings, metrics: Metrics) -> Result<Self, SettingsFault> {
        let _ = (settings, metrics);
        todo!()
    }

    /// How the connection stands, now and from now on.
    pub fn state(&self) -> watch::Receiver<State> {
        todo!()
    }

    /// Publishes one message and waits for what becomes of it.
    ///
    /// While the broker is away or blocked it waits, without a limit; it may be dropped at any time. Once the message
    /// is handed over it waits for its confirm up to `confirm_timeout`; dropped then, the outcome is as with
    /// [`Confirm::Lost`]. After [`Publisher::close`] it answers [`Confirm::Lost`] at once.
    pub async fn publish(&self, publication: &Publication, sequence: u64, body: Vec<u8>) -> Confirm {
        let _ = (publication, sequence, body);
        todo!()
    }

    /// Stops taking messages, waits for confirms under way as long as they may take, and closes the connection.
    pub async fn close(&self) {
        todo!()
    }
}
