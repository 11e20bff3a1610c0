//! `edigate mapping try` on a file of EDI: documents of its messages.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::finding::{self, About};
use super::messages::{self, Message, With};
use super::project::Trial;
use crate::base::{Diagnostic, Severity, counted};
use crate::canon::Unmapped;
use crate::cli::args::TryArguments;
use crate::cli::edi::input::{Input, read_options};
use crate::cli::exit::Exit;
use crate::cli::print::{Failure, Output};
use crate::mapping::Coverage;

/// Reads every message of the file that the mapping is about.
pub(super) fn read(arguments: &TryArguments, out: &mut Output, aside: &mut dyn Write) -> Result<Exit, Failure> {
    let trial = &Trial::of(&arguments.files, &arguments.name, &arguments.partner)?;
    let with = With::of(trial);
    let input = Input::of(&arguments.file);
    let mut exit = Exit::Clean;
    messages::each(&with, &input, &read_options(&arguments.charset), None, &mut |message| {
        if !message.is_usable() {
            exit = Exit::Findings;
        }
        match arguments.json {
            true => out.line(&record(trial, &input.name(), message).to_string()),
            false => {
                out.json(&message.read.document)?;
                Ok(tell(trial, &input.name(), message, aside)?)
            }
        }
    })?;
    Ok(exit)
}

/// What is to be known beside the document.
fn tell(trial: &Trial, file: &str, message: &Message<'_>, aside: &mut dyn Write) -> io::Result<()> {
    let about = About { file: Some(file), set: Some(message.set) };
    let findings = finding::paragraphs(&trial.project, &message.findings, about);
    aside.write_all(findings.as_bytes())?;
    for assumption in &message.read.assumptions {
        writeln!(aside, "assumed: {assumption}")?;
    }
    for line in unmapped(&message.read.unmapped) {
        writeln!(aside, "unmapped: {line}")?;
    }
    let Coverage { elements, unmapped } = message.read.coverage;
    let findings = severities(&message.findings);
    writeln!(
        aside,
        "{}: {findings}; {} of {elements} elements used ({})",
        message.title(),
        elements - unmapped,
        percent(message.read.coverage)
    )
}

/// Each unmapped element in a line, its columns under one another.
pub(super) fn unmapped(all: &[Unmapped]) -> Vec<String> {
    let width = all.iter().map(|one| one.path.chars().count()).max().unwrap_or(0);
    let position = all.iter().map(|one| one.segment_position).max().unwrap_or(0).to_string().len();
    let line =
        |one: &Unmapped| format!("segment {:>position$}  {:<width$}  {}", one.segment_position, one.path, one.value);
    all.iter().map(line).collect()
}

/// `nothing found`, `1 error, 2 warnings`
pub(super) fn severities(findings: &[Diagnostic]) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.severity == severity).count();
    let words = [(Severity::Error, "error"), (Severity::Warning, "warning"), (Severity::Info, "note")];
    let told: Vec<String> = words
        .into_iter()
        .map(|(severity, word)| (count(severity), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| counted(count, word))
        .collect();
    if told.is_empty() { "nothing found".to_owned() } else { told.join(", ") }
}

/// How much of a message was used: `97.9 %`.
pub(super) fn percent(coverage: Coverage) -> String {
    format!("{:.1} %", used_percent(coverage))
}

#[expect(clippy::cast_precision_loss, reason = "a message has far fewer elements than a float has digits")]
fn used_percent(Coverage { elements, unmapped }: Coverage) -> f64 {
    if elements == 0 { 100.0 } else { 100.0 * (elements - unmapped) as f64 / elements as f64 }
}

/// How much of a message was used, for programs.
pub(super) fn coverage_record(coverage: Coverage) -> Value {
    let Coverage { elements, unmapped } = coverage;
    let percent = (used_percent(coverage) * 10.0).round() / 10.0;
    json!({ "elements": elements, "used": elements - unmapped, "percent": percent })
}

fn record(trial: &Trial, file: &str, message: &Message<'_>) -> Value {
    let findings = message.findings.iter().map(|one| trial.project.placed(one.clone())).collect::<Vec<_>>();
    json!({
        "type": "document",
        "file": file,
        "set": message.number,
        "transactionSet": message.set.id,
        "controlNumber": message.set.control_number,
        "mapping": trial.mapping.used(),
        "usable": message.is_usable(),
        "document": message.read.document,
        "derived": message.read.derived,
        "assumptions": message.read.assumptions,
        "findings": findings,
        "unmapped": message.read.unmapped,
        "coverage": coverage_record(message.read.coverage),
    })
}
