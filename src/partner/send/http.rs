//! `[as2.send.http]`: how a message travels.

use std::fmt;

use crate::base::table::{Faults, Located, Table, Value};
use crate::base::{Diagnostic, Location, Secret};
use crate::partner::Surroundings;
use crate::partner::certificate::reference;
use crate::partner::layers::Layers;
use crate::partner::url::{Origin, url};

/// How a message travels.
#[derive(Clone, Debug)]
pub struct SendHttp {
    /// In chunks; otherwise with Content-Length.
    pub chunked: bool,
    /// Ask before the body is sent (RFC 9110, section 10.1.1).
    pub expect_continue: bool,
    /// What we log in with.
    pub auth: Auth,
    /// How connections are secured.
    pub tls: SendTls,
    /// Over whom requests go.
    pub proxy: Option<Proxy>,
    /// Close the connection after each message.
    pub connection_close: bool,
}

/// What we log in with. Its `Debug` shows no secret.
#[derive(Clone, Default)]
pub enum Auth {
    /// Nothing.
    #[default]
    None,
    /// User and password (RFC 7617).
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret<String>,
        /// With the first request, without waiting for 401.
        preemptive: bool,
    },
    /// A token (RFC 6750, section 2.1).
    Bearer {
        /// The token.
        token: Secret<String>,
    },
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Basic { .. } => "Basic",
            Self::Bearer { .. } => "Bearer",
        })
    }
}

/// How connections are secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SendTls {
    /// Whose certificates are believed.
    pub trust: TlsTrust,
    /// The lowest version spoken.
    pub min: TlsMin,
    /// By which library.
    pub mode: TlsMode,
}

/// Whose certificates are believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TlsTrust {
    /// Those of the system's authorities.
    #[default]
    Public,
    /// Those of the partner's that have the role `tls-trust`, and no other.
    Pinned,
}

/// The lowest version of TLS spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum TlsMin {
    /// TLS 1.0: legacy.
    V1_0,
    /// TLS 1.1: legacy.
    V1_1,
    /// TLS 1.2.
    #[default]
    V1_2,
    /// TLS 1.3.
    V1_3,
}

/// By which library TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TlsMode {
    /// rustls: TLS 1.2 and 1.3 with modern ciphers.
    #[default]
    Rustls,
    /// OpenSSL, for servers that rustls refuses.
    Legacy,
}

/// A proxy.
#[derive(Clone)]
pub struct Proxy {
    /// Its URL.
    pub url: String,
    /// User and password for it.
    pub login: Option<(String, Secret<String>)>,
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.url)
    }
}

/// `[as2.send.http]` as written: secrets are still references.
#[derive(Clone, Debug)]
pub(super) struct HttpEntry {
    chunked: bool,
    expect_continue: Option<(bool, Location)>,
    auth: Located<AuthEntry>,
    pub(super) tls: SendTls,
    pub(super) trust_at: Option<Location>,
    pub(super) min_at: Option<Location>,
    proxy: Option<ProxyEntry>,
    connection_close: bool,
}

#[derive(Clone, Debug)]
enum AuthEntry {
    None,
    Basic { user: String, password: Located<String>, preemptive: bool },
    Bearer { token: Located<String> },
}

#[derive(Clone, Debug)]
struct ProxyEntry {
    url: String,
    login: Option<(String, Located<String>)>,
}

impl HttpEntry {
    pub(super) fn read(table: &Layers<'_>) -> Self {
        let tls = table.table("tls");
        let trust = tls.one_of("trust", &[("public", TlsTrust::Public), ("pinned", TlsTrust::Pinned)]);
        let min = tls.one_of(
            "min",
            &[("1.0", TlsMin::V1_0), ("1.1", TlsMin::V1_1), ("1.2", TlsMin::V1_2), ("1.3", TlsMin::V1_3)],
        );
        let mode = tls.one_of("mode", &[("rustls", TlsMode::Rustls), ("legacy", TlsMode::Legacy)]);
        let auth = table.get("auth", |value| Some(self::auth(&value.table()?)));
        Self {
            chunked: table.flag("chunked").unwrap_or(false),
            expect_continue: table.get("expect_continue", Value::flag).map(|expect| (expect.value, expect.at)),
            auth: auth.unwrap_or(Located { value: AuthEntry::None, at: Location::default() }),
            trust_at: trust.as_ref().map(|trust| trust.at.clone()),
            min_at: min.as_ref().map(|min| min.at.clone()),
            tls: SendTls {
                trust: trust.map(|trust| trust.value).unwrap_or_default(),
                min: min.map(|min| min.value).unwrap_or_default(),
                mode: mode.map(|mode| mode.value).unwrap_or_default(),
            },
            proxy: table.get("proxy", |value| Some(proxy(value))).and_then(|proxy| proxy.value),
            connection_close: table.flag("connection_close").unwrap_or(true),
        }
    }

