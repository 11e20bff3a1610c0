//! Receipts: forms of reports, dispositions, MICs, recipients.

use super::*;

const REPORT: &str = "multipart/report; report-type=disposition-notification; boundary=b";
const MODE: &str = "automatic-action/MDN-sent-automatically; ";

fn parse(content_type: &str, body: &str) -> Result<Mdn, MdnFault> {
    parse_with(&[("Content-Type", content_type)], body.as_bytes())
}

fn parse_with(headers: &[(&str, &str)], body: &[u8]) -> Result<Mdn, MdnFault> {
    let headers = HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    Mdn::parse(&headers, body, &[GATE.certificate()], &Default::default(), &Limits::default())
}

/// A report with these fields.
fn report(fields: &str) -> String {
    format!(
        "--b\r\nContent-Type: text/plain\r\n\r\nok\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n\
         {fields}\r\n--b--\r\n"
    )
}

fn with_disposition(packed: &Packed, disposition: &str) -> String {
    report(&format!("Original-Message-ID: {}\r\nDisposition: {disposition}\r\n", packed.message_id))
}

#[test]
fn q71_and_q73_dispositions_are_read_in_every_spelling() {
    let message = packed(PLAIN);
    let check = |disposition: &str, expect: &str| {
        let mdn = parse(REPORT, &with_disposition(&message, disposition)).unwrap();
        let settled = match mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Unsigned, None) {
            Settlement::Accepted => "accepted".to_owned(),
            Settlement::Warned(text) => format!("warned: {text}"),
            Settlement::Refused(why) => {
                why.to_string().split_once("; ").map_or_else(|| why.to_string(), |(_, why)| why.to_owned())
            }
            other => format!("{other:?}"),
        };
        assert_eq!(settled, expect, "{disposition}");
    };
    let moded = |rest: &str, expect: &str| check(&format!("{MODE}{rest}"), expect);
    moded("processed", "accepted");
    moded("Processed", "accepted");
    check("Automatic-action/mdn-sent-automatically;processed", "accepted");
    check("automatic-action/MDN-sent-automatically ;  processed  ", "accepted");
    check("automatic-action/MDN-sent-automatically;\r\n\tprocessed", "accepted");
    check("manual-action/MDN-sent-manually; processed", "accepted");
    check("processed", "accepted");
    moded("processed/warning: duplicate-document", "warned: duplicate-document");
    moded("processed/Warning:duplicate-document", "warned: duplicate-document");
    for (text, expect) in [
        ("processed/error: authentication-failed", "processed/error: authentication-failed"),
        ("processed/Error:Authentication-Failed", "processed/error: authentication-failed"),
        ("processed/error : decryption-failed", "processed/error: decryption-failed"),
        ("processed/error: decompresion-failed", "processed/error: decompression-failed"),
        ("processed/error: integrity-check-failed, see log", "processed/error: integrity-check-failed"),
        ("processed/error: insufficient message security", "processed/error: insufficient-message-security"),
        ("processed/error=unexpected-processing-error", "processed/error: unexpected-processing-error"),
        ("processed/error", "processed/error: "),
        ("processed/error: duplicate-filename", "processed/error: duplicate-filename"),
        (
            "processed/error: decryption-failed;/processed/error: decryption-failed",
            "processed/error: decryption-failed",
        ),
        ("failed/Failure: unsupported format", "failed/failure: unsupported format"),
        ("failed/failure=unsupported MIC-algorithms", "failed/failure: unsupported MIC-algorithms"),
        ("processed/failure: sender-equals-receiver", "failed/failure: sender-equals-receiver"),
        ("failed", "failed/failure: "),
    ] {
        moded(text, expect);
    }
    check("; error: authentication-failed", "processed/error: authentication-failed");
    check("error: authentication-failed", "processed/error: authentication-failed");
    // What nobody knows, and what mail knows, is no success.
    for text in ["deleted", "displayed", "dispatched", "denied", "processed/superseded", "unprocessed", ""] {
        let mdn = parse(REPORT, &with_disposition(&message, &format!("{MODE}{text}"))).unwrap();
        let settled = mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Unsigned, None);
        assert!(matches!(settled, Settlement::Refused(Disposition::Other(_))), "{text}: {settled:?}");
    }
}

