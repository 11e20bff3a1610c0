//! The guides that come with edigate. Each is read when it is first asked for: most gateways use a handful.

use std::sync::{Arc, OnceLock};

use crate::base::table::{Faults, Source};

use super::dictionary::Dictionary;
use super::key::GuideKey;
use super::load;
use super::{Guide, Guides};

/// A shipped file: its name below this folder, and its text.
type File = (&'static str, &'static str);

macro_rules! file {
    ($name:literal) => {
        ($name, include_str!($name))
    };
}

/// A release: its dictionary, over one file or several, each amending those before it, and its sets, whose files are
/// called after them.
struct Release {
    standard: &'static str,
    release: &'static str,
    dictionary: &'static [File],
    sets: &'static [File],
}

const RELEASES: &[Release] = &[
    Release {
        standard: "x12",
        release: "004010",
        dictionary: &[file!("x12/common.toml"), file!("x12/004010/dictionary.toml")],
        sets: &[file!("x12/004010/850.toml")],
    },
    Release {
        standard: "x12",
        release: "005010",
        dictionary: &[file!("x12/common.toml"), file!("x12/005010/dictionary.toml")],
        sets: &[file!("x12/005010/850.toml")],
    },
];

fn source((name, text): File) -> Source {
    Source::new(name, text)
}

/// The dictionary of a shipped release, read once for all its sets.
#[derive(Debug)]
pub(super) struct SharedDictionary {
    files: &'static [File],
    read: OnceLock<Dictionary>,
}

impl SharedDictionary {
    /// The dictionary.
    pub(super) fn get(&self) -> &Dictionary {
        self.read.get_or_init(|| {
            let files: Vec<Source> = self.files.iter().copied().map(source).collect();
            Dictionary::read(&files, &Faults::new())
        })
    }
}

/// A shipped guide, read when it is first asked for.
#[derive(Debug)]
pub(super) struct ShippedGuide {
    key: GuideKey,
    file: File,
    dictionary: Arc<SharedDictionary>,
    read: OnceLock<Option<Arc<Guide>>>,
}

impl ShippedGuide {
    /// Its name.
    pub(super) fn key(&self) -> &GuideKey {
        &self.key
    }

    /// Its release: `x12/004010`.
    pub(super) fn release(&self) -> String {
        format!("{}/{}", self.key.standard, self.key.release)
    }

    /// What its segments are described with.
    pub(super) fn dictionary(&self) -> &Arc<SharedDictionary> {
        &self.dictionary
    }

    /// The guide. A fault in a shipped file would hide it; a test holds that there is none.
    pub(super) fn get(&self) -> Option<Arc<Guide>> {
        let read = || {
            let dictionary = self.dictionary.get();
            load::guide(self.key.clone(), &source(self.file), dictionary, &Faults::new()).map(Arc::new)
        };
        self.read.get_or_init(read).clone()
    }
}

/// Every shipped guide; none is read yet.
pub(super) fn all() -> impl Iterator<Item = ShippedGuide> {
    RELEASES.iter().flat_map(|release| {
        let dictionary = Arc::new(SharedDictionary { files: release.dictionary, read: OnceLock::new() });
        release.sets.iter().map(move |file| {
            let stem = file.0.rsplit('/').next().and_then(|name| name.strip_suffix(".toml")).unwrap_or(file.0);
            let key = GuideKey::new(release.standard, release.release, stem);
            let dictionary = Arc::clone(&dictionary);
            ShippedGuide { key, file: *file, dictionary, read: OnceLock::new() }
        })
    })
}

/// The shipped guide of this name, `x12/004010/850`, if there is one.
pub fn shipped(key: &str) -> Option<Guide> {
    Guides::shipped().get(&key.parse().ok()?).map(Arc::unwrap_or_clone)
}

/// The faults of all shipped files.
#[cfg(test)]
pub(super) fn faults() -> Vec<crate::base::Diagnostic> {
    let faults = Faults::new();
    for release in RELEASES {
        let files: Vec<Source> = release.dictionary.iter().copied().map(source).collect();
        let dictionary = Dictionary::read(&files, &faults);
        for file in release.sets {
            let key = GuideKey::new(release.standard, release.release, file.0);
            load::guide(key, &source(*file), &dictionary, &faults);
        }
    }
    faults.into_sorted()
}
