//! The cases that lie beside mappings: `tests/<document>-<case>.edi` and `.json`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::project::Project;

/// The folder of cases, beside the mappings they are about.
const FOLDER: &str = "tests";

/// A case of a mapping. At least one of its files is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Case {
    /// The mapping it is about.
    pub(super) mapping: String,
    /// Its name: that of its files without ending.
    pub(super) name: String,
    /// Its files without their endings.
    place: PathBuf,
    /// Whether there is a message.
    pub(super) has_message: bool,
    /// Whether there are documents.
    pub(super) has_documents: bool,
}

impl Case {
    /// The file with the message.
    pub(super) fn message(&self) -> PathBuf {
        self.place.with_file_name(format!("{}.edi", self.name))
    }

    /// The file with the documents.
    pub(super) fn documents(&self) -> PathBuf {
        self.place.with_file_name(format!("{}.json", self.name))
    }
}

/// All cases beside one's own mappings, and the files that belong to none.
pub(super) fn all(project: &Project) -> (Vec<Case>, Vec<PathBuf>) {
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in project.own() {
        let (folder, document) = name.rsplit_once('/').unwrap_or(("", name));
        folders.entry(folder).or_default().push(document);
    }
    let (mut cases, mut strays) = (Vec::new(), Vec::new());
    for (folder, documents) in folders {
        let tests = if folder.is_empty() { FOLDER.to_owned() } else { format!("{folder}/{FOLDER}") };
        let files = files_in(&PathBuf::from(project.place(&tests)));
        let stems: BTreeSet<&PathBuf> = files.iter().map(|(stem, _)| stem).collect();
        for stem in stems {
            let name = stem.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let has = |ending: &str| files.iter().any(|(known, found)| known == stem && found == ending);
            match of(&name, &documents) {
                Some(document) => cases.push(Case {
                    mapping: if folder.is_empty() { document.to_owned() } else { format!("{folder}/{document}") },
                    name,
                    place: stem.clone(),
                    has_message: has("edi"),
                    has_documents: has("json"),
                }),
                None => strays.extend(
                    files
                        .iter()
                        .filter(|(known, _)| known == stem)
                        .map(|(stem, ending)| stem.with_file_name(format!("{name}.{ending}"))),
                ),
            }
        }
    }
    (cases, strays)
}

/// The mapping of a folder that a case is about: the longest name that it begins with, as `order-response-late` is about
/// order-response where there is one.
fn of<'d>(case: &str, documents: &[&'d str]) -> Option<&'d str> {
    let fits =
        |document: &&&str| case.strip_prefix(**document).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
    documents.iter().filter(fits).max_by_key(|document| document.len()).copied()
}

/// The messages and documents in a folder, without their endings; none when it is not there.
fn files_in(folder: &PathBuf) -> Vec<(PathBuf, String)> {
    let Ok(listing) = std::fs::read_dir(folder) else { return Vec::new() };
    let file = |path: PathBuf| {
        let ending = path.extension()?.to_str()?.to_owned();
        ["edi", "json"].contains(&ending.as_str()).then(|| (path.with_extension(""), ending))
    };
    let mut files: Vec<_> = listing.filter_map(Result::ok).filter_map(|entry| file(entry.path())).collect();
    files.sort();
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_about_the_longest_name_that_it_begins_with() {
        let documents = ["order", "order-response", "invoice"];
        assert_eq!(of("order-response-late", &documents), Some("order-response"));
        assert_eq!(of("order-rush", &documents), Some("order"));
        assert_eq!(of("order", &documents), Some("order"));
        assert_eq!(of("orders-1", &documents), None);
    }
}
