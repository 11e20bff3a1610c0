//! CMS: envelopes, signatures, compressed content and certificates. The input is one of them, or says how one of ours is to
//! be broken: patches of an offset and a byte each. Whatever it is, reading ends, and no signature over other content counts.

#![no_main]

use std::io::Read;
use std::sync::LazyLock;

use edigate_fuzz::Chunks;
use edigate_fuzz::base::{Limits, Timestamp};
use edigate_fuzz::keys::{Foretold, OURS};
use edigate_fuzz::smime::{
    Certificate, CompressedReader, ContentDigests, ContentEncryption, DigestAlgorithm, EnvelopeReader, KeyTransport,
    Sealing, Signature, SignatureForm, SignaturePolicy, compress, seal_envelope, sign_detached,
};
use libfuzzer_sys::fuzz_target;

const CONTENT: &[u8] = b"Content-Type: application/edi-x12\r\n\r\nISA*00*          *00*          *ZZ*US~";

/// Good ones.
static WHOLE: LazyLock<[Vec<u8>; 5]> = LazyLock::new(|| {
    let digest = DigestAlgorithm::Sha256.digest(CONTENT);
    let now = Timestamp::from_millis(1_795_530_645_000);
    let signature = sign_detached(&digest, &OURS.certificate, &OURS.key, now, SignatureForm::default()).unwrap();
    let compressed = compress([CONTENT]).unwrap();
    let sealed = |encryption| {
        let recipients = [OURS.certificate.clone()];
        let sealing = Sealing { recipients: &recipients, encryption, key_transport: KeyTransport::Pkcs1 };
        let mut sealed = Vec::new();
        seal_envelope(CONTENT, CONTENT.len() as u64, &mut sealed, &sealing, &Foretold).unwrap();
        sealed
    };
    [
        sealed(ContentEncryption::Aes256Cbc),
        sealed(ContentEncryption::Aes256Gcm),
        signature,
        [compressed.head, compressed.octets].concat(),
        OURS.certificate.der().to_vec(),
    ]
});

fuzz_target!(|bytes: &[u8]| {
    let Some(([choice, size], rest)) = bytes.split_first_chunk() else { return };
    let cms = match WHOLE.get(usize::from(choice & 7)) {
        Some(whole) => patched(whole, rest),
        None => rest.to_vec(),
    };
    let limits = Limits { decompressed: 1 << 20, ..Limits::default() };
    let size = usize::from(*size).max(1);
    let content = opened(&cms, cms.len().max(1), &limits);
    assert_eq!(content, opened(&cms, size, &limits), "how it comes in changes nothing");
    assert_eq!(inflated(&cms, cms.len().max(1), &limits), inflated(&cms, size, &limits));
    if let Ok(signature) = Signature::parse(cms.as_slice(), &limits) {
        let trusted = [OURS.certificate.clone()];
        let verify = |content: &[u8]| {
            signature.verify(&ContentDigests::of(content, DigestAlgorithm::ALL), &trusted, &SignaturePolicy::default())
        };
        assert!(verify(b"other content").is_err(), "no signature of ours is over this");
        drop(verify(CONTENT));
    }
    if let Ok(certificate) = Certificate::from_der(&cms) {
        assert_eq!(Certificate::from_pem(certificate.to_pem().as_bytes()).unwrap(), certificate);
    }
});

/// With a byte put in place of another, again and again: two bytes say where, one says what.
fn patched(whole: &[u8], patches: &[u8]) -> Vec<u8> {
    let mut cms = whole.to_vec();
    for patch in patches.chunks_exact(3) {
        let at = usize::from(u16::from_be_bytes([patch[0], patch[1]])) % cms.len();
        cms[at] = patch[2];
    }
    cms
}

fn opened(cms: &[u8], size: usize, limits: &Limits) -> Option<Vec<u8>> {
    let source = std::io::BufReader::new(Chunks { bytes: cms, size });
    let mut reader = EnvelopeReader::open(source, std::slice::from_ref(&*OURS), limits, [7; 32]).ok()?;
    let mut content = Vec::new();
    reader.read_to_end(&mut content).ok()?;
    assert!(content.len() <= cms.len(), "decrypting makes nothing longer");
    Some(content)
}

fn inflated(cms: &[u8], size: usize, limits: &Limits) -> Option<Vec<u8>> {
    let mut reader = CompressedReader::open(Chunks { bytes: cms, size }, limits).ok()?;
    let mut content = Vec::new();
    reader.read_to_end(&mut content).ok()?;
    assert!(content.len() as u64 <= limits.decompressed);
    Some(content)
}
