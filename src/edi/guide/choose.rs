//! A set of guides, and the choice of one for a message.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{Standard, TransactionSet};

use super::Guide;
use super::dictionary::Dictionary;
use super::key::GuideKey;
use super::shipped::{self, SharedDictionary, ShippedGuide};

/// A set of guides to choose from. To copy one is cheap.
#[derive(Clone, Debug, Default)]
pub struct Guides {
    guides: BTreeMap<GuideKey, Entry>,
    /// Those of the shipped releases, by `x12/004010`.
    dictionaries: BTreeMap<String, Arc<SharedDictionary>>,
    /// Those that are taken whatever release a message is of; one of a message at most.
    insisted: Vec<GuideKey>,
}

#[derive(Clone, Debug)]
enum Entry {
    /// One of ours, perhaps not read yet.
    Shipped(Arc<ShippedGuide>),
    /// One that was added.
    Added(Arc<Guide>),
}

impl Guides {
    /// All guides that come with edigate. Each is read when it is first asked for.
    pub fn shipped() -> Self {
        let mut all = Self::default();
        for guide in shipped::all() {
            all.dictionaries.insert(guide.release(), Arc::clone(guide.dictionary()));
            all.guides.insert(guide.key().clone(), Entry::Shipped(Arc::new(guide)));
        }
        all
    }

    /// The dictionary of a shipped release, `x12/004010`.
    pub(super) fn dictionary(&self, release: &str) -> Option<Dictionary> {
        Some(self.dictionaries.get(release)?.get().clone())
    }

    /// Adds a guide; one of the same name is replaced.
    pub fn add(&mut self, guide: Guide) {
        self.guides.insert(guide.key().clone(), Entry::Added(Arc::new(guide)));
    }

    /// The guide of this very name.
    pub fn get(&self, key: &GuideKey) -> Option<Arc<Guide>> {
        match self.guides.get(key)? {
            Entry::Shipped(guide) => guide.get(),
            Entry::Added(guide) => Some(Arc::clone(guide)),
        }
    }

    /// The keys of all guides but overlays.
    pub fn keys(&self) -> impl Iterator<Item = &GuideKey> {
        self.guides.keys().filter(|key| key.overlay.is_none())
    }

    /// The key of a guide by its name as an operator writes it: `x12/004010/850`, or an overlay's, `acme-bearings/810`.
    pub fn key(&self, name: &str) -> Option<&GuideKey> {
        let plain = name.parse().ok().and_then(|key: GuideKey| self.guides.get_key_value(&key));
        let overlay = || self.guides.keys().find(|key| key.overlay.as_deref() == Some(name));
        plain.map(|(key, _)| key).or_else(overlay)
    }

    /// A guide by its name as an operator writes it.
    pub fn named(&self, name: &str) -> Option<Arc<Guide>> {
        self.get(self.key(name)?)
    }

    /// The names of all guides, overlays among them.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.guides.keys().map(ToString::to_string)
    }

    /// Takes this guide for every message that it is on, whatever release the message is of and whatever else was agreed.
    /// The one that was taken so before is given back.
    pub fn insist(&mut self, key: GuideKey) -> Option<GuideKey> {
        let before = self.insisted.iter().position(|known| known.is_on(&key.standard, &key.set));
        let before = before.map(|at| self.insisted.remove(at));
        self.insisted.push(key);
        before
    }

    /// The guide for a transaction set: the one that was insisted on; else the overlay that was agreed on, if it is one of this message; else that of its
    /// exact release (GS08; version, release and association code of UNH S009), else of the release alone (the first
    /// six digits of GS08), else the guide that was agreed on, else the nearest release there is, and then a finding
    /// says so. What is on another release and taken all the same is told in the same way.
    pub fn select(&self, set: &TransactionSet, agreed: Option<&GuideKey>) -> Option<(Arc<Guide>, Option<Finding>)> {
        let key = |release: &str| GuideKey::new(set.interchange.standard.as_str(), release, &set.id);
        let (exact, base) = releases(set);
        let (exact, base) = (key(&exact), key(base));
        let is_on_this = |key: &&GuideKey| key.is_on(&base.standard, &base.set);
        let agreed = agreed.filter(is_on_this);
        let insisted = self.insisted.iter().find(is_on_this);
        if let Some(guide) = insisted.or(agreed.filter(|key| key.overlay.is_some())).and_then(|key| self.get(key)) {
            let plain = guide.key().plain();
            let text = || match guide.overlay() {
                Some(overlay) => format!("release '{}' is read by {overlay}, which amends {plain}", set.release),
                None => format!("release '{}' is read by {plain}", set.release),
            };
            let finding = (plain != exact && plain != base).then(|| nearest_taken(set, text()));
            return Some((guide, finding));
        }
        let found = self.get(&exact).or_else(|| self.get(&base));
        if let Some(guide) = found.or_else(|| agreed.and_then(|key| self.get(key))) {
            return Some((guide, None));
        }
        let nearest = self.nearest(&base)?;
        let text = format!("there is no guide for release '{}'; {} was taken", set.release, nearest.key());
        Some((nearest, Some(nearest_taken(set, text))))
    }

    /// The guide for the same set whose release is nearest; of two equally near, the older one. One from the other side
    /// of a rebuilding is further away than any other.
    fn nearest(&self, wanted: &GuideKey) -> Option<Arc<Guide>> {
        let same = |key: &&GuideKey| key.standard == wanted.standard && key.set == wanted.set;
        let distance = |key: &&GuideKey| (rebuilt(key) != rebuilt(wanted), key.age().abs_diff(wanted.age()), key.age());
        self.keys().filter(same).min_by_key(distance).and_then(|nearest| self.get(nearest))
    }
}

