use proptest::prelude::*;

use super::*;
use crate::http::judge::{Framing, origin_form};

fn limits() -> Limits {
    Limits { request_line: 40, head: 200, headers: 4, ..Limits::default() }
}

/// Reads `text` as it would arrive, in pieces of `step` bytes.
fn read_in_steps(text: &[u8], step: usize, limits: &Limits) -> Result<(Judged, Vec<u8>), HeadFault> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut pieces = tokio_test_stream(text, step);
        let (judged, rest) = read(&mut pieces, limits).await?;
        let mut rest = rest.to_vec();
        pieces.read_to_end(&mut rest).await.unwrap();
        Ok((judged, rest))
    })
}

/// A reader that gives at most `step` bytes at once.
fn tokio_test_stream(text: &[u8], step: usize) -> impl AsyncRead + Unpin + use<> {
    struct Steps(Vec<u8>, usize);
    impl AsyncRead for Steps {
        fn poll_read(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            out: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            let many = self.1.min(self.0.len()).min(out.remaining());
            out.put_slice(&self.0.drain(..many).collect::<Vec<_>>());
            std::task::Poll::Ready(Ok(()))
        }
    }
    Steps(text.to_vec(), step)
}

fn read_whole(text: &str) -> Result<Judged, HeadFault> {
    read_in_steps(text.as_bytes(), usize::MAX, &limits()).map(|(judged, _)| judged)
}

#[test]
fn a_head_is_read_and_what_follows_is_kept() {
    let text = b"\r\n\r\nPOST /as2?x=1 HTTP/1.1\r\nHost: a\r\nAS2-From:  ACME \r\nContent-Length: 0005\r\n\r\nhello";
    for step in [1, 2, 7, 1000] {
        let (judged, rest) = read_in_steps(text, step, &limits()).unwrap();
        assert_eq!((judged.method.as_str(), judged.target.as_str()), ("POST", "/as2?x=1"));
        let expect: [(&[u8], &[u8]); 3] = [(b"Host", b"a"), (b"AS2-From", b"ACME"), (b"Content-Length", b"0005")];
        assert_eq!(judged.headers, expect.map(|(name, value)| (name.to_vec(), value.to_vec())));
        assert_eq!((judged.framing, judged.declared), (Framing::Length(5), Some(5)));
        assert_eq!(rest, b"hello", "step {step}");
    }
}

#[test]
fn folded_headers_are_unfolded() {
    let check = |folded: &str, expect: &str| {
        let text = format!("POST / HTTP/1.1\r\nHost: a\r\nX: {folded}\r\n\r\n");
        let judged = read_whole(&text).unwrap();
        assert_eq!(String::from_utf8_lossy(&judged.headers[1].1), expect, "{folded:?}");
    };
    check("multipart/signed;\r\n boundary=\"b\"", "multipart/signed; boundary=\"b\"");
    check("a\r\n\tb\r\n   c", "a b c");
    check("\r\n b", "b");
    check("a  \r\n  ", "a");
    check("a\r\n \r\n b", "a b");
}

#[test]
fn what_two_parsers_could_read_differently_is_refused() {
    use HeadFault::{Coding, Expectation, Malformed, Version};
    let malformed = |what| Some(Malformed(what));
    let check = |text: &str, expect: Option<HeadFault>| {
        let text = text.replace('|', "\r\n");
        assert_eq!(read_whole(&text).err(), expect, "{text:?}");
    };
    check("POST / HTTP/1.1|Host: a||", None);
    check("POST / HTTP/1.0||", None);
    check("POST / HTTP/1.1||", malformed("no Host"));
    check("POST / HTTP/1.1|Host: a|host: a||", malformed("more than one Host"));
    check("POST / HTTP/1.1\nHost: a\n\n", malformed("a line ends in LF without CR"));
    check("POST / HTTP/1.1|Host: a\nX: b||", malformed("a line ends in LF without CR"));
    check("POST / HTTP/1.1|Host: a\rX: b||", malformed("a header has a control character"));
    check("POST / HTTP/1.1|Host: a\0b||", malformed("a header has a control character"));
    check("POST / HTTP/1.1| Host: a||", malformed("white space before the first header"));
    check("POST / HTTP/1.1|Host : a||", malformed("a header's name is malformed"));
    check("POST / HTTP/1.1|Host: a|: b||", malformed("a header's name is malformed"));
    check("POST / HTTP/1.1|Host: a|no colon||", malformed("a header's name is malformed"));
    check("POST  / HTTP/1.1|Host: a||", malformed("the request line is malformed"));
    check("POST / HTTP/1.1 |Host: a||", malformed("the request line is malformed"));
    check("POST /\u{e9} HTTP/1.1|Host: a||", malformed("the request line is malformed"));
    check("POST /|Host: a||", malformed("the request line is malformed"));
    check("PRI * HTTP/2.0||", Some(Version));
    check("\u{16}\u{3}\u{1}\u{0}", malformed("this is not HTTP"));

    let host = |rest: &str| format!("POST / HTTP/1.1|Host: a|{rest}||");
    let both = malformed("both Content-Length and Transfer-Encoding");
    let number = malformed("Content-Length is not a number");
    check(&host("Content-Length: 5|Transfer-Encoding: chunked"), both);
    check(&host("Content-Length: 5|Content-Length: 5"), malformed("more than one Content-Length"));
    check(&host("Content-Length: 5, 5"), number.clone());
    check(&host("Content-Length: +5"), number.clone());
    check(&host("Content-Length:"), number.clone());
    check(&host("Content-Length: 18446744073709551615"), None);
    check(&host("Content-Length: 18446744073709551616"), number);
    check(&host("Transfer-Encoding: Chunked"), None);
    check(&host("Transfer-Encoding: gzip, chunked"), Some(Coding));
    let unframed = malformed("Transfer-Encoding does not end in chunked");
    check(&host("Transfer-Encoding: chunked, gzip"), unframed.clone());
    check(&host("Transfer-Encoding: xchunked"), unframed);
    check(&host("Transfer-Encoding: chunked|Transfer-Encoding: chunked"), malformed("more than one Transfer-Encoding"));
    check("POST / HTTP/1.0|Transfer-Encoding: chunked||", malformed("Transfer-Encoding in HTTP/1.0"));
    let folded = malformed("a header that frames the request is folded");
    check(&host("Content-Length:| 5"), folded.clone());
    check(&host("Transfer-Encoding: chun|\tked"), folded);
    check(&host("Expect: 100-Continue"), None);
    check(&host("Expect: 200-maybe"), Some(Expectation));
    check("POST / HTTP/1.0|Expect: 200-maybe||", None);
}

