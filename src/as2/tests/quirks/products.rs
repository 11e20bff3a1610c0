//! The bytes of products that are known for ways of their own, written by us after what is known of them.

use super::*;
use crate::smime::tests::craft::{indefinite_around_sets, indefinite_everywhere, with_attributes, without_attributes};
use crate::smime::{AlgorithmProtection, SignaturePolicy, SignedAttributes, SignerCertificate};

const ENTITY: &[u8] = b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: 7bit\r\n\
    Content-Disposition: attachment; filename=order.x12\r\n\r\nISA*00*~\r\nIEA*1~\r\n";
const PAYLOAD: &[u8] = b"ISA*00*~\r\nIEA*1~\r\n";

/// What is asked of partners with a profile for products that sign by SHA-1 or without attributes.
fn lenient() -> Security {
    let mut security = security(Requirement::Optional);
    security.signature = SignaturePolicy {
        digests: DigestAlgorithm::ALL.to_vec(),
        signed_attributes: SignedAttributes::Optional,
        ..SignaturePolicy::default()
    };
    security
}

/// The gate takes the message on these terms, and its MIC covers the entity.
#[track_caller]
fn check_message(name: &str, packed: &Packed, security: &Security, entity: &[u8], payload: &[u8]) -> Received {
    let (outcome, written) = opened(packed, security);
    let received = outcome.unwrap_or_else(|refusal| panic!("{name}: {}", refusal.error));
    assert_eq!(written, payload, "{name}");
    let algorithm = received.mic.algorithm();
    assert_eq!(*received.mic.digest(), algorithm.digest(entity), "{name}");
    received
}

/// The gate has sent `message`, and a partner whose certificate is Acme's answers with these bytes.
#[track_caller]
fn check_receipt(name: &str, headers: &[(&str, &str)], body: &[u8], message: &Packed, policy: &SignaturePolicy) {
    let headers = HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let mdn = Mdn::parse(&headers, body, &[ACME.certificate()], policy, &Limits::default())
        .unwrap_or_else(|fault| panic!("{name}: {fault}"));
    assert!(matches!(mdn.signature, ReceiptSignature::Verified(_)), "{name}");
    let settled = mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Signed, None);
    assert_eq!(settled, Settlement::Accepted, "{name}");
    assert_eq!(receipt_is_for(&headers, body, &Limits::default()).as_ref(), Some(&message.message_id), "{name}");
}

fn mic_of(message: &Packed, spelling: &str) -> String {
    message.mic.clone().spelled(spelling).to_string()
}

/// A signature without certificates, as it is in binary, under a type of its own.
fn openas2_signature(over: &[u8]) -> Vec<u8> {
    let form = SignatureForm {
        certificate: SignerCertificate::LeftOut,
        algorithm_protection: AlgorithmProtection::Included,
        ..SignatureForm::default()
    };
    let digest = DigestAlgorithm::Sha256.digest(over);
    let der = sign_detached(&digest, &ACME.certificate(), &ACME.key(), NOW, form).unwrap();
    let head = b"Content-Type: application/pkcs7-signature; name=smime.p7s; smime-type=signed-data\r\n\
        Content-Disposition: attachment; filename=\"smime.p7s\"\r\nContent-Description: S/MIME Cryptographic Signature\r\n\r\n";
    [head.as_slice(), &indefinite_everywhere(&der)].concat()
}

const OPENAS2_TYPE: &str = "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256;\r\n\
    \tboundary=\"----=_Part_3_1290.1\"";

fn openas2_body(entity: &[u8]) -> Vec<u8> {
    const BOUNDARY: &[u8] = b"------=_Part_3_1290.1";
    [BOUNDARY, b"\r\n", entity, b"\r\n", BOUNDARY, b"\r\n", &openas2_signature(entity), b"\r\n", BOUNDARY, b"--\r\n"]
        .concat()
}

