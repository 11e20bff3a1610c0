//! What the ERP asks for: `<verb>.<document-type|->.v<major>.<partner|->`, and a body of JSON.

use serde_json::Value;

use super::record::DedupKey;
use crate::base::{Diagnostic, DocumentId, PartnerId, Timestamp};
use crate::canon;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Send a document to a partner.
    Send,
    /// A document of a partner's is posted.
    Posted,
    /// A document of a partner's is refused.
    Refused,
    /// Take a document back that was to be sent.
    Cancel,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 4] = [Self::Send, Self::Posted, Self::Refused, Self::Cancel];

    /// The word in routing keys and file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Posted => "posted",
            Self::Refused => "refused",
            Self::Cancel => "cancel",
        }
    }
}

/// The words that lead to what a command is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What is asked for.
    pub verb: Verb,
    /// The document's type and major version: `order@1`.
    pub document: Option<String>,
    /// Whom it concerns.
    pub partner: Option<PartnerId>,
}

impl Route {
    /// Reads a routing key.
    ///
    /// # Errors
    /// Which word cannot be read, and what it should be.
    pub fn parse(key: &str) -> Result<Self, Diagnostic> {
        let mut words = key.split('.');
        let mut word = || words.next().filter(|word| !word.is_empty());
        let (verb, kind, major, partner) = (word(), word(), word(), word());
        let known = Verb::ALL.into_iter().find(|known| Some(known.as_str()) == verb);
        let verb = known.ok_or_else(|| {
            let verbs = Verb::ALL.map(|verb| verb.as_str()).join(", ");
            unreadable(key).expecting(format!("a key that begins with one of {verbs}"))
        })?;
        let major = major.unwrap_or("v1");
        let number = major.strip_prefix('v').filter(|digits| digits.parse::<u16>().is_ok());
        let number = number.ok_or_else(|| unreadable(key).expecting("a third word such as \"v1\""))?;
        if verb != Verb::Send && number != "1" {
            return Err(unreadable(key).expecting("\"v1\" as the third word: this command has no other version"));
        }
        let document = kind.filter(|kind| *kind != "-").map(|kind| format!("{kind}@{number}"));
        let partner = partner.filter(|partner| *partner != "-").map(str::parse);
        let partner =
            partner.transpose().map_err(|_| unreadable(key).expecting("a partner's id as the fourth word"))?;
        Ok(Self { verb, document, partner })
    }

    /// What can be read of a routing key that leads nowhere: enough for a person to find its command by.
    pub fn guess(key: &str) -> Self {
        let mut words = key.split('.').skip(1);
        let kind = words.next();
        let known = canon::document_types().iter().find(|known| kind == Some(known.kind));
        let partner = words.nth(1).filter(|partner| *partner != "-").and_then(|partner| partner.parse().ok());
        Self { verb: Verb::Send, document: known.map(|known| known.name.to_owned()), partner }
    }
}

fn unreadable(key: &str) -> Diagnostic {
    let shown: String = key.chars().take(100).collect();
    Diagnostic::error("bad-routing-key", format!("'{shown}' is no command")).hinting(
        "a command is addressed as <verb>.<document-type|->.v<major>.<partner|->, such as send.order.v1.acme-bearings",
    )
}

/// One command.
#[derive(Clone, Debug)]
pub struct Command {
    /// Where it leads.
    pub route: Route,
    /// The verb as its address says it, which may be none of ours.
    pub verb: String,
    /// What it is called by: the document's id, the message's id, or the digest of the body.
    pub id: String,
    /// Recognises a repeat,
    pub key: DedupKey,
    /// of what was asked since then.
    pub known_since: Timestamp,
    /// The document's id, where the ERP gave one that is an id of ours.
    pub document: Option<DocumentId>,
    /// The queue that wants the answers too.
    pub reply_to: Option<String>,
    /// What the answers there carry.
    pub correlation_id: Option<String>,
    /// When it was taken.
    pub at: Timestamp,
    /// What it says.
    pub body: Value,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_key_leads_to_a_verb_a_document_and_a_partner() {
        let check = |key: &str, expect: Result<(Verb, Option<&str>, Option<&str>), &str>| {
            let route = Route::parse(key);
            let found = route
                .as_ref()
                .map(|route| (route.verb, route.document.as_deref(), route.partner.as_ref().map(PartnerId::as_str)));
            let found = found.map_err(|fault| fault.expected.as_deref().unwrap_or_default());
            assert_eq!(found, expect, "{key}");
        };
        check("send.order.v1.acme-bearings", Ok((Verb::Send, Some("order@1"), Some("acme-bearings"))));
        check("send.order.v2.acme-bearings.4500012345", Ok((Verb::Send, Some("order@2"), Some("acme-bearings"))));
        check("posted.-.v1.-", Ok((Verb::Posted, None, None)));
        check("cancel", Ok((Verb::Cancel, None, None)));
        check("buy.order.v1.acme", Err("a key that begins with one of send, posted, refused, cancel"));
        check("send.order.1.acme", Err("a third word such as \"v1\""));
        check("send.order.v1.Acme", Err("a partner's id as the fourth word"));
        check("posted.order.v2.-", Err("\"v1\" as the third word: this command has no other version"));
        check("", Err("a key that begins with one of send, posted, refused, cancel"));
    }
    #[test]
    fn what_leads_nowhere_is_still_somebodys() {
        let check = |key: &str, document: Option<&str>, partner: Option<&str>| {
            let Route { document: found, partner: whose, .. } = Route::guess(key);
            assert_eq!((found.as_deref(), whose.as_ref().map(PartnerId::as_str)), (document, partner), "{key}");
        };
        check("buy.order.v1.acme", Some("order@1"), Some("acme"));
        check("send.oder.1.acme", None, Some("acme"));
        check("send.invoice.v1.Acme", Some("invoice@1"), None);
        check("send.-.v1.-", None, None);
        check("", None, None);
    }
}
