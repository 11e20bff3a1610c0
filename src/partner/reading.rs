//! `[x12.read]` and `[edifact.read]`: what becomes of interchanges in which something is wrong.

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
}

impl Reading {
    /// Reads the keys that both standards have. `charset` is read by the caller, whose words differ.
    pub(super) fn read(table: &Table<'_>) -> Self {
        let words = [("reject-set", OnError::RejectSet), ("reject-interchange", OnError::RejectInterchange)];
        let on_error = table.one_of("on_error", &words).unwrap_or_default();
        duplicates(table);
        table.not_yet("duplicates", "duplicates are recognised by Message-ID and content in this version");
        Self { severities: severities(table), on_error }
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

fn duplicates(read: &Table<'_>) {
    let Some(duplicates) = read.table("duplicates") else { return };
    for level in ["interchange", "group", "document"] {
        duplicates.one_of(level, &[("accept", ()), ("flag", ()), ("reject", ())]);
    }
    duplicates.duration("window");
}
