//! `[identity.NAME]` of edigate.toml: an AS2 name of ours with its certificates and keys.

use super::Surroundings;
use super::certificate::{CertificateEntry, Window};
use super::validity::{Dated, judge};
use crate::as2::{As2Name, Signer};
use crate::base::table::{Faults, Located, Table};
use crate::base::{Diagnostic, Secret, Timestamp};
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
                faults.add(Diagnostic::error("missing-certificate", message).at(self.name.at.clone()));
            }
        }
        let resolved: Vec<_> =
            self.certificates.iter().filter_map(|entry| Some((entry, own(entry, surroundings, faults)?))).collect();
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
        Identity { name: self.name.value, as2_id: self.as2_id, certificates }
    }
}

/// One entry with its certificate and the key that belongs to it.
fn own(entry: &CertificateEntry<OwnRole>, surroundings: &dyn Surroundings, faults: &Faults) -> Option<OwnCertificate> {
    let certificate = surroundings.certificate(&entry.cert);
    let key = entry.key.as_ref().and_then(|key| surroundings.key(key));
    let (certificate, key) = (certificate?, key?);
    if !key.belongs_to(&certificate) {
        let message = format!("this key is not the key of the certificate {}", *entry.cert);
        let at = entry.key.as_ref().map(|key| key.at.clone()).unwrap_or_default();
        faults
            .add(Diagnostic::error("key-differs", message).at(at).hinting("name the key the certificate was made for"));
        return None;
    }
    Some(OwnCertificate { roles: entry.roles.clone(), window: entry.active.window(&certificate), certificate, key })
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
}

impl Identity {
    /// What to sign with at `now`: of the certificates in force the one that came into force last, so that a new one
    /// takes over when its time comes. `None` when none is in force: then nothing may be signed.
    pub fn signer(&self, now: Timestamp) -> Option<Signer> {
        self.in_force(OwnRole::Sign, now)
            .max_by_key(|own| own.window.from)
            .map(|own| Signer { certificate: own.certificate.clone(), key: own.key.clone() })
    }

    /// What we show at `now` to servers that ask who we are: certificate and key in PEM.
    pub fn tls_client(&self, now: Timestamp) -> Option<(Vec<u8>, Secret<Vec<u8>>)> {
        let own = self.in_force(OwnRole::TlsClient, now).max_by_key(|own| own.window.from)?;
        Some((own.certificate.to_pem().into_bytes(), own.key.to_pem()?))
    }

    /// What partners may have encrypted for at `now`.
    pub fn decryptors(&self, now: Timestamp) -> Vec<Decryptor> {
        self.in_force(OwnRole::Decrypt, now)
            .map(|own| Decryptor { certificate: own.certificate.clone(), key: own.key.clone() })
            .collect()
    }

    fn in_force(&self, role: OwnRole, now: Timestamp) -> impl Iterator<Item = &OwnCertificate> {
        self.certificates.iter().filter(move |own| own.roles.contains(&role) && own.window.holds(now))
    }
}
