//! `[identity.NAME]` of edigate.toml: an AS2 name of ours with its certificates and keys.

use super::Surroundings;
use super::certificate::{CertificateEntry, Window};
use super::validity::{Dated, judge};
use crate::as2::{As2Name, Signer};
use crate::base::table::{Faults, Located, Table};
use crate::base::{Diagnostic, Secret, Sha256, Timestamp};
use crate::smime::{Certificate, Decryptor, PrivateKey};

/// What a certificate of ours is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnRole {
    /// Receipts and messages are signed with it.
    Sign,
    /// Partners encrypt for it.
    Decrypt,
    /// Shown to partners' servers that ask for one.
    TlsClient,
}

const ROLES: [(&str, OwnRole); 3] =
    [("sign", OwnRole::Sign), ("decrypt", OwnRole::Decrypt), ("tls-client", OwnRole::TlsClient)];

/// One table `[identity.NAME]` as written.
#[derive(Clone, Debug)]
pub(crate) struct IdentityEntry {
    pub(crate) name: Located<String>,
    pub(crate) as2_id: As2Name,
    pub(crate) certificates: Vec<CertificateEntry<OwnRole>>,
}

impl IdentityEntry {
    /// Reads one identity under its name.
    pub(crate) fn read(name: Located<String>, table: &Table<'_>) -> Option<Self> {
        table.require("as2_id", AS2_NAME);
        table.require("certificates", "[[identity.NAME.certificates]] with roles \"sign\" and \"decrypt\"");
        let as2_id = as2_name(table, "as2_id").map(|name| name.value);
        let certificates = table
            .tables("certificates")
            .iter()
            .filter_map(|certificate| CertificateEntry::read(certificate, &ROLES, true))
            .collect();
        Some(Self { name, as2_id: as2_id?, certificates })
    }

    /// Fetches certificates and keys, and judges them as of `now`. A certificate with a fault is left out.
    pub(crate) fn resolve(self, surroundings: &dyn Surroundings, now: Timestamp, faults: &Faults) -> Identity {
        for (role, word) in [(OwnRole::Sign, "sign"), (OwnRole::Decrypt, "decrypt")] {
            if !self.certificates.iter().any(|entry| entry.roles.contains(&role)) {
                let message = format!("the identity '{}' has no certificate with the role \"{word}\"", *self.name);
                let fault = Diagnostic::error("missing-certificate", message).at(self.name.at.clone());
                faults.add(fault.expecting(format!("[[identity.{}.certificates]] with that role", *self.name)));
            }
        }
        let mut listed = Vec::new();
        let mut resolved = Vec::new();
        for entry in &self.certificates {
            let certificate = surroundings.certificate(&entry.cert);
            let key = entry.key.as_ref().and_then(|key| surroundings.key(key));
            listed.extend(certificate.as_ref().map(Certificate::fingerprint));
            let own =
                certificate.zip(key).and_then(|(certificate, key)| own(entry, certificate, key, surroundings, faults));
            resolved.extend(own.map(|own| (entry, own)));
        }
        let dated: Vec<_> = resolved
            .iter()
            .map(|(entry, own)| Dated {
                roles: &own.roles,
                certificate: &own.certificate,
                active: entry.active,
                window: own.window,
                at: &entry.cert.at,
            })
            .collect();
        judge(&dated, now, faults);
        let certificates = resolved.into_iter().map(|(_, own)| own).collect();
        Identity { name: self.name.value, as2_id: self.as2_id, certificates, listed }
    }
}

/// One entry with its certificate and its key, if they belong together.
fn own(
    entry: &CertificateEntry<OwnRole>,
    certificate: Certificate,
    key: PrivateKey,
    surroundings: &dyn Surroundings,
    faults: &Faults,
) -> Option<OwnCertificate> {
    if !key.belongs_to(&certificate) {
        let message = format!("this key is not the key of the certificate {}", *entry.cert);
        let at = entry.key.as_ref().map(|key| key.at.clone()).unwrap_or_default();
        faults
            .add(Diagnostic::error("key-differs", message).at(at).hinting("name the key the certificate was made for"));
        return None;
    }
    let tls_client = entry.roles.contains(&OwnRole::TlsClient).then(|| {
        let key = entry.key.as_ref().and_then(|key| surroundings.key_pem(key))?;
        Some(TlsClient { certificates: surroundings.pem(&entry.cert)?, key })
    });
    let window = entry.active.window(&certificate);
    Some(OwnCertificate { roles: entry.roles.clone(), window, certificate, key, tls_client: tls_client.flatten() })
}