#[test]
fn messages_of_openas2_are_opened() {
    let security = security(Requirement::Optional);
    let body = openas2_body(ENTITY);
    check_message("signed", &message(OPENAS2_TYPE, &body), &security, ENTITY, PAYLOAD);
    let repeated = [b"Content-Type: ", OPENAS2_TYPE.as_bytes(), b"\r\n\r\n", &body].concat();
    check_message("its type again in the body", &message(OPENAS2_TYPE, &repeated), &security, ENTITY, PAYLOAD);
    let inside = [b"Content-Type: ", OPENAS2_TYPE.as_bytes(), b"\r\n\r\n", &body].concat();
    check_message("sealed", &sealed(&inside), &security, ENTITY, PAYLOAD);
    check_message("compressed", &compressed(&inside), &security, ENTITY, PAYLOAD);
    let mut ber = sealed(&inside);
    ber.body = indefinite_around_sets(&ber.body);
    check_message("sealed in BER", &ber, &security, ENTITY, PAYLOAD);
}

#[test]
fn receipts_of_openas2_are_read() {
    let message = packed(SIGNED);
    let report_type = "multipart/report; report-type=disposition-notification;\r\n\tboundary=\"----=_Part_4_7.2\"";
    let report = format!(
        "Content-Type: {report_type}\r\n\r\n------=_Part_4_7.2\r\nContent-Type: text/plain\r\n\
         Content-Transfer-Encoding: 7bit\r\n\r\nThe message was received.\r\n\r\n------=_Part_4_7.2\r\n\
         Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\
         Reporting-UA: OpenAS2 v4\r\nOriginal-Recipient: rfc822; ACME\r\nFinal-Recipient: rfc822; ACME\r\n\
         Original-Message-ID: {}\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\n\
         Received-Content-MIC: {}\r\n\r\n------=_Part_4_7.2--\r\n",
        message.message_id,
        mic_of(&message, "sha256"),
    );
    let body = openas2_body(report.as_bytes());
    let headers = [
        ("AS2-From", "\"Acme Bearings\""),
        ("AS2-Version", "1.1"),
        ("Connection", "close, TE"),
        ("Content-Type", OPENAS2_TYPE),
    ];
    check_receipt("signed", &headers, &body, &message, &SignaturePolicy::default());
    // Its body repeats its own type in front of the first boundary.
    let repeated = [b"Content-Type: ", OPENAS2_TYPE.as_bytes(), b"\r\n\r\n", &body].concat();
    check_receipt("its type again in the body", &headers, &repeated, &message, &SignaturePolicy::default());
}

/// BER, with the algorithms signed too; the part says nothing of its encoding.
fn mendelson_body(entity: &[u8], cms: &[u8]) -> Vec<u8> {
    let head = b"Content-Type: application/pkcs7-signature; name=smime.p7s; smime-type=signed-data\r\n\
        Content-Transfer-Encoding: base64\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n";
    parts(entity, &[head, base64_lines(cms).as_bytes()].concat())
}

#[test]
fn messages_of_mendelson_are_opened() {
    let security = security(Requirement::Optional);
    // The lines of the payload end in LF, and its encoding is binary: nothing of it may be changed.
    let entity = b"Content-Type: application/EDI-Consent\r\nContent-Transfer-Encoding: binary\r\n\
        Content-Disposition: attachment; filename=order.edi\r\n\r\nUNB+UNOA:3'\nUNZ+0'\n"
        .as_slice();
    let payload = b"UNB+UNOA:3'\nUNZ+0'\n";
    let body = mendelson_body(entity, &indefinite_everywhere(&signature(entity)));
    check_message("signed", &message(MULTIPART_SIGNED, &body), &security, entity, payload);
    let inside = [format!("Content-Type: {MULTIPART_SIGNED}\r\nDate: x\r\n\r\n").as_bytes(), &body].concat();
    let in_ber = |packed: Packed| Packed { body: indefinite_around_sets(&packed.body), ..packed };
    check_message("signed and sealed", &in_ber(sealed(&inside)), &security, entity, payload);
    let compressed_type = b"Content-Type: application/pkcs7-mime; smime-type=compressed-data\r\n\r\n".as_slice();
    let inner = [compressed_type, &indefinite_everywhere(&compressed_bytes(entity))].concat();
    let body = mendelson_body(&inner, &indefinite_everywhere(&signature(&inner)));
    check_message("compressed and signed", &message(MULTIPART_SIGNED, &body), &security, &inner, payload);
    // What is not signed is sealed without any MIME header.
    check_message("sealed alone", &in_ber(sealed(payload)), &security, payload, payload);
}

