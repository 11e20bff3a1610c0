//! What the ERP asks for, from whichever side it comes: judged, written down, and only then acknowledged.

mod about;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::read::{Unread, by_content, read};
use super::ports::Ports;
use super::submission::keep;
use crate::base::{Diagnostic, DocumentId, PartnerId};
use crate::config::{Configuration, Erp};
use crate::exchange::intake::{self, NewOutbound};
use crate::exchange::{Change, Command, Document, DocumentDetail, DocumentStage, EventName, Seen, Teller, Verb};
use crate::observe::Event;
use crate::store::StoreError;

/// A command as it came.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// Its address: a routing key, or what a file's name says.
    pub(crate) key: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
    /// The id that the ERP's message has.
    pub(crate) message_id: Option<String>,
    /// The id that the ERP gave the document.
    pub(crate) document_id: Option<String>,
    /// The queue that wants the answers too.
    pub(crate) reply_to: Option<String>,
    /// What the answers there carry.
    pub(crate) correlation_id: Option<String>,
    /// The user of the broker who sent it.
    pub(crate) user: Option<String>,
}

/// What became of a command. Each of them is durable.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is written down, or was before.
    Done,
    /// It cannot be done, and the ERP was told why.
    Refused(Vec<Diagnostic>),
    /// It cannot even be read, and is to be set aside.
    Unreadable(Box<Diagnostic>),
}

/// Tries to decide anew when a document has moved on meanwhile.
const TRIES: usize = 5;

/// Takes one command. An error is the store's: the command is to come again.
pub(crate) async fn take(ports: &Arc<Ports>, incoming: Incoming) -> Result<Taken, StoreError> {
    let working = Arc::clone(ports);
    let taking = tokio::task::spawn_blocking(move || take_blocking(&working, &incoming)).await;
    taking.unwrap_or_else(|stopped| Err(StoreError::Index { what: format!("taking a command ended early: {stopped}") }))
}

fn take_blocking(ports: &Ports, incoming: &Incoming) -> Result<Taken, StoreError> {
    let configuration = ports.live.current();
    let command = match read(incoming, ports.clock.now(), &configuration.settings) {
        Ok(command) => command,
        Err(unread) => return set_aside(ports, &configuration, incoming, unread),
    };
    let taking = Taking { ports, configuration: &configuration, command: &command };
    if let Err(fault) = taking.allowed(incoming.user.as_deref())? {
        // Whoever may not ask is told nothing of the document either.
        let command = Command { key: by_content(incoming), document: None, ..command };
        return set_aside(ports, &configuration, incoming, Unread::Forbidden(Box::new(command), fault));
    }
    for _ in 0..TRIES {
        match taking.once() {
            Err(StoreError::Conflict { .. }) => {}
            other => return other,
        }
    }
    taking.once()
}

/// What is no command, or none for whoever sent it, is kept as it came, and told.
fn set_aside(
    ports: &Ports,
    configuration: &Configuration,
    incoming: &Incoming,
    unread: Unread,
) -> Result<Taken, StoreError> {
    let (Unread::Undecodable(command, fault)
    | Unread::Misaddressed(command, fault)
    | Unread::Forbidden(command, fault)) = &unread;
    let taking = Taking { ports, configuration, command };
    let id = DocumentId::mint(command.at, ports.entropy.bytes());
    let new = taking.unsendable(id, vec![fault.clone()], &incoming.body)?;
    let (change, name) = match command.route.verb {
        Verb::Send => (intake::refused(new, taking.teller()), EventName::RefusedByGateway),
        Verb::Posted | Verb::Refused | Verb::Cancel => {
            (intake::command_refused(new, None, taking.teller()), EventName::CommandRefused)
        }
    };
    match ports.outbox.apply_blocking(change) {
        Ok(_) => taking.tell(id, name, &fault.to_string()),
        Err(StoreError::Repeated { seen }) => drop(taking.again(&seen)?),
        Err(fault) => return Err(fault),
    }
    Ok(match unread {
        Unread::Undecodable(_, fault) => Taken::Unreadable(Box::new(fault)),
        Unread::Misaddressed(_, fault) | Unread::Forbidden(_, fault) => Taken::Refused(vec![fault]),
    })
}

/// One command being taken.
struct Taking<'a> {
    ports: &'a Ports,
    configuration: &'a Configuration,
    command: &'a Command,
}

