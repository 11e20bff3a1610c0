//! The listener: takes connections within bounds and hands each request to a handler.

use std::future::Future;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::admission::{Admission, Place};
use super::connection::{self, Shared};
use super::{BodyReader, Reply, RequestHead, ServerTls};
use crate::base::Limits;
use crate::observe::{Event, Metrics};

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
/// A peer that hangs up does not stop it half-way: it is always run to its end, unless a drain's limit passes.
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
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    settings: ListenerSettings,
}

/// How long to wait before taking connections again when the system has none to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a connection too many is told, where it can be told without a handshake.
const CROWDED: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

impl Listener {
    /// Binds the socket. Connections wait in its backlog until [`Listener::serve`].
    pub async fn bind(settings: ListenerSettings) -> io::Result<Self> {
        let socket = TcpListener::bind(settings.bind).await?;
        Self::over(socket, settings)
    }

    /// Takes over a socket that listens already, such as one that systemd handed down.
    pub fn from_std(socket: std::net::TcpListener, settings: ListenerSettings) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        Self::over(TcpListener::from_std(socket)?, settings)
    }

    fn over(socket: TcpListener, settings: ListenerSettings) -> io::Result<Self> {
        Ok(Self { address: socket.local_addr()?, socket, settings })
    }

    /// Where it listens; the port the system chose when the settings said 0.
    pub const fn address(&self) -> SocketAddr {
        self.address
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
        let Self { socket, address, settings } = self;
        let ListenerSettings { name, tls, limits, .. } = settings;
        Event::Listening { listener: &name, address, tls: tls.is_some() }.emit(&metrics);
        let admission = Admission::new(limits.connections, limits.connections_per_address);
        let shared = Arc::new(Shared { name, limits, handler, metrics });
        let (drain, draining) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                biased;
                () = &mut stop => break,
                Some(ended) = connections.join_next() => note(ended, &shared.metrics),
                accepted = socket.accept() => match accepted {
                    Ok((stream, peer)) => match admit(&admission, stream, peer, &shared, tls.is_some()) {
                        Some((stream, place)) => {
                            let (shared, tls, draining) = (shared.clone(), tls.clone(), draining.clone());
                            connections.spawn(one(stream, peer, place, tls, shared, draining));
                        }
                        None => continue,
                    },
                    Err(error) => accept_failed(&error, &shared).await,
                },
            }
        }
        drop(socket);
        // Connections that wait for a head hear of it; the rest end by themselves.
        drain.send_replace(true);
        let ended = async {
            while let Some(ended) = connections.join_next().await {
                note(ended, &shared.metrics)
            }
        };
        let cut_off = if timeout(drain_limit, ended).await.is_err() { connections.len() } else { 0 };
        connections.shutdown().await;
        Event::ListenerDrained { listener: &shared.name, cut_off }.emit(&shared.metrics);
        Drained { cut_off }
    }
}

/// A handler that panicked has answered nothing, so the peer sends again; the fault is ours.
fn note(ended: Result<(), tokio::task::JoinError>, metrics: &Metrics) {
    if let Err(error) = ended
        && error.is_panic()
    {
        Event::Defect { kind: "handler-panicked", detail: &error.to_string() }.emit(metrics);
    }
}

/// Gives the connection its place, or refuses it.
fn admit<H>(
    admission: &Admission,
    stream: TcpStream,
    peer: SocketAddr,
    shared: &Shared<H>,
    tls: bool,
) -> Option<(TcpStream, Place)> {
    match admission.enter(peer.ip()) {
        Ok(place) => Some((stream, place)),
        Err(why) => {
            Event::ConnectionRefused { listener: &shared.name, peer: peer.ip(), why }.emit(&shared.metrics);
            // A fresh socket takes these few bytes without waiting. Whether they arrive is not worth a task.
            let told = !tls && stream.into_std().and_then(|mut stream| stream.write(CROWDED)).is_ok();
            tracing::trace!(told, "turned away");
            None
        }
    }
}

/// One peer's trouble concerns only him; trouble of the machine (no descriptors, no memory) needs a pause and a person.
async fn accept_failed<H>(error: &io::Error, shared: &Shared<H>) {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted};
    if !matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted) {
        Event::AcceptFailed { listener: &shared.name, why: &error.to_string() }.emit(&shared.metrics);
        sleep(ACCEPT_PAUSE).await;
    }
}

/// One connection, from its handshake to its close.
async fn one<H: Handler>(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    tls: Option<ServerTls>,
    shared: Arc<Shared<H>>,
    draining: watch::Receiver<bool>,
) {
    let _counted = Counted::new(&shared.name, &shared.metrics);
    // An answer is one small write; waiting to fill a packet would only delay it. It is no fault if it cannot be set.
    let undelayed = stream.set_nodelay(true).is_ok();
    tracing::trace!(undelayed, "connection taken");
    match tls {
        None => connection::serve(stream, peer, None, &shared, draining).await,
        Some(tls) => match timeout(shared.limits.handshake_time, tls.accept(stream)).await {
            Ok(Ok((stream, info))) => connection::serve(stream, peer, Some(info), &shared, draining).await,
            Ok(Err(error)) => handshake_failed(peer, &shared, &error.to_string()),
            Err(_) => handshake_failed(peer, &shared, "it took too long"),
        },
    }
    drop(place);
}

fn handshake_failed<H>(peer: SocketAddr, shared: &Shared<H>, why: &str) {
    Event::HandshakeFailed { listener: &shared.name, peer: peer.ip(), why }.emit(&shared.metrics);
}

/// Keeps the gauge of open connections right however a connection ends.
struct Counted<'a> {
    listener: &'a str,
    metrics: &'a Metrics,
}

impl<'a> Counted<'a> {
    fn new(listener: &'a str, metrics: &'a Metrics) -> Self {
        Event::ConnectionOpened { listener }.emit(metrics);
        Self { listener, metrics }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        Event::ConnectionClosed { listener: self.listener }.emit(self.metrics);
    }
}
