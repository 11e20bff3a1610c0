//! `edigate doc explain`: why a document waits, shown in what the partner sent, and how many more wait for the same.

use serde_json::Value;

use super::args::SocketArgument;
use super::client::{self, encoded};
use super::doc::{ask, socket_path};
use super::edi::excerpt::Excerpt;
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::base::{Diagnostic, Location, Severity};
use crate::edi::{Piece, Place, ReadOptions, Reader, TransactionSet};

/// Findings that are shown; `edigate doc show` has the rest.
const SHOWN: usize = 10;

/// Explains one document.
pub(super) fn run(id: &str, socket: &SocketArgument, out: &mut Output) -> Result<Exit, Failure> {
    let document = ask(socket, &format!("/v1/documents/{}", encoded(id)))?;
    let (group, view) = (group_of(&document, socket)?, view_of(&document, socket));
    if socket.json {
        let mut whole = document;
        if let Some(members) = whole.as_object_mut() {
            members.insert("group".to_owned(), group.unwrap_or_default());
            members.insert("partnerView".to_owned(), view);
        }
        out.json(&whole)?;
        return Ok(Exit::Clean);
    }
    let mut diagnostics = diagnostics(&document);
    diagnostics.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
    if diagnostics.is_empty() {
        out.line(&format!("{}: nothing is wrong with it, it is {}", heading(&document), text(&document, "/stage")))?;
        return Ok(Exit::Clean);
    }
    let set = set_of(&document, socket)?;
    for diagnostic in diagnostics.iter().take(SHOWN) {
        for line in paragraph(&heading(&document), diagnostic, set.as_deref(), &view) {
            out.line(&line)?;
        }
    }
    if let Some(more) = diagnostics.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        out.line(&format!("{more} more findings: edigate doc show {}", text(&document, "/documentId")))?;
    }
    if let Some(group) = group {
        let count = group.get("count").and_then(Value::as_u64).unwrap_or(1);
        let name = text(&group, "/group");
        out.line(&format!("{count} in quarantine for this, group {name}: edigate doc quarantine --group {name}"))?;
        out.line(&format!("when it is mended: edigate doc replay --group {name} --dry-run"))?;
        out.line(&format!("then let it go on: edigate doc release --group {name} --reason TEXT"))?;
    }
    Ok(Exit::Clean)
}

/// What the partner sees of a transaction set that it sent; of anything else, and where that is not kept, nothing.
fn view_of(document: &Value, socket: &SocketArgument) -> Value {
    if text(document, "/direction") != "inbound" {
        return Value::Null;
    }
    ask(socket, &format!("/v1/documents/{}/partner-view", encoded(text(document, "/documentId")))).unwrap_or_default()
}

/// The group of a document that waits.
fn group_of(document: &Value, socket: &SocketArgument) -> Result<Option<Value>, Failure> {
    if text(document, "/stage") != "parked" {
        return Ok(None);
    }
    let found = ask(socket, &format!("/v1/quarantine?partner={}", encoded(text(document, "/partner"))))?;
    let code = diagnostics(document).iter().rev().max_by_key(|one| one.severity).map(|worst| worst.code.to_string());
    let groups = found.get("groups").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut alike = groups.into_iter().filter(|group| {
        text(group, "/type") == text(document, "/type") && Some(text(group, "/code")) == code.as_deref()
    });
    alike.try_fold(None, |found, group| {
        if found.is_some() {
            return Ok(found);
        }
        let whole = ask(socket, &format!("/v1/quarantine?group={}", encoded(text(&group, "/group"))))?;
        let documents = whole.pointer("/groups/0/documents").and_then(Value::as_array);
        let holds = documents.is_some_and(|ids| ids.iter().any(|id| id == &document["documentId"]));
        Ok(holds.then_some(group))
    })
}

fn diagnostics(document: &Value) -> Vec<Diagnostic> {
    document
        .get("diagnostics")
        .and_then(|diagnostics| serde_json::from_value(diagnostics.clone()).ok())
        .unwrap_or_default()
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("-")
}

