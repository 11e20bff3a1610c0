//! A gateway's files in a folder of their own, with keys made for the run and thrown away.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::ec::{EcGroup, EcKey};
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};
use tempfile::TempDir;

use crate::base::Timestamp;

/// The instant as of which the fixtures are judged.
pub(crate) fn now() -> Timestamp {
    "2026-11-24T12:00:00Z".parse::<jiff::Timestamp>().map(|at| Timestamp::from_millis(at.as_millisecond())).unwrap()
}

/// Where the fixtures are.
pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/config")
}

/// A folder with edigate.toml and all it names.
pub(crate) struct Site(TempDir);

impl Site {
    /// A copy of the fixture folder `name`, with keys.
    pub(crate) fn of(name: &str) -> Self {
        let site = Self(tempfile::tempdir().unwrap());
        site.overlay(&fixtures().join(name));
        for (file, text, mode) in keys() {
            site.write(file, text);
            site.mode(file, *mode);
        }
        site
    }

    /// Copies the files of `folder` over those that are there.
    pub(crate) fn overlay(&self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            copy(&entry.path(), &self.0.path().join(entry.file_name()));
        }
    }

    /// Copies the folder `from` in under a name.
    pub(crate) fn adopt(&self, from: &Path, name: &str) {
        copy(from, &self.0.path().join(name));
    }

    /// Writes one file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        if path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::write(path, text).unwrap();
    }

    /// Replaces the one place where `old` stands in a file.
    pub(crate) fn edit(&self, name: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.0.path().join(name)).unwrap();
        assert_eq!(text.matches(old).count(), 1, "{old} in {name}");
        self.write(name, &text.replace(old, new));
    }

    /// Sets a file's mode.
    pub(crate) fn mode(&self, name: &str, mode: u32) {
        fs::set_permissions(self.0.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// The path of a file.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The path of edigate.toml.
    pub(crate) fn edigate_toml(&self) -> PathBuf {
        self.path("edigate.toml")
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// File, content and mode of every key and certificate that a fixture may name.
fn keys() -> &'static [(&'static str, String, u32)] {
    static ONCE: OnceLock<Vec<(&'static str, String, u32)>> = OnceLock::new();
    ONCE.get_or_init(|| {
        let rsa = |bits| PKey::from_rsa(Rsa::generate(bits).unwrap()).unwrap();
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
        let tls = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
        let (ours, acme, weak) = (rsa(2048), rsa(2048), rsa(1024));
        let far = "2028-01-01T00:00:00Z";
        vec![
            ("certs/ours.pem", certificate("northwind", &ours, far), 0o644),
            ("certs/ours.key", pem(&ours), 0o400),
            ("certs/acme.pem", certificate("acme", &acme, far), 0o644),
            ("certs/acme-expired.pem", certificate("acme", &acme, "2026-06-01T00:00:00Z"), 0o644),
            ("certs/acme-soon.pem", certificate("acme", &acme, "2026-12-10T00:00:00Z"), 0o644),
            ("certs/acme-weak.pem", certificate("acme", &weak, far), 0o644),
            ("certs/tls.pem", certificate("edigate.example", &tls, far), 0o644),
            ("certs/tls-expired.pem", certificate("edigate.example", &tls, "2026-06-01T00:00:00Z"), 0o644),
            ("certs/tls.key", pem(&tls), 0o400),
        ]
    })
}

fn pem(key: &PKey<Private>) -> String {
    String::from_utf8(key.private_key_to_pem_pkcs8().unwrap()).unwrap()
}

fn certificate(name: &str, key: &PKey<Private>, until: &str) -> String {
    let instant = |text: &str| Asn1Time::from_unix(text.parse::<jiff::Timestamp>().unwrap().as_second()).unwrap();
    let mut subject = X509NameBuilder::new().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(1).unwrap()).unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(&subject).unwrap();
    builder.set_not_before(&instant("2025-01-01T00:00:00Z")).unwrap();
    builder.set_not_after(&instant(until)).unwrap();
    builder.set_pubkey(key).unwrap();
    builder.sign(key, MessageDigest::sha256()).unwrap();
    String::from_utf8(builder.build().to_pem().unwrap()).unwrap()
}
