//! Bytes of those who mean harm, and of lines that broke: no panic, no endless work, no acceptance.

use proptest::prelude::*;

use super::*;
use crate::base::Timestamp;

fn signature() -> Vec<u8> {
    let acme = keys::acme();
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    sign_detached(
        &digest,
        &acme.certificate,
        &acme.key,
        Timestamp::from_millis(1_795_530_645_000),
        SignatureForm::default(),
    )
    .unwrap()
}

/// Reads bytes as everything they might be.
fn read_all(bytes: &[u8]) {
    let digests = ContentDigests::of(CONTENT, DigestAlgorithm::ALL);
    let lenient = SignaturePolicy {
        digests: DigestAlgorithm::ALL.to_vec(),
        signed_attributes: SignedAttributes::Optional,
        rsa_floor: RsaFloor::Bits1024,
    };
    if let Ok(signature) = Signature::parse(bytes, &Limits::default()) {
        let trusted = [keys::acme().certificate.clone()];
        assert!(
            signature
                .verify(&digests, &trusted, &lenient)
                .is_ok_and(|verified| { verified.content == DigestAlgorithm::Sha256.digest(CONTENT) })
                || signature.verify(&digests, &trusted, &lenient).is_err()
        );
    }
    drop(open(bytes, &[decryptor(keys::us())]));
}

#[test]
fn a_message_cut_anywhere_is_an_error() {
    let sealed = seal(CONTENT, &[keys::acme(), keys::us()], ContentEncryption::Aes256Cbc);
    for length in 0..sealed.len() {
        assert!(open(&sealed[..length], &[decryptor(keys::us())]).is_err(), "{length}");
    }
    let signature = signature();
    for length in 0..signature.len() {
        assert!(Signature::parse(&signature[..length], &Limits::default()).is_err(), "{length}");
    }
}

#[test]
fn depth_bombs_and_huge_lengths_are_errors() {
    let check = |bytes: &[u8]| {
        assert!(Signature::parse(bytes, &Limits::default()).is_err());
        assert!(open(bytes, &[decryptor(keys::us())]).is_err());
    };
    let in_content = |rest: &[u8]| [&seal(b"", &[keys::us()], ContentEncryption::Aes128Cbc)[..19], rest].concat();
    for bomb in [[0x30, 0x80].repeat(100_000), [0x24, 0x80].repeat(100_000), [0xa0, 0x80].repeat(100_000)] {
        check(&bomb);
        check(&in_content(&bomb));
    }
    for length in [
        &[0x84, 0xff, 0xff, 0xff, 0xff][..],
        &[0x88; 9],
        &[0x89; 10],
        &[0xff; 128],
        &[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    ] {
        check(&[&[0x30], length].concat());
        check(&[&[0x30, 0x80, 0x06], length].concat());
        check(&in_content(length));
    }
    check(&[0x1f; 100]);
    check(&[0x00; 100]);
    check(&[0x3f, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
    check(&[]);
}

/// Encrypted content as a constructed string, nested as deep as allowed and one deeper.
#[test]
fn content_in_segments_is_joined_and_its_depth_bounded() {
    let us = [decryptor(keys::us())];
    let sealed = seal(CONTENT, &[keys::us()], ContentEncryption::Aes128Cbc);
    let padded = CONTENT.len() / 16 * 16 + 16;
    let encrypted = &sealed[sealed.len() - padded..];
    // The lengths before it all become indefinite: ContentInfo, [0], EnvelopedData, EncryptedContentInfo.
    let nested = |depth: usize| {
        let segments: Vec<u8> =
            encrypted.chunks(7).flat_map(|piece| [&[4, piece.len() as u8], piece].concat()).collect();
        let opening = [0x24, 0x80].repeat(depth);
        [&[0xa0, 0x80], opening.as_slice(), &segments, &[0, 0].repeat(depth), &[0, 0]].concat()
    };
    let rebuilt = |depth: usize| rebuild_indefinite(&sealed, padded, &nested(depth));
    assert_eq!(open(&rebuilt(0), &us).unwrap(), CONTENT);
    assert_eq!(open(&rebuilt(5), &us).unwrap(), CONTENT);
    // Four values around the content, the content, its segments.
    let most = Limits::default().der_depth - 6;
    assert_eq!(open(&rebuilt(most), &us).unwrap(), CONTENT);
    assert!(matches!(open(&rebuilt(most + 1), &us), Err(SmimeError::OverLimit { limit: 32, .. })));
}

/// The envelope again with all outer lengths indefinite and other encrypted content.
fn rebuild_indefinite(sealed: &[u8], padded: usize, content: &[u8]) -> Vec<u8> {
    let find = |needle: &[u8]| sealed.windows(needle.len()).position(|window| window == needle).unwrap();
    let oid_enveloped = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03];
    let oid_data = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01];
    let version = find(&[0x02, 0x01, 0x00, 0x31]);
    let data = find(oid_data);
    // From the version to before the header of EncryptedContentInfo, which takes three octets here.
    let version_and_recipients = &sealed[version..data - 3];
    let before_content = sealed.len() - padded - 2;
    let algorithm = &sealed[data..before_content - usize::from(padded > 127)];
    let open: &[u8] = &[0x30, 0x80];
    [open, oid_enveloped, &[0xa0, 0x80], open, version_and_recipients, open, algorithm, content, &[0; 8]].concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        read_all(&bytes);
    }

    #[test]
    fn no_change_to_a_message_makes_a_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        for mut bytes in [signature(), seal(CONTENT, &[keys::us()], ContentEncryption::Aes192Cbc)] {
            for (place, byte) in &changes {
                let place = place.index(bytes.len());
                bytes[place] = *byte;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            read_all(&bytes);
        }
    }

    #[test]
    fn what_is_sealed_opens(content in prop::collection::vec(any::<u8>(), 0..2000), cipher in 0usize..3) {
        let sealed = seal(&content, &[keys::us()], CIPHERS[cipher]);
        prop_assert_eq!(open(&sealed, &[decryptor(keys::us())]).unwrap(), content);
    }

    #[test]
    fn ber_becomes_der_once_and_for_all(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(once) = der::from_ber(&bytes, 16) {
            prop_assert_eq!(der::from_ber(&once, 16).unwrap(), once);
        }
    }
}
