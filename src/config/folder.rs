//! The folder of edigate.toml: files are read from it by relative path, bounded, and from nowhere outside it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use crate::base::table::{Faults, Source};
use crate::base::{Diagnostic, Location, Secret};

/// Bytes of one configuration file; a partner with a thousand agreements has a tenth of that.
const FILE: u64 = 1 << 20;
/// Folders inside one another under mappings/ and guides/.
const DEPTH: usize = 8;
/// Files under each of them.
const FILES: usize = 10_000;

/// The folder that holds edigate.toml.
pub(super) struct Folder {
    root: PathBuf,
    /// Files by relative name that are to be there, whatever lies on the disk.
    proposed: BTreeMap<String, Secret<Vec<u8>>>,
}

/// Why a file could not be had.
pub(super) struct Refused {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

impl Refused {
    fn new(code: &'static str, message: String) -> Self {
        Self { code, message, hint: None }
    }

    /// The fault of whatever named the file.
    pub(super) fn at(self, at: Location) -> Diagnostic {
        let diagnostic = Diagnostic::error(self.code, self.message).at(at);
        match self.hint {
            Some(hint) => diagnostic.hinting(hint),
            None => diagnostic,
        }
    }
}

impl Folder {
    /// The folder in which `file` lies.
    pub(super) fn of(file: &Path) -> Self {
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self::at(parent.unwrap_or(Path::new(".")))
    }

    /// A folder by its own path.
    pub(super) fn at(folder: &Path) -> Self {
        Self { root: folder.to_owned(), proposed: BTreeMap::new() }
    }

    /// Takes files to be there that are not written yet.
    pub(super) fn propose(&mut self, files: BTreeMap<String, Secret<Vec<u8>>>) {
        self.proposed = files;
    }

    /// What a file that is not written yet is to hold.
    pub(super) fn proposed(&self, written: &str) -> Option<&[u8]> {
        self.proposed.get(written).map(|bytes| bytes.expose().as_slice())
    }

    /// A run-time place as written: relative to the folder, or absolute.
    pub(super) fn place(&self, written: &str) -> PathBuf {
        self.root.join(written)
    }

    /// Reads the file at a path from the configuration, which must stay inside the folder.
    pub(super) fn read(&self, written: &str) -> Result<Vec<u8>, Refused> {
        if let Some(bytes) = self.proposed(written) {
            return Ok(bytes.to_vec());
        }
        let path = self.inside(written)?;
        read_bounded(&path).map_err(|why| Refused {
            hint: Some("paths are relative to the folder of edigate.toml".to_owned()),
            ..Refused::new(why.code(), format!("'{written}' {}", why.text()))
        })
    }

    /// Where a path from the configuration leads, if that is inside the folder, links followed.
    pub(super) fn inside(&self, written: &str) -> Result<PathBuf, Refused> {
        let outside = || Refused {
            hint: Some("put a copy into the folder of edigate.toml and name that".to_owned()),
            ..Refused::new("outside-folder", format!("'{written}' leads out of the folder of edigate.toml"))
        };
        let plain =
            Path::new(written).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if written.is_empty() || !plain {
            return Err(outside());
        }
        let joined = self.root.join(written);
        // A path that does not resolve does not exist, and reading it says so.
        let (Ok(real), Ok(root)) = (joined.canonicalize(), self.root.canonicalize()) else {
            return Ok(joined);
        };
        if real.starts_with(root) { Ok(real) } else { Err(outside()) }
    }

    /// Reads a text file of the configuration under its relative name; a fault when it cannot be had, and then
    /// `hint` says what to do.
    pub(super) fn source(&self, name: &str, hint: &str, faults: &Faults) -> Option<Source> {
        let whole = || Location { file: Some(name.to_owned()), ..Location::default() };
        let there = match self.proposed(name) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => read_bounded(&self.root.join(name)),
        };
        let bytes = match there {
            Ok(bytes) => bytes,
            Err(why) => {
                faults
                    .add(Diagnostic::error(why.code(), format!("this file {}", why.text())).at(whole()).hinting(hint));
                return None;
            }
        };
        match String::from_utf8(bytes) {
            Ok(text) => Some(Source::new(name, text)),
            Err(error) => {
                let at = error.utf8_error().valid_up_to();
                let source = Source::new(name, String::from_utf8_lossy(error.as_bytes()));
                let diagnostic = Diagnostic::error("not-utf8", "this file is not UTF-8 from here on");
                faults.add(diagnostic.at(source.location(at..at)).hinting("save it as UTF-8"));
                None
            }
        }
    }

    /// The text of a file by its path below the folder, of at most so many bytes; nothing when it cannot be had.
    pub(super) fn text(&self, below: &str, limit: u64) -> Option<String> {
        let path = self.inside(below).ok()?;
        String::from_utf8(read_up_to(&path, limit).ok()?).ok()
    }

    /// The names of the folders directly under `name`, sorted; none when it is not there. Hidden ones do not count.
    pub(super) fn folders(&self, name: &str, faults: &Faults) -> Vec<String> {
        self.entries(name, faults).into_iter().filter(|(_, is_folder)| *is_folder).map(|(name, _)| name).collect()
    }

