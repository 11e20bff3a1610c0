//! The directory that stands where a broker would: canonical documents and events as files, and commands as files, for
//! a first look and for sites without a broker.
//!
//! Layout below the configured folder: `to-erp/<channel>/<date>/<documentId>.<type>.json`, one bare canonical document
//! a file; an event is `<eventId>.<type>.json`, a CloudEvent in JSON; commands are in `from-erp/`. A file appears whole or not at all: it is written under a hidden name, synced, renamed, and its folder is
//! synced. Writing a document again replaces the file with the same bytes, so a repeat after a crash does no harm; a
//! crash leaves at most a hidden `.tmp` file, which the next write of that document replaces.

mod inbox;

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A folder that stands where a broker would.
#[derive(Clone, Debug)]
pub struct Directory {
    root: PathBuf,
}

impl Directory {
    /// The sink below `root`; its folders are made as they are needed.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder that holds it all.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Puts `body` at `to-erp/<channel>/<date>/<name>`, and returns once it would survive a power cut. The parts are
    /// ours (a channel's name, a date, an id and a type), never a partner's text.
    ///
    /// # Errors
    /// When the file system refuses; the document is then not delivered.
    pub fn put(&self, channel: &str, date: &str, name: &str, body: &[u8]) -> io::Result<PathBuf> {
        let folder = self.root.join("to-erp").join(channel).join(date);
        create_synced(&folder)?;
        appear(&folder, name, body)
    }
}

/// Puts a file into a folder, where it appears whole.
fn appear(folder: &Path, name: &str, body: &[u8]) -> io::Result<PathBuf> {
    let path = folder.join(name);
    let temporary = folder.join(format!(".{name}.tmp"));
    let mut file = File::create(&temporary)?;
    file.write_all(body)?;
    file.sync_all()?;
    fs::rename(&temporary, &path)?;
    sync_folder(folder)?;
    Ok(path)
}

/// Makes a folder and those above it, each durable in its parent before the next is made.
fn create_synced(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent() {
        create_synced(parent)?;
        match fs::create_dir(folder) {
            Err(fault) if fault.kind() != io::ErrorKind::AlreadyExists => return Err(fault),
            _ => sync_folder(parent)?,
        }
    }
    Ok(())
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_appears_whole_and_a_repeat_replaces_it() {
        let root = tempfile::tempdir().unwrap();
        let sink = Directory::new(root.path().join("erp"));
        for _ in 0..2 {
            sink.put("documents", "2026-11-24", "01X.order.json", b"{}").unwrap();
        }
        let folder = root.path().join("erp/to-erp/documents/2026-11-24");
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["01X.order.json"]);
        assert_eq!(fs::read(folder.join("01X.order.json")).unwrap(), b"{}");
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_a_failure() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("erp"), b"a file stands in the way").unwrap();
        assert!(Directory::new(root.path().join("erp")).put("documents", "d", "n", b"").is_err());
    }
}
