//! Envelopes: whom they open for, and how they fail.

use std::io::{BufRead, Read};

use super::*;
use crate::smime::algorithm::oid;
use crate::smime::der;
use crate::smime::unwrap::wrap;

#[test]
fn content_comes_out_as_it_went_in() {
    let us = keys::us();
    let check = |length: usize, encryption: ContentEncryption| {
        let content: Vec<u8> = (0..length).map(|index| (index * 31) as u8).collect();
        let sealed = seal(&content, &[us], encryption);
        let reader = EnvelopeReader::open(sealed.as_slice(), &[decryptor(us)], &Limits::default(), [0; 32]).unwrap();
        assert_eq!(reader.algorithm(), encryption);
        assert_eq!(open(&sealed, &[decryptor(us)]).unwrap(), content, "{length} {encryption}");
    };
    for length in [0, 1, 15, 16, 17, 31, 32, 33, 16_383, 16_384, 16_385, 40_000] {
        check(length, ContentEncryption::Aes256Cbc);
    }
    for encryption in CIPHERS {
        [0, 1, 7, 8, 9, 1000, 40_000].into_iter().for_each(|length| check(length, encryption));
    }
}

#[test]
fn it_says_which_certificate_of_ours_it_was_encrypted_for() {
    let (us, next) = (keys::us(), keys::us_next());
    let check = |recipients: &[&keys::Identity], ours: &[&keys::Identity], expect: &keys::Identity| {
        for transport in [KeyTransport::Pkcs1, KeyTransport::Oaep(DigestAlgorithm::Sha256)] {
            let sealed = seal_by(CONTENT, recipients, ContentEncryption::Aes256Cbc, transport);
            let ours: Vec<_> = ours.iter().map(|one| decryptor(one)).collect();
            let mut reader = EnvelopeReader::open(sealed.as_slice(), &ours, &Limits::default(), [0; 32]).unwrap();
            assert_eq!(reader.opened_with(), None, "nothing is said before the end");
            std::io::copy(&mut reader, &mut std::io::sink()).unwrap();
            assert_eq!(reader.opened_with(), Some(expect.certificate.fingerprint()));
        }
    };
    check(&[us], &[us, next], us);
    check(&[next], &[us, next], next);
    check(&[next], &[next, us], next);
    check(&[keys::stranger(), next], &[us, next], next);
    // Encrypted for both, the first that opens it counts.
    check(&[us, next], &[us, next], us);

    let mut broken = seal(CONTENT, &[us], ContentEncryption::Aes256Cbc);
    let middle = broken.len() - 20;
    broken[middle] ^= 1;
    let ours = [decryptor(us)];
    let mut reader = EnvelopeReader::open(broken.as_slice(), &ours, &Limits::default(), [0; 32]).unwrap();
    std::io::copy(&mut reader, &mut std::io::sink()).unwrap_err();
    assert_eq!(reader.opened_with(), None);
}

#[test]
fn it_may_be_read_in_any_pieces() {
    let us = keys::us();
    let content: Vec<u8> = (0..50_000u32).map(|index| (index * 31) as u8).collect();
    let mut sealed = seal(&content, &[us], ContentEncryption::Aes128Cbc);
    sealed.extend_from_slice(b"\r\n");
    for (source_step, step) in [(1, 7), (13, 1), (4096, 4096), (100_000, 100_000)] {
        let source = Slowly { bytes: &sealed, step: source_step };
        let mut reader = EnvelopeReader::open(source, &[decryptor(us)], &Limits::default(), [0; 32]).unwrap();
        let mut out = Vec::new();
        loop {
            let ready = reader.fill_buf().unwrap();
            let taken = ready.len().min(step);
            if taken == 0 {
                break;
            }
            out.extend_from_slice(&ready[..taken]);
            reader.consume(taken);
        }
        assert_eq!(out, content);
        assert_eq!(reader.read(&mut [0; 8]).unwrap(), 0);
    }
}

struct Slowly<'a> {
    bytes: &'a [u8],
    step: usize,
}

impl Read for Slowly<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let amount = out.len().min(self.step);
        self.bytes.read(&mut out[..amount])
    }
}

#[test]
fn any_of_our_certificates_opens_it() {
    let (us, next, acme) = (keys::us(), keys::us_next(), keys::acme());
    let both = [decryptor(us), decryptor(next)];
    for recipients in [&[us][..], &[next], &[us, next], &[acme, next], &[acme, us, next]] {
        let sealed = seal(CONTENT, recipients, ContentEncryption::Aes128Cbc);
        assert_eq!(open(&sealed, &both).unwrap(), CONTENT);
    }
    let foreign = open(&seal(CONTENT, &[acme], ContentEncryption::Aes128Cbc), &both).unwrap_err();
    assert!(matches!(foreign, SmimeError::NotForUs { .. }), "{foreign:?}");
    assert!(foreign.to_string().contains("serial number F00D0001"), "{foreign}");
    assert!(matches!(open(&seal(CONTENT, &[us], ContentEncryption::Aes128Cbc), &[]), Err(SmimeError::NotForUs { .. })));
}

