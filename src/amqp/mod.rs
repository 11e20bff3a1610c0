//! RabbitMQ: topic exchanges, persistent and mandatory messages, confirms; and a queue of commands, acknowledged by hand.
//!
//! The contract with the consumer is CloudEvents over AMQP 0-9-1. In binary mode the body is the document itself, the
//! attributes are flat headers `cloudEvents_…`, so that the broker's conversion to AMQP 1.0 yields a valid CloudEvent; in
//! structured mode the body is the event in JSON.
//!
//! A supervisor keeps one connection, and makes it anew whenever it breaks. On it, each shard has a channel in confirm
//! mode and a task that alone publishes on it, so that messages of one partition key keep their order.

mod backoff;
mod consumer;
mod flight;
mod message;
mod publisher;
mod session;
mod settings;
mod shard;
mod size;
mod supervisor;
mod tls;

pub use consumer::{ConsumerSettings, Delivery, consume};
pub use publisher::{Publisher, State};
pub use settings::{ClientCertificate, Exchanges, PublisherSettings, SettingsFault};
