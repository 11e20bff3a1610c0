//! What AS2 products do, by the numbers of docs/quirks.md: bytes in, and what we make of them.

mod file_names;
mod headers;
mod mime;
mod products;
mod receipts;
mod writing;

use super::*;
use crate::mime::base64_lines;
use crate::smime::{SignatureForm, sign_detached};

/// Acme's signature over these bytes, as CMS.
fn signature(over: &[u8]) -> Vec<u8> {
    let digest = DigestAlgorithm::Sha256.digest(over);
    sign_detached(&digest, &ACME.certificate(), &ACME.key(), NOW, SignatureForm::default()).unwrap()
}

/// A second part as most products write it.
fn signature_part(cms: &[u8]) -> Vec<u8> {
    let head = "Content-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\n";
    [head, &base64_lines(cms)].concat().into_bytes()
}

/// The body of a multipart/signed with the boundary `b`.
fn parts(entity: &[u8], second: &[u8]) -> Vec<u8> {
    [b"--b\r\n", entity, b"\r\n--b\r\n", second, b"\r\n--b--\r\n"].concat()
}

/// A message of Acme's with this Content-Type and body.
fn message(content_type: &str, body: &[u8]) -> Packed {
    let mut packed = with_header(packed(PLAIN), "Content-Type", content_type);
    packed.headers.retain(|(name, _)| name != "Content-Disposition");
    Packed { body: body.to_vec(), ..packed }
}

const MULTIPART_SIGNED: &str = "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=sha-256; boundary=b";

/// A message of Acme's in which this entity is signed.
fn signed(entity: &[u8]) -> Packed {
    message(MULTIPART_SIGNED, &parts(entity, &signature_part(&signature(entity))))
}

/// A message of Acme's with this in its envelope.
fn sealed(content: &[u8]) -> Packed {
    message("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", &sealed_for(&GATE, content))
}

/// A message of Acme's with this as its compressed content.
fn compressed(content: &[u8]) -> Packed {
    message("application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z", &compressed_bytes(content))
}

fn compressed_bytes(content: &[u8]) -> Vec<u8> {
    let whole = crate::smime::compress([content]).unwrap();
    [whole.head, whole.octets].concat()
}

/// What the gate makes of it, everything allowed.
#[track_caller]
fn taken(name: &str, packed: &Packed) -> (Received, Vec<u8>) {
    let (outcome, written) = opened(packed, &security(Requirement::Optional));
    (outcome.unwrap_or_else(|refusal| panic!("{name}: {}", refusal.error)), written)
}

fn refused(packed: &Packed) -> &'static str {
    opened(packed, &security(Requirement::Optional)).0.expect_err("it is refused").error.code()
}
