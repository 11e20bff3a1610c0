//! Packing as partners want it: what stands on the wire, and which MICs a receipt may show.

use super::*;
use crate::mime::{ContentType, Multipart, TransferEncoding, TransferReader};
use crate::smime::{CompressedReader, EnvelopeReader};
use std::io::Read;

/// A message of Acme's in another form than usual.
fn formed(sign: bool, encrypt: bool, compress: Compress, wire: Wire) -> Packed {
    let entropy = Counting::default();
    let message_id = MessageId::mint(NOW, &entropy);
    let signer = ACME.signer();
    let recipients = [GATE.certificate()];
    let sealing = Sealing {
        recipients: &recipients,
        encryption: ContentEncryption::Aes256Gcm,
        key_transport: KeyTransport::Oaep(DigestAlgorithm::Sha256),
    };
    let outgoing = Outgoing {
        from: &ACME.name,
        to: &GATE.name,
        message_id: &message_id,
        subject: None,
        content_type: "application/edi-x12",
        file_name: Some("order.x12"),
        sign: sign.then(|| Signing::new(&signer, DigestAlgorithm::Sha256)),
        encrypt: encrypt.then_some(sealing),
        compress,
        receipt: Some(ReceiptRequest { signed: SignedReceipt::Asked, deliver_to: Some("https://acme/mdn\r\nX: y") }),
        wire,
    };
    packed_as(ORDER, &outgoing, &entropy)
}

/// Takes an entity apart: the letters of its layers, outermost first, the innermost entity, and the one that a MIC is
/// made over where there is a signature.
fn layers(entity: &[u8]) -> (String, Vec<u8>, Option<Vec<u8>>) {
    let limits = Limits::default();
    let (headers, body) = HeaderList::read(entity, &limits).unwrap();
    let content_type = ContentType::of(&headers).unwrap();
    let mut decoded = TransferReader::new(body, TransferEncoding::of(&headers).unwrap());
    let mut inside = Vec::new();
    let letter = match content_type.parameter("smime-type") {
        Some("compressed-data") => {
            CompressedReader::open(decoded, &limits).unwrap().read_to_end(&mut inside).unwrap();
            'C'
        }
        Some(kind) => {
            assert_eq!(kind, "authEnveloped-data");
            let ours = [Decryptor { certificate: GATE.certificate(), key: GATE.key() }];
            EnvelopeReader::open(decoded, &ours, &limits, [0; 32]).unwrap().read_to_end(&mut inside).unwrap();
            'E'
        }
        None if content_type.is("multipart/signed") => {
            let mut multipart = Multipart::new(body, content_type.boundary(&limits).unwrap(), &limits);
            multipart.next_part().unwrap().unwrap().read_to_end(&mut inside).unwrap();
            'S'
        }
        None => {
            decoded.read_to_end(&mut inside).unwrap();
            assert_eq!(inside, ORDER);
            return (String::new(), entity.to_vec(), None);
        }
    };
    let (rest, innermost, signed) = layers(&inside);
    let signed = signed.or((letter == 'S').then_some(inside));
    (format!("{letter}{rest}"), innermost, signed)
}

fn as_entity(packed: &Packed) -> Vec<u8> {
    [head(&packed.headers).as_bytes(), b"\r\n", &packed.body].concat()
}

