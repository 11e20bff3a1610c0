//! The client among servers that want something special: logins, chunks, proxies, old TLS.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::certificates::Pair;
use super::ports::free_port;
use super::*;
use crate::base::{Secret, Sha256};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";

fn settings() -> ClientSettings {
    let patience = Duration::from_secs(20);
    ClientSettings::new(Trust::Pinned(Vec::new()), patience, patience, 1 << 20)
}

fn ask(settings: ClientSettings, url: &str, body: &[u8]) -> Result<Answer, ClientFault> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { Client::new(settings)?.post(url, &[], Content::bytes(body.to_vec())).await })
}

/// A server that gives these answers, one a connection, and tells what it was sent.
fn server(answers: &[&str]) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let answers: Vec<String> = answers.iter().map(|answer| (*answer).to_owned()).collect();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            tell.send(request(&mut stream)).unwrap();
            // Whoever has seen enough hangs up.
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    (address, told)
}

/// A request: its head, and what follows as far as it comes at once.
fn request(stream: &mut TcpStream) -> String {
    stream.set_read_timeout(Some(Duration::from_millis(150))).unwrap();
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    while let Ok(amount @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..amount]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn basic(when: When) -> Login {
    Login::Basic { user: "us".into(), password: Secret::new("sesame".into()), when }
}

/// `us:sesame` in base64.
const BASIC: &str = "Authorization: Basic dXM6c2VzYW1l\r\n";

#[test]
fn a_login_goes_to_its_own_server_when_it_is_wanted_and_nowhere_else() {
    const ASKS: &str = "HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"as2\"\r\nContent-Length: 0\r\n\r\n";
    let check = |login: Login, own: bool, answers: &[&str], expect: &[bool], header: &str, status: u16| {
        let (address, told) = server(answers);
        let url = format!("http://{address}/as2");
        let to = if own { url.clone() } else { "http://elsewhere.example/as2".to_owned() };
        let answer = ask(ClientSettings { login: Some((to, login)), ..settings() }, &url, b"body").unwrap();
        assert_eq!(answer.status, status);
        let requests: Vec<String> = told.iter().take(expect.len()).collect();
        assert_eq!(requests.iter().map(|one| one.contains(header)).collect::<Vec<_>>(), expect, "{requests:?}");
        assert!(requests.iter().all(|one| one.ends_with("\r\n\r\nbody")), "{requests:?}");
    };
    check(basic(When::AtOnce), true, &[OK], &[true], BASIC, 200);
    check(basic(When::WhenAsked), true, &[OK], &[false], BASIC, 200);
    check(basic(When::WhenAsked), true, &[ASKS, OK], &[false, true], BASIC, 200);
    check(basic(When::WhenAsked), true, &[ASKS, ASKS], &[false, true], BASIC, 401);
    check(basic(When::AtOnce), true, &[ASKS], &[true], BASIC, 401);
    check(Login::Bearer(Secret::new("t0ken".into())), true, &[OK], &[true], "Authorization: Bearer t0ken\r\n", 200);
    check(basic(When::AtOnce), false, &[OK], &[false], "Authorization", 200);
    check(basic(When::WhenAsked), false, &[ASKS], &[false], "Authorization", 401);
    let shown = format!("{:?}", ClientSettings { login: Some((String::new(), basic(When::AtOnce))), ..settings() });
    assert!(!shown.contains("sesame"), "{shown}");
}

#[test]
fn a_body_goes_in_chunks_where_a_partner_wants_that() {
    let (address, told) = server(&[OK]);
    let body = vec![b'x'; 100_000];
    ask(ClientSettings { framing: Framing::Chunked, ..settings() }, &format!("http://{address}/"), &body).unwrap();
    let request = told.recv().unwrap();
    assert!(
        request.contains("Transfer-Encoding: chunked\r\n") && !request.contains("Content-Length"),
        "{}",
        &request[..200]
    );
    assert!(request.contains("\r\n\r\n10000\r\n") && request.ends_with("\r\n0\r\n\r\n"));
    assert_eq!(request.matches('x').count(), body.len());
}

/// A server that follows a script on each connection: what it says once it has seen so much (nothing stands for the end of
/// a head). What it saw on each connection comes back.
fn scripted(connections: Vec<Vec<(&'static str, &'static str)>>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        for script in connections {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
            let (mut seen, mut looked_at) = (String::new(), 0);
            for (until, say) in script {
                let mut piece = [0; 4096];
                while !seen[looked_at..].contains(until) {
                    match stream.read(&mut piece) {
                        Ok(amount @ 1..) => seen.push_str(&String::from_utf8_lossy(&piece[..amount])),
                        _ => break,
                    }
                }
                // What would be there too early shows.
                seen.push('|');
                looked_at = seen.len();
                drop(stream.write_all(say.as_bytes()));
            }
            drop(stream);
            tell.send(seen).unwrap();
        }
    });
    (address, told)
}

