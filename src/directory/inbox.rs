//! `from-erp/`: commands as files.
//!
//! A file in `commands/` is claimed by a rename into `taken/`, so that whoever writes it cannot change it any more, and
//! put into `done/<date>/` or `refused/<date>/` when what it asks for is durable. After a crash in between it is found in
//! `taken/` and taken again: a command is recognised.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::{Directory, appear, create_synced, sync_folder};

/// Names of files looked at in one go.
const AT_ONCE: usize = 1_000;

impl Directory {
    fn inbox(&self, folder: &str) -> PathBuf {
        self.root().join("from-erp").join(folder)
    }

    /// The names of the commands that wait, those that a crash interrupted first.
    pub fn commands(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for folder in ["taken", "commands"] {
            let folder = self.inbox(folder);
            create_synced(&folder)?;
            let mut found = Vec::new();
            for entry in fs::read_dir(&folder)? {
                let entry = entry?;
                let Ok(name) = entry.file_name().into_string() else { continue };
                // A name that begins with a dot is still being written.
                let is_command = name.ends_with(".json") && !name.starts_with('.');
                if is_command && entry.file_type()?.is_file() {
                    found.push(name);
                }
            }
            found.sort();
            names.append(&mut found);
        }
        names.dedup();
        names.truncate(AT_ONCE);
        Ok(names)
    }

    /// Claims a command and reads it, no more than one byte beyond `limit`. `None` when it is gone.
    pub fn claim(&self, name: &str, limit: usize) -> io::Result<Option<Vec<u8>>> {
        let (from, to) = (self.inbox("commands"), self.inbox("taken"));
        let claimed = to.join(name);
        // One that a crash interrupted is there already, and goes before another of the same name.
        if !claimed.exists() {
            match fs::rename(from.join(name), &claimed) {
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => return Ok(None),
                other => other?,
            }
            sync_folder(&to)?;
            sync_folder(&from)?;
        }
        let mut body = Vec::new();
        File::open(&claimed)?.take(limit as u64 + 1).read_to_end(&mut body)?;
        Ok(Some(body))
    }

    /// Puts a command away: to what is done, or to what is refused, with the reasons beside it.
    pub fn put_away(&self, name: &str, date: &str, faults: Option<&[u8]>) -> io::Result<()> {
        let claimed = self.inbox("taken").join(name);
        let folder = self.inbox(if faults.is_none() { "done" } else { "refused" }).join(date);
        create_synced(&folder)?;
        let kept = free_name(&folder, name);
        if let Some(faults) = faults {
            let stem = kept.strip_suffix(".json").unwrap_or(&kept);
            appear(&folder, &format!("{stem}.diagnostics.json"), faults)?;
        }
        fs::rename(&claimed, folder.join(&kept))?;
        sync_folder(&folder)
    }
}

/// The name itself, or with a number behind it where another file has it.
fn free_name(folder: &Path, name: &str) -> String {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    let names = std::iter::once(name.to_owned()).chain((2..).map(|number| format!("{stem}.{number}.json")));
    names.into_iter().find(|name| !folder.join(name).exists()).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_claimed_read_and_put_away_and_one_interrupted_comes_first() {
        let root = tempfile::tempdir().unwrap();
        let directory = Directory::new(root.path());
        assert_eq!(directory.commands().unwrap(), Vec::<String>::new());
        let commands = root.path().join("from-erp/commands");
        for (name, body) in [("b.json", "{}"), ("a.json", "[]"), (".c.json", "half"), ("note.txt", "no command")] {
            fs::write(commands.join(name), body).unwrap();
        }
        assert_eq!(directory.commands().unwrap(), ["a.json", "b.json"]);
        assert_eq!(directory.claim("b.json", 1).unwrap().unwrap(), b"{}");
        assert_eq!(directory.commands().unwrap(), ["b.json", "a.json"]);
        directory.put_away("b.json", "2026-11-30", None).unwrap();
        assert_eq!(directory.claim("gone.json", 9).unwrap(), None);
        assert_eq!(directory.claim("a.json", 9).unwrap().unwrap(), b"[]");
        directory.put_away("a.json", "2026-11-30", Some(b"[1]")).unwrap();
        fs::write(commands.join("a.json"), "{}").unwrap();
        directory.claim("a.json", 9).unwrap();
        directory.put_away("a.json", "2026-11-30", Some(b"[2]")).unwrap();
        let list = |folder: &str| {
            let folder = root.path().join("from-erp").join(folder);
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let mut names: Vec<_> = names.collect();
            names.sort();
            names
        };
        assert_eq!(list("done/2026-11-30"), ["b.json"]);
        let refused = ["a.2.diagnostics.json", "a.2.json", "a.diagnostics.json", "a.json"];
        assert_eq!(list("refused/2026-11-30"), refused);
        assert_eq!(list("taken"), Vec::<String>::new());
    }
}
