//! Writing a multipart/signed entity (RFC 1847, section 2.1; RFC 8551, section 3.5).

use crate::base::{Entropy, Timestamp};
use crate::mime::base64_lines;
use crate::smime::{ContentDigest, DigestAlgorithm, SignatureForm, SmimeError, sign_detached};

use super::Signer;

/// A body with its Content-Type.
pub(super) struct Body {
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

/// Signs `entity`, headers and all, and puts it together with its signature. Gives the digest that was signed, which is
/// the MIC, too.
pub(super) fn signed_body(
    entity: &[u8],
    algorithm: DigestAlgorithm,
    signer: &Signer,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<(Body, ContentDigest), SmimeError> {
    let digest = algorithm.digest(entity);
    let signature = sign_detached(&digest, &signer.certificate, &signer.key, now, SignatureForm::default())?;
    let boundary = mint_boundary(entropy);
    let bytes = [
        format!("--{boundary}\r\n").as_bytes(),
        entity,
        format!(
            "\r\n--{boundary}\r\n\
             Content-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n\
             Content-Transfer-Encoding: base64\r\n\
             Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\
             \r\n\
             {}--{boundary}--\r\n",
            base64_lines(&signature)
        )
        .as_bytes(),
    ]
    .concat();
    let content_type = format!(
        "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg={}; boundary=\"{boundary}\"",
        algorithm.micalg()
    );
    Ok((Body { content_type, bytes }, digest))
}

/// A boundary that no content holds: 128 bits nobody can foretell.
pub(super) fn mint_boundary(entropy: &dyn Entropy) -> String {
    format!("edigate-{:032x}", u128::from_be_bytes(entropy.bytes::<16>()))
}
