//! What reading needs to know beside the mapping, and what it gives.

use std::sync::Arc;

use jiff::tz::TimeZone;
use serde_json::Value;

use super::trace::Use;
use crate::base::{Diagnostic, Severity};
use crate::canon::{Derived, Unmapped};
use crate::edi::Place;

/// What reading needs to know of the partner.
#[derive(Clone, Debug)]
pub struct ReadContext<'c> {
    /// The partner's `[parties]`, in the order of the file.
    pub parties: &'c [PartyEntry],
    /// The zone of wire times that name none.
    pub time_zone: &'c TimeZone,
    /// What a code means that no list has.
    pub unlisted: UnlistedCode,
    /// Bytes of the document's text, about; a message that would make more is not read on (`Limits::document`).
    pub document_limit: usize,
    /// Whether to say where each member is from ([`Read::origins`]).
    pub trace: bool,
}

/// Where a member of a document that was read is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOrigin {
    /// The member: `lines[2].price.amount`.
    pub member: String,
    /// The elements that gave the value, in the order of the rule; none of a constant.
    pub places: Vec<Place>,
    /// File and line of the rule.
    pub rule: (Arc<str>, u32),
}

/// One line of `[parties]`: an id of ours, and what the wire says for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartyEntry {
    /// Our id: `plant-0100`.
    pub id: String,
    /// Scheme of the identifier, as canonical documents have it: `DUNS`, `BUYER_ASSIGNED`.
    pub scheme: String,
    /// The identifier.
    pub value: String,
    /// The party's name, for messages that name no identifier, and for documents without the party.
    pub name: Option<String>,
    /// The role in which the party stands in for one the message lacks: `buyer`.
    pub role: Option<String>,
}

/// What the partner's `severities.code` says of a code that no list has. The code itself is never lost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnlistedCode {
    /// It is information.
    Ignore,
    /// It is a warning.
    #[default]
    Warn,
    /// It makes the document unusable.
    Reject,
}

impl UnlistedCode {
    pub(super) fn severity(self) -> Severity {
        match self {
            Self::Ignore => Severity::Info,
            Self::Warn => Severity::Warning,
            Self::Reject => Severity::Error,
        }
    }
}

/// What reading gave.
#[derive(Clone, Debug)]
pub struct Read {
    /// The business members, in the order of the schema.
    pub document: Value,
    /// Members the wire did not carry.
    pub derived: Vec<Derived>,
    /// What was taken for granted, in sentences.
    pub assumptions: Vec<String>,
    /// What was noticed, in the order of the wire as far as it has a place there.
    pub findings: Vec<Diagnostic>,
    /// What no rule used.
    pub unmapped: Vec<Unmapped>,
    /// Where each member is from, if that was asked, in the order of the rules.
    pub origins: Vec<ReadOrigin>,
    /// Which rules used which elements, if that was asked, in the order of the wire.
    pub uses: Vec<Use>,
    /// Elements of the message that are not the engine's own, and how many of them rules used.
    pub coverage: Coverage,
}

/// How much of a message the rules of a mapping used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Elements and components that hold something, less those of the envelope and of hierarchies.
    pub elements: usize,
    /// Those of them that no rule used.
    pub unmapped: usize,
}

impl Read {
    /// Whether the document may be passed on: no finding is an error.
    pub fn is_usable(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity < Severity::Error)
    }
}
