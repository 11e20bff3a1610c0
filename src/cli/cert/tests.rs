mod activate;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use openssl::asn1::{Asn1Integer, Asn1Time};
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkcs12::Pkcs12;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};

use super::*;
use crate::cli::args::{Arguments, Command};
use crate::config::tests::site::{Site, now};
use crate::config::{Configuration, load};
use crate::smime::Certificate;

/// A certificate as an operator comes by one.
struct New {
    certificate: X509,
    key: PKey<Private>,
}

impl New {
    fn named(name: &str) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let mut builder = X509::builder().unwrap();
        builder.set_serial_number(&Asn1Integer::from_bn(&BigNum::from_u32(2).unwrap()).unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        let instant = |text: &str| Asn1Time::from_unix(text.parse::<jiff::Timestamp>().unwrap().as_second()).unwrap();
        builder.set_not_before(&instant("2026-01-01T00:00:00Z")).unwrap();
        builder.set_not_after(&instant("2030-01-01T00:00:00Z")).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self { certificate: builder.build(), key }
    }

    fn pem(&self) -> String {
        String::from_utf8(self.certificate.to_pem().unwrap()).unwrap()
    }

    fn key_pem(&self) -> String {
        String::from_utf8(self.key.private_key_to_pem_pkcs8().unwrap()).unwrap()
    }

    fn fingerprint(&self) -> crate::base::Sha256 {
        Certificate::from_der(&self.certificate.to_der().unwrap()).unwrap().fingerprint()
    }
}

/// Types `edigate cert …` in a site.
fn typed(site: &Site, line: &str, at: Timestamp) -> Result<(Exit, String), Failure> {
    let config = site.edigate_toml();
    let words = ["edigate", "cert"].into_iter().chain(line.split(' ')).map(|word| match word.strip_prefix('@') {
        Some(file) => site.path(file).display().to_string(),
        None => word.to_owned(),
    });
    let words = words.chain(["--config".to_owned(), config.display().to_string()]);
    let Command::Cert(command) = Arguments::try_parse_from(words).unwrap().command else { panic!("{line}") };
    let mut out = Vec::new();
    let exit = cert(&command, at, &mut Output::to(&mut out))?;
    Ok((exit, String::from_utf8(out).unwrap()))
}

fn done(site: &Site, line: &str) -> String {
    let (exit, told) = typed(site, line, now()).unwrap_or_else(|failure| panic!("{line}: {}", failure.text));
    assert_eq!(exit, Exit::Clean, "{told}");
    told
}

fn refused(site: &Site, line: &str) -> (Exit, String) {
    let failure = typed(site, line, now()).unwrap_err();
    (failure.exit, failure.text)
}

