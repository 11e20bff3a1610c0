//! Files that an operator's command is about to write: seen through the eyes of the loader first, then written all or none.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::load::check_with;
use crate::base::{Diagnostic, Secret, Timestamp};

/// New and changed files beside one edigate.toml, in the order in which they are to appear: what names others comes last.
pub struct Proposal {
    edigate_toml: PathBuf,
    files: Vec<Proposed>,
}

struct Proposed {
    name: String,
    content: Secret<Vec<u8>>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It must not be there yet.
    New { mode: u32 },
    /// It is there, and keeps its mode.
    Changed,
}

/// Modes of what is written: a certificate is for everybody, a key for its owner alone.
const CERTIFICATE_MODE: u32 = 0o644;
const KEY_MODE: u32 = 0o400;

impl Proposal {
    /// Nothing yet, for the configuration at `path`.
    pub fn of(path: &Path) -> Self {
        Self { edigate_toml: path.to_owned(), files: Vec::new() }
    }

    /// Adds a certificate file.
    pub fn certificate(&mut self, name: String, pem: String) {
        let kind = Kind::New { mode: CERTIFICATE_MODE };
        self.files.push(Proposed { name, content: Secret::new(pem.into_bytes()), kind });
    }

    /// Adds a key file.
    pub fn key(&mut self, name: String, pem: Secret<Vec<u8>>) {
        self.files.push(Proposed { name, content: pem, kind: Kind::New { mode: KEY_MODE } });
    }

    /// Changes a file that is there.
    pub fn change(&mut self, name: String, text: String) {
        self.files.push(Proposed { name, content: Secret::new(text.into_bytes()), kind: Kind::Changed });
    }

    /// What `edigate check` would say once they were written.
    pub fn check(&self, now: Timestamp) -> Vec<Diagnostic> {
        let files: BTreeMap<_, _> = self.files.iter().map(|file| (file.name.clone(), file.content.clone())).collect();
        check_with(&self.edigate_toml, files, now)
    }

    /// Writes them. Each is written whole under another name first; only when all are on the disk do they get theirs, one
    /// after the other.
    ///
    /// # Errors
    /// When one cannot be written: then none has its name yet, or those that have are new files that nothing names.
    pub fn write(&self) -> io::Result<()> {
        let folder = Folder::of(&self.edigate_toml);
        let owner = fs::metadata(&self.edigate_toml)?;
        let mut written: Vec<(PathBuf, PathBuf)> = Vec::new();
        let all = self.files.iter().try_for_each(|file| {
            let path = folder.place(&file.name);
            let temporary = temporary_beside(&path)?;
            written.push((temporary.clone(), path.clone()));
            write_one(file, &temporary, &path, &owner)
        });
        let placed = all.and_then(|()| written.iter().try_for_each(|(temporary, path)| place(temporary, path)));
        if placed.is_err() {
            // What was renamed is not there any more under this name.
            written.iter().for_each(|(temporary, _)| drop(fs::remove_file(temporary)));
        }
        placed
    }
}

/// A hidden name in the same folder, which is made when it is not there.
fn temporary_beside(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(folder.join(format!(".{name}.{}", std::process::id())))
}

fn write_one(file: &Proposed, temporary: &Path, path: &Path, owner: &fs::Metadata) -> io::Result<()> {
    let mode = match file.kind {
        Kind::New { .. } if path.exists() => {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", path.display())));
        }
        Kind::New { mode } => mode,
        Kind::Changed => fs::metadata(path)?.permissions().mode() & 0o7777,
    };
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary)?;
    out.write_all(file.content.expose())?;
    out.set_permissions(fs::Permissions::from_mode(mode))?;
    // Written by root, a key would be out of the reach of the user that the gateway runs as.
    if out.metadata()?.uid() != owner.uid() {
        chown(temporary, Some(owner.uid()), Some(owner.gid()))?;
    }
    out.sync_all()
}

fn place(temporary: &Path, path: &Path) -> io::Result<()> {
    fs::rename(temporary, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}
