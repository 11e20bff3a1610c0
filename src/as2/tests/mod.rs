//! Front to back: pack, open, answer, parse, settle, between two made-up companies.

mod answers;
mod attachments;
mod foreign;
mod inner;
mod laws;
mod mic_rules;
mod openssl_cli;
mod packing;
mod quirks;
mod refusals;
mod round_trip;

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use openssl::asn1::Asn1Time;
use openssl::bn::BigNum;
use openssl::hash::MessageDigest;
use openssl::pkey::PKey;
use openssl::rsa::Rsa;
use openssl::x509::{X509, X509NameBuilder};

use super::*;
use crate::base::{Entropy, Limits, Timestamp};
use crate::mime::HeaderList;
use crate::smime::{
    Certificate, ContentEncryption, Decryptor, DigestAlgorithm, KeyTransport, Mic, PrivateKey, Sealing,
};

/// 2026-11-24T15:24:00Z.
const NOW: Timestamp = Timestamp::from_millis(1_795_533_840_000);

const ORDER: &[u8] = b"ISA*00*          *00*          *ZZ*ACME           *ZZ*GATE           *261124*1524*U*00401*000000001*0*P*>~\nIEA*0*000000001~";

/// A company with its certificate and key.
struct Company {
    name: As2Name,
    certificate_pem: Vec<u8>,
    key_pem: Vec<u8>,
}

static ACME: LazyLock<Company> = LazyLock::new(|| Company::new("Acme Bearings"));
static GATE: LazyLock<Company> = LazyLock::new(|| Company::new("GATE"));
static MALLORY: LazyLock<Company> = LazyLock::new(|| Company::new("Acme Bearings"));

impl Company {
    fn new(name: &str) -> Self {
        let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
        let mut subject = X509NameBuilder::new().unwrap();
        subject.append_entry_by_text("CN", name).unwrap();
        let subject = subject.build();
        let mut builder = X509::builder().unwrap();
        builder.set_version(2).unwrap();
        builder.set_serial_number(&BigNum::from_u32(7).unwrap().to_asn1_integer().unwrap()).unwrap();
        builder.set_subject_name(&subject).unwrap();
        builder.set_issuer_name(&subject).unwrap();
        builder.set_pubkey(&key).unwrap();
        builder.set_not_before(&Asn1Time::from_unix(1_700_000_000).unwrap()).unwrap();
        builder.set_not_after(&Asn1Time::from_unix(2_000_000_000).unwrap()).unwrap();
        builder.sign(&key, MessageDigest::sha256()).unwrap();
        Self {
            name: name.parse().unwrap(),
            certificate_pem: builder.build().to_pem().unwrap(),
            key_pem: key.private_key_to_pem_pkcs8().unwrap(),
        }
    }

    fn certificate(&self) -> Certificate {
        Certificate::from_pem(&self.certificate_pem).unwrap()
    }

    fn key(&self) -> PrivateKey {
        PrivateKey::from_pem(&self.key_pem, None).unwrap()
    }

    fn signer(&self) -> Signer {
        Signer { certificate: self.certificate(), key: self.key() }
    }
}

/// Entropy that is another one each time and the same each run.
#[derive(Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, out: &mut [u8]) {
        for (index, byte) in out.iter_mut().enumerate() {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            *byte = (count.wrapping_mul(0x9e37_79b9) >> 13) as u8 ^ index as u8;
        }
    }
}

/// A message that was packed, and its body.
#[derive(Clone, Debug)]
struct Packed {
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    message_id: MessageId,
    /// The right one of its MICs.
    mic: Mic,
    mics: MicCandidates,
}

/// How a message is protected, for tables.
#[derive(Clone, Copy, Debug)]
struct Protection {
    sign: Option<DigestAlgorithm>,
    encrypt: Option<ContentEncryption>,
}

const SIGNED_AND_ENCRYPTED: Protection =
    Protection { sign: Some(DigestAlgorithm::Sha256), encrypt: Some(ContentEncryption::Aes128Cbc) };
const SIGNED: Protection = Protection { sign: Some(DigestAlgorithm::Sha256), encrypt: None };
const ENCRYPTED: Protection = Protection { sign: None, encrypt: Some(ContentEncryption::Aes256Cbc) };
const PLAIN: Protection = Protection { sign: None, encrypt: None };

