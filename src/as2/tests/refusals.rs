//! Messages that are refused: what each is told, and that it is told no more.

use super::*;

/// Opens it on the gate's usual terms and gives what stands behind the mode in the Disposition field.
fn verdict(packed: &Packed, security: &Security) -> (String, Refusal) {
    let (outcome, _) = opened(packed, security);
    let refusal = outcome.expect_err("it is refused");
    let text = refusal.error.disposition().to_string();
    (text.split_once("; ").unwrap().1.to_owned(), refusal)
}

fn check(name: &str, packed: &Packed, expect: &str, has_mic: bool) {
    let (found, refusal) = verdict(packed, &security(Requirement::Required));
    assert_eq!(found, expect, "{name}: {}", refusal.error);
    assert_eq!(refusal.mic.is_some(), has_mic, "{name}: MIC");
    assert_eq!(refusal.content.is_some(), has_mic, "{name}: content");
    assert!(refusal.error.diagnostic().hint.is_some(), "{name}: next step");
}

/// A signed entity with something done to it, in an envelope.
fn sealed(packed: &Packed, change: impl FnOnce(&[u8]) -> Vec<u8>) -> Packed {
    let content_type = head(&packed.headers).text("Content-Type").unwrap();
    let entity = [format!("Content-Type: {content_type}\r\n\r\n").as_bytes(), &change(&packed.body)].concat();
    let mut envelope = packed_by(&ACME, ORDER, SIGNED_AND_ENCRYPTED, ReceiptWanted::Signed);
    envelope.body = sealed_for(&GATE, &entity);
    envelope
}

fn unchanged(body: &[u8]) -> Vec<u8> {
    body.to_vec()
}

/// The signature of another message put under this one.
fn with_signature_of(body: &[u8], other: &[u8]) -> Vec<u8> {
    const START: &[u8] = b"smime.p7s\"\r\n\r\n";
    let at = |bytes: &[u8]| memchr::memmem::find(bytes, START).unwrap() + START.len();
    let end = |bytes: &[u8]| memchr::memmem::rfind(bytes, b"--edigate-").unwrap();
    [&body[..at(body)], &other[at(other)..end(other)], &body[end(body)..]].concat()
}

#[test]
fn the_signature_inside_decides() {
    let by_mallory = packed_by(&MALLORY, ORDER, SIGNED, ReceiptWanted::Signed);
    check("foreign certificate", &sealed(&by_mallory, unchanged), "processed/error: authentication-failed", true);
    let signed = packed(SIGNED);
    let changed = sealed(&signed, |body| replaced(body, "000000001", "000000002"));
    check("content changed", &changed, "processed/error: integrity-check-failed", true);
    let header = sealed(&signed, |body| replaced(body, "application/edi-x12", "application/edi-X12"));
    check("header changed", &header, "processed/error: integrity-check-failed", true);
    let other = packed_by(&ACME, b"ISA another", SIGNED, ReceiptWanted::Signed);
    let swapped = sealed(&signed, |body| with_signature_of(body, &other.body));
    check("another message's signature", &swapped, "processed/error: integrity-check-failed", true);
    let sha1 = Protection { sign: Some(DigestAlgorithm::Sha1), encrypt: None };
    let weak = sealed(&packed(sha1), unchanged);
    check("SHA-1", &weak, "processed/error: insufficient-message-security", true);
}

