//! Signatures: which count, and how they fail.

use super::craft::{indefinite, indefinite_everywhere};
use super::*;
use crate::base::Timestamp;
use crate::smime::algorithm::{digest_info, oid};
use crate::smime::der;

const AT: Timestamp = Timestamp::from_millis(1_795_530_645_000);

fn sign(identity: &keys::Identity, content: &[u8], algorithm: DigestAlgorithm) -> Vec<u8> {
    sign_detached(&algorithm.digest(content), &identity.certificate, &identity.key, AT, SignatureForm::default())
        .unwrap()
}

#[test]
fn ours_verifies_and_tells_who_and_when() {
    let acme = keys::acme();
    for algorithm in SHA_2 {
        let verified = verify(&sign(acme, CONTENT, algorithm), CONTENT, &[keys::us(), acme]).unwrap();
        let expect = Verified {
            signer: acme.certificate.fingerprint(),
            content: algorithm.digest(CONTENT),
            signing_time: Some(AT),
        };
        assert_eq!(verified, expect);
    }
}

#[test]
fn it_is_der_and_the_same_every_time() {
    let signature = sign(keys::acme(), CONTENT, DigestAlgorithm::Sha256);
    assert_eq!(der::from_ber(&signature, 32).unwrap(), signature);
    assert_eq!(sign(keys::acme(), CONTENT, DigestAlgorithm::Sha256), signature);
}

#[test]
fn other_content_a_wrong_signature_and_a_foreign_certificate_are_told_apart() {
    let (acme, stranger) = (keys::acme(), keys::stranger());
    let signature = sign(acme, CONTENT, DigestAlgorithm::Sha256);
    let signer = acme.certificate.fingerprint();
    assert_eq!(
        verify(&signature, b"other", &[acme]).unwrap_err(),
        SignatureFault::DigestDiffers { signer, algorithm: DigestAlgorithm::Sha256 }
    );
    let check_untrusted = |signature: &[u8], content: &[u8], trusted: &[&keys::Identity]| {
        let fault = verify(signature, content, trusted).unwrap_err();
        let SignatureFault::Untrusted { claimed } = fault else { panic!("{fault:?}") };
        assert!(claimed.contains("serial number F00D0001; it carries the certificate with fingerprint"), "{claimed}");
    };
    let mut wrong = signature.clone();
    *wrong.last_mut().unwrap() ^= 1;
    check_untrusted(&wrong, CONTENT, &[acme]);
    check_untrusted(&signature, CONTENT, &[keys::us()]);
    check_untrusted(&signature, CONTENT, &[]);
    // The same name and serial number, and a certificate of his own inside.
    check_untrusted(&sign(stranger, CONTENT, DigestAlgorithm::Sha256), CONTENT, &[acme]);
    check_untrusted(&sign(stranger, CONTENT, DigestAlgorithm::Sha256), b"other", &[acme]);
}

#[test]
fn a_renewed_certificate_with_the_old_key_verifies() {
    let signature = sign(keys::acme(), CONTENT, DigestAlgorithm::Sha256);
    let verified = verify(&signature, CONTENT, &[keys::us(), keys::acme_renewed()]).unwrap();
    assert_eq!(verified.signer, keys::acme_renewed().certificate.fingerprint());
}

#[test]
fn a_digest_that_was_not_taken_is_asked_for() {
    let signature = sign(keys::acme(), CONTENT, DigestAlgorithm::Sha512);
    let signature = Signature::parse(signature.as_slice(), &Limits::default()).unwrap();
    assert_eq!(signature.digest_algorithms(), [DigestAlgorithm::Sha512]);
    let digests = ContentDigests::of(CONTENT, [DigestAlgorithm::Sha256]);
    let fault = signature.verify(&digests, &[keys::acme().certificate.clone()], &SignaturePolicy::default());
    assert_eq!(fault.unwrap_err(), SignatureFault::DigestNotTaken(DigestAlgorithm::Sha512));
}

#[test]
fn algorithms_exchanged_behind_the_attributes_are_told() {
    let acme = keys::acme();
    let signature = sign(acme, CONTENT, DigestAlgorithm::Sha256);
    // The attribute says rsaEncryption; a signer that says sha256WithRSAEncryption would be right under the key too.
    let [plain, other] =
        [oid::RSA_ENCRYPTION, &[&oid::RSA_ENCRYPTION[..8], &[11]].concat()].map(|name| der::algorithm(name, der::NULL));
    let at = memchr::memmem::rfind(&signature, &plain).unwrap();
    let mut exchanged = signature.clone();
    exchanged[at..at + plain.len()].copy_from_slice(&other);
    let fault = verify(&exchanged, CONTENT, &[acme]).unwrap_err();
    assert!(fault.to_string().contains("its attributes protect"), "{fault}");
    assert!(verify(&signature, CONTENT, &[acme]).is_ok());
}

