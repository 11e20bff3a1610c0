//! TLS as old servers speak it, by OpenSSL: versions before 1.2, CBC, key exchange by RSA, keys that are short. For
//! partners that rustls refuses, and by their own switch only.

use std::pin::Pin;
use std::sync::Arc;

use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::ssl::{SslConnector, SslMethod, SslOptions, SslVerifyMode, SslVersion};
use openssl::x509::X509;
use openssl::x509::store::X509StoreBuilder;
use tokio::net::TcpStream;
use tokio_openssl::SslStream;

use super::settings::{ClientIdentity, LowestTls};
use super::{ClientFault, Trust};
use crate::base::Sha256;

/// A client of old servers.
#[derive(Clone)]
pub(super) struct LegacyTls {
    connector: Arc<SslConnector>,
    pins: Option<Vec<Sha256>>,
}

/// Everything that OpenSSL can still speak, the better first. Level 0 takes short keys and SHA-1 in certificates.
const CIPHERS: &str = "DEFAULT:@SECLEVEL=0";

/// SSL_OP_LEGACY_SERVER_CONNECT: servers that do not know RFC 5746. It guards renegotiation, which is off.
const LEGACY_SERVER_CONNECT: SslOptions = SslOptions::from_bits_retain(0x4);

impl LegacyTls {
    pub(super) fn new(
        trust: &Trust,
        identity: Option<&ClientIdentity>,
        lowest: LowestTls,
    ) -> Result<Self, ClientFault> {
        let unusable = |error: openssl::error::ErrorStack| ClientFault::Trust(error.to_string());
        let mut builder = SslConnector::builder(SslMethod::tls_client()).map_err(unusable)?;
        builder
            .set_min_proto_version(Some(match lowest {
                LowestTls::V1_0 => SslVersion::TLS1,
                LowestTls::V1_1 => SslVersion::TLS1_1,
                LowestTls::V1_2 => SslVersion::TLS1_2,
                LowestTls::V1_3 => SslVersion::TLS1_3,
            }))
            .map_err(unusable)?;
        builder.set_cipher_list(CIPHERS).map_err(unusable)?;
        builder.set_options(SslOptions::NO_COMPRESSION | SslOptions::NO_RENEGOTIATION | LEGACY_SERVER_CONNECT);
        let pins = match trust {
            Trust::System(_) => None,
            Trust::Roots(pem) => {
                let mut store = X509StoreBuilder::new().map_err(unusable)?;
                for root in X509::stack_from_pem(pem).map_err(unusable)? {
                    store.add_cert(root).map_err(unusable)?;
                }
                builder.set_cert_store(store.build());
                None
            }
            Trust::Pinned(pins) => {
                // The certificate is compared once the handshake is done: then the server has shown that it holds the key.
                builder.set_verify(SslVerifyMode::NONE);
                Some(pins.clone())
            }
        };
        if let Some(identity) = identity {
            let mut chain = X509::stack_from_pem(&identity.chain).map_err(unusable)?.into_iter();
            let leaf = chain.next().ok_or_else(|| ClientFault::Trust("there is no client certificate".to_owned()))?;
            builder.set_certificate(&leaf).map_err(unusable)?;
            for issuer in chain {
                builder.add_extra_chain_cert(issuer).map_err(unusable)?;
            }
            // What is wrong with a key is said in our words: OpenSSL's might quote it.
            let unreadable = |_| ClientFault::Trust("the client's private key cannot be used".to_owned());
            let key = PKey::private_key_from_pem(identity.key.expose()).map_err(unreadable)?;
            builder.set_private_key(&key).map_err(unreadable)?;
        }
        Ok(Self { connector: Arc::new(builder.build()), pins })
    }

    /// Does the handshake.
    pub(super) async fn connect(&self, host: &str, stream: TcpStream) -> Result<SslStream<TcpStream>, ClientFault> {
        let failed = |why: String| ClientFault::Handshake(why);
        let mut configuration = self.connector.configure().map_err(|error| failed(error.to_string()))?;
        configuration.set_verify_hostname(self.pins.is_none());
        let ssl = configuration.into_ssl(host).map_err(|error| failed(error.to_string()))?;
        let mut stream = SslStream::new(ssl, stream).map_err(|error| failed(error.to_string()))?;
        Pin::new(&mut stream).connect().await.map_err(|error| failed(error.to_string()))?;
        let Some(pins) = &self.pins else { return Ok(stream) };
        let shown = stream.ssl().peer_certificate().and_then(|leaf| leaf.digest(MessageDigest::sha256()).ok());
        let shown = shown.and_then(|digest| Some(Sha256::from_bytes(digest.as_ref().try_into().ok()?)));
        match shown {
            Some(shown) if pins.contains(&shown) => Ok(stream),
            Some(shown) => Err(failed(format!("the server shows a certificate that is not pinned, SHA-256 {shown}"))),
            None => Err(failed("the server shows no certificate".to_owned())),
        }
    }
}
