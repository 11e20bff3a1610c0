use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::base::{Clock, ExchangeId, Limits, OsEntropy, Sha256, SystemClock};
use crate::config::{Erp, FreeSpace, Live, Log, Retention, Settings, Store};
use crate::daemon::gate::Gate;
use crate::daemon::sink::Sink;
use crate::directory::Directory;
use crate::exchange::inbound::Arrival;
use crate::exchange::{DedupKey, DocumentStage, JobKind, Stage};
use crate::observe::{Format, Level, Metrics};
use crate::store::{DocumentQuery, Outbox, StoreSettings};

/// A daemon's insides over a store of its own, with no partner configured.
fn ports(folder: &tempfile::TempDir) -> Arc<Ports> {
    let store = StoreSettings {
        segment_bytes: 1 << 20,
        ballast_bytes: 4096,
        dropped_lease_delay: Duration::ZERO,
        ..StoreSettings::new(folder.path().join("store"), "test-1")
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let (outbox, _) = Outbox::open(&store, Arc::clone(&clock), Arc::new(OsEntropy)).unwrap();
    let settings = Settings {
        instance: "test-1".into(),
        store: Store {
            folder: store.folder,
            ballast: 4096,
            free_hard: FreeSpace::Percent(0),
            retention: Retention::default(),
        },
        listeners: Vec::new(),
        admin_socket: folder.path().join("admin.sock"),
        limits: Limits::default(),
        erp: Erp::Directory(folder.path().join("erp")),
        log: Log { format: Format::Json, level: Level::Error },
    };
    let configuration = Configuration { settings, registry: Arc::default(), warnings: Vec::new() };
    Arc::new(Ports {
        outbox,
        live: Arc::new(Live::new(folder.path().join("edigate.toml"), configuration)),
        sink: Sink::Directory(Arc::new(Directory::new(folder.path().join("erp")))),
        metrics: Metrics::new(),
        clock,
        entropy: Arc::new(OsEntropy),
        gate: Gate::default(),
        throttle: Arc::default(),
    })
}

/// Accepts a message with this payload, and gives its exchange.
async fn accept(ports: &Ports, payload: &[u8]) -> ExchangeId {
    let at = ports.clock.now();
    let exchange = ExchangeId::mint(at, ports.entropy.bytes());
    let staged = |bytes: &[u8]| {
        let mut stage = ports.outbox.spool().stage(bytes.len() as u64);
        stage.put(bytes).unwrap();
        stage.finish().unwrap().keep().unwrap()
    };
    let change = inbound::received(Arrival {
        exchange,
        at,
        partner: "acme".parse().unwrap(),
        key: DedupKey::as2("A", "B", &exchange.to_string()),
        content: Sha256::of(payload),
        detail: Detail::default(),
        raw: staged(b"POST /as2 HTTP/1.1\r\n\r\n"),
        payload: staged(payload),
        receipt: None,
    });
    ports.outbox.apply(change).await.unwrap();
    exchange
}

async fn translate(ports: &Arc<Ports>) {
    let lease = ports.outbox.claim(JobKind::Translate).await.unwrap().expect("a translation is due");
    run_once(ports, lease).await.unwrap();
}

fn parked_because(ports: &Ports, id: ExchangeId) -> String {
    let exchange = ports.outbox.exchange(id).unwrap().unwrap();
    assert_eq!(exchange.stage, Stage::Parked);
    let detail = Detail::from_json(&ports.outbox.payload(&exchange.detail).unwrap()).unwrap();
    detail.diagnostics.first().map(|diagnostic| diagnostic.code.to_string()).unwrap_or_default()
}

const ORDER: &str = "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*000000101*0*P*>~\
    GS*PO*ACMEBRG*123456789*20261102*0915*101*X*004010~ST*850*0001~BEG*00*SA*1**20261102~PO1*1*1*EA~SE*4*0001~\
    GE*1*101~IEA*1*000000101~";

/// Work that takes the daemon down again and again ends parked, with the payload kept (each lost lease stands for a
/// crash: its attempt was counted on disk before it was handed out).
#[tokio::test]
async fn after_its_attempts_a_translation_is_parked() {
    let folder = tempfile::tempdir().unwrap();
    let ports = ports(&folder);
    let exchange = accept(&ports, ORDER.as_bytes()).await;
    for attempt in 1..=Limits::default().attempts {
        let lease = ports.outbox.claim(JobKind::Translate).await.unwrap().expect("due again at once");
        assert_eq!(lease.job().attempts, attempt);
        drop(lease);
        ports.outbox.work(JobKind::Translate).await;
    }
    translate(&ports).await;
    assert_eq!(parked_because(&ports, exchange), "gave-up");
    assert!(ports.outbox.claim(JobKind::Translate).await.unwrap().is_none(), "nothing is left to do");
}

#[tokio::test]
async fn what_is_no_edi_or_not_whole_is_parked_whole() {
    let folder = tempfile::tempdir().unwrap();
    let ports = ports(&folder);
    let cases = [
        ("hello", "not-edi"),
        ("UNB+UNOC:3+A+B+261102:0915+1'", "not-read-yet"),
        (ORDER.trim_end_matches("IEA*1*000000101~"), "trailer-missing"),
        (ORDER.split("PO1").next().unwrap_or_default(), "trailer-missing"),
        (&ORDER.replace("IEA*1", "IEA*2"), "count-wrong"),
    ];
    for (payload, code) in cases {
        let exchange = accept(&ports, payload.as_bytes()).await;
        translate(&ports).await;
        assert_eq!(parked_because(&ports, exchange), code, "{payload}");
    }
}

/// A set that nobody agreed to is kept as a document of its own, and the exchange counts it.
#[tokio::test]
async fn a_set_of_an_unknown_sender_is_parked_with_its_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let ports = ports(&folder);
    let exchange = accept(&ports, ORDER.as_bytes()).await;
    translate(&ports).await;
    let exchange = ports.outbox.exchange(exchange).unwrap().unwrap();
    assert_eq!((exchange.stage, exchange.parked, exchange.documents), (Stage::Parked, 1, 0));
    let documents = ports.outbox.documents(&DocumentQuery::default()).unwrap().items;
    let [document] = &documents[..] else { panic!("one document: {documents:?}") };
    assert_eq!((document.stage, document.kind.as_str()), (DocumentStage::Parked, "850"));
    let content = ports.outbox.payload(&document.content).unwrap();
    assert!(
        content.starts_with(b"ST*850") && content.ends_with(b"SE*4*0001~"),
        "{}",
        String::from_utf8_lossy(&content)
    );
}
