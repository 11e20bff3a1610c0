//! What AS2 products do, through the front door: bytes over TCP to the real binary, and the status, the receipt and the line in
//! the log that come of them. The numbers are those of docs/quirks.md; what one part alone shows is shown there.

use std::net::SocketAddr;

use edigate::as2::{Compress, ReceiptSignature, Settlement};
use serde_json::Value;

use crate::gateway::{AS2_PATH, Gateway, files_below};
use crate::identity::Identity;
use crate::order;
use crate::partner::{self, Form, Packed, Terms};
use crate::plan::Plan;
use crate::wire::{self, Reply};

/// A message that was packed and then changed as products write it.
type Changed = fn(&mut Packed);

/// Posts header lines and a body as they are, framed by Content-Length.
fn post(to: SocketAddr, message: &Packed) -> Reply {
    wire::post(to, AS2_PATH, &message.headers, &message.body).unwrap()
}

fn header<'m>(message: &'m mut Packed, name: &str) -> &'m mut String {
    message.headers.iter_mut().find(|(found, _)| found == name).map(|(_, value)| value).unwrap()
}

fn without(message: &mut Packed, name: &str) {
    message.headers.retain(|(found, _)| found != name);
}

/// The lines of the log that tell this of an event.
fn told(gateway: &Gateway, event: &str) -> Vec<Value> {
    let log = std::fs::read_to_string(gateway.path("log")).unwrap();
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line.to_string().contains(&format!("\"{event}\""))).collect()
}

#[test]
fn messages_come_in_as_products_write_them() {
    let cases: [(&str, Form, Changed); 16] = [
        ("q31: a date of Java's", Form::Signed, |message| {
            *header(message, "Date") = "Tue Sep 29 10:18:18 EDT 2009".into();
        }),
        ("q31: no date", Form::Signed, |message| without(message, "Date")),
        ("q32: names in lower case", Form::Signed, |message| {
            message.headers.iter_mut().for_each(|(name, _)| *name = name.to_lowercase());
        }),
        ("q32: names and type in upper case", Form::Signed, |message| {
            message.headers.iter_mut().for_each(|(name, _)| *name = name.to_uppercase());
            let kind = header(message, "CONTENT-TYPE");
            *kind = kind.replace("multipart/signed", "MULTIPART/SIGNED");
        }),
        ("q21: a folded Content-Type", Form::Signed, |message| {
            let kind = header(message, "Content-Type");
            *kind = kind.replace("; ", ";\r\n\t");
        }),
        ("q41: quotes that need not be", Form::SignedAndEncrypted, |message| {
            *header(message, "AS2-From") = "\"ACMEBRG\"".into();
            *header(message, "AS2-To") = "\"NORTHWIND\"".into();
        }),
        ("q41: AS2-From twice, with quotes and without", Form::SignedAndEncrypted, |message| {
            message.headers.push(("AS2-From".into(), "\"ACMEBRG\"".into()));
        }),
        ("q46: no version", Form::SignedAndEncrypted, |message| without(message, "AS2-Version")),
        ("q48: an id that would be a path", Form::SignedAndEncrypted, |message| {
            *header(message, "Message-ID") = "<../../#'\"~|/a:b>".into();
        }),
        ("q48: an id without brackets", Form::SignedAndEncrypted, |message| {
            *header(message, "Message-ID") = "no brackets".into();
        }),
        ("q53: no subject", Form::SignedAndEncrypted, |message| without(message, "Subject")),
        ("q50: nobody in Disposition-Notification-To", Form::Signed, |message| {
            *header(message, "Disposition-Notification-To") = String::new();
        }),
        ("q17: headers again in the body", Form::Signed, |message| {
            let again = format!("Content-Type: {}\r\n\r\n", header(message, "Content-Type"));
            message.body.splice(0..0, again.into_bytes());
        }),
        ("q17: headers again in front of an envelope", Form::SignedAndEncrypted, |message| {
            let again = format!("Content-Type: {}\r\n\r\n", header(message, "Content-Type"));
            message.body.splice(0..0, again.into_bytes());
        }),
        ("q12: base64 in the header, binary in the body", Form::SignedAndEncrypted, |message| {
            message.headers.push(("Content-Transfer-Encoding".into(), "base64".into()));
        }),
        ("q62: no smime-type", Form::SignedAndEncrypted, |message| {
            *header(message, "Content-Type") = "application/x-pkcs7-mime".into();
        }),
    ];
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    for ((name, form, change), index) in cases.iter().zip(1..) {
        let mut message = Terms::form(*form).pack(&order::interchange(index));
        change(&mut message);
        let reply = post(gateway.address(), &message);
        assert_eq!(reply.status, 200, "{name}: {}\n{}", reply.text(), gateway.log());
        let receipt = partner::receipt(&reply).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(matches!(receipt.signature, ReceiptSignature::Verified(_)), "{name}");
        let id = message.headers.iter().find(|(found, _)| found.eq_ignore_ascii_case("Message-ID")).unwrap();
        let original = receipt.original_message_id.as_ref().unwrap();
        assert_eq!(original.as_str(), id.1, "{name}: q49");
        let settled = receipt.settle(original, &message.mics, message.receipt, None);
        assert_eq!(settled, Settlement::Accepted, "{name}");
    }
    assert_eq!(gateway.wait_for_documents(cases.len()).len(), cases.len());
    assert_eq!(told(&gateway, "message.received").len(), cases.len(), "each has its line in the log");
}

