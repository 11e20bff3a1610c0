//! Writing an envelope: DER `EnvelopedData` (RFC 5652, section 6) or, where the cipher authenticates, `AuthEnvelopedData`
//! (RFC 5083), encrypted while it is written.
//!
//! The length of the ciphertext follows from that of the content, so every length is known before the first byte and
//! nothing is held in memory but one piece.

use std::io::{Read, Write};

use openssl::symm::{Crypter, Mode};
use zeroize::Zeroizing;

use super::agreement;
use super::algorithm::{BLOCK, TAG, oid};
use super::{Certificate, ContentEncryption, KeyTransport, SmimeError, der};
use crate::base::Entropy;

/// Bytes encrypted at once.
const PIECE: usize = 16 * 1024;

/// Bytes of content: far beyond any message, and no length written can overflow.
const MOST_CONTENT: u64 = 1 << 60;

/// For whom and how to encrypt.
#[derive(Clone, Copy, Debug)]
pub struct Sealing<'a> {
    /// Each of them can open it, with RSA or an elliptic curve as the key in the certificate is.
    pub recipients: &'a [Certificate],
    /// The cipher.
    pub encryption: ContentEncryption,
    /// How the content key is encrypted for RSA keys. Elliptic curves have one way (RFC 5753).
    pub key_transport: KeyTransport,
}

/// Encrypts `content`, which must be `content_length` bytes long, for each recipient and writes the envelope (a DER
/// `ContentInfo`) to `out` as it goes. Returns the bytes written.
///
/// # Errors
/// No recipients, a recipient whose key cannot be encrypted for, content of another length, I/O.
pub fn seal_envelope(
    content: impl Read,
    content_length: u64,
    mut out: impl Write,
    sealing: &Sealing<'_>,
    entropy: &dyn Entropy,
) -> Result<u64, SmimeError> {
    let Sealing { recipients, encryption, key_transport } = *sealing;
    if recipients.is_empty() {
        return Err(SmimeError::Unusable { what: "there is no certificate to encrypt for".to_owned() });
    }
    if content_length > MOST_CONTENT {
        return Err(SmimeError::Unusable { what: format!("{content_length} bytes are too much for one envelope") });
    }
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(key.as_mut());
    let key = key.get_mut(..encryption.key_length()).unwrap_or_default();
    if encryption == ContentEncryption::TripleDesCbc {
        make_parity_odd(key);
    }
    let vector = entropy.bytes::<BLOCK>();
    let vector = vector.get(..encryption.vector_length()).unwrap_or_default();

    let infos = recipients.iter().map(|recipient| recipient_info(recipient, key, encryption, key_transport, entropy));
    let infos = infos.collect::<Result<Vec<_>, _>>()?;
    let encrypted_length = match encryption.padded_to() as u64 {
        0 => content_length,
        // RFC 5652, section 6.3: padded by one to a whole block.
        block => (content_length / block + 1) * block,
    };
    let (head, code_length) = head(infos, encryption, vector, encrypted_length);
    out.write_all(&head)?;

    let cipher = Crypter::new(encryption.cipher(), Mode::Encrypt, key, Some(vector))
        .map_err(SmimeError::primitive("starting to encrypt"))?;
    let cipher = encrypt(content, content_length, &mut out, cipher)?;
    if encryption.is_authenticated() {
        let mut code = [0; TAG];
        cipher.get_tag(&mut code).map_err(SmimeError::primitive("taking the authentication code"))?;
        out.write_all(&der::value(der::OCTET_STRING, &[&code]))?;
    }
    Ok(head.len() as u64 + encrypted_length + code_length)
}

/// DES keys carry a parity bit in each octet, which some products check.
fn make_parity_odd(key: &mut [u8]) {
    for octet in key {
        *octet = *octet & 0xfe | u8::from((*octet & 0xfe).count_ones() % 2 == 0);
    }
}

/// KeyTransRecipientInfo with issuer and serial number, so version 0 (RFC 5652, section 6.2.1), or, for a key on a curve,
/// KeyAgreeRecipientInfo.
fn recipient_info(
    recipient: &Certificate,
    key: &[u8],
    encryption: ContentEncryption,
    key_transport: KeyTransport,
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SmimeError> {
    if recipient.is_curve() {
        return agreement::recipient_info(recipient, key, encryption);
    }
    let [algorithm, wrapped] = key_transport.wrap(key, recipient, entropy)?;
    let parts = [
        der::value(der::INTEGER, &[&[0]]),
        recipient.name().to_der(),
        algorithm,
        der::value(der::OCTET_STRING, &[&wrapped]),
    ];
    Ok(der::value(der::SEQUENCE, &[&parts.concat()]))
}

/// All that stands before the encrypted content, and how many bytes will follow it.
fn head(infos: Vec<Vec<u8>>, encryption: ContentEncryption, vector: &[u8], encrypted_length: u64) -> (Vec<u8>, u64) {
    let vector = der::value(der::OCTET_STRING, &[vector]);
    let (identifier, parameters, code_length) = if encryption.is_authenticated() {
        // RFC 5084, section 3.2: the nonce, and the length of the code where it is not twelve.
        let length = der::value(der::INTEGER, &[&[TAG as u8]]);
        (oid::AUTH_ENVELOPED_DATA, der::value(der::SEQUENCE, &[&vector, &length]), TAG as u64 + 2)
    } else {
        (oid::ENVELOPED_DATA, vector, 0)
    };
    // RFC 5652, section 6.1: version 0 where every recipient's is, else 2. RFC 5083, section 2.1: always 0.
    let has_agreement = infos.iter().any(|info| info.first() == Some(&der::CONTEXT_1));
    let version = if has_agreement && !encryption.is_authenticated() { 2 } else { 0 };
    let version = der::value(der::INTEGER, &[&[version]]);
    let infos = der::set_of(infos);

    let mut head = der::header(der::CONTEXT_0_PRIMITIVE, encrypted_length);
    let mut around = |identifier: u8, before: &[&[u8]], behind: u64| {
        let before = before.concat();
        let length = (before.len() + head.len()) as u64 + encrypted_length + behind;
        head = [der::header(identifier, length), before, std::mem::take(&mut head)].concat();
    };
    let algorithm = der::algorithm(encryption.oid(), &parameters);
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::DATA]), &algorithm], 0);
    around(der::SEQUENCE, &[&version, &infos], code_length);
    around(der::CONTEXT_0, &[], code_length);
    around(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[identifier])], code_length);
    (head, code_length)
}

fn encrypt(
    content: impl Read,
    content_length: u64,
    out: &mut impl Write,
    mut cipher: Crypter,
) -> Result<Crypter, SmimeError> {
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
    Ok(cipher)
}
