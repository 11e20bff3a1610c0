//! How a client is to be: whom it trusts, what it logs in with, over whom it goes.

use std::fmt;
use std::time::Duration;

use super::Trust;
use super::guard::Reach;
use crate::base::Secret;

/// How a client is to be.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// Whom it trusts, for `https`.
    pub trust: Trust,
    /// The certificate it shows to servers that ask for one.
    pub identity: Option<ClientIdentity>,
    /// The lowest version of TLS it speaks.
    pub lowest_tls: LowestTls,
    /// By which library.
    pub tls: TlsLibrary,
    /// What it logs in with, and where: to no other server.
    pub login: Option<(String, Login)>,
    /// Over whom its connections go.
    pub proxy: Option<ProxySettings>,
    /// How the length of a body is said.
    pub framing: Framing,
    /// Ask the server before the body goes out (RFC 9110, section 10.1.1).
    pub expect_continue: bool,
    /// Close the connection after each request.
    pub connection_close: bool,
    /// Which addresses it connects to.
    pub reach: Reach,
    /// Connecting and the handshake.
    pub connect_time: Duration,
    /// From one piece of the body being taken to the next.
    pub body_idle: Duration,
    /// From the last piece of the body to the last byte of the answer.
    pub answer_time: Duration,
    /// Bytes of the answer's body.
    pub answer_size: usize,
}

impl ClientSettings {
    /// Settings that suit most servers.
    pub fn new(trust: Trust, connect_time: Duration, answer_time: Duration, answer_size: usize) -> Self {
        Self {
            trust,
            identity: None,
            lowest_tls: LowestTls::default(),
            tls: TlsLibrary::default(),
            login: None,
            proxy: None,
            framing: Framing::default(),
            expect_continue: false,
            connection_close: true,
            reach: Reach::default(),
            connect_time,
            body_idle: answer_time,
            answer_time,
            answer_size,
        }
    }
}

/// A client's certificate chain, its own first, and private key, both in PEM. Its `Debug` shows neither.
#[derive(Clone)]
pub struct ClientIdentity {
    /// The chain.
    pub chain: Vec<u8>,
    /// The key.
    pub key: Secret<Vec<u8>>,
}

impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIdentity")
    }
}

/// The lowest version of TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LowestTls {
    /// 1.0 (RFC 2246), by OpenSSL only.
    V1_0,
    /// 1.1 (RFC 4346), by OpenSSL only.
    V1_1,
    /// 1.2 (RFC 5246).
    #[default]
    V1_2,
    /// 1.3 (RFC 8446).
    V1_3,
}

/// By which library TLS is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum TlsLibrary {
    /// rustls.
    #[default]
    Rustls,
    /// OpenSSL, for servers that rustls refuses.
    OpenSsl,
}

/// What a client logs in with. Its `Debug` shows no secret.
#[derive(Clone)]
pub enum Login {
    /// User and password (RFC 7617).
    Basic {
        /// The user.
        user: String,
        /// The password.
        password: Secret<String>,
        /// With the first request, or only once the server asks.
        when: When,
    },
    /// A token (RFC 6750, section 2.1).
    Bearer(Secret<String>),
}

/// When a client logs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// With the first request.
    AtOnce,
    /// Once the server answers 401.
    WhenAsked,
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Basic { .. } => "Basic",
            Self::Bearer(_) => "Bearer",
        })
    }
}

impl Login {
    /// The value of the Authorization header.
    pub(super) fn header(&self) -> String {
        match self {
            Self::Basic { user, password, .. } => basic(user, password.expose()),
            Self::Bearer(token) => format!("Bearer {}", token.expose()),
        }
    }
}

/// The value of a header that logs in with user and password (RFC 7617, section 2).
pub(super) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", openssl::base64::encode_block(format!("{user}:{password}").as_bytes()))
}

/// A proxy of HTTP.
#[derive(Clone, Debug)]
pub struct ProxySettings {
    /// Its URL: `http://proxy.example:3128`.
    pub url: String,
    /// User and password for it.
    pub login: Option<(String, PasswordOf)>,
}

/// A password whose `Debug` does not show it.
#[derive(Clone)]
pub struct PasswordOf(pub Secret<String>);

impl fmt::Debug for PasswordOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(withheld)")
    }
}

/// How the length of a body is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Framing {
    /// By Content-Length, which every server understands.
    #[default]
    Length,
    /// In chunks (RFC 9112, section 7.1).
    Chunked,
}
