//! edigate.toml as it is written: the settings but for the files they name, which `load.rs` fetches.

use std::time::Duration;

use super::allow::{self, AllowTable};
use super::limits;
use super::listener_table::{self, ListenerTable};
use super::settings::{Exchanges, FreeSpace, Log, Retention};
use crate::base::table::{Located, Table, parse_percent, parse_size};
use crate::base::{Diagnostic, Limits};
use crate::exchange::{ClaimCheck, ContentMode};
use crate::observe::{Format, Level};
use crate::partner::{IdentityEntry, reference, schema, url};

/// edigate.toml as written, defaults filled in.
pub(super) struct Written {
    pub(super) instance: String,
    pub(super) store: StoreTable,
    pub(super) identities: Vec<IdentityEntry>,
    /// Whether some listener is meant for partners.
    pub(super) has_listener: bool,
    pub(super) listeners: Vec<ListenerTable>,
    pub(super) admin_socket: String,
    pub(super) limits: Limits,
    pub(super) erp: ErpTable,
    pub(super) log: Log,
}

/// `[store]`.
pub(super) struct StoreTable {
    pub(super) folder: String,
    pub(super) ballast: u64,
    pub(super) free_hard: FreeSpace,
    pub(super) retention: Retention,
}

/// A certificate and its key.
pub(super) struct PairTable {
    pub(super) cert: Located<String>,
    pub(super) key: Located<String>,
}

/// `[erp]`.
pub(super) enum ErpTable {
    Directory(String),
    Amqp(Box<AmqpTable>),
}

/// `[erp.amqp]`.
pub(super) struct AmqpTable {
    pub(super) url: Option<Located<String>>,
    pub(super) ca: Option<Located<String>>,
    pub(super) client: Option<PairTable>,
    pub(super) declare: bool,
    pub(super) exchanges: Exchanges,
    pub(super) content_mode: ContentMode,
    pub(super) claim_check: Option<Located<ClaimCheck>>,
    pub(super) allow: Option<AllowTable>,
    pub(super) window: usize,
    pub(super) shards: usize,
    pub(super) confirm_timeout: Duration,
    pub(super) prefetch: u16,
}

impl ErpTable {
    /// What is shown to the broker.
    pub(super) fn client(&self) -> Option<&PairTable> {
        match self {
            Self::Amqp(amqp) => amqp.client.as_ref(),
            Self::Directory(_) => None,
        }
    }
}

/// Reads the whole file.
pub(super) fn read(table: &Table<'_>) -> Written {
    schema(table);
    table.require("instance", INSTANCE);
    let instance = table.parsed("instance", INSTANCE, |text| instance_name(text).then(|| text.to_owned()));
    let listeners = listener_table::read_all(table);
    Written {
        instance: instance.unwrap_or_default(),
        store: table.table("store").map_or_else(StoreTable::default, |store| self::store(&store)),
        identities: table.table("identity").map(identities).unwrap_or_default(),
        has_listener: listeners.for_partners,
        listeners: listeners.all,
        admin_socket: table
            .table("admin")
            .and_then(|admin| admin.string("socket"))
            .map_or_else(|| "run/admin.sock".to_owned(), |socket| socket.value),
        limits: table.table("limits").map(|limits| limits::read(&limits)).unwrap_or_default(),
        erp: table.table("erp").map_or_else(|| ErpTable::Directory(ERP_FOLDER.to_owned()), |erp| self::erp(&erp)),
        log: table.table("log").map_or(LOG, |log| self::log(&log)),
    }
}

const INSTANCE: &str = "a name for this gateway: 1 to 32 of a-z, 0-9 and '-'; never reused for another store";
const ERP_FOLDER: &str = "var/erp";
const STORE_FOLDER: &str = "var/edigate";
/// Below it there is little but segments that are being written, snapshots and the ballast.
const LEAST_STORE: u64 = 1 << 30;
const LOG: Log = Log { format: Format::Json, level: Level::Info };

