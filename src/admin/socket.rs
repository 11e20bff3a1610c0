//! The Unix socket that the admin interface is served on.

use std::fmt;
use std::fs;
use std::future::Future;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};

use axum::Router;
use tokio::net::UnixListener;

use super::operator::Operator;

/// Who may speak on the socket: the daemon's user and group.
const MODE: u32 = 0o660;

/// Why the socket cannot be served.
#[derive(Debug)]
pub enum SocketFault {
    /// Another process answers there.
    InUse(PathBuf),
    /// Something that is no socket stands at the path.
    NotASocket(PathBuf),
    /// The operating system refused.
    Io(PathBuf, io::Error),
}

impl fmt::Display for SocketFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(path) => {
                write!(f, "another process answers on {}; stop it or choose another admin.socket", path.display())
            }
            Self::NotASocket(path) => {
                write!(f, "{} is not a socket; move it away or choose another admin.socket", path.display())
            }
            Self::Io(path, fault) => write!(f, "the admin socket {} cannot be made: {fault}", path.display()),
        }
    }
}

impl std::error::Error for SocketFault {}

/// Binds the socket, taking away what a crashed process left there.
///
/// # Errors
/// When somebody answers there, when something else stands there, or when the operating system refuses.
pub async fn bind(path: &Path) -> Result<UnixListener, SocketFault> {
    let refused = |fault| SocketFault::Io(path.to_owned(), fault);
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(refused)?;
    }
    match fs::symlink_metadata(path) {
        Ok(found) if !found.file_type().is_socket() => return Err(SocketFault::NotASocket(path.to_owned())),
        Ok(_) if tokio::net::UnixStream::connect(path).await.is_ok() => {
            return Err(SocketFault::InUse(path.to_owned()));
        }
        Ok(_) => fs::remove_file(path).map_err(refused)?,
        Err(_) => {}
    }
    let listener = UnixListener::bind(path).map_err(refused)?;
    fs::set_permissions(path, fs::Permissions::from_mode(MODE)).map_err(refused)?;
    Ok(listener)
}

/// Serves until `stop` resolves, then takes the socket away.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    listener: UnixListener,
    router: Router,
    path: &Path,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<Operator>();
    axum::serve(listener, service).with_graceful_shutdown(stop).await?;
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_a_live_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/admin.sock");
        let first = bind(&path).await.unwrap();
        assert!(matches!(bind(&path).await, Err(SocketFault::InUse(_))));
        drop(first);
        bind(&path).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o660);
    }

    #[tokio::test]
    async fn a_file_in_the_way_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        fs::write(&path, "mine").unwrap();
        assert!(matches!(bind(&path).await, Err(SocketFault::NotASocket(_))));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
