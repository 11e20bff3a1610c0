//! `edigate doc trace`: everything that was exchanged about an order, on one screen.

use std::collections::BTreeMap;

use serde_json::Value;

use super::args::SocketArgument;
use super::client::encoded;
use super::doc::ask;
use super::exit::Exit;
use super::print::{Failure, Output};

/// Tells the story of a number.
pub(super) fn run(
    number: &str,
    partner: Option<&str>,
    socket: &SocketArgument,
    out: &mut Output,
) -> Result<Exit, Failure> {
    let number = number.split_once(':').map_or(number, |(_, number)| number);
    let whose = partner.map(|partner| format!("?partner={}", encoded(partner))).unwrap_or_default();
    let thread = ask(socket, &format!("/v1/threads/{}{whose}", encoded(number)))?;
    if socket.json {
        out.json(&thread)?;
        return Ok(Exit::Clean);
    }
    let documents = thread.get("documents").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if documents.is_empty() {
        let hint = "nothing with this number is known; look into what waits: edigate doc list --stage parked";
        return Err(Failure::new(Exit::Failed, hint.to_owned()));
    }
    for line in stories(documents) {
        out.line(&line)?;
    }
    Ok(Exit::Clean)
}

/// A story for each partner that uses the number: what one has to do with it is none of another's business.
fn stories(documents: &[Value]) -> Vec<String> {
    let partner = |document: &Value| document.get("partner").and_then(Value::as_str).unwrap_or("-").to_owned();
    let mut by_partner: BTreeMap<String, Vec<&Value>> = BTreeMap::new();
    for document in documents {
        by_partner.entry(partner(document)).or_default().push(document);
    }
    let several = (by_partner.len() > 1).then(|| format!("{} partners use this number", by_partner.len()));
    let mut lines: Vec<String> = several.clone().into_iter().collect();
    for (partner, documents) in &by_partner {
        if several.is_some() {
            lines.extend([String::new(), format!("{partner} (--partner {partner} for this one alone)")]);
        }
        lines.extend(story(documents));
    }
    lines
}

/// The lines of a story: each document with its numbers, and under it what happened to it and when.
fn story(documents: &[&Value]) -> Vec<String> {
    let mut lines = Vec::new();
    for document in documents {
        let text = |member: &str| document.get(member).and_then(Value::as_str).unwrap_or("-");
        let arrow = if text("direction") == "outbound" { "→" } else { "←" };
        lines.push(format!(
            "{} {} {arrow} {}  {}{}",
            text("type"),
            text("number"),
            text("partner"),
            text("stage"),
            on_the_wire(document)
        ));
        for step in document.get("steps").and_then(Value::as_array).into_iter().flatten() {
            let part = |member: &str| step.get(member).and_then(Value::as_str).unwrap_or_default();
            lines.push(told(part("at"), part("what"), part("text")));
        }
        lines.extend(resent(document));
        lines.extend(published(document));
    }
    lines
}

/// That a person had its message offered again.
fn resent(document: &Value) -> Option<String> {
    let resent = document.pointer("/exchange/detail/resent")?;
    let text = |member: &str| resent.get(member).and_then(Value::as_str).unwrap_or_default();
    let times = resent.get("times").and_then(Value::as_u64).unwrap_or(1);
    let text_of = format!("its message was offered again, for the {times}. time: {}", text("reason"));
    Some(told(text("at"), "resent", &text_of))
}

/// ` · 850 000000101/101/0001 · message <…>`
fn on_the_wire(document: &Value) -> String {
    let at = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
    let numbers: Vec<&str> = ["interchange", "group", "transaction"]
        .iter()
        .filter_map(|level| at(&format!("/message/numbers/{level}")))
        .collect();
    let set = at("/message/set").map(|set| format!(" · {set} {}", numbers.join("/"))).unwrap_or_default();
    let message = at("/exchange/detail/messageId").filter(|id| !id.is_empty());
    set + &message.map(|id| format!(" · {id}")).unwrap_or_default()
}

/// When the ERP got it.
fn published(document: &Value) -> Option<String> {
    let event = document.get("event")?;
    let at = event.get("publishedAt").and_then(Value::as_str)?;
    let key = event.pointer("/envelope/routingKey").and_then(Value::as_str).unwrap_or_default();
    Some(told(at, "published", &format!("{key}  confirmed")))
}

fn told(at: &str, what: &str, text: &str) -> String {
    // Seconds are enough for people.
    let at = at.get(..19).unwrap_or(at).replace('T', " ");
    format!("  {at}  {what:<34} {text}").trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_story_names_documents_numbers_and_steps() {
        let documents = [
            json!({
                "type": "order", "number": "4500012345", "partner": "acme-bearings", "stage": "closed", "direction": "outbound",
                "message": {"set": "850", "numbers": {"interchange": "101", "group": "7", "transaction": "0001"}},
                "exchange": {"detail": {"messageId": "<m@edigate>",
                    "resent": {"times": 2, "at": "2026-11-02T15:00:00.000Z", "reason": "they lost it"}}},
                "steps": [{"at": "2026-11-02T14:15:03.120Z", "what": "document.accepted", "text": "it is on disk"}],
            }),
            json!({
                "type": "order-response", "number": "R1", "partner": "acme-bearings", "stage": "published", "direction": "inbound",
                "event": {"publishedAt": "2026-11-02T16:40:55.000Z", "envelope": {"routingKey": "order-response.v1.acme-bearings.-"}},
            }),
        ];
        assert_eq!(
            stories(&documents),
            [
                "order 4500012345 → acme-bearings  closed · 850 101/7/0001 · <m@edigate>",
                "  2026-11-02 14:15:03  document.accepted                  it is on disk",
                "  2026-11-02 15:00:00  resent                             its message was offered again, for the 2. time: they lost it",
                "order-response R1 ← acme-bearings  published",
                "  2026-11-02 16:40:55  published                          order-response.v1.acme-bearings.-  confirmed",
            ]
        );
    }

    #[test]
    fn partners_that_share_a_number_have_a_story_each() {
        let order = |partner: &str| json!({"type": "order", "number": "1", "partner": partner, "stage": "published"});
        let documents = [order("koyo"), order("acme"), order("koyo")];
        assert_eq!(
            stories(&documents),
            [
                "2 partners use this number",
                "",
                "acme (--partner acme for this one alone)",
                "order 1 ← acme  published",
                "",
                "koyo (--partner koyo for this one alone)",
                "order 1 ← koyo  published",
                "order 1 ← koyo  published",
            ]
        );
    }
}
