//! How the publisher is to be (`[erp.amqp]` in edigate.toml).

use std::fmt;
use std::time::Duration;

use lapin::types::ShortString;
use lapin::uri::{AMQPScheme, AMQPUri};

use super::tls;
use crate::base::Secret;
use crate::exchange::ContentMode;

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
    /// Roots to trust instead of the system's, in PEM.
    pub ca: Option<Vec<u8>>,
    /// Who we are, for brokers that ask.
    pub client: Option<ClientCertificate>,
    /// Declare the exchanges; otherwise somebody else has.
    pub declare: bool,
    /// Their names.
    pub exchanges: Exchanges,
    /// How the events' attributes travel.
    pub content_mode: ContentMode,
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
    /// Settings with their defaults: exchanges declared, binary mode, 4 shards, a window of 128, confirms within 30 s.
    pub fn new(url: Secret<String>) -> Self {
        Self {
            url,
            ca: None,
            client: None,
            declare: true,
            exchanges: Exchanges::default(),
            content_mode: ContentMode::default(),
            shards: 4,
            window: 128,
            confirm_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(15),
            heartbeat: Duration::from_secs(10),
            connection_name: "edigate".into(),
        }
    }
}

impl PublisherSettings {
    /// Looks for everything that can be known to be wrong without asking the broker.
    pub fn check(&self) -> Result<(), SettingsFault> {
        let uri = self.uri()?;
        if uri.scheme == AMQPScheme::AMQPS {
            tls::config(self)?;
        }
        for name in [&self.exchanges.documents, &self.exchanges.test, &self.exchanges.events] {
            if name.is_empty() || ShortString::try_new(name.as_str()).is_err() {
                return Err(SettingsFault::Value("the name of an exchange has 1 to 255 bytes"));
            }
        }
        if !(1..=Self::MOST_SHARDS).contains(&self.shards) {
            return Err(SettingsFault::Value("erp.amqp.shards is 1 to 64"));
        }
        if !(1..=Self::WIDEST_WINDOW).contains(&self.window) {
            return Err(SettingsFault::Value("erp.amqp.window is 1 to 1000"));
        }
        Ok(())
    }

    /// A channel each; a broker allows 2047 by default.
    const MOST_SHARDS: usize = 64;
    /// Each waiting message is held in memory, and looked at whenever a confirm arrives.
    const WIDEST_WINDOW: usize = 1000;

    /// The URL, with our heartbeat unless it names one.
    pub(super) fn uri(&self) -> Result<AMQPUri, SettingsFault> {
        // The parser's own words could quote the URL, and with it the password.
        let mut uri: AMQPUri = self
            .url
            .expose()
            .parse()
            .map_err(|_| SettingsFault::Url("it should look like amqps://user:password@host:5671/vhost"))?;
        let seconds = u16::try_from(self.heartbeat.as_secs()).unwrap_or(u16::MAX).max(1);
        uri.query.heartbeat.get_or_insert(seconds);
        Ok(uri)
    }

    /// `text` without the password, should somebody's error have quoted it.
    pub(super) fn redacted(&self, text: &str) -> String {
        let text = text.replace(self.url.expose().as_str(), "the broker's URL");
        match self.uri() {
            Ok(uri) if uri.authority.userinfo.password.len() >= Self::SHORTEST_PASSWORD => {
                text.replace(&uri.authority.userinfo.password, "***")
            }
            _ => text,
        }
    }

    /// Shorter passwords are words of every text (`guest` in "guest user"), and no secret.
    const SHORTEST_PASSWORD: usize = 6;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(url: &str) -> PublisherSettings {
        PublisherSettings::new(Secret::new(url.to_owned()))
    }

    #[test]
    fn what_is_wrong_is_known_before_the_broker_is_asked() {
        let check = |change: fn(&mut PublisherSettings), fits: bool| {
            let mut settings = settings("amqp://edigate:secret-word@broker.example/erp");
            change(&mut settings);
            assert_eq!(settings.check().is_ok(), fits, "{:?}", settings.check());
        };
        check(|_| (), true);
        check(|s| s.url = Secret::new("http://broker/".into()), false);
        check(|s| s.url = Secret::new("broker".into()), false);
        check(|s| s.shards = 0, false);
        check(|s| s.shards = 64, true);
        check(|s| s.shards = 65, false);
        check(|s| s.window = 0, false);
        check(|s| s.window = 1001, false);
        check(|s| s.exchanges.test = "x".repeat(255), true);
        check(|s| s.exchanges.test = "x".repeat(256), false);
        check(|s| s.exchanges.test = String::new(), false);
        check(
            |s| {
                s.url = Secret::new("amqps://broker.example/erp".into());
                s.ca = Some(b"no certificate".to_vec());
            },
            false,
        );
    }

    #[test]
    fn no_text_of_ours_holds_the_url_or_the_password() {
        let settings = settings("amqp://edigate:secret-word@broker.example/erp");
        let leak = "cannot reach amqp://edigate:secret-word@broker.example/erp with secret-word";
        assert_eq!(settings.redacted(leak), "cannot reach the broker's URL with ***");
        let broken = super::PublisherSettings::new(Secret::new("amqp://edigate:secret-word@[::broken/".to_owned()));
        let fault = broken.check().unwrap_err().to_string();
        for text in [format!("{settings:?}"), fault] {
            assert!(!text.contains("secret-word"), "{text}");
        }
    }

    #[test]
    fn the_heartbeat_is_ours_unless_the_url_names_one() {
        assert_eq!(settings("amqp://h").uri().unwrap().query.heartbeat, Some(10));
        assert_eq!(settings("amqp://h?heartbeat=3").uri().unwrap().query.heartbeat, Some(3));
    }
}
