//! Elliptic-curve key agreement (RFC 5753): an ephemeral key of the sender's and the recipient's own make a secret, the
//! secret makes a key, and that key wraps the content's.

use openssl::bn::BigNumContext;
use openssl::cipher::{Cipher, CipherRef};
use openssl::cipher_ctx::{CipherCtx, CipherCtxFlags};
use openssl::derive::Deriver;
use openssl::ec::{EcKey, EcPoint, PointConversionForm};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{HasPrivate, PKey, PKeyRef, Public};
use zeroize::Zeroizing;

use super::algorithm::{AlgorithmIdentifier, name_of, named_by, oid};
use super::ber::{BerReader, Tag};
use super::{Certificate, ContentEncryption, DigestAlgorithm, PrivateKey, SmimeError, der};

/// dhSinglePass-stdDH with the X9.63 key derivation (RFC 5753, section 7.1.4), by the digest it derives with.
pub(crate) const SCHEMES: [(DigestAlgorithm, &[u8]); 4] = [
    // 1.3.133.16.840.63.0.2
    (DigestAlgorithm::Sha1, &[0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0x00, 0x02]),
    // 1.3.132.1.11.1 to .3
    (DigestAlgorithm::Sha256, &[0x2b, 0x81, 0x04, 0x01, 0x0b, 0x01]),
    (DigestAlgorithm::Sha384, &[0x2b, 0x81, 0x04, 0x01, 0x0b, 0x02]),
    (DigestAlgorithm::Sha512, &[0x2b, 0x81, 0x04, 0x01, 0x0b, 0x03]),
];

/// How the agreed key wraps the content's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyWrap {
    Aes128,
    Aes192,
    Aes256,
    /// Read only (RFC 3217): what the `openssl` command line writes beside 3DES.
    TripleDes,
}

pub(crate) const WRAPS: [(KeyWrap, &[u8]); 4] = [
    // 2.16.840.1.101.3.4.1.5, .25 and .45 (RFC 3565, section 4.1)
    (KeyWrap::Aes128, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x05]),
    (KeyWrap::Aes192, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x19]),
    (KeyWrap::Aes256, &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x01, 0x2d]),
    // 1.2.840.113549.1.9.16.3.6 (RFC 3370, section 4.3.1)
    (KeyWrap::TripleDes, &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x03, 0x06]),
];

impl KeyWrap {
    const fn key_length(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 | Self::TripleDes => 24,
            Self::Aes256 => 32,
        }
    }

    fn cipher(self) -> Option<&'static CipherRef> {
        Some(match self {
            Self::Aes128 => Cipher::aes_128_wrap(),
            Self::Aes192 => Cipher::aes_192_wrap(),
            Self::Aes256 => Cipher::aes_256_wrap(),
            Self::TripleDes => Cipher::from_nid(Nid::ID_SMIME_ALG_CMS3DESWRAP)?,
        })
    }

    fn unwrap(self, key: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut context = CipherCtx::new().ok()?;
        context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
        context.decrypt_init(Some(self.cipher()?), Some(key), None).ok()?;
        self.update(&mut context, wrapped).ok()
    }

    fn wrap(self, key: &[u8], content_key: &[u8]) -> Result<Vec<u8>, ErrorStack> {
        let mut context = CipherCtx::new()?;
        context.set_flags(CipherCtxFlags::FLAG_WRAP_ALLOW);
        context.encrypt_init(self.cipher(), Some(key), None)?;
        self.update(&mut context, content_key).map(|wrapped| wrapped.to_vec())
    }

    fn update(self, context: &mut CipherCtx, input: &[u8]) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
        /// A wrap adds eight octets, that of 3DES sixteen.
        const MOST_ADDED: usize = 32;
        let mut output = Zeroizing::new(vec![0; input.len() + MOST_ADDED]);
        let written = context.cipher_update(input, Some(&mut output))?;
        output.truncate(written);
        Ok(output)
    }
}

/// What a KeyAgreeRecipientInfo says for all its recipients.
#[derive(Clone, Debug)]
pub(crate) struct Agreement {
    digest: DigestAlgorithm,
    wrap: KeyWrap,
    /// The DER of the wrap's AlgorithmIdentifier, which goes into the derivation.
    key_info: Vec<u8>,
    /// The sender's ephemeral public key, an encoded point.
    point: Vec<u8>,
    user_keying_material: Option<Vec<u8>>,
}

impl Agreement {
    /// `None` for a scheme or wrap that is not known.
    pub(crate) fn new(
        scheme: &AlgorithmIdentifier,
        point: Vec<u8>,
        user_keying_material: Option<Vec<u8>>,
    ) -> Result<Option<Self>, SmimeError> {
        const DEPTH: usize = 4;
        let Some(digest) = named_by(&SCHEMES, &scheme.oid) else { return Ok(None) };
        // RFC 5753, section 7.1.5: the parameters are the wrap's AlgorithmIdentifier.
        let parameters = scheme.parameters.as_deref().unwrap_or_default();
        let identifier = AlgorithmIdentifier::read(&mut BerReader::new(parameters, DEPTH))?;
        let Some(wrap) = named_by(&WRAPS, &identifier.oid) else { return Ok(None) };
        let key_info = der::from_ber(parameters, DEPTH)?;
        Ok(Some(Self { digest, wrap, key_info, point, user_keying_material }))
    }

    /// The content key, when this wrapped key unwraps under our private key.
    pub(crate) fn unwrap(&self, key: &PrivateKey, wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let ours = key.pkey().ec_key().ok()?;
        let group = ours.group();
        // A point that is not on our curve is refused here: it would give the private key away piece by piece.
        let point = EcPoint::from_bytes(group, &self.point, &mut *BigNumContext::new().ok()?).ok()?;
        let theirs = EcKey::from_public_key(group, &point).ok()?;
        theirs.check_key().ok()?;
        let theirs = PKey::from_ec_key(theirs).ok()?;
        let secret = agree(key.pkey(), &theirs).ok()?;
        self.wrap.unwrap(&self.derive(&secret), wrapped)
    }

