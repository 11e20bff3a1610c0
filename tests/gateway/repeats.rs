//! A repeated Message-ID: the same message gets the receipt it got before and makes no second document; another message
//! under a used id is refused and changes nothing.

use std::thread;
use std::time::Duration;

use edigate::as2::{MessageId, MicDeviation, Settlement};

use crate::gateway::Gateway;
use crate::order;
use crate::partner::{self, Form, Terms, deliver, settle};
use crate::plan::Plan;
use crate::traffic::receipt_bytes;

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

#[test]
fn many_equal_posts_at_one_moment_end_in_one_document() {
    const POSTS: usize = 12;
    let gateway = started();
    let message = Terms::form(Form::SignedAndEncrypted).pack(&order::interchange(1));
    let receipts: Vec<Vec<u8>> = thread::scope(|scope| {
        let posts: Vec<_> = (0..POSTS).map(|_| scope.spawn(|| receipt_bytes(&deliver(&gateway, &message)))).collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    assert!(receipts.iter().all(|receipt| *receipt == receipts[0]), "one receipt for all");
    assert_orders(&gateway, &[1]);
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

#[test]
fn an_id_is_remembered_for_its_time_and_is_another_message_behind_it() {
    let mut gateway = Plan::default().receive("duplicate_window = \"2s\"").prepare();
    gateway.start();
    let message = Terms::default().pack(&order::interchange(1));
    let first = receipt_bytes(&deliver(&gateway, &message));
    assert_eq!(receipt_bytes(&deliver(&gateway, &message)), first, "within the window");
    thread::sleep(Duration::from_millis(2_100));
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
