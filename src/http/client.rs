//! Posts one AS2 message and takes the answer, within bounds.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::legacy::LegacyTls;
use super::settings::{ClientSettings, Framing, Login, ProxySettings, TlsLibrary, When, basic};
use super::target::Target;
use super::trust::trusting;

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Header names (lower case) and values, in order.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFault {
    /// The URL cannot be posted to.
    Url(String),
    /// The settings cannot be used: no roots, or roots that cannot be read.
    Trust(String),
    /// The host leads to no address, or to none that may be connected to.
    Address(String),
    /// Nobody answers there.
    Connect(String),
    /// The proxy does not let us through.
    Proxy(String),
    /// The handshake failed, or the certificate is not one to trust.
    Handshake(String),
    /// The request cannot be written: a header is malformed. Our fault.
    Request(String),
    /// The connection ended before the answer was whole.
    Broken(String),
    /// It took too long; the word says in which step: `connect`, `answer`.
    Timeout(&'static str),
    /// The answer is larger than the cap in bytes.
    TooLarge(usize),
}

impl fmt::Display for ClientFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(why) => write!(f, "the URL cannot be used: {why}"),
            Self::Trust(why) => write!(f, "no certificates to trust: {why}"),
            Self::Address(why) => write!(f, "no address to connect to: {why}"),
            Self::Connect(why) => write!(f, "cannot connect: {why}"),
            Self::Proxy(why) => write!(f, "the proxy does not connect us: {why}"),
            Self::Handshake(why) => write!(f, "TLS handshake failed: {why}{}", next_step(why)),
            Self::Request(why) => write!(f, "the request cannot be written: {why}"),
            Self::Broken(why) => write!(f, "the connection ended before the answer was whole: {why}"),
            Self::Timeout(step) => write!(f, "timed out ({step})"),
            Self::TooLarge(cap) => write!(f, "the answer is larger than {cap} bytes"),
        }
    }
}

impl std::error::Error for ClientFault {}

/// What to do about a handshake that failed, as far as its words tell.
fn next_step(why: &str) -> &'static str {
    if why.contains("HandshakeFailure") || why.contains("ProtocolVersion") || why.contains("handshake failure") {
        "; the server speaks only what rustls refuses: ask for TLS 1.2 with ECDHE and AES-GCM, or write mode = \"legacy\""
    } else if why.contains("certificate") {
        "; compare the server's certificate, then pin it: a certificate with roles = [\"tls-trust\"] and trust = \"pinned\""
    } else {
        ""
    }
}

/// Posts messages, each on a connection of its own.
#[derive(Clone)]
pub struct Client {
    settings: Arc<ClientSettings>,
    tls: Tls,
}

