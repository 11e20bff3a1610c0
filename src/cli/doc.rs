//! `edigate doc` and `edigate exchange`: what became of each message.

use std::path::PathBuf;

use serde_json::Value;

use super::args::{DocCommand, DocumentListArguments, ExchangeCommand, ListArguments, SocketArgument};
use super::client::{self, AdminFault, encoded};
use super::exit::Exit;
use super::print::{Failure, Output};
use super::{explain, replay, submit, trace, when};
use crate::base::{Clock as _, SystemClock};
use crate::config;

/// Runs `edigate doc …`.
pub(super) fn documents(command: &DocCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        DocCommand::List(arguments) => {
            let path = documents_path(arguments, arguments.direction.as_deref())?;
            list(&arguments.list, &path, "documents", &DOCUMENT_COLUMNS, out)
        }
        DocCommand::Replay(arguments) => replay::run(arguments, out),
        DocCommand::Resend { id, reason, socket, wait } => {
            let path = format!("/v1/documents/{}/resend?reason={}", encoded(id), encoded(reason));
            submit::again(&path, socket, *wait, out)
        }
        DocCommand::Trace { number, partner, socket } => trace::run(number, partner.as_deref(), socket, out),
        DocCommand::Explain { id, socket } => explain::run(id, socket, out),
        DocCommand::Quarantine { partner, group, socket } => {
            let mut path = "/v1/quarantine?".to_owned();
            for (name, value) in [("partner", partner), ("group", group)] {
                path.extend(value.as_ref().map(|value| format!("{name}={}&", encoded(value))));
            }
            let answer = ask(socket, path.trim_end_matches(['?', '&']))?;
            if group.is_some() && !socket.json {
                return print_one(&answer, false, out);
            }
            if socket.json {
                out.json(&answer)?;
                return Ok(Exit::Clean);
            }
            print_table(&answer, "groups", &GROUP_COLUMNS, out)
        }
        DocCommand::Release { ids, group, reason, socket } => {
            let in_group = group.as_ref().map(|group| ids_of_group(group, socket)).transpose()?;
            for id in in_group.as_ref().unwrap_or(ids) {
                let path = format!("/v1/documents/{}/release?reason={}", encoded(id), encoded(reason));
                let answer = client::post(&socket_path(socket)?, &path, Vec::new())?;
                let answer = serde_json::from_slice(&answer).unwrap_or(Value::Null);
                print_one(&answer, socket.json, out)?;
            }
            Ok(Exit::Clean)
        }
        DocCommand::Show { id, socket, content: true } => {
            let path = format!("/v1/documents/{}/content", encoded(id));
            let bytes = client::get(&socket_path(socket)?, &path)?;
            out.bytes(&bytes)?;
            Ok(Exit::Clean)
        }
        DocCommand::Show { id, socket, content: false } => {
            let answer = ask(socket, &format!("/v1/documents/{}", encoded(id)))?;
            print_one(&answer, socket.json, out)
        }
    }
}

/// The documents of a group, oldest first: so they came, and so they go on.
pub(super) fn ids_of_group(group: &str, socket: &SocketArgument) -> Result<Vec<String>, Failure> {
    let answer = ask(socket, &format!("/v1/quarantine?group={}", encoded(group)))?;
    let ids = answer.pointer("/groups/0/documents").and_then(Value::as_array);
    let ids = ids.ok_or_else(|| Failure::new(Exit::Failed, format!("nothing waits in a group {group}")))?;
    Ok(ids.iter().rev().filter_map(|id| id.as_str().map(str::to_owned)).collect())
}

/// Runs `edigate exchange …`.
pub(super) fn exchanges(command: &ExchangeCommand, out: &mut Output) -> Result<Exit, Failure> {
    match command {
        ExchangeCommand::List(arguments) => {
            list(arguments, &list_path("/v1/exchanges", arguments), "exchanges", &EXCHANGE_COLUMNS, out)
        }
        ExchangeCommand::Show { id, socket, content: true, .. } => {
            let path = format!("/v1/exchanges/{}/content", encoded(id));
            out.bytes(&client::get(&socket_path(socket)?, &path)?)?;
            Ok(Exit::Clean)
        }
        ExchangeCommand::Show { id, socket, attachment: Some(number), .. } => {
            let path = format!("/v1/exchanges/{}/attachments/{number}", encoded(id));
            out.bytes(&client::get(&socket_path(socket)?, &path)?)?;
            Ok(Exit::Clean)
        }
        ExchangeCommand::Submit(arguments) => submit::submit(arguments, out),
        ExchangeCommand::Resubmit { id, socket, wait } => {
            submit::again(&format!("/v1/exchanges/{}/resubmit", encoded(id)), socket, *wait, out)
        }
        ExchangeCommand::Retry { id, reason, socket, wait } => {
            let path = format!("/v1/exchanges/{}/retry?reason={}", encoded(id), encoded(reason));
            submit::again(&path, socket, *wait, out)
        }
        ExchangeCommand::Show { id, socket, content: false, attachment: None } => {
            let answer = ask(socket, &format!("/v1/exchanges/{}", encoded(id)))?;
            print_one(&answer, socket.json, out)
        }
    }
}