#[test]
fn content_types_of_every_kind_make_an_order_of_an_850() {
    let types = [
        "application/edi-x12",
        "application/EDI-X12; charset=us-ascii",
        "application/edifact",
        "application/edi-consent",
        "application/xml",
        "application/octet-stream",
        "text/plain",
        "application/application/EDIFACT",
        "application",
    ];
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    for (content_type, index) in types.iter().zip(1..) {
        for (form, index) in [(Form::Plain, index * 2), (Form::SignedAndEncrypted, index * 2 + 1)] {
            let message = Terms { content_type, ..Terms::form(form) }.pack(&order::interchange(index));
            partner::deliver(&gateway, &message);
        }
    }
    assert_eq!(gateway.wait_for_documents(types.len() * 2).len(), types.len() * 2);
}

/// Changes the bytes of a layer that stands outermost, or packs one that is broken.
type Broken = fn(&[u8]) -> Packed;

const AUTHENTICATION: &str = "processed/error: authentication-failed";
const INTEGRITY: &str = "processed/error: integrity-check-failed";
const DECRYPTION: &str = "processed/error: decryption-failed";
const DECOMPRESSION: &str = "processed/error: decompression-failed";

#[test]
fn broken_layers_get_a_signed_receipt_that_names_what_failed() {
    let cases: [(&str, Broken, &str, &str); 15] = [
        (
            "signature changed",
            |order| changed(Form::Signed, order, Place::Signature),
            AUTHENTICATION,
            "as2-signature-untrusted",
        ),
        ("signed by a stranger", |order| by_stranger(Form::Signed, order), AUTHENTICATION, "as2-signature-untrusted"),
        (
            "signed by a stranger, sealed",
            |order| by_stranger(Form::SignedAndEncrypted, order),
            AUTHENTICATION,
            "as2-signature-untrusted",
        ),
        ("no signature in its part", signature_gone, AUTHENTICATION, "as2-signature-unreadable"),
        ("content changed", |order| changed(Form::Signed, order, Place::Content), INTEGRITY, "as2-content-differs"),
        (
            "last block changed",
            |order| changed(Form::Encrypted, order, Place::End),
            DECRYPTION,
            "as2-decryption-failed",
        ),
        (
            "last block changed, signed",
            |order| changed(Form::SignedAndEncrypted, order, Place::End),
            DECRYPTION,
            "as2-decryption-failed",
        ),
        (
            "first byte of the envelope changed",
            |order| changed(Form::SignedAndEncrypted, order, Place::Start),
            DECRYPTION,
            "as2-decryption-failed",
        ),
        (
            "cut in the middle",
            |order| changed(Form::SignedAndEncrypted, order, Place::Half),
            DECRYPTION,
            "as2-decryption-failed",
        ),
        (
            "nothing at all",
            |order| changed(Form::SignedAndEncrypted, order, Place::All),
            DECRYPTION,
            "as2-decryption-failed",
        ),
        ("for somebody else", for_somebody_else, DECRYPTION, "as2-not-for-us"),
        (
            "zlib changed",
            |order| {
                compressed(order, |body| {
                    let middle = body.len() / 2;
                    body[middle] ^= 0xff;
                })
            },
            DECOMPRESSION,
            "as2-decompression-failed",
        ),
        (
            "zlib cut",
            |order| compressed(order, |body| body.truncate(body.len() - 20)),
            DECOMPRESSION,
            "as2-decompression-failed",
        ),
        (
            "no zlib at all",
            |order| compressed(order, |body| body.fill(0x30)),
            DECOMPRESSION,
            "as2-decompression-failed",
        ),
        ("compressed, nothing", |order| compressed(order, Vec::clear), DECOMPRESSION, "as2-decompression-failed"),
    ];
    let mut gateway = Plan::default().lenient().limit("failed_decryptions = 100").prepare();
    gateway.start();
    for ((name, broken, disposition, reason), index) in cases.iter().zip(1..) {
        let message = broken(&order::interchange(index));
        let reply = post(gateway.address(), &message);
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        let receipt = partner::receipt(&reply).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert!(
            receipt.disposition.to_string().ends_with(&format!("; {disposition}")),
            "{name}: {}",
            receipt.disposition
        );
        assert!(matches!(receipt.signature, ReceiptSignature::Verified(_)), "{name}: signed, as asked");
        let lines = told(&gateway, "message.refused");
        assert_eq!(lines.len(), index as usize, "{name}: one line in the log");
        assert!(lines.last().unwrap().to_string().contains(reason), "{name}: {}", lines.last().unwrap());
    }
    partner::deliver(&gateway, &Terms::default().pack(&order::interchange(100)));
    assert_eq!(gateway.wait_for_documents(1).len(), 1, "only the last is an order");
}

