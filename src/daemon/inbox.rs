//! The directory that stands for the ERP's queue of commands: files are taken one after the other, in the order of their
//! names.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use super::commands::{Incoming, Taken, take};
use super::ports::Ports;
use crate::directory::Directory;
use crate::exchange::Route;
use crate::observe::Event;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// How long a look waits after one that failed.
const AFTER_A_FAULT: Duration = Duration::from_secs(15);

/// Takes commands until it is told to stop.
pub(super) async fn run(ports: Arc<Ports>, directory: Arc<Directory>, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let wait = if ports.gate.closed().is_some() {
            LOOK_EVERY
        } else {
            match look(&ports, &directory, &stop).await {
                Ok(()) => LOOK_EVERY,
                Err(why) => {
                    Event::CommandsHeld { detail: &why }.emit(&ports.metrics);
                    AFTER_A_FAULT
                }
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.changed() => {}
        }
    }
}

/// Takes what is there. What is wrong with the store or the folder ends the look, and the file is taken again.
async fn look(ports: &Arc<Ports>, directory: &Arc<Directory>, stop: &watch::Receiver<bool>) -> Result<(), String> {
    let told = |fault: std::io::Error| format!("{}: {fault}", directory.root().display());
    let names = directory.commands().map_err(told)?;
    for name in names {
        if *stop.borrow() || ports.gate.closed().is_some() {
            break;
        }
        let limit = ports.live.current().settings.limits.document;
        let Some(body) = directory.claim(&name, limit).map_err(told)? else { continue };
        let stem = name.strip_suffix(".json").unwrap_or(&name);
        let key = if Route::parse(stem).is_ok() { stem } else { "send.-.v1.-" };
        let incoming = Incoming {
            key: key.to_owned(),
            body,
            message_id: None,
            document_id: None,
            reply_to: None,
            correlation_id: None,
            user: None,
        };
        let taken = take(ports, incoming).await.map_err(|fault| fault.to_string())?;
        let faults = match taken {
            Taken::Done => None,
            Taken::Refused(faults) => Some(faults),
            Taken::Unreadable(fault) => {
                Event::CommandUnreadable { source: &name, detail: &fault.to_string() }.emit(&ports.metrics);
                Some(vec![*fault])
            }
        };
        let date = ports.clock.now().to_jiff().strftime("%F").to_string();
        let faults = faults.map(|faults| serde_json::to_vec_pretty(&faults).unwrap_or_default());
        directory.put_away(&name, &date, faults.as_deref()).map_err(told)?;
    }
    Ok(())
}
