//! One connection to the broker, from its making to its end.

use std::collections::BTreeSet;
use std::net::Shutdown;
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lapin::options::{ConfirmSelectOptions, ExchangeDeclareOptions};
use lapin::tcp::{AsyncTcpStream, RustlsConnector};
use lapin::types::{FieldTable, ShortString};
use lapin::uri::AMQPScheme;
use lapin::{Channel, Connection, ConnectionProperties, ExchangeKind};
use tokio::net::lookup_host;
use tokio::time::timeout;

use super::flight::Failure;
use super::{PublisherSettings, tls};

/// A connection, and what is known of the exchanges behind it.
pub(super) struct Session {
    connection: Connection,
    wire: Wire,
    declare: bool,
    /// Exchanges that were there when they were last asked after.
    present: Mutex<BTreeSet<String>>,
    /// Bytes of the largest body it takes, once it has said so.
    largest: AtomicU64,
}

/// Why an exchange cannot be published to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ExchangeFault {
    /// It is not there. What to do about it.
    Missing(String),
    /// The connection broke while it was asked after.
    Broken,
}

/// Why there is no connection, in words for the operator.
pub(super) type ConnectFault = String;

impl Session {
    /// Connects and logs in. Whoever gives up waiting must [`Wire::cut`] the wire, or lapin's thread waits for ever.
    pub(super) async fn open(settings: &PublisherSettings, wire: Wire) -> Result<Self, ConnectFault> {
        let uri = settings.uri().map_err(|fault| fault.to_string())?;
        let speaks_tls = uri.scheme == AMQPScheme::AMQPS;
        let connector = match uri.scheme {
            AMQPScheme::AMQP => None,
            AMQPScheme::AMQPS => {
                let config = tls::config(settings).map_err(|fault| fault.to_string())?;
                Some(RustlsConnector::from(config))
            }
        };
        let properties = ConnectionProperties::default().with_connection_name(settings.connection_name.as_str().into());
        let runtime = lapin::runtime::default_runtime().map_err(|error| error.to_string())?;
        let dialled = wire.clone();
        let reached = Arc::new(AtomicBool::new(false));
        let there = Arc::clone(&reached);
        let connecting = Connection::connector(
            uri,
            runtime,
            async move |uri, runtime| {
                let host = uri.authority.host.as_str();
                let addresses: Vec<_> = lookup_host((host, uri.authority.port)).await?.collect();
                let stream = AsyncTcpStream::connect(&runtime, addresses).await?;
                there.store(true, Ordering::Relaxed);
                if let AsyncTcpStream::Plain(plain) = &stream {
                    dialled.keep(plain.get_ref().as_fd().try_clone_to_owned()?.into());
                }
                match &connector {
                    None => Ok(stream),
                    Some(connector) => Ok(stream.into_rustls(connector, host).await?),
                }
            },
            properties,
        );
        let connection = connecting.await.map_err(|error| {
            let failure = Failure::of(&error);
            let is_handshake = speaks_tls && failure.code.is_none() && reached.load(Ordering::Relaxed);
            if is_handshake { refused_by_tls(failure.text, settings.client.is_some()) } else { told(failure) }
        })?;
        Ok(Self {
            connection,
            wire,
            declare: settings.declare,
            present: Mutex::default(),
            largest: AtomicU64::new(u64::MAX),
        })
    }

    /// The connection itself, for its events and status.
    pub(super) const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Whether it can still be used.
    pub(super) fn connected(&self) -> bool {
        self.connection.status().connected()
    }

    /// A new channel in confirm mode.
    pub(super) async fn confirm_channel(&self) -> Result<Channel, Failure> {
        let channel = self.connection.create_channel().await.map_err(|error| Failure::of(&error))?;
        channel.confirm_select(ConfirmSelectOptions::default()).await.map_err(|error| Failure::of(&error))?;
        Ok(channel)
    }

