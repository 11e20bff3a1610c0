//! `[[listener]]` as it is written.

use std::net::IpAddr;

use super::edigate_toml::{PairTable, pair};
use super::settings::{Bind, ListenerKind, TlsVersion};
use crate::base::Diagnostic;
use crate::base::table::{Located, Table};
use crate::partner::{reference, url};

/// One `[[listener]]`.
pub(super) struct ListenerTable {
    pub(super) name: String,
    pub(super) kind: ListenerKind,
    pub(super) bind: Bind,
    pub(super) path: String,
    /// As partners reach it.
    pub(super) url: Option<String>,
    pub(super) tls: Option<TlsTable>,
    pub(super) token: Option<Located<String>>,
    pub(super) trusted_proxies: Vec<IpAddr>,
}

/// `tls = { … }` of a listener.
pub(super) struct TlsTable {
    pub(super) pair: PairTable,
    pub(super) min: TlsVersion,
    /// Who issues the certificates of clients, where they must show one.
    pub(super) ca: Option<Located<String>>,
}

/// All listeners of the file.
pub(super) struct Listeners {
    /// Those without faults.
    pub(super) all: Vec<ListenerTable>,
    /// Whether some are meant for partners.
    pub(super) for_partners: bool,
}

/// Reads all listeners; two of one name or on one address cannot be.
pub(super) fn read_all(table: &Table<'_>) -> Listeners {
    let mut all: Vec<ListenerTable> = Vec::new();
    let tables = table.tables("listener");
    for (listener_table, listener) in tables.iter().filter_map(|one| Some((one, listener(one)?))) {
        let twice = all.iter().find_map(|other| match other {
            other if other.name == listener.name => Some("name"),
            other if other.bind == listener.bind => Some("address"),
            _ => None,
        });
        match twice {
            Some(what) => listener_table.report(
                Diagnostic::error("duplicate-listener", format!("another [[listener]] has the same {what}"))
                    .hinting(format!("give each its own {what}")),
            ),
            None => all.push(listener),
        }
    }
    // One with a fault may have been meant for partners.
    let for_the_erp = all.iter().filter(|listener| listener.kind == ListenerKind::Claim).count();
    Listeners { for_partners: for_the_erp < tables.len(), all }
}

fn listener(table: &Table<'_>) -> Option<ListenerTable> {
    for (key, expected) in [
        ("name", "a name for logs"),
        ("kind", "\"as2\" or \"claim\""),
        ("bind", "an address and port such as \"0.0.0.0:4443\""),
    ] {
        table.require(key, expected);
    }
    let kinds = [("as2", ListenerKind::As2), ("sftp", ListenerKind::Sftp), ("claim", ListenerKind::Claim)];
    let (name, kind) = (table.string("name"), table.one_of("kind", &kinds));
    let bind = table.parsed("bind", BIND, |text| match text.strip_prefix("systemd:") {
        Some(socket) => (!socket.is_empty()).then(|| Bind::Systemd(socket.to_owned())),
        None => text.parse().ok().map(Bind::Address),
    });
    let path = table.parsed("path", "a path such as \"/as2\"", |text| {
        (text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic())).then(|| text.to_owned())
    });
    let is_claim = kind == Some(ListenerKind::Claim);
    let url = if is_claim { None } else { table.value("url").as_ref().and_then(url) };
    let token = if is_claim { table.value("token").as_ref().and_then(reference) } else { None };
    let tls = match table.value("tls") {
        None => Some(None),
        Some(value) => value.table().and_then(|value| tls(&value)).map(Some),
    };
    if is_claim && !table.has("token") && matches!(&tls, Some(tls) if !tls.as_ref().is_some_and(TlsTable::asks)) {
        table.report(
            Diagnostic::error("unprotected", "whoever reaches this listener could read every document")
                .expecting("token = \"file:PATH\" or \"credential:NAME\", or tls with client_auth = \"required\"")
                .hinting("name a token; openssl rand -hex 32 makes one"),
        );
    }
    let trusted_proxies: Vec<IpAddr> = table
        .list("trusted_proxies")
        .iter()
        .filter_map(|proxy| proxy.parsed("an IP address such as \"10.0.0.5\"", |text| text.parse().ok()))
        .collect();
    table.only("trusted_proxies", Some(!trusted_proxies.is_empty()), false, "the peer's own address is taken");
    if kind == Some(ListenerKind::Sftp) {
        table.not_yet("kind", "listeners of kind \"as2\" and \"claim\" are served in this version");
        return None;
    }
    let usual_path = if is_claim { "/v1/documents" } else { "/as2" };
    Some(ListenerTable {
        name: name?.value,
        kind: kind?,
        bind: bind?,
        path: path.unwrap_or_else(|| usual_path.to_owned()),
        url,
        tls: tls?,
        token,
        trusted_proxies,
    })
}

const BIND: &str = "an address and port such as \"0.0.0.0:4443\" or \"[::]:4443\", or \"systemd:NAME\"";

impl TlsTable {
    /// Whether clients must show a certificate.
    fn asks(&self) -> bool {
        self.ca.is_some()
    }
}

fn tls(table: &Table<'_>) -> Option<TlsTable> {
    let pair = pair(table);
    let min = table.one_of("min", &[("1.2", TlsVersion::V1_2), ("1.3", TlsVersion::V1_3)]);
    let word = table.one_of("client_auth", &[("none", false), ("required", true)]);
    let is_asked = if table.has("client_auth") { word } else { Some(false) };
    let ca = table.string("ca");
    match (is_asked, &ca) {
        (Some(true), None) => {
            table.require("ca", "the path of a PEM file with those who issue the clients' certificates");
            return None;
        }
        (Some(false), Some(_)) => {
            table.report(
                Diagnostic::error("bad-value", "clients are not asked for the certificate that 'ca' would have issued")
                    .expecting("client_auth = \"required\", or no 'ca'"),
            );
            return None;
        }
        _ => {}
    }
    Some(TlsTable { pair: pair?, min: min.unwrap_or(TlsVersion::V1_2), ca })
}