enum Place {
    Start,
    Half,
    End,
    All,
    Content,
    Signature,
}

fn changed(form: Form, order: &[u8], place: Place) -> Packed {
    let mut message = Terms::form(form).pack(order);
    let body = &mut message.body;
    let length = body.len();
    let find = |body: &[u8], text: &[u8]| body.windows(text.len()).rposition(|window| window == text).unwrap();
    match place {
        Place::Start => body[0] ^= 1,
        Place::Half => body.truncate(length / 2),
        Place::End => body[length - 1] ^= 1,
        Place::All => body.clear(),
        Place::Content => {
            let at = find(body, b"PO1*10*500") + 7;
            body[at] = b'9';
        }
        // The last of its base64: the value of the signature stands at the end.
        Place::Signature => {
            let at = find(body, b"\r\n--") - 8;
            body[at] = if body[at] == b'A' { b'B' } else { b'A' };
        }
    }
    message
}

fn by_stranger(form: Form, order: &[u8]) -> Packed {
    Terms { signer: Identity::stranger(), ..Terms::form(form) }.pack(order)
}

fn for_somebody_else(order: &[u8]) -> Packed {
    Terms { recipient: Identity::stranger(), ..Terms::default() }.pack(order)
}

fn signature_gone(order: &[u8]) -> Packed {
    let mut message = Terms::form(Form::Signed).pack(order);
    let body = String::from_utf8(message.body).unwrap();
    let (before, behind) = body.rsplit_once("smime.p7s\"\r\n\r\n").unwrap();
    let end = behind.find("--edigate-").unwrap();
    message.body = format!("{before}smime.p7s\"\r\n\r\nhello\r\n{}", &behind[end..]).into_bytes();
    message
}

fn compressed(order: &[u8], change: fn(&mut Vec<u8>)) -> Packed {
    let mut message = Terms { compress: Compress::BeforeSigning, ..Terms::form(Form::Plain) }.pack(order);
    change(&mut message.body);
    message
}

#[test]
fn file_names_are_facts_and_never_paths() {
    let names = [
        ("attachment; filename=\"../../../evil-1.x12\"", Some("evil-1.x12")),
        ("attachment; filename=\"/tmp/evil-2.x12\"", Some("evil-2.x12")),
        ("attachment; filename=\"C:\\\\evil-3.x12\"", Some("evil-3.x12")),
        ("attachment; filename*=UTF-8''..%2F..%2Fevil-4%C3%A4.x12", Some("evil-4ä.x12")),
        ("attachment; filename=\"=?utf-8?B?Li4vZXZpbC01LngxMg==?=\"", Some("evil-5.x12")),
        ("attachment; filename=..", None),
        ("attachment; filename=\"\"", None),
        ("attachment; filename=.*", Some("_")),
    ];
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    for ((value, expect), index) in names.iter().zip(1..) {
        let mut message = Terms::form(Form::Plain).pack(&order::interchange(index));
        *header(&mut message, "Content-Disposition") = (*value).to_owned();
        partner::deliver(&gateway, &message);
        let list = gateway.admin("/v1/exchanges?limit=1").unwrap();
        let list: Value = serde_json::from_slice(&list.body).unwrap();
        let id = list["exchanges"][0]["exchangeId"].as_str().unwrap();
        let exchange = gateway.admin(&format!("/v1/exchanges/{id}")).unwrap();
        let exchange: Value = serde_json::from_slice(&exchange.body).unwrap();
        assert_eq!(exchange["detail"]["fileName"].as_str(), *expect, "{value}");
    }
    gateway.wait_for_documents(names.len());
    let files = files_below(&gateway.path("."));
    assert!(files.iter().all(|file| !file.to_string_lossy().contains("evil")), "{files:?}");
}
