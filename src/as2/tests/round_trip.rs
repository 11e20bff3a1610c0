//! Every way of protecting a message and of asking for a receipt, there and back.

use super::*;

#[test]
fn every_combination_arrives_and_is_settled() {
    let digests = [None, Some(DigestAlgorithm::Sha256), Some(DigestAlgorithm::Sha384), Some(DigestAlgorithm::Sha512)];
    let ciphers = [
        None,
        Some(ContentEncryption::Aes128Cbc),
        Some(ContentEncryption::Aes192Cbc),
        Some(ContentEncryption::Aes256Cbc),
        Some(ContentEncryption::Aes256Gcm),
    ];
    for sign in digests {
        for encrypt in ciphers {
            for wanted in [ReceiptWanted::None, ReceiptWanted::Unsigned, ReceiptWanted::Signed] {
                check(Protection { sign, encrypt }, wanted);
            }
        }
    }
}

fn check(protection: Protection, wanted: ReceiptWanted) {
    let packed = packed_by(&ACME, ORDER, protection, wanted);
    let security = security(Requirement::Optional);
    let (outcome, payload) = opened(&packed, &security);
    let received = outcome.as_ref().unwrap();
    assert_eq!(payload, ORDER, "{protection:?}");
    assert_eq!(received.payload, 0..ORDER.len() as u64);
    assert_eq!(received.content_type.essence(), "application/edi-x12");
    assert_eq!(received.file_name.as_deref(), Some("order-4711.x12"));
    assert_eq!(received.mic, packed.mic, "{protection:?}");
    assert_eq!(received.layers.encryption, protection.encrypt);
    let opened_with = protection.encrypt.map(|_| GATE.certificate().fingerprint());
    assert_eq!(received.layers.opened_with, opened_with);
    assert_eq!(received.layers.signature.as_ref().map(|verified| verified.algorithm()), protection.sign);

    let answer = answered(&packed, &outcome, Some(&security));
    let Some(answer) = answer else { return assert_eq!(wanted, ReceiptWanted::None) };
    let mdn = receipt(&answer).unwrap();
    assert_eq!(
        mdn.settle(&packed.message_id, &packed.mics, wanted, None),
        Settlement::Accepted,
        "{protection:?} {wanted:?}"
    );
    assert_eq!(matches!(mdn.signature, ReceiptSignature::Verified(_)), wanted == ReceiptWanted::Signed);
    assert_eq!((mdn.from.unwrap(), mdn.to.unwrap()), (GATE.name.clone(), ACME.name.clone()));
    assert_eq!(mdn.final_recipient.as_deref(), Some("GATE"));
    assert_eq!(mdn.text, "The message was received and processed.");
}

#[test]
fn the_content_hash_is_of_the_mic_input_and_does_not_depend_on_the_envelope() {
    let security = security(Requirement::Optional);
    let content = |packed: &Packed| opened(packed, &security).0.unwrap().content;
    let first = packed(SIGNED_AND_ENCRYPTED);
    assert_eq!(content(&first), content(&packed(SIGNED)));
    assert_eq!(content(&packed(PLAIN)), crate::base::Sha256::of(ORDER));
    assert_ne!(content(&first), content(&packed_by(&ACME, b"ISA other", SIGNED_AND_ENCRYPTED, ReceiptWanted::None)));
}

#[test]
fn base64_may_be_put_around_a_body_or_an_envelope() {
    let security = security(Requirement::Optional);
    for protection in [SIGNED_AND_ENCRYPTED, SIGNED, PLAIN] {
        let mut wrapped = with_header(packed(protection), "Content-Transfer-Encoding", "base64");
        wrapped.body = crate::mime::base64_lines(&wrapped.body).into_bytes();
        let (outcome, payload) = opened(&wrapped, &security);
        outcome.unwrap();
        assert_eq!(payload, ORDER, "{protection:?}");
    }
    // What the headers say and the body is may differ: CMS shows what it is.
    let declared = with_header(packed(SIGNED_AND_ENCRYPTED), "Content-Transfer-Encoding", "base64");
    opened(&declared, &security).0.unwrap();
    let mut undeclared = packed(SIGNED_AND_ENCRYPTED);
    undeclared.body = crate::mime::base64_lines(&undeclared.body).into_bytes();
    opened(&undeclared, &security).0.unwrap();
}

