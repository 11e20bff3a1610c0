//! The MIC of a receipt, made as a partner's product makes it.

use super::*;
use crate::base::Sha256;

/// Line ends of both kinds, and a CR that ends no line.
const LINES: &[u8] = b"one\ntwo\r\nthree\r four\n\n";

/// What the MIC covers by the RFCs, and the payload.
fn covered(packed: &Packed) -> (Vec<u8>, Vec<u8>) {
    let (request, limits) = (request(packed), Limits::default());
    let (mut payload, mut whole) = (Vec::new(), Vec::new());
    let security = security(Requirement::Optional);
    let outcome =
        open_for_evidence(&request, packed.body.as_slice(), &mut payload, &mut whole, &security, &limits, [7; 32]);
    let content = match outcome.unwrap().unwrap().inner.map(|inner| inner.content) {
        Some(InnerContent::HeadOfPayload(head)) => [head, payload.clone()].concat(),
        Some(InnerContent::Written) => whole,
        None => match SignedMultipart::cut(&head(&packed.headers), &packed.body, &limits).unwrap() {
            Some(cut) => cut.content,
            None => packed.body.clone(),
        },
    };
    (content, payload)
}

#[test]
fn the_rules_say_over_which_bytes_it_is_made_and_change_nothing_else() {
    type Expect = fn(&Packed, &[u8], &[u8]) -> Vec<u8>;
    let check = |protection: Protection, lines: MicLines, headers: MicHeaders, expect: Expect| {
        let packed = packed_by(&ACME, LINES, protection, ReceiptWanted::Signed);
        let (content, payload) = covered(&packed);
        let security = Security { mic: MicRules { lines, headers }, ..security(Requirement::Optional) };
        let received = opened(&packed, &security).0.unwrap();
        let text = format!("{protection:?} {lines:?} {headers:?}");
        let expect = expect(&packed, &content, &payload);
        assert_eq!(*received.mic.digest(), DigestAlgorithm::Sha256.digest(&expect), "{text}");
        assert_eq!(received.content, Sha256::of(&content), "a repeat is recognised whatever the rules: {text}");
    };
    use MicHeaders::{Auto, With, Without};
    use MicLines::{AsReceived, Crlf};
    let right: Expect = |_, content, _| content.to_vec();
    let without: Expect = |_, _, payload| payload.to_vec();
    let http: Expect = |packed, content, _| [mime_head(&head(&packed.headers)).as_slice(), content].concat();
    let canonical: Expect = |_, content, _| with_crlf(content);
    for headers in [Auto, With, Without] {
        check(SIGNED, AsReceived, headers, right);
        check(SIGNED_AND_ENCRYPTED, AsReceived, headers, right);
        check(SIGNED, Crlf, headers, canonical);
        check(SIGNED_AND_ENCRYPTED, Crlf, headers, canonical);
    }
    check(ENCRYPTED, AsReceived, Auto, right);
    check(ENCRYPTED, AsReceived, With, right);
    check(ENCRYPTED, AsReceived, Without, without);
    check(ENCRYPTED, Crlf, Auto, canonical);
    check(ENCRYPTED, Crlf, Without, |_, _, payload| with_crlf(payload));
    check(PLAIN, AsReceived, Auto, right);
    check(PLAIN, AsReceived, Without, right);
    check(PLAIN, AsReceived, With, http);
    check(PLAIN, Crlf, Auto, canonical);
}

#[test]
fn the_mime_headers_of_http_are_those_but_its_own() {
    let headers = [("Host", "x"), ("Content-Type", "text/x; a=b"), ("Content-Length", "7"), ("content-md5", "y")];
    let headers = HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    assert_eq!(mime_head(&headers), b"Content-Type: text/x; a=b\r\ncontent-md5: y\r\n\r\n");
}

#[test]
fn a_repeat_is_told_so_with_the_mic_of_what_came() {
    let packed = packed(SIGNED_AND_ENCRYPTED);
    let security = security(Requirement::Required);
    let received = opened(&packed, &security).0.unwrap();
    for disposition in [
        Disposition::Warning("duplicate-document".into()),
        Disposition::Error(ErrorModifier::Other("duplicate-document".into())),
    ] {
        let entropy = Counting::default();
        let answer = answer_repeated(&request(&packed), &received, &disposition, &security, NOW, &entropy);
        let answer = answer.unwrap().unwrap();
        assert!(answer.is_signed());
        let mdn = receipt(&answer).unwrap();
        assert_eq!((&mdn.disposition, mdn.mic.as_ref()), (&disposition, Some(&packed.mic)));
        assert!(mdn.original_message_id.unwrap().names_same_message(&packed.message_id));
    }
}
