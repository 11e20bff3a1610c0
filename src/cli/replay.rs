//! `edigate doc replay`: documents once more, with a look at what would be different first.

use serde_json::Value;

use super::args::ReplayArguments;
use super::client::{self, encoded};
use super::doc::{ask, documents_path, going_on, ids_of_group, socket_path};
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::exchange::making::ACKNOWLEDGEMENT;

/// Replays what was chosen, or tells what would be different.
pub(super) fn run(arguments: &ReplayArguments, out: &mut Output) -> Result<Exit, Failure> {
    if arguments.reason.is_none() && !arguments.dry_run {
        return Err(Failure::new(Exit::Usage, "say why: --reason TEXT; or look first: --dry-run".to_owned()));
    }
    let socket = &arguments.select.list.socket;
    let ids = if arguments.ids.is_empty() { chosen(arguments)? } else { arguments.ids.clone() };
    let mut count = Count::default();
    for id in &ids {
        let path = format!(
            "/v1/documents/{}/replay?{}dryRun={}&onlyDifferent={}&reason={}",
            encoded(id),
            arguments.with.as_ref().map(|with| format!("with={with}&")).unwrap_or_default(),
            arguments.dry_run,
            arguments.only_different,
            encoded(arguments.reason.as_deref().unwrap_or_default()),
        );
        let answer = match client::post(&socket_path(socket)?, &path, Vec::new()) {
            Ok(answer) => answer,
            Err(client::AdminFault::Refused(why)) => {
                count.failed += 1;
                out.line(&format!("{id}: {why}"))?;
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        let answer: Value = serde_json::from_slice(&answer).unwrap_or_default();
        count.add(&answer);
        if socket.json {
            out.line(&answer.to_string())?;
        } else {
            for line in told(&answer) {
                out.line(&line)?;
            }
        }
    }
    if !socket.json {
        out.line(&count.sentence(ids.len(), arguments.dry_run))?;
    }
    Ok(if count.failed > 0 {
        Exit::Failed
    } else if arguments.dry_run && count.different > 0 {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// How many documents were answered how.
#[derive(Default)]
struct Count {
    same: u32,
    different: u32,
    anew: u32,
    failed: u32,
    replayed: u32,
}

impl Count {
    /// What goes out is written anew, and not compared.
    fn add(&mut self, answer: &Value) {
        match answer.get("differences").and_then(Value::as_array) {
            None => self.anew += 1,
            Some(differences) if differences.is_empty() => self.same += 1,
            Some(_) => self.different += 1,
        }
        self.replayed += u32::from(answer.get("replayed") == Some(&Value::Bool(true)));
    }

    fn sentence(&self, looked: usize, dry_run: bool) -> String {
        let verb = if dry_run { "would be" } else { "are" };
        let Self { same, different, anew, failed, replayed } = self;
        let anew = if *anew > 0 { format!("{anew} go out anew, ") } else { String::new() };
        format!(
            "{looked} documents: {same} {verb} as the first time, {different} {verb} different, {anew}{failed} cannot be; \
             {replayed} replayed"
        )
    }
}

/// The lines about one document that reads differently.
fn told(answer: &Value) -> Vec<String> {
    let differences = answer.get("differences").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
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
    if let Some(group) = &arguments.group {
        return ids_of_group(group, &select.list.socket);
    }
    let narrowing = [&select.kind, &select.since, &select.until, &select.po, &select.list.partner];
    if narrowing.iter().all(|selector| selector.is_none()) {
        let text = "name documents, or narrow them down by --partner, --type, --po, --since, --until or --group";
        return Err(Failure::new(Exit::Usage, text.to_owned()));
    }
    // What went out once is business that the partner has; it goes out anew when that is asked for in so many words.
    let direction = select.direction.as_deref().unwrap_or("in");
    if direction == "out" && select.kind.as_deref() == Some(ACKNOWLEDGEMENT) {
        let text =
            "acknowledgements of ours are not made anew: offer the message of one again with 'edigate doc resend'";
        return Err(Failure::new(Exit::Usage, text.to_owned()));
    }
    let mut ids = Vec::new();
    let mut path = documents_path(select, Some(direction))?;
    loop {
        let page = ask(&select.list.socket, &path)?;
        let items = page.get("documents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let chosen = items.iter().filter(|item| is_at_its_end(item));
        ids.extend(chosen.filter_map(|item| item.get("documentId")?.as_str().map(str::to_owned)));
        match page.get("next").and_then(Value::as_str) {
            Some(next) => path = going_on(&path, next),
            None => break,
        }
    }
    ids.reverse();
    Ok(ids)
}

/// Whether a document of a list can be replayed: it was published, or it went out and nothing more is to come of it.
fn is_at_its_end(item: &Value) -> bool {
    let text = |member: &str| item.get(member).and_then(Value::as_str).unwrap_or_default();
    match text("direction") {
        "outbound" => text("type") != ACKNOWLEDGEMENT && matches!(text("stage"), "closed" | "failed" | "rejected"),
        _ => text("stage") == "published",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_on_its_way_and_what_acknowledges_is_not_chosen() {
        let check = |direction: &str, kind: &str, stage: &str, expect: bool| {
            let item = json!({"direction": direction, "type": kind, "stage": stage});
            assert_eq!(is_at_its_end(&item), expect, "{item}");
        };
        check("inbound", "order-response", "published", true);
        check("inbound", "order-response", "waiting", false);
        check("inbound", "855", "parked", false);
        check("outbound", "order", "closed", true);
        check("outbound", "order", "failed", true);
        check("outbound", "order", "rejected", true);
        check("outbound", "order", "delivered", false);
        check("outbound", "order", "sending", false);
        check("outbound", "order", "withdrawn", false);
        check("outbound", ACKNOWLEDGEMENT, "closed", false);
    }
}
