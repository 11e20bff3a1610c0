//! Findings and counts for programs: a line of JSON each, told apart by `type`.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::edi::{FindingRecord, InterchangeReport, Party};

use super::partner::{Answer, in_short, overall};
use super::tally::Tally;
use super::told::Told;

/// Writes one line.
pub(super) fn line(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{value}")
}

/// A finding: its row, and what is shown around it.
pub(super) fn finding(told: &Told<'_>) -> Value {
    let trail = &told.trail;
    let row = FindingRecord::new(told.finding, trail.indices);
    let mut value = json!({ "type": "finding", "file": trail.file });
    let row = serde_json::to_value(row).unwrap_or_default();
    let more = json!({
        "interchangeControlNumber": trail.interchange,
        "groupControlNumber": trail.group,
        "setId": trail.set.map(|(id, _)| id),
        "setControlNumber": trail.set.map(|(_, number)| number),
        "rule": told.shown.rule,
        "partner": if told.partner.is_empty() { None } else { Some(&told.partner) },
        "excerpt": told.shown.excerpt.as_ref().map(|excerpt| json!({
            "text": excerpt.text,
            "from": excerpt.mark.start,
            "to": excerpt.mark.end,
        })),
    });
    if let (Value::Object(value), Value::Object(row), Value::Object(more)) = (&mut value, row, more) {
        value.extend(row);
        value.extend(more.into_iter().filter(|(_, member)| !member.is_null()));
    }
    value
}

/// An interchange: what becomes of it and of its sets.
pub(super) fn interchange(file: &str, report: &InterchangeReport, answer: &Answer<'_>) -> Value {
    let mut tally = Tally::default();
    tally.interchange(report, answer);
    let head = &report.head;
    json!({
        "type": "interchange",
        "file": file,
        "interchange": report.number,
        "standard": head.standard.as_str(),
        "sender": party(&head.sender),
        "receiver": party(&head.receiver),
        "controlNumber": head.control_number,
        "verdict": overall(answer).as_str(),
        "answer": in_short(answer),
        "answerBytes": tally.answer_bytes,
        "groups": tally.groups,
        "sets": tally.sets,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "infos": tally.infos,
    })
}

fn party(party: &Party) -> Value {
    json!({ "qualifier": party.qualifier, "id": party.id })
}

fn counts(kind: &str, of: (&str, Value), tally: &Tally) -> Value {
    let (name, value) = of;
    json!({
        "type": kind,
        name: value,
        "bytes": tally.bytes,
        "interchanges": tally.interchanges,
        "groups": tally.groups,
        "sets": tally.sets,
        "accepted": tally.accepted,
        "rejected": tally.rejected,
        "segments": tally.segments,
        "errors": tally.errors,
        "warnings": tally.warnings,
        "infos": tally.infos,
        "notShown": tally.left_out,
        "answers": tally.answers,
        "failed": tally.failed,
    })
}

/// The counts of a file.
pub(super) fn file(name: &str, tally: &Tally) -> Value {
    counts("file", ("file", json!(name)), tally)
}

/// The counts of all files.
pub(super) fn total(tally: &Tally) -> Value {
    counts("total", ("files", json!(tally.files)), tally)
}

/// An acknowledgement that answers nothing that is here.
pub(super) fn stray(file: &str, text: &str) -> Value {
    json!({ "type": "strayAcknowledgement", "file": file, "message": text })
}