/// A column: its heading, the member it shows, its width.
type Column = (&'static str, &'static str, usize);

const DOCUMENT_COLUMNS: [Column; 7] = [
    ("DOCUMENT", "documentId", 26),
    ("CREATED", "createdAt", 24),
    ("PARTNER", "partner", 20),
    ("WAY", "direction", 8),
    ("TYPE", "type", 15),
    ("NUMBER", "number", 20),
    ("STAGE", "stage", 10),
];

const GROUP_COLUMNS: [Column; 8] = [
    ("GROUP", "group", 8),
    ("COUNT", "count", 6),
    ("PARTNER", "partner", 20),
    ("TYPE", "type", 15),
    ("CODE", "code", 24),
    ("PLACE", "place", 30),
    ("OLDEST", "oldest", 24),
    ("MESSAGE", "message", 40),
];

const EXCHANGE_COLUMNS: [Column; 7] = [
    ("EXCHANGE", "exchangeId", 26),
    ("BEGUN", "receivedAt", 24),
    ("PARTNER", "partner", 20),
    ("WAY", "direction", 8),
    ("STAGE", "stage", 16),
    ("DOCUMENTS", "documents", 9),
    ("PARKED", "parked", 6),
];

fn list_path(resource: &str, list: &ListArguments) -> String {
    let selectors = [("partner", list.partner.clone()), ("stage", list.stage.clone())];
    chosen_path(resource, list, selectors)
}

/// The path of a list: how many, which, and last from where on.
fn chosen_path(
    resource: &str,
    list: &ListArguments,
    selectors: impl IntoIterator<Item = (&'static str, Option<String>)>,
) -> String {
    let mut path = format!("{resource}?limit={}", list.limit);
    for (name, value) in selectors.into_iter().chain([("before", list.before.clone())]) {
        if let Some(value) = value {
            path.push_str(&format!("&{name}={}", encoded(&value)));
        }
    }
    path
}

/// The path of a list of documents that go this way.
pub(super) fn documents_path(arguments: &DocumentListArguments, direction: Option<&str>) -> Result<String, Failure> {
    let selectors = [
        ("partner", arguments.list.partner.clone()),
        ("stage", arguments.list.stage.clone()),
        ("direction", direction.map(str::to_owned)),
        ("type", arguments.kind.clone()),
        ("order", arguments.po.clone()),
        ("since", instant(&arguments.since)?),
        ("until", instant(&arguments.until)?),
    ];
    Ok(chosen_path("/v1/documents", &arguments.list, selectors))
}

/// An instant as the gateway wants it, of a time as it was typed.
pub(super) fn instant(text: &Option<String>) -> Result<Option<String>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let at = when::parse(text, SystemClock.now()).ok_or_else(|| {
        Failure::new(Exit::Usage, format!("'{text}' is no time: an instant, a day, today, yesterday, or 90m, 24h, 7d"))
    })?;
    Ok(Some(at.to_string()))
}

pub(super) fn ask(socket: &SocketArgument, path: &str) -> Result<Value, Failure> {
    let bytes = client::get(&socket_path(socket)?, path)?;
    serde_json::from_slice(&bytes).map_err(|fault| {
        Failure::new(Exit::Failed, format!("the gateway's answer cannot be read: {fault}; is it another version?"))
    })
}

pub(super) fn socket_path(socket: &SocketArgument) -> Result<PathBuf, Failure> {
    match &socket.socket {
        Some(path) => Ok(path.clone()),
        None => config::admin_socket(&socket.config.config).map_err(|diagnostics: Vec<crate::base::Diagnostic>| {
            Failure::configuration(&socket.config.config, &diagnostics)
        }),
    }
}

/// A list: a table, or for programs an object a line, of which there are as many as were asked for or as there are.
fn list(
    arguments: &ListArguments,
    path: &str,
    name: &str,
    columns: &[Column],
    out: &mut Output,
) -> Result<Exit, Failure> {
    let mut page = ask(&arguments.socket, path)?;
    if !arguments.socket.json {
        return print_table(&page, name, columns, out);
    }
    let mut left = arguments.limit;
    loop {
        let items = page.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        for item in items.iter().take(left) {
            out.line(&item.to_string())?;
        }
        left = left.saturating_sub(items.len());
        let next = page.get("next").and_then(Value::as_str).filter(|_| left > 0);
        let Some(next) = next else { return Ok(Exit::Clean) };
        page = ask(&arguments.socket, &going_on(path, next))?;
    }
}

/// The path of the next page of a list.
pub(super) fn going_on(path: &str, next: &str) -> String {
    let first = path.split_once("&before=").map_or(path, |(first, _)| first);
    format!("{first}&before={}", encoded(next))
}

