use std::time::Duration;

use super::*;
use crate::base::{ExchangeId, Limits};
use crate::daemon::tests::Bench;
use crate::exchange::{DocumentStage, JobKind, Stage};
use crate::store::DocumentQuery;

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

const ORDER: &str = "ISA*00*          *00*          *ZZ*STRANGER       *01*123456789      *261102*0915*U*00401*000000101*0*P*>~\
    GS*PO*ACMEBRG*123456789*20261102*0915*101*X*004010~ST*850*0001~BEG*00*SA*1**20261102~PO1*1*1*EA~SE*4*0001~\
    GE*1*101~IEA*1*000000101~";

/// Work that takes the daemon down again and again ends parked, with the payload kept (each lost lease stands for a
/// crash: its attempt was counted on disk before it was handed out).
#[tokio::test]
async fn after_its_attempts_a_translation_is_parked() {
    let bench = Bench::new("");
    let ports = &bench.ports;
    let exchange = bench.accept(ORDER.as_bytes()).await;
    for attempt in 1..=Limits::default().attempts {
        let lease = ports.outbox.claim(JobKind::Translate).await.unwrap().expect("due again at once");
        assert_eq!(lease.job().attempts, attempt);
        drop(lease);
        bench.forward(Duration::from_secs(60));
    }
    translate(ports).await;
    assert_eq!(parked_because(ports, exchange), "gave-up");
    assert!(ports.outbox.claim(JobKind::Translate).await.unwrap().is_none(), "nothing is left to do");
}

#[tokio::test]
async fn what_is_no_edi_or_not_whole_is_parked_whole() {
    let bench = Bench::new("");
    let ports = &bench.ports;
    let cases = [
        ("hello", "not-edi"),
        ("UNB+UNOC:3+A+B+261102:0915+1'", "trailer-missing"),
        ("UNB+UNOX:3+A+B+261102:0915+1'", "syntax-unknown"),
        ("UNB+KECA:3+A+B+261102:0915+1'UNH+1+ORDERS:D:96A:UN'UNT+2+1'UNZ+1+1'", "syntax-unknown"),
        (ORDER.trim_end_matches("IEA*1*000000101~"), "trailer-missing"),
        (ORDER.split("PO1").next().unwrap_or_default(), "trailer-missing"),
        (&ORDER.replace("IEA*1", "IEA*2"), "count-wrong"),
    ];
    for (payload, code) in cases {
        let exchange = bench.accept(payload.as_bytes()).await;
        translate(ports).await;
        assert_eq!(parked_because(ports, exchange), code, "{payload}");
    }
}

/// A set that nobody agreed to is kept as a document of its own, and the exchange counts it.
#[tokio::test]
async fn a_set_of_an_unknown_sender_is_parked_with_its_bytes() {
    let bench = Bench::new("");
    let ports = &bench.ports;
    let exchange = bench.accept(ORDER.as_bytes()).await;
    translate(ports).await;
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

#[tokio::test]
async fn one_transaction_set_past_the_bound_parks_the_file() {
    let bench = Bench::new("");
    for (bound, passes) in [(2, true), (1, false)] {
        let exchange = bench.accept(TWO_ORDERS.as_bytes()).await;
        let payload = Detail::from_json(&{
            let record = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
            bench.ports.outbox.payload(&record.detail).unwrap()
        });
        let payload = payload.unwrap().payload.unwrap();
        let reader = Reader::new(bench.ports.outbox.payload_reader(&payload).unwrap(), ReadOptions::default());
        let limits = Limits { transaction_sets: bound, ..Limits::default() };
        let found = survey(reader, &limits, &|_| None).unwrap();
        let codes: Vec<_> = found.err().into_iter().flatten().map(|one| one.code).collect();
        assert_eq!(codes.is_empty(), passes, "{codes:?}");
        assert!(passes || codes == ["too-many-transaction-sets"], "{codes:?}");
    }
}

/// What the partner file says of classes of findings decides in a set, and at the trailers of the envelopes too.
#[tokio::test]
async fn a_partner_file_says_what_findings_weigh() {
    let long = TWO_ORDERS.replace("SA*2**", "SA*12345678901234567890123**");
    let set_count = TWO_ORDERS.replace("SE*4*0001", "SE*9*0001");
    let group_count = TWO_ORDERS.replace("GE*2", "GE*9");
    let cases = [
        ("", TWO_ORDERS, (2, 0)),
        ("", &long, (2, 0)),
        ("length = \"reject\"", &long, (1, 1)),
        ("", &set_count, (1, 1)),
        ("count = \"warn\"", &set_count, (2, 0)),
        ("", &group_count, (0, 0)),
        ("count = \"ignore\"", &group_count, (2, 0)),
    ];
    for (severities, payload, expect) in cases {
        let bench = Bench::new(&format!("[x12.read.severities]\n{severities}"));
        let exchange = bench.accept(payload.as_bytes()).await;
        translate(&bench.ports).await;
        let exchange = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
        assert_eq!((exchange.documents, exchange.parked), expect, "{severities}: {payload}");
    }
}

const TWO_ORDERS: &str = "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*000000101*0*P*>~\
    GS*PO*ACMEBRG*123456789*20261102*0915*101*X*004010~ST*850*0001~BEG*00*SA*1**20261102~PO1*1*1*EA~SE*4*0001~\
    ST*850*0002~BEG*00*SA*2**20261102~PO1*1*1*EA~SE*4*0002~GE*2*101~IEA*1*000000101~";
