//! Messages that were handed to a channel and whose outcome is awaited.
//!
//! An unroutable message comes back in a *return*, and is acknowledged all the same. lapin hands a return to whichever
//! acknowledgement comes next, which with several messages in flight need not be its own: taken at its word, an
//! unroutable document would count as delivered. So returns are matched to messages by `message_id` here, and a
//! confirm is believed only when no return can be hiding behind another one:
//!
//! - A return reaches us before the acknowledgement of its message. When a confirm comes *without* a return, no return
//!   was waiting; its own, if there was one, had gone to a confirm that was settled earlier, and all of those have been
//!   looked at before anything is decided.
//! - When a confirm comes with somebody else's return, its own may still be waiting. Its outcome is unknown.
//!
//! For the same reason no confirm is ever dropped before it is settled, unless its channel is dropped with it.

use std::collections::HashMap;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use lapin::message::BasicReturnMessage;
use lapin::{Confirmation, Error};
use tokio::sync::oneshot;

use crate::exchange::Confirm;

/// The future of one confirm: the message is written at its first poll.
pub(super) type Settling = Pin<Box<dyn Future<Output = Result<Confirmation, Error>> + Send>>;

/// One message in flight.
pub(super) struct Entry {
    pub(super) id: String,
    pub(super) exchange: String,
    /// Of its body.
    pub(super) bytes: u64,
    pub(super) reply: oneshot::Sender<Confirm>,
    pub(super) settling: Settling,
    /// How long its confirm has been awaited while the broker was taking messages.
    pub(super) waited: Duration,
}

/// What the channel said about one message.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Said {
    Ack,
    Nack,
    /// The connection or channel failed.
    Failed(Failure),
}

/// Why a channel or connection failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    /// The broker's code, such as 404, when it gave one.
    pub(super) code: Option<u16>,
    pub(super) text: String,
}

/// A return, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Returned {
    id: String,
    code: u16,
    text: String,
}

/// A message whose confirm was settled.
struct Settled {
    id: String,
    exchange: String,
    bytes: u64,
    reply: oneshot::Sender<Confirm>,
    said: Said,
    with: Option<Returned>,
}

/// All messages in flight on one channel, in the order in which they were published.
#[derive(Default)]
pub(super) struct Flight {
    entries: Vec<Entry>,
    /// Returns that came with somebody else's confirm, by the id of their own message.
    returned: HashMap<String, Returned>,
}

/// What became of a message.
pub(super) struct Landed {
    pub(super) exchange: String,
    pub(super) bytes: u64,
    pub(super) reply: oneshot::Sender<Confirm>,
    pub(super) outcome: Outcome,
}

/// What became of a message, before an operator's text is made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Confirmed,
    Returned {
        code: u16,
        text: String,
    },
    Nacked,
    /// Its confirm came with another message's return.
    Ambiguous,
    Failed(Failure),
}

