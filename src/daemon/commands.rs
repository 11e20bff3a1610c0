//! What the ERP asks for, from whichever side it comes: judged, written down, and only then acknowledged.

mod about;

use std::sync::Arc;

use serde_json::Value;

use super::ports::Ports;
use super::submission::keep;
use crate::base::{Diagnostic, DocumentId, Sha256, Timestamp};
use crate::config::Configuration;
use crate::exchange::intake::{self, NewOutbound};
use crate::exchange::{
    Change, Command, DedupKey, Document, DocumentDetail, EventName, Route, Seen, Teller, Verb,
};
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
}

/// What became of a command. Each of them is durable.
#[derive(Debug)]
pub(crate) enum Taken {
    /// It is written down, or was before.
    Done,
    /// It cannot be done, and the ERP was told why.
    Refused(Vec<Diagnostic>),
    /// It cannot even be read: nobody can be told, and it is to be set aside.
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
    let command = match read(incoming, ports.clock.now(), configuration.settings.limits.document) {
        Ok(command) => command,
        Err(fault) => return set_aside(ports, &configuration, incoming, fault),
    };
    let taking = Taking { ports, configuration: &configuration, command: &command };
    for _ in 0..TRIES {
        match taking.once() {
            Err(StoreError::Conflict { .. }) => {}
            other => return other,
        }
    }
    taking.once()
}

/// What cannot be read as a command is kept as it came, and told.
fn set_aside(
    ports: &Ports,
    configuration: &Configuration,
    incoming: &Incoming,
    fault: Diagnostic,
) -> Result<Taken, StoreError> {
    let at = ports.clock.now();
    let id = format!("unreadable {}", Sha256::of(&[incoming.key.as_bytes(), b"\n", &incoming.body].concat()));
    let command = Command {
        route: Route { verb: Verb::Send, document: None, partner: None },
        id,
        document: None,
        reply_to: incoming.reply_to.clone(),
        correlation_id: incoming.correlation_id.clone(),
        at,
        body: Value::Null,
    };
    let taking = Taking { ports, configuration, command: &command };
    let (key, document) = (DedupKey::command(&command.id), DocumentId::mint(at, ports.entropy.bytes()));
    let new = taking.unsendable(document, key, vec![fault.clone()], &incoming.body)?;
    match ports.outbox.apply_blocking(intake::refused(new, taking.teller())) {
        Ok(_) | Err(StoreError::Repeated { .. }) => Ok(Taken::Unreadable(Box::new(fault))),
        Err(fault) => Err(fault),
    }
}

/// Reads what came as a command.
fn read(incoming: &Incoming, at: Timestamp, limit: usize) -> Result<Command, Diagnostic> {
    let route = Route::parse(&incoming.key)?;
    if incoming.body.len() > limit {
        let bytes = incoming.body.len();
        let fault = Diagnostic::error("document-too-large", format!("the body has {bytes} bytes and may have {limit}"));
        return Err(fault.hinting("raise 'document' in [limits], or send smaller documents"));
    }
    let body: Value = serde_json::from_slice(&incoming.body).map_err(|fault| {
        Diagnostic::error("no-json", format!("the body is no JSON: {fault}")).hinting("send one JSON object, in UTF-8")
    })?;
    let in_meta = || body.pointer("/meta/documentId").and_then(Value::as_str).map(str::to_owned);
    let given = incoming.document_id.clone().or_else(in_meta).filter(|_| route.verb == Verb::Send);
    // The same body under another address is another command.
    let digest = || {
        let words: Vec<&str> = incoming.key.split('.').take(ADDRESS_WORDS).collect();
        Sha256::of(&[words.join(".").as_bytes(), b"\n", &incoming.body].concat()).to_string()
    };
    let id = given.clone().or_else(|| incoming.message_id.clone()).unwrap_or_else(digest);
    let about = body.get("documentId").and_then(Value::as_str);
    let document = match route.verb {
        Verb::Send => given.and_then(|given| given.parse().ok()),
        Verb::Posted | Verb::Refused | Verb::Cancel => about.and_then(|about| about.parse().ok()),
    };
    Ok(Command {
        route,
        id: id.chars().take(LONGEST_ID).collect(),
        document,
        reply_to: incoming.reply_to.clone(),
        correlation_id: incoming.correlation_id.clone(),
        at,
        body,
    })
}

