//! Posts one AS2 message and takes the answer, within bounds.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::content::{Body, Content, Go, Pace};
use super::kept::{Kept, Open, Stream};
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
    /// The content could not be read while it went out. Our fault.
    Content(String),
    /// It took too long; the word says in which step: `connect`, `body`, `answer`.
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
            Self::Content(why) => write!(f, "the message could not be read while it went out: {why}"),
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

/// How long a server is waited for that was asked whether the body may come (RFC 9110, section 10.1.1).
const CONTINUE_TIME: Duration = Duration::from_secs(2);

/// Posts messages, each on a connection of its own unless connections are kept.
#[derive(Clone)]
pub struct Client {
    settings: Arc<ClientSettings>,
    tls: Tls,
    kept: Arc<Kept>,
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
    /// A client with these settings. With [`Trust::System`](super::Trust::System) the system's roots are read now, unless they were.
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
        Ok(Self { settings: Arc::new(settings), tls, kept: Arc::default() })
    }

    /// Posts `content` to an `http` or `https` URL. `Host`, the length and what is said about the connection are added.
    ///
    /// Every status is an answer, an error's too: what it means is for the caller to say. Redirects are not followed.
    ///
    /// # Errors
    /// When there is no whole answer.
    pub async fn post(&self, url: &str, headers: &[(String, String)], content: Content) -> Result<Answer, ClientFault> {
        let target = Target::parse(url)?;
        let login = self.login_for(&target)?;
        let at_once = login.filter(|login| !matches!(login, Login::Basic { when: When::WhenAsked, .. }));
        let mut sending = Sending { target: &target, headers, content: &content, login: at_once };
        let answer = self.asking_first(&sending).await?;
        match login {
            Some(login) if at_once.is_none() && answer.asks_for_basic() => {
                sending.login = Some(login);
                self.asking_first(&sending).await
            }
            _ => Ok(answer),
        }
    }

    /// Credentials go to the server they are for, and to no other.
    fn login_for(&self, target: &Target) -> Result<Option<&Login>, ClientFault> {
        let Some((to, login)) = &self.settings.login else { return Ok(None) };
        Ok(Target::parse(to)?.same_origin(target).then_some(login))
    }

    /// Asks whether the body may come, where that is wanted. A server that cannot be asked is told so by its 417, and gets
    /// the request without the question (RFC 9110, section 15.5.18).
    async fn asking_first(&self, sending: &Sending<'_>) -> Result<Answer, ClientFault> {
        const EXPECTATION_FAILED: u16 = 417;
        let asks = self.settings.expect_continue;
        match self.once(sending, asks).await {
            Ok(answer) if asks && answer.status == EXPECTATION_FAILED => self.once(sending, false).await,
            answer => answer,
        }
    }

    /// One request. A connection that was kept may have been closed meanwhile: when nothing was sent on it, the request is made
    /// on a new one.
    async fn once(&self, sending: &Sending<'_>, asks: bool) -> Result<Answer, ClientFault> {
        let origin = sending.target.origin();
        if let Some(open) = self.kept.take(&origin).await {
            match self.exchange(open, &origin, sending, asks).await? {
                Ok(answer) => return Ok(answer),
                Err(why) => tracing::debug!(%why, "a kept connection was closed"),
            }
        }
        let connecting = async { Open::on(self.connect(sending.target).await?).await };
        let open = timeout(self.settings.connect_time, connecting).await;
        let open = open.map_err(|_| ClientFault::Timeout("connect"))??;
        self.exchange(open, &origin, sending, asks).await?
    }

    /// Sends the request and reads the answer, each within its time. The inner error: nothing of it was sent.
    async fn exchange(
        &self,
        mut open: Open,
        origin: &str,
        sending: &Sending<'_>,
        asks: bool,
    ) -> Result<Result<Answer, ClientFault>, ClientFault> {
        let (request, mut pace) = self.request(sending, asks)?;
        let ClientSettings { body_idle, answer_time, answer_size, .. } = *self.settings;
        let exchanged = tokio::select! {
            biased;
            exchanged = open.exchange(request, answer_size) => exchanged,
            step = pace.late(body_idle, answer_time) => return Err(ClientFault::Timeout(step)),
        };
        let answer = match exchanged {
            Err(unsent) => return Ok(Err(unsent)),
            Ok(Err(ClientFault::Broken(why))) if pace.is_unreadable() => return Err(ClientFault::Content(why)),
            Ok(Err(ClientFault::Broken(why))) => return Err(ClientFault::Broken(format!("{why}; {}", pace.words()))),
            Ok(answer) => answer?,
        };
        // One on which a body is still going out would take it for the next request.
        if !self.settings.connection_close && pace.is_whole() {
            self.kept.keep(origin, open);
        }
        Ok(Ok(answer))
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

    fn request(&self, sending: &Sending<'_>, asks: bool) -> Result<(hyper::Request<Body>, Pace), ClientFault> {
        let Sending { target, headers, content, login } = *sending;
        // A proxy is told where to go in the request line (RFC 9112, section 3.2.2).
        let through = self.settings.proxy.as_ref().filter(|_| !target.tls);
        let line = match through {
            None => target.path.clone(),
            Some(_) => format!("http://{}{}", target.authority, target.path),
        };
        let mut builder = hyper::Request::post(line).header("Host", &target.authority);
        if self.settings.connection_close {
            builder = builder.header("Connection", "close");
        }
        for (name, value) in headers {
            builder = builder.header(name.as_str(), value.as_str());
        }
        if let Some(login) = login {
            builder = builder.header("Authorization", login.header());
        }
        if let Some((user, password)) = through.and_then(|proxy| proxy.login.as_ref()) {
            builder = builder.header("Proxy-Authorization", basic(user, password.0.expose()));
        }
        if self.settings.framing == Framing::Length {
            builder = builder.header("Content-Length", content.length());
        }
        let (tell, told) = watch::channel(false);
        let go = if asks {
            builder = builder.header("Expect", "100-continue");
            Go::WhenTold { told, at_the_latest: CONTINUE_TIME }
        } else {
            Go::AtOnce
        };
        let (body, pace) = content.body(go);
        let mut request = builder.body(body).map_err(|error| ClientFault::Request(error.to_string()))?;
        if asks {
            hyper::ext::on_informational(&mut request, move |informed| {
                // 102 and the like say nothing about the body.
                if informed.status() == hyper::StatusCode::CONTINUE {
                    tell.send_replace(true);
                }
            });
        }
        Ok((request, pace))
    }
}

/// A request to be made, maybe more than once.
struct Sending<'a> {
    target: &'a Target,
    headers: &'a [(String, String)],
    content: &'a Content,
    login: Option<&'a Login>,
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
