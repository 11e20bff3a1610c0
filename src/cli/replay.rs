//! `edigate doc replay`: documents once more, with a look at what would be different first.

use serde_json::Value;

use super::args::ReplayArguments;
use super::client::{self, encoded};
use super::doc::{ask, documents_path, socket_path};
use super::exit::Exit;
use super::print::{Failure, Output};

/// Replays what was chosen, or tells what would be different.
pub(super) fn run(arguments: &ReplayArguments, out: &mut Output) -> Result<Exit, Failure> {
    if arguments.reason.is_none() && !arguments.dry_run {
        return Err(Failure::new(Exit::Usage, "say why: --reason TEXT; or look first: --dry-run".to_owned()));
    }
    let socket = &arguments.select.list.socket;
    let ids = if arguments.ids.is_empty() { chosen(arguments)? } else { arguments.ids.clone() };
    let (mut same, mut different, mut replayed, mut failed) = (0_u32, 0_u32, 0_u32, 0_u32);
    for id in &ids {
        let path = format!(
            "/v1/documents/{}/replay?with={}&dryRun={}&onlyDifferent={}&reason={}",
            encoded(id),
            arguments.with,
            arguments.dry_run,
            arguments.only_different,
            encoded(arguments.reason.as_deref().unwrap_or_default()),
        );
        let answer = match client::post(&socket_path(socket)?, &path, Vec::new()) {
            Ok(answer) => answer,
            Err(client::AdminFault::Refused(why)) => {
                failed += 1;
                out.line(&format!("{id}: {why}"))?;
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        let differences = answer.get("differences").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if differences.is_empty() {
            same += 1
        } else {
            different += 1
        }
        replayed += u32::from(answer.get("replayed") == Some(&Value::Bool(true)));
        if socket.json {
            out.line(&answer.to_string())?;
        } else {
            for line in told(&answer, differences) {
                out.line(&line)?;
            }
        }
    }
    if !socket.json {
        let verb = if arguments.dry_run { "would be" } else { "are" };
        let looked = ids.len();
        out.line(&format!(
            "{looked} documents: {same} {verb} as the first time, {different} {verb} different, {failed} cannot be; {replayed} replayed"
        ))?;
    }
    Ok(if failed > 0 {
        Exit::Failed
    } else if arguments.dry_run && different > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The lines about one document that reads differently.
fn told(answer: &Value, differences: &[Value]) -> Vec<String> {
    if differences.is_empty() {
        return Vec::new();
    }
    let text = |member: &str| answer.get(member).and_then(Value::as_str).unwrap_or("-");
    let mut lines = vec![format!("{} {} {}", text("partner"), text("type"), text("number"))];
    for difference in differences {
        let value = |member: &str| match difference.get(member) {
            None | Some(Value::Null) => "nothing".to_owned(),
            Some(value) => value.to_string(),
        };
        let member = difference.get("member").and_then(Value::as_str).unwrap_or("-");
        lines.push(format!("  {member}  {} → {}", value("before"), value("now")));
    }
    lines
}

/// The ids that the selectors choose, oldest first, so that they are published in the order of the first time.
fn chosen(arguments: &ReplayArguments) -> Result<Vec<String>, Failure> {
    let select = &arguments.select;
    let is_narrowed = select.kind.is_some() || select.since.is_some() || select.list.partner.is_some();
    if !is_narrowed {
        let text = "name documents, or narrow them down by --partner, --type or --since";
        return Err(Failure::new(Exit::Usage, text.to_owned()));
    }
    let mut ids = Vec::new();
    let mut path = documents_path(select)?;
    let first = path.clone();
    loop {
        let page = ask(&select.list.socket, &path)?;
        let items = page.get("documents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let published = items.iter().filter(|item| {
            let is = |member: &str, value: &str| item.get(member).and_then(Value::as_str) == Some(value);
            is("direction", "outbound") || is("stage", "published")
        });
        ids.extend(published.filter_map(|item| item.get("documentId")?.as_str().map(str::to_owned)));
        match page.get("next").and_then(Value::as_str) {
            Some(next) => path = format!("{first}&before={}", encoded(next)),
            None => break,
        }
    }
    ids.reverse();
    Ok(ids)
}
