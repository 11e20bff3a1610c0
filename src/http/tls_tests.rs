//! The client against the listener, plain and under TLS.

use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::certificates::Pair;
use super::listener_tests::{Echo, Running, millis, post, to_end};
use super::*;
use crate::base::{Limits, Secret, Sha256};

fn tls(pair: &Pair, minimum: MinimumTls) -> ServerTls {
    ServerTls::new(&pair.certificate_pem(), &Secret::new(pair.key_pem()), minimum, None).unwrap()
}

fn serve(tls: Option<ServerTls>, handler: Echo) -> Running {
    let limits = Limits { handshake_time: millis(400), ..Limits::default() };
    Running::start(limits, handler, tls, Duration::from_secs(5))
}

fn pin(pair: &Pair) -> Trust {
    Trust::Pinned(vec![Sha256::of(&pair.certificate_der())])
}

fn settings(trust: Trust) -> ClientSettings {
    let patience = Duration::from_secs(5);
    ClientSettings::new(trust, patience, patience, 1 << 20)
}

fn ask(settings: ClientSettings, url: &str, body: &[u8]) -> Result<Answer, ClientFault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let headers = [("AS2-From".to_owned(), "ACME".to_owned())];
        Client::new(settings)?.post(url, &headers, Content::bytes(body.to_vec())).await
    })
}

#[track_caller]
fn assert_echo(answer: Result<Answer, ClientFault>, body: &str) {
    let answer = answer.unwrap();
    assert_eq!(answer.status, 200);
    let text = String::from_utf8(answer.body).unwrap();
    assert!(text.starts_with("POST /as2?x=1\n"), "{text}");
    assert!(text.contains("As2-From=ACME\n"), "{text}");
    assert!(text.ends_with(&format!("body={body}")), "{text}");
}

#[test]
fn a_post_arrives_and_its_answer_comes_back() {
    let running = serve(None, Echo::default());
    let url = format!("http://{}/as2?x=1", running.address());
    assert_echo(ask(settings(Trust::Pinned(Vec::new())), &url, b"hello"), "hello");

    let many = "x".repeat(300_000);
    assert_echo(ask(settings(Trust::Pinned(Vec::new())), &url, many.as_bytes()), &many);
}

#[test]
fn the_client_holds_its_bounds() {
    let check = |handler: Echo, change: fn(&mut ClientSettings), expect: ClientFault| {
        let running = serve(None, handler);
        let mut settings = settings(Trust::Pinned(Vec::new()));
        change(&mut settings);
        let url = format!("http://{}/as2", running.address());
        assert_eq!(ask(settings, &url, b"hello").unwrap_err(), expect);
    };
    let slow = Echo { pause: millis(600), ..Echo::default() };
    check(slow, |s| s.answer_time = millis(200), ClientFault::Timeout("answer"));
    check(Echo::default(), |s| s.answer_size = 20, ClientFault::TooLarge(20));

    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let fault = ask(settings(Trust::Pinned(Vec::new())), &format!("http://{nobody}/"), b"").unwrap_err();
    assert!(matches!(fault, ClientFault::Connect(_)), "{fault:?}");
}

#[test]
fn a_server_is_trusted_by_its_root_or_by_its_pin() {
    let root = Pair::root("gateway root");
    let leaf = root.issue("gateway");
    let check = |served: &Pair, trust: Trust, host: &str, fits: bool| {
        let running = serve(Some(tls(served, MinimumTls::Tls12)), Echo::default());
        let answer = ask(settings(trust), &format!("https://{host}:{}/as2?x=1", running.address().port()), b"hello");
        if fits {
            assert_echo(answer, "hello");
        } else {
            assert!(matches!(answer, Err(ClientFault::Handshake(_))), "{answer:?}");
        }
    };
    let roots = |pair: &Pair| Trust::Roots(pair.certificate_pem());
    check(&leaf, roots(&root), "localhost", true);
    check(&leaf, roots(&root), "127.0.0.1", true);
    check(&leaf, roots(&Pair::root("other")), "localhost", false);
    check(&leaf, pin(&leaf), "localhost", true);
    check(&leaf, pin(&root), "localhost", false);
    // Self-signed, a CA, and without a name for the host: as many partners have it.
    check(&root, pin(&root), "localhost", true);
    check(&root, roots(&root), "localhost", false);
    assert!(matches!(Client::new(settings(Trust::Roots(b"nothing".to_vec()))), Err(ClientFault::Trust(_))));
}

#[test]
fn a_certificate_is_replaced_while_it_listens() {
    let (old, new) = (Pair::root("old"), Pair::root("new"));
    let tls = tls(&old, MinimumTls::Tls12);
    let running = serve(Some(tls.clone()), Echo::default());
    let url = format!("https://{}/as2?x=1", running.address());
    assert_echo(ask(settings(pin(&old)), &url, b"1"), "1");

    let mismatch = tls.replace(&new.certificate_pem(), &Secret::new(old.key_pem()));
    assert_eq!(mismatch, Err(TlsFault::Mismatch));
    assert_echo(ask(settings(pin(&old)), &url, b"2"), "2");

    tls.replace(&new.certificate_pem(), &Secret::new(new.key_pem())).unwrap();
    assert_echo(ask(settings(pin(&new)), &url, b"3"), "3");
    assert!(ask(settings(pin(&old)), &url, b"4").is_err());
}

