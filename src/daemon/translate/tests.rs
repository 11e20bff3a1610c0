use std::time::Duration;

use super::*;
use crate::base::{ExchangeId, Limits, Severity};
use crate::daemon::tests::Bench;
use crate::exchange::DocumentDetail;
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

/// The codes of the errors in each document, documents in no order of the file.
fn codes(ports: &Ports) -> Vec<Vec<String>> {
    let documents = ports.outbox.documents(&DocumentQuery::default()).unwrap().items;
    let of = |document: &crate::exchange::Document| {
        let Some(reference) = &document.detail else { return Vec::new() };
        let detail = DocumentDetail::from_json(&ports.outbox.payload(reference).unwrap()).unwrap();
        let diagnostics: Vec<Diagnostic> = detail.diagnostics;
        let errors = diagnostics.iter().filter(|one| one.severity == Severity::Error);
        errors.map(|one| one.code.to_string()).collect()
    };
    let mut codes: Vec<Vec<String>> = documents.iter().map(of).collect();
    codes.sort();
    codes
}

/// Where the partner file says so, one transaction set that is rejected takes its interchange with it, and no other.
#[tokio::test]
async fn an_interchange_is_rejected_whole_where_the_partner_file_says_so() {
    let faulty = TWO_ORDERS.replace("SE*4*0002", "SE*9*0002");
    let file = format!("{}{}", TWO_ORDERS.replace("000000101", "000000100"), faulty);
    let cases = [
        ("", &file, (3, 1)),
        ("on_error = \"reject-set\"", &file, (3, 1)),
        ("on_error = \"reject-interchange\"", &file, (2, 2)),
        ("on_error = \"reject-interchange\"", &faulty, (0, 2)),
        ("on_error = \"reject-interchange\"\nseverities = { count = \"warn\" }", &file, (4, 0)),
    ];
    for (read, payload, expect) in cases {
        let bench = Bench::new(&format!("[x12.read]\n{read}"));
        let exchange = bench.accept(payload.as_bytes()).await;
        translate(&bench.ports).await;
        let exchange = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
        assert_eq!((exchange.documents, exchange.parked), expect, "{read}");
        let mut codes = codes(&bench.ports);
        codes.retain(|codes| !codes.is_empty());
        match expect.1 {
            2 => assert_eq!(codes, [["count-wrong"], ["interchange-rejected"]]),
            1 => assert_eq!(codes, [["count-wrong"]]),
            _ => assert!(codes.is_empty(), "{codes:?}"),
        }
    }
}

const EDIFACT: &str =
    "[edifact]\nus = { unb = \"4012345000009:14\" }\nthem = { unb = \"ACME\", aliases = [\"ACME:ZZ\"] }\n";
const EDIFACT_AGREEMENT: &str = "[[agreement]]\ndocument = \"order@1\"\ndirection = \"in\"\nmessage = \"edifact/D96A/ORDERS\"\nmapping = \"orders\"\n";
const EDIFACT_MAPPING: (&str, &str) = (
    "mappings/orders.toml",
    r#"
        message = "edifact/D96A/ORDERS"
        document = "order@1"
        [order]
        orderNumber = "BGM02"
        orderDate = "DTM01-2 if DTM01-1=137 | date(CCYYMMDD)"
        [order.lines]
        each = "LIN"
        lineNumber = "LIN01"
        quantity = { value = "QTY01-2 if QTY01-1=21" }
        item.gtin = "LIN03-1"
        [[order.lines.schedules]]
        each = "QTY if QTY01-1=21"
        quantity = "QTY01-2"
    "#,
);

