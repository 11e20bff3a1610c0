//! Documents that are too large for a message: the message says where they are, and the ERP fetches them.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use edigate::base::{RowId, Sha256};
use openssl::pkey::PKey;
use openssl::ssl::{SslConnector, SslMethod, SslVersion};
use openssl::x509::X509;
use serde_json::{Value, json};

use crate::erp_peer::{Erp, TOKEN};
use crate::gateway::Gateway;
use crate::identity::{Identity, write_secret};
use crate::moved_clock::MovedClock;
use crate::pairs::Pair;
use crate::partner::{Terms, deliver};
use crate::plan::Plan;
use crate::ports::free_port;
use crate::wire::{self, Reply};
use crate::{broker, order};

const PATH: &str = "/v1/documents";
const SECRET: &str = "6f1d0c2b9a8e7d6c5b4a39281706f5e4";

/// A gateway whose documents above 16 KiB are left at one listener for who has the token, and at another for who has a
/// certificate under `clients`.
fn prepared(prefix: &str, mode: &str, clients: &Pair) -> (Gateway, SocketAddr, SocketAddr) {
    let [by_token, by_certificate] =
        [free_port(), free_port()].map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let plan = Plan::default()
        .broker(&broker::shared().url(), prefix)
        .amqp(&format!("content_mode = \"{mode}\""))
        .amqp(&format!("claim_check = {{ above = \"16KiB\", url = \"http://{by_token}{PATH}/\" }}"))
        .listener(&format!(
            "[[listener]]\nname = \"claim\"\nkind = \"claim\"\nbind = \"{by_token}\"\ntoken = \"file:{TOKEN}\"\n"
        ))
        .listener(&format!(
            "[[listener]]\nname = \"claim-tls\"\nkind = \"claim\"\nbind = \"{by_certificate}\"\n\
             tls = {{ cert = \"certs/tls.pem\", key = \"file:certs/tls.key\", client_auth = \"required\", \
             ca = \"certs/clients.pem\" }}\n"
        ));
    let gateway = plan.prepare();
    write_secret(&gateway.path(TOKEN), format!("{SECRET}\n").as_bytes());
    fs::write(gateway.path("certs/clients.pem"), clients.certificate_pem()).unwrap();
    (gateway, by_token, by_certificate)
}

fn request(method: &str, path: &str, token: Option<&str>) -> String {
    let token = token.map(|token| format!("Authorization: {token}\r\n")).unwrap_or_default();
    format!("{method} {path} HTTP/1.1\r\nHost: edigate\r\nConnection: close\r\n{token}\r\n")
}

fn ask(address: SocketAddr, method: &str, path: &str, token: Option<&str>) -> Reply {
    wire::send_raw(address, request(method, path, token).as_bytes()).unwrap()
}

fn get(address: SocketAddr, path: &str) -> Reply {
    ask(address, "GET", path, Some(&format!("Bearer {SECRET}")))
}

/// The path of an event's `dataref`.
fn path_of(event: &Value) -> String {
    let dataref = event["attributes"]["dataref"].as_str().unwrap();
    dataref[dataref.find(PATH).unwrap()..].to_owned()
}

/// The document of an event as it is handed out, held to what the event says of it.
fn handed_out(address: SocketAddr, event: &Value) -> Vec<u8> {
    let reply = get(address, &path_of(event));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let sha256 = event["claim"]["sha256"].as_str().unwrap();
    assert_eq!(Sha256::of(&reply.body).to_string(), sha256);
    assert_eq!(reply.header("ETag"), Some(format!("\"{sha256}\"").as_str()));
    assert_eq!(reply.header("Content-Type"), Some("application/json"));
    assert_eq!(reply.header("Content-Length"), Some(event["claim"]["bytes"].to_string().as_str()));
    assert_eq!(reply.header("Cache-Control"), Some("private, immutable"));
    reply.body
}

/// An operator has the document of this event published again.
fn replay(gateway: &Gateway, event: &Value) {
    let id = event["attributes"]["edidocid"].as_str().unwrap();
    let replayed = gateway.run(&["doc", "replay", id, "--reason", "the ERP lost it"]);
    assert!(replayed.status.success(), "{}", String::from_utf8_lossy(&replayed.stderr));
}