/// `acme-bearings 850 0001 of interchange 000000377`.
fn heading(document: &Value) -> String {
    let mut heading = format!("{} {}", text(document, "/partner"), text(document, "/type"));
    let number = |level: &str| document.pointer(&format!("/detail/message/numbers/{level}")).and_then(Value::as_str);
    if let Some(number) = number("transaction") {
        heading.push_str(&format!(" {number}"));
    }
    if let Some(number) = number("interchange") {
        heading.push_str(&format!(" of interchange {number}"));
    }
    heading
}

/// The transaction set of a partner's, read from what it came in.
fn set_of(document: &Value, socket: &SocketArgument) -> Result<Option<Box<TransactionSet>>, Failure> {
    let ordinal = document.pointer("/detail/message/ordinal").and_then(Value::as_u64);
    let (Some(ordinal), "inbound") = (ordinal, text(document, "/direction")) else { return Ok(None) };
    let path = format!("/v1/exchanges/{}/content", encoded(text(document, "/exchangeId")));
    let content = client::get(&socket_path(socket)?, &path)?;
    let mut reader = Reader::new(content.as_ref(), ReadOptions::default());
    let mut seen = 0;
    // A file that ends in the middle has shown what can be shown.
    while let Ok(Some(piece)) = reader.next_piece() {
        if let Piece::Set(set) = piece {
            if seen == ordinal {
                return Ok(Some(set));
            }
            seen += 1;
        }
    }
    Ok(None)
}

/// The lines about one finding.
fn paragraph(heading: &str, diagnostic: &Diagnostic, set: Option<&TransactionSet>, view: &Value) -> Vec<String> {
    let Diagnostic { severity, code, message, location, expected, hint } = diagnostic;
    let mut lines = vec![format!("{}[{code}]: {message}", word(*severity))];
    let excerpt = set.and_then(|set| Excerpt::of_set(set, &place(location)?));
    let position = location.segment_position.map(|position| position.to_string()).unwrap_or_default();
    let gutter = position.len().max(2);
    let mut trail = vec![heading.to_owned()];
    trail.extend(location.segment_position.map(|position| format!("segment {position}")));
    trail.extend(location.bytes.as_ref().map(|bytes| format!("byte {}", bytes.start)));
    lines.push(format!("{:gutter$} ┌─ {}", "", trail.join(", ")));
    if let Some(excerpt) = &excerpt {
        lines.push(format!("{position:>gutter$} │ {}", excerpt.text));
        let marks = "^".repeat(excerpt.mark.len().max(1));
        lines.push(format!(
            "{:gutter$} │ {:indent$}{marks} {}",
            "",
            "",
            element(location),
            indent = excerpt.mark.start
        ));
    }
    let mut note = |what: &str, text: &str| lines.push(format!("{:gutter$} = {what:<9} {text}", ""));
    if let (Some(guide), Some(segment)) = (view.get("guide").and_then(Value::as_str), &location.segment) {
        note("rule", &format!("{} in guide {guide}: edigate guide show {guide} {segment}", element(location)));
    }
    if let Some(file) = &location.file {
        let line = location.line.map(|line| format!(":{line}")).unwrap_or_default();
        note("mapping", &format!("{file}{line}"));
    }
    if let Some(member) = &location.member {
        note("canonical", member);
    }
    if let Some(expected) = expected {
        note("expected", expected);
    }
    if let Some(seen) = seen(view, location.segment_position) {
        note("partner", &seen);
    }
    if let Some(hint) = hint {
        lines.push(format!("help: {hint}"));
    }
    lines.push(String::new());
    lines
}

