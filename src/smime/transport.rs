//! RSA key transport: PKCS #1 v1.5 (RFC 3370, section 4.2) and OAEP (RFC 3560), read and written.

use openssl::error::ErrorStack;
use openssl::pkey::{PKeyRef, Private};
use openssl::pkey_ctx::PkeyCtx;
use openssl::rsa::{Padding, Rsa};
use zeroize::Zeroizing;

use super::algorithm::{AlgorithmIdentifier, dotted, oid};
use super::ber::{BerReader, Tag};
use super::scheme::{hash_and_mask, md, read_hash_and_mask};
use super::unwrap::{ContentKey, wrap};
use super::{Certificate, DigestAlgorithm, SmimeError, der};
use crate::base::Entropy;

/// How a content key is encrypted for the holder of an RSA key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum KeyTransport {
    /// RSAES-PKCS1-v1_5, which every product reads.
    #[default]
    Pkcs1,
    /// RSAES-OAEP with this digest, in its mask too.
    Oaep(DigestAlgorithm),
}

/// Key transport as a message has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    Pkcs1,
    Oaep { digest: DigestAlgorithm, mask: DigestAlgorithm, label: Vec<u8> },
}

impl KeyTransport {
    /// Reads a recipient's keyEncryptionAlgorithm. The inner error names one that is not known.
    pub(crate) fn read(identifier: &AlgorithmIdentifier) -> Result<Result<Transport, String>, SmimeError> {
        match identifier.oid.as_slice() {
            oid::RSA_ENCRYPTION => Ok(Ok(Transport::Pkcs1)),
            oid::RSAES_OAEP => oaep(identifier.parameters.as_deref().unwrap_or(&[0x30, 0])),
            other => Ok(Err(dotted(other))),
        }
    }

    /// The AlgorithmIdentifier and the wrapped key.
    pub(crate) fn wrap(
        self,
        key: &[u8],
        recipient: &Certificate,
        entropy: &dyn Entropy,
    ) -> Result<[Vec<u8>; 2], SmimeError> {
        let Some(rsa) = recipient.rsa() else {
            let what = format!("the certificate of {} has no key to encrypt for", recipient.subject());
            return Err(SmimeError::Unusable { what });
        };
        match self {
            // RFC 3370, section 4.2.1: the parameters are NULL.
            Self::Pkcs1 => Ok([der::algorithm(oid::RSA_ENCRYPTION, der::NULL), wrap(key, rsa, entropy)?]),
            Self::Oaep(digest) => {
                let parameters = der::value(der::SEQUENCE, &[&hash_and_mask(digest)]);
                let wrapped = oaep_wrap(key, recipient, digest);
                let wrapped = wrapped.map_err(SmimeError::primitive("wrapping a content key"))?;
                Ok([der::algorithm(oid::RSAES_OAEP, &parameters), wrapped])
            }
        }
    }
}

/// RSAES-OAEP-params (RFC 4055, section 4.1).
fn oaep(parameters: &[u8]) -> Result<Result<Transport, String>, SmimeError> {
    const WHAT: &str = "the parameters of RSAES-OAEP";
    const DEPTH: usize = 8;
    /// Nobody is known to use one.
    const MOST_LABEL: usize = 256;
    let mut reader = BerReader::new(parameters, DEPTH);
    reader.enter(Tag::SEQUENCE, WHAT)?;
    let (digest, mask) = match read_hash_and_mask(&mut reader, WHAT)? {
        Ok(known) => known,
        Err(unknown) => return Ok(Err(format!("RSAES-OAEP with {unknown}"))),
    };
    let mut label = Vec::new();
    if reader.peek()? == Some(Tag::context(2)) {
        reader.enter(Tag::context(2), WHAT)?;
        let source = AlgorithmIdentifier::read(&mut reader)?;
        if source.oid != oid::P_SPECIFIED {
            return Ok(Err(format!("RSAES-OAEP with {}", dotted(&source.oid))));
        }
        let given = source.parameters.unwrap_or_default();
        label = BerReader::new(given.as_slice(), DEPTH).octets(Tag::OCTET_STRING, WHAT, MOST_LABEL)?;
        reader.leave(WHAT)?;
    }
    reader.leave(WHAT)?;
    Ok(Ok(Transport::Oaep { digest, mask, label }))
}

fn oaep_wrap(key: &[u8], recipient: &Certificate, digest: DigestAlgorithm) -> Result<Vec<u8>, ErrorStack> {
    let mut context = PkeyCtx::new(recipient.public())?;
    context.encrypt_init()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP)?;
    context.set_rsa_oaep_md(md(digest))?;
    context.set_rsa_mgf1_md(md(digest))?;
    let mut wrapped = Vec::new();
    context.encrypt_to_vec(key, &mut wrapped)?;
    Ok(wrapped)
}

impl Transport {
    /// Tries a wrapped key.
    pub(crate) fn try_wrapped(
        &self,
        content_key: &mut ContentKey,
        wrapped: &[u8],
        rsa: &Rsa<Private>,
        key: &PKeyRef<Private>,
    ) {
        match self {
            Self::Pkcs1 => content_key.try_wrapped(wrapped, rsa),
            // OpenSSL judges OAEP in constant time and with one failure, which is what Manger's attack would need two of.
            Self::Oaep { digest, mask, label } => {
                let unwrapped = oaep_unwrap(key, wrapped, *digest, *mask, label);
                content_key.offer(unwrapped.as_ref().ok().map(|key| key.as_slice()));
            }
        }
    }
}

fn oaep_unwrap(
    key: &PKeyRef<Private>,
    wrapped: &[u8],
    digest: DigestAlgorithm,
    mask: DigestAlgorithm,
    label: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.decrypt_init()?;
    context.set_rsa_padding(Padding::PKCS1_OAEP)?;
    context.set_rsa_oaep_md(md(digest))?;
    context.set_rsa_mgf1_md(md(mask))?;
    if !label.is_empty() {
        context.set_rsa_oaep_label(label)?;
    }
    let mut unwrapped = Zeroizing::new(vec![0; key.size()]);
    let length = context.decrypt(wrapped, Some(&mut unwrapped))?;
    unwrapped.truncate(length);
    Ok(unwrapped)
}