#[test]
fn signing_wants_the_key_of_the_certificate() {
    let check = |certificate: &Certificate, key: &PrivateKey, expect: &str| {
        let digest = DigestAlgorithm::Sha256.digest(CONTENT);
        let fault = sign_detached(&digest, certificate, key, AT, SignatureForm::default()).unwrap_err();
        assert!(fault.to_string().contains(expect), "{fault}");
    };
    check(&keys::acme().certificate, &keys::us().key, "does not belong");
    check(&keys::edwards().certificate, &keys::edwards().key, "neither RSA nor on a curve");
}

/// A signature made by hand. Its parts are put together as BER or DER says, and signed over `signed`.
struct Crafted {
    signers: Vec<Vec<u8>>,
    certificates: Vec<Vec<u8>>,
}

fn attribute(name: &[u8], values: &[Vec<u8>]) -> Vec<u8> {
    let values = der::value(der::SET, &[&values.concat()]);
    der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[name]), &values])
}

fn content_type() -> Vec<u8> {
    attribute(oid::CONTENT_TYPE, &[der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])])
}

fn message_digest() -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    attribute(oid::MESSAGE_DIGEST, &[der::value(der::OCTET_STRING, &[digest.as_bytes()])])
}

/// A signer whose attributes travel as `travelling` and whose signature is over `signed`.
fn signer(identity: &keys::Identity, travelling: &[u8], signed: &[u8], parameters: &[u8]) -> Vec<u8> {
    let sha_256 = DigestAlgorithm::Sha256;
    let info = digest_info(sha_256, sha_256.digest(signed).as_bytes(), parameters);
    let mut signature = vec![0; 256];
    let rsa = identity.key.rsa().unwrap();
    rsa.private_encrypt(&info, &mut signature, openssl::rsa::Padding::PKCS1).unwrap();
    signer_with(identity, travelling, &signature, parameters)
}

fn signer_with(identity: &keys::Identity, travelling: &[u8], signature: &[u8], parameters: &[u8]) -> Vec<u8> {
    let parts = [
        der::value(der::INTEGER, &[&[1]]),
        identity.certificate.name().to_der(),
        der::algorithm(DigestAlgorithm::Sha256.oid(), parameters),
        travelling.to_vec(),
        der::algorithm(oid::RSA_ENCRYPTION, parameters),
        der::value(der::OCTET_STRING, &[signature]),
    ];
    der::value(der::SEQUENCE, &[&parts.concat()])
}

impl Crafted {
    fn by(signer: Vec<u8>) -> Self {
        Self { signers: vec![signer], certificates: Vec::new() }
    }

    fn bytes(&self) -> Vec<u8> {
        let parts = [
            der::value(der::INTEGER, &[&[1]]),
            // An empty set of digest algorithms: a hint, and nobody's business.
            der::value(der::SET, &[]),
            der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA])]),
            der::value(der::CONTEXT_0, &[&self.certificates.concat()]),
            der::value(der::SET, &[&self.signers.concat()]),
        ];
        let signed = der::value(der::SEQUENCE, &[&parts.concat()]);
        let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::SIGNED_DATA]);
        der::value(der::SEQUENCE, &[&identifier, &der::value(der::CONTEXT_0, &[&signed])])
    }
}

#[test]
fn attributes_verify_however_they_travel() {
    let acme = keys::acme();
    let check = |what: &str, travelling: &[u8], signed: &[u8], parameters: &[u8]| {
        let crafted = Crafted::by(signer(acme, travelling, signed, parameters)).bytes();
        assert!(verify(&crafted, CONTENT, &[acme]).is_ok(), "{what}");
    };
    let sorted = der::set_of(vec![content_type(), message_digest()]);
    let unsorted = der::value(der::SET, &[&message_digest(), &content_type()]);
    let tagged = |set: &[u8]| [&[der::CONTEXT_0], &set[1..]].concat();
    assert_ne!(sorted, unsorted);
    check("DER", &tagged(&sorted), &sorted, der::NULL);
    check("DER without parameters", &tagged(&sorted), &sorted, &[]);
    check("badly sorted, signed so", &tagged(&unsorted), &unsorted, der::NULL);
    check("badly sorted, signed in order", &tagged(&unsorted), &sorted, der::NULL);
    let ber = indefinite(der::CONTEXT_0, &[message_digest(), content_type()].concat());
    check("of indefinite length, signed as DER", &ber, &sorted, der::NULL);
    let ber_set = indefinite(der::SET, &[message_digest(), content_type()].concat());
    check("of indefinite length, signed so", &ber, &ber_set, der::NULL);
    let protection = attribute(
        // 1.2.840.113549.1.9.52, CMSAlgorithmProtection (RFC 6211)
        &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x34],
        &[der::value(
            der::SEQUENCE,
            &[
                &der::algorithm(DigestAlgorithm::Sha256.oid(), &[]),
                &[&[der::CONTEXT_1], &der::algorithm(oid::RSA_ENCRYPTION, &[])[1..]].concat(),
            ],
        )],
    );
    let with_protection = der::set_of(vec![content_type(), message_digest(), protection]);
    check("with algorithm protection", &tagged(&with_protection), &with_protection, der::NULL);
}

