//! How a gateway under test is configured: the example partner and one listener, and what a test wants otherwise.

#![allow(dead_code, reason = "each test binary that includes this uses a part of it")]

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};

use crate::gateway::{AS2_PATH, Gateway};
use crate::identity::{Identity, write_secret};
use crate::ports::free_port;

const TLS: &str = "tls = { cert = \"certs/tls.pem\", key = \"file:certs/tls.key\", min = \"1.2\" }\n";

/// What a gateway is configured to be; [`Plan::prepare`] writes it down.
#[derive(Default)]
pub struct Plan {
    broker: Option<(String, String)>,
    limits: String,
    receive: String,
    send: String,
    partner_url: Option<String>,
    x12: String,
    agreements: String,
    free_hard: Option<String>,
    usage: Option<String>,
    tls: bool,
    amqp: String,
    listeners: String,
}

impl Plan {
    /// Documents go to a broker, into the exchanges whose names begin with `prefix`.
    pub fn broker(mut self, url: &str, prefix: &str) -> Self {
        self.broker = Some((url.to_owned(), prefix.to_owned()));
        self
    }

    /// A line for `[erp.amqp]` of edigate.toml, where there is a broker.
    pub fn amqp(mut self, line: &str) -> Self {
        self.amqp = format!("{}{line}\n", self.amqp);
        self
    }

    /// Another `[[listener]]`.
    pub fn listener(mut self, table: &str) -> Self {
        self.listeners = format!("{}{table}\n", self.listeners);
        self
    }

    /// A line for `[limits]` of edigate.toml.
    pub fn limit(mut self, line: &str) -> Self {
        self.limits = format!("{}{line}\n", self.limits);
        self
    }

    /// A line for `[as2.receive]` of the partner's file.
    pub fn receive(mut self, line: &str) -> Self {
        self.receive = format!("{}{line}\n", self.receive);
        self
    }

    /// Tables of `[as2.send]` of the partner's file.
    pub fn send(mut self, tables: &str) -> Self {
        self.send = format!("{}{tables}\n", self.send);
        self
    }

    /// Where the partner receives.
    pub fn partner_url(mut self, url: &str) -> Self {
        self.partner_url = Some(url.to_owned());
        self
    }

    /// A line for `[x12]` of the partner's file.
    pub fn x12(mut self, line: &str) -> Self {
        self.x12 = format!("{}{line}\n", self.x12);
        self
    }

    /// Another table of the partner's file: an `[[agreement]]`, or what stands behind them.
    pub fn agreement(mut self, table: &str) -> Self {
        self.agreements = format!("{}{table}\n", self.agreements);
        self
    }

    /// How much of the store's file system must be free; little by default, so that a well-filled machine can test.
    pub fn free_hard(mut self, share: &str) -> Self {
        self.free_hard = Some(share.to_owned());
        self
    }

    /// What the partner's orders are for: `production`, if nothing else is said, or `test`.
    pub fn usage(mut self, usage: &str) -> Self {
        self.usage = Some(usage.to_owned());
        self
    }

    /// The listener speaks HTTPS, with the certificate `certs/tls.pem`.
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Accepts messages that are only signed, only encrypted, or neither.
    pub fn lenient(self) -> Self {
        self.receive("require_signed = false").receive("require_encrypted = false")
    }

    /// Writes configuration and keys into a new folder.
    pub fn prepare(self) -> Gateway {
        let folder = tempfile::Builder::new().prefix("edigate-").tempdir().unwrap();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()));
        let root = folder.path();
        for name in ["certs", "partners/acme-bearings", "mappings", "run", "var/edigate", "var/erp"] {
            fs::create_dir_all(root.join(name)).unwrap();
        }
        Identity::northwind().write(&root.join("certs"), "northwind");
        Identity::acme().write(&root.join("certs"), "acme");
        Identity::listener().write(&root.join("certs"), "tls");
        if let Some((url, _)) = &self.broker {
            write_secret(&root.join("certs/amqp-url"), url.as_bytes());
        }
        fs::write(root.join("edigate.toml"), self.edigate_toml(address)).unwrap();
        fs::write(root.join("partners/acme-bearings/partner.toml"), self.partner_toml()).unwrap();
        let scheme = if self.tls { "https" } else { "http" };
        Gateway::in_folder(folder, address, scheme)
    }

    fn edigate_toml(&self, address: SocketAddr) -> String {
        let (limits, listeners) = (&self.limits, &self.listeners);
        let tls = if self.tls { TLS } else { "" };
        let free_hard = self.free_hard.as_deref().unwrap_or("1%");
        let erp = match &self.broker {
            None => "[erp.directory]\nfolder = \"var/erp\"\n".to_owned(),
            Some((_, prefix)) => format!(
                "[erp.amqp]\n\
                 url = \"file:certs/amqp-url\"\n\
                 exchanges = {{ documents = \"{prefix}.documents\", test = \"{prefix}.documents.test\", \
                 events = \"{prefix}.events\", commands = \"{prefix}.commands\" }}\n{}",
                self.amqp
            ),
        };
        format!(
            r#"schema = 1
instance = "test-1"

[store]
folder = "var/edigate"
free_hard = "{free_hard}"

[identity.northwind]
as2_id = "NORTHWIND"
[[identity.northwind.certificates]]
roles = ["sign", "decrypt"]
cert = "certs/northwind.pem"
key = "file:certs/northwind.key"

[[listener]]
name = "as2"
kind = "as2"
bind = "{address}"
path = "{AS2_PATH}"
{tls}
{listeners}
[admin]
socket = "run/admin.sock"

[limits]
{limits}
{erp}
[log]
format = "json"
level = "info"
"#
        )
    }

    fn partner_toml(&self) -> String {
        let Self { receive, send, x12, agreements, .. } = self;
        let url = self.partner_url.as_deref().unwrap_or("http://127.0.0.1:9/as2");
        let usage = self.usage.as_deref().unwrap_or("production");
        format!(
            r#"schema = 1
name = "Acme Bearings"
status = "active"
usage = "{usage}"
timezone = "America/New_York"

[as2]
identity = "northwind"
as2_id = "ACMEBRG"
url = "{url}"

[[as2.certificates]]
roles = ["verify", "encrypt"]
cert = "certs/acme.pem"

[as2.receive]
{receive}
{send}
[x12]
us = {{ isa = "01/123456789", gs = "123456789" }}
them = {{ isa = "ZZ/ACMEBRG", gs = "ACMEBRG" }}
{x12}
[[agreement]]
document = "order@1"
direction = "in"
message = "x12/004010/850"
mapping = "templates/x12/004010/order"
site = "shipTo.id"

{agreements}
[parties]
plant-0100 = {{ scheme = "BUYER_ASSIGNED", value = "0100" }}
northwind = {{ scheme = "DUNS", value = "123456789", name = "Northwind Pumps Inc", role = "buyer" }}
acme-bearings = {{ scheme = "BUYER_ASSIGNED", value = "ACMEBRG" }}
"#
        )
    }
}