#[test]
fn a_client_without_a_certificate_of_the_right_issuer_is_refused_where_one_is_asked_for() {
    let (server, clients, others) = (Pair::root("gateway"), Pair::root("clients"), Pair::root("others"));
    let asking = |minimum| {
        let (key, ca) = (Secret::new(server.key_pem()), clients.certificate_pem());
        ServerTls::new(&server.certificate_pem(), &key, minimum, Some(&ca)).unwrap()
    };
    let check = |minimum: MinimumTls, issuer: Option<&Pair>, fits: bool| {
        let running = serve(Some(asking(minimum)), Echo::default());
        let mut settings = settings(pin(&server));
        settings.identity = issuer.map(|issuer| {
            let client = issuer.issue("erp");
            ClientIdentity { chain: client.certificate_pem(), key: Secret::new(client.key_pem()) }
        });
        let answer = ask(settings, &format!("https://{}/as2?x=1", running.address()), b"hello");
        if fits {
            assert_echo(answer, "hello");
        } else {
            assert!(answer.is_err(), "{answer:?}");
            running.until_counted(r#"edigate_connections_refused_total{listener="as2",reason="handshake-failed"} 1"#);
        }
    };
    for minimum in [MinimumTls::Tls12, MinimumTls::Tls13] {
        check(minimum, Some(&clients), true);
        check(minimum, Some(&others), false);
        check(minimum, None, false);
    }
    for pem in [b"nothing".as_slice(), b""] {
        let key = Secret::new(server.key_pem());
        let fault = ServerTls::new(&server.certificate_pem(), &key, MinimumTls::Tls12, Some(pem)).unwrap_err();
        assert!(matches!(fault, TlsFault::Clients(_)), "{fault}");
    }
}

#[test]
fn what_cannot_serve_is_said_without_showing_the_key() {
    let pair = Pair::root("gateway");
    let new = |chain: &[u8], key: &[u8]| ServerTls::new(chain, &Secret::new(key.to_vec()), MinimumTls::Tls12, None);
    assert!(matches!(new(b"", &pair.key_pem()), Err(TlsFault::Certificate(_))));
    assert!(matches!(new(&pair.certificate_pem(), b""), Err(TlsFault::Key(_))));
    let broken =
        [b"-----BEGIN PRIVATE KEY-----\n".as_slice(), b"c2VjcmV0LWtleQ==", b"\n-----END PRIVATE KEY-----\n"].concat();
    let fault = new(&pair.certificate_pem(), &broken).unwrap_err();
    assert!(matches!(fault, TlsFault::Key(_)), "{fault}");
    assert!(!fault.to_string().contains("secret"), "{fault}");
}

/// Handshakes as a peer that speaks nothing newer than TLS 1.2, and gives the version agreed.
fn handshake_with_tls12(running: &Running) -> Option<String> {
    use openssl::ssl::{SslConnector, SslMethod, SslVerifyMode, SslVersion};
    let mut builder = SslConnector::builder(SslMethod::tls()).unwrap();
    builder.set_verify(SslVerifyMode::NONE);
    builder.set_max_proto_version(Some(SslVersion::TLS1_2)).unwrap();
    let stream = TcpStream::connect(running.address()).unwrap();
    let stream = builder.build().connect("localhost", stream).ok()?;
    Some(stream.ssl().version_str().to_owned())
}

#[test]
fn the_oldest_version_is_the_operators_choice() {
    let pair = Pair::root("gateway root").issue("gateway");
    let check = |minimum: MinimumTls, expect: Option<&str>| {
        let running = serve(Some(tls(&pair, minimum)), Echo::default());
        assert_eq!(handshake_with_tls12(&running).as_deref(), expect);
    };
    check(MinimumTls::Tls12, Some("TLSv1.2"));
    check(MinimumTls::Tls13, None);
}

#[test]
fn a_handshake_that_does_not_happen_is_ended_and_counted() {
    let running = serve(Some(tls(&Pair::root("gateway"), MinimumTls::Tls12)), Echo::default());
    let began = Instant::now();
    let mut silent = running.connect();
    assert_eq!(to_end(&mut silent), "");
    assert!(began.elapsed() >= millis(400), "{:?}", began.elapsed());
    // Plain HTTP on a TLS port gets no answer that could be taken for one.
    let answer = running.ask(post("", ""));
    assert!(!answer.contains("HTTP/1.1 200"), "{answer:?}");
    running.until_counted(r#"edigate_connections_refused_total{listener="as2",reason="handshake-failed"} 2"#);
}
