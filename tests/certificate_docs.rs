//! docs/certificates.md holds what it shows: its files are put down and its commands are run, beside certificates made for
//! the run. Days and fingerprints of the run are told as those of the page. `EDIGATE_UPDATE=1` writes what came into the page.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use edigate::base::{Clock, Sha256, SystemClock};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};

#[path = "support/page.rs"]
mod page;

use page::{Block, blocks, session};

/// The day on which the page plays.
const TODAY: Date = date(2026, 11, 30);

fn certificates_page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/certificates.md")
}

#[test]
fn what_the_page_shows_is_what_happens() {
    let text = fs::read_to_string(certificates_page()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = Run::in_folder(folder.path());
    let mut now = text.clone();
    for Block { info, text } in blocks(&text) {
        if let Some((_, file)) = info.split_once("file=") {
            let file = folder.path().join(file);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, format!("{text}\n")).unwrap();
        } else if info == "console" {
            let came = run.as_of_the_page(&session(&run.as_of_today(text), folder.path()));
            now = now.replace(&format!("```console\n{text}\n```"), &format!("```console\n{came}\n```"));
        }
    }
    if std::env::var_os("EDIGATE_UPDATE").is_some() {
        fs::write(certificates_page(), &now).unwrap();
        return;
    }
    let behind: Vec<_> = text.lines().zip(now.lines()).filter(|(shown, comes)| shown != comes).take(8).collect();
    assert!(
        text == now,
        "docs/certificates.md is behind; EDIGATE_UPDATE=1 writes what comes, then read it: {behind:#?}"
    );
}

/// What is of this run alone: its day, and the fingerprints of its certificates with those that the page shows.
struct Run {
    today: Date,
    fingerprints: Vec<(String, String)>,
}

impl Run {
    /// Makes the certificates of the page: two in force, and two that are to follow them as they are handed over.
    fn in_folder(folder: &Path) -> Self {
        let mut run =
            Self { today: TimeZone::UTC.to_datetime(SystemClock.now().to_jiff()).date(), fingerprints: Vec::new() };
        fs::create_dir_all(folder.join("certs")).unwrap();
        let (ours, key) = run.certificate("NORTHWIND", "9a1c0b52", 46);
        fs::write(folder.join("certs/us-2025.pem"), ours.to_pem().unwrap()).unwrap();
        write_secret(&folder.join("certs/us-2025.key"), &key.private_key_to_pem_pkcs8().unwrap());
        let (theirs, _) = run.certificate("ACMEBRG", "77f0d3e8", 9);
        fs::write(folder.join("certs/acme-2025.pem"), theirs.to_pem().unwrap()).unwrap();
        let (next, key) = run.certificate("NORTHWIND", "5f02a1c4", 800);
        let bundle = Pkcs12::builder().name("us").pkey(&key).cert(&next).build2("open sesame").unwrap();
        fs::write(folder.join("new.p12"), bundle.to_der().unwrap()).unwrap();
        write_secret(&folder.join("passphrase"), b"open sesame\n");
        let (theirs, _) = run.certificate("ACMEBRG", "c43b9e17", 740);
        fs::write(folder.join("acme.cer"), theirs.to_der().unwrap()).unwrap();
        run
    }

    /// A certificate that ends so many days after today, and that the page shows under a fingerprint that begins so.
    fn certificate(&mut self, name: &str, shown: &str, days: i32) -> (X509, PKey<Private>) {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let midnight = |days: i32| {
            let day = self.today.checked_add(days.days()).unwrap();
            Asn1Time::from_unix(TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap().as_second()).unwrap()
        };
        let mut builder = X509::builder().unwrap();
        builder.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(1).unwrap()).unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder.set_not_before(&midnight(-30)).unwrap();
        builder.set_not_after(&midnight(days)).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        let certificate = builder.build();
        let fingerprint = Sha256::of(&certificate.to_der().unwrap()).to_string();
        self.fingerprints.push((fingerprint, shown.repeat(8)));
        (certificate, key)
    }

    /// A session of the page as it is to be typed today.
    fn as_of_today(&self, text: &str) -> String {
        self.fingerprints.iter().fold(moved(text, TODAY, self.today), |text, (here, shown)| {
            text.replace(shown, here).replace(&shown[..8], &here[..8])
        })
    }

    /// What came today as the page tells it.
    fn as_of_the_page(&self, text: &str) -> String {
        let told = self.fingerprints.iter().fold(moved(text, self.today, TODAY), |text, (here, shown)| {
            text.replace(here, shown).replace(&here[..8], &shown[..8])
        });
        at_one_time(&told)
    }
}

/// Every date in a text, as far from `to` as it was from `from`.
fn moved(text: &str, from: Date, to: Date) -> String {
    let days = to.since(from).unwrap().get_days();
    let mut out = String::new();
    let mut rest = text;
    while let Some(next) = rest.char_indices().next() {
        let found = rest.get(..10).and_then(|word| word.parse::<Date>().ok());
        match found {
            Some(day) => {
                out.push_str(&day.checked_add(days.days()).unwrap().to_string());
                rest = &rest[10..];
            }
            None => {
                out.push(next.1);
                rest = &rest[next.1.len_utf8()..];
            }
        }
    }
    out
}

/// Every time of day that is not midnight, as the one at which the page plays.
fn at_one_time(text: &str) -> String {
    let mut parts = text.split('T');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let time = part.get(..9).filter(|time| time.ends_with('Z'));
        let is_time =
            time.is_some_and(|time| time[..8].parse::<jiff::civil::Time>().is_ok() && &time[..8] != "00:00:00");
        out.push('T');
        out.push_str(&if is_time { format!("09:41:07{}", &part[8..]) } else { part.to_owned() });
    }
    out
}

fn write_secret(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).unwrap();
    file.write_all(content).unwrap();
}