    /// Fetches the secrets. `to` is the partner's URL.
    pub(super) fn resolve(self, to: &str, surroundings: &dyn Surroundings, faults: &Faults) -> Option<SendHttp> {
        let clear = Origin::of(to).is_some_and(|origin| !origin.secure);
        if clear && !matches!(self.auth.value, AuthEntry::None) {
            faults.add(
                Diagnostic::warning("password-in-clear", "'url' is no https: whoever is on the way sees the password")
                    .at(self.auth.at.clone())
                    .hinting("ask the partner for an https URL"),
            );
        }
        if self.tls.min < TlsMin::V1_2 && self.tls.mode == TlsMode::Rustls {
            faults.add(
                Diagnostic::error("bad-value", "TLS below 1.2 is not spoken with mode = \"rustls\"")
                    .at(self.min_at.clone().unwrap_or_default())
                    .expecting("mode = \"legacy\" beside it, or min = \"1.2\""),
            );
        }
        let expects = match self.expect_continue {
            Some((true, at)) if self.chunked => {
                let both = "'chunked' and 'expect_continue' are both on: which one a partner fails on cannot be told";
                faults.add(
                    Diagnostic::warning("two-at-once", both).at(at).hinting("turn one on, try it, then the other"),
                );
                true
            }
            expects => expects.is_some_and(|(on, _)| on),
        };
        let auth = match self.auth.value {
            AuthEntry::None => Some(Auth::None),
            AuthEntry::Basic { user, password, preemptive } => {
                surroundings.text(&password).map(|password| Auth::Basic { user, password, preemptive })
            }
            AuthEntry::Bearer { token } => surroundings.text(&token).map(|token| Auth::Bearer { token }),
        };
        let proxy = match self.proxy {
            None => Some(None),
            Some(ProxyEntry { url, login: None }) => Some(Some(Proxy { url, login: None })),
            Some(ProxyEntry { url, login: Some((user, password)) }) => {
                surroundings.text(&password).map(|password| Some(Proxy { url, login: Some((user, password)) }))
            }
        };
        Some(SendHttp {
            chunked: self.chunked,
            expect_continue: expects,
            auth: auth?,
            tls: self.tls,
            proxy: proxy?,
            connection_close: self.connection_close,
        })
    }
}

/// `{ kind = "none" }`, `{ kind = "basic", user = …, password = …, preemptive = … }`, `{ kind = "bearer", token = … }`.
fn auth(table: &Table<'_>) -> AuthEntry {
    let kind = table.one_of("kind", &[("none", "none"), ("basic", "basic"), ("bearer", "bearer")]);
    table.require("kind", "\"none\", \"basic\" or \"bearer\"");
    // Every key is read whatever the kind, so that none is called unknown where the kind is misspelt.
    let (user, preemptive) = (table.parsed("user", USER, one_line), table.flag("preemptive"));
    let secret = |key| table.value(key).as_ref().and_then(reference);
    let (password, token) = (secret("password"), secret("token"));
    match kind {
        Some("basic") => {
            table.require("user", USER);
            table.require("password", SECRET);
            match (user, password) {
                (Some(user), Some(password)) => {
                    AuthEntry::Basic { user, password, preemptive: preemptive.unwrap_or(true) }
                }
                _ => AuthEntry::None,
            }
        }
        Some("bearer") => {
            table.require("token", SECRET);
            token.map_or(AuthEntry::None, |token| AuthEntry::Bearer { token })
        }
        _ => AuthEntry::None,
    }
}

/// `""`, `"http://proxy.example:3128"`, or a table with `url`, `user` and `password`.
fn proxy(value: &Value<'_>) -> Option<ProxyEntry> {
    if !value.is_table() {
        let given = value.as_text() != Some("");
        return given.then(|| url(value)).flatten().map(|url| ProxyEntry { url, login: None });
    }
    let table = value.table()?;
    table.require("url", "a URL such as \"http://proxy.example:3128\"");
    let url = table.value("url").as_ref().and_then(url);
    let user = table.parsed("user", USER, one_line);
    let password = table.value("password").as_ref().and_then(reference);
    if table.has("user") || table.has("password") {
        table.require("user", USER);
        table.require("password", SECRET);
    }
    Some(ProxyEntry { url: url?, login: user.zip(password) })
}

const USER: &str = "a user's name, without a colon (RFC 7617, section 2)";
const SECRET: &str = "\"credential:NAME\" or \"file:PATH\"";

fn one_line(user: &str) -> Option<String> {
    (!user.is_empty() && !user.contains(|c: char| c == ':' || c.is_control())).then(|| user.to_owned())
}
