//! RabbitMQ, as a publisher: topic exchanges, persistent and mandatory messages, confirms.
//!
//! The contract with the consumer is CloudEvents in binary mode over AMQP 0-9-1: the body is the document itself, the
//! attributes are flat headers `cloudEvents_…`, so that the broker's conversion to AMQP 1.0 yields a valid CloudEvent.

mod message;
mod publisher;
mod settings;
mod supervisor;

pub use publisher::{Confirm, Publisher, State};
pub use settings::{ClientCertificate, Exchanges, PublisherSettings, SettingsFault};