/// Messages that a directory built anew, with other loops in another order, and the first directory to have them so.
const REBUILT: &[(&str, &str)] = &[("DELFOR", "D96B")];

/// Whether the message is built as it has been since it was built anew.
fn rebuilt(key: &GuideKey) -> bool {
    let is_since = |(set, release): &(&str, &str)| {
        key.set == *set && key.age() >= GuideKey::new(Standard::Edifact.as_str(), release, set).age()
    };
    REBUILT.iter().any(is_since)
}

fn nearest_taken(set: &TransactionSet, text: String) -> Finding {
    Finding::new(Severity::Info, FindingCode::NearestGuide, set.place(), text).about(Level::Set)
}

/// The release of a set in full, and without what an implementation guide adds to it.
fn releases(set: &TransactionSet) -> (Cow<'_, str>, &str) {
    match (set.interchange.standard, &set.implementation) {
        (Standard::X12, _) => (Cow::from(&set.release), set.release.get(..6).unwrap_or(&set.release)),
        (Standard::Edifact, Some(association)) => (Cow::from(format!("{}{association}", set.release)), &set.release),
        (Standard::Edifact, None) => (Cow::from(&set.release), &set.release),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::table::{Faults, Source};
    use crate::edi::guide::dictionary::Dictionary;
    use crate::edi::guide::load;
    use crate::edi::{Piece, ReadOptions, Reader};

    fn message(s009: &str) -> TransactionSet {
        let file = format!("UNB+UNOC:3+A+B+261102:0815+1'UNH+1+{s009}'UNT+2+1'UNZ+1+1'");
        let mut reader = Reader::new(file.as_bytes(), ReadOptions::default());
        std::iter::from_fn(|| reader.next_piece().unwrap())
            .find_map(|piece| if let Piece::Set(set) = piece { Some(*set) } else { None })
            .unwrap()
    }

    #[test]
    fn messages_of_edifact_go_by_association_code_then_directory_then_nearness() {
        let mut guides = Guides::default();
        for key in ["edifact/D96A/ORDERS", "edifact/D01B/ORDERS", "edifact/D96AEAN008/ORDERS", "x12/004010/ORDERS"] {
            let file = Source::new("test", "[set]\nparts = [\"BGM M\"]");
            let key = key.parse().unwrap();
            guides.add(load::guide(key, &file, &Dictionary::default(), &Faults::new()).unwrap());
        }
        let check = |s009: &str, expect: Option<(&str, bool)>| {
            let found = guides.select(&message(s009), None);
            let found = found.map(|(guide, finding)| (guide.key().to_string(), finding));
            let nearest = |finding: Finding| (finding.code, finding.severity, finding.level);
            let found = found.map(|(key, finding)| (key, finding.map(nearest)));
            let told = (FindingCode::NearestGuide, Severity::Info, Level::Set);
            assert_eq!(found, expect.map(|(key, nearest)| (key.to_owned(), nearest.then_some(told))), "{s009}");
        };
        check("ORDERS:D:96A:UN", Some(("edifact/D96A/ORDERS", false)));
        check("ORDERS:D:96A:UN:EAN008", Some(("edifact/D96AEAN008/ORDERS", false)));
        check("ORDERS:D:96A:UN:EAN007", Some(("edifact/D96A/ORDERS", false)));
        check("ORDERS:D:01B:UN:EAN010", Some(("edifact/D01B/ORDERS", false)));
        check("ORDERS:D:97B:UN", Some(("edifact/D96A/ORDERS", true)));
        check("ORDERS:D:00A:UN", Some(("edifact/D01B/ORDERS", true)));
        check("ORDERS:D:21B:UN", Some(("edifact/D01B/ORDERS", true)));
        check("ORDERS:D:93A:UN", Some(("edifact/D96A/ORDERS", true)));
        check("ORDERS:2:912:UN", Some(("edifact/D96A/ORDERS", true)));
        check("INVOIC:D:96A:UN", None);
    }
}
