//! Every certificate of a gateway in one list: whose it is, what for, when it counts, and whether another follows it.

use std::fmt;

use super::{OwnRole, TheirRole, Window};
use crate::base::table::Located;
use crate::base::{PartnerId, Timestamp};
use crate::smime::Certificate;

/// A certificate as one place of the configuration names it. Two entries with one certificate, such as one for
/// decrypting at once and one for signing from a date, are two.
#[derive(Clone, Debug)]
pub struct Listed {
    /// Whose list it stands in.
    pub owner: Owner,
    /// What it is used for.
    pub roles: Vec<Role>,
    /// The certificate.
    pub certificate: Certificate,
    /// The path of its file, as written and where.
    pub path: Located<String>,
    /// When it counts.
    pub window: Window,
    /// The partners that have to do with it: those of our identity, or the one whose it is.
    pub partners: Vec<PartnerId>,
    /// The partners whose file names it in `sign_with`: theirs is signed with it as long as it lasts.
    pub sign_with: Vec<PartnerId>,
}

/// Whose certificate it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// Ours, of this `[identity.NAME]`.
    Identity(String),
    /// Ours, of this `[[listener]]`.
    Listener(String),
    /// Ours, shown to the broker.
    Broker,
    /// This partner's.
    Partner(PartnerId),
}

impl Owner {
    /// Whether it is ours.
    pub fn is_us(&self) -> bool {
        !matches!(self, Self::Partner(_))
    }
}

/// `northwind`, `listener as2`, `broker`, `acme-bearings`.
impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity(name) => f.write_str(name),
            Self::Listener(name) => write!(f, "listener {name}"),
            Self::Broker => f.write_str("broker"),
            Self::Partner(id) => id.fmt(f),
        }
    }
}

/// What a certificate is used for, ours or theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ours, in an identity's list.
    Own(OwnRole),
    /// A partner's.
    Their(TheirRole),
    /// Ours, shown by a listener.
    TlsServer,
}

impl Role {
    /// Whether it is about what we send, for which one certificate is used at a time.
    pub const fn is_outgoing(self) -> bool {
        matches!(self, Self::Own(OwnRole::Sign | OwnRole::TlsClient) | Self::Their(TheirRole::Encrypt))
    }

    /// The word in configuration files and lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own(OwnRole::Sign) => "sign",
            Self::Own(OwnRole::Decrypt) => "decrypt",
            Self::Own(OwnRole::TlsClient) => "tls-client",
            Self::Their(TheirRole::Verify) => "verify",
            Self::Their(TheirRole::Encrypt) => "encrypt",
            Self::Their(TheirRole::TlsTrust) => "tls-trust",
            Self::TlsServer => "tls-server",
        }
    }
}

/// Where in its time a certificate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Its time has not come.
    Next,
    /// It counts.
    Active,
    /// It has expired and still counts, as the partner file allows.
    Grace,
    /// It counts no more.
    Ended,
}

impl State {
    /// The word in lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Active => "active",
            Self::Grace => "grace",
            Self::Ended => "ended",
        }
    }
}

impl Listed {
    /// Where in its time it is at `now`.
    pub fn state(&self, now: Timestamp) -> State {
        match self.window {
            Window { until, .. } if until <= now => State::Ended,
            Window { from, .. } if now < from => State::Next,
            _ if self.certificate.not_after() <= now => State::Grace,
            _ => State::Active,
        }
    }

    /// The file's name without folder and ending, by which commands know it.
    pub fn name(&self) -> &str {
        let file = self.path.rsplit('/').next().unwrap_or(&self.path);
        file.rsplit_once('.').map_or(file, |(stem, _)| stem)
    }

    /// What it is used for, as `sign+decrypt`.
    pub fn usage(&self) -> String {
        self.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join("+")
    }

    /// What `owner` uses at `now` for something that goes out: of those in force the one that came into force last.
    pub fn used<'a>(all: &'a [Self], owner: &Owner, role: Role, now: Timestamp) -> Option<&'a Self> {
        let listed = all.iter().filter(|one| one.owner == *owner && one.roles.contains(&role));
        listed.filter(|one| one.window.holds(now)).max_by_key(|one| one.window.from)
    }

    /// What is used in its place for something that goes out, where it counts and so does another of the list that came into
    /// force later.
    pub fn overtaken_by<'a>(&self, all: &'a [Self], now: Timestamp) -> Option<(Role, &'a Self)> {
        self.roles.iter().filter(|role| role.is_outgoing() && self.window.holds(now)).find_map(|role| {
            let used = Self::used(all, &self.owner, *role, now)?;
            (used.certificate != self.certificate).then_some((*role, used))
        })
    }

    /// Days until it counts no more, begun ones counted whole; zero and below when it does not count any more.
    pub fn days_left(&self, now: Timestamp) -> i64 {
        const DAY: i64 = 86_400_000;
        let left = self.window.until.as_millis().saturating_sub(now.as_millis());
        left.div_euclid(DAY) + i64::from(left.rem_euclid(DAY) > 0)
    }

    /// Whether at `now` the same list has, for each of its roles, another that lasts longer and leaves no gap behind it.
    pub fn has_successor(&self, all: &[Self], now: Timestamp) -> bool {
        let follows = |role: &Role, other: &Self| {
            let (ends, next) = (self.window.until, other.window);
            let in_time = next.until > ends && next.from <= ends.max(now);
            other.owner == self.owner && other.roles.contains(role) && in_time
        };
        self.roles.iter().all(|role| all.iter().any(|other| follows(role, other)))
    }
}
