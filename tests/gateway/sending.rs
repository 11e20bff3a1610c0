//! Messages of our own: packed once, offered until they are taken, settled by the receipt, whatever happens on the way.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::desk::{Act, Desk, Parcel, answered, status};
use crate::gateway::{AS2_PATH, Gateway};
use crate::identity::Identity;
use crate::order;
use crate::plan::Plan;
use crate::wire;

/// Attempts follow one another at once.
pub const IMPATIENT: &str = "[as2.send.retry]\nschedule = [\"1s\"]\ngive_up_after = \"1m\"\n";
pub const ASYNC: &str = "[as2.send.mdn]\nmode = \"async\"\nurl = \"http://127.0.0.1:9/as2\"\n";

#[test]
fn a_message_is_delivered_and_its_receipt_settles_it() {
    let desk = Desk::open(|_| Act::Receipt);
    let gateway = started(&desk, IMPATIENT);
    let exchange = submit(&gateway, 1);
    assert_eq!(exchange["stage"], "delivered", "{exchange:#}");
    assert_eq!(exchange["direction"], "outbound");
    let [parcel] = &desk.parcels()[..] else { panic!("one request") };
    assert_eq!((parcel.method.as_str(), parcel.path.as_str()), ("POST", AS2_PATH));
    assert_eq!(parcel.header("AS2-From"), Some("NORTHWIND"));
    assert_eq!(parcel.header("AS2-To"), Some("ACMEBRG"));
    assert_eq!(parcel.open().0.unwrap(), order::interchange(1));
    let settled = &exchange["detail"]["settledBy"];
    assert_eq!(settled["disposition"], "automatic-action/MDN-sent-automatically; processed");
    assert_eq!(settled["mic"], exchange["detail"]["packed"]["mics"][0]["mic"]);
    assert_eq!(settled["certificate"]["fingerprint"], Identity::acme().certificate().fingerprint().to_string());
}

