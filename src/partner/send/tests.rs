use std::time::Duration;

use super::*;
use crate::as2::MicDeviation;
use crate::base::table::{Faults, Located};
use crate::base::{Limits, Secret, Timestamp};
use crate::partner::layers::Layers;
use crate::partner::{Resolving, Surroundings, TheirRole, profile};

/// Surroundings in which every secret is there.
struct Safe;

impl Surroundings for Safe {
    fn certificate(&self, _: &Located<String>) -> Option<crate::smime::Certificate> {
        None
    }
    fn pem(&self, _: &Located<String>) -> Option<Vec<u8>> {
        None
    }
    fn key_pem(&self, _: &Located<String>) -> Option<Secret<Vec<u8>>> {
        None
    }
    fn text(&self, reference: &Located<String>) -> Option<Secret<String>> {
        Some(Secret::new(format!("CANARY of {}", **reference)))
    }
    fn key(&self, _: &Located<String>) -> Option<crate::smime::PrivateKey> {
        None
    }
    fn zone(&self, _: &Located<String>) -> Option<jiff::tz::TimeZone> {
        None
    }
    fn mapping(&self, _: &Located<String>) -> Option<std::sync::Arc<crate::mapping::Mapping>> {
        None
    }
    fn guide(&self, _: &Located<String>) -> Option<crate::edi::GuideKey> {
        None
    }
}

