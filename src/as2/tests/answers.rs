//! Answers: their headers and bytes, and what a refusal is told.

use super::*;
use crate::smime::SmimeError;

fn refused(error: As2Error) -> Result<Received, Refusal> {
    Err(Refusal::unopened(error))
}

#[test]
fn an_answer_is_the_same_for_the_same_message_time_and_entropy() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&packed, &security);
    let first = answered(&packed, &outcome, Some(&security)).unwrap();
    assert_eq!(answered(&packed, &outcome, Some(&security)).unwrap(), first);
    let names: Vec<_> = first.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["AS2-Version", "EDIINT-Features", "AS2-From", "AS2-To", "Message-ID", "Date", "MIME-Version", "Content-Type"],
        "and nothing else"
    );
    assert!(first.headers.iter().all(|(_, value)| value.bytes().all(|b| (b' '..=b'~').contains(&b))));
    let body = String::from_utf8(first.body).unwrap();
    assert!(!body.replace("\r\n", "").contains(['\r', '\n']), "every line ends in CRLF");
}

#[test]
fn the_fields_are_the_partners_words_back() {
    let packed = with_header(packed(PLAIN), "AS2-To", "\"GATE\"");
    let packed = with_header(packed, "Message-ID", "no brackets; odd~|#");
    let outcome = refused(As2Error::NotSigned);
    let packed = with_header(packed, "Disposition-Notification-Options", "");
    let answer = answered(&packed, &outcome, None).unwrap();
    assert!(answer.headers.contains(&("AS2-From".into(), "\"GATE\"".into())));
    assert!(answer.headers.contains(&("AS2-To".into(), "\"Acme Bearings\"".into())));
    let body = String::from_utf8(answer.body).unwrap();
    let fields = body.split("message/disposition-notification\r\n").nth(1).unwrap();
    let fields: Vec<_> = fields.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    assert_eq!(
        fields,
        [
            "Reporting-UA: edigate",
            "Original-Recipient: rfc822; \"GATE\"",
            "Final-Recipient: rfc822; \"GATE\"",
            "Original-Message-ID: no brackets; odd~|#",
            "Disposition: automatic-action/MDN-sent-automatically; processed/error: insufficient-message-security",
        ]
    );
}

#[test]
fn every_refusal_reaches_the_sender_as_its_disposition() {
    let pair = || As2Error::UnknownPair { from: ACME.name.clone(), to: GATE.name.clone() };
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let check = |error: As2Error, expect: &str| {
        let outcome = refused(error);
        let answer = answered(&packed, &outcome, Some(&security)).unwrap();
        let mdn = receipt(&answer).unwrap();
        let expect = Disposition::parse(&format!("automatic-action/MDN-sent-automatically; {expect}"));
        assert_eq!(mdn.disposition, expect);
        let settled = mdn.settle(&packed.message_id, &packed.mics, ReceiptWanted::Signed, None);
        assert_eq!(settled, Settlement::Refused(expect));
        assert!(mdn.text.ends_with('.'));
    };
    check(pair(), "processed/error: unknown-trading-relationship");
    check(As2Error::MessageIdReused, "processed/error: unexpected-processing-error");
    check(As2Error::UnsupportedMicAlgorithms, "failed/failure: unsupported MIC-algorithms");
    check(As2Error::NotTwoParts, "processed/error: unexpected-processing-error");
    let broken = SmimeError::DecompressionFailed { what: "it is no zlib".to_owned() };
    check(As2Error::Decompression(broken), "processed/error: decompression-failed");
}

#[test]
fn a_receipt_that_is_asked_for_later_is_the_same_as_one_asked_for_now() {
    let message = packed(SIGNED_AND_ENCRYPTED);
    let later = with_header(message.clone(), "Receipt-Delivery-Option", "http://partner.example/mdn");
    assert!(matches!(request(&later).receipt, ReceiptAsked::Async { .. }));
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&later, &security);
    let answer = answered(&later, &outcome, Some(&security)).unwrap();
    let settled = receipt(&answer).unwrap().settle(&message.message_id, &message.mics, ReceiptWanted::Signed, None);
    assert_eq!(settled, Settlement::Accepted);
}