#[test]
fn recipients_are_limited() {
    let us = keys::us();
    let sealed = |count: usize| seal(CONTENT, &vec![us; count], ContentEncryption::Aes128Cbc);
    let limits = Limits { recipients: 3, ..Limits::default() };
    assert!(open_within(&sealed(3), &[decryptor(us)], &limits).is_ok());
    let over = open_within(&sealed(4), &[decryptor(us)], &limits).unwrap_err();
    assert!(matches!(over, SmimeError::OverLimit { limit: 3, .. }), "{over:?}");
}

#[test]
fn sealing_says_what_it_cannot_do() {
    let check = |length: u64, recipients: &[Certificate], expect: &str| {
        let mut out = Vec::new();
        let (encryption, key_transport) = (ContentEncryption::Aes128Cbc, KeyTransport::Pkcs1);
        let sealing = Sealing { recipients, encryption, key_transport };
        let fault = seal_envelope(CONTENT, length, &mut out, &sealing, &Fixed).unwrap_err();
        assert!(fault.to_string().contains(expect), "{fault}");
    };
    let us = keys::us().certificate.clone();
    let length = CONTENT.len() as u64;
    check(length, &[], "no certificate");
    check(length, &[us.clone(), keys::edwards().certificate.clone()], "no key to encrypt for");
    check(length - 1, std::slice::from_ref(&us), "bytes long");
    check(length + 1, std::slice::from_ref(&us), "bytes long");
    check(u64::MAX, std::slice::from_ref(&us), "too much");
}

/// An envelope for us, made by hand.
struct Crafted {
    key_encryption: &'static [u8],
    /// One for each recipient, who is always us.
    wrapped: Vec<Vec<u8>>,
    cipher: Vec<u8>,
    encrypted: Vec<u8>,
}

impl Crafted {
    /// A right one, with a content of one block and its padding.
    fn right() -> Self {
        let key = [9; 16];
        let encrypted =
            openssl::symm::encrypt(openssl::symm::Cipher::aes_128_cbc(), &key, Some(&[3; 16]), &[b'x'; 20]).unwrap();
        Self {
            key_encryption: oid::RSA_ENCRYPTION,
            wrapped: vec![Self::wrap(&key)],
            cipher: Self::cipher(&[3; 16]),
            encrypted,
        }
    }

    fn cipher(vector: &[u8]) -> Vec<u8> {
        let vector = der::value(der::OCTET_STRING, &[vector]);
        der::algorithm(ContentEncryption::Aes128Cbc.oid(), &vector)
    }

    fn wrap(key: &[u8]) -> Vec<u8> {
        wrap(key, keys::us().certificate.rsa().unwrap(), &Fixed).unwrap()
    }

    fn wrapping(mut self, key: &[u8]) -> Self {
        self.wrapped = vec![Self::wrap(key)];
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let version = der::value(der::INTEGER, &[&[0]]);
        let recipient = |wrapped: &Vec<u8>| {
            let parts = [
                version.clone(),
                keys::us().certificate.name().to_der(),
                der::algorithm(self.key_encryption, der::NULL),
                der::value(der::OCTET_STRING, &[wrapped]),
            ];
            der::value(der::SEQUENCE, &[&parts.concat()])
        };
        let recipients = self.wrapped.iter().map(recipient).collect::<Vec<_>>().concat();
        let content = [
            der::value(der::OBJECT_IDENTIFIER, &[oid::DATA]),
            self.cipher.clone(),
            der::value(der::CONTEXT_0_PRIMITIVE, &[&self.encrypted]),
        ];
        let enveloped =
            [version.clone(), der::value(der::SET, &[&recipients]), der::value(der::SEQUENCE, &[&content.concat()])];
        let enveloped = der::value(der::SEQUENCE, &[&enveloped.concat()]);
        let identifier = der::value(der::OBJECT_IDENTIFIER, &[oid::ENVELOPED_DATA]);
        der::value(der::SEQUENCE, &[&identifier, &der::value(der::CONTEXT_0, &[&enveloped])])
    }
}

