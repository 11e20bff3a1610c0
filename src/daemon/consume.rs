//! Commands from the broker: acknowledged when they are durable, those of one partner in the order in which they came.
//!
//! One that the store does not take for now is held and tried again, for as long as the channel lives that it came by. It is
//! not given back: a broker drops, or sets aside, what it has delivered often enough.

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
/// How long commands wait while nothing can be taken, and after the first attempt that the store failed.
const PAUSE: Duration = Duration::from_secs(1);
/// How long they wait at most between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

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
        one(&ports, delivery, &mut stop).await;
    }
}

/// Takes a command, however long that takes. What is not ours any more, or is not answered at the end, comes again.
async fn one(ports: &Arc<Ports>, mut delivery: Delivery, stop: &mut watch::Receiver<bool>) {
    let mut failures: u32 = 0;
    while delivery.is_ours() && !*stop.borrow() {
        let mut pause = PAUSE;
        if ports.gate.closed().is_none() {
            match take(ports, incoming(&delivery)).await {
                Ok(Taken::Done | Taken::Refused(_)) => return delivery.acknowledge().await,
                Ok(Taken::Unreadable(fault)) => {
                    let (source, detail) = (delivery.routing_key.as_str(), fault.to_string());
                    Event::CommandUnreadable { source, detail: &detail }.emit(&ports.metrics);
                    return delivery.reject().await;
                }
                Err(fault) => Event::CommandsHeld { detail: &fault.to_string() }.emit(&ports.metrics),
            }
            pause = pause_after(failures);
            failures = failures.saturating_add(1);
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = delivery.lost() => {}
            _ = stop.changed() => {}
        }
    }
}

fn incoming(delivery: &Delivery) -> Incoming {
    Incoming {
        key: delivery.routing_key.clone(),
        body: delivery.body.clone(),
        message_id: delivery.message_id.clone(),
        document_id: delivery.document_id.clone(),
        reply_to: delivery.reply_to.clone(),
        correlation_id: delivery.correlation_id.clone(),
        user: delivery.user_id.clone(),
    }
}

/// Doubles with every failure.
fn pause_after(failures: u32) -> Duration {
    PAUSE.saturating_mul(2_u32.saturating_pow(failures)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_is_asked_again_ever_more_rarely_and_never_given_up() {
        let pauses = [0, 1, 2, 3, 4, 5, 6, u32::MAX].map(|failures| pause_after(failures).as_secs());
        assert_eq!(pauses, [1, 2, 4, 8, 16, 30, 30, 30]);
    }

    #[test]
    fn all_commands_for_a_partner_have_one_lane() {
        let keys = ["send.order.v1.acme", "cancel.-.v1.acme", "posted.-.v1.acme.more"];
        assert_eq!(keys.map(lane), [lane("send.invoice.v1.acme"); 3]);
    }
}