#[test]
fn q71_an_error_may_stand_in_a_field_of_its_own() {
    let check = |fields: &str, expect: &str| {
        let mdn = parse(REPORT, &report(fields)).unwrap();
        assert_eq!(mdn.disposition.to_string(), format!("{MODE}{expect}"), "{fields}");
    };
    check("Disposition: x; failed\r\nFailure: unsupported format", "failed/failure: unsupported format");
    check("Disposition: x; processed/error\r\nError: decryption-failed", "processed/error: decryption-failed");
    check("Error: decryption-failed\r\nDisposition: x; processed", "processed/error: decryption-failed");
    check("Disposition: x; processed\r\nWarning: duplicate-document", "processed/warning: duplicate-document");
}

#[test]
fn q74_fields_are_read_however_they_are_written() {
    let check = |fields: &str| {
        for text in [report(fields), report(fields).replace("\r\n", "\n")] {
            let mdn = parse_with(&[("CONTENT-type", REPORT)], text.as_bytes()).unwrap();
            assert_eq!(mdn.disposition, Disposition::Processed, "{fields}");
            assert_eq!(mdn.original_message_id.unwrap().as_str(), "<1@acme>", "{fields}");
            assert_eq!(*mdn.mic.unwrap().digest(), DigestAlgorithm::Sha256.digest(b"abc"), "{fields}");
        }
    };
    const MIC: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=, sha-256";
    check(&format!("Received-Content-MIC: {MIC}\r\nOriginal-Message-ID: <1@acme>\r\nDisposition: {MODE}processed"));
    check(&format!("received-content-mic:{MIC}\r\nORIGINAL-MESSAGE-ID:<1@acme>\r\ndisposition:{MODE}processed"));
    check(&format!(
        "Disposition : {MODE}processed\r\nReceived-content-MIC \t: {MIC} \r\nOriginal-Message-Id: <1@acme>\t"
    ));
    check(&format!(
        "Reporting-UA: a; b\r\nX-Own: c: d\r\nno field at all\r\nOriginal-Message-ID:\r\n <1@acme>\r\n\
         Received-Content-MIC:\r\n\t{MIC}\r\nDisposition:\r\n {MODE}\r\n processed"
    ));
}

