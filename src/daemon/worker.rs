//! Claims jobs of one kind and has them done, several at once, until it is told to stop.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::ports::Ports;
use super::{assemble, conclude, deliver, dispatch, open, overdue, pack, publish, translate, write};
use crate::base::ExchangeId;
use crate::exchange::{JobKind, Subject, inbound};
use crate::observe::Event;
use crate::store::{Lease, StoreError};

/// How long a worker waits after the store gave it no answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// Works until `stop` becomes true, then lets steps under way end for up to `drain`. A step that is cut off leaves its
/// lease to come due at the next start.
pub(crate) async fn run(
    ports: Arc<Ports>,
    kind: JobKind,
    at_once: usize,
    mut stop: watch::Receiver<bool>,
    drain: Duration,
) {
    let places = Arc::new(Semaphore::new(at_once));
    let mut steps = JoinSet::new();
    while !*stop.borrow() {
        while steps.try_join_next().is_some() {}
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.expect("the semaphore is never closed"),
            _ = stop.changed() => break,
        };
        match ports.outbox.claim(kind).await {
            Ok(Some(lease)) => {
                let ports = Arc::clone(&ports);
                steps.spawn(async move {
                    step(ports, kind, lease).await;
                    drop(place);
                });
            }
            Ok(None) => {
                tokio::select! {
                    () = ports.outbox.work(kind) => {}
                    _ = stop.changed() => {}
                }
            }
            Err(fault) => {
                Event::StoreFailed { detail: &fault.to_string() }.emit(&ports.metrics);
                tokio::select! {
                    () = tokio::time::sleep(STORE_PAUSE) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }
    let finished = async { while steps.join_next().await.is_some() {} };
    if tokio::time::timeout(drain, finished).await.is_err() {
        steps.shutdown().await;
    }
}

async fn step(ports: Arc<Ports>, kind: JobKind, lease: Lease) {
    let subject = lease.job().subject;
    let result = match kind {
        JobKind::Translate => translate::run_once(&ports, lease).await,
        JobKind::Publish => publish::run_once(&ports, lease).await,
        JobKind::Open => open::run_once(&ports, lease).await,
        JobKind::Pack => pack::run_once(&ports, lease).await,
        JobKind::Deliver => deliver::run_once(&ports, lease).await,
        JobKind::AwaitReceipt => overdue::run_once(&ports, lease).await,
        JobKind::Dispatch => dispatch::run_once(&ports, lease).await,
        JobKind::Write => write::run_once(&ports, lease).await,
        JobKind::Assemble => assemble::run_once(&ports, lease).await,
        JobKind::Conclude => conclude::run_once(&ports, lease).await,
        JobKind::AwaitAcknowledgement => conclude::look_for_acknowledgement(&ports, lease).await,
    };
    if let Err(fault) = result {
        report(&ports, kind, subject, &fault);
    }
}

/// Puts a job off that the store held up, and gives the fault on to be told. Were the lease merely dropped, the job would
/// come again every second, and an attempt of it would count.
pub(super) async fn postpone(ports: &Ports, lease: Lease, fault: StoreError) -> Result<(), StoreError> {
    let [jitter] = ports.entropy.bytes();
    let change = inbound::postponed(lease.job(), ports.clock.now(), jitter);
    lease.finish(change).await?;
    Err(fault)
}

fn report(ports: &Ports, kind: JobKind, subject: Subject, fault: &StoreError) {
    let step = kind.as_str();
    let detail = fault.to_string();
    match exchange_of(ports, subject) {
        Some(exchange) => Event::StepFailed { exchange, step, detail: &detail }.emit(&ports.metrics),
        None => Event::StoreFailed { detail: &format!("{step} of {subject}: {detail}") }.emit(&ports.metrics),
    }
}

/// The exchange that a job is about, as far as the store can say.
fn exchange_of(ports: &Ports, subject: Subject) -> Option<ExchangeId> {
    match subject {
        Subject::Exchange(exchange)
        | Subject::Receipt(exchange)
        | Subject::Documents(exchange)
        | Subject::Acknowledgement(exchange) => Some(exchange),
        Subject::Row(row) => {
            let row = ports.outbox.row(row).ok().flatten()?;
            ports.outbox.document(row.document?).ok().flatten()?.exchange
        }
        Subject::Document(document) => ports.outbox.document(document).ok().flatten()?.exchange,
    }
}
