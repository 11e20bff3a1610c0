//! The listener's side of TLS: 1.2 and 1.3, and a certificate that can be changed while it listens.

use std::fmt;

use crate::base::Secret;

/// The oldest version of TLS that a listener speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum MinimumTls {
    /// 1.2 (RFC 5246).
    #[default]
    Tls12,
    /// 1.3 (RFC 8446).
    Tls13,
}

/// What a handshake agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    /// `TLSv1_3`.
    pub version: String,
    /// `TLS13_AES_256_GCM_SHA384`.
    pub cipher_suite: String,
    /// The name the peer asked for.
    pub server_name: Option<String>,
}

/// Why a certificate and key cannot serve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate file holds no certificate, or one that cannot be read.
    Certificate(String),
    /// The key file holds no private key, or one that cannot be used. Never a piece of the key.
    Key(String),
    /// The key is not the certificate's.
    Mismatch,
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(why) => write!(f, "the TLS certificate cannot be used: {why}"),
            Self::Key(why) => write!(f, "the TLS private key cannot be used: {why}"),
            Self::Mismatch => f.write_str("the TLS private key does not belong to the certificate"),
        }
    }
}

impl std::error::Error for TlsFault {}

/// A listener's certificate and settings. Clones share them, so a change reaches every listener that has one.
#[derive(Clone)]
pub struct ServerTls {}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTls")
    }
}

impl ServerTls {
    /// A certificate chain (leaf first) and its private key, both in PEM.
    pub fn new(chain_pem: &[u8], key_pem: &Secret<Vec<u8>>, minimum: MinimumTls) -> Result<Self, TlsFault> {
        let _ = (chain_pem, key_pem, minimum);
        todo!()
    }

    /// Puts another certificate in place; handshakes from now on present it. On a fault the old one stays.
    pub fn replace(&self, chain_pem: &[u8], key_pem: &Secret<Vec<u8>>) -> Result<(), TlsFault> {
        let _ = (chain_pem, key_pem);
        todo!()
    }
}