#[test]
fn a_signature_of_indefinite_lengths_verifies() {
    let acme = keys::acme();
    for algorithm in SHA_2 {
        let der = sign(acme, CONTENT, algorithm);
        let ber = indefinite_everywhere(&der);
        assert_eq!(der::from_ber(&ber, 32).unwrap(), der);
        assert!(verify(&ber, CONTENT, &[keys::us(), acme]).is_ok());
        assert!(matches!(verify(&ber, b"other", &[acme]), Err(SignatureFault::DigestDiffers { .. })));
        for length in 0..ber.len() {
            assert!(Signature::parse(&ber[..length], &Limits::default()).is_err(), "{length}");
        }
    }
}

#[test]
fn attributes_must_say_what_they_are_about_once() {
    let acme = keys::acme();
    let check = |attributes: &[Vec<u8>], expect: &str| {
        let set = der::value(der::SET, &[&attributes.concat()]);
        let travelling = [&[der::CONTEXT_0], &set[1..]].concat();
        let crafted = Crafted::by(signer(acme, &travelling, &set, der::NULL)).bytes();
        let fault = verify(&crafted, CONTENT, &[acme]).unwrap_err();
        assert!(matches!(fault, SignatureFault::Malformed { .. }), "{fault:?}");
        assert!(fault.to_string().contains(expect), "{fault}");
    };
    let digest = der::value(der::OCTET_STRING, &[DigestAlgorithm::Sha256.digest(CONTENT).as_bytes()]);
    let receipt = der::value(der::OBJECT_IDENTIFIER, &[oid::SIGNED_DATA]);
    check(&[], "one content-type");
    check(&[message_digest()], "one content-type");
    check(&[content_type()], "one message-digest");
    check(&[content_type(), message_digest(), message_digest()], "one message-digest");
    check(&[content_type(), content_type(), message_digest()], "one content-type");
    check(&[content_type(), attribute(oid::MESSAGE_DIGEST, &[])], "one message-digest");
    check(&[content_type(), attribute(oid::MESSAGE_DIGEST, &[digest.clone(), digest])], "one message-digest");
    check(&[attribute(oid::CONTENT_TYPE, &[receipt]), message_digest()], "differs from its content type");
}

/// The attributes of one message passed off as the content of another.
#[test]
fn a_signature_over_attributes_is_none_over_content() {
    let acme = keys::acme();
    let attributes = der::set_of(vec![content_type(), message_digest()]);
    let crafted = Crafted::by(signer(acme, &[], &attributes, der::NULL)).bytes();
    let lenient = SignaturePolicy { signed_attributes: SignedAttributes::Optional, ..SignaturePolicy::default() };
    let fault = verify_by(&crafted, &attributes, &[acme], &lenient).unwrap_err();
    assert!(matches!(fault, SignatureFault::Untrusted { .. }), "{fault:?}");
    let honest = Crafted::by(signer(acme, &[], CONTENT, der::NULL)).bytes();
    assert!(verify_by(&honest, CONTENT, &[acme], &lenient).is_ok());
}

#[test]
fn one_of_two_signers_is_enough() {
    let (acme, us, stranger) = (keys::acme(), keys::us(), keys::stranger());
    let set = der::set_of(vec![content_type(), message_digest()]);
    let travelling = [&[der::CONTEXT_0], &set[1..]].concat();
    let by = |identity| signer(identity, &travelling, &set, der::NULL);
    for signers in [vec![by(acme), by(us)], vec![by(us), by(acme)], vec![by(stranger), by(acme)]] {
        let bytes = Crafted { signers, certificates: Vec::new() }.bytes();
        assert_eq!(verify(&bytes, CONTENT, &[acme]).unwrap().signer, acme.certificate.fingerprint());
    }
    let neither = Crafted { signers: vec![by(stranger), by(us)], certificates: Vec::new() }.bytes();
    assert!(matches!(verify(&neither, CONTENT, &[acme]), Err(SignatureFault::Untrusted { .. })));
}

