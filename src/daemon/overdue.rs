//! The step that notices that a receipt has not come in time.

use super::ports::Ports;
use super::submission::load;
use crate::exchange::outbound;
use crate::observe::Event;
use crate::store::{Lease, StoreError};

/// Writes down that one message's receipt is overdue.
pub(super) async fn run_once(ports: &Ports, lease: Lease) -> Result<(), StoreError> {
    let (exchange, detail) = load(ports, lease.job())?;
    let (change, told) = outbound::overdue(&exchange, ports.clock.now(), detail);
    lease.finish(change).await?;
    let (id, partner) = (exchange.id, &exchange.partner);
    Event::ReceiptOverdue { exchange: id, partner, detail: &told.message }.emit(&ports.metrics);
    Ok(())
}