const HEAD_ENDS: &str = "\r\n\r\n";

#[test]
fn a_server_is_asked_before_the_body_where_that_is_wanted() {
    let check = |connections: Vec<Vec<(&'static str, &'static str)>>, status: u16, seen: &[&str]| {
        let count = connections.len();
        let (address, told) = scripted(connections);
        let asking = ClientSettings { expect_continue: true, ..settings() };
        assert_eq!(ask(asking, &format!("http://{address}/"), b"the body").map(|answer| answer.status), Ok(status));
        for (connection, expect) in told.iter().take(count).zip(seen) {
            let found = connection.replace("Expect: 100-continue", "<asks>");
            assert!(found.ends_with(expect), "{found:?} does not end with {expect:?}");
        }
    };
    let go = "HTTP/1.1 100 Continue\r\n\r\n";
    check(vec![vec![(HEAD_ENDS, go), ("the body", OK)]], 200, &["<asks>\r\n\r\n|the body|"]);
    let no = "HTTP/1.1 413 Too large\r\nContent-Length: 0\r\n\r\n";
    check(vec![vec![(HEAD_ENDS, no)]], 413, &["<asks>\r\n\r\n|"]);
    // 102 says nothing about the body; whoever says nothing gets it after a while.
    check(vec![vec![(HEAD_ENDS, "HTTP/1.1 102 Processing\r\n\r\n"), ("the body", OK)]], 200, &["|the body|"]);
    check(vec![vec![(HEAD_ENDS, ""), ("the body", OK)]], 200, &["|the body|"]);
    let failed = "HTTP/1.1 417 What?\r\nContent-Length: 0\r\n\r\n";
    let again = vec![vec![(HEAD_ENDS, failed)], vec![("the body", OK)]];
    check(again, 200, &["<asks>\r\n\r\n|", "Content-Length: 8\r\n\r\nthe body|"]);
}

#[test]
fn a_connection_is_kept_where_that_is_wanted_and_made_anew_where_it_is_gone() {
    const STAYS: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    let check =
        |close: bool, connections: Vec<Vec<(&'static str, &'static str)>>, bodies: &[&str], expect: [bool; 2]| {
            let count = connections.len();
            let (address, told) = scripted(connections);
            let mut answers = Vec::new();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let url = format!("http://{address}/");
            let client = Client::new(ClientSettings { connection_close: close, ..settings() }).unwrap();
            for body in ["first", "second"] {
                let posted = runtime.block_on(client.post(&url, &[], Content::bytes(body)));
                answers.push(posted.is_ok_and(|answer| answer.status == 200));
                thread::sleep(Duration::from_millis(50));
            }
            drop((client, runtime));
            assert_eq!(answers, expect);
            let seen: Vec<String> = told.iter().take(count).collect();
            let words = |seen: &String| {
                let words = ["first", "second"].into_iter().filter(|word| seen.contains(word));
                words.collect::<Vec<_>>().join("+")
            };
            assert_eq!(seen.iter().map(words).collect::<Vec<_>>(), bodies, "{seen:?}");
            assert!(seen.iter().all(|seen| seen.contains("Connection: close") == close), "{seen:?}");
        };
    let both = [true, true];
    check(true, vec![vec![("first", STAYS)], vec![("second", STAYS)]], &["first", "second"], both);
    check(false, vec![vec![("first", STAYS), ("second", STAYS)]], &["first+second"], both);
    check(false, vec![vec![("first", STAYS)], vec![("second", STAYS)]], &["first", "second"], both);
    // Closed when the second request is there already: what became of it nobody can say, and the caller decides.
    check(false, vec![vec![("first", STAYS), ("second", "")]], &["first+second"], [true, false]);
}

