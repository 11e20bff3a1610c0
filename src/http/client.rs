//! Posts one AS2 message and takes the answer, within bounds.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use super::Trust;
use super::trust::trusting;

/// How a client is to be.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Whom it trusts, for `https`.
    pub trust: Trust,
    /// Connecting and the handshake.
    pub connect_time: Duration,
    /// From there to the last byte of the answer.
    pub answer_time: Duration,
    /// Bytes of the answer's body.
    pub answer_size: usize,
}

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
    /// Nobody answers there.
    Connect(String),
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
            Self::Connect(why) => write!(f, "cannot connect: {why}"),
            Self::Handshake(why) => write!(f, "TLS handshake failed: {why}"),
            Self::Request(why) => write!(f, "the request cannot be written: {why}"),
            Self::Broken(why) => write!(f, "the connection ended before the answer was whole: {why}"),
            Self::Timeout(step) => write!(f, "timed out ({step})"),
            Self::TooLarge(cap) => write!(f, "the answer is larger than {cap} bytes"),
        }
    }
}

impl std::error::Error for ClientFault {}

/// Posts messages, each on a connection of its own.
#[derive(Clone)]
pub struct Client {
    settings: Arc<ClientSettings>,
    tls: TlsConnector,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with these settings. With [`Trust::System`] the system's roots are read now.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientFault> {
        let tls = TlsConnector::from(Arc::new(trusting(&settings.trust).map_err(|fault| ClientFault::Trust(fault.0))?));
        Ok(Self { settings: Arc::new(settings), tls })
    }

    /// Posts `body` to an `http` or `https` URL. `Host`, `Content-Length` and `Connection: close` are added.
    ///
    /// Every status is an answer, an error's too: what it means is for the caller to say.
    pub async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, ClientFault> {
        let target = Target::parse(url)?;
        let request = request(&target, headers, body)?;
        let connecting = self.connect(&target);
        let stream =
            timeout(self.settings.connect_time, connecting).await.map_err(|_| ClientFault::Timeout("connect"))??;
        let exchanging = exchange(stream, request, self.settings.answer_size);
        timeout(self.settings.answer_time, exchanging).await.map_err(|_| ClientFault::Timeout("answer"))?
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, ClientFault> {
        let stream = TcpStream::connect((target.dial_host(), target.port))
            .await
            .map_err(|error| ClientFault::Connect(format!("{}:{}: {error}", target.host, target.port)))?;
        // Small writes go out at once; it is no fault if this cannot be set.
        let undelayed = stream.set_nodelay(true).is_ok();
        tracing::trace!(undelayed, "connected");
        if !target.tls {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(target.dial_host().to_owned())
            .map_err(|_| ClientFault::Url(format!("'{}' is no host name", target.host)))?;
        let stream = self.tls.connect(name, stream).await.map_err(|error| ClientFault::Handshake(error.to_string()))?;
        Ok(Box::new(stream))
    }
}

/// A connection, under TLS or not.
trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Where a URL leads.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    tls: bool,
    /// As it stands in the URL, brackets around IPv6 included.
    host: String,
    port: u16,
    authority: String,
    path: String,
}

impl Target {
    fn parse(url: &str) -> Result<Self, ClientFault> {
        let fault = |why: &str| ClientFault::Url(why.to_owned());
        let uri: hyper::Uri = url.parse().map_err(|error| ClientFault::Url(format!("{error}")))?;
        let tls = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(fault("it does not begin with http:// or https://")),
        };
        let authority = uri.authority().ok_or_else(|| fault("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(fault("user and password do not belong into it"));
        }
        Ok(Self {
            tls,
            host: authority.host().to_owned(),
            port: authority.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            authority: authority.as_str().to_owned(),
            path: uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }

    fn dial_host(&self) -> &str {
        self.host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(&self.host)
    }
}

fn request(
    target: &Target,
    headers: &[(String, String)],
    body: Vec<u8>,
) -> Result<hyper::Request<Full<Bytes>>, ClientFault> {
    let mut builder =
        hyper::Request::post(&target.path).header("Host", &target.authority).header("Connection", "close");
    for (name, value) in headers {
        builder = builder.header(name.as_str(), value.as_str());
    }
    builder.body(Full::new(Bytes::from(body))).map_err(|error| ClientFault::Request(error.to_string()))
}

/// Sends the request and reads the answer. Folded header lines are unfolded: partners' products send them
/// (RFC 9112, section 5.2 has a user agent replace them by spaces).
async fn exchange(
    stream: Box<dyn Stream>,
    request: hyper::Request<Full<Bytes>>,
    cap: usize,
) -> Result<Answer, ClientFault> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_urls_as_partners_write_them() {
        let check = |url: &str, expect: Result<(bool, &str, u16, &str), ()>| {
            let found = Target::parse(url).map(|target| {
                let dial = target.dial_host().to_owned();
                (target.tls, dial, target.port, target.path)
            });
            let expect = expect.map(|(tls, host, port, path)| (tls, host.to_owned(), port, path.to_owned()));
            assert_eq!(found.map_err(|_| ()), expect, "{url}");
        };
        check("http://as2.acme.example/as2", Ok((false, "as2.acme.example", 80, "/as2")));
        check("https://as2.acme.example:4443/as2?x=1", Ok((true, "as2.acme.example", 4443, "/as2?x=1")));
        check("https://[::1]/", Ok((true, "::1", 443, "/")));
        check("HTTP://host", Ok((false, "host", 80, "/")));
        check("ftp://host/", Err(()));
        check("host/as2", Err(()));
        check("http://user:secret@host/", Err(()));
        check("", Err(()));
    }
}
