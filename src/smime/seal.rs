//! Writing an envelope: DER `EnvelopedData` (RFC 5652, section 6), encrypted while it is written.
//!
//! The length of CBC ciphertext follows from that of the content, so every length is known before the first byte and
//! nothing is held in memory but one piece.

use std::io::{Read, Write};

use openssl::symm::{Crypter, Mode};
use zeroize::Zeroizing;

use super::algorithm::{BLOCK, oid};
use super::unwrap::wrap;
use super::{Certificate, ContentEncryption, SmimeError, der};
use crate::base::Entropy;

/// Bytes encrypted at once.
const PIECE: usize = 16 * 1024;

/// Bytes of content: far beyond any message, and no length written can overflow.
const MOST_CONTENT: u64 = 1 << 60;

/// Encrypts `content`, which must be `content_length` bytes long, for each of `recipients` and writes the envelope
/// (a DER `ContentInfo` with `EnvelopedData`) to `out` as it goes. Returns the bytes written.
///
/// # Errors
/// No recipients, a recipient without an RSA key, content of another length, I/O.
pub fn seal_envelope(
    content: impl Read,
    content_length: u64,
    mut out: impl Write,
    recipients: &[Certificate],
    encryption: ContentEncryption,
    entropy: &dyn Entropy,
) -> Result<u64, SmimeError> {
    if recipients.is_empty() {
        return Err(SmimeError::Unusable { what: "there is no certificate to encrypt for".to_owned() });
    }
    if content_length > MOST_CONTENT {
        return Err(SmimeError::Unusable { what: format!("{content_length} bytes are too much for one envelope") });
    }
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(key.as_mut());
    let key = key.get(..encryption.key_length()).unwrap_or_default();
    let vector = entropy.bytes::<BLOCK>();

    let infos = recipients.iter().map(|recipient| recipient_info(recipient, key, entropy));
    let infos = der::set_of(infos.collect::<Result<_, _>>()?);
    // RFC 5652, section 6.3: padded by one to sixteen octets.
    let padded = (content_length / BLOCK as u64 + 1) * BLOCK as u64;
    let head = head(&infos, encryption, &vector, padded);
    out.write_all(&head)?;

    let cipher = Crypter::new(encryption.cipher(), Mode::Encrypt, key, Some(&vector))
        .map_err(SmimeError::primitive("starting to encrypt"))?;
    encrypt(content, content_length, &mut out, cipher)?;
    Ok(head.len() as u64 + padded)
}

/// KeyTransRecipientInfo with issuer and serial number, so version 0 (RFC 5652, section 6.2.1).
fn recipient_info(recipient: &Certificate, key: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, SmimeError> {
    let Some(rsa) = recipient.rsa() else {
        let what = format!("the certificate of {} has no RSA key to encrypt for", recipient.subject());
        return Err(SmimeError::Unusable { what });
    };
    let wrapped = wrap(key, rsa, entropy)?;
    let parts = [
        der::value(der::INTEGER, &[&[0]]),
        recipient.name().to_der(),
        // RFC 3370, section 4.2.1: the parameters are NULL.
        der::algorithm(oid::RSA_ENCRYPTION, der::NULL),
        der::value(der::OCTET_STRING, &[&wrapped]),
    ];
    Ok(der::value(der::SEQUENCE, &[&parts.concat()]))
}

/// All that stands before the encrypted content.
fn head(infos: &[u8], encryption: ContentEncryption, vector: &[u8], encrypted_length: u64) -> Vec<u8> {
    let algorithm = der::algorithm(encryption.oid(), &der::value(der::OCTET_STRING, &[vector]));
    // RFC 5652, section 6.1: version 0, as every recipient is and nothing else is there.
    let version = der::value(der::INTEGER, &[&[0]]);
    let mut head = der::header(der::CONTEXT_0_PRIMITIVE, encrypted_length);
    let mut around = |identifier: u8, before: &[&[u8]]| {
        let before = before.concat();
        let length = (before.len() + head.len()) as u64 + encrypted_length;
        head = [der::header(identifier, length), before, std::mem::take(&mut head)].concat();
    };
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA]), &algorithm]);
    around(der::SEQUENCE, &[&version, infos]);
    around(der::CONTEXT_0, &[]);
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::ENVELOPED_DATA])]);
    head
}

fn encrypt(
    content: impl Read,
    content_length: u64,
    out: &mut impl Write,
    mut cipher: Crypter,
) -> Result<(), SmimeError> {
    let failed = SmimeError::primitive;
    let other_length = || SmimeError::Unusable { what: format!("the content is not {content_length} bytes long") };
    let mut content = content.take(content_length.saturating_add(1));
    let mut plain = Zeroizing::new(vec![0; PIECE]);
    let mut encrypted = vec![0; PIECE + BLOCK];
    let mut left = content_length;
    loop {
        let piece = match content.read(&mut plain) {
            Ok(0) => break,
            Ok(amount) => plain.get(..amount).unwrap_or_default(),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        left = left.checked_sub(piece.len() as u64).ok_or_else(other_length)?;
        let written = cipher.update(piece, &mut encrypted).map_err(failed("encrypting"))?;
        out.write_all(encrypted.get(..written).unwrap_or_default())?;
    }
    if left != 0 {
        return Err(other_length());
    }
    let written = cipher.finalize(&mut encrypted).map_err(failed("encrypting the last block"))?;
    out.write_all(encrypted.get(..written).unwrap_or_default())?;
    Ok(())
}