#[test]
fn policy_is_judged_by_the_layers() {
    const WEAK: &str = "processed/error: insufficient-message-security";
    check("not encrypted", &packed(SIGNED), WEAK, true);
    check("not signed", &packed(ENCRYPTED), WEAK, true);
    check("plain", &packed(PLAIN), WEAK, true);
    let mut aes_128_only = security(Requirement::Required);
    aes_128_only.encryption = vec![ContentEncryption::Aes128Cbc];
    assert_eq!(verdict(&packed(ENCRYPTED), &aes_128_only).0, WEAK);
    // Signed around an envelope: what is inside was not signed by whom it seems.
    let mut outside = packed_by(&ACME, b"", SIGNED, ReceiptWanted::Signed);
    outside.body = replaced(&outside.body, "application/edi-x12", "application/pkcs7-mime; smime-type=enveloped-data");
    assert!(matches!(
        verdict(&outside, &Security { verify: vec![], ..security(Requirement::Optional) }).1.error,
        As2Error::Signature(_)
    ));
    let resigned = resigned(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n0");
    check("signed outside encrypted", &resigned, WEAK, true);
}

/// A message signed over any entity.
fn resigned(entity: &[u8]) -> Packed {
    let body =
        super::super::signed::signed_body(entity, DigestAlgorithm::Sha256, &ACME.signer(), NOW, &Counting::default())
            .unwrap();
    let mut packed = with_header(packed(SIGNED), "Content-Type", &body.content_type);
    packed.body = body.bytes;
    packed
}

#[test]
fn what_says_that_it_is_compressed_and_is_not_is_refused() {
    const COMPRESSED: &str = "processed/error: decompression-failed";
    let kind = "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z";
    let entity = format!("Content-Type: {kind}\r\n\r\nx");
    check("compressed, then signed", &resigned(entity.as_bytes()), COMPRESSED, true);
    check("compressed, signed, encrypted", &sealed(&resigned(entity.as_bytes()), unchanged), COMPRESSED, true);
    check("compressed", &with_header(packed(PLAIN), "Content-Type", kind), COMPRESSED, false);
    let mut inside = packed(ENCRYPTED);
    inside.body = sealed_for(&GATE, entity.as_bytes());
    // Nothing vouches for what is inside, so nothing is told of it.
    check("compressed, then encrypted", &inside, "processed/error: decryption-failed", false);
}

/// A compressed entity, its CMS in base64 or not.
fn compressed_entity(in_base64: bool) -> Vec<u8> {
    let whole = crate::smime::compress([&b"Content-Type: text/x\r\n\r\nISA*"[..]]).unwrap();
    let cms = [whole.head, whole.octets].concat();
    let cms = if in_base64 { crate::mime::base64_lines(&cms).into_bytes() } else { cms };
    [b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n", cms.as_slice()].concat()
}

#[test]
fn white_space_behind_compression_in_an_envelope_is_nothing() {
    for in_base64 in [false, true] {
        let content = [&compressed_entity(in_base64), &b"\r\n \r\n"[..]].concat();
        let packed = Packed { body: sealed_for(&GATE, &content), ..packed(ENCRYPTED) };
        let (outcome, written) = opened(&packed, &security(Requirement::Optional));
        assert_eq!((outcome.is_ok(), written.as_slice()), (true, &b"ISA*"[..]), "{outcome:?}");
    }
}

#[test]
fn everything_wrong_in_an_envelope_is_told_alike() {
    let signed = packed(SIGNED);
    let seal = |content: &[u8]| Packed { body: sealed_for(&GATE, content), ..packed(SIGNED_AND_ENCRYPTED) };
    let mut cases: Vec<(String, Packed)> = vec![
        ("garbage".into(), seal(b"\xffgarbage that is no entity")),
        ("empty".into(), seal(b"")),
        ("a header line without a name".into(), seal(b"Content-Type: x/y\r\n=\r\n\r\n")),
        ("no boundary".into(), seal(b"Content-Type: multipart/signed\r\n\r\n")),
        ("truncated multipart".into(), sealed(&signed, |body| body[..body.len() / 3].to_vec())),
        ("one part".into(), seal(b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--")),
        (
            "three parts".into(),
            sealed(&signed, |body| {
                let boundary = &body[..body.iter().position(|byte| *byte == b'\r').unwrap()];
                let end = body.len() - b"--\r\n".len();
                [&body[..end], b"\r\n\r\nmore\r\n", boundary, b"--\r\n"].concat()
            }),
        ),
        (
            "signature garbage".into(),
            sealed(&signed, |body| replaced(body, "smime.p7s\"\r\n\r\nM", "smime.p7s\"\r\n\r\nN")),
        ),
        (
            "signature truncated".into(),
            sealed(&signed, |body| {
                let start = memchr::memmem::find(body, b"smime.p7s\"\r\n\r\n").unwrap() + 14;
                let end = memchr::memmem::rfind(body, b"--edigate-").unwrap();
                [&body[..start + 400], b"\r\n", &body[end..]].concat()
            }),
        ),
        ("content behind compression".into(), seal(&[&compressed_entity(false), &b"more"[..]].concat())),
        ("content behind compression in base64".into(), seal(&[&compressed_entity(true), &b"more"[..]].concat())),
        ("epilogue".into(), sealed(&signed, |body| [body, b"more"].concat())),
        ("an unknown transfer encoding".into(), seal(b"Content-Type: x/y\r\nContent-Transfer-Encoding: zip\r\n\r\nx")),
        (
            "an envelope inside".into(),
            seal(b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n0"),
        ),
        ("for somebody else".into(), Packed { body: sealed_for(&MALLORY, b"x"), ..packed(SIGNED_AND_ENCRYPTED) }),
        ("no CMS at all".into(), Packed { body: b"hello".to_vec(), ..packed(SIGNED_AND_ENCRYPTED) }),
        ("nothing at all".into(), Packed { body: Vec::new(), ..packed(SIGNED_AND_ENCRYPTED) }),
    ];
    let whole = packed(SIGNED_AND_ENCRYPTED);
    for cut in [1, 17, 300, whole.body.len() / 2, whole.body.len() - 1] {
        cases.push((format!("cut at {cut}"), Packed { body: whole.body[..cut].to_vec(), ..whole.clone() }));
    }
    let mut last_block = whole.clone();
    *last_block.body.last_mut().unwrap() ^= 1;
    cases.push(("padding".into(), last_block));

    let security = security(Requirement::Required);
    let answers: Vec<_> = cases
        .iter()
        .map(|(name, packed)| {
            check(name, packed, "processed/error: decryption-failed", false);
            let (outcome, _) = opened(packed, &security);
            let packed = Packed { headers: whole.headers.clone(), ..packed.clone() };
            answered(&packed, &outcome, Some(&security)).unwrap()
        })
        .collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]), "one answer for all of them, to the byte");
}

#[test]
fn a_wrapped_key_that_does_not_unwrap_is_told_as_bad_padding_is() {
    let whole = packed(SIGNED_AND_ENCRYPTED);
    // The wrapped key is the 256 bytes before the encrypted content.
    let at = memchr::memmem::find(&whole.body, &[0x04, 0x82, 0x01, 0x00]).unwrap() + 4;
    for offset in [0, 100, 255] {
        let mut changed = whole.clone();
        changed.body[at + offset] ^= 0x40;
        check("wrapped key changed", &changed, "processed/error: decryption-failed", false);
    }
}

#[test]
fn faults_outside_of_any_envelope_are_told_apart() {
    let optional = security(Requirement::Optional);
    let told = |packed: &Packed| verdict(packed, &optional).0;
    let signed = packed(SIGNED);
    let change = |from: &str, to: &str| Packed { body: replaced(&signed.body, from, to), ..signed.clone() };
    assert_eq!(told(&change("000000001", "000000002")), "processed/error: integrity-check-failed");
    assert_eq!(told(&change("smime.p7s\"\r\n\r\nM", "smime.p7s\"\r\n\r\nN")), "processed/error: authentication-failed");
    let mallory = packed_by(&MALLORY, ORDER, SIGNED, ReceiptWanted::Signed);
    assert_eq!(told(&mallory), "processed/error: authentication-failed");
    let cut = Packed { body: signed.body[..signed.body.len() / 2].to_vec(), ..signed.clone() };
    assert_eq!(told(&cut), "processed/error: unexpected-processing-error");
    let no_boundary = with_header(signed, "Content-Type", "multipart/signed");
    assert_eq!(told(&no_boundary), "processed/error: unexpected-processing-error");
}

#[test]
fn a_receipt_that_cannot_be_given_is_refused_before_the_message() {
    let security = security(Requirement::Required);
    let told = |options: &str, security: &Security| {
        let message = with_header(packed(SIGNED_AND_ENCRYPTED), "Disposition-Notification-Options", options);
        let (found, refusal) = verdict(&message, security);
        assert!(refusal.mic.is_none());
        let answer = answered(&message, &Err(refusal), Some(security)).unwrap();
        (found, matches!(receipt(&answer).unwrap().signature, ReceiptSignature::Verified(_)))
    };
    let required = "signed-receipt-protocol=required, pkcs7-signature; signed-receipt-micalg=required, md5";
    assert_eq!(told(required, &security), ("failed/failure: unsupported MIC-algorithms".into(), false));
    let protocol = "signed-receipt-protocol=required, pgp-signature";
    assert_eq!(told(protocol, &security), ("failed/failure: unsupported format".into(), false));
    let keyless = Security { signer: None, ..security.clone() };
    let signed = "signed-receipt-protocol=required, pkcs7-signature";
    assert_eq!(told(signed, &keyless), ("failed/failure: unsupported format".into(), false));
}
