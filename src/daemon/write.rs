//! The step from a document of the ERP's to its message: by the mapping agreed on, held against the guide and read back,
//! as it will be written for the partner.

use std::sync::Arc;

use serde_json::{Value, json};

use super::commands;
use super::envelope::Envelope;
use super::filling::Filling;
use super::ports::Ports;
use super::submission::keep;
use super::worker::postpone;
use crate::base::{Diagnostic, Severity, Timestamp, times};
use crate::config::Configuration;
use crate::edi::Standard;
use crate::edi::write::{self, WriteOptions};
use crate::exchange::making::{self, Written};
use crate::exchange::{Change, Document, DocumentDetail, Job, Lane, Subject, Teller};
use crate::mapping::{Origin, ReadContext, alone};
use crate::observe::Event;
use crate::partner::{Batch, Partner, Status};
use crate::store::{Lease, StoreError};

/// Looks at a partner that is suspended again after this.
const WHILE_SUSPENDED: std::time::Duration = std::time::Duration::from_secs(60);

/// Makes the message of one document, or sets it aside.
pub(super) async fn run_once(ports: &Arc<Ports>, lease: Lease) -> Result<(), StoreError> {
    let job = lease.job().clone();
    let working = Arc::clone(ports);
    let decided = tokio::task::spawn_blocking(move || decide(&working, &job)).await;
    let (change, parked) = match decided {
        Ok(Ok(decided)) => decided,
        Ok(Err(fault)) if fault.is_passing() => return postpone(ports, lease, fault).await,
        Ok(Err(fault)) => return Err(fault),
        Err(stopped) => return Err(StoreError::Index { what: format!("writing a message ended early: {stopped}") }),
    };
    lease.finish(change).await?;
    if let Some((document, why)) = parked {
        let name = crate::exchange::EventName::DocumentQuarantined.as_str();
        Event::Told { name, document: document.id, partner: &document.partner, text: &why }.emit(&ports.metrics);
    }
    Ok(())
}

type Decided = (Change, Option<(Document, String)>);

fn decide(ports: &Ports, job: &Job) -> Result<Decided, StoreError> {
    let now = ports.clock.now();
    let configuration = ports.live.current();
    let Subject::Document(id) = job.subject else {
        return Err(StoreError::Index { what: format!("a message is made of a document, not of {}", job.subject) });
    };
    let found = commands::load(ports, id)?;
    let (document, detail) =
        found.ok_or_else(|| StoreError::Index { what: format!("the job of document {id} has no document") })?;
    let partner = configuration.registry.partner(&document.partner).map(Arc::as_ref);
    if partner.is_some_and(|partner| partner.status == Status::Suspended) {
        let mut change = Change::new(now);
        let held = Job { due: now.after(WHILE_SUSPENDED), attempts: job.attempts.saturating_sub(1), ..job.clone() };
        change.effects.push(crate::exchange::Effect::Job(held));
        return Ok((change, None));
    }
    let writing = Making { ports, configuration: &configuration, document: &document, now };
    let attempts = configuration.settings.limits.attempts;
    let made = if job.attempts > attempts {
        let why = format!("the daemon was stopped in the middle of writing this {}", times(attempts));
        let hint = "look for a crash in the log; the document is kept, please report it with edigate's version";
        Err(vec![Diagnostic::error("gave-up", why).hinting(hint)])
    } else {
        match partner {
            None => Err(vec![no_partner(&document)]),
            Some(partner) => writing.written(partner)?,
        }
    };
    Ok(match made {
        Ok(written) => (making::written(&document, now, detail, written), None),
        Err(diagnostics) => writing.parked(detail, diagnostics),
    })
}

/// A document at work.
struct Making<'a> {
    ports: &'a Ports,
    configuration: &'a Configuration,
    document: &'a Document,
    now: Timestamp,
}

