//! The guides that come with edigate, and the choice of one for a message.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::base::{Diagnostic, Severity};
use crate::edi::finding::{Finding, FindingCode, Level};
use crate::edi::interchange::TransactionSet;

use super::Guide;
use super::key::GuideKey;
use super::load::{self, Dictionary};

const X12_COMMON: &str = include_str!("x12/common.toml");

struct Release {
    standard: &'static str,
    release: &'static str,
    /// What differs from the standard's common dictionary.
    dictionary: &'static str,
    sets: &'static [(&'static str, &'static str)],
}

const RELEASES: &[Release] = &[
    Release {
        standard: "x12",
        release: "004010",
        dictionary: include_str!("x12/004010/dictionary.toml"),
        sets: &[("850", include_str!("x12/004010/850.toml"))],
    },
    Release {
        standard: "x12",
        release: "005010",
        dictionary: include_str!("x12/005010/dictionary.toml"),
        sets: &[("850", include_str!("x12/005010/850.toml"))],
    },
];

/// The shipped guide of this name, `x12/004010/850`, if there is one.
pub fn shipped(key: &str) -> Option<Guide> {
    let key: GuideKey = key.parse().ok()?;
    let release = RELEASES.iter().find(|one| one.standard == key.standard && one.release == key.release)?;
    let (_, text) = release.sets.iter().find(|(set, _)| *set == key.set)?;
    read(release, key, text)
}

/// A fault in a shipped file would hide its guide; a test holds that there is none.
fn read(release: &Release, key: GuideKey, text: &str) -> Option<Guide> {
    try_read(release, key, text).ok()
}

fn try_read(release: &Release, key: GuideKey, text: &str) -> Result<Guide, Vec<Diagnostic>> {
    let dictionary = Dictionary::parse(X12_COMMON)?.amended(release.dictionary)?;
    load::guide(key, text, &dictionary)
}

/// Every shipped set with its name.
fn texts() -> impl Iterator<Item = (&'static Release, GuideKey, &'static str)> {
    RELEASES.iter().flat_map(|release| {
        release.sets.iter().map(move |(set, text)| {
            let [standard, name, set] = [release.standard, release.release, set].map(str::to_owned);
            (release, GuideKey { standard, release: name, set }, *text)
        })
    })
}

#[cfg(test)]
pub(super) fn faults() -> Vec<Diagnostic> {
    texts().filter_map(|(release, key, text)| try_read(release, key, text).err()).flatten().collect()
}

/// A set of guides to choose from.
#[derive(Clone, Debug, Default)]
pub struct Guides(BTreeMap<GuideKey, Arc<Guide>>);

impl Guides {
    /// All guides that come with edigate.
    pub fn shipped() -> Self {
        let mut guides = Self::default();
        for guide in texts().filter_map(|(release, key, text)| read(release, key, text)) {
            guides.add(guide);
        }
        guides
    }

    /// Adds a guide; one of the same name is replaced.
    pub fn add(&mut self, guide: Guide) {
        self.0.insert(guide.key().clone(), Arc::new(guide));
    }

    /// The guide of this very name.
    pub fn get(&self, key: &GuideKey) -> Option<Arc<Guide>> {
        self.0.get(key).cloned()
    }

    /// All names.
    pub fn keys(&self) -> impl Iterator<Item = &GuideKey> {
        self.0.keys()
    }

    /// The guide for a transaction set: of its exact release, else of the release's first six digits, else `agreed`
    /// (the agreement's), else the nearest release there is, and then a finding says so.
    pub fn select(&self, set: &TransactionSet, agreed: Option<&GuideKey>) -> Option<(Arc<Guide>, Option<Finding>)> {
        let key = |release: &str| GuideKey {
            standard: set.interchange.standard.as_str().to_owned(),
            release: release.to_owned(),
            set: set.id.clone(),
        };
        let base = set.release.get(..6).unwrap_or(&set.release);
        let found = self.get(&key(&set.release)).or_else(|| self.get(&key(base)));
        if let Some(guide) = found.or_else(|| agreed.and_then(|key| self.get(key))) {
            return Some((guide, None));
        }
        let nearest = self.nearest(&key(base))?;
        let text = format!("there is no guide for release '{}'; {} was taken", set.release, nearest.key());
        let finding = Finding::new(Severity::Info, FindingCode::NearestGuide, set.place(), text).about(Level::Set);
        Some((nearest, Some(finding)))
    }

    /// The guide for the same set whose release number is nearest; of two equally near, the older one.
    fn nearest(&self, wanted: &GuideKey) -> Option<Arc<Guide>> {
        let number = |release: &str| release.parse::<u32>().unwrap_or(0);
        self.0
            .iter()
            .filter(|(key, _)| key.standard == wanted.standard && key.set == wanted.set)
            .min_by_key(|(key, _)| number(&key.release).abs_diff(number(&wanted.release)))
            .map(|(_, guide)| Arc::clone(guide))
    }
}
