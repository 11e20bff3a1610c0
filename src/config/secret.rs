//! Secrets by reference: `credential:NAME` from systemd's credentials, `file:PATH` from a file nobody else may read.
//! No value ever reaches a diagnostic.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::folder::{Folder, read_bounded};
use crate::base::table::{Faults, Located};
use crate::base::{Diagnostic, Secret};

/// Where `credential:NAME` leads.
#[derive(Clone, Debug)]
pub(super) enum Credentials {
    /// Into this folder, `$CREDENTIALS_DIRECTORY` (systemd.exec, LoadCredential=).
    Folder(PathBuf),
    /// Nowhere: systemd gave us none. That is a fault for a daemon.
    Absent,
    /// Nowhere, and that is all right: a check that is not run by systemd cannot see them.
    Unseen,
}

impl Credentials {
    /// What systemd gave this process, or else `otherwise`.
    pub(super) fn of_this_process(otherwise: Self) -> Self {
        std::env::var_os("CREDENTIALS_DIRECTORY").map_or(otherwise, |folder| Self::Folder(folder.into()))
    }
}

/// Reads the secret a reference leads to.
pub(super) fn read(
    reference: &Located<String>,
    folder: &Folder,
    credentials: &Credentials,
    faults: &Faults,
) -> Option<Secret<Vec<u8>>> {
    let bytes = match (reference.strip_prefix("credential:"), reference.strip_prefix("file:")) {
        (Some(name), _) => credential(name, reference, credentials, faults)?,
        (None, Some(path)) => match key_file(path, folder) {
            Ok(bytes) => bytes,
            Err(diagnostic) => {
                faults.add(diagnostic.at(reference.at.clone()));
                return None;
            }
        },
        // The walk over the file let only these two through.
        (None, None) => return None,
    };
    Some(Secret::new(bytes))
}

/// A secret that is text: white space around it, such as an editor's last newline, is not part of it.
pub(super) fn text(secret: &Secret<Vec<u8>>) -> Option<Secret<String>> {
    std::str::from_utf8(secret.expose()).ok().map(|text| Secret::new(text.trim().to_owned()))
}

fn credential(name: &str, reference: &Located<String>, credentials: &Credentials, faults: &Faults) -> Option<Vec<u8>> {
    let fault = |diagnostic: Diagnostic| faults.add(diagnostic.at(reference.at.clone()));
    // systemd.exec: a credential's name is a file name.
    if name.contains('/') || name.starts_with('.') {
        fault(Diagnostic::error("bad-value", format!("'{name}' is no name of a credential")).expecting("a file name"));
        return None;
    }
    match credentials {
        Credentials::Folder(folder) => match read_bounded(&folder.join(name)) {
            Ok(bytes) => Some(bytes),
            Err(why) => {
                let message = format!("the credential '{name}' {}", why.text());
                fault(Diagnostic::error(why.code(), message).hinting(format!("{UNIT}={name}:PATH")));
                None
            }
        },
        Credentials::Absent => {
            let message = format!("the credential '{name}' is not there: systemd gave this process none");
            fault(Diagnostic::error("not-found", message).hinting(format!("{UNIT}={name}:PATH, or name a file:PATH")));
            None
        }
        Credentials::Unseen => {
            let message = format!("the credential '{name}' was not looked at: only the service sees it");
            fault(Diagnostic::warning("not-checked", message).hinting(CHECK_AS_SERVICE));
            None
        }
    }
}

const UNIT: &str = "write in the unit file LoadCredential";
const CHECK_AS_SERVICE: &str = "to check it too, set CREDENTIALS_DIRECTORY to a folder that holds it";

/// Reads a key file, which only its owner may read (ssh's rule for keys).
fn key_file(path: &str, folder: &Folder) -> Result<Vec<u8>, Diagnostic> {
    if let Some(bytes) = folder.proposed(path) {
        return Ok(bytes.to_vec());
    }
    let real = folder.inside(path).map_err(|refused| refused.at(Default::default()))?;
    let mode = mode(&real);
    if let Some(mode) = mode.filter(|mode| mode & 0o077 != 0) {
        return Err(Diagnostic::error("key-readable", format!("'{path}' may be read by others (mode {mode:04o})"))
            .expecting("mode 0400 or 0600")
            .hinting(format!("run chmod 0400 {path}")));
    }
    read_bounded(&real).map_err(|why| Diagnostic::error(why.code(), format!("'{path}' {}", why.text())))
}

fn mode(path: &Path) -> Option<u32> {
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o7777)
}