#[test]
fn the_payload_inside_is_decoded_and_the_mic_is_made_before_that() {
    let security = security(Requirement::Optional);
    let check = |entity: &[u8], payload: &[u8], file_name: Option<&str>| {
        let sealed = sealed(entity);
        let (outcome, written) = opened(&sealed, &security);
        let received = outcome.unwrap();
        assert_eq!(written, payload);
        assert_eq!(received.file_name.as_deref(), file_name);
        assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(entity));
    };
    check(b"Content-Type: x/y\r\nContent-Transfer-Encoding: base64\r\n\r\nSVNB\r\nKg==\r\n", b"ISA*", None);
    check(
        b"content-type: x/y; name=\"..\\a.edi\"\nContent-Transfer-Encoding: quoted-printable\n\nISA=2A",
        b"ISA*",
        Some("a.edi"),
    );
    check(b"Content-Type: x/y\r\nContent-Disposition: attachment; filename=b\r\n\r\n", b"", Some("b"));
    // No MIME at all: the content is the payload.
    check(b"UNB+UNOA:4+A:1+B:2'", b"UNB+UNOA:4+A:1+B:2'", None);
}

/// A message with this entity in its envelope.
fn sealed(entity: &[u8]) -> Packed {
    let mut packed = packed(ENCRYPTED);
    packed.body = super::sealed_for(&GATE, entity);
    packed.headers.retain(|(name, _)| name != "Content-Disposition");
    packed
}

#[test]
fn the_mic_is_spelled_as_the_partner_spells_it_and_made_by_what_it_asks_for() {
    let check = |protection: Protection, options: &str, expect: &str| {
        let message = with_header(packed(protection), "Disposition-Notification-Options", options);
        let security = security(Requirement::Optional);
        let (outcome, _) = opened(&message, &security);
        let answer = answered(&message, &outcome, Some(&security)).unwrap();
        let mic = outcome.unwrap().mic.to_string();
        assert_eq!(mic.rsplit(", ").next(), Some(expect), "{options}");
        let body = String::from_utf8(answer.body).unwrap();
        assert!(body.contains(&format!("\r\nReceived-Content-MIC: {mic}\r\n")), "{body}");
    };
    check(SIGNED, "signed-receipt-micalg=optional, SHA256", "SHA256");
    // A signed message's MIC is by the signature's algorithm, whatever is asked (RFC 4130, section 7.4.3).
    check(SIGNED, "signed-receipt-micalg=optional, sha-512", "sha-256");
    check(ENCRYPTED, "signed-receipt-micalg=optional, md5, sha512, sha-256", "sha512");
    check(PLAIN, "signed-receipt-protocol=optional, pkcs7-signature", "sha-256");
    check(PLAIN, "", "sha-256");
}

#[test]
fn a_source_or_sink_that_fails_is_no_verdict_on_the_message() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    impl std::io::Write for Broken {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let security = security(Requirement::Optional);
    for protection in [SIGNED_AND_ENCRYPTED, SIGNED, ENCRYPTED, PLAIN] {
        let packed = packed(protection);
        let request = request(&packed);
        let half = std::io::Read::chain(&packed.body[..packed.body.len() / 2], Broken);
        let cut = open(&request, half, &mut Vec::new(), &security, &Limits::default(), [7; 32]);
        assert_eq!(cut.unwrap_err().to_string(), "the disk is gone", "{protection:?}");
        let full = open(&request, packed.body.as_slice(), &mut Broken, &security, &Limits::default(), [7; 32]);
        assert_eq!(full.unwrap_err().to_string(), "the disk is full", "{protection:?}");
    }
}

#[test]
fn a_body_that_repeats_the_headers_is_read_behind_them() {
    for protection in [SIGNED_AND_ENCRYPTED, SIGNED] {
        let mut packed = packed(protection);
        let content_type = head(&packed.headers).text("Content-Type").unwrap();
        packed.body = [format!("Content-Type: {content_type}\r\n\r\n").as_bytes(), &packed.body].concat();
        let (outcome, payload) = opened(&packed, &security(Requirement::Optional));
        outcome.unwrap();
        assert_eq!(payload, ORDER);
    }
}

#[test]
fn a_key_of_ours_that_cannot_decrypt_is_no_verdict_on_the_message() {
    let group = openssl::ec::EcGroup::from_curve_name(openssl::nid::Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(openssl::ec::EcKey::generate(&group).unwrap()).unwrap();
    let key = PrivateKey::from_pem(&key.private_key_to_pem_pkcs8().unwrap(), None).unwrap();
    let wrong = Decryptor { certificate: GATE.certificate(), key };
    let security = Security { decrypt: vec![wrong], ..security(Requirement::Required) };
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let limits = Limits::default();
    let failed = open(&request(&packed), packed.body.as_slice(), &mut Vec::new(), &security, &limits, [7; 32]);
    assert!(failed.unwrap_err().to_string().contains("cannot decrypt"));
}
