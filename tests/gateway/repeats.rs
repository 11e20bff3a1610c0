//! A repeated Message-ID: the same message gets the receipt it got before and makes no second document; another message
//! under a used id is refused and changes nothing.

use std::thread;
use std::time::{Duration, Instant};

use edigate::as2::{MessageId, MicDeviation, Settlement};

use crate::desk::{Act, Desk, Parcel};
use crate::gateway::{AS2_PATH, Gateway};
use crate::moved_clock::MovedClock;
use crate::order;
use crate::partner::{self, Form, Terms, deliver, settle};
use crate::plan::Plan;
use crate::traffic::receipt_bytes;
use crate::wire::{self, Reply};

#[test]
fn a_repeat_gets_the_same_receipt_and_makes_no_second_document() {
    let mut gateway = started();
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    gateway.wait_for_documents(1);

    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "while the daemon runs");
    gateway.stop();
    gateway.start();
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "after a restart");
    gateway.kill();
    gateway.delete_index();
    gateway.start();
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "after a kill and without the index");

    assert_orders(&gateway, &[1]);
}

#[test]
fn the_same_content_packed_anew_under_the_same_id_is_the_same_message() {
    let gateway = started();
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    // A partner that signs and encrypts again on a retry sends other bytes with the same content.
    let again = Terms::default().pack_under(&message.message_id, &order::interchange(1));
    assert!(again.body != message.body);
    assert_eq!(receipt_bytes(&deliver(&gateway, &again)), first);
    assert_orders(&gateway, &[1]);
}

#[test]
fn other_content_under_a_used_id_is_refused_and_leaves_the_first_alone() {
    let gateway = started();
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    let other = Terms::default().pack_under(&message.message_id, &order::interchange(2));
    let reply = partner::send(gateway.address(), &other).unwrap();
    assert_eq!(reply.status, 200);
    assert!(matches!(settle(&other, &reply), Settlement::Refused(_)), "{}", reply.text());
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first);
    assert_orders(&gateway, &[1]);
}

#[test]
fn a_message_that_is_not_authentic_burns_no_id() {
    let gateway = started();
    let id = MessageId::from_header(b"<the-next-order@acme.test>", 998).unwrap();
    let forged = Terms { signer: crate::identity::Identity::stranger(), ..Terms::default() };
    let forged = forged.pack_under(&id, &order::interchange(1));
    let reply = partner::send(gateway.address(), &forged).unwrap();
    assert!(matches!(settle(&forged, &reply), Settlement::Refused(_)), "{}", reply.text());
    deliver(&gateway, &Terms::default().pack_under(&id, &order::interchange(2)));
    assert_orders(&gateway, &[2]);
}

/// Connections on which the same message is posted at one moment.
const POSTS: usize = 50;

/// Posts the same request on many connections at once. Whoever is put off comes again, as partners do.
fn post_at_once(gateway: &Gateway, headers: &[(String, String)], body: &[u8]) -> Vec<Reply> {
    let post = || loop {
        match wire::post(gateway.address(), AS2_PATH, headers, body) {
            Ok(reply) if reply.status != 503 => return reply,
            _ => thread::sleep(Duration::from_millis(50)),
        }
    };
    thread::scope(|scope| {
        let posts: Vec<_> = (0..POSTS).map(|_| scope.spawn(post)).collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    })
}

#[test]
fn many_equal_posts_at_one_moment_end_in_one_document() {
    let gateway = started();
    let message = Terms::form(Form::SignedAndEncrypted).pack(&order::interchange(1));
    let replies = post_at_once(&gateway, &message.headers, &message.body);
    let receipts: Vec<Vec<u8>> = replies.iter().map(receipt_bytes).collect();
    assert!(replies.iter().all(|reply| reply.status == 200), "{}", gateway.log());
    assert_eq!(settle(&message, &replies[0]), Settlement::Accepted);
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "one receipt for all");
    assert_orders(&gateway, &[1]);
}

