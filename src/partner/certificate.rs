//! Certificates as they are written (`[[as2.certificates]]`, `[[identity.NAME.certificates]]`) and when they count.

use crate::base::table::{Located, Table, Value};
use crate::base::{Diagnostic, Timestamp};
use crate::smime::Certificate;

/// One entry of a list of certificates.
#[derive(Clone, Debug)]
pub(crate) struct CertificateEntry<R> {
    /// What it is used for.
    pub(crate) roles: Vec<R>,
    /// Path of the PEM file.
    pub(crate) cert: Located<String>,
    /// Where its private key is, as a reference; only for certificates of ours.
    pub(crate) key: Option<Located<String>>,
    /// When it is used, as far as written.
    pub(crate) active: Active,
}

/// The `active` table and `allow_expired_until`, as written.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Active {
    pub(crate) from: Option<Timestamp>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) allow_expired_until: Option<Timestamp>,
}

impl<R: Copy> CertificateEntry<R> {
    /// Reads one entry; `words` are the roles there are.
    pub(crate) fn read(table: &Table<'_>, words: &[(&str, R)], with_key: bool) -> Option<Self> {
        let roles = table.list("roles").iter().filter_map(|role| role.one_of(words)).collect();
        let list = words.iter().map(|(word, _)| format!("\"{word}\"")).collect::<Vec<_>>().join(", ");
        table.require("roles", &format!("a list of {list}"));
        table.require("cert", "the path of a PEM file");
        let cert = table.string("cert");
        let mut active = table.table("active").map(|active| Active::read(&active)).unwrap_or_default();
        let mut key = None;
        if with_key {
            key = table.value("key").and_then(|value| reference(&value));
            table.require("key", "\"credential:NAME\" or \"file:PATH\"");
        } else {
            active.allow_expired_until = table.end_of_date("allow_expired_until");
        }
        Some(Self { roles, cert: cert?, key, active })
    }
}

impl Active {
    fn read(table: &Table<'_>) -> Self {
        let (from, until) = (table.instant("from"), table.instant("until"));
        if let (Some(from), Some(until)) = (from, until)
            && from >= until
        {
            table
                .report(Diagnostic::error("bad-value", "'from' does not lie before 'until'").expecting("from < until"));
        }
        Self { from, until, allow_expired_until: None }
    }

    /// The span in which `certificate` counts.
    pub(crate) fn window(self, certificate: &Certificate) -> Window {
        self.within(Window { from: certificate.not_before(), until: certificate.not_after() })
    }

    /// What is written, within a certificate's `own` dates. Only `allow_expired_until` reaches past them.
    pub(crate) fn within(self, own: Window) -> Window {
        let from = self.from.unwrap_or(own.from).max(own.from);
        let until = self.until.unwrap_or(own.until).min(own.until);
        Window { from, until: self.allow_expired_until.map_or(until, |allowed| allowed.max(until)) }
    }
}

/// A span of time: `from` belongs to it, `until` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The first instant after it.
    pub until: Timestamp,
}

impl Window {
    /// Whether `now` lies in it.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }
}

/// Reads a reference to a secret: `credential:NAME` or `file:PATH`. What stands there instead is never quoted: it may
/// be the secret itself.
pub(crate) fn reference(value: &Value<'_>) -> Option<Located<String>> {
    let text = value.as_text();
    let name = text.and_then(|text| text.strip_prefix("credential:").or_else(|| text.strip_prefix("file:")));
    if let (Some(text), Some(_)) = (text, name.filter(|name| !name.is_empty())) {
        return Some(Located { value: text.to_owned(), at: value.at() });
    }
    value.fault_unseen(
        Diagnostic::error("inline-secret", format!("'{}' must name where the secret is, not hold it", value.name()))
            .expecting("\"credential:NAME\" (systemd's credentials) or \"file:PATH\" (mode 0400)"),
    );
    None
}