#[test]
fn two_readings_of_one_body_do_not_disturb_one_another() {
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| number as u8).collect();
    let content = Content::file(bytes.len() as u64, std::io::Cursor::new(bytes.clone()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        use http_body_util::BodyExt as _;
        let (mut first, _) = content.body(super::content::Go::AtOnce);
        let (mut second, _) = content.body(super::content::Go::AtOnce);
        let (mut ones, mut others) = (Vec::new(), Vec::new());
        while let Some(frame) = first.frame().await {
            ones.extend(frame.unwrap().into_data().unwrap());
            others.extend(second.frame().await.unwrap().unwrap().into_data().unwrap());
        }
        assert!(ones == bytes && others == bytes);
    });
}

/// A file of which some can be read.
struct Torn(std::io::Cursor<Vec<u8>>);

impl Read for Torn {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(out)? {
            0 => Err(std::io::Error::other("the disk is gone")),
            amount => Ok(amount),
        }
    }
}

impl std::io::Seek for Torn {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_body_is_read_while_it_goes_out() {
    const BYTES: usize = 300_000;
    let content = |length, bytes| Content::file(length, Torn(std::io::Cursor::new(vec![b'x'; bytes])));
    let post = |settings: ClientSettings, answer: &str, content: Content| {
        let (address, told) = server(&[answer]);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let url = format!("http://{address}/");
        let answer = runtime.block_on(async { Client::new(settings)?.post(&url, &[], content).await });
        drop(runtime);
        (answer.map(|answer| answer.status), told.recv().unwrap())
    };
    for framing in [Framing::Length, Framing::Chunked] {
        let (status, seen) = post(ClientSettings { framing, ..settings() }, OK, content(BYTES as u64, BYTES));
        assert_eq!((status, seen.matches('x').count()), (Ok(200), BYTES), "{framing:?}");
        // What cannot be read whole is not sent whole: no length is reached, no last chunk is there.
        let (fault, seen) = post(ClientSettings { framing, ..settings() }, "", content(BYTES as u64, 100_000));
        let fault = fault.unwrap_err().to_string();
        assert!(fault.contains("could not be read") && fault.contains("the disk is gone"), "{fault}");
        assert!(!seen.ends_with("\r\n0\r\n\r\n") && seen.matches('x').count() < BYTES, "{framing:?}");
    }
}

#[test]
fn a_server_that_takes_no_more_of_a_body_or_gives_no_answer_is_left() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let patience = Duration::from_millis(300);
    let impatient = || ClientSettings { body_idle: patience, answer_time: patience, ..settings() };
    assert_eq!(ask(impatient(), &url, b"x"), Err(ClientFault::Timeout("answer")));
    assert_eq!(ask(impatient(), &url, &vec![b'x'; 64 << 20]), Err(ClientFault::Timeout("body")));
    drop(listener);
    let (address, _told) = server(&[""]);
    let fault = ask(settings(), &format!("http://{address}/"), b"x").unwrap_err().to_string();
    assert!(fault.ends_with("; the whole message had gone out"), "{fault}");
}