    /// The X9.63 derivation with ECC-CMS-SharedInfo (RFC 5753, section 7.2; SEC 1, section 3.6.1).
    fn derive(&self, secret: &[u8]) -> Zeroizing<Vec<u8>> {
        let length = self.wrap.key_length();
        let material = self.user_keying_material.as_deref();
        let material = material.map(|octets| der::value(der::CONTEXT_0, &[&der::value(der::OCTET_STRING, &[octets])]));
        let bits = (length as u32 * 8).to_be_bytes();
        let public = der::value(der::CONTEXT_2, &[&der::value(der::OCTET_STRING, &[&bits])]);
        let shared = der::value(der::SEQUENCE, &[&self.key_info, &material.unwrap_or_default(), &public]);
        let mut key = Zeroizing::new(Vec::with_capacity(length + self.digest.length()));
        for counter in 1u32.. {
            if key.len() >= length {
                break;
            }
            let input = Zeroizing::new([secret, &counter.to_be_bytes(), &shared].concat());
            key.extend_from_slice(self.digest.digest(&input).as_bytes());
        }
        key.truncate(length);
        key
    }
}

fn agree<T: HasPrivate>(ours: &PKeyRef<T>, theirs: &PKeyRef<Public>) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut deriver = Deriver::new(ours)?;
    deriver.set_peer(theirs)?;
    deriver.derive_to_vec().map(Zeroizing::new)
}

/// KeyAgreeRecipientInfo for the holder of a certificate with an elliptic-curve key (RFC 5652, section 6.2.2), the
/// content key wrapped by a key as long.
pub(crate) fn recipient_info(
    recipient: &Certificate,
    content_key: &[u8],
    encryption: ContentEncryption,
) -> Result<Vec<u8>, SmimeError> {
    let failed = SmimeError::primitive;
    let theirs = recipient.public().ec_key().map_err(failed("taking the key of a certificate"))?;
    let ephemeral = EcKey::generate(theirs.group()).map_err(failed("making an ephemeral key"))?;
    let mut context = BigNumContext::new().map_err(failed("making an ephemeral key"))?;
    let point = ephemeral.public_key().to_bytes(theirs.group(), PointConversionForm::UNCOMPRESSED, &mut context);
    let point = point.map_err(failed("writing an ephemeral key"))?;
    let ephemeral = PKey::from_ec_key(ephemeral).map_err(failed("making an ephemeral key"))?;
    let secret = agree(&ephemeral, recipient.public()).map_err(failed("agreeing on a key"))?;

    let wrap = match encryption.key_length() {
        16 => KeyWrap::Aes128,
        24 => KeyWrap::Aes192,
        _ => KeyWrap::Aes256,
    };
    let digest = match recipient.key_bits() {
        ..=256 => DigestAlgorithm::Sha256,
        257..=384 => DigestAlgorithm::Sha384,
        _ => DigestAlgorithm::Sha512,
    };
    // RFC 3565, section 4.1: the parameters of an AES wrap are left out.
    let key_info = der::algorithm(name_of(&WRAPS, &wrap), &[]);
    let scheme = der::algorithm(name_of(&SCHEMES, &digest), &key_info);
    let agreement = Agreement { digest, wrap, key_info, point, user_keying_material: None };
    let wrapped = wrap.wrap(&agreement.derive(&secret), content_key).map_err(failed("wrapping a content key"))?;

    let bits = der::value(der::BIT_STRING, &[&[0], &agreement.point]);
    let identifier = der::value(der::SEQUENCE, &[&der::value(der::OBJECT_IDENTIFIER, &[oid::EC_PUBLIC_KEY])]);
    let originator = der::value(der::CONTEXT_0, &[&der::value(der::CONTEXT_1, &[&identifier, &bits])]);
    let key = der::value(der::SEQUENCE, &[&recipient.name().to_der(), &der::value(der::OCTET_STRING, &[&wrapped])]);
    let version = der::value(der::INTEGER, &[&[3]]);
    Ok(der::value(der::CONTEXT_1, &[&version, &originator, &scheme, &der::value(der::SEQUENCE, &[&key])]))
}

/// The bits of a public key as CMS carries them: a BIT STRING of whole octets.
pub(crate) fn read_point<R: std::io::BufRead>(ber: &mut BerReader<R>) -> Result<Vec<u8>, SmimeError> {
    const WHAT: &str = "an ephemeral public key";
    /// A point of P-521, uncompressed, has 133 octets.
    const MOST_POINT: usize = 256;
    match ber.primitive(Tag::BIT_STRING, WHAT, MOST_POINT + 1)?.split_first() {
        Some((0, point)) => Ok(point.to_vec()),
        _ => Err(ber.malformed(WHAT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smime::algorithm::dotted;

    #[test]
    fn object_identifiers_are_what_their_comments_say() {
        let check = |oid: &[u8], expect: &str| assert_eq!(dotted(oid), expect);
        check(SCHEMES[0].1, "1.3.133.16.840.63.0.2");
        for (index, (_, oid)) in SCHEMES.iter().enumerate().skip(1) {
            check(oid, &format!("1.3.132.1.11.{index}"));
        }
        for (index, (_, oid)) in WRAPS.iter().enumerate().take(3) {
            check(oid, &format!("2.16.840.1.101.3.4.1.{}", index * 20 + 5));
        }
        check(WRAPS[3].1, "1.2.840.113549.1.9.16.3.6");
    }
}
