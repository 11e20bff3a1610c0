//! The second reading of a file: transaction set by transaction set, in batches that say how far they have come.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::repeats::{Arriving, Repeat, Repeats, document_key, duplicates, set_key};
use super::{BATCH_BYTES, BATCH_SETS, Told, unread};
use crate::base::{Diagnostic, DocumentId, RowId, Sha256};
use crate::config::Configuration;
use crate::daemon::acknowledged::Statements;
use crate::daemon::ports::Ports;
use crate::edi::ack::{Acknowledged, acknowledged};
use crate::edi::{InterchangeHead, Piece, ReadFault, Reader, TransactionSet};
use crate::exchange::inbound::{self, NewDocument, ParkedSet, Progress, SetOutcome};
use crate::exchange::{
    Change, DedupKey, Detail, DocumentDetail, Effect, Exchange, Ids, Payload, Seen, Teller, Translated, Translation,
    WireMessage, rejected_with, wire_message,
};
use crate::partner::{OnDuplicate, Partner};
use crate::store::{PayloadReader, StoreError};

/// The second reading.
pub(super) struct Walk<'a> {
    pub(super) ports: &'a Ports,
    pub(super) configuration: &'a Configuration,
    pub(super) detail: &'a Detail,
    /// The interchanges, by their place in the file, that are rejected whole, each for a transaction set in it.
    pub(super) rejected: BTreeMap<u64, String>,
    pub(super) batch: Batch,
    /// The interchange that is being read.
    pub(super) arriving: Option<Arriving>,
    /// A person has released what is read: it is taken although it came before.
    pub(super) is_released: bool,
    pub(super) worst: Option<Diagnostic>,
}

#[derive(Default)]
pub(super) struct Batch {
    outcomes: Vec<SetOutcome>,
    bytes: usize,
    /// What was seen for the first time.
    pub(super) seen: BTreeMap<DedupKey, Seen>,
}

/// The next piece of a file that the survey read to its end.
pub(super) fn next_piece(reader: &mut Reader<PayloadReader>) -> Result<Option<Piece>, StoreError> {
    reader.next_piece().map_err(|fault| match fault {
        ReadFault::Io(fault) => unread(&fault),
        fault => StoreError::Index { what: format!("the second reading differs from the first: {fault}") },
    })
}