/// Verb, document type, major version and partner.
const ADDRESS_WORDS: usize = 4;
/// Characters of an id by which a command is recognised.
const LONGEST_ID: usize = 255;

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

    fn once(&self) -> Result<Taken, StoreError> {
        match self.command.route.verb {
            Verb::Send => self.send(),
            Verb::Posted | Verb::Refused | Verb::Cancel => self.about_document(),
        }
    }

    fn known_since(&self) -> Timestamp {
        self.command.at.before(self.configuration.settings.store.retention.payload)
    }

    fn send(&self) -> Result<Taken, StoreError> {
        let Self { ports, command, .. } = *self;
        let key = DedupKey::command(&command.id);
        if let Some(seen) = self.seen(&key)? {
            return self.again(&seen);
        }
        let minted = DocumentId::mint(command.at, ports.entropy.bytes());
        let id = command.document.unwrap_or(minted);
        // An id that a partner's document has already cannot be another's.
        let taken = ports.outbox.document(id)?.is_some();
        let judged =
            if taken { Err(vec![id_taken(id)]) } else { intake::judge(command, id, &self.configuration.registry) };
        let (change, faults) = self.sending(if taken { minted } else { id }, key, judged)?;
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
        key: DedupKey,
        judged: Result<intake::Sending, Vec<Diagnostic>>,
    ) -> Result<(Change, Vec<Diagnostic>), StoreError> {
        match judged {
            Ok(sending) => {
                let intake::Sending { partner, kind, number, content, detail } = sending;
                let content = keep(self.ports, &content)?;
                let (at, known_since) = (self.command.at, self.known_since());
                let new = NewOutbound { id, at, partner, kind, number, key, known_since, content, detail };
                Ok((intake::accepted(new, self.teller()), Vec::new()))
            }
            Err(faults) => {
                let body = serde_json::to_vec(&self.command.body).expect("a JSON value is JSON");
                let new = self.unsendable(id, key, faults.clone(), &body)?;
                Ok((intake::refused(new, self.teller()), faults))
            }
        }
    }

    /// What is kept of a document that cannot be sent.
    fn unsendable(
        &self,
        id: DocumentId,
        key: DedupKey,
        faults: Vec<Diagnostic>,
        body: &[u8],
    ) -> Result<NewOutbound, StoreError> {
        let Self { ports, command, .. } = *self;
        let kind = command.route.document.as_deref().and_then(|name| name.split('@').next()).unwrap_or("-");
        let partner = command.route.partner.clone();
        Ok(NewOutbound {
            id,
            at: command.at,
            partner: partner.unwrap_or_else(|| "-".parse().expect("a dash is a partner id")),
            kind: kind.to_owned(),
            number: String::new(),
            key,
            known_since: self.known_since(),
            content: keep(ports, body)?,
            detail: DocumentDetail {
                asked: Some(intake::asked(command)),
                diagnostics: faults,
                ..DocumentDetail::default()
            },
        })
    }

    fn seen(&self, key: &DedupKey) -> Result<Option<Seen>, StoreError> {
        let since = self.known_since();
        Ok(self.ports.outbox.seen(key)?.filter(|seen| seen.at >= since))
    }

    /// The same command came before: whoever sent it is told what became of the first.
    fn again(&self, seen: &Seen) -> Result<Taken, StoreError> {
        let Some(id) = seen.document else { return Ok(Taken::Done) };
        if let Some((document, detail)) = load(self.ports, id)? {
            let change = intake::repeated(&document, detail, self.command, self.teller());
            self.ports.outbox.apply_blocking(change)?;
            self.tell(id, EventName::CommandDuplicate, &self.command.id);
        }
        Ok(Taken::Done)
    }

    fn tell(&self, document: DocumentId, name: EventName, text: &str) {
        let nobody = "-".parse().expect("a dash is a partner id");
        let partner = self.command.route.partner.as_ref().unwrap_or(&nobody);
        Event::Told { name: name.as_str(), document, partner, text }.emit(&self.ports.metrics);
    }
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