    /// All `*.toml` under `folder` by their path below it without the ending. Folders named `tests` hold cases, not
    /// mappings, and are left out.
    pub(super) fn tree(&self, folder: &str, faults: &Faults) -> BTreeMap<String, Source> {
        let mut found = BTreeMap::new();
        let mut open = vec![(String::new(), 0)];
        while let Some((below, depth)) = open.pop() {
            for (name, is_folder) in self.entries(&format!("{folder}/{below}"), faults) {
                let path = format!("{below}{name}");
                if is_folder && name != "tests" && depth < DEPTH {
                    open.push((format!("{path}/"), depth + 1));
                } else if let Some(key) = path.strip_suffix(".toml").filter(|_| !is_folder) {
                    if found.len() >= FILES {
                        let message = format!("there are more than {FILES} files under {folder}/");
                        faults.add(Diagnostic::error("too-many-files", message));
                        return found;
                    }
                    if let Some(source) =
                        self.source(&format!("{folder}/{path}"), "make it readable for the gateway", faults)
                    {
                        found.insert(key.to_owned(), source);
                    }
                }
            }
        }
        found
    }

    /// What lies directly in a folder, sorted, hidden names left out, and whether each is a folder.
    fn entries(&self, name: &str, faults: &Faults) -> Vec<(String, bool)> {
        let path = self.root.join(name);
        let listing = match fs::read_dir(&path) {
            Ok(listing) => listing,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Vec::new(),
            Err(error) => {
                let at = Location { file: Some(name.to_owned()), ..Location::default() };
                faults.add(Diagnostic::error("unreadable", format!("this folder cannot be read: {error}")).at(at));
                return Vec::new();
            }
        };
        let mut entries: Vec<_> = listing
            .filter_map(Result::ok)
            .filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path().is_dir())))
            .filter(|(name, _)| !name.starts_with('.'))
            .collect();
        entries.sort();
        entries
    }
}

/// Why bytes could not be had, before anybody says of what.
pub(super) enum Unread {
    Missing,
    TooLarge,
    Failed(std::io::Error),
}

impl Unread {
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::Missing => "not-found",
            Self::TooLarge => "too-large",
            Self::Failed(_) => "unreadable",
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Missing => "does not exist".to_owned(),
            Self::TooLarge => format!("is larger than {} MiB", FILE >> 20),
            Self::Failed(error) => format!("cannot be read: {error}"),
        }
    }
}

/// Reads a regular file of at most one MiB.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, Unread> {
    read_up_to(path, FILE)
}

fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Unread> {
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Unread::Missing,
        _ => Unread::Failed(error),
    };
    // A pipe or a device would block or never end.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Unread::Failed(std::io::Error::other("it is not a file")));
    }
    let mut bytes = Vec::new();
    fs::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes)).map_err(failed)?;
    if bytes.len() as u64 > limit { Err(Unread::TooLarge) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn files_are_read_from_inside_and_up_to_their_bound() {
        let outer = tempfile::tempdir().unwrap();
        let root = outer.path().join("site");
        fs::create_dir_all(root.join("certs/inner")).unwrap();
        fs::write(outer.path().join("outside.pem"), "x").unwrap();
        fs::write(root.join("certs/small.pem"), "x").unwrap();
        fs::write(root.join("certs/limit.pem"), vec![b'x'; FILE as usize]).unwrap();
        fs::write(root.join("certs/over.pem"), vec![b'x'; FILE as usize + 1]).unwrap();
        symlink("small.pem", root.join("certs/link.pem")).unwrap();
        symlink("../../outside.pem", root.join("certs/escape.pem")).unwrap();
        let folder = Folder::of(&root.join("edigate.toml"));
        let check = |path: &str, code: Option<&str>| {
            assert_eq!(folder.read(path).err().map(|refused| refused.code), code, "{path}");
        };
        check("certs/small.pem", None);
        check("./certs/small.pem", None);
        check("certs/link.pem", None);
        check("certs/limit.pem", None);
        check("certs/over.pem", Some("too-large"));
        check("certs/escape.pem", Some("outside-folder"));
        check("../outside.pem", Some("outside-folder"));
        check("certs/../../outside.pem", Some("outside-folder"));
        check("/etc/hostname", Some("outside-folder"));
        check("", Some("outside-folder"));
        check("certs/none.pem", Some("not-found"));
        check("certs/inner", Some("unreadable"));
    }

    #[test]
    fn the_tree_of_mappings_leaves_out_tests_and_hidden_files() {
        let root = tempfile::tempdir().unwrap();
        for file in ["acme/order.toml", "acme/tests/case.toml", ".git/x.toml", "acme/notes.md", "base.toml"] {
            let path = root.path().join("mappings").join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let faults = Faults::new();
        let folder = Folder::of(&root.path().join("edigate.toml"));
        let found = folder.tree("mappings", &faults);
        assert_eq!(found.keys().collect::<Vec<_>>(), ["acme/order", "base"]);
        assert_eq!(found["acme/order"].file(), "mappings/acme/order.toml");
        assert!(!faults.any_error());
    }
}