    /// Makes sure that an exchange is there before anything is published to it: publishing to one that is not closes
    /// the channel under everything else in flight on it.
    pub(super) async fn ensure(&self, exchange: &str) -> Result<(), ExchangeFault> {
        if self.present().contains(exchange) {
            return Ok(());
        }
        let declared = if self.declare { self.declare(exchange, Declare::Active).await } else { Err(None) };
        let found = match declared {
            // Somebody else made it, perhaps with other arguments, or we may not declare: it will do if it is there.
            Err(why) => self.declare(exchange, Declare::Passive).await.map_err(|passive| why.or(passive)),
            Ok(()) => Ok(()),
        };
        match found {
            Ok(()) => {
                self.present().insert(exchange.to_owned());
                Ok(())
            }
            Err(_) if !self.connected() => Err(ExchangeFault::Broken),
            Err(why) => Err(ExchangeFault::Missing(missing(exchange, self.declare, why.as_ref()))),
        }
    }

    /// Forgets that an exchange was there; the next publication to it asks again.
    pub(super) fn forget(&self, exchange: &str) {
        self.present().remove(exchange);
    }

    /// Bytes of the largest body that the broker is known to take.
    pub(super) fn largest(&self) -> u64 {
        self.largest.load(Ordering::Relaxed)
    }

    /// Remembers it.
    pub(super) fn note_largest(&self, bytes: u64) {
        self.largest.store(bytes, Ordering::Relaxed);
    }

    /// On a channel of its own, for a refusal closes it.
    async fn declare(&self, exchange: &str, how: Declare) -> Result<(), Option<Failure>> {
        let name = ShortString::try_new(exchange).map_err(|_| None)?;
        let failed = |error: lapin::Error| Some(Failure::of(&error));
        let channel = self.connection.create_channel().await.map_err(failed)?;
        let options = ExchangeDeclareOptions {
            passive: how == Declare::Passive,
            durable: true,
            ..ExchangeDeclareOptions::default()
        };
        // No alternate exchange: it would take unroutable messages as routed, and nobody would hear of them.
        channel.exchange_declare(name, ExchangeKind::Topic, options, FieldTable::default()).await.map_err(failed)
    }

    fn present(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says goodbye and hangs up, whether the broker answers or not.
    pub(super) async fn close(&self, patience: Duration) {
        if self.connected() {
            let closed = timeout(patience, self.connection.close(200, "OK".into())).await;
            tracing::trace!(?closed, "connection closed");
        }
        self.wire.cut();
    }
}

/// A broken connection is hung up at once, so that the broker does not go on reading what we shall send again.
impl Drop for Session {
    fn drop(&mut self) {
        self.wire.cut();
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Declare {
    /// Make it if it is not there.
    Active,
    /// Only ask.
    Passive,
}

fn missing(exchange: &str, declare: bool, why: Option<&Failure>) -> String {
    let said = why.map(|failure| format!(" ({})", failure.text)).unwrap_or_default();
    if declare {
        format!(
            "exchange '{exchange}' could not be declared{said}; give the user the right to configure it, or create it"
        )
    } else {
        format!("exchange '{exchange}' is not there{said}; create it, or set erp.amqp.declare = true")
    }
}

/// What went wrong while logging in, with the next step where it is known.
fn told(failure: Failure) -> String {
    match failure.code {
        Some(403) => format!("{}; look at the user and password in the URL", failure.text),
        Some(530) => format!("{}; look at the vhost in the URL: '/' is written %2f", failure.text),
        _ => failure.text,
    }
}

/// What went wrong under TLS before the broker had said a word of AMQP. One that wants a certificate says so in an alert,
/// which its hanging up may overtake.
fn refused_by_tls(text: String, shows_certificate: bool) -> String {
    if text.contains("invalid peer certificate") {
        return format!("{text}; look at erp.amqp.ca: it names who may have issued the broker's certificate");
    }
    if shows_certificate {
        format!("{text}; look at erp.amqp.client: the broker must know who issued that certificate")
    } else {
        format!("{text}; the broker may want a certificate of ours: name it in erp.amqp.client")
    }
}

/// The socket under a connection, so that it can be hung up whatever lapin is waiting for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wire(Arc<Mutex<Option<std::net::TcpStream>>>);

impl Wire {
    fn keep(&self, socket: std::net::TcpStream) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(socket);
    }

    /// Hangs up. lapin sees the end of the stream, and its thread ends.
    pub(super) fn cut(&self) {
        let socket = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(socket) = socket {
            // It fails when the other side was faster, which is as good.
            let cut = socket.shutdown(Shutdown::Both).is_ok();
            tracing::trace!(cut, "hung up");
        }
    }
}