#[test]
fn q75_and_q76_mics_are_compared_by_their_bytes() {
    let base64 = |algorithm: DigestAlgorithm| openssl::base64::encode_block(algorithm.digest(ORDER).as_bytes());
    let (sha1, sha256, sha512) =
        (base64(DigestAlgorithm::Sha1), base64(DigestAlgorithm::Sha256), base64(DigestAlgorithm::Sha512));
    let check_of = |message: &Packed, field: &str, wanted: ReceiptWanted, expect: &str| {
        let text = format!("Original-Message-ID: {}\r\nDisposition: {MODE}processed\r\n{field}", message.message_id);
        let mdn = Mdn { signature: verified(), ..parse(REPORT, &report(&text)).unwrap() };
        let settled = mdn.settle(&message.message_id, &message.mics, wanted, None);
        let settled = match settled {
            Settlement::Accepted => "accepted",
            Settlement::MicMismatch { received: None } => "no MIC",
            Settlement::MicMismatch { received: Some(_) } => "another MIC",
            _ => "something else",
        };
        assert_eq!(settled, expect, "{field}");
    };
    let plain = packed(PLAIN);
    let check = |field: &str, expect: &str| check_of(&plain, field, ReceiptWanted::Signed, expect);
    check(&format!("Received-Content-MIC: {sha256}, sha-256"), "accepted");
    check(&format!("Received-content-MIC: {sha256},sha256"), "accepted");
    check(&format!("Received-content-MIC: {sha256} , SHA2-256 (of the content)"), "accepted");
    check(&format!("Received-content-MIC: {},\r\n sha_256", sha256.replace("=", "\r\n\t=")), "accepted");
    check(&format!("Received-Content-MIC: {sha256}"), "accepted");
    // SHA-1 of an unsigned message is what RFC 4130, section 7.4.3 has for it.
    check(&format!("Received-Content-MIC: {sha1}, sha1"), "accepted");
    check(&format!("Received-Content-MIC: {sha512}, sha-512"), "another MIC");
    check(&format!("Received-Content-MIC: {sha1}, sha-256"), "no MIC");
    check("Received-Content-MIC: ", "no MIC");
    check("", "no MIC");
    // By the algorithm asked for, or by SHA-256, which some products always take; not by a weaker one.
    let sha_512 = packed(Protection { sign: Some(DigestAlgorithm::Sha512), encrypt: None });
    let mic_of = |algorithm| {
        let at = memchr::memmem::find(&sha_512.body, b"Content-Type").unwrap();
        let end = memchr::memmem::find(&sha_512.body, b"~\r\n--edigate").unwrap() + 1;
        Mic::new(DigestAlgorithm::digest(algorithm, &sha_512.body[at..end]))
    };
    let check = |algorithm, expect: &str| {
        let field = format!("Received-Content-MIC: {}", mic_of(algorithm));
        check_of(&sha_512, &field, ReceiptWanted::Signed, expect);
    };
    check(DigestAlgorithm::Sha512, "accepted");
    check(DigestAlgorithm::Sha256, "accepted");
    check(DigestAlgorithm::Sha1, "another MIC");
}

/// As if the receipt had been signed: here only what it says is looked at.
fn verified() -> ReceiptSignature {
    let packed = packed(PLAIN);
    let security = security(Requirement::Optional);
    let (outcome, _) = opened(&packed, &security);
    receipt(&answered(&packed, &outcome, Some(&security)).unwrap()).unwrap().signature
}

#[test]
fn q78_recipients_are_read_and_decide_nothing() {
    let message = packed(PLAIN);
    let check = |fields: &str, expect: Option<&str>| {
        let text = format!("{fields}Original-Message-ID: {}\r\nDisposition: {MODE}processed", message.message_id);
        let mdn = parse(REPORT, &report(&text)).unwrap();
        assert_eq!(mdn.final_recipient.as_deref(), expect, "{fields}");
        let settled = mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Unsigned, None);
        assert_eq!(settled, Settlement::Accepted, "{fields}");
    };
    check("", None);
    check("Final-Recipient: rfc822; GATE\r\n", Some("GATE"));
    check("Final-Recipient: rfc822;GATE\r\n", Some("GATE"));
    check("final-recipient: RFC822; \"My Gate\"\r\n", Some("My Gate"));
    check("Final-Recipient: GATE\r\n", Some("GATE"));
    check("Original-Recipient: rfc822; GATE\r\n", None);
    check("Original-Recipient: rfc822; X\r\nFinal-Recipient: rfc822; SOMEBODY ELSE\r\n", Some("SOMEBODY ELSE"));
}

