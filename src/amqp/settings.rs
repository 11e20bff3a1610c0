//! How the publisher is to be (`[erp.amqp]` in edigate.toml).

use std::fmt;
use std::time::Duration;

use crate::base::Secret;

/// Names of the gateway's exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanges {
    /// For documents meant in earnest.
    pub documents: String,
    /// For test documents.
    pub test: String,
    /// For events.
    pub events: String,
}

impl Default for Exchanges {
    fn default() -> Self {
        Self {
            documents: "edigate.documents".into(),
            test: "edigate.documents.test".into(),
            events: "edigate.events".into(),
        }
    }
}

/// A certificate with which the gateway shows the broker who it is, both in PEM.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The chain, leaf first.
    pub chain: Vec<u8>,
    /// The key in PKCS #8.
    pub key: Secret<Vec<u8>>,
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificate")
    }
}

/// How the publisher is to be.
#[derive(Clone)]
pub struct PublisherSettings {
    /// `amqp://user:password@host:port/vhost` or `amqps://…`.
    pub url: Secret<String>,
    /// Roots to trust besides the system's, in PEM.
    pub ca: Option<Vec<u8>>,
    /// Who we are, for brokers that ask.
    pub client: Option<ClientCertificate>,
    /// Declare the exchanges; otherwise somebody else has.
    pub declare: bool,
    /// Their names.
    pub exchanges: Exchanges,
    /// Channels; publications of one partition key share one.
    pub shards: usize,
    /// Messages whose confirm is awaited at once, a shard.
    pub window: usize,
    /// How long a confirm may take before its message counts as lost.
    pub confirm_timeout: Duration,
    /// Connecting, the handshake and opening the channels.
    pub connect_timeout: Duration,
    /// Silence after which the peer counts as gone.
    pub heartbeat: Duration,
    /// The name shown in the broker's list of connections.
    pub connection_name: String,
}

impl PublisherSettings {
    /// Settings with their defaults: exchanges declared, 4 shards, a window of 128, confirms within 30 s.
    pub fn new(url: Secret<String>) -> Self {
        Self {
            url,
            ca: None,
            client: None,
            declare: true,
            exchanges: Exchanges::default(),
            shards: 4,
            window: 128,
            confirm_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(15),
            heartbeat: Duration::from_secs(10),
            connection_name: "edigate".into(),
        }
    }
}

impl fmt::Debug for PublisherSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublisherSettings")
            .field("declare", &self.declare)
            .field("exchanges", &self.exchanges)
            .field("shards", &self.shards)
            .field("window", &self.window)
            .finish_non_exhaustive()
    }
}

/// Why the settings cannot be used. It never holds the URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsFault {
    /// The URL is none that AMQP knows.
    Url(&'static str),
    /// A file is not PEM.
    Pem(&'static str),
    /// A name or number is out of bounds.
    Value(&'static str),
}

impl fmt::Display for SettingsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(why) => write!(f, "the broker's URL cannot be used: {why}"),
            Self::Pem(what) => write!(f, "{what} is not PEM"),
            Self::Value(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for SettingsFault {}
