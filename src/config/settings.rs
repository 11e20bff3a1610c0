//! What edigate.toml comes to: everything but the partners.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::base::{Limits, Secret};
use crate::exchange::{Authority, ClaimCheck, ContentMode};
use crate::observe::{Format, Level};

/// The settings of one gateway.
#[derive(Clone)]
pub struct Settings {
    /// The gateway's name: the source of its events, one for each store.
    pub instance: String,
    /// Where messages are kept, and for how long.
    pub store: Store,
    /// Where partners connect.
    pub listeners: Vec<Listener>,
    /// The Unix socket of the admin API.
    pub admin_socket: PathBuf,
    /// Bounds on what a stranger can make us do.
    pub limits: Limits,
    /// Where documents go.
    pub erp: Erp,
    /// How we log.
    pub log: Log,
}

/// `[store]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// Its folder.
    pub folder: PathBuf,
    /// Bytes held back so that state changes finish on a full disk.
    pub ballast: u64,
    /// Free space below which messages are answered 503 before their body is read.
    pub free_hard: FreeSpace,
    /// How long things are kept.
    pub retention: Retention,
}

/// A bound on free disk space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreeSpace {
    /// A share of the file system, from 0 to 100.
    Percent(u8),
    /// A number of bytes.
    Bytes(u64),
}

/// `[store] retention`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Messages with their bytes, refused ones too, and the keys by which repeats are recognised.
    pub payload: Duration,
    /// Messages that were accepted or sent, with their bytes, receipts and certificates.
    pub evidence: Duration,
    /// Canonical documents that can be replayed.
    pub document: Duration,
    /// Who did what.
    pub audit: Duration,
    /// Bytes that the store's folder is to stay below.
    pub size: Option<u64>,
}

const DAY: Duration = Duration::from_secs(86_400);

/// Payloads 400 days, evidence and audit 7 years, documents 30 days.
impl Default for Retention {
    fn default() -> Self {
        Self { payload: DAY * 400, evidence: DAY * 365 * 7, document: DAY * 30, audit: DAY * 365 * 7, size: None }
    }
}

/// One `[[listener]]`.
#[derive(Clone)]
pub struct Listener {
    /// Its name in logs.
    pub name: String,
    /// What it serves.
    pub kind: ListenerKind,
    /// Where it listens.
    pub bind: Bind,
    /// The path of messages, `/as2`, or of documents, `/v1/documents`.
    pub path: String,
    /// TLS, or plain HTTP.
    pub tls: Option<Tls>,
    /// What who fetches documents must show.
    pub token: Option<Secret<String>>,
    /// Proxies whose word about the peer's address is believed.
    pub trusted_proxies: Vec<IpAddr>,
}

/// What a listener serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenerKind {
    /// AS2 messages over HTTP.
    As2,
    /// Partners' folders over SFTP.
    Sftp,
    /// Documents that the ERP fetches.
    Claim,
}

/// Where a listener listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// On an address of its own.
    Address(SocketAddr),
    /// On the socket of this name that systemd hands over.
    Systemd(String),
}

/// TLS of a listener: PEM as it was read, certificate and key being a pair.
#[derive(Clone)]
pub struct Tls {
    /// The certificate and those of its issuers.
    pub certificates: Vec<u8>,
    /// The private key.
    pub key: Secret<Vec<u8>>,
    /// The lowest version spoken.
    pub min: TlsVersion,
    /// PEM of who issues clients' certificates; without one of theirs a client is refused.
    pub client_ca: Option<Vec<u8>>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

/// Where documents go.
#[derive(Clone)]
pub enum Erp {
    /// Into a folder, one file each.
    Directory(PathBuf),
    /// To RabbitMQ.
    Amqp(Box<Amqp>),
}

/// `[erp.amqp]`.
#[derive(Clone)]
pub struct Amqp {
    /// `amqps://user:password@host:5671/vhost`.
    pub url: Secret<String>,
    /// PEM of the authority that signed the broker's certificate; the system's authorities when absent.
    pub ca: Option<Vec<u8>>,
    /// Our certificate and key, for brokers that ask for them.
    pub client: Option<ClientCertificate>,
    /// Whether the gateway declares its exchanges.
    pub declare: bool,
    /// The names of the exchanges.
    pub exchanges: Exchanges,
    /// How the event's attributes travel.
    pub content_mode: ContentMode,
    /// Which documents are left to be fetched; none are when absent.
    pub claim_check: Option<ClaimCheck>,
    /// Whose commands are taken; everybody's are, whom the broker lets publish them, when absent.
    pub allow: Option<Authority>,
    /// Confirms in flight.
    pub window: usize,
    /// Channels published on.
    pub shards: usize,
    /// How long a confirm may take.
    pub confirm_timeout: Duration,
    /// Commands of the ERP's under way at once.
    pub prefetch: u16,
}

/// PEM of a certificate and its key.
#[derive(Clone)]
pub struct ClientCertificate {
    /// The certificate.
    pub certificate: Vec<u8>,
    /// The key.
    pub key: Secret<Vec<u8>>,
}

/// The names of the exchanges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchanges {
    /// Documents that are meant.
    pub documents: String,
    /// Documents that are tried.
    pub test: String,
    /// What happened.
    pub events: String,
    /// What shall happen.
    pub commands: String,
}

/// `edigate.documents` and its sisters.
impl Default for Exchanges {
    fn default() -> Self {
        Self {
            documents: "edigate.documents".to_owned(),
            test: "edigate.documents.test".to_owned(),
            events: "edigate.events".to_owned(),
            commands: "edigate.commands".to_owned(),
        }
    }
}

/// `[log]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log {
    /// How a line looks.
    pub format: Format,
    /// What is worth a line.
    pub level: Level,
}
