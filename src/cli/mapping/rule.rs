//! A rule as it stands in its file.

use serde_json::{Value, json};

use super::project::Trial;
use crate::base::{Diagnostic, Location};
use crate::cli::report::{self, Lines};
use crate::mapping::RulePlace;

/// Where the rule is written, and its line with a mark under it.
pub(super) fn excerpt(trial: &Trial, rule: &RulePlace) -> Vec<String> {
    let location = Location {
        file: Some(rule.file.to_string()),
        line: Some(rule.line),
        column: Some(rule.column),
        ..Location::default()
    };
    let source = trial.project.source(&rule.file);
    let placed = trial.project.placed(Diagnostic::info("rule", "").at(location));
    report::in_file(&placed, report::gutter(Some(rule.line)), Lines::Whole, &|_| source.clone())
}

/// The line of a rule's file that it stands on.
pub(super) fn line(trial: &Trial, rule: &RulePlace) -> String {
    let text = trial.project.source(&rule.file).unwrap_or_default();
    let index = (rule.line as usize).saturating_sub(1);
    text.lines().nth(index).unwrap_or_default().trim().to_owned()
}

/// `mappings/acme/order.toml:12`
pub(super) fn place(trial: &Trial, rule: &RulePlace) -> String {
    format!("{}:{}", trial.project.shown(&rule.file), rule.line)
}

/// A rule, for programs.
pub(super) fn record(trial: &Trial, rule: &RulePlace) -> Value {
    json!({
        "file": trial.project.shown(&rule.file),
        "line": rule.line,
        "column": rule.column,
        "text": line(trial, rule),
    })
}