#[test]
fn a_large_document_is_left_to_be_fetched_by_who_has_the_token() {
    let clients = Pair::root("clients");
    let (mut gateway, door, _) = prepared("claims", "binary", &clients);
    let mut erp = Erp::start(&broker::shared().url(), &gateway);
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    deliver(&gateway, &Terms::default().pack(&order::with_lines(2, 1000)));
    let arrived = |replay: &'static str, index| {
        erp.wait_for("documents", |event| {
            event["attributes"]["edidocnum"] == order::number(index) && event["attributes"]["edireplay"] == replay
        })
    };
    let small = arrived("0", 1);
    assert_eq!((small["attributes"].get("dataref"), &small["claim"]), (None, &Value::Null));
    let large = arrived("0", 2);
    assert_eq!(large["data"]["lines"].as_array().unwrap().len(), 1000, "the ERP has fetched it");
    assert_eq!(large["attributes"]["id"].as_str(), path_of(&large).rsplit('/').next(), "it is named by its row");
    let document = handed_out(door, &large);
    assert_eq!(serde_json::from_slice::<Value>(&document).unwrap(), large["data"]);

    let path = path_of(&large);
    let check = |method: &str, path: &str, token: Option<&str>, status: u16, header: Option<(&str, &str)>| {
        let reply = ask(door, method, path, token);
        assert_eq!(reply.status, status, "{method} {path} {token:?}: {}", reply.text());
        if let Some((name, value)) = header {
            assert_eq!(reply.header(name), Some(value), "{method} {path} {token:?}");
        }
        assert!(!reply.text().contains("orderNumber"));
    };
    let bearer = format!("Bearer {SECRET}");
    let right = Some(bearer.as_str());
    check("GET", &path, None, 401, Some(("WWW-Authenticate", "Bearer realm=\"edigate\"")));
    let wrong = Some(("WWW-Authenticate", "Bearer realm=\"edigate\", error=\"invalid_token\""));
    check("GET", &path, Some(&format!("Bearer {SECRET}0")), 401, wrong);
    check("GET", &path, Some(&format!("Bearer {}", &SECRET[1..])), 401, wrong);
    check("GET", &path, Some("Bearer "), 401, None);
    check("GET", &path, Some(&format!("Basic {SECRET}")), 401, None);
    check("POST", &path, None, 401, None);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        check(method, &path, right, 405, Some(("Allow", "GET, HEAD")));
    }
    check("GET", PATH, right, 404, None);
    check("GET", "/", right, 404, None);
    check("GET", &format!("{PATH}/../..{PATH}"), right, 404, None);
    check("GET", &format!("{path}/1"), right, 404, None);
    check("GET", &format!("{PATH}/{}", RowId::from_bytes([5; 16])), right, 404, None);
    check("GET", &format!("{PATH}/{}", large["attributes"]["edidocid"].as_str().unwrap()), right, 404, None);
    let mut stream = wire::connect(door).unwrap();
    std::io::Write::write_all(&mut stream, request("HEAD", &path, right).as_bytes()).unwrap();
    let mut head = String::new();
    std::io::Read::read_to_string(&mut stream, &mut head).unwrap();
    let (lines, rest) = head.split_once("\r\n\r\n").unwrap();
    assert!(lines.starts_with("HTTP/1.1 200") && lines.contains(&format!("Content-Length: {}", document.len())));
    assert_eq!(rest, "", "a HEAD has no body");

    // A replay has another row, and its own bytes under it; an event, whose row is none of a document, cannot be had.
    replay(&gateway, &large);
    let again = arrived("1", 2);
    assert_ne!(path_of(&again), path);
    assert_eq!(again["data"]["meta"]["replay"]["count"], 1);
    let second = handed_out(door, &again);
    let told = erp.wait_for("events", |event| event["data"]["event"] == "document.replayed");
    check("GET", &format!("{PATH}/{}", told["attributes"]["id"].as_str().unwrap()), right, 404, None);

    gateway.kill();
    gateway.start();
    assert_eq!(handed_out(door, &large), document, "byte for byte, after kill -9");
    assert_eq!(handed_out(door, &again), second);
    assert!(gateway.logged("document.fetched") >= 5);
    let log = fs::read_to_string(gateway.path("log")).unwrap();
    assert!(log.contains("wrong-token") && !log.contains(&SECRET[1..]), "the token is not logged");
    let mark = json!({ "key": "posted.order.v1.-", "body": { "documentId": large["attributes"]["edidocid"] } });
    erp.publish(&mark);
    erp.wait_for("events", |event| event["data"]["event"] == "document.posted");
}