impl Taking<'_> {
    fn teller(&self) -> Teller<'_> {
        Teller { instance: &self.configuration.settings.instance, entropy: &*self.ports.entropy }
    }

    /// Whether this user of the broker may ask for it.
    fn allowed(&self, user: Option<&str>) -> Result<Result<(), Diagnostic>, StoreError> {
        let Erp::Amqp(amqp) = &self.configuration.settings.erp else { return Ok(Ok(())) };
        let Some(allow) = &amqp.allow else { return Ok(Ok(())) };
        let partner = match self.named()? {
            Some((document, _)) => Some(document.partner),
            None => intake::named(self.command).partner,
        };
        Ok(allow.allows(user, self.command.route.verb, partner.as_ref()))
    }

    fn once(&self) -> Result<Taken, StoreError> {
        let Command { key, known_since, route, .. } = self.command;
        if let Some(seen) = self.ports.outbox.seen(key)?.filter(|seen| seen.at >= *known_since) {
            return self.again(&seen);
        }
        match route.verb {
            Verb::Send => self.send(),
            Verb::Posted | Verb::Refused | Verb::Cancel => self.about_document(),
        }
    }

    fn send(&self) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        let minted = DocumentId::mint(command.at, ports.entropy.bytes());
        let id = command.document.unwrap_or(minted);
        // An id that a partner's document has already cannot be another's.
        let taken = ports.outbox.document(id)?.is_some();
        let judged =
            if taken { Err(vec![id_taken(id)]) } else { intake::judge(command, id, &self.configuration.registry) };
        let (change, faults) = self.sending(if taken { minted } else { id }, judged)?;
        let name = if faults.is_empty() { EventName::DocumentAccepted } else { EventName::RefusedByGateway };
        match ports.outbox.apply_blocking(change) {
            Ok(_) => {}
            Err(StoreError::Repeated { seen }) => return self.again(&seen),
            Err(fault) => return Err(fault),
        }
        let worst = faults.first().map(ToString::to_string).unwrap_or_default();
        self.tell(id, name, &worst);
        Ok(if faults.is_empty() { Taken::Done } else { Taken::Refused(faults) })
    }

    /// A document on its way, or what is wrong with it, written down.
    fn sending(
        &self,
        id: DocumentId,
        judged: Result<intake::Sending, Vec<Diagnostic>>,
    ) -> Result<(Change, Vec<Diagnostic>), StoreError> {
        match judged {
            Ok(sending) => {
                let intake::Sending { partner, kind, number, content, detail } = sending;
                let content = keep(self.ports, &content)?;
                let Command { at, key, known_since, .. } = *self.command;
                let new = NewOutbound { id, at, partner, kind, number, key, known_since, content, detail };
                Ok((intake::accepted(new, self.teller()), Vec::new()))
            }
            Err(faults) => {
                let new = self.unsendable(id, faults.clone(), &self.body())?;
                Ok((intake::refused(new, self.teller()), faults))
            }
        }
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(&self.command.body).expect("a JSON value is JSON")
    }

    /// What is kept of a command that is refused.
    fn unsendable(&self, id: DocumentId, faults: Vec<Diagnostic>, body: &[u8]) -> Result<NewOutbound, StoreError> {
        let Self { ports, command, .. } = *self;
        let intake::Named { partner, kind, number, order_number } = intake::named(command);
        Ok(NewOutbound {
            id,
            at: command.at,
            partner: partner.unwrap_or_else(nobody),
            kind: kind.unwrap_or_else(|| "-".to_owned()),
            number: number.unwrap_or_default(),
            key: command.key,
            known_since: command.known_since,
            content: keep(ports, body)?,
            detail: DocumentDetail {
                asked: Some(intake::asked(command)),
                order_number,
                diagnostics: faults,
                ..DocumentDetail::default()
            },
        })
    }

    /// The same command came before: whoever sent it is told what became of the first.
    fn again(&self, seen: &Seen) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        let first = match seen.document {
            Some(id) => load(ports, id)?,
            None => None,
        };
        let Some((first, detail)) = first else {
            let id = DocumentId::mint(command.at, ports.entropy.bytes());
            ports.outbox.apply_blocking(intake::repeated_late(command, id, self.teller()))?;
            self.tell(id, EventName::CommandDuplicate, &command.id);
            return Ok(Taken::Done);
        };
        let refused = (first.stage == DocumentStage::Refused).then(|| detail.diagnostics.clone());
        let named = match &refused {
            Some(_) => self.named()?,
            None => None,
        };
        let about = named.as_ref().map(|(named, detail)| (named, detail));
        let told = about.map_or(first.id, |(named, _)| named.id);
        ports.outbox.apply_blocking(intake::repeated((&first, detail), about, command, self.teller()))?;
        self.tell(told, EventName::CommandDuplicate, &command.id);
        Ok(refused.map_or(Taken::Done, Taken::Refused))
    }

    fn tell(&self, document: DocumentId, name: EventName, text: &str) {
        let nobody = nobody();
        let partner = self.command.route.partner.as_ref().unwrap_or(&nobody);
        Event::Told { name: name.as_str(), document, partner, text }.emit(&self.ports.metrics);
    }
}

fn nobody() -> PartnerId {
    "-".parse().expect("a dash is a partner id")
}

fn id_taken(id: DocumentId) -> Diagnostic {
    Diagnostic::error("document-id-taken", format!("{id} is the id of another document"))
        .hinting("give each document an id of its own, or none")
}

/// A document with its detail.
pub(super) fn load(ports: &Ports, id: DocumentId) -> Result<Option<(Document, DocumentDetail)>, StoreError> {
    let Some(document) = ports.outbox.document(id)? else { return Ok(None) };
    let detail = match &document.detail {
        None => DocumentDetail::default(),
        Some(reference) => DocumentDetail::from_json(&ports.outbox.payload(reference)?).map_err(|fault| {
            StoreError::Index { what: format!("the detail of document {id} cannot be read: {fault}") }
        })?,
    };
    Ok(Some((document, detail)))
}
