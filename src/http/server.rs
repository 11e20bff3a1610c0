//! The listener: takes connections within bounds and hands each request to a handler.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::{BodyReader, Reply, RequestHead, ServerTls};
use crate::base::Limits;
use crate::observe::Metrics;

/// One request: its head, whole, and its body, still to be read.
#[derive(Debug)]
pub struct Incoming {
    /// What stands before the body.
    pub head: RequestHead,
    /// The body.
    pub body: BodyReader,
}

/// Answers requests. It is called for every method and path.
///
/// It runs in a task of its own: a peer that hangs up does not stop it half-way.
pub trait Handler: Send + Sync + 'static {
    /// The answer to `request`.
    fn handle(&self, request: Incoming) -> impl Future<Output = Reply> + Send;
}

/// How a listener is to be.
#[derive(Clone, Debug)]
pub struct ListenerSettings {
    /// Its name in logs and metrics.
    pub name: String,
    /// Where it listens.
    pub bind: SocketAddr,
    /// Its certificate, when it speaks TLS.
    pub tls: Option<ServerTls>,
    /// What a stranger may do.
    pub limits: Limits,
}

/// How a listener ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drained {
    /// Connections that were cut off because the limit had passed.
    pub cut_off: usize,
}

/// A socket that listens.
#[derive(Debug)]
pub struct Listener {}

impl Listener {
    /// Binds the socket. Connections wait in its backlog until [`Listener::serve`].
    pub async fn bind(settings: ListenerSettings) -> io::Result<Self> {
        let _ = settings;
        todo!()
    }

    /// Takes over a socket that listens already, such as one that systemd handed down.
    pub fn from_std(socket: std::net::TcpListener, settings: ListenerSettings) -> io::Result<Self> {
        let _ = (socket, settings);
        todo!()
    }

    /// Where it listens; the port the system chose when the settings said 0.
    pub fn address(&self) -> SocketAddr {
        todo!()
    }

    /// Takes connections until `stop` resolves, then lets requests under way finish for up to `drain_limit`.
    /// Connections that have not sent a whole head by then are closed at once.
    pub async fn serve<H: Handler>(
        self,
        handler: Arc<H>,
        metrics: Metrics,
        stop: impl Future<Output = ()> + Send,
        drain_limit: Duration,
    ) -> Drained {
        let _ = (handler, metrics, stop, drain_limit);
        todo!()
    }
}
