//! Steps of the walk on a real store, a clock that is moved by hand, and the directory sink.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use super::gate::Gate;
use super::ports::Ports;
use super::room::{BODIES, Room};
use super::sink::Sink;
use super::throttle::Throttle;
use super::{publish, translate};
use crate::base::{Clock, ExchangeId, OsEntropy, Sha256, Timestamp};
use crate::config::tests::site::{self, Site};
use crate::config::{Live, load};
use crate::directory::Directory;
use crate::exchange::inbound::{self, Arrival};
use crate::exchange::{Answer, DedupKey, Detail, DocumentStage, Evidence, JobKind, Stage};
use crate::observe::Metrics;
use crate::store::{DocumentQuery, IndexKind, Outbox, StoreSettings};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub(super) struct HandClock(AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A daemon without its doors.
pub(super) struct Bench {
    pub(super) site: Site,
    pub(super) ports: Arc<Ports>,
    clock: Arc<HandClock>,
}

impl Bench {
    /// Over the gateway of the fixture `base`, its partner's `[as2.receive]` as given.
    pub(super) fn new(receive: &str) -> Self {
        Self::with_files(receive, &[])
    }

    /// The same with more files.
    pub(super) fn with_files(receive: &str, files: &[(&str, &str)]) -> Self {
        let site = Site::of("base");
        files.iter().for_each(|(path, text)| site.write(path, text));
        let partner = std::fs::read_to_string(site.path("partners/acme/partner.toml")).unwrap();
        site.write("partners/acme/partner.toml", &format!("{partner}\n[as2.receive]\n{receive}\n"));
        let clock = Arc::new(HandClock(AtomicI64::new(site::now().as_millis())));
        let configuration = load(&site.edigate_toml(), site::now()).unwrap_or_else(|faults| panic!("{faults:#?}"));
        let settings = StoreSettings {
            index: IndexKind::Memory,
            ballast_bytes: 0,
            segment_bytes: 4 << 20,
            ..StoreSettings::new(site.path("store"), "test-1")
        };
        let (outbox, _) = Outbox::open(&settings, clock.clone(), Arc::new(OsEntropy)).unwrap();
        let ports = Arc::new(Ports {
            outbox,
            live: Arc::new(Live::new(site.edigate_toml(), configuration)),
            sink: Sink::Directory(Arc::new(Directory::new(site.path("erp")))),
            metrics: Metrics::new(),
            clock: clock.clone(),
            entropy: Arc::new(OsEntropy),
            gate: Gate::default(),
            room: Room::of(BODIES),
            outgoing: Room::of(BODIES),
            clients: Default::default(),
            numbers: Default::default(),
            throttle: Arc::new(Throttle::default()),
        });
        Self { site, ports, clock }
    }

    pub(super) fn forward(&self, span: Duration) {
        self.clock.0.fetch_add(i64::try_from(span.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Accepts `payload` as a message of the partner, as a receipt would have said.
    pub(super) async fn accept(&self, payload: &[u8]) -> ExchangeId {
        let spool = self.ports.outbox.spool();
        let keep = |bytes: &[u8]| {
            let mut stage = spool.stage(u64::MAX);
            stage.put(bytes).unwrap();
            stage.finish().unwrap().keep().unwrap()
        };
        let exchange = ExchangeId::mint(self.ports.clock.now(), self.ports.entropy.bytes());
        let change = inbound::received(Arrival {
            exchange,
            at: self.ports.clock.now(),
            partner: "acme".parse().unwrap(),
            key: DedupKey::as2("ACMEBRG", "NORTHWIND", &exchange.to_string()),
            known_since: Timestamp::default(),
            content: Sha256::of(payload),
            detail: Detail::default(),
            raw: keep(b"raw"),
            payload: keep(payload),
            attachments: Vec::new(),
            receipt: None,
            evidence: Evidence::default(),
        });
        self.ports.outbox.apply(change).await.unwrap();
        exchange
    }

    /// Files below a folder of the store.
    pub(super) fn files(&self, folder: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut open = vec![self.site.path("store").join(folder)];
        while let Some(folder) = open.pop() {
            for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                if entry.is_dir() { open.push(entry) } else { found.push(entry) }
            }
        }
        found
    }
}

/// An interchange with one order of so many lines.
pub(super) fn interchange(lines: usize) -> Vec<u8> {
    let mut text =
        "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*000000001*0*P*>~\
         GS*PO*ACMEBRG*123456789*20261102*0915*1*X*004010~\
         ST*850*0001~\
         BEG*00*SA*4500012345**20261102~\
         CUR*BY*USD~\
         N1*ST*Northwind Plant 0100*92*0100~"
            .to_owned();
    for line in 1..=lines {
        text.push_str(&format!("PO1*{}*500*EA*2.45*PE*BP*BRG-6205-2RS*VP*6205-2RS-C3~", line * 10));
    }
    text.push_str(&format!("CTT*{lines}~SE*{}*0001~GE*1*1~IEA*1*000000001~", 6 + lines));
    text.into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_goes_the_whole_way() {
    let bench = Bench::new("");
    let exchange = bench.accept(&interchange(2)).await;
    let lease = bench.ports.outbox.claim(JobKind::Translate).await.unwrap().unwrap();
    translate::run_once(&bench.ports, lease).await.unwrap();
    assert_eq!(bench.ports.outbox.exchange(exchange).unwrap().unwrap().stage, Stage::Translated);
    let lease = bench.ports.outbox.claim(JobKind::Publish).await.unwrap().unwrap();
    publish::run_once(&bench.ports, lease).await.unwrap();
    let documents = bench.ports.outbox.documents(&DocumentQuery::default()).unwrap().items;
    assert_eq!(documents.iter().map(|one| one.stage).collect::<Vec<_>>(), [DocumentStage::Published]);
}

/// Found in review: three tries within three seconds ended in a parked exchange, with a full disk called a crash.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_write_for_a_while_parks_nothing() {
    let bench = Bench::new("");
    // Large enough that its document is a file of the spool.
    let exchange = bench.accept(&interchange(400)).await;
    let staging = bench.site.path("store/spool/tmp");
    std::fs::remove_dir(&staging).unwrap();
    for _ in 0..5 {
        let lease = bench.ports.outbox.claim(JobKind::Translate).await.unwrap().expect("the job is there again");
        let fault = translate::run_once(&bench.ports, lease).await.unwrap_err();
        assert!(fault.is_passing(), "{fault}");
        assert!(bench.ports.outbox.claim(JobKind::Translate).await.unwrap().is_none(), "not at once");
        bench.forward(Duration::from_secs(20));
    }
    std::fs::create_dir(&staging).unwrap();
    let lease = bench.ports.outbox.claim(JobKind::Translate).await.unwrap().unwrap();
    translate::run_once(&bench.ports, lease).await.unwrap();
    let exchange = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
    assert_eq!((exchange.stage, exchange.documents, exchange.parked), (Stage::Translated, 1, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_whose_body_is_damaged_is_looked_at_again_and_not_every_second() {
    let bench = Bench::new("");
    bench.accept(&interchange(400)).await;
    let lease = bench.ports.outbox.claim(JobKind::Translate).await.unwrap().unwrap();
    translate::run_once(&bench.ports, lease).await.unwrap();
    let body = bench.files("spool").into_iter().find(|file| file.metadata().unwrap().len() > 64 << 10).unwrap();
    let bytes = std::fs::read(&body).unwrap();
    std::fs::write(&body, b"damaged").unwrap();
    let lease = bench.ports.outbox.claim(JobKind::Publish).await.unwrap().unwrap();
    publish::run_once(&bench.ports, lease).await.unwrap_err();
    bench.forward(Duration::from_secs(5));
    assert!(bench.ports.outbox.claim(JobKind::Publish).await.unwrap().is_none());
    bench.forward(Duration::from_secs(15));
    std::fs::write(&body, bytes).unwrap();
    let lease = bench.ports.outbox.claim(JobKind::Publish).await.unwrap().unwrap();
    publish::run_once(&bench.ports, lease).await.unwrap();
}

/// The answer remembered for a key.
pub(super) fn answer(bench: &Bench, message_id: &str) -> Option<Answer> {
    bench.ports.outbox.answer_to(&DedupKey::as2("ACMEBRG", "NORTHWIND", message_id)).unwrap()
}
