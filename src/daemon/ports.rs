//! What the steps work with: the adapters and the configuration in force, passed by reference. There are no statics.

use std::sync::Arc;

use super::assemble::Numbers;
use super::clients::Clients;
use super::gate::Gate;
use super::room::Room;
use super::sink::Sink;
use super::throttle::Throttle;
use crate::base::{Clock, Entropy};
use crate::config::Live;
use crate::observe::Metrics;
use crate::store::Outbox;

/// The adapters and the configuration in force.
pub(crate) struct Ports {
    /// The store.
    pub(crate) outbox: Arc<Outbox>,
    /// The configuration in force; a step takes its snapshot once, so that a reload cannot mix two versions.
    pub(crate) live: Arc<Live>,
    /// The ERP's side.
    pub(crate) sink: Sink,
    /// Counters.
    pub(crate) metrics: Metrics,
    /// The clock.
    pub(crate) clock: Arc<dyn Clock>,
    /// Randomness.
    pub(crate) entropy: Arc<dyn Entropy>,
    /// Whether new messages are taken.
    pub(crate) gate: Gate,
    /// Bounds on bodies in memory on their way to the ERP.
    pub(crate) room: Room,
    /// The same while they are packed for partners: a broker that is away holds up none of these.
    pub(crate) outgoing: Room,
    /// Clients for partners' servers.
    pub(crate) clients: Clients,
    /// Who gives control numbers.
    pub(crate) numbers: Numbers,
    /// Bounds for each partner.
    pub(crate) throttle: Arc<Throttle>,
}
