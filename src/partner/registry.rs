//! All partners at one moment: built whole, never changed, replaced by a reload.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::interchange::written;
use super::{Channel, Partner};
use crate::as2::As2Name;
use crate::base::table::Faults;
use crate::base::{Diagnostic, Location, PartnerId};
use crate::edi::{Guides, Party};

/// An immutable snapshot of the partners. Take it once for each step, so that a reload cannot mix two versions.
#[derive(Default)]
pub struct Registry {
    partners: BTreeMap<PartnerId, Arc<Partner>>,
    pairs: HashMap<(As2Name, As2Name), Arc<Partner>>,
    x12: HashMap<(PartnerId, Party, Party), Arc<Partner>>,
    guides: Arc<Guides>,
}

impl Registry {
    /// The partner with a channel of its own whose messages say AS2-From `from` and AS2-To `to`.
    pub fn pair(&self, from: &As2Name, to: &As2Name) -> Option<&Arc<Partner>> {
        self.pairs.get(&(from.clone(), to.clone()))
    }

    /// A partner by id.
    pub fn partner(&self, id: &PartnerId) -> Option<&Arc<Partner>> {
        self.partners.get(id)
    }

    /// All partners in the order of their ids.
    pub fn partners(&self) -> impl Iterator<Item = &Arc<Partner>> {
        self.partners.values()
    }

    /// Whose interchange this is, among the owner of the channel it came on and the parties behind it. `None`:
    /// quarantine it.
    pub fn x12_partner(&self, channel: &PartnerId, receiver: &Party, sender: &Party) -> Option<&Arc<Partner>> {
        self.x12.get(&(channel.clone(), receiver.clone(), sender.clone()))
    }

    /// The guides that messages are read by.
    pub fn guides(&self) -> &Arc<Guides> {
        &self.guides
    }

    /// Puts partners together. Names used twice and hubs that are none become faults.
    pub(crate) fn build(partners: Vec<Partner>, guides: Arc<Guides>, faults: &Faults) -> Self {
        let mut registry = Self { guides, ..Self::default() };
        for partner in partners.into_iter().map(Arc::new) {
            registry.partners.insert(partner.id.clone(), partner);
        }
        let all: Vec<_> = registry.partners.values().cloned().collect();
        for partner in &all {
            registry.add_pair(partner, faults);
            registry.add_x12(partner, faults);
        }
        registry
    }

    fn add_pair(&mut self, partner: &Arc<Partner>, faults: &Faults) {
        let Some(channel) = partner.as2() else { return };
        let pair = (channel.theirs.value.clone(), channel.ours.as2_id.clone());
        if let Some(first) = self.pairs.get(&pair) {
            let place = first.as2().map(|first| first.theirs.at.clone()).unwrap_or_default();
            let message = format!("the pair AS2-From {} and AS2-To {} belongs to two partners", pair.0, pair.1);
            faults.add(twice("duplicate-pair", message, &channel.theirs.at, &place));
            return;
        }
        self.pairs.insert(pair, Arc::clone(partner));
    }

    fn add_x12(&mut self, partner: &Arc<Partner>, faults: &Faults) {
        let channel =
            match &partner.channel {
                Channel::As2(_) => partner.id.clone(),
                Channel::Via { hub, at } => {
                    if self.partners.get(hub).and_then(|hub| hub.as2()).is_none() {
                        let message = format!("'{hub}' is no partner with a channel of its own");
                        faults.add(Diagnostic::error("not-found", message).at(at.clone()).expecting(
                            "the folder name of a partner under partners/ whose [as2] has identity and as2_id",
                        ));
                    }
                    hub.clone()
                }
            };
        let Some(x12) = &partner.x12 else { return };
        for them in &x12.them {
            let key = (channel.clone(), x12.us.value.clone(), them.value.clone());
            if let Some(first) = self.x12.get(&key).and_then(|first| first.x12.as_ref()) {
                let place = first.them.iter().find(|other| other.value == them.value).map(|other| other.at.clone());
                let message = format!(
                    "the ISA ids {} (us) and {} (them) are taken on this channel",
                    written(&x12.us),
                    written(them)
                );
                faults.add(twice("duplicate-identity", message, &them.at, &place.unwrap_or_default()));
                continue;
            }
            self.x12.insert(key, Arc::clone(partner));
        }
    }
}

/// A fault at one of two places that names the other.
fn twice(code: &'static str, message: String, at: &Location, first: &Location) -> Diagnostic {
    let line = first.line.map(|line| format!(":{line}")).unwrap_or_default();
    let first = format!("{}{line}", first.file.as_deref().unwrap_or("another file"));
    Diagnostic::error(code, message).at(at.clone()).hinting(format!("it is first used in {first}; change one of them"))
}
