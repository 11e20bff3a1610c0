//! What was inside is kept, so that its digest is the MIC and its signature is right, without any private key.

use super::*;
use crate::smime::{ContentDigests, RsaFloor, Signature, SignaturePolicy, SignedAttributes};

/// The entity that was kept, where one was.
fn entity(inner: Option<&InnerEntity>, payload: &[u8], whole: &[u8]) -> Option<Vec<u8>> {
    Some(match &inner?.content {
        InnerContent::HeadOfPayload(head) => {
            assert_eq!(whole, b"", "nothing is written twice");
            [head, payload].concat()
        }
        InnerContent::Written => whole.to_vec(),
    })
}

#[test]
fn what_the_wire_does_not_show_is_kept_by_sender_and_receiver_alike() {
    let check = |protection: Protection, compress: Compress, encoding: Encoding, hidden: bool, twice: bool| {
        let text = format!("{protection:?} {compress:?} {encoding:?}");
        let entropy = Counting::default();
        let message_id = MessageId::mint(NOW, &entropy);
        let (signer, recipients) = (ACME.signer(), [GATE.certificate()]);
        let outgoing = Outgoing {
            from: &ACME.name,
            to: &GATE.name,
            message_id: &message_id,
            subject: None,
            content_type: "application/edi-x12",
            file_name: Some("order.x12"),
            sign: protection.sign.map(|algorithm| Signing::new(&signer, algorithm)),
            encrypt: protection.encrypt.map(|encryption| Sealing {
                recipients: &recipients,
                encryption,
                key_transport: KeyTransport::Pkcs1,
            }),
            compress,
            receipt: request_for(ReceiptWanted::Signed),
            wire: Wire { payload_encoding: encoding, ..Wire::default() },
        };
        let (mut body, mut whole) = (Vec::new(), Vec::new());
        let packed = pack_for_evidence(ORDER, &outgoing, NOW, &entropy, &mut body, &mut whole).unwrap();
        let sent = entity(packed.inner.as_ref(), ORDER, &whole);
        assert_eq!((sent.is_some(), !whole.is_empty()), (hidden, twice), "{text}");

        let request = Request::read(&head(&packed.headers), &Limits::default()).unwrap();
        let (mut payload, mut whole) = (Vec::new(), Vec::new());
        let limits = Limits::default();
        let security = security(Requirement::Optional);
        let outcome =
            open_for_evidence(&request, body.as_slice(), &mut payload, &mut whole, &security, &limits, [7; 32]);
        let received = outcome.unwrap().unwrap();
        assert_eq!(entity(received.inner.as_ref(), &payload, &whole), sent, "{text}");

        let Some(sent) = sent else { return };
        let right = packed.mics.right().unwrap();
        assert_eq!(right.algorithm().digest(&sent), *right.digest(), "{text}");
        let signatures = [packed.inner.unwrap().signature, received.inner.unwrap().signature];
        for signature in signatures {
            assert_eq!(signature.is_some(), protection.sign.is_some(), "{text}");
            let Some(signature) = signature else { continue };
            let policy = SignaturePolicy {
                digests: DigestAlgorithm::ALL.to_vec(),
                signed_attributes: SignedAttributes::Required,
                rsa_floor: RsaFloor::Bits2048,
            };
            let signature = Signature::parse(signature.as_slice(), &limits).unwrap();
            let digests = ContentDigests::of(&sent, DigestAlgorithm::ALL);
            signature.verify(&digests, &[ACME.certificate()], &policy).unwrap();
        }
    };
    const NONE: Compress = Compress::None;
    use Compress::{AfterSigning, BeforeSigning};
    use Encoding::{Base64, Binary};
    check(SIGNED_AND_ENCRYPTED, NONE, Binary, true, false);
    check(SIGNED_AND_ENCRYPTED, NONE, Base64, true, true);
    check(SIGNED_AND_ENCRYPTED, BeforeSigning, Binary, true, true);
    check(SIGNED_AND_ENCRYPTED, AfterSigning, Binary, true, false);
    check(ENCRYPTED, NONE, Binary, true, false);
    check(ENCRYPTED, AfterSigning, Base64, true, true);
    check(SIGNED, NONE, Binary, false, false);
    check(SIGNED, BeforeSigning, Base64, false, false);
    check(SIGNED, AfterSigning, Binary, true, false);
    check(PLAIN, NONE, Binary, false, false);
    check(PLAIN, BeforeSigning, Binary, true, false);
}

#[test]
fn a_sink_that_fails_is_no_fault_of_the_message() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let sealed = sealed_for(&GATE, b"Content-Type: text/x\r\nContent-Transfer-Encoding: base64\r\n\r\nSVNB\r\n");
    let packed = Packed { body: sealed, ..packed(ENCRYPTED) };
    let (limits, security) = (Limits::default(), security(Requirement::Optional));
    let request = request(&packed);
    let outcome =
        open_for_evidence(&request, packed.body.as_slice(), &mut Vec::new(), &mut Full, &security, &limits, [7; 32]);
    assert_eq!(outcome.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
}
