//! An interchange of ours as it went out: its numbers, what is in it, and what the partner's functional acknowledgements
//! say of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::record::{BlobRef, DedupKey};
use crate::base::{DocumentId, PartnerId, Timestamp};
use crate::edi::Level;
use crate::edi::ack::{Acknowledged, AcknowledgedBy, Verdict};

/// An interchange of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SentInterchange {
    /// `x12` or `edifact`.
    pub standard: String,
    /// Its control number (ISA13, 0020).
    pub control_number: String,
    /// Its functional groups; transaction sets of EDIFACT that stand in none are in one without a number.
    pub groups: Vec<SentGroup>,
    /// The functional acknowledgement that is owed: `997`, `999`, `CONTRL`; none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expects: Option<String>,
    /// How long after the delivery it may take, in milliseconds.
    #[serde(skip_serializing_if = "is_zero")]
    pub within_ms: u64,
    /// Whether it has not come in time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub overdue: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A functional group of ours.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct SentGroup {
    /// GS01, UNG 0038.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub functional_id: String,
    /// Its control number (GS06, UNG 0048).
    #[serde(skip_serializing_if = "String::is_empty")]
    pub control_number: String,
    /// Its transaction sets.
    pub sets: Vec<SentSet>,
}

/// A transaction set of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SentSet {
    /// What it is (ST01, UNH 0065).
    pub id: String,
    /// Its control number (ST02, UNH 0062).
    pub control_number: String,
    /// The document it is.
    pub document: DocumentId,
    /// What the partner's functional acknowledgement says of it: a
    /// [`SetAcknowledgement`](super::SetAcknowledgement) as JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledgement: Option<BlobRef>,
}

/// A level of an interchange of ours as a partner names it in a functional acknowledgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// The interchange.
    Interchange(&'a str),
    /// A functional group.
    Group(&'a str),
}

impl Named<'_> {
    /// By what the exchange is found.
    pub fn key(self, partner: &PartnerId, standard: &str) -> DedupKey {
        match self {
            Self::Interchange(number) => DedupKey::numbered(partner, standard, "interchange", number),
            Self::Group(number) => DedupKey::numbered(partner, standard, "group", number),
        }
    }
}

/// What of ours a partner's statement is about: the interchange where it is named, else the functional group.
pub fn named(acknowledged: &Acknowledged) -> Option<Named<'_>> {
    let subject = &acknowledged.subject;
    match (&subject.interchange, &subject.group) {
        (Some(interchange), _) => Some(Named::Interchange(&interchange.control_number)),
        (None, Some(group)) => Some(Named::Group(&group.control_number)),
        (None, None) => None,
    }
}

/// A word for the document that acknowledges.
pub const fn by(by: AcknowledgedBy) -> &'static str {
    match by {
        AcknowledgedBy::Ta1 => "TA1",
        AcknowledgedBy::Group997 => "997",
        AcknowledgedBy::Group999 => "999",
        AcknowledgedBy::Contrl => "CONTRL",
    }
}

impl SentInterchange {
    /// The documents in it, in order.
    pub fn documents(&self) -> impl Iterator<Item = DocumentId> {
        self.groups.iter().flat_map(|group| &group.sets).map(|set| set.document)
    }

    /// What was said of a document counts no more.
    pub fn forget_acknowledgement(&mut self, document: DocumentId) {
        let sets = self.groups.iter_mut().flat_map(|group| &mut group.sets);
        sets.filter(|set| set.document == document).for_each(|set| set.acknowledgement = None);
    }

    /// The set that is a document.
    pub fn set_of(&self, document: DocumentId) -> Option<&SentSet> {
        self.groups.iter().flat_map(|group| &group.sets).find(|set| set.document == document)
    }

    /// The time that the functional acknowledgement may take.
    pub fn within(&self) -> Duration {
        Duration::from_millis(self.within_ms)
    }

    /// When the functional acknowledgement of a message that was delivered then is overdue.
    pub fn due(&self, delivered: Timestamp) -> Timestamp {
        delivered.after(self.within())
    }

    /// Whether every set of it was spoken of.
    pub fn is_acknowledged(&self) -> bool {
        self.groups.iter().flat_map(|group| &group.sets).all(|set| set.acknowledgement.is_some())
    }

    /// Which sets a partner's statements speak of, and the last that is said of each. A statement about a group or about
    /// the interchange is about each set in it that no statement of its own speaks of: acknowledgements may leave
    /// accepted sets out.
    pub fn spoken_of<'a>(&self, statements: &'a [Acknowledged]) -> Vec<(DocumentId, &'a Acknowledged)> {
        let mut spoken = Vec::new();
        for group in &self.groups {
            for set in &group.sets {
                let own = statements.iter().rev().find(|one| is_about_set(one, group, set));
                let of_group = || statements.iter().rev().find(|one| is_about_group(one, group));
                let of_all = || statements.iter().rev().find(|one| self.is_about_all(one));
                if let Some(statement) = own.or_else(of_group).or_else(of_all) {
                    spoken.push((set.document, statement));
                }
            }
        }
        spoken
    }

    /// A TA1 that accepts, and a CONTRL that says no more than that the interchange came, are no word about what is in
    /// it.
    fn is_about_all(&self, statement: &Acknowledged) -> bool {
        let number = statement.subject.interchange.as_ref().map(|interchange| &interchange.control_number);
        let is_word = match (statement.by, statement.verdict) {
            (_, None | Some(Verdict::Received)) => false,
            (AcknowledgedBy::Ta1, Some(verdict)) => verdict == Verdict::Rejected,
            (_, Some(_)) => true,
        };
        is_word
            && statement.subject.level == Level::Interchange
            && number.is_some_and(|number| same_number(number, &self.control_number))
    }
}

fn is_about_set(statement: &Acknowledged, group: &SentGroup, set: &SentSet) -> bool {
    let said = statement.subject.set.as_ref();
    let same_group = statement.subject.group.as_ref().is_none_or(|named| {
        group.control_number.is_empty() || same_number(&named.control_number, &group.control_number)
    });
    statement.subject.level == Level::Set
        && statement.verdict.is_some()
        && same_group
        && said.is_some_and(|said| said.id == set.id && same_number(&said.control_number, &set.control_number))
}

fn is_about_group(statement: &Acknowledged, group: &SentGroup) -> bool {
    let number = statement.subject.group.as_ref().map(|group| &group.control_number);
    statement.subject.level == Level::Group
        && statement.verdict.is_some()
        && number.is_some_and(|number| same_number(number, &group.control_number))
}

/// Products write control numbers with zeros in front and without.
fn same_number(one: &str, other: &str) -> bool {
    let bare = |text: &str| -> String {
        let stripped = text.trim().trim_start_matches('0');
        stripped.to_owned()
    };
    bare(one) == bare(other)
}

/// What a statement about a group or interchange says of a set that it does not name.
pub fn verdict_on_set(statement: &Acknowledged) -> Verdict {
    match statement.verdict {
        Some(Verdict::Rejected) => Verdict::Rejected,
        // Of a group that is partly accepted, those that are rejected are named.
        Some(Verdict::PartlyAccepted) if statement.subject.level != Level::Set => Verdict::Accepted,
        Some(Verdict::AcceptedWithErrors) if statement.subject.level != Level::Set => Verdict::Accepted,
        Some(verdict) => verdict,
        None => Verdict::Received,
    }
}
