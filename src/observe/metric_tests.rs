use std::time::Duration;

use super::*;
use crate::base::{DocumentId, ExchangeId, RowId};
use crate::observe::Crowd;

fn partner() -> PartnerId {
    "acme".parse().unwrap()
}

#[test]
fn each_event_counts_as_its_line_says() {
    let partner = partner();
    let exchange = ExchangeId::from_bytes([1; 16]);
    let document = DocumentId::from_bytes([2; 16]);
    let row = RowId::from_bytes([3; 16]);
    let took = Duration::from_millis(3);
    let check = |event: Event<'_>, expect: &[&str]| {
        let metrics = Metrics::new();
        event.emit(&metrics);
        let text = metrics.render();
        for line in expect {
            assert!(text.lines().any(|l| l == *line), "{event:?} wants {line} in\n{text}");
        }
    };
    check(
        Event::MessageReceived { exchange, partner: &partner, message_id: "<1@a>", bytes: 5_000, took },
        &[
            r#"edigate_messages_total{partner="acme",outcome="processed"} 1"#,
            r#"edigate_message_bytes_total{partner="acme"} 5000"#,
            r#"edigate_message_seconds_bucket{le="0.0025"} 0"#,
            r#"edigate_message_seconds_bucket{le="0.005"} 1"#,
        ],
    );
    check(
        Event::MessageRefused {
            exchange,
            partner: &partner,
            message_id: "<1@a>",
            reason: "decryption-failed",
            detail: "",
        },
        &[r#"edigate_messages_total{partner="acme",outcome="decryption-failed"} 1"#],
    );
    check(
        Event::MessagePutOff { partner: None, reason: "draining" },
        &[r#"edigate_messages_total{partner="-",outcome="draining"} 1"#],
    );
    check(
        Event::Translated { exchange, partner: &partner, documents: 3, parked: 1 },
        &[r#"edigate_documents_total{partner="acme",outcome="translated"} 3"#],
    );
    check(
        Event::Published { document, row, partner: &partner, took },
        &[
            r#"edigate_documents_total{partner="acme",outcome="published"} 1"#,
            r#"edigate_publications_total{outcome="confirmed"} 1"#,
        ],
    );
    check(
        Event::Fetched { listener: "claim", peer: [127, 0, 0, 1].into(), document, row, partner: &partner, bytes: 9 },
        &[r#"edigate_documents_total{partner="acme",outcome="fetched"} 1"#],
    );
    check(
        Event::NotPublished { document, row, partner: &partner, outcome: Outcome::Returned, detail: "" },
        &[r#"edigate_publications_total{outcome="returned"} 1"#],
    );
    check(
        Event::ConnectionRefused { listener: "as2", peer: [127, 0, 0, 1].into(), why: Crowd::Address },
        &[r#"edigate_connections_refused_total{listener="as2",reason="address-full"} 1"#],
    );
    check(
        Event::Defect { kind: "handler-panicked", detail: "" },
        &[r#"edigate_defects_total{kind="handler-panicked"} 1"#],
    );
    check(Event::BrokerChanged { broker: Broker::Ready, detail: "" }, &["edigate_broker_ready 1"]);
    check(
        Event::Released { records: 7, before_time: 2, payload_bytes: 99, segments: 1, segment_bytes: 64, over: 5 },
        &[
            r#"edigate_retention_records_total{outcome="aged"} 7"#,
            r#"edigate_retention_records_total{outcome="before-time"} 2"#,
            "edigate_retention_bytes_total 99",
            "edigate_store_over_bytes 5",
        ],
    );
    check(Event::BrokerChanged { broker: Broker::Blocked, detail: "disk" }, &["edigate_broker_ready 0"]);
}

#[test]
fn connections_go_up_and_down_and_the_text_ends_as_openmetrics_wants() {
    let metrics = Metrics::new();
    Event::ConnectionOpened { listener: "as2" }.emit(&metrics);
    Event::ConnectionOpened { listener: "as2" }.emit(&metrics);
    Event::ConnectionClosed { listener: "as2" }.emit(&metrics);
    metrics.set_open_jobs("publish", 4);
    let text = metrics.render();
    assert!(text.contains(r#"edigate_connections{listener="as2"} 1"#), "{text}");
    assert!(text.contains(r#"edigate_open_jobs{kind="publish"} 4"#), "{text}");
    assert!(text.ends_with("# EOF\n"));
}