fn instance_name(text: &str) -> bool {
    (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

impl Default for StoreTable {
    fn default() -> Self {
        Self {
            folder: STORE_FOLDER.to_owned(),
            ballast: 64 << 20,
            free_hard: FreeSpace::Percent(10),
            retention: Retention::default(),
        }
    }
}

fn store(table: &Table<'_>) -> StoreTable {
    let default = StoreTable::default();
    let free_hard = table.parsed("free_hard", "a share such as \"10%\" or a size such as \"5GiB\"", |text| {
        parse_percent(text).map(FreeSpace::Percent).or_else(|| parse_size(text).map(FreeSpace::Bytes))
    });
    let retention = table.table("retention").map(|retention| {
        let default = Retention::default();
        Retention {
            payload: retention.duration("payload").unwrap_or(default.payload),
            evidence: retention.duration("evidence").unwrap_or(default.evidence),
            document: retention.duration("document").unwrap_or(default.document),
            audit: retention.duration("audit").unwrap_or(default.audit),
            size: retention.parsed("size", "a size of 1GiB or more, such as \"50GiB\"", |text| {
                parse_size(text).filter(|bytes| *bytes >= LEAST_STORE)
            }),
        }
    });
    StoreTable {
        folder: table.string("folder").map_or(default.folder, |folder| folder.value),
        ballast: table.size("ballast").unwrap_or(default.ballast),
        free_hard: free_hard.unwrap_or(default.free_hard),
        retention: retention.unwrap_or_default(),
    }
}

fn identities(mut table: Table<'_>) -> Vec<IdentityEntry> {
    let read =
        |(name, value): (Located<String>, crate::base::table::Value<'_>)| IdentityEntry::read(name, &value.table()?);
    table.entries().into_iter().filter_map(read).collect()
}

pub(super) fn pair(table: &Table<'_>) -> Option<PairTable> {
    table.require("cert", "the path of a PEM file");
    table.require("key", "\"credential:NAME\" or \"file:PATH\"");
    let cert = table.string("cert");
    let key = table.value("key").as_ref().and_then(reference);
    Some(PairTable { cert: cert?, key: key? })
}

fn erp(table: &Table<'_>) -> ErpTable {
    let directory = table
        .table("directory")
        .map(|directory| directory.string("folder").map_or_else(|| ERP_FOLDER.to_owned(), |folder| folder.value));
    let amqp = table.table("amqp").map(|amqp| self::amqp(&amqp));
    match (directory, amqp) {
        (Some(_), Some(_)) => {
            table.report(
                Diagnostic::error("two-sinks", "[erp.directory] and [erp.amqp] are both there")
                    .expecting("exactly one of them")
                    .hinting("take out the one documents shall not go to"),
            );
            ErpTable::Directory(ERP_FOLDER.to_owned())
        }
        (directory, None) => ErpTable::Directory(directory.unwrap_or_else(|| ERP_FOLDER.to_owned())),
        (None, Some(amqp)) => ErpTable::Amqp(Box::new(amqp)),
    }
}

fn amqp(table: &Table<'_>) -> AmqpTable {
    table.require("url", "\"credential:NAME\" or \"file:PATH\" of an amqps:// URL");
    let count = |key, default: usize, most| {
        table.integer(key, 1..=most).and_then(|count| usize::try_from(count).ok()).unwrap_or(default)
    };
    let modes = [("binary", ContentMode::Binary), ("structured", ContentMode::Structured)];
    AmqpTable {
        url: table.value("url").as_ref().and_then(reference),
        ca: table.string("ca"),
        client: table.value("client").and_then(|client| pair(&client.table()?)),
        declare: table.flag("declare").unwrap_or(true),
        exchanges: table.table("exchanges").map(|exchanges| self::exchanges(&exchanges)).unwrap_or_default(),
        content_mode: table.one_of("content_mode", &modes).unwrap_or_default(),
        claim_check: table.table("claim_check").and_then(|claim_check| self::claim_check(&claim_check)),
        allow: table.table("allow").map(allow::read),
        // The bounds of the publisher's own check (`amqp/settings.rs`), so that what is checked here also starts.
        window: count("window", 128, 1_000),
        shards: count("shards", 4, 64),
        confirm_timeout: table.duration("confirm_timeout").unwrap_or(Duration::from_secs(30)),
        prefetch: table.integer("prefetch", 1..=65_535).and_then(|count| u16::try_from(count).ok()).unwrap_or(64),
    }
}

fn claim_check(table: &Table<'_>) -> Option<Located<ClaimCheck>> {
    table
        .require("url", "the URL of the listener of kind \"claim\", such as \"https://edigate.example/v1/documents/\"");
    let above = table.size("above").unwrap_or(CLAIM_ABOVE);
    let value = table.value("url")?;
    let url = url(&value)?;
    if url.contains(['?', '#']) || !url.ends_with('/') {
        value.fault("bad-value", "to this URL the id of a document is added", "a URL that ends in '/'");
        return None;
    }
    Some(Located { value: ClaimCheck { above, url }, at: table.at() })
}

/// Bytes of a document that go along where nothing else is said.
const CLAIM_ABOVE: u64 = 1 << 20;

fn exchanges(table: &Table<'_>) -> Exchanges {
    let default = Exchanges::default();
    // AMQP 0-9-1 holds a name in a short string of at most 255 bytes; `amq.` belongs to the broker.
    let name = |key| {
        table.parsed(key, "a name of 1 to 255 bytes that does not begin with \"amq.\"", |text| {
            ((1..=255).contains(&text.len()) && !text.starts_with("amq.")).then(|| text.to_owned())
        })
    };
    Exchanges {
        documents: name("documents").unwrap_or(default.documents),
        test: name("test").unwrap_or(default.test),
        events: name("events").unwrap_or(default.events),
        commands: name("commands").unwrap_or(default.commands),
    }
}

fn log(table: &Table<'_>) -> Log {
    let formats = [("json", Format::Json), ("text", Format::Text)];
    let levels =
        [Level::Error, Level::Warn, Level::Info, Level::Debug, Level::Trace].map(|level| (level.as_str(), level));
    Log {
        format: table.one_of("format", &formats).unwrap_or(LOG.format),
        level: table.one_of("level", &levels).unwrap_or(LOG.level),
    }
}
