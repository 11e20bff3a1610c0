//! TLS towards the broker.

use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::{ClientCertificate, PublisherSettings, SettingsFault};

/// Trusts the roots that are named, or those of the system when none are, and shows the client certificate if there is
/// one.
pub(super) fn config(settings: &PublisherSettings) -> Result<Arc<ClientConfig>, SettingsFault> {
    let roots = match &settings.ca {
        Some(pem) => named_roots(pem)?,
        None => system_roots()?,
    };
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_| SettingsFault::Value("this build has no TLS version to offer"))?
        .with_root_certificates(roots);
    let config = match &settings.client {
        None => builder.with_no_client_auth(),
        Some(client) => {
            let (chain, key) = identity(client)?;
            builder
                .with_client_auth_cert(chain, key)
                .map_err(|_| SettingsFault::Value("erp.amqp.client: the key does not belong to the certificate"))?
        }
    };
    Ok(Arc::new(config))
}

fn named_roots(pem: &[u8]) -> Result<RootCertStore, SettingsFault> {
    const FAULT: SettingsFault = SettingsFault::Pem("erp.amqp.ca");
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate.map_err(|_| FAULT)?).map_err(|_| FAULT)?;
    }
    if roots.is_empty() { Err(FAULT) } else { Ok(roots) }
}

fn system_roots() -> Result<RootCertStore, SettingsFault> {
    let mut roots = RootCertStore::empty();
    let (added, _ignored) = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if added == 0 {
        return Err(SettingsFault::Value("this system has no root certificates; name the broker's in erp.amqp.ca"));
    }
    Ok(roots)
}

fn identity(
    client: &ClientCertificate,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), SettingsFault> {
    let chain = CertificateDer::pem_slice_iter(&client.chain)
        .collect::<Result<Vec<_>, _>>()
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or(SettingsFault::Pem("erp.amqp.client.cert"))?;
    let key = PrivateKeyDer::from_pem_slice(client.key.expose())
        .map_err(|_| SettingsFault::Pem("erp.amqp.client.key (an unencrypted private key)"))?;
    Ok((chain, key))
}