#[test]
fn whatever_happens_to_an_attempt_the_same_bytes_come_again_under_the_same_id() {
    let acts: [fn() -> Act; 8] = [
        || Act::Cut,
        || Act::Hang,
        || Act::Status(503),
        || Act::Status(429),
        // Taken, and no receipt in it: the partner may or may not have it.
        || Act::Status(200),
        || Act::Bytes(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Welcome".to_vec()),
        // The receipt is lost on its way.
        || Act::Later(Box::new(|parcel| answered(&parcel.open().1.unwrap())[..700].to_vec())),
        || Act::Receipt,
    ];
    let desk = Desk::open(move |number| acts[number]());
    let gateway = started(&desk, IMPATIENT);
    let exchange = submit(&gateway, 1);
    assert_eq!(exchange["stage"], "delivered", "{exchange:#}\n{}", gateway.log());
    let parcels = desk.parcels();
    assert_eq!(parcels.len(), acts.len());
    for parcel in &parcels[1..] {
        assert_eq!(parcel.body, parcels[1].body, "the same bytes");
        assert_eq!(own_headers(parcel), own_headers(&parcels[1]), "the same Message-ID and Date");
    }
    assert_eq!(exchange["detail"]["attemptsMade"], acts.len());
}

#[test]
fn where_a_partner_wants_another_id_each_time_a_receipt_for_any_of_them_counts() {
    let desk = Desk::open(|number| Act::Status(if number == 0 { 503 } else { 202 }));
    let retry = IMPATIENT.replace("schedule", "resend_same_id = false\nschedule");
    let mut gateway = started(&desk, &format!("{ASYNC}{retry}"));
    let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
    let id = submitted["exchangeId"].as_str().unwrap().to_owned();
    let exchange = wait_for_stage(&gateway, &id, "awaiting-receipt");
    let parcels = desk.wait_for(2);
    let ids: Vec<&str> = parcels.iter().map(|parcel| parcel.header("Message-ID").unwrap()).collect();
    assert_ne!(ids[0], ids[1], "another message for the partner");
    assert_eq!(parcels[0].body, parcels[1].body, "of the same bytes");
    let others = |parcel: &Parcel| {
        let own = |name: &str| ["message-id", "date"].iter().any(|one| name.eq_ignore_ascii_case(one));
        own_headers(parcel).into_iter().filter(|(name, _)| !own(name)).collect::<Vec<_>>()
    };
    assert_eq!(others(&parcels[0]), others(&parcels[1]));
    let features = parcels[0].header("EDIINT-Features");
    assert_eq!(features, Some("multiple-attachments"), "AS2-Reliability would promise the same id");
    let attempts = &exchange["detail"]["attempts"];
    assert_eq!([&attempts[0]["messageId"], &attempts[1]["messageId"]], [ids[0], ids[1]]);

    // The first attempt had arrived after all; and nothing of the ids is in the index alone.
    gateway.kill();
    gateway.delete_index();
    gateway.start();
    post_receipt(&gateway, &parcels[0], |_| true);
    let exchange = wait_for_stage(&gateway, &id, "delivered");
    assert_eq!(exchange["detail"]["settledBy"]["messageId"], ids[0]);
    let folder = crate::evidence::export(&gateway, &id, "evidence");
    let (code, said) = crate::evidence::verify(&folder);
    assert!(code == 0 && said.contains(ids[0]), "{said}");
}

#[test]
fn a_way_to_make_mics_that_is_pinned_is_not_told_and_any_other_is() {
    use edigate::as2::{MicHeaders, MicRules};
    let check = |pin: &str, told: bool| {
        let desk = Desk::open(|_| {
            Act::Later(Box::new(|parcel| {
                let mic = MicRules { headers: MicHeaders::Without, ..MicRules::default() };
                answered(&parcel.open_by(mic).1.unwrap())
            }))
        });
        let gateway = started(&desk, &format!("[as2.send]\nsign_alg = \"none\"\n[as2.send.mdn]\nmic = \"{pin}\"\n"));
        let exchange = submit(&gateway, 1);
        assert_eq!(exchange["stage"], "delivered", "{pin}: {exchange:#}");
        let diagnostics = &exchange["detail"]["diagnostics"];
        if told {
            assert_eq!(diagnostics[0]["code"], "mic-deviates", "{pin}: {exchange:#}");
            assert!(diagnostics[0]["hint"].as_str().unwrap().contains("mic = \"without-headers\" in [as2.send.mdn]"));
        } else {
            assert!(diagnostics.is_null(), "{pin}: {exchange:#}");
        }
        let folder = crate::evidence::export(&gateway, exchange["exchangeId"].as_str().unwrap(), "evidence");
        let (code, said) = crate::evidence::verify(&folder);
        assert_eq!(code, 0, "{said}");
        assert!(said.contains("shown      mic-content.bin is message-content.bin without the MIME headers."), "{said}");
    };
    check("rfc", true);
    check("canonical-lines", true);
    check("without-headers", false);
}

#[test]
fn what_is_refused_for_good_is_not_tried_again_and_can_be_sent_anew() {
    let desk = Desk::open(|number| if number == 0 { Act::Status(403) } else { Act::Receipt });
    let gateway = started(&desk, IMPATIENT);
    let failed = submit(&gateway, 1);
    assert_eq!(failed["stage"], "failed", "{failed:#}");
    assert!(failed["detail"]["diagnostics"][0]["hint"].as_str().unwrap().contains("resubmit"), "{failed:#}");
    let id = failed["exchangeId"].as_str().unwrap();
    let anew = command(&gateway, &["exchange", "resubmit", id, "--wait", "60", "--json"]);
    assert_eq!(anew["stage"], "delivered", "{anew:#}");
    assert_eq!(anew["detail"]["resubmissionOf"], id);
    let parcels = desk.parcels();
    assert_eq!(parcels.len(), 2);
    assert_ne!(parcels[0].header("Message-ID"), parcels[1].header("Message-ID"), "another message");
    assert_eq!(parcels[1].open().0.unwrap(), order::interchange(1));
}

#[test]
fn a_person_can_have_the_same_bytes_offered_again() {
    let desk = Desk::open(|number| if number == 0 { Act::Status(404) } else { Act::Receipt });
    let gateway = started(&desk, IMPATIENT);
    let failed = submit(&gateway, 1);
    let id = failed["exchangeId"].as_str().unwrap();
    let again = command(&gateway, &["exchange", "retry", id, "--reason", "mended", "--wait", "60", "--json"]);
    assert_eq!((again["stage"].as_str(), &again["exchangeId"]), (Some("delivered"), &failed["exchangeId"]));
    let parcels = desk.parcels();
    assert_eq!(own_headers(&parcels[0]), own_headers(&parcels[1]));
    assert_eq!(parcels[0].body, parcels[1].body);
}

#[test]
fn a_receipt_counts_although_somebody_asked_for_another_attempt_meanwhile() {
    let desk = Desk::open(|_| {
        Act::Later(Box::new(|parcel| {
            thread::sleep(Duration::from_secs(2));
            answered(&parcel.open().1.unwrap())
        }))
    });
    let gateway = started(&desk, IMPATIENT);
    let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
    let id = submitted["exchangeId"].as_str().unwrap();
    desk.wait_for(1);
    command(&gateway, &["exchange", "retry", id, "--reason", "it takes long", "--json"]);
    wait_for_stage(&gateway, id, "delivered");
    thread::sleep(Duration::from_secs(1));
    assert_eq!(desk.parcels().len(), 1, "the partner got it once, and said so");
}

#[test]
fn a_redirect_is_not_followed() {
    let elsewhere = Desk::open(|_| Act::Receipt);
    let there = elsewhere.url();
    let desk = Desk::open(move |_| {
        let head = format!("HTTP/1.1 307 Moved\r\nLocation: {there}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Act::Bytes(head.into_bytes())
    });
    let gateway = started(&desk, IMPATIENT);
    assert_eq!(submit(&gateway, 1)["stage"], "failed");
    assert_eq!((desk.parcels().len(), elsewhere.parcels().len()), (1, 0));
}

#[test]
fn a_negative_receipt_is_the_end_and_says_why() {
    // The partner verifies with a certificate that is not ours.
    let desk = Desk::open(|_| {
        Act::Later(Box::new(|parcel| {
            let mut broken = parcel.clone();
            let at = broken.body.len() / 2;
            broken.body[at] ^= 1;
            answered(&broken.open().1.unwrap())
        }))
    });
    let gateway = started(&desk, IMPATIENT);
    let failed = submit(&gateway, 1);
    assert_eq!(failed["stage"], "failed", "{failed:#}");
    assert!(
        failed["detail"]["settledBy"]["disposition"].as_str().unwrap().ends_with("processed/error: decryption-failed")
    );
    assert_eq!(desk.parcels().len(), 1);
}

#[test]
fn a_kill_at_any_moment_loses_no_message_and_sends_no_other() {
    let desk = Desk::open(|_| {
        Act::Later(Box::new(|parcel| {
            thread::sleep(Duration::from_millis(30));
            answered(&parcel.open().1.unwrap())
        }))
    });
    let mut gateway = Plan::default().partner_url(&desk.url()).send(IMPATIENT).prepare();
    gateway.start();
    for wait in [0, 5, 10, 20, 30, 40, 60, 80] {
        let submitted = command(&gateway, &file(&gateway, wait + 1, &["--json"]));
        thread::sleep(Duration::from_millis(u64::from(wait)));
        gateway.kill();
        if wait % 20 == 0 {
            gateway.delete_index();
        }
        gateway.start();
        let exchange = settled(&gateway, submitted["exchangeId"].as_str().unwrap());
        assert_eq!(exchange["stage"], "delivered", "{exchange:#}");
    }
    let mut bodies: std::collections::BTreeMap<String, Vec<u8>> = std::collections::BTreeMap::new();
    for parcel in desk.parcels() {
        let id = parcel.header("Message-ID").unwrap().to_owned();
        let body = bodies.entry(id).or_insert_with(|| parcel.body.clone());
        assert_eq!(*body, parcel.body, "one Message-ID, one message");
    }
    assert_eq!(bodies.len(), 8, "no message was made twice");
}

#[test]
fn a_receipt_that_comes_by_itself_settles_its_message() {
    let check = |name: &str, deliver: fn(&Gateway, &Parcel), expect: &str| {
        let desk = Desk::open(|_| Act::Status(202));
        let gateway = started(&desk, ASYNC);
        let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
        let parcel = desk.wait_for(1).remove(0);
        assert_eq!(parcel.header("Receipt-Delivery-Option"), Some("http://127.0.0.1:9/as2"), "{name}");
        let id = submitted["exchangeId"].as_str().unwrap();
        wait_for_stage(&gateway, id, "awaiting-receipt");
        deliver(&gateway, &parcel);
        wait_for_stage(&gateway, id, expect);
        // Again, it changes nothing and is answered as well.
        deliver(&gateway, &parcel);
        wait_for_stage(&gateway, id, expect);
    };
    check("as it should be", |gateway, parcel| post_receipt(gateway, parcel, |_| true), "delivered");
    check(
        "without any name",
        |gateway, parcel| post_receipt(gateway, parcel, |name| !name.starts_with("AS2-")),
        "delivered",
    );
}

#[test]
fn a_receipt_that_comes_before_the_answer_counts() {
    let gateway_address = std::sync::Arc::new(std::sync::Mutex::new(None));
    let told = std::sync::Arc::clone(&gateway_address);
    let desk = Desk::open(move |_| {
        let told = std::sync::Arc::clone(&told);
        Act::Later(Box::new(move |parcel| {
            let address = told.lock().unwrap().unwrap();
            let answer = parcel.open().1.unwrap();
            assert_eq!(wire::post(address, AS2_PATH, &answer.headers, &answer.body).unwrap().status, 200);
            thread::sleep(Duration::from_millis(200));
            status(200)
        }))
    });
    let gateway = started(&desk, ASYNC);
    *gateway_address.lock().unwrap() = Some(gateway.address());
    let exchange = submit(&gateway, 1);
    assert_eq!(exchange["stage"], "delivered", "{exchange:#}");
    thread::sleep(Duration::from_millis(400));
    assert_eq!(settled(&gateway, exchange["exchangeId"].as_str().unwrap())["stage"], "delivered");
    assert_eq!(desk.parcels().len(), 1);
}

#[test]
fn a_receipt_that_does_not_come_is_overdue_and_a_late_one_still_counts() {
    let desk = Desk::open(|_| Act::Status(200));
    let gateway = started(&desk, &format!("{ASYNC}timeout = \"300ms\"\n"));
    let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
    let id = submitted["exchangeId"].as_str().unwrap();
    let overdue = wait_for_stage(&gateway, id, "overdue");
    assert_eq!(overdue["detail"]["diagnostics"][0]["code"], "receipt-overdue");
    // It is told right behind the change that was seen.
    let deadline = Instant::now() + Duration::from_secs(10);
    while !gateway.log().contains("receipt.overdue") {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        thread::sleep(Duration::from_millis(20));
    }
    post_receipt(&gateway, &desk.parcels()[0], |_| true);
    wait_for_stage(&gateway, id, "delivered");
}

#[test]
fn receipts_that_prove_nothing_change_nothing() {
    let desk = Desk::open(|_| Act::Status(200));
    let gateway = started(&desk, ASYNC);
    let submitted = command(&gateway, &file(&gateway, 1, &["--json"]));
    let id = submitted["exchangeId"].as_str().unwrap();
    wait_for_stage(&gateway, id, "awaiting-receipt");
    let message_id = desk.parcels()[0].header("Message-ID").unwrap().to_owned();
    let forged = |original: &str, disposition: &str| {
        let body = format!(
            "--b\r\nContent-Type: text/plain\r\n\r\nno\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n\
             Original-Message-ID: {original}\r\nDisposition: automatic-action/MDN-sent-automatically; {disposition}\r\n\
             --b--\r\n"
        );
        let headers = [
            ("AS2-From", "ACMEBRG"),
            ("AS2-To", "NORTHWIND"),
            ("Message-ID", "<x@y>"),
            ("Content-Type", "multipart/report; report-type=disposition-notification; boundary=b"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned()));
        wire::post(gateway.address(), AS2_PATH, &headers, body.as_bytes()).unwrap().status
    };
    assert_eq!(forged(&message_id, "processed/error: decryption-failed"), 200);
    assert_eq!(forged("<nobody@nowhere>", "processed"), 200);
    assert_eq!(settled_now(&gateway, id)["stage"], "awaiting-receipt");
    // One that says processed and is not signed is believed as far as it goes, and a proof counts behind it.
    assert_eq!(forged(&message_id, "processed"), 200);
    wait_for_stage(&gateway, id, "unproven");
    post_receipt(&gateway, &desk.parcels()[0], |_| true);
    wait_for_stage(&gateway, id, "delivered");
    assert_eq!(forged(&message_id, "processed/error: unexpected-processing-error"), 200);
    assert_eq!(settled_now(&gateway, id)["stage"], "delivered");
}

#[test]
fn a_receipt_asked_for_later_goes_to_the_address_of_the_partner_and_nowhere_else() {
    let desk = Desk::open(|number| if number == 0 { Act::Status(500) } else { Act::Status(200) });
    let elsewhere = Desk::open(|_| Act::Status(200));
    let gateway = started(&desk, IMPATIENT);
    for (url, index) in [(desk.url(), 1), (format!("http://{}/mdn?x=1", desk.address()), 2), (elsewhere.url(), 3)] {
        let message = crate::partner::Terms::default().pack(&order::interchange(index));
        let mut headers = message.headers.clone();
        headers.push(("Receipt-Delivery-Option".to_owned(), url));
        for _ in 0..2 {
            let reply = wire::post(gateway.address(), AS2_PATH, &headers, &message.body).unwrap();
            assert_eq!((reply.status, reply.body.len()), (200, 0), "{}", reply.text());
        }
    }
    assert_eq!(gateway.wait_for_documents(3).len(), 3, "one document a message, wherever its receipt was to go");
    let _ = desk.wait_for(3);
    thread::sleep(Duration::from_millis(300));
    assert_eq!(elsewhere.parcels().len(), 0);
}

pub fn started(desk: &Desk, send: &str) -> Gateway {
    let mut gateway = Plan::default().partner_url(&desk.url()).send(send).prepare();
    gateway.start();
    gateway
}

pub fn file(gateway: &Gateway, index: u32, more: &[&str]) -> Vec<String> {
    let path = gateway.path(&format!("order-{index}.x12"));
    std::fs::write(&path, order::interchange(index)).unwrap();
    let fixed = ["exchange", "submit", "acme-bearings"].map(str::to_owned);
    fixed.into_iter().chain([path.display().to_string()]).chain(more.iter().map(|one| (*one).to_owned())).collect()
}

/// Hands a file over and waits for its end.
pub fn submit(gateway: &Gateway, index: u32) -> Value {
    command(gateway, &file(gateway, index, &["--wait", "60", "--json"]))
}

pub fn command(gateway: &Gateway, arguments: &[impl AsRef<str>]) -> Value {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let output = gateway.run(&arguments);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| {
        panic!(
            "{fault}: {}{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
            gateway.log()
        )
    })
}

pub fn settled_now(gateway: &Gateway, id: &str) -> Value {
    let reply = gateway.admin(&format!("/v1/exchanges/{id}")).unwrap();
    serde_json::from_slice(&reply.body).unwrap()
}

/// Waits until nothing more happens to an exchange.
fn settled(gateway: &Gateway, id: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let exchange = settled_now(gateway, id);
        if !matches!(exchange["stage"].as_str(), Some("submitted" | "sending")) || Instant::now() > deadline {
            return exchange;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

pub fn wait_for_stage(gateway: &Gateway, id: &str, stage: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let exchange = settled_now(gateway, id);
        if exchange["stage"] == stage {
            return exchange;
        }
        assert!(Instant::now() < deadline, "not {stage}: {exchange:#}\n{}", gateway.log());
        thread::sleep(Duration::from_millis(20));
    }
}

/// Posts the receipt of a parcel to the gateway, with those of its headers that are wanted.
pub fn post_receipt(gateway: &Gateway, parcel: &Parcel, wanted: fn(&str) -> bool) {
    let answer = parcel.open().1.unwrap();
    let headers: Vec<_> = answer.headers.into_iter().filter(|(name, _)| wanted(name)).collect();
    let reply = wire::post(gateway.address(), AS2_PATH, &headers, &answer.body).unwrap();
    assert_eq!(reply.status, 200, "{}\n{}", reply.text(), gateway.log());
}

/// The headers that belong to a message, not to a connection.
pub fn own_headers(parcel: &Parcel) -> Vec<(String, String)> {
    let of_http =
        |name: &str| ["host", "connection", "content-length"].iter().any(|one| name.eq_ignore_ascii_case(one));
    parcel.headers.iter().filter(|(name, _)| !of_http(name)).cloned().collect()
}