#[derive(Clone)]
enum Tls {
    Rustls(TlsConnector),
    OpenSsl(LegacyTls),
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings. With [`Trust::System`](super::Trust::System) the system's roots are read now.
    ///
    /// # Errors
    /// When there is nobody to trust, or the client's own certificate cannot be used.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientFault> {
        let tls = match settings.tls {
            TlsLibrary::Rustls => {
                let config = trusting(&settings.trust, settings.identity.as_ref(), settings.lowest_tls);
                Tls::Rustls(TlsConnector::from(Arc::new(config.map_err(|fault| ClientFault::Trust(fault.0))?)))
            }
            TlsLibrary::OpenSsl => {
                Tls::OpenSsl(LegacyTls::new(&settings.trust, settings.identity.as_ref(), settings.lowest_tls)?)
            }
        };
        Ok(Self { settings: Arc::new(settings), tls })
    }

    /// Posts `body` to an `http` or `https` URL. `Host`, the length and `Connection: close` are added.
    ///
    /// Every status is an answer, an error's too: what it means is for the caller to say. Redirects are not followed.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, ClientFault> {
        let target = Target::parse(url)?;
        let login = self.login_for(&target)?;
        let body = Bytes::from(body);
        let at_once = login.filter(|login| !matches!(login, Login::Basic { when: When::WhenAsked, .. }));
        let answer = self.once(&target, headers, body.clone(), at_once).await?;
        match login {
            Some(login) if at_once.is_none() && answer.asks_for_basic() => {
                self.once(&target, headers, body, Some(login)).await
            }
            _ => Ok(answer),
        }
    }

    /// Credentials go to the server they are for, and to no other.
    fn login_for(&self, target: &Target) -> Result<Option<&Login>, ClientFault> {
        let Some((to, login)) = &self.settings.login else { return Ok(None) };
        Ok(Target::parse(to)?.same_origin(target).then_some(login))
    }

    async fn once(
        &self,
        target: &Target,
        headers: &[(String, String)],
        body: Bytes,
        login: Option<&Login>,
    ) -> Result<Answer, ClientFault> {
        let request = self.request(target, headers, body, login)?;
        let connecting = self.connect(target);
        let stream =
            timeout(self.settings.connect_time, connecting).await.map_err(|_| ClientFault::Timeout("connect"))??;
        let exchanging = exchange(stream, request, self.settings.answer_size);
        timeout(self.settings.answer_time, exchanging).await.map_err(|_| ClientFault::Timeout("answer"))?
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, ClientFault> {
        let stream = match &self.settings.proxy {
            None => self.dial(target.dial_host(), target.port).await?,
            Some(proxy) => {
                let at = Target::parse(&proxy.url)?;
                let mut stream = self.dial(at.dial_host(), at.port).await?;
                if target.tls {
                    tunnel(&mut stream, target, proxy).await?;
                }
                stream
            }
        };
        if !target.tls {
            return Ok(Box::new(stream));
        }
        match &self.tls {
            Tls::Rustls(connector) => {
                let name = ServerName::try_from(target.dial_host().to_owned())
                    .map_err(|_| ClientFault::Url(format!("'{}' is no host name", target.host)))?;
                let stream = connector.connect(name, stream).await;
                Ok(Box::new(stream.map_err(|error| ClientFault::Handshake(error.to_string()))?))
            }
            Tls::OpenSsl(legacy) => Ok(Box::new(legacy.connect(target.dial_host(), stream).await?)),
        }
    }

    /// Connects to the first address of a host that answers and may be connected to. The name is resolved once: what was
    /// looked at is what is connected to.
    async fn dial(&self, host: &str, port: u16) -> Result<TcpStream, ClientFault> {
        let found = tokio::net::lookup_host((host, port)).await;
        let found: Vec<SocketAddr> = found.map_err(|error| ClientFault::Address(format!("{host}: {error}")))?.collect();
        let allowed: Vec<SocketAddr> =
            found.iter().copied().filter(|address| self.settings.reach.allows(address.ip())).collect();
        if let (true, Some(refused)) = (allowed.is_empty(), found.first()) {
            let why = format!("{host} is {}, which is not an address of the public internet", refused.ip());
            return Err(ClientFault::Address(why));
        }
        let stream = TcpStream::connect(allowed.as_slice())
            .await
            .map_err(|error| ClientFault::Connect(format!("{host}:{port}: {error}")))?;
        // Small writes go out at once; it is no fault if this cannot be set.
        let undelayed = stream.set_nodelay(true).is_ok();
        tracing::trace!(undelayed, "connected");
        Ok(stream)
    }

    fn request(
        &self,
        target: &Target,
        headers: &[(String, String)],
        body: Bytes,
        login: Option<&Login>,
    ) -> Result<hyper::Request<Body>, ClientFault> {
        // A proxy is told where to go in the request line (RFC 9112, section 3.2.2).
        let through = self.settings.proxy.as_ref().filter(|_| !target.tls);
        let line = match through {
            None => target.path.clone(),
            Some(_) => format!("http://{}{}", target.authority, target.path),
        };
        let mut builder = hyper::Request::post(line).header("Host", &target.authority).header("Connection", "close");
        for (name, value) in headers {
            builder = builder.header(name.as_str(), value.as_str());
        }
        if let Some(login) = login {
            builder = builder.header("Authorization", login.header());
        }
        if let Some((user, password)) = through.and_then(|proxy| proxy.login.as_ref()) {
            builder = builder.header("Proxy-Authorization", basic(user, password.0.expose()));
        }
        let body = match self.settings.framing {
            Framing::Length => Full::new(body).map_err(|never| match never {}).boxed(),
            Framing::Chunked => in_chunks(body),
        };
        builder.body(body).map_err(|error| ClientFault::Request(error.to_string()))
    }
}

