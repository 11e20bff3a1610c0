//! The life of the daemon as a list of phases: build, run, drain.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::assemble::Numbers;
use super::clients::Clients;
use super::gate::{Closed, Gate};
use super::listeners::{self, Doors};
use super::partner_view::partner_view;
use super::ports::Ports;
use super::reload;
use super::room::{BODIES, Room};
use super::sink::Sink;
use super::throttle::Throttle;
use super::{consume, erp, inbox, keep, translate, watch as watching, worker};
use crate::admin::{self, Admin, Readiness, SocketFault};
use crate::amqp::SettingsFault;
use crate::base::{Clock, OsEntropy, SystemClock};
use crate::config::{Bind, Configuration, Erp, FreeSpace, Live, Settings};
use crate::exchange::JobKind;
use crate::http::TlsFault;
use crate::observe::{Event, Metrics};
use crate::store::{Outbox, Recovery, StoreError, StoreSettings};

/// How long messages under way may take once the daemon is told to stop.
const DRAIN_MESSAGES: Duration = Duration::from_secs(30);
/// How long answers may take to be written after that.
const DRAIN_ANSWERS: Duration = Duration::from_secs(10);
/// How long steps under way may take after that; a step cut off is done again at the next start.
const DRAIN_STEPS: Duration = Duration::from_secs(10);
/// How long answers of the admin socket may take after that; a client that hangs must not keep the daemon.
const DRAIN_ADMIN: Duration = Duration::from_secs(3);
/// Translations at once. Each partner's are done one after the other.
const TRANSLATIONS: usize = 2;
/// Messages opened or packed at once; nearly all of it is RSA.
const OPENINGS: usize = 4;
/// Messages and receipts on their way to partners at once; nearly all of it is waiting.
const DELIVERIES: usize = 64;

/// Why the daemon did not start.
#[derive(Debug)]
pub enum StartFault {
    /// The system gives no threads.
    Runtime(std::io::Error),
    /// The store cannot be opened.
    Store(StoreError),
    /// The settings of the broker cannot be used.
    Broker(SettingsFault),
    /// A listener's certificate cannot be used.
    Tls {
        /// The listener's name.
        listener: String,
        /// Why.
        fault: TlsFault,
    },
    /// A listener cannot listen.
    Listen {
        /// The listener's name.
        listener: String,
        /// Its address, or the name of the socket that systemd should have handed over.
        bind: Bind,
        /// Why.
        fault: std::io::Error,
    },
    /// The admin socket cannot be made.
    Socket(SocketFault),
    /// Signals cannot be waited for.
    Signals(std::io::Error),
}

impl fmt::Display for StartFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime(fault) => write!(f, "the system gives no threads: {fault}; check its limits"),
            Self::Store(fault) => write!(f, "the store cannot be opened: {fault}"),
            Self::Broker(fault) => write!(f, "[erp.amqp]: {fault}"),
            Self::Tls { listener, fault } => write!(f, "listener '{listener}': {fault}"),
            Self::Listen { listener, bind: Bind::Address(address), fault } => write!(
                f,
                "listener '{listener}' cannot listen on {address}: {fault}; is the address free, and allowed to this user?"
            ),
            Self::Listen { listener, bind: Bind::Systemd(_), fault } => {
                write!(f, "listener '{listener}' cannot listen: {fault}")
            }
            Self::Socket(fault) => fault.fmt(f),
            Self::Signals(fault) => write!(f, "signals cannot be waited for: {fault}"),
        }
    }
}

impl std::error::Error for StartFault {}

