//! What became of a case of a mapping.

use serde_json::{Value, json};

use super::cases::Case;

/// What became of a case.
pub(super) struct Outcome {
    pub(super) case: Case,
    /// Whether it was read, and whether it was written.
    pub(super) ways: Vec<&'static str>,
    pub(super) differences: Vec<Difference>,
    /// Files that were written anew.
    pub(super) updated: Vec<String>,
}

/// Something that is not as it should be.
pub(super) struct Difference {
    /// `read` or `write`.
    pub(super) way: &'static str,
    /// The member, or the segment.
    pub(super) what: String,
    /// What was expected and what was found.
    pub(super) how: String,
    /// Where that is from: an element, a rule.
    pub(super) from: String,
}

impl Outcome {
    /// In lines for a person.
    pub(super) fn lines(&self) -> Vec<String> {
        let word = match (self.differences.is_empty(), self.updated.is_empty()) {
            (true, true) => "ok",
            (true, false) => "updated",
            (false, _) => "differs",
        };
        let ways = self.ways.join(" and ");
        let mut lines = vec![format!("{word:<8} {}  {}  {ways}", self.case.mapping, self.case.name)];
        lines.extend(self.updated.iter().map(|file| format!("  wrote  {file}")));
        for Difference { way, what, how, from } in &self.differences {
            lines.push(format!("  {way:<5}  {what}: {how}"));
            if !from.is_empty() {
                lines.push(format!("         {from}"));
            }
        }
        lines
    }

    /// For programs.
    pub(super) fn record(&self) -> Value {
        let difference =
            |one: &Difference| json!({ "way": one.way, "what": one.what, "how": one.how, "from": one.from });
        json!({
            "mapping": self.case.mapping,
            "case": self.case.name,
            "ways": self.ways,
            "differences": self.differences.iter().map(difference).collect::<Vec<_>>(),
            "updated": self.updated,
        })
    }
}
