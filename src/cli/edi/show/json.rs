//! Envelopes and transaction sets for programs: a line of JSON each, told apart by `type`.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::Arc;

use serde_json::{Value, json};

use crate::cli::edi::words;
use crate::edi::guide::{LoopDef, SegmentDef};
use crate::edi::{
    Finding, FindingRecord, GroupHead, Indices, Instance, InstancePart, InterchangeHead, Party, Piece, Segment, Tree,
    Usage,
};

use super::ShownSet;
use super::element::{Row, rows};

/// Writes a piece that is no transaction set.
pub(super) fn envelope(file: &str, piece: &Piece, out: &mut dyn Write) -> io::Result<()> {
    let value = match piece {
        Piece::Interchange(head) => interchange("interchange", file, head),
        Piece::Unreadable(unreadable) => interchange("unreadableInterchange", file, &unreadable.head),
        Piece::Acknowledgement(ta1) => json!({
            "type": "interchangeAcknowledgement",
            "file": file,
            "controlNumber": ta1.control_number,
            "date": ta1.date,
            "time": ta1.time,
            "code": ta1.code,
            "note": ta1.note,
        }),
        Piece::Group(head) => group(file, head),
        Piece::GroupEnd(end) => json!({
            "type": "groupEnd",
            "file": file,
            "controlNumber": end.head.control_number,
            "counted": end.sets,
            "said": end.trailer.as_ref().map(|trailer| &trailer.count),
            "findings": records(&end.findings),
        }),
        Piece::InterchangeEnd(end) => json!({
            "type": "interchangeEnd",
            "file": file,
            "controlNumber": end.head.control_number,
            "counted": end.groups,
            "said": end.trailer.as_ref().map(|trailer| &trailer.count),
            "findings": records(&end.findings),
        }),
        Piece::Finding(finding) => {
            json!({ "type": "findings", "file": file, "findings": records(std::slice::from_ref(finding)) })
        }
        Piece::Set(_) => return Ok(()),
    };
    writeln!(out, "{value}")
}

fn interchange(kind: &str, file: &str, head: &InterchangeHead) -> Value {
    let usage = match head.usage {
        Usage::Production => "production",
        Usage::Test => "test",
        Usage::Information => "information",
        Usage::Unknown => "unknown",
    };
    let delimiter = |byte: Option<u8>| byte.map(|byte| head.delimiters.sent(byte).to_string());
    json!({
        "type": kind,
        "file": file,
        "standard": head.standard.as_str(),
        "sender": party(&head.sender),
        "receiver": party(&head.receiver),
        "date": head.date,
        "time": head.time,
        "syntax": Some(&head.syntax).filter(|syntax| !syntax.is_empty()),
        "version": head.version,
        "controlNumber": head.control_number,
        "acknowledgementAsked": head.acknowledgement_asked,
        "usage": usage,
        "delimiters": {
            "element": delimiter(Some(head.delimiters.element)),
            "component": delimiter(head.delimiters.component),
            "repetition": delimiter(head.delimiters.repetition),
            "release": delimiter(head.delimiters.release),
            "segment": delimiter(Some(head.delimiters.terminator)),
        },
        "findings": records(&head.findings),
    })
}

fn group(file: &str, head: &GroupHead) -> Value {
    json!({
        "type": "group",
        "file": file,
        "functionalId": head.functional_id,
        "sender": head.sender.id,
        "receiver": head.receiver.id,
        "date": head.date,
        "time": head.time,
        "controlNumber": head.control_number,
        "agency": head.agency,
        "version": head.version,
    })
}

fn party(party: &Party) -> Value {
    json!({ "qualifier": party.qualifier, "id": party.id })
}

fn records(findings: &[Finding]) -> Vec<FindingRecord> {
    findings.iter().map(|finding| FindingRecord::new(finding, Indices::default())).collect()
}

/// Writes a transaction set: its segments and loops as a tree.
pub(super) fn set(file: &str, shown: &ShownSet<'_>, tree: Option<&Tree<'_>>, out: &mut dyn Write) -> io::Result<()> {
    let set = shown.set;
    let content = match tree {
        Some(tree) => content(shown, tree.root()),
        None => set.segments().map(|segment| self::segment(shown, &segment, None)).collect(),
    };
    let value = json!({
        "type": "set",
        "file": file,
        "number": shown.number,
        "id": set.id,
        "release": set.release,
        "controlNumber": set.control_number,
        "implementation": set.implementation,
        "guide": shown.guide.as_ref().map(|guide| guide.key().to_string()),
        "segments": set.segment_count(),
        "start": set.place().start,
        "end": set.place().end,
        "content": content,
        "findings": records(&shown.findings),
    });
    writeln!(out, "{value}")
}

fn content(shown: &ShownSet<'_>, instance: Instance<'_, '_>) -> Vec<Value> {
    let mut seen: HashMap<&str, u32> = HashMap::new();
    let mut values = Vec::new();
    for part in instance.parts() {
        values.push(match part {
            InstancePart::Segment(segment) => self::segment(shown, &segment, instance.definition()),
            InstancePart::Loop(child) => {
                let occurrence = seen.entry(child.name()).or_default();
                *occurrence += 1;
                json!({
                    "loop": child.name(),
                    "occurrence": *occurrence,
                    "group": child.definition().and_then(|definition| definition.group),
                    "content": content(shown, child),
                })
            }
        });
    }
    values
}

fn segment(shown: &ShownSet<'_>, segment: &Segment<'_>, within: Option<&LoopDef>) -> Value {
    let tag = segment.tag();
    let own = within.and_then(|within| within.segment(tag.as_str())?.definition.clone());
    let definition: Option<Arc<SegmentDef>> = own.or_else(|| shown.guide.as_ref()?.shared_segment(tag));
    let elements: Vec<Value> =
        rows(segment, definition.as_deref(), shown.set.delimiters()).into_iter().map(element).collect();
    let name = definition.as_ref().map(|definition| definition.name.as_str()).filter(|name| !name.is_empty());
    let name = name.or_else(|| words::service_segment(tag.as_str()));
    json!({ "segment": tag.as_str(), "position": segment.position(), "name": name, "elements": elements })
}

fn element(row: Row) -> Value {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let value = json!({
        "at": row.reference,
        "id": some(row.id),
        "name": some(row.name),
        "value": row.value,
        "meaning": row.meaning,
    });
    match value {
        Value::Object(members) => members.into_iter().filter(|(_, member)| !member.is_null()).collect(),
        other => other,
    }
}