#[test]
fn receipts_of_mendelson_are_read() {
    // Signed by SHA-1 under the name of RSA alone, while the MIC is by SHA-256.
    let message = packed(SIGNED);
    let report = format!(
        "Content-Type: multipart/report; Report-Type=disposition-notification; boundary=\"c\"\r\n\r\n--c\r\n\
         Content-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\nReceived.\r\n--c\r\n\
         Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: 7bit\r\n\r\n\
         Reporting-UA: mendelson AS2\r\nOriginal-Recipient: rfc822; ACME\r\nFinal-Recipient: rfc822; ACME\r\n\
         Original-Message-ID: {}\r\nDisposition: automatic-action/MDN-sent-automatically; processed\r\n\
         Received-Content-MIC: {}\r\n\r\n--c--\r\n",
        message.message_id,
        mic_of(&message, "sha-256"),
    );
    let acme = (ACME.certificate(), ACME.key());
    let cms = with_attributes(report.as_bytes(), DigestAlgorithm::Sha1, &acme.0, &acme.1);
    let body = mendelson_body(report.as_bytes(), &indefinite_everywhere(&cms));
    let headers =
        [("Content-Type", "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha1; boundary=b")];
    check_receipt("signed by SHA-1", &headers, &body, &message, &lenient().signature);
    // Without an exception for it, SHA-1 does not count.
    let headers = HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let strict = Mdn::parse(&headers, &body, &[acme.0], &SignaturePolicy::default(), &Limits::default());
    assert!(matches!(strict, Err(MdnFault::Signature(_))));
}

/// DER without attributes, in binary, without a word about its encoding.
fn sterling_body(entity: &[u8]) -> Vec<u8> {
    let cms = without_attributes(entity, DigestAlgorithm::Sha1, &ACME.certificate(), &ACME.key());
    let head =
        b"Content-Type: application/pkcs7-signature\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n";
    parts(entity, &[head.as_slice(), &cms].concat())
}

const STERLING_TYPE: &str = "Multipart/Signed; protocol=\"application/pkcs7-signature\"; micalg=sha1; boundary=\"b\"";

#[test]
fn messages_and_receipts_of_sterling_are_read() {
    let entity = b"Content-Type: application/edi-x12\r\nContent-Length: 10\r\n\r\nISA*00*~\r\n".as_slice();
    let signed = message(STERLING_TYPE, &sterling_body(entity));
    check_message("signed", &signed, &lenient(), entity, b"ISA*00*~\r\n");
    assert_eq!(refused(&signed), "as2-signature-weak", "by default signed attributes are asked for");
    let compressed_type =
        b"Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\n\r\n".as_slice();
    let inner = [compressed_type, &indefinite_everywhere(&compressed_bytes(entity))].concat();
    check_message("compressed", &message(STERLING_TYPE, &sterling_body(&inner)), &lenient(), &inner, b"ISA*00*~\r\n");

    let message = packed(SIGNED);
    let report = format!(
        "Content-Type: Multipart/Report; Report-Type=disposition-notification; boundary=\"c\"\r\n\r\n--c\r\n\r\n\
         Your message was received.\r\n--c\r\nContent-Type: message/disposition-notification\r\n\r\n\
         Reporting-UA: Sterling\r\nOriginal-Recipient: rfc822;ACME\r\nFinal-Recipient: rfc822;ACME\r\n\
         Original-Message-ID: {}\r\nDisposition: Automatic-action/mdn-sent-automatically;processed\r\n\
         Received-content-MIC: {}\r\n\r\n--c--\r\n",
        message.message_id.as_str().trim_matches(['<', '>']),
        mic_of(&message, "sha256").replace(", ", ","),
    );
    let headers = HeaderList::from_pairs([(b"Content-Type".as_slice(), STERLING_TYPE.as_bytes())]);
    let (trusted, policy) = ([ACME.certificate()], lenient().signature);
    let mdn = Mdn::parse(&headers, &sterling_body(report.as_bytes()), &trusted, &policy, &Limits::default()).unwrap();
    assert_eq!(mdn.text, "Your message was received.");
    let settled = mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Signed, None);
    assert_eq!(settled, Settlement::Accepted);
}

