//! Messages whose bodies have arrived, decided on a real store.

use std::time::Duration;

use super::*;
use crate::daemon::tests::{Bench, answer, interchange};
use crate::exchange::{Detail, Stage};
use crate::store::ExchangeQuery;

const PLAIN: &str = "require_signed = false\nrequire_encrypted = false";

/// What arrived of a message with this id and payload.
fn arrived(bench: &Bench, message_id: &str, receipt: &[(&str, &str)], payload: &[u8]) -> Arrived {
    let mut headers = vec![
        ("AS2-From", "ACMEBRG"),
        ("AS2-To", "NORTHWIND"),
        ("Message-ID", message_id),
        ("Content-Type", "application/edi-x12"),
    ];
    headers.extend(receipt);
    let pairs: Vec<_> = headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let ports = &bench.ports;
    let configuration = ports.live.current();
    let request = Request::parse(&pairs, &configuration.settings.limits).unwrap();
    let partner = configuration.registry.pair(&request.from, &request.to).map(Arc::clone).unwrap();
    let now = ports.clock.now();
    let remote: std::net::SocketAddr = "192.0.2.1:4711".parse().unwrap();
    let ticket = ports.throttle.enter(&partner.id, remote.ip(), now, &partner.limits).unwrap();
    // Each copy comes with another date, and so in other bytes.
    let head = format!("POST /as2 HTTP/1.1\r\nDate: {now}\r\n\r\n");
    let mut stage = ports.outbox.spool().stage(u64::MAX);
    stage.put(head.as_bytes()).unwrap();
    stage.put(payload).unwrap();
    let exchange = ExchangeId::mint(now, ports.entropy.bytes());
    let message = Message { exchange, request, partner, remote: remote.to_string(), at: now };
    let waiting = Waiting { begun: now, remote, _ticket: ticket };
    Arrived { message, waiting, raw: stage.finish().unwrap(), body_at: head.len() as u64 }
}

async fn decided(bench: &Bench, arrived: Arrived) -> Reply {
    decide::run(Arc::clone(&bench.ports), arrived).await
}

/// Found in review: every repeat of a large message left its bytes in the spool until the next start.
#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_leaves_nothing_behind() {
    let bench = Bench::new(PLAIN);
    let payload = interchange(2_000);
    let first = decided(&bench, arrived(&bench, "<1@acme>", &[], &payload)).await;
    assert_eq!(first.status, 200);
    let files = bench.files("spool");
    assert_eq!(files.len(), 2, "the message as it came and its payload");
    for _ in 0..3 {
        bench.forward(Duration::from_secs(60));
        let again = decided(&bench, arrived(&bench, "<1@acme>", &[], &payload)).await;
        assert_eq!((again.status, &again.headers), (first.status, &first.headers));
        assert_eq!(again.body.in_memory(), first.body.in_memory());
        assert_eq!(bench.files("spool"), files);
    }
    let other = decided(&bench, arrived(&bench, "<1@acme>", &[], &interchange(2_001))).await;
    assert_eq!(other.status, 403);
    assert_eq!(bench.files("spool"), files);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_receipt_was_asked_for_is_written_down() {
    let bench = Bench::new(PLAIN);
    let to = ("Disposition-Notification-To", "acme");
    let signed = ("Disposition-Notification-Options", "signed-receipt-protocol=required, pkcs7-signature");
    for (id, receipt, expect) in
        [("<1>", vec![], "none"), ("<2>", vec![to], "unsigned"), ("<3>", vec![to, signed], "signed")]
    {
        let reply = decided(&bench, arrived(&bench, id, &receipt, &interchange(1))).await;
        assert_eq!(reply.status, 200);
        let exchange = answer(&bench, id).unwrap().exchange;
        let exchange = bench.ports.outbox.exchange(exchange).unwrap().unwrap();
        let detail = Detail::from_json(&bench.ports.outbox.payload(&exchange.detail).unwrap()).unwrap();
        assert_eq!(detail.receipt, expect);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn less_protected_than_agreed_is_refused_and_burns_no_id() {
    let bench = Bench::new("");
    let reply = decided(&bench, arrived(&bench, "<1>", &[], &interchange(1))).await;
    assert_eq!(reply.status, 403);
    assert_eq!(answer(&bench, "<1>"), None);
    let exchanges = bench.ports.outbox.exchanges(&ExchangeQuery::default()).unwrap().items;
    assert_eq!(exchanges.iter().map(|one| one.stage).collect::<Vec<_>>(), [Stage::Refused]);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_do_not_fill_the_store() {
    use crate::daemon::throttle::REFUSALS_PER_HOUR;
    let bench = Bench::new("");
    for n in 0..=REFUSALS_PER_HOUR {
        let reply = decided(&bench, arrived(&bench, &format!("<{n}>"), &[], b"---")).await;
        // The pause for messages that were not signed would end this early.
        assert_eq!(reply.status, 403);
        bench.forward(Duration::from_secs(31));
    }
    assert_eq!(bench.ports.outbox.exchanges(&ExchangeQuery::default()).unwrap().items.len(), REFUSALS_PER_HOUR);
}