/// Every way a secret may be wrong ends alike: the same plaintext bytes first, then the same error.
#[test]
fn a_bad_key_and_bad_padding_fail_alike() {
    let check = |what: &str, crafted: Crafted| {
        let sealed = crafted.bytes();
        let mut reader =
            EnvelopeReader::open(sealed.as_slice(), &[decryptor(keys::us())], &Limits::default(), [0x5a; 32]).unwrap();
        let mut out = Vec::new();
        let fault = reader.read_to_end(&mut out).unwrap_err();
        assert_eq!(out.len(), 16, "{what}");
        assert_eq!(fault.kind(), std::io::ErrorKind::InvalidData);
        assert_eq!(fault.to_string(), "the message could not be decrypted", "{what}");
        assert!(matches!(SmimeError::from(fault), SmimeError::DecryptionFailed));
        // It goes on failing.
        assert!(reader.read(&mut [0; 8]).is_err());
    };
    assert_eq!(open(&Crafted::right().bytes(), &[decryptor(keys::us())]).unwrap(), [b'x'; 20]);

    let mut flipped = Crafted::right();
    flipped.wrapped[0][100] ^= 1;
    check("a wrapped key with a bit flipped", flipped);
    check("no wrapped key", Crafted { wrapped: vec![Vec::new()], ..Crafted::right() });
    check("a wrapped key above the modulus", Crafted { wrapped: vec![vec![0xff; 256]], ..Crafted::right() });
    check("a wrapped key longer than the modulus", Crafted { wrapped: vec![vec![1; 300]], ..Crafted::right() });
    check("a key of AES-192", Crafted::right().wrapping(&[9; 24]));
    check("a key of fifteen bytes", Crafted::right().wrapping(&[9; 15]));
    check("an empty key", Crafted::right().wrapping(&[]));
    check("another key", Crafted::right().wrapping(&[8; 16]));
    let mut padding = Crafted::right();
    padding.encrypted[15] ^= 0x55;
    check("bad padding", padding);
    let mut zero = Crafted::right();
    zero.encrypted[15] ^= 12;
    check("padding of no octets", zero);
    let mut ragged = Crafted::right();
    ragged.encrypted.push(0);
    check("content that is no whole number of blocks", ragged);
}

#[test]
fn an_envelope_without_content_fails() {
    let empty = Crafted { encrypted: Vec::new(), ..Crafted::right() };
    assert!(matches!(open(&empty.bytes(), &[decryptor(keys::us())]), Err(SmimeError::DecryptionFailed)));
    let less = Crafted { encrypted: vec![1; 15], ..Crafted::right() };
    assert!(matches!(open(&less.bytes(), &[decryptor(keys::us())]), Err(SmimeError::DecryptionFailed)));
}

/// The code is judged with the key and told where padding would be: at the end, in the same words.
#[test]
fn a_changed_byte_of_authenticated_content_fails_at_the_end() {
    let us = keys::us();
    let sealed = seal(CONTENT, &[us], ContentEncryption::Aes256Gcm);
    let check = |from_the_end: usize| {
        let mut changed = sealed.clone();
        let at = changed.len() - from_the_end;
        changed[at] ^= 1;
        let mut reader =
            EnvelopeReader::open(changed.as_slice(), &[decryptor(us)], &Limits::default(), [0x5a; 32]).unwrap();
        let mut out = Vec::new();
        let fault = reader.read_to_end(&mut out).unwrap_err();
        assert_eq!(out.len(), CONTENT.len());
        assert_eq!(fault.to_string(), "the message could not be decrypted");
        assert!(reader.read(&mut [0; 8]).is_err());
    };
    check(1);
    check(16);
    // Two bytes stand between the content and its code.
    check(19);
    check(18 + CONTENT.len());
    let cut = open(&sealed[..sealed.len() - 1], &[decryptor(us)]).unwrap_err();
    assert!(!matches!(cut, SmimeError::DecryptionFailed), "{cut:?}");
}

#[test]
fn every_kind_of_key_opens_what_was_sealed_for_it() {
    let curves = keys::curves();
    for digest in DigestAlgorithm::ALL {
        let sealed = seal_by(CONTENT, &[keys::us()], ContentEncryption::Aes128Cbc, KeyTransport::Oaep(digest));
        assert_eq!(open(&sealed, &[decryptor(keys::us())]).unwrap(), CONTENT, "{digest}");
    }
    for encryption in CIPHERS {
        let recipients: Vec<_> = curves.iter().copied().chain([keys::acme()]).collect();
        let sealed = seal(CONTENT, &recipients, encryption);
        for recipient in recipients {
            assert_eq!(open(&sealed, &[decryptor(recipient)]).unwrap(), CONTENT, "{encryption}");
        }
    }
    // A wrapped key that was changed is the one failure, as with PKCS #1.
    for (sealed, us) in [
        (seal(CONTENT, &[curves[0]], ContentEncryption::Aes128Cbc), curves[0]),
        (
            seal_by(CONTENT, &[keys::us()], ContentEncryption::Aes128Cbc, KeyTransport::Oaep(DigestAlgorithm::Sha256)),
            keys::us(),
        ),
    ] {
        let mut changed = sealed;
        // The wrapped key ends where the identifier of the content's type begins.
        let data = der::value(der::OBJECT_IDENTIFIER, &[oid::DATA]);
        let at = memchr::memmem::find(&changed, &data).unwrap() - 6;
        changed[at] ^= 1;
        assert!(matches!(open(&changed, &[decryptor(us)]), Err(SmimeError::DecryptionFailed)));
    }
}