#[test]
fn each_bound_holds_at_its_value_and_not_one_past_it() {
    let check = |text: String, expect: Option<HeadFault>| {
        for step in [1, 1000] {
            let found = read_in_steps(text.as_bytes(), step, &limits()).err();
            assert_eq!(found, expect, "step {step}: {text:?}");
        }
    };
    let line = |bytes: usize| format!("POST /{} HTTP/1.0\r\n\r\n", "x".repeat(bytes - "POST / HTTP/1.0".len()));
    check(line(40), None);
    check(line(41), Some(HeadFault::LineTooLong));

    let head = |bytes: usize| {
        let frame = "POST / HTTP/1.0\r\nX: \r\n\r\n";
        format!("POST / HTTP/1.0\r\nX: {}\r\n\r\n", "x".repeat(bytes - frame.len()))
    };
    check(head(200), None);
    check(head(201), Some(HeadFault::TooLarge));
    check("\r\n".repeat(101), Some(HeadFault::TooLarge));

    let headers = |many: usize| format!("POST / HTTP/1.0\r\n{}\r\n", "X: y\r\n z\r\n".repeat(many));
    check(headers(4), None);
    check(headers(5), Some(HeadFault::TooManyHeaders));
}

#[test]
fn a_peer_that_leaves_is_gone() {
    for text in ["", "POST / HTTP/1.1", "POST / HTTP/1.1\r\nHost: a\r\n"] {
        assert_eq!(read_whole(text).err(), Some(HeadFault::Gone));
    }
}

#[test]
fn the_absolute_form_is_taken_as_well() {
    let check = |target: &str, expect: &str| assert_eq!(origin_form(target), expect);
    check("/as2", "/as2");
    check("http://gateway.example:4080/as2?x", "/as2?x");
    check("HTTPS://gateway.example", "/");
    check("http://gateway.example?x", "/?x");
    check("*", "*");
}

#[test]
fn hyper_sees_the_framing_and_nothing_else() {
    let check = |text: &str, expect: &str| {
        let judged = read_whole(&text.replace('|', "\r\n")).unwrap();
        assert_eq!(judged.for_hyper().replace("\r\n", "|"), expect);
    };
    check(
        "POST /x HTTP/1.1|Host: a|Content-Length: 05|Expect: 100-continue||",
        "POST / HTTP/1.1|content-length: 5|expect: 100-continue||",
    );
    check("HEAD /x HTTP/1.1|Host: a|Upgrade: h2c||", "HEAD / HTTP/1.1|content-length: 0||");
    check("CONNECT a:1 HTTP/1.1|Host: a||", "POST / HTTP/1.1|content-length: 0||");
    check("PUT /x HTTP/1.1|Host: a|Transfer-Encoding: chunked||", "POST / HTTP/1.1|transfer-encoding: chunked||");
    check("POST /x HTTP/1.0|Expect: 100-continue||", "POST / HTTP/1.0|content-length: 0||");
}

proptest! {
    #[test]
    fn no_input_makes_it_panic_and_steps_do_not_matter(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert_eq!(read_in_steps(&text, 1, &limits()), read_in_steps(&text, 1000, &limits()));
    }

    #[test]
    fn near_heads_neither(
        text in r"(POST|GET) /[a-z]{0,4} HTTP/1\.[012]\r?\n((Host|X|Content-Length|Transfer-Encoding|Expect|Te):? ?[a-z0-9,]{0,8}(\r\n|\r|\n|\r\n ))*\r\n\r\nrest"
    ) {
        let (slow, fast) = (read_in_steps(text.as_bytes(), 1, &limits()), read_in_steps(text.as_bytes(), 1000, &limits()));
        prop_assert_eq!(&slow, &fast);
        if let Ok((judged, _)) = slow {
            let lengths = judged.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(b"content-length")).count();
            let codings = judged.headers.iter().filter(|(n, _)| n.eq_ignore_ascii_case(b"transfer-encoding")).count();
            prop_assert!(lengths + codings <= 1);
        }
    }
}
