//! What the outbound steps share: the exchange that a job is about, with its detail, and payloads put on disk.

use super::ports::Ports;
use crate::base::ExchangeId;
use crate::exchange::{Detail, Exchange, Job, Payload, Subject};
use crate::store::StoreError;

/// The exchange of a job, and its detail.
pub(super) fn load(ports: &Ports, job: &Job) -> Result<(Exchange, Detail), StoreError> {
    let (Subject::Exchange(id) | Subject::Receipt(id)) = job.subject else {
        return Err(StoreError::Index { what: format!("this step is about an exchange, not {:?}", job.subject) });
    };
    load_exchange(ports, id)
}

/// An exchange with its detail.
pub(super) fn load_exchange(ports: &Ports, id: ExchangeId) -> Result<(Exchange, Detail), StoreError> {
    let missing = || StoreError::Index { what: format!("there is no exchange {id} although something names it") };
    let exchange = ports.outbox.exchange(id)?.ok_or_else(missing)?;
    let detail = Detail::from_json(&ports.outbox.payload(&exchange.detail)?)
        .map_err(|fault| StoreError::Index { what: format!("the detail of exchange {id} cannot be read: {fault}") })?;
    Ok((exchange, detail))
}

/// Puts bytes where a record can name them.
pub(super) fn keep(ports: &Ports, bytes: &[u8]) -> Result<Payload, StoreError> {
    let mut stage = ports.outbox.spool().stage(bytes.len() as u64);
    stage.put(bytes)?;
    stage.finish()?.keep()
}