/// What the gate knows of Acme.
fn security(requirement: Requirement) -> Security {
    Security {
        verify: vec![ACME.certificate()],
        decrypt: vec![Decryptor { certificate: GATE.certificate(), key: GATE.key() }],
        signer: Some(GATE.signer()),
        signed: requirement,
        encrypted: requirement,
        ..Security::default()
    }
}

/// Acme packs `payload` for the gate.
fn packed_by(sender: &Company, payload: &[u8], protection: Protection, receipt: ReceiptWanted) -> Packed {
    let entropy = Counting::default();
    let message_id = MessageId::mint(NOW, &entropy);
    let signer = sender.signer();
    let recipients = [GATE.certificate()];
    let outgoing = Outgoing {
        from: &sender.name,
        to: &GATE.name,
        message_id: &message_id,
        subject: Some("Order 4711"),
        content_type: "application/edi-x12",
        file_name: Some("order-4711.x12"),
        sign: protection.sign.map(|algorithm| Signing::new(&signer, algorithm)),
        encrypt: protection.encrypt.map(|encryption| Sealing {
            recipients: &recipients,
            encryption,
            key_transport: KeyTransport::Pkcs1,
        }),
        compress: Compress::None,
        receipt: request_for(receipt),
        wire: Wire::default(),
    };
    packed_as(payload, &outgoing, &entropy)
}

fn packed_as(payload: &[u8], outgoing: &Outgoing<'_>, entropy: &dyn Entropy) -> Packed {
    let mut body = Vec::new();
    let packed = pack(payload, outgoing, NOW, entropy, &mut body).unwrap();
    assert_eq!(packed.body_bytes, body.len() as u64);
    let super::Packed { headers, message_id, mics, .. } = packed;
    Packed { headers, body, message_id, mic: mics.right().unwrap().clone(), mics }
}

fn request_for(receipt: ReceiptWanted) -> Option<ReceiptRequest<'static>> {
    let signed = match receipt {
        ReceiptWanted::None => return None,
        ReceiptWanted::Unsigned => SignedReceipt::NotAsked,
        ReceiptWanted::Signed => SignedReceipt::Asked,
    };
    Some(ReceiptRequest { signed, deliver_to: None })
}

fn packed(protection: Protection) -> Packed {
    packed_by(&ACME, ORDER, protection, ReceiptWanted::Signed)
}

fn head(headers: &[(String, String)]) -> HeaderList {
    HeaderList::from_pairs(headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())))
}

fn request(packed: &Packed) -> Request {
    Request::read(&head(&packed.headers), &Limits::default()).unwrap()
}

/// The same message with a header of another value.
fn with_header(mut packed: Packed, name: &str, value: &str) -> Packed {
    packed.headers.retain(|(known, _)| known != name);
    packed.headers.push((name.to_owned(), value.to_owned()));
    packed
}

/// The gate opens a message: its outcome, and what was written as the payload.
fn opened(packed: &Packed, security: &Security) -> (Result<Received, Refusal>, Vec<u8>) {
    let mut payload = Vec::new();
    let request = request(packed);
    let outcome = open(&request, packed.body.as_slice(), &mut payload, security, &Limits::default(), [7; 32]).unwrap();
    (outcome, payload)
}

fn answered(packed: &Packed, outcome: &Result<Received, Refusal>, security: Option<&Security>) -> Option<Answer> {
    answer(&request(packed), outcome.as_ref(), security, NOW, &Counting::default()).unwrap()
}

/// Acme reads the gate's answer.
fn receipt(answer: &Answer) -> Result<Mdn, MdnFault> {
    let policy = Default::default();
    Mdn::parse(&head(&answer.headers), &answer.body, &[GATE.certificate()], &policy, &Limits::default())
}

/// An envelope around any bytes.
fn sealed_for(company: &Company, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let recipients = [company.certificate()];
    let (encryption, key_transport) = (ContentEncryption::Aes128Cbc, KeyTransport::Pkcs1);
    let sealing = Sealing { recipients: &recipients, encryption, key_transport };
    let length = content.len() as u64;
    crate::smime::seal_envelope(content, length, &mut out, &sealing, &Counting::default()).unwrap();
    out
}

fn replaced(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let at = memchr::memmem::find(bytes, from.as_bytes()).expect("the text to replace is there");
    [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat()
}
