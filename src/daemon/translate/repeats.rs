//! What a partner sends again under another Message-ID: the interchange, the transaction set, the document. What is seen
//! for the first time is written down with what it becomes.

use crate::base::{DocumentId, ExchangeId, Sha256, Timestamp};
use crate::daemon::ports::Ports;
use crate::edi::{InterchangeHead, Standard, TransactionSet};
use crate::exchange::{DedupKey, Seen};
use crate::partner::{Duplicates, OnDuplicate, Partner, written};
use crate::store::StoreError;

/// What was seen before, and what the partner's file wants done about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) struct Repeat {
    pub(in crate::daemon) policy: OnDuplicate,
    /// The exchange that it came in first.
    pub(in crate::daemon) exchange: Option<ExchangeId>,
    /// The document that it has become.
    pub(in crate::daemon) document: Option<DocumentId>,
}

/// The interchange that is being read: its key, and what it repeats.
pub(super) struct Arriving {
    pub(super) key: DedupKey,
    pub(super) repeats: Option<Repeat>,
}

/// Looks into what was seen.
pub(in crate::daemon) struct Repeats<'a> {
    pub(in crate::daemon) ports: &'a Ports,
    /// The exchange at work: what it has seen itself before a crash is no repeat.
    pub(in crate::daemon) exchange: ExchangeId,
}

impl Repeats<'_> {
    pub(super) fn arriving(&self, partner: &Partner, head: &InterchangeHead) -> Result<Arriving, StoreError> {
        Ok(Arriving { key: interchange_key(partner, head), repeats: self.of_interchange(partner, head)? })
    }

    /// Whether an interchange came before, in another file: one that comes twice in one file is the reader's finding.
    pub(in crate::daemon) fn of_interchange(
        &self,
        partner: &Partner,
        head: &InterchangeHead,
    ) -> Result<Option<Repeat>, StoreError> {
        let Some(duplicates) = duplicates(partner, head.standard) else { return Ok(None) };
        let (key, policy) = (interchange_key(partner, head), duplicates.interchange);
        self.of(&key, duplicates, policy, |seen| seen.exchange != Some(self.exchange))
    }

    /// Whether a transaction set came before, in another interchange. Numbers of messages of EDIFACT begin anew in each
    /// interchange, and tell nothing. `own` is the document that it becomes.
    pub(super) fn of_set(
        &self,
        partner: &Partner,
        set: &TransactionSet,
        own: DocumentId,
    ) -> Result<Option<Repeat>, StoreError> {
        let (Some(key), Some(duplicates)) = (set_key(partner, set), duplicates(partner, set.interchange.standard))
        else {
            return Ok(None);
        };
        self.of(&key, duplicates, duplicates.group, |seen| seen.document != Some(own))
    }

    /// Whether a document of this type, number and content came before.
    pub(super) fn of_document(
        &self,
        partner: &Partner,
        standard: Standard,
        key: &DedupKey,
        own: DocumentId,
    ) -> Result<Option<Repeat>, StoreError> {
        let Some(duplicates) = duplicates(partner, standard) else { return Ok(None) };
        self.of(key, duplicates, duplicates.document, |seen| seen.document != Some(own))
    }

    fn of(
        &self,
        key: &DedupKey,
        duplicates: &Duplicates,
        policy: OnDuplicate,
        is_other: impl Fn(&Seen) -> bool,
    ) -> Result<Option<Repeat>, StoreError> {
        if policy == OnDuplicate::Accept {
            return Ok(None);
        }
        let since: Timestamp = self.ports.clock.now().before(duplicates.window);
        let seen: Option<Seen> = self.ports.outbox.seen(key)?;
        let other = seen.filter(|seen| seen.at >= since && is_other(seen));
        Ok(other.map(|seen| Repeat { policy, exchange: seen.exchange, document: seen.document }))
    }
}

pub(super) fn duplicates(partner: &Partner, standard: Standard) -> Option<&Duplicates> {
    partner.reading(standard).map(|reading| &reading.duplicates)
}

fn interchange_key(partner: &Partner, head: &InterchangeHead) -> DedupKey {
    let (from, to) = (written(head.standard, &head.sender), written(head.standard, &head.receiver));
    DedupKey::seen("interchange", &[partner.id.as_str(), head.standard.as_str(), &from, &to, &head.control_number])
}

/// The key of a transaction set in a functional group; none where there is no group.
pub(super) fn set_key(partner: &Partner, set: &TransactionSet) -> Option<DedupKey> {
    let group = set.group.as_ref()?;
    let (from, to) = (&group.sender.id, &group.receiver.id);
    let names = [partner.id.as_str(), from, to, &group.control_number, &set.id, &set.control_number];
    Some(DedupKey::seen("set", &names))
}

/// The key of a document: its type, its number, and its content without `meta`.
pub(super) fn document_key(partner: &Partner, kind: &str, number: &str, content: &Sha256) -> DedupKey {
    DedupKey::seen("document", &[partner.id.as_str(), kind, number, &content.to_string()])
}