/// The table of RFC 4130, section 7.3.1 and RFC 5402, section 4: which bytes the MIC covers, and which deviate.
#[test]
fn every_form_has_its_layers_and_its_mics() {
    use Compress::{AfterSigning, BeforeSigning, None};
    let base64 = Wire { payload_encoding: Encoding::Base64, outer_encoding: Encoding::Base64, ..Wire::default() };
    let binary = Wire { signature_encoding: SignatureEncoding::Binary, ..Wire::default() };
    for wire in [Wire::default(), base64, binary] {
        let check = |sign: bool, encrypt: bool, compress: Compress, expect: &str| {
            let packed = formed(sign, encrypt, compress, wire);
            let (found, innermost, signed) = layers(&as_entity(&packed));
            assert_eq!(found, expect);
            let right = match (&signed, expect) {
                (Some(signed), _) => signed.as_slice(),
                (Option::None, "") => &packed.body,
                (Option::None, _) => &innermost,
            };
            assert_eq!(*packed.mic.digest(), DigestAlgorithm::Sha256.digest(right), "{expect}");

            let settled = |content: &[u8], algorithm: DigestAlgorithm, pinned| {
                let mdn = Mdn { mic: Some(Mic::new(algorithm.digest(content))), ..positive(&packed) };
                mdn.settle(&packed.message_id, &packed.mics, ReceiptWanted::Unsigned, pinned)
            };
            let deviates = |content: &[u8], deviation: MicDeviation| {
                let settlement = Settlement::Deviating { deviation, warning: Option::None };
                assert_eq!(settled(content, DigestAlgorithm::Sha256, Option::None), settlement, "{expect}");
                assert_eq!(settled(content, DigestAlgorithm::Sha256, Some(deviation)), Settlement::Accepted);
            };
            assert_eq!(settled(right, DigestAlgorithm::Sha256, Option::None), Settlement::Accepted);
            let by_sha_1 = settled(right, DigestAlgorithm::Sha1, Option::None);
            assert_eq!(by_sha_1 == Settlement::Accepted, signed.is_none(), "{expect}");
            let other = settled(b"other", DigestAlgorithm::Sha256, Option::None);
            assert!(matches!(other, Settlement::MicMismatch { .. }));
            if !expect.is_empty() {
                let at = memchr::memmem::find(right, b"\r\n\r\n").unwrap() + 4;
                deviates(&right[at..], MicDeviation::WithoutHeaders);
            }
            if expect.contains("SC") {
                deviates(&innermost, MicDeviation::Uncompressed);
            }
            if wire.payload_encoding == Encoding::Binary && !expect.contains("SC") {
                let canonical = String::from_utf8(right.to_vec()).unwrap().replace("\r\n", "\n").replace('\n', "\r\n");
                deviates(canonical.as_bytes(), MicDeviation::CanonicalLines);
            }
        };
        check(false, false, None, "");
        check(true, false, None, "S");
        check(false, true, None, "E");
        check(true, true, None, "ES");
        check(false, false, BeforeSigning, "C");
        check(false, true, AfterSigning, "EC");
        check(true, false, BeforeSigning, "SC");
        check(true, false, AfterSigning, "CS");
        check(true, true, BeforeSigning, "ESC");
        check(true, true, AfterSigning, "ECS");
    }
}

/// A receipt that says processed, for this message.
fn positive(packed: &Packed) -> Mdn {
    Mdn {
        from: None,
        to: None,
        message_id: None,
        original_message_id: Some(packed.message_id.clone()),
        final_recipient: None,
        disposition: Disposition::Processed,
        mic: None,
        reporting_ua: None,
        text: String::new(),
        signature: ReceiptSignature::Unsigned,
    }
}

#[test]
fn headers_are_written_as_the_partner_wants_them() {
    let header = |packed: &Packed, name: &str| head(&packed.headers).text(name);
    let plain = formed(true, false, Compress::None, Wire::default());
    let expect = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha-256";
    assert_eq!(header(&plain, "Disposition-Notification-Options").as_deref(), Some(expect));
    assert_eq!(header(&plain, "AS2-Version").as_deref(), Some("1.2"));
    assert_eq!(header(&plain, "EDIINT-Features").as_deref(), Some("multiple-attachments, AS2-Reliability"));
    assert_eq!(header(&plain, "AS2-Product"), None);
    assert_eq!(header(&plain, "Content-Transfer-Encoding"), None);
    // Nothing in an address ends its line.
    assert_eq!(header(&plain, "Receipt-Delivery-Option").as_deref(), Some("https://acme/mdn__X: y"));
    let wire = Wire {
        http_transfer_encoding_header: EncodingHeader::Written,
        quote_file_name: FileNameQuotes::WhereNeeded,
        version: Version::V1_3,
        ..Wire::default()
    };
    let other = formed(false, false, Compress::None, wire);
    assert_eq!(header(&other, "AS2-Version").as_deref(), Some("1.3"));
    assert_eq!(header(&other, "AS2-Product").as_deref(), Some("edigate"));
    assert_eq!(header(&other, "Content-Transfer-Encoding").as_deref(), Some("binary"));
    assert_eq!(header(&other, "Content-Disposition").as_deref(), Some("attachment; filename=order.x12"));
    let check = |micalg_style: MicalgStyle, expect: &str| {
        let packed = formed(true, false, Compress::None, Wire { micalg_style, ..Wire::default() });
        assert!(header(&packed, "Content-Type").unwrap().contains(&format!("micalg={expect};")));
        assert!(header(&packed, "Disposition-Notification-Options").unwrap().ends_with(&format!(", {expect}")));
    };
    check(MicalgStyle::Rfc3851, "sha256");
    check(MicalgStyle::Rfc5751, "sha-256");
    check(MicalgStyle::Sha2, "sha2-256");
    for style in [MicalgStyle::Rfc3851, MicalgStyle::Rfc5751, MicalgStyle::Sha2] {
        for algorithm in DigestAlgorithm::ALL {
            assert_eq!(DigestAlgorithm::parse_micalg(style.name(algorithm)), Some(algorithm));
        }
    }
}

