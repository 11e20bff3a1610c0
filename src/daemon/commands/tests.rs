//! Commands judged, kept, answered, and answered again.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Incoming, Taken, take};
use crate::base::DocumentId;
use crate::daemon::tests::{Bench, interchange};
use crate::daemon::{publish, translate};
use crate::exchange::{DocumentStage, JobKind};
use crate::store::DocumentQuery;

/// What the ERP sends: address, message id, body.
fn incoming(key: &str, message_id: &str, body: &str) -> Incoming {
    Incoming {
        key: key.to_owned(),
        body: body.as_bytes().to_vec(),
        message_id: Some(message_id.to_owned()),
        document_id: None,
        reply_to: None,
        correlation_id: None,
        user: None,
    }
}

async fn publish_all(bench: &Bench) {
    while let Some(lease) = bench.ports.outbox.claim(JobKind::Publish).await.unwrap() {
        publish::run_once(&bench.ports, lease).await.unwrap();
    }
}

/// Takes a command; what became of it, and the one event that tells.
async fn ask(bench: &Bench, command: Incoming) -> (Taken, Value) {
    bench.forward(Duration::from_secs(1));
    let taken = take(&bench.ports, command).await.unwrap();
    publish_all(bench).await;
    let mut events: Vec<_> = std::fs::read_dir(bench.site.path("erp/to-erp/events"))
        .unwrap()
        .flat_map(|date| std::fs::read_dir(date.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    events.sort();
    let event: Value = serde_json::from_slice(&std::fs::read(events.last().unwrap()).unwrap()).unwrap();
    (taken, event["data"].clone())
}

/// The outcome as one word, the event, and the code of its first finding.
fn in_short(taken: &Taken, event: &Value) -> (&'static str, String, String) {
    let outcome = match taken {
        Taken::Done => "done",
        Taken::Refused(_) => "refused",
        Taken::Unreadable(_) => "unreadable",
    };
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (outcome, word(&event["event"]), word(&event["findings"][0]["code"]))
}

const NOBODYS: &str = "01JBPN7Q4T6Y2M8Z3K5V9X0WCE";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_known_by_its_verb_its_subject_and_its_id() {
    let bench = Bench::new("");
    let word = json!({ "documentId": NOBODYS }).to_string();
    let refusal = json!({ "documentId": NOBODYS, "errors": "no price" }).to_string();
    let order = json!({ "orderNumber": "1" }).to_string();
    let (by_gateway, refused, duplicate) = ("document.refused-by-gateway", "command.refused", "command.duplicate");
    // All under one id, as an ERP does that numbers its messages by order.
    for (key, body, expect_event, expect_code) in [
        ("send.order.v1.acme", &order, by_gateway, "required-missing"),
        ("send.order.v1.acme", &order, duplicate, "required-missing"),
        ("send.order.v1.nobody", &order, by_gateway, "unknown-partner"),
        ("cancel.-.v1.-", &word, refused, "unknown-document"),
        ("cancel.-.v1.-", &word, duplicate, "unknown-document"),
        ("posted.-.v1.-", &word, refused, "unknown-document"),
        ("refused.-.v1.-", &refusal, refused, "wrong-type"),
        ("refused.order.v1.-", &refusal, duplicate, "wrong-type"),
    ] {
        let (taken, event) = ask(&bench, incoming(key, "4500012345", body)).await;
        let expect = ("refused", expect_event.to_owned(), expect_code.to_owned());
        assert_eq!(in_short(&taken, &event), expect, "{key} {body}");
        assert_eq!(event["command"]["id"], "4500012345");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verdict_is_about_the_document_that_it_names() {
    let bench = Bench::new("");
    bench.accept(&interchange(1)).await;
    let lease = bench.ports.outbox.claim(JobKind::Translate).await.unwrap().unwrap();
    translate::run_once(&bench.ports, lease).await.unwrap();
    publish_all(&bench).await;
    let document = bench.ports.outbox.documents(&DocumentQuery::default()).unwrap().items[0].clone();
    let posted = json!({ "documentId": document.id, "at": "2026-11-02T10:00:00Z" }).to_string();
    let refused = json!({ "documentId": document.id, "errors": [{ "text": "no price" }] }).to_string();
    for (key, body, expect) in [
        ("posted.-.v1.-", &posted, ("done", "document.posted", "")),
        ("posted.order.v1.acme", &posted, ("done", "command.duplicate", "")),
        ("posted.order.v2.acme", &posted, ("refused", "document.refused-by-gateway", "bad-routing-key")),
        ("refused.invoice.v1.-", &refused, ("refused", "command.refused", "address-differs")),
        ("refused.invoice.v1.-", &refused, ("refused", "command.duplicate", "address-differs")),
        ("cancel.order.v1.acme", &posted, ("refused", "command.refused", "unknown-member")),
    ] {
        let (taken, event) = ask(&bench, incoming(key, "m", body)).await;
        let (outcome, name, code) = expect;
        assert_eq!(in_short(&taken, &event), (outcome, name.to_owned(), code.to_owned()), "{key} {body}");
        if !key.contains("v2") {
            let about = (&event["document"]["documentId"], &event["document"]["stage"]);
            assert_eq!(about, (&json!(document.id), &json!("published")), "{key}: {event:#}");
        }
    }
    let mended = json!({ "documentId": document.id, "reason": "not ours" }).to_string();
    let (taken, event) = ask(&bench, incoming("cancel.-.v1.-", "another", &mended)).await;
    assert_eq!(in_short(&taken, &event), ("refused", "command.refused".to_owned(), "too-late".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_leads_nowhere_is_answered_and_only_what_says_nothing_is_set_aside() {
    let bench = Bench::new("");
    let order = r#"{"orderNumber": "1"}"#;
    let told = "document.refused-by-gateway";
    for (key, body, expect) in [
        ("buy.order.v1.acme", order, ("refused", told, "bad-routing-key")),
        ("buy.order.v1.acme", order, ("refused", "command.duplicate", "bad-routing-key")),
        ("send.order.1.acme", order, ("refused", told, "bad-routing-key")),
        ("send.order.v1.Acme", order, ("refused", told, "bad-routing-key")),
        ("send.oder.v1.acme", order, ("refused", told, "unknown-document")),
        ("send.order.v1.acme", r#"{"orderNumber": "#, ("unreadable", told, "no-json")),
        ("send.order.v1.acme", r#"{"orderNumber": "#, ("unreadable", "command.duplicate", "no-json")),
        ("buy.order.v1.acme", r#"{"orderNumber": "#, ("unreadable", told, "no-json")),
    ] {
        let (taken, event) = ask(&bench, incoming(key, "m", body)).await;
        let (outcome, name, code) = expect;
        assert_eq!(in_short(&taken, &event), (outcome, name.to_owned(), code.to_owned()), "{key} {body}");
        let verb = key.split('.').next();
        assert_eq!((event["command"]["id"].as_str(), event["command"]["verb"].as_str()), (Some("m"), verb), "{key}");
    }
}

/// Found in review: `doc trace` did not show an order that had been refused.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_found_by_its_number() {
    let bench = Bench::new("");
    for (key, body, number) in [
        ("send.order.v1.acme", json!({ "orderNumber": "4500000001" }), "4500000001"),
        ("send.order.v1.acme", json!({ "orderNumber": 4_500_000_002_u64 }), "4500000002"),
        ("buy.order.v1.acme", json!({ "orderNumber": "4500000003" }), "4500000003"),
        (
            "send.-.v1.-",
            json!({ "orderNumber": "4500000004", "meta": { "documentType": "order", "partner": "acme" } }),
            "4500000004",
        ),
        ("send.invoice.v1.acme", json!({ "orderReference": { "orderNumber": "4500000005" } }), "4500000005"),
        ("send.invoice.v1.acme", json!({ "invoiceNumber": "90012" }), "90012"),
    ] {
        let (taken, event) = ask(&bench, incoming(key, number, &body.to_string())).await;
        assert!(matches!(taken, Taken::Refused(_)), "{key} {body}");
        let id: DocumentId = event["document"]["documentId"].as_str().unwrap().parse().unwrap();
        let found = bench.ports.outbox.documents_by_number(number, 10).unwrap();
        let found: Vec<_> = found.iter().map(|one| (one.id, one.partner.as_str(), one.stage)).collect();
        assert_eq!(found, [(id, "acme", DocumentStage::Refused)], "{key} {body}");
    }
}