fn now() -> Timestamp {
    Timestamp::from_millis("2026-11-30T00:00:00Z".parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// What `text` comes to over `profile` for a partner whose certificates have `roles`, and the codes of its faults.
fn sending(text: &str, profile: &str, roles: &[TheirRole], receipt_url: Option<&str>) -> (Option<Send>, Vec<String>) {
    let faults = Faults::new();
    let entry = profile::over(text, &faults, |own| {
        profile::over(profile, &faults, |profile| {
            SendEntry::read(&Layers::new(own.table("send"), profile.table("send")), own.at())
        })
    });
    let identities = std::collections::BTreeMap::new();
    let limits = Limits::default();
    let with = Resolving {
        surroundings: &Safe,
        identities: &identities,
        limits: &limits,
        receipt_url,
        now: now(),
        faults: &faults,
    };
    let send = entry.flatten().and_then(|entry| entry.resolve("https://as2.acme.example/as2", roles, &with));
    (send, faults.into_sorted().into_iter().map(|one| one.code.to_string()).collect())
}

fn clean(text: &str) -> Send {
    let (send, faults) = sending(text, "", &[TheirRole::Encrypt, TheirRole::TlsTrust], None);
    assert_eq!(faults, [] as [&str; 0], "{text}");
    send.unwrap()
}

#[test]
fn what_is_not_written_is_right_for_most() {
    let send = clean("");
    assert_eq!(send.sign, Some(SignAs { digest: DigestAlgorithm::Sha256, padding: SignaturePadding::Pkcs1 }));
    assert_eq!(send.encrypt, Some(EncryptAs { cipher: SendCipher::Aes256Cbc, key_transport: KeyTransport::Pkcs1 }));
    assert_eq!((send.compress, send.micalg_style), (Compress::None, MicalgStyle::Rfc5751));
    assert_eq!(send.payload_cte, PayloadEncoding::Binary);
    assert_eq!((send.signature_cte, send.outer_cte), (Encoding::Base64, Encoding::Binary));
    assert!(send.embed_certificate && send.send_filename && send.quote_filename);
    assert!(!send.omit_cms_algorithm_protection && !send.send_cte_http_header);
    assert_eq!(send.as2_version, As2Version::V1_2);
    assert_eq!((send.mdn.mode, send.mdn.signed, send.mdn.timeout.as_secs()), (MdnMode::Sync, true, 4560));
    assert!(!send.http.chunked && !send.http.expect_continue && send.http.connection_close);
    assert!(matches!(send.http.auth, Auth::None) && send.http.proxy.is_none());
    assert_eq!(send.http.tls, SendTls { trust: TlsTrust::Public, min: TlsMin::V1_2, mode: TlsMode::Rustls });
    assert!(send.retry.resend_same_id);
    assert_eq!(send.retry.delayed_after, Duration::from_secs(3_600));
    assert_eq!(send.retry.give_up_after, Duration::from_secs(5 * 86_400));
    let minutes: Vec<_> = (1..=9).map(|attempts| send.retry.wait(attempts).as_secs() / 60).collect();
    assert_eq!(minutes, [5, 10, 20, 40, 80, 160, 240, 240, 240]);
    assert_eq!(send.legacy_until, None);
}

#[test]
fn own_keys_go_before_the_profiles_key_by_key() {
    let profile =
        "[send]\ncompress = \"before-sign\"\npss = true\n[send.http]\nchunked = true\n[send.http.tls]\nmin = \"1.3\"";
    let own = "[send]\npss = false\n[send.http.tls]\nmode = \"legacy\"";
    let (send, faults) = sending(own, profile, &[TheirRole::Encrypt], None);
    assert_eq!(faults, [] as [&str; 0]);
    let send = send.unwrap();
    assert_eq!(send.compress, Compress::BeforeSign);
    assert_eq!(send.sign.unwrap().padding, SignaturePadding::Pkcs1);
    assert!(send.http.chunked);
    assert_eq!(send.http.tls, SendTls { trust: TlsTrust::Public, min: TlsMin::V1_3, mode: TlsMode::Legacy });
}

#[test]
fn secrets_are_fetched_and_never_shown() {
    let send = clean(
        "[send.http]\nauth = { kind = \"basic\", user = \"us\", password = \"file:a\", preemptive = false }\n\
         proxy = { url = \"http://proxy.example:3128\", user = \"us\", password = \"file:b\" }",
    );
    let Auth::Basic { user, password, preemptive } = &send.http.auth else { panic!("not basic") };
    assert_eq!((user.as_str(), password.expose().as_str(), *preemptive), ("us", "CANARY of file:a", false));
    let proxy = send.http.proxy.as_ref().unwrap();
    assert_eq!(proxy.login.as_ref().unwrap().1.expose(), "CANARY of file:b");
    assert!(!format!("{send:?}").contains("CANARY"));
    let send = clean("[send.http]\nauth = { kind = \"bearer\", token = \"credential:t\" }\nproxy = \"http://p:1\"");
    assert!(matches!(&send.http.auth, Auth::Bearer { token } if token.expose() == "CANARY of credential:t"));
    assert!(clean("[send.http]\nproxy = \"\"").http.proxy.is_none());
}

#[test]
fn asynchronous_receipts_come_to_the_listener_unless_the_partner_file_names_a_place() {
    let check = |own: &str, listener: Option<&str>, expect: Option<&str>| {
        let text = format!("[send.mdn]\nmode = \"async\"\n{own}");
        let (send, faults) = sending(&text, "", &[TheirRole::Encrypt], listener);
        assert_eq!(send.unwrap().mdn.url.as_deref(), expect);
        assert_eq!(faults.is_empty(), expect.is_some(), "{faults:?}");
    };
    check("", None, None);
    check("", Some("https://edigate.example/as2"), Some("https://edigate.example/as2"));
    check("url = \"https://mdn.example/\"", Some("https://edigate.example/as2"), Some("https://mdn.example/"));
}

#[test]
fn legacy_is_sent_until_the_end_of_a_day_only() {
    let check = |text: &str, expect: &[&str]| {
        assert_eq!(sending(text, "", &[TheirRole::Encrypt], None).1, expect, "{text}");
    };
    let (sha, des) = ("[send]\nsign_alg = \"sha-1\"\n", "[send]\nencrypt_alg = \"3des\"\n");
    check(sha, &["no-end-date"]);
    check(des, &["no-end-date"]);
    check("[send.http.tls]\nmin = \"1.1\"\nmode = \"legacy\"", &["no-end-date"]);
    check("[send.http.tls]\nmin = \"1.0\"\n[send]\nlegacy_until = 2027-06-30", &["bad-value"]);
    check(&format!("{sha}legacy_until = 2027-06-30"), &[]);
    check(&format!("{sha}legacy_until = 2026-11-30"), &["legacy-ends-soon"]);
    check(&format!("{des}legacy_until = 2026-11-29"), &["legacy-ended"]);
    check("[send]\nlegacy_until = 2026-11-29", &[]);
    let send = clean(&format!("{sha}legacy_until = 2027-06-30"));
    let until = send.legacy_until.unwrap();
    assert!(send.may_send(until.before(Duration::from_millis(1))) && !send.may_send(until));
    assert!(clean("").may_send(until));
}

#[test]
fn what_cannot_work_is_told_before_it_is_tried() {
    let check = |text: &str, roles: &[TheirRole], expect: &[&str]| {
        assert_eq!(sending(text, "", roles, None).1, expect, "{text}");
    };
    let encrypt = [TheirRole::Encrypt];
    check("", &[TheirRole::Verify], &["missing-certificate"]);
    check("[send]\nencrypt_alg = \"none\"", &[], &[]);
    check("[send.http.tls]\ntrust = \"pinned\"", &encrypt, &["missing-certificate"]);
    check("[send.http]\nchunked = true\nexpect_continue = true", &encrypt, &["two-at-once"]);
    check("[send.http]\nproxy = \"proxy.example:3128\"", &encrypt, &["bad-value"]);
    check("[send.http]\nproxy = { url = \"http://p:1\", user = \"us\" }", &encrypt, &["missing-key"]);
    check("[send.http]\nauth = { kind = \"basic\" }", &encrypt, &["missing-key", "missing-key"]);
    check("[send.http]\nauth = { kind = \"bearer\" }", &encrypt, &["missing-key"]);
    check("[send.http]\nauth = { kind = \"bearer\", token = \"CANARY\" }", &encrypt, &["inline-secret"]);
    check("[send.retry]\nschedule = []", &encrypt, &["bad-value"]);
    check("[send.retry]\nschedule = [\"0s\"]", &encrypt, &["bad-value"]);
    let steps = |count: usize| format!("[send.retry]\nschedule = [{}]", "\"1s\",".repeat(count));
    check(&steps(100), &encrypt, &[]);
    check(&steps(101), &encrypt, &["bad-value"]);
    check("[send]\nsubject = \"two\\r\\nlines\"", &encrypt, &["bad-value"]);
    check("[send]\ncontent_type = \"text/plain\\r\\nX: y\"", &encrypt, &["bad-value"]);
    check("[send]\ncontent_type = \"application/edi-x12; charset=utf-8\"", &encrypt, &[]);
}

#[test]
fn the_way_in_which_a_product_makes_its_mic_is_pinned_by_its_name() {
    let check = |word: &str, expect: Option<MicDeviation>| {
        let send = clean(&format!("[send.mdn]\nmic = \"{word}\""));
        assert_eq!(send.mdn.mic, expect, "{word}");
        assert!(expect.is_none_or(|deviation| deviation.as_str() == word));
    };
    check("rfc", None);
    check("without-headers", Some(MicDeviation::WithoutHeaders));
    check("canonical-lines", Some(MicDeviation::CanonicalLines));
    check("uncompressed", Some(MicDeviation::Uncompressed));
    assert_eq!(clean("").mdn.mic, None);
    assert_eq!(sending("[send.mdn]\nmic = \"md5\"", "", &[TheirRole::Encrypt], None).1, ["not-one-of"]);
}
