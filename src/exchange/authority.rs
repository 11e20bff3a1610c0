//! Who may ask for what: the users of the broker whose commands are taken.

use std::collections::BTreeMap;

use super::command::Verb;
use crate::base::{Diagnostic, PartnerId};

/// The users whose commands are taken, by name, each with what it may ask for. Nobody else's are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Authority(BTreeMap<String, Grant>);

/// What one user may ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// These verbs; all when absent.
    pub verbs: Option<Vec<Verb>>,
    /// Documents of these partners; of all when absent.
    pub partners: Option<Vec<PartnerId>>,
}

impl Authority {
    /// The authority of these users.
    pub fn of(grants: impl IntoIterator<Item = (String, Grant)>) -> Self {
        Self(grants.into_iter().collect())
    }

    /// Whether `user`, as the broker vouches for it, may ask for this about a document of `partner`.
    ///
    /// # Errors
    /// Why it may not.
    pub fn allows(&self, user: Option<&str>, verb: Verb, partner: Option<&PartnerId>) -> Result<(), Diagnostic> {
        let refused = |message: String| Diagnostic::error("not-allowed", message);
        let Some(user) = user else {
            let fault = refused("the command does not say which user of the broker sent it".to_owned());
            return Err(fault.expecting("the property user_id with the user of the connection"));
        };
        let hint = "let it be named in 'allow' of [erp.amqp] if it should";
        let Some(grant) = self.0.get(user) else {
            return Err(refused(format!("user '{user}' may ask for nothing")).hinting(hint));
        };
        if grant.verbs.as_ref().is_some_and(|verbs| !verbs.contains(&verb)) {
            return Err(refused(format!("user '{user}' may not ask for '{}'", verb.as_str())).hinting(hint));
        }
        let is_others = |partners: &Vec<PartnerId>| partner.is_none_or(|partner| !partners.contains(partner));
        if grant.partners.as_ref().is_some_and(is_others) {
            let whose = partner.map_or("a partner that cannot be told", PartnerId::as_str);
            return Err(refused(format!("user '{user}' may ask for nothing about {whose}")).hinting(hint));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_may_ask_for_what_it_was_granted() {
        let acme: PartnerId = "acme".parse().unwrap();
        let other: PartnerId = "other".parse().unwrap();
        let toledo = Grant { verbs: Some(vec![Verb::Send]), partners: Some(vec![acme.clone()]) };
        let nobody = Grant { verbs: Some(Vec::new()), ..Grant::default() };
        let grants = [("erp", Grant::default()), ("toledo", toledo), ("nobody", nobody)];
        let authority = Authority::of(grants.map(|(user, grant)| (user.to_owned(), grant)));
        let check = |user: Option<&str>, verb: Verb, partner: Option<&PartnerId>, expect: Result<(), &str>| {
            let found = authority.allows(user, verb, partner).map_err(|fault| fault.message);
            assert_eq!(found, expect.map_err(str::to_owned), "{user:?} {verb:?} {partner:?}");
        };
        check(Some("erp"), Verb::Send, Some(&acme), Ok(()));
        check(Some("erp"), Verb::Cancel, None, Ok(()));
        check(Some("toledo"), Verb::Send, Some(&acme), Ok(()));
        check(Some("toledo"), Verb::Cancel, Some(&acme), Err("user 'toledo' may not ask for 'cancel'"));
        check(Some("toledo"), Verb::Send, Some(&other), Err("user 'toledo' may ask for nothing about other"));
        let untold = "user 'toledo' may ask for nothing about a partner that cannot be told";
        check(Some("toledo"), Verb::Send, None, Err(untold));
        check(Some("nobody"), Verb::Send, Some(&acme), Err("user 'nobody' may not ask for 'send'"));
        check(Some("stranger"), Verb::Send, Some(&acme), Err("user 'stranger' may ask for nothing"));
        check(None, Verb::Send, Some(&acme), Err("the command does not say which user of the broker sent it"));
        check(Some(""), Verb::Send, Some(&acme), Err("user '' may ask for nothing"));
    }
}
