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
    ($name:expr) => {
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

/// A directory of UN/EDIFACT: all have the same messages. CONTRL is the syntax's own; partners whose UNH names a
/// directory for it mean the one of syntax 3.
macro_rules! directory {
    ($name:literal) => {
        Release {
            standard: "edifact",
            release: $name,
            dictionary: &[
                file!("edifact/elements.toml"),
                file!("edifact/composites.toml"),
                file!("edifact/segments.toml"),
                file!("edifact/service.toml"),
                file!("edifact/names.toml"),
                file!("edifact/codes.toml"),
                file!("edifact/codes_goods.toml"),
                file!(concat!("edifact/", $name, "/dictionary.toml")),
            ],
            sets: &[
                file!(concat!("edifact/", $name, "/APERAK.toml")),
                file!(concat!("edifact/", $name, "/DELFOR.toml")),
                file!(concat!("edifact/", $name, "/DELJIT.toml")),
                file!(concat!("edifact/", $name, "/DESADV.toml")),
                file!(concat!("edifact/", $name, "/INVOIC.toml")),
                file!(concat!("edifact/", $name, "/INVRPT.toml")),
                file!(concat!("edifact/", $name, "/ORDCHG.toml")),
                file!(concat!("edifact/", $name, "/ORDERS.toml")),
                file!(concat!("edifact/", $name, "/ORDRSP.toml")),
                file!(concat!("edifact/", $name, "/RECADV.toml")),
                file!(concat!("edifact/", $name, "/REMADV.toml")),
                file!("edifact/d3/CONTRL.toml"),
            ],
        }
    };
}

const RELEASES: &[Release] = &[
    Release {
        standard: "x12",
        release: "004010",
        dictionary: &[
            file!("x12/elements.toml"),
            file!("x12/segments.toml"),
            file!("x12/names.toml"),
            file!("x12/codes_documents.toml"),
            file!("x12/codes_envelope.toml"),
            file!("x12/004010/dictionary.toml"),
        ],
        sets: &[
            file!("x12/004010/810.toml"),
            file!("x12/004010/820.toml"),
            file!("x12/004010/824.toml"),
            file!("x12/004010/830.toml"),
            file!("x12/004010/846.toml"),
            file!("x12/004010/850.toml"),
            file!("x12/004010/855.toml"),
            file!("x12/004010/856.toml"),
            file!("x12/004010/860.toml"),
            file!("x12/004010/861.toml"),
            file!("x12/004010/862.toml"),
            file!("x12/004010/864.toml"),
            file!("x12/004010/865.toml"),
            file!("x12/004010/997.toml"),
        ],
    },
    Release {
        standard: "x12",
        release: "005010",
        dictionary: &[
            file!("x12/elements.toml"),
            file!("x12/segments.toml"),
            file!("x12/names.toml"),
            file!("x12/codes_documents.toml"),
            file!("x12/codes_envelope.toml"),
            file!("x12/005010/dictionary.toml"),
        ],
        sets: &[
            file!("x12/005010/810.toml"),
            file!("x12/005010/820.toml"),
            file!("x12/005010/824.toml"),
            file!("x12/005010/830.toml"),
            file!("x12/005010/846.toml"),
            file!("x12/005010/850.toml"),
            file!("x12/005010/855.toml"),
            file!("x12/005010/856.toml"),
            file!("x12/005010/860.toml"),
            file!("x12/005010/861.toml"),
            file!("x12/005010/862.toml"),
            file!("x12/005010/864.toml"),
            file!("x12/005010/865.toml"),
            file!("x12/005010/997.toml"),
            file!("x12/005010/999.toml"),
        ],
    },
    directory!("d96a"),
    directory!("d01b"),
    Release {
        standard: "edifact",
        release: "d3",
        dictionary: &[file!("edifact/service.toml")],
        sets: &[file!("edifact/d3/CONTRL.toml")],
    },
    Release {
        standard: "edifact",
        release: "41",
        dictionary: &[file!("edifact/service.toml"), file!("edifact/41/dictionary.toml")],
        sets: &[file!("edifact/41/CONTRL.toml")],
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
