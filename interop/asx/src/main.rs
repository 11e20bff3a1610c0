//! asx-rs as a partner that serves and sends, spoken to as `tests/peers/peer.py` says: JSON a line, in and out.
//!
//! asx-rs insists on HTTPS and has no listener. Its endpoint is therefore written `https://…` and its `HttpClient`, which
//! every embedder may bring, posts to the same place over plain HTTP on loopback; hyper listens.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use asx::as2::{As2, Message, Received};
use asx::{
    BoxFuture, Certificate, HttpClient, KeyPair, LocalParty, MemoryDedup, Partner, Payload, Profile, Quirk, Reject,
    Verified,
};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tower_service::Service;

type Fault = Box<dyn Error + Send + Sync>;

/// How long a receipt may take.
const PATIENCE: Duration = Duration::from_secs(60);

#[tokio::main]
async fn main() -> Result<(), Fault> {
    let options = Options::read()?;
    let (receipts, mut arrived) = mpsc::channel(8);
    let signed = Arc::new(options.client(false)?);
    let unsigned = options.client(true)?;
    let listener = TcpListener::bind(("127.0.0.1", options.number("port")?)).await?;
    tokio::spawn(serve(listener, Arc::clone(&signed), receipts));
    say(json!({ "ready": { "product": "asx-rs", "version": "0.16.2" } }));

    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let wish: Value = serde_json::from_str(&line)?;
        let client = if wish["signed_receipt"] == true { &*signed } else { &unsigned };
        let sent = send(&options, client, &wish, &mut arrived).await;
        say(json!({ "sent": sent.unwrap_or_else(|fault| json!({ "fault": told(&*fault) })) }));
    }
    Ok(())
}

/// `--name value` pairs.
struct Options(HashMap<String, String>);

impl Options {
    fn read() -> Result<Self, Fault> {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let pairs = words.chunks_exact(2).map(|pair| (pair[0].trim_start_matches('-').to_owned(), pair[1].clone()));
        Ok(Self(pairs.collect()))
    }

    fn get(&self, name: &str) -> Result<&str, Fault> {
        self.0.get(name).map(String::as_str).ok_or_else(|| format!("--{name} is missing").into())
    }

    fn number(&self, name: &str) -> Result<u16, Fault> {
        Ok(self.get(name)?.parse()?)
    }

    fn file(&self, name: &str) -> Result<Vec<u8>, Fault> {
        Ok(std::fs::read(self.get(name)?)?)
    }

    fn partner(&self, unsigned_receipts: bool) -> Result<Partner, Fault> {
        let certificate = Certificate::from_pem(&self.file("gateway-cert")?)?;
        let partner = Partner::new(self.get("gateway")?)
            .endpoint(self.get("gateway-url")?.replacen("http://", "https://", 1))
            .signing_cert(certificate.clone())
            .encryption_cert(certificate);
        Ok(if unsigned_receipts { partner.quirk(Quirk::UnsignedMdn) } else { partner })
    }

    fn client(&self, unsigned_receipts: bool) -> Result<As2, Fault> {
        let key = KeyPair::from_pem(&self.file("cert")?, &self.file("key")?)?;
        Ok(As2::builder(Profile::as2())
            .local(LocalParty::new(self.get("name")?).signer(key.clone()).decrypter(key))
            .trust_anchor(Certificate::from_pem(&self.file("gateway-cert")?)?)
            .trust_anchor(Certificate::from_pem(&self.file("cert")?)?)
            .partner(self.partner(unsigned_receipts)?)
            .http_client(Loopback)
            .build()?)
    }
}

async fn send(
    options: &Options,
    client: &As2,
    wish: &Value,
    arrived: &mut mpsc::Receiver<Request<Bytes>>,
) -> Result<Value, Fault> {
    let content = std::fs::read(wish["file"].as_str().unwrap_or_default())?;
    let partner = options.partner(wish["signed_receipt"] == false)?;
    let message = Message::to(&partner, Payload::new(content, "application/edi-x12"));
    let verified = if wish["receipt"] == "async" {
        let url = format!("http://127.0.0.1:{}/receipt", options.number("port")?);
        let pending = client.send_async_mdn(message, &url).await?;
        let request = tokio::time::timeout(PATIENCE, arrived.recv()).await?.ok_or("nobody listens")?;
        client.verify_async_mdn(request, &pending).await?
    } else {
        client.send(message).await?
    };
    // What comes back has been verified: signature, Original-Message-ID and MIC.
    let evidence = serde_json::to_value(verified.evidence())?;
    Ok(json!({ "http": 200, "status": "processed", "receipt_digest": "verified", "evidence": evidence }))
}

async fn serve(listener: TcpListener, client: Arc<As2>, receipts: mpsc::Sender<Request<Bytes>>) {
    let heads = Arc::new(Mutex::new(()));
    let inbound = client.inbound(MemoryDedup::default(), deliver);
    while let Ok((stream, _)) = listener.accept().await {
        let (inbound, receipts, heads) = (inbound.clone(), receipts.clone(), Arc::clone(&heads));
        let service = hyper::service::service_fn(move |request: Request<Incoming>| {
            let (mut inbound, receipts, heads) = (inbound.clone(), receipts.clone(), Arc::clone(&heads));
            async move {
                if request.uri().path() == "/receipt" {
                    let (head, body) = request.into_parts();
                    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                    let taken = receipts.send(Request::from_parts(head, body)).await.is_ok();
                    let status = if taken { 200 } else { 500 };
                    return Ok::<_, Infallible>(
                        Response::builder().status(status).body(Full::default()).unwrap_or_default(),
                    );
                }
                let _one_at_a_time = heads.lock().await;
                let answer = inbound.call(request).await?;
                if !answer.status().is_success() {
                    say(json!({ "received": { "fault": format!("asx-rs answered {}", answer.status()) } }));
                }
                Ok(answer)
            }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Nothing comes here that is not signed and encrypted: asx-rs refuses the rest.
async fn deliver(message: Verified<Received>) -> Result<(), Reject> {
    let evidence = serde_json::to_value(message.evidence()).unwrap_or_default();
    let received = message.into_inner();
    let digest = Sha256::digest(received.payload().bytes());
    let content: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    say(json!({ "received": {
        "status": "processed", "message_id": format!("<{}>", received.message_id()), "form": "SE", "content": content,
        "file_name": received.payload().name(), "evidence": evidence,
    } }));
    Ok(())
}

/// Posts over plain HTTP what asx-rs believes to go over TLS.
#[derive(Debug)]
struct Loopback;

impl HttpClient for Loopback {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, Fault>> {
        Box::pin(async move {
            let authority = request.uri().authority().ok_or("no host in the URL")?.to_string();
            let (mut head, body) = request.into_parts();
            head.headers.insert(http::header::HOST, authority.parse()?);
            head.uri = head.uri.path().parse()?;
            let stream = TokioIo::new(TcpStream::connect(&authority).await?);
            let (mut sender, connection) = hyper::client::conn::http1::handshake(stream).await?;
            tokio::spawn(connection);
            let (head, body) = sender.send_request(Request::from_parts(head, Full::new(body))).await?.into_parts();
            Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        })
    }
}

fn told(fault: &dyn Error) -> String {
    let mut text = fault.to_string();
    let mut source = fault.source();
    while let Some(why) = source {
        text = format!("{text}: {why}");
        source = why.source();
    }
    text
}

fn say(what: Value) {
    println!("{what}");
}