/// Runs the gateway that `configuration`, loaded from `path`, describes, until it is told to stop.
///
/// # Errors
/// When it cannot start. Once it runs, nothing but a signal ends it.
pub fn run(path: &Path, configuration: Configuration) -> Result<(), StartFault> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(StartFault::Runtime)?;
    let outcome = runtime.block_on(live(path.to_owned(), configuration));
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn live(path: PathBuf, configuration: Configuration) -> Result<(), StartFault> {
    let settings = configuration.settings.clone();
    let metrics = Metrics::new();
    Event::Starting { version: env!("CARGO_PKG_VERSION"), instance: &settings.instance }.emit(&metrics);
    for warning in &configuration.warnings {
        Event::Fault(warning).emit(&metrics);
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    metrics.set_started(clock.now());

    let (outbox, recovery) = open_store(&settings, &clock)?;
    Event::StoreOpened { recovered: recovery.replayed, took: recovery.took }.emit(&metrics);
    for notice in watching::notices(&recovery) {
        Event::Fault(&notice).emit(&metrics);
    }
    let ports = Arc::new(Ports {
        sink: erp::sink(&settings, &metrics).map_err(StartFault::Broker)?,
        live: Arc::new(Live::new(path, configuration)),
        outbox,
        metrics,
        clock,
        entropy: Arc::new(OsEntropy),
        gate: Gate::default(),
        room: Room::of(BODIES),
        outgoing: Room::of(BODIES),
        clients: Clients::default(),
        numbers: Numbers::default(),
        throttle: Arc::new(Throttle::default()),
    });
    watching::look(&ports);
    let doors = listeners::bind(&settings).await?;
    let socket = admin::bind(&settings.admin_socket).await.map_err(StartFault::Socket)?;
    let signals = Signals::new().map_err(StartFault::Signals)?;

    let (stop, stopped) = watch::channel(false);
    let mut tasks = Tasks::default();
    tasks.serve_admin(&ports, &doors, socket, &settings.admin_socket, stopped.clone());
    tasks.work(&ports, &settings, &stopped);
    let tls = doors.tls();
    tasks.listen(&ports, doors);
    let partners = ports.live.registry().partners().count();
    Event::ConfigurationInForce { partners }.emit(&ports.metrics);
    Event::Ready.emit(&ports.metrics);
    watching::tell_systemd(sd_notify::NotifyState::Ready);

    signals.until_told_to_stop(&ports, &tls).await;
    drain(&ports, tasks, &stop).await;
    Ok(())
}

fn open_store(settings: &Settings, clock: &Arc<dyn Clock>) -> Result<(Arc<Outbox>, Recovery), StartFault> {
    let mut store = StoreSettings::new(&settings.store.folder, &settings.instance);
    store.ballast_bytes = settings.store.ballast;
    store.free_hard_percent = match settings.store.free_hard {
        FreeSpace::Percent(percent) => percent,
        // The watch compares bytes itself.
        FreeSpace::Bytes(_) => 0,
    };
    Outbox::open(&store, Arc::clone(clock), Arc::new(OsEntropy)).map_err(StartFault::Store)
}

/// The tasks that live as long as the daemon.
#[derive(Default)]
struct Tasks {
    listeners: JoinSet<()>,
    workers: JoinSet<()>,
    admin: JoinSet<()>,
    stop_listening: Option<watch::Sender<bool>>,
}

impl Tasks {
    fn serve_admin(
        &mut self,
        ports: &Arc<Ports>,
        doors: &Doors,
        socket: tokio::net::UnixListener,
        path: &Path,
        stopped: watch::Receiver<bool>,
    ) {
        let listening = doors.addresses();
        let (asked, reading, looking) = (Arc::clone(ports), Arc::clone(ports), Arc::clone(ports));
        let router = admin::router(Admin {
            outbox: Arc::clone(&ports.outbox),
            metrics: ports.metrics.clone(),
            live: Arc::clone(&ports.live),
            clock: Arc::clone(&ports.clock),
            entropy: Arc::clone(&ports.entropy),
            reread: Arc::new(move |document| translate::reread(&reading, document)),
            partner_view: Arc::new(move |document| partner_view(&looking, document)),
            readiness: Arc::new(move || readiness(&asked, &listening)),
        });
        let (metrics, path) = (ports.metrics.clone(), path.to_owned());
        self.admin.spawn(async move {
            if let Err(fault) = admin::serve(socket, router, &path, told(stopped)).await {
                Event::AcceptFailed { listener: "admin", why: &fault.to_string() }.emit(&metrics);
            }
        });
    }

    fn work(&mut self, ports: &Arc<Ports>, settings: &Settings, stopped: &watch::Receiver<bool>) {
        let publications = match &settings.erp {
            Erp::Amqp(amqp) => amqp.window.saturating_mul(amqp.shards),
            Erp::Directory(_) => 8,
        };
        for kind in JobKind::ALL {
            let at_once = match kind {
                JobKind::Translate => TRANSLATIONS,
                JobKind::Publish => publications,
                JobKind::Open | JobKind::Pack => OPENINGS,
                JobKind::Deliver | JobKind::Dispatch => DELIVERIES,
                JobKind::Write => TRANSLATIONS,
                JobKind::Assemble | JobKind::Conclude => OPENINGS,
                JobKind::AwaitReceipt | JobKind::AwaitAcknowledgement => 1,
            };
            self.workers.spawn(worker::run(Arc::clone(ports), kind, at_once, stopped.clone(), DRAIN_STEPS));
        }
        self.workers.spawn(watching::run(Arc::clone(ports), stopped.clone()));
        self.workers.spawn(keep::run(Arc::clone(ports), stopped.clone()));
        if let Sink::Directory(directory) = &ports.sink {
            self.workers.spawn(inbox::run(Arc::clone(ports), Arc::clone(directory), stopped.clone()));
        }
        if let Some(commands) = erp::commands(settings) {
            self.workers.spawn(consume::run(Arc::clone(ports), commands, stopped.clone()));
        }
    }

    fn listen(&mut self, ports: &Arc<Ports>, doors: Doors) {
        let (stop, stopped) = watch::channel(false);
        self.stop_listening = Some(stop);
        doors.open(ports, &mut self.listeners, &stopped, DRAIN_ANSWERS);
    }
}

fn readiness(ports: &Ports, listeners: &[(String, String)]) -> Readiness {
    let closed = ports.gate.closed();
    Readiness {
        ready: closed.is_none(),
        closed: closed.map(|why| why.as_str().to_owned()),
        degraded: ports.sink.trouble(),
        rows_waiting: ports.outbox.counts().rows_waiting,
        listeners: listeners.to_vec(),
    }
}

/// Stops in order: no new messages (503 while those under way finish), then the listeners, the steps, the ERP's side,
/// the store; the admin socket answers to the end.
async fn drain(ports: &Arc<Ports>, mut tasks: Tasks, stop: &watch::Sender<bool>) {
    Event::Draining.emit(&ports.metrics);
    watching::tell_systemd(sd_notify::NotifyState::Stopping);
    ports.gate.close(Closed::Draining);
    // The limit is what counts here, not whether it was reached.
    let quiet = async {
        while ports.throttle.under_way() > 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    drop(tokio::time::timeout(DRAIN_MESSAGES, quiet).await);
    if let Some(stop_listening) = tasks.stop_listening.take() {
        stop_listening.send_replace(true);
    }
    while tasks.listeners.join_next().await.is_some() {}
    stop.send_replace(true);
    while tasks.workers.join_next().await.is_some() {}
    ports.sink.close().await;
    let closing = Arc::clone(ports);
    if tokio::task::spawn_blocking(move || closing.outbox.close()).await.is_err() {
        Event::StoreFailed { detail: "closing the store ended early; the next start recovers it" }.emit(&ports.metrics);
    }
    end_within(&mut tasks.admin, DRAIN_ADMIN).await;
    Event::Stopped.emit(&ports.metrics);
}

/// Lets tasks end by themselves for a while, then ends them.
async fn end_within(tasks: &mut JoinSet<()>, limit: Duration) {
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(limit, ended).await.is_err() {
        tasks.shutdown().await;
    }
}

/// Resolves when the value becomes true, or nobody can say so any more.
pub(super) async fn told(mut stopped: watch::Receiver<bool>) {
    // An error means that the sender is gone, which is as good as being told.
    drop(stopped.wait_for(|stopped| *stopped).await);
}

struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    reload: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            reload: signal(SignalKind::hangup())?,
        })
    }

    async fn until_told_to_stop(mut self, ports: &Arc<Ports>, tls: &listeners::Certificates) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.reload.recv() => reload::run(ports, tls).await,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drain_ends_before_systemd_loses_patience() {
        // TimeoutStopSec in systemd/edigate.service; confirms in flight have their timeout and a goodbye.
        let unit = include_str!("../../systemd/edigate.service");
        let patience = unit.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap().parse().unwrap();
        let confirms = Duration::from_secs(32);
        let longest = DRAIN_MESSAGES + DRAIN_ANSWERS + DRAIN_STEPS + confirms + DRAIN_ADMIN;
        assert!(longest < Duration::from_secs(patience), "{longest:?}");
    }

    #[tokio::test]
    async fn a_task_that_never_ends_is_not_waited_for() {
        let mut tasks = JoinSet::new();
        tasks.spawn(std::future::pending());
        end_within(&mut tasks, Duration::from_millis(5)).await;
        assert!(tasks.is_empty());
    }

    #[test]
    fn a_listener_that_cannot_listen_is_told_with_its_address() {
        let check = |bind: Bind, expect: &str| {
            let fault = std::io::Error::other("in use");
            assert_eq!(StartFault::Listen { listener: "as2".into(), bind, fault }.to_string(), expect);
        };
        check(
            Bind::Address(([127, 0, 0, 1], 4080).into()),
            "listener 'as2' cannot listen on 127.0.0.1:4080: in use; is the address free, and allowed to this user?",
        );
        check(Bind::Systemd("as2".into()), "listener 'as2' cannot listen: in use");
    }
}
