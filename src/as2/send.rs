//! Packing a message: signing, encrypting, and asking for a receipt.

use crate::base::{Entropy, Timestamp};
use crate::smime::{
    Certificate, ContentEncryption, DigestAlgorithm, KeyTransport, Mic, Sealing, SmimeError, seal_envelope,
};

use super::answer::{VERSION, http_date};
use super::signed::{Body, signed_body};
use super::{As2Name, MessageId, Signer, safe_file_name};

/// What to send, to whom, and how.
#[derive(Clone, Copy)]
pub struct Outgoing<'a> {
    /// AS2-From: our name.
    pub from: &'a As2Name,
    /// AS2-To: the partner's.
    pub to: &'a As2Name,
    /// Message-ID: one per message, kept over every retry.
    pub message_id: &'a MessageId,
    /// Subject.
    pub subject: Option<&'a str>,
    /// Content-Type of the payload: `application/edi-x12`.
    pub content_type: &'a str,
    /// The file name the payload is given.
    pub file_name: Option<&'a str>,
    /// By which key and digest to sign.
    pub sign: Option<(&'a Signer, DigestAlgorithm)>,
    /// For whom and by which cipher to encrypt.
    pub encrypt: Option<(&'a [Certificate], ContentEncryption)>,
    /// The receipt to ask for.
    pub receipt: ReceiptWanted,
}

/// The receipt asked for with a message of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptWanted {
    /// None.
    None,
    /// Synchronous, without a signature.
    Unsigned,
    /// Synchronous and signed.
    Signed,
}

/// A message ready to be sent, and to be sent again as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Headers in the order to be sent; Host and Content-Length are HTTP's.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Its Message-ID.
    pub message_id: MessageId,
    /// The MIC a receipt must show.
    pub mic: Mic,
    /// The receipt asked for.
    pub receipt: ReceiptWanted,
}

/// Packs a payload. The same arguments and entropy give the same bytes.
///
/// # Errors
/// When the key cannot sign or the recipients' certificates cannot be encrypted for.
pub fn pack(
    payload: &[u8],
    outgoing: &Outgoing<'_>,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Packed, SmimeError> {
    let algorithm = outgoing.sign.map_or(DigestAlgorithm::Sha256, |(_, algorithm)| algorithm);
    let plain = Body { content_type: header_text(outgoing.content_type), bytes: payload.to_vec() };
    let (body, digest) = match (outgoing.sign, outgoing.encrypt) {
        // The MIC covers the body alone (RFC 4130, section 7.3.1).
        (None, None) => (plain, algorithm.digest(payload)),
        (None, Some((recipients, cipher))) => {
            // It covers what is encrypted, headers included.
            let entity = entity(&plain, outgoing);
            let digest = algorithm.digest(&entity);
            (sealed_body(&entity, recipients, cipher, entropy)?, digest)
        }
        (Some((signer, algorithm)), None) => signed_body(&entity(&plain, outgoing), algorithm, signer, now, entropy)?,
        (Some((signer, algorithm)), Some((recipients, cipher))) => {
            let (signed, digest) = signed_body(&entity(&plain, outgoing), algorithm, signer, now, entropy)?;
            let head = format!("Content-Type: {}\r\n\r\n", signed.content_type);
            let entity = [head.as_bytes(), signed.bytes.as_slice()].concat();
            (sealed_body(&entity, recipients, cipher, entropy)?, digest)
        }
    };
    Ok(Packed {
        headers: headers(outgoing, &body, algorithm, now),
        body: body.bytes,
        message_id: outgoing.message_id.clone(),
        mic: Mic::new(digest),
        receipt: outgoing.receipt,
    })
}

/// The payload with its MIME headers. It is binary, so that no product has a reason to change its line ends.
fn entity(payload: &Body, outgoing: &Outgoing<'_>) -> Vec<u8> {
    let disposition = disposition(outgoing).map(|value| format!("Content-Disposition: {value}\r\n"));
    let head = format!(
        "Content-Type: {}\r\nContent-Transfer-Encoding: binary\r\n{}\r\n",
        payload.content_type,
        disposition.unwrap_or_default()
    );
    [head.as_bytes(), payload.bytes.as_slice()].concat()
}

fn disposition(outgoing: &Outgoing<'_>) -> Option<String> {
    let name = safe_file_name(outgoing.file_name?)?;
    let name: String = name.chars().map(|c| if c.is_ascii() && !matches!(c, '"' | '\\') { c } else { '_' }).collect();
    Some(format!("attachment; filename=\"{name}\""))
}

fn sealed_body(
    entity: &[u8],
    recipients: &[Certificate],
    cipher: ContentEncryption,
    entropy: &dyn Entropy,
) -> Result<Body, SmimeError> {
    let mut bytes = Vec::new();
    let sealing = Sealing { recipients, encryption: cipher, key_transport: KeyTransport::Pkcs1 };
    seal_envelope(entity, entity.len() as u64, &mut bytes, &sealing, entropy)?;
    let content_type = "application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"".to_owned();
    Ok(Body { content_type, bytes })
}

fn headers(outgoing: &Outgoing<'_>, body: &Body, algorithm: DigestAlgorithm, now: Timestamp) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let mut add = |name: &str, value: &str| headers.push((name.to_owned(), value.to_owned()));
    add("AS2-Version", VERSION);
    add("AS2-From", outgoing.from.on_wire());
    add("AS2-To", outgoing.to.on_wire());
    add("Message-ID", outgoing.message_id.as_str());
    add("Date", &http_date(now));
    add("MIME-Version", "1.0");
    if let Some(subject) = outgoing.subject {
        add("Subject", &header_text(subject));
    }
    add("Content-Type", &body.content_type);
    match (outgoing.encrypt, outgoing.sign, disposition(outgoing)) {
        (Some(_), _, _) => add("Content-Disposition", "attachment; filename=\"smime.p7m\""),
        (None, None, Some(disposition)) => add("Content-Disposition", &disposition),
        (None, _, _) => {}
    }
    if outgoing.receipt != ReceiptWanted::None {
        // Only that it is there counts (RFC 4130, section 7.3).
        add("Disposition-Notification-To", outgoing.from.on_wire());
    }
    if outgoing.receipt == ReceiptWanted::Signed {
        // One algorithm, the signature's, so that every product's reading of the list agrees.
        let micalg = algorithm.micalg();
        let options = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, ";
        add("Disposition-Notification-Options", &format!("{options}{micalg}"));
    }
    headers
}

/// A text fit for a header line: nothing in it can end the line.
fn header_text(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '_' }).collect()
}