#[test]
fn q56_q61_and_q70_what_headers_say_about_a_signature_does_not_matter() {
    let second = |head: &str, cms: Vec<u8>| [head.as_bytes(), b"\r\n\r\n", &cms].concat();
    let der = || signature(ENTITY);
    let check = |name: &str, content_type: &str, second: &[u8]| {
        let (received, written) = taken(name, &message(content_type, &parts(ENTITY, second)));
        assert_eq!(written, PAYLOAD, "{name}");
        assert_eq!(received.mic.algorithm(), DigestAlgorithm::Sha256, "{name}");
    };
    let usual = signature_part(&der());
    for micalg in ["sha1", "SHA256", "rsa-md5", "\"sha-256\"", "sha2_512", "unknown", ""] {
        check(micalg, &format!("multipart/signed; micalg={micalg}; boundary=b"), &usual);
    }
    check("no parameter", "multipart/signed; boundary=b", &usual);
    check("pgp", "multipart/signed; protocol=\"application/pgp-signature\"; boundary=b", &usual);
    let base64 = || base64_lines(&der()).into_bytes();
    for head in [
        "Content-Type: application/x-pkcs7-signature; name=EDIINTSIG.p7s",
        "content-type: APPLICATION/PKCS7-SIGNATURE\r\nContent-Transfer-Encoding: BASE64",
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"whatever\"",
        "Content-Description: no type at all",
    ] {
        check(head, MULTIPART_SIGNED, &second(head, base64()));
        check(head, MULTIPART_SIGNED, &second(head, der()));
    }
    check("binary that says base64", MULTIPART_SIGNED, &second("Content-Transfer-Encoding: base64", der()));
    check("base64 that says binary", MULTIPART_SIGNED, &second("Content-Transfer-Encoding: binary", base64()));
    check("without headers", MULTIPART_SIGNED, &[b"\r\n", der().as_slice()].concat());
}

#[test]
fn q62_a_cms_layer_is_told_by_what_it_is() {
    for content_type in [
        "application/pkcs7-mime; smime-type=enveloped-data",
        "application/x-pkcs7-mime; name=\"smime.p7m\"",
        "Application/PKCS7-MIME; SMIME-Type=Enveloped-Data",
        "application/pkcs7-mime",
        "application/pkcs7-mime; smime-type=compressed-data",
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7s",
    ] {
        for (layer, body) in [("sealed", sealed(ENTITY).body), ("compressed", compressed_bytes(ENTITY))] {
            let (received, written) = taken(content_type, &message(content_type, &body));
            assert_eq!(written, PAYLOAD, "{layer}: {content_type}");
            assert_eq!(received.layers.compressed, layer == "compressed", "{content_type}");
            let inside = [b"Content-Type: ", content_type.as_bytes(), b"\r\n\r\n", &body].concat();
            if layer == "compressed" {
                assert_eq!(taken(content_type, &sealed(&inside)).1, PAYLOAD, "sealed, {layer}: {content_type}");
                assert_eq!(taken(content_type, &signed(&inside)).1, PAYLOAD, "signed, {layer}: {content_type}");
            }
        }
    }
}
