//! The listener's side of TLS: 1.2 and 1.3, a certificate that can be changed while it listens, and clients' where they are
//! asked for one.

use std::fmt;
use std::io;
use std::sync::Arc;

use arc_swap::ArcSwap;
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};
use rustls::{RootCertStore, ServerConfig, SupportedProtocolVersion};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

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
    /// The file of those who issue clients' certificates holds none, or one that cannot be read.
    Clients(String),
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(why) => write!(f, "the TLS certificate cannot be used: {why}"),
            Self::Key(why) => write!(f, "the TLS private key cannot be used: {why}"),
            Self::Mismatch => f.write_str("the TLS private key does not belong to the certificate"),
            Self::Clients(why) => write!(f, "the certificates of clients' issuers cannot be used: {why}"),
        }
    }
}

impl std::error::Error for TlsFault {}

/// A listener's certificate and settings. Clones share them, so a change reaches every listener that has one.
#[derive(Clone)]
pub struct ServerTls {
    certificate: Arc<Certificate>,
    acceptor: TlsAcceptor,
}

impl fmt::Debug for ServerTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerTls")
    }
}

/// The certificate in force; asked anew by every handshake.
struct Certificate(ArcSwap<CertifiedKey>);

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate")
    }
}

impl ResolvesServerCert for Certificate {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl ServerTls {
    /// A certificate chain (leaf first) and its private key, both in PEM. With `client_ca`, roots in PEM, a client that
    /// shows no certificate issued under one of them is refused by the handshake.
    ///
    /// Cipher suites are rustls' own: for 1.2 ECDHE with AES-GCM or ChaCha20 only. There is no renegotiation, no
    /// compression and no early data, which could be replayed.
    pub fn new(
        chain_pem: &[u8],
        key_pem: &Secret<Vec<u8>>,
        minimum: MinimumTls,
        client_ca: Option<&[u8]>,
    ) -> Result<Self, TlsFault> {
        let provider = Arc::new(ring::default_provider());
        let certificate = Arc::new(Certificate(ArcSwap::from_pointee(certified(chain_pem, key_pem)?)));
        let versions: &[&SupportedProtocolVersion] = match minimum {
            MinimumTls::Tls12 => &[&TLS12, &TLS13],
            MinimumTls::Tls13 => &[&TLS13],
        };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(versions)
            .map_err(|error| TlsFault::Certificate(error.to_string()))?;
        let builder = match client_ca {
            None => builder.with_no_client_auth(),
            Some(pem) => builder.with_client_cert_verifier(verifier(pem, provider)?),
        };
        let mut config = builder.with_cert_resolver(certificate.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Without tickets every message would pay a whole handshake. The key that seals them changes every twelve hours.
        if let Ok(ticketer) = ring::Ticketer::new() {
            config.ticketer = ticketer;
        }
        Ok(Self { certificate, acceptor: TlsAcceptor::from(Arc::new(config)) })
    }

    /// Puts another certificate in place; handshakes from now on present it. On a fault the old one stays.
    pub fn replace(&self, chain_pem: &[u8], key_pem: &Secret<Vec<u8>>) -> Result<(), TlsFault> {
        self.certificate.0.store(Arc::new(certified(chain_pem, key_pem)?));
        Ok(())
    }

    /// Does the handshake.
    pub(super) async fn accept(&self, stream: TcpStream) -> io::Result<(TlsStream<TcpStream>, TlsInfo)> {
        let stream = self.acceptor.accept(stream).await?;
        let (_, session) = stream.get_ref();
        let text = |value: Option<String>| value.unwrap_or_else(|| "unknown".to_owned());
        let info = TlsInfo {
            version: text(session.protocol_version().map(|version| format!("{version:?}"))),
            cipher_suite: text(session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()))),
            server_name: session.server_name().map(str::to_owned),
        };
        Ok((stream, info))
    }
}

/// Verifies that clients' certificates were issued under one of these roots.
fn verifier(pem: &[u8], provider: Arc<CryptoProvider>) -> Result<Arc<dyn ClientCertVerifier>, TlsFault> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| TlsFault::Clients(error.to_string()))?;
        roots.add(certificate).map_err(|error| TlsFault::Clients(error.to_string()))?;
    }
    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|error| TlsFault::Clients(error.to_string()))
}

/// Reads a chain and its key, and checks that they belong together.
fn certified(chain_pem: &[u8], key_pem: &Secret<Vec<u8>>) -> Result<CertifiedKey, TlsFault> {
    let chain = CertificateDer::pem_slice_iter(chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsFault::Certificate(error.to_string()))?;
    if chain.is_empty() {
        return Err(TlsFault::Certificate("the file has no certificate in PEM".to_owned()));
    }
    // The reader's own error could quote the file; what is wrong with a key is said in our words.
    let key = PrivateKeyDer::from_pem_slice(key_pem.expose())
        .map_err(|_| TlsFault::Key("the file has no unencrypted private key in PEM".to_owned()))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider()).map_err(|error| match error {
        rustls::Error::InconsistentKeys(_) => TlsFault::Mismatch,
        rustls::Error::InvalidCertificate(why) => TlsFault::Certificate(format!("{why:?}")),
        _ => TlsFault::Key("its algorithm or form is not supported".to_owned()),
    })
}
