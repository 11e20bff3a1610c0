//! `edigate evidence export`: the folder that proves a message to others.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::args::{ExportArguments, SocketArgument};
use super::client::{self, AdminFault, encoded};
use super::doc::{ask, print_one, socket_path};
use super::exit::Exit;
use super::print::{Failure, Output};
use crate::base::Sha256;
use crate::evidence::{self, File, Story};

/// Writes the folder.
pub(super) fn export(arguments: &ExportArguments, out: &mut Output) -> Result<Exit, Failure> {
    let socket = &arguments.socket;
    let id = find(&arguments.message, socket)?;
    let told = ask(socket, &format!("/v1/exchanges/{}", encoded(&id)))?;
    let story: Story = serde_json::from_value(told).map_err(|fault| {
        Failure::new(Exit::Failed, format!("the gateway's answer cannot be read: {fault}; is it another version?"))
    })?;
    let mut payloads: BTreeMap<Sha256, Vec<u8>> = BTreeMap::new();
    let path = socket_path(socket)?;
    for wanted in evidence::wanted(&story) {
        let bytes = client::get(&path, &format!("/v1/exchanges/{}/payloads/{}", story.exchange_id, wanted.sha256))?;
        payloads.insert(wanted.sha256, bytes.to_vec());
    }
    let files = evidence::folder(&story, &|reference| payloads.get(&reference.sha256).cloned())
        .map_err(|fault| Failure::new(Exit::Failed, fault.to_string()))?;
    let folder = arguments.into.clone().unwrap_or_else(|| PathBuf::from(format!("evidence-{}", story.exchange_id)));
    write(&folder, &files)?;
    let answer = serde_json::json!({
        "exchangeId": story.exchange_id,
        "messageId": story.detail.message_id,
        "folder": folder.display().to_string(),
        "files": files.iter().map(|file| file.name).collect::<Vec<_>>(),
    });
    if socket.json {
        return print_one(&answer, true, out);
    }
    out.line(&format!(
        "{} files in {}; {} shows what they prove",
        files.len(),
        folder.display(),
        folder.join("verify.sh").display()
    ))?;
    Ok(Exit::Clean)
}

/// The exchange of an id, of the beginning of one, or of a Message-ID.
fn find(message: &str, socket: &SocketArgument) -> Result<String, Failure> {
    if (6..=26).contains(&message.len()) && message.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return match client::get(&socket_path(socket)?, &format!("/v1/exchanges/{}", encoded(message))) {
            // A Message-ID may look like an id.
            Err(AdminFault::Refused(why)) => {
                by_message_id(message, socket).map_err(|_| AdminFault::Refused(why).into())
            }
            Err(fault) => Err(fault.into()),
            Ok(_) => Ok(message.to_owned()),
        };
    }
    by_message_id(message, socket)
}

fn by_message_id(message: &str, socket: &SocketArgument) -> Result<String, Failure> {
    let answer = ask(socket, &format!("/v1/messages/{}/exchanges", encoded(message)))?;
    let found = answer.get("exchanges").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<&str> = found.iter().filter_map(|one| one.get("exchangeId")?.as_str()).collect();
    match ids.as_slice() {
        [one] => Ok((*one).to_owned()),
        [] => Err(Failure::new(
            Exit::Failed,
            format!("no message has the Message-ID {message}; 'edigate exchange list' tells the ids of exchanges"),
        )),
        several => Err(Failure::new(
            Exit::Failed,
            format!("more than one exchange has the Message-ID {message}: {}; give one of these", several.join(", ")),
        )),
    }
}

/// Writes a new folder. One that is there is left alone: evidence is not mixed.
fn write(folder: &Path, files: &[File]) -> Result<(), Failure> {
    let failed = |path: &Path, fault: &io::Error| {
        Failure::new(Exit::Failed, format!("{} cannot be written: {fault}", path.display()))
    };
    fs::create_dir(folder).map_err(|fault| match fault.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::new(Exit::Failed, format!("{} is there already; name another with --into", folder.display()))
        }
        _ => failed(folder, &fault),
    })?;
    for file in files {
        let path = folder.join(file.name);
        let written = fs::OpenOptions::new().write(true).create_new(true).mode(0o644).open(&path);
        let written = written.and_then(|mut open| io::Write::write_all(&mut open, &file.bytes));
        written.map_err(|fault| failed(&path, &fault))?;
        if file.bytes.starts_with(b"#!") {
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).map_err(|fault| failed(&path, &fault))?;
        }
    }
    Ok(())
}