impl Flight {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds a message; it is written when [`Flight::landed`] is next awaited, after those added before it.
    pub(super) fn add(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// Takes everything out, settled or not. The channel must not be used again.
    pub(super) fn abandon(&mut self) -> Vec<oneshot::Sender<Confirm>> {
        self.returned.clear();
        self.entries.drain(..).map(|entry| entry.reply).collect()
    }

    /// Adds to the time that every message has waited, and gives the longest.
    pub(super) fn age(&mut self, span: Duration) -> Duration {
        for entry in &mut self.entries {
            entry.waited = entry.waited.saturating_add(span);
        }
        self.entries.iter().map(|entry| entry.waited).max().unwrap_or_default()
    }

    /// The messages that have landed; waits for at least one.
    pub(super) async fn landed(&mut self) -> Vec<Landed> {
        poll_fn(|cx| self.poll_landed(cx)).await
    }

    fn poll_landed(&mut self, cx: &mut Context<'_>) -> Poll<Vec<Landed>> {
        let mut settled = Vec::new();
        // Again until a pass finds nothing, so that every confirm settled before one of these has been seen.
        while self.pass(cx, &mut settled) {}
        if settled.is_empty() {
            return Poll::Pending;
        }
        let landed = decide(settled, &mut self.returned);
        // What was returned for a message that has landed already can be asked for by nobody.
        let entries = &self.entries;
        self.returned.retain(|id, _| entries.iter().any(|entry| entry.id == *id));
        Poll::Ready(landed)
    }

    /// Polls everything once; whether anything was settled.
    fn pass(&mut self, cx: &mut Context<'_>, settled: &mut Vec<Settled>) -> bool {
        let before = settled.len();
        let mut waiting = Vec::with_capacity(self.entries.len());
        for mut entry in self.entries.drain(..) {
            match entry.settling.as_mut().poll(cx) {
                Poll::Pending => waiting.push(entry),
                Poll::Ready(result) => settled.push(entry.settle(result)),
            }
        }
        self.entries = waiting;
        settled.len() > before
    }
}

impl Entry {
    fn settle(self, result: Result<Confirmation, Error>) -> Settled {
        let Self { id, exchange, bytes, reply, .. } = self;
        let (said, with) = match result {
            Ok(Confirmation::Ack(with)) => (Said::Ack, with),
            Ok(Confirmation::Nack(with)) => (Said::Nack, with),
            Ok(Confirmation::NotRequested) => {
                (Said::Failed(Failure { code: None, text: "the channel is not in confirm mode".to_owned() }), None)
            }
            Err(error) => (Said::Failed(Failure::of(&error)), None),
        };
        Settled { id, exchange, bytes, reply, said, with: with.as_ref().map(Returned::of) }
    }
}

impl Failure {
    pub(super) fn of(error: &Error) -> Self {
        match error.kind() {
            lapin::ErrorKind::ProtocolError(said) => {
                Self { code: Some(said.get_id()), text: said.get_message().to_string() }
            }
            _ => Self { code: None, text: error.to_string() },
        }
    }
}

impl Returned {
    fn of(message: &BasicReturnMessage) -> Self {
        let id = message.delivery.properties.message_id().as_ref().map(ToString::to_string);
        Self { id: id.unwrap_or_default(), code: message.reply_code, text: message.reply_text.to_string() }
    }
}

/// The rules at the top of this file.
fn decide(settled: Vec<Settled>, returned: &mut HashMap<String, Returned>) -> Vec<Landed> {
    let mut with_another = Vec::with_capacity(settled.len());
    for message in &settled {
        with_another.push(message.with.as_ref().is_some_and(|with| with.id != message.id));
        if let Some(with) = &message.with {
            returned.insert(with.id.clone(), with.clone());
        }
    }
    settled
        .into_iter()
        .zip(with_another)
        .map(|(message, with_another)| {
            let outcome = match (message.said, returned.remove(&message.id)) {
                (Said::Failed(failure), _) => Outcome::Failed(failure),
                (Said::Ack | Said::Nack, Some(Returned { code, text, .. })) => Outcome::Returned { code, text },
                (Said::Nack, None) => Outcome::Nacked,
                (Said::Ack, None) if with_another => Outcome::Ambiguous,
                (Said::Ack, None) => Outcome::Confirmed,
            };
            Landed { exchange: message.exchange, bytes: message.bytes, reply: message.reply, outcome }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(id: &str, said: Said, with: Option<&str>) -> Settled {
        let with = with.map(|id| Returned { id: id.to_owned(), code: 312, text: "NO_ROUTE".to_owned() });
        Settled { id: id.to_owned(), exchange: String::new(), bytes: 0, reply: oneshot::channel().0, said, with }
    }

    #[test]
    fn a_confirm_is_believed_only_when_no_return_can_hide_behind_it() {
        let returned = Outcome::Returned { code: 312, text: "NO_ROUTE".to_owned() };
        let failure = Failure { code: None, text: "gone".to_owned() };
        let check = |batches: Vec<Vec<Settled>>, expect: &[&Outcome]| {
            let mut waiting = HashMap::new();
            let found: Vec<Outcome> = batches
                .into_iter()
                .flat_map(|batch| decide(batch, &mut waiting))
                .map(|landed| landed.outcome)
                .collect();
            assert_eq!(found.iter().collect::<Vec<_>>(), expect);
        };
        use Outcome::{Ambiguous, Confirmed, Nacked};
        use Said::{Ack, Failed, Nack};
        check(vec![vec![settled("1", Ack, None)]], &[&Confirmed]);
        check(vec![vec![settled("1", Ack, Some("1"))]], &[&returned]);
        check(vec![vec![settled("1", Nack, None)]], &[&Nacked]);
        // One acknowledgement for both, and the return went to the wrong one.
        check(vec![vec![settled("1", Ack, Some("2")), settled("2", Ack, None)]], &[&Ambiguous, &returned]);
        check(vec![vec![settled("2", Ack, None), settled("1", Ack, Some("2"))]], &[&returned, &Ambiguous]);
        // Two acknowledgements, the wrong one first.
        check(vec![vec![settled("1", Ack, Some("2"))], vec![settled("2", Ack, None)]], &[&Ambiguous, &returned]);
        // Two returns, changed for one another.
        check(vec![vec![settled("1", Ack, Some("2"))], vec![settled("2", Ack, Some("1"))]], &[&Ambiguous, &returned]);
        check(vec![vec![settled("1", Ack, Some("2")), settled("2", Ack, Some("1"))]], &[&returned, &returned]);
        // A refusal is a refusal, whoever's return came with it.
        check(vec![vec![settled("1", Nack, Some("2"))]], &[&Nacked]);
        check(vec![vec![settled("1", Failed(failure.clone()), None)]], &[&Outcome::Failed(failure.clone())]);
    }

    /// A confirm that is settled when `ready` says so.
    fn entry(id: &str, settling: Settling) -> (Entry, oneshot::Receiver<Confirm>) {
        let (reply, outcome) = oneshot::channel();
        let entry =
            Entry { id: id.to_owned(), exchange: String::new(), bytes: 0, reply, settling, waited: Duration::ZERO };
        (entry, outcome)
    }

    #[test]
    fn waiting_counts_and_the_unsettled_stay() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut flight = Flight::default();
            let (never, _kept) = entry("1", Box::pin(std::future::pending()));
            let (ready, _kept) = entry("2", Box::pin(std::future::ready(Ok(Confirmation::Ack(None)))));
            flight.add(never);
            flight.add(ready);
            let landed = flight.landed().await;
            assert_eq!(landed.len(), 1);
            assert_eq!(landed[0].outcome, Outcome::Confirmed);
            assert_eq!(flight.len(), 1);
            assert_eq!(flight.age(Duration::from_secs(2)), Duration::from_secs(2));
            assert_eq!(flight.age(Duration::from_secs(3)), Duration::from_secs(5));
            assert_eq!(flight.abandon().len(), 1);
            assert!(flight.is_empty());
        });
    }
}
