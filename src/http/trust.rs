//! Whom a client trusts.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::settings::{ClientIdentity, LowestTls};
use crate::base::Sha256;

/// Whose certificate a server may show.
#[derive(Clone, Debug)]
pub enum Trust {
    /// One that leads to a root of this system, and names the host.
    System(SystemRoots),
    /// One that leads to one of these roots (PEM), and names the host.
    Roots(Vec<u8>),
    /// Exactly one of these, by SHA-256 of its DER form, whatever it says about itself.
    Pinned(Vec<Sha256>),
}

/// The roots of this system: read when they are first needed, and shared by all that were cloned of one another.
#[derive(Clone, Debug, Default)]
pub struct SystemRoots(Arc<OnceLock<Arc<RootCertStore>>>);

impl SystemRoots {
    fn get(&self) -> Result<Arc<RootCertStore>, TrustFault> {
        if let Some(roots) = self.0.get() {
            return Ok(Arc::clone(roots));
        }
        let found = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        let (added, _ignored) = roots.add_parsable_certificates(found.certs);
        if added == 0 {
            return Err(TrustFault("this system has no root certificates; name some".to_owned()));
        }
        Ok(Arc::clone(self.0.get_or_init(|| Arc::new(roots))))
    }
}

/// Why there is nobody to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TrustFault(pub(super) String);

/// A client's TLS settings.
pub(super) fn trusting(
    trust: &Trust,
    identity: Option<&ClientIdentity>,
    lowest: LowestTls,
) -> Result<ClientConfig, TrustFault> {
    let provider = Arc::new(ring::default_provider());
    let versions: &[&rustls::SupportedProtocolVersion] = match lowest {
        LowestTls::V1_3 => &[&TLS13],
        LowestTls::V1_0 | LowestTls::V1_1 | LowestTls::V1_2 => &[&TLS12, &TLS13],
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(versions)
        .map_err(|error| TrustFault(error.to_string()))?;
    let builder = match trust {
        Trust::System(roots) => builder.with_root_certificates(roots.get()?),
        Trust::Roots(pem) => builder.with_root_certificates(given_roots(pem)?),
        Trust::Pinned(pins) => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(PinnedVerifier { pins: pins.clone(), provider })),
    };
    let Some(identity) = identity else { return Ok(builder.with_no_client_auth()) };
    let chain = CertificateDer::pem_slice_iter(&identity.chain)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TrustFault(format!("the client certificate: {error}")))?;
    // The reader's own error could quote the file; what is wrong with a key is said in our words.
    let unusable = || TrustFault("the client's private key cannot be used".to_owned());
    let key = PrivateKeyDer::from_pem_slice(identity.key.expose()).map_err(|_| unusable())?;
    builder.with_client_auth_cert(chain, key).map_err(|_| unusable())
}

fn given_roots(pem: &[u8]) -> Result<RootCertStore, TrustFault> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| TrustFault(error.to_string()))?;
        roots.add(certificate).map_err(|error| TrustFault(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(TrustFault("the file has no certificate in PEM".to_owned()));
    }
    Ok(roots)
}

/// Accepts exactly the pinned certificates. Names, dates and chains do not count: partners' certificates are often
/// self-signed, without a subject alternative name, or marked as a CA. That the server holds the key is still checked.
#[derive(Debug)]
struct PinnedVerifier {
    pins: Vec<Sha256>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinnedVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = Sha256::of(end_entity);
        if self.pins.contains(&shown) {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::General(format!("the server shows a certificate that is not pinned, SHA-256 {shown}")))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
