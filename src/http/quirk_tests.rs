//! What real senders do to the HTTP layer, by the number of the quirk in the list of interoperability: bytes in, answer out.

use std::io::Write as _;

use super::listener_tests::{Echo, Running, post, to_end};
use crate::base::Limits;

#[track_caller]
fn check(request: impl AsRef<[u8]>, status: u16, part: &str) {
    let running = Running::start(Limits::default(), Echo::default(), None, std::time::Duration::from_secs(5));
    let answer = running.ask(request);
    assert_eq!(answer.get(9..12), Some(status.to_string().as_str()), "{answer:?}");
    assert!(answer.contains(part), "{answer:?} should have {part:?}");
}

#[test]
fn q21_folded_headers_are_unfolded_and_refused_where_they_frame_the_body() {
    let folded = "Content-Type: multipart/signed;|\tprotocol=\"p\";|  boundary=\"b\"|Content-Length: 0|";
    check(post(folded, ""), 200, "Content-Type=multipart/signed; protocol=\"p\"; boundary=\"b\"\n");
    check(post("Content-Length:| 2|", "hi"), 400, "folded");
}

#[test]
fn q22_chunked_bodies_are_taken_and_the_answer_has_a_length() {
    check(post("Transfer-Encoding: chunked|", "2|hi|3| yo|0||"), 200, "body=hi yo");
    check(post("Transfer-Encoding: chunked|", "2|hi|0||"), 200, "Content-Length: ");
}

#[test]
fn q23_two_framings_are_refused() {
    check(post("Content-Length: 2|Transfer-Encoding: chunked|", "2|hi|0||"), 400, "both");
    check(post("Content-Length: 2|Content-Length: 2|", "hi"), 400, "more than one");
}

#[test]
fn q24_padded_lengths_and_chunk_extensions_are_taken() {
    check(post("Content-Length: 000000000000002|", "hi"), 200, "body=hi");
    check(post("Transfer-Encoding: chunked|", "2 |hi|0||"), 200, "body=hi");
    check(post("Transfer-Encoding: chunked|", "2;name=value|hi|0||"), 200, "body=hi");
}

#[test]
fn q25_a_sender_that_waits_to_be_asked_hears_the_final_answer_when_his_body_is_not_wanted() {
    let refused = "POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n";
    check(refused, 401, "not for you");
    let running = Running::start(Limits::default(), Echo::default(), None, std::time::Duration::from_secs(5));
    let mut stream = running.connect();
    stream.write_all(post("Content-Length: 2|Expect: 100-continue|", "hi").as_bytes()).unwrap();
    assert!(to_end(&mut stream).starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "));
}

#[test]
fn q33_blanks_after_values_are_trimmed() {
    check(post("AS2-From: ACME \t|Content-Length: 0|", ""), 200, "AS2-From=ACME\n");
}

#[test]
fn q34_every_answer_says_close_and_closes() {
    check(post("Connection: keep-alive|Content-Length: 2|", "hi"), 200, "body=hi");
    let answer_to_the_first_only = format!("{}{}", post("Content-Length: 2|", "hi"), post("Content-Length: 2|", "yo"));
    check(answer_to_the_first_only, 200, "body=hi");
    check("POST /as2 HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", 200, "body=hi");
}

#[test]
fn q35_long_urls_with_queries_are_taken() {
    let target = format!("/as2?{}", "x".repeat(300));
    check(format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"), 200, &format!("POST {target}\n"));
}

#[test]
fn q36_an_etag_means_nothing() {
    check(post("ETag: \"x\"|Content-Length: 2|", "hi"), 200, "body=hi");
}