/// A random key decrypts to right padding once in 256 times; that must not pass for success.
#[test]
fn a_fallback_key_that_happens_to_pad_well_still_fails() {
    let us = [decryptor(keys::us())];
    let sealed = Crafted::right().wrapping(&[9; 15]).bytes();
    let mut fallback = [0; 32];
    // The very key: the padding of the content is right, and only the unwrapping failed.
    fallback[..16].fill(9);
    let mut reader = EnvelopeReader::open(sealed.as_slice(), &us, &Limits::default(), fallback).unwrap();
    let mut out = Vec::new();
    assert!(reader.read_to_end(&mut out).is_err());
    assert_eq!(out, [b'x'; 16]);
}

#[test]
fn malformed_parameters_are_told_before_any_key_is_used() {
    let check = |cipher: Vec<u8>| {
        let fault = open(&Crafted { cipher, ..Crafted::right() }.bytes(), &[decryptor(keys::us())]).unwrap_err();
        assert!(matches!(fault, SmimeError::Malformed { .. }), "{fault:?}");
    };
    check(Crafted::cipher(&[3; 15]));
    check(Crafted::cipher(&[3; 17]));
    check(Crafted::cipher(&[]));
    check(der::algorithm(ContentEncryption::Aes128Cbc.oid(), &[]));
    check(der::algorithm(ContentEncryption::Aes128Cbc.oid(), der::NULL));
    let with_wrapped = |length: usize| {
        let crafted = Crafted { wrapped: vec![vec![1; length]], ..Crafted::right() };
        open(&crafted.bytes(), &[decryptor(keys::us())])
    };
    assert!(matches!(with_wrapped(2048), Err(SmimeError::DecryptionFailed)));
    assert!(matches!(with_wrapped(2049), Err(SmimeError::Malformed { .. })));
}

#[test]
fn wrapped_keys_are_tried_in_turn_and_no_more_than_four() {
    let check = |wrong: usize, expect: bool| {
        let mut crafted = Crafted::right();
        for _ in 0..wrong {
            crafted.wrapped.insert(0, Crafted::wrap(&[9; 15]));
        }
        assert_eq!(open(&crafted.bytes(), &[decryptor(keys::us())]).is_ok(), expect, "{wrong}");
    };
    check(3, true);
    check(4, false);
    // The first that unwraps is the one.
    let mut first = Crafted::right();
    first.wrapped.push(Crafted::wrap(&[8; 16]));
    assert!(open(&first.bytes(), &[decryptor(keys::us())]).is_ok());
    first.wrapped.reverse();
    assert!(open(&first.bytes(), &[decryptor(keys::us())]).is_err());
}

#[test]
fn memory_does_not_grow_with_the_content() {
    const LENGTH: u64 = 64 << 20;
    let us = keys::us();
    let mut head = Vec::new();
    let sink = Head { kept: &mut head };
    let source = std::io::repeat(b'x').take(LENGTH);
    let recipients = [us.certificate.clone()];
    let (encryption, key_transport) = (ContentEncryption::Aes128Cbc, KeyTransport::Pkcs1);
    let sealing = Sealing { recipients: &recipients, encryption, key_transport };
    seal_envelope(source, LENGTH, sink, &sealing, &Fixed).unwrap();
    // What follows the head is noise here; it is read in pieces no larger than a buffer, and fails at the end only.
    let source = head.as_slice().chain(std::io::repeat(7).take(LENGTH + 16));
    let mut reader = EnvelopeReader::open(source, &[decryptor(us)], &Limits::default(), [0; 32]).unwrap();
    let mut given = 0;
    let fault = loop {
        match reader.fill_buf() {
            Ok(ready) => {
                assert!(!ready.is_empty() && ready.len() <= 16 * 1024 + 32);
                let amount = ready.len();
                given += amount as u64;
                reader.consume(amount);
            }
            Err(fault) => break fault,
        }
    };
    assert_eq!(given, LENGTH);
    assert!(matches!(SmimeError::from(fault), SmimeError::DecryptionFailed));

    struct Head<'a> {
        kept: &'a mut Vec<u8>,
    }
    impl std::io::Write for Head<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            if self.kept.is_empty() {
                self.kept.extend_from_slice(bytes);
            }
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
}
