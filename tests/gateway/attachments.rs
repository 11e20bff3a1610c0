//! Several parts in one message (RFC 6362): the order is translated, and what came with it is kept and handed out.

use serde_json::Value;

use crate::gateway::Gateway;
use crate::order;
use crate::partner::{self, Form, Packed, Terms};
use crate::plan::Plan;

const RELATED: &str = "multipart/related; type=\"application/edi-x12\"; boundary=\"parts\"";

/// An order with a drawing of this many bytes and a note.
fn with_attachments(index: u32, drawing: &[u8]) -> Vec<u8> {
    [
        b"--parts\r\nContent-Type: text/plain\r\n\r\nPlease see the drawing.\r\n".as_slice(),
        b"--parts\r\nContent-Type: application/edi-x12\r\nContent-Disposition: attachment; filename=order.x12\r\n\r\n",
        &order::interchange(index),
        b"\r\n--parts\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: binary\r\n",
        b"Content-Disposition: attachment; filename=\"../drawing 1.pdf\"\r\n\r\n",
        drawing,
        b"\r\n--parts--\r\n",
    ]
    .concat()
}

fn packed(form: Form, payload: &[u8]) -> Packed {
    Terms { content_type: RELATED, ..Terms::form(form) }.pack(payload)
}

fn json(gateway: &Gateway, path: &str) -> Value {
    serde_json::from_slice(&gateway.admin(path).unwrap().body).unwrap()
}

fn newest(gateway: &Gateway) -> String {
    json(gateway, "/v1/exchanges?limit=1")["exchanges"][0]["exchangeId"].as_str().unwrap().to_owned()
}

#[test]
fn the_order_is_published_and_what_is_attached_is_kept_and_handed_out() {
    let mut gateway = Plan::default().lenient().prepare();
    gateway.start();
    // One drawing rides with its record, one is larger than what may.
    for (form, index, bytes) in [(Form::Plain, 1, 10), (Form::SignedAndEncrypted, 2, 10), (Form::Signed, 3, 300_000)] {
        let drawing: Vec<u8> = (0..bytes).map(|at: u32| (at % 251) as u8).collect();
        partner::deliver(&gateway, &packed(form, &with_attachments(index, &drawing)));
        let documents = gateway.wait_for_documents(index as usize);
        assert_eq!(documents.last().unwrap()["orderNumber"], order::number(index));
        let id = newest(&gateway);
        let check = |gateway: &Gateway| {
            let detail = &json(gateway, &format!("/v1/exchanges/{id}"))["detail"];
            assert_eq!(detail["fileName"], "order.x12", "{form:?}");
            assert_eq!(detail["contentType"], "application/edi-x12");
            let attachments = detail["attachments"].as_array().unwrap();
            assert_eq!(attachments.len(), 2, "{detail:#}");
            assert_eq!(attachments[0]["contentType"], "text/plain");
            assert_eq!(attachments[1]["fileName"], "drawing 1.pdf");
            assert_eq!(attachments[1]["content"]["length"], bytes);
            let sha256 = edigate::base::Sha256::of(&drawing).to_string();
            assert_eq!(attachments[1]["content"]["sha256"].as_str(), Some(sha256.as_str()));
            let fetched = gateway.admin(&format!("/v1/exchanges/{id}/attachments/2")).unwrap();
            assert_eq!((fetched.status, fetched.body == drawing), (200, true), "{form:?}");
            assert_eq!(fetched.header("Content-Type"), Some("application/octet-stream"));
            let shown = gateway.run(&["exchange", "show", &id, "--attachment", "1"]);
            assert_eq!(shown.stdout, b"Please see the drawing.", "{}", String::from_utf8_lossy(&shown.stderr));
            let content = gateway.run(&["exchange", "show", &id, "--content"]);
            assert_eq!(content.stdout, order::interchange(index));
            for number in ["0", "3"] {
                let missing = gateway.admin(&format!("/v1/exchanges/{id}/attachments/{number}")).unwrap();
                assert_eq!(missing.status, 404, "{}", missing.text());
            }
        };
        check(&gateway);
        // What is kept outlives the process and the index.
        gateway.kill();
        gateway.delete_index();
        gateway.start();
        check(&gateway);
    }
}

#[test]
fn a_message_with_attachments_may_have_its_receipt_later() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let mut message = packed(Form::SignedAndEncrypted, &with_attachments(1, b"%PDF"));
    message.headers.push(("Receipt-Delivery-Option".into(), "http://127.0.0.1:9/as2".into()));
    assert_eq!(partner::send(gateway.address(), &message).unwrap().status, 200);
    gateway.wait_for_documents(1);
    let id = newest(&gateway);
    assert_eq!(gateway.admin(&format!("/v1/exchanges/{id}/attachments/2")).unwrap().body, b"%PDF");
}

#[test]
fn a_second_interchange_is_kept_and_an_operator_is_told() {
    let mut gateway = Plan::default().prepare();
    gateway.start();
    let part = |index| [b"--parts\r\n\r\n".as_slice(), &order::interchange(index), b"\r\n"].concat();
    // The third is the first once more: one payload, named twice.
    let payload = [part(1), part(2), part(1), b"--parts--\r\n".to_vec()].concat();
    partner::deliver(&gateway, &packed(Form::SignedAndEncrypted, &payload));
    gateway.wait_for_documents(1);
    let id = newest(&gateway);
    let detail = &json(&gateway, &format!("/v1/exchanges/{id}"))["detail"];
    assert_eq!(detail["diagnostics"][0]["code"], "interchange-attached", "{detail:#}");
    gateway.kill();
    gateway.delete_index();
    gateway.start();
    for (path, index) in [("content", 1), ("attachments/1", 2), ("attachments/2", 1)] {
        let fetched = gateway.admin(&format!("/v1/exchanges/{id}/{path}")).unwrap();
        assert_eq!(fetched.body, order::interchange(index), "{path}");
    }
    assert_eq!(gateway.documents().len(), 1);
}
