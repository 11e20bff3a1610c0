//! What holds for every input.

use proptest::prelude::*;

use super::*;

/// Opens whatever comes; only the absence of a panic and of a failure of ours is asked.
fn open_any(content_type: &str, body: &[u8]) {
    let packed = with_header(packed_once(PLAIN).clone(), "Content-Type", content_type);
    let packed = Packed { body: body.to_vec(), ..packed };
    let security = security(Requirement::Optional);
    let (outcome, _) = opened(&packed, &security);
    answered(&packed, &outcome, Some(&security)).unwrap();
}

/// Packed once, as the signature costs more than all the rest.
fn packed_once(protection: Protection) -> &'static Packed {
    static MESSAGES: LazyLock<[Packed; 3]> = LazyLock::new(|| [SIGNED_AND_ENCRYPTED, SIGNED, PLAIN].map(packed));
    let [both, signed, plain] = &*MESSAGES;
    match (protection.sign, protection.encrypt) {
        (Some(_), Some(_)) => both,
        (Some(_), None) => signed,
        _ => plain,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_body_makes_open_panic(body in any::<Vec<u8>>(), text in "\\PC*") {
        for content_type in [
            "multipart/signed; boundary=b",
            "application/pkcs7-mime",
            "text/plain",
            "multipart/mixed",
            "multipart/related; boundary=b",
        ] {
            open_any(content_type, &body);
            open_any(content_type, text.as_bytes());
        }
    }

    #[test]
    fn a_changed_message_is_never_taken_for_the_right_one(
        at in any::<prop::sample::Index>(), byte in any::<u8>(), sealed in any::<bool>(),
    ) {
        let original = packed_once(if sealed { SIGNED_AND_ENCRYPTED } else { SIGNED });
        let mut changed = original.clone();
        let at = at.index(changed.body.len());
        changed.body[at] = byte;
        // A changed byte of an envelope in CBC may turn the type of what is inside into another: where a signature may be
        // left out, that is a message without one.
        let security = Security { signed: Requirement::Required, ..security(Requirement::Optional) };
        let (outcome, payload) = opened(&changed, &security);
        if let Ok(received) = outcome {
            // Bytes that carry nothing may differ: a part's header spelling, an unused bit of base64.
            prop_assert_eq!(received.mic, original.mic.clone());
            prop_assert_eq!(payload, ORDER);
        }
    }

    #[test]
    fn a_changed_receipt_never_settles_otherwise(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        static ANSWER: LazyLock<Answer> = LazyLock::new(|| {
            let security = security(Requirement::Required);
            let message = packed_once(SIGNED_AND_ENCRYPTED);
            answered(message, &opened(message, &security).0, Some(&security)).unwrap()
        });
        let original = packed_once(SIGNED_AND_ENCRYPTED);
        let mut changed = ANSWER.clone();
        let at = at.index(changed.body.len());
        changed.body[at] = byte;
        if let Ok(mdn) = receipt(&changed) {
            let settled = mdn.settle(&original.message_id, &original.mics, ReceiptWanted::Signed, None);
            prop_assert_eq!(settled, Settlement::Accepted);
        }
    }

    #[test]
    fn every_name_and_id_comes_back_in_the_receipt_and_adds_no_line(
        from in "[ -~]{1,40}", to in "[ -~]{1,40}", id in "[!-~]{1,80}",
    ) {
        prop_assume!(!from.trim().is_empty() && !to.trim().is_empty());
        let message = packed_once(PLAIN).clone();
        let (from, to): (As2Name, As2Name) = (from.parse().unwrap(), to.parse().unwrap());
        let message = with_header(with_header(message, "AS2-From", from.on_wire()), "AS2-To", to.on_wire());
        let message = with_header(message, "Message-ID", &id);
        let outcome = Err(Refusal::unopened(As2Error::NotSigned));
        let answer = answered(&message, &outcome, None).unwrap();
        let mdn = receipt(&answer).unwrap();
        let original = mdn.original_message_id.unwrap();
        prop_assert_eq!(original.as_str(), id.as_str());
        prop_assert_eq!((mdn.from.unwrap(), mdn.to.unwrap()), (to, from));
        prop_assert_eq!(answer.body.iter().filter(|b| **b == b'\n').count(), LINES);
    }

    #[test]
    fn no_answer_makes_the_receipt_reader_panic(body in any::<Vec<u8>>(), text in "\\PC*", kind in 0..4_usize) {
        let content_type = ["multipart/signed; boundary=b", "multipart/report; boundary=b", "text/html", "message/disposition-notification"][kind];
        let headers = HeaderList::from_pairs([(b"Content-Type".as_slice(), content_type.as_bytes())]);
        for body in [body.as_slice(), text.as_bytes(), &[b"--b\r\n", body.as_slice(), b"\r\n--b\r\n", body.as_slice(), b"\r\n--b--"].concat()] {
            let _mdn = Mdn::parse(&headers, body, &[GATE.certificate()], &Default::default(), &Limits::default());
        }
    }

    #[test]
    fn no_disposition_or_option_makes_a_reader_panic(text in "\\PC*") {
        let read = Disposition::parse(&text);
        prop_assert!(read.to_string().len() < 2_000);
        let _form = ReceiptTerms::parse(&text).form(&DigestAlgorithm::ALL).is_ok();
    }
}

/// Lines of a refusal's unsigned report.
const LINES: usize = 17;
