//! A partner inside the test: packs orders with edigate's own sending side, posts them, and judges the receipts.
//! The partners of other make are in `tests/peers`; this one is for speed and for precise faults.

use std::net::SocketAddr;

use edigate::as2::{
    self, As2Name, Compress, Mdn, MessageId, MicCandidates, Outgoing, ReceiptRequest, ReceiptWanted, Settlement,
    SignedReceipt, Signer, Signing, Wire,
};
use edigate::base::{Clock, Limits, OsEntropy, SystemClock};
use edigate::mime::HeaderList;
use edigate::smime::{ContentEncryption, DigestAlgorithm, KeyTransport, Sealing, SignaturePolicy};

use crate::gateway::{AS2_PATH, Gateway};
use crate::identity::Identity;
use crate::wire::{self, Reply};

/// What protects a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Signed,
    Encrypted,
    SignedAndEncrypted,
}

/// A message that was packed, with its body.
#[derive(Clone, Debug)]
pub struct Packed {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub message_id: MessageId,
    pub mics: MicCandidates,
    pub receipt: ReceiptWanted,
}

/// How a message is made; the default is what the partner's file asks for.
pub struct Terms<'a> {
    pub form: Form,
    pub from: &'a str,
    pub to: &'a str,
    pub signer: &'a Identity,
    pub recipient: &'a Identity,
    pub digest: DigestAlgorithm,
    pub cipher: ContentEncryption,
    pub receipt: ReceiptWanted,
    pub compress: Compress,
    pub content_type: &'a str,
    pub file_name: &'a str,
}

impl Default for Terms<'_> {
    fn default() -> Self {
        Self {
            form: Form::SignedAndEncrypted,
            from: "ACMEBRG",
            to: "NORTHWIND",
            signer: Identity::acme(),
            recipient: Identity::northwind(),
            digest: DigestAlgorithm::Sha256,
            cipher: ContentEncryption::Aes256Cbc,
            receipt: ReceiptWanted::Signed,
            compress: Compress::None,
            content_type: "application/edi-x12",
            file_name: "order.x12",
        }
    }
}

impl Terms<'_> {
    pub fn form(form: Form) -> Self {
        Self { form, ..Self::default() }
    }

    /// Packs a payload under a fresh Message-ID.
    pub fn pack(&self, payload: &[u8]) -> Packed {
        self.pack_under(&MessageId::mint(SystemClock.now(), &OsEntropy), payload)
    }

    /// Packs a payload under this Message-ID.
    pub fn pack_under(&self, message_id: &MessageId, payload: &[u8]) -> Packed {
        let (from, to) = (name(self.from), name(self.to));
        let signer = Signer { certificate: self.signer.certificate(), key: self.signer.key() };
        let recipients = [self.recipient.certificate()];
        let signed = matches!(self.form, Form::Signed | Form::SignedAndEncrypted);
        let encrypted = matches!(self.form, Form::Encrypted | Form::SignedAndEncrypted);
        let outgoing = Outgoing {
            from: &from,
            to: &to,
            message_id,
            subject: Some("order"),
            content_type: self.content_type,
            file_name: Some(self.file_name),
            sign: signed.then(|| Signing::new(&signer, self.digest)),
            encrypt: encrypted.then_some(Sealing {
                recipients: &recipients,
                encryption: self.cipher,
                key_transport: KeyTransport::Pkcs1,
            }),
            compress: self.compress,
            receipt: match self.receipt {
                ReceiptWanted::None => None,
                ReceiptWanted::Unsigned => Some(SignedReceipt::NotAsked),
                ReceiptWanted::Signed => Some(SignedReceipt::Asked),
            }
            .map(|signed| ReceiptRequest { signed, deliver_to: None }),
            wire: Wire::default(),
        };
        let mut body = Vec::new();
        let packed = as2::pack(payload, &outgoing, SystemClock.now(), &OsEntropy, &mut body).unwrap();
        let as2::Packed { headers, message_id, mics, receipt, .. } = packed;
        Packed { headers, body, message_id, mics, receipt }
    }
}

fn name(name: &str) -> As2Name {
    As2Name::from_header(name.as_bytes()).unwrap()
}

/// Posts a packed message.
pub fn send(address: SocketAddr, message: &Packed) -> std::io::Result<Reply> {
    wire::post(address, AS2_PATH, &message.headers, &message.body)
}

/// What the receipt in an answer says about the message, its signature verified against the gateway's certificate.
pub fn settle(message: &Packed, reply: &Reply) -> Settlement {
    receipt(reply).unwrap().settle(&message.message_id, &message.mics, message.receipt, None)
}

/// Reads the receipt in an answer, its signature verified against the gateway's certificate.
pub fn receipt(reply: &Reply) -> Result<Mdn, String> {
    receipt_by(Identity::northwind(), reply)
}

/// Reads the receipt in an answer, its signature verified against this certificate.
pub fn receipt_by(signer: &Identity, reply: &Reply) -> Result<Mdn, String> {
    let headers = HeaderList::from_pairs(reply.headers.iter().map(|(name, value)| (name.as_bytes(), value.as_bytes())));
    let trusted = [signer.certificate()];
    Mdn::parse(&headers, &reply.body, &trusted, &SignaturePolicy::default(), &Limits::default())
        .map_err(|fault| format!("{fault:?}: {} {}", reply.status, reply.text()))
}

/// Sends an order and expects it to be accepted.
pub fn deliver(gateway: &Gateway, message: &Packed) -> Reply {
    let reply = send(gateway.address(), message).unwrap();
    assert_eq!(reply.status, 200, "{}\n{}", reply.text(), gateway.log());
    assert_eq!(settle(message, &reply), Settlement::Accepted, "{}", gateway.log());
    reply
}
