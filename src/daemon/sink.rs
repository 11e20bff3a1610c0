//! The ERP's side, whichever it is: RabbitMQ, or a directory when none is configured. Both stand behind one step.

use std::sync::Arc;

use crate::amqp::{Publisher, State};
use crate::directory::Directory;
use crate::exchange::{Channel, Confirm, Publication};

/// Where events go.
pub(crate) enum Sink {
    /// RabbitMQ.
    Broker(Publisher),
    /// Files.
    Directory(Arc<Directory>),
}

impl Sink {
    /// Offers one event and waits for what becomes of it. While a broker is away this waits; it may be dropped.
    pub(crate) async fn offer(&self, publication: &Publication, sequence: u64, body: Vec<u8>) -> Confirm {
        match self {
            Self::Broker(publisher) => publisher.publish(publication, sequence, body).await,
            Self::Directory(directory) => {
                let writing = Arc::clone(directory);
                let Some(channel) = folder(publication.channel) else { return Confirm::Confirmed };
                let date = publication.time.to_jiff().strftime("%F").to_string();
                let (name, body) = match &publication.about {
                    Some(about) => (format!("{}.{}.json", about.document_id, about.document_type), body),
                    None => (
                        format!("{}.{}.json", publication.id, publication.kind),
                        publication.structured(sequence, &body),
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
            Self::Broker(publisher) => match &*publisher.state().borrow() {
                State::Ready => None,
                State::Connecting => Some("the broker is being connected".to_owned()),
                State::Blocked(why) => Some(format!("the broker takes nothing: {why}")),
                State::Down(why) => Some(format!("the broker is away: {why}")),
            },
        }
    }

    /// Stops offering.
    pub(crate) async fn close(&self) {
        if let Self::Broker(publisher) = self {
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
