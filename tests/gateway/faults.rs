//! What a partner, or a stranger, can get wrong: each gets exactly the answer of the table, nothing of it is published, and
//! the daemon goes on serving.

use std::io::Write;
use std::net::SocketAddr;

use edigate::as2::{ReceiptSignature, ReceiptWanted};

use crate::gateway::AS2_PATH;
use crate::identity::Identity;
use crate::order;
use crate::partner::{self, Form, Packed, Terms, deliver};
use crate::plan::Plan;
use crate::wire::{self, Reply};

/// Bytes of the largest body that the gateway of these tests takes.
const BODY_CAP: usize = 64 * 1024;

/// The answer that a fault must get.
#[derive(Clone, Copy)]
enum Expect {
    /// Only a status; no receipt.
    Status(u16),
    /// 200 with a signed receipt of this disposition.
    Signed(&'static str),
    /// 200 with an unsigned receipt of this disposition.
    Unsigned(&'static str),
}

use Expect::{Signed, Status, Unsigned};

/// A fault: its name, how an order (the bytes) is sent with it, and what must come back.
type Case = (&'static str, fn(SocketAddr, &[u8]) -> Reply, Expect);

const AUTHENTICATION: Expect = Signed("processed/error: authentication-failed");
const INTEGRITY: Expect = Signed("processed/error: integrity-check-failed");
const DECRYPTION: Expect = Signed("processed/error: decryption-failed");
const RELATIONSHIP: Expect = Unsigned("processed/error: unknown-trading-relationship");

#[test]
fn faults_of_the_message_get_their_disposition() {
    check(
        Plan::default().lenient(),
        &[
            ("wrong signature", wrong_signature, AUTHENTICATION),
            ("foreign certificate", foreign_certificate, AUTHENTICATION),
            ("foreign certificate inside an envelope", foreign_certificate_inside, AUTHENTICATION),
            ("content changed after signing", content_changed, INTEGRITY),
            ("encrypted for somebody else", for_somebody_else, DECRYPTION),
            ("encrypted key damaged", key_damaged, DECRYPTION),
            ("last cipher block damaged", padding_damaged, DECRYPTION),
            ("cut off inside the envelope", cut_off_envelope, DECRYPTION),
            ("an envelope that is not CMS", not_cms, DECRYPTION),
            ("unknown sender", unknown_sender, RELATIONSHIP),
            ("unknown receiver", unknown_receiver, RELATIONSHIP),
            ("unknown sender who asks for no receipt", unknown_sender_without_receipt, Status(403)),
        ],
    );
}

#[test]
fn faults_of_the_request_get_their_status() {
    check(
        Plan::default().limit(&format!("body = \"{BODY_CAP}B\"")).limit("body_idle = \"1s\""),
        &[
            ("over the cap by its length", over_the_cap_by_length, Status(413)),
            ("over the cap in chunks", over_the_cap_in_chunks, Status(413)),
            ("both length headings", both_lengths, Status(400)),
            ("two different lengths", two_lengths, Status(400)),
            ("a fold in a framing header", folded_length, Status(400)),
            ("a bare line feed in the head", bare_line_feed, Status(400)),
            ("no Message-ID", without_message_id, Status(400)),
            ("no AS2-From", without_sender, Status(400)),
            ("slow body", slow_body, Status(408)),
            ("GET", get, Status(405)),
        ],
    );
}

#[test]
fn a_body_as_large_as_the_cap_passes_and_one_byte_more_does_not() {
    let mut gateway = Plan::default().lenient().limit(&format!("body = \"{BODY_CAP}B\"")).prepare();
    gateway.start();
    for (bytes, status) in [(BODY_CAP, 200), (BODY_CAP + 1, 413)] {
        // Empty lines behind an interchange mean nothing.
        let mut payload = order::interchange(1);
        payload.resize(bytes, b'\n');
        let message = Terms::form(Form::Plain).pack(&payload);
        assert_eq!(message.body.len(), bytes);
        assert_eq!(send(gateway.address(), &message).status, status, "{bytes}");
    }
    assert_eq!(gateway.wait_for_documents(1).len(), 1);
}

#[test]
fn a_message_protected_less_than_agreed_is_refused() {
    const POLICY: Expect = Signed("processed/error: insufficient-message-security");
    check(
        Plan::default(),
        &[
            ("neither signed nor encrypted", |to, order| send(to, &Terms::form(Form::Plain).pack(order)), POLICY),
            ("only signed", |to, order| send(to, &Terms::form(Form::Signed).pack(order)), POLICY),
            ("only encrypted", |to, order| send(to, &Terms::form(Form::Encrypted).pack(order)), POLICY),
        ],
    );
}

#[test]
fn head_is_answered_with_an_empty_200() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let request = format!("HEAD {AS2_PATH} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n");
    let reply = wire::send_raw(gateway.address(), request.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.header("Content-Length")), (200, Some("0")));
}

/// A receipt that takes longer than it may is 503; the work goes on, and the message counts once however often it comes.
#[test]
fn a_receipt_that_takes_too_long_is_503_and_the_order_counts_once() {
    let mut gateway = Plan::default().limit("sync_receipt_time = \"1ms\"").prepare();
    gateway.start();
    let message = Terms::default().pack(&order::interchange(1));
    for attempt in 0..3 {
        let reply = partner::send(gateway.address(), &message).unwrap();
        // Once the work is done, a repeat gets the stored receipt, and that may be quick enough.
        if attempt > 0 && reply.status == 200 {
            continue;
        }
        assert_eq!(reply.status, 503, "{}", reply.text());
        assert!(reply.header("Retry-After").is_some());
    }
    assert_eq!(gateway.wait_for_documents(1).len(), 1);
    assert_eq!(gateway.documents().len(), 1);
}

/// Messages under a partner's names that nobody can decrypt pause whoever sends them.
#[test]
fn too_many_messages_that_cannot_be_decrypted_are_put_off() {
    let mut gateway = Plan::default().limit("failed_decryptions = 3").prepare();
    gateway.start();
    for index in 1..=3 {
        let reply = key_damaged(gateway.address(), &order::interchange(index));
        assert_answer("not decrypted", &reply, DECRYPTION);
    }
    let reply = partner::send(gateway.address(), &Terms::default().pack(&order::interchange(4))).unwrap();
    assert_eq!(reply.status, 503, "the whole address is put off, whatever it sends");
    assert!(gateway.log().contains("decryptions-paused"), "an alarm says so");
}

/// Folded headers, which real products send, are taken, and receipts are given in the form asked for.
#[test]
fn manners_of_real_partners_are_accepted() {
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    let mut index = 0;
    let mut payload = || {
        index += 1;
        order::interchange(index)
    };

    let mut folded = Terms::form(Form::Signed).pack(&payload());
    let content_type = header_mut(&mut folded, "Content-Type");
    *content_type = content_type.replace("; ", ";\r\n\t");
    deliver(&gateway, &folded);

    for form in [Form::Plain, Form::Signed, Form::Encrypted, Form::SignedAndEncrypted] {
        deliver(&gateway, &Terms::form(form).pack(&payload()));

        let unsigned = Terms { receipt: ReceiptWanted::Unsigned, ..Terms::form(form) }.pack(&payload());
        let reply = deliver(&gateway, &unsigned);
        assert_eq!(partner::receipt(&reply).unwrap().signature, ReceiptSignature::Unsigned, "{form:?}");

        let none = Terms { receipt: ReceiptWanted::None, ..Terms::form(form) }.pack(&payload());
        let reply = partner::send(gateway.address(), &none).unwrap();
        assert_eq!((reply.status, reply.body.len()), (200, 0), "{form:?}: {}", reply.text());
    }
    assert_eq!(gateway.wait_for_documents(13).len(), 13);
}

/// Sends each fault and then a good order, which must pass; in the end only the good orders are there.
fn check(plan: Plan, cases: &[Case]) {
    let mut gateway = plan.prepare();
    gateway.start();
    let mut good = Vec::new();
    for ((name, send, expect), index) in cases.iter().zip((1..).step_by(2)) {
        let reply = send(gateway.address(), &order::interchange(index));
        assert_answer(name, &reply, *expect);
        deliver(&gateway, &Terms::default().pack(&order::interchange(index + 1)));
        good.push(order::number(index + 1));
    }
    let documents = gateway.wait_for_documents(good.len());
    let mut found: Vec<&str> = documents.iter().map(|document| document["orderNumber"].as_str().unwrap()).collect();
    found.sort_unstable();
    assert_eq!(found, good, "only the good orders are published");
}

/// Who made a receipt and how; every disposition of ours begins with it (RFC 4130, section 7.4.3).
const MODE: &str = "automatic-action/MDN-sent-automatically; ";

fn assert_answer(name: &str, reply: &Reply, expect: Expect) {
    let (disposition, signed) = match expect {
        Status(status) => return assert_eq!(reply.status, status, "{name}: {}", reply.text()),
        Signed(disposition) => (disposition, true),
        Unsigned(disposition) => (disposition, false),
    };
    assert_eq!(reply.status, 200, "{name}: {}", reply.text());
    let receipt = partner::receipt(reply).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    assert_eq!(receipt.disposition.to_string(), format!("{MODE}{disposition}"), "{name}");
    assert_eq!(receipt.signature != ReceiptSignature::Unsigned, signed, "{name}: signed");
}

fn send(to: SocketAddr, message: &Packed) -> Reply {
    partner::send(to, message).unwrap()
}

// Faults of the message.

/// The signature's own bytes, at the end of the CMS, are not what the key made.
fn wrong_signature(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::form(Form::Signed).pack(order);
    let end = find(&message.body, b"\r\n\r\n--", Which::Last).or_else(|| find(&message.body, b"\r\n--", Which::Last));
    let within = &mut message.body[end.unwrap() - 8];
    *within = if *within == b'A' { b'B' } else { b'A' };
    send(to, &message)
}

fn foreign_certificate(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { signer: Identity::stranger(), ..Terms::form(Form::Signed) }.pack(order))
}