#[test]
fn a_structured_event_holds_the_document_or_says_where_it_is() {
    let clients = Pair::root("clients");
    let (mut gateway, door, by_certificate) = prepared("structured", "structured", &clients);
    let erp = Erp::start(&broker::shared().url(), &gateway);
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::interchange(1)));
    deliver(&gateway, &Terms::default().pack(&order::with_lines(2, 1000)));
    let arrived = |index| erp.wait_for("documents", |event| event["attributes"]["edidocnum"] == order::number(index));
    let (small, large) = (arrived(1), arrived(2));
    assert_eq!((&small["mode"], &large["mode"]), (&json!("structured"), &json!("structured")));
    assert_eq!(small["data"]["orderNumber"], order::number(1));
    assert_eq!(small["attributes"]["partitionkey"], format!("acme-bearings|order|{}", order::number(1)));
    assert_eq!(large["data"]["lines"].as_array().unwrap().len(), 1000);
    let document = handed_out(door, &large);
    replay(&gateway, &small);
    assert_eq!(erp.wait_for("events", |event| event["data"]["event"] == "document.replayed")["mode"], "structured");

    // The other listener asks for no token, and lets nobody in without a certificate of the right issuer.
    let path = path_of(&large);
    let known = clients.issue("erp");
    assert_eq!(get_under_tls(by_certificate, &path, Some(&known)).unwrap().body, document);
    assert!(get_under_tls(by_certificate, &path, None).is_none());
    assert!(get_under_tls(by_certificate, &path, Some(&Pair::root("strangers").issue("erp"))).is_none());
    assert_eq!(gateway.logged("connection.handshake-failed"), 2);
}

#[test]
fn what_is_damaged_is_not_handed_out_and_what_was_let_go_is_not_there() {
    let (mut gateway, door, _) = prepared("kept", "binary", &Pair::root("clients"));
    let erp = Erp::start(&broker::shared().url(), &gateway);
    gateway.start();
    deliver(&gateway, &Terms::default().pack(&order::with_lines(1, 1000)));
    let large = erp.wait_for("documents", |event| event["attributes"]["edidocnum"] == order::number(1));
    let document = handed_out(door, &large);

    let sha256 = large["claim"]["sha256"].as_str().unwrap();
    let file = gateway.store().join("spool").join(&sha256[..2]).join(sha256);
    let damaged = [&document[..document.len() - 1], b"]"].concat();
    fs::write(&file, damaged).unwrap();
    let reply = get(door, &path_of(&large));
    assert_eq!((reply.status, reply.text().trim_end()), (500, "the document cannot be read"));
    assert!(gateway.log().contains("document-unreadable") && gateway.log().contains("is damaged at byte"));
    fs::write(&file, &document).unwrap();
    handed_out(door, &large);

    let toml = fs::read_to_string(gateway.path("edigate.toml")).unwrap();
    let short = "[store]\nretention = { payload = \"1h\", evidence = \"1h\", document = \"1h\", audit = \"1h\" }\n";
    fs::write(gateway.path("edigate.toml"), toml.replace("[store]\n", short)).unwrap();
    assert!(gateway.stop().success());
    let _clock = MovedClock::start_ahead(&mut gateway, 2 * 3600);
    let deadline = Instant::now() + Duration::from_secs(20);
    while get(door, &path_of(&large)).status != 404 {
        assert!(Instant::now() < deadline, "{}", gateway.log());
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a client with this certificate gets, or nothing when he is not let in.
fn get_under_tls(address: SocketAddr, path: &str, client: Option<&Pair>) -> Option<Reply> {
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    // The refusal is then part of the handshake.
    builder.set_max_proto_version(Some(SslVersion::TLS1_2)).unwrap();
    let server = X509::from_pem(&Identity::listener().certificate_pem).unwrap();
    builder.cert_store_mut().add_cert(server).unwrap();
    if let Some(pair) = client {
        builder.set_certificate(&X509::from_pem(&pair.certificate_pem()).unwrap()).unwrap();
        builder.set_private_key(&PKey::private_key_from_pem(&pair.key_pem()).unwrap()).unwrap();
    }
    let stream = TcpStream::connect(address).unwrap();
    let mut stream = builder.build().connect("127.0.0.1", stream).ok()?;
    std::io::Write::write_all(&mut stream, request("GET", path, None).as_bytes()).unwrap();
    Some(wire::read_reply(&mut stream).unwrap())
}