#[test]
fn many_equal_posts_whose_receipt_comes_later_end_in_one_document_and_one_receipt() {
    let desk = Desk::open(|_| Act::Status(200));
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    gateway.start();
    let message = Terms::form(Form::SignedAndEncrypted).pack(&order::interchange(1));
    let mut headers = message.headers.clone();
    headers.push(("Receipt-Delivery-Option".to_owned(), desk.url()));
    let replies = post_at_once(&gateway, &headers, &message.body);
    assert!(replies.iter().all(|reply| (reply.status, reply.body.len()) == (200, 0)), "{}", gateway.log());
    assert_orders(&gateway, &[1]);
    wait_until_nothing_is_staged(&gateway);
    let parcels = desk.wait_for(1);
    let receipt = |parcel: &Parcel| (parcel.header("Message-ID").unwrap().to_owned(), parcel.body.clone());
    let first = receipt(&parcels[0]);
    assert!(parcels.iter().all(|parcel| receipt(parcel) == first), "the same receipt each time");
    assert!(String::from_utf8_lossy(&first.1).contains(message.message_id.as_str()));
}

fn wait_until_nothing_is_staged(gateway: &Gateway) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while Instant::now() < deadline {
        let page = gateway.admin("/v1/exchanges?stage=staged&limit=1").unwrap();
        let page: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        if page["exchanges"].as_array().is_some_and(Vec::is_empty) {
            // What was opened last may still have its receipt on the way.
            return thread::sleep(Duration::from_millis(500));
        }
        thread::sleep(Duration::from_millis(50));
    }
    panic!("messages stay staged\n{}", gateway.log());
}

#[test]
fn a_partner_that_wants_to_be_told_of_a_repeat_is_told_and_nothing_is_processed_again() {
    let check = |word: &str, expect: fn(&Settlement) -> bool| {
        let mut gateway = Plan::default().receive(&format!("duplicate_answer = \"{word}\"")).prepare();
        gateway.start();
        let message = Terms::default().pack(&order::interchange(1));
        deliver(&gateway, &message);
        for _ in 0..2 {
            let reply = partner::send(gateway.address(), &message).unwrap();
            let settled = settle(&message, &reply);
            assert!(reply.status == 200 && expect(&settled), "{word}: {settled:?}");
        }
        assert_orders(&gateway, &[1]);
    };
    check("warning", |settled| *settled == Settlement::Warned("duplicate-document".to_owned()));
    check(
        "error",
        |settled| matches!(settled, Settlement::Refused(said) if said.to_string().ends_with("processed/error: duplicate-document")),
    );
    check("stored-mdn", |settled| *settled == Settlement::Accepted);
}

/// An interchange whose control number came before is taken as if it were new.
const TAKEN_AGAIN: &str = "[x12.read]\nduplicates = { interchange = \"accept\" }";

#[test]
fn an_id_is_remembered_for_its_time_and_is_another_message_behind_it() {
    let mut gateway = Plan::default().receive("duplicate_window = \"1h\"").x12(TAKEN_AGAIN).prepare();
    let mut clock = MovedClock::start(&mut gateway);
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    clock.move_on(1800);
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "within the window");
    clock.move_on(1801);
    assert_ne!(receipt_bytes(&deliver(&gateway, &message)), first, "behind it");
    assert_orders(&gateway, &[1, 1]);
}

#[test]
fn the_mic_of_a_receipt_is_made_as_the_partners_file_says() {
    let check = |line: &str, form: Form, expect: MicDeviation| {
        let mut gateway = Plan::default().lenient().receive(line).prepare();
        gateway.start();
        // An order with bare line feeds.
        let order = order::interchange(1);
        let order = String::from_utf8(order).unwrap().replace("\r\n", "\n").replace('~', "~\n");
        let message = Terms::form(form).pack(order.as_bytes());
        let settled = settle(&message, &partner::send(gateway.address(), &message).unwrap());
        assert_eq!(settled, Settlement::Deviating { deviation: expect, warning: None }, "{line}");
    };
    check("mic_headers_when_unsigned = \"without\"", Form::Encrypted, MicDeviation::WithoutHeaders);
    check("mic_canonicalize = \"crlf\"", Form::SignedAndEncrypted, MicDeviation::CanonicalLines);
}

fn started() -> Gateway {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    gateway
}

/// Exactly these orders are there. One more goes through behind them, so that a late second document would be seen.
fn assert_orders(gateway: &Gateway, indices: &[u32]) {
    const LAST: u32 = 99;
    deliver(gateway, &Terms::default().pack(&order::interchange(LAST)));
    let documents = gateway.wait_for_documents(indices.len() + 1);
    let mut found: Vec<&str> = documents.iter().map(|document| document["orderNumber"].as_str().unwrap()).collect();
    found.sort_unstable();
    let expect: Vec<String> = indices.iter().chain([&LAST]).map(|index| order::number(*index)).collect();
    assert_eq!(found, expect);
}
