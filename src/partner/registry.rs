//! All partners at one moment: built whole, never changed, replaced by a reload.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::interchange::written;
use super::{As2Channel, Channel, Partner};
use crate::as2::As2Name;
use crate::base::table::Faults;
use crate::base::{Diagnostic, Location, PartnerId};
use crate::edi::{Guides, Party, Standard};

/// An immutable snapshot of the partners. Take it once for each step, so that a reload cannot mix two versions.
#[derive(Default)]
pub struct Registry {
    partners: BTreeMap<PartnerId, Arc<Partner>>,
    pairs: HashMap<(As2Name, As2Name), Arc<Partner>>,
    /// By channel, standard, receiver and sender.
    interchanges: HashMap<(PartnerId, Standard, Party, Party), Arc<Partner>>,
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

    /// The channel that messages to a partner go out on: its own, or that of its hub.
    pub fn channel<'a>(&'a self, partner: &'a Partner) -> Option<&'a As2Channel> {
        match &partner.channel {
            Channel::As2(channel) => Some(channel),
            Channel::Via { hub, .. } => self.partner(hub)?.as2(),
        }
    }

    /// Whose interchange this is, among the owner of the channel it came on and the parties behind it. `None`:
    /// quarantine it.
    pub fn interchange_partner(
        &self,
        channel: &PartnerId,
        standard: Standard,
        receiver: &Party,
        sender: &Party,
    ) -> Option<&Arc<Partner>> {
        self.interchanges.get(&(channel.clone(), standard, receiver.clone(), sender.clone()))
    }

    /// Whether interchanges of this standard come from `sender` on a channel, whoever they are for.
    pub fn knows_sender(&self, channel: &PartnerId, standard: Standard, sender: &Party) -> bool {
        let is_known =
            |(on, of, _, from): &(PartnerId, Standard, Party, Party)| (on, *of, from) == (channel, standard, sender);
        self.interchanges.keys().any(is_known)
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
            registry.add_interchanges(partner, faults);
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

    fn add_interchanges(&mut self, partner: &Arc<Partner>, faults: &Faults) {
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
        for standard in [Standard::X12, Standard::Edifact] {
            let Some((us, all)) = partner.identities(standard) else { continue };
            for them in all {
                let key = (channel.clone(), standard, us.value.clone(), them.value.clone());
                if let Some((_, first)) = self.interchanges.get(&key).and_then(|first| first.identities(standard)) {
                    let place = first.iter().find(|other| other.value == them.value).map(|other| other.at.clone());
                    let head = match standard {
                        Standard::X12 => "ISA",
                        Standard::Edifact => "UNB",
                    };
                    let (us, written) = (written(standard, us), written(standard, them));
                    let message = format!("the {head} ids {us} (us) and {written} (them) are taken on this channel");
                    faults.add(twice("duplicate-identity", message, &them.at, &place.unwrap_or_default()));
                    continue;
                }
                self.interchanges.insert(key, Arc::clone(partner));
            }
        }
    }
}

/// A fault at one of two places that names the other.
fn twice(code: &'static str, message: String, at: &Location, first: &Location) -> Diagnostic {
    let line = first.line.map(|line| format!(":{line}")).unwrap_or_default();
    let first = format!("{}{line}", first.file.as_deref().unwrap_or("another file"));
    Diagnostic::error(code, message).at(at.clone()).hinting(format!("it is first used in {first}; change one of them"))
}