fn loaded(site: &Site) -> Configuration {
    load(&site.edigate_toml(), now()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

/// Who signs for the partner of the fixture at a time, and how many certificates decrypt.
fn signs(site: &Site, at: Timestamp) -> (crate::base::Sha256, usize) {
    let configuration = loaded(site);
    let channel = configuration.registry.partners().next().unwrap().as2().unwrap();
    let security = channel.security(at);
    (security.signer.unwrap().certificate.fingerprint(), security.decrypt.len())
}

fn text(site: &Site, file: &str) -> String {
    std::fs::read_to_string(site.path(file)).unwrap()
}

fn mode(site: &Site, file: &str) -> u32 {
    std::fs::metadata(site.path(file)).unwrap().permissions().mode() & 0o7777
}

fn ours(site: &Site) -> crate::base::Sha256 {
    Certificate::from_pem(text(site, "certs/ours.pem").as_bytes()).unwrap().fingerprint()
}

const DAY: Duration = Duration::from_secs(86_400);

#[test]
fn the_list_tells_whose_what_for_until_when_and_what_follows() {
    let site = Site::of("base");
    site.edit("partners/acme/partner.toml", "certs/acme.pem", "certs/acme-soon.pem");
    let (exit, told) = typed(&site, "list", now()).unwrap();
    assert_eq!(exit, Exit::Clean);
    let lines: Vec<Vec<&str>> =
        told.lines().map(|line| line.split("  ").filter(|cell| !cell.is_empty()).map(str::trim).collect()).collect();
    assert_eq!(lines[0], ["USAGE", "OWNER", "NAME", "FINGERPRINT", "UNTIL", "LEFT", "USED BY", "STATE"]);
    assert_eq!(lines[1][..3], ["sign+decrypt", "northwind", "ours"]);
    assert_eq!(lines[1][3], short(ours(&site)));
    assert_eq!(lines[1][4..], ["2028-01-01", "403 d", "1 partner", "active"]);
    assert_eq!(lines[2][..3], ["verify+encrypt", "acme", "acme-soon"]);
    assert_eq!(lines[2][4..], ["2026-12-10", "16 d", "acme", "active; no successor known"]);
    assert_eq!(lines.len(), 3);

    let (exit, told) = typed(&site, "list --expiring 16d", now()).unwrap();
    assert_eq!((exit, told.lines().count()), (Exit::Findings, 2), "{told}");
    let (exit, told) = typed(&site, "list --expiring 10d", now()).unwrap();
    assert_eq!((exit, told.as_str()), (Exit::Clean, "no certificate ends within that time\n"));
    let json: serde_json::Value = serde_json::from_str(&done(&site, "list --json")).unwrap();
    assert_eq!(json["certificates"][1]["daysLeft"], 16);
    assert_eq!(json["certificates"][1]["hasSuccessor"], false);
}

#[test]
fn a_list_needs_no_key() {
    let site = Site::of("base");
    std::fs::remove_file(site.path("certs/ours.key")).unwrap();
    assert_eq!(done(&site, "list").lines().count(), 3);
}

#[test]
fn states_follow_the_time() {
    let site = Site::of("base");
    let check = |entry: &str, expect: &str| {
        let before = text(&site, "partners/acme/partner.toml");
        site.edit("partners/acme/partner.toml", "cert  = \"certs/acme.pem\"", entry);
        let told = done(&site, "list");
        site.write("partners/acme/partner.toml", &before);
        assert!(told.lines().nth(2).unwrap().contains(expect), "{told}");
    };
    check("cert = \"certs/acme.pem\"", "active");
    check("cert = \"certs/acme.pem\"\nactive = { from = 2027-01-01T00:00:00Z }", "next, from 2027-01-01");
    check("cert = \"certs/acme-expired.pem\"", "ended; no successor known");
    check("cert = \"certs/acme-expired.pem\"\nallow_expired_until = 2027-06-30", "grace, expired 2026-06-01");
}

#[test]
fn ours_is_staged_switched_and_switched_back() {
    let site = Site::of("base");
    let new = New::named("northwind");
    site.write("new.pem", &format!("{}{}", new.key_pem(), new.pem()));
    let before = text(&site, "edigate.toml");

    let told = done(&site, "stage us-2027 --from @new.pem --replaces ours --switch 2026-12-15 --dry-run");
    assert!(told.contains("+ cert = \"certs/us-2027.pem\"") && told.contains("nothing was written"), "{told}");
    assert_eq!(text(&site, "edigate.toml"), before);
    assert!(!site.path("certs/us-2027.pem").exists() && !site.path("certs/us-2027.key").exists());

    let told = done(&site, "stage us-2027 --from @new.pem --replaces ours --switch 2026-12-15");
    assert!(told.contains("at once: decrypt; from 2026-12-15: sign"), "{told}");
    assert_eq!((mode(&site, "certs/us-2027.pem"), mode(&site, "certs/us-2027.key")), (0o644, 0o400));
    assert!(text(&site, "edigate.toml").starts_with(before.split("[[listener]]").next().unwrap().trim_end()));
    assert_eq!(signs(&site, now()), (ours(&site), 2));
    assert_eq!(signs(&site, now().after(DAY * 21)), (new.fingerprint(), 2));

    done(&site, "activate us-2027");
    assert_eq!(signs(&site, now().after(Duration::from_secs(1))), (new.fingerprint(), 2));
    let list = done(&site, "list");
    let states: Vec<_> = list.lines().map(|line| line.rsplit("  ").next().unwrap()).collect();
    assert_eq!(states[1..4], ["active; sign by us-2027", "active", "active"], "{list}");
    let (_, told) = typed(&site, "activate ours", now().after(DAY)).unwrap();
    assert!(told.contains("from now on ours"), "{told}");
    assert_eq!(signs(&site, now().after(Duration::from_secs(1))), (new.fingerprint(), 2));
    assert_eq!(signs(&site, now().after(DAY * 2)), (ours(&site), 2));
}

#[test]
fn a_switch_behind_the_end_of_the_old_one_leaves_a_gap_and_is_warned_of() {
    let site = Site::of("base");
    site.edit("partners/acme/partner.toml", "certs/acme.pem", "certs/acme-soon.pem");
    site.write("new.pem", &New::named("acme").pem());
    let stage = |switch: &str| {
        let line = format!("stage acme-2027 --from @new.pem --partner acme --switch {switch} --dry-run");
        done(&site, &line)
    };
    let told = "no successor known";
    assert!(!stage("2026-12-09").contains("warning"));
    done(&site, "stage acme-2027 --from @new.pem --partner acme --switch 2026-12-12");
    assert!(done(&site, "list").contains(told), "nobody is encrypted for from the 10th to the 12th");
    // Once the next one is in force the old one needs no other.
    let (_, later) = typed(&site, "list", now().after(DAY * 20)).unwrap();
    assert!(!later.contains(told), "{later}");
}

#[test]
fn one_partner_alone_is_signed_for_with_another_certificate() {
    let site = Site::of("base");
    let new = New::named("northwind");
    site.write("new.pem", &new.pem());
    site.write("new.key", &new.key_pem());
    done(&site, "stage us-2027 --from @new.pem --key @new.key");
    assert_eq!(signs(&site, now()), (ours(&site), 2));
    done(&site, "activate us-2027 --partner acme");
    assert!(text(&site, "partners/acme/partner.toml").contains(&format!("sign_with = \"{}\"", new.fingerprint())));
    assert_eq!(signs(&site, now()), (new.fingerprint(), 2));
    // For everybody else it is as before.
    assert_eq!(
        loaded(&site)
            .registry
            .partners()
            .next()
            .unwrap()
            .as2()
            .unwrap()
            .ours
            .signer(now())
            .unwrap()
            .certificate
            .fingerprint(),
        ours(&site)
    );
    done(&site, "activate ours --partner acme");
    assert_eq!(signs(&site, now()), (ours(&site), 2));
    assert_eq!(refused(&site, "activate us-2027 --partner bolt").0, Exit::Failed);
}

#[test]
fn a_partners_is_staged_and_encrypted_for_from_its_date() {
    let site = Site::of("base");
    let new = New::named("acme");
    std::fs::write(site.path("acme.cer"), new.certificate.to_der().unwrap()).unwrap();
    let old = loaded(&site).certificates[1].certificate.fingerprint();
    let told = done(&site, "stage acme-2027 --from @acme.cer --partner acme --switch 2026-12-15");
    assert!(told.contains("at once: verify; from 2026-12-15: encrypt"), "{told}");
    let channel = |at: Timestamp| {
        let configuration = loaded(&site);
        let channel = configuration.registry.partners().next().unwrap().as2().unwrap();
        (channel.encrypt_for(at).unwrap().fingerprint(), channel.security(at).verify.len())
    };
    assert_eq!(channel(now()), (old, 2));
    assert_eq!(channel(now().after(DAY * 21)), (new.fingerprint(), 2));
    done(&site, "activate acme-2027");
    assert_eq!(channel(now().after(Duration::from_secs(1))), (new.fingerprint(), 2));
}

#[test]
fn files_of_pkcs_12_open_with_a_passphrase_from_a_file() {
    let site = Site::of("base");
    let new = New::named("northwind");
    let p12 = Pkcs12::builder().name("us").pkey(&new.key).cert(&new.certificate).build2("open sesame").unwrap();
    std::fs::write(site.path("new.p12"), p12.to_der().unwrap()).unwrap();
    site.write("wrong", "open barley\n");
    site.write("right", "open sesame\n");
    let (exit, told) = refused(&site, "stage us-2027 --from @new.p12 --passphrase-file @wrong");
    assert!(exit == Exit::Failed && told.contains("does not open with that passphrase"), "{told}");
    done(&site, "stage us-2027 --from @new.p12 --passphrase-file @right");
    assert_eq!(signs(&site, now()).1, 2);
    assert_eq!(text(&site, "certs/us-2027.key"), new.key_pem());
}

#[test]
fn keys_with_a_passphrase_are_written_without() {
    let site = Site::of("base");
    let new = New::named("northwind");
    let cipher = openssl::symm::Cipher::aes_256_cbc();
    let locked = new.key.private_key_to_pem_pkcs8_passphrase(cipher, b"open sesame").unwrap();
    site.write("new.pem", &format!("{}{}", new.pem(), String::from_utf8(locked).unwrap()));
    site.write("right", "open sesame");
    done(&site, "stage us-2027 --from @new.pem --passphrase-file @right");
    assert_eq!(text(&site, "certs/us-2027.key"), new.key_pem());
}

#[test]
fn nothing_is_written_that_would_not_pass_the_check() {
    let site = Site::of("base");
    let (new, other) = (New::named("northwind"), New::named("northwind"));
    site.write("new.pem", &format!("{}{}", new.pem(), new.key_pem()));
    site.write("alone.pem", &new.pem());
    site.write("other.key", &other.key_pem());
    site.write("nothing.pem", "nothing");
    let files = |folder: &Path| {
        let mut all: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        all.sort();
        all
    };
    let before = (text(&site, "edigate.toml"), files(&site.path("certs")));
    let check = |line: &str, exit: Exit, expect: &str| {
        let (found, told) = refused(&site, line);
        assert!(found == exit && told.contains(expect), "{line}: {found:?} {told}");
        assert_eq!((text(&site, "edigate.toml"), files(&site.path("certs"))), before, "{line}");
    };
    check("stage us --from @alone.pem", Exit::Usage, "holds no private key; name its file with --key");
    check("stage us --from @alone.pem --key @other.key", Exit::Failed, "no certificate that the private key is for");
    check("stage us --from @nothing.pem", Exit::Failed, "is neither PEM, DER nor PKCS #12");
    check("stage us --from @none.pem", Exit::Usage, "cannot be read");
    check("stage us --from @certs/ours.pem --key @certs/ours.key", Exit::Failed, "has this certificate already: ours");
    check("stage us --from @new.pem --identity depot", Exit::Failed, "no [identity.depot.certificates]");
    check("stage us --from @new.pem --partner bolt", Exit::Failed, "cannot be read");
    check("stage us --from @new.pem --role verify", Exit::Usage, "has no role \"verify\"");
    check("stage us --from @new.pem --replaces acme --identity northwind", Exit::Usage, "is none of northwind");
    check("stage us --from @new.pem --replaces 0000", Exit::Failed, "no certificate is called '0000'");
    check("stage ours --from @new.pem", Exit::Failed, "is there already");
    check("activate none", Exit::Failed, "no certificate is called 'none'");

    site.edit("partners/acme/partner.toml", "timezone =", "timezoon =");
    check("stage us --from @new.pem", Exit::Configuration, "timezoon");
}

#[test]
fn a_partner_file_that_means_no_certificate_of_ours_or_two_is_faulty() {
    let site = Site::of("base");
    let check = |sign_with: &str, expect: &str| {
        let before = text(&site, "partners/acme/partner.toml");
        site.edit("partners/acme/partner.toml", "identity =", &format!("sign_with = \"{sign_with}\"\nidentity ="));
        let faults: Vec<_> =
            crate::config::check(&site.edigate_toml(), now()).iter().map(ToString::to_string).collect();
        site.write("partners/acme/partner.toml", &before);
        assert!(faults.join("\n").contains(expect), "{faults:#?}");
    };
    let ours = ours(&site).to_string();
    let other = if ours.starts_with("0000") { "1111" } else { "0000" };
    check(other, &format!("no certificate of [identity.northwind] begins with {other}; expected one of \"{ours}\""));
    check("northwind", "'northwind' does not fit 'as2.sign_with'");
    // One that has ended is as if none were named.
    let before = text(&site, "partners/acme/partner.toml");
    site.edit("partners/acme/partner.toml", "identity =", &format!("sign_with = \"{ours}\"\nidentity ="));
    let ended = crate::config::check(&site.edigate_toml(), now().after(DAY * 500));
    assert!(ended.iter().any(|one| one.code == "sign-with-ended"), "{ended:#?}");
    site.write("partners/acme/partner.toml", &before);
    // A check that cannot see the key of the service still knows the certificate.
    site.edit("edigate.toml", "file:certs/ours.key", "credential:ours");
    let before = text(&site, "partners/acme/partner.toml");
    site.edit("partners/acme/partner.toml", "identity =", &format!("sign_with = \"{ours}\"\nidentity ="));
    let codes: Vec<_> =
        crate::config::check(&site.edigate_toml(), now()).into_iter().map(|one| one.code.into_owned()).collect();
    assert_eq!(codes, ["not-checked"]);
    site.write("partners/acme/partner.toml", &before);
}