/// What the partner sees of a segment, or where it is told nothing of that, of the whole.
fn seen(view: &Value, position: Option<u64>) -> Option<String> {
    let by: Vec<_> = view.get("by")?.as_array()?.iter().filter_map(Value::as_str).collect();
    if by.is_empty() {
        return Some("is told nothing: its file agrees on no acknowledgement of ours".to_owned());
    }
    let segments = view.get("segments")?.as_array()?;
    let texts = |about: Option<u64>| {
        let of = segments.iter().filter(|segment| segment.get("about").and_then(Value::as_u64) == about);
        of.filter_map(|segment| segment.get("text")?.as_str()).collect::<Vec<_>>()
    };
    let own = position.map(|position| texts(Some(position))).filter(|texts| !texts.is_empty());
    Some(format!("is told by {}: {}", by.join(" and "), own.unwrap_or_else(|| texts(None)).join(" ")))
}

const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// `SN103`, `NAD02-1`.
fn element(location: &Location) -> String {
    let segment = location.segment.clone().unwrap_or_default();
    let element = location.element.map(|element| format!("{element:02}")).unwrap_or_default();
    let component = location.component.map(|component| format!("-{component}")).unwrap_or_default();
    format!("{segment}{element}{component}")
}

/// Where a location is in a transaction set.
fn place(location: &Location) -> Option<Place> {
    let bytes = location.bytes.clone().unwrap_or_default();
    let segment_position = u32::try_from(location.segment_position?).ok()?;
    Some(Place {
        segment_position: Some(segment_position),
        element: location.element,
        repetition: location.repetition,
        component: location.component,
        start: bytes.start,
        end: bytes.end,
        ..Place::default()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_finding_is_shown_in_what_was_sent() {
        let file = "ISA*00*          *00*          *ZZ*DELTA          *01*123456789      *261102*1640*U*00401*000000377*0*P*>~\
            GS*SH*DELTA*123456789*20261102*1640*377*X*004010~ST*856*0001~BSN*00*S-1*20261102*1640~\
            SN1*20*780**~SE*4*0001~GE*1*377~IEA*1*000000377~";
        let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
        let set = loop {
            if let Piece::Set(set) = reader.next_piece().unwrap().expect("a set") {
                break set;
            }
        };
        let start = file.find("SN1").unwrap() as u64;
        let location = Location {
            segment: Some("SN1".into()),
            segment_position: Some(3),
            element: Some(3),
            bytes: Some(start..start + 1),
            member: Some("lines[0].shippedQuantity.unit".into()),
            ..Location::default()
        };
        let diagnostic = Diagnostic::error("element-missing", "the unit is missing").at(location).hinting("ask for it");
        let check = |view: Value, rule: &str, partner: &str| {
            let lines = paragraph("delta 856 0001", &diagnostic, Some(&set), &view);
            let expect = format!(
                "error[element-missing]: the unit is missing\n   ┌─ delta 856 0001, segment 3, byte {start}\n \
                 3 │ SN1*20*780**\n   │            ^ SN103\n{rule}   = canonical lines[0].shippedQuantity.unit\n{partner}\
                 help: ask for it\n"
            );
            assert_eq!(lines.join("\n"), expect);
        };
        let rule = "   = rule      SN103 in guide x12/004010/856: edigate guide show x12/004010/856 SN1\n";
        let segments = json!([{"about": null, "text": "AK2*856*0001"}, {"about": 3, "text": "AK3*SN1*3**8"},
            {"about": 3, "text": "AK4*3*355*1"}, {"about": null, "text": "AK5*R*5"}]);
        check(Value::Null, "", "");
        check(
            json!({"guide": "x12/004010/856", "by": ["997"], "segments": segments}),
            rule,
            "   = partner   is told by 997: AK3*SN1*3**8 AK4*3*355*1\n",
        );
        check(
            json!({"guide": "x12/004010/856", "by": ["997"], "segments": [{"about": null, "text": "AK5*A"}]}),
            rule,
            "   = partner   is told by 997: AK5*A\n",
        );
        check(
            json!({"guide": null, "by": [], "segments": []}),
            "",
            "   = partner   is told nothing: its file agrees on no acknowledgement of ours\n",
        );
    }
}
