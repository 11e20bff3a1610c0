//! Posts one AS2 message and takes the answer, within bounds.

use std::fmt;
use std::time::Duration;

use crate::base::Sha256;

/// Whose certificate a server may show.
#[derive(Clone, Debug)]
pub enum Trust {
    /// One that leads to a root of this system, and names the host.
    System,
    /// One that leads to one of these roots (PEM), and names the host.
    Roots(Vec<u8>),
    /// Exactly one of these, by SHA-256 of its DER form, whatever it says about itself.
    Pinned(Vec<Sha256>),
}

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
#[derive(Clone, Debug)]
pub struct Client {}

impl Client {
    /// A client with these settings.
    pub fn new(settings: ClientSettings) -> Result<Self, ClientFault> {
        let _ = settings;
        todo!()
    }

    /// Posts `body` to an `http` or `https` URL. `Host`, `Content-Length` and `Connection: close` are added.
    pub async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, ClientFault> {
        let _ = (url, headers, body);
        todo!()
    }
}
