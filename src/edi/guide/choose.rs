//! A set of guides, and the choice of one for a message.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::Severity;
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::{Standard, TransactionSet};

use super::Guide;
use super::key::GuideKey;
use super::shipped::{self, ShippedGuide};

/// A set of guides to choose from. To copy one is cheap.
#[derive(Clone, Debug, Default)]
pub struct Guides(BTreeMap<GuideKey, Entry>);

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
        Self(shipped::all().map(|(key, guide)| (key, Entry::Shipped(Arc::new(guide)))).collect())
    }

    /// Adds a guide; one of the same name is replaced.
    pub fn add(&mut self, guide: Guide) {
        self.0.insert(guide.key().clone(), Entry::Added(Arc::new(guide)));
    }

    /// The guide of this very name.
    pub fn get(&self, key: &GuideKey) -> Option<Arc<Guide>> {
        match self.0.get(key)? {
            Entry::Shipped(guide) => guide.get(),
            Entry::Added(guide) => Some(Arc::clone(guide)),
        }
    }

    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &GuideKey> {
        self.0.keys()
    }

    /// The guide for a transaction set: of its exact release (GS08; version, release and association code of UNH S009),
    /// else of the release alone (the first six digits of GS08), else `agreed` (the agreement's), else the nearest
    /// release there is, and then a finding says so.
    pub fn select(&self, set: &TransactionSet, agreed: Option<&GuideKey>) -> Option<(Arc<Guide>, Option<Finding>)> {
        let key = |release: &str| GuideKey::new(set.interchange.standard.as_str(), release, &set.id);
        let (exact, base) = releases(set);
        let found = self.get(&key(&exact)).or_else(|| self.get(&key(base)));
        if let Some(guide) = found.or_else(|| agreed.and_then(|key| self.get(key))) {
            return Some((guide, None));
        }
        let nearest = self.nearest(&key(base))?;
        let text = format!("there is no guide for release '{}'; {} was taken", set.release, nearest.key());
        let finding = Finding::new(Severity::Info, FindingCode::NearestGuide, set.place(), text).about(Level::Set);
        Some((nearest, Some(finding)))
    }

    /// The guide for the same set whose release is nearest; of two equally near, the older one.
    fn nearest(&self, wanted: &GuideKey) -> Option<Arc<Guide>> {
        let same = |key: &&GuideKey| key.standard == wanted.standard && key.set == wanted.set;
        let nearest = self.0.keys().filter(same).min_by_key(|key| (key.age().abs_diff(wanted.age()), key.age()))?;
        self.get(nearest)
    }
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
