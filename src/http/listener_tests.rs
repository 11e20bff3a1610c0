//! The whole listener through real sockets: each bound at its value and one past it.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::*;
use crate::base::Limits;
use crate::observe::Metrics;

/// A body in three pieces.
static STORED: [u8; 150_000] = [b's'; 150_000];

/// Answers with what it saw: method, target, headers and the body, or the fault that ended the body.
#[derive(Default)]
pub(super) struct Echo {
    pub(super) cap: Option<u64>,
    pub(super) pause: Duration,
    pub(super) started: AtomicUsize,
    pub(super) finished: AtomicUsize,
}

impl Handler for Echo {
    async fn handle(&self, Incoming { head, mut body }: Incoming) -> Reply {
        self.started.fetch_add(1, Ordering::SeqCst);
        let mut text = format!("{} {}\n", head.method, head.target);
        for (name, value) in &head.headers {
            text += &format!("{}={}\n", String::from_utf8_lossy(name), String::from_utf8_lossy(value));
        }
        if head.path() == "/panic" {
            panic!("as the test wants");
        }
        if head.path() == "/large" {
            return Reply::with_body(200, "text/plain", vec![b'x'; 64 << 20]);
        }
        if head.path() == "/stored" {
            let reply = Reply::empty(200).header("Content-Type", "application/json");
            return reply.body(Content::file(STORED.len() as u64, std::io::Cursor::new(STORED)));
        }
        if head.path() == "/stored-large" {
            return Reply::empty(200).body(Content::file(64 << 20, std::io::Cursor::new(vec![b'x'; 64 << 20])));
        }
        if head.path() == "/stored-short" {
            return Reply::empty(200).body(Content::file(STORED.len() as u64 + 1, std::io::Cursor::new(STORED)));
        }
        if head.path() == "/malformed" {
            return Reply::empty(200).header("X", "two\r\nlines");
        }
        if head.path() == "/unread" {
            return Reply::text(401, "not for you");
        }
        if let Some(cap) = self.cap
            && let Err(fault) = body.cap(cap)
        {
            return Reply::from(&fault).header("X-Reason", fault.reason());
        }
        let mut bytes = Vec::new();
        loop {
            match body.chunk().await {
                Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(fault) => return Reply::from(&fault).header("X-Reason", fault.reason()),
            }
        }
        tokio::time::sleep(self.pause).await;
        self.finished.fetch_add(1, Ordering::SeqCst);
        text += &format!("body={}", String::from_utf8_lossy(&bytes));
        Reply::with_body(200, "text/plain", text)
    }
}

/// A listener in a thread of its own, drained and joined when dropped.
pub(super) struct Running {
    address: SocketAddr,
    pub(super) metrics: Metrics,
    handler: Arc<Echo>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<Drained>>,
}

impl Running {
    pub(super) fn start(limits: Limits, handler: Echo, tls: Option<ServerTls>, drain_limit: Duration) -> Self {
        let (metrics, handler) = (Metrics::new(), Arc::new(handler));
        let (stop, stopped) = oneshot::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn({
            let (metrics, handler) = (metrics.clone(), handler.clone());
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async {
                    let bind = ([127, 0, 0, 1], 0).into();
                    let settings = ListenerSettings { name: "as2".into(), bind, tls, limits };
                    let listener = Listener::bind(settings).await.unwrap();
                    tell.send(listener.address()).unwrap();
                    let stop = async { stopped.await.unwrap_or(()) };
                    listener.serve(handler, metrics, stop, drain_limit).await
                })
            }
        });
        Self { address: told.recv().unwrap(), metrics, handler, stop: Some(stop), thread: Some(thread) }
    }

    fn plain(limits: Limits) -> Self {
        Self::start(limits, Echo::default(), None, Duration::from_secs(5))
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream
    }

    /// Sends `request` and reads to the end of the connection.
    pub(super) fn ask(&self, request: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect();
        stream.write_all(request.as_ref()).unwrap();
        to_end(&mut stream)
    }

    /// Waits until the metrics have this line.
    #[track_caller]
    pub(super) fn until_counted(&self, line: &str) {
        self.until(line, || self.metrics.render().lines().any(|found| found == line));
    }

    fn until_started(&self, many: usize) {
        self.until("started", || self.handler.started.load(Ordering::SeqCst) == many);
    }

    #[track_caller]
    fn until(&self, what: &str, is: impl Fn() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while !is() {
            assert!(Instant::now() < deadline, "never {what}:\n{}", self.metrics.render());
            std::thread::sleep(millis(5));
        }
    }

    fn stop(&mut self) {
        drop(self.stop.take());
    }

    fn drained(mut self) -> Drained {
        self.stop();
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            assert!(thread.join().is_ok() || std::thread::panicking());
        }
    }
}

