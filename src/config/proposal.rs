//! Files that an operator's command is about to write: seen through the eyes of the loader first, then written all or none.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
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

enum Kind {
    /// A new certificate.
    Certificate,
    /// A new key. It is for whom the file `like` is for, when there is one.
    Key { like: Option<String> },
    /// A file that is there, and keeps owner, group and mode.
    Changed,
}

/// Whose a file is to be, and who may use it.
struct Belongs {
    user: u32,
    group: u32,
    mode: u32,
}

/// Modes of what is new: a certificate is for everybody, a key for its owner alone.
const CERTIFICATE_MODE: u32 = 0o644;
const KEY_MODE: u32 = 0o400;

/// The mode's bits for everybody but the owner.
const OTHERS: u32 = 0o077;

impl Proposal {
    /// Nothing yet, for the configuration at `path`.
    pub fn of(path: &Path) -> Self {
        Self { edigate_toml: path.to_owned(), files: Vec::new() }
    }

    /// Adds a certificate file.
    pub fn certificate(&mut self, name: String, pem: String) {
        self.files.push(Proposed { name, content: Secret::new(pem.into_bytes()), kind: Kind::Certificate });
    }

    /// Adds a key file. Whoever owns the file `like` is to own it: the gateway reads that one.
    pub fn key(&mut self, name: String, pem: Secret<Vec<u8>>, like: Option<String>) {
        self.files.push(Proposed { name, content: pem, kind: Kind::Key { like } });
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

    /// What is to be known of the files before they are written, in words for an operator.
    ///
    /// # Errors
    /// When one cannot be written: another file has its name.
    pub fn look(&self) -> io::Result<Vec<String>> {
        let folder = Folder::of(&self.edigate_toml);
        let mut told = Vec::new();
        for file in &self.files {
            let path = folder.place(&file.name);
            let belongs = file.belongs(&folder, &self.edigate_toml, &path)?;
            let like = file.like(&folder);
            if !file.is_there(&path)? && file.is_key() && like.is_none() && belongs.user == ROOT {
                let name = &file.name;
                told.push(format!(
                    "{name} belongs to root; give it to the user that the gateway runs as: chown USER {name}"
                ));
            }
        }
        Ok(told)
    }

    /// Writes them. Each is written whole under another name first; only when all are on the disk do they get theirs, one
    /// after the other. What a run that was cut off has put there already stays as it is.
    ///
    /// # Errors
    /// When one cannot be written: then none has its name yet, or those that have are new files that nothing names.
    pub fn write(&self) -> io::Result<()> {
        let folder = Folder::of(&self.edigate_toml);
        let mut written: Vec<(PathBuf, PathBuf)> = Vec::new();
        let all = self.files.iter().try_for_each(|file| {
            let path = folder.place(&file.name);
            if file.is_there(&path)? {
                return Ok(());
            }
            let belongs = file.belongs(&folder, &self.edigate_toml, &path)?;
            // A link stays one, and the file behind it is written.
            let path = if file.is_new() { path } else { fs::canonicalize(path)? };
            let temporary = temporary_beside(&path)?;
            written.push((temporary.clone(), path));
            write_one(file, &temporary, &belongs)
        });
        let placed = all.and_then(|()| written.iter().try_for_each(|(temporary, path)| place(temporary, path)));
        if placed.is_err() {
            // What was renamed is not there any more under this name.
            written.iter().for_each(|(temporary, _)| drop(fs::remove_file(temporary)));
        }
        placed
    }
}

/// The user that may read everything, and whose keys nobody else may.
const ROOT: u32 = 0;

impl Proposed {
    fn is_new(&self) -> bool {
        !matches!(self.kind, Kind::Changed)
    }

    fn is_key(&self) -> bool {
        matches!(self.kind, Kind::Key { .. })
    }

    /// Whether this new file is there already, with the same bytes.
    fn is_there(&self, path: &Path) -> io::Result<bool> {
        if !self.is_new() || fs::symlink_metadata(path).is_err() {
            return Ok(false);
        }
        let refused = |why: &str| {
            let text = format!("{} is there already{why}", path.display());
            Err(io::Error::new(io::ErrorKind::AlreadyExists, text))
        };
        if !fs::read(path).is_ok_and(|bytes| bytes == *self.content.expose()) {
            return refused("");
        }
        let open_to_others = fs::metadata(path)?.permissions().mode() & OTHERS != 0;
        if self.is_key() && open_to_others { refused(", and may be read by others") } else { Ok(true) }
    }

    /// The file whose owner this one is to have.
    fn like(&self, folder: &Folder) -> Option<fs::Metadata> {
        let Kind::Key { like: Some(like) } = &self.kind else { return None };
        fs::metadata(folder.place(like)).ok()
    }

    fn belongs(&self, folder: &Folder, edigate_toml: &Path, path: &Path) -> io::Result<Belongs> {
        let (of, mode) = match self.kind {
            Kind::Certificate => (fs::metadata(edigate_toml)?, Some(CERTIFICATE_MODE)),
            Kind::Key { .. } => (self.like(folder).map_or_else(|| fs::metadata(edigate_toml), Ok)?, Some(KEY_MODE)),
            Kind::Changed => (fs::metadata(path)?, None),
        };
        let mode = mode.unwrap_or(of.permissions().mode() & 0o7777);
        Ok(Belongs { user: of.uid(), group: of.gid(), mode })
    }
}

/// A hidden name in the same folder, which is made when it is not there. What runs that were cut off left under such
/// names is removed: it may be a key.
fn temporary_beside(path: &Path) -> io::Result<PathBuf> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let start = format!(".{}.", path.file_name().unwrap_or_default().to_string_lossy());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(&start)).and_then(|end| end.parse::<u32>().ok());
        if process.is_some_and(|process| !is_running(process)) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(folder.join(format!("{start}{}", std::process::id())))
}

