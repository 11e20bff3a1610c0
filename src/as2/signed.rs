//! Writing a multipart/signed entity (RFC 1847, section 2.1; RFC 8551, section 3.5).

use crate::base::{Entropy, Timestamp};
use crate::mime::base64_lines;
use crate::smime::{ContentDigester, DigestAlgorithm, SmimeError, sign_detached};

use super::Signer;
use super::outgoing::Signing;

/// A body with its Content-Type.
pub(super) struct Body {
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

/// What is put around an entity to sign it.
pub(super) struct SignedParts {
    pub(super) content_type: String,
    /// The signature alone, in DER.
    pub(super) signature: Vec<u8>,
    pub(super) before: Vec<u8>,
    pub(super) behind: Vec<u8>,
}

/// Signs a report in the form that every product reads.
pub(super) fn signed_body(
    entity: &[u8],
    algorithm: DigestAlgorithm,
    signer: &Signer,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Body, SmimeError> {
    let signing = Signing::new(signer, algorithm);
    let boundary = mint_boundary(entropy);
    let parts = signed_parts(&[entity], &signing, &boundary, algorithm.micalg(), true, now)?;
    let bytes = [parts.before.as_slice(), entity, &parts.behind].concat();
    Ok(Body { content_type: parts.content_type, bytes })
}

/// Signs an entity, headers and all.
pub(super) fn signed_parts(
    entity: &[&[u8]],
    signing: &Signing<'_>,
    boundary: &str,
    micalg: &str,
    in_base64: bool,
    now: Timestamp,
) -> Result<SignedParts, SmimeError> {
    let mut digester = ContentDigester::new([signing.digest]);
    entity.iter().for_each(|piece| digester.update(piece));
    let digests = digester.finish();
    let Some(digest) = digests.get(signing.digest) else { unreachable!("the digester was asked for this digest") };
    let Signer { certificate, key } = signing.signer;
    let signature = sign_detached(digest, certificate, key, now, signing.form())?;
    let (encoding, encoded) = if in_base64 {
        ("base64", base64_lines(&signature).into_bytes())
    } else {
        ("binary", [&signature[..], b"\r\n"].concat())
    };
    let head = format!(
        "\r\n--{boundary}\r\n\
         Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
         Content-Transfer-Encoding: {encoding}\r\n\
         Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\
         \r\n"
    );
    Ok(SignedParts {
        content_type: format!(
            "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg={micalg}; boundary=\"{boundary}\""
        ),
        signature,
        before: format!("--{boundary}\r\n").into_bytes(),
        behind: [head.as_bytes(), &encoded, format!("--{boundary}--\r\n").as_bytes()].concat(),
    })
}

/// A boundary that no content holds: 128 bits nobody can foretell.
pub(super) fn mint_boundary(entropy: &dyn Entropy) -> String {
    format!("edigate-{:032x}", u128::from_be_bytes(entropy.bytes::<16>()))
}