#[test]
fn a_proxy_is_told_where_to_go() {
    let proxied = |address: &str| ClientSettings {
        proxy: Some(ProxySettings {
            url: format!("http://{address}"),
            login: Some(("us".into(), PasswordOf(Secret::new("sesame".into())))),
        }),
        ..settings()
    };
    let (address, told) = server(&[OK]);
    ask(proxied(&address), "http://as2.acme.example:4080/as2?x=1", b"body").unwrap();
    let request = told.recv().unwrap();
    assert!(request.starts_with("POST http://as2.acme.example:4080/as2?x=1 HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("Host: as2.acme.example:4080\r\n"), "{request}");
    assert!(request.contains("Proxy-Authorization: Basic dXM6c2VzYW1l\r\n"), "{request}");

    let (address, told) = server(&["HTTP/1.1 403 Not you\r\nContent-Length: 0\r\n\r\n"]);
    let fault = ask(proxied(&address), "https://as2.acme.example/as2", b"body").unwrap_err();
    assert_eq!(fault, ClientFault::Proxy("it answers 'HTTP/1.1 403 Not you'".into()));
    let request = told.recv().unwrap();
    assert!(request.starts_with("CONNECT as2.acme.example:443 HTTP/1.1\r\n"), "{request}");
    assert!(!request.contains("body"), "{request}");

    let (address, _told) = server(&[&"x".repeat(10_000)]);
    let fault = ask(proxied(&address), "https://as2.acme.example/as2", b"body").unwrap_err();
    assert_eq!(fault, ClientFault::Proxy("its answer is too long".into()));
}

#[test]
fn an_address_that_a_stranger_named_is_not_one_of_ours() {
    let (address, told) = server(&[OK]);
    let port = address.rsplit(':').next().unwrap();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "0x7f.1"] {
        let public = ClientSettings { reach: Reach::Public, ..settings() };
        let fault = ask(public, &format!("http://{host}:{port}/"), b"x").unwrap_err();
        assert!(matches!(fault, ClientFault::Address(_)), "{host}: {fault}");
    }
    assert!(told.try_recv().is_err(), "nobody connected");
    assert_eq!(ask(settings(), &format!("http://{address}/"), b"x").unwrap().status, 200);
}

#[test]
fn answers_are_read_as_partners_write_them() {
    let check = |answer: &str, expect: Result<(u16, &str), ClientFault>| {
        let (address, _told) = server(&[answer]);
        let found = ask(settings(), &format!("http://{address}/"), b"x");
        let found = found.map(|answer| (answer.status, String::from_utf8(answer.body).unwrap()));
        assert_eq!(
            found.as_ref().map(|(status, body)| (*status, body.as_str())),
            expect.as_ref().copied(),
            "{answer:?}"
        );
    };
    check("HTTP/1.1 200 \"OK\"\r\nContent-Length: 2\r\n\r\nok", Ok((200, "ok")));
    check("HTTP/1.1 204\r\n\r\n", Ok((204, "")));
    check("HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nuntil the end", Ok((200, "until the end")));
    check(
        "HTTP/1.1 200 OK\r\nContent-Type: multipart/signed;\r\n\tboundary=x\r\nContent-Length: 1\r\n\r\ny",
        Ok((200, "y")),
    );
    check("HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\ny", Ok((200, "y")));
    check("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny", Ok((200, "y")));
    check("HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n", Ok((302, "")));
    check(
        "HTTP/1.1 200 OK\r\nConnection: close, TE\r\nTransfer-Encoding: chunked\r\n\r\n1\r\ny\r\n0\r\n\r\n",
        Ok((200, "y")),
    );
}

/// `openssl s_server` with a certificate and some more, on a port of its own. It answers what is written to it.
struct OldServer {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl OldServer {
    fn start(pair: &Pair, more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        fs::write(&cert, pair.certificate_pem()).unwrap();
        fs::write(&key, pair.key_pem()).unwrap();
        let port = free_port();
        let process = Command::new("openssl")
            .args(["s_server", "-quiet", "-naccept", "1", "-port", &port.to_string()])
            .arg("-cert")
            .arg(cert)
            .arg("-key")
            .arg(key)
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the openssl command is there: `make tools` installs it");
        let server = Self { process, port, _folder: folder };
        server.wait_until_listening();
        server
    }

    /// Until the port is in use: to connect would be taken for the one client.
    fn wait_until_listening(&self) {
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpListener::bind((Ipv4Addr::UNSPECIFIED, self.port)).is_ok() {
            assert!(Instant::now() < deadline, "openssl s_server does not listen");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Posts to it, and gives what the client got and what the server saw.
    fn ask(mut self, settings: ClientSettings) -> (Result<Answer, ClientFault>, String) {
        let url = format!("https://127.0.0.1:{}/as2", self.port);
        let mut stdin = self.process.stdin.take().unwrap();
        let mut stdout = self.process.stdout.take().unwrap();
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            let mut seen = Vec::new();
            let mut piece = [0; 4096];
            while let Ok(amount @ 1..) = stdout.read(&mut piece) {
                seen.extend_from_slice(&piece[..amount]);
                if seen.windows(8).any(|part| part == b"the body") {
                    drop(stdin.write_all(OK.as_bytes()));
                }
            }
            drop(tell.send(String::from_utf8_lossy(&seen).into_owned()));
        });
        let answer = ask(settings, &url, b"the body");
        drop(self.process.kill());
        drop(self.process.wait());
        (answer, told.recv().unwrap_or_default())
    }
}

impl Drop for OldServer {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// A server that rustls cannot speak to: TLS 1.2 with RSA key exchange and CBC, and a self-signed CA certificate that
/// says nothing but a common name.
const OLD: [&str; 3] = ["-tls1_2", "-cipher", "AES128-SHA256"];

fn legacy(trust: Trust) -> ClientSettings {
    ClientSettings { trust, tls: TlsLibrary::OpenSsl, ..settings() }
}

#[test]
fn servers_that_rustls_refuses_are_reached_by_the_legacy_profile() {
    let pair = Pair::rsa_root("as2.acme.example");
    let pin = || Trust::Pinned(vec![Sha256::of(&pair.certificate_der())]);
    let (answer, seen) = OldServer::start(&pair, &OLD).ask(legacy(pin()));
    assert_eq!(answer.map(|answer| answer.status), Ok(200));
    assert!(seen.starts_with("POST /as2 HTTP/1.1\r\n"), "{seen}");

    let fault = OldServer::start(&pair, &OLD).ask(ClientSettings { trust: pin(), ..settings() }).0.unwrap_err();
    assert!(fault.to_string().contains("mode = \"legacy\""), "{fault}");
    // The same certificate under modern TLS is no trouble, once it is pinned.
    let (answer, _) = OldServer::start(&pair, &["-tls1_3"]).ask(ClientSettings { trust: pin(), ..settings() });
    assert_eq!(answer.map(|answer| answer.status), Ok(200));

    let stranger = Trust::Pinned(vec![Sha256::of(b"another")]);
    let (answer, seen) = OldServer::start(&pair, &OLD).ask(legacy(stranger));
    assert!(answer.unwrap_err().to_string().contains("not pinned"));
    assert_eq!(seen, "", "nothing was said to a server that is not the partner's");
    let (answer, seen) = OldServer::start(&pair, &OLD).ask(legacy(Trust::System(SystemRoots::default())));
    assert!(matches!(answer, Err(ClientFault::Handshake(_))), "{answer:?}");
    assert_eq!(seen, "");
}

#[test]
fn older_versions_are_spoken_by_their_own_switch_only() {
    let pair = Pair::rsa_root("as2.acme.example");
    let pin = || Trust::Pinned(vec![Sha256::of(&pair.certificate_der())]);
    let old = ["-tls1", "-cipher", "ALL:@SECLEVEL=0"];
    let (answer, _) = OldServer::start(&pair, &old).ask(legacy(pin()));
    assert!(matches!(answer, Err(ClientFault::Handshake(_))), "{answer:?}");
    let (answer, _) =
        OldServer::start(&pair, &old).ask(ClientSettings { lowest_tls: LowestTls::V1_0, ..legacy(pin()) });
    assert_eq!(answer.map(|answer| answer.status), Ok(200));
}

#[test]
fn a_client_certificate_is_shown_to_servers_that_ask() {
    let server = Pair::rsa_root("as2.acme.example");
    let root = Pair::root("An authority");
    let ours = root.issue("Northwind");
    let folder = tempfile::tempdir().unwrap();
    let trusted = folder.path().join("ours.pem");
    fs::write(&trusted, root.certificate_pem()).unwrap();
    let asks = ["-Verify", "1", "-verify_return_error", "-CAfile", trusted.to_str().unwrap()];
    let identity = ClientIdentity { chain: ours.certificate_pem(), key: Secret::new(ours.key_pem()) };
    let pin = || Trust::Pinned(vec![Sha256::of(&server.certificate_der())]);
    for tls in [TlsLibrary::Rustls, TlsLibrary::OpenSsl] {
        let with = ClientSettings { identity: Some(identity.clone()), trust: pin(), tls, ..settings() };
        let (answer, _) = OldServer::start(&server, &asks).ask(with);
        assert_eq!(answer.map(|answer| answer.status), Ok(200), "{tls:?}");
        let without = ClientSettings { trust: pin(), tls, ..settings() };
        assert!(OldServer::start(&server, &asks).ask(without).0.is_err(), "{tls:?}");
    }
}