fn print_table(answer: &Value, name: &str, columns: &[Column], out: &mut Output) -> Result<Exit, Failure> {
    let row = |cells: Vec<String>| {
        let padded = cells.iter().zip(columns).map(|(cell, (_, _, width))| format!("{cell:<width$}"));
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    out.line(&row(columns.iter().map(|(heading, ..)| (*heading).to_owned()).collect()))?;
    for item in answer.get(name).and_then(Value::as_array).into_iter().flatten() {
        out.line(&row(columns.iter().map(|(_, member, _)| cell(item.get(member))).collect()))?;
    }
    if let Some(next) = answer.get("next").and_then(Value::as_str) {
        out.line(&format!("… there are more: --before {next}"))?;
    }
    Ok(Exit::Clean)
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) if text.is_empty() => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// One thing, its members a line each, nested ones indented; what is absent is left out.
pub(super) fn print_one(answer: &Value, json: bool, out: &mut Output) -> Result<Exit, Failure> {
    if json {
        out.json(answer)?;
    } else {
        print_members(answer, 0, out)?;
    }
    Ok(Exit::Clean)
}

fn print_members(value: &Value, depth: usize, out: &mut Output) -> Result<(), Failure> {
    let indent = "  ".repeat(depth);
    let Value::Object(members) = value else { return out.line(&format!("{indent}{}", cell(Some(value)))) };
    for (name, member) in members {
        match member {
            Value::Null => {}
            Value::Object(_) => {
                out.line(&format!("{indent}{name}:"))?;
                print_members(member, depth + 1, out)?;
            }
            Value::Array(items) if items.is_empty() => {}
            Value::Array(items) => {
                out.line(&format!("{indent}{name}:"))?;
                for item in items {
                    print_item(item, depth + 1, out)?;
                }
            }
            scalar => out.line(&format!("{indent}{name}: {}", cell(Some(scalar))))?,
        }
    }
    Ok(())
}

/// An item of a list: a diagnostic reads as one line, anything else as its members.
fn print_item(item: &Value, depth: usize, out: &mut Output) -> Result<(), Failure> {
    match serde_json::from_value::<crate::base::Diagnostic>(item.clone()) {
        Ok(diagnostic) => out.line(&format!("{}{diagnostic}", "  ".repeat(depth))),
        Err(_) => print_members(item, depth, out),
    }
}

impl From<AdminFault> for Failure {
    fn from(fault: AdminFault) -> Self {
        let exit = match &fault {
            AdminFault::Unreachable { .. } => Exit::Unreachable,
            AdminFault::Refused(_) => Exit::Failed,
        };
        Self::new(exit, fault.to_string())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_reads_as_a_table_and_says_when_there_is_more() {
        let mut text = Vec::new();
        let answer = json!({"exchanges": [{"exchangeId": "01A", "partner": "acme", "stage": "refused", "documents": 0}],
            "next": "01A"});
        print_table(&answer, "exchanges", &EXCHANGE_COLUMNS, &mut Output::to(&mut text)).unwrap();
        let text = String::from_utf8(text).unwrap();
        let lines: Vec<_> = text.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines,
            [
                "EXCHANGE BEGUN PARTNER WAY STAGE DOCUMENTS PARKED",
                "01A - acme - refused 0 -",
                "… there are more: --before 01A"
            ]
        );
    }

    #[test]
    fn a_document_reads_as_its_members() {
        let mut text = Vec::new();
        let answer = json!({"number": "4711", "row": null, "exchange": {"stage": "parked"}, "diagnostics": [
            {"severity": "error", "code": "unmapped", "message": "no mapping", "location": {}}]});
        print_one(&answer, false, &mut Output::to(&mut text)).unwrap();
        let expect = "number: 4711\nexchange:\n  stage: parked\ndiagnostics:\n  error[unmapped]: no mapping\n";
        assert_eq!(String::from_utf8(text).unwrap(), expect);
    }

    #[test]
    fn filters_become_a_query() {
        let list = ListArguments {
            socket: SocketArgument {
                config: super::super::args::ConfigArgument { config: "edigate.toml".into() },
                socket: None,
                json: false,
            },
            partner: Some("acme".into()),
            stage: None,
            limit: 7,
            before: Some("01A".into()),
        };
        let path = list_path("/v1/exchanges", &list);
        assert_eq!(path, "/v1/exchanges?limit=7&partner=acme&before=01A");
        assert_eq!(going_on(&path, "019"), "/v1/exchanges?limit=7&partner=acme&before=019");
        let select = DocumentListArguments {
            list,
            direction: None,
            kind: Some("order".into()),
            po: Some("4500 12".into()),
            since: Some("2026-11-02T14:15:03Z".into()),
            until: None,
        };
        assert_eq!(
            documents_path(&select, Some("in")).unwrap(),
            "/v1/documents?limit=7&partner=acme&direction=in&type=order&order=4500%2012\
             &since=2026-11-02T14%3A15%3A03.000Z&before=01A"
        );
    }
}