impl Making<'_> {
    fn parked(&self, detail: DocumentDetail, diagnostics: Vec<Diagnostic>) -> Decided {
        let teller = Teller { instance: &self.configuration.settings.instance, entropy: &*self.ports.entropy };
        let worst = diagnostics.iter().max_by_key(|one| one.severity).map(ToString::to_string).unwrap_or_default();
        let change = making::parked(self.document, self.now, detail, diagnostics, teller);
        (change, Some((self.document.clone(), worst)))
    }

    /// The inner error is for a person to mend.
    fn written(&self, partner: &Partner) -> Result<Result<Written, Vec<Diagnostic>>, StoreError> {
        let content = self.ports.outbox.payload(&self.document.content)?;
        let content: Value = serde_json::from_slice(&content)
            .map_err(|fault| StoreError::Index { what: format!("a canonical document cannot be read: {fault}") })?;
        let version = content.pointer("/meta/schemaVersion").and_then(Value::as_str).unwrap_or("1.0");
        let name = format!("{}@{}", self.document.kind, version.split('.').next().unwrap_or("1"));
        let Some(agreement) = partner.outbound_agreement(&name) else {
            return Ok(Err(vec![no_agreement(partner, &name)]));
        };
        let standard = agreement.message.standard;
        let Some(envelope) = Envelope::of(partner, standard) else {
            return Ok(Err(vec![no_identities(partner, standard)]));
        };
        let context = ReadContext { trace: true, ..partner.read_context(standard) };
        let mapping = &agreement.mapping;
        let made = mapping.write(&content, &context);
        let mut diagnostics = made.findings;
        if diagnostics.iter().any(|one| one.severity == Severity::Error) {
            return Ok(Err(diagnostics));
        }
        let interchange = alone(mapping.message(), made.segments);
        // As the partner will get it, so that what cannot be written for him is known now.
        if let Err(fault) = write::write(&envelope.rehearsed(&interchange), &envelope.options()) {
            diagnostics.push(Diagnostic::from(&fault));
            return Ok(Err(diagnostics));
        }
        let text = write::write(&interchange, &WriteOptions::of(standard)).map_err(|fault| StoreError::Index {
            what: format!("a message that was written cannot be kept: {}", Diagnostic::from(&fault)),
        })?;
        let lane = envelope.lane(agreement, self.document);
        let (due, wakes) = self.timing(envelope.writing.batch, &lane, text.len() as u64)?;
        Ok(Ok(Written {
            text: keep(self.ports, &text)?,
            origins: Some(keep(self.ports, &origins(&made.origins))?),
            diagnostics,
            lane,
            due,
            wakes,
        }))
    }

    /// When an interchange is made of what waits in a lane, and whom this document wakes because it fills one.
    fn timing(&self, batch: Batch, lane: &Lane, bytes: u64) -> Result<(Timestamp, Option<Job>), StoreError> {
        let Some(mut filling) = Filling::of(self.ports, batch, lane)? else { return Ok((self.now, None)) };
        if !filling.add(bytes) {
            return Ok((filling.due(self.now), None));
        }
        let leader = filling.begin_anew();
        Ok((if leader.is_none() { self.now } else { filling.due(self.now) }, leader))
    }
}

/// What the errors of a functional acknowledgement are traced back by: `[segment, element, component, member, rule]`,
/// the segment's position in the transaction set, the header being 1.
fn origins(origins: &[Origin]) -> Vec<u8> {
    let rows: Vec<Value> = origins
        .iter()
        .filter(|origin| !origin.member.is_empty() || origin.rule.is_some())
        .map(|origin| {
            let rule = origin.rule.as_ref().map(|(file, line)| format!("{file}:{line}"));
            json!([origin.segment + 2, origin.element, origin.component, origin.member, rule])
        })
        .collect();
    serde_json::to_vec(&rows).expect("rows of numbers and texts are JSON")
}

fn no_partner(document: &Document) -> Diagnostic {
    Diagnostic::error("unknown-partner", format!("there is no partner {} any more", document.partner))
        .hinting("put its folder back under partners/, then 'edigate doc release'")
}

fn no_agreement(partner: &Partner, name: &str) -> Diagnostic {
    Diagnostic::error("no-agreement", format!("no agreement of {} sends {name} any more", partner.id))
        .expecting(format!("an [[agreement]] with document = \"{name}\" and direction = \"out\""))
        .hinting("add it to the partner file, reload, then 'edigate doc release'")
}

fn no_identities(partner: &Partner, standard: Standard) -> Diagnostic {
    Diagnostic::error("no-identities", format!("the file of {} has no table [{}]", partner.id, standard.as_str()))
        .hinting("say in it who we are and who they are, reload, then 'edigate doc release'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_count_segments_as_acknowledgements_do() {
        let origin = Origin {
            segment: 3,
            element: 2,
            component: 1,
            member: "lines[0].quantity.value".to_owned(),
            rule: Some((Arc::from("mappings/order.toml"), 12)),
        };
        let json: Value = serde_json::from_slice(&origins(&[origin])).unwrap();
        assert_eq!(json, json!([[5, 2, 1, "lines[0].quantity.value", "mappings/order.toml:12"]]));
    }
}
