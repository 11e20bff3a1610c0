//! The listeners: bound before the daemon calls itself ready, opened last, closed first.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::app::{StartFault, told};
use super::hand_out::HandOut;
use super::ports::Ports;
use super::receive::Receiver;
use crate::config::{self, Bind, ListenerKind, Settings, TlsVersion};
use crate::http::{Listener, ListenerSettings, MinimumTls, ServerTls};

/// Listeners that are bound and not yet open.
pub(super) struct Doors(Vec<Door>);

struct Door {
    name: String,
    kind: ListenerKind,
    path: String,
    asks_for_certificate: bool,
    listener: Listener,
    tls: Option<ServerTls>,
}

/// The certificates of the listeners, by name, so that a reload can change them.
pub(super) type Certificates = Vec<(String, ServerTls)>;

/// Binds every listener.
pub(super) async fn bind(settings: &Settings) -> Result<Doors, StartFault> {
    let mut handed = Handed::from_systemd();
    let mut doors = Vec::new();
    for listener in &settings.listeners {
        doors.push(bind_one(listener, settings, &mut handed).await?);
    }
    Ok(Doors(doors))
}

async fn bind_one(listener: &config::Listener, settings: &Settings, handed: &mut Handed) -> Result<Door, StartFault> {
    let name = listener.name.clone();
    let tls = listener.tls.as_ref().map(server_tls).transpose();
    let tls = tls.map_err(|fault| StartFault::Tls { listener: name.clone(), fault })?;
    let refused = |fault| StartFault::Listen { listener: name.clone(), bind: listener.bind.clone(), fault };
    let (socket, bind) = match &listener.bind {
        Bind::Address(address) => (None, *address),
        Bind::Systemd(wanted) => {
            let socket = handed.take(wanted).map_err(refused)?;
            let address = socket.local_addr().map_err(refused)?;
            (Some(socket), address)
        }
    };
    let settings = ListenerSettings { name: name.clone(), bind, tls: tls.clone(), limits: settings.limits.clone() };
    let bound = match socket {
        Some(socket) => Listener::from_std(socket, settings),
        None => Listener::bind(settings).await,
    };
    Ok(Door {
        name: name.clone(),
        kind: listener.kind,
        path: listener.path.clone(),
        asks_for_certificate: listener.tls.as_ref().is_some_and(|tls| tls.client_ca.is_some()),
        listener: bound.map_err(refused)?,
        tls,
    })
}

fn server_tls(tls: &config::Tls) -> Result<ServerTls, crate::http::TlsFault> {
    let minimum = match tls.min {
        TlsVersion::V1_2 => MinimumTls::Tls12,
        TlsVersion::V1_3 => MinimumTls::Tls13,
    };
    ServerTls::new(&tls.certificates, &tls.key, minimum, tls.client_ca.as_deref())
}

impl Doors {
    /// Where each listens.
    pub(super) fn addresses(&self) -> Vec<(String, String)> {
        self.0.iter().map(|door| (door.name.clone(), door.listener.address().to_string())).collect()
    }

    /// The certificates of those that speak TLS.
    pub(super) fn tls(&self) -> Certificates {
        self.0.iter().filter_map(|door| Some((door.name.clone(), door.tls.clone()?))).collect()
    }

    /// Takes messages, and hands out documents, on all of them until `stopped` becomes true.
    pub(super) fn open(
        self,
        ports: &Arc<Ports>,
        tasks: &mut JoinSet<()>,
        stopped: &watch::Receiver<bool>,
        drain: Duration,
    ) {
        for Door { name, kind, path, asks_for_certificate, listener, .. } in self.0 {
            let ports = Arc::clone(ports);
            let (metrics, stop) = (ports.metrics.clone(), told(stopped.clone()));
            match kind {
                ListenerKind::As2 => {
                    let receiver = Arc::new(Receiver { ports, path, listener: name });
                    tasks.spawn(listener.serve(receiver, metrics, stop, drain).map(|_| ()));
                }
                ListenerKind::Claim => {
                    let door = Arc::new(HandOut { ports, path, listener: name, asks_for_certificate });
                    tasks.spawn(listener.serve(door, metrics, stop, drain).map(|_| ()));
                }
                // The loader lets none through.
                ListenerKind::Sftp => {}
            }
        }
    }
}

/// Sockets that systemd opened for us (`sd_listen_fds(3)`), by the names of their units.
struct Handed {
    sockets: listenfd::ListenFd,
    names: Vec<String>,
}

impl Handed {
    fn from_systemd() -> Self {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        Self { sockets: listenfd::ListenFd::from_env(), names: names.split(':').map(str::to_owned).collect() }
    }

    fn take(&mut self, wanted: &str) -> io::Result<std::net::TcpListener> {
        let missing = || {
            let text = format!("systemd handed over no socket named '{wanted}'; see FileDescriptorName= of its unit");
            io::Error::new(io::ErrorKind::NotFound, text)
        };
        let index = self.names.iter().position(|name| name == wanted).ok_or_else(missing)?;
        self.sockets.take_tcp_listener(index)?.ok_or_else(missing)
    }
}