/// Whether another process with this number may still be writing.
fn is_running(process: u32) -> bool {
    process != std::process::id() && Path::new("/proc").join(process.to_string()).exists()
}

fn write_one(file: &Proposed, temporary: &Path, belongs: &Belongs) -> io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(temporary)?;
    out.write_all(file.content.expose())?;
    let (user, group) = (belongs.user, belongs.group);
    let now = out.metadata()?;
    if (now.uid(), now.gid()) != (user, group) {
        // Written by root, a file would be out of the reach of the user that the gateway runs as.
        fchown(&out, Some(user), Some(group)).map_err(|fault| {
            let text = format!("{} is to belong to user {user} and group {group}: {fault}; run it as root", file.name);
            io::Error::new(fault.kind(), text)
        })?;
    }
    out.set_permissions(fs::Permissions::from_mode(belongs.mode))?;
    out.sync_all()
}

fn place(temporary: &Path, path: &Path) -> io::Result<()> {
    fs::rename(temporary, path)?;
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{chown, symlink};

    use super::*;
    use crate::config::tests::site::Site;

    fn proposal(site: &Site, like: Option<&str>) -> Proposal {
        let mut proposal = Proposal::of(&site.edigate_toml());
        proposal.key("certs/new.key".to_owned(), Secret::new(b"a key".to_vec()), like.map(str::to_owned));
        proposal.certificate("certs/new.pem".to_owned(), "a certificate".to_owned());
        proposal.change("edigate.toml".to_owned(), "changed".to_owned());
        proposal
    }

    fn text(path: &Path) -> String {
        fs::read_to_string(path).unwrap()
    }

    /// User, group and mode.
    fn belongs(path: &Path) -> (u32, u32, u32) {
        let found = fs::metadata(path).unwrap();
        (found.uid(), found.gid(), found.permissions().mode() & 0o7777)
    }

    #[test]
    fn a_changed_file_keeps_whose_it_is_and_a_key_is_its_neighbours() {
        let site = Site::of("base");
        let (toml, new) = (site.edigate_toml(), site.path("certs/new.key"));
        let (user, group, _) = belongs(&toml);
        // Only root may give files away; a user may give them to its groups at most.
        let is_root = rustix::process::geteuid().is_root();
        let (other, others) = if is_root { (4001, 4002) } else { (user, group) };
        chown(&toml, Some(user), Some(others)).unwrap();
        site.mode("edigate.toml", 0o640);
        chown(site.path("certs/ours.key"), Some(other), Some(others)).unwrap();
        let known = proposal(&site, Some("certs/ours.key"));
        assert_eq!(known.look().unwrap(), Vec::<String>::new());
        known.write().unwrap();
        assert_eq!(belongs(&toml), (user, others, 0o640));
        assert_eq!(belongs(&new), (other, others, 0o400));

        fs::remove_file(&new).unwrap();
        let unknown = proposal(&site, None);
        let told = unknown.look().unwrap();
        assert_eq!(told.iter().any(|told| told.contains("certs/new.key belongs to root")), is_root, "{told:?}");
        unknown.write().unwrap();
        assert_eq!(belongs(&new), (user, others, 0o400));
    }

    #[test]
    fn a_link_stays_a_link() {
        let site = Site::of("base");
        let elsewhere = tempfile::tempdir().unwrap();
        let real = elsewhere.path().join("northwind.toml");
        fs::rename(site.edigate_toml(), &real).unwrap();
        symlink(&real, site.edigate_toml()).unwrap();
        proposal(&site, None).write().unwrap();
        assert_eq!(text(&real), "changed");
        assert_eq!(fs::read_link(site.edigate_toml()).unwrap(), real);
    }

    #[test]
    fn a_run_that_was_cut_off_is_repeated_and_what_it_left_is_removed() {
        let site = Site::of("base");
        site.write("certs/new.key", "a key");
        site.mode("certs/new.key", 0o400);
        // No process has so high a number (proc(5), pid_max).
        let (stale, other) = (site.path("certs/.new.pem.4194305"), site.path("certs/.new.pem.kept"));
        fs::write(&stale, "half").unwrap();
        fs::write(&other, "an editor's").unwrap();
        let proposal = proposal(&site, None);
        assert_eq!(proposal.look().unwrap(), Vec::<String>::new());
        proposal.write().unwrap();
        assert_eq!(
            (text(&site.path("certs/new.pem")), text(&site.edigate_toml())),
            ("a certificate".into(), "changed".into())
        );
        assert!(!stale.exists() && other.exists());
    }

    #[test]
    fn what_has_the_name_of_a_new_file_stays() {
        let check = |file: &str, content: &str, mode: u32, expect: &str| {
            let site = Site::of("base");
            let before = text(&site.edigate_toml());
            site.write(file, content);
            site.mode(file, mode);
            for fault in [proposal(&site, None).look().unwrap_err(), proposal(&site, None).write().unwrap_err()] {
                assert!(fault.to_string().ends_with(expect), "{fault}");
            }
            assert_eq!((text(&site.path(file)).as_str(), text(&site.edigate_toml())), (content, before));
            let hidden = fs::read_dir(site.path("certs")).unwrap().flatten();
            assert_eq!(hidden.filter(|entry| entry.file_name().to_string_lossy().starts_with('.')).count(), 0);
        };
        check("certs/new.key", "another key", 0o400, "new.key is there already");
        check("certs/new.pem", "another", 0o644, "new.pem is there already");
        check("certs/new.key", "a key", 0o644, "new.key is there already, and may be read by others");
    }
}
