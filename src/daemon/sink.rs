//! The ERP's side, whichever it is: RabbitMQ, or a directory when none is configured. Both stand behind one step.

use std::sync::Arc;

use crate::amqp::{Publisher, State};
use crate::canon::claim::Claim;
use crate::directory::Directory;
use crate::exchange::{Body, Channel, ClaimCheck, Confirm, Publication, Row};

/// Where events go.
pub(crate) enum Sink {
    /// RabbitMQ, and which documents are left to be fetched.
    Broker(Publisher, Option<ClaimCheck>),
    /// Files.
    Directory(Arc<Directory>),
}

impl Sink {
    /// What goes in place of a row's body, when that is left to be fetched. Files hold all of it.
    pub(crate) fn claim(&self, row: &Row) -> Option<Claim> {
        match self {
            Self::Broker(_, Some(claim_check)) => claim_check.claim(row),
            Self::Broker(_, None) | Self::Directory(_) => None,
        }
    }

    /// Offers one event and waits for what becomes of it. While a broker is away this waits; it may be dropped.
    pub(crate) async fn offer(&self, publication: &Publication, sequence: u64, body: Body) -> Confirm {
        match self {
            Self::Broker(publisher, _) => publisher.publish(publication, sequence, body).await,
            Self::Directory(directory) => {
                let writing = Arc::clone(directory);
                let Some(channel) = folder(publication.channel) else { return Confirm::Confirmed };
                let date = publication.time.to_jiff().strftime("%F").to_string();
                let (name, body) = match &publication.about {
                    Some(about) => (format!("{}.{}.json", about.document_id, about.document_type), body.into_json()),
                    None => (
                        format!("{}.{}.json", publication.id, publication.kind),
                        publication.structured(sequence, body),
                    ),
                };
                let written = tokio::task::spawn_blocking(move || writing.put(channel, &date, &name, &body)).await;
                match written {
                    Ok(Ok(_)) => Confirm::Confirmed,
                    Ok(Err(fault)) => {
                        Confirm::Lost(format!("{} cannot be written: {fault}", directory.root().display()))
                    }
                    Err(stopped) => Confirm::Lost(format!("the write was stopped: {stopped}")),
                }
            }
        }
    }

    /// Why events do not flow at present, when they do not.
    pub(crate) fn trouble(&self) -> Option<String> {
        match self {
            Self::Directory(_) => None,
            Self::Broker(publisher, _) => match &*publisher.state().borrow() {
                State::Ready => None,
                State::Connecting => Some("the broker is being connected".to_owned()),
                State::Blocked(why) => Some(format!("the broker takes nothing: {why}")),
                State::Down(why) => Some(format!("the broker is away: {why}")),
            },
        }
    }

    /// Stops offering.
    pub(crate) async fn close(&self) {
        if let Self::Broker(publisher, _) = self {
            publisher.close().await;
        }
    }
}

/// The folder that stands for an exchange; nobody asks for answers there.
fn folder(channel: Channel) -> Option<&'static str> {
    match channel {
        Channel::Documents => Some("documents"),
        Channel::Test => Some("documents.test"),
        Channel::Events => Some("events"),
        Channel::Reply => None,
    }
}
