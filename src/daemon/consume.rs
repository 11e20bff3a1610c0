//! Commands from the broker: acknowledged when they are durable, those of one partner in the order in which they came.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use super::commands::{Incoming, Taken, take};
use super::ports::Ports;
use crate::amqp::{ConsumerSettings, Delivery, consume};
use crate::base::Diagnostic;
use crate::observe::Event;

/// Commands taken at once; those of one partner one after the other.
const LANES: usize = 8;
/// How long commands wait while nothing can be taken.
const PAUSE: Duration = Duration::from_secs(1);

/// Takes commands until it is told to stop.
pub(super) async fn run(ports: Arc<Ports>, settings: ConsumerSettings, stop: watch::Receiver<bool>) {
    let (out, mut deliveries) = mpsc::channel::<Delivery>(usize::from(settings.prefetch).max(1));
    let mut lanes = Vec::new();
    let mut tasks = JoinSet::new();
    for _ in 0..LANES {
        let (lane, waiting) = mpsc::channel::<Delivery>(usize::from(settings.prefetch).max(1));
        tasks.spawn(lane_of_commands(Arc::clone(&ports), waiting, stop.clone()));
        lanes.push(lane);
    }
    let metrics = ports.metrics.clone();
    tasks.spawn(async move {
        if let Err(fault) = consume(settings, out, stop, metrics.clone()).await {
            let fault = Diagnostic::error("commands", fault.to_string());
            Event::Fault(&fault).emit(&metrics);
        }
    });
    while let Some(delivery) = deliveries.recv().await {
        let lane = lanes.get(lane(&delivery.routing_key));
        if let Some(lane) = lane
            && lane.send(delivery).await.is_err()
        {
            break;
        }
    }
    drop(lanes);
    while tasks.join_next().await.is_some() {}
}

/// The lane of a partner, which the fourth word of an address names.
fn lane(routing_key: &str) -> usize {
    let mut hasher = DefaultHasher::new();
    routing_key.split('.').nth(3).hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0)
}

async fn lane_of_commands(ports: Arc<Ports>, mut waiting: mpsc::Receiver<Delivery>, mut stop: watch::Receiver<bool>) {
    while let Some(delivery) = waiting.recv().await {
        // What is not acknowledged comes again.
        while ports.gate.closed().is_some() && !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(PAUSE) => {}
                _ = stop.changed() => {}
            }
        }
        if *stop.borrow() {
            return;
        }
        one(&ports, delivery).await;
    }
}

async fn one(ports: &Arc<Ports>, mut delivery: Delivery) {
    let incoming = Incoming {
        key: delivery.routing_key.clone(),
        body: std::mem::take(&mut delivery.body),
        message_id: delivery.message_id.clone(),
        document_id: delivery.document_id.clone(),
        reply_to: delivery.reply_to.clone(),
        correlation_id: delivery.correlation_id.clone(),
        user: delivery.user_id.clone(),
    };
    match take(ports, incoming).await {
        Ok(Taken::Done | Taken::Refused(_)) => delivery.acknowledge().await,
        Ok(Taken::Unreadable(fault)) => {
            let source = delivery.routing_key.clone();
            Event::CommandUnreadable { source: &source, detail: &fault.to_string() }.emit(&ports.metrics);
            delivery.reject().await;
        }
        Err(fault) => {
            Event::CommandsHeld { detail: &fault.to_string() }.emit(&ports.metrics);
            tokio::time::sleep(PAUSE).await;
            delivery.requeue().await;
        }
    }
}
