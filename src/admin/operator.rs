//! Who is at the other end of the admin socket, and what is written down of what they do.

use std::convert::Infallible;
use std::fs;

use axum::extract::FromRequestParts;
use axum::extract::connect_info::{ConnectInfo, Connected};
use axum::http::request::Parts;
use axum::serve::IncomingStream;
use tokio::net::UnixListener;

use super::answer::Refusal;
use super::router::Admin;
use crate::exchange::audit::{DONE, noted};
use crate::exchange::{AuditEntry, Change};

/// Whoever has connected, as the kernel knows them.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Operator {
    uid: Option<u32>,
}

impl Connected<IncomingStream<'_, UnixListener>> for Operator {
    fn connect_info(stream: IncomingStream<'_, UnixListener>) -> Self {
        Self { uid: stream.io().peer_cred().ok().map(|peer| peer.uid()) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Operator {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<ConnectInfo<Self>>().map_or_else(Self::default, |ConnectInfo(operator)| *operator))
    }
}

/// Something that an operator wants done.
#[derive(Debug)]
pub(super) struct Act {
    entry: AuditEntry,
}

impl Operator {
    /// Begins an act of theirs: what, in a word that never changes, and on what.
    pub(super) fn act(self, action: &str, subject: String) -> Act {
        let named = self.uid.and_then(|uid| name_in(&fs::read_to_string(USERS).ok()?, uid));
        let who = named.or_else(|| self.uid.map(|uid| uid.to_string())).unwrap_or_else(|| "unknown".to_owned());
        Act {
            entry: AuditEntry {
                who,
                uid: self.uid,
                action: action.to_owned(),
                subject: Some(subject),
                ..AuditEntry::default()
            },
        }
    }
}

impl Act {
    /// And why.
    pub(super) fn because(mut self, reason: Option<&str>) -> Self {
        self.entry.reason = reason.map(str::to_owned).filter(|reason| !reason.is_empty());
        self
    }

    /// What it is about, once that is known better than by what was asked.
    pub(super) fn about(&mut self, subject: String) {
        self.entry.subject = Some(subject);
    }

    /// Applies a change, with the row that says who brought it about: both are durable, or neither.
    pub(super) async fn done(&self, admin: &Admin, mut change: Change) -> Result<(), Refusal> {
        noted(&mut change, AuditEntry { outcome: DONE.to_owned(), ..self.entry.clone() });
        admin.outbox.apply(change).await?;
        Ok(())
    }

    /// Hands out what came of it. A refusal has changed nothing, and is written down too.
    pub(super) async fn ended<T>(self, admin: &Admin, outcome: Result<T, Refusal>) -> Result<T, Refusal> {
        if let Err(refusal) = &outcome {
            let mut change = Change::new(admin.clock.now());
            noted(&mut change, AuditEntry { outcome: refusal.to_string(), ..self.entry });
            // A store that cannot write it down has refused the act for that very reason.
            drop(admin.outbox.apply(change).await);
        }
        outcome
    }
}

/// The users of this machine.
const USERS: &str = "/etc/passwd";

/// The name of a user in the form of passwd(5).
fn name_in(users: &str, uid: u32) -> Option<String> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, _password, number) = (fields.next()?, fields.next()?, fields.next()?);
        (number.parse() == Ok(uid)).then(|| name.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_named_as_passwd_says() {
        let users = "root:x:0:0:root:/root:/bin/sh\n# no user\nop:x:1001:1001::/home/op:/bin/sh\n";
        assert_eq!(name_in(users, 1001).as_deref(), Some("op"));
        assert_eq!(name_in(users, 0).as_deref(), Some("root"));
        assert_eq!(name_in(users, 7), None);
    }
}