impl Walk<'_> {
    /// Finds the interchanges that are rejected whole, before anything of them is published.
    pub(super) fn judge(&mut self, exchange: &Exchange, mut reader: Reader<PayloadReader>) -> Result<(), StoreError> {
        let mut interchange = 0;
        let mut is_judged_whole = false;
        while let Some(piece) = next_piece(&mut reader)? {
            match piece {
                Piece::Interchange(head) => {
                    interchange += 1;
                    is_judged_whole = self.translation(exchange).is_judged_whole(&head);
                }
                Piece::Set(set)
                    if is_judged_whole
                        && !self.rejected.contains_key(&interchange)
                        && self.translation(exchange).translate(&set, self.ids()).is_err() =>
                {
                    self.rejected.insert(interchange, format!("{} {}", set.id, set.control_number));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn run(
        mut self,
        mut exchange: Exchange,
        mut reader: Reader<PayloadReader>,
    ) -> Result<(Change, Told), StoreError> {
        let mut skip = exchange.sets_done;
        let mut ordinal = exchange.sets_done;
        let mut current: Option<Arc<InterchangeHead>> = None;
        let mut interchange = 0;
        while let Some(piece) = next_piece(&mut reader)? {
            let set = match piece {
                Piece::Set(set) => set,
                Piece::Interchange(head) => {
                    interchange += 1;
                    self.arriving = self.arriving(&exchange, &head)?;
                    current = Some(head);
                    continue;
                }
                Piece::Acknowledgement(ta1) => {
                    if let Some(head) = &current {
                        let unmatched = self.settle(&exchange, head, &[Acknowledged::from(&ta1)])?;
                        self.worst = self.worst.or(unmatched.into_iter().next());
                    }
                    continue;
                }
                _ => continue,
            };
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let outcome = self.translate(&exchange, &set, interchange, ordinal)?;
            ordinal += 1;
            self.batch.bytes += weight(&outcome);
            self.batch.outcomes.push(outcome);
            if self.batch.bytes >= BATCH_BYTES || self.batch.outcomes.len() >= BATCH_SETS {
                exchange = self.commit(&exchange)?;
            }
        }
        let (change, exchange) = self.change(&exchange, Progress::Finished);
        Ok((change, Told { exchange, worst: self.worst }))
    }

    /// Makes what has gathered durable and goes on.
    fn commit(&mut self, exchange: &Exchange) -> Result<Exchange, StoreError> {
        let (change, next) = self.change(exchange, Progress::More);
        self.ports.outbox.apply_blocking(change)?;
        Ok(next)
    }

    /// What has gathered as a change.
    fn change(&mut self, exchange: &Exchange, progress: Progress) -> (Change, Exchange) {
        let Batch { outcomes, seen, .. } = std::mem::take(&mut self.batch);
        let teller = Teller { instance: &self.configuration.settings.instance, entropy: &*self.ports.entropy };
        let (mut change, next) = inbound::translated(exchange, self.ports.clock.now(), outcomes, progress, teller);
        change.effects.extend(remembered(seen));
        (change, next)
    }

    /// The interchange that begins, and whether it came before.
    fn arriving(&mut self, exchange: &Exchange, head: &InterchangeHead) -> Result<Option<Arriving>, StoreError> {
        let Some(partner) = self.partner(exchange, head).cloned() else { return Ok(None) };
        let looking = Repeats { ports: self.ports, exchange: exchange.id };
        let arriving = looking.arriving(&partner, head)?;
        if arriving.repeats.is_none() {
            self.saw(arriving.key, exchange, None);
        }
        Ok(Some(arriving))
    }

    fn saw(&mut self, key: DedupKey, exchange: &Exchange, document: Option<DocumentId>) {
        let seen = Seen { exchange: Some(exchange.id), document, at: self.ports.clock.now() };
        self.batch.seen.insert(key, seen);
    }

    fn translation<'w>(&'w self, exchange: &'w Exchange) -> Translation<'w> {
        let settings = &self.configuration.settings;
        Translation {
            registry: &self.configuration.registry,
            instance: &settings.instance,
            exchange,
            detail: self.detail,
            limits: &settings.limits,
        }
    }

    fn ids(&self) -> Ids {
        let now = self.ports.clock.now();
        Ids {
            document: DocumentId::mint(now, self.ports.entropy.bytes()),
            row: RowId::mint(now, self.ports.entropy.bytes()),
        }
    }

    /// Translates a set of the interchange that has this place in the file.
    fn translate(
        &mut self,
        exchange: &Exchange,
        set: &TransactionSet,
        interchange: u64,
        ordinal: u64,
    ) -> Result<SetOutcome, StoreError> {
        let ids = self.ids();
        self.translate_as(exchange, set, interchange, ordinal, ids)
    }

    pub(super) fn translate_as(
        &mut self,
        exchange: &Exchange,
        set: &TransactionSet,
        interchange: u64,
        ordinal: u64,
        ids: Ids,
    ) -> Result<SetOutcome, StoreError> {
        if let Some(said) = acknowledged(set)
            && self.partner(exchange, &set.interchange).is_some()
        {
            let unmatched = self.settle(exchange, &set.interchange, &said)?;
            if unmatched.is_empty() {
                return Ok(SetOutcome::Acknowledged);
            }
            return self.parked(set, ids, unmatched, ordinal);
        }
        if let Some(repeat) = self.arriving.as_ref().and_then(|arriving| arriving.repeats)
            && repeat.policy == OnDuplicate::Reject
        {
            return self.parked(set, ids, vec![repeated("interchange", &repeat)], ordinal);
        }
        let translated = self.translation(exchange).translate(set, ids);
        let translated = match (translated, self.rejected.get(&interchange)) {
            (Ok(Translated { detail: DocumentDetail { mut diagnostics, .. }, .. }), Some(other)) => {
                diagnostics.push(rejected_with(other));
                Err(diagnostics)
            }
            (translated, _) => translated,
        };
        match translated {
            Ok(translated) => {
                let Translated { content, publication, mut detail } = translated;
                if let Some(message) = &mut detail.message {
                    message.ordinal = Some(ordinal);
                }
                let (kind, number, hash) = publication
                    .about
                    .as_ref()
                    .map(|about| (about.document_type.clone(), about.document_number.clone(), about.content_hash))
                    .unwrap_or_else(|| (String::new(), String::new(), Sha256::of(b"")));
                let mut repeats = self.repeats(exchange, set, ids, &kind, &number, &hash)?;
                if self.is_released {
                    repeats.iter_mut().for_each(|(_, repeat)| repeat.policy = OnDuplicate::Flag);
                }
                let told: Vec<_> = repeats.iter().map(|(level, repeat)| repeated(level, repeat)).collect();
                if repeats.iter().any(|(_, repeat)| repeat.policy == OnDuplicate::Reject) {
                    return self.parked(set, ids, [detail.diagnostics, told].concat(), ordinal);
                }
                detail.diagnostics.extend(told);
                let repeats = repeats.into_iter().next().map(|(_, repeat)| repeat.document);
                Ok(SetOutcome::Document(NewDocument {
                    id: ids.document,
                    row: ids.row,
                    kind,
                    number,
                    partition_key: publication.partition_key.clone(),
                    envelope: serde_json::to_vec(&publication).expect("a publication holds strings and numbers"),
                    content: self.keep(&content)?,
                    detail,
                    repeats,
                }))
            }
            Err(diagnostics) => self.parked(set, ids, diagnostics, ordinal),
        }
    }

    fn parked(
        &mut self,
        set: &TransactionSet,
        ids: Ids,
        diagnostics: Vec<Diagnostic>,
        ordinal: u64,
    ) -> Result<SetOutcome, StoreError> {
        let first = diagnostics.iter().max_by_key(|diagnostic| diagnostic.severity);
        if self.worst.is_none() {
            self.worst = first.cloned();
        }
        let content = self.keep(set.raw())?;
        let message = WireMessage { ordinal: Some(ordinal), ..wire_message(set) };
        let detail = DocumentDetail { diagnostics, message: Some(message), ..DocumentDetail::default() };
        Ok(SetOutcome::Parked(ParkedSet { id: ids.document, kind: set.id.clone(), content, detail }))
    }

    /// What a document repeats, the most telling first; what is seen for the first time is remembered.
    fn repeats(
        &mut self,
        exchange: &Exchange,
        set: &TransactionSet,
        ids: Ids,
        kind: &str,
        number: &str,
        content: &Sha256,
    ) -> Result<Vec<(&'static str, Repeat)>, StoreError> {
        let Some(partner) = self.partner(exchange, &set.interchange).cloned() else { return Ok(Vec::new()) };
        let looking = Repeats { ports: self.ports, exchange: exchange.id };
        let mut found = Vec::new();
        let document = document_key(&partner, kind, number, content);
        let duplicates = duplicates(&partner, set.interchange.standard);
        let policies = duplicates.map_or((OnDuplicate::Accept, OnDuplicate::Accept), |one| (one.document, one.group));
        let stored = looking.of_document(&partner, set.interchange.standard, &document, ids.document)?;
        match self.in_batch(&document, policies.0).or(stored) {
            Some(repeat) => found.push(("document", repeat)),
            None => self.saw(document, exchange, Some(ids.document)),
        }
        if let Some(key) = set_key(&partner, set) {
            let stored = looking.of_set(&partner, set, ids.document)?;
            match self.in_batch(&key, policies.1).or(stored) {
                Some(repeat) => found.push(("transaction set", repeat)),
                None => self.saw(key, exchange, Some(ids.document)),
            }
        }
        let interchange = self.arriving.as_ref().and_then(|arriving| arriving.repeats);
        found.extend(interchange.map(|repeat| ("interchange", repeat)));
        Ok(found)
    }

    /// Whether the same came a moment before, and is not on disk yet.
    fn in_batch(&self, key: &DedupKey, policy: OnDuplicate) -> Option<Repeat> {
        let seen = self.batch.seen.get(key).filter(|_| policy != OnDuplicate::Accept)?;
        Some(Repeat { policy, exchange: seen.exchange, document: seen.document })
    }

    fn partner(&self, exchange: &Exchange, head: &InterchangeHead) -> Option<&Arc<Partner>> {
        let registry = &self.configuration.registry;
        registry.interchange_partner(&exchange.partner, head.standard, &head.receiver, &head.sender)
    }

    /// Settles what a partner says of ours; what is about nothing of ours comes back.
    fn settle(
        &self,
        exchange: &Exchange,
        head: &InterchangeHead,
        said: &[Acknowledged],
    ) -> Result<Vec<Diagnostic>, StoreError> {
        let Some(partner) = self.partner(exchange, head) else { return Ok(Vec::new()) };
        let (ports, standard, came_in) = (self.ports, head.standard, exchange.id);
        Statements { ports, partner: &partner.id, standard, came_in }.settle(said)
    }

    fn keep(&self, content: &[u8]) -> Result<Payload, StoreError> {
        let mut stage = self.ports.outbox.spool().stage(content.len() as u64);
        stage.put(content)?;
        stage.finish()?.keep()
    }
}

/// What was seen for the first time, as effects.
pub(super) fn remembered(seen: BTreeMap<DedupKey, Seen>) -> impl Iterator<Item = Effect> {
    seen.into_iter().map(|(key, seen)| Effect::Seen(key, seen))
}

/// Bytes that an outcome adds to its change.
fn weight(outcome: &SetOutcome) -> usize {
    /// Records, references and keys around the payloads of one outcome.
    const AROUND: usize = 1 << 10;
    let told = |detail: &DocumentDetail| detail.diagnostics.len().min(100) * 512;
    AROUND
        + match outcome {
            SetOutcome::Document(document) => {
                inbound::inline_bytes(&document.content) + document.envelope.len() + told(&document.detail)
            }
            SetOutcome::Parked(set) => inbound::inline_bytes(&set.content) + told(&set.detail),
            SetOutcome::Acknowledged => 0,
        }
}

/// What is said of something that came before.
fn repeated(level: &str, repeat: &Repeat) -> Diagnostic {
    let before = match (repeat.document, repeat.exchange) {
        (Some(document), _) => format!(" as document {document}"),
        (None, Some(exchange)) => format!(" in exchange {exchange}"),
        (None, None) => String::new(),
    };
    let text = format!("the same {level} came before{before}");
    let hint =
        "ask the partner whether it is meant; where its repeats are to be taken, change 'duplicates' in its file";
    let diagnostic = match repeat.policy {
        OnDuplicate::Reject => Diagnostic::error("duplicate", text),
        OnDuplicate::Accept | OnDuplicate::Flag => Diagnostic::warning("duplicate", text),
    };
    diagnostic.hinting(hint)
}