/// What an AS2 name looks like, for an operator.
pub(crate) const AS2_NAME: &str = "an AS2 name: 1 to 128 printable ASCII characters";

/// Reads an AS2 name with its place.
pub(crate) fn as2_name(table: &Table<'_>, key: &'static str) -> Option<Located<As2Name>> {
    let value = table.value(key)?;
    let name = value.parsed(AS2_NAME, |text| text.parse().ok())?;
    Some(Located { value: name, at: value.at() })
}

/// An identity with its certificates and keys at hand. It holds keys, so it has no `Debug`.
pub struct Identity {
    /// Its name in edigate.toml.
    pub name: String,
    /// The AS2 name.
    pub as2_id: As2Name,
    /// Its certificates, in the order of the file.
    pub certificates: Vec<OwnCertificate>,
    /// SHA-256 of each that is listed, also where the key is not at hand, as in a check that cannot see the service's
    /// credentials.
    pub(crate) listed: Vec<Sha256>,
}

/// A certificate of ours, its key, and when it counts.
pub struct OwnCertificate {
    /// What it is used for.
    pub roles: Vec<OwnRole>,
    /// The certificate.
    pub certificate: Certificate,
    /// Its private key.
    pub key: PrivateKey,
    /// When it counts.
    pub window: Window,
    /// Certificate and key as they were read, when the role is [`OwnRole::TlsClient`].
    pub tls_client: Option<TlsClient>,
}

impl OwnCertificate {
    fn signer(&self) -> Signer {
        Signer { certificate: self.certificate.clone(), key: self.key.clone() }
    }
}

/// What we show to servers that ask for a certificate. It holds a key, so it has no `Debug`.
pub struct TlsClient {
    /// PEM: the certificate, and after it those of its issuers, as far as the file has them.
    pub certificates: Vec<u8>,
    /// Its private key in PEM.
    pub key: Secret<Vec<u8>>,
}

impl Identity {
    /// What to sign with at `now`: of the certificates in force the one that came into force last, so that a new one
    /// takes over when its time comes. `None` when none is in force: then nothing may be signed.
    pub fn signer(&self, now: Timestamp) -> Option<Signer> {
        self.in_force(OwnRole::Sign, now).max_by_key(|own| own.window.from).map(OwnCertificate::signer)
    }

    /// What to sign with at `now` for a partner that is to see the certificate `chosen`. That one counts whatever its roles
    /// and its time are for others, and no longer than it lasts; then it is as for everybody.
    pub fn signer_for(&self, chosen: Option<Sha256>, now: Timestamp) -> Option<Signer> {
        let counts = |own: &&OwnCertificate| {
            let lasts = own.certificate.not_before() <= now && now < own.window.until;
            lasts && chosen == Some(own.certificate.fingerprint())
        };
        self.certificates.iter().find(counts).map(OwnCertificate::signer).or_else(|| self.signer(now))
    }

    /// What partners may have encrypted for at `now`.
    pub fn decryptors(&self, now: Timestamp) -> Vec<Decryptor> {
        self.in_force(OwnRole::Decrypt, now)
            .map(|own| Decryptor { certificate: own.certificate.clone(), key: own.key.clone() })
            .collect()
    }

    /// What to show at `now` to servers that ask: the one that came into force last.
    pub fn tls_client(&self, now: Timestamp) -> Option<&TlsClient> {
        self.in_force(OwnRole::TlsClient, now).max_by_key(|own| own.window.from)?.tls_client.as_ref()
    }

    fn in_force(&self, role: OwnRole, now: Timestamp) -> impl Iterator<Item = &OwnCertificate> {
        self.certificates.iter().filter(move |own| own.roles.contains(&role) && own.window.holds(now))
    }
}