#[test]
fn signers_certificates_and_bytes_are_limited() {
    let set = der::set_of(vec![content_type(), message_digest()]);
    let travelling = [&[der::CONTEXT_0], &set[1..]].concat();
    let acme = keys::acme();
    let crafted = |signers: usize, certificates: usize| {
        let signer = signer(acme, &travelling, &set, der::NULL);
        let certificates = vec![acme.certificate.der().to_vec(); certificates];
        Crafted { signers: vec![signer; signers], certificates }.bytes()
    };
    let check = |bytes: &[u8], limits: &Limits, over: Option<&str>| {
        let fault = Signature::parse(bytes, limits).err().map(|fault| fault.to_string());
        match over {
            None => assert_eq!(fault, None),
            Some(expect) => assert!(fault.as_ref().is_some_and(|fault| fault.contains(expect)), "{fault:?}"),
        }
    };
    let limits = Limits::default();
    check(&crafted(2, 10), &limits, None);
    check(&crafted(3, 10), &limits, Some("signers than the limit of 2"));
    check(&crafted(2, 11), &limits, Some("certificates than the limit of 10"));
    check(&crafted(0, 1), &limits, Some("no signer"));
    let bytes = crafted(1, 1);
    check(&bytes, &Limits { signature: bytes.len(), ..Limits::default() }, None);
    check(&bytes, &Limits { signature: bytes.len() - 1, ..Limits::default() }, Some("bytes in a signature"));
    // The same in BER of indefinite length, where no length tells it beforehand.
    let endless = [&[0x30, 0x80], &bytes[4..15], &[0xa0, 0x80, 0x30, 0x80, 2, 1, 1, 0x31, 0x80][..]].concat();
    let endless = [endless, [4, 1].repeat(200_000)].concat();
    check(&endless, &limits, Some("bytes in a signature"));
    check(&bytes, &Limits { der_depth: 9, ..Limits::default() }, None);
    check(&bytes, &Limits { der_depth: 8, ..Limits::default() }, Some("inside one another"));
}

#[test]
fn signature_values_are_as_long_as_the_key() {
    let acme = keys::acme();
    let parse = |length: usize| {
        let signer = signer_with(acme, &[], &vec![1; length], der::NULL);
        Signature::parse(Crafted::by(signer).bytes().as_slice(), &Limits::default())
    };
    let lenient = SignaturePolicy { signed_attributes: SignedAttributes::Optional, ..SignaturePolicy::default() };
    for length in [0, 1, 255, 256, 257, 2048] {
        let digests = ContentDigests::of(CONTENT, SHA_2);
        let fault =
            parse(length).unwrap().verify(&digests, std::slice::from_ref(&acme.certificate), &lenient).unwrap_err();
        assert!(matches!(fault, SignatureFault::Untrusted { .. }), "{length}");
    }
    assert!(matches!(parse(2049), Err(SmimeError::Malformed { .. })));
}

#[test]
fn algorithms_that_do_not_agree_are_malformed() {
    let acme = keys::acme();
    let set = der::set_of(vec![content_type(), message_digest()]);
    let travelling = [&[der::CONTEXT_0], &set[1..]].concat();
    let honest = Crafted::by(signer(acme, &travelling, &set, der::NULL)).bytes();
    let plain = der::algorithm(oid::RSA_ENCRYPTION, der::NULL);
    let with = |last: u8| {
        // rsaEncryption and shaNNNWithRSAEncryption differ in their last octet only.
        let mut named = plain.clone();
        named[12] = last;
        let at = honest.windows(plain.len()).position(|window| window == plain).unwrap();
        [&honest[..at], &named, &honest[at + plain.len()..]].concat()
    };
    assert!(verify(&honest, CONTENT, &[acme]).is_ok());
    assert!(verify(&with(0x0b), CONTENT, &[acme]).is_ok());
    assert!(matches!(verify(&with(0x0c), CONTENT, &[acme]), Err(SignatureFault::Malformed { .. })));
    assert!(matches!(verify(&with(0x04), CONTENT, &[acme]), Err(SignatureFault::WeakAlgorithm(_))));
    let unknown = verify(&with(0x7f), CONTENT, &[acme]).unwrap_err();
    assert!(unknown.to_string().contains("signature algorithm 1.2.840.113549.1.1.127"), "{unknown}");
}
