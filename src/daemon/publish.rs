//! The step from an outbox row to a confirmed event.

use super::ports::Ports;
use super::room::Place;
use super::worker::postpone;
use crate::exchange::{Body, Channel, Confirm, Document, Job, Publication, Row, Subject, inbound};
use crate::observe::{Event, Outcome};
use crate::store::{Lease, StoreError};

/// What is offered, and whose it is.
struct Offer<'a> {
    row: Row,
    document: Option<Document>,
    publication: Publication,
    body: Body,
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
    // Whoever wanted the answer has gone, and his queue with him.
    let gone = publication.channel == Channel::Reply && matches!(confirm, Confirm::Returned { .. });
    let outcome = if gone { &Confirm::Confirmed } else { &confirm };
    lease.finish(inbound::published(&row, document.as_ref(), &job, outcome, now, jitter)).await?;
    let Some(document) = document else {
        told_of_event(ports, &row, &confirm);
        return Ok(());
    };

    let event = match &confirm {
        Confirm::Confirmed => {
            Event::Published { document: document.id, row: row.id, partner: &document.partner, took: now.since(begun) }
        }
        other => Event::NotPublished {
            document: document.id,
            row: row.id,
            partner: &document.partner,
            outcome: self::outcome(other),
            detail: &confirm.to_string(),
        },
    };
    event.emit(&ports.metrics);
    Ok(())
}

/// An event that did not get to the ERP this time is told of; one that did is no news.
fn told_of_event(ports: &Ports, row: &Row, confirm: &Confirm) {
    if *confirm != Confirm::Confirmed {
        let (outcome, detail) = (outcome(confirm), confirm.to_string());
        Event::EventNotPublished { row: row.id, partner: &row.partner, outcome, detail: &detail }.emit(&ports.metrics);
    }
}

async fn offer<'a>(ports: &'a Ports, job: &Job) -> Result<Offer<'a>, StoreError> {
    let Some((row, document)) = subject(ports, job)? else {
        return Err(StoreError::Index { what: format!("the job of {:?} has no row or no document", job.subject) });
    };
    let claim = ports.sink.claim(&row);
    let _place = ports.room.enter(if claim.is_some() { 0 } else { row.body.length }).await;
    let envelope = ports.outbox.payload(&row.envelope)?;
    let publication: Publication = serde_json::from_slice(&envelope).map_err(|fault| StoreError::Index {
        what: format!("the envelope of row {} cannot be read: {fault}", row.id),
    })?;
    let body = match claim {
        None => Body::Whole(ports.outbox.payload(&row.body)?),
        Some(claim) => {
            // Opening it verifies it: what is damaged is not announced.
            drop(ports.outbox.payload_reader(&row.body)?);
            Body::Claimed(claim)
        }
    };
    Ok(Offer { row, document, publication, body, _place })
}

fn subject(ports: &Ports, job: &Job) -> Result<Option<(Row, Option<Document>)>, StoreError> {
    let Subject::Row(id) = job.subject else { return Ok(None) };
    let Some(row) = ports.outbox.row(id)? else { return Ok(None) };
    let Some(document) = row.document else { return Ok(Some((row, None))) };
    let document = ports.outbox.document(document)?;
    Ok(document.map(|document| (row, Some(document))))
}

fn outcome(confirm: &Confirm) -> Outcome {
    match confirm {
        Confirm::Confirmed => Outcome::Confirmed,
        Confirm::Returned { .. } => Outcome::Returned,
        Confirm::Nacked => Outcome::Nacked,
        Confirm::Lost(_) => Outcome::Lost,
    }
}
