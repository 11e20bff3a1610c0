//! From what came to a command.

use serde_json::Value;

use super::Incoming;
use crate::base::{Diagnostic, Sha256, Timestamp};
use crate::config::Settings;
use crate::exchange::{Command, DedupKey, Route, Verb};

/// What is no command, with as much of one as can be read, so that whoever sent it can be told.
pub(super) enum Unread {
    /// Its body says nothing.
    Undecodable(Box<Command>, Diagnostic),
    /// Its body can be read, and its address leads nowhere.
    Misaddressed(Box<Command>, Diagnostic),
    /// Whoever sent it may not ask for it.
    Forbidden(Box<Command>, Diagnostic),
}

/// Reads what came as a command.
pub(super) fn read(incoming: &Incoming, at: Timestamp, settings: &Settings) -> Result<Command, Unread> {
    let known_since = at.before(settings.store.retention.payload);
    let unread = |route: Route, body: Value| {
        let id = incoming.message_id.clone().unwrap_or_else(|| digest(&incoming.key, &incoming.body));
        Box::new(command(incoming, route, (id, by_content(incoming)), (at, known_since), body))
    };
    let guess = || Route::guess(&incoming.key);
    let (route, body) = match (Route::parse(&incoming.key), decoded(&incoming.body, settings.limits.document)) {
        (Ok(route), Ok(body)) => (route, body),
        (route, Err(fault)) => {
            return Err(Unread::Undecodable(unread(route.unwrap_or_else(|_| guess()), Value::Null), fault));
        }
        (Err(fault), Ok(body)) => return Err(Unread::Misaddressed(unread(guess(), body), fault)),
    };
    let in_meta = |member: &str| body.get("meta")?.get(member)?.as_str().map(str::to_owned);
    let named = body.get("documentId").and_then(Value::as_str);
    let partner = || route.partner.as_ref().map(ToString::to_string).or_else(|| in_meta("partner"));
    let (about, given) = match route.verb {
        Verb::Send => (partner(), incoming.document_id.clone().or_else(|| in_meta("documentId"))),
        Verb::Posted | Verb::Refused | Verb::Cancel => (named.map(str::to_owned), None),
    };
    // The same body under another address is another command.
    let words: Vec<&str> = incoming.key.split('.').take(ADDRESS_WORDS).collect();
    let id = given.clone().or_else(|| incoming.message_id.clone());
    let id = shortened(&id.unwrap_or_else(|| digest(&words.join("."), &incoming.body)));
    let key = DedupKey::command(route.verb.as_str(), about.as_deref().unwrap_or("-"), &id);
    let document = given.as_deref().or(named.filter(|_| route.verb != Verb::Send)).and_then(|id| id.parse().ok());
    Ok(Command { document, ..command(incoming, route, (id, key), (at, known_since), body) })
}

/// Recognises what comes again exactly as it was. Its id may be used again, mended or by who may ask for it.
pub(super) fn by_content(incoming: &Incoming) -> DedupKey {
    let user = incoming.user.as_deref().unwrap_or_default();
    DedupKey::command("as it came", user, &digest(&incoming.key, &incoming.body))
}

fn decoded(body: &[u8], limit: usize) -> Result<Value, Diagnostic> {
    if body.len() > limit {
        let message = format!("the body has {} bytes and may have {limit}", body.len());
        let fault = Diagnostic::error("document-too-large", message);
        return Err(fault.hinting("raise 'document' in [limits], or send smaller documents"));
    }
    serde_json::from_slice(body).map_err(|fault| {
        Diagnostic::error("no-json", format!("the body is no JSON: {fault}")).hinting("send one JSON object, in UTF-8")
    })
}

fn command(
    incoming: &Incoming,
    route: Route,
    (id, key): (String, DedupKey),
    (at, known_since): (Timestamp, Timestamp),
    body: Value,
) -> Command {
    let verb = incoming.key.split('.').next().unwrap_or_default();
    Command {
        route,
        verb: verb.chars().take(LONGEST_VERB).collect(),
        id: shortened(&id),
        key,
        known_since,
        document: None,
        reply_to: incoming.reply_to.clone(),
        correlation_id: incoming.correlation_id.clone(),
        at,
        body,
    }
}

fn digest(address: &str, body: &[u8]) -> String {
    Sha256::of(&[address.as_bytes(), b"\n", body].concat()).to_string()
}

fn shortened(id: &str) -> String {
    id.chars().take(LONGEST_ID).collect()
}

/// Verb, document type, major version and partner.
const ADDRESS_WORDS: usize = 4;
/// Characters of an id by which a command is called.
const LONGEST_ID: usize = 255;
/// Characters that are told of a verb that is none.
const LONGEST_VERB: usize = 60;
