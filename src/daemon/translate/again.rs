//! Reading one transaction set once more that waited for a person.

use std::collections::BTreeMap;

use super::Told;
use super::walk::{Batch, Walk, next_piece, remembered};
use serde_json::Value;

use crate::admin::Reread;
use crate::base::{DocumentId, RowId};
use crate::canon::Direction;
use crate::daemon::commands;
use crate::daemon::ports::Ports;
use crate::daemon::submission::load_exchange;
use crate::edi::{Piece, ReadOptions, Reader, TransactionSet};
use crate::exchange::inbound::SetOutcome;
use crate::exchange::{
    BlobRef, Change, Detail, Document, DocumentStage, Effect, Exchange, Ids, Job, Teller, Translation, quarantine,
};
use crate::partner::MessageName;
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
        is_released: true,
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
        Some(SetOutcome::Document(new)) => {
            let mut change = quarantine::read_again(&document, &steps, &exchange, now, new, teller);
            change.effects.extend(remembered(std::mem::take(&mut walk.batch.seen)));
            change
        }
        Some(SetOutcome::Parked(set)) => quarantine::read_in_vain(&document, &steps, now, set),
        Some(SetOutcome::Acknowledged) => quarantine::settled(&document, steps, &exchange, now, teller),
        None => {
            let mut change = Change::new(now);
            change.effects.push(Effect::JobDone(job.subject));
            change
        }
    };
    Ok((change, Told { exchange, worst: walk.worst }))
}

/// What a document came in, and where in it.
pub(in crate::daemon) struct CameIn {
    pub(in crate::daemon) exchange: Exchange,
    pub(in crate::daemon) detail: Detail,
    pub(in crate::daemon) payload: BlobRef,
    /// Its place among the transaction sets of the file, from 0.
    pub(in crate::daemon) ordinal: u64,
}

/// What a document of a partner's came in; or, in words for an operator, why that is not known.
pub(in crate::daemon) fn came_in(ports: &Ports, document: &Document) -> Result<CameIn, String> {
    let stored = |fault: StoreError| fault.to_string();
    let (_, known) = commands::load(ports, document.id).map_err(stored)?.ok_or("the document is not there")?;
    let exchange = document.exchange.filter(|_| !document.outbound).ok_or("the document came in no exchange")?;
    let (exchange, detail) = load_exchange(ports, exchange).map_err(stored)?;
    let ordinal = known.message.and_then(|message| message.ordinal).ok_or("its place in its exchange is not known")?;
    let payload = detail.payload.ok_or("what the partner sent is not kept any more")?;
    Ok(CameIn { exchange, detail, payload, ordinal })
}

/// A document that a partner sent, as the configuration in force reads it. What is wrong is told in words for an operator.
pub(in crate::daemon) fn reread(ports: &Ports, document: &Document) -> Result<Reread, String> {
    let stored = |fault: StoreError| fault.to_string();
    let CameIn { exchange, detail, payload, ordinal } = came_in(ports, document)?;
    let configuration = ports.live.current();
    let options = ReadOptions { limits: configuration.settings.limits.clone(), ..ReadOptions::default() };
    let payload = ports.outbox.payload_reader(&payload).map_err(stored)?;
    let set =
        nth_set(Reader::new(payload, options), ordinal).map_err(stored)?.ok_or("its transaction set is not there")?;
    let translation = Translation {
        registry: &configuration.registry,
        instance: &configuration.settings.instance,
        exchange: &exchange,
        detail: &detail,
        limits: &configuration.settings.limits,
    };
    let row = RowId::mint(ports.clock.now(), ports.entropy.bytes());
    let read = translation.translate(&set, Ids { document: document.id, row }).map_err(|faults| {
        let worst = faults.iter().max_by_key(|fault| fault.severity).map(ToString::to_string);
        format!("by the mapping in force it is no document: {}", worst.unwrap_or_default())
    })?;
    if document.stage == DocumentStage::Parked {
        return Ok(Reread { read, differences: Vec::new() });
    }
    let registry = &configuration.registry;
    let head = &set.interchange;
    let partner = registry.interchange_partner(&exchange.partner, head.standard, &head.receiver, &head.sender);
    let agreement = partner.and_then(|partner| partner.agreement(Direction::Inbound, &MessageName::of(&set)));
    let before = ports.outbox.payload(&document.content).map_err(stored)?;
    let value = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).map_err(|fault| fault.to_string());
    let (before, now) = (value(&before)?, value(&read.content)?);
    let differences =
        agreement.map(|agreement| agreement.mapping.document_differences(&before, &now)).unwrap_or_default();
    Ok(Reread { read, differences })
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
