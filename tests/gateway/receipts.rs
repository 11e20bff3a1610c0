//! Receipts for messages of ours, in the answer, as products write them: each settles its message at the first attempt. The
//! numbers are those of docs/quirks.md.

use edigate::as2::Answer;
use serde_json::Value;

use crate::desk::{Act, Desk};
use crate::gateway::Gateway;
use crate::order;
use crate::plan::Plan;

/// The bytes of an answer that carries this receipt.
type Written = fn(&Answer) -> Vec<u8>;

const CASES: [(&str, Written); 12] = [
    ("as it should be", |receipt| written("HTTP/1.1 200 OK", &lines(receipt), receipt)),
    ("q21: folded headers", |receipt| {
        let lines = lines(receipt).replace("; ", ";\r\n\t");
        written("HTTP/1.1 200 OK", &lines, receipt)
    }),
    ("q22: in chunks, without a length", |receipt| {
        let head =
            format!("HTTP/1.1 200 OK\r\nConnection: close, TE\r\nTransfer-Encoding: chunked\r\n{}", lines(receipt));
        let size = format!("\r\n{:x};ext=1\r\n", receipt.body.len());
        [head.as_bytes(), size.as_bytes(), &receipt.body, b"\r\n0\r\n\r\n"].concat()
    }),
    ("q26: 102 first", |receipt| {
        let answer = written("HTTP/1.1 200 OK", &lines(receipt), receipt);
        [b"HTTP/1.1 102 Processing\r\n\r\n".as_slice(), &answer].concat()
    }),
    ("q27: 202", |receipt| written("HTTP/1.1 202 Accepted", &lines(receipt), receipt)),
    ("q32: names in lower case", |receipt| {
        let lower = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            format!("{}:{value}\r\n", name.to_lowercase())
        };
        let lines: String = lines(receipt).lines().map(lower).collect();
        written("HTTP/1.1 200 OK", &lines, receipt)
    }),
    ("q34: HTTP/1.0, until the end", |receipt| {
        [b"HTTP/1.0 200 OK\r\n", lines(receipt).as_bytes(), b"\r\n", &receipt.body].concat()
    }),
    ("q37: a status in quotes", |receipt| written("HTTP/1.1 200 \"OK\"", &lines(receipt), receipt)),
    ("q45 and q79: no names and no id", |receipt| {
        let is_kept = |line: &&str| !line.starts_with("AS2-") && !line.starts_with("Message-ID");
        let lines: String = lines(receipt).split_inclusive('\n').filter(is_kept).collect();
        written("HTTP/1.1 200 OK", &lines, receipt)
    }),
    ("q42: names in quotes", |receipt| {
        let lines = lines(receipt).replace("NORTHWIND", "\"NORTHWIND\"").replace("ACMEBRG", "\"ACMEBRG\"");
        written("HTTP/1.1 200 OK", &lines, receipt)
    }),
    ("q82: everything in quotes", |receipt| {
        let boundary = receipt.body.split(|byte| *byte == b'\r').next().unwrap();
        let boundary = String::from_utf8_lossy(boundary).trim_start_matches('-').to_owned();
        let lines =
            format!("Content-Type: \"multipart/signed; boundary={boundary}\"\r\nDate: \"now\"\r\nServer: \"x\"\r\n");
        written("HTTP/1.1 200 OK", &lines, receipt)
    }),
    ("q17: its type again in the body", |receipt| {
        let kind = lines(receipt).lines().find(|line| line.starts_with("Content-Type")).unwrap().to_owned();
        let body = [kind.as_bytes(), b"\r\n\r\n", &receipt.body].concat();
        written("HTTP/1.1 200 OK", &lines(receipt), &Answer { body, ..receipt.clone() })
    }),
];

fn lines(receipt: &Answer) -> String {
    receipt.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect()
}

fn written(status: &str, lines: &str, receipt: &Answer) -> Vec<u8> {
    let head = format!("{status}\r\nConnection: close\r\nContent-Length: {}\r\n{lines}\r\n", receipt.body.len());
    [head.as_bytes(), &receipt.body].concat()
}

#[test]
fn receipts_settle_our_messages_however_products_write_them() {
    let desk = Desk::open(|number| {
        let (_, written) = CASES[number];
        Act::Later(Box::new(move |parcel| written(&parcel.open().1.unwrap())))
    });
    let mut gateway = Plan::default().partner_url(&desk.url()).prepare();
    gateway.start();
    for ((name, _), index) in CASES.iter().zip(1..) {
        let exchange = submit(&gateway, index);
        assert_eq!(exchange["stage"], "delivered", "{name}: {exchange:#}\n{}", gateway.log());
        assert_eq!(desk.parcels().len(), index as usize, "{name}: one attempt");
    }
}

fn submit(gateway: &Gateway, index: u32) -> Value {
    let path = gateway.path(&format!("order-{index}.x12"));
    std::fs::write(&path, order::interchange(index)).unwrap();
    let path = path.display().to_string();
    let output = gateway.run(&["exchange", "submit", "acme-bearings", &path, "--wait", "60", "--json"]);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|fault| panic!("{fault}: {}", gateway.log()))
}