#[test]
fn q80_reports_are_read_in_every_shape() {
    let fields = format!("Original-Message-ID: <1@acme>\r\nDisposition: {MODE}processed\r\n");
    let part = format!("Content-Type: message/disposition-notification\r\n\r\n{fields}");
    let text = "Content-Type: text/plain\r\n\r\nok";
    let check = |name: &str, content_type: &str, parts: &[&str]| {
        let body: String = parts.iter().map(|part| format!("--b\r\n{part}\r\n")).collect();
        let mdn = parse(content_type, &format!("{body}--b--\r\n")).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        assert_eq!(mdn.disposition, Disposition::Processed, "{name}");
        // None of the headers that an answer may lack: AS2-From, AS2-To, Message-ID.
        assert_eq!((mdn.from, mdn.to, mdn.message_id), (None, None, None), "{name}");
    };
    check("usual", REPORT, &[text, &part]);
    check("no report-type", "multipart/report; boundary=b", &[text, &part]);
    check("Report-Type", "Multipart/Report; Report-Type=disposition-notification; Boundary=\"b\"", &[text, &part]);
    check("first part without headers", REPORT, &["\r\nok", &part]);
    check("first part with nothing at all", REPORT, &["", &part]);
    check("order swapped", REPORT, &[&part, text]);
    check("alone", REPORT, &[&part]);
    check("third part", REPORT, &[text, &part, "Content-Type: text/rfc822-headers\r\n\r\nAS2-From: x"]);
    check(
        "fields among the headers",
        REPORT,
        &[text, &format!("Content-Type: message/disposition-notification\r\n{fields}")],
    );
    check("multipart/mixed", "multipart/mixed; boundary=b", &[text, &part]);
    let inside = format!("Content-Type: multipart/report; boundary=c\r\n\r\n--c\r\n{part}\r\n--c--");
    check("inside another", "multipart/mixed; boundary=b", &[&inside]);
    let base64 = base64_lines(fields.as_bytes());
    let encoded =
        format!("Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: base64\r\n\r\n{base64}");
    check("in base64", REPORT, &[text, &encoded]);
    assert_eq!(parse("message/disposition-notification", &fields).unwrap().disposition, Disposition::Processed);
}

#[test]
fn q81_the_part_for_people_is_kept_and_never_believed() {
    let check = |text: &str, expect: &str| {
        let body = report(&format!("Disposition: {MODE}processed/error: decryption-failed"));
        let body = body.replace("Content-Type: text/plain\r\n\r\nok", text);
        let mdn = parse(REPORT, &body).unwrap();
        assert_eq!(mdn.text, expect);
        assert_eq!(mdn.disposition, Disposition::Error(ErrorModifier::DecryptionFailed));
    };
    let lies = format!("Disposition: {MODE}processed");
    check(&format!("Content-Type: text/plain\r\n\r\n{lies}"), &lies);
    check("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nb2s=", "ok");
    check("Content-Type: text/html\r\n\r\n<b>a</b>\r\nb", "<b>a</b>\r\nb");
    check("Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!", "");
    check("Content-Type: application/octet-stream\r\n\r\n\0\u{1}", "");
    check(&format!("Content-Type: text/plain\r\n\r\n{}", "x".repeat(5000)), &"x".repeat(4096));
}

#[test]
fn q82_a_signed_receipt_is_found_whatever_its_head_looks_like() {
    let message = packed(SIGNED);
    let security = security(Requirement::Optional);
    let (outcome, _) = opened(&message, &security);
    let answer = answered(&message, &outcome, Some(&security)).unwrap();
    let content_type = head(&answer.headers).text("Content-Type").unwrap();
    let boundary = content_type.split("boundary=").nth(1).unwrap().trim_matches('"').to_owned();
    let check = |name: &str, content_type: &str| {
        let headers =
            [("content-type", content_type), ("Date", "\"Tue, 29 Sep 2009 10:18:18 GMT\""), ("Server", "\"x\"")];
        let mdn = parse_with(&headers, &answer.body).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let settled = mdn.settle(&message.message_id, &message.mics, ReceiptWanted::Signed, None);
        assert_eq!(settled, Settlement::Accepted, "{name}");
    };
    check("as it is", &content_type);
    check("quoted as a whole", &format!("\"multipart/signed; micalg=sha-256; boundary={boundary}\""));
    check("quoted twice", &format!("multipart/signed; boundary=\"\"{boundary}\"\""));
    check("folded", &format!("multipart/signed;\r\n\tprotocol=\"p\";\r\n boundary=\"{boundary}\""));
    check("no parameter but one", &format!("MULTIPART/SIGNED;boundary={boundary}"));
}
