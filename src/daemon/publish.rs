//! The step from an outbox row to a confirmed event.

use super::ports::Ports;
use super::room::Place;
use super::worker::postpone;
use crate::exchange::{Confirm, Document, Job, Publication, Row, Subject, inbound};
use crate::observe::{Event, Outcome};
use crate::store::{Lease, StoreError};

/// What is offered, and whose it is.
struct Offer<'a> {
    row: Row,
    document: Document,
    publication: Publication,
    body: Vec<u8>,
    /// The place of the body in memory.
    _place: Place<'a>,
}

/// Offers one row to the ERP's side and writes down how it went.
pub(crate) async fn run_once(ports: &Ports, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let offer = match offer(ports, &job).await {
        Ok(offer) => offer,
        // A row is never parked: it is looked at again until a person has mended the store.
        Err(fault) => return postpone(ports, lease, fault).await,
    };
    let Offer { row, document, publication, body, _place } = offer;

    let begun = ports.clock.now();
    let confirm = ports.sink.offer(&publication, row.sequence, body).await;
    let now = ports.clock.now();
    let [jitter] = ports.entropy.bytes();
    lease.finish(inbound::published(&row, &document, &job, &confirm, now, jitter)).await?;

    let event = match &confirm {
        Confirm::Confirmed => Event::Published {
            exchange: document.exchange,
            document: document.id,
            row: row.id,
            partner: &document.partner,
            took: now.since(begun),
        },
        other => Event::NotPublished {
            exchange: document.exchange,
            document: document.id,
            row: row.id,
            partner: &document.partner,
            outcome: outcome(other),
            detail: &confirm.to_string(),
        },
    };
    event.emit(&ports.metrics);
    Ok(())
}

async fn offer<'a>(ports: &'a Ports, job: &Job) -> Result<Offer<'a>, StoreError> {
    let Some((row, document)) = subject(ports, job)? else {
        return Err(StoreError::Index { what: format!("the job of {:?} has no row or no document", job.subject) });
    };
    let _place = ports.room.enter(row.body.length).await;
    let envelope = ports.outbox.payload(&row.envelope)?;
    let publication: Publication = serde_json::from_slice(&envelope).map_err(|fault| StoreError::Index {
        what: format!("the envelope of row {} cannot be read: {fault}", row.id),
    })?;
    let body = ports.outbox.payload(&row.body)?;
    Ok(Offer { row, document, publication, body, _place })
}

fn subject(ports: &Ports, job: &Job) -> Result<Option<(Row, Document)>, StoreError> {
    let Subject::Row(id) = job.subject else { return Ok(None) };
    let Some(row) = ports.outbox.row(id)? else { return Ok(None) };
    let document = ports.outbox.document(row.document)?;
    Ok(document.map(|document| (row, document)))
}

fn outcome(confirm: &Confirm) -> Outcome {
    match confirm {
        Confirm::Confirmed => Outcome::Confirmed,
        Confirm::Returned { .. } => Outcome::Returned,
        Confirm::Nacked => Outcome::Nacked,
        Confirm::Lost(_) => Outcome::Lost,
    }
}
