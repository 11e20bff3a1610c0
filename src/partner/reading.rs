//! `[x12.read]` and `[edifact.read]`: what becomes of interchanges in which something is wrong.

use std::time::Duration;

use crate::base::table::Table;
use crate::edi::{FindingCode, Severities, Weight};
use crate::mapping::UnlistedCode;

/// What becomes of the other transaction sets of an interchange when one is rejected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// Each is judged by itself.
    #[default]
    RejectSet,
    /// All of them are rejected with it.
    RejectInterchange,
}

/// How interchanges of a partner are read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// What findings weigh otherwise than by default (`severities`).
    pub severities: Severities,
    /// What one rejected transaction set means for the others (`on_error`).
    pub on_error: OnError,
    /// What becomes of what comes again.
    pub duplicates: Duplicates,
}

/// What becomes of something that comes again under another Message-ID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnDuplicate {
    /// It is taken as if it were new.
    Accept,
    /// It is taken, and the ERP and people are told.
    Flag,
    /// It waits for a person, and the partner is told.
    Reject,
}

/// How repeats are dealt with (`duplicates`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicates {
    /// Interchanges by their parties and control number.
    pub interchange: OnDuplicate,
    /// Transaction sets by the numbers of their functional group and their own.
    pub group: OnDuplicate,
    /// Documents by type, number and content.
    pub document: OnDuplicate,
    /// How long something is remembered.
    pub window: Duration,
}

/// A control number that comes again is a mistake; a document that does may be meant.
impl Default for Duplicates {
    fn default() -> Self {
        Self {
            interchange: OnDuplicate::Reject,
            group: OnDuplicate::Flag,
            document: OnDuplicate::Flag,
            window: Duration::from_secs(400 * 86_400),
        }
    }
}

impl Reading {
    /// Reads the keys that both standards have. `charset` is read by the caller, whose words differ.
    pub(super) fn read(table: &Table<'_>) -> Self {
        let words = [("reject-set", OnError::RejectSet), ("reject-interchange", OnError::RejectInterchange)];
        let on_error = table.one_of("on_error", &words).unwrap_or_default();
        Self { severities: severities(table), on_error, duplicates: duplicates(table) }
    }

    /// What a code means that no list of the mapping has: the class `code` is about these too.
    pub fn unlisted_code(&self) -> UnlistedCode {
        match self.severities.weight(FindingCode::CodeUnknown) {
            Some(Weight::Reject) => UnlistedCode::Reject,
            Some(Weight::Warn) => UnlistedCode::Warn,
            Some(Weight::Ignore) => UnlistedCode::Ignore,
            None => UnlistedCode::default(),
        }
    }
}

/// `severities = { "count" = "reject", … }`: classes of findings that weigh otherwise than by default.
fn severities(read: &Table<'_>) -> Severities {
    let mut severities = Severities::default();
    let Some(table) = read.table("severities") else { return severities };
    let words = [("reject", Weight::Reject), ("warn", Weight::Warn), ("ignore", Weight::Ignore)];
    for class in Severities::classes() {
        if let Some(weight) = table.one_of(class, &words) {
            severities.set(class, weight);
        }
    }
    severities
}

fn duplicates(read: &Table<'_>) -> Duplicates {
    let default = Duplicates::default();
    let Some(table) = read.table("duplicates") else { return default };
    let words = [("accept", OnDuplicate::Accept), ("flag", OnDuplicate::Flag), ("reject", OnDuplicate::Reject)];
    let policy = |level, default| table.one_of(level, &words).unwrap_or(default);
    Duplicates {
        interchange: policy("interchange", default.interchange),
        group: policy("group", default.group),
        document: policy("document", default.document),
        window: table.duration("window").unwrap_or(default.window),
    }
}