impl Answer {
    fn asks_for_basic(&self) -> bool {
        let challenge = |(name, value): &(Vec<u8>, Vec<u8>)| {
            let value = value.to_ascii_lowercase();
            name == b"www-authenticate" && value.windows(5).any(|word| word == b"basic")
        };
        self.status == 401 && self.headers.iter().any(challenge)
    }
}

type Body = http_body_util::combinators::BoxBody<Bytes, io::Error>;

/// A body whose length is not said, so that it goes out in chunks.
fn in_chunks(body: Bytes) -> Body {
    const CHUNK: usize = 64 << 10;
    let count = body.len().div_ceil(CHUNK);
    let pieces = (0..count).map(move |index| {
        let from = index * CHUNK;
        Ok(Frame::data(body.slice(from..body.len().min(from + CHUNK))))
    });
    StreamBody::new(futures_util::stream::iter(pieces)).boxed()
}

/// Asks a proxy for a way through (RFC 9110, section 9.3.6).
async fn tunnel(stream: &mut TcpStream, target: &Target, proxy: &ProxySettings) -> Result<(), ClientFault> {
    /// Bytes of a proxy's answer: a status and a few header lines.
    const LONGEST: usize = 8 << 10;
    let to = format!("{}:{}", target.host, target.port);
    let mut request = format!("CONNECT {to} HTTP/1.1\r\nHost: {to}\r\n");
    if let Some((user, password)) = &proxy.login {
        request.push_str(&format!("Proxy-Authorization: {}\r\n", basic(user, password.0.expose())));
    }
    request.push_str("\r\n");
    let broken = |error: io::Error| ClientFault::Proxy(error.to_string());
    stream.write_all(request.as_bytes()).await.map_err(broken)?;
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LONGEST {
            return Err(ClientFault::Proxy("its answer is too long".to_owned()));
        }
        // Byte by byte, so that nothing behind the head is taken from the handshake that follows.
        head.push(stream.read_u8().await.map_err(broken)?);
    }
    let line = String::from_utf8_lossy(&head);
    let line = line.lines().next().unwrap_or_default();
    match line.split(' ').nth(1) {
        Some(status) if status.starts_with('2') => Ok(()),
        _ => Err(ClientFault::Proxy(format!("it answers '{}'", line.chars().take(80).collect::<String>()))),
    }
}

/// A connection, under TLS or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Sends the request and reads the answer. Folded header lines are unfolded: partners' products send them
/// (RFC 9112, section 5.2 has a user agent replace them by spaces).
async fn exchange(stream: Box<dyn Stream>, request: hyper::Request<Body>, cap: usize) -> Result<Answer, ClientFault> {
    let broken = |error: hyper::Error| ClientFault::Broken(in_full(&error));
    let (mut sender, connection) = hyper::client::conn::http1::Builder::new()
        .title_case_headers(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(broken)?;
    let answering = async {
        let response = sender.send_request(request).await.map_err(broken)?;
        let (parts, mut body) = response.into_parts();
        let headers = parts.headers.iter().map(|(name, value)| (name.as_str().into(), value.as_bytes().into()));
        let mut answer = Answer { status: parts.status.as_u16(), headers: headers.collect(), body: Vec::new() };
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame.map_err(broken)?.into_data() {
                if answer.body.len().saturating_add(data.len()) > cap {
                    return Err(ClientFault::TooLarge(cap));
                }
                answer.body.extend_from_slice(&data);
            }
        }
        Ok(answer)
    };
    // The connection does the reading and writing; what ends it shows in the answer.
    let driving = async {
        let driven = connection.await;
        tracing::trace!(?driven, "connection ended");
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        biased;
        answer = answering => answer,
        never = driving => match never {},
    }
}

/// An error with what caused it; hyper says only the first half itself.
fn in_full(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