#[test]
fn a_sink_that_fails_is_told_as_such() {
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is full"))
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let entropy = Counting::default();
    let message_id = MessageId::mint(NOW, &entropy);
    let recipients = [GATE.certificate()];
    let (encryption, key_transport) = (ContentEncryption::Aes128Cbc, KeyTransport::Pkcs1);
    for encrypt in [None, Some(Sealing { recipients: &recipients, encryption, key_transport })] {
        let outgoing = Outgoing {
            from: &ACME.name,
            to: &GATE.name,
            message_id: &message_id,
            subject: None,
            content_type: "text/plain",
            file_name: None,
            sign: None,
            encrypt,
            compress: Compress::None,
            receipt: None,
            wire: Wire::default(),
        };
        let fault = pack(ORDER, &outgoing, NOW, &entropy, &mut Full).unwrap_err();
        assert!(matches!(fault, PackFault::Write(_)), "{fault:?}");
    }
}

/// What the gate makes of a message, everything allowed.
fn opened(packed: &Packed, body: &[u8], limits: &Limits) -> (Result<Received, As2Error>, Vec<u8>) {
    let pairs: Vec<_> = packed.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())).collect();
    let request = Request::parse(&pairs, limits).unwrap();
    let mut payload = Vec::new();
    let outcome = open(&request, body, &mut payload, &security(Requirement::Optional), limits, [7; 32]).unwrap();
    (outcome.map_err(|refusal| refusal.error), payload)
}

/// {plain, S, E, C, SE, CS, SC, CSE, SCE, CE} in every encoding: what was packed comes out, under the MIC it went in with.
#[test]
fn every_form_opens_and_shows_the_mic_it_was_packed_with() {
    let base64 = Wire { payload_encoding: Encoding::Base64, outer_encoding: Encoding::Base64, ..Wire::default() };
    for wire in [Wire::default(), base64] {
        for (sign, encrypt) in [(false, false), (true, false), (false, true), (true, true)] {
            for compress in [Compress::None, Compress::BeforeSigning, Compress::AfterSigning] {
                let packed = formed(sign, encrypt, compress, wire);
                let (received, payload) = opened(&packed, &packed.body, &Limits::default());
                let received = received.unwrap_or_else(|error| panic!("{sign} {encrypt} {compress:?}: {error}"));
                assert_eq!(payload, ORDER, "{sign} {encrypt} {compress:?}");
                assert_eq!(received.mic, packed.mic, "{sign} {encrypt} {compress:?}");
                assert_eq!(received.layers.signature.is_some(), sign);
                assert_eq!(received.layers.encryption.is_some(), encrypt);
                assert_eq!(received.layers.compressed, compress != Compress::None);
                assert_eq!(received.file_name.as_deref(), Some("order.x12"), "{sign} {encrypt} {compress:?}");
            }
        }
    }
}

#[test]
fn compression_that_is_broken_or_a_bomb_is_said_so_where_that_tells_nothing_of_the_key() {
    let check = |sign: bool, encrypt: bool, compress: Compress, limits: &Limits, expect: &str| {
        let packed = formed(sign, encrypt, compress, Wire::default());
        let error = opened(&packed, &packed.body, limits).0.unwrap_err();
        let told = error.disposition().to_string();
        assert!(told.ends_with(expect), "{sign} {encrypt} {compress:?}: {told}: {error}");
    };
    let small = Limits { decompressed: ORDER.len() as u64 / 2, ..Limits::default() };
    for compress in [Compress::BeforeSigning, Compress::AfterSigning] {
        check(false, false, compress, &small, "decompression-failed");
        check(true, false, compress, &small, "decompression-failed");
        check(false, true, compress, &small, "decryption-failed");
    }
    // The signature was verified before anything was said: what it covers is the partner's.
    check(true, true, Compress::BeforeSigning, &small, "decompression-failed");
    check(true, true, Compress::AfterSigning, &small, "decryption-failed");

    let packed = formed(false, false, Compress::BeforeSigning, Wire::default());
    for at in 0..packed.body.len() {
        let mut body = packed.body.clone();
        body[at] ^= 0x40;
        let (outcome, payload) = opened(&packed, &body, &Limits::default());
        let broken = match &outcome {
            Ok(received) => received.mic != packed.mic || payload == ORDER,
            Err(error) => {
                error.disposition().to_string().contains("failed") || matches!(error, As2Error::Unreadable(_))
            }
        };
        assert!(broken, "byte {at}: {outcome:?}");
    }
}
