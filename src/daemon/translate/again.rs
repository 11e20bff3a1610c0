//! Reading one transaction set once more that waited for a person.

use std::collections::BTreeMap;

use super::Told;
use super::walk::{Batch, Walk, next_piece};
use crate::base::{DocumentId, RowId};
use crate::daemon::commands;
use crate::daemon::ports::Ports;
use crate::daemon::submission::load_exchange;
use crate::edi::{Piece, ReadOptions, Reader, TransactionSet};
use crate::exchange::inbound::SetOutcome;
use crate::exchange::{Change, Effect, Ids, Job, Teller, quarantine};
use crate::store::{PayloadReader, StoreError};

/// One transaction set that waited for a person is read once more, by the configuration in force.
pub(super) fn decide_again(ports: &Ports, job: &Job, id: DocumentId) -> Result<(Change, Told), StoreError> {
    let gone = |what: &str| StoreError::Index { what: format!("document {id} cannot be read again: {what}") };
    let (document, steps) = commands::load(ports, id)?.ok_or_else(|| gone("it is not there"))?;
    let exchange = document.exchange.ok_or_else(|| gone("it came in no exchange"))?;
    let (exchange, detail) = load_exchange(ports, exchange)?;
    let configuration = ports.live.current();
    let mut walk = Walk {
        ports,
        configuration: &configuration,
        detail: &detail,
        rejected: BTreeMap::new(),
        batch: Batch::default(),
        arriving: None,
        worst: None,
    };
    let now = ports.clock.now();
    let ordinal =
        steps.message.as_ref().and_then(|message| message.ordinal).ok_or_else(|| gone("its place is lost"))?;
    let outcome = if job.attempts > configuration.settings.limits.attempts {
        None
    } else {
        let payload = detail.payload.ok_or_else(|| gone("its exchange has no payload"))?;
        let options = ReadOptions { limits: configuration.settings.limits.clone(), ..ReadOptions::default() };
        let set = nth_set(Reader::new(ports.outbox.payload_reader(&payload)?, options), ordinal)?;
        let set = set.ok_or_else(|| gone("its exchange has fewer transaction sets"))?;
        let ids = Ids { document: id, row: RowId::mint(now, ports.entropy.bytes()) };
        Some(walk.translate_as(&exchange, &set, 0, ordinal, ids)?)
    };
    let teller = Teller { instance: &configuration.settings.instance, entropy: &*ports.entropy };
    let change = match outcome {
        Some(SetOutcome::Document(new)) => quarantine::read_again(&document, &steps, &exchange, now, new, teller),
        Some(SetOutcome::Parked(set)) => quarantine::read_in_vain(&document, &steps, now, set),
        Some(SetOutcome::Acknowledged) | None => {
            let mut change = Change::new(now);
            change.effects.push(Effect::JobDone(job.subject));
            change
        }
    };
    Ok((change, Told { exchange, worst: walk.worst }))
}

/// The transaction set that has this place in a file, from 0.
fn nth_set(mut reader: Reader<PayloadReader>, ordinal: u64) -> Result<Option<Box<TransactionSet>>, StoreError> {
    let mut seen = 0;
    while let Some(piece) = next_piece(&mut reader)? {
        if let Piece::Set(set) = piece {
            if seen == ordinal {
                return Ok(Some(set));
            }
            seen += 1;
        }
    }
    Ok(None)
}
