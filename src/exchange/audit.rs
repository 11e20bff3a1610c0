//! What operators do, written down with what it brings about.

use serde::{Deserialize, Serialize};

use super::change::{Change, Effect};
use super::record::AuditRow;

/// What an audit row says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct AuditEntry {
    /// Who: the name of a user of this machine, its number where the name is not known, or what else acted.
    pub who: String,
    /// The user's number, as the kernel says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// What was done, in a word that never changes: `document.release`.
    pub action: String,
    /// On what: the kind and the id, `document 01…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why, in the operator's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// `done`, or why it was not.
    pub outcome: String,
}

/// The outcome of what was done.
pub const DONE: &str = "done";
/// Characters of a reason and of an outcome that are kept.
const TEXT: usize = 300;

impl AuditEntry {
    /// Reads what [`noted`] wrote.
    ///
    /// # Errors
    /// When the bytes are no such entry.
    pub fn from_json(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(bytes)
    }
}

/// Adds to a change that somebody brought it about: both become durable together.
pub fn noted(change: &mut Change, mut entry: AuditEntry) {
    let cut = |text: String| text.chars().take(TEXT).collect();
    entry.reason = entry.reason.map(cut);
    entry.outcome = cut(entry.outcome);
    let json = serde_json::to_vec(&entry).expect("an entry holds strings and a number");
    let entry = change.carry(json);
    change.effects.push(Effect::Audit(AuditRow { number: 0, at: change.at, before: AuditRow::FIRST, entry }));
}
