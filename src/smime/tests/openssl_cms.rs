//! The `openssl cms` command line as the partner, both ways.

use std::io::Write;
use std::process::{Command, Stdio};

use tempfile::NamedTempFile;

use super::*;
use crate::base::Timestamp;

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file.flush().unwrap();
    file
}

/// Runs `openssl cms` and returns what it wrote; `{0}` and so on stand for files with these bytes.
fn openssl_cms(arguments: &str, files: &[&[u8]]) -> Result<Vec<u8>, String> {
    let files: Vec<_> = files.iter().map(|bytes| file(bytes)).collect();
    let arguments = arguments.split_whitespace().map(|word| {
        let number = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        number.map_or(word.into(), |number| files[number.parse::<usize>().unwrap()].path().as_os_str().to_owned())
    });
    let output = Command::new("openssl").arg("cms").args(arguments).stdin(Stdio::null()).output().unwrap();
    if output.status.success() { Ok(output.stdout) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn signed_by_openssl(identity: &keys::Identity, options: &str) -> Vec<u8> {
    let files = [identity.certificate_pem.as_bytes(), identity.key_pem.as_bytes(), CONTENT];
    let arguments = format!("-sign -binary -outform DER -signer {{0}} -inkey {{1}} -in {{2}} {options}");
    openssl_cms(&arguments, &files).unwrap()
}

#[test]
fn its_signatures_verify() {
    let acme = keys::acme();
    let check = |options: &str, expect: DigestAlgorithm| {
        let verified = verify(&signed_by_openssl(acme, options), CONTENT, &[keys::us(), acme]).unwrap();
        assert_eq!(verified.signer, acme.certificate.fingerprint(), "{options}");
        assert_eq!(verified.content, expect.digest(CONTENT), "{options}");
        assert!(verified.signing_time.is_some());
    };
    for (name, algorithm) in ["sha256", "sha384", "sha512"].into_iter().zip(SHA_2) {
        for options in ["", "-nocerts", "-keyid", "-nosmimecap", "-cades", "-keyopt rsa_padding_mode:pss"] {
            check(&format!("-md {name} {options}"), algorithm);
        }
    }
    check("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_pss_saltlen:0", DigestAlgorithm::Sha256);
    check("-md sha256 -keyopt rsa_padding_mode:pss -keyopt rsa_mgf1_md:sha512", DigestAlgorithm::Sha256);
}

#[test]
fn its_signatures_by_elliptic_curve_verify() {
    for (name, algorithm) in ["sha256", "sha384", "sha512"].into_iter().zip(SHA_2) {
        let signature = signed_by_openssl(keys::curve(), &format!("-md {name}"));
        let verified = verify(&signature, CONTENT, &[keys::acme(), keys::curve()]).unwrap();
        assert_eq!(verified.algorithm(), algorithm);
        let foreign = verify(&signature, CONTENT, &[keys::acme()]).unwrap_err();
        assert!(matches!(foreign, SignatureFault::Untrusted { .. }), "{foreign:?}");
    }
}

#[test]
fn its_signatures_without_attributes_verify_where_allowed() {
    let acme = keys::acme();
    let lenient = SignaturePolicy { signed_attributes: SignedAttributes::Optional, ..SignaturePolicy::default() };
    let signature = signed_by_openssl(acme, "-md sha256 -noattr");
    assert_eq!(
        verify(&signature, CONTENT, &[acme]).unwrap_err(),
        SignatureFault::WeakAlgorithm(Weakness::NoSignedAttributes)
    );
    let verified = verify_by(&signature, CONTENT, &[acme], &lenient).unwrap();
    assert_eq!(verified.signing_time, None);
    assert_eq!(verified.content, DigestAlgorithm::Sha256.digest(CONTENT));
    let other = verify_by(&signature, b"other content", &[acme], &lenient).unwrap_err();
    assert!(matches!(other, SignatureFault::DigestDiffers { .. }), "{other:?}");
    let foreign = verify_by(&signature, CONTENT, &[keys::us()], &lenient).unwrap_err();
    assert!(matches!(foreign, SignatureFault::Untrusted { .. }), "{foreign:?}");
}

#[test]
fn its_weak_signatures_are_refused_by_default() {
    let acme = keys::acme();
    let sha_1 = signed_by_openssl(acme, "-md sha1");
    let weak = |name: &str| SignatureFault::WeakAlgorithm(Weakness::Digest(name.to_owned()));
    assert_eq!(verify(&sha_1, CONTENT, &[acme]).unwrap_err(), weak("SHA-1"));
    let old = SignaturePolicy { digests: DigestAlgorithm::ALL.to_vec(), ..SignaturePolicy::default() };
    assert!(verify_by(&sha_1, CONTENT, &[acme], &old).is_ok());

    let md5 = signed_by_openssl(acme, "-md md5");
    assert_eq!(verify_by(&md5, CONTENT, &[acme], &old).unwrap_err(), weak("MD5"));
    assert!(Signature::parse(md5.as_slice(), &Limits::default()).unwrap().digest_algorithms().is_empty());

    let short = signed_by_openssl(keys::short(), "-md sha256");
    let bits = SignatureFault::WeakAlgorithm(Weakness::ShortKey(1024));
    assert_eq!(verify(&short, CONTENT, &[keys::short()]).unwrap_err(), bits);
    let short_allowed = SignaturePolicy { rsa_floor: RsaFloor::Bits1024, ..SignaturePolicy::default() };
    assert!(verify_by(&short, CONTENT, &[keys::short()], &short_allowed).is_ok());

    let curve = signed_by_openssl(keys::small_curve(), "-md sha256");
    let bits = SignatureFault::WeakAlgorithm(Weakness::ShortKey(224));
    assert_eq!(verify(&curve, CONTENT, &[keys::small_curve()]).unwrap_err(), bits);

    let unsupported = verify(&signed_by_openssl(acme, "-md sha224"), CONTENT, &[acme]).unwrap_err();
    assert!(matches!(unsupported, SignatureFault::Unsupported { .. }), "{unsupported:?}");
}

#[test]
fn its_opaque_signatures_are_refused_by_name() {
    let opaque = signed_by_openssl(keys::acme(), "-nodetach");
    let fault = Signature::parse(opaque.as_slice(), &Limits::default()).unwrap_err();
    assert!(fault.to_string().contains("opaque signing"), "{fault}");
    let encrypted = seal(CONTENT, &[keys::us()], ContentEncryption::Aes128Cbc);
    let fault = Signature::parse(encrypted.as_slice(), &Limits::default()).unwrap_err();
    assert!(fault.to_string().contains("1.2.840.113549.1.7.3"), "{fault}");
}

#[test]
fn it_verifies_our_signatures() {
    let check = |by: &keys::Identity, algorithm: DigestAlgorithm, at: i64, form: SignatureForm| {
        let at = Timestamp::from_millis(at);
        let signature = sign_detached(&algorithm.digest(CONTENT), &by.certificate, &by.key, at, form).unwrap();
        let files = [signature.as_slice(), CONTENT, by.certificate_pem.as_bytes()];
        let arguments = "-verify -binary -inform DER -in {0} -content {1} -CAfile {2} -certfile {2} -purpose any";
        assert_eq!(openssl_cms(arguments, &files).unwrap(), CONTENT, "{algorithm} {form:?}");
        let tampered = [signature.as_slice(), b"other", by.certificate_pem.as_bytes()];
        assert!(openssl_cms(arguments, &tampered).is_err());
        let policy = SignaturePolicy { digests: DigestAlgorithm::ALL.to_vec(), ..SignaturePolicy::default() };
        let verified = verify_by(&signature, CONTENT, &[by], &policy).unwrap();
        assert_eq!((verified.algorithm(), verified.signer), (algorithm, by.certificate.fingerprint()));
        let carried = Signature::parse(signature.as_slice(), &Limits::default()).unwrap().carried_certificates().len();
        assert_eq!(carried, usize::from(form.certificate == SignerCertificate::Embedded));
    };
    for at in [0, 1_795_530_645_000, 2_600_000_000_000, -700_000_000_000] {
        check(keys::acme(), DigestAlgorithm::Sha256, at, SignatureForm::default());
    }
    let bare = SignatureForm {
        algorithm_protection: AlgorithmProtection::Omitted,
        certificate: SignerCertificate::LeftOut,
        ..SignatureForm::default()
    };
    let pss = SignatureForm { padding: RsaPadding::Pss, ..SignatureForm::default() };
    for algorithm in DigestAlgorithm::ALL {
        for form in [SignatureForm::default(), bare, pss] {
            check(keys::acme(), algorithm, 0, form);
        }
        for curve in keys::curves() {
            check(curve, algorithm, 0, SignatureForm::default());
        }
    }
}

#[test]
fn it_opens_our_envelopes() {
    let us = keys::us();
    let check = |us: &keys::Identity, encryption: ContentEncryption, transport: KeyTransport, length: usize| {
        let content: Vec<u8> = CONTENT.iter().copied().cycle().take(length).collect();
        let sealed = seal_by(&content, &[keys::us_next(), us], encryption, transport);
        let files = [sealed.as_slice(), us.certificate_pem.as_bytes(), us.key_pem.as_bytes()];
        let arguments = "-decrypt -binary -inform DER -in {0} -recip {1} -inkey {2}";
        assert_eq!(openssl_cms(arguments, &files).unwrap(), content, "{encryption} {transport:?} {length}");
    };
    for encryption in CIPHERS {
        // The command fails to read GCM of no content.
        let shortest = usize::from(encryption.is_authenticated());
        for length in [shortest, 1, 7, 8, 15, 16, 17, CONTENT.len(), 100_000] {
            check(us, encryption, KeyTransport::Pkcs1, length);
        }
    }
    for digest in DigestAlgorithm::ALL {
        check(us, ContentEncryption::Aes256Cbc, KeyTransport::Oaep(digest), 100);
    }
    for curve in keys::curves() {
        for encryption in CIPHERS {
            check(curve, encryption, KeyTransport::Pkcs1, 100);
        }
    }
}

#[test]
fn we_open_its_envelopes() {
    let (us, acme) = (keys::us(), keys::acme());
    let long: Vec<u8> = CONTENT.iter().copied().cycle().take(200_000).collect();
    for cipher in ["-aes128", "-aes192", "-aes256", "-des3", "-aes-128-gcm", "-aes-192-gcm", "-aes-256-gcm"] {
        for options in ["", "-stream", "-keyid", "-stream -keyid"] {
            for content in [&b""[..], b"x", CONTENT, &long] {
                // The command fails to write GCM of no content.
                if content.is_empty() && cipher.ends_with("gcm") {
                    continue;
                }
                let files = [content, acme.certificate_pem.as_bytes(), us.certificate_pem.as_bytes()];
                let arguments = format!("-encrypt -binary -outform DER -in {{0}} {cipher} {options} {{1}} {{2}}");
                let sealed = openssl_cms(&arguments, &files).unwrap();
                assert_eq!(open(&sealed, &[decryptor(us)]).unwrap(), content, "{cipher} {options}");
            }
        }
    }
}

#[test]
fn we_open_its_envelopes_for_keys_of_other_kinds() {
    let check = |us: &keys::Identity, options: &str| {
        let arguments = format!("-encrypt -binary -outform DER -in {{0}} {options}");
        let sealed = openssl_cms(&arguments.replace("US", "-recip {1}"), &[CONTENT, us.certificate_pem.as_bytes()]);
        assert_eq!(open(&sealed.unwrap(), &[decryptor(us)]).unwrap(), CONTENT, "{options}");
    };
    for digest in ["sha1", "sha256", "sha384", "sha512"] {
        let oaep = "-aes128 US -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:";
        check(keys::us(), &format!("{oaep}{digest}"));
        check(keys::us(), &format!("{oaep}{digest} -keyopt rsa_mgf1_md:sha256"));
        check(keys::us(), &format!("{oaep}{digest} -keyopt rsa_oaep_label:0badcafe"));
    }
    for curve in keys::curves() {
        for cipher in ["-aes128", "-aes192", "-aes256", "-des3", "-aes-128-gcm", "-aes-256-gcm -stream"] {
            check(curve, &format!("{cipher} US"));
            check(curve, &format!("{cipher} -keyid US"));
        }
        for digest in ["sha1", "sha256", "sha384", "sha512"] {
            check(curve, &format!("-aes256 US -keyopt ecdh_kdf_md:{digest}"));
        }
    }
}

#[test]
fn what_we_do_not_support_is_named() {
    let us = keys::us();
    let check = |options: &str, expect: &str| {
        let arguments = format!("-encrypt -binary -outform DER -in {{0}} {options} -recip {{1}}");
        let sealed = openssl_cms(&arguments, &[CONTENT, us.certificate_pem.as_bytes()]).unwrap();
        let fault = open(&sealed, &[decryptor(us)]).unwrap_err();
        assert!(matches!(fault, SmimeError::Unsupported { .. }), "{fault:?}");
        assert!(fault.to_string().contains(expect), "{fault}");
    };
    check("-camellia128", "content encryption 1.2.392.200011.61.1.1.1.2");
}

/// The command is often built without zlib: it judges the structure.
#[test]
fn it_reads_the_structure_of_our_compressed_content() {
    let whole = compress([CONTENT]).unwrap();
    let bytes = [whole.head.as_slice(), &whole.octets].concat();
    let listed = Command::new("openssl").args(["asn1parse", "-inform", "DER", "-in"]).arg(file(&bytes).path()).output();
    let listed = String::from_utf8(listed.unwrap().stdout).unwrap();
    assert!(listed.contains("id-smime-ct-compressedData") && listed.contains("zlib compression"), "{listed}");
}