fn foreign_certificate_inside(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { signer: Identity::stranger(), ..Terms::default() }.pack(order))
}

fn content_changed(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::form(Form::Signed).pack(order);
    let at = find(&message.body, b"PO1*10*500", Which::First).unwrap();
    message.body[at + 7] = b'9';
    send(to, &message)
}

fn for_somebody_else(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { recipient: Identity::stranger(), ..Terms::default() }.pack(order))
}

/// Somewhere in the 256 bytes of the encrypted key, which stand within the first 700.
fn key_damaged(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::default().pack(order);
    let key = find(&message.body, &[0x04, 0x82, 0x01, 0x00], Which::First).unwrap();
    message.body[key + 100] ^= 0x01;
    send(to, &message)
}

fn padding_damaged(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::default().pack(order);
    let last = message.body.len() - 1;
    message.body[last] ^= 0x01;
    send(to, &message)
}

fn cut_off_envelope(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::default().pack(order);
    message.body.truncate(message.body.len() * 2 / 3);
    send(to, &message)
}

fn not_cms(to: SocketAddr, order: &[u8]) -> Reply {
    let mut message = Terms::default().pack(order);
    message.body.fill(0x30);
    send(to, &message)
}

fn unknown_sender(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { from: "NOBODY", ..Terms::default() }.pack(order))
}