/// EDIFACT is known by its own table and weighed by it, in a message and at the trailers.
#[tokio::test]
async fn edifact_is_weighed_by_its_own_table() {
    let message = |number: u32, date: &str| {
        format!(
            "UNH+{number}+ORDERS:D:96A:UN'BGM+220+B{number}+9'DTM+137:{date}:102'LIN+1++4000862141404:EN'QTY+21:5'UNS+S'UNT+7+{number}'"
        )
    };
    let sound = format!(
        "UNB+UNOC:3+ACME+4012345000009:14+261102:0815+71'{}{}UNZ+2+71'",
        message(1, "20261102"),
        message(2, "20261102")
    );
    let bad_date = sound.replacen("20261102", "20261302", 1);
    let long_line = sound.replacen("LIN+1+", "LIN+1234567+", 1);
    let bad_count = sound.replace("UNZ+2", "UNZ+3");
    let alias = sound.replace("+ACME+", "+ACME:ZZ+");
    let [stranger, lost, trial] =
        [("+ACME+", "+EMCA+"), ("+4012345000009:14+", "+4012345000016:14+"), ("0815+71'", "0815+71++++++1'")]
            .map(|(from, to)| sound.replace(from, to));
    let cases: [(&str, &str, (u64, u64), &str); 12] = [
        ("", &sound, (2, 0), ""),
        ("", &alias, (2, 0), ""),
        ("", &bad_date, (1, 1), "not-a-date"),
        ("", &long_line, (2, 0), ""),
        ("severities = { length = \"reject\" }", &long_line, (1, 1), "too-long"),
        ("on_error = \"reject-interchange\"", &bad_date, (0, 2), "not-a-date"),
        ("", &bad_count, (0, 0), "count-wrong"),
        ("severities = { count = \"warn\" }", &bad_count, (2, 0), ""),
        ("severities = { character = \"ignore\" }", &bad_count, (0, 0), "count-wrong"),
        ("", &stranger, (0, 2), "sender-unknown"),
        ("", &lost, (0, 2), "receiver-unknown"),
        ("", &trial, (0, 2), "usage-not-agreed"),
    ];
    for (read, payload, expect, code) in cases {
        let partner = format!("{EDIFACT}[edifact.read]\n{read}\n{EDIFACT_AGREEMENT}");
        let bench = Bench::with_files(&partner, &[EDIFACT_MAPPING]);
        let id = bench.accept(payload.as_bytes()).await;
        translate(&bench.ports).await;
        let exchange = bench.ports.outbox.exchange(id).unwrap().unwrap();
        let codes = codes(&bench.ports);
        assert_eq!((exchange.documents, exchange.parked), expect, "{read}: {payload} {codes:?}");
        match expect {
            (0, 0) => assert_eq!(parked_because(&bench.ports, id), code),
            _ => assert!(code.is_empty() || codes.iter().flatten().any(|one| one == code), "{codes:?}"),
        }
    }
}

/// The rules of X12 are not those of EDIFACT.
#[tokio::test]
async fn x12_is_not_weighed_by_the_table_of_edifact() {
    let bench = Bench::new(&format!(
        "{EDIFACT}[edifact.read]\nseverities = {{ count = \"ignore\" }}\non_error = \"reject-interchange\""
    ));
    let exchange = bench.accept(TWO_ORDERS.replace("SE*4*0002", "SE*9*0002").as_bytes()).await;
    translate(&bench.ports).await;
    let exchange = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
    assert_eq!((exchange.documents, exchange.parked), (1, 1));
}

/// Who sent an interchange, to whom, and whether it is a test.
#[tokio::test]
async fn what_is_wrong_with_the_parties_of_an_interchange_is_told() {
    let check = async |payload: String, code: &str| {
        let bench = Bench::new("");
        bench.accept(payload.as_bytes()).await;
        translate(&bench.ports).await;
        assert_eq!(codes(&bench.ports), [[code], [code]], "{payload}");
    };
    check(TWO_ORDERS.replace("ACMEBRG        *01", "STRANGER       *01"), "sender-unknown").await;
    check(TWO_ORDERS.replace("*01*123456789", "*01*123456780"), "receiver-unknown").await;
    check(TWO_ORDERS.replace("*0*P*>", "*0*T*>"), "usage-not-agreed").await;
}

const TWO_ORDERS: &str = "ISA*00*          *00*          *ZZ*ACMEBRG        *01*123456789      *261102*0915*U*00401*000000101*0*P*>~\
    GS*PO*ACMEBRG*123456789*20261102*0915*101*X*004010~ST*850*0001~BEG*00*SA*1**20261102~PO1*1*1*EA~SE*4*0001~\
    ST*850*0002~BEG*00*SA*2**20261102~PO1*1*1*EA~SE*4*0002~GE*2*101~IEA*1*000000101~";
