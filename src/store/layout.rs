//! Where everything lies in the store's folder, and the few file operations that make a name durable.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::error::StoreError;
use crate::base::Sha256;

/// The paths of one store.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    pub(crate) fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn lock(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn identity(&self) -> PathBuf {
        self.root.join("STORE")
    }

    /// In another folder than the segments it vouches for, so that losing one folder is noticed.
    pub(crate) fn head(&self) -> PathBuf {
        self.root.join("HEAD")
    }

    pub(crate) fn ballast(&self) -> PathBuf {
        self.root.join("ballast")
    }

    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    pub(crate) fn segment(&self, number: u64) -> PathBuf {
        self.journal().join(format!("segment-{number:010}"))
    }

    pub(crate) fn snapshots(&self) -> PathBuf {
        self.root.join("snapshot")
    }

    pub(crate) fn snapshot(&self, sequence: u64) -> PathBuf {
        self.snapshots().join(format!("snapshot-{sequence:020}"))
    }

    pub(crate) fn spool(&self) -> PathBuf {
        self.root.join("spool")
    }

    pub(crate) fn staging(&self) -> PathBuf {
        self.spool().join("tmp")
    }

    /// The file of a payload: `spool/ab/ab…`, its hash in lower-case hexadecimal.
    pub(crate) fn payload(&self, sha256: &Sha256) -> PathBuf {
        let name = sha256.to_string();
        let folder: String = name.chars().take(2).collect();
        self.spool().join(folder).join(name)
    }

    /// Makes every folder that is missing, durably.
    pub(crate) fn make_folders(&self) -> Result<(), StoreError> {
        for folder in [self.journal(), self.snapshots(), self.spool(), self.staging()] {
            make_folder(&folder)?;
        }
        sync_folder(&self.spool())?;
        sync_folder(&self.root)
    }

    /// Makes the folder of a payload durably, when this is the first of its kind.
    pub(crate) fn make_payload_folder(&self, sha256: &Sha256) -> Result<(), StoreError> {
        let payload = self.payload(sha256);
        let folder = payload.parent().unwrap_or(&payload);
        match fs::create_dir(folder) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            made => made.map_err(|error| StoreError::io("making", folder, error)),
        }?;
        // Also when it is there already: whoever made it a moment ago may not have synced its name yet.
        sync_folder(&self.spool())
    }

    /// Segments by number, oldest first.
    pub(crate) fn list_segments(&self) -> Result<Vec<(u64, PathBuf)>, StoreError> {
        list_numbered(&self.journal(), "segment-")
    }

    /// Snapshots by the sequence they cover, oldest first.
    pub(crate) fn list_snapshots(&self) -> Result<Vec<(u64, PathBuf)>, StoreError> {
        list_numbered(&self.snapshots(), "snapshot-")
    }

    /// Every payload file of the spool whose name is a hash.
    pub(crate) fn list_payloads(&self) -> Result<Vec<(Sha256, PathBuf)>, StoreError> {
        let mut found = Vec::new();
        for folder in list(&self.spool(), EntryKind::Folder)? {
            for path in list(&folder, EntryKind::File)? {
                if let Some(sha256) = path.file_name().and_then(|name| name.to_str()).and_then(Sha256::from_hex) {
                    found.push((sha256, path));
                }
            }
        }
        Ok(found)
    }

    /// Bytes of all files in the folder.
    pub(crate) fn size(&self) -> Result<u64, StoreError> {
        let (mut folders, mut bytes) = (vec![self.root.clone()], 0);
        while let Some(folder) = folders.pop() {
            folders.extend(list(&folder, EntryKind::Folder)?);
            // A file that is gone by now takes no room.
            let lengths = list(&folder, EntryKind::File)?.into_iter().filter_map(|path| fs::metadata(path).ok());
            bytes += lengths.map(|file| file.len()).sum::<u64>();
        }
        Ok(bytes)
    }

    /// Removes what a crash left half made: files that were never renamed to their name. Returns how many of them
    /// were staged bodies.
    pub(crate) fn sweep_temporary(&self) -> Result<u64, StoreError> {
        for folder in [self.root.clone(), self.journal(), self.snapshots()] {
            for path in
                list(&folder, EntryKind::File)?.iter().filter(|path| path.extension().is_some_and(|end| end == "tmp"))
            {
                remove(path)?;
            }
        }
        let staged = list(&self.staging(), EntryKind::File)?;
        for path in &staged {
            remove(path)?;
        }
        Ok(staged.len() as u64)
    }
}

fn make_folder(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(|error| StoreError::io("making", folder, error))
}

/// What to list of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
}

/// Everything of a kind directly in `folder`; nothing when there is no such folder.
fn list(folder: &Path, kind: EntryKind) -> Result<Vec<PathBuf>, StoreError> {
    let failed = |error| StoreError::io("listing", folder, error);
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let found_kind = entry.file_type().map_err(failed)?;
        if found_kind.is_file() && kind == EntryKind::File || found_kind.is_dir() && kind == EntryKind::Folder {
            found.push(entry.path());
        }
    }
    Ok(found)
}

fn list_numbered(folder: &Path, prefix: &str) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let mut found: Vec<_> = list(folder, EntryKind::File)?
        .into_iter()
        .filter_map(|path| {
            let number = path.file_name()?.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, path))
        })
        .collect();
    found.sort();
    Ok(found)
}

/// Removes a file; that it is gone already is no fault.
pub(crate) fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(StoreError::io("removing", path, error)),
        _ => Ok(()),
    }
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|error| StoreError::io("syncing", folder, error))
}

/// Renames a synced file into place and makes its name durable.
pub(crate) fn rename_durably(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|error| StoreError::io("renaming", from, error))?;
    to.parent().map_or(Ok(()), sync_folder)
}

/// Replaces a small file whole: a crash leaves the old one or the new one.
pub(crate) fn replace_durably(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = path.with_extension("tmp");
    let failed = |error| StoreError::io("writing", &temporary, error);
    let mut file = File::create(&temporary).map_err(failed)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(failed)?;
    rename_durably(&temporary, path)
}