fn unknown_receiver(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { to: "SOUTHWIND", ..Terms::default() }.pack(order))
}

fn unknown_sender_without_receipt(to: SocketAddr, order: &[u8]) -> Reply {
    send(to, &Terms { from: "NOBODY", receipt: ReceiptWanted::None, ..Terms::default() }.pack(order))
}

// Faults of the request.

/// The order's request with these framing headers and this body as they are.
fn framed(to: SocketAddr, order: &[u8], framing: &str, body: impl FnOnce(&Packed) -> Vec<u8>) -> Reply {
    let message = Terms::default().pack(order);
    let head = format!("{}{framing}\r\n\r\n", wire::request_head(to, AS2_PATH, &message.headers));
    let mut stream = wire::connect(to).unwrap();
    // The daemon may refuse from the head and close before all of the body is written.
    drop(stream.write_all(&[head.as_bytes(), &body(&message)].concat()));
    wire::read_reply(&mut stream).unwrap()
}

fn over_the_cap_by_length(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, &format!("Content-Length: {}", BODY_CAP + 1), |_| Vec::new())
}

fn over_the_cap_in_chunks(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "Transfer-Encoding: chunked", |_| {
        let chunk = [b"400\r\n", vec![b'x'; 0x400].as_slice(), b"\r\n"].concat();
        chunk.repeat(BODY_CAP / 0x400 + 1)
    })
}

fn both_lengths(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "Content-Length: 5\r\nTransfer-Encoding: chunked", |_| b"0\r\n\r\n".to_vec())
}

fn two_lengths(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "Content-Length: 5\r\nContent-Length: 6", |_| b"123456".to_vec())
}

fn folded_length(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "Content-Length:\r\n 5", |_| b"12345".to_vec())
}

fn bare_line_feed(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "X-Note: one\nContent-Length: 5", |_| b"12345".to_vec())
}

fn without_message_id(to: SocketAddr, order: &[u8]) -> Reply {
    without(to, order, "Message-ID")
}

fn without_sender(to: SocketAddr, order: &[u8]) -> Reply {
    without(to, order, "AS2-From")
}

fn without(to: SocketAddr, order: &[u8], header: &str) -> Reply {
    let mut message = Terms::default().pack(order);
    message.headers.retain(|(name, _)| name != header);
    send(to, &message)
}

/// Half of the body, then silence.
fn slow_body(to: SocketAddr, order: &[u8]) -> Reply {
    framed(to, order, "Content-Length: 6000", |message| message.body.iter().copied().take(1000).collect())
}

fn get(to: SocketAddr, _: &[u8]) -> Reply {
    wire::send_raw(to, format!("GET {AS2_PATH} HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n").as_bytes())
        .unwrap()
}

enum Which {
    First,
    Last,
}

fn find(bytes: &[u8], wanted: &[u8], which: Which) -> Option<usize> {
    let mut windows = bytes.windows(wanted.len());
    match which {
        Which::First => windows.position(|window| window == wanted),
        Which::Last => windows.rposition(|window| window == wanted),
    }
}

fn header_mut<'a>(message: &'a mut Packed, name: &str) -> &'a mut String {
    message.headers.iter_mut().find(|(found, _)| found == name).map(|(_, value)| value).unwrap()
}