#[test]
fn a_stranger_is_never_given_a_signature_and_nobody_what_they_did_not_ask_for() {
    let message = packed(SIGNED);
    let outcome = refused(As2Error::UnknownPair { from: ACME.name.clone(), to: GATE.name.clone() });
    let answer = answered(&message, &outcome, None).unwrap();
    assert_eq!(receipt(&answer).unwrap().signature, ReceiptSignature::Unsigned);
    let silent = packed_by(&ACME, ORDER, SIGNED, ReceiptWanted::None);
    assert_eq!(answered(&silent, &outcome, None), None);
}

#[test]
fn a_receipt_that_was_tampered_with_does_not_count() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&packed, &security);
    let answer = answered(&packed, &outcome, Some(&security)).unwrap();
    let parse = |answer: &Answer, trusted: &Company| {
        let limits = Limits::default();
        Mdn::parse(&head(&answer.headers), &answer.body, &[trusted.certificate()], &Default::default(), &limits)
    };
    let tampered = Answer { body: replaced(&answer.body, "; processed", ";  processed"), ..answer.clone() };
    assert!(matches!(parse(&tampered, &GATE), Err(MdnFault::Signature(_))));
    assert!(matches!(parse(&answer, &MALLORY), Err(MdnFault::Signature(_))));
    // A signed report beside fields of somebody else's.
    let content_type = head(&answer.headers).text("Content-Type").unwrap();
    let forged = [
        b"--x\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: a/b; processed\r\n--x\r\nContent-Type: "
            .as_slice(),
        content_type.as_bytes(),
        b"\r\n\r\n",
        &answer.body,
        b"\r\n--x--",
    ]
    .concat();
    let forged = Answer {
        headers: vec![("Content-Type".into(), "multipart/mixed; boundary=x".into())],
        body: forged,
        ..answer.clone()
    };
    assert_eq!(parse(&forged, &GATE).unwrap().signature, ReceiptSignature::Unsigned);
}

#[test]
fn a_positive_receipt_must_prove_what_was_asked() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&packed, &security);
    let mdn = receipt(&answered(&packed, &outcome, Some(&security)).unwrap()).unwrap();
    let other = packed_by(&ACME, b"ISA other", SIGNED, ReceiptWanted::Signed);
    let settle = |mdn: &Mdn, wanted| mdn.settle(&packed.message_id, &packed.mics, wanted, None);
    let signed = ReceiptWanted::Signed;
    let received = mdn.mic.clone();
    assert_eq!(settle(&mdn, signed), Settlement::Accepted);
    assert_eq!(mdn.settle(&packed.message_id, &other.mics, signed, None), Settlement::MicMismatch { received });
    let another_id = MessageId::from_header(b"<other@x>", 998).unwrap();
    assert_eq!(mdn.settle(&another_id, &packed.mics, signed, None), Settlement::OtherMessage);
    let without_mic = Mdn { mic: None, ..mdn.clone() };
    assert_eq!(settle(&without_mic, signed), Settlement::MicMismatch { received: None });
    assert_eq!(settle(&without_mic, ReceiptWanted::Unsigned), Settlement::Accepted);
    let unsigned = Mdn { signature: ReceiptSignature::Unsigned, ..mdn.clone() };
    assert_eq!(settle(&unsigned, signed), Settlement::Unproven);
    assert_eq!(settle(&unsigned, ReceiptWanted::Unsigned), Settlement::Accepted);
    let warned = Mdn { disposition: Disposition::Warning("duplicate-document".into()), ..mdn };
    assert_eq!(settle(&warned, signed), Settlement::Warned("duplicate-document".into()));
}

#[test]
fn a_receipt_whose_line_ends_were_changed_on_the_way_still_counts() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let (outcome, _) = opened(&packed, &security);
    let answer = answered(&packed, &outcome, Some(&security)).unwrap();
    let body = String::from_utf8(answer.body.clone()).unwrap().replace("\r\n", "\n").into_bytes();
    let mdn = receipt(&Answer { body, ..answer }).unwrap();
    assert_eq!(mdn.settle(&packed.message_id, &packed.mics, ReceiptWanted::Signed, None), Settlement::Accepted);
}