pub(super) fn to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Ok(_) => {}
        Err(error) => answer.extend_from_slice(format!("[{:?}]", error.kind()).as_bytes()),
    }
    String::from_utf8(answer).unwrap()
}

pub(super) fn post(headers: &str, body: &str) -> String {
    format!("POST /as2 HTTP/1.1\r\nHost: a\r\n{headers}\r\n{body}").replace("|", "\r\n")
}

#[track_caller]
fn assert_status(answer: &str, status: u16) {
    assert!(
        answer.starts_with(&format!("HTTP/1.1 {status} ")) || answer.starts_with(&format!("HTTP/1.0 {status} ")),
        "wanted {status}, got {answer:?}"
    );
    assert!(answer.to_ascii_lowercase().contains("connection: close") || answer.starts_with("HTTP/1.0"), "{answer:?}");
}

pub(super) fn millis(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn a_request_is_answered_and_the_connection_closed() {
    let running = Running::plain(Limits::default());
    let check = |request: String, expect: &str| {
        let answer = running.ask(request);
        assert_status(&answer, 200);
        assert!(answer.ends_with(expect), "{answer:?} should end in {expect:?}");
    };
    check(post("Content-Length: 5|", "hello"), "body=hello");
    check(post("Content-Length: 000000000005|", "helloGET / HTTP/1.1\r\n\r\n"), "body=hello");
    check(post("Transfer-Encoding: chunked|", "5|hello|1|!|0||"), "body=hello!");
    check(post("Transfer-Encoding: chunked|", "5;ext=\"x\"|hello|1 |!|0|Trailer: x||"), "body=hello!");
    check(post("", ""), "body=");
    check("POST /as2 HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi".into(), "body=hi");
    check(
        post("Content-Type: multipart/signed;|  boundary=\"b\"|AS2-From: A|Content-Length: 0|", ""),
        "Content-Type=multipart/signed; boundary=\"b\"\nAS2-From=A\nContent-Length=0\nbody=",
    );
}

#[test]
fn a_head_request_gets_no_body_and_a_half_closed_peer_his_answer() {
    let running = Running::plain(Limits::default());
    let answer = running.ask("HEAD /as2 HTTP/1.1\r\nHost: a\r\n\r\n");
    assert_status(&answer, 200);
    assert!(answer.ends_with("\r\n\r\n"), "{answer:?}");

    let mut stream = running.connect();
    stream.write_all(post("Content-Length: 2|", "hi").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    assert!(to_end(&mut stream).ends_with("body=hi"));
}

#[test]
fn a_peer_that_waits_for_100_continue_gets_it_only_if_its_body_is_wanted() {
    let running =
        Running::start(Limits::default(), Echo { cap: Some(5), ..Echo::default() }, None, Duration::from_secs(5));
    let mut stream = running.connect();
    stream.write_all(post("Content-Length: 5|Expect: 100-continue|", "").as_bytes()).unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(b"hello").unwrap();
    assert!(to_end(&mut stream).ends_with("body=hello"));

    let answer = running.ask(post("Content-Length: 6|Expect: 100-continue|", ""));
    assert_status(&answer, 413);
}

#[test]
fn a_malformed_head_is_refused_and_counted() {
    let running = Running::plain(Limits { request_line: 64, head: 512, headers: 8, ..Limits::default() });
    let check = |request: String, status: u16| assert_status(&running.ask(request), status);
    check(post("Content-Length: 5|Transfer-Encoding: chunked|", "5|hello|0||"), 400);
    check(post("Content-Length: 5|Content-Length: 5|", "hello"), 400);
    check("POST / HTTP/1.1\nHost: a\n\n".into(), 400);
    check(format!("POST /{} HTTP/1.1\r\nHost: a\r\n\r\n", "x".repeat(64)), 414);
    check(post(&format!("X: {}|", "x".repeat(512)), ""), 431);
    check(post(&"X: y|".repeat(7), ""), 200);
    check(post(&"X: y|".repeat(8), ""), 431);
    check("GET / HTTP/2.0\r\n\r\n".into(), 505);
    check(post("Transfer-Encoding: gzip, chunked|", ""), 501);
    check(post("Expect: tea|", ""), 417);
    let text = running.metrics.render();
    assert!(text.contains(r#"edigate_requests_refused_total{listener="as2",reason="malformed"} 3"#), "{text}");
    assert!(text.contains(r#"edigate_requests_refused_total{listener="as2",reason="too-many-headers"} 1"#), "{text}");
}

#[test]
fn a_body_is_taken_up_to_its_cap() {
    let limits = Limits { body: 8, ..Limits::default() };
    let check = |cap: Option<u64>, request: String, status: u16| {
        let handler = Echo { cap, ..Echo::default() };
        let running = Running::start(limits.clone(), handler, None, Duration::from_secs(5));
        assert_status(&running.ask(&request), status);
    };
    check(None, post("Content-Length: 8|", "12345678"), 200);
    check(None, post("Content-Length: 9|", "123456789"), 413);
    check(None, post("Transfer-Encoding: chunked|", "4|1234|4|5678|0||"), 200);
    check(None, post("Transfer-Encoding: chunked|", "4|1234|5|56789|0||"), 413);
    // A partner may be given more than the rest, or less.
    check(Some(9), post("Content-Length: 9|", "123456789"), 200);
    check(Some(3), post("Content-Length: 4|", ""), 413);
}

#[test]
fn an_answer_before_the_body_arrives_whole_is_not_lost_to_a_reset() {
    let running = Running::plain(Limits::default());
    let mut stream = running.connect();
    let many = 2 << 20;
    let head = format!("POST /unread HTTP/1.1\r\nHost: a\r\nContent-Length: {many}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&vec![b'x'; many]).unwrap();
    assert_status(&to_end(&mut stream), 401);
}

#[test]
fn a_malformed_or_broken_body_is_said_to_be_so() {
    let running = Running::plain(Limits::default());
    let answer = running.ask(post("Transfer-Encoding: chunked|", "zz|hello|0||"));
    assert_status(&answer, 400);

    let mut stream = running.connect();
    stream.write_all(post("Content-Length: 5|", "hel").as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = to_end(&mut stream);
    assert!(answer.is_empty() || answer.contains(" 400 "), "{answer:?}");
    assert_eq!(running.handler.finished.load(Ordering::SeqCst), 0);
}

#[test]
fn the_clock_ends_heads_and_bodies() {
    let limits = Limits {
        head_time: millis(300),
        body_idle: millis(300),
        body_time: millis(900),
        body_rate: 100,
        body_rate_grace: millis(700),
        ..Limits::default()
    };
    let running = Running::plain(limits);
    /// Sends `piece` `many` times with `pause` after each, and gives the answer.
    fn drip(running: &Running, start: &str, piece: &str, pause: Duration, many: usize) -> (String, Duration) {
        let began = Instant::now();
        let mut stream = running.connect();
        stream.write_all(start.as_bytes()).unwrap();
        for _ in 0..many {
            std::thread::sleep(pause);
            if stream.write_all(piece.as_bytes()).is_err() {
                break;
            }
        }
        (to_end(&mut stream), began.elapsed())
    }
    let check = |what: &str, (answer, took): (String, Duration), status: u16, reason: &str, at_least: u64| {
        assert_status(&answer, status);
        assert!(answer.contains(reason), "{what}: {answer}");
        assert!(took >= millis(at_least), "{what}: {took:?}");
    };
    check("silent head", drip(&running, "POST / HTTP/1.1\r\n", "", millis(0), 0), 408, "", 300);
    check("slow head", drip(&running, "POST / HTTP/1.1\r\n", "X: y\r\n", millis(100), 5), 408, "", 300);
    let start = post("Content-Length: 1000|", "");
    check("idle", drip(&running, &start, "", millis(0), 0), 408, "body-idle", 300);
    check("slow", drip(&running, &start, "x", millis(100), 9), 408, "body-too-slow", 700);
    let fast = "x".repeat(50);
    check("long", drip(&running, &start, &fast, millis(100), 11), 408, "body-too-long", 900);
    let enough = post("Content-Length: 250|", "");
    check("steady", drip(&running, &enough, &fast, millis(100), 5), 200, "body=xxx", 500);
    let text = running.metrics.render();
    assert!(text.contains(r#"reason="head-too-slow"} 2"#), "{text}");
}

#[test]
fn a_peer_that_does_not_take_its_answer_is_not_waited_for() {
    for path in ["/large", "/stored-large"] {
        let running = Running::plain(Limits { body_idle: millis(300), ..Limits::default() });
        let mut stream = running.connect();
        stream.write_all(format!("POST {path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).unwrap();
        running.until_started(1);
        running.until_counted(r#"edigate_connections{listener="as2"} 0"#);
        let mut taken = Vec::new();
        let ended = stream.read_to_end(&mut taken);
        assert!(ended.is_err() || taken.len() < 64 << 20, "{path}");
    }
}

#[test]
fn a_stored_body_goes_out_in_pieces_and_with_its_length() {
    let running = Running::plain(Limits::default());
    let ask = |method: &str, path: &str| {
        let answer = running.ask(format!("{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n"));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_ascii_lowercase(), body.to_owned())
    };
    let (head, body) = ask("GET", "/stored");
    assert!(head.contains("content-length: 150000") && !head.contains("chunked"), "{head}");
    assert_eq!(body.as_bytes(), STORED);
    let (of_head, body) = ask("HEAD", "/stored");
    let lines =
        |head: &str| head.lines().filter(|line| !line.starts_with("date")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!((lines(&of_head), body.as_str()), (lines(&head), ""));
    // A peer can tell by the length that it did not get all of one that ends early.
    let (head, body) = ask("GET", "/stored-short");
    assert!(head.contains("content-length: 150001") && body.len() <= STORED.len());
}

#[test]
fn connections_have_a_bound_in_all_and_by_address() {
    let check = |limits: Limits, reason: &str| {
        let running = Running::plain(limits);
        let first = running.connect();
        let _second = running.connect();
        running.until_counted(r#"edigate_connections{listener="as2"} 2"#);
        let mut third = running.connect();
        assert!(to_end(&mut third).starts_with("HTTP/1.1 503 "));
        running.until_counted(&format!(r#"edigate_connections_refused_total{{listener="as2",reason="{reason}"}} 1"#));
        drop(first);
        running.until_counted(r#"edigate_connections{listener="as2"} 1"#);
        assert_status(&running.ask(post("", "")), 200);
    };
    check(Limits { connections: 2, ..Limits::default() }, "listener-full");
    check(Limits { connections_per_address: 2, ..Limits::default() }, "address-full");
}

#[test]
fn draining_lets_requests_finish_and_closes_idle_connections() {
    let handler = Echo { pause: millis(500), ..Echo::default() };
    let mut running = Running::start(Limits::default(), handler, None, Duration::from_secs(5));
    let mut idle = running.connect();
    let mut busy = running.connect();
    busy.write_all(post("Content-Length: 2|", "hi").as_bytes()).unwrap();
    running.until_started(1);
    running.until_counted(r#"edigate_connections{listener="as2"} 2"#);
    running.stop();
    assert_eq!(to_end(&mut idle), "");
    assert!(to_end(&mut busy).ends_with("body=hi"));
    assert!(TcpStream::connect(running.address).is_err());
    assert_eq!(running.drained(), Drained { cut_off: 0 });
}

#[test]
fn draining_ends_at_its_limit() {
    let handler = Echo { pause: Duration::from_secs(60), ..Echo::default() };
    let running = Running::start(Limits::default(), handler, None, millis(300));
    let mut busy = running.connect();
    busy.write_all(post("Content-Length: 2|", "hi").as_bytes()).unwrap();
    running.until_started(1);
    assert_eq!(running.drained(), Drained { cut_off: 1 });
    assert_eq!(to_end(&mut busy), "");
}

#[test]
fn a_peer_that_hangs_up_does_not_stop_the_handler() {
    let handler = Echo { pause: millis(300), ..Echo::default() };
    let running = Running::start(Limits::default(), handler, None, Duration::from_secs(5));
    let mut stream = running.connect();
    stream.write_all(post("Content-Length: 2|", "hi").as_bytes()).unwrap();
    running.until_started(1);
    drop(stream);
    running.until("finished", || running.handler.finished.load(Ordering::SeqCst) == 1);
}

#[test]
fn a_fault_of_ours_is_never_taken_for_an_answer() {
    let running = Running::plain(Limits::default());
    assert_eq!(running.ask("POST /panic HTTP/1.1\r\nHost: a\r\n\r\n"), "");
    running.until_counted(r#"edigate_defects_total{kind="handler-panicked"} 1"#);
    assert_status(&running.ask("POST /malformed HTTP/1.1\r\nHost: a\r\n\r\n"), 500);
    running.until_counted(r#"edigate_defects_total{kind="answer-malformed"} 1"#);
    running.until_counted(r#"edigate_connections{listener="as2"} 0"#);
    assert_status(&running.ask(post("", "")), 200);
}
